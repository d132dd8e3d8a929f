//! Swaps: every pair is moved off some numbers, row by row, each to the number that fits best. Only the phones that show a
//! number that is to be empty are concerned; for a while the old number still leads to the contact.
//!
//! A swap is rows in the database (`store/swaps.rs`): the node that leads goes on with it, some rows a transaction, and
//! whoever finds it after a kill goes on where it stood.

mod plan;
mod run;
mod shift;
mod sources;
mod undo;
mod views;

pub(super) use shift::MOST_NAME_CHARS;

pub use views::{
    PlannedMove, Swap, SwapHub, SwapMove, SwapNumber, SwapPlan, SwapState, SwapTargets, SwapTold,
};

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, MemberId, NumberId, SwapId};
use crate::domain::pool::Region;
use crate::store::numbers::NumberRow;
use crate::store::swaps::{self as rows, SwapRow};
use crate::store::{Conn, StoreError, swap_moves};

/// For how long an old number leads on, unless told otherwise: two weeks.
pub const DEFAULT_OVERLAP_S: i64 = 14 * 24 * 3600;
/// The longest.
pub const MOST_OVERLAP_S: i64 = 366 * 24 * 3600;
/// Longest notice.
const MOST_NOTICE_CHARS: usize = 480;

/// What is to be emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwapWhat {
    /// These numbers.
    Numbers(Vec<NumberId>),
    /// Every number that leaves by a carrier, but the desk and hubs.
    Carrier(String),
    /// Every number of a region, but the desk and hubs.
    Region(Region),
}

/// A swap to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapOrder {
    /// What is to be emptied.
    pub what: SwapWhat,
    /// For how long an old number leads on; none: [`DEFAULT_OVERLAP_S`].
    pub overlap_s: Option<i64>,
    /// What phones are told; none: as the policy says, `Some(None)`: nothing.
    pub notice: Option<Option<String>>,
}

/// An order, looked over.
#[derive(Clone, Debug)]
struct Checked {
    overlap_s: i64,
    notice: Option<String>,
}

impl SwapOrder {
    fn checked(&self, policy_notice: &str) -> Result<Checked> {
        let overlap_s = self.overlap_s.unwrap_or(DEFAULT_OVERLAP_S);
        if !(0..=MOST_OVERLAP_S).contains(&overlap_s) {
            return Err(SwitchboardError::invalid(
                "overlap_s",
                format!("`overlap_s` is {overlap_s}; allowed are 0 (none) to {MOST_OVERLAP_S} seconds"),
            ));
        }
        let notice = match &self.notice {
            None => Some(policy_notice.to_owned()),
            Some(None) => None,
            Some(Some(text)) => {
                let text = text.replace('\0', "");
                let chars = text.chars().count();
                if !(1..=MOST_NOTICE_CHARS).contains(&chars) || text.trim().is_empty() {
                    return Err(SwitchboardError::invalid(
                        "notice",
                        format!(
                            "`notice` has {chars} characters; allowed are 1 to {MOST_NOTICE_CHARS}, or null for none"
                        ),
                    ));
                }
                Some(text)
            }
        };
        Ok(Checked { overlap_s, notice })
    }
}

impl SwapWhat {
    /// The carrier or the region that is named.
    fn named(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Numbers(_) => (None, None),
            Self::Carrier(carrier) => (Some(carrier), None),
            Self::Region(region) => (None, Some(region.as_str())),
        }
    }
}

/// Whether rows on a number can be moved to others; why not. Whatever is no plain pool number is left out here.
fn is_movable(number: &NumberRow) -> std::result::Result<(), &'static str> {
    if number.desk {
        Err("is the community's desk, and nobody's contact; set its `desk` to false first")
    } else if number.hub || number.hub_id.is_some() {
        Err("is a hub, or a tag of one, which stands for its people until their pairs are released")
    } else {
        Ok(())
    }
}

fn require(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<SwapRow> {
    rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("swap", id))
}

