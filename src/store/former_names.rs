//! What members were called before: by other names, or as somebody who became one with them. An erasure
//! looks for it.

use diesel::prelude::*;

use super::schema::former_names;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// A name's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = former_names)]
pub struct FormerNameRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`, who it is now, or was last.
    pub member_id: i64,
    /// `mem_…`, who was called so.
    pub was_id: i64,
    /// What they were called.
    pub name: String,
}

/// Notes that a member was called so; once is enough.
pub fn note(conn: &mut Conn, community: CommunityId, member: MemberId, name: &str) -> Result<(), StoreError> {
    let row = FormerNameRow {
        community_id: community.as_i64(),
        member_id: member.as_i64(),
        was_id: member.as_i64(),
        name: name.to_owned(),
    };
    each!(conn, c => diesel::insert_into(former_names::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// All that a member was called, and whoever became one with them.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<FormerNameRow>, StoreError> {
    Ok(each!(conn, c => former_names::table
        .filter(former_names::community_id.eq(community.as_i64()))
        .filter(former_names::member_id.eq(member.as_i64()))
        .order((former_names::was_id, former_names::name))
        .select(FormerNameRow::as_select())
        .load(c))?)
}

/// A member became one with another: their names are the other's.
pub fn pass_on(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(former_names::table
        .filter(former_names::community_id.eq(community.as_i64()))
        .filter(former_names::member_id.eq(from.as_i64())))
        .set(former_names::member_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// With whom a member became one; nobody where they did not.
pub fn became(
    conn: &mut Conn,
    community: CommunityId,
    was: MemberId,
) -> Result<Option<MemberId>, StoreError> {
    let found: Option<i64> = each!(conn, c => former_names::table
        .filter(former_names::community_id.eq(community.as_i64()))
        .filter(former_names::was_id.eq(was.as_i64()))
        .filter(former_names::member_id.ne(was.as_i64()))
        .select(former_names::member_id)
        .first(c)
        .optional())?;
    Ok(found.map(MemberId::from_i64))
}

/// Forgets what a member was called, and who became one with them.
pub fn forget(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(former_names::table
        .filter(former_names::community_id.eq(community.as_i64()))
        .filter(former_names::member_id.eq(member.as_i64())))
        .execute(c))?;
    Ok(())
}
