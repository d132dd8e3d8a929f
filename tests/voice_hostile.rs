//! SIP that no decent peer would send, against the real broker while a call goes on: it answers rightly or not at
//! all, the call is not disturbed, the next one goes through, and nothing grows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness waits on the machine's clock"
)]

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use md5::{Digest, Md5};
use support::lines::{self, ALICE, Lines, hear_each_other, phones};
use support::raw_sip::{Request, Tcp, Udp, status, torture};
use support::softphone::{Answer, Softphone};
use support::{Broker, Database, eventually, peers_dir, ports, process};

const WAIT: Duration = Duration::from_secs(20);
/// How much more memory the broker may have after all of it.
const GROWTH_KB: u64 = 24 * 1024;
/// After this nothing more is expected.
const QUIET: Duration = Duration::from_millis(400);

/// A broker under attack, with a call that was there before.
struct Siege {
    lines: Lines,
    alice: Softphone,
    bob: Softphone,
    calls: (usize, usize),
    /// A trunk's address from which the attacks come that pass the gate.
    carrier: Ipv4Addr,
    rss_kb: u64,
}

impl Siege {
    async fn begin(settings: &[(&str, &str)], carrier_settings: &str) -> Siege {
        let (alice, bob) = phones().await;
        let carrier = ports::free_ip();
        let toml = lines::west(alice.addr())
            + &lines::east(bob.addr())
            + &lines::trunk("carrier", (carrier, 5060).into(), "+1999")
            + carrier_settings;
        let broker = Broker::builder(Database::Sqlite).config(&toml);
        let broker = settings
            .iter()
            .fold(broker, |broker, (key, value)| broker.env(key, value));
        let lines = Lines::with(broker).await;
        bob.answers(Answer::After(0)).await;
        let calls = lines.talk(&alice, &bob).await;
        let rss_kb = rss_kb(lines.broker.pid());
        Siege {
            lines,
            alice,
            bob,
            calls,
            carrier,
            rss_kb,
        }
    }

    /// The call goes on, another one can be made, and nothing has grown.
    async fn expect_survived(self) {
        let (call, arrived) = self.calls;
        hear_each_other((&self.alice, call), (&self.bob, arrived)).await;
        self.alice.hang_up(call).await;
        self.bob.wait_state(arrived, "ended", WAIT).await;
        let (call, _) = self.lines.talk(&self.alice, &self.bob).await;
        self.alice.hang_up(call).await;
        self.lines.wait_ended("completed").await;
        self.lines.wait_idle().await;
        let grown = rss_kb(self.lines.broker.pid()).saturating_sub(self.rss_kb);
        assert!(grown < GROWTH_KB, "{grown} kB more");
        let log = self.lines.broker.log();
        assert!(!log.contains("panicked"), "{log}");
        assert!(log.len() < 2_000_000, "{} bytes of log", log.len());
    }

    fn sip(&self) -> SocketAddr {
        self.lines.sip()
    }

    /// Waits until the broker has counted so many that it turned away for this.
    async fn wait_refused(&self, why: &str, least: f64) {
        let name = format!("partyline_sip_refused_total{{why=\"{why}\"}}");
        eventually(&format!("{least} {why}"), WAIT, async || {
            self.lines
                .broker
                .metric(&name)
                .await
                .is_some_and(|count| count >= least)
        })
        .await;
    }
}

