//! Carriers' answers and receipts, back to the message's status and to the sender who asked.

use super::error::Result;
use super::outlet::{InboundReceipt, Sent};
use super::{Context, notices};
use crate::domain::id::{CommunityId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::outbox::{self, OutboxRow, Pending};
use crate::store::parts::{self, PartRow};
use crate::store::{Conn, StoreError};

/// How one try to send ended.
#[derive(Clone, Debug)]
pub(crate) enum Attempt {
    /// The carrier has it.
    Sent(Sent),
    /// It will be tried again; not before the given time (Unix milliseconds).
    Later {
        attempts: i32,
        due_at: i64,
        detail: String,
    },
    /// It will not be tried again.
    Over {
        status: Status,
        reason: Reason,
        detail: Option<String>,
    },
}

/// A try's outcome, for the database.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    /// (community, message, kind).
    pub key: (i64, i64, i16),
    pub carrier: String,
    pub attempt: Attempt,
}

/// Writes down how tries ended; returns what is to be sent on account of it.
pub(crate) fn complete(conn: &mut Conn, ctx: &Context, batch: &[Completion]) -> Result<Vec<Vec<Pending>>> {
    batch
        .iter()
        .map(|completion| complete_one(conn, ctx, completion))
        .collect()
}

fn complete_one(conn: &mut Conn, ctx: &Context, completion: &Completion) -> Result<Vec<Pending>> {
    let (community_id, message_id, kind) = completion.key;
    let (community, message) = (
        CommunityId::from_i64(community_id),
        MessageId::from_i64(message_id),
    );
    if let Attempt::Later {
        attempts,
        due_at,
        detail,
    } = &completion.attempt
    {
        outbox::postpone(conn, completion.key, *attempts, *due_at)?;
        if kind == outbox::TEXT {
            messages::set_status(
                conn,
                community,
                message,
                Status::Queued,
                (None, Some(detail)),
                ctx.now,
            )?;
        }
        return Ok(Vec::new());
    }
    outbox::delete(conn, community_id, message_id, kind)?;
    if kind == outbox::RECEIPT {
        return Ok(Vec::new());
    }
    match &completion.attempt {
        Attempt::Later { .. } => Ok(Vec::new()),
        Attempt::Sent(sent) => {
            let count = i16::try_from(sent.parts.len()).unwrap_or(i16::MAX);
            for (at, reference) in (1..=count).zip(&sent.parts) {
                let part = PartRow {
                    community_id,
                    message_id,
                    part: at,
                    parts: count,
                    carrier: completion.carrier.clone(),
                    carrier_ref: reference.clone(),
                    status: Status::Sent.code(),
                };
                parts::record(conn, &part)?;
            }
            let status = if sent.delivered {
                Status::Delivered
            } else {
                Status::Sent
            };
            advance(conn, ctx, (community, message), status, None, None)
        }
        Attempt::Over {
            status,
            reason,
            detail,
        } => advance(
            conn,
            ctx,
            (community, message),
            *status,
            Some(*reason),
            detail.as_deref(),
        ),
    }
}

/// What a receipt was about, or that nobody knows its reference (yet: the answer to the sending may still
/// be on its way to the database).
#[derive(Clone, Debug)]
pub(crate) enum Reported {
    Known(Vec<Pending>),
    Unknown,
}

/// Applies receipts.
pub(crate) fn report(conn: &mut Conn, ctx: &Context, batch: &[InboundReceipt]) -> Result<Vec<Reported>> {
    batch
        .iter()
        .map(|receipt| report_one(conn, ctx, receipt))
        .collect()
}

fn report_one(conn: &mut Conn, ctx: &Context, receipt: &InboundReceipt) -> Result<Reported> {
    let Some(part) = parts::by_reference(conn, &receipt.carrier, &receipt.carrier_ref)? else {
        return Ok(Reported::Unknown);
    };
    if !receipt.status.is_final() {
        return Ok(Reported::Known(Vec::new()));
    }
    parts::set_status(conn, &part, receipt.status)?;
    let ids = (
        CommunityId::from_i64(part.community_id),
        MessageId::from_i64(part.message_id),
    );
    let pending = match receipt.status {
        Status::Delivered => {
            // A text has arrived when all of its parts have.
            let all = parts::statuses(conn, part.community_id, part.message_id)?;
            match all.iter().all(|s| *s == Status::Delivered) {
                true => advance(conn, ctx, ids, Status::Delivered, None, None)?,
                false => Vec::new(),
            }
        }
        Status::Expired => {
            let reason = Some(Reason::DeadlinePassed);
            advance(conn, ctx, ids, Status::Expired, reason, receipt.detail.as_deref())?
        }
        _ => {
            let reason = Some(Reason::CarrierUndelivered);
            advance(
                conn,
                ctx,
                ids,
                Status::Undelivered,
                reason,
                receipt.detail.as_deref(),
            )?
        }
    };
    Ok(Reported::Known(pending))
}

/// Moves a message on, and tells its sender when that was the end of it: by a receipt if he asked for
/// one, by a notice if it ended badly and he did not.
pub(crate) fn advance(
    conn: &mut Conn,
    ctx: &Context,
    (community, id): (CommunityId, MessageId),
    status: Status,
    reason: Option<Reason>,
    detail: Option<&str>,
) -> Result<Vec<Pending>> {
    let moved = messages::set_status(conn, community, id, status, (reason, detail), ctx.now)?;
    if !moved || !status.is_final() {
        return Ok(Vec::new());
    }
    let message = messages::get(conn, community, id)?.ok_or(StoreError::Corrupt("outbox.message_id"))?;
    if message.want_receipt {
        return Ok(receipt_for(conn, ctx, &message)?.into_iter().collect());
    }
    match reason {
        Some(reason) => Ok(notices::of_failure(conn, ctx, &message, reason)?
            .into_iter()
            .collect()),
        None => Ok(Vec::new()),
    }
}

/// Queues the receipt for a sender who asked; it goes back the way the text came.
fn receipt_for(conn: &mut Conn, ctx: &Context, message: &MessageRow) -> Result<Option<Pending>> {
    if message.origin != MessageOrigin::Phone.code() {
        return Ok(None);
    }
    let (Some(phone), Some(dialled), Some(carrier)) =
        (message.from_phone, message.dialled, &message.carrier_in)
    else {
        return Ok(None);
    };
    let pending = Pending {
        row: OutboxRow {
            community_id: message.community_id,
            message_id: message.id,
            kind: outbox::RECEIPT,
            node: ctx.ids.node() as i16,
            lane: message.id,
            carrier: carrier.clone(),
            number_id: 0,
            number_rate: 0.0,
            member_id: None,
            member_rate: 0,
            from_number: dialled,
            to_phone: phone,
            attempts: 0,
            due_at: ctx.now.0,
            expires_at: ctx.now.plus_s(24 * 3600).0,
        },
        text: String::new(),
        want_receipt: false,
        status: message.status,
        accepted_at: message.accepted_at,
        updated_at: message.updated_at,
        media: false,
    };
    outbox::insert(conn, &pending.row)?;
    Ok(Some(pending))
}
