//! Calls between soft-phones with real sound, by way of the real broker: who reaches whom, what each sees and hears,
//! and what is refused how. What passes on the wire is heard and read by tshark.
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

use reqwest::Method;
use serde_json::{Value, json};
use support::capture::{Capture, Captured};
use support::hidden::{assert_hidden, assert_hidden_in_text};
use support::lines::{self, ALICE, BOB, HIGH, LOW, Lines, STRANGER, hear_each_other, phones};
use support::receiver::{Receiver, Reply};
use support::softphone::{Answer, Seen, Softphone};
use support::{Broker, Database, on_both_databases, poll};

const WAIT: Duration = Duration::from_secs(20);

/// Two soft-phones and the broker between them, with these settings besides.
async fn lines(settings: &[(&str, &str)], policy: Value) -> (Softphone, Softphone, Lines) {
    let (alice, bob) = phones().await;
    let toml = lines::west(alice.addr()) + &lines::east(bob.addr());
    let broker = Broker::builder(Database::Sqlite).config(&toml);
    let broker = settings
        .iter()
        .fold(broker, |broker, (key, value)| broker.env(key, value));
    let lines = Lines::with_policy(broker, policy).await;
    (alice, bob, lines)
}

/// The value of a parameter or header that identifies a leg: Call-ID, and the tags.
fn marks(seen: &Seen) -> Vec<String> {
    let mut marks = Vec::new();
    for message in &seen.messages {
        for line in message.lines() {
            if let Some(id) = line.strip_prefix("Call-ID:") {
                marks.push(id.trim().to_owned());
            }
            if let Some((_, tag)) = line.split_once(";tag=") {
                marks.push(tag.split([';', '>', ' ']).next().unwrap().to_owned());
            }
        }
    }
    marks.sort();
    marks.dedup();
    marks
}

/// Fails if a number, an address, a name or a mark of one party is in any byte that was sent to the other.
fn assert_masked(captured: &Captured, to: Ipv4Addr, hidden: &[&str], words: &[String]) {
    let packets: Vec<_> = captured
        .packets()
        .into_iter()
        .filter(|packet| packet.to == to)
        .collect();
    assert!(!packets.is_empty(), "nothing was sent to {to}");
    for packet in &packets {
        let text = String::from_utf8_lossy(&packet.payload).into_owned();
        if packet.protocols.contains("sip") {
            let hex: String = packet.payload.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_hidden(&format!("packet {}", packet.number), &hex, hidden);
        }
        assert_hidden_in_text(&format!("packet {}", packet.number), &text, hidden);
        for word in words {
            assert!(
                !text.contains(word),
                "`{word}` is in packet {} to {to}: {text}",
                packet.number
            );
        }
    }
}

