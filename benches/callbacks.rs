//! Callbacks: texts from apps make events, and each goes to ten endpoints, 500 callbacks a second and more to the
//! nine that answer. The tenth answers too, or accepts every request and never answers, or does so since long, with
//! 100,000 callbacks waiting for it. What is measured is the nine's: when each callback came after its event.
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

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::broker::Broker;
use common::http::{Caller, find};
use common::posting;
use partyline::domain::id::{CommunityId, DeliveryId, EndpointId, EventId};
use partyline::store::{Durability, migrations};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TOWN: common::Town = common::Town {
    members: 2_000,
    reach: 25,
    numbers: 50,
};
const GOOD: usize = 9;
/// Events a second: 522 callbacks a second to the nine.
const EVENTS_PER_S: u64 = 58;
/// Not counted: the first connections, and the breaker of the one that hangs.
const WARM_UP_S: u64 = 3;
const WAITING: i64 = 100_000;
/// The bars.
const CALLBACKS_PER_S: f64 = 500.0;
/// "No effect on the others": their p99 is at most so much above that of a run in which none hangs. Two runs of the
/// same differ by about as much.
const MORE: f64 = 1.25;
const MORE_MS: f64 = 10.0;

/// How the tenth endpoint behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tenth {
    Answers,
    Hangs,
    HangsSinceLong,
}

const PARTS: [(Tenth, &str); 3] = [
    (Tenth::Answers, "all answer"),
    (Tenth::Hangs, "one hangs"),
    (Tenth::HangsSinceLong, "one hangs, 100,000 wait for it"),
];

/// A callback that came.
struct Hit {
    endpoint: usize,
    event: String,
    /// Since the event's own time.
    after_ms: f64,
}

type Hits = Arc<Mutex<Vec<Hit>>>;

fn now_ms() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs_f64() * 1e3
}

/// Takes callbacks to `/0` and up, and notes them; what goes to `/hang` is read and never answered.
async fn serve(mut stream: TcpStream, hits: Hits) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = Vec::new();
    loop {
        let body_at = loop {
            if let Some(at) = find(&buffer, b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&buffer[..body_at]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length: "))?
            .parse::<usize>();
        let whole = body_at + length.ok()?;
        while buffer.len() < whole {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        let arrived = now_ms();
        let place = head.split_whitespace().nth(1)?.trim_start_matches('/').to_owned();
        let Ok(endpoint) = place.parse() else {
            // Until the other side has had enough.
            while stream.read_buf(&mut buffer).await.ok()? > 0 {}
            return None;
        };
        let event: Value = serde_json::from_slice(&buffer[body_at..whole]).ok()?;
        let at = chrono::DateTime::parse_from_rfc3339(event["timestamp"].as_str()?).ok()?;
        hits.lock().unwrap().push(Hit {
            endpoint,
            event: event["id"].as_str()?.to_owned(),
            after_ms: arrived - at.timestamp_millis() as f64,
        });
        buffer.drain(..whole);
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n")
            .await
            .ok()?;
    }
}

/// Listens until the runtime ends; returns where.
async fn receiver(hits: Hits) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, hits.clone()));
        }
    });
    port
}

/// As if the endpoint had hung for half an hour.
fn let_many_wait(url: &str, endpoint: EndpointId) {
    let begun = partyline::domain::Timestamp(now_ms() as i64 - 1_800_000);
    let (event, delivery) = (EventId::earliest(begun), DeliveryId::earliest(begun));
    let step = EventId::span(10);
    let series = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
        WAITING - 1
    );
    let (community, at) = (common::COMMUNITY, begun.0);
    let mut conn = common::connect(url);
    for sql in [
        format!(
            "{series} INSERT INTO events (community_id, id, kind, lane, data, created_at) SELECT {community}, {} + i * {step}, 'message.received', i % 5000, '{{}}', \
             {at} FROM n",
            event.as_i64()
        ),
        format!(
            "{series} INSERT INTO deliveries (community_id, id, endpoint_id, event_id, kind, lane, state, attempts, \
             due_at, created_at) SELECT {community}, {} + i * {step}, {}, {} + i * {step}, 'message.received', \
             i % 5000, 0, 0, {at}, {at} FROM n",
            delivery.as_i64(),
            endpoint.as_i64(),
            event.as_i64()
        ),
    ] {
        conn.execute(&sql).unwrap();
    }
}

async fn measure(folder: &Path, name: &str, tenth: Tenth, seconds: u64) -> Value {
    let url = folder.join(format!("{name}.db")).display().to_string();
    drop(migrations::open_migrated(&url, Durability::Command).unwrap());
    TOWN.build(&mut common::connect(&url), "loopback");
    let settings = "[loopback]\nenabled = true\n[callbacks]\nallow_private_targets = true\n";
    let broker = Broker::start(folder, &url, settings);
    let hits = Hits::default();
    let port = receiver(hits.clone()).await;
    let mut caller = Caller::connect(broker.http, &broker.token).await;
    let community = CommunityId::from_i64(common::COMMUNITY);
    for place in 0..=GOOD {
        let place = match place == GOOD && tenth != Tenth::Answers {
            true => "hang".to_owned(),
            false => place.to_string(),
        };
        let body = json!({"url": format!("http://127.0.0.1:{port}/{place}"), "events": ["message.received"]});
        let path = format!("/v1/communities/{community}/callback_endpoints");
        let (status, answer) = caller.ask("POST", &path, "", &body.to_string()).await;
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        let made: Value = serde_json::from_slice(&answer).unwrap();
        if tenth == Tenth::HangsSinceLong && place == "hang" {
            let_many_wait(&url, made["id"].as_str().unwrap().parse().unwrap());
        }
    }
    let path = posting::path();
    let pace = |from: u64, seconds: u64| from..from + EVENTS_PER_S * seconds;
    let mut sent = 0;
    for (warm, seconds) in [(true, WARM_UP_S), (false, seconds)] {
        let (cpu, begun) = (common::cpu_s(broker.pid()), Instant::now());
        for n in pace(sent, seconds) {
            let due = begun + Duration::from_micros((n - sent) * 1_000_000 / EVENTS_PER_S);
            tokio::time::sleep_until(due.into()).await;
            posting::post(&mut caller, &TOWN, &path, n).await;
        }
        let events = EVENTS_PER_S * seconds;
        sent += events;
        // As many as came in time count for the rate; the others may come yet.
        let in_time = count(&hits);
        let took = begun.elapsed().as_secs_f64();
        let patience = Instant::now() + Duration::from_secs(20);
        while count(&hits) < GOOD * events as usize && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let cpu = common::cpu_s(broker.pid()) - cpu;
        let hits = std::mem::take(&mut *hits.lock().unwrap());
        if !warm {
            return figures(hits, events, in_time as f64 / took, cpu, &broker);
        }
    }
    Value::Null
}

