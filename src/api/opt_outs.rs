//! What phones have stopped. Only the phone itself lifts a stop.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ApiState;
use super::page::{Page, Paging, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, OptOutId, OptOutKind};
use crate::switchboard::OptOut;

/// `GET …/opt_outs`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/opt_outs", operation_id = "list_opt_outs", tag = "Opt-outs",
    summary = "List opt-outs",
    description = "A stop stays when its pair or its member goes; only the phone's own START lifts it.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<OptOut>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(paging): Query<Paging<OptOutId>>,
) -> Result<HttpResponse> {
    let before = paging.cursor.map(|c| c.0);
    let found = state
        .board
        .opt_outs(community.0, before, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |o| o.id))
}

/// `GET …/opt_outs/{opt_out}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/opt_outs/{opt_out}", operation_id = "get_opt_out", tag = "Opt-outs",
    summary = "Get an opt-out",
    responses(
        (status = 200, description = "The opt-out.", body = OptOut),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    opt_out: At<OptOutKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.opt_out(community.0, opt_out.0).await?))
}
