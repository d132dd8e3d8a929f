//! The event stream: 1,000 readers of `GET /v1/events`, 50 events a second to each, and what memory the broker has
//! then. The readers are four apps', each with a key of its own. Every reader must have got every event, once.
//!
//! `PARTYLINE_BENCH_SECONDS` shortens or lengthens it, `PARTYLINE_BENCH_STREAMS` opens fewer or more,
//! `PARTYLINE_BENCH_RUNS` repeats it.
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

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::broker::Broker;
use common::http::{Caller, find};
use common::posting;
use partyline::domain::id::CommunityId;
use partyline::store::{Durability, events, migrations};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

const TOWN: common::Town = common::Town {
    members: 2_000,
    reach: 25,
    numbers: 50,
};
const APPS: usize = 4;
/// Each text makes two events: it was received, and delivered.
const TEXTS_PER_S: u64 = 25;
const EVENTS_PER_TEXT: u64 = 2;
/// The bar.
const RESIDENT_MB: f64 = 100.0;

/// What one reader has got.
#[derive(Default)]
struct Got {
    ids: Mutex<HashSet<[u8; 17]>>,
    twice: AtomicU64,
    /// From an event's own time to its arrival, at every fiftieth reader.
    after_ms: Mutex<Vec<f64>>,
}

fn now_ms() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs_f64() * 1e3
}

/// Notes the events in what was read; returns how much of it was whole.
fn note(text: &[u8], got: &Got, timed: bool) -> usize {
    let mut at = 0;
    while let Some(end) = find(&text[at..], b"\n\n") {
        let event = &text[at..at + end];
        at += end + 2;
        let Some(id) = find(event, b"id: evt_").map(|id| &event[id + 4..id + 21]) else {
            continue;
        };
        if !got.ids.lock().unwrap().insert(id.try_into().unwrap()) {
            got.twice.fetch_add(1, Ordering::Relaxed);
        }
        if timed {
            let from = find(event, b"\"timestamp\":\"").unwrap() + 13;
            let stamp = std::str::from_utf8(&event[from..from + 24]).unwrap();
            let sent = chrono::DateTime::parse_from_rfc3339(stamp)
                .unwrap()
                .timestamp_millis();
            got.after_ms.lock().unwrap().push(now_ms() - sent as f64);
        }
    }
    at
}

/// Reads until the broker ends; `open` is told once the stream has begun.
async fn read(mut caller: Caller, got: Arc<Got>, timed: bool, open: Arc<AtomicU64>) {
    caller.send("GET", "/v1/events", "", "").await;
    let mut buffer = Vec::with_capacity(16_384);
    let mut is_open = false;
    while caller
        .stream
        .read_buf(&mut buffer)
        .await
        .is_ok_and(|read| read > 0)
    {
        if !is_open && find(&buffer, b": partyline").is_some() {
            is_open = true;
            open.fetch_add(1, Ordering::Relaxed);
        }
        let whole = note(&buffer, &got, timed);
        buffer.drain(..whole);
    }
}

fn resident_mb(broker: &Broker) -> f64 {
    common::status_kb(broker.pid(), "VmRSS:") as f64 / 1024.0
}

