//! Texting hours: whether a text may go to a phone now, by the clock where its owner is; and what waits until it may.
//!
//! What waits is no part of the outbox, so that it costs the dispatcher nothing: it lies in a table of its own, and
//! the keeper puts it into the outbox when its time has come (`keeper.rs`). Texts of a lane stay in the order of
//! their acceptance: while one waits, later ones go behind it.

use chrono_tz::Tz;

use super::communities::{self, Apps, Setup};
use super::error::Result;
use super::messages::view;
use super::receipts::advance;
use super::route::{self, Facts, PairFacts, Ruling};
use super::{Context, deliver, notices};
use crate::domain::hours::Open;
use crate::domain::id::{CommunityId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::domain::policy::Policy;
use crate::domain::{Timestamp, zone};
use crate::store::deferred::{self, DeferredRow};
use crate::store::devices::DeviceRow;
use crate::store::messages::{self, MessageOrigin, MessageRow};
use crate::store::outbox::{self, Pending};
use crate::store::{Conn, StoreError, assignments, communities as community_rows, members};

/// How often a text is looked at whose recipient's phone is frozen.
const FROZEN_LOOK_MS: i64 = 60_000;

/// Where a member's clock stands: as they say, else as their phone tells, else as the community has it.
fn zone_of(
    conn: &mut Conn,
    community: CommunityId,
    policy: &Policy,
    (member, device): (MemberId, &DeviceRow),
) -> Result<Tz> {
    let own = members::get(conn, community, member)?.and_then(|row| row.time_zone);
    let zone = match own.and_then(|name| zone::parse(&name).ok()) {
        Some(zone) => Some(zone),
        None => zone::of_phone(device.e164()?, device.region.as_deref()),
    };
    Ok(zone
        .or_else(|| zone::parse(&policy.time_zone).ok())
        .unwrap_or(Tz::UTC))
}

/// Whether a member's phone may be texted now.
fn look(
    conn: &mut Conn,
    now: Timestamp,
    (community, policy): (CommunityId, &Policy),
    whom: (MemberId, &DeviceRow),
) -> Result<Open> {
    match policy.hours() {
        Some(hours) => Ok(hours.look(zone_of(conn, community, policy, whom)?, now)),
        None => Ok(Open::Until(None)),
    }
}

/// Whether the recipient has used the pair just now, so that an answer disturbs nobody.
fn is_live(now: Timestamp, policy: &Policy, pair: &PairFacts) -> bool {
    pair.mirror.is_used()
        && now.since(pair.mirror.last_activity_at) < policy.replies_any_hour_s.saturating_mul(1000)
}

/// Puts a text for a phone into the outbox, or lets it wait for texting hours, or behind those of its lane that wait.
/// Returns what is in the outbox.
pub(crate) fn place(
    conn: &mut Conn,
    ctx: &Context,
    (policy, apps): (&Policy, Apps),
    row: &mut MessageRow,
    (pair, device): (&PairFacts, &DeviceRow),
    mut pending: Pending,
) -> Result<Vec<Pending>> {
    if !apps.deferred {
        outbox::insert(conn, &pending.row)?;
        return Ok(vec![pending]);
    }
    let community = CommunityId::from_i64(row.community_id);
    let lane = pending.row.lane;
    let (open_until, wait) = match look(conn, ctx.now, (community, policy), (pair.row.contact, device))? {
        Open::Until(until) => (until, None),
        Open::From(_) if row.urgent => {
            // It overtakes what waits, which its sender asked for: a lane of its own, ended with the pair's.
            pending.row.lane = -lane;
            (None, None)
        }
        Open::From(_) if is_live(ctx.now, policy, pair) => {
            // What waits before it may go too.
            deferred::look_again_at_lane(conn, community, lane, ctx.now.0)?;
            (None, None)
        }
        Open::From(from) => (None, Some(from)),
    };
    let before = match pending.row.lane == lane {
        true => deferred::last_of_lane(conn, community, lane, row.id)?,
        false => None,
    };
    let until = before.map(|due| due.max(ctx.now.0)).max(wait.map(|t| t.0));
    if let Some(until) = until {
        defer(
            conn,
            ctx,
            policy,
            row,
            (lane, pending.row.attempts),
            Timestamp(until),
        )?;
        return Ok(Vec::new());
    }
    pending.row.open_until = open_until.map(|t| t.0);
    outbox::insert(conn, &pending.row)?;
    Ok(vec![pending])
}

/// Lets a text wait.
fn defer(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    row: &mut MessageRow,
    (lane, attempts): (i64, i32),
    until: Timestamp,
) -> Result<()> {
    let community = CommunityId::from_i64(row.community_id);
    let from = row.held_until.unwrap_or(row.accepted_at).max(row.accepted_at);
    let deadline_ms = policy.deadline_s.saturating_mul(1000);
    // The community's deadline counts from when the text may go; one that its sender has set stays.
    if until > ctx.now && row.expires_at.saturating_sub(from) == deadline_ms {
        row.expires_at = until.0.saturating_add(deadline_ms);
    }
    let waiting = DeferredRow {
        community_id: row.community_id,
        message_id: row.id,
        lane,
        due_at: until.0.min(row.expires_at),
        attempts,
    };
    deferred::put(conn, &waiting)?;
    community_rows::set_has_deferred(conn, community, true)?;
    // One that only waits for others to go before it is not worth a word.
    if until > ctx.now && (row.held_until != Some(until.0) || row.status != Status::Held.code()) {
        let id = row.message_id();
        messages::set_held(conn, community, id, Some(until), row.expires_at)?;
        messages::set_status(conn, community, id, Status::Held, (None, None), ctx.now)?;
        row.held_until = Some(until.0);
        row.status = Status::Held.code();
        row.updated_at = ctx.now.0;
        ctx.events.message_held(community, &view(row.clone())?)?;
    }
    Ok(())
}

/// Lets a notice wait that nobody has asked for; returns it where it may go now.
pub(crate) fn place_notice(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    (member, device): (MemberId, &DeviceRow),
    pending: Pending,
) -> Result<Option<Pending>> {
    if pending.row.node == outbox::PARKED {
        // It waits for the phone's return, and is looked at again then: that may be at night.
        if policy.texting_hours {
            let key = (pending.row.community_id, pending.row.message_id, pending.row.kind);
            outbox::set_open_until(conn, key, ctx.now.0)?;
        }
        return Ok(None);
    }
    let community = CommunityId::from_i64(pending.row.community_id);
    let Open::From(from) = look(conn, ctx.now, (community, policy), (member, device))? else {
        return Ok(Some(pending));
    };
    let (message, lane) = (MessageId::from_i64(pending.row.message_id), pending.row.lane);
    outbox::delete(
        conn,
        pending.row.community_id,
        pending.row.message_id,
        outbox::TEXT,
    )?;
    let mut row = messages::get(conn, community, message)?.ok_or(StoreError::Corrupt("outbox.message_id"))?;
    defer(conn, ctx, policy, &mut row, (lane, 0), from)?;
    Ok(None)
}

/// Takes a text out of the outbox whose recipient's hours have ended before it could leave.
pub(crate) fn put_off(conn: &mut Conn, item: &Pending) -> Result<()> {
    let row = &item.row;
    if outbox::delete(conn, row.community_id, row.message_id, row.kind)? {
        let waiting = DeferredRow {
            community_id: row.community_id,
            message_id: row.message_id,
            lane: row.lane,
            // The keeper finds out until when.
            due_at: 0,
            attempts: row.attempts,
        };
        deferred::put(conn, &waiting)?;
        community_rows::set_has_deferred(conn, CommunityId::from_i64(row.community_id), true)?;
    }
    Ok(())
}

/// Sends a waiting text on its way, if it may go now; the rules are asked again, as time went by.
pub(crate) fn release(conn: &mut Conn, ctx: &Context, waiting: &DeferredRow) -> Result<Vec<Pending>> {
    let (community, id) = (
        CommunityId::from_i64(waiting.community_id),
        MessageId::from_i64(waiting.message_id),
    );
    let Some(waiting) = deferred::take(conn, community, waiting.message_id)? else {
        return Ok(Vec::new());
    };
    let mut row =
        messages::get(conn, community, id)?.ok_or(StoreError::Corrupt("deferred_texts.message_id"))?;
    if row.expires_at <= ctx.now.0 {
        let reason = Some(Reason::DeadlinePassed);
        return advance(conn, ctx, (community, id), Status::Expired, reason, None);
    }
    let Setup { policy, apps } = communities::setup(conn, community)?;
    if let Some(due_at) = deferred::last_of_lane(conn, community, waiting.lane, waiting.message_id)? {
        // An older one of its lane waits still, and it behind that one.
        let until = Timestamp(due_at.max(waiting.due_at));
        let place = (waiting.lane, waiting.attempts);
        defer(conn, ctx, &policy, &mut row, place, until)?;
        return Ok(Vec::new());
    }
    let over =
        |conn: &mut Conn, reason| advance(conn, ctx, (community, id), Status::Blocked, Some(reason), None);
    if row.origin == MessageOrigin::Notice.code() {
        return match notices::again(conn, ctx, &row, waiting.lane)? {
            Ok((pending, member, device)) => {
                outbox::insert(conn, &pending.row)?;
                let placed = place_notice(conn, ctx, &policy, (member, &device), pending)?;
                if placed.is_some() {
                    back_to_accepted(conn, ctx, &mut row)?;
                }
                Ok(placed.into_iter().collect())
            }
            Err(reason) => over(conn, reason),
        };
    }
    let (Some(from), Some(to)) = (
        row.from_member.map(MemberId::from_i64),
        row.to_member.map(MemberId::from_i64),
    ) else {
        return Err(StoreError::Corrupt("messages.from_member").into());
    };
    let Some(assignment) = assignments::hold_by_contact(conn, community, from, to)? else {
        return over(conn, Reason::PairReleased);
    };
    let pair = route::other_end(conn, community, apps, assignment)?;
    let sender = crate::store::devices::primary(conn, community, from)?;
    match route::rule_on_text(&pair, sender.is_some_and(|d| d.stopped_all)) {
        Ruling::Bridge => {
            deliver::address(ctx, &mut row, &pair)?;
            messages::readdress(conn, &row)?;
            let pending = deliver::again(conn, ctx, (&policy, apps), &mut row, &pair, waiting.attempts)?;
            if !pending.is_empty() {
                back_to_accepted(conn, ctx, &mut row)?;
            }
            Ok(pending)
        }
        // As what was in the outbox when the phone was lost, it waits for the phone's return until its deadline.
        Ruling::Refuse(Reason::RecipientFrozen) => {
            let later = DeferredRow {
                due_at: (ctx.now.0 + FROZEN_LOOK_MS).min(row.expires_at),
                ..waiting
            };
            deferred::put(conn, &later)?;
            Ok(Vec::new())
        }
        Ruling::Refuse(reason) | Ruling::Quarantine(reason) => over(conn, reason),
        Ruling::Desk | Ruling::Menu(_) => over(conn, Reason::NoContact),
    }
}

fn back_to_accepted(conn: &mut Conn, ctx: &Context, row: &mut MessageRow) -> Result<()> {
    let community = CommunityId::from_i64(row.community_id);
    messages::set_status(
        conn,
        community,
        row.message_id(),
        Status::Accepted,
        (None, None),
        ctx.now,
    )?;
    row.status = Status::Accepted.code();
    Ok(())
}

/// Until when a text on these facts would be held, were it sent now; none where it would go.
pub(crate) fn foretell(conn: &mut Conn, now: Timestamp, facts: &Facts) -> Result<Option<Timestamp>> {
    let (Ruling::Bridge, Some(dialled), Some(pair)) = (route::rule(facts), &facts.dialled, &facts.pair)
    else {
        return Ok(None);
    };
    let Some(device) = pair.device.as_ref().filter(|_| deliver::ways(pair).phone) else {
        return Ok(None);
    };
    let whom = (pair.row.contact, device);
    Ok(
        match look(conn, now, (dialled.community, &dialled.policy), whom)? {
            Open::From(from) if !is_live(now, &dialled.policy, pair) => Some(from),
            _ => None,
        },
    )
}

/// A member's clock stands elsewhere: what waits for them is looked at again.
pub(crate) fn moved(conn: &mut Conn, ctx: &Context, community: CommunityId, member: MemberId) -> Result<()> {
    for row in assignments::of_member(conn, community, member)? {
        if let Some(mirror) = assignments::by_contact(conn, community, row.contact, member)? {
            deferred::look_again_at_lane(conn, community, mirror.id.as_i64(), ctx.now.0)?;
        }
    }
    Ok(())
}
