//! Which numbers a swap is to empty, and its beginning.

use std::collections::{BTreeSet, HashSet};

use super::super::assign::{self, Loads};
use super::super::error::{Result, SwitchboardError};
use super::super::pools::require_number;
use super::super::{Context, communities};
use super::views::{self, Swap, SwapHub};
use super::{SwapOrder, SwapWhat, is_movable, resumed, wrong_state};
use crate::domain::id::{CommunityId, NumberId, SwapId, SwapKind};
use crate::domain::pool::NumberState;
use crate::domain::swap::Layout;
use crate::store::numbers::{self, NumberChange, NumberRow};
use crate::store::swaps::{self as rows, SwapNumberRow, SwapRow};
use crate::store::{Conn, StoreError, hubs};

/// Numbers read at once.
const PAGE: i64 = 1_000;
/// Most numbers that one swap empties.
const MOST_NUMBERS: usize = 1_000;

/// The numbers that are meant, in the order of their ids.
pub(super) fn find(conn: &mut Conn, community: CommunityId, what: &SwapWhat) -> Result<Vec<NumberRow>> {
    communities::require(conn, community)?;
    let field = match what {
        SwapWhat::Numbers(_) => "numbers",
        SwapWhat::Carrier(_) => "carrier",
        SwapWhat::Region(_) => "region",
    };
    let found = match what {
        SwapWhat::Numbers(ids) => named(conn, community, ids)?,
        SwapWhat::Carrier(carrier) => all(conn, community, |row| row.carrier == *carrier)?,
        SwapWhat::Region(region) => all(conn, community, |row| {
            row.region.as_deref() == Some(region.as_str())
        })?,
    };
    if found.is_empty() {
        let hub = left_out(conn, community, what.named())?.into_iter().next();
        let sentence = match (what, hub) {
            (SwapWhat::Carrier(_) | SwapWhat::Region(_), Some(hub)) => format!(
                "there are only hubs, such as {}, which no swap empties; release the pairs on them instead",
                hub.number
            ),
            (SwapWhat::Numbers(_), _) => {
                "`numbers` is empty; name the numbers that are to be emptied".to_owned()
            }
            (SwapWhat::Carrier(carrier), None) => {
                let shown: String = carrier.chars().take(40).collect();
                format!("no number of this community leaves by carrier `{shown}`")
            }
            (SwapWhat::Region(region), None) => format!("no number of this community is of region {region}"),
        };
        return Err(SwitchboardError::invalid(field, sentence));
    }
    match found.len() > MOST_NUMBERS {
        true => Err(SwitchboardError::invalid(
            field,
            format!(
                "{} numbers are meant; allowed are {MOST_NUMBERS} at once: name some of them",
                found.len()
            ),
        )),
        false => Ok(found),
    }
}

/// The hubs of a carrier or a region, which no swap empties, with how many sit on them.
pub(super) fn left_out(
    conn: &mut Conn,
    community: CommunityId,
    (carrier, region): (Option<&str>, Option<&str>),
) -> Result<Vec<SwapHub>> {
    if carrier.is_none() && region.is_none() {
        return Ok(Vec::new());
    }
    let is_meant = |row: &NumberRow| match carrier {
        Some(carrier) => row.carrier == carrier,
        None => row.region.as_deref() == region,
    };
    let mut left = Vec::new();
    for hub in hubs::all(conn, community)?.iter().filter(|row| is_meant(row)) {
        let id = NumberId::from_i64(hub.id);
        left.push(SwapHub {
            id,
            number: hub.e164()?,
            seats: hubs::load(conn, community, id)?,
        });
    }
    Ok(left)
}

/// The hubs on which somebody sits still, in a sentence.
pub(super) fn seated(left_out: &[SwapHub]) -> Option<String> {
    let seated: Vec<String> = left_out
        .iter()
        .filter(|hub| hub.seats > 0)
        .map(|hub| match hub.seats {
            1 => format!("{} (1 pair)", hub.number),
            seats => format!("{} ({seats} pairs)", hub.number),
        })
        .collect();
    (!seated.is_empty()).then(|| {
        format!(
            "hubs are not emptied, and pairs sit on {}: release them, or give those members numbers of their own, then \
             resume",
            seated.join(", ")
        )
    })
}

