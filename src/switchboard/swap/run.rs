//! The running of swaps: some rows a transaction, each transaction with the place up to which the table was gone through.
//! A kill leaves a place from which it goes on; what two do at once, the second finds done.

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;

use super::super::assign::{self, Loads};
use super::super::communities::{self, Setup};
use super::super::error::{Result, SwitchboardError};
use super::super::traffic::Spare;
use super::super::{Context, Switchboard};
use super::shift::{Shift, Waiting};
use super::{act_as, sources, undo};
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId, NumberId, SwapId};
use crate::domain::pool::Capabilities;
use crate::domain::swap::{Layout, Seat, Telling};
use crate::store::swap_moves::{self, MoveRow};
use crate::store::swaps::{self as rows, SwapNumberRow, SwapRow};
use crate::store::{
    Conn, MaybeTransient, StoreError, assignment_lists, assignments, devices, members, numbers,
};

/// Rows that are moved in one transaction.
const AT_ONCE: usize = 100;
/// Rows of the table that are looked at in one statement, and how many statements look for rows in one go.
const LOOKED_AT: i64 = 2_000;
const LOOKS: usize = 20;

/// As many where it waits for notices to leave: it is looked at again and again.
const AT_ONCE_WAITING: usize = 10;

/// How many rows of a swap are looked at in one transaction.
pub(super) fn at_once(swap: &SwapRow) -> usize {
    match swap.waits {
        true => AT_ONCE_WAITING,
        false => AT_ONCE,
    }
}

/// Whether there is more that a swap can do now.
pub(super) fn has_more(swap: &SwapRow) -> bool {
    swap.is_going() && !swap.waits
}

/// A place in the table.
pub(super) type Place = (MemberId, NumberId);

/// Some rows on the numbers, after a place.
#[derive(Debug)]
pub(super) struct Stretch {
    pub found: Vec<Assignment>,
    /// Up to where all was looked at; none for the end of the table.
    pub upto: Option<Place>,
}