fn hold(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<SwapRow> {
    rows::hold(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("swap", id))
}

/// Changes of a swap's rows are the doing of whoever began it.
fn act_as(ctx: &Context, swap: &SwapRow) -> Result<()> {
    let by = Actor::from_code(swap.who, swap.who_id).ok_or(StoreError::Corrupt("swaps.who"))?;
    ctx.by.set(by);
    Ok(())
}

/// A number that leads somewhere still cannot be removed.
pub(super) fn check_removal(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: NumberId,
) -> Result<()> {
    match rows::forwards_until(conn, community, id, ctx.now.0)? {
        Some(until) => Err(SwitchboardError::conflict(
            "number_leads_on",
            format!(
                "pairs were moved off {id}, and until {} it still leads to them; remove it after that",
                Timestamp(until)
            ),
        )),
        None => Ok(()),
    }
}

/// A number that is being emptied takes no new pairs, and does not become the desk.
pub(super) fn check_staying(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<()> {
    match rows::open_on(conn, community, id)? {
        Some(swap) => Err(SwitchboardError::conflict(
            "number_in_swap",
            format!(
                "{id} is being emptied by {}; wait until that is over, or undo it",
                SwapId::from_i64(swap.id)
            ),
        )),
        None => Ok(()),
    }
}

fn wrong_state(swap: &SwapRow, cannot: &str) -> SwitchboardError {
    SwitchboardError::conflict(
        "swap_state",
        format!(
            "{} is {} and {cannot}",
            SwapId::from_i64(swap.id),
            SwapState::of(swap.state).word()
        ),
    )
}

impl Switchboard {
    /// Begins a swap, or has the one go on that empties the very same numbers; says whether it is new.
    pub async fn start_swap(&self, community: CommunityId, order: SwapOrder) -> Result<(Swap, bool)> {
        self.write(move |conn, ctx| sources::start(conn, ctx, community, &order))
            .await
    }

    /// One swap.
    pub async fn swap(&self, community: CommunityId, id: SwapId) -> Result<Swap> {
        let now = self.now();
        self.read(move |conn| {
            conn.snapshot(|conn| {
                let swap = require(conn, community, id)?;
                views::swap(conn, &swap, now)
            })
        })
        .await
    }

    /// Swaps, newest first, before the given one.
    pub async fn swaps(
        &self,
        community: CommunityId,
        before: Option<SwapId>,
        limit: i64,
    ) -> Result<Vec<Swap>> {
        let now = self.now();
        self.read(move |conn| {
            communities::require(conn, community)?;
            let before = before.map_or(i64::MAX, SwapId::as_i64);
            let found = rows::list(conn, community, before, limit)?;
            found.iter().map(|swap| views::swap(conn, swap, now)).collect()
        })
        .await
    }

    /// What a swap has moved and what it could not, by member and old number, after a place.
    pub async fn swap_moves(
        &self,
        community: CommunityId,
        id: SwapId,
        after: Option<(MemberId, NumberId)>,
        limit: i64,
    ) -> Result<Vec<SwapMove>> {
        let after = after.map_or((0, 0), |(member, number)| (member.as_i64(), number.as_i64()));
        self.read(move |conn| {
            require(conn, community, id)?;
            let found = swap_moves::list(conn, community, id, after, limit)?;
            found.iter().map(|row| views::moved(conn, row)).collect()
        })
        .await
    }

    /// Has a swap stop after the rows that are under way.
    pub async fn pause_swap(&self, community: CommunityId, id: SwapId) -> Result<Swap> {
        self.change_swap(community, id, |_, swap| match swap.state {
            rows::RUNNING | rows::UNDOING | rows::PAUSED => {
                swap.state = rows::PAUSED;
                Ok(())
            }
            _ => Err(wrong_state(swap, "has nothing to pause")),
        })
        .await
    }

    /// Has a swap go on that was paused, or that could not move some rows.
    pub async fn resume_swap(&self, community: CommunityId, id: SwapId) -> Result<Swap> {
        self.change_swap(community, id, move |conn, swap| match swap.state {
            rows::RUNNING | rows::UNDOING => Ok(()),
            rows::PAUSED | rows::FAILED => {
                sources::check_alone(conn, community, id)?;
                if !swap.undoing {
                    let on = sources::emptied(conn, community, id)?;
                    sources::drain(conn, community, &on)?;
                }
                resumed(swap);
                Ok(())
            }
            _ => Err(wrong_state(swap, "does not go on; start another")),
        })
        .await
    }

    /// Has a swap move back what it has moved.
    pub async fn undo_swap(&self, community: CommunityId, id: SwapId) -> Result<Swap> {
        self.write(move |conn, ctx| {
            sources::hold(conn, community, id)?;
            let mut swap = hold(conn, community, id)?;
            match (swap.state, swap.undoing) {
                (rows::UNDOING | rows::UNDONE, _) => {}
                (_, true) => {
                    sources::check_alone(conn, community, id)?;
                    resumed(&mut swap);
                }
                (_, false) => {
                    sources::check_alone(conn, community, id)?;
                    undo::begin(conn, community, &mut swap)?;
                }
            }
            swap.changed_at = ctx.now.0;
            rows::save(conn, &swap)?;
            views::swap(conn, &swap, ctx.now)
        })
        .await
    }

    async fn change_swap(
        &self,
        community: CommunityId,
        id: SwapId,
        change: impl Fn(&mut Conn, &mut SwapRow) -> Result<()> + Send + 'static,
    ) -> Result<Swap> {
        self.write(move |conn, ctx| {
            sources::hold(conn, community, id)?;
            let mut swap = hold(conn, community, id)?;
            let before = swap.clone();
            change(conn, &mut swap)?;
            if swap != before {
                swap.changed_at = ctx.now.0;
                rows::save(conn, &swap)?;
            }
            views::swap(conn, &swap, ctx.now)
        })
        .await
    }
}

/// Lets a swap go on the way it went.
fn resumed(swap: &mut SwapRow) {
    swap.waits = false;
    if swap.state == rows::FAILED {
        // From the beginning: what could not be moved lies before the place.
        (swap.place_member, swap.place_number, swap.pass_moved) = (0, 0, 0);
        swap.ended_at = None;
    }
    swap.state = match swap.undoing {
        true => rows::UNDOING,
        false => rows::RUNNING,
    };
}
