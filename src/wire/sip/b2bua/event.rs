//! What the driver is told.

use std::net::{IpAddr, SocketAddr};

use super::CallId;
use crate::wire::rtp::payload::PayloadTypes;
use crate::wire::sip::Millis;
use crate::wire::sip::flow::Source;
use crate::wire::sip::message::{IncomingRequest, IncomingResponse};
use crate::wire::sip::transaction::ServerId;

/// Which end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who calls; of an app's call, the member.
    Caller,
    /// Who is called.
    Callee,
}

impl Side {
    /// The other end.
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A new INVITE. To be answered with [`Calls::decide`](super::Calls::decide).
    Asked {
        /// The call that it would be.
        call: CallId,
        /// As it came.
        invite: Box<IncomingRequest>,
        /// From where.
        source: Source,
        /// Where its offer wants media; None where it makes none, or names no address.
        media: Option<IpAddr>,
    },
    /// An attempt has failed, and this one would be next. To be answered with [`Calls::go_on`](super::Calls::go_on).
    Next {
        /// The call.
        call: CallId,
        /// Which leg is rung.
        leg: Side,
        /// Which attempt, from 0.
        attempt: u8,
    },
    /// A line of the call's record.
    Step(Step),
    /// Where a leg's media go from now on.
    Media(MediaPoint),
    /// A digit came by INFO and is to be played into the other leg.
    Digit {
        /// The call.
        call: CallId,
        /// Who pressed it.
        from: Side,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// How long, 40 to 5000.
        duration_ms: u16,
    },
    /// The call is over: its ports are free. Exactly one for every call, and nothing of the call after it but steps.
    Ended(Ended),
    /// A request that belongs to no call. To be answered with [`Calls::answer`](super::Calls::answer).
    Request {
        /// Names it in the answer.
        id: ServerId,
        /// As it came.
        request: Box<IncomingRequest>,
        /// From where.
        source: Source,
    },
    /// What became of [`Calls::send_outside`](super::Calls::send_outside).
    Answered {
        /// As given.
        user: u64,
        /// What became of it.
        outcome: Outcome,
    },
}

/// What became of a request outside of calls.
#[derive(Debug)]
pub enum Outcome {
    /// A final answer.
    Response(Box<IncomingResponse>),
    /// None came in time.
    TimedOut,
    /// It could not be sent.
    Unreachable,
}

/// A line of a call's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The call.
    pub call: CallId,
    /// On which leg.
    pub leg: Side,
    /// When.
    pub at: Millis,
    /// What.
    pub what: What,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A message came. Retransmissions are not seen here.
    Received(Message),
    /// A message was sent.
    Sent(Message),
    /// An attempt begins: which one and which of its hops, from 0.
    Attempt(u8, u8),
    /// An attempt failed: which one, and how.
    Failed(u8, Failure),
    /// An attempt was not made, for want of room: which one.
    PassedOver(u8),
    /// The leg answered.
    Answered,
    /// The leg put the other on hold.
    Held,
    /// The leg took the other back.
    Resumed,
    /// The leg sent a digit by INFO; which one is not recorded.
    Digit,
}

/// A message, for a ladder. The method of a response is the one that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// As on the wire; `other` for one that we do not know.
    pub method: &'static str,
    /// None for a request.
    pub status: Option<u16>,
    /// Whether it carries a session description.
    pub sdp: bool,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Refused with this status.
    Refused(u16),
    /// Nothing came, not even 100.
    Silent,
    /// It did not answer finally.
    TimedOut,
    /// Its connection broke, or it could not be reached.
    Unreachable,
    /// Its session description could not be used.
    BadMedia,
    /// No room for a transaction.
    Full,
}

/// Where a leg's media go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPoint {
    /// The call.
    pub call: CallId,
    /// Whose media.
    pub leg: Side,
    /// Where this leg says that it receives RTP; None where it wants none. A hint only: the relay latches.
    pub rtp: Option<SocketAddr>,
    /// And RTCP.
    pub rtcp: Option<SocketAddr>,
    /// Whether this leg sends (else silence is no fault).
    pub sends: bool,
    /// Whether it listens.
    pub receives: bool,
    /// The payload type of telephone-event in what it receives.
    pub events: Option<u8>,
    /// The formats of this leg's description. Besides these it may send what it was offered: those of the other leg's.
    pub types: PayloadTypes,
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The caller.
    Caller,
    /// The callee, or the trunk towards it.
    Callee,
    /// This end.
    Us,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was answered and somebody hung up.
    HungUp,
    /// The caller gave up before the answer.
    Cancelled,
    /// The driver refused it.
    Refused,
    /// No attempt was answered: the last one's failure.
    Failed(Failure),
    /// Nobody answered in time.
    RingTimeout,
    /// It lasted as long as it may.
    TooLong,
    /// A leg's session timer ran out, or it does not answer any more.
    PeerLost,
    /// The answer was never acknowledged.
    Unacknowledged,
    /// The driver asked for it.
    Asked,
    /// No decision came in time, or there was no room.
    Internal,
}

/// The end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The call.
    pub call: CallId,
    /// When.
    pub at: Millis,
    /// Whether both legs had been answered.
    pub answered: bool,
    /// Who.
    pub by: By,
    /// Why.
    pub cause: Cause,
    /// The final status that the caller was given, or of an app's call the one that the failing leg gave; 200 after an answer.
    pub status: u16,
    /// Q.850 cause.
    pub q850: u8,
}
