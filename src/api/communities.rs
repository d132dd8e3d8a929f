//! Communities: those whose pools these are.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::id::{CommunityId, CommunityKind};
use crate::switchboard::{Scope, merged_policy};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCommunity {
    name: String,
    /// What is absent has its default.
    policy: Option<Map<String, Value>>,
}

/// `POST /v1/communities`
pub(crate) async fn create(state: Data<ApiState>, Json(new): Json<NewCommunity>) -> Result<HttpResponse> {
    let policy = merged_policy(&state.board.default_policy(), &new.policy.unwrap_or_default())?;
    let made = state.board.create_community(new.name, policy).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<CommunityId>>,
}

/// `GET /v1/communities`: all of them, or the one that the key opens.
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
        Scope::Community(own) | Scope::App(own) => vec![state.board.community(own).await?],
    };
    Ok(page(found, filter.limit, |c| c.id))
}

/// `GET /v1/communities/{community}`
pub(crate) async fn one(state: Data<ApiState>, at: At<CommunityKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.community(at.0).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    name: Option<String>,
    /// What is absent stays as it is.
    policy: Option<Map<String, Value>>,
}

/// `PATCH /v1/communities/{community}`
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
