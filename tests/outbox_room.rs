//! Each carrier has a room of its own in the outbox's memory: what waits for one that is dead is in no
//! other's way, and leaves in order once that one is back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partyline::domain::policy::Policy;
use partyline::domain::{Clock as _, E164};
use partyline::store::{DatabaseUrl, outbox};
use partyline::switchboard::NumberEdit;
use partyline::switchboard::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent};
use support::exchange::Town;
use support::on_both_databases;

const LANES: i64 = 100;

/// A carrier that has no link for a while. Keeps (recipient, message) of all that it takes.
#[derive(Default)]
struct Lame {
    ready: AtomicBool,
    taken: Mutex<Vec<(E164, i64)>>,
}

#[async_trait::async_trait]
impl Outlet for Lame {
    fn name(&self) -> &str {
        "lame"
    }

    fn window(&self) -> usize {
        500
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        self.taken.lock().unwrap().push((text.to, text.message.as_i64()));
        Ok(Sent {
            smsc: None,
            parts: Vec::new(),
            delivered: false,
        })
    }

    async fn send_receipt(&self, _: &OutboundReceipt) -> Result<(), OutletError> {
        Ok(())
    }
}

/// Texts for the lame carrier with the ids from `first` on, spread over the lanes in turn.
fn put(town: &Town, first: i64, count: i64) {
    let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
    let (community, at) = (town.community.as_i64(), town.clock.now().0 + 6_000);
    let (last, until) = (first + count - 1, at + 3_600_000);
    let ids =
        format!("WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})");
    conn.execute("BEGIN").unwrap();
    conn.execute(&format!(
        "{ids} INSERT INTO messages (community_id, id, origin, text, status, want_receipt, accepted_at, \
         updated_at, expires_at) SELECT {community}, i, 1, 'text ' || i, 0, FALSE, {at}, {at}, {until} FROM n"
    ))
    .unwrap();
    conn.execute(&format!(
        "{ids} INSERT INTO outbox (community_id, message_id, kind, node, lane, carrier, number_id, \
         number_rate, member_rate, from_number, to_phone, attempts, due_at, expires_at) \
         SELECT {community}, i, 0, 0, 1 + i % {LANES}, 'lame', 1, 0, 0, 12025550100, \
         14155560000 + i % {LANES}, 0, 0, {until} FROM n"
    ))
    .unwrap();
    conn.execute("COMMIT").unwrap();
}

fn waiting(town: &Town) -> i64 {
    let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
    outbox::count(&mut conn, 0).unwrap()
}

on_both_databases! {
    async fn what_waits_for_a_dead_carrier_is_in_no_others_way_and_leaves_in_order_when_it_is_back(database: Database) {
        let policy = Policy { member_texts_per_minute: 0, ..Policy::default() };
        let town = Town::found(database, 3, policy).await;
        let lame = Arc::new(Lame::default());
        town.board.add_outlet(lame.clone());
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;

        // More than there is room for; the sweep notices them.
        put(&town, 1, 20_500);
        town.clock.advance_s(6);
        let mut sent = 0;
        for more in [0, 1_000] {
            if more > 0 {
                // Later ones of the same lanes, while the room is full.
                put(&town, 20_501, more);
                town.clock.advance_s(6);
            }
            tokio::time::sleep(Duration::from_millis(700)).await;
            for n in 0..20 {
                town.text(ann.phone, contact.number, &format!("{n}")).await;
                sent += 1;
            }
            town.carrier.wait_for(bob.phone, sent).await;
        }
        assert!(lame.taken.lock().unwrap().is_empty());
        assert!(waiting(&town) >= 21_500, "they all wait");

        lame.ready.store(true, Ordering::SeqCst);
        support::eventually("all texts leave", Duration::from_secs(30), async || {
            lame.taken.lock().unwrap().len() >= 21_500
        })
        .await;
        support::eventually("that is stored", Duration::from_secs(10), async || waiting(&town) == 0).await;
        let mut lanes: HashMap<E164, Vec<i64>> = HashMap::new();
        for (to, message) in lame.taken.lock().unwrap().iter() {
            lanes.entry(*to).or_default().push(*message);
        }
        assert_eq!(lanes.len() as i64, LANES);
        for messages in lanes.values() {
            assert_eq!(messages.len(), 215, "each once");
            assert!(messages.is_sorted(), "{messages:?}");
        }
    }

    async fn what_waits_on_a_number_that_gets_another_carrier_leaves_by_that_one_in_order(database: Database) {
        let town = Town::found(database, 1, Policy { member_texts_per_minute: 0, ..Policy::default() }).await;
        let lame = Arc::new(Lame::default());
        town.board.add_outlet(lame.clone());
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let number = town.board.numbers(town.community, None, 1).await.unwrap()[0].id;
        let edit = |carrier: &str| NumberEdit { carrier: Some(carrier.into()), ..NumberEdit::default() };
        town.board.edit_number(town.community, number, edit("lame")).await.unwrap();
        for text in ["one", "two"] {
            town.text(ann.phone, contact.number, text).await;
        }
        town.board.edit_number(town.community, number, edit("test")).await.unwrap();
        town.text(ann.phone, contact.number, "three").await;
        let texts: Vec<_> = town.carrier.wait_for(bob.phone, 3).await.into_iter().map(|t| t.1).collect();
        assert_eq!(texts, ["one", "two", "three"]);
        assert!(lame.taken.lock().unwrap().is_empty());
    }
}
