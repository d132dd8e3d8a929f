//! Virtual phones as the API drives them; the loopback carrier has them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::outlet::{IntakeError, Received};
use crate::domain::id::{CallId, CommunityId, LegId};
use crate::domain::message::Reason;
use crate::domain::{E164, Timestamp};

/// A text that a virtual phone received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedText {
    /// The pool number that it came from.
    pub from: E164,
    /// The text.
    #[schema(example = "Are you coming?")]
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Phones without a network.
#[async_trait]
pub trait VirtualPhones: Send + Sync + 'static {
    /// Sends a text from a phone to a pool number; returns once it is durable.
    async fn send(&self, from: E164, to: E164, text: String) -> Result<Received, IntakeError>;

    /// What a phone has received, newest last.
    fn inbox(&self, phone: E164) -> Vec<ReceivedText>;

    /// The same phones where they can call too.
    fn lines(&self) -> Option<&dyn VirtualLines> {
        None
    }
}

/// Virtual phones that call, and are called.
pub trait VirtualLines: Send + Sync + 'static {
    /// Has a phone dial a pool number, and hang up after so many seconds of talk.
    fn dial(&self, phone: E164, to: E164, talk_s: Option<u32>) -> Result<PhoneCall, LineError>;

    /// A phone's calls, newest last.
    fn calls(&self, phone: E164) -> Vec<PhoneCall>;

    /// Does something about a call of this phone.
    fn act(&self, phone: E164, leg: LegId, act: LineAct) -> Result<PhoneCall, LineError>;

    /// What the phone does when it is called.
    fn answering(&self, phone: E164) -> Answering;

    /// Says what it is to do.
    fn set_answering(&self, phone: E164, answering: Answering);
}

/// What a virtual phone does when it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answering {
    /// It rings until somebody answers, declines or gives up.
    #[default]
    Person,
    /// It rings for a second and answers by itself.
    Auto,
    /// It declines.
    Decline,
    /// It is busy.
    Busy,
}

/// What can be done about a call of a virtual phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineAct {
    /// Takes it.
    Answer,
    /// Turns it away while it rings.
    Decline,
    /// Ends it, or gives up.
    HangUp,
}

/// Who began a call, as the phone sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneCallWay {
    /// The phone called.
    Outgoing,
    /// The phone was called.
    Incoming,
}

/// How far a call of a virtual phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneCallState {
    /// It has dialled, and the other phone does not ring yet.
    Dialling,
    /// The phone that is called rings.
    Ringing,
    /// They talk.
    Answered,
    /// It is over.
    Ended,
}

/// Why a call of a virtual phone is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneCallCause {
    /// This phone hung up.
    HungUp,
    /// The other side hung up.
    OtherHungUp,
    /// Whoever called gave up, or it rang for too long.
    Cancelled,
    /// Whoever was called turned it away.
    Declined,
    /// Whoever was called is on another call.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The broker refused it.
    Refused,
    /// Nothing was heard from the broker.
    Unreachable,
    /// Anything else; the status says more.
    Failed,
    /// The broker stopped.
    Shutdown,
}

/// A call as one virtual phone sees it: one of the two legs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneCall {
    /// The leg's id.
    pub id: LegId,
    /// Who began it.
    pub direction: PhoneCallWay,
    /// The pool number that it dialled, or that its display shows.
    pub number: E164,
    /// How far it is.
    pub state: PhoneCallState,
    /// Why it is over.
    pub cause: Option<PhoneCallCause>,
    /// The SIP status that ended it before it was answered.
    #[schema(example = json!(null))]
    pub sip_status: Option<u16>,
    /// The rule's reason, where the broker refused it.
    #[schema(example = json!(null))]
    pub reason: Option<Reason>,
    /// The call whose leg it is, once the broker has made one.
    pub call: Option<CallId>,
    /// Whose call that is.
    pub community: Option<CommunityId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    #[schema(example = json!(null))]
    pub ended_at: Option<Timestamp>,
    /// Packets of sound that the phone sent.
    #[schema(example = 250)]
    pub packets_sent: u64,
    /// Packets of sound that came to it.
    #[schema(example = 250)]
    pub packets_received: u64,
    /// Of those that came, the ones that were not silence.
    #[schema(example = 60)]
    pub packets_heard: u64,
}

/// Why a virtual phone does not do it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LineError {
    /// The phone has no such call, or it is forgotten.
    #[error(
        "{phone} has no call {leg}; its latest calls are listed at GET /v1/loopback/phones/{phone}/calls"
    )]
    NoSuchCall {
        /// Whose.
        phone: E164,
        /// Which.
        leg: LegId,
    },
    /// The call is over.
    #[error("{0} is over already")]
    Over(LegId),
    /// It cannot be answered or declined: it does not ring here.
    #[error("{0} does not ring on this phone; only an incoming call that rings can be answered or declined")]
    NotRinging(LegId),
    /// As many calls as there may be, or no port is free for its sound.
    #[error("as many virtual phones talk as may at once; end a call, or try again shortly")]
    NoRoom,
    /// The phone is on another call.
    #[error("{0} is on a call already; hang up first")]
    Engaged(E164),
    /// The broker is about to stop.
    #[error("this node is stopping and takes no new calls")]
    Stopping,
}
