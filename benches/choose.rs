//! Choosing a number with 100, 1,000 and 10,000 numbers in the pool and 10^4 to 10^7 assignments, on SQLite and, where
//! it is installed, on PostgreSQL: the choice alone, a new two-way contact with its commit, and what a member's own
//! contacts cost.
//!
//! `PARTYLINE_BENCH_ROWS` is the largest table (10,000,000), `PARTYLINE_BENCH_POSTGRES_ROWS` that on PostgreSQL
//! (1,000,000; 0 leaves it out), `PARTYLINE_BENCH_ASKED` how often each choice is made (300).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "benches measure with the machine's clock"
)]

mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use common::NUMBER_COLUMNS;
use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::{Clock, IdGenerator, Timestamp};
use partyline::store::{Conn, Db, Durability, migrations};
use partyline::switchboard::Switchboard;
use serde_json::{Value, json};

const LARGEST: u64 = 10_000_000;
const SMALLEST: u64 = 10_000;
/// Numbers in the pool; the first is the least.
const POOLS: [i64; 3] = [100, 1_000, 10_000];
/// Contacts that a member has whom everybody knows.
const HUBS: [i64; 4] = [100, 500, 2_000, 8_000];
/// Contacts of each member, half before and half after.
const REACH: i64 = 10;
/// The bars: how much dearer a choice may be in the largest table than in the smallest, for each tenfold of rows (the
/// index's log, and noise); and how much dearer than linear in the member's own contacts.
const FLAT: f64 = 1.3;
const LINEAR: f64 = 1.5;

struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
    }
}

fn town(rows: u64) -> common::Town {
    common::Town {
        members: (rows as i64 / (2 * REACH)).max(8 * REACH),
        reach: REACH,
        numbers: POOLS[0],
    }
}

/// The member whom everybody knows comes after all others.
fn hub(town: common::Town) -> i64 {
    town.members + 1
}

/// More numbers, which stand for nobody yet.
fn add_numbers(conn: &mut Conn, from: i64, to: i64) {
    let c = common::COMMUNITY;
    let cast = if conn.is_postgres() { "::smallint" } else { "" };
    let n = format!(
        "WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {to})",
        from + 1
    );
    conn.execute(&format!(
        "{n} INSERT INTO numbers {NUMBER_COLUMNS} SELECT {c}, i, 1, 12030000000 + i, 'none', 5{cast}, 'US', 0.0, \
         'active', 0, 0 FROM n"
    ))
    .unwrap();
    conn.execute(&format!(
        "INSERT INTO number_directory (e164, community_id, number_id) SELECT e164, community_id, id FROM numbers WHERE \
         id > {from}"
    ))
    .unwrap();
    analyze(conn);
}

fn analyze(conn: &mut Conn) {
    // SQLite has statistics of its own making.
    if conn.is_postgres() {
        conn.execute("ANALYZE").unwrap();
    }
}

/// Gives the hub the contacts from the first up to so many, each on the number of its place from the end of the pool.
fn befriend(conn: &mut Conn, town: common::Town, from: i64, to: i64) {
    let (c, hub, top) = (common::COMMUNITY, hub(town), POOLS[2]);
    let cast = if conn.is_postgres() { "::smallint" } else { "" };
    let columns = common::ASSIGNMENT_COLUMNS;
    let n = format!(
        "WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {to})",
        from + 1
    );
    for (member, contact, id) in [
        (hub.to_string(), "i".to_owned(), 1_000_000_000_000i64),
        ("i".to_owned(), hub.to_string(), 2_000_000_000_000),
    ] {
        conn.execute(&format!(
            "{n} INSERT INTO assignments {columns} SELECT {c}, {member}, {top} + 1 - i, {contact}, {id} + i, 0{cast}, \
             FALSE, FALSE, FALSE, 0, 0, 0 FROM n"
        ))
        .unwrap();
    }
    conn.execute(&format!(
        "UPDATE numbers SET load = load + 2 WHERE id > {top} - {to} AND id <= {top} - {from}"
    ))
    .unwrap();
    analyze(conn);
}

/// p50 and p99 of one measurement.
#[derive(Clone, Copy)]
struct Took {
    p50: f64,
    p99: f64,
}

impl Took {
    fn of(mut took: Vec<f64>) -> Self {
        took.sort_by(f64::total_cmp);
        Self {
            p50: common::percentile(&took, 50.0),
            p99: common::percentile(&took, 99.0),
        }
    }

    fn shown(self, unit: &str) -> String {
        format!("{:.2} / {:.2} {unit}", self.p50, self.p99)
    }

    fn json(self) -> Value {
        json!({ "p50": self.p50, "p99": self.p99 })
    }
}

