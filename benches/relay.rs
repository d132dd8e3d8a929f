//! The media relay with 400 calls of G.711: loss, CPU per packet, and the delay that it adds.
//!
//! The phones are another process, so that their CPU is not counted; the relay's is that of its threads, as the
//! kernel accounts it. `PARTYLINE_BENCH_SECONDS` (30) and `PARTYLINE_BENCH_CALLS` (400) make a shorter or smaller run;
//! `PARTYLINE_BENCH_THREADS` and `PARTYLINE_BENCH_PAUSE_US` try other settings of the relay.
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

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use partyline::voice::relay::{Family, Interface, Opened, Relay, Remote, Settings, Side};
use partyline::wire::rtp::payload::PayloadTypes;
use serde_json::{Value, json};

/// The bars.
const CPU_US: f64 = 9.0;
const DELAY_MS: f64 = 1.5;
/// Sockets of the phones on each side; each plays the phones of many calls.
const SOCKETS: usize = 2;
/// RTP with 20 ms of G.711.
const PACKET: usize = 172;
/// Rounds of opening and closing.
const OPENINGS: usize = 3000;

fn knob(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(usual)
}

fn main() -> ExitCode {
    let calls = knob("PARTYLINE_BENCH_CALLS", 400) as usize;
    let seconds = knob("PARTYLINE_BENCH_SECONDS", 30);
    if std::env::var_os("PARTYLINE_BENCH_PHONES").is_some() {
        phones(calls, seconds);
        return ExitCode::SUCCESS;
    }
    measure(calls, seconds).status().into()
}

fn measure(calls: usize, seconds: u64) -> common::Bars {
    let settings = Settings {
        v4: Some(Interface::at(Ipv4Addr::LOCALHOST.into())),
        threads: knob("PARTYLINE_BENCH_THREADS", 1) as usize,
        pause: knob("PARTYLINE_BENCH_PAUSE_US", Settings::default().pause),
        quarantine: 0,
        ..Settings::default()
    };
    let begun = Instant::now();
    let (events, _silences) = tokio::sync::mpsc::channel(16);
    let relay = Relay::start(
        settings,
        Arc::new(move || begun.elapsed().as_micros() as u64),
        events,
    )
    .unwrap();
    let opening_us = openings(&relay);

    let mut child = Command::new(std::env::current_exe().unwrap())
        .env("PARTYLINE_BENCH_PHONES", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answer = || -> Value { serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap() };
    let ports = answer();
    let phone = |call: usize, side: usize| -> SocketAddr {
        let port = ports[side][call % SOCKETS].as_u64().unwrap() as u16;
        (Ipv4Addr::LOCALHOST, port).into()
    };
    let sessions: Vec<Opened> = (0..calls)
        .map(|call| open(&relay, phone(call, 0), phone(call, 1)))
        .collect();
    let told: Vec<[u16; 2]> = sessions
        .iter()
        .map(|call| call.anchors.map(|anchor| anchor.rtp.port()))
        .collect();
    let before = relay_cpu_s();
    writeln!(child.stdin.take().unwrap(), "{}", json!(told)).unwrap();
    let heard = answer();
    let cpu_s = relay_cpu_s() - before;
    child.wait().unwrap();

    let (mut taken, mut given, mut lost, mut rejected) = (0, 0, 0, 0);
    for call in &sessions {
        let report = relay.close(call.id).unwrap().blocking_recv().unwrap();
        for leg in report.legs {
            taken += leg.received.packets;
            given += leg.sent;
            lost += leg.received.lost + leg.unsent;
            rejected += leg.rejected.total();
        }
    }
    let sent = heard["sent"].as_u64().unwrap();
    let received = heard["received"].as_u64().unwrap();
    let cpu_us = cpu_s * 1e6 / received.max(1) as f64;
    let delay = |percent: &str| heard["delay_ms"][percent].as_f64().unwrap();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();

    let mut bars = common::Bars::default();
    bars.check(
        received == sent && taken == sent && given == sent && lost == 0 && rejected == 0,
        format!("{} of {sent} packets lost, none", sent - received),
    );
    bars.check(
        cpu_us <= CPU_US,
        format!("{cpu_us:.2} µs of CPU a packet, {CPU_US} at most"),
    );
    bars.check(
        delay("p99") < DELAY_MS,
        format!("added delay p99 {:.2} ms, under {DELAY_MS} ms", delay("p99")),
    );
    common::save(
        "relay",
        &json!({
            "machine": common::machine(),
            "load": load.trim(),
            "calls": calls,
            "seconds": seconds,
            "packets": {"sent": sent, "received": received, "bar_lost": 0},
            "cpu_us_per_packet": {"measured": cpu_us, "bar": CPU_US},
            "added_delay_ms": {"measured": heard["delay_ms"], "bar_p99": DELAY_MS},
            "open_point_close_us": {"caller": opening_us.0, "thread": opening_us.1},
            "missed": bars.missed,
        }),
    );
    let row = |what: &str, measured: String, bar: &str| (what.to_owned(), measured, bar.to_owned());
    common::table(
        &format!("{calls} calls of G.711 for {seconds} s; load {}", load.trim()),
        &[
            row("packets lost", format!("{} of {sent}", sent - received), "none"),
            row(
                "CPU a packet",
                format!("{cpu_us:.2} µs"),
                &format!("{CPU_US} µs at most"),
            ),
            row(
                "added delay, p50 / p99 / max",
                format!(
                    "{:.2} / {:.2} / {:.2} ms",
                    delay("p50"),
                    delay("p99"),
                    delay("max")
                ),
                &format!("p99 under {DELAY_MS} ms"),
            ),
            row(
                "open, point and close: caller / thread",
                format!("{:.1} / {:.1} µs", opening_us.0, opening_us.1),
                "",
            ),
        ],
    );
    bars
}

fn open(relay: &Relay, a: SocketAddr, b: SocketAddr) -> Opened {
    let opened = relay.open([Family::V4; 2], [7; 24]).unwrap();
    for (side, rtp) in [(Side::A, a), (Side::B, b)] {
        let remote = Remote {
            rtp,
            rtcp: None,
            signalling: None,
            types: PayloadTypes::none().with(0, 8000, true),
        };
        relay.point(opened.id, side, remote).unwrap();
        relay.expect(opened.id, side, true).unwrap();
    }
    opened
}

/// Microseconds that a session costs who asks for it, and the relay's thread, once its ports are bound.
fn openings(relay: &Relay) -> (f64, f64) {
    let phone: SocketAddr = (Ipv4Addr::LOCALHOST, 9).into();
    let thread_before = relay_cpu_s();
    let begun = Instant::now();
    for _ in 0..OPENINGS {
        let call = open(relay, phone, phone);
        relay.close(call.id).unwrap().blocking_recv().unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    let each = |seconds: f64| seconds * 1e6 / OPENINGS as f64;
    (each(took), each(relay_cpu_s() - thread_before))
}

/// CPU-seconds of the relay's threads, by their names.
fn relay_cpu_s() -> f64 {
    let mut sum = 0.0;
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        if read("comm").starts_with("media-") {
            let spent = read("schedstat");
            sum += spent
                .split(' ')
                .next()
                .and_then(|ns| ns.parse::<f64>().ok())
                .unwrap_or(0.0)
                / 1e9;
        }
    }
    sum
}

/// The phones' process: tells its ports, is told the relay's, talks, and tells what it heard.
fn phones(calls: usize, seconds: u64) {
    let begun = Instant::now();
    let socket = |_| {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4 << 20).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        socket
    };
    let sockets: [Vec<UdpSocket>; 2] = [
        (0..SOCKETS).map(socket).collect(),
        (0..SOCKETS).map(socket).collect(),
    ];
    let ports: Vec<Vec<u16>> = sockets
        .iter()
        .map(|side| side.iter().map(|s| s.local_addr().unwrap().port()).collect())
        .collect();
    println!("{}", json!(ports));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let relay: Vec<[u16; 2]> = serde_json::from_str::<Value>(&line)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|call| [0, 1].map(|side| call[side].as_u64().unwrap() as u16))
        .collect();

    let done = Arc::new(AtomicBool::new(false));
    let ears: Vec<_> = sockets
        .iter()
        .flatten()
        .map(|socket| (socket.try_clone().unwrap(), done.clone()))
        .map(|(socket, done)| thread::spawn(move || listen(&socket, begun, &done)))
        .collect();
    let sent = talk(calls, seconds, &sockets, &relay, begun);
    thread::sleep(Duration::from_millis(500));
    done.store(true, Ordering::Relaxed);
    let mut delays: Vec<f64> = ears.into_iter().flat_map(|ear| ear.join().unwrap()).collect();
    delays.sort_by(f64::total_cmp);
    let at = |percent| {
        if delays.is_empty() {
            0.0
        } else {
            common::percentile(&delays, percent)
        }
    };
    let (p50, p99, max) = (at(50.0), at(99.0), at(100.0));
    println!(
        "{}",
        json!({"sent": sent, "received": delays.len(), "delay_ms": {"p50": p50, "p99": p99, "max": max}})
    );
}

