//! Texts that the broker itself sends: refusals, keyword answers, requests for acceptance. They leave
//! from the pool number that was texted, through the same outbox as everything else.

use super::error::Result;
use super::{Context, communities, hours, receipts};
use crate::domain::E164;
use crate::domain::id::{AssignmentId, CommunityId, MemberId, MessageId, MessageKind, NumberId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::Policy;
use crate::store::devices::{self, DeviceRow};
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::numbers::{self, NumberRow};
use crate::store::outbox::{self, OutboxRow, Pending};
use crate::store::{Conn, StoreError, deferred, hubs};

/// To whom a notice goes, and from which number.
pub(crate) struct Notice<'a> {
    pub community: CommunityId,
    pub number: &'a NumberRow,
    pub phone: E164,
    pub member: Option<MemberId>,
    pub text: &'a str,
    pub deadline_s: i64,
    /// The phone is frozen: it waits.
    pub frozen: bool,
}

/// Writes a notice and its outbox row.
pub(crate) fn write(conn: &mut Conn, ctx: &Context, notice: &Notice<'_>) -> Result<Pending> {
    let lane = lane_of_notices(notice.phone, notice.number.physical());
    write_on(conn, ctx, notice, lane)
}

/// Writes a notice about a pair, on the lane of what overtakes the texts of `row`: what ends the pair's texts ends it,
/// and while it waits for texting hours no text waits behind it.
pub(crate) fn write_of_pair(
    conn: &mut Conn,
    ctx: &Context,
    notice: &Notice<'_>,
    row: AssignmentId,
) -> Result<Pending> {
    write_on(conn, ctx, notice, -row.as_i64())
}

fn write_on(conn: &mut Conn, ctx: &Context, notice: &Notice<'_>, lane: i64) -> Result<Pending> {
    let id = ctx.id::<MessageKind>();
    let expires_at = ctx.now.plus_s(notice.deadline_s);
    let carrier = ctx.registry.carrier_for(notice.phone, &notice.number.carrier);
    let row = MessageRow {
        community_id: notice.community.as_i64(),
        id: id.as_i64(),
        origin: MessageOrigin::Notice.code(),
        from_member: None,
        to_member: notice.member.map(MemberId::as_i64),
        from_phone: None,
        dialled: None,
        shown: Some(notice.number.e164),
        text: match notice.number.line_tag() {
            Some(tag) => format!("#{tag}: {}", notice.text),
            None => notice.text.to_owned(),
        },
        status: Status::Accepted.code(),
        reason: None,
        detail: None,
        want_receipt: false,
        carrier_in: None,
        carrier_ref: None,
        carrier_out: Some(carrier.clone()),
        accepted_at: ctx.now.0,
        updated_at: ctx.now.0,
        expires_at: expires_at.0,
        media: 0,
        held_until: None,
        urgent: false,
        body_gone: messages::BODY_THERE,
        label: None,
        tag: None,
    };
    messages::insert(conn, &row)?;
    let mut pending = pending(ctx, row, notice.number, notice.phone, (lane, carrier));
    if notice.frozen {
        pending.row.node = outbox::PARKED;
    }
    outbox::insert(conn, &pending.row)?;
    Ok(pending)
}

/// A notice as it stands in the outbox.
fn pending(
    ctx: &Context,
    row: MessageRow,
    number: &NumberRow,
    phone: E164,
    (lane, carrier): (i64, String),
) -> Pending {
    Pending {
        row: OutboxRow {
            community_id: row.community_id,
            message_id: row.id,
            kind: outbox::TEXT,
            node: ctx.ids.node() as i16,
            lane,
            carrier,
            number_id: number.physical(),
            number_rate: number.rate_per_s,
            member_id: None,
            member_rate: 0,
            from_number: number.e164,
            to_phone: phone.as_i64(),
            attempts: 0,
            due_at: ctx.now.0,
            expires_at: row.expires_at,
            open_until: None,
        },
        to_member: row.to_member,
        text: row.text,
        want_receipt: false,
        status: row.status,
        accepted_at: row.accepted_at,
        updated_at: row.updated_at,
        media: false,
    }
}

