//! A soft-phone with real sound, played by PyPI `pjsua2-python` (see `softphone.py`): it calls and is called by
//! UDP, TCP or TLS, plays a tone, and records what it hears.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::json_lines::JsonChild;
use super::pki::Authority;
use super::process::Spec;
use super::sound::Sound;
use super::{HOW_TO_INSTALL, peers_dir, poll, ports, support_file};

/// Where every soft-phone listens on its own address; by TLS it is the other.
const SIP_PORT: u16 = 5060;
const TLS_PORT: u16 = 5061;

/// What a soft-phone does when it is called.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Rings, and is picked up after so many milliseconds.
    After(u64),
    /// Rings until somebody answers by hand, or nobody does.
    Ring,
    /// Says 183 with sound, and is picked up after so many milliseconds.
    EarlyThenAfter(u64),
    /// Refuses with this code, after so many milliseconds of ringing.
    Refuse(u16, u64),
}

/// One call as the soft-phone saw it.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    pub call: usize,
    pub inbound: bool,
    /// `calling`, `incoming`, `early`, `connecting`, `confirmed` or `ended`.
    pub state: String,
    /// The last final or provisional status.
    pub status: u16,
    pub reason: String,
    /// `active`, `held`, `remote_hold`, `none`, `error`.
    pub media: Option<String>,
    /// Seconds since the soft-phone's start, and what happened.
    pub events: Vec<(f64, String)>,
    /// Digits, each with how it came: `rtp` or `info`.
    pub digits: Vec<(String, String)>,
    // What the INVITE said, where it came from outside.
    pub request_uri: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub contact: Option<String>,
    pub p_asserted_identity: Option<String>,
    pub remote_party_id: Option<String>,
    pub invite: Option<String>,
    /// Every message of this call that was received, whole.
    pub messages: Vec<String>,
}

impl Seen {
    /// The first line of every message received.
    pub fn lines(&self) -> Vec<&str> {
        self.messages
            .iter()
            .filter_map(|message| message.lines().next())
            .collect()
    }

    /// The last received message whose first line contains this.
    pub fn message(&self, in_line: &str) -> Option<&str> {
        let found = self.messages.iter().rev();
        found
            .map(String::as_str)
            .find(|message| message.lines().next().is_some_and(|line| line.contains(in_line)))
    }

    /// Whether this happened: `early 180`, `media active`.
    pub fn had(&self, event: &str) -> bool {
        self.events.iter().any(|(_, what)| what == event)
    }
}

/// How a soft-phone shall be started.
pub struct Builder {
    number: String,
    ip: Ipv4Addr,
    settings: Value,
}

impl Builder {
    /// The tone that it plays into every call.
    pub fn tone(mut self, hz: u32) -> Builder {
        self.settings["tone"] = json!(hz);
        self
    }

    /// Reliable provisional answers: `off`, `optional` or `required`.
    pub fn reliable(mut self, mode: &str) -> Builder {
        self.settings["reliable"] = json!(mode);
        self
    }

    /// The codecs, preferred first.
    pub fn codecs(mut self, names: &[&str]) -> Builder {
        self.settings["codecs"] = json!(names);
        self
    }

    /// It speaks TCP instead of UDP.
    pub fn tcp(mut self) -> Builder {
        self.settings["transport"] = json!("tcp");
        self
    }

    /// It speaks TLS instead of UDP, with a certificate of this authority, and trusts nobody else's.
    pub fn tls(mut self, authority: &Authority) -> Builder {
        let issued = authority.issue(self.ip);
        self.settings["transport"] = json!("tls");
        self.settings["tls"] = json!({
            "ca": authority.certificate(), "certificate": issued.certificate, "key": issued.key,
        });
        self
    }

    pub async fn start(self) -> Softphone {
        let python = peers_dir().join("voice/bin/python3");
        assert!(
            python.is_file(),
            "no Python with pjsua2 in {}: {HOW_TO_INSTALL}",
            python.display()
        );
        let mut settings = self.settings;
        let transport = settings["transport"].as_str().expect("a word").to_owned();
        let port = if transport == "tls" { TLS_PORT } else { SIP_PORT };
        settings["address"] = json!(self.ip.to_string());
        settings["port"] = json!(port);
        settings["number"] = json!(self.number);
        let script = support_file("softphone.py").display().to_string();
        let arguments = ["-u".to_owned(), script, settings.to_string()];
        let child = JsonChild::spawn(Spec::new("softphone", python).args(arguments));
        let phone = Softphone {
            transport,
            child,
            addr: (self.ip, port).into(),
            ip: self.ip,
            number: self.number,
        };
        // The first answer says that its sockets are open.
        phone.seen().await;
        phone
    }
}

/// A call to be made.
pub struct Dialling<'a> {
    phone: &'a Softphone,
    to: SocketAddr,
    command: Value,
}

impl Dialling<'_> {
    /// As whom it shows itself, where that is not its own number.
    pub fn from(mut self, user: &str) -> Self {
        self.command["user"] = json!(user);
        self
    }

    /// The display name beside it.
    pub fn name(mut self, name: &str) -> Self {
        self.command["name"] = json!(name);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        let headers = self.command["headers"].as_array_mut().expect("a list");
        headers.push(json!([name, value]));
        self
    }

    /// What answers a 401 or 407.
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.command["credentials"] = json!([user, password]);
        self
    }

    /// Calls, and returns the call's number.
    pub async fn go(mut self, number: &str) -> usize {
        let transport = match self.phone.transport.as_str() {
            "udp" => String::new(),
            other => format!(";transport={other}"),
        };
        self.command["uri"] = json!(format!("sip:{number}@{}{transport}", self.to));
        self.phone.child.call("call", self.command).await
    }
}

