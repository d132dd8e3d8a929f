//! Carriers' caps, told as stories on both databases: what is above them waits or is refused, new pairs go to numbers
//! with room, and how busy numbers and pairs are can be seen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::id::{CampaignId, MessageId, NumberId};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{AboveDayCap, Policy};
use partyline::domain::traffic::{Room, Tight};
use partyline::store::Db;
use partyline::store::node::NodeLock;
use partyline::switchboard::outlet::{Exchange as _, InboundText, OutletError};
use partyline::switchboard::{
    CampaignEdit, ContactRef, Expected, NewCampaign, NumberEdit, NumberTraffic, Switchboard,
};
use support::exchange::{Person, Town};
use support::on_both_databases;

const DAY_S: i64 = 86_400;

/// Members send as much as they like, and texts live for two days.
fn patient() -> Policy {
    Policy {
        member_texts_per_minute: 0,
        deadline_s: 2 * DAY_S,
        ..Policy::default()
    }
}

/// A pair, and the number from which the second one's phone gets the first one's texts.
struct Two {
    ann: Person,
    bob: Person,
    dialled: E164,
    shown: NumberId,
}

async fn id_of(town: &Town, number: E164) -> NumberId {
    let all = town.board.numbers(town.community, None, 100).await.unwrap();
    all.iter().find(|n| n.number == number).unwrap().id
}

async fn two(town: &Town) -> Two {
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let contact = town.befriend(ann, bob).await;
    Two {
        ann,
        bob,
        dialled: contact.number,
        shown: id_of(town, contact.mirror_number).await,
    }
}

impl Two {
    /// Ann texts Bob so many times.
    async fn texts(&self, town: &Town, count: usize) -> Vec<MessageId> {
        let mut sent = Vec::new();
        for n in 0..count {
            sent.push(
                town.text(self.ann.phone, self.dialled, &format!("text {n}"))
                    .await
                    .message,
            );
        }
        sent
    }
}

async fn cap(town: &Town, number: NumberId, texts_per_day: i64) {
    let edit = NumberEdit {
        texts_per_day: Some(texts_per_day),
        ..NumberEdit::default()
    };
    town.board
        .edit_number(town.community, number, edit)
        .await
        .unwrap();
}

async fn campaign(town: &Town, new: NewCampaign) -> CampaignId {
    town.board.create_campaign(town.community, new).await.unwrap().id
}

fn named(name: &str) -> NewCampaign {
    NewCampaign {
        name: name.into(),
        pool: None,
        rate_per_s: 0.0,
        texts_per_day: 0,
    }
}

async fn traffic(town: &Town, number: NumberId) -> NumberTraffic {
    town.board.number_traffic(town.community, number).await.unwrap()
}

/// Long enough for whatever would leave to have left.
async fn rest() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}

async fn text_through(board: &Switchboard, from: E164, to: E164) -> MessageId {
    let text = InboundText {
        carrier: "test".into(),
        carrier_ref: None,
        from,
        to,
        text: "hello".into(),
        want_receipt: false,
        valid_for_s: None,
        media: Vec::new(),
        held: Vec::new(),
    };
    board.receive(text).await.unwrap().message
}

