//! Making and releasing pairs: both rows in one transaction or neither (design rules 2 to 5).

use std::collections::{BTreeMap, HashSet};

use super::error::{Result, SwitchboardError};
use super::recycle::{has_room_for_received, make_room_for_received, recycle};
use super::side::Known;
use super::{
    Context, Switchboard, blocks, books, changes, contacts, history, hubs, members, notices, shortage,
};
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::choice::{self, Candidate, Choice, Shortage, Side};
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::message::Reason;
use crate::domain::policy::{Policy, WhenFull};
use crate::domain::pool::{Capabilities, Capability, Region};
use crate::domain::traffic::Room;
use crate::store::assignments::{self, AssignmentChange};
use crate::store::devices::{self, DeviceRow};
use crate::store::releases::{self, ReleaseRow};
use crate::store::{Conn, app_devices, numbers};

/// Most pairs that one new contact may push out of the two tables, besides those above the received cap.
const MOST_RECYCLED: usize = 4;
/// A phone that must accept first is asked by the same member once in this time, however often they add and drop it.
const ASK_AGAIN_MS: i64 = 24 * 3_600_000;

/// By how much the loads of numbers change. They are added at the end of a transaction and all together:
/// many transactions change the same few numbers, and would otherwise wait for each other crosswise.
pub(crate) type Loads = BTreeMap<NumberId, i64>;

/// From when a released number cools down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cooling {
    /// From the release: somebody may just have written.
    FromNow,
    /// From the pair's last use, for a pair that gives way because it has long been idle.
    FromLastUse,
}

/// A pair as both sides have it.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// The chooser's row.
    pub row: Assignment,
    /// The contact's row.
    pub mirror: Assignment,
    /// False when the pair was there already.
    pub created: bool,
    /// Other pairs gave way to it, and what waited on them was cancelled.
    pub made_room: bool,
}

/// Makes `contact` a contact of `member`. Doing it twice changes nothing but that a received contact
/// becomes a chosen one. The caller adds `loads` when all its pairs are done.
pub(crate) fn assign(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    pair: (MemberId, MemberId),
    loads: &mut Loads,
) -> Result<Pair> {
    assign_because(conn, ctx, policy, community, pair, Why::ContactAdded, loads)
}

/// Like [`assign`]; the history says why a new pair was made.
pub(crate) fn assign_because(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    why: Why,
    loads: &mut Loads,
) -> Result<Pair> {
    if member == contact {
        return Err(SwitchboardError::invalid(
            "contact",
            "a member cannot be their own contact",
        ));
    }
    crate::store::members::lock(conn, community, &[member, contact])?;
    members::require(conn, community, member)?;
    members::require(conn, community, contact)?;
    let phones = (
        reachable(conn, community, member)?,
        reachable(conn, community, contact)?,
    );
    if let Some(pair) = existing(conn, ctx, policy, community, (member, contact))? {
        return Ok(pair);
    }
    blocks::check(conn, policy, community, (member, contact))?;
    for (phone, whose) in [(&phones.0, member), (&phones.1, contact)] {
        if phone.as_ref().is_some_and(|p| p.stopped_all) {
            return Err(SwitchboardError::conflict(
                "opted_out",
                format!("the phone of {whose} has sent STOPALL; it must send START to a pool number first"),
            ));
        }
    }
    let candidates = candidates(conn, ctx, community, loads)?;
    let usable = candidates.len();
    let hubs = hubs::open(conn, policy, community)?;
    // With a hub to go to, nobody is kept out for those who were never answered; they take none of the numbers.
    let spare = !hubs.is_empty() && !has_room_for_received(conn, policy, community, contact, usable)?;
    let mut made_room = false;
    if hubs.is_empty() {
        made_room = make_room_for_received(conn, ctx, policy, community, contact, usable, loads)?;
    }
    for _ in 0..MOST_RECYCLED {
        let known = both(conn, community, (member, contact), &phones)?;
        let mut chosen = chosen(ctx, (member, contact), &known, &candidates);
        if spare || chosen.is_err() {
            let whose = (policy, community, hubs.as_slice());
            let room = (candidates.as_slice(), spare);
            match hubs::seated(conn, ctx, whose, (member, contact), &known, room)? {
                Some(seated) => chosen = Ok(seated),
                None if spare => {
                    // No tag is left either: the cap holds.
                    made_room |=
                        make_room_for_received(conn, ctx, policy, community, contact, usable, loads)?;
                }
                None => {}
            }
        }
        match chosen {
            Ok(chosen) => {
                let pair = insert(conn, ctx, policy, community, (member, contact), chosen, why)?;
                count(loads, pair.row.number, 1);
                count(loads, pair.mirror.number, 1);
                for (known, row) in [(&known.0, &pair.row), (&known.1, &pair.mirror)] {
                    let (side, _) = known.side(row.member, Some(row.contact), ctx.now);
                    hubs::warn(conn, ctx, (policy, community), &candidates, (&side, row.number))?;
                }
                let seen = contacts::contact_view(conn, community, &pair.row, &pair.mirror)?;
                ctx.events.assignment_created(community, &seen)?;
                if !pair.mirror.pending {
                    books::changed(conn, ctx, policy, community, &[member, contact])?;
                }
                let was_asked = known.1.was_made_since(member, ctx.now.plus_ms(-ASK_AGAIN_MS));
                if pair.mirror.pending && !pair.mirror.stopped && !was_asked {
                    let text = policy.accept_request.clone();
                    notices::to_member(conn, ctx, policy, community, contact, pair.mirror.number, text)?;
                }
                return Ok(Pair { made_room, ..pair });
            }
            Err(shortage) => {
                let full = shortage.member;
                if policy.when_full == WhenFull::Refuse
                    || !recycle(conn, ctx, policy, community, full, |_| true, loads)?
                {
                    let side = if full == member { &known.0 } else { &known.1 };
                    let explained =
                        shortage::explained(conn, ctx.now, policy, community, shortage, &candidates, side)?;
                    return Err(SwitchboardError::TableFull(explained));
                }
                made_room = true;
            }
        }
    }
    Err(SwitchboardError::Overloaded)
}

