//! The seam between the exchange and the edge of calls: what that edge asks and tells ([`CallExchange`]), and what it
//! can be told ([`CallDesk`]). As with texts, nothing is put through that the exchange has not decided.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::id::CallId;
use crate::domain::{E164, Timestamp};
use crate::wire::sip::b2bua::{By, Cause, Side, What};

/// Who calls, as far as the trunk could be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerIdentity {
    /// This phone.
    Phone(E164),
    /// Somebody who withholds his number; a stranger.
    Anonymous,
    /// Nobody that the trunk could be believed about; a stranger.
    Unknown,
}

/// A call that has come in and waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAttempt {
    /// Who calls.
    pub caller: CallerIdentity,
    /// The number that was dialled; None where it is no number that could be one of a pool.
    pub dialled: Option<E164>,
    /// The trunk by which it came.
    pub trunk: String,
    /// When.
    pub at: Timestamp,
}

/// What is to happen to a call that has come in. The call's record has been begun by then, under its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallPlan {
    /// It is put through.
    Bridge(BridgePlan),
    /// It is not.
    Refuse(RefusePlan),
}

/// How a call is put through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgePlan {
    /// The call, in records and callbacks.
    pub call: CallId,
    /// The contact's real phone.
    pub phone: E164,
    /// The pool number that stands for the caller there: all that the contact sees of him.
    pub shown: E164,
    /// The trunks by which it may leave; empty: any. Phones that a trunk `reaches` are reached by that trunk.
    pub trunks: Vec<String>,
    /// How long the phone rings; None: as configured.
    pub ring_timeout_s: Option<u32>,
    /// How long the call may last; None: as configured.
    pub max_duration_s: Option<u32>,
}

/// How a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusePlan {
    /// The call, in records and callbacks.
    pub call: CallId,
    /// The answer, 400 to 699.
    pub status: u16,
    /// The cause in Reason (ITU-T Q.850).
    pub q850: u8,
    /// The sentence in Reason, one of our own.
    pub text: &'static str,
}

/// A call that an app makes: the member is rung first, then the contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginatePlan {
    /// The call, in records and callbacks.
    pub call: CallId,
    /// How the member is reached, and what he sees: the pool number that stands for the contact.
    pub member: PartyPlan,
    /// How the contact is reached, and what he sees: the pool number that stands for the member.
    pub contact: PartyPlan,
    /// How long each phone rings; None: as configured.
    pub ring_timeout_s: Option<u32>,
    /// How long the call may last; None: as configured.
    pub max_duration_s: Option<u32>,
}

/// One end of a call that an app makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyPlan {
    /// The real phone.
    pub phone: E164,
    /// The pool number that is shown on it.
    pub shown: E164,
    /// The trunks by which it may be reached; empty: any.
    pub trunks: Vec<String>,
}

/// Something about a call, for its record.
#[derive(Clone, Debug, PartialEq)]
pub struct CallNote {
    /// Which call.
    pub call: CallId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Noted,
}

/// What is noted of a call. Nothing here holds a number or an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Noted {
    /// A line of its ladder.
    Step {
        /// On which leg.
        leg: Side,
        /// What.
        what: What,
    },
    /// A trunk is tried.
    Trunk {
        /// For which leg.
        leg: Side,
        /// Its name.
        name: String,
    },
    /// It is over. The last note of the call.
    Ended(CallEnd),
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEnd {
    /// Whether both legs had been answered.
    pub answered: bool,
    /// Who ended it.
    pub by: By,
    /// Why.
    pub cause: Cause,
    /// The final SIP status.
    pub status: u16,
    /// The cause of ITU-T Q.850.
    pub q850: u8,
    /// Of the caller's leg and the callee's, where media flowed at all.
    pub quality: Option<[LegQuality; 2]>,
}

/// What came from one leg.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegQuality {
    /// Packets of sound that came from it.
    pub packets: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Packets that it sent and that did not come.
    pub lost: u64,
    /// Their jitter, in milliseconds.
    pub jitter_ms: f64,
    /// An estimate of how it sounds, 1 to 4.5; None where nothing came.
    pub mos: Option<f64>,
}

/// Why the exchange could not decide.
#[derive(Clone, Debug, Error)]
pub enum CallError {
    /// More calls wait for a decision than the exchange is willing to hold.
    #[error("the exchange is overloaded; try again shortly")]
    Overloaded,
    /// The database refused.
    #[error("the database gave no decision: {0}")]
    Store(String),
}

/// What the edge of calls asks and tells. [`crate::switchboard::Switchboard`] is the one that serves.
#[async_trait]
pub trait CallExchange: Send + Sync + 'static {
    /// Decides on a call that has come in, and begins its record.
    async fn route_call(&self, attempt: CallAttempt) -> Result<CallPlan, CallError>;

    /// Takes notes, oldest first. Does not wait: what does not fit into its bounded queue is given back and may be offered
    /// again.
    fn note(&self, notes: Vec<CallNote>) -> Result<(), Vec<CallNote>>;
}

/// Why a call could not be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DeskError {
    /// There are as many calls as there may be, or no port for the sound.
    #[error("there is no room for another call")]
    Overloaded,
    /// No trunk goes there now.
    #[error("no trunk leads there at present")]
    NoTrunk,
    /// No calls are made any more, or none at all.
    #[error("calls are not served")]
    Closed,
}

/// What the edge of calls can be told. Voice is the one that serves.
#[async_trait]
pub trait CallDesk: Send + Sync + 'static {
    /// Begins a call. What becomes of it is noted like any other's.
    async fn originate(&self, plan: OriginatePlan) -> Result<(), DeskError>;

    /// Ends a call. False where it is over.
    async fn hang_up(&self, call: CallId) -> bool;

    /// How each trunk stands.
    fn trunks(&self) -> Vec<TrunkView>;

    /// How all calls stand.
    fn figures(&self) -> VoiceFigures;
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
    /// Notes that the exchange did not take in time.
    pub notes_lost: u64,
}
