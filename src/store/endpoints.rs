//! Callback endpoints and their signing secrets.

use diesel::prelude::*;

use super::schema::{callback_endpoints, endpoint_secrets};
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, EndpointId};

/// Takes callbacks.
pub const ACTIVE: &str = "active";
/// Takes none until somebody enables it again.
pub const DISABLED: &str = "disabled";

/// An endpoint's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = callback_endpoints, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct EndpointRow {
    /// `com_…`
    pub community_id: i64,
    /// `end_…`
    pub id: i64,
    /// The app whose key made it, if one did.
    pub app: Option<String>,
    /// Where callbacks go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// The kinds of events that it wants, a JSON list; empty means all.
    pub kinds: String,
    /// Is asked before a text is bridged.
    pub intercepts: bool,
    /// Is asked about unknown senders.
    pub strangers: bool,
    /// [`ACTIVE`] or [`DISABLED`].
    pub state: String,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// Tries that failed since the last success.
    pub failures: i32,
    /// The breaker is open: no try before this, Unix milliseconds.
    pub open_until: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

/// A signing secret's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = endpoint_secrets, treat_none_as_default_value = false)]
pub struct SecretRow {
    /// `com_…`
    pub community_id: i64,
    /// `end_…`
    pub endpoint_id: i64,
    /// Tells them apart.
    pub id: i64,
    /// `whsec_` and base64.
    pub secret: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it no longer signs, Unix milliseconds.
    pub expires_at: Option<i64>,
}

/// Adds an endpoint.
pub fn insert(conn: &mut Conn, row: &EndpointRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(callback_endpoints::table).values(row).execute(c))?;
    Ok(())
}

/// One endpoint.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    id: EndpointId,
) -> Result<Option<EndpointRow>, StoreError> {
    Ok(each!(conn, c => callback_endpoints::table
        .find((community.as_i64(), id.as_i64()))
        .select(EndpointRow::as_select())
        .first(c)
        .optional())?)
}

/// All endpoints of a community, oldest first; there are few.
pub fn of_community(conn: &mut Conn, community: CommunityId) -> Result<Vec<EndpointRow>, StoreError> {
    Ok(each!(conn, c => callback_endpoints::table
        .filter(callback_endpoints::community_id.eq(community.as_i64()))
        .order(callback_endpoints::id)
        .select(EndpointRow::as_select())
        .load(c))?)
}

/// The active endpoints of all communities.
pub fn active(conn: &mut Conn) -> Result<Vec<EndpointRow>, StoreError> {
    Ok(each!(conn, c => callback_endpoints::table
        .filter(callback_endpoints::state.eq(ACTIVE))
        .order((callback_endpoints::community_id, callback_endpoints::id))
        .select(EndpointRow::as_select())
        .load(c))?)
}

/// Writes an endpoint back.
pub fn update(conn: &mut Conn, row: &EndpointRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(callback_endpoints::table.find((row.community_id, row.id)))
        .set(row)
        .execute(c))?;
    Ok(())
}

/// Notes how the tries go; nothing else of the endpoint is touched.
pub fn set_health(
    conn: &mut Conn,
    key: (i64, i64),
    failures: i32,
    open_until: Option<i64>,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(callback_endpoints::table.find(key))
        .set((callback_endpoints::failures.eq(failures), callback_endpoints::open_until.eq(open_until)))
        .execute(c))?;
    Ok(())
}

/// Removes an endpoint with its secrets; true if it was there.
pub fn delete(conn: &mut Conn, community: CommunityId, id: EndpointId) -> Result<bool, StoreError> {
    each!(conn, c => diesel::delete(endpoint_secrets::table
        .filter(endpoint_secrets::community_id.eq(community.as_i64()))
        .filter(endpoint_secrets::endpoint_id.eq(id.as_i64())))
        .execute(c))?;
    let gone = each!(conn, c => diesel::delete(
        callback_endpoints::table.find((community.as_i64(), id.as_i64()))).execute(c))?;
    Ok(gone > 0)
}

/// Adds a secret.
pub fn add_secret(conn: &mut Conn, row: &SecretRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(endpoint_secrets::table).values(row).execute(c))?;
    Ok(())
}

/// Lets all secrets of an endpoint that have no end, or a later one, end at the given time.
pub fn expire_secrets(
    conn: &mut Conn,
    community: CommunityId,
    id: EndpointId,
    at: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(endpoint_secrets::table
        .filter(endpoint_secrets::community_id.eq(community.as_i64()))
        .filter(endpoint_secrets::endpoint_id.eq(id.as_i64()))
        .filter(endpoint_secrets::expires_at.is_null().or(endpoint_secrets::expires_at.gt(at))))
        .set(endpoint_secrets::expires_at.eq(at))
        .execute(c))?;
    Ok(())
}

/// The secrets that sign at the given time, newest first.
pub fn live_secrets(
    conn: &mut Conn,
    community: CommunityId,
    id: EndpointId,
    now: i64,
) -> Result<Vec<SecretRow>, StoreError> {
    Ok(each!(conn, c => endpoint_secrets::table
        .filter(endpoint_secrets::community_id.eq(community.as_i64()))
        .filter(endpoint_secrets::endpoint_id.eq(id.as_i64()))
        .filter(endpoint_secrets::expires_at.is_null().or(endpoint_secrets::expires_at.gt(now)))
        .order(endpoint_secrets::id.desc())
        .select(SecretRow::as_select())
        .load(c))?)
}

/// Removes secrets that ended before the given time.
pub fn forget_secrets(
    conn: &mut Conn,
    community: CommunityId,
    id: EndpointId,
    before: i64,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(endpoint_secrets::table
        .filter(endpoint_secrets::community_id.eq(community.as_i64()))
        .filter(endpoint_secrets::endpoint_id.eq(id.as_i64()))
        .filter(endpoint_secrets::expires_at.lt(before)))
        .execute(c))?;
    Ok(())
}
