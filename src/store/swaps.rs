//! Swaps, and the numbers that they are about.

use diesel::prelude::*;

use super::schema::{swap_numbers, swaps};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, NumberId, SwapId};

/// It moves rows.
pub const RUNNING: i16 = 0;
/// It moves rows back.
pub const UNDOING: i16 = 1;
/// It waits for somebody to have it go on.
pub const PAUSED: i16 = 2;
/// Every row was moved.
pub const DONE: i16 = 3;
/// Some rows could not be moved.
pub const FAILED: i16 = 4;
/// It was undone.
pub const UNDONE: i16 = 5;

/// A swap's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = swaps, treat_none_as_default_value = false, treat_none_as_null = true, primary_key(community_id, id))]
pub struct SwapRow {
    /// `com_…`
    pub community_id: i64,
    /// `swp_…`
    pub id: i64,
    /// The carrier that was named.
    pub carrier: Option<String>,
    /// The region that was named.
    pub region: Option<String>,
    /// For how long an old number leads on, whole seconds.
    pub overlap_s: i64,
    /// What phones are told; none: nothing.
    pub notice: Option<String>,
    /// [`RUNNING`] and so on.
    pub state: i16,
    /// It goes back, or did before it was paused.
    pub undoing: bool,
    /// How many rows there were at the start.
    pub total: i64,
    /// How many were moved.
    pub moved: i64,
    /// How many could not be moved.
    pub failed: i64,
    /// How many phones were told, or will be once they are frozen no more.
    pub told: i64,
    /// How many were moved back.
    pub undone: i64,
    /// How many could not be moved back.
    pub not_undone: i64,
    /// How far the pass is: `mem_…`
    pub place_member: i64,
    /// `num_…`
    pub place_number: i64,
    /// How many this pass has moved.
    pub pass_moved: i64,
    /// Until when old numbers lead on, Unix milliseconds.
    pub forwards_until: i64,
    /// Who began it: [`crate::domain::history::Actor`] as its code.
    pub who: i16,
    /// The id that goes with it.
    pub who_id: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it last changed, Unix milliseconds.
    pub changed_at: i64,
    /// When it was over, Unix milliseconds.
    pub ended_at: Option<i64>,
    /// It takes no rows until some of its notices have left.
    pub waits: bool,
}

impl SwapRow {
    /// It goes on by itself.
    pub fn is_going(&self) -> bool {
        self.state < PAUSED
    }

    /// It is not over.
    pub fn is_open(&self) -> bool {
        self.state < DONE
    }
}

/// A number that a swap is about.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = swap_numbers)]
pub struct SwapNumberRow {
    /// `com_…`
    pub community_id: i64,
    /// `swp_…`
    pub swap_id: i64,
    /// `num_…`
    pub number_id: i64,
    /// It is to be empty; else it leads back after the swap was undone.
    pub emptied: bool,
    /// Whether it took new pairs before.
    pub former_state: String,
    /// Until when it leads on, Unix milliseconds.
    pub forwards_until: i64,
}

/// Adds a swap.
pub fn insert(conn: &mut Conn, row: &SwapRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(swaps::table).values(row).execute(c))?;
    Ok(())
}

/// One swap.
pub fn get(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<Option<SwapRow>, StoreError> {
    Ok(each!(conn, c => swaps::table
        .find((community.as_i64(), id.as_i64()))
        .select(SwapRow::as_select())
        .first(c)
        .optional())?)
}

/// Like [`get`]; nobody else changes it until the transaction ends.
pub fn hold(conn: &mut Conn, community: CommunityId, id: SwapId) -> Result<Option<SwapRow>, StoreError> {
    let Conn::Postgres(c) = conn else {
        return get(conn, community, id);
    };
    Ok(swaps::table
        .find((community.as_i64(), id.as_i64()))
        .select(SwapRow::as_select())
        .for_update()
        .first(c)
        .optional()?)
}

/// Writes a swap down as it is now.
pub fn save(conn: &mut Conn, row: &SwapRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(swaps::table.find((row.community_id, row.id))).set(row).execute(c))?;
    Ok(())
}

/// Swaps, newest first, before the given one.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    before: i64,
    limit: i64,
) -> Result<Vec<SwapRow>, StoreError> {
    Ok(each!(conn, c => swaps::table
        .filter(swaps::community_id.eq(community.as_i64()))
        .filter(swaps::id.lt(before))
        .order(swaps::id.desc())
        .limit(limit)
        .select(SwapRow::as_select())
        .load(c))?)
}

/// Those that go on, of all communities.
pub fn going(conn: &mut Conn) -> Result<Vec<(CommunityId, SwapId)>, StoreError> {
    let found: Vec<(i64, i64)> = each!(conn, c => swaps::table
        // As the index says it; of a bound value SQLite would not know.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("state < 2"))
        .select((swaps::community_id, swaps::id))
        .load(c))?;
    let ids = |(community, id)| (CommunityId::from_i64(community), SwapId::from_i64(id));
    Ok(found.into_iter().map(ids).collect())
}

/// Notes that a swap is about a number, and until when it leads on at least.
pub fn put_number(conn: &mut Conn, row: &SwapNumberRow) -> Result<(), StoreError> {
    let key = (row.community_id, row.swap_id, row.number_id);
    each!(conn, c => {
        diesel::insert_into(swap_numbers::table).values(row).on_conflict_do_nothing().execute(c)?;
        diesel::update(swap_numbers::table.find(key))
            .filter(swap_numbers::forwards_until.lt(row.forwards_until))
            .set(swap_numbers::forwards_until.eq(row.forwards_until))
            .execute(c)
    })?;
    Ok(())
}

/// The numbers that a swap is about.
pub fn numbers(
    conn: &mut Conn,
    community: CommunityId,
    id: SwapId,
) -> Result<Vec<SwapNumberRow>, StoreError> {
    Ok(each!(conn, c => swap_numbers::table
        .filter(swap_numbers::community_id.eq(community.as_i64()))
        .filter(swap_numbers::swap_id.eq(id.as_i64()))
        .order(swap_numbers::number_id)
        .select(SwapNumberRow::as_select())
        .load(c))?)
}

/// The swaps that are about a number, newest first.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<SwapNumberRow>, StoreError> {
    Ok(each!(conn, c => swap_numbers::table
        .filter(swap_numbers::community_id.eq(community.as_i64()))
        .filter(swap_numbers::number_id.eq(number.as_i64()))
        .order(swap_numbers::swap_id.desc())
        .select(SwapNumberRow::as_select())
        .load(c))?)
}

/// The swap that is not over and empties a number.
pub fn open_on(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Option<SwapRow>, StoreError> {
    open_beside(conn, community, number, None)
}

/// Like [`open_on`], but for one.
pub fn open_beside(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
    but: Option<SwapId>,
) -> Result<Option<SwapRow>, StoreError> {
    let is_other = |row: &SwapNumberRow| row.emptied && but.is_none_or(|but| but.as_i64() != row.swap_id);
    for row in of_number(conn, community, number)?.into_iter().filter(is_other) {
        let swap = get(conn, community, SwapId::from_i64(row.swap_id))?;
        if let Some(swap) = swap.filter(SwapRow::is_open) {
            return Ok(Some(swap));
        }
    }
    Ok(None)
}

/// Until when a number leads on for somebody; none where it does for nobody.
pub fn forwards_until(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
    now: i64,
) -> Result<Option<i64>, StoreError> {
    let all = of_number(conn, community, number)?;
    Ok(all
        .iter()
        .map(|row| row.forwards_until)
        .filter(|until| *until > now)
        .max())
}
