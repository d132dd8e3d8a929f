//! kill -9 while 2,000 texts are in flight, and a restart: what was acknowledged goes out, in order.
//!
//! Which duplicates are allowed. Between taking a text from us and our knowing it durably, the carrier's
//! answer is on its way: in the carrier, on the wire, or in the group of answers that is being committed.
//! A process that dies then cannot know whether the carrier has the text. SMPP gives `submit_sm` no key of
//! the sender's by which a carrier would recognise it the second time, and `query_sm` asks by the id that
//! the lost answer would have brought; so the text is sent again, and phones may see it twice. The same
//! holds towards the sender: a text that was committed while its `submit_sm_resp` was lost is sent again by
//! him, and SMPP gives us nothing to tell it from another text with the same words. No other text may
//! arrive twice.
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

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use support::raw::{self, Raw};
use support::smsc::Submit;
use support::town::PASSWORD;
use support::{Phone, Town, eventually, on_both_databases};

const WAIT: Duration = Duration::from_secs(60);
const SENDERS: usize = 4;
const RECIPIENTS: usize = 4;
const PAIRS: usize = SENDERS * RECIPIENTS;
const TEXTS: usize = 2_000;
/// How long the answer of a carrier may take to become durable, on a busy machine.
const COMMIT_MS: u64 = 1_500;
/// The `window` of a carrier (64): so many may be unanswered. Twice as many answers may be on their way to
/// the database before no more is sent.
const WITH_THE_CARRIER: usize = 3 * 64;

/// When the process is killed.
#[derive(Clone, Copy)]
enum Moment {
    /// While texts still come in and the first ones leave.
    TakingIn,
    /// When all are accepted, and the carrier has taken about half.
    GoingOut,
    /// When the carrier holds one of every pair and has answered none.
    Unanswered,
}

/// Which text of which pair.
type Key = (usize, usize);

fn words((pair, n): Key) -> String {
    format!("pair {pair} text {n}")
}

fn key(text: &str) -> Key {
    let mut words = text.split(' ');
    let (pair, n) = (words.nth(1).unwrap(), words.nth(1).unwrap());
    (pair.parse().unwrap(), n.parse().unwrap())
}

