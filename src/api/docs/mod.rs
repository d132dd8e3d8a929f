//! The reference page.
use actix_web::HttpResponse;
/// `GET /docs`
#[utoipa::path(
    get, path = "/docs", operation_id = "get_docs", tag = "Reference",
    summary = "Read the reference",
    description = "This document as a page for people. It needs no scripts and nothing from elsewhere.",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 304, description = "It is the one that `If-None-Match` names."),
    ),
    extensions(("x-if-none-match" = json!(true))),
)]
pub(crate) async fn serve() -> HttpResponse {
    HttpResponse::Ok().finish()
}
