//! Messages: what comes in is read, what goes out is made anew from an allow-list.
//!
//! Nothing that arrives can be sent on: an [`incoming`] message has no way into an [`outgoing`] one but through
//! typed fields. That is what keeps one leg's headers out of the other (masking).

pub mod incoming;
pub mod method;
pub mod outgoing;

pub use incoming::{Incoming, IncomingRequest, IncomingResponse};
pub use method::Method;
pub use outgoing::{Extra, OutgoingRequest, OutgoingResponse};
