//! What happened in a community, as apps are told of it: by callback and on the event stream.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of an event: the `type` of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum EventKind {
    /// A text was accepted and is on its way to a member.
    #[serde(rename = "message.received")]
    MessageReceived,
    /// A text waits for its recipient's texting hours.
    #[serde(rename = "message.held")]
    MessageHeld,
    /// A text's status changed.
    #[serde(rename = "message.status")]
    MessageStatus,
    /// A pair got its numbers.
    #[serde(rename = "assignment.created")]
    AssignmentCreated,
    /// A pair lost its numbers.
    #[serde(rename = "assignment.released")]
    AssignmentReleased,
    /// A pair has another number on one member's phones.
    #[serde(rename = "assignment.moved")]
    AssignmentMoved,
    /// A phone sent STOP, STOPALL or START.
    #[serde(rename = "opt_out.changed")]
    OptOutChanged,
    /// A text was held because its pair is released.
    #[serde(rename = "quarantine.held")]
    QuarantineHeld,
    /// An app's or a phone's call makes a phone ring.
    #[serde(rename = "call.ringing")]
    CallRinging,
    /// A call was answered.
    #[serde(rename = "call.answered")]
    CallAnswered,
    /// A call is over.
    #[serde(rename = "call.ended")]
    CallEnded,
    /// The app that was asked about a stranger wanted them connected, which cannot be: why, such as a full table.
    /// The stranger was turned away. Goes to the endpoint that was asked, whatever it wants.
    #[serde(rename = "stranger.not_connected")]
    StrangerNotConnected,
    /// A member has nearly as many contacts as there are numbers.
    #[serde(rename = "member.table_nearly_full")]
    TableNearlyFull,
    /// A member's data were erased: whoever keeps a copy erases it too.
    #[serde(rename = "member.erased")]
    MemberErased,
    /// Somebody tried an endpoint out; goes to that endpoint only.
    #[serde(rename = "endpoint.test")]
    EndpointTest,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 15] = [
        EventKind::MessageReceived,
        EventKind::MessageHeld,
        EventKind::MessageStatus,
        EventKind::AssignmentCreated,
        EventKind::AssignmentReleased,
        EventKind::AssignmentMoved,
        EventKind::OptOutChanged,
        EventKind::QuarantineHeld,
        EventKind::CallRinging,
        EventKind::CallAnswered,
        EventKind::CallEnded,
        EventKind::StrangerNotConnected,
        EventKind::TableNearlyFull,
        EventKind::MemberErased,
        EventKind::EndpointTest,
    ];

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::MessageReceived => "message.received",
            EventKind::MessageHeld => "message.held",
            EventKind::MessageStatus => "message.status",
            EventKind::AssignmentCreated => "assignment.created",
            EventKind::AssignmentReleased => "assignment.released",
            EventKind::AssignmentMoved => "assignment.moved",
            EventKind::OptOutChanged => "opt_out.changed",
            EventKind::QuarantineHeld => "quarantine.held",
            EventKind::CallRinging => "call.ringing",
            EventKind::CallAnswered => "call.answered",
            EventKind::CallEnded => "call.ended",
            EventKind::StrangerNotConnected => "stranger.not_connected",
            EventKind::TableNearlyFull => "member.table_nearly_full",
            EventKind::MemberErased => "member.erased",
            EventKind::EndpointTest => "endpoint.test",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// The kind of a question to an app: its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum QuestionKind {
    /// May this text be bridged?
    #[serde(rename = "message.intercept")]
    MessageIntercept,
    /// Who is the sender of this text?
    #[serde(rename = "stranger.unknown")]
    StrangerUnknown,
    /// Who calls?
    #[serde(rename = "stranger.calling")]
    StrangerCalling,
}

impl QuestionKind {
    /// Every kind.
    pub const ALL: [QuestionKind; 3] = [
        QuestionKind::MessageIntercept,
        QuestionKind::StrangerUnknown,
        QuestionKind::StrangerCalling,
    ];

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            QuestionKind::MessageIntercept => "message.intercept",
            QuestionKind::StrangerUnknown => "stranger.unknown",
            QuestionKind::StrangerCalling => "stranger.calling",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_what_serde_writes() {
        for kind in EventKind::ALL {
            assert_eq!(
                serde_json::to_string(&kind).unwrap(),
                format!("\"{}\"", kind.word())
            );
            assert_eq!(EventKind::from_word(kind.word()), Some(kind));
        }
        for kind in QuestionKind::ALL {
            assert_eq!(
                serde_json::to_string(&kind).unwrap(),
                format!("\"{}\"", kind.word())
            );
        }
    }
}
