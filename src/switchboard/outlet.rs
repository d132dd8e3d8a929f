//! The two seams between the exchange and its edges: what an edge hands in ([`Exchange`]) and what an
//! edge takes out ([`Outlet`]). Edges know these traits, never each other and never the store.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::id::MessageId;
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
use crate::switchboard::standing::OutletStanding;
use crate::wire::sms::{Coding, Concat};

/// A part of a long text that is to be acknowledged before the others have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPart {
    /// The edge's number for it, above zero and unique among the parts of its outlet that are held; below zero
    /// and rising for those that were taken over from a node that is gone.
    pub no: i64,
    /// The real phone that sent it.
    pub from: E164,
    /// The number that it was sent to.
    pub to: E164,
    /// Its place in its text.
    pub concat: Concat,
    /// How its bytes are to be read.
    pub coding: Coding,
    /// Its bytes, without a header.
    pub body: Vec<u8>,
    /// The carrier's own id of it.
    pub carrier_ref: Option<String>,
    /// The sender asked for a delivery receipt.
    pub want_receipt: bool,
    /// The sender's own deadline, counted from its coming.
    pub valid_for_s: Option<i64>,
    /// When its text is given up.
    pub due_at: Timestamp,
}

/// A whole text (reassembled, decoded) as an edge received it from a phone.
#[derive(Clone, Debug)]
pub struct InboundText {
    /// The name of the carrier (outlet) that it came through.
    pub carrier: String,
    /// The carrier's own id of this text, where its protocol has one: a second text with the same
    /// (carrier, ref) is a duplicate and is answered like the first.
    pub carrier_ref: Option<String>,
    /// The real phone that sent it.
    pub from: E164,
    /// The pool number that it was sent to.
    pub to: E164,
    /// The text itself.
    pub text: String,
    /// The sender asked for a delivery receipt.
    pub want_receipt: bool,
    /// The sender's own deadline, counted from now; the policy's is used when it is shorter or absent.
    pub valid_for_s: Option<i64>,
    /// Tokens of media that came with it, kept already ([`super::media::MediaShelf`]).
    pub media: Vec<String>,
    /// The numbers of its parts that are held ([`Exchange::hold`]): they go in the transaction that accepts
    /// the text.
    pub held: Vec<i64>,
}

/// What became of an inbound text. It is committed before this is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The id that the sender may quote; also the id in receipts.
    pub message: MessageId,
    /// The decision.
    pub verdict: Verdict,
}

/// The decision on an inbound text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It will be bridged.
    Bridged,
    /// It was a keyword (STOP, START, HELP, …) and has been acted upon.
    Keyword,
    /// It had been accepted before.
    Duplicate,
    /// It is held in quarantine; the sender gets a notice. The carrier is told "accepted".
    Quarantined(Reason),
    /// It was refused. `reject` is true where the policy wants the carrier told so (by an error code)
    /// instead of a notice or silence.
    Refused {
        /// Why.
        reason: Reason,
        /// Whether the edge should answer with an error code.
        reject: bool,
    },
}

/// A carrier's report on one part of a text that was sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundReceipt {
    /// The carrier that reports, by its outlet's name.
    pub carrier: String,
    /// Which of the carrier's SMSCs reports, where its link says so: their ids may collide.
    pub smsc: Option<String>,
    /// The id that the carrier gave the part when it took it.
    pub carrier_ref: String,
    /// What the carrier says: `Sent` (on its way), `Delivered`, `Undelivered`, `Expired` or `Failed`.
    pub status: Status,
    /// The carrier's own error code or words, if any.
    pub detail: Option<String>,
}

/// Why the exchange could not take something in. Nothing was written; the carrier should try again.
#[derive(Clone, Debug, Error)]
pub enum IntakeError {
    /// More is waiting than the exchange is willing to hold.
    #[error("the exchange is overloaded; try again shortly")]
    Overloaded,
    /// The database refused.
    #[error("the database could not store it: {0}")]
    Store(String),
}

/// What is worth doing with the media of a text that has not been handed in yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaWanted {
    /// Fetch them: the text would be bridged, or an app be asked about it.
    Fetch,
    /// Nothing: the text goes no further, and what is kept of it may say that they were left out.
    Refused,
    /// Nothing, and not a word: the text is a keyword, and must stay one.
    Keyword,
}

