//! The numbers of the pools.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CommunityKind, NumberId, NumberKind, PoolId};
use crate::domain::pool::{Capabilities, NumberState, Region};
use crate::switchboard::{self, DEFAULT_RATE_PER_S};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNumber {
    pool: PoolId,
    number: E164,
    carrier: String,
    capabilities: Option<Capabilities>,
    region: Option<String>,
    rate_per_s: Option<f64>,
}

fn region(text: Option<String>) -> Result<Option<Region>> {
    text.map(|text| {
        Region::parse(&text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let detail = format!("`region`: `{shown}` is no region; write two letters, such as US");
            Problem::invalid("region", detail)
        })
    })
    .transpose()
}

/// `POST …/numbers`
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewNumber>,
) -> Result<HttpResponse> {
    let new = switchboard::NewNumber {
        pool: new.pool,
        number: new.number,
        carrier: new.carrier,
        capabilities: new.capabilities.unwrap_or_else(Capabilities::usual),
        region: region(new.region)?,
        rate_per_s: new.rate_per_s.unwrap_or(DEFAULT_RATE_PER_S),
    };
    let made = state.board.add_number(community.0, new).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<NumberId>>,
}

/// `GET …/numbers`
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let after = filter.cursor.map(|c| c.0);
    let found = state
        .board
        .numbers(community.0, after, filter.limit.fetch())
        .await?;
    Ok(page(found, filter.limit, |n| n.id))
}

/// `GET …/numbers/{number}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    number: At<NumberKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.number(community.0, number.0).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    pool: Option<PoolId>,
    carrier: Option<String>,
    capabilities: Option<Capabilities>,
    region: Option<String>,
    rate_per_s: Option<f64>,
    state: Option<NumberState>,
}

/// `PATCH …/numbers/{number}`
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    number: At<NumberKind>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let edit = switchboard::NumberEdit {
        pool: edit.pool,
        carrier: edit.carrier,
        capabilities: edit.capabilities,
        region: region(edit.region)?,
        rate_per_s: edit.rate_per_s,
        state: edit.state,
    };
    if edit == switchboard::NumberEdit::default() {
        let detail = "nothing is to change: give `pool`, `carrier`, `capabilities`, `region`, `rate_per_s` or \
                      `state`";
        return Err(Problem::invalid("state", detail));
    }
    let edited = state
        .board
        .edit_number_if(community.0, number.0, edit, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/numbers/{number}`
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    number: At<NumberKind>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .remove_number_if(community.0, number.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
