//! Proofs that the assignment table breaks none of its rules.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ApiState;
use super::json::Json;
use super::page::{Page, Paging, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityId, VerificationId, VerificationKind};
use crate::switchboard::verification::{SignedReport, Verification};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVerification {
    /// The community that is to be verified; all of them, and the directory of numbers, if absent.
    community: Option<CommunityId>,
}

/// `POST /v1/verifications`
#[utoipa::path(
    post, path = "/v1/verifications", operation_id = "create_verification", tag = "Verifications",
    summary = "Verify the assignment table",
    description = "Begins to check every rule on every row, beside the traffic. Ask for it again until its `state` is `done`; then its report can be had. One goes on at a time; the last ten are kept.",
    request_body = NewVerification,
    responses(
        (status = 202, description = "It goes on.", body = Verification),
    ),
    extensions(("x-problems" = json!(["not_found", "verification_running"]))),
)]
pub(crate) async fn create(state: Data<ApiState>, Json(new): Json<NewVerification>) -> Result<HttpResponse> {
    let (random, seed) = ((state.random)(), (state.random)());
    let begun = state
        .board
        .begin_verification(new.community, random, seed)
        .await?;
    Ok(HttpResponse::Accepted().json(begun))
}

/// `GET /v1/verifications`: newest first.
#[utoipa::path(
    get, path = "/v1/verifications", operation_id = "list_verifications", tag = "Verifications",
    summary = "List verifications",
    description = "The last ten that the API was asked for. What `partyline verify` did is not among them.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Verification>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    Query(paging): Query<Paging<VerificationId>>,
) -> Result<HttpResponse> {
    let before = paging.cursor.map(|c| c.0);
    let found = state.board.verifications(before, paging.limit.fetch()).await?;
    Ok(page(found, paging.limit, |v| v.id))
}

/// `GET /v1/verifications/{verification}`
#[utoipa::path(
    get, path = "/v1/verifications/{verification}", operation_id = "get_verification", tag = "Verifications",
    summary = "Get a verification",
    description = "How far it is, and what it found so far.",
    responses(
        (status = 200, description = "The verification.", body = Verification),
    ),
)]
pub(crate) async fn one(state: Data<ApiState>, verification: At<VerificationKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.verification(verification.0).await?))
}

/// `GET /v1/verifications/{verification}/report`
#[utoipa::path(
    get, path = "/v1/verifications/{verification}/report", operation_id = "get_verification_report", tag = "Verifications",
    summary = "Get a report",
    description = "The counts and every offender, signed. Keep the bytes as they are: `partyline verify --check` takes them from a file. What is signed with Ed25519 is `partyline-verification-1`, a line feed, and the SHA-256, in hex, of all bytes before the last line.",
    responses(
        (status = 200, description = "The report.", body = SignedReport),
    ),
    extensions(("x-problems" = json!(["no_report"]))),
)]
pub(crate) async fn report(
    state: Data<ApiState>,
    verification: At<VerificationKind>,
) -> Result<HttpResponse> {
    let (board, id) = (state.board.clone(), verification.0);
    let first = board.verification_piece(id, 0).await?;
    let pieces = stream::unfold((board, 1, first), move |(board, no, piece)| async move {
        let piece = piece?;
        let (sent, next) = match board.verification_piece(id, no).await {
            Ok(next) => (Ok(Bytes::from(piece)), next),
            // The answer breaks off: what was sent has no signature.
            Err(error) => (Err(error), None),
        };
        Some((sent, (board, no + 1, next)))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .streaming(pieces))
}
