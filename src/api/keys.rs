//! Keys to this API.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use crate::domain::id::{CommunityId, KeyId, KeyKind};
use crate::switchboard::{self, Scope, views};

/// Longest life of a key that ends: ten years.
const MAX_LIFE_S: i64 = 10 * 366 * 24 * 3600;

#[derive(Deserialize, ToSchema)]
#[schema(as = KeyScope)]
#[serde(rename_all = "snake_case")]
enum ScopeWord {
    /// Everything.
    Admin,
    /// One community.
    Community,
    /// One community, for one app.
    App,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewApiKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is for.
    #[schema(example = "chat server")]
    name: String,
    /// What it opens.
    #[schema(inline, example = "app")]
    scope: ScopeWord,
    /// The community that it opens; none for scope `admin`.
    community: Option<CommunityId>,
    /// The app that it belongs to; for scope `app`.
    #[schema(example = "chat")]
    app: Option<String>,
    /// Opens nothing but reading.
    #[serde(default)]
    read_only: bool,
    /// Seconds until it ends; without end if absent.
    #[schema(minimum = 1, maximum = 316_224_000, example = 31_536_000)]
    expires_in_s: Option<i64>,
}

/// A key with its token, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeyWithToken)]
struct MadeKey {
    #[serde(flatten)]
    key: views::Key,
    /// The secret, for `Authorization: Bearer`. Keep it: it is not shown again.
    #[schema(example = "pl_0000000000000000000000000000000000000000000000000000")]
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
#[utoipa::path(
    post, path = "/v1/keys", operation_id = "create_key", tag = "Keys",
    summary = "Make a key",
    description = "The answer holds the `token`; it is shown this once and kept only as a hash.",
    request_body = NewKey,
    responses(
        (status = 201, description = "The key with its token.", body = MadeKey),
    ),
    extensions(("x-problems" = json!(["not_found", "secret_shown_once"]))),
)]
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<KeyId>>,
}

/// `GET /v1/keys`: oldest first, without their tokens.
#[utoipa::path(
    get, path = "/v1/keys", operation_id = "list_keys", tag = "Keys",
    summary = "List keys",
    description = "Without their tokens.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first.", body = Page<views::Key>),
    ),
)]
pub(crate) async fn list(state: Data<ApiState>, Query(filter): Query<Filter>) -> Result<HttpResponse> {
    let after = filter.cursor.map(|c| c.0);
    let found = state.board.keys_after(after, filter.limit.fetch()).await?;
    Ok(page(found, filter.limit, |k| k.id))
}

/// `GET /v1/keys/{key}`
#[utoipa::path(
    get, path = "/v1/keys/{key}", operation_id = "get_key", tag = "Keys",
    summary = "Get a key",
    responses(
        (status = 200, description = "The key, without its token.", body = views::Key),
    ),
)]
pub(crate) async fn one(state: Data<ApiState>, key: At<KeyKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.key(key.0).await?))
}

/// `DELETE /v1/keys/{key}`: revokes it.
#[utoipa::path(
    delete, path = "/v1/keys/{key}", operation_id = "revoke_key", tag = "Keys",
    summary = "Revoke a key",
    description = "It opens nothing from now on.",
    responses(
        (status = 204, description = "Revoked."),
    ),
)]
pub(crate) async fn revoke(state: Data<ApiState>, key: At<KeyKind>) -> Result<HttpResponse> {
    state.board.revoke_key(key.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
