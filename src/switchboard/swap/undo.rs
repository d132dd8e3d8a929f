//! Undoing a swap: what it has moved goes back, as far as the old number is in service and still free on that phone. The
//! new number leads on for as long as the old one did.

use std::collections::HashSet;

use super::super::assign::{self, Loads};
use super::super::communities::{self, Setup};
use super::super::error::{Result, SwitchboardError};
use super::super::{Context, swap};
use super::act_as;
use super::run::AT_ONCE;
use super::shift::{Shift, Waiting};
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId, NumberId, SwapId};
use crate::domain::pool::NumberState;
use crate::domain::swap::Telling;
use crate::store::numbers::{self, NumberChange};
use crate::store::swap_moves::{self, MoveRow};
use crate::store::swaps::{self as rows, SwapNumberRow, SwapRow};
use crate::store::{Conn, MaybeTransient, assignments, devices, members};

/// Turns a swap round: its numbers take new pairs again, where they did before.
pub(super) fn begin(conn: &mut Conn, community: CommunityId, swap: &mut SwapRow) -> Result<()> {
    let id = SwapId::from_i64(swap.id);
    for row in rows::numbers(conn, community, id)?
        .into_iter()
        .filter(|row| row.emptied)
    {
        let number = NumberId::from_i64(row.number_id);
        let there = numbers::get(conn, community, number)?;
        if there.is_some_and(|there| there.state == NumberState::Draining.word()) {
            let as_before = NumberChange {
                state: Some(row.former_state),
                ..NumberChange::default()
            };
            numbers::update(conn, community, number, &as_before)?;
        }
    }
    swap_moves::forget_stuck(conn, community, id)?;
    swap.failed = 0;
    swap.undoing = true;
    swap.state = rows::UNDOING;
    swap.ended_at = None;
    (swap.place_member, swap.place_number, swap.pass_moved) = (0, 0, 0);
    Ok(())
}

/// Moves some rows back; whether there are more.
pub(super) fn some(conn: &mut Conn, ctx: &Context, community: CommunityId, id: SwapId) -> Result<bool> {
    let mut swap = super::hold(conn, community, id)?;
    if swap.state != rows::UNDOING {
        return Ok(swap.is_going());
    }
    act_as(ctx, &swap)?;
    let place = (swap.place_member, swap.place_number);
    let found = swap_moves::list(conn, community, id, place, AT_ONCE as i64)?;
    match found.last() {
        Some(last) => (swap.place_member, swap.place_number) = (last.member_id, last.from_number_id),
        None => {
            swap.state = rows::UNDONE;
            swap.ended_at = Some(ctx.now.0);
        }
    }
    if !found.is_empty() {
        move_back(conn, ctx, &mut swap, found)?;
    }
    swap.changed_at = ctx.now.0;
    rows::save(conn, &swap)?;
    Ok(swap.is_going())
}

fn move_back(conn: &mut Conn, ctx: &Context, swap: &mut SwapRow, found: Vec<MoveRow>) -> Result<()> {
    let community = CommunityId::from_i64(swap.community_id);
    let ends = |row: &MoveRow| {
        (
            MemberId::from_i64(row.member_id),
            MemberId::from_i64(row.contact_id),
        )
    };
    let people: Vec<MemberId> = found
        .iter()
        .map(ends)
        .flat_map(|(member, contact)| [member, contact])
        .collect();
    members::lock(conn, community, &people)?;
    let mut mirrors = Vec::with_capacity(found.len());
    for (member, contact) in found.iter().map(ends) {
        let pair = assignments::lock_pair(conn, community, member, contact)?;
        mirrors.extend(pair.map(|[_, mirror]| mirror.id));
    }
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let template = swap.notice.clone();
    let shift = Shift {
        community,
        policy: &policy,
        apps,
        swap: SwapId::from_i64(swap.id),
        why: Why::MovedBack,
        overlap_s: swap.overlap_s,
        notice: template.as_deref(),
    };
    let given: HashSet<NumberId> = found
        .iter()
        .filter_map(|row| row.to_number_id.map(NumberId::from_i64))
        .collect();
    let mut waiting = Waiting::read(conn, community, &mirrors)?;
    let mut loads = Loads::new();
    for mut row in found {
        if row.to_number_id.is_none() || row.undone_at.is_some() {
            continue;
        }
        let (member, contact) = ends(&row);
        let pair = assignments::lock_pair(conn, community, member, contact)?;
        let (mark, before) = (ctx.events.mark(), loads.clone());
        let back =
            conn.savepoint(|conn| one(conn, ctx, &shift, (&row, pair.as_ref()), &mut waiting, &mut loads));
        match back {
            Ok(withdrawn) => {
                row.undone_at = Some(ctx.now.0);
                swap.undone += 1;
                swap.told -= i64::from(withdrawn);
            }
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                ctx.events.rewind(mark);
                loads = before;
                row.undo_reason = Some(error.to_string());
                swap.not_undone += 1;
            }
        }
        swap_moves::save(conn, &row)?;
    }
    let until = ctx.now.plus_s(swap.overlap_s).0;
    for number in given.iter().filter(|number| loads.contains_key(number)) {
        let row = SwapNumberRow {
            community_id: community.as_i64(),
            swap_id: swap.id,
            number_id: number.as_i64(),
            emptied: false,
            former_state: String::new(),
            forwards_until: until,
        };
        rows::put_number(conn, &row)?;
        swap.forwards_until = swap.forwards_until.max(until);
    }
    Ok(numbers::add_loads(conn, community, &loads)?)
}

/// Moves one row back; whether its phone had not been told yet, and is told nothing. An error that is no passing one says
/// why it cannot be.
fn one(
    conn: &mut Conn,
    ctx: &Context,
    shift: &Shift<'_>,
    (row, pair): (&MoveRow, Option<&[Assignment; 2]>),
    waiting: &mut Waiting,
    loads: &mut Loads,
) -> Result<bool> {
    let cannot = |sentence: String| SwitchboardError::conflict("not_undone", sentence);
    let (from, to) = (
        NumberId::from_i64(row.from_number_id),
        row.to_number_id.map(NumberId::from_i64),
    );
    let Some(pair) = pair.filter(|[now, _]| now.id.as_i64() == row.assignment_id) else {
        return Err(cannot("the pair was released since".into()));
    };
    if Some(pair[0].number) != to {
        return Err(cannot(format!("the pair was given {} since", pair[0].number)));
    }
    let number = numbers::get(conn, shift.community, from)?.filter(|row| row.state != numbers::REMOVED);
    match number {
        None => return Err(cannot(format!("{from} is not in service any more"))),
        Some(number) => swap::is_movable(&number).map_err(|why| cannot(format!("{from} {why}")))?,
    }
    let phone = devices::primary(conn, shift.community, pair[0].member)?;
    let whom = (pair[0].member, pair[0].contact);
    let (side, stopped) = assign::side(conn, ctx, shift.community, whom, phone.as_ref())?;
    if !side.is_free(from) {
        return Err(cannot(format!(
            "{from} stands, or stood, for somebody else on the phones of {}, or was stopped there",
            pair[0].member
        )));
    }
    // Who has not heard of the one number need not hear that it is the other again.
    let withdrawn = shift.withdraw(conn, ctx, &pair[1], waiting)?;
    let telling = match withdrawn {
        true => Telling::Silent,
        false => shift.telling(conn, pair, (from, &stopped))?,
    };
    shift.run(conn, ctx, pair, (from, &stopped, telling), waiting, loads)?;
    Ok(withdrawn)
}
