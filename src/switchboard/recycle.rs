//! Making room in a full table: which pair gives way (design rule 3).

use std::collections::BTreeMap;

use super::Context;
use super::assign::{Cooling, Loads, release_locked};
use super::error::{Result, SwitchboardError};
use crate::domain::assignment::{self, Assignment, Idle};
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::policy::{Policy, WhenFull};
use crate::store::{Conn, assignments, hubs};

/// How often another pair is looked for when the one that was to give way has gone or come to life.
const MOST_LOOKS: usize = 16;

/// Whether the contact may receive one more on a number. Those on hubs take none, and do not count.
pub(super) fn has_room_for_received(
    conn: &mut Conn,
    policy: &Policy,
    community: CommunityId,
    contact: MemberId,
    usable: usize,
) -> Result<bool> {
    let mut table = assignments::of_member(conn, community, contact)?;
    table.retain(Assignment::is_unanswered);
    let cap = policy.received_cap(usable);
    if table.len() < cap {
        return Ok(true);
    }
    let lines = hubs::lines_of_member(conn, community, contact)?;
    table.retain(|row| !lines.contains(&row.number.as_i64()));
    Ok(table.len() < cap)
}

/// Sees to it that the contact may receive one more, also where the cap is lower now than what the table holds:
/// as many give way as it takes, or none. True when any did.
pub(super) fn make_room_for_received(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    contact: MemberId,
    usable: usize,
    loads: &mut Loads,
) -> Result<bool> {
    let table = assignments::of_member(conn, community, contact)?;
    let cap = policy.received_cap(usable);
    let mut received = table.iter().filter(|a| a.is_unanswered()).count();
    let mut lines = Default::default();
    if received >= cap {
        lines = hubs::lines_of_member(conn, community, contact)?;
        let on_hub = |a: &&Assignment| a.is_unanswered() && lines.contains(&a.number.as_i64());
        received -= table.iter().filter(on_hub).count();
    }
    let too_many = (received + 1).saturating_sub(cap);
    for _ in 0..too_many {
        // Those on hubs have no number to give.
        let unanswered = |a: &Assignment| a.is_unanswered() && !lines.contains(&a.number.as_i64());
        if policy.when_full != WhenFull::Recycle
            || !recycle(conn, ctx, policy, community, contact, unanswered, loads)?
        {
            return Err(SwitchboardError::ReceivedCapFull {
                member: contact.to_string(),
                cap,
            });
        }
    }
    Ok(too_many > 0)
}

/// Releases the pair of `member` that has been idle longest; false when none may give way.
pub(super) fn recycle(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    member: MemberId,
    eligible: impl Fn(&Assignment) -> bool,
    loads: &mut Loads,
) -> Result<bool> {
    for _ in 0..MOST_LOOKS {
        let Some(chosen) = longest_idle(conn, ctx, policy, community, member, &eligible)? else {
            return Ok(false);
        };
        // Its contact is not locked, and cannot be now that others are: another node may have released the
        // pair from that side, or a text have come on it. So it is looked at again under its own lock.
        let pair = assignments::lock_pair(conn, community, chosen.member, chosen.contact)?;
        if let Some(pair) = pair.filter(|pair| pair[0].id == chosen.id) {
            let last_used = pair[0].last_activity_at.max(pair[1].last_activity_at);
            if last_used.plus_s(policy.cool_down_s) <= ctx.now && eligible(&pair[0]) {
                release_locked(
                    conn,
                    ctx,
                    policy,
                    community,
                    &pair,
                    (Cooling::FromLastUse, Why::Recycled),
                    loads,
                )?;
                return Ok(true);
            }
        }
    }
    Err(SwitchboardError::Overloaded)
}

/// The pair of `member` that should give way first.
fn longest_idle(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    member: MemberId,
    eligible: impl Fn(&Assignment) -> bool,
) -> Result<Option<Assignment>> {
    let table: Vec<Assignment> = assignments::of_member(conn, community, member)?
        .into_iter()
        .filter(|a| eligible(a))
        .collect();
    let contacts: Vec<MemberId> = table.iter().map(|a| a.contact).collect();
    let other_side: BTreeMap<_, _> = assignments::mirror_activity(conn, community, member, &contacts)?
        .into_iter()
        .collect();
    let idle: Vec<Idle> = table
        .iter()
        .map(|a| Idle {
            assignment: a.id,
            unanswered: a.is_unanswered(),
            last_activity_at: other_side
                .get(&a.contact)
                .map_or(a.last_activity_at, |at| a.last_activity_at.max(*at)),
        })
        .collect();
    let chosen = assignment::to_recycle(&idle, ctx.now, policy.cool_down_s);
    Ok(table.into_iter().find(|a| Some(a.id) == chosen))
}
