//! Whose a phone was, and when a number was in service: rows are added, and never changed.

use diesel::prelude::*;

use super::schema::{device_history, number_history};
use super::{Conn, StoreError, each, insert_all};
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::{E164, Timestamp};

/// A change of a device: how it was after it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = device_history, treat_none_as_default_value = false)]
pub struct DeviceChangeRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// In the order of the changes of one moment.
    pub id: i64,
    /// `dev_…`
    pub device_id: i64,
    /// E.164 as an integer; none of an app, 0 of a phone whose number was erased.
    pub phone: Option<i64>,
    /// The member has it.
    pub present: bool,
    /// It has sent STOPALL.
    pub stopped_all: bool,
    /// It is frozen.
    pub frozen: bool,
}

/// Adds a change of a device.
pub fn device_changed(conn: &mut Conn, row: &DeviceChangeRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(device_history::table).values(row).execute(c))?;
    Ok(())
}

/// Adds changes of devices.
pub fn devices_changed(conn: &mut Conn, rows: &[DeviceChangeRow]) -> Result<(), StoreError> {
    insert_all!(conn, device_history::table, rows);
    Ok(())
}

/// The changes of a member's devices, oldest first, after a place.
pub fn changes_of(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    (at, id): (i64, i64),
    limit: i64,
) -> Result<Vec<DeviceChangeRow>, StoreError> {
    let later = device_history::at
        .gt(at)
        .or(device_history::at.eq(at).and(device_history::id.gt(id)));
    Ok(each!(conn, c => device_history::table
        .filter(device_history::community_id.eq(community.as_i64()))
        .filter(device_history::member_id.eq(member.as_i64()))
        .filter(later)
        .order((device_history::at, device_history::id))
        .limit(limit)
        .select(DeviceChangeRow::as_select())
        .load(c))?)
}

/// Changes of these phones from a moment on: the phone, and the place of each.
pub fn of_phones_since(
    conn: &mut Conn,
    community: i64,
    phones: &[i64],
    since: Timestamp,
) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => device_history::table
        .filter(device_history::community_id.eq(community))
        .filter(device_history::phone.eq_any(phones))
        .filter(device_history::at.ge(since.0))
        .select((device_history::phone.assume_not_null(), device_history::at, device_history::id))
        .load(c))?)
}

/// The place of the last change of a phone, or of its member's devices.
pub fn last_of_device(conn: &mut Conn, change: &DeviceChangeRow) -> Result<Option<(i64, i64)>, StoreError> {
    let of_member: Option<(i64, i64)> = each!(conn, c => device_history::table
        .filter(device_history::community_id.eq(change.community_id))
        .filter(device_history::member_id.eq(change.member_id))
        .order((device_history::at.desc(), device_history::id.desc()))
        .select((device_history::at, device_history::id))
        .first(c)
        .optional())?;
    let of_phone: Option<(i64, i64)> = match change.phone {
        Some(phone) => each!(conn, c => device_history::table
            .filter(device_history::community_id.eq(change.community_id))
            .filter(device_history::phone.eq(phone))
            .order((device_history::at.desc(), device_history::id.desc()))
            .select((device_history::at, device_history::id))
            .first(c)
            .optional())?,
        None => None,
    };
    Ok(of_member.max(of_phone))
}

/// How it was with a phone at a moment.
pub fn of_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    at: Timestamp,
) -> Result<Option<DeviceChangeRow>, StoreError> {
    Ok(each!(conn, c => device_history::table
        .filter(device_history::community_id.eq(community.as_i64()))
        .filter(device_history::phone.eq(phone.as_i64()))
        .filter(device_history::at.le(at.0))
        .order((device_history::at.desc(), device_history::id.desc()))
        .select(DeviceChangeRow::as_select())
        .first(c)
        .optional())?)
}

/// All changes of a member's devices up to a moment, oldest first.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    at: Timestamp,
) -> Result<Vec<DeviceChangeRow>, StoreError> {
    Ok(each!(conn, c => device_history::table
        .filter(device_history::community_id.eq(community.as_i64()))
        .filter(device_history::member_id.eq(member.as_i64()))
        .filter(device_history::at.le(at.0))
        .order((device_history::at, device_history::id))
        .select(DeviceChangeRow::as_select())
        .load(c))?)
}

/// Notes that a number came into service or went out of it, or became the desk or is it no more.
pub fn number_changed(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
    (at, id): (Timestamp, i64),
    (in_service, desk): (bool, bool),
) -> Result<(), StoreError> {
    let row = (
        number_history::community_id.eq(community.as_i64()),
        number_history::number_id.eq(number.as_i64()),
        number_history::at.eq(at.0),
        number_history::id.eq(id),
        number_history::in_service.eq(in_service),
        number_history::desk.eq(desk),
    );
    each!(conn, c => diesel::insert_into(number_history::table).values(row).execute(c))?;
    Ok(())
}

/// The place of the last change of a number.
pub fn last_of_number(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
) -> Result<Option<(i64, i64)>, StoreError> {
    Ok(each!(conn, c => number_history::table
        .filter(number_history::community_id.eq(community.as_i64()))
        .filter(number_history::number_id.eq(number.as_i64()))
        .order((number_history::at.desc(), number_history::id.desc()))
        .select((number_history::at, number_history::id))
        .first(c)
        .optional())?)
}

/// Whether a number was in service at a moment, and then whether it was the desk.
pub fn was_in_service(
    conn: &mut Conn,
    community: CommunityId,
    number: NumberId,
    at: Timestamp,
) -> Result<Option<bool>, StoreError> {
    let found: Option<(bool, bool)> = each!(conn, c => number_history::table
        .filter(number_history::community_id.eq(community.as_i64()))
        .filter(number_history::number_id.eq(number.as_i64()))
        .filter(number_history::at.le(at.0))
        .order((number_history::at.desc(), number_history::id.desc()))
        .select((number_history::in_service, number_history::desk))
        .first(c)
        .optional())?;
    Ok(found.filter(|(in_service, _)| *in_service).map(|(_, desk)| desk))
}
