//! Who may sign in with a browser, and what they did.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::json::{Json, given};
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat::shown_once;
use super::{ApiState, Shared};
use crate::domain::admin::Role;
use crate::domain::id::{AuditId, CommunityId, UserId, UserKind};
use crate::switchboard::{AdminUser, AdminUserEdit, AuditEntry, NewAdminUser, link_path};

#[derive(Deserialize, ToSchema)]
#[schema(as = NewAdminUser)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// The name to sign in with; they may choose another when they follow the link.
    #[schema(example = "ann")]
    name: String,
    /// What they may do.
    #[schema(example = "operator")]
    role: Role,
    /// The communities that are theirs; all if absent or null. None for owners, who have all.
    communities: Option<Vec<CommunityId>>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = AdminUserEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// Another name.
    #[schema(example = "ann")]
    name: Option<String>,
    /// Another role.
    #[schema(example = "viewer")]
    role: Option<Role>,
    /// Other communities; null: all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<CommunityId>>)]
    communities: Option<Option<Vec<CommunityId>>>,
    /// True: they are signed out everywhere, and may not sign in.
    disabled: Option<bool>,
}

/// A user with their one-time link, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminUserWithLink)]
struct Invited {
    #[serde(flatten)]
    user: AdminUser,
    /// Where they choose their password; good once, for a day. A path where `http.public_url` is not set.
    #[schema(
        example = "https://texts.example.org/admin/#/first?token=mzxw6ytboi4tgmbrgezdgnbvgy3tqojqmzxw6ytboi4tgmbrgeza"
    )]
    link: String,
}

/// `POST /v1/admin_users`
#[utoipa::path(
    post, path = "/v1/admin_users", operation_id = "create_admin_user", tag = "Users",
    summary = "Invite a user",
    description = "The answer holds a one-time link, at which they choose their password; it is shown this once.",
    request_body = NewUser,
    responses((status = 201, description = "The user with the link.", body = Invited)),
    extensions(("x-problems" = json!(["name_taken", "not_found", "secret_shown_once"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    shared: Data<Shared>,
    Json(new): Json<NewUser>,
) -> Result<HttpResponse> {
    let new = NewAdminUser {
        name: new.name,
        role: new.role,
        communities: new.communities,
    };
    let (user, token) = state.board.create_admin_user(new, (state.random)()).await?;
    let what = format!("the user {}", user.id);
    let link = format!("{}{}", shared.public_url, link_path(&token, None));
    let answer = HttpResponse::Created().json(Invited { user, link });
    Ok(shown_once(answer, &what))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = AdminUserReset)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// Takes their authenticator app away too: for somebody who has lost it.
    #[serde(default)]
    remove_totp: bool,
}

/// `POST /v1/admin_users/{user}/reset`
#[utoipa::path(
    post, path = "/v1/admin_users/{user}/reset", operation_id = "reset_admin_user", tag = "Users",
    summary = "Make a link to a new password",
    description = "For somebody who has forgotten theirs, or has not followed their first link in time. The answer holds a one-time link, at which they choose a new password; it is shown this once, and earlier ones are good no more. Until it is followed everything stays as it is; then their sessions end. Who has an authenticator app goes on to need it, unless `remove_totp` is true.",
    request_body = Reset,
    responses((status = 200, description = "The user with the link.", body = Invited)),
    extensions(("x-problems" = json!(["user_disabled", "secret_shown_once"]))),
)]
pub(crate) async fn reset(
    state: Data<ApiState>,
    shared: Data<Shared>,
    user: At<UserKind>,
    Json(reset): Json<Reset>,
) -> Result<HttpResponse> {
    let random = (state.random)();
    let (user, token) = state
        .board
        .reset_admin_user(user.0, reset.remove_totp, random)
        .await?;
    let what = format!("a link for the user {}", user.id);
    let resets = (!user.invited).then_some(user.name.as_str());
    let link = format!("{}{}", shared.public_url, link_path(&token, resets));
    let answer = HttpResponse::Ok().json(Invited { user, link });
    Ok(shown_once(answer, &what))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<UserId>>,
}

