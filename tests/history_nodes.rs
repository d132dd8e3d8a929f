//! What two nodes write into the history at one moment: it tells of the rows as they came to be, whoever was first. SQLite
//! has one writer, so these stories are PostgreSQL's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on must stop, and waits on the machine's clock"
)]

mod support;

use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::history::Why;
use partyline::domain::policy::Policy;
use partyline::store::{Conn, DatabaseUrl};
use partyline::switchboard::outlet::{Exchange as _, InboundText};
use partyline::switchboard::switching::{CallAttempt, CallExchange as _, Caller};
use partyline::switchboard::{AssignmentChanged, ContactRef, Switchboard};
use support::Database;
use support::exchange::{Person, Town};

async fn town() -> (Town, Switchboard) {
    let policy = Policy {
        cool_down_s: 0,
        member_texts_per_minute: 0,
        ..Policy::default()
    };
    let town = Town::found(Database::Postgres, 3, policy).await;
    let (second, _) = Town::open(&town.url, town.clock.clone(), 3);
    (town, second)
}

async fn text(board: &Switchboard, from: E164, to: E164, text: &str) {
    let inbound = InboundText {
        carrier: "test".into(),
        carrier_ref: None,
        from,
        to,
        text: text.into(),
        want_receipt: false,
        valid_for_s: None,
        media: Vec::new(),
        held: Vec::new(),
    };
    board.receive(inbound).await.unwrap();
}

async fn call(board: &Switchboard, from: E164, dialled: E164) {
    let attempt = CallAttempt {
        trunk: "main".into(),
        caller: Caller::Phone(from),
        dialled,
    };
    board.route_call(attempt).await.unwrap();
}

/// The last change of the row of one member of a pair.
async fn last(town: &Town, one: Person, other: Person) -> AssignmentChanged {
    let contact = ContactRef::Member(other.id);
    let all = town
        .board
        .pair_history(town.community, one.id, contact, None, 100)
        .await
        .unwrap();
    let mut changes = all.into_iter().map(|(change, _)| change);
    changes.find(|change| change.member == one.id).unwrap()
}

/// A node that has begun a transaction and done this in it.
fn other_node(town: &Town, work: &str) -> Conn {
    let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
    conn.execute(&format!("BEGIN; {work}")).unwrap();
    conn
}

/// Commits once whoever meets that transaction has had the time to wait for it.
async fn commit_later(mut conn: Conn) {
    tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(500));
        conn.execute("COMMIT").unwrap();
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_waited_for_another_nodes_keeps_what_that_one_did() {
    let (town, second) = town().await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let made = town.befriend(ann, bob).await;
    town.text(bob.phone, made.mirror_number, "STOP").await;
    let change = |what: &str| {
        format!(
            "UPDATE assignments SET {what} WHERE community_id = {} AND member_id = {}",
            town.community.as_i64(),
            bob.id.as_i64()
        )
    };
    let blocking = other_node(&town, &change("blocked = TRUE"));
    tokio::join!(
        commit_later(blocking),
        text(&second, bob.phone, made.mirror_number, "START")
    );
    let started = last(&town, bob, ann).await;
    assert_eq!(
        (started.why, started.stopped, started.blocked),
        (Why::Started, false, true)
    );

    let unblocking = other_node(&town, &change("blocked = FALSE"));
    tokio::join!(
        commit_later(unblocking),
        text(&second, bob.phone, made.mirror_number, "STOP")
    );
    let stopped = last(&town, bob, ann).await;
    assert_eq!(
        (stopped.why, stopped.stopped, stopped.blocked),
        (Why::Stopped, true, false)
    );
    town.assert_history_agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_a_pair_that_another_node_releases_at_that_moment_does_not_bring_it_back() {
    let (town, second) = town().await;
    let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
    let made = town.befriend(ann, bob).await;
    let releasing = other_node(
        &town,
        &format!(
            "DELETE FROM assignments WHERE community_id = {}",
            town.community.as_i64()
        ),
    );
    tokio::join!(
        commit_later(releasing),
        call(&second, bob.phone, made.mirror_number)
    );
    // The call's record is written beside the call.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(last(&town, bob, ann).await.why, Why::ContactAdded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_two_nodes_do_to_a_pair_at_once_the_history_agrees_with_the_tables() {
    let (town, second) = town().await;
    for round in 0..12 {
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        let (mine, shown) = (made.number, made.mirror_number);
        let words = match round % 3 {
            0 => ("STOP", "START"),
            1 => ("START", "STOPALL"),
            _ => ("STOP", "hello"),
        };
        let release = async {
            if round % 2 == 0 {
                let contact = ContactRef::Member(bob.id);
                let released = town.board.release_contact(town.community, ann.id, contact).await;
                released.unwrap();
            }
        };
        tokio::join!(
            text(&town.board, bob.phone, shown, words.0),
            text(&second, bob.phone, shown, words.1),
            call(&second, bob.phone, shown),
            text(&second, ann.phone, mine, "hello"),
            release,
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        town.assert_history_agrees();
    }
}
