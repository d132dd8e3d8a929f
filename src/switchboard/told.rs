//! What apps are told and asked: one type for each kind. What is written is what the API's document says, for that is
//! made from these.

use serde::Serialize;
use utoipa::ToSchema;

use super::calls::Call;
use super::views::{Contact, Message};
use crate::domain::event::{EventKind, QuestionKind};
use crate::domain::id::{CallId, CommunityId, EndpointId, MemberId, MessageId, SwapId};
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};

/// The data of an event.
pub trait Told: Serialize + ToSchema {
    /// The event's kind.
    const KIND: EventKind;
}

/// The data of a question.
pub trait Asked: Serialize + ToSchema {
    /// The question's kind.
    const KIND: QuestionKind;
}

/// A text is on its way to a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageReceivedData)]
pub struct MessageReceived<'a> {
    /// The text.
    pub message: &'a Message,
}

impl Told for MessageReceived<'_> {
    const KIND: EventKind = EventKind::MessageReceived;
}

/// A text waits for its recipient's texting hours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageHeldData)]
pub struct MessageHeld<'a> {
    /// What waits.
    pub message: &'a HeldText,
}

impl Told for MessageHeld<'_> {
    const KIND: EventKind = EventKind::MessageHeld;
}

/// A text that waits; never what it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HeldMessage)]
pub struct HeldText {
    /// The id.
    pub id: MessageId,
    /// The sender.
    pub from: MemberId,
    /// The recipient.
    pub to: MemberId,
    /// When the recipient's texting hours begin.
    pub until: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
}

/// A member's data were erased; whoever keeps a copy erases it too.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MemberErasedData)]
pub struct MemberErased {
    /// Who it was; there is no such member any more.
    pub member: MemberId,
}

impl Told for MemberErased {
    const KIND: EventKind = EventKind::MemberErased;
}

/// A member has nearly as many contacts as there are numbers: soon nobody more can add them, unless they are reached
/// through a hub.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableNearlyFullData)]
pub struct TableNearlyFull {
    /// Who it is.
    pub member: MemberId,
    /// How many of the numbers are taken for them: in use, cooling down, kept or stopped.
    pub taken: u64,
    /// How many numbers there are for contacts.
    pub usable: u64,
    /// Further people reach them through a hub, as long as there is one with a tag left.
    pub overflow: bool,
}

impl Told for TableNearlyFull {
    const KIND: EventKind = EventKind::TableNearlyFull;
}

/// A text has a new status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageStatusData)]
pub struct MessageStatus<'a> {
    /// What moved.
    pub message: &'a Moved<'a>,
}

impl Told for MessageStatus<'_> {
    const KIND: EventKind = EventKind::MessageStatus;
}

/// A message whose status changed; never its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MovedMessage)]
pub struct Moved<'a> {
    /// The id.
    pub id: MessageId,
    /// The sender, if a member.
    pub from: Option<MemberId>,
    /// The recipient, if known.
    pub to: Option<MemberId>,
    /// Where it stands now.
    #[schema(example = "delivered")]
    pub status: Status,
    /// Why, when it ended badly.
    pub reason: Option<Reason>,
    /// The carrier's own words.
    #[schema(example = json!(null))]
    pub detail: Option<&'a str>,
    /// When its status changed.
    pub updated_at: Timestamp,
}

/// A pair got its numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentCreatedData)]
pub struct AssignmentCreated<'a> {
    /// The pair, as the member has it who chose it.
    pub contact: &'a Contact,
}

impl Told for AssignmentCreated<'_> {
    const KIND: EventKind = EventKind::AssignmentCreated;
}

/// A pair lost its numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentReleasedData)]
pub struct AssignmentReleased<'a> {
    /// The pair as it was.
    pub contact: &'a Contact,
}

impl Told for AssignmentReleased<'_> {
    const KIND: EventKind = EventKind::AssignmentReleased;
}

/// A pair has another number on one member's phones.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentMovedData)]
pub struct AssignmentMoved<'a> {
    /// The pair, as the member has it on whose phones it has another number.
    pub contact: &'a Contact,
    /// The number that it had.
    pub former_number: E164,
    /// Until when the former number still leads to the contact.
    pub forwards_until: Timestamp,
    /// The swap that moved it.
    pub swap: SwapId,
}

impl Told for AssignmentMoved<'_> {
    const KIND: EventKind = EventKind::AssignmentMoved;
}

/// A phone stopped something, or allows it again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OptOutChangedData)]
pub struct OptOutChanged {
    /// Whose phone it was, if a member's.
    pub member: Option<MemberId>,
    /// Which contact; null for all, or for a number that stands for nobody.
    pub contact: Option<MemberId>,
    /// It was STOPALL, or the START that ends it.
    pub all: bool,
    /// Stopped, or allowed again.
    #[schema(example = true)]
    pub opted_out: bool,
}

impl Told for OptOutChanged {
    const KIND: EventKind = EventKind::OptOutChanged;
}

