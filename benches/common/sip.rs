//! Both ends of many calls: one side dials, the other answers, over UDP and with plain strings. What either
//! side hears twice, or must say twice, is counted.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time after which a request is said again (RFC 3261, T1).
const T1: Duration = Duration::from_millis(500);
/// How often one is said at all.
const TRIES: u32 = 7;

/// What is done wrong on purpose to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mischief {
    /// Nothing.
    None,
    /// The caller never hangs up.
    NoBye,
    /// The caller never acknowledges, nor anything after.
    NoAck,
    /// The caller falls silent after the INVITE.
    Abandoned,
}

/// What came of all calls.
#[derive(Debug, Default)]
pub struct Tally {
    pub begun: AtomicU64,
    pub answered: AtomicU64,
    pub completed: AtomicU64,
    pub failed: AtomicU64,
    /// Messages said or heard again.
    pub repeated: AtomicU64,
    /// All messages.
    pub messages: AtomicU64,
}

impl Tally {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// A socket that holds a burst.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a port");
    let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4 << 20);
    socket
}

/// The value of the first header of that name (written in full, as the broker does).
pub fn header<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    message
        .split("\r\n")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            let (head, value) = line.split_once(':')?;
            head.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
}

fn uri(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
        None => value.split(';').next().unwrap_or(value),
    }
}

