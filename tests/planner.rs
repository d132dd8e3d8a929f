//! The capacity planner, told as stories on both databases: it counts the room that the exchange then gives, sees who
//! runs out first, and changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::policy::Policy;
use partyline::domain::pool::{Capabilities, Capability, NumberState};
use partyline::domain::{Clock, E164, IdGenerator, Timestamp};
use partyline::store::{Db, Durability};
use partyline::switchboard::planner::views::OutlookWord;
use partyline::switchboard::{
    AddedNumbers, ContactRef, MemberCapacity, NewMember, NewNumber, NumberCaps, NumberEdit, Switchboard,
    SwitchboardError, WhatIf,
};
use support::exchange::{Person, Town};
use support::on_both_databases;

const DAY_S: i64 = 24 * 3600;

/// A clock that is a second later at each look.
struct HastyClock(AtomicI64);

impl Clock for HastyClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1000, Ordering::SeqCst))
    }
}

fn policy(cool_down_s: i64) -> Policy {
    Policy {
        cool_down_s,
        received_cap_percent: 100,
        ..Policy::default()
    }
}

async fn room(town: &Town, who: MemberId) -> MemberCapacity {
    let all = town.board.fullest_members(town.community, 1000).await.unwrap();
    all.into_iter().find(|m| m.member == who).unwrap()
}

/// Makes contacts of a member until none can be made; how many there were, and what was said then.
async fn fill(town: &Town, who: Person) -> (u64, String) {
    for made in 0.. {
        let other = town.person(&format!("Other {made}")).await;
        match town.board.add_contact(town.community, who.id, other.id).await {
            Ok(_) => {}
            Err(error @ SwitchboardError::TableFull(_)) => return (made, error.to_string()),
            Err(error) => panic!("{error:?}"),
        }
    }
    unreachable!()
}

async fn release(town: &Town, a: Person, b: Person) {
    town.board
        .release_contact(town.community, a.id, ContactRef::Member(b.id))
        .await
        .unwrap();
}

/// What a test looks at of a capacity that was counted at another moment.
fn shown(capacity: &partyline::switchboard::Capacity) -> serde_json::Value {
    let mut shown = serde_json::to_value(capacity).unwrap();
    shown["as_of"] = serde_json::Value::Null;
    shown
}

