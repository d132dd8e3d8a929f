//! What members' address books were when they were last taken.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::books;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// A book's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = books, treat_none_as_default_value = false)]
pub struct BookRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// When it was last taken, Unix milliseconds.
    pub taken_at: i64,
    /// What it was then: [`crate::domain::book::Taken`].
    pub taken: Vec<u8>,
    /// When the member was told that it has changed since, Unix milliseconds.
    pub told_at: Option<i64>,
}

/// What a member's book was, if it was ever taken.
pub fn get(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Option<BookRow>, StoreError> {
    Ok(each!(conn, c => books::table
        .find((community.as_i64(), member.as_i64()))
        .select(BookRow::as_select())
        .first(c)
        .optional())?)
}

/// Notes what was taken.
pub fn put(conn: &mut Conn, row: &BookRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(books::table)
        .values(row)
        .on_conflict((books::community_id, books::member_id))
        .do_update()
        .set((
            books::taken_at.eq(excluded(books::taken_at)),
            books::taken.eq(excluded(books::taken)),
            books::told_at.eq(excluded(books::told_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Notes that the member is told of a change; false when that was so already, or the book was never taken.
pub fn tell(conn: &mut Conn, community: CommunityId, member: MemberId, now: i64) -> Result<bool, StoreError> {
    let told = each!(conn, c => diesel::update(books::table
        .find((community.as_i64(), member.as_i64()))
        .filter(books::told_at.is_null()))
        .set(books::told_at.eq(now))
        .execute(c))?;
    Ok(told > 0)
}

/// Forgets a member's book.
pub fn delete(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(books::table.find((community.as_i64(), member.as_i64()))).execute(c))?;
    Ok(())
}
