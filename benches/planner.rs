//! The capacity planner on a big community, on SQLite and, where it is there, on PostgreSQL: how many assignments a
//! second it counts, what a what-if and a page of members take, what new contacts wait for while it counts, and
//! resident memory during all of it.
//!
//! `PARTYLINE_BENCH_ROWS` says how many assignments (1,000,000: members of 100 contacts each). In one table of fifty
//! a number cools down, so that its numbers are looked at one by one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
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

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::pool::Capabilities;
use partyline::domain::{Clock, IdGenerator, Timestamp};
use partyline::store::{Db, Durability, migrations};
use partyline::switchboard::{AddedNumbers, Switchboard, WhatIf};
use serde_json::{Value, json};

const RUNS: usize = 3;
const PAGES: usize = 50;
const PAGE: usize = 100;
/// New contacts alone, at least; beside a walk as many as fit, but no more than there are strangers.
const CONTACTS: usize = 200;
const MOST_CONTACTS: i64 = 20_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// The bars.
const ROWS_PER_S: f64 = 500_000.0;
const CONTACT_MS: f64 = 100.0;
const RESIDENT_MB: f64 = 200.0;

struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
    }
}

fn town() -> common::Town {
    let rows = common::setting("PARTYLINE_BENCH_ROWS", 1_000_000) as i64;
    common::Town {
        members: (rows / 100).max(200),
        reach: 50,
        numbers: 130,
    }
}

fn here() -> CommunityId {
    CommunityId::from_i64(common::COMMUNITY)
}

/// The town, with a history: contacts made over the last two hundred days, a few let go of.
fn build(url: &str) {
    drop(migrations::open_migrated(url, Durability::Command).unwrap());
    let mut conn = common::connect(url);
    town().build(&mut conn, "none");
    let (now, c) = (Machine.now().0, common::COMMUNITY);
    let day = |expression: &str| format!("{now} - ({expression}) * CAST({DAY_MS} AS BIGINT)");
    for statement in [
        format!("UPDATE assignments SET created_at = {}", day("id * 31 % 200")),
        format!(
            "INSERT INTO releases (community_id, member_id, number_id, contact_id, released_at, cool_until, made_at) \
             SELECT {c}, id, 101, id % {} + 1, {}, {now} + {DAY_MS}, {} FROM members WHERE id % 50 = 0",
            town().members,
            day("3"),
            day("150"),
        ),
    ] {
        conn.execute(&statement).unwrap();
    }
    if conn.is_postgres() {
        conn.execute("VACUUM ANALYZE").unwrap();
    }
}

/// A new exchange, which has counted nothing yet.
fn board(url: &str, node: u16) -> Switchboard {
    let db = Db::open(url, Durability::Server).unwrap();
    Switchboard::new(db, Arc::new(Machine), IdGenerator::new(node), vec!["none".into()])
}

