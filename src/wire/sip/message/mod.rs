//! Messages: what comes in is read, what goes out is made anew from an allow-list.
//!
//! Nothing that arrives can be sent on: an [`incoming`] message has no way into an [`outgoing`] one but through
//! typed fields. That is what keeps one leg's headers out of the other (masking).

pub(crate) mod answer;
pub mod fields;
pub mod incoming;
pub mod lenient;
pub mod method;
pub mod outgoing;
pub(crate) mod text;
pub mod uri;
pub mod via;
pub(crate) mod write;

pub use fields::{Body, Fields, SessionExpires};
pub use incoming::{Incoming, IncomingRequest, IncomingResponse};
pub use lenient::{BadRequest, Unreadable};
pub use method::Method;
pub use outgoing::{Extra, OutgoingRequest, OutgoingResponse};
pub use uri::{NameAddr, Uri};
pub use via::Via;
pub(crate) use write::reason as reason_phrase;

#[cfg(test)]
mod tests;