/// The numbers of a pair to be, and on which side they were stopped; or whose table has no room.
type Chosen = std::result::Result<(Choice, (bool, bool)), Shortage>;

/// Both tables of a pair to be.
fn both(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    phones: &(Option<DeviceRow>, Option<DeviceRow>),
) -> Result<(Known, Known)> {
    Ok((
        Known::read(conn, community, member, phones.0.as_ref())?,
        Known::read(conn, community, contact, phones.1.as_ref())?,
    ))
}

fn chosen(
    ctx: &Context,
    (member, contact): (MemberId, MemberId),
    known: &(Known, Known),
    candidates: &[Candidate],
) -> Chosen {
    let (owner, owner_stopped) = known.0.side(member, Some(contact), ctx.now);
    let (other, other_stopped) = known.1.side(contact, Some(member), ctx.now);
    choice::choose(candidates, needs(), &owner, &other).map(|choice| {
        // A number that a phone has stopped is chosen only for the contact for whom it was stopped: such a pair
        // comes back stopped.
        let stopped = (
            owner_stopped.contains(&choice.number),
            other_stopped.contains(&choice.mirror),
        );
        (choice, stopped)
    })
}

impl Switchboard {
    /// The choice of a pair's numbers alone, on the caller's own connection: what a bench measures. None where a
    /// table is full.
    pub fn choose_on(
        &self,
        conn: &mut Conn,
        community: CommunityId,
        (member, contact): (MemberId, MemberId),
    ) -> Result<Option<Choice>> {
        let ctx = self.context();
        conn.snapshot(|conn| {
            let phones = (
                reachable(conn, community, member)?,
                reachable(conn, community, contact)?,
            );
            let candidates = candidates(conn, &ctx, community, &Loads::new())?;
            let known = both(conn, community, (member, contact), &phones)?;
            let chosen = chosen(&ctx, (member, contact), &known, &candidates);
            Ok(chosen.ok().map(|(choice, _)| choice))
        })
    }
}

/// What a pool number must do to stand for a contact.
pub(super) fn needs() -> Capabilities {
    vec![Capability::Sms].into()
}