/// A notice that has waited, as it is to leave now, with whom it is for; or why it is not to leave any more.
pub(crate) fn again(
    conn: &mut Conn,
    ctx: &Context,
    row: &MessageRow,
    lane: i64,
) -> Result<std::result::Result<(Pending, MemberId, DeviceRow), Reason>> {
    let community = CommunityId::from_i64(row.community_id);
    let (Some(member), Some(shown)) = (
        row.to_member.map(MemberId::from_i64),
        row.shown.and_then(E164::from_i64),
    ) else {
        return Ok(Err(Reason::NoDevice));
    };
    let number = numbers::find(conn, shown)?.filter(|number| number.community_id == row.community_id);
    let Some(number) = number else {
        return Ok(Err(Reason::UnassignedNumber));
    };
    let Some(device) = devices::primary(conn, community, member)? else {
        return Ok(Err(Reason::NoDevice));
    };
    let phone = device.e164()?;
    let stopped = crate::store::opt_outs::of_phone(conn, community, phone)?;
    if stopped
        .iter()
        .any(|o| o.number_id == 0 || o.number_id == number.id)
    {
        return Ok(Err(Reason::RecipientOptedOut));
    }
    let stands =
        crate::store::assignments::by_number(conn, community, member, NumberId::from_i64(number.id))?;
    // Of a hub nobody knows any more about whom it was; the phone knows it in any case.
    if stands.is_none() && !number.desk && !number.hub {
        return Ok(Err(Reason::PairReleased));
    }
    let carrier = ctx.registry.carrier_for(phone, &number.carrier);
    let mut pending = pending(ctx, row.clone(), &number, phone, (lane, carrier));
    if device.is_frozen() {
        pending.row.node = outbox::PARKED;
    }
    Ok(Ok((pending, member, device)))
}

/// Notices to one phone from one number keep their order among themselves. Ids of assignments are
/// positive, so a negative lane is never theirs.
fn lane_of_notices(phone: E164, number_id: i64) -> i64 {
    -((phone.as_i64() ^ number_id) & i64::MAX).max(1)
}

/// A notice to a member's first device from one of their numbers.
pub(crate) fn to_member(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
    text: String,
) -> Result<Option<Pending>> {
    let Some(device) = devices::primary(conn, community, member)? else {
        return Ok(None);
    };
    let number =
        numbers::get(conn, community, number)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    let notice = Notice {
        community,
        number: &number,
        phone: device.e164()?,
        member: Some(member),
        text: &text,
        deadline_s: policy.deadline_s,
        frozen: device.is_frozen(),
    };
    let pending = write(conn, ctx, &notice)?;
    hours::place_notice(conn, ctx, policy, (member, &device), pending)
}

/// What can be handed out now.
pub(crate) fn sendable(pending: Pending) -> Option<Pending> {
    (pending.row.node != outbox::PARKED).then_some(pending)
}

/// Tells a member's phone that the text which it sent did not arrive. Nothing is sent for a notice, for
/// an app's message, or to a phone that stopped the number.
pub(crate) fn of_failure(
    conn: &mut Conn,
    ctx: &Context,
    message: &MessageRow,
    reason: Reason,
) -> Result<Option<Pending>> {
    if message.origin != MessageOrigin::Phone.code() {
        return Ok(None);
    }
    let (Some(phone), Some(dialled)) = (
        message.from_phone.and_then(E164::from_i64),
        message.dialled.and_then(E164::from_i64),
    ) else {
        return Ok(None);
    };
    let Some(number) = numbers::find(conn, dialled)? else {
        return Ok(None);
    };
    let community = CommunityId::from_i64(message.community_id);
    // Said with the tag by which it was sent.
    let line = match message.tag.and_then(|tag| u16::try_from(tag).ok()) {
        Some(tag) if number.hub => hubs::line(conn, community, NumberId::from_i64(number.id), tag)?,
        _ => None,
    };
    let number = match line {
        Some(line) => line,
        None => stands_now(conn, community, message, number)?,
    };
    let Some((phone, frozen)) = still_theirs(conn, community, message.from_member, phone)? else {
        return Ok(None);
    };
    let stopped = crate::store::opt_outs::of_phone(conn, community, phone)?;
    if number.community_id != message.community_id
        || stopped
            .iter()
            .any(|o| [0, number.id, number.physical()].contains(&o.number_id))
    {
        return Ok(None);
    }
    let policy = communities::require(conn, community)?.policy;
    let Some(reason) = reason.towards(policy.blocks_shown) else {
        return Ok(None);
    };
    let text = format!("Your text was not delivered: {}.", reason.sentence());
    let notice = Notice {
        community,
        number: &number,
        phone,
        member: message.from_member.map(MemberId::from_i64),
        text: &text,
        deadline_s: policy.deadline_s,
        frozen,
    };
    write(conn, ctx, &notice).map(sendable)
}

/// The number that stands for the recipient on the sender's phones now, where another was dialled that leads there: what
/// the sender is told comes from the one that stays.
fn stands_now(
    conn: &mut Conn,
    community: CommunityId,
    message: &MessageRow,
    dialled: NumberRow,
) -> Result<NumberRow> {
    let (Some(from), Some(to)) = (message.from_member, message.to_member) else {
        return Ok(dialled);
    };
    let pair = (MemberId::from_i64(from), MemberId::from_i64(to));
    let row = crate::store::assignments::by_contact(conn, community, pair.0, pair.1)?;
    match row.filter(|row| row.number.as_i64() != dialled.id) {
        Some(row) => Ok(numbers::get(conn, community, row.number)?.unwrap_or(dialled)),
        None => Ok(dialled),
    }
}

