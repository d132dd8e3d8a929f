//! The media relay: two legs' RTP and RTCP, each through a pair of ports of its own, on threads of its own.
//!
//! [`Relay`] is the handle: it gives out ports, and hands sessions to the threads. A session and its
//! sockets belong to one thread, so that no packet waits for a lock. Sockets stay bound between sessions: a pair of
//! ports rests for a while after its session, and is then the first to be given out again.
//!
//! Time comes from a [`Stopwatch`]; it is read once each time a thread wakes up, so arrival times (and the jitter made
//! of them) are exact to about a millisecond.

mod handle;
mod leg;
mod pairs;
mod report;
mod session;
mod settings;
mod shard;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::wire::rtp::Micros;
use crate::wire::rtp::payload::PayloadTypes;
use crate::wire::sdp::Anchor;

pub use handle::Relay;
pub use report::{LegReport, Rejected, Report};
pub use settings::{Interface, Settings};

/// Tells microseconds of a clock that never goes back.
pub type Stopwatch = Arc<dyn Fn() -> Micros + Send + Sync>;

/// One call's media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u64);

/// One of a session's two legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The caller's.
    A,
    /// The callee's.
    B,
}

impl Side {
    /// The opposite leg.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }
}

/// By which version of IP a leg is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl From<IpAddr> for Family {
    fn from(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// A session that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What to call it.
    pub id: SessionId,
    /// Where each leg shall send, A's first: as their descriptions are to say.
    pub anchors: [Anchor; 2],
}

/// Where a leg says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Where it wants RTP.
    pub rtp: SocketAddr,
    /// Where it wants RTCP; None where there is no such port.
    pub rtcp: Option<SocketAddr>,
    /// Where its signalling comes from, if its media may come from there too.
    pub signalling: Option<IpAddr>,
    /// What it may send: the formats of its own description and of the one that it was sent.
    pub types: PayloadTypes,
}

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing came from a leg for as long as the settings bear, though something was expected. Told once for each
    /// silence.
    Silent {
        /// Of which session.
        id: SessionId,
        /// On which leg.
        side: Side,
    },
}

/// Why the relay did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// As many sessions are open as may be.
    #[error("the media relay is full: {0} sessions are open")]
    Full(usize),
    /// Every pair of ports is in use, resting after use, or held by another program.
    #[error("no media port is free")]
    NoPort,
    /// No more sessions are opened, as the relay is about to end.
    #[error("the media relay is being drained")]
    Draining,
    /// No interface for that version of IP is set.
    #[error("the media relay has no address of that version of IP")]
    NoInterface,
    /// There is no such session.
    #[error("there is no such media session")]
    NoSession,
    /// That address is of the other version of IP than the leg's ports.
    #[error("media cannot be sent by that version of IP")]
    OtherFamily,
    /// That address is none to send to: multicast, unspecified, or one of the relay's own.
    #[error("media cannot be sent to that address")]
    BadAddress,
    /// More is asked of a thread than it can do.
    #[error("the media relay is overloaded")]
    Overloaded,
    /// A setting that cannot be.
    #[error("the media relay cannot run with {0}")]
    BadSetting(&'static str),
    /// The operating system refuses a socket or a thread.
    #[error("the operating system refuses: {0}")]
    System(#[from] std::io::Error),
}

/// What is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Open sessions.
    pub sessions: usize,
    /// Pairs of ports that sessions hold.
    pub pairs_held: usize,
    /// Pairs of ports that are resting.
    pub pairs_resting: usize,
    /// Pairs of ports with sockets, held, resting or waiting.
    pub pairs_bound: usize,
    /// Packets that came to ports of no session, ever.
    pub strays: u64,
}
