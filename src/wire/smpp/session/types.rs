//! What goes into a session and what comes out.

use thiserror::Error;

use super::super::codec::EncodeError;
use super::super::frame::{FrameError, MAX_PDU_LEN};
use super::super::message::{Bind, BindMode, Operation, ShortMessage};
use super::super::status::CommandStatus;

/// Which end of the link this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The client, that binds.
    Esme,
    /// The server, that is bound to.
    Smsc,
}

/// The limits and timers of a session (section 7.2). Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Which end this is.
    pub role: Role,
    /// The largest command_length taken.
    pub max_pdu: usize,
    /// The most own requests without an answer at once.
    pub window: usize,
    /// The most requests of the peer that are surfaced and not answered yet; more wait unread.
    pub max_unanswered: usize,
    /// session_init_timer: from connecting to being bound.
    pub session_init_ms: i64,
    /// enquire_link_timer: silence of the peer after which it is asked for a sign of life.
    pub enquire_link_ms: i64,
    /// inactivity_timer: time without any message after which the link is unbound. `None`: never.
    pub inactivity_ms: Option<i64>,
    /// response_timer: how long an own request waits for its answer.
    pub response_timeout_ms: i64,
}

impl SessionConfig {
    /// Usual limits and timers for this end.
    pub fn new(role: Role) -> Self {
        Self {
            role,
            max_pdu: MAX_PDU_LEN,
            window: 64,
            max_unanswered: 256,
            session_init_ms: 10_000,
            enquire_link_ms: 30_000,
            inactivity_ms: None,
            response_timeout_ms: 10_000,
        }
    }
}

/// Names a request of the peer until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub(super) sequence: u32,
    pub(super) kind: HandleKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandleKind {
    Bind(BindMode),
    Message(Operation),
}

/// What happened on the link, in order.
#[derive(Debug)]
pub enum Event {
    /// An ESME asks to be bound: answer with [`super::Session::accept_bind`] or [`super::Session::refuse_bind`].
    BindRequested {
        /// For the answer.
        handle: Handle,
        /// What it asks for.
        bind: Bind,
    },
    /// The SMSC accepted the bind.
    Bound {
        /// As what.
        mode: BindMode,
        /// The SMSC's name for itself.
        system_id: String,
    },
    /// The peer sent a message: answer with [`super::Session::answer`].
    Message {
        /// For the answer.
        handle: Handle,
        /// submit_sm, deliver_sm or data_sm.
        operation: Operation,
        /// The message.
        message: ShortMessage,
    },
    /// What became of an own request.
    Completed {
        /// The caller's mark on it.
        token: u64,
        /// The answer, or why there is none.
        outcome: Outcome,
    },
    /// The link is over: write out what [`super::Session::take_output`] still gives, then close the socket.
    Closed(CloseReason),
}

/// What became of an own request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The peer answered.
    Answered {
        /// How.
        status: CommandStatus,
        /// The message's id there, where it gave one.
        message_id: Option<String>,
    },
    /// The peer did not answer in time; it may have taken the message all the same.
    TimedOut,
    /// The link ended first; the peer may have taken the message all the same.
    Lost,
}

/// Why a link ended.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CloseReason {
    /// The bind was refused.
    #[error("the bind was refused with {0}")]
    BindRefused(CommandStatus),
    /// This end unbound.
    #[error("unbound")]
    Unbound,
    /// The peer unbound.
    #[error("the peer unbound")]
    PeerUnbound,
    /// Nobody was bound in time.
    #[error("no bind was completed in time")]
    InitTimeout,
    /// The peer gave no sign of life.
    #[error("the peer did not answer enquire_link")]
    LinkDead,
    /// The stream cannot be read any further.
    #[error("{0}")]
    BadFrame(FrameError),
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
}

/// Why a request could not be sent.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SendError {
    /// There is no bind, it is ending, or it does not allow this operation.
    #[error("this link is not bound for that operation")]
    NotBound,
    /// As many requests as allowed wait for an answer.
    #[error("the window is full")]
    WindowFull,
    /// The message cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}
