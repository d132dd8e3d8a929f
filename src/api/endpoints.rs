//! Callback endpoints: where apps want to be told. To an app's key only its own are there.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Page, Paging, page_of_all};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, CommunityKind, EndpointId, EndpointKind};
use crate::switchboard::{Delivery, Endpoint, EndpointEdit, Replayed, Scope};

/// Longest time for which a secret that was replaced still signs: a week.
const MAX_OVERLAP_S: i64 = 7 * 24 * 3600;
/// How long it does unless told otherwise: a day.
const DEFAULT_OVERLAP_S: i64 = 24 * 3600;

/// The endpoint, if it is there for this caller.
pub(crate) async fn own(
    state: &ApiState,
    who: &Who,
    community: CommunityId,
    id: EndpointId,
) -> Result<Endpoint> {
    let found = state.board.endpoint(community, id).await?;
    match who.owns(found.app.as_deref()) {
        true => Ok(found),
        false => Err(Problem::not_found("callback endpoint", id)),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEndpoint {
    /// Where callbacks go: a whole http or https URL.
    #[schema(example = "https://app.example.org/callbacks")]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(example = "chat server")]
    description: String,
    /// The kinds of events that it wants; all if empty or absent.
    #[serde(default)]
    events: Vec<EventKind>,
    /// Is asked before a text is bridged. One endpoint of a community can be.
    #[serde(default)]
    intercepts: bool,
    /// Is asked about unknown senders. One endpoint of a community can be.
    #[serde(default)]
    strangers: bool,
}

/// An endpoint with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = EndpointWithSecret)]
struct MadeEndpoint {
    #[serde(flatten)]
    endpoint: Endpoint,
    /// Signs the callbacks. Keep it: it is not shown again.
    #[schema(example = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")]
    secret: String,
}

/// Only what the settings let be called; the addresses behind a name are looked at whenever it is.
fn checked_url(state: &ApiState, url: String) -> Result<String> {
    match state.callbacks.check_url(&url) {
        Ok(()) => Ok(url),
        Err(why) => Err(Problem::invalid("url", format!("`url`: {why}"))),
    }
}

/// To be asked is to rule on everybody's texts: whoever manages the community decides who is.
fn may_be_asked(who: &Who, asked: [Option<bool>; 2]) -> Result<()> {
    match who.0.scope {
        Scope::App(own) if asked.contains(&Some(true)) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!(
                "`intercepts` and `strangers` are set with a key of scope `community` for {own}, or `admin`: whoever \
                 is asked rules on everybody's texts"
            ),
        )),
        _ => Ok(()),
    }
}