/// What edges hand in. [`crate::switchboard::Switchboard`] is the one that serves.
#[async_trait]
pub trait Exchange: Send + Sync + 'static {
    /// Asks the rules, before anything is fetched, whether the media of a text with these words would go
    /// anywhere. Nothing is written; [`Exchange::receive`] decides.
    async fn media_wanted(&self, from: E164, to: E164, text: &str) -> Result<MediaWanted, IntakeError>;

    /// Takes a text from a phone; returns once it is durable. Calls made in order on one pair keep that
    /// order, provided the second call is first polled after the first.
    async fn receive(&self, text: InboundText) -> Result<Received, IntakeError>;

    /// Keeps a part of a long text; returns once it is durable. What is held already is held once.
    async fn hold(&self, outlet: &str, part: HeldPart) -> Result<(), IntakeError>;

    /// Forgets parts without a text; they were of no use.
    async fn let_go(&self, outlet: &str, held: Vec<i64>) -> Result<(), IntakeError>;

    /// What is held for an account or carrier, in the order of its coming: asked for at the start, and then
    /// every few seconds for what was taken over.
    async fn held(&self, outlet: &str) -> Result<Vec<HeldPart>, IntakeError>;

    /// Takes a carrier's receipt; returns once it is durable. An unknown reference is no error: the receipt
    /// may have overtaken the answer to the sending, and is kept for a while.
    async fn receipt(&self, receipt: InboundReceipt) -> Result<(), IntakeError>;
}

/// A text on its way out. Holds nothing of the sender but the pool number that stands for them.
#[derive(Clone, Debug)]
pub struct OutboundText {
    /// The message.
    pub message: MessageId,
    /// The pool number that it comes from.
    pub from: E164,
    /// The real phone that it goes to.
    pub to: E164,
    /// The text.
    pub text: String,
    /// Whether to ask the carrier for a receipt.
    pub want_receipt: bool,
    /// When it stops being worth delivering.
    pub expires_at: Timestamp,
    /// Links to the media that go with it; empty where the outlet does not take any.
    pub media: Vec<String>,
    /// The parts that this carrier took in earlier tries: these are not to be sent again.
    pub taken: Vec<TakenPart>,
}

/// A part of a text that a carrier took while it did not take others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenPart {
    /// Which part, from 1.
    pub part: u8,
    /// How many the text made.
    pub of: u8,
    /// The carrier's id of it; empty where it gives none.
    pub reference: String,
}

/// A receipt on its way back to a sender who asked for one.
#[derive(Clone, Debug)]
pub struct OutboundReceipt {
    /// The message that the sender had sent, under the id he was given.
    pub message: MessageId,
    /// The pool number that he had texted.
    pub from: E164,
    /// His phone.
    pub to: E164,
    /// A final status.
    pub status: Status,
    /// When the message was accepted.
    pub accepted_at: Timestamp,
    /// When it reached that status.
    pub done_at: Timestamp,
}

/// The carrier took a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The carrier's id of each part, in order, those of earlier tries included; empty where it gives none.
    pub parts: Vec<String>,
    /// Which of the carrier's SMSCs took it, where it has several: ids are unique within one.
    pub smsc: Option<String>,
    /// True when the carrier will send no receipt because its taking the text is the delivery.
    pub delivered: bool,
}

/// Why a carrier did not take a text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OutletError {
    /// Not now: no link, throttled, a temporary refusal. The outbox tries again, no sooner than
    /// `after_ms` where that is given.
    #[error("{detail}")]
    Retry {
        /// What happened, without any real number.
        detail: String,
        /// The least wait in milliseconds.
        after_ms: Option<i64>,
    },
    /// It took some parts and not now the others: those alone are to be tried again.
    #[error("{detail}")]
    Partly {
        /// What happened to the others, without any real number.
        detail: String,
        /// The least wait in milliseconds.
        after_ms: Option<i64>,
        /// What it took, in earlier tries too.
        taken: Vec<TakenPart>,
        /// Which of the carrier's SMSCs took it, where it has several.
        smsc: Option<String>,
    },
    /// Never: the carrier refuses this text for good.
    #[error("{detail}")]
    Refused {
        /// What happened, without any real number.
        detail: String,
    },
}

/// The way out to phones: a carrier, as the exchange sees it.
#[async_trait]
pub trait Outlet: Send + Sync + 'static {
    /// The name that pool numbers refer to.
    fn name(&self) -> &str;

    /// Prefixes (`+1415`) of real phones that are reached through this outlet whatever carrier their
    /// pool number belongs to, as for a gateway with handsets of its own. Usually none.
    fn reaches(&self) -> &[String] {
        &[]
    }

    /// Whether it can send media with a text (MMS); elsewhere links to them stand in the text.
    fn takes_media(&self) -> bool {
        false
    }

    /// How many texts may be under way at once.
    fn window(&self) -> usize;

    /// Whether a text handed over now has a link to leave by.
    fn is_ready(&self) -> bool;

    /// How it stands, for people who look.
    fn standing(&self) -> OutletStanding {
        OutletStanding::default()
    }

    /// Hands a text to the carrier and waits for its answer to every part.
    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError>;

    /// Hands a receipt to the one who asked for it. Outlets without receipts ignore it.
    async fn send_receipt(&self, receipt: &OutboundReceipt) -> Result<(), OutletError>;
}