/// The next rows on some numbers, so many at most, by members and numbers.
pub(super) fn next_rows(
    conn: &mut Conn,
    community: CommunityId,
    (mut after, most): (Place, usize),
    on: &HashSet<NumberId>,
) -> Result<Stretch> {
    let mut found: Vec<Assignment> = Vec::new();
    for _ in 0..LOOKS {
        let page = assignment_lists::of_community(conn, community, after, LOOKED_AT)?;
        let is_last = (page.len() as i64) < LOOKED_AT;
        for row in page {
            after = (row.member, row.number);
            if on.contains(&row.number) {
                found.push(row);
            }
            if found.len() == most {
                return Ok(Stretch {
                    found,
                    upto: Some(after),
                });
            }
        }
        if is_last {
            return Ok(Stretch { found, upto: None });
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(Stretch {
        found,
        upto: Some(after),
    })
}

impl Switchboard {
    /// Goes on with every swap that is not over, as far as it goes: some rows of each in turn, so that none waits until a
    /// long one is over. Called by the node that leads, and again and again.
    pub(in super::super) async fn go_on_swapping(self, stop: CancellationToken) {
        // Those that go no further for now are left until the next call.
        let mut resting = HashSet::new();
        loop {
            let going = match self.read_store(rows::going).await {
                Ok(going) => going,
                Err(error) => {
                    tracing::warn!(%error, "swaps could not be looked for");
                    return;
                }
            };
            let turn: Vec<_> = going
                .into_iter()
                .filter(|which| !resting.contains(which))
                .collect();
            if turn.is_empty() {
                return;
            }
            for (community, id) in turn {
                if stop.is_cancelled() {
                    return;
                }
                match self.swap_step(community, id).await {
                    Ok(true) => {}
                    Ok(false) => {
                        resting.insert((community, id));
                    }
                    Err(error) => {
                        tracing::warn!(%error, swap = %id, "a swap could not go on, and is tried again");
                        resting.insert((community, id));
                    }
                }
            }
        }
    }

    /// Goes on with a swap for one transaction; whether there is more to do.
    pub async fn swap_step(&self, community: CommunityId, id: SwapId) -> Result<bool> {
        let seen = self.read(move |conn| super::require(conn, community, id)).await?;
        if !seen.is_going() {
            return Ok(false);
        }
        if seen.undoing {
            let more = self
                .write(move |conn, ctx| undo::some(conn, ctx, community, id))
                .await;
            self.doubt_outbox();
            return more;
        }
        let place = (
            MemberId::from_i64(seen.place_member),
            NumberId::from_i64(seen.place_number),
        );
        let (on, stretch) = self
            .read(move |conn| {
                let on = sources::emptied(conn, community, id)?;
                let stretch = next_rows(conn, community, (place, at_once(&seen)), &on)?;
                Ok((on, stretch))
            })
            .await?;
        let is_any = !stretch.found.is_empty();
        let more = self
            .write(move |conn, ctx| some(conn, ctx, (community, id), &on, (place, &stretch)))
            .await;
        if is_any {
            // Texts that wait in memory leave by the new numbers, and there are notices.
            self.doubt_outbox();
        }
        more
    }
}

/// Moves some rows, and notes how far it is.
fn some(
    conn: &mut Conn,
    ctx: &Context,
    (community, id): (CommunityId, SwapId),
    on: &HashSet<NumberId>,
    (place, stretch): (Place, &Stretch),
) -> Result<bool> {
    let mut swap = super::hold(conn, community, id)?;
    let is_here = (swap.place_member, swap.place_number) == (place.0.as_i64(), place.1.as_i64());
    if swap.state != rows::RUNNING || !is_here {
        // Somebody has paused it, or gone on with it, since it was looked at.
        return Ok(has_more(&swap));
    }
    act_as(ctx, &swap)?;
    let before = swap.clone();
    let held_at = match stretch.found.is_empty() {
        true => None,
        false => move_rows(conn, ctx, &mut swap, on, (place, &stretch.found))?,
    };
    swap.waits = held_at.is_some();
    match held_at.or(stretch.upto) {
        Some((member, number)) => {
            (swap.place_member, swap.place_number) = (member.as_i64(), number.as_i64());
        }
        None => end_pass(conn, ctx, &mut swap, on)?,
    }
    if !swap.waits || swap != before {
        swap.changed_at = ctx.now.0;
        rows::save(conn, &swap)?;
    }
    Ok(has_more(&swap))
}

/// The table was gone through. What is left lies where the pass had been already, or could not be moved: as long as
/// anything moves it is gone through again.
fn end_pass(conn: &mut Conn, ctx: &Context, swap: &mut SwapRow, on: &HashSet<NumberId>) -> Result<()> {
    let community = CommunityId::from_i64(swap.community_id);
    let mut left = 0;
    for number in on {
        left += numbers::get(conn, community, *number)?.map_or(0, |row| row.load);
    }
    // Rows that nobody has tried came while it began, or behind the pass: once more, but not for a count that is wrong.
    let came_since = swap.pass_moved == 0 && left > swap.failed;
    if left > 0 && (swap.pass_moved > 0 || came_since) {
        swap.pass_moved = if came_since { -1 } else { 0 };
        (swap.place_member, swap.place_number) = (0, 0);
        return Ok(());
    }
    swap.ended_at = Some(ctx.now.0);
    swap.state = rows::FAILED;
    if left == 0 {
        swap_moves::forget_stuck(conn, community, SwapId::from_i64(swap.id))?;
        swap.failed = 0;
        // A carrier or region is not empty while anybody sits on its hubs.
        let named = (swap.carrier.as_deref(), swap.region.as_deref());
        let left_out = sources::left_out(conn, community, named)?;
        if sources::seated(&left_out).is_none() {
            swap.state = rows::DONE;
        }
    }
    Ok(())
}

/// What became of a row.
enum Outcome {
    Moved(NumberId, Telling, Option<crate::domain::id::MessageId>),
    Stuck(String),
    /// Too many notices wait to leave from the number that it would get.
    Waits,
}

/// Moves some rows; up to which, where too many notices wait to go on. Members' texts leave from the same numbers, and
/// under the same caps of a day.
fn move_rows(
    conn: &mut Conn,
    ctx: &Context,
    swap: &mut SwapRow,
    on: &HashSet<NumberId>,
    (mut place, found): (Place, &[Assignment]),
) -> Result<Option<Place>> {
    let community = CommunityId::from_i64(swap.community_id);
    let people: Vec<MemberId> = found.iter().flat_map(|row| [row.member, row.contact]).collect();
    members::lock(conn, community, &people)?;
    let mut mirrors = Vec::with_capacity(found.len());
    for row in found {
        let pair = assignments::lock_pair(conn, community, row.member, row.contact)?;
        mirrors.extend(pair.map(|[_, mirror]| mirror.id));
    }
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let template = swap.notice.clone();
    let shift = Shift {
        community,
        policy: &policy,
        apps,
        swap: SwapId::from_i64(swap.id),
        why: Why::Moved,
        overlap_s: swap.overlap_s,
        notice: template.as_deref(),
    };
    let mut layout = Layout::new(assign::candidates(conn, ctx, community, &Loads::new())?, on);
    let mut waiting = Waiting::read(conn, community, &mirrors)?;
    let mut spare = match &swap.notice {
        Some(_) => {
            let targets = numbers::active(conn, community)?;
            Spare::read(conn, community, &targets, ctx.now)?
        }
        None => Spare::default(),
    };
    let mut held_at = None;
    let mut loads = Loads::new();
    let mut until = ctx.now.plus_s(swap.overlap_s).0;
    for row in found {
        // As it is under its lock: the one before may have been its mirror, or somebody has released it.
        let pair = assignments::lock_pair(conn, community, row.member, row.contact)?;
        let Some(pair) = pair.filter(|[now, _]| now.id == row.id && now.number == row.number) else {
            continue;
        };
        let from = (&mut layout, &mut spare);
        match one(conn, ctx, &shift, &pair, from, &mut waiting, &mut loads)? {
            Outcome::Waits => {
                held_at = Some(place);
                break;
            }
            outcome => note(conn, ctx, swap, &pair[0], outcome)?,
        }
        place = (row.member, row.number);
    }
    for number in on.iter().filter(|number| loads.contains_key(number)) {
        let row = SwapNumberRow {
            community_id: community.as_i64(),
            swap_id: swap.id,
            number_id: number.as_i64(),
            emptied: true,
            former_state: String::new(),
            forwards_until: until,
        };
        rows::put_number(conn, &row)?;
    }
    if loads.is_empty() {
        until = swap.forwards_until;
    }
    swap.forwards_until = swap.forwards_until.max(until);
    numbers::add_loads(conn, community, &loads)?;
    Ok(held_at)
}

/// Moves one row, in a savepoint: one that cannot be written keeps no other from it.
fn one(
    conn: &mut Conn,
    ctx: &Context,
    shift: &Shift<'_>,
    pair: &[Assignment; 2],
    (layout, spare): (&mut Layout, &mut Spare),
    waiting: &mut Waiting,
    loads: &mut Loads,
) -> Result<Outcome> {
    let (mark, before) = (ctx.events.mark(), loads.clone());
    let tried = conn.savepoint(|conn| seat(conn, ctx, shift, pair, (layout, spare), waiting, loads));
    match tried {
        Err(SwitchboardError::TableFull(shortage)) => Ok(Outcome::Stuck(shortage.to_string())),
        Err(error) if !error.is_transient() => {
            tracing::error!(%error, assignment = %pair[0].id, "a row could not be moved");
            ctx.events.rewind(mark);
            *loads = before;
            Ok(Outcome::Stuck(format!("it could not be written: {error}")))
        }
        tried => tried,
    }
}

fn seat(
    conn: &mut Conn,
    ctx: &Context,
    shift: &Shift<'_>,
    pair: &[Assignment; 2],
    (layout, spare): (&mut Layout, &mut Spare),
    waiting: &mut Waiting,
    loads: &mut Loads,
) -> Result<Outcome> {
    let [row, mirror] = pair;
    let phone = devices::primary(conn, shift.community, row.member)?;
    let whom = (row.member, row.contact);
    let (side, stopped) = assign::side(conn, ctx, shift.community, whom, phone.as_ref())?;
    let number = numbers::get(conn, shift.community, row.number)?
        .ok_or(StoreError::Corrupt("assignments.number_id"))?;
    let seat = Seat {
        member: row.member,
        contact: row.contact,
        mirror: mirror.number,
        abilities: Capabilities::from_bits(number.capabilities),
    };
    let target = layout.place(assign::needs(), &seat, &side)?;
    let telling = shift.telling(conn, pair, (target.number, &stopped))?;
    if telling == Telling::Phone && !spare.take(target.number) {
        return Ok(Outcome::Waits);
    }
    let to = (target.number, &stopped, telling);
    let notice = shift.run(conn, ctx, pair, to, waiting, loads)?;
    Ok(Outcome::Moved(target.number, telling, notice))
}

/// Writes down what became of a row.
fn note(
    conn: &mut Conn,
    ctx: &Context,
    swap: &mut SwapRow,
    row: &Assignment,
    outcome: Outcome,
) -> Result<()> {
    let mut done = MoveRow {
        community_id: swap.community_id,
        swap_id: swap.id,
        member_id: row.member.as_i64(),
        from_number_id: row.number.as_i64(),
        contact_id: row.contact.as_i64(),
        assignment_id: row.id.as_i64(),
        to_number_id: None,
        moved_at: ctx.now.0,
        told: Telling::Silent.code(),
        notice_id: None,
        reason: None,
        undone_at: None,
        undo_reason: None,
    };
    let is_moved = match outcome {
        Outcome::Moved(to, telling, notice) => {
            done.to_number_id = Some(to.as_i64());
            done.told = telling.code();
            done.notice_id = notice.map(|id| id.as_i64());
            swap.told += i64::from(notice.is_some());
            true
        }
        Outcome::Stuck(reason) => {
            done.reason = Some(reason);
            false
        }
        Outcome::Waits => return Ok(()),
    };
    let was_stuck = swap_moves::put(conn, &done)?;
    swap.failed += i64::from(!is_moved) - i64::from(was_stuck == Some(true));
    swap.moved += i64::from(is_moved) - i64::from(was_stuck == Some(false));
    swap.pass_moved += i64::from(is_moved);
    Ok(())
}
