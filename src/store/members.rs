//! Members and guests.

use diesel::prelude::*;

use super::schema::{members, releases};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// A member's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub id: i64,
    /// What people call them.
    pub name: String,
    /// Has no account: an outside phone known as somebody's contact.
    pub guest: bool,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Adds a member.
pub fn insert(conn: &mut Conn, row: &MemberRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(members::table).values(row).execute(c))?;
    Ok(())
}

/// One member.
pub fn get(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
    Ok(each!(conn, c => members::table
        .find((community.as_i64(), id.as_i64()))
        .select(MemberRow::as_select())
        .first(c)
        .optional())?)
}

/// Members in the order of their making, after `after`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<MemberRow>, StoreError> {
    Ok(each!(conn, c => members::table
        .filter(members::community_id.eq(community.as_i64()))
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(c))?)
}

/// Changes a member's name.
pub fn rename(conn: &mut Conn, community: CommunityId, id: MemberId, name: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(members::table.find((community.as_i64(), id.as_i64())))
        .set(members::name.eq(name))
        .execute(c))?;
    Ok(())
}

/// Removes a member, and what the member's numbers stood for; devices and assignments must be gone. What their phones
/// remember stays.
pub fn delete(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(releases::table
        .filter(releases::community_id.eq(community.as_i64()))
        .filter(releases::member_id.eq(id.as_i64())))
        .execute(c))?;
    each!(conn, c => diesel::delete(members::table.find((community.as_i64(), id.as_i64()))).execute(c))?;
    Ok(())
}

/// Locks members until the transaction ends, in the order of their ids, so that two transactions which
/// want the same two never wait for each other. SQLite has one writer and needs no lock.
pub fn lock(conn: &mut Conn, community: CommunityId, ids: &[MemberId]) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        let ids: Vec<i64> = ids.iter().map(|id| id.as_i64()).collect();
        members::table
            .filter(members::community_id.eq(community.as_i64()))
            .filter(members::id.eq_any(ids))
            .order(members::id)
            .select(members::id)
            .for_update()
            .load::<i64>(c)?;
    }
    Ok(())
}
