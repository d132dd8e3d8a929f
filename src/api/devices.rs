//! Devices of a member.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::endpoints;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page_of_all};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CommunityKind, DeviceId, DeviceKind, EndpointId, MemberKind};
use crate::switchboard::{views, words};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDevice {
    /// What it is; `phone` if absent.
    #[schema(value_type = Option<words::DeviceWord>, inline)]
    kind: Option<DeviceType>,
    /// The number of a phone.
    phone: Option<E164>,
    /// The callback endpoint of an app.
    endpoint: Option<EndpointId>,
    /// Where the member's texts go, of an app.
    #[schema(value_type = Option<words::TextsTo>, inline)]
    texts_to: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeviceType {
    Phone,
    App,
}

/// `POST …/devices`: a phone, or the app in which the member reads.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/devices", operation_id = "create_device", tag = "Devices",
    summary = "Add a phone or an app to a member",
    description = "A phone belongs to one member of a community; texts go to the oldest phone. An app (`kind` is `app`) gets the member's texts by callback at its endpoint: in place of the phone, or both, as `texts_to` says.",
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
        let made = who.board(&state).add_device(community, member, phone).await;
        made.map_err(|error| who.told(error))?
    };
    Ok(HttpResponse::Created().json(who.shown(made)))
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
    description = "Phones, with their real numbers, and the app in which the member reads.",
    params(Filter),
    responses(
        (status = 200, description = "A page; the device that texts go to comes first.", body = Page<views::Device>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    who: Who,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let all = state.board.devices(community.0, member.0).await?;
    let all = all.into_iter().map(|device| who.shown(device)).collect();
    Ok(page_of_all(all, filter.limit, filter.cursor, |d| d.id))
}

/// `GET …/devices/{device}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/devices/{device}", operation_id = "get_device", tag = "Devices",
    summary = "Get a device",
    responses(
        (status = 200, description = "The device.", body = views::Device),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = state.board.device(community.0, member.0, device.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(found)))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = DeviceEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// `phone`, `app` or `both`.
    #[schema(value_type = words::TextsTo, inline)]
    texts_to: String,
}

/// `PATCH …/devices/{device}`: where the member's texts go, of an app.
#[utoipa::path(
    patch, path = "/v1/communities/{community}/members/{member}/devices/{device}", operation_id = "update_device", tag = "Devices",
    summary = "Say where texts go",
    description = "Of an app device: to the app, to the phone, or to both.",
    request_body = Edit,
    responses(
        (status = 200, description = "The device as it is now.", body = views::Device),
    ),
)]
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
        .set_texts_to(community.0, member.0, device.0, edit.texts_to, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
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
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .remove_device_if(community.0, member.0, device.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
