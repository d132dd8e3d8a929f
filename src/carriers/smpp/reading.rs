//! What an arrived message is: a text, a part of one, a receipt, or nothing that can be taken in.

use super::address;
use super::answers::Side;
use super::intake::IntakeConfig;
use crate::domain::E164;
use crate::domain::message::Status;
use crate::switchboard::outlet::InboundReceipt;
use crate::wire::smpp::{MessageState, ShortMessage, parse_validity};
use crate::wire::sms::{Coding, Concat, Fragment, ReceiptState, ReceiptText, Udh, decode_text};

/// What a message asks for beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    pub carrier_ref: Option<String>,
    pub want_receipt: bool,
    pub valid_for_s: Option<i64>,
}

/// Why a message is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The source is no E.164 number.
    Source,
    /// The account may not send in that phone's name.
    ForeignSource,
    /// The destination is none.
    Destination,
    /// It is an acknowledgement or a receipt where only texts are taken.
    Kind,
    /// It is binary, in an unknown coding, addressed to an application, or damaged.
    NotText,
    /// The other parts did not come in time.
    Incomplete,
}

impl Why {
    /// For logs.
    pub fn word(self) -> &'static str {
        match self {
            Why::Source => "source",
            Why::ForeignSource => "foreign_source",
            Why::Destination => "destination",
            Why::Kind => "kind",
            Why::NotText => "not_text",
            Why::Incomplete => "incomplete",
        }
    }
}

/// What a message turned out to be.
#[derive(Debug)]
pub(super) enum Reading {
    /// A whole text from the first to the second of `ends`.
    Text {
        ends: (E164, E164),
        text: String,
        terms: Terms,
    },
    /// A part of a long text.
    Part {
        ends: (E164, E164),
        fragment: Fragment<()>,
        terms: Terms,
    },
    /// A carrier's receipt.
    Receipt(InboundReceipt),
    /// Something to be acknowledged and forgotten.
    Nothing,
    /// Something to be refused.
    Refused(Why),
}

/// Reads a message.
pub(super) fn read(config: &IntakeConfig, message: &ShortMessage, now_ms: i64) -> Reading {
    match config.side {
        Side::Carrier if message.is_receipt() => {
            return receipt(config, message).map_or(Reading::Nothing, Reading::Receipt);
        }
        Side::Carrier if message.is_notification() => return Reading::Nothing,
        Side::Account if message.is_notification() || message.is_receipt() => {
            return Reading::Refused(Why::Kind);
        }
        Side::Carrier | Side::Account => {}
    }
    match text(config, message, now_ms) {
        Ok(reading) => reading,
        Err(why) => Reading::Refused(why),
    }
}

fn text(config: &IntakeConfig, message: &ShortMessage, now_ms: i64) -> Result<Reading, Why> {
    let from = address::read(&message.source, config.region).ok_or(Why::Source)?;
    if !may_send_as(config, from) {
        return Err(Why::ForeignSource);
    }
    let to = address::read(&message.dest, config.region).ok_or(Why::Destination)?;
    let coding = Coding::from_data_coding(message.data_coding);
    let (udh, body) = if message.has_udh() {
        Udh::parse(&message.payload).map_err(|_| Why::NotText)?
    } else {
        (Udh::default(), &message.payload[..])
    };
    if udh.for_application || matches!(coding, Coding::Binary | Coding::Unsupported(_)) {
        return Err(Why::NotText);
    }
    let sar = message
        .sar
        .and_then(|sar| Concat::from_sar(sar.reference, sar.total, sar.part));
    let terms = Terms {
        // An id on a message that is no receipt is the SMSC's own id of the message.
        carrier_ref: message
            .receipted_message_id
            .clone()
            .filter(|_| config.side == Side::Carrier),
        want_receipt: config.side == Side::Account && message.wants_receipt(),
        valid_for_s: parse_validity(&message.validity_period, now_ms),
    };
    match udh.concat.or(sar).filter(|concat| concat.total() > 1) {
        Some(concat) => {
            let fragment = Fragment {
                concat,
                coding,
                body: body.to_vec(),
                token: (),
            };
            Ok(Reading::Part {
                ends: (from, to),
                fragment,
                terms,
            })
        }
        None => {
            let text = decode_text(coding, body).map_err(|_| Why::NotText)?;
            Ok(Reading::Text {
                ends: (from, to),
                text,
                terms,
            })
        }
    }
}

/// A whole number is its own prefix.
fn may_send_as(config: &IntakeConfig, from: E164) -> bool {
    config.sources.is_empty() || {
        let number = from.to_string();
        config
            .sources
            .iter()
            .any(|prefix| number.starts_with(prefix.as_str()))
    }
}

/// A receipt's id and state: the TLVs say it better than the text, where both are there. `None` for a
/// receipt that says nothing.
fn receipt(config: &IntakeConfig, message: &ShortMessage) -> Option<InboundReceipt> {
    let body = match message.has_udh().then(|| Udh::parse(&message.payload)) {
        Some(Ok((_, body))) => body,
        _ => &message.payload[..],
    };
    let words = ReceiptText::parse(body);
    let state = message
        .message_state
        .and_then(|MessageState(state)| ReceiptState::from_message_state(state))
        .or(words.as_ref().and_then(|words| words.stat))?;
    let (id, err) = words.map_or((None, None), |words| (words.id, words.err));
    let err = err.or(message
        .network_error
        .map(|(network, code)| format!("{network}/{code}")));
    Some(InboundReceipt {
        carrier: config.name.clone(),
        smsc: None,
        carrier_ref: message
            .receipted_message_id
            .clone()
            .or(id)
            .filter(|id| !id.is_empty())?,
        status: status_of(state),
        detail: detail(state, err),
    })
}

fn status_of(state: ReceiptState) -> Status {
    match state {
        ReceiptState::Delivrd => Status::Delivered,
        ReceiptState::Expired => Status::Expired,
        ReceiptState::Undeliv | ReceiptState::Deleted => Status::Undelivered,
        ReceiptState::Rejectd => Status::Failed,
        ReceiptState::Enroute | ReceiptState::Acceptd | ReceiptState::Unknown => Status::Sent,
    }
}

/// The state's word and the error code, cut to what a code can be: it is the carrier's own writing.
fn detail(state: ReceiptState, err: Option<String>) -> Option<String> {
    let err: String = err
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.'))
        .take(10)
        .collect();
    match (state, err.chars().all(|c| c == '0')) {
        (ReceiptState::Delivrd, true) => None,
        (state, true) => Some(state.as_text().to_owned()),
        (state, false) => Some(format!("{} err {err}", state.as_text())),
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
