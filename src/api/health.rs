//! Whether the program lives, and whether it can serve.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use super::ApiState;
use super::openapi::{Health, Readiness};
use super::problem::{Problem, Result};

/// It lives if it answers at all.
#[utoipa::path(
    get, path = "/healthz", operation_id = "get_health", tag = "Health",
    summary = "Is the broker alive?",
    description = "It is if it answers; the database is not asked. Restart it when it is not.",
    responses(
        (status = 200, description = "It answers.", body = Health),
    ),
)]
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// It can serve if the database answers.
#[utoipa::path(
    get, path = "/readyz", operation_id = "get_readiness", tag = "Health",
    summary = "Can the broker serve?",
    description = "It can if its database answers.",
    responses(
        (status = 200, description = "It can.", body = Readiness),
    ),
    extensions(("x-problems" = json!(["not_ready"]))),
)]
pub(crate) async fn ready(state: Data<ApiState>) -> Result<HttpResponse> {
    match state.board.is_ready().await {
        true => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        false => Err(Problem::unavailable("not_ready", "the database does not answer")),
    }
}
