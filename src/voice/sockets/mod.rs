//! Sockets for SIP: one for UDP, listeners and connections for TCP and TLS.
//!
//! [`Udp`] is used by the driver itself; each connection has a task of its own, which cuts its stream into
//! messages and hands them over by a bounded queue: where the driver is slow, connections are read no further. Bytes
//! out go into a bounded queue too; a peer that does not read loses its connection.

mod accept;
mod connection;
mod outbox;
mod quota;
mod streams;
mod udp;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use accept::Listener;
pub use outbox::Outbox;
pub use quota::Quota;
pub use streams::{Connectors, Streams};
pub use udp::{BoundUdp, Tuning, Udp};

use crate::wire::sip::flow::{ConnectionId, Hop, Source};
use crate::wire::sip::message::Unreadable;

/// Whether anything is to be heard from an address at all. Asked before a connection is served.
pub type Gate = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// Bounds of connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once that one address began.
    pub per_address: usize,
    /// A connection without a message for as long is closed.
    pub idle: Duration,
    /// A handshake, the rest of a message, and writing one must be done within this.
    pub patience: Duration,
}

/// What a connection says.
#[derive(Debug)]
pub enum StreamEvent {
    /// Somebody connected; what goes to him goes in here.
    Opened {
        /// Its number.
        id: ConnectionId,
        /// What is written to it.
        outbox: Outbox,
    },
    /// A message, whole.
    Message {
        /// From where.
        source: Source,
        /// Its bytes.
        bytes: Bytes,
    },
    /// The stream cannot be read any further; it will be closed, after an answer if one can be given.
    Broken {
        /// From where.
        source: Source,
        /// What stood there.
        what: Unreadable,
    },
    /// It is gone. Nothing comes from it any more.
    Closed {
        /// Its number.
        id: ConnectionId,
        /// Whither it went, where this end began it.
        hop: Option<Hop>,
    },
}

/// Bytes could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The connection is gone, and its peer would have to begin another.
    #[error("the connection is gone")]
    Gone,
    /// The peer does not read.
    #[error("the peer does not read what it is sent")]
    Slow,
    /// There are as many connections as there may be, or TLS is not set up for this hop.
    #[error("no connection can be made")]
    NoConnection,
}

/// An address as IPv4 where it is one that was mapped into IPv6.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