/// Sends these in this order, all at once; returns those that were acknowledged.
async fn send(app: &Phone, ends: &[(String, String)], keys: &[Key]) -> BTreeSet<Key> {
    let sends = keys.iter().map(|key| {
        let (from, to) = &ends[key.0];
        let words = words(*key);
        async move {
            app.try_send(from, to, &words)
                .await
                .is_ok_and(|a| a[0].status == 0)
        }
    });
    let acknowledged = join_all(sends).await;
    keys.iter()
        .zip(acknowledged)
        .filter(|(_, ok)| *ok)
        .map(|(key, _)| *key)
        .collect()
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

async fn survive(database: support::Database, moment: Moment) {
    let mut town = Town::start(database).await;
    for n in 3..=9 {
        town.add_number(&format!("+1415555010{n}"), 0.0).await;
    }
    let (mut senders, mut recipients) = (Vec::new(), Vec::new());
    for n in 0..SENDERS {
        let phone = format!("+1303555010{n}");
        senders.push((town.member(&phone, &phone).await, phone));
    }
    for n in 0..RECIPIENTS {
        let phone = format!("+1415555019{n}");
        recipients.push(town.member(&phone, &phone).await);
    }
    let mut ends = Vec::new();
    for (member, phone) in &senders {
        for recipient in &recipients {
            let contact = town.broker.add_contact(&town.community, member, recipient).await;
            ends.push((phone.clone(), contact.number));
        }
    }
    town.smsc.receipts(None, Duration::ZERO).await;
    town.smsc.wait_bound(1, WAIT).await;
    match moment {
        Moment::TakingIn => {}
        Moment::GoingOut => town.smsc.delay_answers(Duration::from_millis(20)).await,
        Moment::Unanswered => town.smsc.delay_answers(WAIT).await,
    }

    let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
    let all: Vec<Key> = (0..TEXTS).map(|n| (n % PAIRS, n / PAIRS)).collect();
    let (mut acknowledged, killed_at) = if let Moment::TakingIn = moment {
        let kill = async {
            town.smsc.wait_count(300, WAIT).await;
            let at = now_ms();
            town.broker.kill9();
            at
        };
        let (acknowledged, at) = tokio::join!(send(&app, &ends, &all), kill);
        assert!(
            !acknowledged.is_empty() && acknowledged.len() < TEXTS,
            "not in the middle: {}",
            acknowledged.len()
        );
        (acknowledged, at)
    } else {
        let acknowledged = send(&app, &ends, &all).await;
        assert_eq!(acknowledged.len(), TEXTS);
        match moment {
            Moment::Unanswered => town.smsc.wait_count(PAIRS, WAIT).await,
            _ => town.smsc.wait_count(TEXTS / 2, WAIT).await,
        }
        let at = now_ms();
        town.broker.kill9();
        (acknowledged, at)
    };
    let before = town.smsc.count().await;
    assert!(before < TEXTS, "nothing was left to do");
    let promised = acknowledged.clone();

    town.smsc.delay_answers(Duration::ZERO).await;
    town.broker.spawn().await;
    // The sender gives what was not acknowledged once more, in its order.
    let resent: Vec<Key> = all
        .iter()
        .filter(|key| !acknowledged.contains(key))
        .copied()
        .collect();
    let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
    acknowledged.extend(send(&app, &ends, &resent).await);
    assert_eq!(acknowledged.len(), TEXTS, "the rest is taken after the restart");

    town.smsc.wait_count(TEXTS, WAIT).await;
    let arrived = async || -> BTreeMap<Key, Vec<Submit>> {
        let mut arrived: BTreeMap<Key, Vec<Submit>> = BTreeMap::new();
        for submit in town.smsc.submits().await {
            arrived.entry(key(&submit.text)).or_default().push(submit);
        }
        arrived
    };
    eventually("every text arrives", WAIT, async || {
        arrived().await.len() == TEXTS
    })
    .await;
    // Nothing is left that could still bring one of them twice.
    let path = format!("/v1/communities/{}/messages", town.community);
    eventually("every message is sent", WAIT, async || {
        let unsent = [
            town.broker.get(&format!("{path}?status=accepted")).await,
            town.broker.get(&format!("{path}?status=queued")).await,
        ];
        unsent
            .iter()
            .all(|page| page["data"].as_array().unwrap().is_empty())
    })
    .await;
    let arrived = arrived().await;
    assert!(promised.iter().all(|key| arrived.contains_key(key)));
    assert_eq!(arrived.len(), TEXTS);

    // First arrivals are in order, for every pair.
    let mut next = [0; PAIRS];
    for submit in town.smsc.submits().await {
        let (pair, n) = key(&submit.text);
        assert!(
            n <= next[pair],
            "text {n} of pair {pair} overtook text {}",
            next[pair]
        );
        next[pair] = next[pair].max(n + 1);
    }

    // Twice came only what the carrier had just taken when the process died, and what was sent to us again.
    let resent: BTreeSet<Key> = resent.into_iter().collect();
    let twice: Vec<(&Key, &Vec<Submit>)> = arrived.iter().filter(|(_, submits)| submits.len() > 1).collect();
    let with_carrier: Vec<_> = twice.iter().filter(|(key, _)| !resent.contains(key)).collect();
    println!(
        "{} left before the kill, {} came twice, {} of these were with the carrier",
        before,
        twice.len(),
        with_carrier.len()
    );
    for (key, submits) in &with_carrier {
        assert_eq!(submits.len(), 2, "{key:?}");
        assert!(
            submits[1].at_ms > killed_at,
            "{key:?} came twice from one process"
        );
        // Answers that were held back say nothing about how long it takes to store one.
        let age = killed_at.saturating_sub(submits[0].at_ms);
        assert!(
            age <= COMMIT_MS || matches!(moment, Moment::Unanswered),
            "{key:?} was taken {age} ms before the kill, and came again"
        );
    }
    assert!(
        with_carrier.len() <= WITH_THE_CARRIER,
        "{} came twice, more than the windows allow",
        with_carrier.len()
    );
    if let Moment::Unanswered = moment {
        assert_eq!(
            with_carrier.len(),
            PAIRS,
            "exactly what the carrier held unanswered"
        );
    }
}

on_both_databases! {
    async fn a_kill_while_texts_come_in_loses_nothing_acknowledged(database: Database) {
        survive(database, Moment::TakingIn).await;
    }

    async fn a_kill_while_texts_go_out_loses_nothing_and_keeps_the_order(database: Database) {
        survive(database, Moment::GoingOut).await;
    }

    async fn a_kill_before_the_carrier_answers_repeats_only_what_it_held(database: Database) {
        survive(database, Moment::Unanswered).await;
    }

    /// Nothing was with anybody yet, so nothing may arrive twice: neither a text of the carrier's, nor an
    /// app's message that is repeated with its Idempotency-Key because nobody knows whether it was taken.
    async fn what_was_taken_just_before_a_kill_arrives_once_and_in_order(database: Database) {
        let mut town = Town::start(database).await;
        let pair = town.pair("+13035550144", "+14155550122").await;
        town.smsc.wait_bound(1, WAIT).await;
        let from_carrier: Vec<String> = (0..60).map(|n| format!("carrier {n}")).collect();
        let from_app: Vec<String> = (0..20).map(|n| format!("app {n}")).collect();
        let client = reqwest::Client::new();
        let post = async |town: &Town, text: &str| {
            let url = format!("http://{}/v1/communities/{}/messages", town.broker.http_addr(), town.community);
            let body = serde_json::json!({"from": pair.second, "to": pair.first, "text": text});
            let request = client.post(url).bearer_auth(town.broker.token()).header("Idempotency-Key", text.replace(' ', "-"));
            request.json(&body).send().await.unwrap().status().as_u16()
        };
        for text in &from_carrier {
            town.smsc.deliver("+14155550122", &pair.contact.mirror_number, text).await;
        }
        for text in &from_app {
            assert_eq!(post(&town, text).await, 202);
        }
        town.broker.kill9();
        town.broker.spawn().await;
        for text in &from_app {
            assert_eq!(post(&town, text).await, 200, "it was taken before the kill");
        }
        let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
        let expected = [from_carrier, from_app].concat();
        eventually("all of them arrive", WAIT, async || app.received().await.len() >= expected.len()).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let received: Vec<String> = app.received().await.into_iter().map(|text| text.text).collect();
        assert_eq!(received, expected);
    }

    /// A peer with a window of one gets the first parts of a long text acknowledged before the last can come.
    async fn acknowledged_parts_of_long_texts_survive_a_kill_and_the_texts_arrive_whole(database: Database) {
        const LONG: u8 = 20;
        let mut town = Town::start(database).await;
        let pair = town.pair("+13035550144", "+14155550122").await;
        town.smsc.wait_bound(1, WAIT).await;
        let words = |text: u8, part: u8| format!("text {text} part {part} ");
        let whole = |text: u8| (1..=3).map(|part| words(text, part)).collect::<String>();
        let submit = |text: u8, part: u8| {
            let body = [&[5, 0, 3, text, 3, part], words(text, part).as_bytes()].concat();
            let body = raw::submit_body_as(0x40, "+13035550144", &pair.contact.number, &body);
            raw::pdu(raw::SUBMIT_SM, 1000 + u32::from(text) * 4 + u32::from(part), &body)
        };
        let ask = async |link: &mut Raw, parts: &[(u8, u8)]| {
            for (text, part) in parts {
                assert!(link.write(&submit(*text, *part)).await);
            }
            for _ in parts {
                let answer = link.read().await.unwrap();
                assert_eq!((answer.id, answer.status), (raw::SUBMIT_SM | raw::RESPONSE, 0));
            }
        };
        let some: Vec<(u8, u8)> = (0..LONG).flat_map(|text| [(text, 1), (text, 3)]).collect();
        let rest: Vec<(u8, u8)> = (0..LONG).map(|text| (text, 2)).collect();

        let mut link = Raw::bound(town.broker.smpp_addr(), "app", PASSWORD).await;
        ask(&mut link, &some).await;
        ask(&mut link, &[(LONG, 1), (LONG, 2), (LONG, 3)]).await;
        town.broker.kill9();
        town.broker.spawn().await;
        let mut link = Raw::bound(town.broker.smpp_addr(), "app", PASSWORD).await;
        // As a peer does that did not see the acknowledgement.
        ask(&mut link, &some[..2]).await;
        ask(&mut link, &rest).await;
        for text in 0..=LONG {
            town.smsc.wait_text(WAIT, |arrived| arrived.text == whole(text)).await;
        }
        // Nothing is left behind: another start takes nothing up.
        town.broker.kill9();
        town.broker.spawn().await;
        let mut link = Raw::bound(town.broker.smpp_addr(), "app", PASSWORD).await;
        ask(&mut link, &[(0, 1), (0, 2), (0, 3)]).await;
        eventually("the text arrives once more", WAIT, async || {
            town.smsc.texts().await.iter().filter(|arrived| arrived.text == whole(0)).count() == 2
        })
        .await;
    }
}
