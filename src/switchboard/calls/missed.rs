//! The text that tells somebody of a call that they missed, where their community wants it.

use super::super::Context;
use super::super::communities::{self, Setup};
use super::super::error::Result;
use super::super::notice_guard::Cause;
use super::super::notices;
use super::super::route::{self, Ruling};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::policy::MissedCalls;
use crate::store::calls::CallRow;
use crate::store::outbox::Pending;
use crate::store::{Conn, assignments, members};

/// Longest name within such a text.
const MOST_NAME_CHARS: usize = 40;

/// Writes the text, from the number that stands for the caller: at most one an hour from each, never to
/// somebody who has stopped it, and only while the pair lives.
pub(super) fn tell(
    conn: &mut Conn,
    ctx: &Context,
    cause: Cause,
    community: CommunityId,
    row: &CallRow,
) -> Result<Vec<Pending>> {
    let (Some(from), Some(to)) = (
        row.from_member.map(MemberId::from_i64),
        row.to_member.map(MemberId::from_i64),
    ) else {
        return Ok(Vec::new());
    };
    let Setup { policy, apps } = communities::setup(conn, community)?;
    if policy.missed_calls != MissedCalls::Text {
        return Ok(Vec::new());
    }
    let Some(assignment) = assignments::by_contact(conn, community, from, to)? else {
        return Ok(Vec::new());
    };
    let pair = route::other_end(conn, community, apps, assignment)?;
    let Some(device) = pair
        .device
        .as_ref()
        .filter(|_| route::rule_on_text(&pair, false) == Ruling::Bridge)
    else {
        return Ok(Vec::new());
    };
    if !ctx.guard.allows(device.e164()?, pair.shown.id, cause, ctx.now) {
        return Ok(Vec::new());
    }
    let name = members::get(conn, community, from)?.map_or_else(String::new, |member| member.name);
    let name: String = name.chars().take(MOST_NAME_CHARS).collect();
    let text = policy.missed_call_notice.replace("{name}", &name);
    let number = pair.mirror.number;
    Ok(
        notices::to_member(conn, ctx, &policy, community, to, number, text)?
            .into_iter()
            .collect(),
    )
}