fn rss_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// What each message of RFC 4475 is answered with, over UDP; 0 is silence. Those that are malformed as the RFC says,
/// and what else is to be expected of an element that takes calls to telephone numbers and nothing else.
const ANSWERS: [(&str, &[u16]); 49] = [
    ("badaspec", &[400]),
    ("badbranch", &[200, 400, 404]),
    ("baddate", &[400, 404]),
    ("baddn", &[400]),
    ("badinv01", &[400]),
    ("badvers", &[505]),
    ("bcast", &[0]),
    ("bext01", &[420]),
    ("bigcode", &[0]),
    ("clerr", &[400]),
    ("cparam01", &[405, 501]),
    ("cparam02", &[405, 501]),
    ("dblreq", &[405, 501]),
    ("esc01", &[403, 404, 416]),
    ("esc02", &[405, 501]),
    ("escnull", &[405, 501]),
    ("escruri", &[400]),
    ("insuf", &[400]),
    ("intmeth", &[400]),
    // Without Contact, of which RFC 3261 makes a must.
    ("inv2543", &[400]),
    ("invut", &[415]),
    ("longreq", &[403, 404, 400]),
    ("ltgtruri", &[400]),
    ("lwsdisp", &[200, 404]),
    ("lwsruri", &[400]),
    ("lwsstart", &[400]),
    ("mcl01", &[400]),
    ("mismatch01", &[400]),
    ("mismatch02", &[400]),
    ("mpart01", &[405, 415, 501]),
    ("multi01", &[400]),
    ("ncl", &[400]),
    ("noreason", &[0]),
    ("novelsc", &[416]),
    ("quotbal", &[400]),
    ("regaut01", &[405, 501]),
    ("regbadct", &[405, 501]),
    ("regescrt", &[405, 501]),
    ("scalar02", &[400]),
    ("scalarlg", &[0]),
    ("sdp01", &[403, 404, 406, 488]),
    ("semiuri", &[200, 404]),
    ("transports", &[200, 404]),
    ("trws", &[400]),
    ("unkscm", &[416]),
    ("unksm2", &[405, 416, 501]),
    ("unreason", &[0]),
    // Its To has a tag, of no dialog here.
    ("wsinv", &[481]),
    ("zeromf", &[200, 404, 483]),
];

/// Without a length, with one that cannot be, or with two: where the next message begins nobody knows, and the connection
/// ends, after the answer if there is one.
const LOSE_THE_STREAM: [&str; 3] = ["ncl", "mcl01", "inv2543"];
/// It promises more than it has: the rest is waited for.
const WAITED_FOR: &str = "clerr";

