//! What swaps have moved: a row for each row of a pair, and for each that could not be moved.

use diesel::prelude::*;

use super::schema::swap_moves;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, SwapId};

/// A row that was moved, or could not be.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = swap_moves, treat_none_as_default_value = false, treat_none_as_null = true)]
#[diesel(primary_key(community_id, swap_id, member_id, from_number_id))]
pub struct MoveRow {
    /// `com_…`
    pub community_id: i64,
    /// `swp_…`
    pub swap_id: i64,
    /// `mem_…`, in whose table.
    pub member_id: i64,
    /// `num_…`, which it had.
    pub from_number_id: i64,
    /// `mem_…`, for whom it stands.
    pub contact_id: i64,
    /// `asg_…`
    pub assignment_id: i64,
    /// `num_…`, which it has since; none where it could not be moved.
    pub to_number_id: Option<i64>,
    /// Unix milliseconds.
    pub moved_at: i64,
    /// [`crate::domain::swap::Telling`] as its code.
    pub told: i16,
    /// `msg_…` of the text that told the phone.
    pub notice_id: Option<i64>,
    /// Why it could not be moved.
    pub reason: Option<String>,
    /// When it was moved back, Unix milliseconds.
    pub undone_at: Option<i64>,
    /// Why it could not be moved back.
    pub undo_reason: Option<String>,
}

/// Writes a move down; whether the row is one that could not be moved before, or was moved, where it was there.
pub fn put(conn: &mut Conn, row: &MoveRow) -> Result<Option<bool>, StoreError> {
    let key = (row.community_id, row.swap_id, row.member_id, row.from_number_id);
    Ok(each!(conn, c => {
        let before: Option<Option<i64>> = swap_moves::table
            .find(key)
            .select(swap_moves::to_number_id)
            .first(c)
            .optional()?;
        diesel::insert_into(swap_moves::table)
            .values(row)
            .on_conflict((
                swap_moves::community_id,
                swap_moves::swap_id,
                swap_moves::member_id,
                swap_moves::from_number_id,
            ))
            .do_update()
            .set(row)
            .execute(c)?;
        before.map(|to| to.is_none())
    }))
}

/// Writes down what became of a move that was to be undone.
pub fn save(conn: &mut Conn, row: &MoveRow) -> Result<(), StoreError> {
    let key = (row.community_id, row.swap_id, row.member_id, row.from_number_id);
    each!(conn, c => diesel::update(swap_moves::table.find(key)).set(row).execute(c))?;
    Ok(())
}

/// Forgets the rows that could not be moved: none of them is on its number any more.
pub fn forget_stuck(conn: &mut Conn, community: CommunityId, swap: SwapId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(swap_moves::table
        .filter(swap_moves::community_id.eq(community.as_i64()))
        .filter(swap_moves::swap_id.eq(swap.as_i64()))
        .filter(swap_moves::to_number_id.is_null()))
        .execute(c))?;
    Ok(())
}

/// Moves of a swap after a place, by member and old number. The rest of that member's and those of the members that
/// follow are two queries: as one, neither database finds its beginning in the key.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    swap: SwapId,
    (member, number): (i64, i64),
    limit: i64,
) -> Result<Vec<MoveRow>, StoreError> {
    let mut found: Vec<MoveRow> = each!(conn, c => swap_moves::table
        .filter(swap_moves::community_id.eq(community.as_i64()))
        .filter(swap_moves::swap_id.eq(swap.as_i64()))
        .filter(swap_moves::member_id.eq(member))
        .filter(swap_moves::from_number_id.gt(number))
        .order(swap_moves::from_number_id)
        .limit(limit)
        .select(MoveRow::as_select())
        .load(c))?;
    let room = limit - i64::try_from(found.len()).unwrap_or(limit);
    if room > 0 {
        found.extend(each!(conn, c => swap_moves::table
            .filter(swap_moves::community_id.eq(community.as_i64()))
            .filter(swap_moves::swap_id.eq(swap.as_i64()))
            .filter(swap_moves::member_id.gt(member))
            .order((swap_moves::member_id, swap_moves::from_number_id))
            .limit(room)
            .select(MoveRow::as_select())
            .load::<MoveRow>(c))?);
    }
    Ok(found)
}
