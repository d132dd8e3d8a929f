//! The seam between the exchange and the voice edge: what the edge asks and reports ([`CallExchange`]), and what
//! the exchange asks of it ([`CallOutlet`]). The edge sees neither communities nor the store; the exchange sees
//! neither SIP nor media.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::outlet::IntakeError;
use super::standing::{LinkState, Trouble};
use crate::domain::call::{Cause, EndedBy, RefusalCode};
use crate::domain::id::{CallId, CommunityId, MemberId};
use crate::domain::message::Reason;
use crate::domain::{E164, Timestamp};

/// Who calls, as far as the trunk's word can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A real phone.
    Phone(E164),
    /// Somebody who hides, or of whom nothing trustworthy is said: a stranger.
    Anonymous,
}

/// A call that arrives.
#[derive(Clone, Debug)]
pub struct CallAttempt {
    /// The trunk by which it comes.
    pub trunk: String,
    /// Who calls.
    pub caller: Caller,
    /// The pool number.
    pub dialled: E164,
}

/// What is to happen to it.
#[derive(Clone, Debug)]
pub enum CallPlan {
    /// Ring the contact.
    Bridge(Bridging),
    /// Do not. It is recorded already; nothing is to be reported of it.
    Refuse(RefusedCall),
}

/// How a call reaches the contact.
#[derive(Clone, Debug)]
pub struct Bridging {
    /// The call's id; it is in every report.
    pub call: CallId,
    /// Whose call it is.
    pub community: CommunityId,
    /// Whom to ring.
    pub to: CallEnd,
    /// Whole seconds for which it may ring.
    pub ring_s: u32,
    /// Whole seconds for which they may talk.
    pub max_duration_s: u32,
}

/// One end of a call, as the edge reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEnd {
    /// The real phone.
    pub phone: E164,
    /// The pool number that it is to see.
    pub shown: E164,
    /// The carrier of that pool number: the trunk of that name is preferred.
    pub carrier: String,
}

/// Why a call is refused, and what the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedCall {
    /// The rule's reason.
    pub reason: Reason,
    /// The answer.
    pub code: RefusalCode,
}

/// Which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallLeg {
    /// Towards the one who called; of an app's call towards the member.
    Caller,
    /// Towards the contact.
    Callee,
}

/// One message or decision of a call, for its ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallStep {
    /// When.
    pub at: Timestamp,
    /// On which leg.
    pub leg: CallLeg,
    /// True for what came in, false for what the broker sent or decided.
    pub inbound: bool,
    /// A method, a status with its standard phrase, or a word of the broker's own; never anything that a
    /// peer wrote.
    #[schema(example = "180 Ringing")]
    pub what: String,
    /// The trunk, where the step belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "main")]
    pub trunk: Option<String>,
}

/// How the sound of one leg was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LegQuality {
    /// RTP packets that came from that side.
    pub packets: u64,
    /// Their bytes, headers included.
    pub bytes: u64,
    /// Packets that were expected and did not come.
    pub lost: u64,
    /// Interarrival jitter in milliseconds (RFC 3550, section 6.4.1).
    pub jitter_ms: f64,
    /// Estimated mean opinion score, 1 to 4.5; none where too little came.
    pub mos: Option<f64>,
}

/// What became of a call.
#[derive(Clone, Debug)]
pub struct CallReport {
    /// Which.
    pub call: CallId,
    /// Whose.
    pub community: CommunityId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub news: CallNews,
}

/// What is reported.
#[derive(Clone, Debug)]
pub enum CallNews {
    /// The contact's phone rings (of an app's call: somebody's phone rings).
    Ringing,
    /// They talk.
    Answered,
    /// It is over. Reported exactly once for each call that was bridged or placed.
    Ended(Box<CallEnding>),
}

/// How a call ended.
#[derive(Clone, Debug)]
pub struct CallEnding {
    /// Who ended it.
    pub by: EndedBy,
    /// Why.
    pub cause: Cause,
    /// The final SIP status that decided, where one did.
    pub sip_status: Option<u16>,
    /// The trunk by which the contact was reached, or tried last.
    pub trunk_out: Option<String>,
    /// The sound that came from the caller, and from the callee.
    pub quality: [Option<LegQuality>; 2],
    /// Every step, oldest first.
    pub steps: Vec<CallStep>,
}

/// A call that an app makes: the member's phone rings, then the contact's.
#[derive(Clone, Debug)]
pub struct CallOrder {
    /// The call's id.
    pub call: CallId,
    /// Whose call it is.
    pub community: CommunityId,
    /// In whose name.
    pub member: MemberId,
    /// The member's phone, which sees the number that stands for the contact.
    pub first: CallEnd,
    /// The contact's phone, which sees the number that stands for the member.
    pub second: CallEnd,
    /// Whole seconds for which each may ring.
    pub ring_s: u32,
    /// Whole seconds for which they may talk.
    pub max_duration_s: u32,
}

