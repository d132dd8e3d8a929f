//! The member whose phone another's new one was is the same person: their pairs become the other's, with the numbers
//! that they have, and they are removed.

use super::super::assign::{self, Loads, count};
use super::super::error::Result;
use super::super::{Context, blocks, books, history, hours, members};
use super::moves::{leave_by, tell_created, tell_released};
use super::{Change, Owner, ReferenceFate};
use crate::domain::assignment::Assignment;
use crate::domain::choice;
use crate::domain::history::Why;
use crate::domain::id::MemberId;
use crate::store::{
    Conn, StoreError, assignments, calls, devices, former_names, member_references, messages, numbers,
    opt_ins, opt_outs, outbox, phone_holds, releases,
};

/// Makes the owner's pairs the member's; how many, and how many were released for the member has them already.
pub(super) fn take_over(
    conn: &mut Conn,
    ctx: &Context,
    change: &Change<'_>,
    owner: &Owner,
    loads: &mut Loads,
) -> Result<(usize, usize)> {
    let (community, member) = (change.community, change.member);
    let (mut merged, mut released) = (0, 0);
    // What is remembered of them is remembered of the member: they are one.
    let mut known: Vec<MemberId> = releases::of_member(conn, community, owner.id())?
        .iter()
        .map(|past| MemberId::from_i64(past.contact_id))
        .chain(owner.table.iter().map(|row| row.contact))
        .filter(|contact| *contact != member)
        .collect();
    known.sort_unstable();
    known.dedup();
    for row in &owner.table {
        let Some(pair) = assignments::lock_pair(conn, community, owner.id(), row.contact)? else {
            continue;
        };
        let is_theirs =
            row.contact == member || assignments::by_contact(conn, community, member, row.contact)?.is_some();
        if is_theirs {
            let why = (row, Why::Merged);
            assign::release(conn, ctx, &change.policy, community, why, loads)?;
            released += 1;
        } else {
            hand_over(conn, ctx, change, &pair, loads)?;
            merged += 1;
        }
    }
    let contacts: Vec<MemberId> = owner.table.iter().map(|row| row.contact).collect();
    let who = (owner.id(), member);
    for contact in known {
        recast(conn, change, contact, who)?;
    }
    blocks::recast(conn, ctx, community, who, &contacts)?;
    messages::recast(conn, community, who)?;
    calls::recast(conn, community, who)?;
    outbox::recast(conn, community, who)?;
    if change.reference_becomes(owner) == Some(ReferenceFate::Members) {
        member_references::pass_on(conn, community, (owner.id(), member))?;
    }
    members::forget(conn, community, owner.id())?;
    former_names::pass_on(conn, community, who)?;
    // What waits for texting hours goes by the member's clock now.
    hours::moved(conn, ctx, community, member)?;
    Ok((merged, released))
}

/// Makes one pair the member's: on the same number, unless that is somebody else to the member.
fn hand_over(
    conn: &mut Conn,
    ctx: &Context,
    change: &Change<'_>,
    pair: &[Assignment; 2],
    loads: &mut Loads,
) -> Result<()> {
    let (community, member) = (change.community, change.member);
    let [row, mirror] = pair;
    let phone = devices::primary(conn, community, member)?;
    let (side, stopped) = assign::side(conn, ctx, community, (member, row.contact), phone.as_ref())?;
    let to = match side.is_free(row.number) {
        true => row.number,
        false => {
            let candidates = assign::candidates(conn, ctx, community, loads)?;
            choice::choose_one(&candidates, assign::needs(), &side, (row.contact, mirror.number))?
        }
    };
    tell_released(conn, ctx, community, pair)?;
    let after = [
        Assignment {
            member,
            number: to,
            stopped: row.stopped || stopped.contains(&to),
            created_at: ctx.now,
            ..row.clone()
        },
        Assignment {
            contact: member,
            created_at: ctx.now,
            ..mirror.clone()
        },
    ];
    for (before, then) in pair.iter().zip(&after) {
        assignments::become_another(conn, community, (before, then))?;
        releases::keep_none(conn, community, (then.member, then.contact))?;
        // Nothing cools down: it is the same person.
        let why = (Why::Merged, ctx.now);
        history::note_change(conn, ctx, community, (before, then), why)?;
    }
    count(loads, row.number, -1);
    count(loads, to, 1);
    let number = numbers::get(conn, community, to)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    leave_by(conn, ctx, community, (row, mirror), &number)?;
    tell_created(conn, ctx, community, &after)?;
    if !row.pending {
        books::changed(conn, ctx, &change.policy, community, &[member, row.contact])?;
    }
    Ok(())
}

/// What a contact's numbers stood for, and what the contact's phones have stopped and agreed to, is about the member now.
fn recast(conn: &mut Conn, change: &Change<'_>, contact: MemberId, who: (MemberId, MemberId)) -> Result<()> {
    let community = change.community;
    releases::recast(conn, community, contact, who)?;
    for phone in devices::of_member(conn, community, contact)? {
        phone_holds::recast(conn, community, phone.e164()?, who)?;
        opt_outs::recast(conn, community, phone.e164()?, who)?;
        opt_ins::recast(conn, community, phone.e164()?, who)?;
    }
    Ok(())
}
