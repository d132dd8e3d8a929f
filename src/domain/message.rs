//! A text's life, and why one may end badly.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::policy::BlocksShown;

/// Where a message stands. The whole life is drawn in `ARCHITECTURE.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageStatus)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Committed; nothing has been tried yet (its turn or a rate limit has not come).
    Accepted,
    /// In the outbox after a try that will be repeated.
    Queued,
    /// A carrier took it; a receipt may follow.
    Sent,
    /// It reached the phone, or the last gateway that reports anything.
    Delivered,
    /// The carrier says it will not reach the phone.
    Undelivered,
    /// It could not be handed to a carrier.
    Failed,
    /// Its deadline passed before it went out, or the carrier let it lapse.
    Expired,
    /// Refused by a rule: a block, an opt-out, a stranger, an unassigned number.
    Blocked,
    /// Held because the pair behind the number was released; it reaches nobody, unless it is released.
    Quarantined,
    /// Held until the recipient's texting hours begin; it leaves then.
    Held,
}

impl Status {
    /// Every status, in the order of its database code.
    pub const ALL: [Status; 10] = [
        Status::Accepted,
        Status::Queued,
        Status::Sent,
        Status::Delivered,
        Status::Undelivered,
        Status::Failed,
        Status::Expired,
        Status::Blocked,
        Status::Quarantined,
        Status::Held,
    ];

    /// The code kept in the database.
    pub fn code(self) -> i16 {
        Self::ALL.iter().position(|s| *s == self).unwrap_or(0) as i16
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
            Status::Accepted => "accepted",
            Status::Queued => "queued",
            Status::Sent => "sent",
            Status::Delivered => "delivered",
            Status::Undelivered => "undelivered",
            Status::Failed => "failed",
            Status::Expired => "expired",
            Status::Blocked => "blocked",
            Status::Quarantined => "quarantined",
            Status::Held => "held",
        }
    }

    /// Back from the word of the public surface.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// True when nothing more will happen to the message by itself.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Status::Accepted | Status::Queued | Status::Sent | Status::Held
        )
    }

    /// True when a message of this status may next have status `next`. Late and repeated receipts are
    /// common: whoever applies one asks here first, and drops what would go backwards.
    pub fn may_become(self, next: Status) -> bool {
        use Status::*;
        match self {
            Accepted => !matches!(next, Accepted),
            Queued => matches!(
                next,
                Queued | Sent | Delivered | Undelivered | Failed | Expired | Blocked | Held
            ),
            Held => matches!(
                next,
                Accepted | Queued | Sent | Undelivered | Failed | Expired | Blocked | Held
            ),
            Sent => matches!(next, Delivered | Undelivered | Failed | Expired),
            // A carrier that first reported a failure may still get the text through.
            Undelivered | Expired => matches!(next, Delivered),
            // Whoever manages the community lets it go on its way, or discards it.
            Quarantined => matches!(next, Accepted | Blocked),
            Delivered | Failed | Blocked => false,
        }
    }
}