/// A text was held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuarantineHeldData)]
pub struct QuarantineHeld<'a> {
    /// The text.
    pub message: &'a Message,
}

impl Told for QuarantineHeld<'_> {
    const KIND: EventKind = EventKind::QuarantineHeld;
}

/// A stranger could not be connected as an app wanted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrangerNotConnectedData)]
pub struct StrangerNotConnected<'a> {
    /// Which, and why.
    pub stranger: &'a NotConnected<'a>,
}

impl Told for StrangerNotConnected<'_> {
    const KIND: EventKind = EventKind::StrangerNotConnected;
}

/// A stranger whom an app wanted connected, and why that cannot be. Holds no real number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NotConnected<'a> {
    /// The text about which the app was asked; null where it was a call.
    pub message: Option<MessageId>,
    /// The call about which it was asked; null where it was a text.
    #[schema(example = json!(null))]
    pub call: Option<CallId>,
    /// Whom they were to reach.
    pub to: MemberId,
    /// The stable word of the problem, as the API has it.
    #[schema(example = "table_full")]
    pub code: &'static str,
    /// A sentence for people.
    #[schema(
        example = "the table of mem_1tq3v8r4w0801 is full: of 3 usable numbers (sms) 3 are in use (num_1tq3v8r4w0801, num_1tq3v8r4w0802, num_1tq3v8r4w0803), 0 cool down, 0 are kept for former contacts and 0 were stopped by that phone; what would help: add 1 number with sms, or release a contact of mem_1tq3v8r4w0801"
    )]
    pub detail: &'a str,
}

/// A phone rings for a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallRingingData)]
pub struct CallRinging<'a> {
    /// The call.
    pub call: &'a Call,
}

impl Told for CallRinging<'_> {
    const KIND: EventKind = EventKind::CallRinging;
}

/// A call was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallAnsweredData)]
pub struct CallAnswered<'a> {
    /// The call.
    pub call: &'a Call,
}

impl Told for CallAnswered<'_> {
    const KIND: EventKind = EventKind::CallAnswered;
}

/// A call is over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallEndedData)]
pub struct CallEnded<'a> {
    /// The call, with its cause and, where they talked, how it sounded.
    pub call: &'a Call,
}

impl Told for CallEnded<'_> {
    const KIND: EventKind = EventKind::CallEnded;
}

/// Nothing happened: an endpoint is tried out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointTestData)]
pub struct EndpointTest {
    /// Which endpoint.
    #[schema(example = "end_1tq3v8r4w0801")]
    pub endpoint: EndpointId,
    /// A sentence for people.
    #[schema(example = "this is a test; nothing happened")]
    pub text: &'static str,
}

impl Told for EndpointTest {
    const KIND: EventKind = EventKind::EndpointTest;
}

/// The body of a question to an app.
#[derive(Debug, Serialize, ToSchema)]
pub struct Question<T> {
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// When it was asked.
    pub timestamp: Timestamp,
    /// Where.
    pub community: CommunityId,
    /// What it is about.
    pub data: T,
}

impl<T: Asked> Question<T> {
    /// Asks now.
    pub fn about(community: CommunityId, timestamp: Timestamp, data: T) -> Self {
        Self {
            kind: T::KIND,
            timestamp,
            community,
            data,
        }
    }
}

/// A text that waits for leave to be bridged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageInterceptData)]
pub struct MessageIntercept<'a> {
    /// The text.
    pub message: &'a Message,
}

impl Asked for MessageIntercept<'_> {
    const KIND: QuestionKind = QuestionKind::MessageIntercept;
}

/// A text from a phone that is no member's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrangerUnknownData)]
pub struct StrangerUnknown<'a> {
    /// The text.
    pub message: &'a Message,
    /// The country and the end of the sender's number: enough to tell two strangers apart, not to call one.
    #[schema(value_type = String, example = "+14•••••••34")]
    pub phone: Masked,
}

impl Asked for StrangerUnknown<'_> {
    const KIND: QuestionKind = QuestionKind::StrangerUnknown;
}

/// A call from a phone that is no member's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrangerCallingData)]
pub struct StrangerCalling<'a> {
    /// The call, which waits.
    pub call: &'a Call,
    /// The country and the end of the caller's number: enough to tell two strangers apart, not to call one.
    #[schema(value_type = String, example = "+14•••••••34")]
    pub phone: Masked,
}

impl Asked for StrangerCalling<'_> {
    const KIND: QuestionKind = QuestionKind::StrangerCalling;
}

/// A real number with its middle left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// Only the country and the end of a number.
    pub fn new(phone: E164) -> Self {
        let text = phone.to_string();
        let keep = text.len().saturating_sub(2);
        let head = text.len().min(3);
        let dots = "•".repeat(keep.saturating_sub(head));
        Self(format!("{}{dots}{}", &text[..head], &text[keep.max(head)..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_phone_shows_its_ends_only() {
        let phone: E164 = "+14155550134".parse().unwrap();
        assert_eq!(Masked::new(phone), Masked("+14•••••••34".into()));
    }
}
