//! Devices: the phones that members can be reached on.

use diesel::prelude::*;

use super::schema::devices;
use super::{Conn, StoreError, each, insert_all};
use crate::domain::E164;
use crate::domain::id::{CommunityId, DeviceId, MemberId};

/// A device's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
pub struct DeviceRow {
    /// `com_…`
    pub community_id: i64,
    /// `dev_…`
    pub id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// E.164 as an integer.
    pub phone: i64,
    /// ISO 3166 code of the phone's country, if known.
    pub region: Option<String>,
    /// The phone sent STOPALL.
    pub stopped_all: bool,
    /// Since when the member has this phone, Unix milliseconds.
    pub created_at: i64,
    /// Since when it is frozen, Unix milliseconds.
    pub frozen_at: Option<i64>,
}

impl DeviceRow {
    /// The phone's number.
    pub fn e164(&self) -> Result<E164, StoreError> {
        E164::from_i64(self.phone).ok_or(StoreError::Corrupt("devices.phone"))
    }

    /// Whether nothing may be sent to it.
    pub fn is_frozen(&self) -> bool {
        self.frozen_at.is_some()
    }
}

/// Adds a device.
pub fn insert(conn: &mut Conn, row: &DeviceRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(devices::table).values(row).execute(c))?;
    Ok(())
}

/// The device with that phone number in one community: the first half of the route key.
pub fn by_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
) -> Result<Option<DeviceRow>, StoreError> {
    Ok(each!(conn, c => devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.eq(phone.as_i64()))
        .select(DeviceRow::as_select())
        .first(c)
        .optional())?)
}

/// Which of these phones belong to whom: the phone and the member.
pub fn owners(
    conn: &mut Conn,
    community: CommunityId,
    phones: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.eq_any(phones))
        .select((devices::phone, devices::member_id))
        .load(c))?)
}

/// Adds devices.
pub fn insert_many(conn: &mut Conn, rows: &[DeviceRow]) -> Result<(), StoreError> {
    insert_all!(conn, devices::table, rows);
    Ok(())
}

/// Like [`by_phone`]; on PostgreSQL the device is not removed before the transaction ends.
pub fn hold_by_phone(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
) -> Result<Option<DeviceRow>, StoreError> {
    let Conn::Postgres(c) = conn else {
        return by_phone(conn, community, phone);
    };
    Ok(devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.eq(phone.as_i64()))
        .select(DeviceRow::as_select())
        .for_key_share()
        .get_result(c)
        .optional()?)
}

/// True when the number is somebody's phone in any community.
pub fn is_any_phone(conn: &mut Conn, phone: E164) -> Result<bool, StoreError> {
    Ok(each!(conn, c => diesel::select(diesel::dsl::exists(
        devices::table.filter(devices::phone.eq(phone.as_i64()))))
        .get_result(c))?)
}

/// A member's devices, oldest first.
pub fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<DeviceRow>, StoreError> {
    Ok(each!(conn, c => devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::member_id.eq(member.as_i64()))
        .order(devices::id)
        .select(DeviceRow::as_select())
        .load(c))?)
}

/// The one of a member's phones, oldest first, that texts go to: the oldest that is not frozen. Where all are, the
/// oldest; what is for it waits.
pub fn first_of(mut phones: Vec<DeviceRow>) -> Option<DeviceRow> {
    let at = phones.iter().position(|phone| !phone.is_frozen()).unwrap_or(0);
    (at < phones.len()).then(|| phones.swap_remove(at))
}

/// The phone that a member's texts go to.
pub fn primary(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Option<DeviceRow>, StoreError> {
    Ok(first_of(of_member(conn, community, member)?))
}

/// Removes a device; as it was, if it was there.
pub fn delete(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    id: DeviceId,
) -> Result<Option<DeviceRow>, StoreError> {
    Ok(each!(conn, c => diesel::delete(devices::table
        .find((community.as_i64(), id.as_i64()))
        .filter(devices::member_id.eq(member.as_i64())))
        .returning(DeviceRow::as_returning())
        .get_result(c)
        .optional())?)
}

/// Records or lifts STOPALL. The device after it; none where it is so already, or has gone.
pub fn set_stopped_all(
    conn: &mut Conn,
    community: CommunityId,
    phone: E164,
    stopped: bool,
) -> Result<Option<DeviceRow>, StoreError> {
    Ok(each!(conn, c => diesel::update(devices::table
        .filter(devices::community_id.eq(community.as_i64()))
        .filter(devices::phone.eq(phone.as_i64()))
        .filter(devices::stopped_all.ne(stopped)))
        .set(devices::stopped_all.eq(stopped))
        .returning(DeviceRow::as_returning())
        .get_result(c)
        .optional())?)
}

/// Freezes a phone, or thaws it.
pub fn set_frozen(
    conn: &mut Conn,
    community: CommunityId,
    id: DeviceId,
    since: Option<i64>,
) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(devices::table.find((community.as_i64(), id.as_i64())))
        .set(devices::frozen_at.eq(since))
        .execute(c))?;
    Ok(())
}

/// Puts another phone in the place of one; all else of the row is as given.
pub fn replace(conn: &mut Conn, row: &DeviceRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(devices::table.find((row.community_id, row.id)))
        .set((
            devices::phone.eq(row.phone),
            devices::region.eq(row.region.as_deref()),
            devices::stopped_all.eq(row.stopped_all),
            devices::created_at.eq(row.created_at),
            devices::frozen_at.eq(row.frozen_at),
        ))
        .execute(c))?;
    Ok(())
}
