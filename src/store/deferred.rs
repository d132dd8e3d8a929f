//! Accepted texts that wait for their recipient's texting hours.

use diesel::prelude::*;

use super::schema::deferred_texts;
use super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// A waiting text's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = deferred_texts, treat_none_as_default_value = false)]
pub struct DeferredRow {
    /// `com_…`
    pub community_id: i64,
    /// `msg_…`
    pub message_id: i64,
    /// Texts of one lane leave in order.
    pub lane: i64,
    /// When it is looked at again, Unix milliseconds; never before an older one of its lane.
    pub due_at: i64,
    /// Tries so far.
    pub attempts: i32,
}

/// Adds a text, or sets when it is due.
pub fn put(conn: &mut Conn, row: &DeferredRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(deferred_texts::table)
        .values(row)
        .on_conflict((deferred_texts::community_id, deferred_texts::message_id))
        .do_update()
        .set(deferred_texts::due_at.eq(row.due_at))
        .execute(c))?;
    Ok(())
}

/// Removes a text; none where it is not there (any more).
pub fn take(
    conn: &mut Conn,
    community: CommunityId,
    message_id: i64,
) -> Result<Option<DeferredRow>, StoreError> {
    let key = (community.as_i64(), message_id);
    let row: Option<DeferredRow> = each!(conn, c => deferred_texts::table
        .find(key)
        .select(DeferredRow::as_select())
        .first(c)
        .optional())?;
    let gone = each!(conn, c => diesel::delete(deferred_texts::table.find(key)).execute(c))?;
    Ok(row.filter(|_| gone > 0))
}

/// When the newest text of a lane that is older than `before` is due; none where none waits.
pub fn last_of_lane(
    conn: &mut Conn,
    community: CommunityId,
    lane: i64,
    before: i64,
) -> Result<Option<i64>, StoreError> {
    Ok(each!(conn, c => deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .filter(deferred_texts::lane.eq(lane))
        .filter(deferred_texts::message_id.lt(before))
        .order(deferred_texts::message_id.desc())
        .select(deferred_texts::due_at)
        .first(c)
        .optional())?)
}

/// What is due, by when and then in the order of acceptance.
pub fn due(conn: &mut Conn, now: i64, limit: i64) -> Result<Vec<DeferredRow>, StoreError> {
    Ok(each!(conn, c => deferred_texts::table
        .filter(deferred_texts::due_at.le(now))
        .order((deferred_texts::due_at, deferred_texts::community_id, deferred_texts::message_id))
        .limit(limit)
        .select(DeferredRow::as_select())
        .load(c))?)
}

/// How many wait, of all communities.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(each!(conn, c => deferred_texts::table.count().get_result(c))?)
}

/// How many notices about pairs wait, so many at most; theirs are the lanes below zero.
pub fn notices(conn: &mut Conn, community: CommunityId, most: i64) -> Result<i64, StoreError> {
    let lanes: Vec<i64> = each!(conn, c => deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .filter(deferred_texts::lane.lt(0))
        .select(deferred_texts::lane)
        .limit(most)
        .load(c))?;
    Ok(lanes.len() as i64)
}

/// Removes the texts of one lane; returns their messages, oldest first.
pub fn take_lane(conn: &mut Conn, community: CommunityId, lane: i64) -> Result<Vec<i64>, StoreError> {
    let ids: Vec<i64> = each!(conn, c => deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .filter(deferred_texts::lane.eq(lane))
        .order(deferred_texts::message_id)
        .select(deferred_texts::message_id)
        .load(c))?;
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        if take(conn, community, id)?.is_some() {
            taken.push(id);
        }
    }
    Ok(taken)
}

/// Has everything of a community looked at again now: its hours or zone have changed.
pub fn look_again(conn: &mut Conn, community: CommunityId, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .filter(deferred_texts::due_at.gt(now)))
        .set(deferred_texts::due_at.eq(now))
        .execute(c))?;
    Ok(())
}

/// Likewise of one lane.
pub fn look_again_at_lane(
    conn: &mut Conn,
    community: CommunityId,
    lane: i64,
    now: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(deferred_texts::table
        .filter(deferred_texts::community_id.eq(community.as_i64()))
        .filter(deferred_texts::lane.eq(lane))
        .filter(deferred_texts::due_at.gt(now)))
        .set(deferred_texts::due_at.eq(now))
        .execute(c))?;
    Ok(())
}
