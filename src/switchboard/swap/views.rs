//! Swaps as the public surface has them.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::contacts::number_of;
use super::super::error::Result;
use super::sources;
use crate::domain::id::{AssignmentId, CommunityId, MemberId, MessageId, NumberId, SwapId};
use crate::domain::pool::NumberState;
use crate::domain::swap::Telling;
use crate::domain::{E164, Timestamp};
use crate::store::numbers;
use crate::store::swap_moves::MoveRow;
use crate::store::swaps::{self as rows, SwapRow};
use crate::store::{Conn, StoreError};

/// How a swap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwapState {
    /// It moves rows.
    Running,
    /// It moves rows back.
    Undoing,
    /// It waits until somebody has it go on.
    Paused,
    /// Every row was moved.
    Done,
    /// Some rows could not be moved, or pairs sit on hubs that it has left out; `resume` tries again.
    Failed,
    /// It was undone.
    Undone,
}

impl SwapState {
    /// Back from the database's code.
    pub(super) fn of(code: i16) -> Self {
        match code {
            rows::RUNNING => Self::Running,
            rows::UNDOING => Self::Undoing,
            rows::PAUSED => Self::Paused,
            rows::DONE => Self::Done,
            rows::UNDONE => Self::Undone,
            _ => Self::Failed,
        }
    }

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Undoing => "undoing",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undone => "undone",
        }
    }

    /// It goes on by itself.
    pub fn is_going(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

/// A swap: every pair is moved off some numbers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Swap {
    /// The id.
    pub id: SwapId,
    /// How it stands.
    pub state: SwapState,
    /// Whether it goes back, or did before it was paused.
    pub undoing: bool,
    /// The carrier that was named; null where it was not.
    #[schema(example = json!(null))]
    pub carrier: Option<String>,
    /// The region that was named; null where it was not.
    #[schema(example = json!(null))]
    pub region: Option<String>,
    /// The numbers that it empties.
    pub numbers: Vec<SwapNumber>,
    /// Hubs of the carrier or the region, which it leaves as they are.
    pub left_out: Vec<SwapHub>,
    /// Why it has failed though every row was moved, in a sentence: pairs sit on those hubs.
    #[schema(example = json!(null))]
    pub reason: Option<String>,
    /// Whole seconds for which an old number leads on.
    pub overlap_s: i64,
    /// What phones are told; null: nothing.
    #[schema(example = "{name} now reaches you from this number. The old one works until {until}.")]
    pub notice: Option<String>,
    /// Rows on the numbers when it began.
    #[schema(minimum = 0)]
    pub total: i64,
    /// Rows that it has moved.
    #[schema(minimum = 0)]
    pub moved: i64,
    /// Rows that are still on the numbers.
    #[schema(minimum = 0)]
    pub left: i64,
    /// Rows that could not be moved; `GET …/moves` says why.
    #[schema(minimum = 0)]
    pub failed: i64,
    /// Phones that are told by a text, those that are frozen among them.
    #[schema(minimum = 0)]
    pub told: i64,
    /// It takes no rows until some of its notices have left, so that members' texts are not kept waiting, nor their
    /// numbers' caps of a day used up; it goes on by itself.
    pub waits_for_notices: bool,
    /// Rows that were moved back.
    #[schema(minimum = 0)]
    pub undone: i64,
    /// Rows that could not be moved back; `GET …/moves` says why.
    #[schema(minimum = 0)]
    pub not_undone: i64,
    /// Until when the last of the old numbers leads on; null while nothing was moved.
    pub forwards_until: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// A number that a swap empties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwapNumber {
    /// The id.
    pub id: NumberId,
    /// The number.
    pub number: E164,
    /// Rows on it now.
    #[schema(minimum = 0)]
    pub left: i64,
    /// Until when it leads on for somebody; null where it does not.
    pub forwards_until: Option<Timestamp>,
    /// It is empty and leads nowhere any more: it can be removed, or was.
    pub retired: bool,
}

/// A hub that a swap leaves as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwapHub {
    /// The id.
    pub id: NumberId,
    /// The number.
    pub number: E164,
    /// Pairs that sit on its tags.
    #[schema(minimum = 0)]
    pub seats: i64,
}

/// A row that a swap has moved, or could not move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwapMove {
    /// On whose phones.
    pub member: MemberId,
    /// For whom the number stands.
    pub contact: MemberId,
    /// The row.
    pub assignment: AssignmentId,
    /// The id of the number that it had.
    pub from_id: NumberId,
    /// The number that it had.
    pub from: E164,
    /// The number that it got; null where it could not be moved.
    pub to: Option<E164>,
    /// When it was moved, or tried.
    pub at: Timestamp,
    /// Who hears of it.
    pub told: Telling,
    /// The text that tells the phone.
    pub notice: Option<MessageId>,
    /// Why it could not be moved, in a sentence.
    #[schema(example = json!(null))]
    pub reason: Option<String>,
    /// When it was moved back.
    pub undone_at: Option<Timestamp>,
    /// Why it could not be moved back, in a sentence.
    #[schema(example = json!(null))]
    pub undo_reason: Option<String>,
}

