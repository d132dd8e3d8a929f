//! SMPP 3.4 without sockets: framing, a typed face on the `rusmpp` codec, time formats, and the
//! [`Session`] machine for both ends of a link. Bytes and milliseconds in, bytes and events out.
//!
//! The session layer is our own because no crate's was usable: `smpp34` writes partially, loses order
//! and has no back-pressure; `rusmppc` stalls at windows above five.

mod codec;
mod frame;
mod message;
mod session;
mod status;
mod time;

pub use codec::EncodeError;
pub use frame::{FrameError, HEADER_LEN, MAX_PDU_LEN};
pub use message::{Address, Bind, BindMode, MessageState, Operation, Sar, ShortMessage};
pub use session::{CloseReason, Event, Handle, Outcome, Role, SendError, Session, SessionConfig};
pub use status::CommandStatus;
pub use time::{format_relative, parse_validity};
