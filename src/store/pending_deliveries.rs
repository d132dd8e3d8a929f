//! Deliveries that are still to be made, found by the index of those: among all that were made and are kept, which
//! no statistics tell SQLite, it would look through these.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::deliveries::DEAD;
use super::schema::deliveries;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, EndpointId};

/// What the dispatcher holds of a pending delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct PendingDelivery {
    /// `dlv_…`
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its lane.
    #[diesel(sql_type = BigInt)]
    pub lane: i64,
    /// Not before, Unix milliseconds.
    #[diesel(sql_type = BigInt)]
    pub due_at: i64,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_id: Option<i64>,
}

#[derive(QueryableByName)]
struct Oldest {
    #[diesel(sql_type = Nullable<BigInt>)]
    event_id: Option<i64>,
}

/// The pending ones of a community. What is put into these statements are integers.
fn from(conn: &Conn, community: CommunityId) -> String {
    let by = match conn {
        Conn::Sqlite(_) => " INDEXED BY deliveries_pending",
        Conn::Postgres(_) => "",
    };
    let community = community.as_i64();
    format!("FROM deliveries{by} WHERE community_id = {community} AND state = 0")
}

/// What is pending for an endpoint after the given delivery, oldest first.
pub fn after(
    conn: &mut Conn,
    community: CommunityId,
    endpoint: EndpointId,
    after: i64,
    limit: i64,
) -> Result<Vec<PendingDelivery>, StoreError> {
    let (from, endpoint) = (from(conn, community), endpoint.as_i64());
    let sql = format!(
        "SELECT id, lane, due_at {from} AND endpoint_id = {endpoint} AND id > {after} ORDER BY id LIMIT {limit}"
    );
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// The oldest event that a pending delivery still needs.
pub fn oldest_event(conn: &mut Conn, community: CommunityId) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT min(event_id) AS event_id {}", from(conn, community));
    let oldest: Oldest = each!(conn, c => diesel::sql_query(sql).get_result(c))?;
    Ok(oldest.event_id)
}

/// Gives up everything that is pending for an endpoint; returns those that were somebody's texts.
pub fn give_up(
    conn: &mut Conn,
    community: CommunityId,
    endpoint: EndpointId,
    why: &str,
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    let all = format!("endpoint_id = {}", endpoint.as_i64());
    let (_, messages) = give_up_where(conn, community, &all, (why, now), i64::MAX)?;
    Ok(messages)
}

/// Gives up to `limit` pending deliveries of some endpoints up that were due before the given time; returns
/// how many, and those that were somebody's texts.
pub fn give_up_overdue(
    conn: &mut Conn,
    (community, endpoints): (CommunityId, &[i64]),
    (due_before, why): (i64, &str),
    now: i64,
    limit: i64,
) -> Result<(usize, Vec<i64>), StoreError> {
    let (mut count, mut messages) = (0, Vec::new());
    for endpoint in endpoints {
        let overdue = format!("endpoint_id = {endpoint} AND due_at < {due_before}");
        let room = limit.saturating_sub(i64::try_from(count).unwrap_or(limit));
        let (more, texts) = give_up_where(conn, community, &overdue, (why, now), room)?;
        count += more;
        messages.extend(texts);
    }
    Ok((count, messages))
}

fn give_up_where(
    conn: &mut Conn,
    community: CommunityId,
    which: &str,
    (why, now): (&str, i64),
    limit: i64,
) -> Result<(usize, Vec<i64>), StoreError> {
    let from = from(conn, community);
    let sql = format!("SELECT id, message_id {from} AND {which} ORDER BY id LIMIT {limit}");
    let found: Vec<Told> = each!(conn, c => diesel::sql_query(sql).load(c))?;
    for told in &found {
        each!(conn, c => diesel::update(deliveries::table.find((community.as_i64(), told.id)))
            .set((
                deliveries::state.eq(DEAD),
                deliveries::last_error.eq(why),
                deliveries::finished_at.eq(now),
            ))
            .execute(c))?;
    }
    let messages = found.iter().filter_map(|told| told.message_id).collect();
    Ok((found.len(), messages))
}
