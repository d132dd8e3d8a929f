//! Texts through the whole broker: SMPP in, route among 100,000 assignments, commit with fsync, SMPP out.
//! First as fast as it goes for 30 s, then 1,000 a second for the latency; on SQLite and on PostgreSQL.
//!
//! The broker is the release binary in a process of its own, so that its CPU-seconds are its own; the
//! gateway and the SMSC are threads of this process and share the machine with it.
//! `PARTYLINE_BENCH_SECONDS` shortens or lengthens the first part, `PARTYLINE_BENCH_RUNS` repeats all.
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

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use partyline::store::{Durability, migrations};
use serde_json::{Value, json};

const TOWN: common::Town = common::Town {
    members: 2_000,
    reach: 25,
    numbers: 50,
};
/// Submits under way at once from the gateway.
const WINDOW: usize = 1_000;
const LATENCY_RATE: u64 = 1_000;
const LATENCY_S: u64 = 10;
const MOST: usize = 4_000_000;
/// The bars, on SQLite; nothing may be lost on either.
const TEXTS_PER_S: f64 = 6_000.0;
const CPU_S: f64 = 0.25;
const LATENCY_MS: f64 = 50.0;

const SUBMIT_SM: u32 = 4;
const BIND_TRANSCEIVER: u32 = 9;
const RESPONSE: u32 = 0x8000_0000;

/// When each text was submitted and when it came out, in nanoseconds since the start; 0 = not yet.
struct Ledger {
    begun: Instant,
    sent: Vec<AtomicU64>,
    arrived: Vec<AtomicU64>,
    arrivals: AtomicUsize,
    duplicates: AtomicUsize,
}

impl Ledger {
    fn now(&self) -> u64 {
        self.begun.elapsed().as_nanos() as u64
    }
}

fn pdu(command: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + body.len());
    for word in [16 + body.len() as u32, command, 0, sequence] {
        out.extend(word.to_be_bytes());
    }
    out.extend(body);
    out
}