/// `POST …/callback_endpoints`
#[utoipa::path(
    post, path = "/v1/communities/{community}/callback_endpoints", operation_id = "create_callback_endpoint", tag = "Callbacks",
    summary = "Make a callback endpoint",
    description = "Events of the community are posted to it, signed by the rules of Standard Webhooks. The answer holds the `secret`; it is shown this once. An endpoint made with an app's key is that app's.",
    request_body = NewEndpoint,
    responses(
        (status = 201, description = "The endpoint with its secret.", body = MadeEndpoint),
    ),
    extensions(("x-problems" = json!(["forbidden", "too_many_endpoints", "asked_already", "secret_shown_once"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Json(new): Json<NewEndpoint>,
) -> Result<HttpResponse> {
    may_be_asked(&who, [Some(new.intercepts), Some(new.strangers)])?;
    let edit = EndpointEdit {
        url: Some(checked_url(&state, new.url)?),
        description: Some(new.description),
        events: Some(new.events),
        intercepts: Some(new.intercepts),
        strangers: Some(new.strangers),
        enabled: None,
    };
    let random = (state.random)();
    let (endpoint, secret) = state
        .board
        .create_endpoint(community.0, who.0.app, edit, random)
        .await?;
    let what = format!("the endpoint {}", endpoint.id);
    let made = MadeEndpoint { endpoint, secret };
    Ok(shown_once(HttpResponse::Created().json(made), &what))
}

/// `GET …/callback_endpoints`: oldest first, without secrets.
#[utoipa::path(
    get, path = "/v1/communities/{community}/callback_endpoints", operation_id = "list_callback_endpoints", tag = "Callbacks",
    summary = "List callback endpoints",
    description = "To an app's key only its own are there.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<Endpoint>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Query(paging): Query<Paging<EndpointId>>,
) -> Result<HttpResponse> {
    let mut all = state.board.endpoints(community.0).await?;
    all.retain(|e| who.owns(e.app.as_deref()));
    Ok(page_of_all(all, paging.limit, paging.cursor, |e| e.id))
}

/// `GET …/callback_endpoints/{endpoint}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/callback_endpoints/{endpoint}", operation_id = "get_callback_endpoint", tag = "Callbacks",
    summary = "Get a callback endpoint",
    responses(
        (status = 200, description = "The endpoint, without its secrets.", body = Endpoint),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = own(&state, &who, community.0, endpoint.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = EndpointEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// Another URL.
    #[schema(example = "https://app.example.org/callbacks")]
    url: Option<String>,
    /// What it is for.
    #[schema(example = "chat server")]
    description: Option<String>,
    /// The kinds of events that it wants; all if empty.
    events: Option<Vec<EventKind>>,
    /// Is asked before a text is bridged.
    intercepts: Option<bool>,
    /// Is asked about unknown senders.
    strangers: Option<bool>,
    /// Takes callbacks.
    #[schema(example = true)]
    enabled: Option<bool>,
}

/// `PATCH …/callback_endpoints/{endpoint}`
#[utoipa::path(
    patch, path = "/v1/communities/{community}/callback_endpoints/{endpoint}", operation_id = "update_callback_endpoint", tag = "Callbacks",
    summary = "Change a callback endpoint",
    description = "What is left out stays. `enabled` brings a disabled endpoint back.",
    request_body = Edit,
    responses(
        (status = 200, description = "The endpoint as it is now.", body = Endpoint),
    ),
    extensions(("x-problems" = json!(["forbidden", "asked_already"]))),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    may_be_asked(&who, [edit.intercepts, edit.strangers])?;
    let edit = EndpointEdit {
        url: edit.url.map(|url| checked_url(&state, url)).transpose()?,
        description: edit.description,
        events: edit.events,
        intercepts: edit.intercepts,
        strangers: edit.strangers,
        enabled: edit.enabled,
    };
    let edited = state
        .board
        .edit_endpoint(community.0, endpoint.0, edit, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/callback_endpoints/{endpoint}`: what was pending for it is given up.
#[utoipa::path(
    delete, path = "/v1/communities/{community}/callback_endpoints/{endpoint}", operation_id = "delete_callback_endpoint", tag = "Callbacks",
    summary = "Remove a callback endpoint",
    description = "What was pending for it is given up.",
    responses(
        (status = 204, description = "Removed."),
    ),
    extensions(("x-problems" = json!(["endpoint_in_use"]))),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    state
        .board
        .delete_endpoint(community.0, endpoint.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST …/callback_endpoints/{endpoint}/test`: sends an event that means nothing; answers its delivery.
#[utoipa::path(
    post, path = "/v1/communities/{community}/callback_endpoints/{endpoint}/test", operation_id = "test_callback_endpoint", tag = "Callbacks",
    summary = "Send a test event",
    description = "Delivers an `endpoint.test`, to this endpoint only. Ask for the delivery to see what came back.",
    responses(
        (status = 202, description = "The delivery.", body = Delivery),
    ),
    extensions(("x-problems" = json!(["endpoint_disabled"]))),
)]
pub(crate) async fn test(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    let delivery = state.board.test_endpoint(community.0, endpoint.0).await?;
    Ok(HttpResponse::Accepted().json(delivery))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SecretRotation)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Seconds for which the old secrets sign as well; a day if absent.
    #[schema(minimum = 0, maximum = 604_800, example = 86_400)]
    overlap_s: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct NewSecret {
    /// The endpoint.
    endpoint: EndpointId,
    /// The new secret. Keep it: it is not shown again.
    #[schema(example = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")]
    secret: String,
    /// Seconds for which the old ones sign as well.
    #[schema(example = 86_400)]
    overlap_s: i64,
}

/// `POST …/callback_endpoints/{endpoint}/rotate_secret`: a new secret; the old ones sign for a while more.
#[utoipa::path(
    post, path = "/v1/communities/{community}/callback_endpoints/{endpoint}/rotate_secret", operation_id = "rotate_callback_secret", tag = "Callbacks",
    summary = "Replace the secret of an endpoint",
    description = "For `overlap_s` seconds callbacks are signed with the old secrets as well.",
    request_body = Rotation,
    responses(
        (status = 201, description = "The new secret, shown this once.", body = NewSecret),
    ),
    extensions(("x-problems" = json!(["too_many_secrets", "secret_shown_once"]))),
)]
pub(crate) async fn rotate_secret(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
    Json(rotation): Json<Rotation>,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    let overlap_s = rotation.overlap_s.unwrap_or(DEFAULT_OVERLAP_S);
    if !(0..=MAX_OVERLAP_S).contains(&overlap_s) {
        let detail = format!("`overlap_s` is {overlap_s}; allowed are 0 to {MAX_OVERLAP_S} seconds");
        return Err(Problem::invalid("overlap_s", detail));
    }
    let random = (state.random)();
    let secret = state
        .board
        .rotate_secret(community.0, endpoint.0, overlap_s, random)
        .await?;
    let answer = NewSecret {
        endpoint: endpoint.0,
        secret,
        overlap_s,
    };
    let what = format!("a secret of {}", endpoint.0);
    Ok(shown_once(HttpResponse::Created().json(answer), &what))
}

/// `POST …/callback_endpoints/{endpoint}/replay_dead`: its dead letters, a thousand at a time.
#[utoipa::path(
    post, path = "/v1/communities/{community}/callback_endpoints/{endpoint}/replay_dead", operation_id = "replay_dead_deliveries", tag = "Callbacks",
    summary = "Send all dead letters again",
    description = "Oldest first, at most a thousand at a time.",
    responses(
        (status = 202, description = "How many are pending again.", body = Replayed),
    ),
    extensions(("x-problems" = json!(["endpoint_disabled"]))),
)]
pub(crate) async fn replay_dead(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    let replayed = state.board.replay_dead(community.0, endpoint.0).await?;
    Ok(HttpResponse::Accepted().json(replayed))
}