on_both_databases! {
    async fn the_planner_counts_the_room_that_the_exchange_then_gives(database: Database) {
        let town = Town::found(database, 12, policy(1000)).await;
        let hub = town.person("Hub").await;
        let mut others = Vec::new();
        for n in 0..6 {
            let other = town.person(&format!("Early {n}")).await;
            others.push((other, town.befriend(hub, other).await));
        }
        // One is cooling down, one has cooled down, one came back and its release is still remembered.
        release(&town, hub, others[0].0).await;
        town.clock.advance_s(1001);
        release(&town, hub, others[1].0).await;
        release(&town, hub, others[2].0).await;
        town.befriend(hub, others[2].0).await;
        // One is stopped as somebody else; one is stopped and still in use.
        town.text(hub.phone, others[3].1.number, "STOP").await;
        release(&town, hub, others[3].0).await;
        town.text(hub.phone, others[4].1.number, "STOP").await;
        // A number that only takes calls, one that is drained while in use, and one that is drained and free.
        let numbers = town.board.numbers(town.community, None, 100).await.unwrap();
        let in_use = others[5].1.number;
        let used: Vec<E164> = others.iter().map(|(_, c)| c.number).collect();
        let free = numbers.iter().find(|n| !used.contains(&n.number)).unwrap();
        for number in numbers.iter().filter(|n| n.number == in_use || n.id == free.id) {
            let edit = NumberEdit { state: Some(NumberState::Draining), ..NumberEdit::default() };
            town.board.edit_number(town.community, number.id, edit).await.unwrap();
        }
        let calls = NewNumber {
            pool: numbers[0].pool,
            number: "+12025550990".parse().unwrap(),
            carrier: "test".into(),
            capabilities: vec![Capability::Voice].into(),
            region: None,
            rate_per_s: 0.0,
            caps: NumberCaps::default(),
        };
        town.board.add_number(town.community, calls).await.unwrap();

        let seen = room(&town, hub.id).await;
        assert_eq!((seen.contacts, seen.usable, seen.used), (3, 10, 2), "{seen:?}");
        // The released one, the stopped one that was released, and the one that came back.
        assert_eq!((seen.cooling, seen.stopped), (3, 2), "{seen:?}");
        let (made, said) = fill(&town, hub).await;
        assert_eq!(seen.free, made, "{seen:?}");
        let told = room(&town, hub.id).await;
        assert_eq!((told.free, told.receivable, told.runs_out.outlook), (0, 0, OutlookWord::Full));
        // The planner says what whoever asked for one more was told.
        let capacity = town.board.capacity(town.community).await.unwrap();
        assert_eq!(capacity.explained, said);
        assert_eq!((capacity.full, capacity.fullest[0].member), (1, hub.id));
    }

    async fn what_a_phone_remembers_takes_room_of_whoever_has_it_now(database: Database) {
        let town = Town::found(database, 5, policy(1000)).await;
        let (old, friend) = (town.person("Old").await, town.person("Friend").await);
        town.befriend(old, friend).await;
        town.board.delete_member(town.community, old.id).await.unwrap();
        let new = NewMember { name: "New".into(), phone: Some(old.phone), guest: false, listed: false };
        let new = town.board.create_member(town.community, new).await.unwrap();
        let seen = room(&town, new.id).await;
        assert_eq!((seen.cooling, seen.free), (1, 4));
        let (made, _) = fill(&town, Person { id: new.id, phone: old.phone }).await;
        assert_eq!(made, 4);
    }

    async fn a_received_contact_needs_room_under_the_cap_as_well(database: Database) {
        let town = Town::found(database, 4, Policy { received_cap_percent: 50, ..Policy::default() }).await;
        let victim = town.person("Victim").await;
        let first = town.person("A").await;
        town.befriend(first, victim).await;
        let seen = room(&town, victim.id).await;
        assert_eq!((seen.free, seen.receivable), (3, 1));
        let second = town.person("B").await;
        town.befriend(second, victim).await;
        let seen = room(&town, victim.id).await;
        assert_eq!((seen.free, seen.receivable), (2, 0));
        let capacity = town.board.capacity(town.community).await.unwrap();
        assert_eq!((capacity.received_cap, capacity.not_receiving, capacity.full), (2, 1, 0));
    }

    async fn who_runs_out_first_is_named_with_a_date(database: Database) {
        let town = Town::found(database, 30, policy(0)).await;
        let (hub, calm) = (town.person("Hub").await, town.person("Calm").await);
        let mut early = Vec::new();
        // What is made on the first day is no growth.
        for n in 0..4 {
            let other = town.person(&format!("Early {n}")).await;
            town.befriend(hub, other).await;
            early.push(other);
        }
        town.befriend(calm, early[0]).await;
        let fresh = town.board.capacity(town.community).await.unwrap();
        assert_eq!(fresh.too_little_history, fresh.members);
        let later: Vec<Option<u64>> = fresh.needed.iter().map(|n| n.numbers).collect();
        assert_eq!(later, [Some(4), None, None, None], "nobody knows yet");
        assert!(fresh.explained.contains("too little history") && !fresh.explained.contains("a year"), "{}", fresh.explained);
        town.clock.advance_s(DAY_S);
        for n in 0..15 {
            town.clock.advance_s(4 * DAY_S);
            let other = town.person(&format!("Later {n}")).await;
            town.befriend(hub, other).await;
        }
        release(&town, hub, early[1]).await;
        let capacity = town.board.capacity(town.community).await.unwrap();
        let first = &capacity.first_out[0];
        assert_eq!((first.member, first.contacts, first.free), (hub.id, 18, 12), "{first:?}");
        assert_eq!((first.made, first.let_go), (15, 1));
        assert_eq!(first.runs_out.outlook, OutlookWord::Around);
        let days = (first.runs_out.at.unwrap().0 - capacity.as_of.0) / (DAY_S * 1000);
        assert!((45..=60).contains(&days), "12 numbers at 14 contacts in 60 days: {days}");
        assert!(first.runs_out.earliest < first.runs_out.at && first.runs_out.at < first.runs_out.latest);
        let needed: Vec<u64> = capacity.needed.iter().map(|n| n.numbers.unwrap()).collect();
        assert_eq!(needed[..3], [18, 25, 39]);
        let begin = format!("{} is seen to run out first, by their own rate around ", hub.id);
        assert!(capacity.explained.starts_with(&begin), "{}", capacity.explained);
        assert!(!capacity.explained.contains(&hub.phone.to_string()[1..]));
        assert_eq!((capacity.running_out, capacity.first_out.len()), (1, 1), "who does not grow is not among the first");
        let still = room(&town, calm.id).await;
        assert_eq!(still.runs_out.outlook, OutlookWord::NotWithinAYear);
    }

    async fn a_what_if_says_what_the_change_then_brings_and_changes_nothing(database: Database) {
        let town = Town::found(database, 4, policy(1000)).await;
        let hub = town.person("Hub").await;
        for n in 0..3 {
            let other = town.person(&format!("Other {n}")).await;
            town.befriend(hub, other).await;
        }
        let numbers = town.board.numbers(town.community, None, 10).await.unwrap();
        let before = town.board.capacity(town.community).await.unwrap();
        let retired = numbers.iter().find(|n| n.assignments > 0).unwrap();
        let change = WhatIf {
            add: vec![AddedNumbers { count: 3, region: None, capabilities: Capabilities::usual() }],
            more_contacts: 0,
            retire: vec![retired.id],
        };
        let result = town.board.capacity_what_if(town.community, change).await.unwrap();
        assert_eq!(shown(&result.before), shown(&before));
        let after = &result.after.fullest[0];
        assert_eq!((after.member, after.usable, after.used, after.free), (hub.id, 6, 2, 4), "{after:?}");
        assert_eq!(result.after.needed[0].numbers, Some(3), "the contact on the number that retires needs one as well");

        let more = WhatIf { more_contacts: 3, ..WhatIf::default() };
        let more = town.board.capacity_what_if(town.community, more).await.unwrap().after;
        assert_eq!((more.fullest[0].missing, more.needed[0].numbers, more.needed[0].missing), (2, Some(6), Some(2)));
        for part in ["lacks 2", "3 are in use (num_", "add 2 numbers with sms", "or release ctc_"] {
            assert!(more.explained.contains(part), "no `{part}` in {}", more.explained);
        }

        let nobodys = WhatIf { retire: vec![partyline::domain::id::NumberId::from_i64(7)], ..WhatIf::default() };
        let error = town.board.capacity_what_if(town.community, nobodys).await.unwrap_err();
        assert_eq!(error.code(), "not_found");
        let same = town.board.capacity(town.community).await.unwrap();
        assert_eq!(shown(&same), shown(&before), "nothing was changed");

        // Now in earnest.
        let edit = NumberEdit { state: Some(NumberState::Draining), ..NumberEdit::default() };
        town.board.edit_number(town.community, retired.id, edit).await.unwrap();
        for n in 0..3 {
            let new = NewNumber {
                pool: retired.pool,
                number: E164::from_i64(12_025_550_900 + n).unwrap(),
                carrier: "test".into(),
                capabilities: Capabilities::usual(),
                region: None,
                rate_per_s: 0.0,
                caps: NumberCaps::default(),
            };
            town.board.add_number(town.community, new).await.unwrap();
        }
        let then = town.board.capacity(town.community).await.unwrap();
        assert_eq!(shown(&then)["fullest"], shown(&result.after)["fullest"]);
        assert_eq!(shown(&then)["fill"], shown(&result.after)["fill"]);
        assert_eq!(shown(&then)["needed"], shown(&result.after)["needed"]);
    }

    async fn a_full_table_says_which_numbers_hold_it_and_what_would_help(database: Database) {
        let town = Town::found(database, 3, policy(1000)).await;
        let hub = town.person("Hub").await;
        let (a, b, c) = (town.person("A").await, town.person("B").await, town.person("C").await);
        let with_a = town.befriend(hub, a).await;
        town.clock.advance_s(100);
        let with_b = town.befriend(hub, b).await;
        town.befriend(hub, c).await;
        release(&town, hub, c).await;
        let (none, said) = fill(&town, hub).await;
        assert_eq!(none, 0);
        for part in [
            format!("the table of {} is full: of 3 usable numbers (sms) 2 are in use (num_", hub.id),
            "1 cool down".to_owned(),
            "add 1 number with sms, wait until 2025-01-01T00:18:20.000Z, when 1 number is free again, or".to_owned(),
            format!("release {}, idle since 2025-01-01T00:00:00.000Z, whose number comes back on", with_a.id),
        ] {
            assert!(said.contains(&part), "no `{part}` in {said}");
        }
        assert!(!said.contains('+'), "no real number: {said}");
        // A pair that both have left alone for a cool-down could give way by itself.
        town.text(hub.phone, with_a.number, "hello again").await;
        town.clock.advance_s(999);
        town.text(hub.phone, with_a.number, "and again").await;
        town.clock.advance_s(1);
        let capacity = town.board.capacity(town.community).await.unwrap();
        assert!(capacity.full == 0 && capacity.fullest[0].free == 1, "{}", capacity.explained);
        town.befriend(hub, c).await;
        let (_, said) = fill(&town, hub).await;
        assert!(said.contains(&format!("set `when_full` to `recycle`, so that {}, idle", with_b.id)), "{said}");
    }

    async fn a_release_that_makes_no_room_is_not_named_as_a_help(database: Database) {
        let town = Town::found(database, 2, policy(1000)).await;
        let hub = town.person("Hub").await;
        let (a, b) = (town.person("A").await, town.person("B").await);
        let with_a = town.befriend(hub, a).await;
        // The number is in use still, and nobody else's once it is free.
        town.text(hub.phone, with_a.number, "STOP").await;
        town.clock.advance_s(100);
        let with_b = town.befriend(hub, b).await;
        let (none, said) = fill(&town, hub).await;
        assert_eq!(none, 0);
        assert!(said.contains(&format!("release {}", with_b.id)), "{said}");
    }

    async fn a_community_of_many_is_counted_in_pieces_and_loses_nobody(database: Database) {
        const MEMBERS: i64 = 700;
        let town = Town::found(database, 10, policy(0)).await;
        let numbers = town.board.numbers(town.community, None, 20).await.unwrap();
        {
            let db = Db::open(&town.url, Durability::Command).unwrap();
            let mut conn = db.connect().unwrap();
            let (c, cast) = (town.community.as_i64(), if conn.is_postgres() { "::smallint" } else { "" });
            let n = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEMBERS})");
            conn.execute(&format!("{n} INSERT INTO members (community_id, id, name, guest, created_at) SELECT {c}, i, 'M ' || i, FALSE, 0 FROM n")).unwrap();
            // Member i has i % 11 contacts.
            for (at, number) in (1..).zip(&numbers) {
                let number = number.id.as_i64();
                conn.execute(&format!(
                    "{n} INSERT INTO assignments (community_id, member_id, number_id, contact_id, id, origin, pending, blocked, stopped, answered_at, last_activity_at, created_at) SELECT {c}, i, {number}, (i + {at}) % {MEMBERS} + 1, i * 100 + {at}, \
                     0{cast}, FALSE, FALSE, FALSE, 0, 0, 0 FROM n WHERE i % 11 >= {at}"
                ))
                .unwrap();
            }
        }
        let capacity = town.board.capacity(town.community).await.unwrap();
        let contacts: i64 = (1..=MEMBERS).map(|i| i % 11).sum();
        assert_eq!((capacity.members, capacity.contacts), (MEMBERS as u64, contacts as u64));
        let of = |taken: i64| (1..=MEMBERS).filter(|i| i % 11 == taken).count() as u64;
        let bands: Vec<u64> = capacity.fill.iter().map(|band| band.members).collect();
        let expected: Vec<u64> = (0..9).map(of).chain([of(9) + of(10)]).collect();
        assert_eq!(bands, expected);
        assert_eq!(capacity.full, of(10));
        let all = town.board.fullest_members(town.community, 1000).await.unwrap();
        let order: Vec<(u64, MemberId)> = all.iter().map(|m| (m.free, m.member)).collect();
        assert!(order.is_sorted() && order.len() == MEMBERS as usize);
    }

    async fn what_a_long_walk_found_is_told_again_for_a_while_and_then_counted_anew(database: Database) {
        let town = Town::found(database, 5, policy(0)).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        // By this exchange's clock each walk takes a second: what it finds is good for ten.
        let db = Db::open(&town.url, Durability::Command).unwrap();
        let slow = Switchboard::new(db, Arc::new(HastyClock(AtomicI64::new(0))), IdGenerator::new(9), Vec::new());
        let first = slow.capacity(town.community).await.unwrap();
        assert_eq!(first.contacts, 0);
        town.befriend(ann, bob).await;
        let again = slow.capacity(town.community).await.unwrap();
        assert_eq!((again.as_of, again.contacts), (first.as_of, 0));
        let listed = slow.fullest_members(town.community, 1).await.unwrap();
        assert_eq!(listed[0].contacts, 0);
        // A what-if is always counted anew.
        let what_if = slow.capacity_what_if(town.community, WhatIf::default()).await.unwrap();
        assert_eq!(what_if.before.contacts, 2);
        let mut later = again;
        for _ in 0..10 {
            later = slow.capacity(town.community).await.unwrap();
        }
        assert!(later.as_of > first.as_of && later.contacts == 2, "{later:?}");
    }

    async fn a_community_without_members_or_numbers_is_told_so(database: Database) {
        let town = Town::found(database, 0, policy(0)).await;
        let empty = town.board.capacity(town.community).await.unwrap();
        assert_eq!(empty.explained, "there are no members yet");
        town.person("Ann").await;
        let capacity = town.board.capacity(town.community).await.unwrap();
        assert!(capacity.explained.starts_with("no number in service can stand for"), "{}", capacity.explained);
        assert_eq!((capacity.full, capacity.usable), (1, 0));
        assert!(capacity.explained.contains("add 1 number with sms"), "{}", capacity.explained);
        let nobody = town.board.capacity(CommunityId::from_i64(5)).await.unwrap_err();
        assert_eq!(nobody.code(), "not_found");
    }
}
