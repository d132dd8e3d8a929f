//! One try to hand an item to a carrier, and what follows when the carrier does not take it.

use super::Switchboard;
use super::media;
use super::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent, TakenPart};
use super::receipts::{Attempt, PartTaken};
use crate::domain::id::MessageId;
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
use crate::store::outbox::{self, Pending};
use crate::store::parts;

/// First and longest wait between two tries.
const FIRST_RETRY_MS: i64 = 1_000;
const LONGEST_RETRY_MS: i64 = 300_000;

/// Hands one item to its outlet.
pub(super) async fn send(
    board: &Switchboard,
    outlet: &dyn Outlet,
    item: &Pending,
) -> Result<Sent, OutletError> {
    let corrupt = || OutletError::Refused {
        detail: "the outbox holds an impossible number".into(),
    };
    let from = E164::from_i64(item.row.from_number).ok_or_else(corrupt)?;
    let to = E164::from_i64(item.row.to_phone).ok_or_else(corrupt)?;
    let message = MessageId::from_i64(item.row.message_id);
    if item.row.kind == outbox::TEXT {
        // Only a text that was tried before can have parts that were taken.
        let taken = match item.row.attempts {
            0 => Vec::new(),
            _ => taken_before(board, item).await?,
        };
        let mut text = OutboundText {
            message,
            from,
            to,
            text: item.text.clone(),
            // Always asked for: the message's own status lives on it.
            want_receipt: true,
            expires_at: Timestamp(item.row.expires_at),
            media: Vec::new(),
            taken,
        };
        if item.media {
            media::put_links(board, outlet, &item.row, &mut text).await?;
        }
        let flow = board.registry().flow(outlet.name());
        let under_way = flow.begin();
        let result = outlet.send_text(&text).await;
        drop(under_way);
        flow.tried(&result, board.now());
        return result;
    }
    let receipt = OutboundReceipt {
        message,
        from,
        to,
        status: Status::from_code(item.status).unwrap_or(Status::Failed),
        accepted_at: Timestamp(item.accepted_at),
        done_at: Timestamp(item.updated_at),
    };
    outlet.send_receipt(&receipt).await?;
    Ok(Sent {
        parts: Vec::new(),
        smsc: None,
        delivered: true,
    })
}

/// The parts of a text that its carrier took in earlier tries.
async fn taken_before(board: &Switchboard, item: &Pending) -> Result<Vec<TakenPart>, OutletError> {
    let (community, message, carrier) = (
        item.row.community_id,
        item.row.message_id,
        item.row.carrier.clone(),
    );
    let rows = board
        .read_store(move |conn| parts::of_message(conn, community, message, &carrier))
        .await
        // Without knowing, parts would be sent twice.
        .map_err(|error| OutletError::Retry {
            detail: format!("the parts that were taken before could not be read: {error}"),
            after_ms: None,
        })?;
    let small = |number: i16| u8::try_from(number).ok();
    let taken = rows.into_iter().filter_map(|row| {
        Some(TakenPart {
            part: small(row.part)?,
            of: small(row.parts)?,
            reference: row.carrier_ref,
        })
    });
    Ok(taken.collect())
}

/// What follows from a carrier's refusal: another try after 1 s, 2 s, 4 s … 5 min, spread by a fifth, or
/// the end.
pub(super) fn after_failure(item: &Pending, error: OutletError, now: Timestamp, spread: f64) -> Attempt {
    let (detail, after_ms, taken) = match error {
        OutletError::Refused { detail } => {
            return Attempt::Over {
                status: Status::Failed,
                reason: Reason::CarrierRefused,
                detail: Some(detail),
            };
        }
        OutletError::Retry { detail, after_ms } => (detail, after_ms, Vec::new()),
        OutletError::Partly {
            detail,
            after_ms,
            taken,
            smsc,
        } => {
            let noted = taken.into_iter().map(|taken| PartTaken {
                part: i16::from(taken.part),
                of: i16::from(taken.of),
                reference: taken.reference,
                smsc: smsc.clone(),
            });
            (detail, after_ms, noted.collect())
        }
    };
    let doubled = FIRST_RETRY_MS << item.row.attempts.clamp(0, 12);
    let wait = (doubled.min(LONGEST_RETRY_MS) as f64 * spread) as i64;
    let due_at = now
        .plus_ms(after_ms.map_or(wait, |least| least.max(wait.min(FIRST_RETRY_MS))))
        .0;
    if due_at >= item.row.expires_at {
        let reason = Reason::DeadlinePassed;
        return Attempt::Over {
            status: Status::Expired,
            reason,
            detail: Some(detail),
        };
    }
    Attempt::Later {
        attempts: item.row.attempts.saturating_add(1),
        due_at,
        detail,
        taken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{OutboxRow, TEXT};

    fn item(attempts: i32) -> Pending {
        Pending {
            row: OutboxRow {
                community_id: 1,
                message_id: 1,
                kind: TEXT,
                node: 0,
                lane: 1,
                carrier: "c".into(),
                number_id: 1,
                number_rate: 0.0,
                member_id: None,
                member_rate: 0,
                from_number: 0,
                to_phone: 0,
                attempts,
                due_at: 0,
                expires_at: 3_600_000,
                open_until: None,
            },
            to_member: None,
            text: String::new(),
            want_receipt: false,
            status: 0,
            accepted_at: 0,
            updated_at: 0,
            media: false,
        }
    }

    fn due(attempts: i32, after_ms: Option<i64>) -> i64 {
        let error = OutletError::Retry {
            detail: "down".into(),
            after_ms,
        };
        match after_failure(&item(attempts), error, Timestamp(0), 1.0) {
            Attempt::Later { due_at, .. } => due_at,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_waits_double_up_to_five_minutes() {
        assert_eq!(
            [0, 1, 2, 8, 20].map(|n| due(n, None)),
            [1_000, 2_000, 4_000, 256_000, 300_000]
        );
    }

    #[test]
    fn a_throttled_text_comes_back_when_the_carrier_said() {
        assert_eq!(due(6, Some(2_500)), 2_500);
    }

    #[test]
    fn a_try_after_the_deadline_is_not_made() {
        let error = OutletError::Retry {
            detail: "down".into(),
            after_ms: None,
        };
        let attempt = after_failure(&item(0), error, Timestamp(3_599_500), 1.0);
        assert!(matches!(
            attempt,
            Attempt::Over {
                status: Status::Expired,
                reason: Reason::DeadlinePassed,
                ..
            }
        ));
    }
}
