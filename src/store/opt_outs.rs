//! Opt-outs: what phones have stopped. A row outlives the pair, as a carrier's own block does.

use diesel::prelude::*;

use super::schema::opt_outs;
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, NumberId, OptOutId};

/// The number id of a STOPALL.
pub const ALL_NUMBERS: i64 = 0;

/// An opt-out's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = opt_outs, treat_none_as_default_value = false)]
pub struct OptOutRow {
    /// `com_…`
    pub community_id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// `num_…`, or [`ALL_NUMBERS`].
    pub number_id: i64,
    /// `mem_…`, for whom the number stood then.
    pub contact_id: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// `opt_…`
    pub id: i64,
}

/// Records an opt-out; false if it was there already.
pub fn record(conn: &mut Conn, row: &OptOutRow) -> Result<bool, StoreError> {
    let made = each!(conn, c => diesel::insert_into(opt_outs::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(made > 0)
}

/// Lifts an opt-out; true if there was one.
pub fn lift(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    number_id: i64,
) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::delete(
        opt_outs::table.find((community.as_i64(), phone.as_i64(), number_id))).execute(c))?;
    Ok(gone > 0)
}

/// Everything that one phone has stopped.
pub fn of_phone(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<Vec<OptOutRow>, StoreError> {
    Ok(each!(conn, c => opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::phone.eq(phone.as_i64()))
        .select(OptOutRow::as_select())
        .load(c))?)
}

/// Which of these phones have sent STOPALL.
pub fn stopped_all(conn: &mut Conn, community: CommunityId, phones: &[i64]) -> Result<Vec<i64>, StoreError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::phone.eq_any(phones))
        .filter(opt_outs::number_id.eq(ALL_NUMBERS))
        .select(opt_outs::phone)
        .load(c))?)
}

/// Every phone that has stopped a number.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<OptOutRow>, StoreError> {
    Ok(each!(conn, c => opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::number_id.eq(number.as_i64()))
        .select(OptOutRow::as_select())
        .load(c))?)
}

/// One opt-out.
pub fn get(conn: &mut Conn, community: CommunityId, id: OptOutId) -> Result<Option<OptOutRow>, StoreError> {
    Ok(each!(conn, c => opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::id.eq(id.as_i64()))
        .select(OptOutRow::as_select())
        .first(c)
        .optional())?)
}

/// Opt-outs of a community, newest first, before the given one.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    before: i64,
    limit: i64,
) -> Result<Vec<OptOutRow>, StoreError> {
    Ok(each!(conn, c => opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::id.lt(before))
        .order(opt_outs::id.desc())
        .limit(limit)
        .select(OptOutRow::as_select())
        .load(c))?)
}

/// What a phone has stopped: where it was one contact it is another from now on, who is the same person.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(opt_outs::table)
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::phone.eq(phone.as_i64()))
        .filter(opt_outs::contact_id.eq(from.as_i64()))
        .set(opt_outs::contact_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// Forgets all of a phone.
pub fn forget(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(opt_outs::table
        .filter(opt_outs::community_id.eq(community.as_i64()))
        .filter(opt_outs::phone.eq(phone.as_i64())))
        .execute(c))?;
    Ok(())
}
