//! The voice network's edge: sockets and threads around the machines of `wire::sip` and `wire::rtp`.
//!
//! One `thread` has the `driver`, which owns all calls ([`crate::wire::sip::b2bua::Calls`]) and the socket for UDP;
//! connections, lookups of trunks and questions to the exchange are tasks of their own that it hears from by bounded
//! queues. Media pass through the [`relay`], on threads of its own.

mod check;
mod counters;
mod driver;
mod edge;
mod finder;
pub mod relay;
mod reports;
mod resolve;
mod setup;
mod sockets;
mod thread;
mod trunks;

#[cfg(test)]
mod tests;

pub use check::{TrunkFound, find_trunks};
pub use edge::{VoiceEdge, VoiceError, VoiceService};
