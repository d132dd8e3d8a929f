//! Communities and their policies.

use diesel::prelude::*;

use super::schema::communities;
use super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// A community's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = communities, treat_none_as_default_value = false)]
pub struct CommunityRow {
    /// `com_…`
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// [`crate::domain::policy::Policy`] as JSON.
    pub policy: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Some member reads, or read, in an app.
    pub has_app_devices: bool,
    /// `end_…` of the endpoint that is asked before a text is bridged.
    pub intercept_endpoint: Option<i64>,
    /// `end_…` of the endpoint that is asked about unknown senders.
    pub stranger_endpoint: Option<i64>,
    /// Texts have been deferred.
    pub has_deferred: bool,
    /// Below this `msg_…` the texts of messages are gone by their age.
    pub bodies_gone_before: i64,
    /// Below this id of a message nothing is in quarantine any more.
    pub quarantine_gone_before: i64,
}

/// Adds a community.
pub fn insert(conn: &mut Conn, row: &CommunityRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(communities::table).values(row).execute(c))?;
    Ok(())
}

/// One community.
pub fn get(conn: &mut Conn, id: CommunityId) -> Result<Option<CommunityRow>, StoreError> {
    Ok(
        each!(conn, c => communities::table.find(id.as_i64()).select(CommunityRow::as_select()).first(c).optional())?,
    )
}

/// The community of that name, the oldest if there are several.
pub fn by_name(conn: &mut Conn, name: &str) -> Result<Option<CommunityRow>, StoreError> {
    Ok(each!(conn, c => communities::table
        .filter(communities::name.eq(name))
        .order(communities::id)
        .select(CommunityRow::as_select())
        .first(c)
        .optional())?)
}

/// The first key of the advisory locks on communities' names.
const NAME_SPACE: i32 = 0x6e61_6d65;

/// On PostgreSQL, holds a name for this transaction, whether or not a community has it: two that look for it and
/// make what is missing do so one after the other.
pub fn hold_name(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
            .bind::<diesel::sql_types::Integer, _>(NAME_SPACE)
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(c)?;
    }
    Ok(())
}

/// Locks a community until the transaction ends, so that what is read of it now is still so when it is
/// written. Members and pools may be added meanwhile. SQLite has one writer and needs no lock.
pub fn lock(conn: &mut Conn, id: CommunityId) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = conn {
        communities::table
            .find(id.as_i64())
            .select(communities::id)
            .for_no_key_update()
            .load::<i64>(c)?;
    }
    Ok(())
}

/// Communities in the order of their making, after `after`.
pub fn list(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<CommunityRow>, StoreError> {
    Ok(each!(conn, c => communities::table
        .filter(communities::id.gt(after))
        .order(communities::id)
        .limit(limit)
        .select(CommunityRow::as_select())
        .load(c))?)
}

/// Changes name and policy.
pub fn update(conn: &mut Conn, id: CommunityId, name: &str, policy: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table.find(id.as_i64()))
        .set((communities::name.eq(name), communities::policy.eq(policy)))
        .execute(c))?;
    Ok(())
}

/// Notes that members of this community may read in an app: from now on texts look for it.
pub fn set_has_app_devices(conn: &mut Conn, id: CommunityId) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table.find(id.as_i64()))
        .set(communities::has_app_devices.eq(true))
        .execute(c))?;
    Ok(())
}

/// Notes that texts are deferred in this community: from now on texts look for them.
pub fn set_has_deferred(conn: &mut Conn, id: CommunityId, has_deferred: bool) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table
        .find(id.as_i64())
        .filter(communities::has_deferred.ne(has_deferred)))
        .set(communities::has_deferred.eq(has_deferred))
        .execute(c))?;
    Ok(())
}

/// Notes below which message texts are gone by their age.
pub fn set_bodies_gone_before(conn: &mut Conn, id: CommunityId, before: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table.find(id.as_i64()))
        .set(communities::bodies_gone_before.eq(before))
        .execute(c))?;
    Ok(())
}

/// Notes below which id nothing is in quarantine any more.
pub fn set_quarantine_gone_before(conn: &mut Conn, id: CommunityId, before: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table.find(id.as_i64()))
        .set(communities::quarantine_gone_before.eq(before))
        .execute(c))?;
    Ok(())
}

/// Sets which endpoints are asked: before a text is bridged, and about unknown senders.
pub fn set_askers(
    conn: &mut Conn,
    id: CommunityId,
    intercept: Option<i64>,
    stranger: Option<i64>,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(communities::table.find(id.as_i64()))
        .set((communities::intercept_endpoint.eq(intercept), communities::stranger_endpoint.eq(stranger)))
        .execute(c))?;
    Ok(())
}