fn count(hits: &Hits) -> usize {
    hits.lock()
        .unwrap()
        .iter()
        .filter(|hit| hit.endpoint < GOOD)
        .count()
}

fn figures(hits: Vec<Hit>, events: u64, per_s: f64, cpu: f64, broker: &Broker) -> Value {
    let all = hits.len();
    let own: Vec<Hit> = hits.into_iter().filter(|hit| hit.endpoint < GOOD).collect();
    let once: HashSet<(usize, &str)> = own.iter().map(|h| (h.endpoint, h.event.as_str())).collect();
    let (different, came) = (once.len(), own.len());
    json!({
        "callbacks_per_s": per_s,
        "lost": events as usize * GOOD - different,
        "duplicates": came - different,
        "latency_ms": common::spread(own.into_iter().map(|h| h.after_ms).collect()),
        "cpu_s_per_1000": cpu / all as f64 * 1000.0,
        "resident_mb_peak": common::status_kb(broker.pid(), "VmHWM:") as f64 / 1024.0,
    })
}

fn main() -> ExitCode {
    let (seconds, runs) = (
        common::setting("PARTYLINE_BENCH_SECONDS", 20),
        common::setting("PARTYLINE_BENCH_RUNS", 3),
    );
    let folder = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).unwrap();
    let mut measured: Vec<Vec<Value>> = vec![Vec::new(); PARTS.len()];
    // In turns, so that what else the machine does falls on all alike.
    for run in 0..runs {
        for (part, (tenth, what)) in PARTS.into_iter().enumerate() {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let name = format!("callbacks-{part}-{run}");
            let result = runtime.block_on(measure(folder.path(), &name, tenth, seconds));
            eprintln!("{what}, run {}: {result}", run + 1);
            measured[part].push(result);
        }
    }
    let mut bars = common::Bars::default();
    let mut rows = Vec::new();
    let mut medians = serde_json::Map::new();
    let undisturbed = common::median_of(&measured[0], "/latency_ms/p99");
    let bar_ms = (undisturbed * MORE).max(undisturbed + MORE_MS);
    for ((tenth, what), runs) in PARTS.into_iter().zip(&measured) {
        let of = |pointer: &str| common::median_of(runs, pointer);
        let (per_s, p50, p99) = (
            of("/callbacks_per_s"),
            of("/latency_ms/p50"),
            of("/latency_ms/p99"),
        );
        let (lost, cpu) = (of("/lost"), of("/cpu_s_per_1000"));
        bars.check(
            per_s >= CALLBACKS_PER_S,
            format!("{what}: {per_s:.0} callbacks/s, at least {CALLBACKS_PER_S}"),
        );
        bars.check(
            lost == 0.0,
            format!("{what}: {lost} callbacks did not come; none may be lost"),
        );
        let latency_bar = match tenth {
            Tenth::Answers => "none".to_owned(),
            _ => {
                bars.check(
                    p99 <= bar_ms,
                    format!("{what}: p99 {p99:.1} ms, at most {bar_ms:.1} ms"),
                );
                format!("p99 at most {bar_ms:.1} ms")
            }
        };
        rows.push((
            format!("{what}: callbacks/s to the nine, {lost} lost"),
            format!("{per_s:.0}"),
            format!("at least {CALLBACKS_PER_S}, none lost"),
        ));
        rows.push((
            format!("{what}: event to its arrival, p50 / p99"),
            format!("{p50:.1} / {p99:.1} ms"),
            latency_bar,
        ));
        rows.push((
            format!("{what}: CPU-s per 1,000 callbacks, texts included"),
            format!("{cpu:.3}"),
            "none".to_owned(),
        ));
        medians.insert(
            what.to_owned(),
            json!({"callbacks_per_s": per_s, "latency_ms_p50": p50, "latency_ms_p99": p99, "cpu_s_per_1000": cpu}),
        );
    }
    common::save(
        "callbacks",
        &json!({
            "machine": common::machine(),
            "fsync_ms": common::fsync_ms(folder.path()),
            "endpoints": GOOD + 1,
            "events_per_s": EVENTS_PER_S,
            "seconds": seconds,
            "median": medians,
            "bar_p99_ms": bar_ms,
            "runs": measured,
            "missed": bars.missed,
        }),
    );
    common::table(&format!("ten endpoints, SQLite, median of {runs}"), &rows);
    bars.status().into()
}
