//! Many tasks and two processes work on one member's table at once, on both databases: every add is
//! there afterwards, no rule is broken, and nobody meets "database is locked".
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::HashSet;
use std::process::Stdio;

use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::policy::Policy;
use partyline::switchboard::Switchboard;
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
}
