//! Released numbers: those that cool down and those that are kept for their contact.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page_of_part};
use super::path::At;
use super::problem::Result;
use super::query::{Flag, Query};
use crate::domain::id::{CommunityKind, IdError, MemberId, MemberKind, NumberId, NumberKind};
use crate::switchboard::{RePaired, Release};

/// A release's place in the order of its key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(MemberId, NumberId);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl FromStr for Place {
    type Err = IdError;

    fn from_str(text: &str) -> std::result::Result<Self, IdError> {
        let (member, number) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self(member.parse()?, number.parse()?))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those of this member.
    member: Option<MemberId>,
    /// Those that cool down or are kept for their contact, or those that are neither.
    #[param(value_type = Option<bool>)]
    held: Option<Flag>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Place>>,
}

/// `GET …/releases`
#[utoipa::path(
    get, path = "/v1/communities/{community}/releases", operation_id = "list_releases", tag = "Releases",
    summary = "List released numbers",
    description = "For whom numbers last stood on members' phones. One that cools down stands for nobody else there; one that is kept comes back to that contact.",
    params(Filter),
    responses(
        (status = 200, description = "A page, by member and number.", body = Page<Release>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let after = filter
        .cursor
        .map(|Cursor(Place(member, number))| (member, number));
    let shown = (filter.member, filter.held.map(|held| held.0));
    let limit = filter.limit;
    let (found, looked_to) = state
        .board
        .releases(community.0, shown, after, limit.fetch())
        .await?;
    let looked_to = looked_to.map(|(member, number)| Place(member, number));
    Ok(page_of_part(found, looked_to, limit, |row| {
        Place(row.member, row.number_id)
    }))
}

/// `GET …/members/{member}/releases/{number}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/releases/{number}", operation_id = "get_release", tag = "Releases",
    summary = "Get a released number",
    responses(
        (status = 200, description = "For whom it stood, and how it stands.", body = Release),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    number: At<NumberKind>,
) -> Result<HttpResponse> {
    let found = state.board.release(community.0, member.0, number.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// `DELETE …/members/{member}/releases/{number}`
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}/releases/{number}", operation_id = "discard_release", tag = "Releases",
    summary = "Keep a number for nobody any more",
    description = "The contact may get another number when they are added again. The number cools down all the same, and late replies to it are held.",
    responses(
        (status = 204, description = "It is kept for nobody."),
    ),
)]
pub(crate) async fn discard(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    number: At<NumberKind>,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    board.discard_release(community.0, member.0, number.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RePairing {
    /// Let go of the texts that were held for the pair, both ways, oldest first.
    #[serde(default)]
    release_texts: bool,
}

/// `POST …/members/{member}/releases/{number}/re_pair`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/releases/{number}/re_pair", operation_id = "re_pair_release", tag = "Releases",
    summary = "Pair them again",
    description = "The two become contacts again, with the numbers that they had while those are kept for them.",
    request_body = RePairing,
    responses(
        (status = 200, description = "The pair.", body = RePaired),
    ),
    extensions(("x-problems" = json!(["table_full", "received_cap_full", "opted_out", "no_device"]))),
)]
pub(crate) async fn re_pair(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    number: At<NumberKind>,
    Json(asked): Json<RePairing>,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    let done = board
        .re_pair(community.0, member.0, number.0, asked.release_texts)
        .await?;
    Ok(HttpResponse::Ok().json(done))
}
