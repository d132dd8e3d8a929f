//! Pools.

use diesel::prelude::*;

use super::schema::pools;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, PoolId};

/// A pool's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = pools, treat_none_as_default_value = false)]
pub struct PoolRow {
    /// `com_…`
    pub community_id: i64,
    /// `pool_…`
    pub id: i64,
    /// Unique in its community.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Adds a pool.
pub fn insert(conn: &mut Conn, row: &PoolRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(pools::table).values(row).execute(c))?;
    Ok(())
}

/// One pool.
pub fn get(conn: &mut Conn, community: CommunityId, id: PoolId) -> Result<Option<PoolRow>, StoreError> {
    Ok(each!(conn, c => pools::table
        .find((community.as_i64(), id.as_i64()))
        .select(PoolRow::as_select())
        .first(c)
        .optional())?)
}

/// The pool of that name.
pub fn by_name(conn: &mut Conn, community: CommunityId, name: &str) -> Result<Option<PoolRow>, StoreError> {
    Ok(each!(conn, c => pools::table
        .filter(pools::community_id.eq(community.as_i64()))
        .filter(pools::name.eq(name))
        .select(PoolRow::as_select())
        .first(c)
        .optional())?)
}

/// Pools in the order of their making, after `after`.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<PoolRow>, StoreError> {
    Ok(each!(conn, c => pools::table
        .filter(pools::community_id.eq(community.as_i64()))
        .filter(pools::id.gt(after))
        .order(pools::id)
        .limit(limit)
        .select(PoolRow::as_select())
        .load(c))?)
}
