//! Bytes that no decent peer would send, over real sockets: the broker answers rightly, keeps its memory, and
//! goes on bridging texts for everybody else.
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

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::raw::{self, GENERIC_NACK, Raw};
use support::smsc::Smsc;
use support::town::{self, PASSWORD, Pair};
use support::{Broker, Phone, Text, Town, on_both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const WAIT: Duration = Duration::from_secs(20);
const DORA: &str = "+13035550144";
const BOB: &str = "+14155550122";
/// How much more memory the broker may have after all of it.
const GROWTH_KB: u64 = 16 * 1024;

/// A town under attack, with a link of its own that was there before.
struct Siege {
    town: Town,
    pair: Pair,
    app: Phone,
    texts: usize,
}

impl Siege {
    async fn begin(database: support::Database, settings: &[(&str, &str)]) -> Siege {
        let smsc = Smsc::start().await;
        let toml = town::accounts() + &town::carrier(&[&smsc], "transceiver");
        let broker = Broker::builder(database).config(&toml);
        let broker = settings
            .iter()
            .fold(broker, |broker, (key, value)| broker.env(key, value));
        let town = Town::with(broker, smsc).await;
        let pair = town.pair(DORA, BOB).await;
        let app = Phone::bind(town.broker.smpp_addr(), "app", PASSWORD).await;
        let mut siege = Siege {
            town,
            pair,
            app,
            texts: 0,
        };
        siege.still_bridges().await;
        siege
    }

    fn smpp(&self) -> SocketAddr {
        self.town.broker.smpp_addr()
    }

    /// A text goes out and is answered, over the links that were there from the beginning.
    async fn still_bridges(&mut self) {
        self.texts += 1;
        let (there, back) = (format!("there {}", self.texts), format!("back {}", self.texts));
        let contact = &self.pair.contact;
        assert_eq!(
            self.app.send(DORA, &contact.number, &there, false).await[0].status,
            0
        );
        let arrived = self.town.smsc.wait_text(WAIT, |text| text.text == there).await;
        assert_eq!(
            (arrived.from.as_str(), arrived.to.as_str()),
            (contact.mirror_number.as_str(), BOB)
        );
        self.town.smsc.deliver(BOB, &contact.mirror_number, &back).await;
        let arrived = self.app.wait_received(WAIT, |text| text.text == back).await;
        assert_eq!(
            arrived,
            Text {
                from: contact.number.clone(),
                to: DORA.to_owned(),
                text: back
            }
        );
        assert_eq!(self.app.link_lost().await, None);
        self.town.broker.process().fail_if_ended();
    }

    /// Nothing was taken in but the texts of `still_bridges`.
    async fn took_nothing_else(&self) {
        let messages = self.town.broker.messages(&self.town.community).await;
        assert_eq!(messages.len(), 2 * self.texts, "{messages:#?}");
    }

    fn memory_kb(&self) -> u64 {
        let pid = self.town.broker.pid();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// Bytes that look random and are the same in every run.
fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    })
    .take(count)
    .collect()
}

/// Sends these bytes as an HTTP request and returns the status and the body.
async fn http(to: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // It may close while we still write.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(WAIT, stream.read_to_end(&mut answer))
        .await
        .expect("an answer, or an end");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(0);
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body)
        .to_owned();
    (status, body)
}