fn sdp(port: u16) -> String {
    format!(
        "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 8 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )
}

/// The side that is called: rings, answers, and says yes to everything else.
pub struct Answerer {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Answerer {
    pub fn start(tally: Arc<Tally>) -> Self {
        let socket = socket();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .expect("a time-out");
        let address = socket.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let thread = thread::spawn(move || answer_all(&socket, &tally, &stopping));
        Self {
            address,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer that waits for its ACK.
struct Unacknowledged {
    call: String,
    bytes: Vec<u8>,
    to: SocketAddr,
    again_at: Instant,
    tries: u32,
}

fn reply(request: &str, status: &str, tag: &str, more: &str, body: &str) -> Vec<u8> {
    let mut out = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n").skip(1).take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().trim();
        match name.to_ascii_lowercase().as_str() {
            "via" | "from" | "call-id" | "cseq" | "record-route" => out.push_str(line),
            "to" if line.contains(";tag=") => out.push_str(line),
            "to" => {
                out.push_str(line);
                out.push_str(";tag=");
                out.push_str(tag);
            }
            _ => continue,
        }
        out.push_str("\r\n");
    }
    out.push_str(more);
    if !body.is_empty() {
        out.push_str("Content-Type: application/sdp\r\n");
    }
    out.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    out.into_bytes()
}

fn answer_all(socket: &UdpSocket, tally: &Tally, stop: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    let own = socket.local_addr().expect("bound");
    let contact = format!("Contact: <sip:bench@{own}>\r\n");
    let mut known: HashMap<String, Instant> = HashMap::new();
    let mut unacknowledged: VecDeque<Unacknowledged> = VecDeque::new();
    let mut acknowledged: HashMap<String, ()> = HashMap::new();
    let mut forget_at = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        while unacknowledged.front().is_some_and(|u| u.again_at <= now) {
            let Some(mut waiting) = unacknowledged.pop_front() else {
                break;
            };
            if acknowledged.remove(&waiting.call).is_some() || waiting.tries >= TRIES {
                continue;
            }
            let _ = socket.send_to(&waiting.bytes, waiting.to);
            Tally::add(&tally.repeated);
            Tally::add(&tally.messages);
            waiting.tries += 1;
            waiting.again_at = now + T1;
            unacknowledged.push_back(waiting);
        }
        if now.duration_since(forget_at) > Duration::from_secs(10) {
            known.retain(|_, at| now.duration_since(*at) < Duration::from_secs(60));
            forget_at = now;
        }
        let Ok((length, from)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        Tally::add(&tally.messages);
        let Ok(message) = std::str::from_utf8(&buffer[..length]) else {
            continue;
        };
        let Some(call) = header(message, "Call-ID") else {
            continue;
        };
        let method = message.split(' ').next().unwrap_or_default();
        match method {
            "INVITE" => {
                if known.insert(format!("i{call}"), Instant::now()).is_some() {
                    Tally::add(&tally.repeated);
                    continue;
                }
                let tag = format!("u{}", known.len());
                let _ = socket.send_to(&reply(message, "180 Ringing", &tag, &contact, ""), from);
                let answer = reply(
                    message,
                    "200 OK",
                    &tag,
                    &contact,
                    &sdp(own.port().wrapping_add(2) & !1),
                );
                let _ = socket.send_to(&answer, from);
                tally.messages.fetch_add(2, Ordering::Relaxed);
                unacknowledged.push_back(Unacknowledged {
                    call: call.to_owned(),
                    bytes: answer,
                    to: from,
                    again_at: Instant::now() + T1,
                    tries: 1,
                });
            }
            "ACK" if acknowledged.insert(call.to_owned(), ()).is_some() => Tally::add(&tally.repeated),
            "BYE" | "CANCEL" | "OPTIONS" => {
                if method == "BYE" && known.insert(format!("b{call}"), Instant::now()).is_some() {
                    Tally::add(&tally.repeated);
                }
                let _ = socket.send_to(&reply(message, "200 OK", "o", "", ""), from);
                Tally::add(&tally.messages);
            }
            _ => {}
        }
    }
}

/// Where a dialled call stands.
enum Stage {
    Inviting,
    Talking { bye_at: Instant },
    Leaving,
    Over,
}

struct Dialled {
    stage: Stage,
    begun: Instant,
    mischief: Mischief,
    /// What is said again while nobody answers.
    request: Vec<u8>,
    again_at: Instant,
    tries: u32,
    provisional: bool,
    remote: String,
    to: String,
    caller: String,
}

/// The side that dials.
pub struct Dialler {
    socket: UdpSocket,
    broker: SocketAddr,
    tally: Arc<Tally>,
    hold: Duration,
    calls: Mutex<HashMap<u64, Dialled>>,
    setups_ms: Mutex<Vec<f64>>,
    stop: AtomicBool,
}

impl Dialler {
    pub fn start(broker: SocketAddr, tally: Arc<Tally>, hold: Duration) -> Arc<Self> {
        let dialler = Arc::new(Self {
            socket: socket(),
            broker,
            tally,
            hold,
            calls: Mutex::default(),
            setups_ms: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        dialler
            .socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a time-out");
        let (listening, ticking) = (dialler.clone(), dialler.clone());
        thread::spawn(move || listening.listen());
        thread::spawn(move || ticking.tick());
        dialler
    }

    /// Begins a call; `number` names it.
    pub fn dial(&self, number: u64, caller: &str, dialled: &str, mischief: Mischief) {
        let own = self.socket.local_addr().expect("bound");
        let body = sdp(40_000);
        let request = format!(
            "INVITE sip:{dialled}@{broker} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKi{number};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{caller}@{own}>;tag=f{number}\r\nTo: <sip:{dialled}@{broker}>\r\n\
             Call-ID: n{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:{caller}@{own}>\r\n\
             P-Asserted-Identity: <sip:{caller}@{own}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len(),
            broker = self.broker,
        )
        .into_bytes();
        let now = Instant::now();
        let call = Dialled {
            stage: Stage::Inviting,
            begun: now,
            mischief,
            request: request.clone(),
            again_at: now + T1,
            tries: 1,
            provisional: false,
            remote: format!("sip:{dialled}@{}", self.broker),
            to: format!("<sip:{dialled}@{}>", self.broker),
            caller: caller.to_owned(),
        };
        self.lock().insert(number, call);
        Tally::add(&self.tally.begun);
        self.send(&request);
    }

    /// Calls that are not over.
    pub fn open(&self) -> usize {
        self.lock().len()
    }

    /// How long each call took from INVITE to 200, in milliseconds, since this was asked last.
    pub fn take_setups_ms(&self) -> Vec<f64> {
        std::mem::take(&mut self.setups_ms.lock().expect("no panic inside"))
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Dialled>> {
        self.calls.lock().expect("no panic inside")
    }

    fn send(&self, bytes: &[u8]) {
        Tally::add(&self.tally.messages);
        let _ = self.socket.send_to(bytes, self.broker);
    }

    fn within(&self, number: u64, call: &Dialled, method: &str, cseq: u32, branch: &str) -> Vec<u8> {
        let own = self.socket.local_addr().expect("bound");
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{branch}{number};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{}@{own}>;tag=f{number}\r\nTo: {}\r\nCall-ID: n{number}\r\nCSeq: {cseq} {method}\r\n\
             Content-Length: 0\r\n\r\n",
            call.remote, call.caller, call.to
        )
        .into_bytes()
    }

    fn listen(&self) {
        let mut buffer = vec![0; 65_536];
        while !self.stop.load(Ordering::Relaxed) {
            let Ok((length, _)) = self.socket.recv_from(&mut buffer) else {
                continue;
            };
            Tally::add(&self.tally.messages);
            if let Ok(message) = std::str::from_utf8(&buffer[..length]) {
                self.heard(message);
            }
        }
    }

    fn heard(&self, message: &str) {
        let number = header(message, "Call-ID").and_then(|id| id.strip_prefix('n')?.parse().ok());
        if !message.starts_with("SIP/2.0 ") {
            // A BYE of the broker, or a question whether we are there.
            let known = number.is_some_and(|number| {
                let mut calls = self.lock();
                match calls.get_mut(&number) {
                    Some(call) if call.mischief == Mischief::None => calls.remove(&number).is_some(),
                    Some(_) => calls.remove(&number).is_some(),
                    None => false,
                }
            });
            let status = if known || message.starts_with("OPTIONS") {
                "200 OK"
            } else {
                "481 Gone"
            };
            self.send(&reply(message, status, "o", "", ""));
            return;
        }
        let Some(number) = number else { return };
        let status: u16 = message[8..]
            .split(' ')
            .next()
            .and_then(|s| s.parse().ok())
            .unwrap_or(0);
        let invite = header(message, "CSeq").is_some_and(|c| c.ends_with("INVITE"));
        let mut calls = self.lock();
        let Some(call) = calls.get_mut(&number) else {
            Tally::add(&self.tally.repeated);
            return;
        };
        if matches!(call.mischief, Mischief::Abandoned) {
            return;
        }
        match (&call.stage, invite, status) {
            (Stage::Inviting, true, 100..200) => call.provisional = true,
            (Stage::Inviting, true, 200..300) => {
                call.to = header(message, "To").unwrap_or_default().to_owned();
                call.remote = uri(header(message, "Contact").unwrap_or_default()).to_owned();
                let took = call.begun.elapsed().as_secs_f64() * 1000.0;
                self.setups_ms.lock().expect("no panic inside").push(took);
                Tally::add(&self.tally.answered);
                call.stage = Stage::Talking {
                    bye_at: Instant::now() + self.hold,
                };
                if call.mischief != Mischief::NoAck {
                    let ack = self.within(number, call, "ACK", 1, "a");
                    self.send(&ack);
                }
            }
            (Stage::Inviting, true, 300..) => {
                let mut ack = self.within(number, call, "ACK", 1, "i");
                // The ACK of a refusal belongs to the INVITE's transaction, and bears the answer's To.
                if let Some(to) = header(message, "To") {
                    call.to = to.to_owned();
                    ack = self.within(number, call, "ACK", 1, "i");
                }
                self.send(&ack);
                Tally::add(&self.tally.failed);
                calls.remove(&number);
            }
            (Stage::Talking { .. } | Stage::Leaving, true, 200..300) => {
                Tally::add(&self.tally.repeated);
                if call.mischief != Mischief::NoAck {
                    let ack = self.within(number, call, "ACK", 1, "a");
                    self.send(&ack);
                }
            }
            (Stage::Leaving, false, 200..) => {
                if status < 300 {
                    Tally::add(&self.tally.completed);
                } else {
                    Tally::add(&self.tally.failed);
                }
                call.stage = Stage::Over;
                calls.remove(&number);
            }
            _ => {}
        }
    }

    fn tick(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
            let now = Instant::now();
            let mut calls = self.lock();
            let mut over = Vec::new();
            for (number, call) in calls.iter_mut() {
                match call.stage {
                    Stage::Talking { bye_at } if bye_at <= now && call.mischief == Mischief::None => {
                        let bye = self.within(*number, call, "BYE", 2, "b");
                        self.send(&bye);
                        call.request = bye;
                        call.again_at = now + T1;
                        call.tries = 1;
                        call.stage = Stage::Leaving;
                    }
                    Stage::Inviting | Stage::Leaving if call.again_at <= now => {
                        let silent = call.mischief == Mischief::Abandoned
                            || (matches!(call.stage, Stage::Inviting) && call.provisional);
                        if call.tries >= TRIES * 10 || (call.tries >= TRIES && !silent) {
                            if call.mischief == Mischief::None {
                                Tally::add(&self.tally.failed);
                            }
                            over.push(*number);
                        } else if !silent {
                            let request = call.request.clone();
                            Tally::add(&self.tally.repeated);
                            self.send(&request);
                        }
                        call.tries += 1;
                        call.again_at = now + T1;
                    }
                    _ => {}
                }
            }
            for number in over {
                calls.remove(&number);
            }
        }
    }
}
