//! What a swap would do: the same choice, row by row, on what there is now. Nothing is written.

use std::collections::{BTreeMap, HashSet};

use data_encoding::BASE64URL_NOPAD;

use super::super::assign::{self, Loads};
use super::super::communities::{self, Apps, Setup};
use super::super::contacts::number_of;
use super::super::error::{Result, SwitchboardError};
use super::super::{Context, Switchboard};
use super::run::{Place, next_rows};
use super::views::{PlannedMove, SwapPlan, SwapTargets};
use super::{SwapOrder, shift, sources};
use crate::domain::assignment::Assignment;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::pool::Capabilities;
use crate::domain::swap::{Layout, Seat, telling};
use crate::store::{Conn, StoreError, assignments, devices, numbers};

/// Rows that are placed in one read.
const AT_ONCE: usize = 200;

/// A plan in the making.
struct Walk {
    community: CommunityId,
    apps: Apps,
    on: HashSet<NumberId>,
    layout: Layout,
    plan: SwapPlan,
    /// Rows, and those that cannot be moved, by the number that they have.
    from: BTreeMap<NumberId, (usize, usize)>,
    to: BTreeMap<NumberId, usize>,
    last: Option<MemberId>,
    place: Place,
    /// Which moves are shown: those after a place, so many.
    shown: (Place, usize),
    shown_to: Option<Place>,
    is_over: bool,
}

impl Switchboard {
    /// What a swap would do; a page of its moves, after a place.
    pub async fn plan_swap(
        &self,
        community: CommunityId,
        order: SwapOrder,
        after: Option<Place>,
        limit: usize,
    ) -> Result<SwapPlan> {
        let zero = (MemberId::from_i64(0), NumberId::from_i64(0));
        let shown = (after.unwrap_or(zero), limit);
        let ctx = self.context();
        let mut walk = self
            .read(move |conn| conn.snapshot(|conn| begin(conn, &ctx, community, &order, shown)))
            .await?;
        while !walk.is_over {
            let ctx = self.context();
            walk = self
                .read(move |conn| conn.snapshot(|conn| some(conn, &ctx, walk)))
                .await?;
        }
        self.read(move |conn| end(conn, walk)).await
    }
}

/// A place as a cursor.
fn cursor((member, number): Place) -> String {
    BASE64URL_NOPAD.encode(format!("{member}/{number}").as_bytes())
}

fn begin(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    order: &SwapOrder,
    shown: (Place, usize),
) -> Result<Walk> {
    let Setup { policy, apps } = communities::setup(conn, community)?;
    let checked = order.checked(&policy.swap_notice)?;
    let found = sources::find(conn, community, &order.what)?;
    let on = sources::ids(&found);
    let layout = Layout::new(assign::candidates(conn, ctx, community, &Loads::new())?, &on);
    if found.iter().any(|row| row.load > 0) {
        sources::check_room(&layout)?;
    }
    Ok(Walk {
        community,
        apps,
        from: on.iter().map(|number| (*number, (0, 0))).collect(),
        on,
        layout,
        plan: SwapPlan {
            overlap_s: checked.overlap_s,
            notice: checked.notice,
            left_out: sources::left_out(conn, community, order.what.named())?,
            ..SwapPlan::default()
        },
        to: BTreeMap::new(),
        last: None,
        place: (MemberId::from_i64(0), NumberId::from_i64(0)),
        shown,
        shown_to: None,
        is_over: false,
    })
}

fn some(conn: &mut Conn, ctx: &Context, mut walk: Walk) -> Result<Walk> {
    let stretch = next_rows(conn, walk.community, (walk.place, AT_ONCE), &walk.on)?;
    for row in &stretch.found {
        one(conn, ctx, &mut walk, row)?;
    }
    match stretch.upto {
        Some(upto) => walk.place = upto,
        None => walk.is_over = true,
    }
    Ok(walk)
}

fn one(conn: &mut Conn, ctx: &Context, walk: &mut Walk, row: &Assignment) -> Result<()> {
    let community = walk.community;
    let mirror = assignments::by_contact(conn, community, row.contact, row.member)?
        .ok_or(StoreError::Corrupt("assignments: a row without its mirror"))?;
    let phone = devices::primary(conn, community, row.member)?;
    let (side, stopped) = assign::side(conn, ctx, community, (row.member, row.contact), phone.as_ref())?;
    let number = numbers::get(conn, community, row.number)?;
    let number = number.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    let seat = Seat {
        member: row.member,
        contact: row.contact,
        mirror: mirror.number,
        abilities: Capabilities::from_bits(number.capabilities),
    };
    let placed = walk.layout.place(assign::needs(), &seat, &side);
    let mut hearing = shift::hearing(conn, community, walk.apps, &mirror, walk.plan.notice.is_some())?;
    if let Ok(target) = &placed {
        hearing.mute |= stopped.contains(&target.number);
    }
    let told = telling(hearing);
    let from = walk.from.entry(row.number).or_default();
    walk.plan.rows += 1;
    from.0 += 1;
    match &placed {
        Ok(target) => {
            walk.plan.movable += 1;
            walk.plan.narrower += usize::from(target.narrower);
            walk.plan.told.add(told);
            *walk.to.entry(target.number).or_default() += 1;
            if walk.last != Some(row.member) {
                walk.plan.members += 1;
                walk.last = Some(row.member);
            }
        }
        Err(_) => {
            walk.plan.stuck += 1;
            from.1 += 1;
        }
    }
    let place = (row.member, row.number);
    if place <= walk.shown.0 {
        return Ok(());
    }
    if walk.plan.moves.len() >= walk.shown.1 {
        // There is one more: the page ends with the one before.
        walk.plan.next_cursor = walk.shown_to.map(cursor);
        return Ok(());
    }
    walk.shown_to = Some(place);
    walk.plan.moves.push(PlannedMove {
        member: row.member,
        contact: row.contact,
        assignment: row.id,
        from: number.e164()?,
        to: match &placed {
            Ok(target) => Some(number_of(conn, community, target.number)?),
            Err(_) => None,
        },
        narrower: placed.as_ref().is_ok_and(|target| target.narrower),
        told,
        reason: placed
            .err()
            .map(|shortage| SwitchboardError::from(shortage).to_string()),
    });
    Ok(())
}

fn end(conn: &mut Conn, walk: Walk) -> Result<SwapPlan> {
    let mut plan = walk.plan;
    let mut counted = |id: NumberId, rows: usize, stuck: usize| -> Result<SwapTargets> {
        let number = number_of(conn, walk.community, id)?;
        Ok(SwapTargets {
            id,
            number,
            rows,
            stuck,
        })
    };
    for (id, (rows, stuck)) in walk.from {
        plan.numbers.push(counted(id, rows, stuck)?);
    }
    for (id, rows) in walk.to {
        plan.targets.push(counted(id, rows, 0)?);
    }
    Ok(plan)
}
