//! Campaigns: carriers' caps over several numbers together.

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
use crate::domain::id::{CampaignId, CampaignKind, CommunityKind, PoolId};
use crate::switchboard::{self, Campaign};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCampaign {
    /// Unique in its community.
    #[schema(example = "CABC123")]
    name: String,
    /// The pool whose numbers it covers, those to come included, but for those that name another campaign.
    #[schema(example = json!(null))]
    pool: Option<PoolId>,
    /// Texts a second over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 10.0)]
    rate_per_s: Option<f64>,
    /// Texts a day (UTC) over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 2000)]
    texts_per_day: Option<i64>,
}

/// `POST …/campaigns`
#[utoipa::path(
    post, path = "/v1/communities/{community}/campaigns", operation_id = "create_campaign", tag = "Pools",
    summary = "Add a campaign",
    description = "What a carrier allows over several numbers together. It covers the numbers that name it (`campaign` of a number) and, with `pool`, those of that pool that name none. What is above `rate_per_s` waits; what is above `texts_per_day` waits for the next day, or is refused, as the policy `above_day_cap` says.",
    request_body = NewCampaign,
    responses(
        (status = 201, description = "The campaign.", body = Campaign),
    ),
    extensions(("x-problems" = json!(["name_taken", "pool_has_campaign"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewCampaign>,
) -> Result<HttpResponse> {
    let new = switchboard::NewCampaign {
        name: new.name,
        pool: new.pool,
        rate_per_s: new.rate_per_s.unwrap_or(0.0),
        texts_per_day: new.texts_per_day.unwrap_or(0),
    };
    let made = state.board.create_campaign(community.0, new).await?;
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
    cursor: Option<Cursor<CampaignId>>,
}

/// `GET …/campaigns`
#[utoipa::path(
    get, path = "/v1/communities/{community}/campaigns", operation_id = "list_campaigns", tag = "Pools",
    summary = "List campaigns",
    description = "What they have sent today stands with their numbers in `GET …/traffic`.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<Campaign>),
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
        .campaigns(community.0, after, filter.limit.fetch())
        .await?;
    Ok(page(found, filter.limit, |c| c.id))
}

/// `GET …/campaigns/{campaign}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/campaigns/{campaign}", operation_id = "get_campaign", tag = "Pools",
    summary = "Get a campaign",
    responses(
        (status = 200, description = "The campaign.", body = Campaign),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    campaign: At<CampaignKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.campaign(community.0, campaign.0).await?))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = CampaignEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// Another name.
    #[schema(example = "CABC123")]
    name: Option<String>,
    /// Another pool; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<PoolId>, example = json!(null))]
    pool: Option<Option<PoolId>>,
    /// Texts a second over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 10.0)]
    rate_per_s: Option<f64>,
    /// Texts a day over all its numbers; 0 = no limit.
    #[schema(minimum = 0, example = 2000)]
    texts_per_day: Option<i64>,
}

/// `PATCH …/campaigns/{campaign}`
#[utoipa::path(
    patch, path = "/v1/communities/{community}/campaigns/{campaign}", operation_id = "update_campaign", tag = "Pools",
    summary = "Change a campaign",
    description = "Give at least one field; what is left out stays. It holds from the next text on, for those that wait too; on other nodes within two seconds.",
    request_body = Edit,
    responses(
        (status = 200, description = "The campaign as it is now.", body = Campaign),
    ),
    extensions(("x-problems" = json!(["name_taken", "pool_has_campaign"]))),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    campaign: At<CampaignKind>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let edit = switchboard::CampaignEdit {
        name: edit.name,
        pool: edit.pool,
        rate_per_s: edit.rate_per_s,
        texts_per_day: edit.texts_per_day,
    };
    if edit == switchboard::CampaignEdit::default() {
        let detail = "nothing is to change: give `name`, `pool`, `rate_per_s` or `texts_per_day`";
        return Err(Problem::invalid("texts_per_day", detail));
    }
    let edited = state
        .board
        .edit_campaign(community.0, campaign.0, edit, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/campaigns/{campaign}`
#[utoipa::path(
    delete, path = "/v1/communities/{community}/campaigns/{campaign}", operation_id = "delete_campaign", tag = "Pools",
    summary = "Remove a campaign",
    description = "The numbers that named it name none any more.",
    responses(
        (status = 204, description = "Removed."),
    ),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    campaign: At<CampaignKind>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .remove_campaign(community.0, campaign.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
