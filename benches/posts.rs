//! Texts from apps: `POST …/messages` with an Idempotency-Key each, into a broker with 100,000 assignments on
//! SQLite; each is answered after its commit and leaves for a virtual phone meanwhile. First as fast as it goes,
//! then 2,000 a second whatever the answers do, for the latency from the moment when each was due.
//!
//! `PARTYLINE_BENCH_SECONDS` shortens or lengthens each part, `PARTYLINE_BENCH_RUNS` repeats all.
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

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::broker::Broker;
use common::http::Caller;
use common::posting;
use diesel::RunQueryDsl;
use partyline::store::{Conn, Durability, migrations};
use serde_json::{Value, json};

const TOWN: common::Town = common::Town {
    members: 2_000,
    reach: 25,
    numbers: 50,
};
/// Connections, each with one request under way at most.
const CONNECTIONS: usize = 128;
const RATE: u64 = 2_000;
/// The bars.
const POSTS_PER_S: f64 = 2_000.0;
const LATENCY_MS: f64 = 30.0;

/// Which text is next, of all callers.
struct Work {
    next: AtomicU64,
    path: String,
    url: String,
}

#[derive(diesel::QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

impl Work {
    /// Waits until nothing is left to be handed to a carrier.
    async fn all_sent(&self) {
        let Conn::Sqlite(mut conn) = common::connect(&self.url) else {
            panic!("not SQLite");
        };
        loop {
            let left: Left = diesel::sql_query("SELECT count(*) AS rows FROM outbox")
                .get_result(&mut conn)
                .unwrap();
            if left.rows == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn post(caller: &mut Caller, work: &Work) {
    posting::post(
        caller,
        &TOWN,
        &work.path,
        work.next.fetch_add(1, Ordering::Relaxed),
    )
    .await;
}

/// Posts as fast as the answers come; returns posts a second and CPU-seconds per thousand.
async fn at_full_speed(broker: &Broker, work: &Arc<Work>, seconds: u64) -> Value {
    let until = Instant::now() + Duration::from_secs(seconds);
    let (cpu, begun) = (common::cpu_s(broker.pid()), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (work, http, token) = (work.clone(), broker.http, broker.token.clone());
        tasks.spawn(async move {
            let mut caller = Caller::connect(http, &token).await;
            let mut posts = 0u64;
            while Instant::now() < until {
                post(&mut caller, &work).await;
                posts += 1;
            }
            posts
        });
    }
    let posts = tasks.join_all().await.into_iter().sum::<u64>();
    let took = begun.elapsed().as_secs_f64();
    // What is still to be sent is part of what a text costs.
    work.all_sent().await;
    let cpu = common::cpu_s(broker.pid()) - cpu;
    json!({
        "posts_per_s": posts as f64 / took,
        "cpu_s_per_1000": cpu / posts as f64 * 1000.0,
    })
}

/// Posts so many a second; the latency of each is counted from when it was due, be there a caller free or not.
async fn at_a_pace(broker: &Broker, work: &Arc<Work>, seconds: u64) -> Value {
    let due_at = Arc::new(AtomicU64::new(0));
    let begun = Instant::now() + Duration::from_millis(200);
    let (cpu, total) = (common::cpu_s(broker.pid()), RATE * seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (work, due_at) = (work.clone(), due_at.clone());
        let (http, token) = (broker.http, broker.token.clone());
        tasks.spawn(async move {
            let mut caller = Caller::connect(http, &token).await;
            let mut took = Vec::new();
            loop {
                let place = due_at.fetch_add(1, Ordering::Relaxed);
                if place >= total {
                    return took;
                }
                let due = begun + Duration::from_micros(place * 1_000_000 / RATE);
                tokio::time::sleep_until(due.into()).await;
                post(&mut caller, &work).await;
                took.push(due.elapsed().as_secs_f64() * 1000.0);
            }
        });
    }
    let took: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
    let lasted = begun.elapsed().as_secs_f64();
    let cpu = common::cpu_s(broker.pid()) - cpu;
    json!({
        "posts_per_s": took.len() as f64 / lasted,
        "cpu_s_per_1000": cpu / took.len() as f64 * 1000.0,
        "latency_ms": common::spread(took),
    })
}

async fn measure(folder: &std::path::Path, run: u64, seconds: u64) -> Value {
    let url = folder.join(format!("posts-{run}.db")).display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    TOWN.build(&mut common::connect(&url), "loopback");
    let broker = Broker::start(folder, &url, "[loopback]\nenabled = true\n");
    let work = Arc::new(Work {
        next: AtomicU64::new(0),
        path: posting::path(),
        url,
    });
    at_full_speed(&broker, &work, 2).await;
    let full = at_full_speed(&broker, &work, seconds).await;
    let paced = at_a_pace(&broker, &work, seconds).await;
    json!({
        "full_speed": full,
        "paced": paced,
        "resident_mb_peak": common::status_kb(broker.pid(), "VmHWM:") as f64 / 1024.0,
    })
}

fn main() -> ExitCode {
    let (seconds, runs) = (
        common::setting("PARTYLINE_BENCH_SECONDS", 20),
        common::setting("PARTYLINE_BENCH_RUNS", 3),
    );
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let fsync_ms = common::fsync_ms(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let runs: Vec<Value> = (0..runs)
        .map(|run| {
            let result = runtime.block_on(measure(folder.path(), run, seconds));
            eprintln!("run {}: {result}", run + 1);
            result
        })
        .collect();
    let of = |pointer: &str| common::median_of(&runs, pointer);
    let (most, cpu, paced) = (
        of("/full_speed/posts_per_s"),
        of("/full_speed/cpu_s_per_1000"),
        of("/paced/posts_per_s"),
    );
    let (p50, p99) = (of("/paced/latency_ms/p50"), of("/paced/latency_ms/p99"));
    let mut bars = common::Bars::default();
    bars.check(
        most >= POSTS_PER_S,
        format!("{most:.0} posts/s, at least {POSTS_PER_S}"),
    );
    // A little is lost to the last answer.
    bars.check(
        paced >= RATE as f64 * 0.99,
        format!("{paced:.0} of {RATE} posts/s were answered in time"),
    );
    bars.check(
        p99 < LATENCY_MS,
        format!("p99 {p99:.1} ms at {RATE}/s, under {LATENCY_MS} ms"),
    );
    common::save(
        "posts",
        &json!({
            "machine": common::machine(),
            "fsync_ms": fsync_ms,
            "assignments": TOWN.assignments(),
            "connections": CONNECTIONS,
            "seconds": seconds,
            "median": {
                "posts_per_s": most,
                "cpu_s_per_1000": cpu,
                "latency_ms_p50": p50,
                "latency_ms_p99": p99,
                "resident_mb_peak": of("/resident_mb_peak"),
            },
            "runs": runs,
            "missed": bars.missed,
        }),
    );
    let row = |what: String, measured: String, bar: String| (what, measured, bar);
    common::table(
        &format!(
            "POST …/messages, {} assignments, SQLite, median of {}",
            TOWN.assignments(),
            runs.len()
        ),
        &[
            row(
                "posts/s, each durable before its answer".into(),
                format!("{most:.0}"),
                format!("at least {POSTS_PER_S}"),
            ),
            row(
                "CPU-s per 1,000 posts, sending included".into(),
                format!("{cpu:.3}"),
                "none".into(),
            ),
            row(
                format!("due to answered at {RATE}/s, p50 / p99"),
                format!("{p50:.1} / {p99:.1} ms"),
                format!("p99 under {LATENCY_MS} ms"),
            ),
        ],
    );
    bars.status().into()
}
