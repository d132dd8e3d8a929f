//! The transactions of all calls: one slab, one timer wheel (RFC 3261 section 17, RFC 6026).
//!
//! INTERFACE SKETCH (signatures bind, bodies and private fields are to be written).

use super::Millis;
use super::flow::{Advertised, ConnectionId, Hop, Source, Transmit};
use super::message::{Incoming, IncomingRequest, IncomingResponse, OutgoingRequest, OutgoingResponse};

/// What the owner of a transaction wants to find again: any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct User(pub u64);

/// A transaction that this end began. Stale handles are recognised and do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId {
    index: u32,
    generation: u32,
}

/// A transaction that the peer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerId {
    index: u32,
    generation: u32,
}

/// Bounds and times.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most transactions at a time, both kinds; INVITEs beyond are answered 503 by the layer, others dropped.
    pub transactions: usize,
    pub t1_ms: u32,
    pub t2_ms: u32,
    pub t4_ms: u32,
    /// After a provisional answer to an INVITE of ours (Timer C).
    pub timer_c_ms: u32,
}

/// No room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A request that begins a transaction. Never ACK. CANCEL has been answered and names what it cancels.
    Request {
        id: ServerId,
        request: Box<IncomingRequest>,
        source: Source,
    },
    /// A CANCEL for this INVITE, which is not answered finally yet (the CANCEL has got its 200 already).
    Cancelled { id: ServerId, user: Option<User> },
    /// An ACK for a 2xx: it belongs to a dialog, not to a transaction.
    Ack {
        request: Box<IncomingRequest>,
        source: Source,
    },
    /// An answer to a request of ours; a 2xx to an INVITE comes each time that it arrives (RFC 6026).
    Response {
        id: ClientId,
        user: User,
        response: Box<IncomingResponse>,
        source: Source,
    },
    /// A 2xx to an INVITE whose transaction is gone.
    StrayResponse {
        response: Box<IncomingResponse>,
        source: Source,
    },
    /// No final answer came in time (B, F), or none after provisional ones (C; a CANCEL has not been sent).
    TimedOut {
        id: ClientId,
        user: User,
        after_provisional: bool,
    },
    /// The bytes of a request of ours could not be sent, or its connection broke.
    Unreachable { id: ClientId, user: User },
    /// A final answer of ours that is not 2xx was never acknowledged (H).
    Unacknowledged { id: ServerId, user: Option<User> },
}

/// All transactions.
#[derive(Debug)]
pub struct Transactions;

impl Transactions {
    /// `seed` makes branches and nothing else.
    pub fn new(_limits: Limits, _advertised: Advertised, _seed: [u8; 32]) -> Self {
        todo!()
    }
    /// A message has come. Retransmissions are dealt with here and give no event.
    pub fn receive(&mut self, _now: Millis, _source: Source, _message: Incoming) {
        todo!()
    }
    /// Sends a request (not ACK, not CANCEL) in a transaction of its own.
    pub fn request(
        &mut self,
        _now: Millis,
        _user: User,
        _hop: Hop,
        _request: OutgoingRequest,
    ) -> Result<ClientId, Full> {
        todo!()
    }
    /// Sends CANCEL for an INVITE of ours, at once or as soon as a provisional answer has come (section 9.1).
    pub fn cancel(&mut self, _now: Millis, _id: ClientId) {
        todo!()
    }
    /// Sends an ACK for a 2xx, outside of any transaction; the caller repeats it for every 2xx that repeats.
    pub fn acknowledge(&mut self, _now: Millis, _hop: Hop, _ack: &OutgoingRequest) {
        todo!()
    }
    /// Ties a server transaction to its owner: comes back with `Cancelled` and `Unacknowledged`.
    pub fn tie(&mut self, _id: ServerId, _user: User) {
        todo!()
    }
    /// Answers. A 2xx to an INVITE is sent once: its repetitions are the dialog's (section 13.3.1.4), by calling this again.
    pub fn respond(&mut self, _now: Millis, _id: ServerId, _response: OutgoingResponse) {
        todo!()
    }
    /// A connection has gone.
    pub fn disconnected(&mut self, _now: Millis, _connection: ConnectionId) {
        todo!()
    }
    /// A hop could not be reached (ICMP, connect refused): what waits for it ends.
    pub fn unreachable(&mut self, _now: Millis, _hop: &Hop) {
        todo!()
    }
    /// The earliest moment at which `handle_timeout` has something to do.
    pub fn next_timeout(&self) -> Option<Millis> {
        todo!()
    }
    pub fn handle_timeout(&mut self, _now: Millis) {
        todo!()
    }
    pub fn poll_event(&mut self) -> Option<Event> {
        todo!()
    }
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        todo!()
    }
    /// Transactions alive.
    pub fn len(&self) -> usize {
        todo!()
    }
}
