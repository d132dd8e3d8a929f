//! Pools of numbers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, PoolId, PoolKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPool {
    name: String,
}

/// `POST …/pools`
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewPool>,
) -> Result<HttpResponse> {
    let made = state.board.create_pool(community.0, new.name).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<PoolId>>,
}

/// `GET …/pools`
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let after = filter.cursor.map(|c| c.0);
    let found = state
        .board
        .pools(community.0, after, filter.limit.fetch())
        .await?;
    Ok(page(found, filter.limit, |p| p.id))
}

/// `GET …/pools/{pool}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    pool: At<PoolKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.pool(community.0, pool.0).await?))
}