/// What the voice edge asks of the exchange. [`crate::switchboard::Switchboard`] is the one that serves.
#[async_trait]
pub trait CallExchange: Send + Sync + 'static {
    /// Rules on a call that arrives. A refusal is recorded before this returns, a bridge at the latest by its
    /// reports. Whoever asks may stop waiting: a bridge is not begun before all that is waited for has come.
    async fn route_call(&self, attempt: CallAttempt) -> Result<CallPlan, IntakeError>;

    /// Takes a report; returns once it is durable. Reports of one call whose futures are first polled in order
    /// are applied in order.
    async fn report(&self, report: CallReport) -> Result<(), IntakeError>;
}

/// Why an app's call was not begun. Nothing rang.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PlaceError {
    /// No voice edge runs here.
    #[error("no trunk is configured on this node")]
    NoTrunk,
    /// As many calls as are allowed, or no port for sound is free.
    #[error("all lines are in use; try again shortly")]
    OutOfCapacity,
    /// The broker is about to stop.
    #[error("this node is stopping and takes no new calls")]
    Draining,
}

/// What the exchange asks of the voice edge.
#[async_trait]
pub trait CallOutlet: Send + Sync + 'static {
    /// Begins an app's call. After `Ok` the call is reported like any other.
    async fn place(&self, order: CallOrder) -> Result<(), PlaceError>;

    /// Ends a call; false where this node does not have it.
    async fn hang_up(&self, call: CallId) -> bool;

    /// What has passed on both legs of a call until now; None where this node does not have it.
    async fn steps(&self, _call: CallId) -> Option<Vec<CallStep>> {
        None
    }

    /// Which of these calls it does not have. Their ends have been reported, or are about to be.
    async fn unknown(&self, _calls: Vec<CallId>) -> Vec<CallId> {
        Vec::new()
    }

    /// How each trunk stands.
    fn trunks(&self) -> Vec<TrunkView> {
        Vec::new()
    }

    /// How all calls stand.
    fn figures(&self) -> VoiceFigures {
        VoiceFigures::default()
    }
}

/// How a trunk stands, and what it did since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrunkView {
    /// Its name.
    pub name: String,
    /// Whether calls can leave by it.
    pub up: bool,
    /// Whether it is registered; None where it does not register.
    pub registered: Option<bool>,
    /// Calls by it at present.
    pub channels: usize,
    /// Calls that came by it.
    pub calls_in: u64,
    /// Attempts that left by it.
    pub calls_out: u64,
    /// Of both, those that were answered.
    pub answered: u64,
    /// Attempts by it that failed.
    pub failed: u64,
    /// Calls above its limits.
    pub refused: u64,
    /// Since when it is up, or down.
    pub since: Option<Timestamp>,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// The places that calls go to by it, and how each stands.
    pub places: Vec<(String, LinkState)>,
    /// How many calls it may have at once; 0 = no limit.
    pub max_channels: usize,
    /// How many new calls a second it may have; 0 = no limit.
    pub calls_per_s: u32,
    /// Seconds between the OPTIONS that ask whether it is there; 0: it is not asked.
    pub keep_alive_s: u32,
    /// Whether it may bring calls.
    pub inbound: bool,
    /// Whether calls may leave by it.
    pub outbound: bool,
}

/// How the edge of calls stands, and what it did since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VoiceFigures {
    /// Calls at present.
    pub calls: usize,
    /// Of them, the answered ones.
    pub answered: usize,
    /// SIP transactions at present.
    pub transactions: usize,
    /// Connections at present.
    pub connections: usize,
    /// Media sessions at present.
    pub media_sessions: usize,
    /// Pairs of ports that they hold.
    pub media_pairs: usize,
    /// Requests and connections from addresses that no trunk names.
    pub unlisted: u64,
    /// Messages that could not be read.
    pub malformed: u64,
    /// Requests above an address's rate.
    pub over_rate: u64,
    /// Connections above the limits.
    pub connections_refused: u64,
    /// TLS handshakes that failed or stalled.
    pub handshakes_failed: u64,
    /// Messages that could not be sent.
    pub unsent: u64,
    /// Calls refused because there was no room.
    pub overloaded: u64,
    /// Wrong or replayed credentials.
    pub unauthorized: u64,
    /// Reports that the exchange did not take.
    pub reports_lost: u64,
}
