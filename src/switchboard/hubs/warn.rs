//! Telling apps of a member whose table is nearly full, once each time that it comes to that.

use crate::domain::choice::{self, Candidate, Side};
use crate::domain::hub::{self, Warning};
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::policy::Policy;
use crate::store::{Conn, hubs as rows};
use crate::switchboard::Context;
use crate::switchboard::assign::needs;
use crate::switchboard::error::Result;
use crate::switchboard::told::TableNearlyFull;

/// A table of which nothing was heard for so long is told of again.
const AGAIN_MS: i64 = 86_400_000;

/// Looks at a table to which a contact was added, as it was before, and the number that the contact got.
pub(crate) fn warn(
    conn: &mut Conn,
    ctx: &Context,
    (policy, community): (&Policy, CommunityId),
    candidates: &[Candidate],
    (side, number): (&Side, NumberId),
) -> Result<()> {
    let room = choice::headroom(candidates, needs(), side);
    let is_line = !candidates.iter().any(|candidate| candidate.id == number);
    let after = match is_line {
        true => room.taken(),
        false => (room.taken() + 1).min(room.usable),
    };
    let warning = hub::warning(room.usable, (room.taken(), after), policy.warn_at_percent);
    let member = side.member;
    if warning == Warning::None && !is_line {
        return Ok(());
    }
    let before = rows::warned_at(conn, community, member)?;
    match warning {
        Warning::Tell if before.is_none_or(|at| ctx.now.0 - at >= AGAIN_MS) => {
            rows::warned(conn, community, member, ctx.now.0)?;
            let told = TableNearlyFull {
                member,
                taken: after as u64,
                usable: room.usable as u64,
                overflow: policy.overflow,
            };
            ctx.events.table_nearly_full(community, &told)
        }
        // Whoever is reached through a hub is listed.
        _ if is_line && before.is_none() => Ok(rows::warned(conn, community, member, 0)?),
        Warning::Forget if before.is_some() && !is_line => Ok(rows::forget_warning(conn, community, member)?),
        _ => Ok(()),
    }
}
