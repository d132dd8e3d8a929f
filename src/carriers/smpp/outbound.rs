//! Texts and receipts of the exchange as SMPP messages, and the peer's answers as the exchange's words.

use std::sync::atomic::{AtomicU16, Ordering};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::address;
use super::link::{Port, SendReply};
use crate::config::smpp::LongText;
use crate::domain::message::Status;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, OutletError};
use crate::wire::smpp::{CommandStatus, MessageState, Operation, Sar, ShortMessage, format_relative};
use crate::wire::sms::{Receipt, ReceiptState, segment};

/// How long the outbox waits after a peer asked for less.
const THROTTLED_RETRY_MS: i64 = 1000;
/// How long it waits after another temporary refusal.
const REFUSED_RETRY_MS: i64 = 5000;
/// How often a part is tried again by itself, while others of its text have been taken: to send the whole
/// text again would show the phone those parts twice.
const PART_RETRIES: u32 = 3;

/// How an outlet writes its messages.
#[derive(Debug)]
pub(super) struct Style {
    pub operation: Operation,
    pub source_ton: u8,
    pub source_npi: u8,
    pub dest_ton: u8,
    pub dest_npi: u8,
    pub long_text: LongText,
    /// The last reference that a long text was given.
    pub last_reference: AtomicU16,
}

impl Style {
    fn message(&self, text: &OutboundText, now_ms: i64) -> ShortMessage {
        let submits = self.operation == Operation::Submit;
        let left_s = text.expires_at.0.saturating_sub(now_ms) / 1000;
        ShortMessage {
            source: address::write(text.from, self.source_ton, self.source_npi),
            dest: address::write(text.to, self.dest_ton, self.dest_npi),
            registered_delivery: u8::from(submits && text.want_receipt),
            validity_period: if submits {
                format_relative(left_s)
            } else {
                String::new()
            },
            ..ShortMessage::default()
        }
    }

    /// The messages that a text makes, in order.
    pub fn messages(&self, text: &OutboundText, now_ms: i64) -> Result<Vec<ShortMessage>, OutletError> {
        let reference = self
            .last_reference
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(1);
        let segments =
            segment(&text.text, reference.to_be_bytes()[1]).map_err(|error| OutletError::Refused {
                detail: error.to_string(),
            })?;
        let base = ShortMessage {
            data_coding: segments.data_coding(),
            ..self.message(text, now_ms)
        };
        let total = u8::try_from(segments.parts.len()).unwrap_or(u8::MAX);
        if total > 1 && self.long_text == LongText::Payload {
            let whole: Vec<u8> = segments.parts.into_iter().flat_map(|part| part.body).collect();
            return Ok(vec![ShortMessage {
                payload: Bytes::from(whole),
                payload_in_tlv: true,
                ..base
            }]);
        }
        let udh = self.long_text == LongText::Udh;
        Ok((1..=total)
            .zip(segments.parts)
            .map(|(part, segment)| match (total, udh) {
                (1, _) => ShortMessage {
                    payload: Bytes::from(segment.body),
                    ..base.clone()
                },
                (_, true) => ShortMessage {
                    esm_class: ShortMessage::ESM_UDHI,
                    payload: Bytes::from(segment.short_message()),
                    ..base.clone()
                },
                (_, false) => ShortMessage {
                    sar: Some(Sar {
                        reference,
                        part,
                        total,
                    }),
                    payload: Bytes::from(segment.body),
                    ..base.clone()
                },
            })
            .collect())
    }

    /// A receipt as a deliver_sm (SMPP 3.4, sections 5.2.12 and 5.3.2.12, Appendix B).
    pub fn receipt(&self, receipt: &OutboundReceipt) -> ShortMessage {
        let stat = state_of(receipt.status);
        let id = receipt.message.to_string();
        let words = Receipt {
            id: &id,
            submitted_ms: receipt.accepted_at.0,
            done_ms: receipt.done_at.0,
            stat,
            err: "",
        };
        ShortMessage {
            source: address::write(receipt.from, self.source_ton, self.source_npi),
            dest: address::write(receipt.to, self.dest_ton, self.dest_npi),
            esm_class: ShortMessage::ESM_RECEIPT,
            payload: Bytes::from(words.text()),
            message_state: Some(MessageState(stat.message_state())),
            receipted_message_id: Some(id),
            ..ShortMessage::default()
        }
    }
}

