//! What a number stood for on a phone that has left its member since, or before the number came to this
//! community: the phone's owner still has those texts, so cool-down and quarantine go with the phone.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::phone_holds;
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, MemberId, NumberId};

/// A hold's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_holds, treat_none_as_default_value = false)]
pub struct PhoneHoldRow {
    /// `com_…`
    pub community_id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// `num_…`
    pub number_id: i64,
    /// `mem_…`, for whom it stood; none for somebody of another community.
    pub contact_id: Option<i64>,
    /// Unix milliseconds.
    pub released_at: i64,
    /// Until when it may not stand for anybody else on that phone, Unix milliseconds.
    pub cool_until: i64,
}

/// Records a hold; of two on the same number the later counts.
pub fn record(conn: &mut Conn, row: &PhoneHoldRow) -> Result<(), StoreError> {
    let key = (row.community_id, row.phone, row.number_id);
    let before: Option<i64> = each!(conn, c => phone_holds::table
        .find(key)
        .select(phone_holds::released_at)
        .first(c)
        .optional())?;
    if before.is_some_and(|at| at > row.released_at) {
        return Ok(());
    }
    each!(conn, c => diesel::insert_into(phone_holds::table)
        .values(row)
        .on_conflict((phone_holds::community_id, phone_holds::phone, phone_holds::number_id))
        .do_update()
        .set((
            phone_holds::contact_id.eq(excluded(phone_holds::contact_id)),
            phone_holds::released_at.eq(excluded(phone_holds::released_at)),
            phone_holds::cool_until.eq(excluded(phone_holds::cool_until)),
        ))
        .execute(c))?;
    Ok(())
}

/// What one number stood for on a phone.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    number: NumberId,
) -> Result<Option<PhoneHoldRow>, StoreError> {
    Ok(each!(conn, c => phone_holds::table
        .find((community.as_i64(), phone.as_i64(), number.as_i64()))
        .select(PhoneHoldRow::as_select())
        .first(c)
        .optional())?)
}

/// Everything that a phone remembers.
pub fn of_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
) -> Result<Vec<PhoneHoldRow>, StoreError> {
    Ok(each!(conn, c => phone_holds::table
        .filter(phone_holds::community_id.eq(community.as_i64()))
        .filter(phone_holds::phone.eq(phone.as_i64()))
        .select(PhoneHoldRow::as_select())
        .load(c))?)
}

/// Every phone's memory of a number.
pub fn of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Vec<PhoneHoldRow>, StoreError> {
    Ok(each!(conn, c => phone_holds::table
        .filter(phone_holds::community_id.eq(community.as_i64()))
        .filter(phone_holds::number_id.eq(number.as_i64()))
        .select(PhoneHoldRow::as_select())
        .load(c))?)
}

/// What a phone remembers: where it was one contact it is another from now on, who is the same person.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(phone_holds::table)
        .filter(phone_holds::community_id.eq(community.as_i64()))
        .filter(phone_holds::phone.eq(phone.as_i64()))
        .filter(phone_holds::contact_id.eq(from.as_i64()))
        .set(phone_holds::contact_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// Forgets all of a phone.
pub fn forget(conn: &mut Conn, community: CommunityId, phone: E164) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(phone_holds::table
        .filter(phone_holds::community_id.eq(community.as_i64()))
        .filter(phone_holds::phone.eq(phone.as_i64())))
        .execute(c))?;
    Ok(())
}
