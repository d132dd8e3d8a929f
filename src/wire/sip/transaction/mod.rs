//! The transactions of all calls: one slab, one timer wheel (RFC 3261 section 17, RFC 6026).
//!
//! A client transaction is found by our branch and the method alone: what a peer makes of the sent-by that it echoes
//! does not matter. A server transaction is found by branch, sent-by and method (section 17.2.3). Both are bounded, and
//! each has an end whatever its owner and its peer do. What lingers keeps the bytes that it may have to repeat, no more.

mod cancel;
mod client;
mod following;
mod keys;
mod server;
mod slab;
#[cfg(test)]
mod tests;
mod types;
mod waiting;
mod wheel;

use std::collections::VecDeque;

use bytes::Bytes;

use super::Millis;
use super::flow::{Advertised, ConnectionId, Hop, Source, Transmit};
use super::message::{BadRequest, Incoming, OutgoingRequest, OutgoingResponse, write};
use keys::{Keys, Spread};
use slab::{Body, Slab};
use waiting::{Peer, Waiting};
use wheel::Wheel;

pub use types::{ClientId, Counts, Event, Full, Limits, ServerId, User};

const NEVER: Millis = Millis::MAX;

/// All transactions.
#[derive(Debug)]
pub struct Transactions {
    limits: Limits,
    advertised: Advertised,
    keys: Keys,
    slab: Slab,
    wheel: Wheel,
    clients: Spread<u32>,
    servers: Spread<u32>,
    merged: Spread<u32>,
    waiting: Waiting,
    events: VecDeque<Event>,
    transmits: VecDeque<Transmit>,
    scratch: Vec<u8>,
    counts: Counts,
}

impl Transactions {
    /// `seed` makes branches, and the tags and keys of the layer; it must be random and secret.
    pub fn new(limits: Limits, advertised: Advertised, seed: [u8; 32]) -> Self {
        Self {
            limits,
            advertised,
            keys: Keys::new(seed),
            slab: Slab::default(),
            wheel: Wheel::new(),
            clients: Spread::default(),
            servers: Spread::default(),
            merged: Spread::default(),
            waiting: Waiting::default(),
            events: VecDeque::new(),
            transmits: VecDeque::new(),
            scratch: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// 64 T1: Timers B, F, H, J, L and M.
    fn patience(&self) -> Millis {
        64 * u64::from(self.limits.t1_ms)
    }

    fn send(&mut self, hop: Hop, bytes: Bytes) {
        self.transmits.push_back(Transmit { hop, bytes });
    }

    fn render(&mut self, request: &OutgoingRequest, hop: &Hop, branch: u128) -> Bytes {
        self.scratch.clear();
        let sent_by = self.advertised.of(hop.transport);
        let branch = keys::branch_text(branch);
        write::request(
            &mut self.scratch,
            request,
            hop.transport.as_str(),
            sent_by,
            &branch,
        );
        Bytes::copy_from_slice(&self.scratch)
    }

    fn remove(&mut self, index: u32) {
        self.wheel.clear(index);
        match self.slab.remove(index) {
            Some(Body::Client(client)) => {
                self.clients.remove(&keys::client(client.branch, &client.method));
                self.waiting.remove(&client.peer(), index);
            }
            Some(Body::Server(server)) => {
                self.servers.remove(&server.key);
                if server.listed {
                    self.merged.remove(&server.identity);
                }
            }
            None => {}
        }
    }

    /// A message has come. Retransmissions are dealt with here and give no event.
    pub fn receive(&mut self, now: Millis, source: Source, message: Incoming) {
        match message {
            Incoming::Request(request) => self.receive_request(now, source, request),
            Incoming::Response(response) => self.receive_response(now, source, response),
        }
    }

    /// Answers what could not be read. Nothing is kept of it.
    pub fn refuse(&mut self, source: Source, bad: &BadRequest) {
        self.counts.malformed += 1;
        let tag = self.keys.some_tag(bad.reason.as_bytes());
        self.transmits.push_back(bad.answer(&source, &tag));
    }

    /// Sends a request (not ACK, not CANCEL) in a transaction of its own.
    pub fn request(
        &mut self,
        now: Millis,
        user: User,
        hop: Hop,
        request: OutgoingRequest,
    ) -> Result<ClientId, Full> {
        if self.slab.len() >= self.limits.transactions {
            return Err(Full);
        }
        Ok(self.begin_client(now, user, hop, request))
    }

    /// Sends CANCEL for an INVITE of ours, at once or as soon as a provisional answer has come (section 9.1). Where no
    /// final answer follows within 64 T1, [`Event::TimedOut`] says so and the transaction ends.
    pub fn cancel(&mut self, now: Millis, id: ClientId) {
        if self.slab.is(id.index, id.generation) {
            self.cancel_client(now, id.index);
        }
    }

    /// Sends an ACK for a 2xx, outside of any transaction; the caller repeats it for every 2xx that repeats.
    pub fn acknowledge(&mut self, _now: Millis, hop: Hop, ack: &OutgoingRequest) {
        let branch = self.keys.branch();
        let bytes = self.render(ack, &hop, branch);
        self.send(hop, bytes);
    }

    /// Ties a server transaction to its owner: comes back with `Cancelled` and `Unacknowledged`.
    pub fn tie(&mut self, id: ServerId, user: User) {
        if self.slab.is(id.index, id.generation) {
            self.tie_server(id.index, user);
        }
    }

    /// Answers. A 2xx to an INVITE is sent once: its repetitions are the dialog's (section 13.3.1.4), by calling this
    /// again, which sends the same bytes as the first time.
    pub fn respond(&mut self, now: Millis, id: ServerId, response: OutgoingResponse) {
        if self.slab.is(id.index, id.generation) {
            self.answer(now, id.index, &response);
        }
    }

    /// The ACK for the 2xx of this INVITE has come: the bytes of the 2xx are not kept any longer.
    pub fn acknowledged(&mut self, id: ServerId) {
        if self.slab.is(id.index, id.generation) {
            self.forget_answer(id.index);
        }
    }

    /// A connection has gone: requests sent on it that have had no answer end.
    pub fn disconnected(&mut self, _now: Millis, connection: ConnectionId) {
        self.give_up(&Peer::Connection(connection));
    }

    /// A hop could not be reached (ICMP, connect refused): requests to it that have had no answer end.
    pub fn unreachable(&mut self, _now: Millis, hop: &Hop) {
        self.give_up(&Peer::of(hop));
        self.give_up(&Peer::Address(hop.transport, hop.remote));
    }

    /// The earliest moment at which `handle_timeout` has something to do, if only to look at its wheel: nothing is due
    /// before. It may lie in the past; then it is now.
    pub fn next_timeout(&self) -> Option<Millis> {
        self.wheel.next()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Millis) {
        while let Some(index) = self.wheel.pop(now) {
            if self.slab.is_client(index) {
                self.client_timer(now, index);
            } else {
                self.server_timer(now, index);
            }
        }
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// Transactions alive.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was dealt with here.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}
