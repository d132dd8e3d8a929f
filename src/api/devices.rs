//! Devices of a member.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::auth::Who;
use super::endpoints;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, page_of_all};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CommunityKind, DeviceId, DeviceKind, EndpointId, MemberKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDevice {
    kind: Option<DeviceType>,
    phone: Option<E164>,
    endpoint: Option<EndpointId>,
    texts_to: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeviceType {
    Phone,
    App,
}

/// `POST …/devices`: a phone, or the app in which the member reads.
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    who: Who,
    Json(new): Json<NewDevice>,
) -> Result<HttpResponse> {
    let (community, member) = (community.0, member.0);
    let is_app = new.kind == Some(DeviceType::App);
    let missing = |field: &'static str| Problem::invalid(field, format!("missing field `{field}`"));
    let needless = |field: &'static str| {
        let kind = if is_app { "an app" } else { "a phone" };
        Problem::invalid(field, format!("`{field}` does not go with {kind}; leave it out"))
    };
    let made = if is_app {
        if new.phone.is_some() {
            return Err(needless("phone"));
        }
        let endpoint = new.endpoint.ok_or_else(|| missing("endpoint"))?;
        // An app lets members read in itself, not in others.
        endpoints::own(&state, &who, community, endpoint).await?;
        let choice = new.texts_to.unwrap_or_else(|| "app".into());
        state
            .board
            .add_app_device(community, member, endpoint, choice)
            .await?
    } else {
        if new.endpoint.is_some() {
            return Err(needless("endpoint"));
        }
        if new.texts_to.is_some() {
            return Err(needless("texts_to"));
        }
        let phone = new.phone.ok_or_else(|| missing("phone"))?;
        state.board.add_device(community, member, phone).await?
    };
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

/// `GET …/devices/{device}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
) -> Result<HttpResponse> {
    let found = state.board.device(community.0, member.0, device.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    texts_to: String,
}

/// `PATCH …/devices/{device}`: where the member's texts go, of an app.
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let edited = state
        .board
        .set_texts_to_if(community.0, member.0, device.0, edit.texts_to, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/devices/{device}`
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .remove_device_if(community.0, member.0, device.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
