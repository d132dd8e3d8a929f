//! Private links to address books, hashed at rest.

use diesel::prelude::*;

use super::schema::book_links;
use super::{Conn, StoreError, each};
use crate::domain::id::{BookLinkId, CommunityId, MemberId};

/// A link's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = book_links, treat_none_as_default_value = false)]
pub struct BookLinkRow {
    /// `com_…`
    pub community_id: i64,
    /// `blk_…`
    pub id: i64,
    /// `mem_…`, whose book it gives.
    pub member_id: i64,
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub expires_at: i64,
    /// When it last gave the book, Unix milliseconds.
    pub taken_at: Option<i64>,
    /// Unix milliseconds.
    pub revoked_at: Option<i64>,
}

/// Adds a link.
pub fn insert(conn: &mut Conn, row: &BookLinkRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(book_links::table).values(row).execute(c))?;
    Ok(())
}

/// The link whose token has this hash.
pub fn by_hash(
    conn: &mut Conn,
    community: CommunityId,
    hash: &str,
) -> Result<Option<BookLinkRow>, StoreError> {
    Ok(each!(conn, c => book_links::table
        .filter(book_links::community_id.eq(community.as_i64()))
        .filter(book_links::token_hash.eq(hash))
        .select(BookLinkRow::as_select())
        .first(c)
        .optional())?)
}

/// One link of a member.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    id: BookLinkId,
) -> Result<Option<BookLinkRow>, StoreError> {
    let found: Option<BookLinkRow> = each!(conn, c => book_links::table
        .find((community.as_i64(), id.as_i64()))
        .select(BookLinkRow::as_select())
        .first(c)
        .optional())?;
    Ok(found.filter(|row| row.member_id == member.as_i64()))
}

/// Links of a member in the order of their making, after `after`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    after: i64,
    limit: i64,
) -> Result<Vec<BookLinkRow>, StoreError> {
    Ok(each!(conn, c => book_links::table
        .filter(book_links::community_id.eq(community.as_i64()))
        .filter(book_links::member_id.eq(member.as_i64()))
        .filter(book_links::id.gt(after))
        .order(book_links::id)
        .limit(limit)
        .select(BookLinkRow::as_select())
        .load(c))?)
}

/// Notes that a link gave the book.
pub fn touch(conn: &mut Conn, community: CommunityId, id: BookLinkId, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(book_links::table.find((community.as_i64(), id.as_i64())))
        .set(book_links::taken_at.eq(now))
        .execute(c))?;
    Ok(())
}

/// Revokes a link; true if it was alive.
pub fn revoke(conn: &mut Conn, community: CommunityId, id: BookLinkId, now: i64) -> Result<bool, StoreError> {
    let revoked = each!(conn, c => diesel::update(book_links::table
        .find((community.as_i64(), id.as_i64()))
        .filter(book_links::revoked_at.is_null()))
        .set(book_links::revoked_at.eq(now))
        .execute(c))?;
    Ok(revoked > 0)
}

/// Forgets links of a member that ended before a moment.
pub fn forget_ended(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    before: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(book_links::table
        .filter(book_links::community_id.eq(community.as_i64()))
        .filter(book_links::member_id.eq(member.as_i64()))
        .filter(book_links::expires_at.lt(before)))
        .execute(c))?;
    Ok(())
}

/// Forgets all links of a member.
pub fn delete(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(book_links::table
        .filter(book_links::community_id.eq(community.as_i64()))
        .filter(book_links::member_id.eq(member.as_i64())))
        .execute(c))?;
    Ok(())
}
