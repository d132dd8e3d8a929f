//! Pools of numbers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, PoolId, PoolKind};
use crate::switchboard::views;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPool {
    /// Unique in its community.
    #[schema(example = "main")]
    name: String,
}

/// `POST …/pools`
#[utoipa::path(
    post, path = "/v1/communities/{community}/pools", operation_id = "create_pool", tag = "Pools",
    summary = "Make a pool",
    description = "It is empty: add numbers with `POST …/numbers`.",
    request_body = NewPool,
    responses(
        (status = 201, description = "The pool.", body = views::Pool),
    ),
    extensions(("x-problems" = json!(["name_taken"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewPool>,
) -> Result<HttpResponse> {
    let made = state.board.create_pool(community.0, new.name).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<PoolId>>,
}

/// `GET …/pools`
#[utoipa::path(
    get, path = "/v1/communities/{community}/pools", operation_id = "list_pools", tag = "Pools",
    summary = "List pools",
    description = "Their numbers are listed with `GET …/numbers`.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<views::Pool>),
    ),
)]
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
#[utoipa::path(
    get, path = "/v1/communities/{community}/pools/{pool}", operation_id = "get_pool", tag = "Pools",
    summary = "Get a pool",
    responses(
        (status = 200, description = "The pool.", body = views::Pool),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    pool: At<PoolKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.pool(community.0, pool.0).await?))
}
