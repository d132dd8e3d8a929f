//! Calls in every shape that sipp can give them, sipp on both sides and the real broker between: who hangs up, who
//! gives up, what is lost, what is asked for and in which order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness waits on the machine's clock"
)]

mod support;

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;
use support::lines::{self, ALICE, BOB, Lines};
use support::ports;
use support::sipp::{Builder, Counters, Sipp};
use support::{Broker, Database};

const WAIT: Duration = Duration::from_secs(30);

/// A broker and the addresses of the sipps on both sides.
struct Rig {
    lines: Lines,
    west: Ipv4Addr,
    east: Ipv4Addr,
}

/// What a pair of scenarios left behind.
struct Passed {
    caller: Counters,
    called: Counters,
    caller_messages: String,
    called_messages: String,
    /// The newest call.
    record: Value,
}

impl Passed {
    /// The steps of the call on one leg, in words: `>INVITE` came in, `<180 Ringing` went out.
    fn steps(&self, leg: &str) -> Vec<String> {
        let steps = self.record["steps"].as_array().expect("a list").iter();
        let on_leg = steps.filter(|step| step["leg"] == leg);
        on_leg
            .map(|step| {
                let way = if step["inbound"] == true { '>' } else { '<' };
                format!("{way}{}", step["what"].as_str().expect("a word"))
            })
            .collect()
    }

    /// How often such a step stands on a leg.
    fn count(&self, leg: &str, step: &str) -> usize {
        self.steps(leg)
            .iter()
            .filter(|known| known.starts_with(step))
            .count()
    }
}

impl Rig {
    /// With these settings of the broker.
    async fn start(settings: &[(&str, &str)]) -> Rig {
        let (west, east) = (ports::free_ip(), ports::free_ip());
        let toml = lines::west((west, 5060).into()) + &lines::east((east, 5060).into());
        let broker = Broker::builder(Database::Sqlite).config(&toml);
        let broker = settings
            .iter()
            .fold(broker, |broker, (key, value)| broker.env(key, value));
        let lines = Lines::with(broker).await;
        Rig { lines, west, east }
    }

    /// Runs the two scenarios against each other; both must go as they say, and the call must end so.
    async fn pass(&self, caller: &str, called: &str, cause: &str) -> Passed {
        self.pass_with(caller, called, cause, |peer| peer).await
    }

