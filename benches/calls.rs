//! Calls through the whole broker: INVITE, one lookup among 100,000 assignments on SQLite, 180, 200, ACK, media
//! ports taken, BYE, ports given back, call record written. First 1,000 a second for 60 s, then 500 a second for
//! the latency, then a soak in which a tenth goes wrong.
//!
//! The broker is the release binary in a process of its own; both ends of the calls are threads of this one and
//! share the machine with it. `PARTYLINE_BENCH_SECONDS` and `PARTYLINE_BENCH_SOAK` (calls) shorten it.
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

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::broker::Broker;
use common::sip::{Answerer, Dialler, Mischief, Tally};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use partyline::store::{Conn, Durability, migrations};
use serde_json::{Value, json};

const TOWN: common::Town = common::Town {
    members: 2_000,
    reach: 25,
    numbers: 50,
};
const RATE: u64 = 1_000;
const LATENCY_RATE: u64 = 500;
/// Runs at that rate, of which the median counts.
const RUNS: usize = 3;
/// The bars.
const REPEATED: f64 = 0.01;
const SETUP_P99_MS: f64 = 15.0;
const CPU_S: f64 = 0.8;
const SOAK_RATE: u64 = 600;
/// Transactions linger for 32 s, and SQLite's caches fill for longer: after as long there is as much of either as ever
/// will be, and what is left over grows with the calls.
const WARM_S: u64 = 120;
/// How much more memory a soak may leave behind.
const LEFT_KB: u64 = 20_000;

struct Stage {
    broker: Broker,
    _answerer: Answerer,
    dialler: Arc<Dialler>,
    tally: Arc<Tally>,
    next: u64,
    folder: tempfile::TempDir,
}

impl Stage {
    fn set(hold_ms: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = folder.path().join("bench.db").display().to_string();
        drop(migrations::open_migrated(&url, Durability::Command).expect("a database"));
        TOWN.build(&mut common::connect(&url), "loopback");
        let tally = Arc::new(Tally::default());
        let answerer = Answerer::start(tally.clone());
        let port = UdpSocket::bind("127.0.0.1:0")
            .and_then(|s| s.local_addr())
            .expect("a port")
            .port();
        let settings = format!(
            "[sip]\nlisten = \"127.0.0.1:{port}\"\nmax_calls = 20000\nmax_transactions = 400000\n\
             [sip.trunks.bench]\ntargets = [\"{}\"]\ntransport = \"udp\"\nkeep_alive_s = 0\n\
             [media]\nfirst_port = 30000\nlast_port = 59999\nsilence_timeout_s = 10\n",
            answerer.address
        );
        let broker = Broker::start(folder.path(), &url, &settings);
        let sip = ([127, 0, 0, 1], port).into();
        let dialler = Dialler::start(sip, tally.clone(), Duration::from_millis(hold_ms));
        Self {
            broker,
            _answerer: answerer,
            dialler,
            tally,
            next: 0,
            folder,
        }
    }

    /// Dials at a rate, evenly spread; `mischief` says what goes wrong with which.
    fn run(&mut self, rate: u64, calls: u64, mischief: impl Fn(u64) -> Mischief) {
        let begun = Instant::now();
        for call in 0..calls {
            let due = begun + Duration::from_nanos(call * 1_000_000_000 / rate);
            if let Some(nap) = due.checked_duration_since(Instant::now()) {
                thread::sleep(nap);
            }
            let number = self.next;
            self.next += 1;
            let member = (number as i64 * 7) % TOWN.members;
            let index = (number as i64 * 3) % TOWN.numbers;
            let (caller, dialled) = (TOWN.phone(member).to_string(), TOWN.number(index).to_string());
            self.dialler.dial(number, &caller, &dialled, mischief(number));
        }
    }

