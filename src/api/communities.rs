//! Communities: those whose pools these are.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::openapi::PolicyPatch;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::id::{CommunityId, CommunityKind};
use crate::switchboard::{Scope, merged_policy, views};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCommunity {
    /// What people call it: 1 to 100 characters.
    #[schema(example = "Riders")]
    name: String,
    /// What is absent has its default.
    #[schema(value_type = Option<PolicyPatch>)]
    policy: Option<Map<String, Value>>,
}

/// `POST /v1/communities`
#[utoipa::path(
    post, path = "/v1/communities", operation_id = "create_community", tag = "Communities",
    summary = "Make a community",
    description = "A community owns its members, pools and policy. What the policy leaves out has the broker's default.",
    request_body = NewCommunity,
    responses(
        (status = 201, description = "The community.", body = views::Community),
    ),
)]
pub(crate) async fn create(state: Data<ApiState>, Json(new): Json<NewCommunity>) -> Result<HttpResponse> {
    let policy = merged_policy(&state.board.default_policy(), &new.policy.unwrap_or_default())?;
    let made = state.board.create_community(new.name, policy).await?;
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
    cursor: Option<Cursor<CommunityId>>,
}

/// `GET /v1/communities`: all of them, or the one that the key opens.
#[utoipa::path(
    get, path = "/v1/communities", operation_id = "list_communities", tag = "Communities",
    summary = "List communities",
    description = "All of them for a key of scope `admin`; else the one that the key opens.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<views::Community>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    who: Who,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let found = match who.0.scope {
        Scope::Admin => {
            let after = filter.cursor.map(|c| c.0);
            state.board.communities(after, filter.limit.fetch()).await?
        }
        Scope::Several => {
            let own = who.0.user.as_ref().and_then(|user| user.communities.clone());
            match own {
                None => {
                    let after = filter.cursor.map(|c| c.0);
                    state.board.communities(after, filter.limit.fetch()).await?
                }
                Some(own) => {
                    let most = usize::try_from(filter.limit.fetch()).unwrap_or(usize::MAX);
                    let after = filter.cursor.map(|c| c.0.as_i64());
                    let mut found = Vec::new();
                    for id in own.into_iter().filter(|id| Some(id.as_i64()) > after).take(most) {
                        found.push(state.board.community(id).await?);
                    }
                    found
                }
            }
        }
        Scope::Community(own) | Scope::App(own) => vec![state.board.community(own).await?],
    };
    Ok(page(found, filter.limit, |c| c.id))
}

/// `GET /v1/communities/{community}`
#[utoipa::path(
    get, path = "/v1/communities/{community}", operation_id = "get_community", tag = "Communities",
    summary = "Get a community",
    responses(
        (status = 200, description = "The community.", body = views::Community),
    ),
)]
pub(crate) async fn one(state: Data<ApiState>, at: At<CommunityKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.community(at.0).await?))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = CommunityEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// A new name.
    #[schema(example = "Night riders")]
    name: Option<String>,
    /// What is absent stays as it is.
    #[schema(value_type = Option<PolicyPatch>)]
    policy: Option<Map<String, Value>>,
}

/// `PATCH /v1/communities/{community}`
#[utoipa::path(
    patch, path = "/v1/communities/{community}", operation_id = "update_community", tag = "Communities",
    summary = "Rename a community or change its policy",
    description = "What is left out stays as it is. Give `name`, `policy` or both.",
    request_body = Edit,
    responses(
        (status = 200, description = "The community as it is now.", body = views::Community),
    ),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    at: At<CommunityKind>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    if edit.name.is_none() && edit.policy.is_none() {
        return Err(Problem::invalid(
            "name",
            "nothing is to change: give `name`, `policy` or both",
        ));
    }
    let policy = edit.policy.unwrap_or_default();
    let edited = state
        .board
        .patch_community_if(at.0, edit.name, policy, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}
