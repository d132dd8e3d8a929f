//! A pair gets another number on one member's phones; on the contact's everything stays.

use super::super::assign::{self, Loads, count};
use super::super::error::Result;
use super::super::{Context, books, changes, contacts, history};
use super::Change;
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::choice;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MessageId, NumberId};
use crate::domain::{E164, Timestamp};
use crate::store::numbers::{self, NumberRow};
use crate::store::outbox;
use crate::store::releases::{self, ReleaseRow};
use crate::store::{Conn, StoreError, devices, messages};

/// Moves the first row of a pair to the number that fits best; which it is.
pub(super) fn to_another(
    conn: &mut Conn,
    ctx: &Context,
    change: &Change<'_>,
    pair: &[Assignment; 2],
    loads: &mut Loads,
) -> Result<E164> {
    let community = change.community;
    let [row, mirror] = pair;
    let phone = devices::primary(conn, community, row.member)?;
    let (side, stopped) = assign::side(conn, ctx, community, (row.member, row.contact), phone.as_ref())?;
    let candidates = assign::candidates(conn, ctx, community, loads)?;
    let to = choice::choose_one(&candidates, assign::needs(), &side, (row.contact, mirror.number))?;
    tell_released(conn, ctx, community, pair)?;
    // On a phone that is theirs still the number was this contact a moment ago.
    let cool_until = match change.only_phone {
        true => ctx.now,
        false => ctx.now.plus_s(change.policy.cool_down_s),
    };
    let [after, mirrored] = changes::put_on(conn, ctx, community, pair, (to, stopped.contains(&to)))?;
    releases::keep_none(conn, community, (row.member, row.contact))?;
    history::note_change(
        conn,
        ctx,
        community,
        (row, &after),
        (Why::PhoneReplaced, cool_until),
    )?;
    remember(conn, ctx, community, row, cool_until)?;
    count(loads, row.number, -1);
    count(loads, to, 1);
    let number = numbers::get(conn, community, to)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    leave_by(conn, ctx, community, (row, mirror), &number)?;
    tell_created(conn, ctx, community, &[after, mirrored])?;
    if !row.pending {
        books::changed(conn, ctx, &change.policy, community, &[row.member])?;
    }
    Ok(number.e164()?)
}

fn remember(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    row: &Assignment,
    cool_until: Timestamp,
) -> Result<()> {
    let past = ReleaseRow {
        community_id: community.as_i64(),
        member_id: row.member.as_i64(),
        number_id: row.number.as_i64(),
        contact_id: row.contact.as_i64(),
        released_at: ctx.now.0,
        cool_until: cool_until.0,
        made_at: Some(row.created_at.0),
        // The contact has another number.
        memory_until: 0,
        forwards_until: 0,
    };
    Ok(releases::record(conn, &past)?)
}

/// Has what waits for a member's phones from the number that stood for a contact leave by the one that stands for them
/// now: on the new phone the old number is somebody else.
pub(super) fn leave_by(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (row, mirror): (&Assignment, &Assignment),
    number: &NumberRow,
) -> Result<()> {
    if row.number == NumberId::from_i64(number.id) {
        return Ok(());
    }
    // What leaves by the tag of a hub leaves from the hub.
    let from = numbers::get(conn, community, row.number)?
        .map_or(row.number, |was| NumberId::from_i64(was.physical()));
    let waiting = outbox::from_number(conn, community, from)?;
    // Urgent texts have a lane of their own beside the pair's.
    for item in waiting
        .into_iter()
        .filter(|item| item.lane.abs() == mirror.id.as_i64())
    {
        let phone = E164::from_i64(item.to_phone).ok_or(StoreError::Corrupt("outbox.to_phone"))?;
        let carrier = ctx.registry.carrier_for(phone, &number.carrier);
        let key = (item.community_id, item.message_id, item.kind);
        outbox::send_from(conn, key, number, &carrier)?;
        let message = MessageId::from_i64(item.message_id);
        messages::show_from(conn, community, message, (number.e164, &carrier))?;
    }
    Ok(())
}

/// A pair as its chooser has it.
fn chosen(pair: &[Assignment; 2]) -> (&Assignment, &Assignment) {
    match pair[0].origin {
        Origin::Chosen => (&pair[0], &pair[1]),
        Origin::Received => (&pair[1], &pair[0]),
    }
}

/// Tells apps that a pair has lost its numbers.
pub(super) fn tell_released(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    pair: &[Assignment; 2],
) -> Result<()> {
    let (row, mirror) = chosen(pair);
    let seen = contacts::contact_view(conn, community, row, mirror)?;
    ctx.events.assignment_released(community, &seen)
}

/// Tells apps that a pair has got its numbers.
pub(super) fn tell_created(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    pair: &[Assignment; 2],
) -> Result<()> {
    let (row, mirror) = chosen(pair);
    let seen = contacts::contact_view(conn, community, row, mirror)?;
    ctx.events.assignment_created(community, &seen)
}
