//! A call's life, how it may end, and what a refused caller is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::message::Reason;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = CallState)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has been let through; nobody has answered yet.
    Ringing,
    /// Both sides talk.
    Answered,
    /// Over, however it ended.
    Ended,
}

impl State {
    /// Every state, in the order of its database code.
    pub const ALL: [State; 3] = [State::Ringing, State::Answered, State::Ended];

    /// The code kept in the database.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Back from the database's code.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|at| Self::ALL.get(at).copied())
    }

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            State::Ringing => "ringing",
            State::Answered => "answered",
            State::Ended => "ended",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = CallCause)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// They talked, and one of them hung up.
    Completed,
    /// The caller gave up before anybody answered.
    Cancelled,
    /// The one called is on another call.
    Busy,
    /// It rang until the time-out.
    NoAnswer,
    /// The one called refused it.
    Declined,
    /// The phone could not be reached.
    Unreachable,
    /// A rule refused it; the reason says which.
    Refused,
    /// Trunks, channels or media ports are used up.
    OutOfCapacity,
    /// The two sides have no codec in common, or one asked for what cannot be done.
    Incompatible,
    /// No sound came from one side for too long.
    MediaLost,
    /// One side's equipment fell silent.
    PeerLost,
    /// The longest duration was reached.
    MaxDuration,
    /// An app or an admin ended it.
    HungUp,
    /// The broker stopped, or was stopped, while it lasted.
    Shutdown,
    /// Anything else; the SIP status says more.
    Failed,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 15] = [
        Cause::Completed,
        Cause::Cancelled,
        Cause::Busy,
        Cause::NoAnswer,
        Cause::Declined,
        Cause::Unreachable,
        Cause::Refused,
        Cause::OutOfCapacity,
        Cause::Incompatible,
        Cause::MediaLost,
        Cause::PeerLost,
        Cause::MaxDuration,
        Cause::HungUp,
        Cause::Shutdown,
        Cause::Failed,
    ];

    /// The stable word, as stored and as shown by the API.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Completed => "completed",
            Cause::Cancelled => "cancelled",
            Cause::Busy => "busy",
            Cause::NoAnswer => "no_answer",
            Cause::Declined => "declined",
            Cause::Unreachable => "unreachable",
            Cause::Refused => "refused",
            Cause::OutOfCapacity => "out_of_capacity",
            Cause::Incompatible => "incompatible",
            Cause::MediaLost => "media_lost",
            Cause::PeerLost => "peer_lost",
            Cause::MaxDuration => "max_duration",
            Cause::HungUp => "hung_up",
            Cause::Shutdown => "shutdown",
            Cause::Failed => "failed",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.word() == word)
    }

    /// Whether the one called missed a call that they might want to return.
    pub fn is_missed(self) -> bool {
        matches!(
            self,
            Cause::Cancelled
                | Cause::Busy
                | Cause::NoAnswer
                | Cause::Unreachable
                | Cause::OutOfCapacity
                | Cause::Failed
        )
    }
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = CallEndedBy)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The one who called; of an app's call the member in whose name it was made.
    Caller,
    /// The one who was called.
    Callee,
    /// The broker: a rule, a time-out, a bound.
    Broker,
    /// An app or an admin, by the API.
    App,
}

impl EndedBy {
    /// Everybody.
    pub const ALL: [EndedBy; 4] = [EndedBy::Caller, EndedBy::Callee, EndedBy::Broker, EndedBy::App];

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            EndedBy::Caller => "caller",
            EndedBy::Callee => "callee",
            EndedBy::Broker => "broker",
            EndedBy::App => "app",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.word() == word)
    }
}

/// What a refused caller is told: a SIP status (RFC 3261, section 21) and a cause of Q.850.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalCode {
    /// The final response to the INVITE.
    pub status: u16,
    /// For the Reason header (RFC 3326).
    pub q850: u16,
}

/// The answer to a call that a rule refuses.
pub fn refusal_code(reason: Reason) -> RefusalCode {
    let (status, q850) = match reason {
        // Unallocated (unassigned) number.
        Reason::UnassignedNumber | Reason::NoContact => (404, 1),
        // Number changed: it stood for somebody, and does no more.
        Reason::PairReleased | Reason::Discarded => (410, 22),
        // Call rejected.
        Reason::UnknownSender
        | Reason::PairBlocked
        | Reason::BlockedByRecipient
        | Reason::BlockedBySender
        | Reason::NotOptedIn
        | Reason::RecipientOptedOut
        | Reason::SenderOptedOut
        | Reason::SenderFrozen
        | Reason::AppDenied => (403, 21),
        // No user responding: it may go through later.
        Reason::AwaitingAcceptance => (480, 18),
        // Subscriber absent.
        Reason::NoDevice | Reason::AppUnreachable | Reason::RecipientFrozen => (480, 20),
        // Facility not implemented.
        Reason::NoVoice => (488, 69),
        // Resource unavailable; no call is refused so.
        Reason::TooOften => (503, 47),
        // No route, or the carrier's own refusal.
        Reason::NoCarrier => (503, 3),
        Reason::CarrierRefused | Reason::CarrierUndelivered => (502, 38),
        Reason::DeadlinePassed | Reason::DayCapReached => (480, 19),
        // Ambiguous: several people are behind the number, and a call bears no tag.
        Reason::TagMissing | Reason::UnknownTag => (485, 1),
        Reason::BadText => (400, 95),
    };
    RefusalCode { status, q850 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
            assert_eq!(State::from_word(state.word()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
        for cause in Cause::ALL {
            assert_eq!(Cause::from_word(cause.word()), Some(cause));
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.word());
        }
        for by in EndedBy::ALL {
            assert_eq!(EndedBy::from_word(by.word()), Some(by));
            assert_eq!(serde_json::to_value(by).unwrap(), by.word());
        }
    }

    #[test]
    fn every_refusal_is_a_final_failure_with_a_cause_of_q850() {
        for reason in Reason::ALL {
            let code = refusal_code(reason);
            assert!((400..700).contains(&code.status), "{reason:?}");
            assert!((1..=127).contains(&code.q850), "{reason:?}");
        }
    }
}
