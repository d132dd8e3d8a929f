//! Keys to this API.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, page_of_all};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use crate::domain::id::{CommunityId, KeyId, KeyKind};
use crate::switchboard::{self, Scope, views};

/// Longest life of a key that ends: ten years.
const MAX_LIFE_S: i64 = 10 * 366 * 24 * 3600;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeWord {
    Admin,
    Community,
    App,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    name: String,
    scope: ScopeWord,
    community: Option<CommunityId>,
    app: Option<String>,
    #[serde(default)]
    read_only: bool,
    expires_in_s: Option<i64>,
}

/// A key with its token, which is shown this once.
#[derive(Serialize)]
struct MadeKey {
    #[serde(flatten)]
    key: views::Key,
    token: String,
}

fn scope(new: &NewKey) -> Result<Scope> {
    let wrong = |detail| Err(Problem::invalid("community", detail));
    match (&new.scope, new.community) {
        (ScopeWord::Admin, None) => Ok(Scope::Admin),
        (ScopeWord::Community, Some(community)) => Ok(Scope::Community(community)),
        (ScopeWord::App, Some(community)) => Ok(Scope::App(community)),
        (ScopeWord::Admin, Some(_)) => wrong(
            "a key of scope `admin` opens every community; leave `community` out, or ask for scope `community`",
        ),
        (ScopeWord::Community | ScopeWord::App, None) => {
            wrong("a key of scope `community` or `app` needs `community`, the id of the one that it opens")
        }
    }
}

/// `POST /v1/keys`
pub(crate) async fn create(state: Data<ApiState>, Json(new): Json<NewKey>) -> Result<HttpResponse> {
    let scope = scope(&new)?;
    if let Some(life) = new.expires_in_s.filter(|s| !(1..=MAX_LIFE_S).contains(s)) {
        let detail = format!(
            "`expires_in_s` is {life}; allowed are 1 to {MAX_LIFE_S} seconds, or none for a key without end"
        );
        return Err(Problem::invalid("expires_in_s", detail));
    }
    let random = (state.random)();
    let new = switchboard::NewKey {
        name: new.name,
        scope,
        app: new.app,
        read_only: new.read_only,
        expires_in_s: new.expires_in_s,
    };
    let (key, token) = state.board.create_key(new, random).await?;
    let what = format!("the key {}", key.id);
    Ok(shown_once(
        HttpResponse::Created().json(MadeKey { key, token }),
        &what,
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<KeyId>>,
}

/// `GET /v1/keys`: oldest first, without their tokens.
pub(crate) async fn list(state: Data<ApiState>, Query(filter): Query<Filter>) -> Result<HttpResponse> {
    let all = state.board.keys().await?;
    Ok(page_of_all(all, filter.limit, filter.cursor, |k| k.id))
}

/// `GET /v1/keys/{key}`
pub(crate) async fn one(state: Data<ApiState>, key: At<KeyKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.key(key.0).await?))
}

/// `DELETE /v1/keys/{key}`: revokes it.
pub(crate) async fn revoke(state: Data<ApiState>, key: At<KeyKind>) -> Result<HttpResponse> {
    state.board.revoke_key(key.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