    /// Waits until every call is over.
    fn settle(&self, within: Duration) {
        let until = Instant::now() + within;
        while self.dialler.open() > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until that many calls are recorded, and all that are are over; returns how many are not.
    fn unrecorded(&self, expected: u64, within: Duration) -> i64 {
        #[derive(QueryableByName)]
        struct Left {
            #[diesel(sql_type = BigInt)]
            left: i64,
        }
        let url = self.folder.path().join("bench.db").display().to_string();
        let Conn::Sqlite(mut conn) = common::connect(&url) else {
            panic!("not SQLite");
        };
        let until = Instant::now() + within;
        loop {
            let found: Left = diesel::sql_query(
                "SELECT COUNT(*) FILTER (WHERE state < 2) + MAX(0, ? - COUNT(*)) AS left FROM calls",
            )
            .bind::<BigInt, _>(expected as i64)
            .get_result(&mut conn)
            .expect("a count");
            if found.left <= 0 || Instant::now() > until {
                return found.left;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// A gauge of the broker.
    fn gauge(&self, name: &str) -> f64 {
        let text = metrics(&self.broker);
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.strip_prefix(name)?.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}

/// What the broker says of itself.
fn metrics(broker: &Broker) -> String {
    let mut stream = TcpStream::connect(broker.http).expect("the broker's API");
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        broker.token
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn measured(stage: &mut Stage, rate: u64, seconds: u64) -> Value {
    let before = [
        &stage.tally.begun,
        &stage.tally.completed,
        &stage.tally.failed,
        &stage.tally.repeated,
    ]
    .map(Tally::get);
    let messages = Tally::get(&stage.tally.messages);
    let cpu = common::cpu_s(stage.broker.pid());
    stage.dialler.take_setups_ms();
    stage.run(rate, rate * seconds, |_| Mischief::None);
    stage.settle(Duration::from_secs(40));
    // What is still to be written is part of what calls cost.
    let unrecorded = stage.unrecorded(stage.next, Duration::from_secs(20));
    let cpu = common::cpu_s(stage.broker.pid()) - cpu;
    let after = [
        &stage.tally.begun,
        &stage.tally.completed,
        &stage.tally.failed,
        &stage.tally.repeated,
    ]
    .map(Tally::get);
    let [begun, completed, failed, repeated] = std::array::from_fn(|at| after[at] - before[at]);
    let messages = Tally::get(&stage.tally.messages) - messages;
    json!({
        "rate": rate,
        "seconds": seconds,
        "begun": begun,
        "completed": completed,
        "failed": failed + begun - completed.min(begun) - failed.min(begun - completed.min(begun)),
        "unrecorded": unrecorded,
        "repeated_share": repeated as f64 / messages.max(1) as f64,
        "cpu_s_per_1000": cpu / begun.max(1) as f64 * 1000.0,
        "setup_ms": common::spread(stage.dialler.take_setups_ms()),
    })
}

/// The run whose CPU-seconds are the median; whatever failed in any of them counts.
fn median(runs: impl Iterator<Item = Value>) -> Value {
    let mut runs: Vec<Value> = runs.collect();
    let number = |run: &Value, name: &str| run.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let worst = |name: &str| runs.iter().map(|run| number(run, name)).fold(0.0, f64::max);
    let bad = ["failed", "unrecorded", "repeated_share"].map(|name| (name, worst(name)));
    let all: Vec<f64> = runs.iter().map(|run| number(run, "cpu_s_per_1000")).collect();
    runs.sort_by(|a, b| number(a, "cpu_s_per_1000").total_cmp(&number(b, "cpu_s_per_1000")));
    let mut middle = runs.swap_remove(runs.len() / 2);
    for (name, value) in bad {
        middle[name] = json!(value);
    }
    middle["cpu_s_per_1000_of_all"] = json!(all);
    middle
}

fn soak(calls: u64) -> Value {
    let mut stage = Stage::set(50);
    let mischief = |number: u64| match number % 30 {
        0 => Mischief::NoBye,
        10 => Mischief::NoAck,
        20 => Mischief::Abandoned,
        _ => Mischief::None,
    };
    // Warm, by as much as ever is there at once: what the allocator and the caches keep for that is not left behind.
    stage.run(SOAK_RATE, SOAK_RATE * WARM_S, mischief);
    stage.settle(Duration::from_secs(60));
    thread::sleep(Duration::from_secs(60));
    let before = common::status_kb(stage.broker.pid(), "VmRSS");
    stage.run(SOAK_RATE, calls, mischief);
    let peak = common::status_kb(stage.broker.pid(), "VmHWM");
    stage.settle(Duration::from_secs(60));
    // Transactions linger for 32 s, and silence is noticed after 10.
    thread::sleep(Duration::from_secs(60));
    let after = common::status_kb(stage.broker.pid(), "VmRSS");
    json!({
        "calls": calls,
        "rss_kb_before": before,
        "rss_kb_peak": peak,
        "rss_kb_after": after,
        "calls_left": stage.gauge("partyline_calls_active"),
        "media_left": stage.gauge("partyline_media_sessions"),
        "unrecorded": stage.unrecorded(0, Duration::from_secs(20)),
        "transactions_left": stage.gauge("partyline_sip_transactions"),
    })
}

fn main() -> ExitCode {
    let seconds = common::setting("PARTYLINE_BENCH_SECONDS", 60);
    let soaked = common::setting("PARTYLINE_BENCH_SOAK", 200_000);
    let mut stage = Stage::set(200);
    let full = measured(&mut stage, RATE, seconds);
    let calm = median((0..RUNS).map(|_| measured(&mut stage, LATENCY_RATE, seconds.min(20))));
    let fsync = common::fsync_ms(stage.folder.path());
    stage.dialler.stop();
    drop(stage);
    let soak = (soaked > 0).then(|| soak(soaked));

    let figure =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let mut bars = common::Bars::default();
    for (name, run) in [("1,000/s", &full), ("500/s", &calm)] {
        let failed = figure(run, "/failed");
        bars.check(
            failed == 0.0,
            format!("{failed} calls failed at {name}; none may"),
        );
        let unrecorded = figure(run, "/unrecorded");
        bars.check(
            unrecorded == 0.0,
            format!("{unrecorded} calls at {name} have no whole record; all must"),
        );
        let share = figure(run, "/repeated_share");
        bars.check(
            share < REPEATED,
            format!("{:.2}% repeated at {name}; under 1%", share * 100.0),
        );
    }
    let (p99, cpu) = (figure(&calm, "/setup_ms/p99"), figure(&calm, "/cpu_s_per_1000"));
    bars.check(
        p99 < SETUP_P99_MS,
        format!("setup p99 {p99:.1} ms at 500/s; under {SETUP_P99_MS} ms"),
    );
    bars.check(
        cpu <= CPU_S,
        format!("{cpu:.2} CPU-s per 1,000 at 500/s; at most {CPU_S}"),
    );
    let row = |what: &str, measured: String, bar: &str| (what.to_owned(), measured, bar.to_owned());
    let mut rows = vec![
        row(
            "calls at 1,000/s: failed",
            format!("{}", figure(&full, "/failed")),
            "0",
        ),
        row(
            "  repeated messages",
            format!("{:.3}%", figure(&full, "/repeated_share") * 100.0),
            "< 1%",
        ),
        row(
            "  CPU-s per 1,000",
            format!("{:.3}", figure(&full, "/cpu_s_per_1000")),
            "",
        ),
        row(
            "  setup p50 / p99, ms",
            format!(
                "{:.1} / {:.1}",
                figure(&full, "/setup_ms/p50"),
                figure(&full, "/setup_ms/p99")
            ),
            "",
        ),
        row(
            "calls at 500/s: failed",
            format!("{}", figure(&calm, "/failed")),
            "0",
        ),
        row(
            "  setup p50 / p99, ms",
            format!("{:.1} / {p99:.1}", figure(&calm, "/setup_ms/p50")),
            "p99 < 15",
        ),
        row("  CPU-s per 1,000", format!("{cpu:.3}"), "<= 0.8"),
    ];
    if let Some(soak) = &soak {
        let left = figure(soak, "/rss_kb_after") - figure(soak, "/rss_kb_before");
        bars.check(
            left < LEFT_KB as f64,
            format!("{left} kB more after the soak; under {LEFT_KB}"),
        );
        for gauge in ["calls_left", "media_left", "transactions_left", "unrecorded"] {
            let found = figure(soak, &format!("/{gauge}"));
            bars.check(
                found == 0.0,
                format!("{found} {gauge} after the soak; none may be"),
            );
            rows.push(row(&format!("soak: {gauge}"), format!("{found}"), "0"));
        }
        rows.push(row("soak: kB more in memory", format!("{left}"), "< 20000"));
    }
    common::table("calls on SQLite, 100,000 assignments", &rows);
    let result =
        json!({ "machine": common::machine(), "fsync_ms": fsync, "full": full, "calm": calm, "soak": soak });
    common::save("calls", &result);
    ExitCode::from(bars.status())
}