    async fn pass_with(
        &self,
        caller: &str,
        called: &str,
        cause: &str,
        set: impl Fn(Builder) -> Builder,
    ) -> Passed {
        let called = set(Sipp::called(called).at(self.east)).start();
        // It has no way to say that it listens; the broker would try again, and that would count.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let caller = Sipp::calling(caller, self.lines.sip(), ALICE, self.lines.number());
        let caller = set(caller.at(self.west)).start();
        let passed = Passed {
            caller: caller.succeeds(WAIT).await,
            called: called.succeeds(WAIT).await,
            caller_messages: caller.received().concat(),
            called_messages: called.received().concat(),
            record: self.lines.wait_ended(cause).await,
        };
        self.lines.wait_idle().await;
        // Whatever happened, neither heard of the other.
        for (messages, secret) in [
            (&passed.called_messages, self.west),
            (&passed.caller_messages, self.east),
        ] {
            assert!(
                !messages.contains(&secret.to_string()),
                "{secret} is in {messages}"
            );
        }
        assert!(!passed.called_messages.contains(&ALICE[3..]) && !passed.caller_messages.contains(&BOB[3..]));
        // Of the two origin lines neither went through.
        assert!(!passed.called_messages.contains("o=secret") && !passed.caller_messages.contains("o=secret"));
        passed
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_side_may_hang_up() {
    let rig = Rig::start(&[]).await;
    let passed = rig.pass("uac_call", "uas_call", "completed").await;
    assert_eq!(passed.record["ended_by"], "caller");
    assert_eq!(
        passed.caller.retransmissions() + passed.called.retransmissions(),
        0
    );
    assert_eq!(passed.steps("callee")[..2], ["<attempt", "<INVITE"]);
    assert_eq!(
        (passed.count("callee", "<INVITE"), passed.count("callee", "<BYE")),
        (1, 1)
    );
    let passed = rig.pass("uac_is_hung_up", "uas_hangs_up", "completed").await;
    assert_eq!(passed.record["ended_by"], "callee");
    assert_eq!(passed.count("caller", "<BYE"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_given_up_is_cancelled_even_where_the_answer_crosses() {
    let rig = Rig::start(&[]).await;
    let passed = rig.pass("uac_cancels", "uas_rings_only", "cancelled").await;
    assert_eq!(passed.record["ended_by"], "caller");
    assert_eq!(passed.count("callee", "<CANCEL"), 1);
    // The late answer is acknowledged and hung up on.
    let passed = rig.pass("uac_cancels", "uas_answers_late", "cancelled").await;
    assert!(
        passed.called_messages.contains("BYE sip:"),
        "{}",
        passed.called_messages
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_come_back_with_a_code_that_fits() {
    let rig = Rig::start(&[]).await;
    for (theirs, ours, cause) in [
        (486, 486, "busy"),
        (603, 603, "declined"),
        (404, 404, "unreachable"),
        (302, 480, "unreachable"),
        (500, 500, "failed"),
    ] {
        let called = Sipp::called("uas_refuses")
            .value("code", theirs)
            .at(rig.east)
            .start();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let caller = Sipp::calling("uac_refused", rig.lines.sip(), ALICE, rig.lines.number());
        let caller = caller.value("code", ours).at(rig.west).start();
        caller.succeeds(WAIT).await;
        called.succeeds(WAIT).await;
        let record = rig.lines.wait_call("over", |call| call["state"] == "ended").await;
        assert_eq!(record["cause"], cause, "{theirs}: {record:#}");
        let answer = caller.received().concat();
        assert!(answer.contains("Reason: Q.850;cause="), "{theirs}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn provisional_answers_with_sound_pass_reliably_and_not() {
    let rig = Rig::start(&[]).await;
    rig.pass("uac_early", "uas_early", "completed").await;
    // Either side alone may want them reliable: the broker speaks to each as it wants.
    let passed = rig
        .pass_with("uac_reliable", "uas_early", "completed", |peer| {
            peer.value("first", 183)
        })
        .await;
    assert!(passed.caller_messages.contains("RSeq:"));
    assert_eq!(passed.count("caller", ">PRACK"), 1);
    let passed = rig.pass("uac_early", "uas_reliable", "completed").await;
    assert_eq!(passed.count("callee", "<PRACK"), 1);
    let passed = rig
        .pass_with("uac_reliable", "uas_reliable", "completed", |peer| {
            peer.value("first", 183)
        })
        .await;
    assert_eq!(
        (passed.count("caller", ">PRACK"), passed.count("callee", "<PRACK")),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_may_leave_the_offer_to_the_called_side() {
    let rig = Rig::start(&[]).await;
    let passed = rig.pass("uac_no_offer", "uas_no_offer", "completed").await;
    assert!(
        !passed
            .called_messages
            .split("\r\n\r\n")
            .next()
            .unwrap()
            .contains("application/sdp")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_resumes_refreshes_and_digits_pass_while_they_talk() {
    let rig = Rig::start(&[]).await;
    let passed = rig.pass("uac_holds", "uas_is_held", "completed").await;
    assert_eq!(
        (
            passed.count("caller", ">INVITE"),
            passed.count("callee", "<INVITE")
        ),
        (3, 3)
    );
    let passed = rig.pass("uac_updates", "uas_is_updated", "completed").await;
    assert_eq!(
        (
            passed.count("caller", ">UPDATE"),
            passed.count("callee", "<UPDATE")
        ),
        (2, 2)
    );
    rig.pass_with("uac_info", "uas_info", "completed", |peer| peer.value("digit", 5))
        .await;
    rig.pass_with("uac_refreshes", "uas_call", "completed", |peer| {
        peer.value("expires", 120)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_timer_too_short_is_refused_with_the_least() {
    let rig = Rig::start(&[]).await;
    let target = rig.lines.sip();
    let caller = Sipp::calling("uac_short_session", target, ALICE, rig.lines.number());
    caller.at(rig.west).start().succeeds(WAIT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_is_sent_again_until_every_call_is_through() {
    let rig = Rig::start(&[("PARTYLINE__SIP__T1_MS", "100")]).await;
    let set = |peer: Builder| peer.value("loss", 40).calls(8).rate(8);
    let passed = rig.pass_with("uac_loses", "uas_loses", "completed", set).await;
    assert!(
        passed.caller.retransmissions() > 0,
        "nothing was lost: {:?}",
        passed.caller
    );
    let calls = rig.lines.calls().await;
    assert_eq!(
        calls.len(),
        8,
        "one call each, however often it was sent: {calls:#?}"
    );
    assert!(
        calls.iter().all(|call| call["cause"] == "completed"),
        "{calls:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_never_acknowledged_is_hung_up_on() {
    let rig = Rig::start(&[("PARTYLINE__SIP__T1_MS", "50")]).await;
    // 64 times T1 for the ACK.
    let passed = rig.pass("uac_never_acks", "uas_call", "peer_lost").await;
    assert!(
        passed.count("callee", "<BYE") == 1,
        "{:?}",
        passed.steps("callee")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_side_that_is_gone_without_a_word_holds_nothing_for_long() {
    let settings = [
        ("PARTYLINE__SIP__T1_MS", "50"),
        ("PARTYLINE__MEDIA__SILENCE_TIMEOUT_S", "2"),
    ];
    let rig = Rig::start(&settings).await;
    // No sound and no BYE: the silence ends it, and the one who is left is told.
    let called = Sipp::called("uas_call").at(rig.east).start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let caller = Sipp::calling("uac_vanishes", rig.lines.sip(), ALICE, rig.lines.number());
    caller.at(rig.west).start().succeeds(WAIT).await;
    called.succeeds(WAIT).await;
    let record = rig.lines.wait_ended("media_lost").await;
    assert_eq!(record["ended_by"], "broker");
    // One who hangs up, and another who is deaf to it: BYE is given up.
    let called = Sipp::called("uas_deaf").at(rig.east).start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let caller = Sipp::calling("uac_call", rig.lines.sip(), ALICE, rig.lines.number());
    caller.at(rig.west).start().succeeds(WAIT).await;
    called.succeeds(WAIT).await;
    rig.lines.wait_ended("completed").await;
    rig.lines.wait_idle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_leave_nothing_behind() {
    let rig = Rig::start(&[]).await;
    let set = |peer: Builder| peer.calls(100).rate(50).talk(Duration::from_millis(400));
    let passed = rig.pass_with("uac_call", "uas_call", "completed", set).await;
    assert_eq!(
        (passed.caller.successful(), passed.called.successful()),
        (100, 100)
    );
    let calls = rig.lines.calls().await;
    assert_eq!(calls.len(), 100);
    assert!(
        calls.iter().all(|call| call["cause"] == "completed"),
        "{:#?}",
        calls[0]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_pass_by_tcp_too() {
    let (west, east) = (ports::free_ip(), ports::free_ip());
    let toml = lines::west((west, 5060).into()) + &lines::east((east, 5060).into());
    let toml = toml.replace("\"udp\"", "\"tcp\"");
    let lines = Lines::with(Broker::builder(Database::Sqlite).config(&toml)).await;
    let rig = Rig { lines, west, east };
    let passed = rig
        .pass_with("uac_call", "uas_call", "completed", |peer| peer.tcp().calls(5))
        .await;
    assert!(passed.called_messages.contains("SIP/2.0/TCP"));
    rig.pass_with("uac_is_hung_up", "uas_hangs_up", "completed", Builder::tcp)
        .await;
}
