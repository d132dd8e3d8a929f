//! Undoing a swap: what it has moved goes back, as far as the old number is in service and still free on that phone. The
//! new number leads on for as long as the old one did.

use std::collections::{BTreeSet, HashSet};

use super::super::assign::{self, Loads};
use super::super::communities::{self, Setup};
use super::super::error::{Result, SwitchboardError};
use super::super::traffic::Spare;
use super::super::{Context, swap};
use super::act_as;
use super::run::{at_once, has_more};
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
    swap.waits = false;
    (swap.place_member, swap.place_number, swap.pass_moved) = (0, 0, 0);
    Ok(())
}

/// Moves some rows back; whether there are more.
pub(super) fn some(conn: &mut Conn, ctx: &Context, community: CommunityId, id: SwapId) -> Result<bool> {
    let mut swap = super::hold(conn, community, id)?;
    if swap.state != rows::UNDOING {
        return Ok(has_more(&swap));
    }
    act_as(ctx, &swap)?;
    let before = swap.clone();
    let place = (swap.place_member, swap.place_number);
    let found = swap_moves::list(conn, community, id, place, at_once(&swap) as i64)?;
    match found.last() {
        Some(last) => {
            let last = (last.member_id, last.from_number_id);
            let held_at = move_back(conn, ctx, &mut swap, (place, found))?;
            swap.waits = held_at.is_some();
            (swap.place_member, swap.place_number) = held_at.unwrap_or(last);
        }
        None => {
            swap.state = rows::UNDONE;
            swap.ended_at = Some(ctx.now.0);
        }
    }
    if !swap.waits || swap != before {
        swap.changed_at = ctx.now.0;
        rows::save(conn, &swap)?;
    }
    Ok(has_more(&swap))
}

/// Moves some rows back; up to which, where too many notices wait to go on.
fn move_back(
    conn: &mut Conn,
    ctx: &Context,
    swap: &mut SwapRow,
    (mut place, found): ((i64, i64), Vec<MoveRow>),
) -> Result<Option<(i64, i64)>> {
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
    let mut spare = match &swap.notice {
        Some(_) => {
            let back: BTreeSet<i64> = found.iter().map(|row| row.from_number_id).collect();
            let mut there = Vec::with_capacity(back.len());
            for number in back {
                there.extend(numbers::get(conn, community, NumberId::from_i64(number))?);
            }
            Spare::read(conn, community, &there, ctx.now)?
        }
        None => Spare::default(),
    };
    let mut held_at = None;
    let mut loads = Loads::new();
    for mut row in found {
        let next = (row.member_id, row.from_number_id);
        if row.to_number_id.is_none() || row.undone_at.is_some() {
            place = next;
            continue;
        }
        let (member, contact) = ends(&row);
        let pair = assignments::lock_pair(conn, community, member, contact)?;
        let (mark, before) = (ctx.events.mark(), loads.clone());
        let back = conn.savepoint(|conn| {
            let from = (&row, pair.as_ref());
            one(conn, ctx, &shift, from, (&mut waiting, &mut spare), &mut loads)
        });
        match back {
            Ok(None) => {
                held_at = Some(place);
                break;
            }
            Ok(Some(withdrawn)) => {
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
        place = next;
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
    numbers::add_loads(conn, community, &loads)?;
    Ok(held_at)
}

/// Moves one row back; whether its phone had not been told yet, and is told nothing; none where too
/// many notices wait. An error that is no passing one says why it cannot be.
fn one(
    conn: &mut Conn,
    ctx: &Context,
    shift: &Shift<'_>,
    (row, pair): (&MoveRow, Option<&[Assignment; 2]>),
    (waiting, spare): (&mut Waiting, &mut Spare),
    loads: &mut Loads,
) -> Result<Option<bool>> {
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
    if telling == Telling::Phone && !spare.take(from) {
        return Ok(None);
    }
    shift.run(conn, ctx, pair, (from, &stopped, telling), waiting, loads)?;
    Ok(Some(withdrawn))
}
