//! Routing and assigning at ten million assignments on SQLite: latency of `route`, of a new two-way
//! contact with its commit, and resident memory during all of it.
//!
//! `PARTYLINE_BENCH_MEMBERS` makes a smaller or larger community (100,000 members of 100 contacts each).
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

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use partyline::domain::id::{CommunityId, MemberId};
use partyline::domain::{Clock, IdGenerator, Timestamp};
use partyline::store::{Db, Durability, migrations};
use partyline::switchboard::Switchboard;
use serde_json::json;

const LOOKUPS: usize = 200_000;
const CONTACTS: usize = 1_000;
/// The bars.
const ROUTE_US: f64 = 100.0;
const CONTACT_MS: f64 = 10.0;
const RESIDENT_MB: f64 = 200.0;

struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
    }
}

fn town() -> common::Town {
    let members = std::env::var("PARTYLINE_BENCH_MEMBERS")
        .ok()
        .and_then(|m| m.parse().ok())
        .unwrap_or(100_000);
    common::Town {
        members,
        reach: 50,
        numbers: 130,
    }
}

fn main() -> ExitCode {
    // The building is another process's work, so that its memory is not counted.
    if let Ok(url) = std::env::var("PARTYLINE_BENCH_BUILD") {
        drop(migrations::open_migrated(&url, Durability::Command).unwrap());
        town().build(&mut common::connect(&url), "none");
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/target").unwrap();
    let url = folder.path().join("route.db").display().to_string();
    let town = town();
    let begun = Instant::now();
    let built = std::process::Command::new(std::env::current_exe().unwrap())
        .env("PARTYLINE_BENCH_BUILD", &url)
        .status()
        .unwrap();
    assert!(built.success());
    eprintln!(
        "built {} assignments in {:.0} s",
        town.assignments(),
        begun.elapsed().as_secs_f64()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let bars = runtime.block_on(measure(&url, town, folder.path()));
    bars.status().into()
}

async fn measure(url: &str, town: common::Town, folder: &std::path::Path) -> common::Bars {
    let db = Db::open(url, Durability::Server).unwrap();
    let mut conn = db.connect().unwrap();
    let board = Switchboard::new(
        db.clone(),
        Arc::new(Machine),
        IdGenerator::new(1),
        vec!["none".into()],
    );
    let mut state = 88_172_645_463_325_252u64;
    let mut random = |below: i64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as i64
    };

    let mut took = Vec::with_capacity(LOOKUPS);
    for lookup in 0..LOOKUPS + LOOKUPS / 10 {
        let (from, to) = (
            town.phone(random(town.members)),
            town.number(random(2 * town.reach)),
        );
        let begun = Instant::now();
        assert!(board.route_on(&mut conn, from, to).unwrap());
        // The first tenth warms the caches of the operating system.
        if lookup >= LOOKUPS / 10 {
            took.push(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    took.sort_by(f64::total_cmp);
    let route = (common::percentile(&took, 50.0), common::percentile(&took, 99.0));

    let mut took = Vec::with_capacity(CONTACTS);
    let mut pair = random(town.members);
    for _ in 0..CONTACTS {
        // Far enough round the circle that the two are strangers.
        pair = (pair + 7919) % town.members;
        let member = MemberId::from_i64(pair + 1);
        let contact = MemberId::from_i64((pair + town.members / 2) % town.members + 1);
        let begun = Instant::now();
        let (_, created) = board
            .add_contact(CommunityId::from_i64(common::COMMUNITY), member, contact)
            .await
            .unwrap();
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(created);
    }
    took.sort_by(f64::total_cmp);
    let contact = (common::percentile(&took, 50.0), common::percentile(&took, 99.0));
    let resident_mb = common::status_kb(std::process::id(), "VmHWM:") as f64 / 1024.0;
    let size_mb = std::fs::metadata(url).map_or(0, |m| m.len()) as f64 / 1e6;

    let mut bars = common::Bars::default();
    bars.check(
        route.1 < ROUTE_US,
        format!("route p99 {:.0} µs, under {ROUTE_US} µs", route.1),
    );
    bars.check(
        contact.1 < CONTACT_MS,
        format!("new contact p99 {:.1} ms, under {CONTACT_MS} ms", contact.1),
    );
    bars.check(
        resident_mb < RESIDENT_MB,
        format!("resident memory {resident_mb:.0} MB, under {RESIDENT_MB} MB"),
    );
    common::save(
        "route",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(folder),
            "assignments": town.assignments(),
            "database_mb": size_mb,
            "route_us": {"p50": route.0, "p99": route.1, "bar_p99": ROUTE_US, "lookups": LOOKUPS},
            "new_contact_ms": {"p50": contact.0, "p99": contact.1, "bar_p99": CONTACT_MS, "contacts": CONTACTS},
            "resident_mb": {"peak": resident_mb, "bar": RESIDENT_MB},
            "missed": bars.missed,
        }),
    );
    let row = |what: &str, measured: String, bar: &str| (what.to_owned(), measured, bar.to_owned());
    common::table(
        &format!("{} assignments on SQLite, {size_mb:.0} MB", town.assignments()),
        &[
            row(
                "route, p50 / p99",
                format!("{:.0} / {:.0} µs", route.0, route.1),
                &format!("p99 under {ROUTE_US} µs"),
            ),
            row(
                "new two-way contact, committed, p50 / p99",
                format!("{:.1} / {:.1} ms", contact.0, contact.1),
                &format!("p99 under {CONTACT_MS} ms"),
            ),
            row(
                "resident memory, peak",
                format!("{resident_mb:.0} MB"),
                &format!("under {RESIDENT_MB} MB"),
            ),
        ],
    );
    bars
}
