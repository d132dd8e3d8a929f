//! Whether the program lives, and whether it can serve.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use super::ApiState;
use super::problem::{Problem, Result};

/// It lives if it answers at all.
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// It can serve if the database answers.
pub(crate) async fn ready(state: Data<ApiState>) -> Result<HttpResponse> {
    match state.board.is_ready().await {
        true => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        false => Err(Problem::unavailable("not_ready", "the database does not answer")),
    }
}
