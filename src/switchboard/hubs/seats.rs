//! A place on a hub for somebody who adds a member whose table is full.

use std::collections::HashSet;

use crate::domain::choice::{self, Candidate, Choice, Side};
use crate::domain::hub::{self, Line, Seat};
use crate::domain::id::{CommunityId, MemberId, NumberId, NumberKind};
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, NumberState, Region};
use crate::domain::traffic::Room;
use crate::store::numbers::{NumberRow, REMOVED};
use crate::store::{Conn, hubs as rows};
use crate::switchboard::Context;
use crate::switchboard::assign::needs;
use crate::switchboard::error::Result;
use crate::switchboard::side::Known;

/// The hubs on which somebody may be placed; none where the community does not want it.
pub(crate) fn open(conn: &mut Conn, policy: &Policy, community: CommunityId) -> Result<Vec<NumberRow>> {
    if !policy.overflow {
        return Ok(Vec::new());
    }
    let mut hubs = rows::open(conn, community)?;
    hubs.retain(|hub| Capabilities::from_bits(hub.capabilities).covers(needs()));
    Ok(hubs)
}

/// The numbers of a pair of which a table is full, or has no room for received contacts (`spare`): there a line of a hub
/// takes the place of a number; the other side gets a number as ever. None where there is no line either. Also says on
/// which side the chosen number was stopped.
pub(crate) fn seated(
    conn: &mut Conn,
    ctx: &Context,
    (policy, community, hubs): (&Policy, CommunityId, &[NumberRow]),
    (member, contact): (MemberId, MemberId),
    known: &(Known, Known),
    (candidates, spare): (&[Candidate], bool),
) -> Result<Option<(Choice, (bool, bool))>> {
    let (owner, owner_stopped) = known.0.side(member, Some(contact), ctx.now);
    let (other, other_stopped) = known.1.side(contact, Some(member), ctx.now);
    let is_full = |side: &Side| choice::headroom(candidates, needs(), side).free == 0;
    let mut lines = [None, None];
    for (at, (side, wanted)) in [(&owner, is_full(&owner)), (&other, spare || is_full(&other))]
        .into_iter()
        .enumerate()
    {
        if wanted {
            lines[at] = take(conn, ctx, (policy, community, hubs), side)?;
            if lines[at].is_none() {
                return Ok(None);
            }
        }
    }
    let plain = |side: &Side, other: MemberId, there: Option<NumberId>| {
        let there = there.unwrap_or(NumberId::from_i64(0));
        choice::choose_one(candidates, needs(), side, (other, there)).ok()
    };
    let numbers = match lines {
        [Some(number), Some(mirror)] => Some((number, mirror)),
        [Some(number), None] => plain(&other, member, None).map(|mirror| (number, mirror)),
        [None, mirror] => plain(&owner, contact, mirror).zip(mirror),
    };
    Ok(numbers.map(|(number, mirror)| {
        let stopped = (owner_stopped.contains(&number), other_stopped.contains(&mirror));
        (Choice { number, mirror }, stopped)
    }))
}

fn lines_of(rows: &[NumberRow]) -> Vec<Line> {
    let line = |row: &NumberRow| {
        let id = NumberId::from_i64(row.id);
        row.line_tag().map(|tag| Line { id, tag })
    };
    rows.iter().filter_map(line).collect()
}

/// Whether a hub has a tag left for a side.
pub(crate) fn has_room(
    conn: &mut Conn,
    (policy, community, hubs): (&Policy, CommunityId, &[NumberRow]),
    side: &Side,
) -> Result<bool> {
    for hub in hubs {
        let id = NumberId::from_i64(hub.id);
        let lines = lines_of(&rows::lines(conn, community, id)?);
        if hub::seat(id, &lines, side, policy.hub_most_tags).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A line that is free for a side, made if need be: on the hub that the phone knows already, if that has one.
fn take(
    conn: &mut Conn,
    ctx: &Context,
    (policy, community, hubs): (&Policy, CommunityId, &[NumberRow]),
    side: &Side,
) -> Result<Option<NumberId>> {
    type Best<'a> = (
        (bool, bool, bool, Room, i64, i64),
        &'a NumberRow,
        Seat,
        HashSet<i64>,
    );
    let mut best: Option<Best<'_>> = None;
    let tight = ctx.rooms.of(conn, community, hubs, ctx.now)?;
    for hub in hubs {
        let id = NumberId::from_i64(hub.id);
        let there = rows::lines(conn, community, id)?;
        let lines = lines_of(&there);
        let Some(seat) = hub::seat(id, &lines, side, policy.hub_most_tags) else {
            continue;
        };
        let is_own = matches!(seat, Seat::Line(line) if Some(line) == side.remembered);
        let is_known = lines.iter().any(|line| side.used.contains(&line.id));
        let region = hub.region.as_deref().and_then(Region::parse);
        let is_foreign = matches!((side.region, region), (Some(a), Some(b)) if a != b);
        let retired: HashSet<i64> = there
            .iter()
            .filter(|r| r.state == REMOVED)
            .map(|r| r.id)
            .collect();
        // As with numbers: room under the carrier's caps, then the fewest people.
        let room = tight.get(&id).copied().unwrap_or_default();
        let people: i64 = there.iter().map(|line| line.load).sum();
        let rank = (!is_own, !is_known, is_foreign, room, people, hub.id);
        if best.as_ref().is_none_or(|(of, ..)| rank < *of) {
            best = Some((rank, hub, seat, retired));
        }
    }
    let Some((_, hub, seat, retired)) = best else {
        return Ok(None);
    };
    let id = NumberId::from_i64(hub.id);
    match seat {
        // Should the hub be set free meanwhile, the line takes no load, and the work is done again.
        Seat::Line(line) if !retired.contains(&line.as_i64()) => Ok(Some(line)),
        _ if !rows::lock(conn, community, id)? => Ok(None),
        Seat::Line(line) => {
            rows::revive_line(conn, community, line)?;
            Ok(Some(line))
        }
        Seat::New(tag) => {
            // Another node may have made it while this one waited.
            if let Some(there) = rows::line(conn, community, id, tag)? {
                let line = NumberId::from_i64(there.id);
                rows::revive_line(conn, community, line)?;
                return Ok(Some(line));
            }
            let line = NumberRow {
                id: ctx.id::<NumberKind>().as_i64(),
                state: NumberState::Active.word().to_owned(),
                load: 0,
                created_at: ctx.now.0,
                texts_per_day: 0,
                campaign_id: None,
                hub: false,
                hub_id: Some(hub.id),
                tag: i32::from(tag),
                ..hub.clone()
            };
            rows::add_line(conn, &line)?;
            Ok(Some(NumberId::from_i64(line.id)))
        }
    }
}