async fn measure(folder: &Path, run: u64, streams: usize, seconds: u64) -> Value {
    let url = folder.join(format!("streams-{run}.db")).display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    TOWN.build(&mut common::connect(&url), "loopback");
    let broker = Broker::start(folder, &url, "[loopback]\nenabled = true\n");
    let community = CommunityId::from_i64(common::COMMUNITY).to_string();
    let keys: Vec<String> = (0..APPS)
        .map(|app| {
            let name = format!("chat{app}");
            broker.key(&["--scope", "app", "--community", &community, "--app", &name])
        })
        .collect();
    let path = posting::path();
    let mut caller = Caller::connect(broker.http, &broker.token).await;
    for n in 0..100 {
        posting::post(&mut caller, &TOWN, &path, n).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let alone = resident_mb(&broker);

    let (open, mut readers) = (Arc::new(AtomicU64::new(0)), Vec::new());
    for reader in 0..streams {
        let got = Arc::new(Got::default());
        let caller = Caller::connect(broker.http, &keys[reader % APPS]).await;
        tokio::spawn(read(caller, got.clone(), reader % 50 == 0, open.clone()));
        readers.push(got);
    }
    let patience = Instant::now() + Duration::from_secs(30);
    while open.load(Ordering::Relaxed) < streams as u64 {
        assert!(Instant::now() < patience, "only {open:?} streams were opened");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = resident_mb(&broker);

    let first = partyline::domain::id::EventId::earliest(partyline::domain::Timestamp(now_ms() as i64));
    let (cpu, begun) = (common::cpu_s(broker.pid()), Instant::now());
    let (texts, mut most) = (TEXTS_PER_S * seconds, idle);
    for n in 0..texts {
        let due = begun + Duration::from_micros(n * 1_000_000 / TEXTS_PER_S);
        tokio::time::sleep_until(due.into()).await;
        posting::post(&mut caller, &TOWN, &path, 100 + n).await;
        most = most.max(resident_mb(&broker));
    }
    let events = (texts * EVENTS_PER_TEXT) as usize;
    let patience = Instant::now() + Duration::from_secs(20);
    let short = |readers: &[Arc<Got>]| {
        let few = |got: &&Arc<Got>| got.ids.lock().unwrap().len() < events;
        readers.iter().filter(few).count()
    };
    while short(&readers) > 0 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(20)).await;
        most = most.max(resident_mb(&broker));
    }
    let (took, cpu) = (begun.elapsed().as_secs_f64(), common::cpu_s(broker.pid()) - cpu);

    // What there was, by the database.
    let here = CommunityId::from_i64(common::COMMUNITY);
    let rows = events::after(&mut common::connect(&url), here, first.as_i64(), 1_000_000).unwrap();
    let there: HashSet<[u8; 17]> = rows
        .iter()
        .map(|row| {
            let id = partyline::domain::id::EventId::from_i64(row.id).to_string();
            id.as_bytes().try_into().unwrap()
        })
        .collect();
    assert_eq!(there.len(), events, "other events than the texts' own");
    let lacking: usize = readers
        .iter()
        .map(|got| there.difference(&got.ids.lock().unwrap()).count())
        .sum();
    let twice: u64 = readers.iter().map(|got| got.twice.load(Ordering::Relaxed)).sum();
    let after_ms = readers
        .iter()
        .flat_map(|got| std::mem::take(&mut *got.after_ms.lock().unwrap()));
    json!({
        "events": events,
        "lacking": lacking,
        "twice": twice,
        "resident_mb_alone": alone,
        "resident_mb_open": idle,
        "resident_mb_most": most,
        "cpu_s_per_s": cpu / took,
        "latency_ms": common::spread(after_ms.collect()),
    })
}

fn main() -> ExitCode {
    let (seconds, runs) = (
        common::setting("PARTYLINE_BENCH_SECONDS", 20),
        common::setting("PARTYLINE_BENCH_RUNS", 3),
    );
    let streams = common::setting("PARTYLINE_BENCH_STREAMS", 1_000);
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let runs: Vec<Value> = (0..runs)
        .map(|run| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let result = runtime.block_on(measure(folder.path(), run, streams as usize, seconds));
            eprintln!("run {}: {result}", run + 1);
            result
        })
        .collect();
    let of = |pointer: &str| common::median_of(&runs, pointer);
    let (alone, open, most) = (
        of("/resident_mb_alone"),
        of("/resident_mb_open"),
        of("/resident_mb_most"),
    );
    let (lacking, twice) = (of("/lacking"), of("/twice"));
    let mut bars = common::Bars::default();
    bars.check(
        most < RESIDENT_MB,
        format!("{most:.0} MB resident, under {RESIDENT_MB} MB"),
    );
    bars.check(
        lacking == 0.0 && twice == 0.0,
        format!("{lacking} events did not reach a reader, {twice} came twice"),
    );
    let (p50, p99, cpu) = (of("/latency_ms/p50"), of("/latency_ms/p99"), of("/cpu_s_per_s"));
    common::save(
        "streams",
        &json!({
            "machine": common::machine(),
            "streams": streams,
            "events_per_s": TEXTS_PER_S * EVENTS_PER_TEXT,
            "seconds": seconds,
            "median": {
                "resident_mb_alone": alone,
                "resident_mb_open": open,
                "resident_mb_most": most,
                "cpu_s_per_s": cpu,
                "latency_ms_p50": p50,
                "latency_ms_p99": p99,
            },
            "runs": runs,
            "missed": bars.missed,
        }),
    );
    let row = |what: &str, measured: String, bar: String| (what.to_owned(), measured, bar);
    common::table(
        &format!(
            "{streams} streams, {} events/s to each, median of {}",
            TEXTS_PER_S * EVENTS_PER_TEXT,
            runs.len()
        ),
        &[
            row(
                "resident memory: without streams / open / most",
                format!("{alone:.0} / {open:.0} / {most:.0} MB"),
                format!("under {RESIDENT_MB} MB"),
            ),
            row(
                "events that did not come / came twice",
                format!("{lacking} / {twice}"),
                "none".into(),
            ),
            row(
                "event to reader, p50 / p99",
                format!("{p50:.0} / {p99:.0} ms"),
                "none".into(),
            ),
            row(
                "CPU-seconds a second, texts included",
                format!("{cpu:.2}"),
                "none".into(),
            ),
        ],
    );
    bars.status().into()
}
