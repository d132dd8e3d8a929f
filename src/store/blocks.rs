//! Whom members do not want to hear from.

use diesel::prelude::*;

use super::schema::blocks;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// A block's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = blocks, treat_none_as_default_value = false)]
pub struct BlockRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`, who blocks.
    pub member_id: i64,
    /// `mem_…`, whom.
    pub contact_id: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// By whom: [`crate::domain::history::Actor`] as its code.
    pub who: i16,
    /// The id that goes with it.
    pub who_id: Option<i64>,
}

/// Records a block; false if it was there.
pub fn insert(conn: &mut Conn, row: &BlockRow) -> Result<bool, StoreError> {
    let made =
        each!(conn, c => diesel::insert_into(blocks::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(made > 0)
}

/// Lifts a block; false if there was none.
pub fn delete(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::delete(
        blocks::table.find((community.as_i64(), member.as_i64(), contact.as_i64()))).execute(c))?;
    Ok(gone > 0)
}

/// One block.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    contact: MemberId,
) -> Result<Option<BlockRow>, StoreError> {
    Ok(each!(conn, c => blocks::table
        .find((community.as_i64(), member.as_i64(), contact.as_i64()))
        .select(BlockRow::as_select())
        .first(c)
        .optional())?)
}

/// Whom a member blocks, in the order of their ids, after one of them.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    after: i64,
    limit: i64,
) -> Result<Vec<BlockRow>, StoreError> {
    Ok(each!(conn, c => blocks::table
        .filter(blocks::community_id.eq(community.as_i64()))
        .filter(blocks::member_id.eq(member.as_i64()))
        .filter(blocks::contact_id.gt(after))
        .order(blocks::contact_id)
        .limit(limit)
        .select(BlockRow::as_select())
        .load(c))?)
}

/// Who blocked somebody, or was blocked, is another from now on, who is the same person. Says who the others are.
pub fn recast(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
) -> Result<Vec<MemberId>, StoreError> {
    let of = blocks::table.filter(blocks::community_id.eq(community.as_i64()));
    let mut found: Vec<BlockRow> = each!(conn, c => of
        .filter(blocks::member_id.eq(from.as_i64()))
        .select(BlockRow::as_select())
        .load(c))?;
    found.extend(each!(conn, c => of
        .filter(blocks::contact_id.eq(from.as_i64()))
        .select(BlockRow::as_select())
        .load::<BlockRow>(c))?);
    let now = |id: i64| if id == from.as_i64() { to.as_i64() } else { id };
    let mut others = Vec::new();
    for row in found {
        let row = BlockRow {
            member_id: now(row.member_id),
            contact_id: now(row.contact_id),
            ..row
        };
        // Nobody blocks themselves.
        if row.member_id != row.contact_id {
            insert(conn, &row)?;
            let other = if row.member_id == to.as_i64() {
                row.contact_id
            } else {
                row.member_id
            };
            others.push(MemberId::from_i64(other));
        }
    }
    forget(conn, community, from)?;
    Ok(others)
}

/// Forgets whom a member blocks, and who blocks that member.
pub fn forget(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    let whose = blocks::table.filter(blocks::community_id.eq(community.as_i64()));
    each!(conn, c => {
        diesel::delete(whose.filter(blocks::member_id.eq(member.as_i64()))).execute(c)?;
        diesel::delete(whose.filter(blocks::contact_id.eq(member.as_i64()))).execute(c)
    })?;
    Ok(())
}
