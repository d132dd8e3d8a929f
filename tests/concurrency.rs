//! Many tasks, two processes and two nodes work on the same rows at once: everything is there afterwards, no
//! rule is broken, and nobody meets "database is locked".
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::HashSet;
use std::process::Stdio;
use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::message::Reason;
use partyline::domain::policy::{Policy, WhenFull};
use partyline::switchboard::outlet::{InboundText, Verdict};
use partyline::switchboard::{NewMessage, Switchboard};
use support::exchange::{Person, Town};
use support::on_both_databases;

/// Contacts that each of the four groups adds.
const EACH: usize = 15;
const ADDER: &str = "PARTYLINE_TEST_ADDER";

/// Adds the contacts one task each.
async fn add_all(board: &Switchboard, community: CommunityId, hub: MemberId, others: Vec<MemberId>) {
    let adding = others.into_iter().map(|other| {
        let board = board.clone();
        // Half choose the hub, half are chosen by it: both lock orders occur.
        let pair = if other.as_i64() % 2 == 0 {
            (hub, other)
        } else {
            (other, hub)
        };
        tokio::spawn(async move { board.add_contact(community, pair.0, pair.1).await })
    });
    for added in adding.collect::<Vec<_>>() {
        added.await.unwrap().expect("an add must not fail");
    }
}

/// The second process's work; its orders are in the environment. Without orders there is nothing to do:
/// the stories below start this test binary again with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_process() {
    let Ok(orders) = std::env::var(ADDER) else { return };
    let mut orders = orders.split_whitespace();
    let url = orders.next().unwrap();
    let mut id = || orders.next().unwrap().parse::<i64>();
    let (community, hub) = (
        CommunityId::from_i64(id().unwrap()),
        MemberId::from_i64(id().unwrap()),
    );
    let mut others = Vec::new();
    while let Ok(Some(other)) = orders.next().map(str::parse::<i64>).transpose() {
        others.push(MemberId::from_i64(other));
    }
    let (board, _) = Town::open(
        url,
        std::sync::Arc::new(support::exchange::StepClock::at_the_beginning()),
        9,
    );
    add_all(&board, community, hub, others).await;
}

on_both_databases! {
    async fn every_contact_that_many_tasks_and_two_processes_add_is_there_and_on_a_number_of_its_own(database: Database) {
        let policy = Policy { received_cap_percent: 100, ..Policy::default() };
        let town = Town::found(database, 4 * EACH as i64, policy).await;
        let hub = town.person("Hub").await;
        let mut people = Vec::new();
        for n in 0..4 * EACH {
            people.push(town.person(&format!("Person {n}")).await);
        }
        let ids = |range: std::ops::Range<usize>| people[range].iter().map(|p: &Person| p.id).collect::<Vec<_>>();

        let orders = ids(0..2 * EACH).iter().map(|id| id.as_i64().to_string()).collect::<Vec<_>>().join(" ");
        let orders = format!("{} {} {} {orders}", town.url, town.community.as_i64(), hub.id.as_i64());
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_second_process"])
            .env(ADDER, orders)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
        tokio::join!(
            add_all(&town.board, town.community, hub.id, ids(2 * EACH..3 * EACH)),
            add_all(&second, town.community, hub.id, ids(3 * EACH..4 * EACH)),
            // The same pairs from here too: the second process's adds and these must meet.
            add_all(&town.board, town.community, hub.id, ids(0..EACH)),
        );
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

        let table = town.board.contacts(town.community, hub.id).await.unwrap();
        let contacts: HashSet<_> = table.iter().map(|c| c.contact).collect();
        assert_eq!(contacts, ids(0..4 * EACH).into_iter().collect(), "no add was lost");
        let numbers: HashSet<_> = table.iter().map(|c| c.number).collect();
        assert_eq!(numbers.len(), 4 * EACH, "no two contacts of one phone on one number");
        for person in &people {
            let theirs = town.board.contacts(town.community, person.id).await.unwrap();
            assert_eq!(theirs.len(), 1, "the mirror is there");
            let mine = table.iter().find(|c| c.contact == person.id).unwrap();
            assert_eq!((theirs[0].number, theirs[0].mirror_number), (mine.mirror_number, mine.number));
        }
        let loads: i64 =
            town.board.numbers(town.community, None, 500).await.unwrap().iter().map(|n| n.assignments).sum();
        assert_eq!(loads, 8 * EACH as i64, "the loads were counted");
    }

    async fn tables_that_are_full_everywhere_are_recycled_by_many_at_once_and_the_loads_stay_true(database: Database) {
        let policy = Policy {
            when_full: WhenFull::Recycle,
            cool_down_s: 0,
            received_cap_percent: 100,
            ..Policy::default()
        };
        let town = Town::found(database, 2, policy).await;
        let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
        let mut people = Vec::new();
        for n in 0..8 {
            people.push(town.person(&format!("Person {n}")).await.id);
        }
        for round in 0..6 {
            let mut adding = Vec::new();
            for (at, member) in people.iter().copied().enumerate() {
                let contact = people[(at + 1 + round % 7) % people.len()];
                let board = if at % 2 == 0 { town.board.clone() } else { second.clone() };
                let community = town.community;
                adding.push(tokio::spawn(async move { board.add_contact(community, member, contact).await }));
            }
            for added in adding {
                // Some find no room after others have made and filled it; what counts is what is left.
                let _ = added.await.unwrap();
            }
        }
        let rows = town.board.assignments(town.community, None, None, 500).await.unwrap();
        for number in town.board.numbers(town.community, None, 500).await.unwrap() {
            let standing = rows.iter().filter(|(_, id)| *id == number.id).count();
            assert_eq!(number.assignments, standing as i64, "{}", number.id);
        }
        for (row, _) in &rows {
            let mirrored = rows.iter().any(|(r, _)| (r.member, r.contact) == (row.contact, row.member));
            assert!(mirrored, "both rows of a pair are there, or neither");
        }
    }
}