/// One table, one pool.
struct Cell {
    rows: i64,
    numbers: i64,
    choice_ms: Took,
    contact_ms: Took,
}

/// A member with so many contacts.
struct Hub {
    contacts: i64,
    choice_ms: Took,
}

struct Bench {
    board: Switchboard,
    conn: Conn,
    town: common::Town,
    asked: usize,
    state: u64,
}

impl Bench {
    fn open(url: &str, rows: u64, asked: usize) -> Self {
        drop(migrations::open_migrated(url, Durability::Command).unwrap());
        let (town, mut conn) = (town(rows), common::connect(url));
        town.build(&mut conn, "none");
        let c = common::COMMUNITY;
        conn.execute(&format!(
            "INSERT INTO members (community_id, id, name, guest, created_at) VALUES ({c}, {hub}, 'Hub', FALSE, 0); \
             INSERT INTO devices (community_id, id, member_id, phone, region, stopped_all, created_at) VALUES \
             ({c}, {hub}, {hub}, 4917000000000, 'DE', FALSE, 0)",
            hub = hub(town)
        ))
        .unwrap();
        let db = Db::open(url, Durability::Server).unwrap();
        let board = Switchboard::new(db, Arc::new(Machine), IdGenerator::new(1), vec!["none".into()]);
        Self {
            board,
            conn,
            town,
            asked,
            state: 88_172_645_463_325_252,
        }
    }

    fn random(&mut self, below: i64) -> i64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % below as u64) as i64
    }

    /// Two who do not know each other, unless by a choice of this bench.
    fn strangers(&mut self) -> (MemberId, MemberId) {
        let members = self.town.members;
        let member = self.random(members);
        let away = 2 * REACH + self.random(members - 4 * REACH);
        let contact = (member + away) % members;
        (MemberId::from_i64(member + 1), MemberId::from_i64(contact + 1))
    }

    fn choose(&mut self, pair: (MemberId, MemberId)) -> f64 {
        let community = CommunityId::from_i64(common::COMMUNITY);
        let begun = Instant::now();
        let choice = self.board.choose_on(&mut self.conn, community, pair).unwrap();
        let took = begun.elapsed().as_secs_f64() * 1e3;
        assert!(choice.is_some(), "the tables have room");
        took
    }

    async fn cell(&mut self, numbers: i64) -> Cell {
        let community = CommunityId::from_i64(common::COMMUNITY);
        let mut alone = Vec::with_capacity(self.asked);
        // The first tenth warms the caches.
        for time in 0..self.asked + self.asked / 10 {
            let pair = self.strangers();
            let took = self.choose(pair);
            if time >= self.asked / 10 {
                alone.push(took);
            }
        }
        let mut whole = Vec::with_capacity(self.asked);
        while whole.len() < self.asked {
            let (member, contact) = self.strangers();
            let begun = Instant::now();
            let (_, created) = self.board.add_contact(community, member, contact).await.unwrap();
            let took = begun.elapsed().as_secs_f64() * 1e3;
            if created {
                whole.push(took);
                // Undone, so that every table stays as it is.
                let pair = partyline::switchboard::ContactRef::Member(contact);
                self.board.release_contact(community, member, pair).await.unwrap();
            }
        }
        Cell {
            rows: self.town.assignments(),
            numbers,
            choice_ms: Took::of(alone),
            contact_ms: Took::of(whole),
        }
    }

    fn hub(&mut self, contacts: i64) -> Hub {
        let hub = MemberId::from_i64(hub(self.town));
        let mut took = Vec::with_capacity(self.asked);
        for _ in 0..self.asked {
            // Somebody whom the hub does not know.
            let other = contacts + self.random(self.town.members - contacts) + 1;
            took.push(self.choose((MemberId::from_i64(other), hub)));
        }
        Hub {
            contacts,
            choice_ms: Took::of(took),
        }
    }
}

/// Every table of a database up to a size, each with every pool; and the hub in the largest pool of the last.
async fn measure(
    largest: u64,
    asked: usize,
    mut place: impl FnMut(u64) -> (String, Option<tempfile::TempDir>),
) -> (Vec<Cell>, Vec<Hub>) {
    let (mut cells, mut hubs) = (Vec::new(), Vec::new());
    let mut rows = SMALLEST.min(largest);
    while rows <= largest {
        let begun = Instant::now();
        let (url, folder) = place(rows);
        let mut bench = Bench::open(&url, rows, asked);
        eprintln!(
            "built {} assignments in {:.0} s",
            bench.town.assignments(),
            begun.elapsed().as_secs_f64()
        );
        for (at, numbers) in POOLS.into_iter().enumerate() {
            if at > 0 {
                add_numbers(&mut bench.conn, POOLS[at - 1], numbers);
            }
            cells.push(bench.cell(numbers).await);
        }
        if rows * 10 > largest {
            let (mut known, most) = (0, bench.town.members / 2);
            for contacts in HUBS.into_iter().filter(|contacts| *contacts < most) {
                befriend(&mut bench.conn, bench.town, known, contacts);
                known = contacts;
                hubs.push(bench.hub(contacts));
            }
        }
        drop((bench, folder));
        rows *= 10;
    }
    (cells, hubs)
}