/// `GET /v1/admin_users`
#[utoipa::path(
    get, path = "/v1/admin_users", operation_id = "list_admin_users", tag = "Users",
    summary = "List users",
    description = "All who may sign in with a browser, and those who are invited or disabled.",
    params(Filter),
    responses((status = 200, description = "A page, oldest first.", body = Page<AdminUser>)),
)]
pub(crate) async fn list(state: Data<ApiState>, Query(filter): Query<Filter>) -> Result<HttpResponse> {
    let after = filter.cursor.map(|c| c.0);
    let found = state.board.admin_users(after, filter.limit.fetch()).await?;
    Ok(page(found, filter.limit, |u| u.id))
}

/// `GET /v1/admin_users/{user}`
#[utoipa::path(
    get, path = "/v1/admin_users/{user}", operation_id = "get_admin_user", tag = "Users",
    summary = "Get a user",
    description = "Without any secret.",
    responses((status = 200, description = "The user.", body = AdminUser)),
)]
pub(crate) async fn one(state: Data<ApiState>, user: At<UserKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.admin_user(user.0).await?))
}

/// `PATCH /v1/admin_users/{user}`
#[utoipa::path(
    patch, path = "/v1/admin_users/{user}", operation_id = "update_admin_user", tag = "Users",
    summary = "Change a user",
    description = "What is left out stays as it is. It counts from their next request on. The last owner who can sign in stays one.",
    request_body = Edit,
    responses((status = 200, description = "The user as they are now.", body = AdminUser)),
    extensions(("x-problems" = json!(["name_taken", "last_owner"]))),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    user: At<UserKind>,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let is_empty =
        edit.name.is_none() && edit.role.is_none() && edit.communities.is_none() && edit.disabled.is_none();
    if is_empty {
        return Err(Problem::invalid(
            "name",
            "nothing is to change: give `name`, `role`, `communities` or `disabled`",
        ));
    }
    let edit = AdminUserEdit {
        name: edit.name,
        role: edit.role,
        communities: edit.communities,
        disabled: edit.disabled,
    };
    Ok(HttpResponse::Ok().json(state.board.edit_admin_user(user.0, edit).await?))
}

/// `DELETE /v1/admin_users/{user}`
#[utoipa::path(
    delete, path = "/v1/admin_users/{user}", operation_id = "remove_admin_user", tag = "Users",
    summary = "Remove a user",
    description = "They are signed out everywhere. The last owner who can sign in cannot be removed.",
    responses((status = 204, description = "Removed.")),
    extensions(("x-problems" = json!(["last_owner"]))),
)]
pub(crate) async fn remove(state: Data<ApiState>, user: At<UserKind>) -> Result<HttpResponse> {
    state.board.remove_admin_user(user.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogFilter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<AuditId>>,
}

/// `GET /v1/audit_log`
#[utoipa::path(
    get, path = "/v1/audit_log", operation_id = "list_audit_log", tag = "Users",
    summary = "Read the audit log",
    description = "Who signed in or failed to, who had real numbers shown, everything that was changed by people who were signed in, and what API keys changed of users and keys. It is kept for as long as the setting `http.audit_log_kept_s` says, two years unless changed, and holds no real number.",
    params(LogFilter),
    responses((status = 200, description = "A page, newest first.", body = Page<AuditEntry>)),
)]
pub(crate) async fn audit_log(
    state: Data<ApiState>,
    Query(filter): Query<LogFilter>,
) -> Result<HttpResponse> {
    let before = filter.cursor.map(|c| c.0);
    let found = state.board.audit_log(before, filter.limit.fetch()).await?;
    Ok(page(found, filter.limit, |e| e.id))
}
