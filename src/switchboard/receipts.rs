//! Carriers' answers and receipts, back to the message's status and to the sender who asked.

use super::aside::batch_or_each;
use super::error::{Result, SwitchboardError};
use super::outlet::{InboundReceipt, Sent};
use super::told::Moved;
use super::traffic::{SentFrom, count_sent};
use super::{Context, early, notices};
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::BlocksShown;
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::outbox::{self, OutboxRow, Pending};
use crate::store::parts::{self, Match, PartRow};
use crate::store::{Conn, StoreError, devices, media};

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
        /// The parts that the carrier took all the same.
        taken: Vec<PartTaken>,
    },
    /// It will not be tried again.
    Over {
        status: Status,
        reason: Reason,
        detail: Option<String>,
    },
}

/// A part that a carrier took, as it is noted: which, of how many, its id, and which SMSC took it.
#[derive(Clone, Debug)]
pub(crate) struct PartTaken {
    pub part: i16,
    pub of: i16,
    pub reference: String,
    pub smsc: Option<String>,
}

/// A try's outcome, for the database.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    /// (community, message, kind).
    pub key: (i64, i64, i16),
    /// Sender and recipient, where they are members: for what apps are told.
    pub between: (Option<i64>, Option<i64>),
    pub carrier: String,
    pub attempt: Attempt,
    /// Of a text that the carrier took: by which number, and when.
    pub sent: Option<SentFrom>,
}

/// Writes down how tries ended; returns what is to be sent on account of it.
pub(crate) fn complete(conn: &mut Conn, ctx: &Context, batch: &[Completion]) -> Result<Vec<Vec<Pending>>> {
    batch_or_each(
        conn,
        ctx,
        batch,
        |conn| {
            let outcomes: Result<Vec<_>> = batch.iter().map(|one| complete_one(conn, ctx, one)).collect();
            let mut outcomes = outcomes?;
            count_sent(conn, batch.iter().filter_map(|one| one.sent.as_ref()))?;
            let references: Vec<&str> = batch.iter().flat_map(references).collect();
            if let Some(last) = outcomes.last_mut() {
                last.extend(early::catch_up(conn, ctx, &references)?);
            }
            Ok(outcomes)
        },
        |conn, _, completion| {
            let mut pending = complete_one(conn, ctx, completion)?;
            count_sent(conn, &completion.sent)?;
            let references: Vec<&str> = references(completion).collect();
            pending.extend(early::catch_up(conn, ctx, &references)?);
            Ok(pending)
        },
        |conn, completion, error| set_completion_aside(conn, ctx, completion, &error),
    )
}

/// What the carrier called the parts that it took.
fn references(completion: &Completion) -> impl Iterator<Item = &str> {
    let found: Vec<&str> = match &completion.attempt {
        Attempt::Sent(sent) => sent.parts.iter().map(String::as_str).collect(),
        Attempt::Later { taken, .. } => taken.iter().map(|part| part.reference.as_str()).collect(),
        Attempt::Over { .. } => Vec::new(),
    };
    found.into_iter().filter(|reference| !reference.is_empty())
}

/// Ends a row whose outcome cannot be stored whole: the message has its status, with the reason as its
/// detail, and nothing follows from it. Otherwise a text that its carrier has would be sent again and again.
fn set_completion_aside(
    conn: &mut Conn,
    ctx: &Context,
    completion: &Completion,
    error: &SwitchboardError,
) -> Result<Vec<Pending>> {
    let (community_id, message_id, kind) = completion.key;
    let (community, message) = (
        CommunityId::from_i64(community_id),
        MessageId::from_i64(message_id),
    );
    tracing::error!(%error, %community, %message, "an answer of a carrier was set aside");
    let (status, reason) = match &completion.attempt {
        Attempt::Later { attempts, due_at, .. } => {
            outbox::postpone(conn, completion.key, *attempts, *due_at)?;
            (Status::Queued, None)
        }
        Attempt::Sent(sent) => (sent_status(sent), None),
        Attempt::Over { status, reason, .. } => (*status, Some(*reason)),
    };
    if !matches!(completion.attempt, Attempt::Later { .. }) {
        outbox::delete(conn, community_id, message_id, kind)?;
    }
    if kind == outbox::TEXT {
        let detail = aside_detail(error);
        messages::set_status(conn, community, message, status, (reason, Some(&detail)), ctx.now)?;
        count_sent(conn, &completion.sent)?;
    }
    Ok(Vec::new())
}

fn aside_detail(error: &SwitchboardError) -> String {
    format!("set aside: {error}")
}

