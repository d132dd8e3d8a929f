//! What phones have stopped. Only the phone itself lifts a stop.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ApiState;
use super::page::{Paging, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, OptOutId, OptOutKind};

/// `GET …/opt_outs`: newest first.
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
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    opt_out: At<OptOutKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.opt_out(community.0, opt_out.0).await?))
}
