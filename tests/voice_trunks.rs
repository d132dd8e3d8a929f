//! Trunks: which is tried when another fails, carriers with a proxy in the path, digests in both directions,
//! registration, limits, and a change of settings while calls go on.
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

use std::net::SocketAddr;
use std::time::Duration;

use support::capture::Capture;
use support::hidden::assert_hidden_in_text;
use support::kamailio::Kamailio;
use support::lines::{self, ALICE, BOB, HIGH, LOW, Lines, hear_each_other, phones};
use support::pki::Authority;
use support::sipp::Sipp;
use support::softphone::{Answer, Softphone};
use support::{Broker, Database, eventually, ports};
use tokio::net::UdpSocket;

const WAIT: Duration = Duration::from_secs(20);

async fn on_sqlite(toml: &str) -> Lines {
    Lines::with(Broker::builder(Database::Sqlite).config(toml)).await
}

/// A trunk to Bob's side with a priority and little patience.
fn way(name: &str, target: SocketAddr, priority: u32) -> String {
    lines::trunk(name, target, "+1303555") + &format!("priority = {priority}\nno_answer_s = 1\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_trunk_is_tried_when_one_is_out_of_order_silent_or_gone() {
    let (alice, bob) = phones().await;
    let (broken, gone) = (ports::free_ip(), ports::free_ip());
    let deaf = UdpSocket::bind((ports::free_ip(), 5060)).await.unwrap();
    let refuses = Sipp::called("uas_refuses_at_once")
        .value("code", 503)
        .at(broken)
        .start();
    let toml = lines::west(alice.addr())
        + &way("broken", (broken, 5060).into(), 1)
        + &way("deaf", deaf.local_addr().unwrap(), 2)
        + &way("gone", (gone, 5060).into(), 3)
        + &way("good", bob.addr(), 4);
    let lines = on_sqlite(&toml).await;
    bob.answers(Answer::After(0)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    refuses.succeeds(WAIT).await;
    hear_each_other((&alice, call), (&bob, arrived)).await;
    assert!(
        bob.seen().await.len() == 1
            && alice
                .call(call)
                .await
                .lines()
                .iter()
                .all(|line| !line.contains("503"))
    );

    // What has just failed is not tried first again.
    alice.hang_up(call).await;
    let record = lines.wait_ended("completed").await;
    assert_eq!(record["trunk_out"], "good", "{record:#}");
    let tried: Vec<&str> = record["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["trunk"].as_str())
        .collect();
    for name in ["broken", "deaf", "gone", "good"] {
        assert!(tried.contains(&name), "{name} in {tried:?}");
    }
    let (call, _) = lines.talk(&alice, &bob).await;
    alice.hang_up(call).await;
    lines.wait_ended("completed").await;
    // It has failed twice by now, and rests.
    let (call, _) = lines.talk(&alice, &bob).await;
    alice.hang_up(call).await;
    let record = lines.wait_ended("completed").await;
    assert!(!record["steps"].to_string().contains("broken"), "{record:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_phone_is_not_asked_again_by_another_trunk() {
    let (alice, bob) = phones().await;
    let never = UdpSocket::bind((ports::free_ip(), 5060)).await.unwrap();
    let toml = lines::west(alice.addr())
        + &way("first", bob.addr(), 1)
        + &way("second", never.local_addr().unwrap(), 2);
    let lines = on_sqlite(&toml).await;
    bob.answers(Answer::Refuse(486, 0)).await;
    let call = alice.dial(lines.sip()).go(lines.number()).await;
    assert_eq!(
        alice.wait(call, WAIT, |seen| seen.state == "ended").await.status,
        486
    );
    assert_eq!(lines.wait_ended("busy").await["trunk_out"], "first");
    let mut bytes = [0; 2000];
    assert!(
        never.try_recv(&mut bytes).is_err(),
        "{}",
        String::from_utf8_lossy(&bytes)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_takes_no_more_calls_than_it_has_channels() {
    let (alice, bob) = phones().await;
    let toml = lines::west(alice.addr()) + &lines::east(bob.addr()) + "max_channels = 1\n";
    let lines = on_sqlite(&toml).await;
    bob.answers(Answer::After(0)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    let second = alice.dial(lines.sip()).go(lines.number()).await;
    let seen = alice.wait(second, WAIT, |seen| seen.state == "ended").await;
    assert_eq!(seen.status, 503, "{:?}", seen.lines());
    hear_each_other((&alice, call), (&bob, arrived)).await;
    alice.hang_up(call).await;
    lines.wait_idle().await;
    let (call, _) = lines.talk(&alice, &bob).await;
    alice.hang_up(call).await;
    bob.wait_state(1, "ended", WAIT).await;
}

/// Both ways through a carrier's proxy, with a hold in between.
async fn through_kamailio(tcp: bool, routing: &str) {
    let (alice, bob) = if tcp {
        lines::phones_by_tcp().await
    } else {
        phones().await
    };
    let broker = Broker::builder(Database::Sqlite);
    let proxy = Kamailio::builder();
    let proxy = proxy
        .phone(ALICE, alice.addr())
        .phone(BOB, bob.addr())
        .broker(broker.sip_addr());
    let proxy = if tcp { proxy.by_tcp() } else { proxy };
    let proxy = proxy.start().await;
    let transport = if tcp { "tcp" } else { "udp" };
    let toml = format!(
        "[sip.trunks.carrier]\ntargets = [\"{}\"]\ntransport = \"{transport}\"\ntrust = [\"from\"]\n\
         routing = \"{routing}\"\nkeep_alive_s = 0\n",
        proxy.addr()
    );
    let capture = Capture::of(&[alice.ip(), bob.ip(), proxy.ip()]).await;
    let lines = Lines::with(broker.config(&toml)).await;
    bob.answers(Answer::After(200)).await;
    alice.answers(Answer::After(200)).await;

    let call = alice.dial(proxy.addr()).go(lines.number()).await;
    let seen = bob.wait_incoming(0, WAIT).await;
    assert!(seen.from.unwrap().contains(lines.mirror()));
    alice.wait_state(call, "confirmed", WAIT).await;
    hear_each_other((&alice, call), (&bob, 0)).await;
    alice.hold(call).await;
    alice
        .wait(call, WAIT, |seen| seen.media.as_deref() == Some("held"))
        .await;
    bob.wait(0, WAIT, |seen| seen.media.as_deref() == Some("remote_hold"))
        .await;
    alice.resume(call).await;
    bob.wait(0, WAIT, |seen| seen.media.as_deref() == Some("active"))
        .await;
    bob.hang_up(0).await;
    alice.wait_state(call, "ended", WAIT).await;
    assert_eq!(lines.wait_ended("completed").await["ended_by"], "callee");

    let call = bob.dial(proxy.addr()).go(lines.mirror()).await;
    bob.wait_state(call, "confirmed", WAIT).await;
    bob.hang_up(call).await;
    alice.wait_state(1, "ended", WAIT).await;
    assert_eq!(lines.wait_ended("completed").await["ended_by"], "caller");
    // Given up while it rings, through two transactions of the proxy.
    bob.answers(Answer::Ring).await;
    let call = alice.dial(proxy.addr()).go(lines.number()).await;
    alice.wait(call, WAIT, |seen| seen.state == "early").await;
    alice.hang_up(call).await;
    assert_eq!(alice.wait_state(call, "ended", WAIT).await.status, 487);
    lines.wait_ended("cancelled").await;

    let captured = capture.stop().await;
    captured.assert_well_formed();
    assert!(captured.count("rtp") > 100);
    let by_broker = format!("ip.src == {} && sip", lines.sip().ip());
    let by_tcp = captured.count(&format!("{by_broker} && tcp")) > 0;
    assert_eq!(by_tcp, tcp, "the broker speaks {transport} to the proxy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_pass_a_carriers_proxy_by_udp() {
    through_kamailio(false, "symmetric").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_pass_a_carriers_proxy_by_udp_where_requests_follow_their_routes() {
    through_kamailio(false, "addressed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_pass_a_carriers_proxy_by_tcp() {
    through_kamailio(true, "symmetric").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_come_and_go_by_tls_and_neither_end_learns_of_the_other() {
    let authority = Authority::new();
    let phone = |number, hz| Softphone::builder(number).tone(hz).tls(&authority).start();
    let (alice, bob) = tokio::join!(phone(ALICE, LOW), phone(BOB, HIGH));
    let broker = Broker::builder(Database::Sqlite);
    let ip = broker.voice_ip();
    let (tls, own) = (SocketAddr::from((ip, 5061)), authority.issue(ip));
    let by_tls = |trunk: String| {
        let ca = authority.certificate();
        trunk.replace("\"udp\"", "\"tls\"") + &format!("tls_ca = {ca:?}\n")
    };
    let broker = broker
        .env("PARTYLINE__SIP__TLS_LISTEN", &tls.to_string())
        .env(
            "PARTYLINE__SIP__TLS_CERTIFICATE",
            &own.certificate.display().to_string(),
        )
        .env("PARTYLINE__SIP__TLS_KEY", &own.key.display().to_string())
        .config(&(by_tls(lines::west(alice.addr())) + &by_tls(lines::east(bob.addr()))));
    let capture = Capture::of(&[alice.ip(), bob.ip()]).await;
    let lines = Lines::with(broker).await;
    bob.answers(Answer::After(200)).await;
    alice.answers(Answer::After(0)).await;

    let call = alice.dial(tls).name("Alice Westname").go(lines.number()).await;
    let seen = bob.wait_incoming(0, WAIT).await;
    assert!(seen.from.unwrap().contains(lines.mirror()));
    let invite = seen.invite.unwrap();
    assert!(invite.contains("SIP/2.0/TLS") && invite.contains(&format!("@{tls};transport=tls>")));
    alice.wait_state(call, "confirmed", WAIT).await;
    assert!(alice.call(call).await.had("early 180"));
    hear_each_other((&alice, call), (&bob, 0)).await;
    alice.hang_up(call).await;
    bob.wait_state(0, "ended", WAIT).await;
    let record = lines.wait_ended("completed").await;
    let ended_by = (&record["ended_by"], &record["trunk_in"], &record["trunk_out"]);
    assert_eq!(ended_by, (&"caller".into(), &"west".into(), &"east".into()));

    // And back, by the number that was seen.
    let back = bob.dial(tls).name("Bob Eastname").go(lines.mirror()).await;
    bob.wait_state(back, "confirmed", WAIT).await;
    hear_each_other((&alice, 1), (&bob, back)).await;
    bob.hang_up(back).await;
    alice.wait_state(1, "ended", WAIT).await;
    assert_eq!(lines.wait_ended("completed").await["from"], lines.bob.as_str());

    for (phone, other, number, name) in [(&alice, &bob, BOB, "Eastname"), (&bob, &alice, ALICE, "Westname")] {
        let heard: Vec<String> = phone
            .seen()
            .await
            .into_iter()
            .flat_map(|call| call.messages)
            .collect();
        let heard = heard.concat();
        assert!(
            heard.contains("BYE sip:") && heard.contains("m=audio "),
            "{heard}"
        );
        assert_hidden_in_text("what a phone was told", &heard, &[number]);
        for word in [&other.ip().to_string(), name] {
            assert!(!heard.contains(word), "`{word}` is in {heard}");
        }
    }
    let captured = capture.stop().await;
    captured.assert_well_formed();
    assert!(captured.count("rtp") > 100 && captured.count("tls") > 20);
    assert_eq!(captured.count("sip"), 0, "nothing was said in the clear");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_by_tls_is_not_used_where_its_certificate_is_nobody_s() {
    let (trusted, other) = (Authority::new(), Authority::new());
    let (alice, bob) = tokio::join!(
        Softphone::start(ALICE, LOW),
        Softphone::builder(BOB).tls(&other).start()
    );
    let east = lines::east(bob.addr()).replace("\"udp\"", "\"tls\"");
    let toml = lines::west(alice.addr()) + &east + &format!("tls_ca = {:?}\n", trusted.certificate());
    let lines = on_sqlite(&toml).await;
    let call = alice.dial(lines.sip()).go(lines.number()).await;
    let seen = alice.wait(call, WAIT, |seen| seen.state == "ended").await;
    assert_eq!(seen.status, 503, "{:?}", seen.lines());
    lines.wait_ended("unreachable").await;
    assert!(bob.seen().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_authenticates_by_digest_or_stays_outside() {
    let (alice, bob) = phones().await;
    let toml = lines::west(alice.addr())
        + "inbound_username = \"west\"\ninbound_password = \"secret\"\n"
        + &lines::east(bob.addr());
    let lines = on_sqlite(&toml).await;
    bob.answers(Answer::After(0)).await;
    let without = alice.dial(lines.sip()).go(lines.number()).await;
    let seen = alice.wait(without, WAIT, |seen| seen.state == "ended").await;
    assert_eq!(seen.status, 401, "{:?}", seen.lines());
    assert!(seen.message("401").unwrap().contains("WWW-Authenticate: Digest"));
    for (user, password) in [("west", "wrong"), ("east", "secret")] {
        let wrong = alice
            .dial(lines.sip())
            .credentials(user, password)
            .go(lines.number())
            .await;
        let seen = alice.wait(wrong, WAIT, |seen| seen.state == "ended").await;
        assert!([401, 403].contains(&seen.status), "{:?}", seen.lines());
    }
    assert!(
        bob.seen().await.is_empty() && lines.calls().await.is_empty(),
        "nothing is asked about strangers"
    );
    let right = alice
        .dial(lines.sip())
        .credentials("west", "secret")
        .go(lines.number())
        .await;
    alice.wait_state(right, "confirmed", WAIT).await;
    hear_each_other((&alice, right), (&bob, 0)).await;
    alice.hold(right).await;
    bob.wait(0, WAIT, |seen| seen.media.as_deref() == Some("remote_hold"))
        .await;
    alice.hang_up(right).await;
    lines.wait_ended("completed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_authenticates_where_a_carrier_asks_for_it() {
    let (west, east) = (ports::free_ip(), ports::free_ip());
    let toml = lines::west((west, 5060).into())
        + &lines::east((east, 5060).into())
        + "username = \"broker\"\npassword = \"s3cret\"\n";
    let lines = on_sqlite(&toml).await;
    let called = Sipp::called("uas_challenges")
        .value("username", "broker")
        .value("password", "s3cret")
        .at(east)
        .start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let caller = Sipp::calling("uac_call", lines.sip(), ALICE, lines.number())
        .at(west)
        .start();
    caller.succeeds(WAIT).await;
    called.succeeds(WAIT).await;
    let record = lines.wait_ended("completed").await;
    assert!(!caller.received().concat().contains("SIP/2.0 401"), "{record:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_registers_and_carries_calls_only_then() {
    let (alice, bob) = phones().await;
    let carrier = ports::free_ip();
    let toml = lines::west(alice.addr())
        + &lines::east(bob.addr())
        + &format!("username = \"broker\"\npassword = \"s3cret\"\nregistrar = \"{carrier}:5060\"\n");
    let lines = on_sqlite(&toml).await;
    let call = alice.dial(lines.sip()).go(lines.number()).await;
    let seen = alice.wait(call, WAIT, |seen| seen.state == "ended").await;
    assert_eq!(seen.status, 503, "{:?}", seen.lines());

    let registrar = Sipp::called("uas_registrar")
        .value("username", "broker")
        .value("password", "s3cret");
    let registrar = registrar.value("expires", 120).at(carrier).start();
    registrar.succeeds(WAIT).await;
    let asked = registrar.received().concat();
    assert!(
        asked.contains("Expires: 3600") && asked.contains("<sip:broker@"),
        "{asked}"
    );
    bob.answers(Answer::After(0)).await;
    eventually("a call goes through", WAIT, async || {
        let call = alice.dial(lines.sip()).go(lines.number()).await;
        let seen = alice
            .wait(call, WAIT, |seen| {
                seen.state == "ended" || seen.state == "confirmed"
            })
            .await;
        seen.state == "confirmed"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_of_trunks_change_while_a_call_goes_on() {
    let (alice, bob) = phones().await;
    let other = Softphone::start(BOB, HIGH).await;
    let lines = Lines::between(alice.addr(), bob.addr()).await;
    for phone in [&bob, &other] {
        phone.answers(Answer::After(0)).await;
    }
    let (call, arrived) = lines.talk(&alice, &bob).await;
    // What is wrong changes nothing.
    lines.broker.rewrite_config("[sip.trunks.west]\nnonsense = 1\n");
    lines.broker.process().signal("HUP");
    lines.broker.process().wait_for_log_line("nonsense", WAIT).await;
    lines
        .broker
        .rewrite_config(&(lines::west(alice.addr()) + &lines::trunk("new", other.addr(), "+1303555")));
    lines.broker.process().signal("HUP");
    eventually("the new trunk is used", WAIT, async || {
        let call = alice.dial(lines.sip()).go(lines.number()).await;
        alice.wait_state(call, "confirmed", WAIT).await;
        alice.hang_up(call).await;
        alice.wait_state(call, "ended", WAIT).await;
        !other.seen().await.is_empty()
    })
    .await;
    // The trunk of the first call is no more; the call is.
    hear_each_other((&alice, call), (&bob, arrived)).await;
    bob.hold(arrived).await;
    alice
        .wait(call, WAIT, |seen| seen.media.as_deref() == Some("remote_hold"))
        .await;
    bob.hang_up(arrived).await;
    alice.wait_state(call, "ended", WAIT).await;
    lines.wait_idle().await;
    let calls = lines.calls().await;
    assert!(
        calls.iter().any(|call| call["trunk_out"] == "new")
            && calls.iter().any(|call| call["trunk_out"] == "east")
    );
}