/// The phone of a member who has one, or nothing for one who reads in an app alone; who has neither cannot
/// be anybody's contact.
fn reachable(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Option<DeviceRow>> {
    let phone = devices::primary(conn, community, member)?;
    if phone.is_none() && app_devices::of_member(conn, community, member)?.is_none() {
        return Err(blocks::unreachable_one(member));
    }
    Ok(phone)
}

fn existing(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
) -> Result<Option<Pair>> {
    let there = |row, mirror| Pair {
        row,
        mirror,
        created: false,
        made_room: false,
    };
    let Some(row) = assignments::by_contact(conn, community, member, contact)? else {
        return Ok(None);
    };
    if row.origin == Origin::Chosen
        && let Some(mirror) = assignments::by_contact(conn, community, contact, member)?
    {
        return Ok(Some(there(row, mirror)));
    }
    // It is to be changed, and may be released at this moment: it may have to give way to another.
    let Some([row, mirror]) = assignments::lock_pair(conn, community, member, contact)? else {
        return Ok(None);
    };
    if row.origin == Origin::Chosen {
        return Ok(Some(there(row, mirror)));
    }
    // Choosing back is the best acceptance there is.
    let accepted = AssignmentChange {
        pending: Some(false),
        ..AssignmentChange::default()
    };
    let chosen = AssignmentChange {
        origin: Some(Origin::Chosen.code()),
        ..accepted
    };
    let mut change = |row: Assignment, change, why| -> Result<Assignment> {
        let after = changes::change(conn, ctx, community, &row, &change, (why, ctx.by.get()))?;
        Ok(after.unwrap_or(row))
    };
    let was_pending = mirror.pending;
    let row = change(row, chosen, Why::ChosenBack)?;
    let mirror = change(mirror, accepted, Why::Accepted)?;
    if was_pending {
        books::changed(conn, ctx, policy, community, &[member, contact])?;
    }
    Ok(Some(there(row, mirror)))
}

/// The numbers that take new pairs, with the loads that they will have and the room that their traffic leaves.
pub(super) fn candidates(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    loads: &Loads,
) -> Result<Vec<Candidate>> {
    let rows = numbers::active(conn, community)?;
    let tight = ctx.rooms.of(conn, community, &rows, ctx.now)?;
    let with_load = |row: &numbers::NumberRow| {
        let candidate = candidate(row);
        Candidate {
            room: tight.get(&candidate.id).copied().unwrap_or_default(),
            load: candidate.load + loads.get(&candidate.id).copied().unwrap_or(0),
            ..candidate
        }
    };
    Ok(rows.iter().map(with_load).collect())
}

/// A number that takes new pairs, as if nothing had been sent from it.
pub(super) fn candidate(row: &numbers::NumberRow) -> Candidate {
    Candidate {
        id: NumberId::from_i64(row.id),
        capabilities: Capabilities::from_bits(row.capabilities),
        region: row.region.as_deref().and_then(Region::parse),
        room: Room::default(),
        load: row.load,
    }
}

/// What the choice must know of one side, and the numbers that its phones have stopped.
pub(super) fn side(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    device: Option<&DeviceRow>,
) -> Result<(Side, HashSet<NumberId>)> {
    let known = Known::read(conn, community, member, device)?;
    Ok(known.side(member, Some(contact), ctx.now))
}

fn insert(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    (choice, stopped): (Choice, (bool, bool)),
    why: Why,
) -> Result<Pair> {
    let row = Assignment {
        id: ctx.id(),
        member,
        contact,
        number: choice.number,
        origin: Origin::Chosen,
        pending: policy.acceptance_required,
        blocked: false,
        stopped: stopped.0,
        answered_at: None,
        last_activity_at: ctx.now,
        created_at: ctx.now,
    };
    let mirror = Assignment {
        id: ctx.id(),
        member: contact,
        contact: member,
        number: choice.mirror,
        origin: Origin::Received,
        stopped: stopped.1,
        ..row.clone()
    };
    assignments::insert_pair(conn, community, [&row, &mirror])?;
    for side in [&row, &mirror] {
        releases::keep_none(conn, community, (side.member, side.contact))?;
    }
    history::note_pair(conn, ctx, community, [&row, &mirror], why)?;
    Ok(Pair {
        row,
        mirror,
        created: true,
        made_room: false,
    })
}

pub(super) fn count(loads: &mut Loads, id: NumberId, by: i64) {
    *loads.entry(id).or_insert(0) += by;
}

/// Releases a pair: both rows go, both numbers are remembered and cool down, and what still waits to be
/// sent on it ends with the reason. Nothing is done when it has been released already. The caller adds
/// `loads` when all its pairs are done.
pub(crate) fn release(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (row, why): (&Assignment, Why),
    loads: &mut Loads,
) -> Result<()> {
    match assignments::lock_pair(conn, community, row.member, row.contact)? {
        Some(pair) => release_locked(
            conn,
            ctx,
            policy,
            community,
            &pair,
            (Cooling::FromNow, why),
            loads,
        ),
        None => Ok(()),
    }
}

pub(super) fn release_locked(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    pair: &[Assignment; 2],
    (cooling, why): (Cooling, Why),
    loads: &mut Loads,
) -> Result<()> {
    let from = match cooling {
        Cooling::FromNow => ctx.now,
        Cooling::FromLastUse => pair[0].last_activity_at.max(pair[1].last_activity_at),
    };
    // Told as its chooser has it.
    let (chosen, received) = match pair[0].origin {
        Origin::Chosen => (&pair[0], &pair[1]),
        Origin::Received => (&pair[1], &pair[0]),
    };
    let seen = contacts::contact_view(conn, community, chosen, received)?;
    ctx.events.assignment_released(community, &seen)?;
    let cool_until = from.plus_s(policy.cool_down_s);
    // A pair that gave way, or whose contact is gone, has no claim to its number beyond the cool-down.
    let kept_until = match (cooling, why) {
        (Cooling::FromLastUse, _) | (_, Why::MemberRemoved) => cool_until,
        (Cooling::FromNow, _) => cool_until.max(from.plus_s(policy.pair_memory_s)),
    };
    history::note_end(conn, ctx, community, pair, why, cool_until)?;
    for side in pair {
        assignments::delete(conn, community, side.member, side.number)?;
        releases::forward_none(conn, community, (side.member, side.contact), ctx.now.0)?;
        releases::record(
            conn,
            &ReleaseRow {
                community_id: community.as_i64(),
                member_id: side.member.as_i64(),
                number_id: side.number.as_i64(),
                contact_id: side.contact.as_i64(),
                released_at: ctx.now.0,
                cool_until: cool_until.0,
                made_at: Some(side.created_at.0),
                memory_until: kept_until.0,
                forwards_until: 0,
            },
        )?;
        notices::cancel_lane(conn, ctx, community, side.id, Reason::PairReleased)?;
    }
    pair.iter().for_each(|side| count(loads, side.number, -1));
    if !pair[0].pending {
        books::changed(conn, ctx, policy, community, &[pair[0].member, pair[1].member])?;
    }
    Ok(())
}