fn state_of(status: Status) -> ReceiptState {
    match status {
        Status::Delivered => ReceiptState::Delivrd,
        Status::Expired => ReceiptState::Expired,
        Status::Undelivered | Status::Failed => ReceiptState::Undeliv,
        Status::Blocked | Status::Quarantined => ReceiptState::Rejectd,
        Status::Accepted | Status::Queued | Status::Sent => ReceiptState::Enroute,
    }
}

/// What became of a text at one link.
#[derive(Debug)]
pub(super) enum Attempt {
    Sent(Vec<String>),
    /// Nothing of it was taken and another link may try.
    TryElsewhere(OutletError),
    Over(OutletError),
}

/// Sends the messages of one text over one link and waits for the answers to all of them. They are all
/// put in line before the first answer is waited for.
pub(super) async fn send_over(port: &Port, operation: Operation, messages: &[ShortMessage]) -> Attempt {
    let mut fates = Vec::with_capacity(messages.len());
    for message in messages {
        fates.push(port.submit(operation, message.clone()).await);
    }
    let mut replies = Vec::with_capacity(fates.len());
    for fate in fates {
        replies.push(settle(fate).await);
    }
    for _ in 0..PART_RETRIES {
        let some_taken = replies.iter().any(is_taken);
        let again: Vec<usize> = (0..replies.len())
            .filter(|at| is_temporary(&replies[*at]))
            .collect();
        if !some_taken || again.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(THROTTLED_RETRY_MS as u64)).await;
        for at in again {
            replies[at] = settle(port.submit(operation, messages[at].clone()).await).await;
        }
    }
    judge(replies)
}

async fn settle(fate: Option<oneshot::Receiver<SendReply>>) -> SendReply {
    match fate {
        // A link that ends drops what it had in hand: it may have left already.
        Some(fate) => fate.await.unwrap_or(SendReply::Unanswered),
        None => SendReply::NotSent,
    }
}

fn is_taken(reply: &SendReply) -> bool {
    matches!(reply, SendReply::Answered { status, .. } if status.is_ok())
}

fn is_temporary(reply: &SendReply) -> bool {
    matches!(reply, SendReply::Answered { status, .. } if status.is_temporary())
}

fn judge(replies: Vec<SendReply>) -> Attempt {
    let some_taken = replies.iter().any(is_taken);
    let mut ids = Vec::with_capacity(replies.len());
    let mut worst: Option<(OutletError, bool)> = None;
    for reply in replies {
        let (error, elsewhere) = match reply {
            SendReply::Answered { status, message_id } if status.is_ok() => {
                ids.extend(message_id);
                continue;
            }
            SendReply::Answered { status, .. } => (
                refused(status),
                matches!(status, CommandStatus::RSYSERR | CommandStatus::RINVBNDSTS),
            ),
            SendReply::NotSent => (not_bound(), true),
            SendReply::Unanswered => {
                let detail = "the peer did not answer; the text may be sent twice".to_owned();
                (
                    OutletError::Retry {
                        detail,
                        after_ms: None,
                    },
                    false,
                )
            }
            SendReply::Unfit(error) => (
                OutletError::Refused {
                    detail: error.to_string(),
                },
                false,
            ),
        };
        // A part that is refused for good makes the whole text so.
        if worst.is_none() || matches!(error, OutletError::Refused { .. }) {
            worst = Some((error, elsewhere));
        }
    }
    match worst {
        None => Attempt::Sent(ids),
        Some((error, true)) if !some_taken => Attempt::TryElsewhere(error),
        Some((error, _)) => Attempt::Over(error),
    }
}

/// The exchange's word for a peer's refusal.
fn refused(status: CommandStatus) -> OutletError {
    let detail = format!("the peer answered {status}");
    if status.is_slow_down() {
        OutletError::Retry {
            detail,
            after_ms: Some(THROTTLED_RETRY_MS),
        }
    } else if status.is_temporary() {
        OutletError::Retry {
            detail,
            after_ms: Some(REFUSED_RETRY_MS),
        }
    } else {
        OutletError::Refused { detail }
    }
}

/// There is no link to leave by.
pub(super) fn not_bound() -> OutletError {
    OutletError::Retry {
        detail: "no link is bound".to_owned(),
        after_ms: None,
    }
}
