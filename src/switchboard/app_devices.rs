//! The app in which a member reads: a device without a phone.

use super::deliver::texts_to;
use super::error::{Result, SwitchboardError};
use super::views::Device;
use super::{Context, Expected, Switchboard, endpoints, history, members};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, DeviceId, DeviceKind, EndpointId, MemberId};
use crate::store::app_devices::{self as rows, AppDeviceRow};
use crate::store::{Conn, assignments, communities, devices};

pub(crate) fn view(row: AppDeviceRow) -> Device {
    Device {
        id: DeviceId::from_i64(row.id),
        kind: "app",
        phone: None,
        region: None,
        stopped_all: false,
        frozen_at: None,
        endpoint: Some(EndpointId::from_i64(row.endpoint_id)),
        texts_to: Some(row.texts_to),
        created_at: Timestamp(row.created_at),
    }
}

fn checked(choice: &str) -> Result<&str> {
    match texts_to::ALL.contains(&choice) {
        true => Ok(choice),
        false => Err(SwitchboardError::invalid(
            "texts_to",
            format!("allowed are `{}`", texts_to::ALL.join("`, `")),
        )),
    }
}

/// Removes a member's app. It stays where it is all that a member with contacts has.
pub(crate) fn remove(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    id: DeviceId,
) -> Result<()> {
    if devices::primary(conn, community, member)?.is_none()
        && !assignments::of_member(conn, community, member)?.is_empty()
    {
        return Err(SwitchboardError::conflict(
            "last_device",
            format!("{id} is the only device of {member}, who has contacts; add another device first"),
        ));
    }
    if let Some(row) = rows::of_member(conn, community, member)? {
        history::note_app(conn, ctx, &row, false)?;
    }
    rows::delete(conn, community, member)?;
    Ok(())
}

impl Switchboard {
    /// Lets a member read in the app behind an endpoint. `choice` says where their texts go from now on:
    /// `phone`, `app` or `both`. A member has one app; a second takes the first one's place.
    pub async fn add_app_device(
        &self,
        community: CommunityId,
        member: MemberId,
        endpoint: EndpointId,
        choice: String,
    ) -> Result<Device> {
        self.write(move |conn, ctx| {
            crate::store::members::lock(conn, community, &[member])?;
            members::require(conn, community, member)?;
            endpoints::require(conn, community, endpoint)?;
            communities::set_has_app_devices(conn, community)?;
            let before = rows::of_member(conn, community, member)?;
            let row = AppDeviceRow {
                community_id: community.as_i64(),
                member_id: member.as_i64(),
                id: before.map_or_else(|| ctx.id::<DeviceKind>().as_i64(), |row| row.id),
                endpoint_id: endpoint.as_i64(),
                texts_to: checked(&choice)?.to_owned(),
                created_at: ctx.now.0,
            };
            rows::insert(conn, &row)?;
            history::note_app(conn, ctx, &row, true)?;
            Ok(view(row))
        })
        .await
    }

    /// Changes where a member's texts go: `phone`, `app` or `both`; where the device is as it was expected.
    pub async fn set_texts_to(
        &self,
        community: CommunityId,
        member: MemberId,
        device: DeviceId,
        choice: String,
        expected: Expected,
    ) -> Result<Device> {
        self.write(move |conn, _| {
            crate::store::members::lock(conn, community, &[member])?;
            members::require(conn, community, member)?;
            let mut row = rows::of_member(conn, community, member)?
                .filter(|row| row.id == device.as_i64())
                .ok_or_else(|| SwitchboardError::not_found("app device", device))?;
            expected.check(&view(row.clone()))?;
            row.texts_to = checked(&choice)?.to_owned();
            rows::insert(conn, &row)?;
            Ok(view(row))
        })
        .await
    }
}
