//! STOP and START without a tag, which are about everybody behind the hub: a carrier blocks the number as a whole.

use std::collections::HashSet;

use crate::domain::E164;
use crate::domain::history::{Actor, Why};
use crate::domain::id::{MemberId, NumberId};
use crate::domain::message::Reason;
use crate::store::assignments::{self, AssignmentChange};
use crate::store::outbox::Pending;
use crate::store::{Conn, hubs as rows, opt_outs};
use crate::switchboard::error::Result;
use crate::switchboard::keywords::record;
use crate::switchboard::route::Dialled;
use crate::switchboard::{Context, changes, notices, opt_ins, phone_memory};

/// Stops every line of the hub that stands for somebody on the member's phones, each as STOP with its tag would.
pub(crate) fn stop(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    (from, member): (E164, MemberId),
) -> Result<Vec<Pending>> {
    let (community, hub) = (dialled.community, NumberId::from_i64(dialled.number.id));
    let mut pending = Vec::new();
    for (seat, _) in rows::seats(conn, community, member, hub)? {
        let line = seat.number.as_i64();
        opt_ins::stopped(conn, ctx, community, from, Some(line))?;
        record(conn, ctx, dialled, from, line, Some(seat.contact.as_i64()))?;
        // No text of another node may be on its way onto the pair.
        let Some([row, mirror]) = assignments::lock_pair(conn, community, member, seat.contact)? else {
            continue;
        };
        let change = AssignmentChange {
            stopped: Some(true),
            ..AssignmentChange::default()
        };
        changes::change(
            conn,
            ctx,
            community,
            &row,
            &change,
            (Why::Stopped, Actor::Member(member)),
        )?;
        let reason = Reason::RecipientOptedOut;
        pending.extend(notices::cancel_lane(conn, ctx, community, mirror.id, reason)?);
    }
    Ok(pending)
}

/// Lifts what this phone has stopped of the hub's lines, also of those that stand for nobody now.
pub(crate) fn start(
    conn: &mut Conn,
    ctx: &Context,
    dialled: &Dialled,
    (from, member): (E164, MemberId),
) -> Result<()> {
    let (community, hub) = (dialled.community, NumberId::from_i64(dialled.number.id));
    let lines: HashSet<i64> = rows::lines(conn, community, hub)?
        .iter()
        .map(|line| line.id)
        .collect();
    for out in opt_outs::of_phone(conn, community, from)? {
        if lines.contains(&out.number_id) {
            opt_outs::lift(conn, community, from, out.number_id)?;
        }
    }
    for (seat, _) in rows::seats(conn, community, member, hub)? {
        // What another phone of the same member has stopped, only that one's START lifts.
        let lifted = AssignmentChange {
            stopped: Some(phone_memory::has_stopped(conn, community, member, seat.number)?),
            ..AssignmentChange::default()
        };
        changes::change(
            conn,
            ctx,
            community,
            &seat,
            &lifted,
            (Why::Started, Actor::Member(member)),
        )?;
    }
    Ok(())
}
