//! The apps in which members read.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::app_devices;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, EndpointId, MemberId};

/// An app device's row; a member has at most one.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = app_devices, treat_none_as_default_value = false)]
pub struct AppDeviceRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// `dev_…`
    pub id: i64,
    /// `end_…`, by which the app gets the member's texts.
    pub endpoint_id: i64,
    /// `phone`, `app` or `both`.
    pub texts_to: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Adds a member's app.
pub fn insert(conn: &mut Conn, row: &AppDeviceRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(app_devices::table)
        .values(row)
        .on_conflict((app_devices::community_id, app_devices::member_id))
        .do_update()
        .set((
            app_devices::endpoint_id.eq(excluded(app_devices::endpoint_id)),
            app_devices::texts_to.eq(excluded(app_devices::texts_to)),
        ))
        .execute(c))?;
    Ok(())
}

/// A member's app.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Option<AppDeviceRow>, StoreError> {
    Ok(each!(conn, c => app_devices::table
        .find((community.as_i64(), member.as_i64()))
        .select(AppDeviceRow::as_select())
        .first(c)
        .optional())?)
}

/// Somebody who reads at an endpoint, if anybody does.
pub fn any_at(
    conn: &mut Conn,
    community: CommunityId,
    endpoint: EndpointId,
) -> Result<Option<MemberId>, StoreError> {
    let member: Option<i64> = each!(conn, c => app_devices::table
        .filter(app_devices::community_id.eq(community.as_i64()))
        .filter(app_devices::endpoint_id.eq(endpoint.as_i64()))
        .select(app_devices::member_id)
        .first(c)
        .optional())?;
    Ok(member.map(MemberId::from_i64))
}

/// Removes a member's app; true if there was one.
pub fn delete(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::delete(
        app_devices::table.find((community.as_i64(), member.as_i64()))).execute(c))?;
    Ok(gone > 0)
}
