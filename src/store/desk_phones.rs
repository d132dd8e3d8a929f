//! Phones that have texted a desk.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::desk_phones;
use super::{Conn, StoreError, each};
use crate::domain::E164;
use crate::domain::id::{CommunityId, NumberId};

/// A phone's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_phones, treat_none_as_default_value = false)]
pub struct DeskPhoneRow {
    /// `com_…`
    pub community_id: i64,
    /// `num_…` of the desk.
    pub number_id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// `mem_…` whose phone it was.
    pub member_id: i64,
    /// When it last texted the desk, Unix milliseconds.
    pub used_at: i64,
    /// Since when its texts are counted, Unix milliseconds.
    pub minute_at: i64,
    /// How many there were since then.
    pub minute_texts: i32,
    /// JSON: what a bare number, or the word for more, would mean.
    pub menu: Option<String>,
    /// Until when, Unix milliseconds.
    pub menu_until: i64,
}

/// What is known of a phone at a desk.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    desk: NumberId,
    phone: E164,
) -> Result<Option<DeskPhoneRow>, StoreError> {
    Ok(each!(conn, c => desk_phones::table
        .find((community.as_i64(), desk.as_i64(), phone.as_i64()))
        .select(DeskPhoneRow::as_select())
        .first(c)
        .optional())?)
}

/// Writes down what is known of a phone now.
pub fn put(conn: &mut Conn, row: &DeskPhoneRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(desk_phones::table)
        .values(row)
        .on_conflict((desk_phones::community_id, desk_phones::number_id, desk_phones::phone))
        .do_update()
        .set((
            desk_phones::member_id.eq(excluded(desk_phones::member_id)),
            desk_phones::used_at.eq(excluded(desk_phones::used_at)),
            desk_phones::minute_at.eq(excluded(desk_phones::minute_at)),
            desk_phones::minute_texts.eq(excluded(desk_phones::minute_texts)),
            desk_phones::menu.eq(excluded(desk_phones::menu)),
            desk_phones::menu_until.eq(excluded(desk_phones::menu_until)),
        ))
        .execute(c))?;
    Ok(())
}

/// All phones that have texted a desk.
pub fn of_desk(
    conn: &mut Conn,
    community: CommunityId,
    desk: NumberId,
) -> Result<Vec<DeskPhoneRow>, StoreError> {
    Ok(each!(conn, c => desk_phones::table
        .filter(desk_phones::community_id.eq(community.as_i64()))
        .filter(desk_phones::number_id.eq(desk.as_i64()))
        .order(desk_phones::phone)
        .select(DeskPhoneRow::as_select())
        .load(c))?)
}

/// Forgets all phones of a desk.
pub fn forget(conn: &mut Conn, community: CommunityId, desk: NumberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(desk_phones::table
        .filter(desk_phones::community_id.eq(community.as_i64()))
        .filter(desk_phones::number_id.eq(desk.as_i64())))
        .execute(c))?;
    Ok(())
}
