//! Consent to texts, recorded: by whom, how, on what evidence, until when.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityKind, DeviceId, MemberId, OptInId, OptInKind};
use crate::switchboard::{self, OptIn, OptInSource};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOptIn {
    /// Whose phone consents.
    member: MemberId,
    /// Which of their phones; the one that texts go to, if absent.
    device: Option<DeviceId>,
    /// To texts of this contact alone; to texts of all, if absent.
    contact: Option<MemberId>,
    /// How it was given.
    source: OptInSource,
    /// The wording that was agreed to, or where it is kept.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "Texts from my club, form of 2026-01-31"
    )]
    evidence: String,
    /// When it was given; now, if absent.
    given_at: Option<Timestamp>,
}

/// `POST …/opt_ins`: 201 for a new one, 200 where the phone had one already.
#[utoipa::path(
    post, path = "/v1/communities/{community}/opt_ins", operation_id = "create_opt_in", tag = "Consent",
    summary = "Record an opt-in",
    description = "Records that a phone consents to texts: of one contact, or of all. Where the policy `require_opt_in` is set, texts go only to phones that have one. A phone's START records one by itself; its STOP ends it. An opt-in lifts no STOP: only the phone's own START does.",
    request_body = NewOptIn,
    responses(
        (status = 201, description = "The record.", body = OptIn),
        (status = 200, description = "The one that the phone had already.", body = OptIn),
    ),
    extensions(("x-problems" = json!(["not_found", "no_device", "no_contact", "too_many_opt_ins"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    Json(new): Json<NewOptIn>,
) -> Result<HttpResponse> {
    let new = switchboard::NewOptIn {
        member: new.member,
        device: new.device,
        contact: new.contact,
        source: new.source,
        evidence: new.evidence,
        given_at: new.given_at,
    };
    let (record, is_new) = who.board(&state).record_opt_in(community.0, new).await?;
    let record = who.shown(record);
    Ok(match is_new {
        true => HttpResponse::Created().json(record),
        false => HttpResponse::Ok().json(record),
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those of this member's phones.
    member: Option<MemberId>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<OptInId>>,
}

/// `GET …/opt_ins`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/opt_ins", operation_id = "list_opt_ins", tag = "Consent",
    summary = "List opt-ins",
    description = "Those that live and those that have ended.",
    params(Filter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<OptIn>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let before = filter.cursor.map(|c| c.0);
    let found = state
        .board
        .opt_ins(community.0, filter.member, before, filter.limit.fetch())
        .await?;
    let found = found.into_iter().map(|record| who.shown(record)).collect();
    Ok(page(found, filter.limit, |record: &OptIn| record.id))
}

/// `GET …/opt_ins/{opt_in}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/opt_ins/{opt_in}", operation_id = "get_opt_in", tag = "Consent",
    summary = "Get an opt-in",
    responses(
        (status = 200, description = "The record.", body = OptIn),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    opt_in: At<OptInKind>,
) -> Result<HttpResponse> {
    let found = state.board.opt_in(community.0, opt_in.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(found)))
}

/// `DELETE …/opt_ins/{opt_in}`: it ends; the record stays.
#[utoipa::path(
    delete, path = "/v1/communities/{community}/opt_ins/{opt_in}", operation_id = "revoke_opt_in", tag = "Consent",
    summary = "Revoke an opt-in",
    description = "It ends now. The record stays, as the proof of what was agreed to until then.",
    responses(
        (status = 204, description = "It has ended."),
    ),
    extensions(("x-problems" = json!(["opt_in_ended"]))),
)]
pub(crate) async fn revoke(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    opt_in: At<OptInKind>,
) -> Result<HttpResponse> {
    who.board(&state).revoke_opt_in(community.0, opt_in.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
