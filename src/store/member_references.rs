//! What members are called elsewhere: one reference of a member, unique in the community.

use diesel::prelude::*;

use super::schema::member_references;
use super::{Conn, StoreError, each, insert_all};
use crate::domain::id::{CommunityId, MemberId};

/// A reference's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = member_references)]
pub struct ReferenceRow {
    /// `com_…`
    pub community_id: i64,
    /// What the member is called elsewhere.
    pub reference: String,
    /// `mem_…`
    pub member_id: i64,
}

/// Adds references.
pub fn insert(conn: &mut Conn, rows: &[ReferenceRow]) -> Result<(), StoreError> {
    insert_all!(conn, member_references::table, rows);
    Ok(())
}

/// Those of these references that somebody has.
pub fn find(
    conn: &mut Conn,
    community: CommunityId,
    references: &[&str],
) -> Result<Vec<ReferenceRow>, StoreError> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => member_references::table
        .filter(member_references::community_id.eq(community.as_i64()))
        .filter(member_references::reference.eq_any(references))
        .select(ReferenceRow::as_select())
        .load(c))?)
}

/// The references of these members.
pub fn of_members(
    conn: &mut Conn,
    community: CommunityId,
    members: &[i64],
) -> Result<Vec<ReferenceRow>, StoreError> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => member_references::table
        .filter(member_references::community_id.eq(community.as_i64()))
        .filter(member_references::member_id.eq_any(members))
        .select(ReferenceRow::as_select())
        .load(c))?)
}

/// Gives a member's reference to another, who must have none.
pub fn pass_on(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(member_references::table
        .filter(member_references::community_id.eq(community.as_i64()))
        .filter(member_references::member_id.eq(from.as_i64())))
        .set(member_references::member_id.eq(to.as_i64()))
        .execute(c))?;
    Ok(())
}

/// Forgets a member's reference.
pub fn delete(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(member_references::table
        .filter(member_references::community_id.eq(community.as_i64()))
        .filter(member_references::member_id.eq(member.as_i64())))
        .execute(c))?;
    Ok(())
}
