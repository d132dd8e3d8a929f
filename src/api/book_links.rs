//! Private links to members' address books.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Who;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use super::{ApiState, Shared, book};
use crate::domain::id::{BookLinkId, BookLinkKind, CommunityKind, MemberKind};
use crate::switchboard::{self, views};

/// Shortest and longest life of a link: a minute, a year.
const LIFE_S: std::ops::RangeInclusive<i64> = 60..=366 * 24 * 3600;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBookLink {
    /// Seconds until it ends; as the community's `book_link_s` has it, if absent.
    #[schema(minimum = 60, maximum = 31_622_400, example = 86_400)]
    expires_in_s: Option<i64>,
}

/// A link with its address, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = BookLinkWithUrl)]
struct MadeBookLink {
    #[serde(flatten)]
    link: views::BookLink,
    /// The address, for the member alone. Keep it: it is not shown again. Without the setting `http.public_url` it is
    /// a path on this server.
    #[schema(example = "https://texts.example.org/book/com_1tq3v8r4w0801/mzxw6ytboi4tgmbrgezdgnbvgy3tqojq")]
    url: String,
}

/// `POST …/book_links`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/book_links", operation_id = "create_book_link", tag = "Address books",
    summary = "Make a link to a member's address book",
    description = "Give the `url` to the member: whoever has it reads the names of the member's contacts and the pool numbers that stand for them, until it ends. It is shown this once and kept only as a hash.",
    request_body = NewBookLink,
    responses(
        (status = 201, description = "The link with its address.", body = MadeBookLink),
    ),
    extensions(("x-problems" = json!(["secret_shown_once", "too_many_links"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    shared: Data<Shared>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    who: Who,
    Json(new): Json<NewBookLink>,
) -> Result<HttpResponse> {
    if let Some(life) = new.expires_in_s.filter(|s| !LIFE_S.contains(s)) {
        let (least, most) = (LIFE_S.start(), LIFE_S.end());
        let detail = format!("`expires_in_s` is {life}; allowed are {least} to {most} seconds");
        return Err(Problem::invalid("expires_in_s", detail));
    }
    let random = (state.random)();
    let new = switchboard::NewBookLink {
        member: member.0,
        expires_in_s: new.expires_in_s,
    };
    let board = who.board(&state);
    let (link, token) = board.create_book_link(community.0, new, random).await?;
    let what = format!("the link {}", link.id);
    let url = format!("{}{}", shared.public_url, book::path(community.0, &token));
    Ok(shown_once(
        HttpResponse::Created().json(MadeBookLink { link, url }),
        &what,
    ))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<BookLinkId>>,
}

/// `GET …/book_links`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/book_links", operation_id = "list_book_links", tag = "Address books",
    summary = "List a member's links",
    description = "Without their addresses. Those that have ended stay for 30 days.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<views::BookLink>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let (after, limit) = (filter.cursor.map(|c| c.0), filter.limit.fetch());
    let found = state
        .board
        .book_links(community.0, member.0, after, limit)
        .await?;
    Ok(page(found, filter.limit, |link| link.id))
}

/// `GET …/book_links/{book_link}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/book_links/{book_link}", operation_id = "get_book_link", tag = "Address books",
    summary = "Get a link",
    responses(
        (status = 200, description = "The link, without its address.", body = views::BookLink),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    link: At<BookLinkKind>,
) -> Result<HttpResponse> {
    let found = state.board.book_link(community.0, member.0, link.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// `DELETE …/book_links/{book_link}`: revokes it.
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}/book_links/{book_link}", operation_id = "revoke_book_link", tag = "Address books",
    summary = "Revoke a link",
    description = "It gives nothing from now on.",
    responses(
        (status = 204, description = "Revoked."),
    ),
)]
pub(crate) async fn revoke(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    link: At<BookLinkKind>,
) -> Result<HttpResponse> {
    state
        .board
        .revoke_book_link(community.0, member.0, link.0)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
