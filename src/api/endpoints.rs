//! Callback endpoints: where apps want to be told. To an app's key only its own are there.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Paging, page_of_all};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, CommunityKind, EndpointId, EndpointKind};
use crate::switchboard::{Endpoint, EndpointEdit};

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEndpoint {
    url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    events: Vec<EventKind>,
    #[serde(default)]
    intercepts: bool,
    #[serde(default)]
    strangers: bool,
}

/// An endpoint with its secret, which is shown this once.
#[derive(Serialize)]
struct MadeEndpoint {
    #[serde(flatten)]
    endpoint: Endpoint,
    secret: String,
}

/// Only what can be called; which addresses are allowed is decided when it is called.
fn checked_url(url: String) -> Result<String> {
    let parsed = url.parse::<actix_web::http::Uri>().ok();
    let is_http = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|h| !h.is_empty())
    });
    match is_http {
        true => Ok(url),
        false => Err(Problem::invalid(
            "url",
            "`url` must be a whole http or https URL, such as https://app.example.org/callbacks",
        )),
    }
}

/// `POST …/callback_endpoints`
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Json(new): Json<NewEndpoint>,
) -> Result<HttpResponse> {
    let edit = EndpointEdit {
        url: Some(checked_url(new.url)?),
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
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = own(&state, &who, community.0, endpoint.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    url: Option<String>,
    description: Option<String>,
    events: Option<Vec<EventKind>>,
    intercepts: Option<bool>,
    strangers: Option<bool>,
    enabled: Option<bool>,
}

/// `PATCH …/callback_endpoints/{endpoint}`
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    endpoint: At<EndpointKind>,
    who: Who,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    own(&state, &who, community.0, endpoint.0).await?;
    let edit = EndpointEdit {
        url: edit.url.map(checked_url).transpose()?,
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
        .delete_endpoint_if(community.0, endpoint.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST …/callback_endpoints/{endpoint}/test`: sends an event that means nothing; answers its delivery.
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    overlap_s: Option<i64>,
}

#[derive(Serialize)]
struct NewSecret {
    endpoint: EndpointId,
    secret: String,
    overlap_s: i64,
}

/// `POST …/callback_endpoints/{endpoint}/rotate_secret`: a new secret; the old ones sign for a while more.
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