fn sent_status(sent: &Sent) -> Status {
    match sent.delivered {
        true => Status::Delivered,
        false => Status::Sent,
    }
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
        taken,
    } = &completion.attempt
    {
        for part in taken {
            record(conn, completion, part)?;
        }
        outbox::postpone(conn, completion.key, *attempts, *due_at)?;
        if kind == outbox::TEXT {
            let moved = messages::set_status(
                conn,
                community,
                message,
                Status::Queued,
                (None, Some(detail)),
                ctx.now,
            )?;
            // Each further try is no news.
            if moved && *attempts == 1 {
                tell(
                    ctx,
                    (community, message),
                    completion.between,
                    Status::Queued,
                    (None, Some(detail)),
                )?;
            }
        }
        return Ok(Vec::new());
    }
    // One that was given up in memory may have waited for a frozen phone since.
    let was_parked = matches!(completion.attempt, Attempt::Over { .. })
        && outbox::is_parked(conn, (community_id, message_id, kind))?;
    outbox::delete(conn, community_id, message_id, kind)?;
    if kind == outbox::RECEIPT {
        return Ok(Vec::new());
    }
    match &completion.attempt {
        Attempt::Later { .. } => Ok(Vec::new()),
        Attempt::Sent(sent) => {
            // Parts without a name cannot be reported on.
            let named = sent
                .parts
                .iter()
                .filter(|reference| !reference.is_empty())
                .count();
            let of = i16::try_from(named).unwrap_or(i16::MAX);
            for (part, reference) in (1..=i16::MAX).zip(&sent.parts) {
                let part = PartTaken {
                    part,
                    of,
                    reference: reference.clone(),
                    smsc: sent.smsc.clone(),
                };
                record(conn, completion, &part)?;
            }
            let status = sent_status(sent);
            let mut pending = match status {
                Status::Delivered => advance(conn, ctx, (community, message), status, None, None)?,
                _ => {
                    if messages::set_status(conn, community, message, status, (None, None), ctx.now)? {
                        tell(
                            ctx,
                            (community, message),
                            completion.between,
                            status,
                            (None, None),
                        )?;
                    }
                    Vec::new()
                }
            };
            // Parts of earlier tries may have been reported on before the last one was taken.
            if of > 1 && all_delivered(conn, (community_id, message_id), of)? {
                let delivered = advance(conn, ctx, (community, message), Status::Delivered, None, None)?;
                pending.extend(delivered);
            }
            Ok(pending)
        }
        Attempt::Over {
            status,
            reason,
            detail,
        } => {
            // It never left, not whole.
            media::drop_of_message(conn, community, message, ctx.now)?;
            let (ids, detail) = ((community, message), detail.as_deref());
            let reason = match was_parked {
                true => Reason::RecipientFrozen,
                false => *reason,
            };
            advance(conn, ctx, ids, *status, Some(reason), detail)
        }
    }
}

/// What became of a receipt.
#[derive(Clone, Debug)]
pub(crate) enum Reported {
    /// It is about a text of ours.
    Known(Vec<Pending>),
    /// Nobody knows for sure whose it is: the answer to the sending may still be on its way to the database.
    Kept,
    /// Nobody knows its reference, and it is not worth keeping.
    Dropped,
}

/// Applies receipts, and keeps those that may be early.
pub(crate) fn report(conn: &mut Conn, ctx: &Context, batch: &[InboundReceipt]) -> Result<Vec<Reported>> {
    batch_or_each(
        conn,
        ctx,
        batch,
        |conn| batch.iter().map(|one| report_one(conn, ctx, one)).collect(),
        |conn, _, receipt| report_one(conn, ctx, receipt),
        |conn, receipt, error| set_report_aside(conn, ctx, receipt, &error),
    )
}

/// Takes of a receipt that cannot be applied whole what can be: the status, with the reason as its detail.
/// The carrier is told that we have it, lest it repeat it for ever.
fn set_report_aside(
    conn: &mut Conn,
    ctx: &Context,
    receipt: &InboundReceipt,
    error: &SwitchboardError,
) -> Result<Reported> {
    tracing::error!(%error, carrier = %receipt.carrier, "a receipt was set aside");
    let applied = conn.savepoint(|conn| {
        let Some(part) = parts::by_reference(
            conn,
            &receipt.carrier,
            receipt.smsc.as_deref(),
            &receipt.carrier_ref,
            Match::Likely,
        )?
        else {
            return Ok(());
        };
        let (community, message) = (
            CommunityId::from_i64(part.community_id),
            MessageId::from_i64(part.message_id),
        );
        if !receipt.status.is_final() {
            return Ok(());
        }
        parts::set_status(conn, &part, receipt.status)?;
        let (status, reason) = meaning(receipt.status);
        if status != Status::Delivered || part.parts == 1 {
            let detail = aside_detail(error);
            messages::set_status(conn, community, message, status, (reason, Some(&detail)), ctx.now)?;
        }
        Ok(())
    });
    match applied {
        // Its very name cannot be looked up: it is nobody's.
        Err(StoreError::Query(_)) => {}
        other => other?,
    }
    Ok(Reported::Known(Vec::new()))
}

