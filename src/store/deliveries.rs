//! Deliveries of events to endpoints, with each try.

use diesel::prelude::*;

use super::schema::{deliveries, delivery_attempts, events};
use super::{Conn, StoreError, each, insert_all};
use crate::domain::id::{CommunityId, DeliveryId, EndpointId};

/// Still to be delivered.
pub const PENDING: i16 = 0;
/// The endpoint took it.
pub const DELIVERED: i16 = 1;
/// Given up; it may be replayed.
pub const DEAD: i16 = 2;

/// A delivery's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct DeliveryRow {
    /// `com_…`
    pub community_id: i64,
    /// `dlv_…`
    pub id: i64,
    /// `end_…`
    pub endpoint_id: i64,
    /// `evt_…`
    pub event_id: i64,
    /// The event's kind.
    pub kind: String,
    /// Deliveries of one lane of one endpoint happen in order.
    pub lane: i64,
    /// `msg_…`, where the recipient reads in an app and this is how it reaches them.
    pub message_id: Option<i64>,
    /// [`PENDING`], [`DELIVERED`] or [`DEAD`].
    pub state: i16,
    /// Tries so far.
    pub attempts: i32,
    /// Not before, Unix milliseconds.
    pub due_at: i64,
    /// The HTTP status of the last answer.
    pub last_status: Option<i16>,
    /// What was wrong with the last try.
    pub last_error: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub finished_at: Option<i64>,
}

/// A try's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery_attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// `com_…`
    pub community_id: i64,
    /// `dlv_…`
    pub delivery_id: i64,
    /// From 1.
    pub attempt: i32,
    /// Unix milliseconds.
    pub at: i64,
    /// How long it took.
    pub duration_ms: i64,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<i16>,
    /// What was wrong.
    pub error: Option<String>,
    /// The headers sent, without signatures.
    pub request: String,
    /// The start of the body that came back.
    pub answer: String,
}

/// Adds deliveries.
pub fn insert(conn: &mut Conn, rows: &[DeliveryRow]) -> Result<(), StoreError> {
    insert_all!(conn, deliveries::table, rows);
    Ok(())
}

/// One delivery.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    id: DeliveryId,
) -> Result<Option<DeliveryRow>, StoreError> {
    Ok(each!(conn, c => deliveries::table
        .find((community.as_i64(), id.as_i64()))
        .select(DeliveryRow::as_select())
        .first(c)
        .optional())?)
}

/// Dead letters of an endpoint whose events are still kept, oldest first.
pub fn dead(
    conn: &mut Conn,
    community: CommunityId,
    endpoint: EndpointId,
    limit: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(each!(conn, c => deliveries::table
        .filter(deliveries::community_id.eq(community.as_i64()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_i64()))
        .filter(deliveries::state.eq(DEAD))
        .filter(diesel::dsl::exists(events::table
            .filter(events::community_id.eq(community.as_i64()))
            .filter(events::id.eq(deliveries::event_id))))
        .order(deliveries::id)
        .limit(limit)
        .select(DeliveryRow::as_select())
        .load(c))?)
}

/// How many deliveries of an endpoint are in a state.
pub fn count(
    conn: &mut Conn,
    community: CommunityId,
    endpoint: EndpointId,
    state: i16,
) -> Result<i64, StoreError> {
    Ok(each!(conn, c => deliveries::table
        .filter(deliveries::community_id.eq(community.as_i64()))
        .filter(deliveries::endpoint_id.eq(endpoint.as_i64()))
        .filter(deliveries::state.eq(state))
        .count()
        .get_result(c))?)
}

/// Writes down how a delivery stands.
pub fn update(conn: &mut Conn, row: &DeliveryRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(deliveries::table.find((row.community_id, row.id)))
        .set((
            deliveries::state.eq(row.state),
            deliveries::attempts.eq(row.attempts),
            deliveries::due_at.eq(row.due_at),
            deliveries::last_status.eq(row.last_status),
            deliveries::last_error.eq(&row.last_error),
            deliveries::finished_at.eq(row.finished_at),
        ))
        .execute(c))?;
    Ok(())
}

/// Adds a try.
pub fn insert_attempt(conn: &mut Conn, row: &AttemptRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(delivery_attempts::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// The tries of a delivery, in order.
pub fn attempts(
    conn: &mut Conn,
    community: CommunityId,
    id: DeliveryId,
) -> Result<Vec<AttemptRow>, StoreError> {
    Ok(each!(conn, c => delivery_attempts::table
        .filter(delivery_attempts::community_id.eq(community.as_i64()))
        .filter(delivery_attempts::delivery_id.eq(id.as_i64()))
        .order(delivery_attempts::attempt)
        .select(AttemptRow::as_select())
        .load(c))?)
}

/// Forgets up to `limit` deliveries of a community that finished before the given time, with their tries;
/// returns how many. `made_before` is an id above all of theirs.
pub fn forget(
    conn: &mut Conn,
    community: CommunityId,
    (finished_before, made_before): (i64, i64),
    limit: i64,
) -> Result<usize, StoreError> {
    let ids: Vec<i64> = each!(conn, c => deliveries::table
        .filter(deliveries::community_id.eq(community.as_i64()))
        .filter(deliveries::id.lt(made_before))
        .filter(deliveries::state.ne(PENDING))
        .filter(deliveries::finished_at.lt(finished_before))
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id)
        .load(c))?;
    for id in &ids {
        each!(conn, c => diesel::delete(delivery_attempts::table
            .filter(delivery_attempts::community_id.eq(community.as_i64()))
            .filter(delivery_attempts::delivery_id.eq(*id)))
            .execute(c))?;
        each!(conn, c => diesel::delete(deliveries::table.find((community.as_i64(), *id))).execute(c))?;
    }
    Ok(ids.len())
}