/// A running soft-phone.
pub struct Softphone {
    child: JsonChild,
    ip: Ipv4Addr,
    addr: SocketAddr,
    transport: String,
    number: String,
}

impl Softphone {
    /// One with this number.
    pub fn builder(number: &str) -> Builder {
        Builder {
            number: number.to_owned(),
            ip: ports::free_ip(),
            settings: json!({"transport": "udp"}),
        }
    }

    /// One with this number that plays a tone.
    pub async fn start(number: &str, hz: u32) -> Softphone {
        Softphone::builder(number).tone(hz).start().await
    }

    /// Where it takes calls.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn ip(&self) -> Ipv4Addr {
        self.ip
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn pid(&self) -> u32 {
        self.child.process.pid()
    }

    /// Stops or goes on, or dies: `STOP`, `CONT`, `KILL`.
    pub fn signal(&self, signal: &str) {
        self.child.process.signal(signal);
    }

    /// What it does with the calls that come from now on.
    pub async fn answers(&self, answer: Answer) {
        let plan = match answer {
            Answer::After(ms) => json!({"ring": true, "then": "answer", "after_ms": ms}),
            Answer::Ring => json!({"ring": true, "then": "wait"}),
            Answer::EarlyThenAfter(ms) => {
                json!({"ring": true, "progress": 183, "then": "answer", "after_ms": ms})
            }
            Answer::Refuse(code, ms) => {
                json!({"ring": ms > 0, "then": "refuse", "code": code, "after_ms": ms})
            }
        };
        self.child.call("answering", json!({ "plan": plan })).await
    }

    /// Calls by way of this address, as its own number by UDP unless told otherwise.
    pub fn dial(&self, to: SocketAddr) -> Dialling<'_> {
        Dialling {
            phone: self,
            to,
            command: json!({"user": self.number, "headers": []}),
        }
    }

    /// Every call so far, oldest first.
    pub async fn seen(&self) -> Vec<Seen> {
        self.child.call("calls", json!({})).await
    }

    /// One call.
    pub async fn call(&self, call: usize) -> Seen {
        self.seen().await.swap_remove(call)
    }

    /// Waits until a call is as wanted.
    pub async fn wait(&self, call: usize, timeout: Duration, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let found = poll(timeout, async || {
            self.seen()
                .await
                .into_iter()
                .nth(call)
                .filter(|seen| wanted(seen))
        });
        match found.await {
            Some(seen) => seen,
            None => panic!(
                "{}: the call is not so in {timeout:?}: {:#?}",
                self.number,
                self.call(call).await
            ),
        }
    }

    /// Waits until a call stands there.
    pub async fn wait_state(&self, call: usize, state: &str, timeout: Duration) -> Seen {
        // Who waits for an answer shall not wait for it after a refusal.
        let seen = self
            .wait(call, timeout, |seen| seen.state == state || seen.state == "ended")
            .await;
        assert_eq!(seen.state, state, "{}: {seen:#?}", self.number);
        seen
    }

    /// Waits for the `nth` call (from 0) that came from outside.
    pub async fn wait_incoming(&self, nth: usize, timeout: Duration) -> Seen {
        let found = poll(timeout, async || {
            self.seen().await.into_iter().filter(|seen| seen.inbound).nth(nth)
        });
        match found.await {
            Some(seen) => seen,
            None => panic!(
                "{}: nobody called in {timeout:?}: {:#?}",
                self.number,
                self.seen().await
            ),
        }
    }

    /// Picks up by hand.
    pub async fn answer(&self, call: usize) {
        self.child.call("answer", json!({ "call": call })).await
    }

    pub async fn hang_up(&self, call: usize) {
        self.child.call("hang_up", json!({ "call": call })).await
    }

    pub async fn hold(&self, call: usize) {
        self.child.call("hold", json!({ "call": call })).await
    }

    pub async fn resume(&self, call: usize) {
        self.child.call("resume", json!({ "call": call })).await
    }

    /// Sends UPDATE with a session description.
    pub async fn update(&self, call: usize) {
        self.child.call("update", json!({ "call": call })).await
    }

    /// Sends REFER.
    pub async fn transfer(&self, call: usize, uri: &str) {
        self.child
            .call("transfer", json!({"call": call, "uri": uri}))
            .await
    }

    /// Sends digits, `rtp` or `info`.
    pub async fn digits(&self, call: usize, digits: &str, by: &str) {
        self.child
            .call("dial", json!({"call": call, "digits": digits, "by": by}))
            .await
    }

    /// What it heard since this was last asked, or since the call's beginning.
    pub async fn heard(&self, call: usize) -> Sound {
        let path: Option<String> = self.child.call("recorded", json!({ "call": call })).await;
        match path {
            Some(path) => Sound::read(Path::new(&path)),
            None => panic!("{} heard nothing: {:#?}", self.number, self.call(call).await),
        }
    }

    /// Listens for so long.
    pub async fn listen(&self, call: usize, time: Duration) -> Sound {
        let _before: Option<String> = self.child.call("recorded", json!({ "call": call })).await;
        tokio::time::sleep(time).await;
        self.heard(call).await
    }
}
