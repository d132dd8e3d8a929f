//! How busy numbers and pairs are.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use super::page::{Cursor, Limit, Page, page};
use super::path::{At, AtContact};
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, MemberKind, NumberId, NumberKind};
use crate::switchboard::{NumberTraffic, PairTraffic};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<NumberId>>,
}

/// `GET …/traffic`
#[utoipa::path(
    get, path = "/v1/communities/{community}/traffic", operation_id = "list_traffic", tag = "Numbers",
    summary = "See how busy the numbers are",
    description = "Of each pool number what it and its campaign sent today, what waits and since when, how long texts took, and what room is left for new pairs: these go to numbers with `plenty` where such are free. What is told is that of all nodes.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest number first.", body = Page<NumberTraffic>),
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
        .traffic(community.0, after, filter.limit.fetch())
        .await?;
    Ok(page(found, filter.limit, |n| n.id))
}

/// `GET …/numbers/{number}/traffic`
#[utoipa::path(
    get, path = "/v1/communities/{community}/numbers/{number}/traffic", operation_id = "get_number_traffic", tag = "Numbers",
    summary = "See how busy a pool number is",
    description = "What it and its campaign sent today, what waits and since when, how long texts took, and what room is left, as `GET …/traffic` tells of each.",
    responses(
        (status = 200, description = "What it sent, what waits, what room is left.", body = NumberTraffic),
    ),
)]
pub(crate) async fn of_number(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    number: At<NumberKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.number_traffic(community.0, number.0).await?))
}

/// `GET …/contacts/{contact}/traffic`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/contacts/{contact}/traffic",
    operation_id = "get_contact_traffic", tag = "Contacts",
    summary = "See how busy a pair is",
    description = "In each direction what waits and since when, and how long texts took.",
    responses(
        (status = 200, description = "Both directions.", body = PairTraffic),
    ),
)]
pub(crate) async fn of_pair(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let found = state.board.pair_traffic(community.0, member.0, contact.0).await?;
    Ok(HttpResponse::Ok().json(found))
}
