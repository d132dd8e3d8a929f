//! Files of members and contacts into an empty community: members for the first time, the same file again, and a tenth
//! as many contacts; how many rows a second, how long the writer was held, and how much memory it took. On SQLite and
//! on PostgreSQL.
//!
//! `PARTYLINE_BENCH_ROWS` says how many members (1,000,000 on SQLite, 100,000 on PostgreSQL), `PARTYLINE_BENCH_ONLY`
//! which database.
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

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use partyline::app::SystemClock;
use partyline::domain::id::CommunityId;
use partyline::domain::policy::Policy;
use partyline::domain::pool::Capabilities;
use partyline::domain::{E164, IdGenerator};
use partyline::store::{Durability, migrations};
use partyline::switchboard::{
    Import, ImportFormat, ImportKind, ImportOrder, ImportProgress, NewNumber, NumberCaps, Switchboard,
};
use serde_json::{Value, json};

/// Pool numbers; each member chooses one contact.
const NUMBERS: i64 = 100;
/// The bars: how long the writer is held at most by 99 of 100 transactions, and by how much memory grows.
const HELD_MS: f64 = 100.0;
const GROWN_MB: f64 = 100.0;

fn write(path: &Path, header: &str, rows: u64, row: impl Fn(u64) -> String) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "{header}").unwrap();
    for n in 0..rows {
        writeln!(file, "{}", row(n)).unwrap();
    }
    file.flush().unwrap();
}

fn phone(n: u64) -> String {
    format!("+49151{:08}", n)
}

async fn run(board: &Switchboard, community: CommunityId, kind: ImportKind, path: PathBuf) -> (Import, f64) {
    let order = ImportOrder {
        community,
        kind,
        format: ImportFormat::Csv,
        region: None,
        all_or_nothing: false,
        however_long: false,
        dry_run: false,
        restart: false,
        name: Some(path.display().to_string()),
        source: Arc::new(path),
    };
    let begun = Instant::now();
    let import = board.begin_import(order).await.unwrap();
    let import = board
        .run_import(import, Arc::new(ImportProgress::default()))
        .await
        .unwrap();
    (import, begun.elapsed().as_secs_f64())
}

async fn measure(url: &str, folder: &Path, rows: u64) -> Value {
    let db = migrations::open_migrated(url, Durability::Command).unwrap();
    let held: Arc<Mutex<Vec<f64>>> = Arc::default();
    let told = held.clone();
    db.watch_commits(Arc::new(SystemClock), move |ms| {
        told.lock().unwrap().push(ms as f64)
    });
    let board = Switchboard::new(
        db,
        Arc::new(SystemClock),
        IdGenerator::new(1),
        vec!["test".into()],
    );
    let policy = Policy {
        received_cap_percent: 100,
        ..Policy::default()
    };
    let community = board.create_community("Bench".into(), policy).await.unwrap().id;
    let pool = board.create_pool(community, "main".into()).await.unwrap().id;
    for n in 0..NUMBERS {
        let new = NewNumber {
            pool,
            number: E164::from_i64(12_025_550_000 + n).unwrap(),
            carrier: "test".into(),
            capabilities: Capabilities::usual(),
            region: None,
            rate_per_s: 0.0,
            caps: NumberCaps::default(),
        };
        board.add_number(community, new).await.unwrap();
    }
    let (members, contacts) = (folder.join("members.csv"), folder.join("contacts.csv"));
    write(&members, "name,phone,reference", rows, |n| {
        format!("Member {n},{},ref-{n}", phone(n))
    });
    let pairs = rows / 10;
    write(&contacts, "member,contact", pairs, |n| {
        format!("ref-{n},{}", phone((n * 7 + 1) % rows))
    });
    let memory = || common::status_kb(std::process::id(), "VmHWM") as f64 / 1024.0;
    let before = memory();
    let mut figures = serde_json::Map::new();
    for (name, kind, path, rows) in [
        ("members", ImportKind::Members, &members, rows),
        ("members_again", ImportKind::Members, &members, rows),
        ("contacts", ImportKind::Contacts, &contacts, pairs),
    ] {
        held.lock().unwrap().clear();
        let (import, took) = run(&board, community, kind, path.clone()).await;
        let counted = import.added + import.unchanged + import.refused;
        assert_eq!(counted as u64, rows, "each row once: {import:?}");
        let held_ms = common::spread(std::mem::take(&mut *held.lock().unwrap()));
        let figure = json!({
            "rows": rows,
            "refused": import.refused,
            "seconds": took,
            "rows_per_s": rows as f64 / took,
            "held_ms": held_ms,
        });
        eprintln!("{name}: {figure}");
        figures.insert(name.into(), figure);
    }
    figures.insert("grown_mb".into(), json!(memory() - before));
    Value::Object(figures)
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let only = std::env::var("PARTYLINE_BENCH_ONLY").unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut results, mut table, mut bars) = (serde_json::Map::new(), Vec::new(), common::Bars::default());
    for (database, usual) in [("sqlite", 1_000_000), ("postgres", 100_000)] {
        if !only.is_empty() && only != database {
            continue;
        }
        let rows = common::setting("PARTYLINE_BENCH_ROWS", usual);
        let url = match database {
            "sqlite" => folder.path().join("import.db").display().to_string(),
            _ => support::Postgres::shared().fresh_database(),
        };
        let result = runtime.block_on(measure(&url, folder.path(), rows));
        let of = |pointer: &str| result.pointer(pointer).and_then(Value::as_f64).unwrap();
        for name in ["members", "members_again", "contacts"] {
            let held = of(&format!("/{name}/held_ms/p99"));
            bars.check(
                held < HELD_MS,
                format!("{database}, {name}: the writer held p99 {held:.0} ms, under {HELD_MS} ms"),
            );
            table.push((
                format!("{database}: {name}, rows a second"),
                format!("{:.0}", of(&format!("/{name}/rows_per_s"))),
                "none".to_owned(),
            ));
            table.push((
                format!("{database}: {name}, writer held p50 / p99 / most"),
                format!(
                    "{:.0} / {held:.0} / {:.0} ms",
                    of(&format!("/{name}/held_ms/p50")),
                    of(&format!("/{name}/held_ms/max"))
                ),
                format!("p99 under {HELD_MS} ms"),
            ));
        }
        let grown = of("/grown_mb");
        bars.check(
            grown < GROWN_MB,
            format!("{database}: memory grew by {grown:.0} MB, under {GROWN_MB} MB"),
        );
        table.push((
            format!("{database}: memory grown"),
            format!("{grown:.0} MB"),
            format!("under {GROWN_MB} MB"),
        ));
        results.insert(database.into(), result);
    }
    common::save(
        "import",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(folder.path()),
            "results": results,
            "missed": bars.missed,
        }),
    );
    common::table("imports of members and contacts", &table);
    bars.status().into()
}