/// Calls `each` with (command, status, sequence, body) of every PDU until the peer closes.
fn read_pdus(mut stream: &TcpStream, mut each: impl FnMut(u32, u32, u32, &[u8]), mut idle: impl FnMut()) {
    let (mut buffer, mut filled) = (vec![0u8; 1 << 18], 0);
    loop {
        let Ok(read) = stream.read(&mut buffer[filled..]) else {
            return;
        };
        if read == 0 {
            return;
        }
        filled += read;
        let mut at = 0;
        while filled - at >= 16 {
            let word = |n: usize| u32::from_be_bytes(buffer[at + 4 * n..at + 4 * n + 4].try_into().unwrap());
            let length = word(0) as usize;
            if filled - at < length {
                break;
            }
            each(word(1), word(2), word(3), &buffer[at + 16..at + length]);
            at += length;
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        idle();
    }
}

/// The carrier: takes every submit, answers it, and notes when it came.
fn smsc(listener: TcpListener, ledger: Arc<Ledger>) {
    for stream in listener.incoming().flatten() {
        let ledger = ledger.clone();
        thread::spawn(move || {
            stream.set_nodelay(true).unwrap();
            let out = std::cell::RefCell::new(Vec::new());
            read_pdus(
                &stream,
                |command, _, sequence, body| {
                    let answer = match command {
                        SUBMIT_SM => {
                            note(&ledger, body);
                            let id = format!("{sequence:x}\0");
                            pdu(SUBMIT_SM | RESPONSE, sequence, id.as_bytes())
                        }
                        c if c & RESPONSE != 0 => return,
                        c => pdu(c | RESPONSE, sequence, b"bench\0"),
                    };
                    out.borrow_mut().extend(answer);
                },
                || {
                    let mut out = out.borrow_mut();
                    let _ = (&stream).write_all(&out);
                    out.clear();
                },
            );
        });
    }
}

/// Reads the text's number out of a submit_sm's body.
fn note(ledger: &Ledger, body: &[u8]) {
    let text = body.windows(2).rposition(|w| w == b"#B").expect("a text of ours");
    let digits: String = body[text + 2..]
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .map(|b| *b as char)
        .collect();
    let at: usize = digits.parse().unwrap();
    if ledger.arrived[at].swap(ledger.now(), Ordering::Relaxed) == 0 {
        ledger.arrivals.fetch_add(1, Ordering::Relaxed);
    } else {
        ledger.duplicates.fetch_add(1, Ordering::Relaxed);
    }
}

/// The gateway: a bound link with a window.
struct Gateway {
    stream: TcpStream,
    open: Arc<(Mutex<(usize, u64)>, Condvar)>,
    ledger: Arc<Ledger>,
    next: usize,
    random: u64,
}

impl Gateway {
    fn bind(port: u16, ledger: Arc<Ledger>) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let body = b"gw\0secret\0\0\x34\0\0\0";
        (&stream).write_all(&pdu(BIND_TRANSCEIVER, 1, body)).unwrap();
        // What comes before the answer to the bind is refused.
        let mut header = [0u8; 16];
        (&stream).read_exact(&mut header).unwrap();
        let length = u32::from_be_bytes(header[..4].try_into().unwrap()) as usize;
        (&stream).read_exact(&mut vec![0; length - 16]).unwrap();
        assert_eq!(header[8..12], [0; 4], "the bind was refused");
        let open = Arc::new((Mutex::new((0usize, 0u64)), Condvar::new()));
        let (reading, state) = (stream.try_clone().unwrap(), open.clone());
        thread::spawn(move || {
            let answered = std::cell::Cell::new((0usize, 0u64));
            read_pdus(
                &reading,
                |command, status, sequence, _| match command {
                    c if c == SUBMIT_SM | RESPONSE => {
                        let (count, refused) = answered.get();
                        answered.set((count + 1, refused + u64::from(status != 0)));
                    }
                    c if c & RESPONSE == 0 => {
                        (&reading).write_all(&pdu(c | RESPONSE, sequence, b"")).unwrap();
                    }
                    _ => {}
                },
                || {
                    let (count, refused) = answered.replace((0, 0));
                    let mut state_now = state.0.lock().unwrap();
                    state_now.0 -= count;
                    state_now.1 += refused;
                    state.1.notify_all();
                },
            );
        });
        Self {
            stream,
            open,
            ledger,
            next: 0,
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }

    fn random(&mut self, below: i64) -> i64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % below as u64) as i64
    }

    /// Submits `count` texts in one write, waiting for room in the window.
    fn submit(&mut self, count: usize) {
        {
            let (state, changed) = &*self.open;
            let mut state = state.lock().unwrap();
            while state.0 + count > WINDOW {
                state = changed.wait(state).unwrap();
            }
            state.0 += count;
        }
        let mut out = Vec::new();
        let first = self.next;
        for at in first..first + count {
            let member = self.random(TOWN.members);
            let number = self.random(2 * TOWN.reach);
            let (from, to) = (TOWN.phone(member).digits(), TOWN.number(number).digits());
            let text = format!("#B{at} A text of an everyday length, as people send them.");
            let mut body = format!("\0\x01\x01{from}\0\x01\x01{to}\0\0\0\0\0\0\0\0\0\0").into_bytes();
            body.push(text.len() as u8);
            body.extend(text.as_bytes());
            out.extend(pdu(SUBMIT_SM, at as u32 + 2, &body));
        }
        let now = self.ledger.now();
        (first..first + count).for_each(|at| self.ledger.sent[at].store(now, Ordering::Relaxed));
        self.stream.write_all(&out).unwrap();
        self.next += count;
    }

    fn refused(&self) -> u64 {
        self.open.0.lock().unwrap().1
    }
}

