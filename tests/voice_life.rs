//! The life of calls: made by apps, told to them, bounded in time and silence, and what becomes of them when the
//! broker stops, politely or not.
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

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::lines::{self, ALICE, BOB, LOW, Lines, hear_each_other, phones};
use support::receiver::Receiver;
use support::softphone::{Answer, Softphone};
use support::{Broker, Database, find_program, on_both_databases, poll, process};

const WAIT: Duration = Duration::from_secs(20);

async fn lines(settings: &[(&str, &str)]) -> (Softphone, Softphone, Lines) {
    let (alice, bob) = phones().await;
    let toml = lines::west(alice.addr()) + &lines::east(bob.addr());
    let broker = Broker::builder(Database::Sqlite).config(&toml);
    let broker = settings
        .iter()
        .fold(broker, |broker, (key, value)| broker.env(key, value));
    let lines = Lines::with(broker).await;
    bob.answers(Answer::After(0)).await;
    alice.answers(Answer::After(0)).await;
    (alice, bob, lines)
}

on_both_databases! {
    async fn an_app_makes_a_call_and_is_told_of_every_step(database: Database) {
        let (alice, bob) = phones().await;
        let receiver = Receiver::start().await;
        let toml = lines::west(alice.addr()) + &lines::east(bob.addr()) + "[callbacks]\nallow_private_targets = true\n";
        let lines = Lines::with(Broker::builder(database).config(&toml)).await;
        let at = |rest: &str| format!("/v1/communities/{}/{rest}", lines.community);
        lines.broker.post(&at("callback_endpoints"), json!({"url": receiver.url("/told")})).await;
        alice.answers(Answer::After(400)).await;
        bob.answers(Answer::After(400)).await;

        let placed = lines.broker.post(&at("calls"), json!({"from": lines.alice, "to": lines.bob})).await;
        assert_eq!((&placed["state"], &placed["origin"]), (&json!("ringing"), &json!("app")));
        // Her phone shows whom she is to talk to, before his rings.
        let seen = alice.wait_incoming(0, WAIT).await;
        assert!(seen.from.as_deref().unwrap().contains(lines.number()), "{seen:?}");
        assert!(bob.seen().await.is_empty(), "first she answers");
        let seen = bob.wait_incoming(0, WAIT).await;
        assert!(seen.from.as_deref().unwrap().contains(lines.mirror()), "{seen:?}");
        bob.wait_state(0, "confirmed", WAIT).await;
        alice.wait_state(0, "confirmed", WAIT).await;
        hear_each_other((&alice, 0), (&bob, 0)).await;
        bob.hang_up(0).await;
        alice.wait_state(0, "ended", WAIT).await;
        let record = lines.wait_ended("completed").await;
        assert_eq!((&record["id"], &record["ended_by"]), (&placed["id"], &json!("callee")));

        let told = receiver.wait_for("/told", 3).await;
        let told: Vec<Value> = told.iter().map(|hit| hit.json()).collect();
        let kinds: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["call.ringing", "call.answered", "call.ended"]);
        let ended = &told[2]["data"]["call"];
        assert_eq!((&ended["id"], &ended["cause"]), (&placed["id"], &json!("completed")));
        for side in ["caller", "callee"] {
            assert!(ended["quality"][side]["packets"].as_u64().unwrap() > 30, "{ended:#}");
            assert!(ended["quality"][side]["mos"].as_f64().unwrap() > 3.0, "{ended:#}");
        }
        let text = Value::from(told).to_string();
        support::hidden::assert_hidden_in_text("the callbacks", &text, &[ALICE, BOB]);

        // Another, that the app ends while they talk, and one that she does not take.
        let placed = lines.broker.post(&at("calls"), json!({"from": lines.alice, "to": lines.bob})).await;
        bob.wait_incoming(1, WAIT).await;
        bob.wait_state(1, "confirmed", WAIT).await;
        lines.broker.post(&at(&format!("calls/{}/hang_up", placed["id"].as_str().unwrap())), json!({})).await;
        alice.wait_state(1, "ended", WAIT).await;
        bob.wait_state(1, "ended", WAIT).await;
        assert_eq!(lines.wait_ended("hung_up").await["ended_by"], "app");
        alice.answers(Answer::Refuse(486, 0)).await;
        lines.broker.post(&at("calls"), json!({"from": lines.alice, "to": lines.bob})).await;
        lines.wait_ended("busy").await;
        assert_eq!(bob.seen().await.len(), 2, "his phone did not ring for it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_ends_at_the_longest_duration() {
    let (alice, bob, lines) = lines(&[]).await;
    // Policies allow a minute at least, which is long for a test.
    let file = lines
        .broker
        .database_url()
        .strip_prefix("sqlite:")
        .unwrap()
        .to_owned();
    let edit = "import sqlite3, sys\n\
                with sqlite3.connect(sys.argv[1], timeout=10) as db:\n\
                \x20   db.execute(\"update communities set policy = json_set(policy, '$.max_call_s', 5)\")\n";
    process::run(Command::new(find_program("python3")).args(["-c", edit, &file]));
    let begin = Instant::now();
    let (call, arrived) = lines.talk(&alice, &bob).await;
    alice.wait_state(call, "ended", WAIT).await;
    bob.wait_state(arrived, "ended", WAIT).await;
    let lasted = begin.elapsed();
    assert!((4..9).contains(&lasted.as_secs()), "{lasted:?}");
    let record = lines.wait_ended("max_duration").await;
    assert_eq!(record["ended_by"], "broker");
    // Whole seconds: of five less a millisecond they are four.
    assert!(matches!(record["duration_s"].as_i64(), Some(4 | 5)), "{record}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_which_nothing_sounds_any_more_ends() {
    let (alice, bob, lines) = lines(&[("PARTYLINE__MEDIA__SILENCE_TIMEOUT_S", "2")]).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    hear_each_other((&alice, call), (&bob, arrived)).await;
    // Bob's phone is frozen, and after some time Alice's too.
    bob.signal("STOP");
    alice.signal("STOP");
    let record = lines.wait_ended("media_lost").await;
    assert_eq!(record["ended_by"], "broker");
    bob.signal("CONT");
    alice.signal("CONT");
    alice.wait_state(call, "ended", WAIT).await;
    bob.wait_state(arrived, "ended", WAIT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_told_to_stop_takes_no_new_calls_and_lets_the_others_end() {
    let (alice, bob, mut lines) = lines(&[("PARTYLINE__SIP__DRAIN_S", "20")]).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    lines.broker.process().signal("TERM");
    let refused = poll(WAIT, async || {
        let second = alice.dial(lines.sip()).go(lines.number()).await;
        let seen = alice
            .wait(second, WAIT, |seen| {
                seen.state == "ended" || seen.state == "confirmed"
            })
            .await;
        (seen.status == 503).then_some(seen)
    });
    let refused = refused.await.expect("new calls are refused");
    assert!(
        refused.message("503").unwrap().contains("Retry-After:"),
        "{:?}",
        refused.messages
    );
    hear_each_other((&alice, call), (&bob, arrived)).await;
    assert!(
        lines.broker.process().exit_status().is_none(),
        "it waits for the call"
    );
    bob.hang_up(arrived).await;
    alice.wait_state(call, "ended", WAIT).await;
    let begin = Instant::now();
    let gone = poll(WAIT, async || lines.broker.process().exit_status());
    assert!(gone.await.expect("it ends").success());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    lines.broker.stop();
    lines.broker.spawn().await;
    let calls = lines.calls().await;
    assert!(
        calls.iter().any(|call| call["cause"] == "completed"),
        "{calls:#?}"
    );
    assert!(calls.iter().all(|call| call["state"] == "ended"), "{calls:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_last_too_long_are_ended_when_the_broker_stops() {
    let (alice, bob, mut lines) = lines(&[("PARTYLINE__SIP__DRAIN_S", "1")]).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    lines.broker.stop();
    alice.wait_state(call, "ended", WAIT).await;
    bob.wait_state(arrived, "ended", WAIT).await;
    lines.broker.spawn().await;
    assert_eq!(lines.wait_ended("shutdown").await["ended_by"], "broker");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_a_broker_that_was_killed_are_recorded_as_ended() {
    let (alice, bob, mut lines) = lines(&[]).await;
    lines.talk(&alice, &bob).await;
    lines
        .wait_call("answered", |call| call["state"] == "answered")
        .await;
    lines.broker.kill9();
    lines.broker.spawn().await;
    let record = lines.wait_ended("shutdown").await;
    assert_eq!(record["ended_by"], "broker", "{record:#}");
    // The next call finds everything free.
    let alice = Softphone::start(ALICE, LOW).await;
    lines
        .broker
        .rewrite_config(&(lines::west(alice.addr()) + &lines::east(bob.addr())));
    lines.broker.restart().await;
    let (call, _) = lines.talk(&alice, &bob).await;
    alice.hang_up(call).await;
    lines.wait_ended("completed").await;
}
