//! A clock in steps, and peers made of text.

mod client;
mod memory;
mod network;
mod server;
mod traps;

use bytes::Bytes;

use super::super::flow::{Advertised, ConnectionId, Hop, Source, Transport};
use super::super::message::{Extra, Incoming, Method, OutgoingRequest, OutgoingResponse};
use super::*;

pub(super) fn udp(remote: &str) -> Source {
    Source {
        transport: Transport::Udp,
        remote: remote.parse().unwrap(),
        connection: None,
    }
}

pub(super) fn tcp(remote: &str, connection: u64) -> Source {
    let connection = Some(ConnectionId(connection));
    Source {
        transport: Transport::Tcp,
        remote: remote.parse().unwrap(),
        connection,
    }
}

pub(super) fn advertised(host: &str) -> Advertised {
    Advertised {
        udp: host.into(),
        tcp: host.into(),
        tls: host.into(),
    }
}

pub(super) fn table(limits: Limits) -> Transactions {
    Transactions::new(limits, advertised("192.0.2.10:5060"), [3; 32])
}

pub(super) fn outgoing(method: Method) -> OutgoingRequest {
    OutgoingRequest {
        method,
        uri: "sip:b@192.0.2.2".into(),
        from: "<sip:a@192.0.2.10>;tag=fa".into(),
        to: "<sip:b@192.0.2.2>".into(),
        call_id: "call-1".into(),
        cseq: 5,
        max_forwards: 70,
        contact: None,
        route: vec![Bytes::from_static(b"<sip:192.0.2.2;lr>")],
        extra: vec![Extra::Supported("timer")],
        body: None,
    }
}

/// One table and what it did, with the moment of each thing sent.
pub(super) struct Bench {
    pub(super) table: Transactions,
    pub(super) now: Millis,
    pub(super) sent: Vec<(Millis, String)>,
    pub(super) hops: Vec<Hop>,
}

impl Bench {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            table: table(limits),
            now: 1_000_000,
            sent: Vec::new(),
            hops: Vec::new(),
        }
    }

    /// Takes what is to be sent.
    pub(super) fn flush(&mut self) {
        while let Some(transmit) = self.table.poll_transmit() {
            let text = String::from_utf8(transmit.bytes.to_vec()).unwrap();
            self.sent.push((self.now - 1_000_000, text));
            self.hops.push(transmit.hop);
        }
    }

    /// Lets time go by, millisecond by millisecond where something is due.
    pub(super) fn pass(&mut self, ms: Millis) {
        let until = self.now + ms;
        while let Some(next) = self.table.next_timeout().filter(|&next| next <= until) {
            self.now = next.max(self.now);
            self.table.handle_timeout(self.now);
            self.flush();
        }
        self.now = until;
    }

    pub(super) fn get(&mut self, source: Source, text: &str) {
        let message = Incoming::parse(&Bytes::from(text.replace('\n', "\r\n"))).unwrap();
        self.table.receive(self.now, source, message);
        self.flush();
    }

    pub(super) fn respond(&mut self, id: ServerId, status: u16) {
        let to_tag = Some("ours".into());
        self.table.respond(
            self.now,
            id,
            OutgoingResponse {
                to_tag,
                ..OutgoingResponse::new(status)
            },
        );
        self.flush();
    }

    pub(super) fn request(&mut self, method: Method, hop: Hop) -> ClientId {
        let id = self
            .table
            .request(self.now, User(9), hop, outgoing(method))
            .unwrap();
        self.flush();
        id
    }

    pub(super) fn cancel(&mut self, id: ClientId) {
        self.table.cancel(self.now, id);
        self.flush();
    }

    /// Start lines of what was sent since the last time, with their moments.
    pub(super) fn lines(&mut self) -> Vec<(Millis, String)> {
        self.hops.clear();
        let sent = std::mem::take(&mut self.sent);
        sent.into_iter()
            .map(|(at, text)| (at, text.lines().next().unwrap_or_default().to_owned()))
            .collect()
    }

    pub(super) fn moments(&mut self) -> Vec<Millis> {
        self.lines().into_iter().map(|(at, _)| at).collect()
    }

    /// A short name of each event.
    pub(super) fn events(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(event) = self.table.poll_event() {
            names.push(match event {
                Event::Request { request, .. } => format!("request {}", request.method()),
                Event::Cancelled { user, .. } => format!("cancelled {user:?}"),
                Event::Ack { .. } => "ack".to_owned(),
                Event::Response { user, response, .. } => format!("{} for {}", response.status(), user.0),
                Event::StrayResponse { response, .. } => format!("stray {}", response.status()),
                Event::TimedOut {
                    after_provisional, ..
                } => format!("timed out {after_provisional}"),
                Event::Unreachable { user, .. } => format!("unreachable {}", user.0),
                Event::Unacknowledged { user, .. } => format!("unacknowledged {user:?}"),
            });
        }
        names
    }

    /// The server transaction of the request that has just come.
    pub(super) fn arrived(&mut self) -> ServerId {
        match self.table.poll_event() {
            Some(Event::Request { id, .. }) => id,
            other => panic!("{other:?}"),
        }
    }
}

/// An answer to the request `sent`, as a peer would write it.
pub(super) fn answer(sent: &str, status: u16) -> String {
    let mut out = format!("SIP/2.0 {status} X\n");
    for line in sent.lines() {
        let name = line.split(':').next().unwrap_or_default();
        match name {
            "Via" | "From" | "Call-ID" | "CSeq" => out += &format!("{line}\n"),
            "To" => out += &format!("{line};tag=theirs\n"),
            _ => {}
        }
    }
    out + "Content-Length: 0\n\n"
}

/// A request of a peer.
pub(super) fn incoming(method: &str, branch: &str, more: &str) -> String {
    format!(
        "{method} sip:x@192.0.2.10 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\nMax-Forwards: 70
From: <sip:c@192.0.2.1>;tag=t1\nTo: <sip:x@192.0.2.10>\nCall-ID: k1\nCSeq: 1 {method}\n{more}Content-Length: 0\n\n"
    )
}