/// Waits until everything that was sent has come out; false after 20 s without any progress.
fn settled(ledger: &Ledger, sent: usize) -> bool {
    let (mut last, mut since) = (0, Instant::now());
    loop {
        let arrived = ledger.arrivals.load(Ordering::Relaxed);
        if arrived >= sent {
            return true;
        }
        if arrived != last {
            (last, since) = (arrived, Instant::now());
        }
        if since.elapsed() > Duration::from_secs(20) {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

struct Broker(Child);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_broker(folder: &std::path::Path, url: &str, smsc_port: u16) -> (Broker, u16) {
    let [http, smpp] = support::ports::free_ports();
    let config = format!(
        "[http]\nlisten = \"127.0.0.1:{http}\"\n[database]\nurl = \"{url}\"\n[log]\nfilter = \"warn\"\n\
         [sip]\nlisten = \"\"\n[smpp]\nlisten = \"127.0.0.1:{smpp}\"\nmax_unanswered = 2000\n\
         [smpp.accounts.gw]\npassword = \"secret\"\nwindow = 1000\n\
         [smpp.carriers.out]\nwindow = 500\n\
         [[smpp.carriers.out.binds]]\nhost = \"127.0.0.1\"\nport = {smsc_port}\nsystem_id = \"p\"\npassword = \"p\"\n"
    );
    let file = folder.join(format!("bench-{smpp}.toml"));
    std::fs::write(&file, config).unwrap();
    let binary = env!("CARGO_BIN_EXE_partyline");
    let child = Command::new(binary)
        .args(["serve", "--config"])
        .arg(&file)
        .spawn()
        .unwrap();
    let broker = Broker(child);
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", smpp)).is_err() {
        assert!(Instant::now() < deadline, "the broker did not start");
        thread::sleep(Duration::from_millis(50));
    }
    // Its own link to the SMSC comes up beside.
    thread::sleep(Duration::from_millis(1_500));
    (broker, smpp)
}

fn measure(url: &str, seconds: u64) -> Value {
    let folder = tempfile::tempdir().unwrap();
    drop(migrations::open_migrated(url, Durability::Command).unwrap());
    TOWN.build(&mut common::connect(url), "out");
    let zeros = || (0..MOST).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
    let ledger = Arc::new(Ledger {
        begun: Instant::now(),
        sent: zeros(),
        arrived: zeros(),
        arrivals: AtomicUsize::new(0),
        duplicates: AtomicUsize::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let smsc_port = listener.local_addr().unwrap().port();
    let at_smsc = ledger.clone();
    thread::spawn(move || smsc(listener, at_smsc));
    let (broker, port) = start_broker(folder.path(), url, smsc_port);
    let pid = broker.0.id();
    let mut gateway = Gateway::bind(port, ledger.clone());

    // Warm up, then as fast as the window opens.
    (0..50).for_each(|_| gateway.submit(20));
    let warm = settled(&ledger, gateway.next);
    let out = ledger.arrivals.load(Ordering::Relaxed);
    assert!(
        warm,
        "of the warm-up {out} of {} came out, {} were refused",
        gateway.next,
        gateway.refused()
    );
    let (first, cpu, begun) = (gateway.next, common::cpu_s(pid), Instant::now());
    while begun.elapsed() < Duration::from_secs(seconds) && gateway.next + 20 < MOST {
        gateway.submit(20);
    }
    let complete = settled(&ledger, gateway.next);
    let took = begun.elapsed().as_secs_f64();
    let texts = gateway.next - first;
    let cpu = common::cpu_s(pid) - cpu;
    let lost = gateway.next - ledger.arrivals.load(Ordering::Relaxed);

    // A steady thousand a second.
    thread::sleep(Duration::from_secs(2));
    let (first, begun) = (gateway.next, Instant::now());
    for n in 0..LATENCY_RATE * LATENCY_S {
        let due = Duration::from_micros(n * 1_000_000 / LATENCY_RATE);
        if let Some(wait) = due.checked_sub(begun.elapsed()) {
            thread::sleep(wait);
        }
        gateway.submit(1);
    }
    let complete = settled(&ledger, gateway.next) && complete;
    let mut latency: Vec<f64> = (first..gateway.next)
        .map(|at| {
            let (sent, arrived) = (
                ledger.sent[at].load(Ordering::Relaxed),
                ledger.arrived[at].load(Ordering::Relaxed),
            );
            arrived.saturating_sub(sent) as f64 / 1e6
        })
        .collect();
    latency.sort_by(f64::total_cmp);
    json!({
        "texts": texts,
        "texts_per_s": texts as f64 / took,
        "cpu_s_per_1000": cpu / texts as f64 * 1000.0,
        "lost": lost,
        "everything_came_out": complete,
        "duplicates": ledger.duplicates.load(Ordering::Relaxed),
        "refused": gateway.refused(),
        "latency_ms": {
            "p50": common::percentile(&latency, 50.0),
            "p99": common::percentile(&latency, 99.0),
            "max": common::percentile(&latency, 100.0),
        },
        "resident_mb_peak": common::status_kb(pid, "VmHWM:") as f64 / 1024.0,
    })
}

fn main() -> ExitCode {
    let setting = |name: &str, usual: u64| {
        std::env::var(name)
            .ok()
            .and_then(|v| v.parse().ok())
            .unwrap_or(usual)
    };
    let (seconds, runs) = (
        setting("PARTYLINE_BENCH_SECONDS", 30),
        setting("PARTYLINE_BENCH_RUNS", 3),
    );
    let folder = tempfile::Builder::new()
        .disable_cleanup(std::env::var_os("PARTYLINE_BENCH_KEEP").is_some())
        .tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target"))
        .unwrap();
    let fsync_ms = common::fsync_ms(folder.path());
    let only = std::env::var("PARTYLINE_BENCH_ONLY").unwrap_or_default();
    let mut results = serde_json::Map::new();
    let mut rows = Vec::new();
    let mut bars = common::Bars::default();
    for database in ["sqlite", "postgres"] {
        if !only.is_empty() && only != database {
            continue;
        }
        let measured: Vec<Value> = (0..runs)
            .map(|run| {
                let url = match database {
                    "sqlite" => folder
                        .path()
                        .join(format!("texts-{run}.db"))
                        .display()
                        .to_string(),
                    _ => support::Postgres::shared().fresh_database(),
                };
                let result = measure(&url, seconds);
                eprintln!("{database}, run {}: {result}", run + 1);
                result
            })
            .collect();
        let of = |pointer: &str| {
            common::median(
                measured
                    .iter()
                    .map(|m| m.pointer(pointer).unwrap().as_f64().unwrap())
                    .collect(),
            )
        };
        let lost: u64 = measured.iter().map(|m| m["lost"].as_u64().unwrap()).sum();
        let bar = |text: &str| match database {
            "sqlite" => text.to_owned(),
            _ => "none".to_owned(),
        };
        let all_out = measured.iter().all(|m| m["everything_came_out"] == json!(true));
        bars.check(
            lost == 0 && all_out,
            format!("{database}: {lost} texts lost in the first part, all came out: {all_out}; nothing lost"),
        );
        if database == "sqlite" {
            let (texts_per_s, cpu_s, p99) =
                (of("/texts_per_s"), of("/cpu_s_per_1000"), of("/latency_ms/p99"));
            bars.check(
                texts_per_s >= TEXTS_PER_S,
                format!("{database}: {texts_per_s:.0} texts/s, at least {TEXTS_PER_S}"),
            );
            bars.check(
                cpu_s <= CPU_S,
                format!("{database}: {cpu_s:.3} CPU-s per 1,000 texts, at most {CPU_S}"),
            );
            bars.check(
                p99 < LATENCY_MS,
                format!("{database}: p99 {p99:.1} ms, under {LATENCY_MS} ms"),
            );
        }
        rows.push((
            format!("{database}: texts/s sustained for {seconds} s, {lost} lost"),
            format!("{:.0}", of("/texts_per_s")),
            match database {
                "sqlite" => format!("at least {TEXTS_PER_S}, nothing lost"),
                _ => "nothing lost".to_owned(),
            },
        ));
        rows.push((
            format!("{database}: CPU-s per 1,000 texts"),
            format!("{:.3}", of("/cpu_s_per_1000")),
            bar(&format!("at most {CPU_S}")),
        ));
        rows.push((
            format!("{database}: submit to outbound PDU at {LATENCY_RATE}/s, p50 / p99"),
            format!("{:.1} / {:.1} ms", of("/latency_ms/p50"), of("/latency_ms/p99")),
            bar(&format!("p99 under {LATENCY_MS} ms")),
        ));
        results.insert(
            database.to_owned(),
            json!({
                "median": {
                    "texts_per_s": of("/texts_per_s"),
                    "cpu_s_per_1000": of("/cpu_s_per_1000"),
                    "latency_ms_p50": of("/latency_ms/p50"),
                    "latency_ms_p99": of("/latency_ms/p99"),
                    "resident_mb_peak": of("/resident_mb_peak"),
                },
                "runs": measured,
            }),
        );
    }
    common::save(
        "texts",
        &json!({
            "machine": common::machine(),
            "fsync_ms": fsync_ms,
            "assignments": TOWN.assignments(),
            "seconds": seconds,
            "window": WINDOW,
            "results": results,
            "missed": bars.missed,
        }),
    );
    common::table(
        &format!("{} assignments, median of {runs}", TOWN.assignments()),
        &rows,
    );
    bars.status().into()
}
