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
use crate::domain::id::{CommunityKind, DeviceId, DeviceKind, EndpointId, MemberId, MemberKind};
use crate::switchboard::{self, OwnerSettlement, PhoneChange, Settlement, views, words};

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
    extensions(("x-problems" = json!(["phone_taken", "phone_remembers", "too_many_devices", "erasure_under_way"]))),
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

/// `POST …/devices/{device}/freeze`: a phone was lost.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/devices/{device}/freeze", operation_id = "freeze_device", tag = "Devices",
    summary = "Freeze a lost phone",
    description = "At once nothing is sent to it and nothing that comes from it is accepted, keywords neither; calls on it end. Texts that wait for it go to the member's other phone, or wait until it is thawed or replaced, or for their deadline. Where the member has no other device, further texts and calls to them are refused as `recipient_frozen`; those from the phone as `sender_frozen`. Contacts and numbers stay.",
    responses(
        (status = 200, description = "The phone, frozen.", body = views::Device),
    ),
)]
pub(crate) async fn freeze(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    who: Who,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    let frozen = board.freeze_phone(community.0, member.0, device.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(frozen)))
}

/// `POST …/devices/{device}/thaw`: it was found again.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/devices/{device}/thaw", operation_id = "thaw_device", tag = "Devices",
    summary = "Thaw a phone that was found again",
    description = "What waited for it leaves.",
    responses(
        (status = 200, description = "The phone, in use.", body = views::Device),
    ),
)]
pub(crate) async fn thaw(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    who: Who,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    let thawed = board.thaw_phone(community.0, member.0, device.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(thawed)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettledConflict {
    /// Whose number is somebody else on the new phone.
    contact: MemberId,
    /// What is to become of the pair.
    by: Settlement,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PhoneReplacement)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replacement {
    /// The new phone.
    phone: E164,
    /// What is to become of each pair whose number is somebody else on the new phone.
    #[serde(default)]
    settle: Vec<SettledConflict>,
    /// What is to become of all such pairs that `settle` does not name.
    otherwise: Option<Settlement>,
    /// What is to become of the member whose phone it is.
    owner: Option<OwnerSettlement>,
    /// Say what stands against it and what would become of it; write nothing.
    #[serde(default)]
    dry_run: bool,
}

impl Replacement {
    fn read(self) -> Result<(switchboard::NewPhone, bool)> {
        let mut settle = std::collections::BTreeMap::new();
        for one in self.settle {
            if settle.insert(one.contact, one.by).is_some() {
                return Err(Problem::invalid(
                    "settle",
                    format!("`settle` names {} twice; name each contact once", one.contact),
                ));
            }
        }
        let new = switchboard::NewPhone {
            phone: self.phone,
            settle,
            otherwise: self.otherwise,
            owner: self.owner,
        };
        Ok((new, self.dry_run))
    }
}

/// `POST …/devices/{device}/replace`: a new phone, the same numbers.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/devices/{device}/replace", operation_id = "replace_device", tag = "Devices",
    summary = "Put a new phone in the place of one",
    description = "Every contact keeps its number. What stands against it is listed with `dry_run`, and must be settled in the same request: contacts whose number is somebody else on the new phone are moved to another number (`move`) or released (`drop`); whose phone it is becomes one with the member (`merge`) or loses it (`take`). All of it happens, or nothing. The old phone keeps its cool-downs and late replies, and what it has stopped.",
    request_body = Replacement,
    responses(
        (status = 200, description = "What was done, or with `dry_run` what would be.", body = PhoneChange),
    ),
    extensions(("x-problems" = json!(["phone_conflicts", "phone_taken", "table_full", "erasure_under_way"]))),
)]
pub(crate) async fn replace(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    device: At<DeviceKind>,
    who: Who,
    Json(replacement): Json<Replacement>,
) -> Result<HttpResponse> {
    let (new, dry_run) = replacement.read()?;
    let (board, ids) = (who.board(&state), (community.0, member.0, device.0));
    let change = match dry_run {
        true => board.rehearse_replacing(ids.0, ids.1, ids.2, new).await?,
        false => board.replace_phone(ids.0, ids.1, ids.2, new).await?,
    };
    Ok(HttpResponse::Ok().json(change))
}