/// Why a text was refused, held or lost: a stable word for programs and a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The sender's phone belongs to no member of the community.
    UnknownSender,
    /// The number dialled is no pool number of this system.
    UnassignedNumber,
    /// The sender has no contact on that pool number.
    NoContact,
    /// The pair was released and its number is cooling down.
    PairReleased,
    /// An admin or an app blocked the pair.
    PairBlocked,
    /// The recipient sent STOP.
    RecipientOptedOut,
    /// The sender himself sent STOP to this number.
    SenderOptedOut,
    /// The contact has not accepted the sender yet.
    AwaitingAcceptance,
    /// The recipient has no device that takes texts.
    NoDevice,
    /// No carrier of that name is running.
    NoCarrier,
    /// The carrier refused it for good.
    CarrierRefused,
    /// Every try failed until the deadline.
    DeadlinePassed,
    /// The carrier reported that the phone could not be reached.
    CarrierUndelivered,
    /// The text is empty or too long.
    BadText,
    /// The app in which the recipient reads could not be reached.
    AppUnreachable,
    /// The app that is asked before texts are bridged did not allow it.
    AppDenied,
    /// A number of the pair takes no calls.
    NoVoice,
    /// The phone texts the desk more often than the community allows.
    TooOften,
    /// Its number, or the campaign of that, has sent all that its carrier allows in a day.
    DayCapReached,
    /// The sender's phone is frozen.
    SenderFrozen,
    /// The recipient's phone is frozen.
    RecipientFrozen,
    /// It was held, and then discarded.
    Discarded,
    /// The recipient has blocked the sender.
    BlockedByRecipient,
    /// The sender has blocked the recipient.
    BlockedBySender,
    /// The community asks for an opt-in, and the recipient's phone has none.
    NotOptedIn,
    /// The number is a hub, and the text bears no tag that says whom it is for.
    TagMissing,
    /// The number is a hub, and the text's tag stands for nobody on this phone.
    UnknownTag,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 27] = [
        Reason::UnknownSender,
        Reason::UnassignedNumber,
        Reason::NoContact,
        Reason::PairReleased,
        Reason::PairBlocked,
        Reason::RecipientOptedOut,
        Reason::SenderOptedOut,
        Reason::AwaitingAcceptance,
        Reason::NoDevice,
        Reason::NoCarrier,
        Reason::CarrierRefused,
        Reason::DeadlinePassed,
        Reason::CarrierUndelivered,
        Reason::BadText,
        Reason::AppUnreachable,
        Reason::AppDenied,
        Reason::NoVoice,
        Reason::TooOften,
        Reason::DayCapReached,
        Reason::SenderFrozen,
        Reason::RecipientFrozen,
        Reason::Discarded,
        Reason::BlockedByRecipient,
        Reason::BlockedBySender,
        Reason::NotOptedIn,
        Reason::TagMissing,
        Reason::UnknownTag,
    ];

    /// The stable word, as stored and as shown by the API.
    pub fn word(self) -> &'static str {
        match self {
            Reason::UnknownSender => "unknown_sender",
            Reason::UnassignedNumber => "unassigned_number",
            Reason::NoContact => "no_contact",
            Reason::PairReleased => "pair_released",
            Reason::PairBlocked => "pair_blocked",
            Reason::RecipientOptedOut => "recipient_opted_out",
            Reason::SenderOptedOut => "sender_opted_out",
            Reason::AwaitingAcceptance => "awaiting_acceptance",
            Reason::NoDevice => "no_device",
            Reason::NoCarrier => "no_carrier",
            Reason::CarrierRefused => "carrier_refused",
            Reason::DeadlinePassed => "deadline_passed",
            Reason::CarrierUndelivered => "carrier_undelivered",
            Reason::BadText => "bad_text",
            Reason::AppUnreachable => "app_unreachable",
            Reason::AppDenied => "app_denied",
            Reason::NoVoice => "no_voice",
            Reason::TooOften => "too_often",
            Reason::DayCapReached => "day_cap_reached",
            Reason::SenderFrozen => "sender_frozen",
            Reason::RecipientFrozen => "recipient_frozen",
            Reason::Discarded => "discarded",
            Reason::BlockedByRecipient => "blocked_by_recipient",
            Reason::BlockedBySender => "blocked_by_sender",
            Reason::NotOptedIn => "not_opted_in",
            Reason::TagMissing => "tag_missing",
            Reason::UnknownTag => "unknown_tag",
        }
    }

    /// Back from the stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }

    /// What it means, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::UnknownSender => "the sender's phone is not known in this community",
            Reason::UnassignedNumber => "the number is not in service here",
            Reason::NoContact => "the sender has no contact on this number",
            Reason::PairReleased => "this number no longer stands for the contact it stood for",
            Reason::PairBlocked => "this pair is blocked",
            Reason::RecipientOptedOut => "the recipient has sent STOP; only their START lifts it",
            Reason::SenderOptedOut => "the sender has sent STOP to this number; START lifts it",
            Reason::AwaitingAcceptance => "the contact has not accepted this sender yet",
            Reason::NoDevice => "the recipient has no device that can be reached",
            Reason::NoCarrier => "no carrier that serves this number is configured",
            Reason::CarrierRefused => "the carrier refused the text",
            Reason::DeadlinePassed => "the text could not be handed over before its deadline",
            Reason::CarrierUndelivered => "the carrier could not reach the phone",
            Reason::BadText => "the text is empty or too long",
            Reason::AppUnreachable => "the app in which the recipient reads could not be reached",
            Reason::AppDenied => "an app of this community did not allow it",
            Reason::NoVoice => "a number of this pair takes no calls",
            Reason::TooOften => "the desk was texted too often; wait a minute",
            Reason::DayCapReached => "the number has sent as many texts as its carrier allows in a day",
            Reason::SenderFrozen => "the sender's phone is frozen: it was lost",
            Reason::RecipientFrozen => "the recipient's phone is out of use for now",
            Reason::Discarded => "it was held in quarantine, and discarded",
            Reason::BlockedByRecipient => "the recipient has blocked the sender",
            Reason::BlockedBySender => "the sender has blocked this contact; lift the block first",
            Reason::NotOptedIn => {
                "no opt-in is recorded of the recipient's phone, and this community asks for one"
            }
            Reason::TagMissing => "this number stands for several people, and no tag says for whom it is",
            Reason::UnknownTag => "on this number that tag stands for nobody",
        }
    }

    /// The same for programs, which must be told something: of one who is to hear nothing what is said of somebody who
    /// cannot be reached.
    pub fn told(self, shown: BlocksShown) -> Self {
        self.towards(shown).unwrap_or(Reason::NoDevice)
    }

    /// What the one hears whom it refuses, as the policy has it; none where nothing is to be said.
    pub fn towards(self, shown: BlocksShown) -> Option<Self> {
        match (self, shown) {
            (Reason::BlockedByRecipient, BlocksShown::Unreachable) => Some(Reason::NoDevice),
            (Reason::BlockedByRecipient, BlocksShown::Silent) => None,
            (reason, _) => Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_and_reason_survives_its_code_and_word() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
            assert_eq!(Status::from_word(status.word()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.word());
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.word()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
        }
    }

    #[test]
    fn a_delivered_message_never_goes_back() {
        for next in Status::ALL {
            assert!(!Status::Delivered.may_become(next));
        }
    }

    #[test]
    fn a_late_success_still_counts() {
        assert!(Status::Undelivered.may_become(Status::Delivered));
        assert!(Status::Expired.may_become(Status::Delivered));
        assert!(!Status::Failed.may_become(Status::Delivered));
    }
}
