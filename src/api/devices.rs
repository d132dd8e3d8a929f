//! Devices of a member.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, page_of_all};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CommunityKind, DeviceId, DeviceKind, MemberKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDevice {
    phone: E164,
}

/// `POST …/devices`
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewDevice>,
) -> Result<HttpResponse> {
    let made = state.board.add_device(community.0, member.0, new.phone).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<DeviceId>>,
}

/// `GET …/devices`: the one that texts go to first.
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
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
) -> Result<HttpResponse> {
    state.board.remove_device(community.0, member.0, device.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
