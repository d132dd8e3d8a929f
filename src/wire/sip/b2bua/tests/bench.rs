//! A bench: the calls, a clock that is stepped, and peers that speak text. Every byte that leaves is held against what
//! the other party must not see.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::wire::sdp::Anchor;
use crate::wire::sip::b2bua::*;
use crate::wire::sip::flow::{Advertised, Hop, Source, Transport};
use crate::wire::sip::message::Incoming;
use crate::wire::sip::transaction::Limits;

/// The caller, the callee, and a second trunk. Their names, numbers and addresses are what must not cross.
pub const A: &str = "198.51.100.10:5060";
pub const B: &str = "203.0.113.20:5060";
pub const C: &str = "203.0.113.30:5060";
/// What must not be seen by the other side, of each.
const SECRETS_A: &[&str] = &["alpha", "198.51.100.10", "15550001111"];
const SECRETS_B: &[&str] = &["bravo", "203.0.113.", "15550002222"];

/// A message as text.
#[derive(Clone, Debug)]
pub struct Msg {
    pub raw: String,
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Msg {
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{line}")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            raw: text.clone(),
            start,
            headers,
            body: body.to_owned(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:#?}"))
    }

    pub fn method(&self) -> &str {
        if self.is_response() {
            ""
        } else {
            self.start.split(' ').next().unwrap()
        }
    }

    pub fn is_response(&self) -> bool {
        self.start.starts_with("SIP/2.0")
    }

    pub fn status(&self) -> u16 {
        if self.is_response() {
            self.start[8..11].parse().unwrap()
        } else {
            0
        }
    }

    /// `INVITE`, or `200 INVITE`.
    pub fn what(&self) -> String {
        let method = self.header("CSeq").split(' ').nth(1).unwrap();
        if self.is_response() {
            format!("{} {method}", self.status())
        } else {
            self.method().to_owned()
        }
    }

    pub fn cseq(&self) -> u32 {
        self.header("CSeq").split(' ').next().unwrap().parse().unwrap()
    }

    pub fn tag(&self, name: &str) -> String {
        self.header(name)
            .split_once(";tag=")
            .map(|(_, tag)| tag.to_owned())
            .unwrap_or_default()
    }

    /// The URI in Contact.
    pub fn contact(&self) -> String {
        let value = self.header("Contact");
        value
            .split('<')
            .nth(1)
            .unwrap()
            .split('>')
            .next()
            .unwrap()
            .to_owned()
    }

    pub fn has(&self, line: &str) -> bool {
        self.body.split("\r\n").any(|l| l == line)
    }
}

/// One peer's view of a dialog.
#[derive(Clone, Debug)]
pub struct Dlg {
    pub at: &'static str,
    pub call_id: String,
    pub local: String,
    pub remote: String,
    pub target: String,
    pub cseq: u32,
}

impl Dlg {
    /// The caller's, by an answer to its INVITE.
    pub fn caller(at: &'static str, answer: &Msg) -> Self {
        Self {
            at,
            call_id: answer.header("Call-ID").to_owned(),
            local: answer.header("From").to_owned(),
            remote: answer.header("To").to_owned(),
            target: answer.contact(),
            cseq: answer.cseq(),
        }
    }

