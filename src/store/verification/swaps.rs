//! What swaps say they have moved, held against the tables.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// Most offenders that are read at once.
const AT_ONCE: i64 = 1_000;

/// A row that was moved, and stands where it stood.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Unmoved {
    /// `swp_…`, to go on after it.
    #[diesel(sql_type = BigInt)]
    pub swap_id: i64,
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// `num_…`
    #[diesel(sql_type = BigInt)]
    pub from_number_id: i64,
    /// `mem_…`
    #[diesel(sql_type = BigInt)]
    pub contact_id: i64,
    /// `asg_…`
    #[diesel(sql_type = BigInt)]
    pub assignment_id: i64,
}

/// Rows that the newest swap of their number says it has moved, and that are on it still; so many after one.
pub fn unmoved(
    conn: &mut Conn,
    community: CommunityId,
    (swap, member, number): (i64, i64, i64),
) -> Result<Vec<Unmoved>, StoreError> {
    let sql = format!(
        "SELECT m.swap_id, m.member_id, m.from_number_id, m.contact_id, m.assignment_id FROM swap_moves m \
         JOIN assignments a ON a.community_id = m.community_id AND a.member_id = m.member_id \
         AND a.number_id = m.from_number_id AND a.id = m.assignment_id \
         WHERE m.community_id = {community} AND m.to_number_id IS NOT NULL AND m.undone_at IS NULL \
         AND a.created_at <= m.moved_at \
         AND (m.swap_id, m.member_id, m.from_number_id) > ({swap}, {member}, {number}) \
         ORDER BY m.swap_id, m.member_id, m.from_number_id LIMIT {AT_ONCE}",
        community = community.as_i64(),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// A swap whose counts are not what there is.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Miscounted {
    /// What it counts.
    #[diesel(sql_type = BigInt)]
    pub counted: i64,
    /// What there is.
    #[diesel(sql_type = BigInt)]
    pub there: i64,
}

/// Swaps whose counts of what was moved, could not be, was moved back and could not be are not what there is.
pub fn miscounted(conn: &mut Conn, community: CommunityId) -> Result<Vec<Miscounted>, StoreError> {
    let sql = format!(
        "SELECT s.moved + s.failed + s.undone + s.not_undone AS counted, t.there FROM swaps s JOIN \
         (SELECT s.id, CAST(count(m.to_number_id) + sum(CASE WHEN m.swap_id IS NOT NULL AND m.to_number_id IS NULL \
         THEN 1 ELSE 0 END) + count(m.undone_at) + count(m.undo_reason) AS BIGINT) AS there \
         FROM swaps s LEFT JOIN swap_moves m ON m.community_id = s.community_id AND m.swap_id = s.id \
         WHERE s.community_id = {community} GROUP BY s.id) t ON t.id = s.id \
         WHERE s.community_id = {community} AND s.moved + s.failed + s.undone + s.not_undone <> t.there",
        community = community.as_i64(),
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}
