//! What every answer has in common: its request id, errors as problems, one line in the log.

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use data_encoding::BASE32_NOPAD;

use super::problem::{Problem, REQUEST_ID};
use super::{ApiState, Random, Shared};

const MAX_REQUEST_ID_BYTES: usize = 100;

/// The caller's id of the request if it is sane, else one of ours.
fn request_id(headers: &HeaderMap, random: &Random) -> String {
    let sane = |id: &&str| {
        (1..=MAX_REQUEST_ID_BYTES).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    match headers.get(REQUEST_ID).and_then(|v| v.to_str().ok()).filter(sane) {
        Some(id) => id.to_owned(),
        None => format!(
            "req_{}",
            BASE32_NOPAD.encode(&random()[..10]).to_ascii_lowercase()
        ),
    }
}

/// The problem that an answer means, if it is an error.
fn problem(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    if let Some(problem) = answer.response().error().and_then(|e| e.as_error::<Problem>()) {
        return Some(problem.clone());
    }
    let status = answer.status();
    let is_error = status.is_client_error() || status.is_server_error();
    is_error.then(|| {
        Problem::of_status(
            status,
            answer.request().method().as_str(),
            answer.headers().get(header::ALLOW),
        )
    })
}

/// Wraps the whole API. Logs the route's pattern, never the path: paths hold numbers.
pub(crate) async fn observe(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = req.app_data::<Data<ApiState>>().cloned() else {
        return Ok(req.error_response(Problem::internal()));
    };
    let (id, began) = (request_id(req.headers(), &state.random), state.board.now());
    let answer = next.call(req).await?;
    let problem = problem(&answer);
    let code = problem.as_ref().map(|p| p.code().to_owned());
    let mut answer = match problem {
        Some(problem) => answer.into_response(problem.respond(Some(&id))),
        None => answer,
    };
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // Only what says that it may be kept is kept.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let route = answer.request().match_pattern();
    let took_ms = state.board.now().since(began);
    if let Some(shared) = answer.request().app_data::<Data<Shared>>() {
        let (method, status) = (answer.request().method().as_str(), answer.status().as_u16());
        shared
            .metrics
            .request(route.as_deref().unwrap_or("none"), method, status, took_ms);
    }
    tracing::info!(
        request_id = %id,
        method = %answer.request().method(),
        route = route.as_deref().unwrap_or("none"),
        status = answer.status().as_u16(),
        code = code.as_deref(),
        duration_ms = took_ms,
        "answered a request"
    );
    Ok(answer)
}
