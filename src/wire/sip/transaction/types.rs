//! Handles, bounds, events and counts.

use super::super::flow::Source;
use super::super::message::{IncomingRequest, IncomingResponse};

/// What the owner of a transaction wants to find again: any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct User(pub u64);

/// A transaction that this end began. Stale handles are recognised and do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// A transaction that the peer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// Bounds and times.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most transactions at a time, both kinds. INVITEs that come in leave an eighth of them free for the calls that
    /// stand: beyond, they are answered 503 by the layer. Other requests beyond the whole are dropped.
    pub transactions: usize,
    /// T1: the first interval between repetitions; 64 of them end a transaction.
    pub t1_ms: u32,
    /// T2: the longest interval, but for INVITE.
    pub t2_ms: u32,
    /// T4: how long a message may stay in the network.
    pub t4_ms: u32,
    /// After a provisional answer to an INVITE of ours (Timer C).
    pub timer_c_ms: u32,
    /// After this, an INVITE that the owner has not answered gets its 100 from the layer; 0: at once.
    pub trying_after_ms: u32,
}

impl Default for Limits {
    /// The values of RFC 3261, and room for 1,000 calls a second over UDP.
    fn default() -> Self {
        Self {
            transactions: 300_000,
            t1_ms: 500,
            t2_ms: 4_000,
            t4_ms: 5_000,
            timer_c_ms: 185_000,
            trying_after_ms: 200,
        }
    }
}

/// No room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room for another transaction")]
pub struct Full;

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A request that begins a transaction. Never ACK, never CANCEL.
    Request {
        /// To answer it.
        id: ServerId,
        /// The request.
        request: Box<IncomingRequest>,
        /// Whence.
        source: Source,
    },
    /// A CANCEL for this INVITE, which is not answered finally yet (the CANCEL has got its 200 already). Comes once.
    Cancelled {
        /// The INVITE.
        id: ServerId,
        /// Its owner.
        user: Option<User>,
    },
    /// An ACK for a 2xx: it belongs to a dialog, not to a transaction.
    Ack {
        /// The ACK.
        request: Box<IncomingRequest>,
        /// Whence.
        source: Source,
    },
    /// An answer to a request of ours; a 2xx to an INVITE comes each time that it arrives (RFC 6026).
    Response {
        /// The request.
        id: ClientId,
        /// Its owner.
        user: User,
        /// The answer.
        response: Box<IncomingResponse>,
        /// Whence.
        source: Source,
    },
    /// A 2xx to an INVITE whose transaction is gone.
    StrayResponse {
        /// The answer.
        response: Box<IncomingResponse>,
        /// Whence.
        source: Source,
    },
    /// No final answer came in time (B, F), or none after provisional ones (C). After C the transaction stays for
    /// another 64 T1, so that the owner can still cancel it, and a late answer still comes.
    TimedOut {
        /// The request.
        id: ClientId,
        /// Its owner.
        user: User,
        /// Whether a provisional answer to an INVITE had come.
        after_provisional: bool,
    },
    /// The bytes of a request of ours could not be sent, or its connection broke before any answer.
    Unreachable {
        /// The request.
        id: ClientId,
        /// Its owner.
        user: User,
    },
    /// A final answer of ours that is not 2xx was never acknowledged (H).
    Unacknowledged {
        /// The INVITE.
        id: ServerId,
        /// Its owner.
        user: Option<User>,
    },
}

/// What the layer dealt with by itself, since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that it sent again.
    pub repeated: u64,
    /// Requests that came again.
    pub absorbed: u64,
    /// INVITEs answered 503 for want of room.
    pub refused: u64,
    /// Other requests dropped for want of room.
    pub dropped: u64,
    /// Requests answered 482: they had come by another way already.
    pub merged: u64,
    /// Requests answered 400: their branch was in use by another.
    pub reused: u64,
    /// Malformed requests that were answered.
    pub malformed: u64,
    /// Answers to nothing that we asked.
    pub strays: u64,
    /// INVITEs that their owner never answered.
    pub abandoned: u64,
}
