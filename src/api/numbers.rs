//! The numbers of the pools.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::etag::IfMatch;
use super::json::{Json, given};
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::E164;
use crate::domain::id::{CampaignId, CommunityKind, NumberId, NumberKind, PoolId};
use crate::domain::pool::{Capabilities, NumberState, Region};
use crate::switchboard::{self, DEFAULT_RATE_PER_S, views};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNumber {
    /// The pool that it joins.
    pool: PoolId,
    /// The number.
    number: E164,
    /// The carrier by which its texts leave, as the broker's settings name it.
    #[schema(example = "loopback")]
    carrier: String,
    /// What it can carry; texts and calls if absent.
    capabilities: Option<Capabilities>,
    /// Its country by two letters; told from the number if absent.
    #[schema(example = "US", pattern = "^[A-Za-z]{2}$")]
    region: Option<String>,
    /// Texts a second; 0 = no limit.
    #[schema(minimum = 0, example = 1.0)]
    rate_per_s: Option<f64>,
    /// Texts a day (UTC), as its carrier allows; 0 = no limit, as is nothing.
    #[schema(minimum = 0, example = 200)]
    texts_per_day: Option<i64>,
    /// The campaign under whose caps it is, in place of that of its pool.
    #[schema(example = json!(null))]
    campaign: Option<CampaignId>,
    /// Whether it is a hub: contacts whose tables are full are reached through it, each sender by a tag. It is nobody's
    /// contact as it stands.
    hub: Option<bool>,
}

pub(super) fn region(text: Option<String>) -> Result<Option<Region>> {
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
#[utoipa::path(
    post, path = "/v1/communities/{community}/numbers", operation_id = "create_number", tag = "Numbers",
    summary = "Add a number to a pool",
    description = "A pool number belongs to one community, and must be nobody's phone.",
    request_body = NewNumber,
    responses(
        (status = 201, description = "The number.", body = views::PoolNumber),
    ),
    extensions(("x-problems" = json!(["number_taken"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewNumber>,
) -> Result<HttpResponse> {
    let is_hub = new.hub == Some(true);
    let new = switchboard::NewNumber {
        pool: new.pool,
        number: new.number,
        carrier: new.carrier,
        capabilities: new.capabilities.unwrap_or_else(Capabilities::usual),
        region: region(new.region)?,
        rate_per_s: new.rate_per_s.unwrap_or(DEFAULT_RATE_PER_S),
        caps: switchboard::NumberCaps {
            texts_per_day: new.texts_per_day.unwrap_or(0),
            campaign: new.campaign,
        },
    };
    let made = match is_hub {
        true => state.board.add_hub(community.0, new).await?,
        false => state.board.add_number(community.0, new).await?,
    };
    Ok(HttpResponse::Created().json(made))
}

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

/// `GET …/numbers`
#[utoipa::path(
    get, path = "/v1/communities/{community}/numbers", operation_id = "list_numbers", tag = "Numbers",
    summary = "List pool numbers",
    description = "Those of all pools of the community, each with how many assignments it stands in. Removed ones are left out.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<views::PoolNumber>),
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
        .numbers(community.0, after, filter.limit.fetch())
        .await?;
    Ok(page(found, filter.limit, |n| n.id))
}

/// `GET …/numbers/{number}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/numbers/{number}", operation_id = "get_number", tag = "Numbers",
    summary = "Get a pool number",
    responses(
        (status = 200, description = "The number.", body = views::PoolNumber),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    number: At<NumberKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.number(community.0, number.0).await?))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NumberEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// Another pool.
    pool: Option<PoolId>,
    /// Another carrier.
    #[schema(example = "loopback")]
    carrier: Option<String>,
    /// What it can carry.
    capabilities: Option<Capabilities>,
    /// Its country by two letters.
    #[schema(example = "US", pattern = "^[A-Za-z]{2}$")]
    region: Option<String>,
    /// Texts a second; 0 = no limit.
    #[schema(minimum = 0, example = 5.0)]
    rate_per_s: Option<f64>,
    /// Texts a day (UTC); 0 = no limit.
    #[schema(minimum = 0, example = 200)]
    texts_per_day: Option<i64>,
    /// The campaign under whose caps it is; null for that of its pool, if there is one.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<CampaignId>, example = json!(null))]
    campaign: Option<Option<CampaignId>>,
    /// Whether it takes new pairs.
    state: Option<NumberState>,
    /// Whether it is the community's desk, which members text to manage their contacts. It must stand for nobody, and
    /// there is one.
    desk: Option<bool>,
    /// Whether it is a hub: contacts whose tables are full are reached through it, each sender by a tag. To become one it must
    /// stand for nobody, and nobody may be reached through it when it is to be none.
    hub: Option<bool>,
}

/// `PATCH …/numbers/{number}`
#[utoipa::path(
    patch, path = "/v1/communities/{community}/numbers/{number}", operation_id = "update_number", tag = "Numbers",
    summary = "Change a pool number",
    description = "Give at least one field; what is left out stays. `draining` keeps the pairs that the number has and takes no new ones.",
    request_body = Edit,
    responses(
        (status = 200, description = "The number as it is now.", body = views::PoolNumber),
    ),
    extensions(("x-problems" = json!(["desk_taken", "number_in_use", "number_in_swap"]))),
)]
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
        desk: edit.desk,
        hub: edit.hub,
        texts_per_day: edit.texts_per_day,
        campaign: edit.campaign,
    };
    if edit == switchboard::NumberEdit::default() {
        let detail = "nothing is to change: give `pool`, `carrier`, `capabilities`, `region`, `rate_per_s`, \
                      `texts_per_day`, `campaign`, `state`, `desk` or `hub`";
        return Err(Problem::invalid("state", detail));
    }
    let edited = state
        .board
        .edit_number_if(community.0, number.0, edit, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/numbers/{number}`
#[utoipa::path(
    delete, path = "/v1/communities/{community}/numbers/{number}", operation_id = "delete_number", tag = "Numbers",
    summary = "Remove a number from its pool",
    description = "Only a number that stands for nobody can go, and leads to nobody still to whom it stood before a swap.",
    responses(
        (status = 204, description = "Removed."),
    ),
    extensions(("x-problems" = json!(["number_in_use", "number_leads_on"]))),
)]
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