fn report_one(conn: &mut Conn, ctx: &Context, receipt: &InboundReceipt) -> Result<Reported> {
    match apply(conn, ctx, receipt, Match::Sure)? {
        Some(pending) => Ok(Reported::Known(pending)),
        None => early::keep(conn, ctx, receipt),
    }
}

/// Applies a receipt; `None` where nobody knows its reference.
pub(super) fn apply(
    conn: &mut Conn,
    ctx: &Context,
    receipt: &InboundReceipt,
    how: Match,
) -> Result<Option<Vec<Pending>>> {
    let smsc = receipt.smsc.as_deref();
    // One that changes nothing is not worth waiting for.
    let how = match receipt.status.is_final() {
        true => how,
        false => Match::Likely,
    };
    let Some(part) = parts::by_reference(conn, &receipt.carrier, smsc, &receipt.carrier_ref, how)? else {
        return Ok(None);
    };
    if !receipt.status.is_final() {
        return Ok(Some(Vec::new()));
    }
    parts::set_status(conn, &part, receipt.status)?;
    let ids = (
        CommunityId::from_i64(part.community_id),
        MessageId::from_i64(part.message_id),
    );
    let (status, reason) = meaning(receipt.status);
    if status == Status::Delivered {
        // A text has arrived when all of its parts have.
        if !all_delivered(conn, (part.community_id, part.message_id), part.parts)? {
            return Ok(Some(Vec::new()));
        }
        return Ok(Some(advance(conn, ctx, ids, status, None, None)?));
    }
    let pending = advance(conn, ctx, ids, status, reason, receipt.detail.as_deref())?;
    Ok(Some(pending))
}

/// Whether all parts of the text are there and delivered; parts that still wait are not there.
fn all_delivered(conn: &mut Conn, (community_id, message_id): (i64, i64), of: i16) -> Result<bool> {
    let all = parts::statuses(conn, community_id, message_id)?;
    Ok(all.len() >= usize::try_from(of).unwrap_or(0) && all.iter().all(|s| *s == Status::Delivered))
}

fn record(conn: &mut Conn, completion: &Completion, taken: &PartTaken) -> Result<()> {
    let (community_id, message_id, _) = completion.key;
    let part = PartRow {
        community_id,
        message_id,
        part: taken.part,
        parts: taken.of,
        carrier: completion.carrier.clone(),
        carrier_ref: taken.reference.clone(),
        status: Status::Sent.code(),
        smsc: taken.smsc.clone(),
    };
    Ok(parts::record(conn, &part)?)
}

/// What a carrier's final report makes of the message.
fn meaning(reported: Status) -> (Status, Option<Reason>) {
    match reported {
        Status::Delivered => (Status::Delivered, None),
        Status::Expired => (Status::Expired, Some(Reason::DeadlinePassed)),
        _ => (Status::Undelivered, Some(Reason::CarrierUndelivered)),
    }
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
    // What was kept from its recipient is for nobody to fetch.
    if message.media > 0 && matches!(status, Status::Blocked | Status::Failed) {
        media::drop_of_message(conn, community, id, ctx.now)?;
    }
    let ends = (message.from_member, message.to_member);
    let told = told_as(ctx, id, ends, status, (reason, detail));
    ctx.events.message_status(community, &told, message.shown)?;
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

/// Tells apps of a message's new status.
pub(super) fn tell(
    ctx: &Context,
    (community, id): (CommunityId, MessageId),
    (from, to): (Option<i64>, Option<i64>),
    status: Status,
    why: (Option<Reason>, Option<&str>),
) -> Result<()> {
    ctx.events
        .message_status(community, &told_as(ctx, id, (from, to), status, why), None)
}

fn told_as<'a>(
    ctx: &Context,
    id: MessageId,
    (from, to): (Option<i64>, Option<i64>),
    status: Status,
    (reason, detail): (Option<Reason>, Option<&'a str>),
) -> Moved<'a> {
    Moved {
        id,
        from: from.map(MemberId::from_i64),
        to: to.map(MemberId::from_i64),
        status,
        // Who has blocked whom is not for apps, which may tell the one who is blocked.
        reason: reason.map(|reason| reason.told(BlocksShown::Unreachable)),
        detail,
        updated_at: ctx.now,
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
    let community = CommunityId::from_i64(message.community_id);
    let sender = E164::from_i64(phone).ok_or(StoreError::Corrupt("messages.from_phone"))?;
    let device = devices::hold_by_phone(conn, community, sender)?;
    if device.as_ref().is_some_and(devices::DeviceRow::is_frozen) {
        return Ok(None);
    }
    let owner = device.map(|device| device.member_id);
    if message.from_member.is_some() && owner != message.from_member {
        // The phone has left its member since: whoever has it now did not ask.
        return Ok(None);
    }
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
            open_until: None,
        },
        to_member: message.to_member,
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