on_both_databases! {
    async fn what_is_above_a_numbers_day_waits_for_the_next_and_a_restart_knows_what_was_sent(database: Database) {
        let mut town = Town::found(database, 1, patient()).await;
        let pair = two(&town).await;
        cap(&town, pair.shown, 3).await;
        let texts = pair.texts(&town, 5).await;
        town.carrier.wait_for(pair.bob.phone, 3).await;
        town.wait_status(texts[2], Status::Sent).await;
        rest().await;
        assert_eq!(town.carrier.inbox(pair.bob.phone).len(), 3);
        let seen = traffic(&town, pair.shown).await;
        assert_eq!((seen.sent_today, seen.waiting, seen.texts_per_day), (3, 2, 3));
        assert_eq!((seen.room, seen.tight), (Room::None, Some(Tight::DayCap)));

        // Another process goes on where this one stopped.
        town.dispatching.take().unwrap().stop().await;
        let (board, carrier) = Town::open(&town.url, town.clock.clone(), 0);
        let lock = NodeLock::acquire(&Db::open(&town.url, partyline::store::Durability::Command).unwrap(), 0).unwrap();
        let dispatching = board.dispatch(lock, 1).unwrap();
        rest().await;
        assert_eq!(carrier.inbox(pair.bob.phone), []);

        town.clock.advance_s(DAY_S);
        let left = carrier.wait_for(pair.bob.phone, 2).await;
        assert_eq!(left.iter().map(|t| t.1.as_str()).collect::<Vec<_>>(), ["text 3", "text 4"], "in their order");
        town.wait_status(texts[4], Status::Sent).await;
        assert_eq!(traffic(&town, pair.shown).await.sent_today, 2);
        dispatching.stop().await;
    }

    async fn where_the_policy_says_so_a_text_above_the_day_is_refused_and_its_sender_told(database: Database) {
        let policy = Policy { above_day_cap: AboveDayCap::Refuse, ..patient() };
        let town = Town::found(database, 1, policy).await;
        let pair = two(&town).await;
        cap(&town, pair.shown, 2).await;
        let texts = pair.texts(&town, 3).await;
        let refused = town.wait_status(texts[2], Status::Failed).await;
        assert_eq!(refused.reason, Some(Reason::DayCapReached));
        assert_eq!(town.carrier.inbox(pair.bob.phone).len(), 2);
        // The notice would leave from the same number: it waits, as all that the broker itself writes.
        rest().await;
        assert_eq!(town.carrier.inbox(pair.ann.phone), []);
        town.clock.advance_s(DAY_S);
        let told = town.carrier.wait_for(pair.ann.phone, 1).await;
        assert!(told[0].1.contains("as many texts as its carrier allows in a day"), "{told:?}");
    }

    async fn a_cap_that_is_raised_or_taken_away_lets_go_what_waits(database: Database) {
        let town = Town::found(database, 1, patient()).await;
        let pair = two(&town).await;
        cap(&town, pair.shown, 1).await;
        pair.texts(&town, 4).await;
        town.carrier.wait_for(pair.bob.phone, 1).await;
        rest().await;
        cap(&town, pair.shown, 2).await;
        town.clock.advance_s(6);
        town.carrier.wait_for(pair.bob.phone, 2).await;
        rest().await;
        assert_eq!(town.carrier.inbox(pair.bob.phone).len(), 2);
        cap(&town, pair.shown, 0).await;
        town.clock.advance_s(6);
        town.carrier.wait_for(pair.bob.phone, 4).await;
    }

    async fn what_left_before_there_was_a_cap_counts_and_a_try_that_failed_does_not(database: Database) {
        let town = Town::found(database, 1, patient()).await;
        let pair = two(&town).await;
        let before = pair.texts(&town, 2).await;
        town.wait_status(before[1], Status::Sent).await;
        cap(&town, pair.shown, 3).await;
        town.carrier.answer(Err(OutletError::Retry { detail: "busy".into(), after_ms: None }));
        let texts = pair.texts(&town, 2).await;
        town.wait_status(texts[0], Status::Queued).await;
        assert_eq!(traffic(&town, pair.shown).await.sent_today, 2);
        town.clock.advance_s(3);
        town.wait_status(texts[0], Status::Sent).await;
        rest().await;
        assert_eq!(town.carrier.inbox(pair.bob.phone).len(), 3);
        assert_eq!(traffic(&town, pair.shown).await.sent_today, 3);
    }

    async fn a_campaign_caps_its_numbers_together_by_name_or_by_their_pool(database: Database) {
        let town = Town::found(database, 3, patient()).await;
        let pairs = [two(&town).await, two(&town).await, two(&town).await];
        let numbers = pairs.each_ref().map(|pair| pair.shown);
        assert!(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[0] != numbers[2]);
        let pool = town.board.pools(town.community, None, 1).await.unwrap()[0].id;
        let of_pool = campaign(&town, NewCampaign { pool: Some(pool), texts_per_day: 3, ..named("pool") }).await;
        let own = campaign(&town, NewCampaign { texts_per_day: 1, ..named("own") }).await;
        let edit = NumberEdit { campaign: Some(Some(own)), ..NumberEdit::default() };
        town.board.edit_number(town.community, numbers[2], edit).await.unwrap();
        let again = town.board.create_campaign(town.community, NewCampaign { pool: Some(pool), ..named("b") }).await;
        assert_eq!(again.unwrap_err().code(), "pool_has_campaign");

        for pair in &pairs {
            pair.texts(&town, 2).await;
        }
        support::eventually("four texts leave", Duration::from_secs(10), async || {
            town.carrier.texts.lock().unwrap().len() >= 4
        })
        .await;
        rest().await;
        let got = pairs.each_ref().map(|pair| town.carrier.inbox(pair.bob.phone).len());
        assert_eq!((got[0] + got[1], got[2]), (3, 1));
        let seen = traffic(&town, numbers[0]).await;
        assert_eq!((seen.campaign, seen.campaign_texts_per_day), (Some(of_pool), Some(3)));
        assert_eq!((seen.campaign_sent_today, seen.tight), (Some(3), Some(Tight::CampaignDayCap)));

        // Without their campaigns nothing holds them.
        for id in [of_pool, own] {
            town.board.remove_campaign(town.community, id, Expected::any()).await.unwrap();
        }
        town.clock.advance_s(6);
        for pair in &pairs {
            town.carrier.wait_for(pair.bob.phone, 2).await;
        }
        assert_eq!(traffic(&town, numbers[2]).await.campaign, None);
    }

    async fn what_was_taken_of_one_campaigns_day_is_not_sent_under_another(database: Database) {
        let town = Town::found(database, 1, patient()).await;
        let pair = two(&town).await;
        let wide = campaign(&town, NewCampaign { texts_per_day: 5_000, ..named("wide") }).await;
        let narrow = campaign(&town, NewCampaign { texts_per_day: 2, ..named("narrow") }).await;
        let joins = async |id| {
            let edit = NumberEdit { campaign: Some(Some(id)), ..NumberEdit::default() };
            town.board.edit_number(town.community, pair.shown, edit).await.unwrap();
        };
        joins(wide).await;
        pair.texts(&town, 1).await;
        town.carrier.wait_for(pair.bob.phone, 1).await;
        // The node holds a share of the wide one now.
        joins(narrow).await;
        pair.texts(&town, 5).await;
        town.carrier.wait_for(pair.bob.phone, 3).await;
        rest().await;
        assert_eq!(town.carrier.inbox(pair.bob.phone).len(), 3);
        joins(wide).await;
        town.clock.advance_s(6);
        town.carrier.wait_for(pair.bob.phone, 6).await;
    }

    async fn what_is_above_a_campaigns_rate_waits(database: Database) {
        let town = Town::found(database, 2, patient()).await;
        let pairs = [two(&town).await, two(&town).await];
        assert_ne!(pairs[0].shown, pairs[1].shown);
        let pool = town.board.pools(town.community, None, 1).await.unwrap()[0].id;
        let id = campaign(&town, NewCampaign { pool: Some(pool), rate_per_s: 1.0, ..named("slow") }).await;
        for pair in &pairs {
            pair.texts(&town, 2).await;
        }
        let sent = || town.carrier.texts.lock().unwrap().len();
        let reached = async |count: usize| {
            support::eventually("the next text leaves", Duration::from_secs(10), async || sent() >= count).await;
            rest().await;
            assert_eq!(sent(), count, "the clock stands still, so the others wait");
        };
        reached(1).await;
        town.clock.advance_s(1);
        reached(2).await;
        let faster = CampaignEdit { rate_per_s: Some(0.0), ..CampaignEdit::default() };
        town.board.edit_campaign(town.community, id, faster, Expected::any()).await.unwrap();
        town.clock.advance_s(1);
        reached(4).await;
    }

    async fn new_pairs_go_to_numbers_with_room_and_old_ones_keep_theirs(database: Database) {
        let town = Town::found(database, 3, Policy { cool_down_s: 0, ..patient() }).await;
        let pair = two(&town).await;
        cap(&town, pair.shown, 10).await;
        let texts = pair.texts(&town, 8).await;
        town.wait_status(texts[7], Status::Sent).await;
        assert_eq!(traffic(&town, pair.shown).await.room, Room::Little);
        // What was found out a moment ago is good for a few seconds.
        town.clock.advance_s(6);
        for _ in 0..8 {
            assert_ne!(two(&town).await.shown, pair.shown, "although more pairs are on the others by now");
        }
        town.board.release_contact(town.community, pair.ann.id, ContactRef::Member(pair.bob.id)).await.unwrap();
        let again = town.befriend(pair.ann, pair.bob).await;
        assert_eq!(id_of(&town, again.mirror_number).await, pair.shown, "pair memory comes first");
        // The next day it is as good as any, and the least loaded.
        town.clock.advance_s(DAY_S);
        assert_eq!(two(&town).await.shown, pair.shown);
    }

    async fn a_number_with_a_long_queue_takes_new_pairs_last_but_takes_them(database: Database) {
        let town = Town::found(database, 2, patient()).await;
        let pair = two(&town).await;
        let edit = NumberEdit { rate_per_s: Some(1.0), ..NumberEdit::default() };
        town.board.edit_number(town.community, pair.shown, edit).await.unwrap();
        pair.texts(&town, 12).await;
        let seen = traffic(&town, pair.shown).await;
        assert_eq!((seen.room, seen.tight), (Room::Little, Some(Tight::Queue)), "{seen:?}");
        town.clock.advance_s(6);
        let other = two(&town).await;
        assert_ne!(other.shown, pair.shown);
        // The other number is in use on Ann's phone then, so that the busy one it is.
        let cem = town.person("Cem").await;
        town.befriend(other.ann, cem).await;
        let dot = town.person("Dot").await;
        let refused = town.board.add_contact(town.community, other.ann.id, dot.id).await.unwrap_err();
        assert_eq!(refused.code(), "table_full", "room alone refuses nobody");
    }

    async fn queues_and_latencies_of_numbers_and_pairs_can_be_seen(database: Database) {
        let town = Town::found(database, 2, patient()).await;
        let pair = two(&town).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let first = pair.texts(&town, 1).await[0];
        town.clock.advance_s(7);
        let second = pair.texts(&town, 1).await[0];
        let between = async || {
            let contact = ContactRef::Member(pair.bob.id);
            town.board.pair_traffic(town.community, pair.ann.id, contact).await.unwrap()
        };
        let seen = traffic(&town, pair.shown).await;
        assert_eq!((seen.waiting, seen.oldest_waiting_s, seen.latency.texts), (2, Some(7), 0));
        let way = between().await;
        assert_eq!((way.outgoing.waiting, way.outgoing.oldest_waiting_s), (2, Some(7)));
        assert_eq!((way.incoming.waiting, way.incoming.oldest_waiting_s), (0, None));
        let all = town.board.traffic_overview().await.unwrap();
        assert_eq!((all.queues, all.oldest_waiting_s), (vec![2], 7));

        town.carrier.ready.store(true, Ordering::SeqCst);
        town.wait_status(first, Status::Sent).await;
        town.wait_status(second, Status::Sent).await;
        let seen = traffic(&town, pair.shown).await;
        assert_eq!((seen.waiting, seen.oldest_waiting_s, seen.sent_today), (0, None, 2));
        assert!(seen.recent_per_s > 0.0);
        let way = between().await;
        for latency in [seen.latency, way.outgoing.latency] {
            let within = |ms: Option<i64>, least: i64| ms.is_some_and(|ms| (least..least * 6 / 5 + 2).contains(&ms));
            assert!(latency.texts == 2 && within(latency.p50_ms, 1) && within(latency.p99_ms, 7_000), "{latency:?}");
        }
        // A receipt that comes later changes nothing of when it was sent.
        town.clock.advance_s(100);
        town.carrier_reports(first, Status::Delivered).await;
        town.wait_status(first, Status::Delivered).await;
        assert_eq!(between().await.outgoing.latency, way.outgoing.latency);
        // Bob's answer is the other direction's.
        let back = town.board.contacts(town.community, pair.bob.id).await.unwrap()[0].number;
        let answer = town.text(pair.bob.phone, back, "hi").await.message;
        town.wait_status(answer, Status::Sent).await;
        assert_eq!(between().await.incoming.latency.texts, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_together_send_no_more_than_a_cap_allows_and_all_that_it_does() {
    const CAP: usize = 40;
    let town = Town::found(support::Database::Postgres, 2, patient()).await;
    let pairs = [two(&town).await, two(&town).await];
    let pool = town.board.pools(town.community, None, 1).await.unwrap()[0].id;
    let (board, carrier) = Town::open(&town.url, town.clock.clone(), 1);
    let lock = NodeLock::acquire(
        &Db::open(&town.url, partyline::store::Durability::Command).unwrap(),
        1,
    )
    .unwrap();
    let dispatching = board.dispatch(lock, 2).unwrap();
    let new = NewCampaign {
        pool: Some(pool),
        texts_per_day: CAP as i64,
        ..named("shared")
    };
    campaign(&town, new).await;
    // The other node looks every two seconds.
    rest().await;
    town.clock.advance_s(3);
    rest().await;
    for n in 0..2 * CAP {
        let pair = &pairs[n % 2];
        let through = if n % 4 < 2 { &town.board } else { &board };
        text_through(through, pair.ann.phone, pair.dialled).await;
    }
    let sent = || town.carrier.texts.lock().unwrap().len() + carrier.texts.lock().unwrap().len();
    support::eventually("all that may leave does", Duration::from_secs(30), async || {
        // Shares that one node does not use come back to the other.
        town.clock.advance_s(1);
        tokio::time::sleep(Duration::from_millis(100)).await;
        sent() >= CAP
    })
    .await;
    town.clock.advance_s(20);
    rest().await;
    assert_eq!(sent(), CAP);
    let seen = traffic(&town, pairs[0].shown).await;
    assert_eq!(seen.campaign_sent_today, Some(CAP as i64));
    dispatching.stop().await;
}
