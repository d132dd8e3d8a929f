//! What the benches stand on: their bars, and their big community.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test, with the runtime and the clock of its own"
)]

#[path = "../benches/common/mod.rs"]
mod common;

use std::sync::Arc;

use partyline::domain::{Clock, IdGenerator, Timestamp};
use partyline::store::{Db, Durability, migrations};
use partyline::switchboard::Switchboard;

/// A day in the autumn of 2026.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp(1_795_000_000_000)
    }
}

#[test]
fn a_bench_that_misses_a_bar_ends_with_one_and_says_which() {
    let mut bars = common::Bars::default();
    bars.check(true, "route p99 90 µs, under 100 µs".into());
    assert_eq!((bars.status(), bars.missed.len()), (0, 0));
    bars.check(false, "route p99 110 µs, under 100 µs".into());
    assert_eq!(
        (bars.status(), bars.missed),
        (1, vec!["route p99 110 µs, under 100 µs".to_owned()])
    );
}

#[tokio::test]
async fn the_community_of_the_benches_can_be_made_in_the_schema_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("bench.db").display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    let town = common::Town {
        members: 20,
        reach: 3,
        numbers: 8,
    };
    town.build(&mut common::connect(&url), "none");
    let board = Switchboard::new(
        Db::open(&url, Durability::Server).unwrap(),
        Arc::new(Noon),
        IdGenerator::new(1),
        vec!["none".into()],
    );
    for number in 0..2 * town.reach {
        let found = board
            .resolve(None, town.phone(7), town.number(number))
            .await
            .unwrap();
        assert_eq!(found.outcome, "bridge", "{found:?}");
    }
}