/// The phone to tell somebody something who wrote from `phone`, and whether it is frozen: that one, or their first if
/// it has left them since, for it may be another person's now, or is frozen.
fn still_theirs(
    conn: &mut Conn,
    community: CommunityId,
    member: Option<i64>,
    phone: E164,
) -> Result<Option<(E164, bool)>> {
    let device = devices::hold_by_phone(conn, community, phone)?;
    let usable = |member: MemberId| {
        let of = device.as_ref().filter(|device| !device.is_frozen());
        of.is_some_and(|device| device.member_id == member.as_i64())
    };
    match member.map(MemberId::from_i64) {
        Some(member) if !usable(member) => match devices::primary(conn, community, member)? {
            Some(device) => Ok(Some((device.e164()?, device.is_frozen()))),
            None => Ok(None),
        },
        _ => Ok(Some((phone, device.is_some_and(|device| device.is_frozen())))),
    }
}

/// Sends what waits for a phone that its member has no more, or that is frozen, to the member's first phone, or ends
/// it where there is none; where that one is frozen it waits. Called after the device is gone or frozen, so that
/// nothing is added for it any more. Receipts end: they belong to whatever sent the text.
pub(crate) fn leave_phone(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    gone: E164,
) -> Result<()> {
    let waiting = outbox::to_phone(conn, community, gone)?;
    move_on(conn, ctx, community, member, waiting)
}

/// Sends what waits for a phone that was frozen to its member's first phone, which may be the same one.
pub(crate) fn unpark(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    phone: E164,
) -> Result<()> {
    let mut waiting = outbox::to_phone(conn, community, phone)?;
    waiting.retain(|row| row.node == outbox::PARKED);
    move_on(conn, ctx, community, member, waiting)
}

fn move_on(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    waiting: Vec<OutboxRow>,
) -> Result<()> {
    let instead = devices::primary(conn, community, member)?;
    for row in waiting {
        let key = (row.community_id, row.message_id, row.kind);
        match &instead {
            Some(device) if row.kind == outbox::TEXT => {
                let phone = device.e164()?;
                let number = numbers::get(conn, community, NumberId::from_i64(row.number_id))?;
                let own = number.map_or(row.carrier, |number| number.carrier);
                outbox::redirect(conn, key, phone, &ctx.registry.carrier_for(phone, &own))?;
                // Another phone, another clock.
                outbox::ask_hours_again(conn, key, ctx.now.0)?;
                let node = match device.is_frozen() {
                    true => outbox::PARKED,
                    false => ctx.ids.node() as i16,
                };
                if row.node == outbox::PARKED || node == outbox::PARKED {
                    outbox::give_to(conn, key, node)?;
                }
            }
            _ => {
                outbox::delete(conn, key.0, key.1, key.2)?;
                if row.kind == outbox::TEXT {
                    let ids = (community, MessageId::from_i64(row.message_id));
                    receipts::advance(conn, ctx, ids, Status::Failed, Some(Reason::NoDevice), None)?;
                }
            }
        }
    }
    Ok(())
}

/// Has what waits to leave from a number leave by its new carrier, but for phones that another one reaches.
pub(crate) fn change_carrier(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    number: NumberId,
    carrier: &str,
) -> Result<()> {
    for row in outbox::from_number(conn, community, number)? {
        let phone = E164::from_i64(row.to_phone).ok_or(StoreError::Corrupt("outbox.to_phone"))?;
        let by = ctx.registry.carrier_for(phone, carrier);
        if by != row.carrier {
            let key = (row.community_id, row.message_id, row.kind);
            outbox::redirect(conn, key, phone, &by)?;
        }
    }
    Ok(())
}

/// Ends everything that still waits to be sent on a lane, with the reason. The sender learns it as of any
/// other failure: what is returned is to be sent on account of it (and is in the outbox already).
pub(crate) fn cancel_lane(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    lane: AssignmentId,
    reason: Reason,
) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    let mut waiting = outbox::take_lane(conn, community, lane.as_i64())?;
    // Urgent texts that overtook the others, notices about the pair, and what waits for texting hours.
    waiting.extend(outbox::take_lane(conn, community, -lane.as_i64())?);
    waiting.extend(deferred::take_lane(conn, community, lane.as_i64())?);
    waiting.extend(deferred::take_lane(conn, community, -lane.as_i64())?);
    for message in waiting {
        let ids = (community, MessageId::from_i64(message));
        pending.extend(receipts::advance(
            conn,
            ctx,
            ids,
            Status::Blocked,
            Some(reason),
            None,
        )?);
    }
    Ok(pending)
}