on_both_databases! {
    async fn a_call_reaches_the_contact_masked_both_hear_each_other_and_can_call_back(database: Database) {
        let (alice, bob) = phones().await;
        let toml = lines::west(alice.addr()) + &lines::east(bob.addr());
        let lines = Lines::with(Broker::builder(database).config(&toml)).await;
        let capture = Capture::of(&[lines.sip().ip().to_string().parse().unwrap()]).await;
        bob.answers(Answer::After(300)).await;
        alice.answers(Answer::After(100)).await;

        let call = alice.dial(lines.sip()).name("Alice Westname").go(lines.number()).await;
        let seen = bob.wait_incoming(0, WAIT).await;
        let from = seen.from.clone().unwrap();
        assert!(from.contains(&format!("sip:{}@", lines.mirror())), "{from}");
        assert!(seen.request_uri.as_deref().unwrap().contains(BOB), "{seen:?}");
        alice.wait_state(call, "confirmed", WAIT).await;
        assert!(alice.call(call).await.had("early 180"));
        bob.wait_state(0, "confirmed", WAIT).await;
        hear_each_other((&alice, call), (&bob, 0)).await;
        alice.digits(call, "42", "rtp").await;
        bob.wait(0, WAIT, |seen| seen.digits.len() == 2).await;
        bob.hang_up(0).await;
        let alices = alice.wait_state(call, "ended", WAIT).await;
        let bobs = bob.wait_state(0, "ended", WAIT).await;

        let record = lines.wait_ended("completed").await;
        assert_eq!((&record["from"], &record["to"]), (&json!(lines.alice), &json!(lines.bob)));
        assert_eq!(record["ended_by"], "callee");
        assert_eq!((&record["trunk_in"], &record["trunk_out"]), (&json!("west"), &json!("east")));
        for side in ["caller", "callee"] {
            let quality = &record["quality"][side];
            assert!(quality["packets"].as_u64().unwrap() > 50, "{record:#}");
            assert!(quality["mos"].as_f64().unwrap() > 3.0, "{record:#}");
        }

        // The ladder tells it step by step, and no secret.
        let ladder = lines.broker.cli(&["calls", record["id"].as_str().unwrap()]);
        for step in ["- INVITE -", "180 Ringing -", "200 OK -", "- ACK -", "BYE -", "sound from the caller"] {
            assert!(ladder.contains(step), "no `{step}` in\n{ladder}");
        }
        assert_hidden_in_text("the ladder", &ladder, &[ALICE, BOB]);
        assert_hidden_in_text("the record", &record.to_string(), &[ALICE, BOB]);

        // And back, from the number that Bob saw.
        let back = bob.dial(lines.sip()).name("Bob Eastname").go(lines.mirror()).await;
        let seen = alice.wait_incoming(0, WAIT).await;
        assert!(seen.from.clone().unwrap().contains(&format!("sip:{}@", lines.number())), "{seen:?}");
        bob.wait_state(back, "confirmed", WAIT).await;
        hear_each_other((&alice, 1), (&bob, back)).await;
        bob.hang_up(back).await;
        let alices_second = alice.wait_state(1, "ended", WAIT).await;
        let bobs_second = bob.wait_state(back, "ended", WAIT).await;
        assert_eq!(lines.wait_ended("completed").await["from"], json!(lines.bob));

        let captured = capture.stop().await;
        captured.assert_well_formed();
        assert!(captured.count("rtp") > 300 && captured.count("sip.Method == INVITE") >= 4);
        let secrets = |phone: &Softphone, name: &str, seen: [&Seen; 2]| {
            let mut words = vec![phone.ip().to_string(), name.to_owned()];
            words.extend(seen.into_iter().flat_map(marks));
            words
        };
        assert_masked(&captured, bob.ip(), &[ALICE], &secrets(&alice, "Westname", [&alices, &alices_second]));
        assert_masked(&captured, alice.ip(), &[BOB], &secrets(&bob, "Eastname", [&bobs, &bobs_second]));
        assert_hidden_in_text("the log", &lines.broker.log(), &[ALICE, BOB]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_whom_the_app_knows_is_put_through_while_the_call_waits() {
    let (alice, bob, lines) = lines(
        &[("PARTYLINE__CALLBACKS__ALLOW_PRIVATE_TARGETS", "true")],
        json!({}),
    )
    .await;
    let app = Receiver::start().await;
    // Who is chosen by others has a part of the numbers for them.
    for number in ["+14155550103", "+14155550104"] {
        lines
            .broker
            .add_number(&lines.community, &lines.pool, number, "loopback")
            .await;
    }
    let endpoint = json!({ "url": app.url("/app"), "strangers": true, "events": ["opt_out.changed"] });
    let endpoints = format!("/v1/communities/{}/callback_endpoints", lines.community);
    lines.broker.post(&endpoints, endpoint).await;
    let connect = json!({ "action": "connect", "name": "Carl Secretname", "to": lines.bob }).to_string();
    app.answers(move |_| {
        Reply::status(200)
            .body(&connect)
            .after(Duration::from_millis(1500))
    });
    bob.answers(Answer::After(0)).await;
    let call = alice.dial(lines.sip()).from(STRANGER).go(lines.number()).await;
    let seen = alice.wait_state(call, "confirmed", WAIT).await;
    assert_eq!(
        seen.lines().first(),
        Some(&"SIP/2.0 100 Trying"),
        "{:?}",
        seen.lines()
    );
    hear_each_other((&alice, call), (&bob, 0)).await;
    let invite = bob.call(0).await.invite.unwrap();
    assert_hidden_in_text("what the one called was told", &invite, &[STRANGER]);
    let asked = app.hits("/app").remove(0);
    assert_hidden_in_text("the question", &asked.body, &[STRANGER, BOB]);
    alice.hang_up(call).await;
    let record = lines.wait_ended("completed").await;
    assert_eq!(
        (&record["id"], &record["to"]),
        (&asked.json()["data"]["call"]["id"], &json!(lines.bob))
    );
}

/// Calls, and returns the refusal: the status, the whole answer, and the newest call's record.
async fn refused(phone: &Softphone, lines: &Lines, from: &str, dialled: &str) -> (u16, String) {
    let call = phone.dial(lines.sip()).from(from).go(dialled).await;
    let seen = phone.wait(call, WAIT, |seen| seen.state == "ended").await;
    let answer = seen
        .message(&format!("SIP/2.0 {}", seen.status))
        .unwrap_or_default();
    (seen.status, answer.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_no_rule_allows_are_refused_with_their_codes_and_recorded() {
    let (alice, bob, lines) = lines(&[], json!({})).await;
    let at = |rest: &str| format!("/v1/communities/{}/{rest}", lines.community);
    let contacts = at(&format!("members/{}/contacts/{}", lines.alice, lines.contact.id));
    let reason = async || {
        let newest = lines.calls().await.remove(0);
        newest["reason"].as_str().unwrap_or_default().to_owned()
    };

    let (status, answer) = refused(&alice, &lines, STRANGER, lines.number()).await;
    assert_eq!(
        (status, reason().await.as_str()),
        (403, "unknown_sender"),
        "{answer}"
    );
    assert!(answer.contains("Reason: Q.850;cause=21"), "{answer}");
    let (status, answer) = refused(&alice, &lines, "anonymous", lines.number()).await;
    assert_eq!(status, 403, "{answer}");
    let unassigned = if lines.number() == "+14155550101" {
        "+14155550102"
    } else {
        "+14155550101"
    };
    let (status, answer) = refused(&alice, &lines, ALICE, unassigned).await;
    assert_eq!((status, reason().await.as_str()), (404, "no_contact"), "{answer}");
    // A number of nobody's pool.
    let (status, answer) = refused(&alice, &lines, ALICE, "+14155550199").await;
    assert_eq!(status, 404, "{answer}");
    // What is no number at all.
    let (status, answer) = refused(&alice, &lines, ALICE, "operator").await;
    assert!([400, 404, 484].contains(&status), "{answer}");

    lines
        .broker
        .request(Method::PATCH, &contacts, Some(&json!({"blocked": true})))
        .await;
    let (status, answer) = refused(&alice, &lines, ALICE, lines.number()).await;
    assert_eq!(
        (status, reason().await.as_str()),
        (403, "pair_blocked"),
        "{answer}"
    );
    lines
        .broker
        .request(Method::PATCH, &contacts, Some(&json!({"blocked": false})))
        .await;

    lines.broker.loopback_send(BOB, lines.mirror(), "STOP").await;
    let stopped = poll(WAIT, async || {
        let (status, _) = refused(&alice, &lines, ALICE, lines.number()).await;
        (status == 403 && reason().await == "recipient_opted_out").then_some(())
    });
    assert!(stopped.await.is_some(), "{:#?}", lines.calls().await);

    lines.broker.delete(&contacts).await;
    let (status, answer) = refused(&alice, &lines, ALICE, lines.number()).await;
    assert_eq!(
        (status, reason().await.as_str()),
        (410, "pair_released"),
        "{answer}"
    );
    assert!(bob.seen().await.is_empty(), "nothing of it rang");
    for call in lines.calls().await {
        assert_eq!(
            (&call["state"], &call["cause"]),
            (&json!("ended"), &json!("refused")),
            "{call:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_called_phone_says_reaches_the_caller_and_a_missed_call_is_told() {
    let policy =
        json!({"ring_s": 5, "missed_calls": "text", "missed_call_notice": "Missed call from {name}"});
    let (alice, bob, lines) = lines(&[], policy).await;
    for (code, cause) in [(486, "busy"), (603, "declined"), (480, "unreachable")] {
        bob.answers(Answer::Refuse(code, 0)).await;
        let (status, answer) = refused(&alice, &lines, ALICE, lines.number()).await;
        assert_eq!(status, code, "{answer}");
        assert!(answer.contains("Reason: Q.850"), "{answer}");
        let record = lines.wait_call("over", |call| call["state"] == "ended").await;
        assert!(
            [json!(cause), json!("no_answer")].contains(&record["cause"]),
            "{record:#}"
        );
        assert_eq!(record["sip_status"], code, "{record:#}");
    }
    // The text comes from the number that stands for Alice, and once.
    let texts = lines.broker.loopback_texts(BOB);
    let missed: Vec<Value> = texts
        .await
        .into_iter()
        .filter(|text| text["text"] == "Missed call from Alice Secretname")
        .collect();
    assert_eq!(missed.len(), 1, "{missed:#?}");
    assert_eq!(missed[0]["from"], lines.mirror());

    // She gives up while it rings.
    bob.answers(Answer::Ring).await;
    let call = alice.dial(lines.sip()).go(lines.number()).await;
    alice.wait(call, WAIT, |seen| seen.state == "early").await;
    alice.hang_up(call).await;
    let seen = bob.wait_incoming(3, WAIT).await;
    let seen = bob.wait_state(seen.call, "ended", WAIT).await;
    assert!(seen.message("CANCEL").is_some(), "{:?}", seen.lines());
    assert_eq!(alice.wait_state(call, "ended", WAIT).await.status, 487);
    assert_eq!(lines.wait_ended("cancelled").await["ended_by"], "caller");

    // Nobody answers until the time-out.
    let call = alice.dial(lines.sip()).go(lines.number()).await;
    let seen = alice.wait(call, WAIT, |seen| seen.state == "ended").await;
    assert!([408, 480].contains(&seen.status), "{:?}", seen.lines());
    let seen = bob.wait_incoming(4, WAIT).await;
    assert!(
        bob.wait_state(seen.call, "ended", WAIT)
            .await
            .message("CANCEL")
            .is_some()
    );
    lines.wait_ended("no_answer").await;
    assert_eq!(lines.broker.loopback_texts(BOB).await.len(), 1, "one an hour");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_is_gone_is_unreachable() {
    let alice = Softphone::start(ALICE, LOW).await;
    let nobody = std::net::SocketAddr::from((support::ports::free_ip(), 5060));
    let lines = Lines::between(alice.addr(), nobody).await;
    let (status, answer) = refused(&alice, &lines, ALICE, lines.number()).await;
    assert!([480, 503, 504].contains(&status), "{answer}");
    assert!(answer.contains("Reason: Q.850"), "{answer}");
    lines.wait_ended("unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_beyond_the_capacity_is_told_when_to_come_again_and_disturbs_nobody() {
    let (alice, bob, lines) = lines(&[("PARTYLINE__SIP__MAX_CALLS", "1")], json!({})).await;
    bob.answers(Answer::After(0)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    let (status, answer) = refused(&bob, &lines, BOB, lines.mirror()).await;
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("Retry-After:"), "{answer}");
    hear_each_other((&alice, call), (&bob, arrived)).await;
    alice.hang_up(call).await;
    bob.wait_state(arrived, "ended", WAIT).await;
    // There is room again.
    let again = poll(WAIT, async || {
        let call = alice.dial(lines.sip()).go(lines.number()).await;
        let seen = alice
            .wait(call, WAIT, |seen| {
                seen.state == "confirmed" || seen.state == "ended"
            })
            .await;
        (seen.state == "confirmed").then_some(call)
    });
    alice.hang_up(again.await.expect("room again")).await;
    lines.wait_idle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_call_is_silent_and_goes_on_when_it_is_resumed() {
    let (alice, bob, lines) = lines(&[], json!({})).await;
    bob.answers(Answer::After(0)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    for (holder, held, tone) in [
        ((&alice, call), (&bob, arrived), LOW),
        ((&bob, arrived), (&alice, call), HIGH),
    ] {
        holder.0.hold(holder.1).await;
        held.0
            .wait(held.1, WAIT, |seen| seen.media.as_deref() == Some("remote_hold"))
            .await;
        let silence = held.0.listen(held.1, Duration::from_millis(700)).await;
        assert!(silence.seconds_of(tone) <= 0.1, "{silence:?}");
        holder.0.resume(holder.1).await;
        held.0
            .wait(held.1, WAIT, |seen| seen.media.as_deref() == Some("active"))
            .await;
        holder
            .0
            .wait(holder.1, WAIT, |seen| seen.media.as_deref() == Some("active"))
            .await;
        hear_each_other((&alice, call), (&bob, arrived)).await;
    }
    // UPDATE refreshes without a change.
    alice.update(call).await;
    alice
        .wait(call, WAIT, |seen| {
            seen.lines()
                .iter()
                .filter(|line| line.starts_with("SIP/2.0 200"))
                .count()
                >= 4
        })
        .await;
    hear_each_other((&alice, call), (&bob, arrived)).await;
    bob.hang_up(arrived).await;
    lines.wait_ended("completed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_pass_both_ways_in_the_sound_and_by_info() {
    let (alice, bob, lines) = lines(&[], json!({})).await;
    bob.answers(Answer::After(0)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    for (from, to) in [
        ((&alice, call), (&bob, arrived)),
        ((&bob, arrived), (&alice, call)),
    ] {
        from.0.digits(from.1, "1*", "rtp").await;
        to.0.wait(to.1, WAIT, |seen| seen.digits.len() == 2).await;
        from.0.digits(from.1, "7", "info").await;
        let seen = to.0.wait(to.1, WAIT, |seen| seen.digits.len() == 3).await;
        let digits = seen.digits.iter().map(|(digit, by)| format!("{digit} {by}"));
        assert_eq!(digits.collect::<Vec<_>>(), ["1 rtp", "* rtp", "7 info"]);
    }
    alice.hang_up(call).await;
    lines.wait_ended("completed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_refused_and_the_call_goes_on() {
    let (alice, bob, lines) = lines(&[], json!({})).await;
    bob.answers(Answer::EarlyThenAfter(600)).await;
    let (call, arrived) = lines.talk(&alice, &bob).await;
    assert!(alice.call(call).await.had("early 183"), "early media");
    alice
        .transfer(call, &format!("sip:{STRANGER}@{}", alice.addr()))
        .await;
    let seen = alice
        .wait(call, WAIT, |seen| {
            seen.messages.iter().any(|m| m.contains("REFER"))
        })
        .await;
    let refusal = seen
        .messages
        .iter()
        .find(|message| message.contains("REFER"))
        .unwrap();
    assert!(
        ["403", "405", "501", "603"]
            .iter()
            .any(|code| refusal.starts_with(&format!("SIP/2.0 {code}"))),
        "{refusal}"
    );
    hear_each_other((&alice, call), (&bob, arrived)).await;
    assert!(bob.call(arrived).await.message("REFER").is_none());
    bob.hang_up(arrived).await;
    lines.wait_ended("completed").await;
}