/// Runs statements as another node would, on a connection of its own.
fn other_node(town: &Town) -> partyline::store::Conn {
    let url = partyline::store::DatabaseUrl::parse(&town.url).unwrap();
    url.connect(true).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_meets_a_release_or_a_stop_of_another_node_waits_for_it_and_is_not_bridged() {
    let town = Town::found(support::Database::Postgres, 5, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let contact = town.befriend(ann, bob).await;
    let community = town.community.as_i64();
    let lock =
        format!("SELECT 1 FROM assignments WHERE community_id = {community} ORDER BY member_id FOR UPDATE");
    let stop = format!(
        "UPDATE assignments SET stopped = true WHERE community_id = {community} AND member_id = {}",
        bob.id.as_i64()
    );
    let release = format!(
        "INSERT INTO releases SELECT community_id, member_id, number_id, contact_id, 0, 0 FROM assignments \
         WHERE community_id = {community}; DELETE FROM assignments WHERE community_id = {community}"
    );
    let stopped = Verdict::Refused {
        reason: Reason::RecipientOptedOut,
        reject: false,
    };
    let released = Verdict::Quarantined(Reason::PairReleased);
    for (work, verdict) in [(stop, stopped), (release, released)] {
        let mut other = other_node(&town);
        other.execute(&format!("BEGIN; {lock}; {work}")).unwrap();
        let later = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(500));
            other.execute("COMMIT").unwrap();
        });
        assert_eq!(
            town.text(ann.phone, contact.number, "hello?").await.verdict,
            verdict
        );
        later.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_or_key_that_another_node_stores_at_the_same_moment_is_known_and_another_under_its_id_is_not_lost()
 {
    let town = Town::found(support::Database::Postgres, 5, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let contact = town.befriend(ann, bob).await;
    // What the other node takes in, its commit half a second away.
    let storing = |id: i64, carrier: &str, reference: &str, text: &str| {
        let mut other = other_node(&town);
        other
            .execute(&format!(
                "BEGIN; INSERT INTO messages (community_id, id, origin, from_member, to_member, from_phone, \
                 dialled, text, status, want_receipt, carrier_in, carrier_ref, accepted_at, updated_at, expires_at) \
                 VALUES ({}, {id}, {}, {}, {}, {}, {}, '{text}', 4, false, '{carrier}', '{reference}', 0, 0, 0)",
                town.community.as_i64(),
                i64::from(carrier == "api"),
                ann.id.as_i64(),
                bob.id.as_i64(),
                ann.phone.as_i64(),
                contact.number.as_i64(),
            ))
            .unwrap();
        tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(500));
            other.execute("COMMIT").unwrap();
        })
    };
    let text = async |reference: &str, text: &str| {
        let under = |inbound: &mut InboundText| inbound.carrier_ref = Some(reference.to_owned());
        town.text_with(ann.phone, contact.number, text, under)
            .await
            .verdict
    };
    let later = storing(1, "test", "mo-1", "one");
    assert_eq!(text("mo-1", "one").await, Verdict::Duplicate);
    later.await.unwrap();
    let later = storing(2, "test", "mo-2", "one");
    assert_eq!(text("mo-2", "another").await, Verdict::Bridged);
    later.await.unwrap();
    assert_eq!(text("mo-2", "another").await, Verdict::Duplicate);
    let inbox = town.carrier.wait_for(bob.phone, 1).await;
    assert_eq!(inbox, [(contact.mirror_number, "another".to_owned())]);

    let send = async |key: &str, text: &str| {
        let new = NewMessage {
            from: ann.id,
            to: bob.id,
            text: text.into(),
            idempotency_key: Some(key.into()),
        };
        town.board.send(town.community, new).await
    };
    let later = storing(3, "api", "key-1", "one");
    let (known, created) = send("key-1", "one").await.unwrap();
    assert_eq!((known.id.as_i64(), created), (3, false));
    later.await.unwrap();
    let later = storing(4, "api", "key-2", "one");
    let error = send("key-2", "another").await.unwrap_err();
    assert_eq!(error.code(), "idempotency_key_reused", "{error}");
    later.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_another_node_removes_while_it_is_chosen_gets_no_pair() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let mut other = other_node(&town);
    other
        .execute("BEGIN; UPDATE numbers SET state = 'removed' WHERE load = 0")
        .unwrap();
    let later = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(500));
        other.execute("COMMIT").unwrap();
    });
    let error = town
        .board
        .add_contact(town.community, ann.id, bob.id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "table_full", "{error}");
    later.await.unwrap();
    let rows = town
        .board
        .assignments(town.community, None, None, 10)
        .await
        .unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_that_are_changed_at_once_by_two_nodes_are_all_changed() {
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
    for round in 1..=10_u32 {
        let patch = |board: &Switchboard, field: &str, value: u32| {
            let (board, id) = (board.clone(), town.community);
            let changes = [(field.to_owned(), value.into())].into_iter().collect();
            tokio::spawn(async move { board.patch_community(id, None, changes).await.unwrap() })
        };
        let patches = [
            patch(&town.board, "cool_down_s", round),
            patch(&second, "deadline_s", round),
            patch(&town.board, "member_texts_per_minute", round),
            patch(&second, "max_text_chars", round),
        ];
        for patched in patches {
            patched.await.unwrap();
        }
        let policy = town.board.community(town.community).await.unwrap().policy;
        let now = (
            policy.cool_down_s,
            policy.deadline_s,
            policy.member_texts_per_minute,
            policy.max_text_chars,
        );
        assert_eq!(now, (round.into(), round.into(), round, round as usize));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_big_import_takes_few_of_the_databases_locks() {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let town = Town::found(support::Database::Postgres, 1, Policy::default()).await;
    let mut conn = other_node(&town);
    conn.execute("BEGIN").unwrap();
    for n in 0..5_000 {
        let number = E164::from_i64(14_155_559_000 + n).unwrap();
        partyline::store::numbers::hold(&mut conn, number).unwrap();
    }
    let partyline::store::Conn::Postgres(c) = &mut conn else {
        panic!()
    };
    let query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
    let held = diesel::sql_query(query).get_result::<Count>(c).unwrap().count;
    assert!((1..=64).contains(&held), "{held} locks");
}