/// Adds contacts until it is told to stop, and at least so many; what each took, in milliseconds.
async fn add_contacts(board: &Switchboard, first: i64, least: usize, until: &AtomicBool) -> Vec<f64> {
    let members = town().members;
    let mut took = Vec::new();
    for at in first..first + MOST_CONTACTS {
        if took.len() >= least && until.load(Ordering::Relaxed) {
            break;
        }
        // Far enough round the circle that the two are strangers.
        let (member, steps) = (at * 7919 % members, members / 2 + at / members);
        let pair = (member + 1, (member + steps) % members + 1);
        let begun = Instant::now();
        let (member, contact) = (MemberId::from_i64(pair.0), MemberId::from_i64(pair.1));
        if board.add_contact(here(), member, contact).await.is_ok() {
            took.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    took
}

async fn measure(url: &str) -> Value {
    let rows = town().assignments() as f64;
    let (mut walks, mut what_ifs, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        let board = board(url, run as u16 + 1);
        let begun = Instant::now();
        let capacity = board.capacity(here()).await.unwrap();
        walks.push(begun.elapsed().as_secs_f64());
        assert_eq!(
            (capacity.members, capacity.contacts as f64),
            (town().members as u64, rows)
        );
        assert!(capacity.fullest[0].cooling == 1, "{:?}", capacity.fullest[0]);
        let change = WhatIf {
            add: vec![AddedNumbers {
                count: 20,
                region: None,
                capabilities: Capabilities::usual(),
            }],
            more_contacts: 5,
            retire: vec![partyline::domain::id::NumberId::from_i64(1)],
        };
        let begun = Instant::now();
        board.capacity_what_if(here(), change).await.unwrap();
        what_ifs.push(begun.elapsed().as_secs_f64());
        for _ in 0..PAGES / RUNS {
            let begun = Instant::now();
            let page = board.fullest_members(here(), PAGE).await.unwrap();
            pages.push(begun.elapsed().as_secs_f64() * 1e3);
            assert_eq!(page.len(), PAGE);
        }
    }
    let stop = AtomicBool::new(true);
    let busy = board(url, 9);
    let alone = add_contacts(&busy, 0, CONTACTS, &stop).await;
    stop.store(false, Ordering::Relaxed);
    let planner = board(url, 10);
    let walk = async {
        planner.capacity(here()).await.unwrap();
        stop.store(true, Ordering::Relaxed);
    };
    let first = CONTACTS as i64 * 2;
    let (beside, ()) = tokio::join!(add_contacts(&busy, first, 1, &stop), walk);
    let walk_s = common::median(walks);
    json!({
        "walk_s": walk_s,
        "rows_per_s": rows / walk_s,
        "members_per_s": town().members as f64 / walk_s,
        "what_if_s": common::median(what_ifs),
        "page_ms": common::spread(pages),
        "new_contact_alone_ms": common::spread(alone),
        "new_contacts_beside_a_walk": beside.len(),
        "new_contact_beside_a_walk_ms": common::spread(beside),
    })
}

fn has_postgres() -> bool {
    Path::new("/usr/lib/postgresql").is_dir()
}

fn main() -> ExitCode {
    // The building is another process's work, so that its memory is not counted.
    if let Ok(url) = std::env::var("PARTYLINE_BENCH_BUILD") {
        build(&url);
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut bars = common::Bars::default();
    let (mut results, mut table) = (serde_json::Map::new(), Vec::new());
    for database in ["sqlite", "postgres"] {
        if database == "postgres" && !has_postgres() {
            continue;
        }
        let url = match database {
            "sqlite" => folder.path().join("planner.db").display().to_string(),
            _ => support::Postgres::shared().fresh_database(),
        };
        let built = std::process::Command::new(std::env::current_exe().unwrap())
            .env("PARTYLINE_BENCH_BUILD", &url)
            .status()
            .unwrap();
        assert!(built.success());
        let result = runtime.block_on(measure(&url));
        eprintln!("{database}: {result}");
        add_rows(database, &result, &mut table, &mut bars);
        results.insert(database.to_owned(), result);
    }
    let resident_mb = common::status_kb(std::process::id(), "VmHWM:") as f64 / 1024.0;
    bars.check(
        resident_mb < RESIDENT_MB,
        format!("resident memory {resident_mb:.0} MB, under {RESIDENT_MB} MB"),
    );
    table.push((
        "resident memory, peak".to_owned(),
        format!("{resident_mb:.0} MB"),
        format!("under {RESIDENT_MB} MB"),
    ));
    common::save(
        "planner",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(folder.path()),
            "assignments": town().assignments(),
            "members": town().members,
            "results": results,
            "resident_mb": resident_mb,
            "missed": bars.missed,
        }),
    );
    let title = format!("the planner on {} assignments", town().assignments());
    common::table(&title, &table);
    bars.status().into()
}

fn add_rows(
    database: &str,
    result: &Value,
    table: &mut Vec<(String, String, String)>,
    bars: &mut common::Bars,
) {
    let of = |pointer: &str| {
        result
            .pointer(pointer)
            .and_then(Value::as_f64)
            .unwrap_or(f64::NAN)
    };
    let (per_s, beside) = (of("/rows_per_s"), of("/new_contact_beside_a_walk_ms/p99"));
    bars.check(
        per_s >= ROWS_PER_S,
        format!("{database}: {per_s:.0} assignments a second, at least {ROWS_PER_S:.0}"),
    );
    bars.check(
        beside < CONTACT_MS,
        format!("{database}: a new contact beside a walk, p99 {beside:.0} ms, under {CONTACT_MS} ms"),
    );
    let mut row = |what: &str, measured: String, bar: &str| {
        table.push((format!("{database}: {what}"), measured, bar.to_owned()));
    };
    row(
        "a walk",
        format!(
            "{:.2} s, {per_s:.0} assignments and {:.0} members a second",
            of("/walk_s"),
            of("/members_per_s")
        ),
        &format!("at least {ROWS_PER_S:.0} assignments a second"),
    );
    row("a what-if", format!("{:.2} s", of("/what_if_s")), "none");
    let both = |pointer: &str| {
        format!(
            "{:.1} / {:.1} ms",
            of(&format!("{pointer}/p50")),
            of(&format!("{pointer}/p99"))
        )
    };
    row("a page of 100 members, p50 / p99", both("/page_ms"), "none");
    row(
        "a new contact alone, p50 / p99",
        both("/new_contact_alone_ms"),
        "none",
    );
    row(
        "a new contact beside a walk, p50 / p99",
        both("/new_contact_beside_a_walk_ms"),
        &format!("p99 under {CONTACT_MS} ms"),
    );
}
