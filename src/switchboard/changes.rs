//! Changes of a row and their place in the history, in one: what is written down is what the change itself left, never
//! what somebody had read before it. On PostgreSQL another transaction may have changed or removed the row since.

use super::error::Result;
use super::{Context, history};
use crate::domain::assignment::{ACTIVITY_GRAIN_MS, Assignment, Origin};
use crate::domain::history::{Actor, Why};
use crate::domain::id::{CommunityId, NumberId};
use crate::store::Conn;
use crate::store::assignments::{self, AssignmentChange};
use crate::store::devices::{self, DeviceRow};

/// Changes an assignment; the row after it, or none where it has gone or is so already, and then nothing is written down.
pub(crate) fn change(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    row: &Assignment,
    change: &AssignmentChange,
    why: (Why, Actor),
) -> Result<Option<Assignment>> {
    let after = assignments::update(conn, community, row.member, row.number, change)?;
    if let Some(after) = &after {
        history::note(conn, ctx, community, after, why)?;
    }
    Ok(after)
}

/// Puts the first row of a pair on another number, in its place, so that what waits on it stays; both rows count as made
/// anew. The two after it. The caller writes the history.
pub(crate) fn put_on(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    [row, mirror]: &[Assignment; 2],
    (to, is_stopped): (NumberId, bool),
) -> Result<[Assignment; 2]> {
    let after = Assignment {
        number: to,
        stopped: row.stopped || is_stopped,
        created_at: ctx.now,
        ..row.clone()
    };
    let mirrored = Assignment {
        // A pair is made anew on both sides.
        created_at: ctx.now,
        ..mirror.clone()
    };
    for (before, then) in [(row, &after), (mirror, &mirrored)] {
        assignments::become_another(conn, community, (before, then))?;
    }
    Ok([after, mirrored])
}

/// The owner used a row that was read a moment ago: that makes it answered, and the pair active.
pub(crate) fn used(conn: &mut Conn, ctx: &Context, community: CommunityId, row: &Assignment) -> Result<()> {
    let (member, number) = (row.member, row.number);
    if row.is_unanswered() {
        let answered = assignments::answer(conn, community, member, number, ctx.now)?;
        // One that its owner has chosen meanwhile is not waiting for an answer any more.
        if let Some(after) = answered.filter(|after| after.origin == Origin::Received) {
            history::note(
                conn,
                ctx,
                community,
                &after,
                (Why::Answered, Actor::Member(member)),
            )?;
        }
    } else if !row.is_used() || ctx.now.since(row.last_activity_at) > ACTIVITY_GRAIN_MS {
        assignments::touch(conn, community, member, number, ctx.now)?;
    }
    Ok(())
}

/// Marks that a phone has stopped everything, or allows it again, where it is there and not marked so.
pub(crate) fn mark_stopped_all(
    conn: &mut Conn,
    ctx: &Context,
    phone: &DeviceRow,
    stopped: bool,
) -> Result<()> {
    let community = CommunityId::from_i64(phone.community_id);
    match devices::set_stopped_all(conn, community, phone.e164()?, stopped)? {
        Some(after) => history::note_phone(conn, ctx, &after, true),
        None => Ok(()),
    }
}
