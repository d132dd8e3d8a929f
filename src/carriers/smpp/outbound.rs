//! Texts and receipts of the exchange as SMPP messages, and the peer's answers as the exchange's words.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::address;
use super::link::{Port, SendReply};
use crate::config::smpp::LongText;
use crate::domain::id::MessageId;
use crate::domain::message::Status;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, OutletError, TakenPart};
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
}

/// What the parts of a text have in common: made of its id alone, so that parts which are sent in another
/// try, or after a restart, belong to those that the phone has. Neighbouring ids have references far apart.
fn reference_of(message: MessageId) -> u16 {
    let spread = (message.as_i64() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread >> 48) as u16
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
        let reference = reference_of(text.message);
        let segments =
            segment(&text.text, reference.to_be_bytes()[0]).map_err(|error| OutletError::Refused {
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
        Status::Accepted | Status::Queued | Status::Held | Status::Sent => ReceiptState::Enroute,
    }
}

/// What became of a text at one link.
#[derive(Debug)]
pub(super) enum Attempt {
    /// The id of each part, those of earlier tries included; empty where the peer gives none.
    Sent(Vec<String>),
    /// Nothing of it was taken this time and another link may try.
    TryElsewhere(OutletError),
    Over(OutletError),
}

/// Sends the messages of one text, but for those that were taken before, over one link and waits for the
/// answers to all of them. They are all put in line before the first answer is waited for.
pub(super) async fn send_over(
    port: &Port,
    operation: Operation,
    messages: &[ShortMessage],
    taken: &[TakenPart],
) -> Attempt {
    // A text that makes other parts by now, as after a change of settings, is sent anew.
    let before = |at: usize| {
        taken
            .iter()
            .find(|part| usize::from(part.of) == messages.len() && usize::from(part.part) == at + 1)
    };
    let mut fates = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        fates.push(match before(at) {
            Some(_) => None,
            None => port.submit(operation, message.clone()).await,
        });
    }
    let mut replies = Vec::with_capacity(fates.len());
    for (at, fate) in fates.into_iter().enumerate() {
        replies.push(match before(at) {
            Some(part) => SendReply::Answered {
                status: CommandStatus::ROK,
                message_id: Some(part.reference.clone()),
            },
            None => settle(fate).await,
        });
    }
    let known = (0..messages.len()).filter(|at| before(*at).is_some()).count();
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
    judge(replies, known)
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

/// `known` of the parts were taken before this try.
fn judge(replies: Vec<SendReply>, known: usize) -> Attempt {
    let of = u8::try_from(replies.len()).unwrap_or(u8::MAX);
    let mut taken = Vec::with_capacity(replies.len());
    let mut worst: Option<(OutletError, bool)> = None;
    for (part, reply) in (1..=of).zip(replies) {
        let (error, elsewhere) = match reply {
            SendReply::Answered { status, message_id } if status.is_ok() => {
                taken.push(TakenPart {
                    part,
                    of,
                    reference: message_id.unwrap_or_default(),
                });
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
        None if taken.iter().all(|part| part.reference.is_empty()) => Attempt::Sent(Vec::new()),
        None => Attempt::Sent(taken.into_iter().map(|part| part.reference).collect()),
        Some((error, true)) if taken.len() == known => Attempt::TryElsewhere(error),
        Some((OutletError::Retry { detail, after_ms }, _)) if !taken.is_empty() => {
            Attempt::Over(OutletError::Partly {
                detail,
                after_ms,
                taken,
                smsc: None,
            })
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_texts_have_other_references_and_a_text_always_the_same() {
        for id in (0..1_000_i64).map(|n| (1_000 << 22) + n) {
            let reference = |id: i64| reference_of(MessageId::from_i64(id)).to_be_bytes()[0];
            assert_eq!(reference(id), reference(id));
            for later in (1..8).flat_map(|n| [id + n, id + (n << 22)]) {
                assert_ne!(reference(id), reference(later), "{id} {later}");
            }
        }
    }
}
