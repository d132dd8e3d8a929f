//! The verification of ten million assignments, on SQLite and, where it is installed, on PostgreSQL: how long it
//! takes, alone and while texts arrive, how long those wait, and how much memory it takes.
//!
//! `PARTYLINE_BENCH_ROWS` makes it smaller or larger; `PARTYLINE_BENCH_POSTGRES_ROWS` on PostgreSQL alone (0 leaves it
//! out); `PARTYLINE_BENCH_TEXTS` says how many texts a second arrive meanwhile (200).
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

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use partyline::domain::{Clock, IdGenerator, Timestamp};
use partyline::store::{Db, Durability, migrations};
use partyline::switchboard::Switchboard;
use partyline::switchboard::outlet::{Exchange, InboundText, Verdict};
use partyline::switchboard::verification::Extent;
use serde_json::{Value, json};

const ROWS: u64 = 10_000_000;
/// The bar, for so many rows; smaller and larger tables have their share of it.
const BAR_S: f64 = 60.0;
const RESIDENT_MB: f64 = 200.0;
/// How many texts a second arrive during one of the runs.
const TEXTS_PER_S: u64 = 200;

struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
    }
}

fn town(rows: u64) -> common::Town {
    common::Town {
        members: (rows as i64 / 100).max(200),
        reach: 50,
        numbers: 130,
    }
}

/// Texts from members to their contacts, some a second, until `ends`: how long each took until it was accepted.
async fn texts(board: Arc<Switchboard>, town: common::Town, per_s: u64, ends: Arc<AtomicBool>) -> Vec<f64> {
    let mut beat = tokio::time::interval(Duration::from_micros(1_000_000 / per_s.max(1)));
    let mut sent = tokio::task::JoinSet::new();
    let mut took_ms = Vec::new();
    for i in 0.. {
        beat.tick().await;
        if ends.load(Ordering::Relaxed) {
            break;
        }
        let (from, number) = (1 + i * 7919 % town.members, i % (2 * town.reach));
        let text = InboundText {
            carrier: "none".into(),
            carrier_ref: Some(format!("bench-{i}")),
            from: town.phone(from - 1),
            to: town.number(number),
            text: "Are you coming tonight?".into(),
            want_receipt: false,
            valid_for_s: None,
            media: Vec::new(),
            held: Vec::new(),
        };
        let board = board.clone();
        sent.spawn(async move {
            let begun = Instant::now();
            let received = board.receive(text).await.unwrap();
            assert_eq!(
                received.verdict,
                Verdict::Bridged,
                "a text on a live pair is bridged"
            );
            begun.elapsed().as_secs_f64() * 1000.0
        });
        while let Some(took) = sent.try_join_next() {
            took_ms.push(took.unwrap());
        }
    }
    took_ms.extend(sent.join_all().await);
    took_ms
}

fn main() -> ExitCode {
    let rows = common::setting("PARTYLINE_BENCH_ROWS", ROWS);
    // Building is another process's work, so that its memory is not counted.
    if let Ok(url) = std::env::var("PARTYLINE_BENCH_BUILD") {
        drop(migrations::open_migrated(&url, Durability::Command).unwrap());
        let town = town(rows);
        let mut conn = common::connect(&url);
        town.build(&mut conn, "none");
        // Numbers below `2 * reach` stand for everybody, the others for nobody.
        conn.execute(&format!(
            "UPDATE numbers SET load = CASE WHEN id <= {} THEN {} ELSE 0 END",
            2 * town.reach,
            town.members
        ))
        .unwrap();
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut bars = common::Bars::default();
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/target").unwrap();
    let file = folder.path().join("verify.db").display().to_string();
    let sqlite = runtime.block_on(measure(&file, rows, folder.path(), "SQLite", &mut bars));
    let here = std::path::Path::new("/usr/lib/postgresql").is_dir();
    let pg_rows = common::setting("PARTYLINE_BENCH_POSTGRES_ROWS", if here { rows } else { 0 });
    let postgres = (pg_rows > 0).then(|| {
        let url = support::Postgres::shared().fresh_database();
        runtime.block_on(measure(&url, pg_rows, folder.path(), "PostgreSQL", &mut bars))
    });
    common::save(
        "verify",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(folder.path()),
            "sqlite": sqlite,
            "postgres": postgres,
            "missed": bars.missed,
        }),
    );
    bars.status().into()
}

