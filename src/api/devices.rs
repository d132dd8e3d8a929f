//! Devices of a member.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page_of_all};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CommunityKind, DeviceId, DeviceKind, MemberKind};
use crate::switchboard::views;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDevice {
    /// The phone's number.
    phone: E164,
}

/// `POST …/devices`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/devices", operation_id = "create_device", tag = "Devices",
    summary = "Add a phone to a member",
    description = "A phone belongs to one member of a community. Texts go to the oldest device.",
    request_body = NewDevice,
    responses(
        (status = 201, description = "The device.", body = views::Device),
    ),
    extensions(("x-problems" = json!(["phone_taken", "phone_remembers", "too_many_devices"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewDevice>,
) -> Result<HttpResponse> {
    let made = state.board.add_device(community.0, member.0, new.phone).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<DeviceId>>,
}

/// `GET …/devices`: the one that texts go to first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/devices", operation_id = "list_devices", tag = "Devices",
    summary = "List the devices of a member",
    params(Filter),
    responses(
        (status = 200, description = "A page; the device that texts go to comes first.", body = Page<views::Device>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let all = state.board.devices(community.0, member.0).await?;
    Ok(page_of_all(all, filter.limit, filter.cursor, |d| d.id))
}

/// `DELETE …/devices/{device}`
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}/devices/{device}", operation_id = "delete_device", tag = "Devices",
    summary = "Remove a device",
    description = "Texts that wait for it go to the member's next device, or end.",
    responses(
        (status = 204, description = "Removed."),
    ),
    extensions(("x-problems" = json!(["last_device"]))),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
) -> Result<HttpResponse> {
    state.board.remove_device(community.0, member.0, device.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