fn report(name: &str, cells: &[Cell], hubs: &[Hub], bars: &mut common::Bars) -> Value {
    let mut table = Vec::new();
    for cell in cells {
        let first = cells.iter().find(|c| c.numbers == cell.numbers).unwrap_or(cell);
        let tenfolds = (cell.rows as f64 / first.rows as f64).log10().max(0.0);
        let bar_ms = first.choice_ms.p50 * FLAT.powf(tenfolds);
        let what = format!("{} numbers, {} assignments", cell.numbers, cell.rows);
        bars.check(
            cell.choice_ms.p50 <= bar_ms,
            format!(
                "{name}, {what}: a choice takes {:.2} ms, at most {bar_ms:.2} ms",
                cell.choice_ms.p50
            ),
        );
        table.push((
            format!("{what}: choice, p50 / p99"),
            cell.choice_ms.shown("ms"),
            format!("p50 at most {bar_ms:.2} ms"),
        ));
        table.push((
            format!("{what}: new two-way contact, committed, p50 / p99"),
            cell.contact_ms.shown("ms"),
            "none".to_owned(),
        ));
    }
    for (at, hub) in hubs.iter().enumerate() {
        let bar_ms = match at.checked_sub(1).and_then(|before| hubs.get(before)) {
            Some(before) => {
                before.choice_ms.p50 * (hub.contacts as f64 / before.contacts as f64).max(1.0) * LINEAR
            }
            None => f64::INFINITY,
        };
        bars.check(
            hub.choice_ms.p50 <= bar_ms,
            format!(
                "{name}, a member of {} contacts: {:.2} ms, at most {bar_ms:.2} ms",
                hub.contacts, hub.choice_ms.p50
            ),
        );
        let bar = match bar_ms.is_finite() {
            true => format!("p50 at most {bar_ms:.2} ms"),
            false => "none".to_owned(),
        };
        table.push((
            format!(
                "{} numbers, a member of {} contacts: choice, p50 / p99",
                POOLS[2], hub.contacts
            ),
            hub.choice_ms.shown("ms"),
            bar,
        ));
    }
    common::table(&format!("choosing a number, {name}"), &table);
    let cell = |cell: &Cell| {
        json!({
            "assignments": cell.rows, "numbers": cell.numbers, "choice_ms": cell.choice_ms.json(),
            "new_contact_ms": cell.contact_ms.json(),
        })
    };
    let hub = |hub: &Hub| json!({ "contacts": hub.contacts, "choice_ms": hub.choice_ms.json() });
    json!({
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
        "hubs": hubs.iter().map(hub).collect::<Vec<_>>(),
    })
}

fn main() -> ExitCode {
    let largest = common::setting("PARTYLINE_BENCH_ROWS", LARGEST);
    let here = std::path::Path::new("/usr/lib/postgresql").is_dir();
    let usual = if here { largest.min(1_000_000) } else { 0 };
    let pg_largest = common::setting("PARTYLINE_BENCH_POSTGRES_ROWS", usual);
    let asked = common::setting("PARTYLINE_BENCH_ASKED", 300).max(1) as usize;
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/target");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut bars = common::Bars::default();
    let in_file = |_| {
        let folder = tempfile::tempdir_in(target).unwrap();
        let url = folder.path().join("choose.db").display().to_string();
        (url, Some(folder))
    };
    let (cells, hubs) = runtime.block_on(measure(largest, asked, in_file));
    let sqlite = report("SQLite", &cells, &hubs, &mut bars);
    let postgres = (pg_largest > 0).then(|| {
        let on_server = |_| (support::Postgres::shared().fresh_database(), None);
        let (cells, hubs) = runtime.block_on(measure(pg_largest, asked, on_server));
        report("PostgreSQL", &cells, &hubs, &mut bars)
    });
    let probe = tempfile::tempdir_in(target).unwrap();
    common::save(
        "choose",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(probe.path()),
            "asked": asked,
            "sqlite": sqlite,
            "postgres": postgres,
            "missed": bars.missed,
        }),
    );
    bars.status().into()
}