    /// The callee's, by the INVITE that it got and its own tag.
    pub fn callee(at: &'static str, invite: &Msg, tag: &str) -> Self {
        Self {
            at,
            call_id: invite.header("Call-ID").to_owned(),
            local: format!("{};tag={tag}", invite.header("To")),
            remote: invite.header("From").to_owned(),
            target: invite.contact(),
            cseq: 100,
        }
    }
}

pub struct Bench {
    pub now: Millis,
    pub calls: Calls,
    pub inbox: BTreeMap<SocketAddr, VecDeque<Msg>>,
    pub events: Vec<Event>,
    pub transport: Transport,
    pub branch: u32,
    pub checked: bool,
    /// Attempts for which there is no room.
    pub full: Vec<u8>,
    /// Where peers' messages go instead of to the broker, while there is a place.
    pub captured: Option<Vec<String>>,
}

pub fn settings() -> Settings {
    let host: Arc<str> = "192.0.2.1:5060".into();
    Settings {
        transactions: Limits {
            trying_after_ms: 0,
            ..Limits::default()
        },
        advertised: Advertised {
            udp: host.clone(),
            tcp: host.clone(),
            tls: host,
        },
        calls: 1000,
        undecided: 100,
        decision_ms: 10_000,
        retry_after_s: 7,
        forks: 4,
    }
}

pub fn anchors() -> Anchors {
    let anchor = |port| Anchor {
        rtp: SocketAddr::from(([192, 0, 2, 1], port)),
        rtcp: SocketAddr::from(([192, 0, 2, 1], port + 1)),
    };
    Anchors {
        caller: anchor(20_000),
        callee: anchor(30_000),
    }
}

pub fn hop(at: &str, transport: Transport) -> Hop {
    Hop {
        transport,
        remote: at.parse().unwrap(),
        connection: None,
        tls_name: None,
    }
}

pub fn quiet() -> LegOptions {
    LegOptions {
        session: SessionTimer {
            interval_s: 0,
            minimum_s: 90,
            probe_s: 0,
        },
        ..LegOptions::default()
    }
}

/// A try by the trunk at `at`, to the callee's number, showing a pool number.
pub fn attempt(at: &str) -> Attempt {
    let host = at.split(':').next().unwrap();
    Attempt {
        hops: vec![hop(at, Transport::Udp)],
        uri: format!("sip:+15550002222@{host}"),
        from: "<sip:+15557770000@192.0.2.1>".into(),
        to: format!("<sip:+15550002222@{host}>"),
        identity: Vec::new(),
        credentials: None,
        silence_ms: 4000,
        options: quiet(),
    }
}

pub fn bridge(attempts: Vec<Attempt>) -> Bridge {
    Bridge {
        attempts,
        anchors: anchors(),
        codecs: Vec::new(),
        caller: quiet(),
        times: Times {
            ring_ms: 60_000,
            longest_ms: 3_600_000,
        },
        failover: Failover::default(),
    }
}

pub fn sdp_of(party: &str, host: &str, port: u16, formats: &str, direction: &str) -> String {
    let maps = formats.split(' ').map(|f| match f {
        "0" => "a=rtpmap:0 PCMU/8000\r\n",
        "8" => "a=rtpmap:8 PCMA/8000\r\n",
        "101" => "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n",
        _ => "",
    });
    let maps: String = maps.collect();
    format!(
        "v=0\r\no={party} 15550001 1 IN IP4 {host}\r\ns={party} talks\r\ni={party}\r\ne={party}@{party}.example\r\n\
         c=IN IP4 {host}\r\nt=0 0\r\na=tool:{party}\r\nm=audio {port} RTP/AVP {formats}\r\n{maps}a=x-{party}:{party}\r\n\
         a={direction}\r\n"
    )
}

pub fn sdp_a(formats: &str, direction: &str) -> String {
    sdp_of("alpha", "198.51.100.10", 4000, formats, direction)
}

pub fn sdp_b(formats: &str, direction: &str) -> String {
    sdp_of("bravo", "203.0.113.20", 5000, formats, direction)
}

impl Bench {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self {
            now: 1_000_000,
            calls: Calls::new(settings, [7; 32]),
            inbox: BTreeMap::new(),
            events: Vec::new(),
            transport: Transport::Udp,
            branch: 0,
            checked: true,
            full: Vec::new(),
            captured: None,
        }
    }

    pub fn branch(&mut self) -> String {
        self.branch += 1;
        format!("z9hG4bKpeer{}", self.branch)
    }

    fn source(&self, at: &str) -> Source {
        Source {
            transport: self.transport,
            remote: at.parse().unwrap(),
            connection: None,
        }
    }

    /// Hands in bytes that a peer sends.
    pub fn send(&mut self, at: &str, text: &str) {
        if let Some(captured) = &mut self.captured {
            captured.push(text.to_owned());
            return;
        }
        let message = Incoming::parse(&Bytes::copy_from_slice(text.as_bytes()))
            .unwrap_or_else(|e| panic!("{e:?} {text}"));
        let source = self.source(at);
        self.calls.receive(self.now, source, message);
        self.pump();
    }

    /// Hands in bytes that may be anything.
    pub fn send_bytes(&mut self, at: &str, bytes: &[u8]) {
        let source = self.source(at);
        match Incoming::parse(&Bytes::copy_from_slice(bytes)) {
            Ok(message) => self.calls.receive(self.now, source, message),
            Err(crate::wire::sip::message::Unreadable::Answerable(bad)) => self.calls.refuse(source, &bad),
            Err(_) => {}
        }
        self.pump();
    }

