//! SIP without sockets and without a clock (RFC 3261 and its kin): bytes, milliseconds and decisions in; bytes,
//! events and the next moment out.
//!
//! From below: [`message`] reads and writes messages (on `sipx-sip`, behind types of our own), [`transaction`]
//! keeps the transactions, [`b2bua`] couples two legs into a call. Whoever drives them owns the sockets.

pub mod b2bua;
pub mod dialog;
pub mod digest;
pub mod flow;
pub mod framing;
pub mod identity;
pub mod message;
pub mod transaction;

/// Milliseconds of a clock that never goes back. Where it begins does not matter.
pub type Millis = u64;
