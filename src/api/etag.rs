//! ETags: on answers that are one thing, and as preconditions of changes (RFC 9110, section 13).

use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};

use super::ApiState;
use super::problem::{Problem, Result};
use crate::switchboard::Expected;

/// One entity tag of a header.
#[derive(Debug, PartialEq, Eq)]
struct Tag<'h> {
    weak: bool,
    opaque: &'h str,
}

/// The tags of a header; none for `*`.
fn tags<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<Vec<Tag<'h>>>> {
    let unreadable = || {
        let detail = format!(
            "the header {name} must be `*` or entity tags in quotes, as they came in ETag: \"…\", \"…\""
        );
        Problem::malformed("bad_precondition", detail).field(name.as_str())
    };
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| unreadable())?.trim();
        if text == "*" {
            return Ok(None);
        }
        for part in text.split(',').map(str::trim) {
            let (weak, quoted) = match part.strip_prefix("W/") {
                Some(rest) => (true, rest),
                None => (false, part),
            };
            let opaque = quoted
                .strip_prefix('"')
                .and_then(|q| q.strip_suffix('"'))
                .filter(|o| !o.contains('"'))
                .ok_or_else(unreadable)?;
            found.push(Tag { weak, opaque });
        }
    }
    Ok(Some(found))
}

/// In which states a thing may be changed, by the header If-Match.
pub(crate) struct IfMatch(pub Expected);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        if !req.headers().contains_key(header::IF_MATCH) {
            return ready(Ok(Self(Expected::any())));
        }
        let state = req.app_data::<Data<ApiState>>().ok_or_else(Problem::internal);
        ready(state.and_then(|state| {
            Ok(Self(match tags(req.headers(), &header::IF_MATCH)? {
                // `*` asks only that there is such a thing; where there is none the answer is 404.
                None => Expected::any(),
                // A weak tag never matches here: the comparison is the strong one.
                Some(tags) => Expected::one_of(
                    tags.into_iter()
                        .filter(|t| !t.weak)
                        .map(|t| t.opaque.to_owned())
                        .collect(),
                    state.tags.clone(),
                ),
            }))
        }))
    }
}

/// Puts the tag of the thing that is answered into ETag; a GET whose caller has it already gets 304.
pub(crate) async fn tagged(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let known = match (
        req.method() == Method::GET,
        tags(req.headers(), &header::IF_NONE_MATCH),
    ) {
        (true, Ok(tags)) => tags.map(|tags| tags.into_iter().map(|t| t.opaque.to_owned()).collect()),
        (true, Err(problem)) => return Ok(req.error_response(problem)),
        (false, _) => Some(Vec::<String>::new()),
    };
    let Some(state) = req.app_data::<Data<ApiState>>().cloned() else {
        return Ok(req.error_response(Problem::internal()));
    };
    let answer = next.call(req).await?;
    if !answer.status().is_success() || answer.response().error().is_some() {
        return Ok(answer);
    }
    let (request, response) = answer.into_parts();
    let (head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => to_bytes(body).await.unwrap_or_default(),
    };
    let tag = state.tags.of_json(&body);
    let quoted = HeaderValue::from_str(&format!("\"{tag}\""));
    let is_known = known.is_none_or(|tags: Vec<String>| tags.contains(&tag));
    let mut response = match is_known {
        true => HttpResponse::build(StatusCode::NOT_MODIFIED).finish(),
        false => head.set_body(BoxBody::new(body)),
    };
    if let Ok(quoted) = quoted {
        response.headers_mut().insert(header::ETAG, quoted);
    }
    Ok(ServiceResponse::new(request, response))
}