/// Sends a packet on each leg every 20 ms, the legs spread evenly over that time; tells how many were sent.
fn talk(
    calls: usize,
    seconds: u64,
    sockets: &[Vec<UdpSocket>; 2],
    relay: &[[u16; 2]],
    begun: Instant,
) -> u64 {
    let mut packet = [0x55; PACKET];
    packet[0] = 0x80;
    packet[1] = 0;
    let (legs, rounds) = (2 * calls, 50 * seconds);
    let start = Instant::now();
    let mut sent = 0;
    for round in 0..rounds {
        for leg in 0..legs {
            // Each leg has its moment of the 20 ms, as phones that began at any time have.
            let due = Duration::from_micros(round * 20_000 + (20_000 * leg / legs) as u64);
            let ahead = due.saturating_sub(start.elapsed());
            if !ahead.is_zero() {
                thread::sleep(ahead);
            }
            let (call, side) = (leg / 2, leg % 2);
            packet[2..4].copy_from_slice(&(round as u16).to_be_bytes());
            packet[4..8].copy_from_slice(&(160 * round as u32).to_be_bytes());
            packet[8..12].copy_from_slice(&(leg as u32).to_be_bytes());
            packet[12..20].copy_from_slice(&(begun.elapsed().as_nanos() as u64).to_be_bytes());
            sockets[side][call % SOCKETS]
                .send_to(&packet, (Ipv4Addr::LOCALHOST, relay[call][side]))
                .unwrap();
            sent += 1;
        }
    }
    sent
}

/// The delay of each packet that was heard, in milliseconds.
fn listen(socket: &UdpSocket, begun: Instant, done: &AtomicBool) -> Vec<f64> {
    let mut delays = Vec::new();
    let mut packet = [0; 2048];
    while !done.load(Ordering::Relaxed) {
        let Ok(length) = socket.recv(&mut packet) else {
            continue;
        };
        let now = begun.elapsed().as_nanos() as u64;
        if let (PACKET, Some(at)) = (length, packet[12..].first_chunk::<8>()) {
            delays.push((now - u64::from_be_bytes(*at)) as f64 / 1e6);
        }
    }
    delays
}
