//! What would help where a table is full, besides more numbers: what is on its way back, and which pair could go.

use std::collections::BTreeMap;

use super::error::Result;
use super::side::Known;
use crate::domain::Timestamp;
use crate::domain::choice::{Candidate, HubHelp, IdlePair, Relief, Shortage, Side};
use crate::domain::id::{CommunityId, ContactId, MemberId, NumberId};
use crate::domain::policy::{Policy, WhenFull};
use crate::store::{Conn, assignments, hubs};

/// Pairs of the full table whose other side is looked at: this happens within a transaction that others wait for.
const MOST_LOOKED_AT: usize = 4;

/// The shortage of a member's table, with what would help.
pub(super) fn explained(
    conn: &mut Conn,
    now: Timestamp,
    policy: &Policy,
    community: CommunityId,
    shortage: Shortage,
    candidates: &[Candidate],
    known: &Known,
) -> Result<Shortage> {
    let able = |number: NumberId| {
        let mut all = candidates.iter();
        all.any(|c| c.id == number && c.capabilities.covers(shortage.needs))
    };
    let is_stopped = |number| known.stops.iter().any(|(stopped, _)| *stopped == number);
    let mut ends: Vec<Timestamp> = known
        .free_at(now)
        .into_iter()
        .filter(|(number, _)| able(*number) && !known.used.contains(number) && !is_stopped(*number))
        .map(|(_, end)| end)
        .collect();
    ends.sort();
    let first = ends.first().copied();
    let relief = Relief {
        back: first.map(|at| (at, ends.iter().filter(|end| **end == at).count())),
        // Of a number that the phone has stopped, a release makes no room.
        idle: idle(conn, now, policy, community, shortage.member, |n| {
            able(n) && !is_stopped(n)
        })?,
        hub: hub_help(conn, policy, community, &known.side(shortage.member, None, now).0)?,
    };
    Ok(Shortage {
        relief: Some(Box::new(relief)),
        ..shortage
    })
}

/// What a hub would do for the member.
fn hub_help(conn: &mut Conn, policy: &Policy, community: CommunityId, side: &Side) -> Result<HubHelp> {
    let on_hubs = hubs::lines_of_member(conn, community, side.member)?.len();
    let open = super::hubs::open(conn, policy, community)?;
    Ok(
        match super::hubs::has_room(conn, (policy, community, &open), side)? {
            _ if open.is_empty() => HubHelp::Off(on_hubs),
            true => HubHelp::Open(on_hubs),
            false => HubHelp::Used(on_hubs),
        },
    )
}

/// The pair that has been idle longest, as far as those show that its owner has not used for the longest time.
fn idle(
    conn: &mut Conn,
    now: Timestamp,
    policy: &Policy,
    community: CommunityId,
    member: MemberId,
    is_of_use: impl Fn(NumberId) -> bool,
) -> Result<Option<IdlePair>> {
    // So long nobody else has the number of a pair that is released now.
    let held_s = policy.cool_down_s.max(policy.pair_memory_s);
    let mut table = assignments::of_member(conn, community, member)?;
    table.retain(|a| is_of_use(a.number));
    table.sort_by_key(|a| (a.last_activity_at, a.id));
    table.truncate(MOST_LOOKED_AT);
    let contacts: Vec<MemberId> = table.iter().map(|a| a.contact).collect();
    let other: BTreeMap<MemberId, Timestamp> =
        assignments::mirror_activity(conn, community, member, &contacts)?
            .into_iter()
            .collect();
    let used = table.iter().map(|a| {
        let there = other.get(&a.contact).copied().unwrap_or_default();
        (a.last_activity_at.max(there), a.id)
    });
    Ok(used.min().map(|(since, id)| IdlePair {
        contact: ContactId::from_i64(id.as_i64()),
        since,
        free_at: (held_s > 0).then(|| now.plus_s(held_s)),
        recyclable: policy.when_full == WhenFull::Refuse && since.plus_s(policy.cool_down_s) <= now,
    }))
}
