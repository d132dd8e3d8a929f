//! The reference page: the OpenAPI document as HTML for people. No scripts, nothing from elsewhere.

mod html;
mod page;
mod shape;
mod style;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{self, EntityTag, HeaderName, HeaderValue, IfNoneMatch};
use actix_web::web::{Bytes, Header};

pub(super) use html::escaped;

use super::openapi;

struct Page {
    html: Bytes,
    tag: EntityTag,
    policy: Option<HeaderValue>,
}

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let html = page::render(openapi::document());
    Page {
        tag: openapi::tag_of(html.as_bytes()),
        html: Bytes::from(html),
        policy: HeaderValue::from_str(&style::policy()).ok(),
    }
});

/// `GET /docs`
#[utoipa::path(
    get, path = "/docs", operation_id = "get_docs", tag = "Reference",
    summary = "Read the reference",
    description = "This document as a page for people. It needs no scripts and nothing from elsewhere.",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html",
         example = json!("<!doctype html>…")),
        (status = 304, description = "It is the one that `If-None-Match` names."),
    ),
    extensions(("x-if-none-match" = json!(true))),
)]
pub(crate) async fn serve(known: Header<IfNoneMatch>) -> HttpResponse {
    let page = &*PAGE;
    let mut answer = openapi::unchanging(
        "text/html; charset=utf-8",
        page.html.clone(),
        page.tag.clone(),
        &known.0,
    );
    let headers = answer.headers_mut();
    if let Some(policy) = page.policy.clone() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("no-referrer"),
    );
    answer
}