    /// Takes out what there is.
    pub fn pump(&mut self) {
        while let Some(event) = self.calls.poll_event() {
            if let Event::Next { call, attempt, .. } = event {
                let granted = !self.full.contains(&attempt);
                assert!(self.calls.go_on(self.now, call, granted));
            }
            self.events.push(event);
        }
        while let Some(transmit) = self.calls.poll_transmit() {
            let text = String::from_utf8_lossy(&transmit.bytes).into_owned();
            if self.checked {
                check(transmit.hop.remote, &text);
            }
            self.inbox
                .entry(transmit.hop.remote)
                .or_default()
                .push_back(Msg::parse(&transmit.bytes));
        }
    }

    /// Time passes, timer by timer.
    pub fn advance(&mut self, by: Millis) {
        let until = self.now + by;
        while let Some(next) = self.calls.next_timeout().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.calls.handle_timeout(self.now);
            self.pump();
        }
        self.now = until;
    }

    /// The next message to a peer; 100 is passed over.
    pub fn next(&mut self, at: &str) -> Option<Msg> {
        let inbox = self.inbox.entry(at.parse().unwrap()).or_default();
        loop {
            let msg = inbox.pop_front()?;
            if msg.status() != 100 {
                return Some(msg);
            }
        }
    }

    /// The next message to a peer, which must be this one.
    pub fn expect(&mut self, at: &str, what: &str) -> Msg {
        let msg = self
            .next(at)
            .unwrap_or_else(|| panic!("nothing for {at}, want {what}"));
        assert_eq!(msg.what(), what, "{msg:#?}");
        msg
    }

    pub fn nothing(&mut self, at: &str) {
        if let Some(msg) = self.next(at) {
            panic!("unexpected for {at}: {msg:#?}");
        }
    }

    pub fn clear(&mut self) {
        self.inbox.clear();
    }

    /// The caller's INVITE, with more headers (each with its line end).
    pub fn invite(&mut self, call: &str, more: &str, body: &str) -> String {
        let branch = self.branch();
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "INVITE sip:+15557771234@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.10:5060;branch={branch}\r\n\
             Max-Forwards: 68\r\nFrom: \"alpha\" <sip:+15550001111@alpha.example>;tag=alpha{call}\r\n\
             To: \"alphas friend\" <sip:+15557771234@192.0.2.1>\r\nCall-ID: {call}@alpha.example\r\nCSeq: 1 INVITE\r\n\
             Contact: \"alpha\" <sip:alpha@198.51.100.10:5060;x=alpha>\r\nUser-Agent: alpha\r\nSubject: alpha\r\n\
             P-Asserted-Identity: <sip:+15550001111@alpha.example>\r\nOrganization: alpha\r\nX-Alpha: alpha\r\n\
             {more}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// A peer's answer to a request that it got.
    pub fn reply(&mut self, at: &str, request: &Msg, status: u16, tag: &str, more: &str, body: &str) {
        let party = if at == A { "alpha" } else { "bravo" };
        let mut out = format!("SIP/2.0 {status} {party}\r\n");
        for (name, value) in &request.headers {
            match name.as_str() {
                "Via" | "From" | "Call-ID" | "CSeq" | "Record-Route" => {
                    out += &format!("{name}: {value}\r\n")
                }
                "To" if value.contains(";tag=") || tag.is_empty() => out += &format!("{name}: {value}\r\n"),
                "To" => out += &format!("{name}: {value};tag={tag}\r\n"),
                _ => {}
            }
        }
        out += &format!("Server: {party}\r\nX-{party}: {party}\r\n");
        if status < 300 && status > 100 && !more.contains("Contact") {
            out += &format!("Contact: \"{party}\" <sip:{party}@{at}>\r\n");
        }
        if !body.is_empty() {
            out += "Content-Type: application/sdp\r\n";
        }
        out += &format!("{more}Content-Length: {}\r\n\r\n{body}", body.len());
        self.send(at, &out);
    }

    /// A request of a peer within its dialog.
    pub fn request(&mut self, dlg: &mut Dlg, method: &str, more: &str, body: &str) {
        let cseq = if method == "ACK" { dlg.cseq } else { dlg.cseq + 1 };
        dlg.cseq = cseq;
        self.request_as(dlg, method, cseq, more, body);
    }

    pub fn request_as(&mut self, dlg: &Dlg, method: &str, cseq: u32, more: &str, body: &str) {
        let branch = self.branch();
        let party = if dlg.at == A { "alpha" } else { "bravo" };
        let kind = match body {
            "" => "",
            _ if more.contains("Content-Type") => "",
            _ => "Content-Type: application/sdp\r\n",
        };
        let Dlg {
            at,
            call_id,
            local,
            remote,
            target,
            ..
        } = dlg;
        let text = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch={branch}\r\nMax-Forwards: 70\r\nFrom: {local}\r\n\
             To: {remote}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{party}@{at}>\r\n\
             User-Agent: {party}\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.send(at, &text);
    }

    /// The call that is asked about.
    pub fn asked(&mut self) -> CallId {
        self.events
            .iter()
            .rev()
            .find_map(|event| match event {
                Event::Asked { call, .. } => Some(*call),
                _ => None,
            })
            .expect("nothing was asked")
    }

    pub fn decide(&mut self, call: CallId, decision: Decision) -> bool {
        let decided = self.calls.decide(self.now, call, decision);
        self.pump();
        decided
    }

    /// An INVITE, bridged; what the callee gets of it.
    pub fn place(&mut self, more: &str, offer: &str, bridge: Bridge) -> (CallId, Msg) {
        let invite = self.invite("one", more, offer);
        self.send(A, &invite);
        let call = self.asked();
        assert!(self.decide(call, Decision::Bridge(Box::new(bridge))));
        let invite = self.expect(B, "INVITE");
        (call, invite)
    }

    /// An answered call: both parties' dialogs.
    pub fn talk_with(&mut self, more: &str, reply: &str, bridge: Bridge) -> (CallId, Dlg, Dlg) {
        let (call, invite) = self.place(more, &sdp_a("0 8 101", "sendrecv"), bridge);
        self.reply(B, &invite, 200, "bravo1", reply, &sdp_b("0 101", "sendrecv"));
        self.expect(B, "ACK");
        let ok = self.expect(A, "200 INVITE");
        let mut a = Dlg::caller(A, &ok);
        self.request(&mut a, "ACK", "", "");
        let b = Dlg::callee(B, &invite, "bravo1");
        self.nothing(A);
        self.nothing(B);
        (call, a, b)
    }

    pub fn talk(&mut self) -> (CallId, Dlg, Dlg) {
        self.talk_with("", "", bridge(vec![attempt(B)]))
    }

    pub fn ended(&self) -> Vec<Ended> {
        let ended = self.events.iter().filter_map(|event| match event {
            Event::Ended(ended) => Some(*ended),
            _ => None,
        });
        ended.collect()
    }

    /// The one call that has ended.
    pub fn end(&self) -> Ended {
        let ended = self.ended();
        assert_eq!(ended.len(), 1, "{ended:?}");
        ended[0]
    }

    pub fn steps(&self) -> Vec<(Side, What)> {
        let steps = self.events.iter().filter_map(|event| match event {
            Event::Step(step) => Some((step.leg, step.what)),
            _ => None,
        });
        steps.collect()
    }

    pub fn media(&self, side: Side) -> Vec<MediaPoint> {
        let media = self.events.iter().filter_map(|event| match event {
            Event::Media(point) if point.leg == side => Some(point.clone()),
            _ => None,
        });
        media.collect()
    }

    /// Nothing is left but transactions, and after a while not even those.
    pub fn empty(&mut self) {
        self.advance(300_000);
        let counts = self.calls.counts();
        assert_eq!(
            (counts.calls, counts.lingering, counts.tags),
            (0, 0, 0),
            "{counts:?}"
        );
        assert_eq!(counts.transactions, 0);
        assert_eq!(self.calls.core.arrived.len(), 0);
    }
}

/// Nothing of one party goes to the other.
pub fn check(to: SocketAddr, text: &str) {
    let lower = text.to_ascii_lowercase();
    let secrets = if to == A.parse().unwrap() {
        SECRETS_B
    } else {
        SECRETS_A
    };
    for secret in secrets {
        assert!(!lower.contains(secret), "{secret} towards {to}:\n{text}");
    }
}