/// What a swap would do.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SwapPlan {
    /// Rows on the numbers.
    #[schema(minimum = 0)]
    pub rows: usize,
    /// Of those, how many can be moved.
    #[schema(minimum = 0)]
    pub movable: usize,
    /// Of those, how many get a number that cannot do all that the old one can.
    #[schema(minimum = 0)]
    pub narrower: usize,
    /// How many cannot be moved.
    #[schema(minimum = 0)]
    pub stuck: usize,
    /// Members on whose phones anything changes.
    #[schema(minimum = 0)]
    pub members: usize,
    /// Who is told of how many rows.
    pub told: SwapTold,
    /// Whole seconds for which an old number would lead on.
    pub overlap_s: i64,
    /// What phones would be told; null: nothing.
    #[schema(example = "{name} now reaches you from this number. The old one works until {until}.")]
    pub notice: Option<String>,
    /// The numbers that would be emptied, with the rows on each.
    pub numbers: Vec<SwapTargets>,
    /// Hubs of the carrier or the region, which would stay as they are.
    pub left_out: Vec<SwapHub>,
    /// The numbers that rows would get, with how many each.
    pub targets: Vec<SwapTargets>,
    /// A page of the moves, by member and old number.
    pub moves: Vec<PlannedMove>,
    /// Where the next page of moves begins: give it as `cursor`. Null on the last page.
    #[schema(example = json!(null))]
    pub next_cursor: Option<String>,
}

/// Who would be told of how many rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwapTold {
    /// Phones that get a text from the new number.
    #[schema(minimum = 0)]
    pub phone: usize,
    /// Frozen phones, which get it when they come back.
    #[schema(minimum = 0)]
    pub frozen: usize,
    /// Members who read in an app alone, which is told by an event.
    #[schema(minimum = 0)]
    pub app_only: usize,
    /// Rows of which nobody is told: they wait for acceptance, are blocked or stopped.
    #[schema(minimum = 0)]
    pub silent: usize,
    /// Rows of which nobody is told, as no text is wanted.
    #[schema(minimum = 0)]
    pub not_wanted: usize,
}

impl SwapTold {
    pub(super) fn add(&mut self, telling: Telling) {
        *match telling {
            Telling::Phone => &mut self.phone,
            Telling::Frozen => &mut self.frozen,
            Telling::AppOnly => &mut self.app_only,
            Telling::Silent => &mut self.silent,
            Telling::NotWanted => &mut self.not_wanted,
        } += 1;
    }
}

/// A number, with how many rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwapTargets {
    /// The id.
    pub id: NumberId,
    /// The number.
    pub number: E164,
    /// Rows.
    #[schema(minimum = 0)]
    pub rows: usize,
    /// Of those, how many cannot be moved.
    #[schema(minimum = 0)]
    pub stuck: usize,
}

/// A row that would be moved, or could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedMove {
    /// On whose phones.
    pub member: MemberId,
    /// For whom the number stands.
    pub contact: MemberId,
    /// The row.
    pub assignment: AssignmentId,
    /// The number that it has.
    pub from: E164,
    /// The number that it would get; null where it cannot be moved.
    pub to: Option<E164>,
    /// The new number cannot do all that the old one can.
    pub narrower: bool,
    /// Who would hear of it.
    pub told: Telling,
    /// Why it cannot be moved, in a sentence.
    #[schema(example = json!(null))]
    pub reason: Option<String>,
}

/// A swap with its numbers as they are now.
pub(super) fn swap(conn: &mut Conn, row: &SwapRow, now: Timestamp) -> Result<Swap> {
    let (community, id) = (CommunityId::from_i64(row.community_id), SwapId::from_i64(row.id));
    let (mut shown, mut left) = (Vec::new(), 0);
    for one in rows::numbers(conn, community, id)?
        .into_iter()
        .filter(|one| one.emptied)
    {
        let number_id = NumberId::from_i64(one.number_id);
        let number =
            numbers::get(conn, community, number_id)?.ok_or(StoreError::Corrupt("swap_numbers.number_id"))?;
        let until = rows::forwards_until(conn, community, number_id, now.0)?;
        left += number.load;
        shown.push(SwapNumber {
            id: number_id,
            number: number.e164()?,
            left: number.load,
            forwards_until: until.map(Timestamp),
            retired: number.load == 0 && until.is_none() && number.state != NumberState::Active.word(),
        });
    }
    let left_out = sources::left_out(conn, community, (row.carrier.as_deref(), row.region.as_deref()))?;
    Ok(Swap {
        reason: match row.state {
            rows::FAILED => sources::seated(&left_out),
            _ => None,
        },
        left_out,
        id,
        state: SwapState::of(row.state),
        undoing: row.undoing,
        carrier: row.carrier.clone(),
        region: row.region.clone(),
        numbers: shown,
        overlap_s: row.overlap_s,
        notice: row.notice.clone(),
        total: row.total,
        moved: row.moved,
        left,
        failed: row.failed,
        told: row.told,
        waits_for_notices: row.waits && row.is_going(),
        undone: row.undone,
        not_undone: row.not_undone,
        forwards_until: (row.forwards_until > 0).then_some(Timestamp(row.forwards_until)),
        created_at: Timestamp(row.created_at),
        changed_at: Timestamp(row.changed_at),
        ended_at: row.ended_at.map(Timestamp),
    })
}

/// A move.
pub(super) fn moved(conn: &mut Conn, row: &MoveRow) -> Result<SwapMove> {
    let community = CommunityId::from_i64(row.community_id);
    let from_id = NumberId::from_i64(row.from_number_id);
    let to = row.to_number_id.map(NumberId::from_i64);
    Ok(SwapMove {
        member: MemberId::from_i64(row.member_id),
        contact: MemberId::from_i64(row.contact_id),
        assignment: AssignmentId::from_i64(row.assignment_id),
        from_id,
        from: number_of(conn, community, from_id)?,
        to: to.map(|to| number_of(conn, community, to)).transpose()?,
        at: Timestamp(row.moved_at),
        told: Telling::from_code(row.told).ok_or(StoreError::Corrupt("swap_moves.told"))?,
        notice: row.notice_id.map(MessageId::from_i64),
        reason: row.reason.clone(),
        undone_at: row.undone_at.map(Timestamp),
        undo_reason: row.undo_reason.clone(),
    })
}