fn named(conn: &mut Conn, community: CommunityId, ids: &[NumberId]) -> Result<Vec<NumberRow>> {
    let ids: BTreeSet<NumberId> = ids.iter().copied().collect();
    let mut found = Vec::with_capacity(ids.len().min(MOST_NUMBERS));
    for id in ids {
        let number = require_number(conn, community, id)?;
        is_movable(&number).map_err(|why| SwitchboardError::invalid("numbers", format!("{id} {why}")))?;
        found.push(number);
    }
    Ok(found)
}

fn all(
    conn: &mut Conn,
    community: CommunityId,
    is_meant: impl Fn(&NumberRow) -> bool,
) -> Result<Vec<NumberRow>> {
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = numbers::list(conn, community, after, PAGE)?;
        let is_last = (page.len() as i64) < PAGE;
        after = page.last().map_or(after, |row| row.id);
        found.extend(
            page.into_iter()
                .filter(|row| is_meant(row) && is_movable(row).is_ok()),
        );
        if is_last {
            return Ok(found);
        }
    }
}

/// The ids of numbers.
pub(super) fn ids(of: &[NumberRow]) -> HashSet<NumberId> {
    of.iter().map(|row| NumberId::from_i64(row.id)).collect()
}

/// The numbers that a swap empties.
pub(super) fn emptied(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<HashSet<NumberId>> {
    let all = rows::numbers(conn, community, id)?;
    let emptied = all.iter().filter(|row| row.emptied);
    Ok(emptied.map(|row| NumberId::from_i64(row.number_id)).collect())
}

/// Nobody else begins a swap of a swap's numbers until the transaction ends. Before the swap itself is held, as where one
/// begins.
pub(super) fn hold(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<()> {
    let mut telephone = Vec::new();
    for number in emptied(conn, community, id)? {
        let row = numbers::get(conn, community, number)?;
        telephone.push(row.ok_or(StoreError::Corrupt("swap_numbers.number_id"))?.e164()?);
    }
    Ok(numbers::hold_all(conn, telephone)?)
}

/// Refuses where another swap that is not over empties one of a swap's numbers.
pub(super) fn check_alone(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<()> {
    for number in emptied(conn, community, id)? {
        if let Some(other) = rows::open_beside(conn, community, number, Some(id))? {
            return Err(taken(number, SwapId::from_i64(other.id)));
        }
    }
    Ok(())
}

fn taken(number: NumberId, by: SwapId) -> SwitchboardError {
    SwitchboardError::conflict(
        "number_in_swap",
        format!("{number} is being emptied by {by} already; wait until that is over, or undo it"),
    )
}

/// How a number stood before it was to be empty: as a swap before this one found it, which has it take no pairs and was
/// not undone.
fn state_before(conn: &mut Conn, community: CommunityId, number: &NumberRow) -> Result<String> {
    if number.state == NumberState::Draining.word() {
        let id = NumberId::from_i64(number.id);
        for row in rows::of_number(conn, community, id)?
            .into_iter()
            .filter(|row| row.emptied)
        {
            let swap = rows::get(conn, community, SwapId::from_i64(row.swap_id))?;
            if swap.is_some_and(|swap| swap.state != rows::UNDONE) {
                return Ok(row.former_state);
            }
        }
    }
    Ok(number.state.clone())
}

/// Refuses where no number would be left that could take a row.
pub(super) fn check_room(layout: &Layout) -> Result<()> {
    match layout.can_take(assign::needs()) {
        true => Ok(()),
        false => Err(SwitchboardError::conflict(
            "no_other_numbers",
            "no other number of this community is active and takes texts; add numbers first",
        )),
    }
}

/// Begins a swap, or has the one go on that empties the very same numbers.
pub(super) fn start(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    order: &SwapOrder,
) -> Result<(Swap, bool)> {
    let policy = communities::require(conn, community)?.policy;
    let checked = order.checked(&policy.swap_notice)?;
    let found = find(conn, community, &order.what)?;
    let telephone: std::result::Result<Vec<_>, StoreError> = found.iter().map(NumberRow::e164).collect();
    numbers::hold_all(conn, telephone?)?;
    // Looked at again: they may have changed before they were held.
    let found = find(conn, community, &order.what)?;
    let sources = ids(&found);
    if let Some(swap) = known(conn, ctx, community, &found, &sources)? {
        return Ok((views::swap(conn, &swap, ctx.now)?, false));
    }
    let total = found.iter().map(|row| row.load).sum();
    if total > 0 {
        let candidates = assign::candidates(conn, ctx, community, &Loads::new())?;
        check_room(&Layout::new(candidates, &sources))?;
    }
    let (who, who_id) = ctx.by.get().code();
    let id = ctx.id::<SwapKind>();
    let (carrier, region) = order.what.named();
    let (carrier, region) = (carrier.map(str::to_owned), region.map(str::to_owned));
    let swap = SwapRow {
        community_id: community.as_i64(),
        id: id.as_i64(),
        carrier,
        region,
        overlap_s: checked.overlap_s,
        notice: checked.notice,
        state: rows::RUNNING,
        undoing: false,
        total,
        moved: 0,
        failed: 0,
        told: 0,
        undone: 0,
        not_undone: 0,
        place_member: 0,
        place_number: 0,
        pass_moved: 0,
        forwards_until: 0,
        who,
        who_id,
        created_at: ctx.now.0,
        changed_at: ctx.now.0,
        ended_at: None,
        waits: false,
    };
    rows::insert(conn, &swap)?;
    for number in &found {
        let row = SwapNumberRow {
            community_id: community.as_i64(),
            swap_id: id.as_i64(),
            number_id: number.id,
            emptied: true,
            former_state: state_before(conn, community, number)?,
            forwards_until: 0,
        };
        rows::put_number(conn, &row)?;
    }
    drain(conn, community, &sources)?;
    Ok((views::swap(conn, &swap, ctx.now)?, true))
}

/// Has numbers take no new pairs.
pub(super) fn drain(conn: &mut Conn, community: CommunityId, sources: &HashSet<NumberId>) -> Result<()> {
    let draining = NumberChange {
        state: Some(NumberState::Draining.word().to_owned()),
        ..NumberChange::default()
    };
    for number in sources {
        let there = numbers::get(conn, community, *number)?;
        if there.is_some_and(|row| row.state == NumberState::Active.word()) {
            numbers::update(conn, community, *number, &draining)?;
        }
    }
    Ok(())
}

/// The swap that empties these very numbers and is not over, or has left some rows on them, or has emptied them all: it
/// goes on. Another that is not over and empties one of them stands against it.
fn known(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    found: &[NumberRow],
    sources: &HashSet<NumberId>,
) -> Result<Option<SwapRow>> {
    let mut newest = None;
    for number in found {
        let id = NumberId::from_i64(number.id);
        let last = rows::of_number(conn, community, id)?
            .into_iter()
            .find(|row| row.emptied);
        newest = newest.max(last.map(|row| row.swap_id));
        let Some(open) = rows::open_on(conn, community, id)? else {
            continue;
        };
        let other = SwapId::from_i64(open.id);
        if emptied(conn, community, other)? != *sources {
            return Err(taken(id, other));
        }
    }
    let Some(newest) = newest.map(SwapId::from_i64) else {
        return Ok(None);
    };
    if emptied(conn, community, newest)? != *sources {
        return Ok(None);
    }
    let mut swap = super::hold(conn, community, newest)?;
    let is_empty = found
        .iter()
        .all(|row| row.load == 0 && row.state != NumberState::Active.word());
    match (swap.state, swap.undoing) {
        (rows::UNDOING | rows::PAUSED, true) => Err(wrong_state(
            &swap,
            "goes back; wait until it is undone, then start again",
        )),
        (rows::RUNNING, _) => Ok(Some(swap)),
        (rows::PAUSED | rows::FAILED, _) => {
            drain(conn, community, sources)?;
            resumed(&mut swap);
            swap.changed_at = ctx.now.0;
            rows::save(conn, &swap)?;
            Ok(Some(swap))
        }
        (rows::DONE, _) if is_empty => Ok(Some(swap)),
        _ => Ok(None),
    }
}
