//! Events: what happened, for callbacks and for the event stream.

use diesel::prelude::*;

use super::schema::events;
use super::{Conn, StoreError, each, insert_all};
use crate::domain::id::CommunityId;

/// An event's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct EventRow {
    /// `com_…`
    pub community_id: i64,
    /// `evt_…`
    pub id: i64,
    /// [`crate::domain::event::EventKind`], its word.
    pub kind: String,
    /// Events of one lane are delivered in order.
    pub lane: i64,
    /// JSON, without any real number.
    pub data: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Adds events.
pub fn insert(conn: &mut Conn, rows: &[EventRow]) -> Result<(), StoreError> {
    insert_all!(conn, events::table, rows);
    Ok(())
}

/// One event.
pub fn get(conn: &mut Conn, community: CommunityId, id: i64) -> Result<Option<EventRow>, StoreError> {
    Ok(each!(conn, c => events::table
        .find((community.as_i64(), id))
        .select(EventRow::as_select())
        .first(c)
        .optional())?)
}

/// Events of a community after the given one, oldest first.
pub fn after(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    Ok(each!(conn, c => events::table
        .filter(events::community_id.eq(community.as_i64()))
        .filter(events::id.gt(after))
        .order(events::id)
        .limit(limit)
        .select(EventRow::as_select())
        .load(c))?)
}

/// Events of one lane with ids between two, oldest first: a short window, read by its place.
pub fn of_lane_between(
    conn: &mut Conn,
    community: CommunityId,
    lane: i64,
    (from, until): (i64, i64),
) -> Result<Vec<EventRow>, StoreError> {
    Ok(each!(conn, c => events::table
        .filter(events::community_id.eq(community.as_i64()))
        .filter(events::id.ge(from))
        .filter(events::id.lt(until))
        .filter(events::lane.eq(lane))
        .order(events::id)
        .select(EventRow::as_select())
        .load(c))?)
}

/// Whether any event up to and including the given one is kept.
pub fn any_until(conn: &mut Conn, community: CommunityId, id: i64) -> Result<bool, StoreError> {
    Ok(each!(conn, c => diesel::select(diesel::dsl::exists(events::table
        .filter(events::community_id.eq(community.as_i64()))
        .filter(events::id.le(id))))
        .get_result(c))?)
}

/// Forgets up to `limit` events of a community before the given id; returns how many.
pub fn forget(conn: &mut Conn, community: CommunityId, before: i64, limit: i64) -> Result<usize, StoreError> {
    let last: Option<i64> = each!(conn, c => events::table
        .filter(events::community_id.eq(community.as_i64()))
        .filter(events::id.lt(before))
        .order(events::id)
        .limit(limit)
        .select(events::id)
        .load::<i64>(c))?
    .last()
    .copied();
    let Some(last) = last else {
        return Ok(0);
    };
    Ok(each!(conn, c => diesel::delete(events::table
        .filter(events::community_id.eq(community.as_i64()))
        .filter(events::id.le(last)))
        .execute(c))?)
}