async fn measure(
    url: &str,
    rows: u64,
    folder: &std::path::Path,
    name: &str,
    bars: &mut common::Bars,
) -> Value {
    let begun = Instant::now();
    let built = std::process::Command::new(std::env::current_exe().unwrap())
        .env("PARTYLINE_BENCH_BUILD", url)
        .env("PARTYLINE_BENCH_ROWS", rows.to_string())
        .status()
        .unwrap();
    assert!(built.success());
    let built_s = begun.elapsed().as_secs_f64();
    let db = Db::open(url, Durability::Server).unwrap();
    let ids = IdGenerator::new(1);
    let board = Arc::new(Switchboard::new(db, Arc::new(Machine), ids, vec!["none".into()]));
    let key = board.signing_key([1; 32]).await.unwrap();
    let path = folder.join("report.json");
    let mut run = |what: &str| {
        let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let (begun, cpu) = (Instant::now(), common::cpu_s(std::process::id()));
        let go_on = &mut |_| ControlFlow::Continue(());
        let summary =
            tokio::task::block_in_place(|| board.verify(Extent::of(None), &key, [3; 32], &mut out, go_on));
        out.flush().unwrap();
        let took_s = begun.elapsed().as_secs_f64();
        let cpu_s = common::cpu_s(std::process::id()) - cpu;
        let summary = summary.unwrap();
        let bar_s = BAR_S * (summary.checked.assignments as f64 / ROWS as f64).max(0.02);
        bars.check(
            took_s < bar_s,
            format!("{name}, {what}: {took_s:.1} s, under {bar_s:.1} s"),
        );
        (took_s, cpu_s, bar_s, summary)
    };
    let (clean_s, clean_cpu_s, bar_s, clean) = run("a sound table");
    assert!(clean.clean, "{clean:?}");
    let per_s = common::setting("PARTYLINE_BENCH_TEXTS", TEXTS_PER_S);
    let ends = Arc::new(AtomicBool::new(false));
    let traffic = tokio::spawn(texts(board.clone(), town(rows), per_s, ends.clone()));
    let (busy_s, busy_cpu_s, _, busy) = run("while texts arrive");
    ends.store(true, Ordering::Relaxed);
    let took_ms = traffic.await.unwrap();
    assert!(busy.clean, "{busy:?}");
    let (arrived, waited) = (took_ms.len() as f64 / busy_s, common::spread(took_ms));
    let enough = (
        arrived > 0.9 * per_s as f64,
        format!("{name}: {arrived:.0} texts a second accepted meanwhile, of {per_s}"),
    );
    // One row without its mirror: doubts are looked up in a second walk, and all is counted again.
    let mut conn = common::connect(url);
    conn.execute("DELETE FROM assignments WHERE member_id = 7 AND number_id = 3")
        .unwrap();
    let (doubt_s, doubt_cpu_s, _, doubted) = run("with a lost mirror");
    assert_eq!(doubted.offenders, 2, "{doubted:?}");
    bars.check(enough.0, enough.1);
    let resident_mb = common::status_kb(std::process::id(), "VmHWM:") as f64 / 1024.0;
    bars.check(
        resident_mb < RESIDENT_MB,
        format!("{name}: resident memory {resident_mb:.0} MB, under {RESIDENT_MB} MB"),
    );
    let row = |what: &str, measured: String, bar: String| (what.to_owned(), measured, bar);
    let rows = clean.checked.assignments;
    common::table(
        &format!("{rows} assignments on {name}, built in {built_s:.0} s"),
        &[
            row(
                "a sound table",
                format!("{clean_s:.1} s, {clean_cpu_s:.1} CPU-s"),
                format!("under {bar_s:.1} s"),
            ),
            row(
                "while texts arrive",
                format!("{busy_s:.1} s, {busy_cpu_s:.1} CPU-s with theirs"),
                format!("under {bar_s:.1} s"),
            ),
            row(
                "texts accepted meanwhile, a second",
                format!("{arrived:.0}"),
                format!("nine tenths of {per_s}"),
            ),
            row(
                "until a text was accepted, p50 and p99",
                format!(
                    "{:.1} and {:.1} ms",
                    waited["p50"].as_f64().unwrap(),
                    waited["p99"].as_f64().unwrap()
                ),
                "none".to_owned(),
            ),
            row(
                "with a lost mirror: doubts are looked up",
                format!("{doubt_s:.1} s, {doubt_cpu_s:.1} CPU-s"),
                format!("under {bar_s:.1} s"),
            ),
            row(
                "resident memory, peak",
                format!("{resident_mb:.0} MB"),
                format!("under {RESIDENT_MB} MB"),
            ),
        ],
    );
    json!({
        "assignments": rows,
        "clean_s": {"took": clean_s, "cpu": clean_cpu_s, "bar": bar_s},
        "with_texts": {"took_s": busy_s, "cpu_s": busy_cpu_s, "bar_s": bar_s, "texts_per_s": arrived, "accepted_ms": waited},
        "doubts_s": {"took": doubt_s, "cpu": doubt_cpu_s, "bar": bar_s},
        "resident_mb": {"peak": resident_mb, "bar": RESIDENT_MB},
    })
}