fn expected(name: &str) -> &'static [u16] {
    ANSWERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, codes)| *codes)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_torture_messages_of_rfc_4475_get_their_answers_by_udp() {
    let siege = Siege::begin(&[], "").await;
    let udp = Udp::on(siege.carrier, siege.sip()).await;
    let mut wrong = Vec::new();
    for (name, message) in torture() {
        let expected = expected(&name);
        let within = if expected == [0] {
            QUIET
        } else {
            Duration::from_secs(3)
        };
        let answer = match name.as_str() {
            "quotbal" => udp.ask_with_via(5050, &message, within).await,
            _ => udp.ask(&message, within).await,
        };
        let got = answer.as_deref().and_then(status).unwrap_or(0);
        if !expected.contains(&got) {
            let answer = String::from_utf8_lossy(answer.as_deref().unwrap_or_default()).into_owned();
            wrong.push(format!("{name}: {got}, expected {expected:?}\n{answer}"));
        }
        // What is sent again until it is acknowledged is not the next message's answer.
        udp.answers(Duration::from_millis(20)).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    drop(udp);
    siege.expect_survived().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_torture_messages_of_rfc_4475_get_their_answers_by_tcp() {
    let siege = Siege::begin(&[], "").await;
    let mut wrong = Vec::new();
    for (name, message) in torture() {
        let expected = expected(&name);
        let mut tcp = Tcp::from(siege.carrier, siege.sip()).await.unwrap();
        tcp.send(&message).await.unwrap();
        let (answer, closed) = tcp.read(QUIET).await;
        let mut codes: Vec<u16> = Vec::new();
        let mut rest = &answer[..];
        while let Some(at) = rest.windows(8).position(|window| window == b"SIP/2.0 ") {
            rest = &rest[at..];
            codes.extend(status(rest));
            rest = &rest[8..];
        }
        codes.retain(|code| *code >= 200);
        let fits = match codes.first() {
            Some(code) => expected.contains(code),
            None if LOSE_THE_STREAM.contains(&name.as_str()) => closed,
            None => expected.contains(&0) || name == WAITED_FOR,
        };
        if !fits {
            wrong.push(format!(
                "{name}: {codes:?}, closed {closed}, expected {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    siege.expect_survived().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_messages_false_lengths_and_too_many_connections_end_and_hold_nothing() {
    let settings = [
        ("PARTYLINE__SIP__HANDSHAKE_TIMEOUT_S", "1"),
        ("PARTYLINE__SIP__MAX_CONNECTIONS_PER_ADDRESS", "5"),
    ];
    let siege = Siege::begin(&settings, "").await;
    let (ip, sip) = (siege.carrier, siege.sip());
    let whole = |ip: Ipv4Addr| Request {
        transport: "TCP",
        ..Request::bare("OPTIONS", (ip, 5060).into(), ALICE, "", sip)
    };
    let options = String::from_utf8(whole(ip).bytes()).unwrap();

    // Half a message, and then nothing: the connection ends.
    let mut half = Tcp::from(ip, sip).await.unwrap();
    half.send(&options.as_bytes()[..60]).await.unwrap();
    let begin = Instant::now();
    let (_, closed) = half.read(Duration::from_secs(5)).await;
    assert!(
        closed && begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
    // A byte at a time is read, in time.
    let mut slow = Tcp::from(ip, sip).await.unwrap();
    for byte in options.as_bytes().chunks(40) {
        slow.send(byte).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (answer, closed) = slow.read(QUIET).await;
    assert!(
        status(&answer) == Some(200) && !closed,
        "{}",
        String::from_utf8_lossy(&answer)
    );
    // Two messages in one piece, with keep-alives between.
    let second = String::from_utf8(whole(ip).bytes()).unwrap();
    slow.send(
        format!(
            "{second}\r\n\r\n{}",
            String::from_utf8(whole(ip).bytes()).unwrap()
        )
        .as_bytes(),
    )
    .await
    .unwrap();
    let (answer, _) = slow.read(QUIET).await;
    assert_eq!(String::from_utf8_lossy(&answer).matches("SIP/2.0 200").count(), 2);

    // Lengths that cannot be.
    for length in [
        "999999999999999999999",
        "4294967296",
        "-1",
        "2147483647",
        "1e3",
        "",
    ] {
        let mut tcp = Tcp::from(ip, sip).await.unwrap();
        let spoilt = options.replace("Content-Length: 0", &format!("Content-Length: {length}"));
        tcp.send(spoilt.as_bytes()).await.unwrap();
        let (answer, closed) = tcp.read(Duration::from_secs(4)).await;
        let refused = matches!(status(&answer), Some(400 | 413 | 513));
        assert!(
            closed && (refused || answer.is_empty()),
            "{length}: {}",
            String::from_utf8_lossy(&answer)
        );
    }
    let mut tcp = Tcp::from(ip, sip).await.unwrap();
    tcp.send(
        options
            .replace("Content-Length: 0", "Content-Length: 0\r\nl: 5")
            .as_bytes(),
    )
    .await
    .unwrap();
    let (answer, closed) = tcp.read(Duration::from_secs(4)).await;
    assert!(
        closed && matches!(status(&answer), None | Some(400)),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    // A head without an end.
    let mut endless = Tcp::from(ip, sip).await.unwrap();
    let mut sent = 0;
    while sent < 4_000_000 {
        match endless.send(&[b'a'; 8192]).await {
            Ok(()) => sent += 8192,
            Err(_) => break,
        }
    }
    assert!(sent < 4_000_000, "it was all taken");
    // The same by UDP, and NUL.
    let udp = Udp::on(ip, sip).await;
    let by_udp = options.replace("/TCP", "/UDP");
    for (spoilt, codes) in [
        (
            by_udp.replace("Content-Length: 0", "Content-Length: 999999999999999999999"),
            [400, 400],
        ),
        (
            by_udp.replace("Content-Length: 0", "Content-Length: 70000"),
            [413, 413],
        ),
        (
            by_udp.replace("Content-Length: 0", "Content-Length: 0\r\nContent-Length: 5"),
            [400, 400],
        ),
        (
            by_udp.replace("Max-Forwards: 70", "Subject: a\0b\r\nMax-Forwards: 70"),
            [400, 400],
        ),
        (by_udp.replace("Max-Forwards: 70", "Max-Forwards: 0"), [483, 200]),
        (
            by_udp.replace("Max-Forwards: 70", "Max-Forwards: 4711"),
            [400, 400],
        ),
    ] {
        let answer = udp
            .ask(spoilt.as_bytes(), Duration::from_secs(3))
            .await
            .unwrap_or_default();
        let code = status(&answer).unwrap_or(0);
        assert!(
            codes.contains(&code),
            "{spoilt}\n{}",
            String::from_utf8_lossy(&answer)
        );
    }

    // More connections than one address may have.
    let mut open = Vec::new();
    for _ in 0..40 {
        open.extend(Tcp::from(ip, sip).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut held = 0;
    for tcp in &mut open {
        let (_, closed) = tcp.read(Duration::from_millis(5)).await;
        held += usize::from(!closed);
    }
    assert!(held <= 5, "{held} connections from one address");
    drop((open, udp, slow));
    siege.expect_survived().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tls_handshake_that_stalls_is_ended() {
    let dir = process::new_dir("certificate");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = SocketAddr::from((ports::free_ip(), 5061));
    let settings = [
        ("PARTYLINE__SIP__TLS_LISTEN", tls.to_string()),
        (
            "PARTYLINE__SIP__TLS_CERTIFICATE",
            certificate.display().to_string(),
        ),
        ("PARTYLINE__SIP__TLS_KEY", key.display().to_string()),
        ("PARTYLINE__SIP__HANDSHAKE_TIMEOUT_S", "1".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    let siege = Siege::begin(&settings, "").await;
    let mut stalled = Vec::new();
    for _ in 0..20 {
        stalled.push(Tcp::from(siege.carrier, tls).await.unwrap());
    }
    // One says nothing, one begins a handshake and stops, one speaks SIP.
    stalled[1]
        .send(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
        .await
        .unwrap();
    stalled[2].send(b"OPTIONS sip:x SIP/2.0\r\n\r\n").await.unwrap();
    let begin = Instant::now();
    for tcp in &mut stalled {
        let (_, closed) = tcp.read(Duration::from_secs(5)).await;
        assert!(closed);
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    siege.expect_survived().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_addresses_that_no_trunk_names_is_dropped_and_counted() {
    let siege = Siege::begin(&[], "").await;
    let sip = siege.sip();
    let mut floods = Vec::new();
    for _ in 0..4 {
        let udp = Udp::on(ports::free_ip(), sip).await;
        let number = siege.lines.number().to_owned();
        floods.push(tokio::spawn(async move {
            // A spoofed From, and a Via that claims to be the trunk.
            for n in 0..5000 {
                let mut invite = Request::invite(udp.addr(), ALICE, &number, sip);
                if n % 2 == 0 {
                    invite.via = sip;
                }
                udp.send(&invite.bytes()).await;
                if n % 50 == 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            udp.answers(QUIET).await.len()
        }));
    }
    for flood in floods {
        assert_eq!(flood.await.unwrap(), 0, "strangers hear nothing");
    }
    // Connections of strangers say nothing either.
    let mut tcp = Tcp::from(ports::free_ip(), sip).await.unwrap();
    let _ = tcp.send(b"OPTIONS sip:x SIP/2.0\r\n\r\n").await;
    let (answer, closed) = tcp.read(Duration::from_secs(5)).await;
    assert!(
        answer.is_empty() && closed,
        "{}",
        String::from_utf8_lossy(&answer)
    );
    siege.wait_refused("unlisted", 1000.0).await;
    assert_eq!(siege.lines.calls().await.len(), 1, "none of it was a call");
    siege.expect_survived().await;
}

/// Runs a tool of sipvicious from an address, and returns what it says.
fn sipvicious(tool: &str, from: Ipv4Addr, arguments: &[&str]) -> String {
    let dir = process::new_dir("sipvicious");
    let mut command = Command::new(peers_dir().join("voice/bin").join(format!("sipvicious_{tool}")));
    command
        .args(["-b", &from.to_string(), "-x", &from.to_string(), "-P", "5060"])
        .args(arguments);
    command.current_dir(&dir).env("HOME", &dir);
    let output = command
        .output()
        .expect("sipvicious is installed: see tests/install-peers.sh");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scanners_hear_nothing_or_that_it_is_forbidden_as_configured() {
    let siege = Siege::begin(&[], "").await;
    let broker = siege.sip().ip().to_string();
    let scanned = sipvicious("svmap", ports::free_ip(), &["-v", &broker]);
    assert!(
        !scanned.contains("SIP Device") || !scanned.contains(&format!("{broker}:5060 |")),
        "{scanned}"
    );
    let tried = sipvicious(
        "svwar",
        ports::free_ip(),
        &["-e100-110", "-m", "INVITE", "--force", "--maximumtime=3", &broker],
    );
    assert!(!tried.contains("reqauth") && !tried.contains("noauth"), "{tried}");
    siege.wait_refused("unlisted", 2.0).await;
    siege.expect_survived().await;

    let siege = Siege::begin(&[("PARTYLINE__SIP__STRANGERS", "forbid")], "").await;
    let udp = Udp::on(ports::free_ip(), siege.sip()).await;
    let invite = Request::invite(udp.addr(), ALICE, siege.lines.number(), siege.sip());
    let answer = udp
        .ask(&invite.bytes(), Duration::from_secs(3))
        .await
        .expect("an answer");
    assert_eq!(status(&answer), Some(403));
    // A few answers a second and no more: nobody is flooded in somebody else's name.
    for _ in 0..500 {
        udp.send(&Request::invite(udp.addr(), ALICE, siege.lines.number(), siege.sip()).bytes())
            .await;
    }
    let answers = udp.answers(QUIET).await.len();
    assert!(answers < 100, "{answers} answers");
    drop(udp);
    siege.expect_survived().await;
}

/// The Authorization line for a challenge, as RFC 2617 reckons it.
fn authorization(challenge: &str, request: &Request, password: &str, nc: u32) -> String {
    let of = |name: &str| -> String {
        let (_, rest) = challenge
            .split_once(&format!("{name}=\""))
            .unwrap_or_else(|| panic!("{name}: {challenge}"));
        rest.split('"').next().unwrap().to_owned()
    };
    let md5 = |text: String| -> String {
        Md5::digest(text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let (realm, nonce) = (of("realm"), of("nonce"));
    let one = md5(format!("west:{realm}:{password}"));
    let two = md5(format!("{}:{}", request.method, request.uri));
    let response = md5(format!("{one}:{nonce}:{nc:08x}:c0ffee:auth:{two}"));
    format!(
        "Authorization: Digest username=\"west\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{}\", \
         response=\"{response}\", algorithm=MD5, qop=auth, nc={nc:08x}, cnonce=\"c0ffee\"",
        request.uri
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_were_used_are_no_good_again() {
    let settings = "inbound_username = \"west\"\ninbound_password = \"secret\"\n";
    let siege = Siege::begin(&[], settings).await;
    let udp = Udp::on(siege.carrier, siege.sip()).await;
    let within = Duration::from_secs(3);
    // To a number of nobody: what passes the gate is answered 404.
    let invite = || Request::invite(udp.addr(), ALICE, "+14155550199", siege.sip());
    let answer = udp.ask(&invite().bytes(), within).await.unwrap();
    assert_eq!(status(&answer), Some(401));
    let challenge = String::from_utf8(answer).unwrap();
    let first = invite();
    let line = authorization(&challenge, &first, "secret", 1);
    let answer = udp.ask(&first.with(&line).bytes(), within).await.unwrap();
    assert_eq!(status(&answer), Some(404), "{}", String::from_utf8_lossy(&answer));
    // The same again, as somebody would who listened.
    let answer = udp.ask(&invite().with(&line).bytes(), within).await.unwrap();
    assert_eq!(status(&answer), Some(401), "{}", String::from_utf8_lossy(&answer));
    // A wrong password, a nonce of one's own, one for another URI.
    let wrong = authorization(&challenge, &invite(), "guess", 2);
    let forged = authorization(
        &challenge.replace("nonce=\"", "nonce=\"0000"),
        &invite(),
        "secret",
        1,
    );
    for line in [wrong, forged] {
        let answer = udp.ask(&invite().with(&line).bytes(), within).await.unwrap();
        assert!(
            matches!(status(&answer), Some(401 | 403)),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    siege.wait_refused("unauthorized", 1.0).await;
    drop(udp);
    siege.expect_survived().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_above_the_limits_are_told_when_to_come_again() {
    let siege = Siege::begin(&[("PARTYLINE__SIP__CALLS_PER_S", "5")], "").await;
    let udp = Udp::on(siege.carrier, siege.sip()).await;
    let mut codes = Vec::new();
    for _ in 0..60 {
        udp.send(&Request::invite(udp.addr(), ALICE, "+14155550199", siege.sip()).bytes())
            .await;
    }
    for answer in udp.answers(QUIET).await {
        let code = status(&answer).unwrap();
        if code == 503 {
            assert!(String::from_utf8_lossy(&answer).contains("Retry-After:"));
        }
        codes.push(code);
    }
    assert!(
        codes.iter().filter(|code| **code == 503).count() >= 40,
        "{codes:?}"
    );
    assert!(codes.contains(&404), "{codes:?}");
    tokio::time::sleep(Duration::from_millis(1200)).await;
    drop(udp);
    siege.expect_survived().await;
}