on_both_databases! {
    async fn broken_pdus_are_answered_and_end_only_their_own_link(database: Database) {
        let mut siege = Siege::begin(database, &[]).await;
        let smpp = siege.smpp();
        let number = siege.pair.contact.number.clone();

        // Lengths that cannot be: a generic_nack with ESME_RINVCMDLEN, and the end, bound or not.
        for length in [0u32, 1, 15, 65_537, 0x7FFF_FFFF, 0xFFFF_FFFF] {
            let head = [length, raw::SUBMIT_SM, 0, 7].map(u32::to_be_bytes).concat();
            let mut unbound = Raw::connect(smpp).await;
            unbound.write(&head).await;
            let said = unbound.until_closed().await;
            assert_eq!(said.iter().map(|p| (p.id, p.status)).collect::<Vec<_>>(), [(GENERIC_NACK, 0x02)], "{length}");
            let mut bound = Raw::bound(smpp, "handset", PASSWORD).await;
            bound.write(&head).await;
            let said = bound.until_closed().await;
            assert_eq!(said.first().map(|p| (p.id, p.status)), Some((GENERIC_NACK, 0x02)), "{length}");
        }
        siege.still_bridges().await;

        // A body cut anywhere, in a PDU whose length is right: an answer each time, and the link stays.
        let mut bound = Raw::bound(smpp, "handset", PASSWORD).await;
        let whole = raw::submit_body(DORA, &number, b"cut");
        for cut in 0..whole.len() {
            let sequence = 100 + u32::try_from(cut).unwrap();
            let answer = bound.ask(raw::SUBMIT_SM, sequence, &whole[..cut]).await.expect("the link stays");
            assert_eq!(answer.sequence, sequence, "cut at {cut}");
            assert!([raw::SUBMIT_SM | raw::RESPONSE, GENERIC_NACK].contains(&answer.id) && answer.status != 0, "cut at {cut}: {answer:?}");
        }
        // A text longer than the PDU, an unknown command, a TLV that runs over the end, numbers that are none.
        let mut lies = whole.clone();
        let at = lies.len() - 4;
        lies[at] = 200;
        assert_ne!(bound.ask(raw::SUBMIT_SM, 200, &lies).await.unwrap().status, 0);
        let answer = bound.ask(0x0999, 201, &[]).await.unwrap();
        assert_eq!((answer.id, answer.status, answer.sequence), (GENERIC_NACK, 0x03, 201));
        let tlv = [whole.clone(), vec![0x04, 0x24, 0xFF, 0xFF, 1, 2, 3]].concat();
        assert_ne!(bound.ask(raw::SUBMIT_SM, 202, &tlv).await.unwrap().status, 0);
        for (from, to, status) in [("", "14155550101", 0x0A), ("abc", "14155550101", 0x0A), (DORA, "", 0x0B), (DORA, "99999999999999999999", 0x0B)] {
            let answer = bound.ask(raw::SUBMIT_SM, 203, &raw::submit_body(from, to, b"x")).await.unwrap();
            assert_eq!(answer.status, status, "{from:?} {to:?}");
        }
        // Answers to nothing are ignored.
        bound.write(&raw::pdu(raw::SUBMIT_SM | raw::RESPONSE, 4711, b"id\0")).await;
        bound.write(&raw::pdu(GENERIC_NACK, 0, &[])).await;
        let alive = bound.ask(raw::ENQUIRE_LINK, 300, &[]).await.unwrap();
        assert_eq!((alive.id, alive.status, alive.sequence), (raw::ENQUIRE_LINK | raw::RESPONSE, 0, 300));
        siege.still_bridges().await;

        // The carrier itself sends rubbish: that link ends and comes back, and the rest does not notice.
        let binds = siege.town.smsc.binds().await.len();
        siege.town.smsc.write_bytes("000000020000000500000000000000ff").await;
        support::eventually("the carrier is bound again", WAIT, async || {
            siege.town.smsc.binds().await.len() > binds && siege.town.smsc.bound().await.len() == 1
        })
        .await;
        siege.still_bridges().await;
        siege.took_nothing_else().await;
    }

    async fn garbage_in_any_amount_grows_nothing(database: Database) {
        let mut siege = Siege::begin(database, &[("PARTYLINE__SMPP__MAX_CONNECTIONS", "100")]).await;
        let smpp = siege.smpp();
        // Once through everything, so that what is allocated once is there.
        for seed in 0..20 {
            Raw::connect(smpp).await.write(&noise(seed, 4_000)).await;
        }
        siege.still_bridges().await;
        let before = siege.memory_kb();
        for seed in 0..300 {
            let mut link = Raw::connect(smpp).await;
            let mut bytes = noise(seed, 20_000);
            if seed % 3 == 0 {
                // The largest PDU that may be, begun and never finished.
                bytes[..4].copy_from_slice(&65_000_u32.to_be_bytes());
            } else if seed % 3 == 1 {
                bytes = raw::pdu(raw::BIND_TRANSCEIVER, 1, &bytes);
            }
            link.write(&bytes).await;
        }
        // The largest PDUs there may be, 120 MB of them, for a command that does not exist.
        let mut link = Raw::bound(smpp, "handset", PASSWORD).await;
        let large = raw::pdu(0x0999, 9, &noise(9, 60_000));
        for _ in 0..2_000 {
            assert!(link.write(&large).await);
            assert_eq!(link.read().await.map(|answer| answer.status), Some(0x03));
        }
        // Questions without end from one who never reads the answers: at some time no more are taken.
        let questions = raw::pdu(raw::ENQUIRE_LINK, 9, &[]).repeat(4_096);
        let deaf = async {
            for _ in 0..2_000 {
                if !link.write(&questions).await {
                    break;
                }
            }
        };
        let took_all = tokio::time::timeout(Duration::from_secs(3), deaf).await.is_ok();
        let while_deaf = siege.memory_kb();
        assert!(while_deaf < before + GROWTH_KB, "from {before} to {while_deaf} kB; took all: {took_all}");
        drop(link);
        // Halves of long texts that nobody completes, from one who may send.
        let mut bound = Raw::bound(smpp, "handset", PASSWORD).await;
        for n in 0..400u16 {
            let [high, low] = n.to_be_bytes();
            let part = [&[6, 8, 4, high, low, 9, 1][..], &noise(n.into(), 130)].concat();
            let body = raw::submit_body_as(0x40, DORA, &siege.pair.contact.number, &part);
            bound.write(&raw::pdu(raw::SUBMIT_SM, u32::from(n) + 2, &body)).await;
        }
        siege.still_bridges().await;
        let taken = bound.read().await.expect("the link stays");
        assert_eq!((taken.id, taken.status), (raw::SUBMIT_SM | raw::RESPONSE, 0), "a part that waits is acknowledged");
        drop(bound);
        let after = siege.memory_kb();
        println!("{before} kB before, {while_deaf} kB with the deaf one, {after} kB after");
        assert!(after < before + GROWTH_KB, "from {before} to {after} kB");
    }

    async fn those_who_never_bind_are_sent_away(database: Database) {
        let mut siege = Siege::begin(database, &[("PARTYLINE__SMPP__BIND_TIMEOUT_S", "2"), ("PARTYLINE__SMPP__MAX_CONNECTIONS", "30")]).await;
        let smpp = siege.smpp();
        // One octet of a bind at a time, slower than the server waits.
        let bind = raw::pdu(raw::BIND_TRANSCEIVER, 1, &raw::bind_body("handset", PASSWORD));
        let begin = Instant::now();
        let mut slow = Raw::connect(smpp).await;
        let mut sent = 0;
        for byte in &bind {
            if !slow.write(&[*byte]).await || begin.elapsed() > Duration::from_secs(4) {
                break;
            }
            sent += 1;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        assert!(sent < bind.len(), "the whole bind went through in {:?}", begin.elapsed());
        assert!(slow.until_closed().await.is_empty(), "nobody who is not bound is told anything");
        assert!(begin.elapsed() < Duration::from_secs(6), "{:?}", begin.elapsed());

        // More connections than there is room for, saying nothing: the bound links work on, and when the
        // silent ones are gone, others may bind.
        let mut idle = Vec::new();
        for _ in 0..80 {
            idle.push(Raw::connect(smpp).await);
        }
        siege.still_bridges().await;
        let mut turned_away = 0;
        let late = Raw::connect(smpp).await;
        idle.push(late);
        let begin = Instant::now();
        for link in &mut idle {
            let at = Instant::now();
            assert!(link.until_closed().await.is_empty());
            turned_away += usize::from(at.elapsed() < Duration::from_millis(20));
        }
        assert!(turned_away > 0 && begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        let mut link = Raw::bound(smpp, "handset", PASSWORD).await;
        assert_eq!(link.ask(raw::ENQUIRE_LINK, 2, &[]).await.unwrap().status, 0);
        siege.still_bridges().await;
        siege.took_nothing_else().await;
    }

    async fn broken_requests_get_a_problem_that_says_what_to_mend(database: Database) {
        let mut siege = Siege::begin(database, &[("PARTYLINE__HTTP__REQUEST_TIMEOUT_S", "2")]).await;
        let api = siege.town.broker.http_addr();
        let path = format!("/v1/communities/{}/messages", siege.town.community);
        let head = |length: usize, more: &str| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: broker\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n",
                siege.town.broker.token()
            )
        };
        let (from, to) = (siege.pair.first.clone(), siege.pair.second.clone());
        let deep = "[".repeat(20_000);
        let long = format!(r#"{{"from":"{from}","to":"{to}","text":"{}"}}"#, "x".repeat(100_000));
        let bodies: Vec<(Vec<u8>, u16)> = vec![
            (b"".to_vec(), 400),
            (b"{".to_vec(), 400),
            (b"\xff\xfe\x00".to_vec(), 400),
            (deep.into_bytes(), 400),
            (format!(r#"{{"from":"{from}","to":"{to}","text":"\ud800"}}"#).into_bytes(), 400),
            (format!(r#"{{"from":"{from}","to":"{to}","text":"x","txet":"y"}}"#).into_bytes(), 422),
            (format!(r#"{{"from":"{from}","to":"{to}","text":7}}"#).into_bytes(), 422),
            (format!(r#"{{"from":"{from}","to":"{to}"}}"#).into_bytes(), 422),
            (format!(r#"{{"from":"{from}","to":"{from}","text":"me"}}"#).into_bytes(), 0),
            (format!(r#"{{"from":"msg_1","to":"{to}","text":"x"}}"#).into_bytes(), 422),
            (long.into_bytes(), 413),
        ];
        for (body, wanted) in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
            let (status, answer) = http(api, &[head(body.len(), "").as_bytes(), &body].concat()).await;
            assert!((400..500).contains(&status), "{shown}: {status} {answer}");
            assert!(wanted == 0 || wanted == status, "{shown}: {status} {answer}");
            let problem: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{shown}: {error}: {answer}"));
            assert_eq!(problem["status"], status, "{shown}");
            assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{shown}: {answer}");
        }
        // Not even HTTP; no key; a body that never comes.
        for bytes in [noise(1, 5_000), b"GET / HTTP/9.9\r\n\r\n".to_vec(), [b"GET /".to_vec(), vec![b'a'; 300_000]].concat()] {
            let (status, _) = http(api, &bytes).await;
            assert!(status == 0 || (400..506).contains(&status), "{status}");
        }
        let (status, answer) = http(api, format!("GET {path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(status, 401, "{answer}");
        let begin = Instant::now();
        let mut silent: Vec<TcpStream> = Vec::new();
        for _ in 0..50 {
            let mut stream = TcpStream::connect(api).await.unwrap();
            stream.write_all(head(500, "").as_bytes()).await.unwrap();
            silent.push(stream);
        }
        siege.still_bridges().await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(WAIT, silent[0].read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "a body that never came was waited for {:?}", begin.elapsed());
        drop(silent);
        siege.still_bridges().await;
        siege.took_nothing_else().await;
        assert!(!siege.town.broker.log().contains("panicked"));
    }
}
