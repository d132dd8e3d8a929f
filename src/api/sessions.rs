//! Signing in with a browser.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{COOKIE, Here, no_cookie, same_origin};
use super::client_address::{client, is_https};
use super::json::Json;
use super::problem::{Problem, Result};
use super::supervised::address;
use super::{ApiState, Shared};
use crate::config::http::SecureCookies;
use crate::domain::Timestamp;
use crate::domain::admin::{LONGEST_MS, Role};
use crate::domain::id::{CommunityId, UserId};
use crate::switchboard::{Followed, NewAuditEntry, NewSession, Session, SignIn};

#[derive(Deserialize, ToSchema)]
#[schema(as = SignIn)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningIn {
    /// The name; upper and lower case are one.
    #[schema(example = "ann")]
    name: String,
    /// The password.
    #[schema(example = "correct horse battery")]
    password: String,
    /// The code of the authenticator app, where the user has one.
    #[schema(example = "287082")]
    totp: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = FirstSignIn)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    /// The token of the one-time link.
    #[schema(example = "mzxw6ytboi4tgmbrgezdgnbvgy3tqojqmzxw6ytboi4tgmbrgeza")]
    token: String,
    /// The name to sign in with from now on. Not where the link is for a new password: the name stays.
    #[schema(example = "ann")]
    name: Option<String>,
    /// The password to be: at least 10 characters.
    #[schema(example = "correct horse battery")]
    password: String,
    /// Where the link is for a new password: the code of the authenticator app, where the user has one and keeps it.
    #[schema(example = "287082")]
    totp: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password as it is.
    #[schema(example = "correct horse battery")]
    password: String,
    /// The password to be: at least 10 characters.
    #[schema(example = "battery horse correct")]
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = TotpCode)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// The code that the app shows.
    #[schema(example = "287082")]
    totp: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordAgain)]
#[serde(deny_unknown_fields)]
pub(crate) struct Again {
    /// The password.
    #[schema(example = "correct horse battery")]
    password: String,
}

/// What an authenticator app is to be told; shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpSecret)]
struct Secret {
    /// The secret, in base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as a link that apps understand, fit for a QR code.
    #[schema(
        example = "otpauth://totp/Partyline:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Partyline"
    )]
    uri: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionUser)]
struct ShownUser {
    /// The id.
    id: UserId,
    /// The name.
    #[schema(example = "ann")]
    name: String,
    /// What they may do.
    role: Role,
    /// The communities that are theirs; null: all.
    communities: Option<Vec<CommunityId>>,
    /// Is asked for a one-time code at sign-in.
    totp: bool,
    /// Has a password here: who signs in by a provider alone has none.
    has_password: bool,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct Shown {
    user: ShownUser,
    /// For the header `X-CSRF-Token` of whatever changes something.
    #[schema(example = "J2-1kTqQbYJj3Cw4m0pVxv1a7kq5dQmXo0f8cM7s9hE")]
    csrf: String,
    /// Whether real numbers are shown to them where they ask.
    may_reveal: bool,
    /// When it is over unless it is used.
    expires_at: Timestamp,
}

impl From<Session> for Shown {
    fn from(session: Session) -> Self {
        let who = session.who;
        Self {
            may_reveal: who.role.may_reveal(),
            user: ShownUser {
                id: who.user,
                name: who.name,
                role: who.role,
                communities: who.communities.filter(|_| who.role != Role::Owner),
                totp: who.totp,
                has_password: who.has_password,
            },
            csrf: session.csrf,
            expires_at: session.expires_at,
        }
    }
}

pub(super) fn is_secure(shared: &Shared, req: &HttpRequest) -> bool {
    match shared.secure_cookies {
        SecureCookies::Always => true,
        SecureCookies::Never => false,
        SecureCookies::Auto => shared.public_url.starts_with("https://") || is_https(req),
    }
}

/// The cookie of somebody who is signed in now.
pub(super) fn session_cookie(token: &str, (shared, now): (&Shared, Timestamp), req: &HttpRequest) -> String {
    // Whoever is signed in is not shut out by others' wrong keys from the same address.
    shared.guesses.was_right(token, now);
    let secure = if is_secure(shared, req) { "; Secure" } else { "" };
    format!(
        "{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{secure}",
        LONGEST_MS / 1000
    )
}

fn opened(new: NewSession, place: (&Shared, Timestamp), req: &HttpRequest) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::SET_COOKIE, session_cookie(&new.token, place, req)))
        .json(Shown::from(new.session))
}

pub(super) async fn note(
    state: &ApiState,
    req: &HttpRequest,
    user: (Option<UserId>, &str),
    what: &str,
    status: u16,
) -> Result<()> {
    let entry = NewAuditEntry {
        user: user.0,
        name: user.1.to_owned(),
        what: what.to_owned(),
        on: "/v1/session".to_owned(),
        address: address(req),
        status,
    };
    Ok(state.board.audit(entry).await?)
}

/// Notes that somebody could not sign in; not as whom: a name that failed may be a password in the wrong field.
async fn note_failure(state: &ApiState, shared: &Shared, req: &HttpRequest) -> Result<()> {
    note_failed(state, shared, req, "sign_in_failed").await
}

/// Notes that somebody could not sign in, in this word; strangers' failures at a bounded pace.
pub(super) async fn note_failed(
    state: &ApiState,
    shared: &Shared,
    req: &HttpRequest,
    what: &str,
) -> Result<()> {
    if !shared.sign_ins.may_note(client(req), state.board.now()) {
        return Ok(());
    }
    note(state, req, (None, ""), what, 401).await
}

/// Notes that the password of a user was right, and the one-time code missing or wrong: whoever it was knows the password.
/// That is always written down, and comes seldom, for it counts as a failure.
async fn note_code(state: &ApiState, req: &HttpRequest, user: UserId, what: &str) -> Result<()> {
    // Who has gone meanwhile has no name any more.
    let name = state
        .board
        .admin_user(user)
        .await
        .map(|user| user.name)
        .unwrap_or_default();
    note(state, req, (Some(user), &name), what, 401).await
}

fn needs_code() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "totp_required",
        "this user signs in with a one-time code as well; send it as `totp`",
    )
    .field("totp")
}

fn failed(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_failed", detail)
}

fn wrong_code() -> Problem {
    failed("the one-time code is wrong, or was used already; wait for the next").field("totp")
}

/// `POST /v1/session`
#[utoipa::path(
    post, path = "/v1/session", operation_id = "sign_in", tag = "Sessions",
    summary = "Sign in",
    description = "With a name and a password, and a code where the user has an authenticator app: without it the answer is 401 `totp_required`. The answer sets the cookie `partyline_session`. A session is over after 12 hours without use, and after a week.",
    request_body = SigningIn,
    responses((status = 200, description = "Signed in.", body = Shown)),
    extensions(("x-problems" = json!(["csrf", "sign_in_failed", "totp_required", "too_many_failures", "unavailable", "overloaded"]))),
)]
pub(crate) async fn sign_in(
    state: Data<ApiState>,
    shared: Data<Shared>,
    req: HttpRequest,
    Json(given): Json<SigningIn>,
) -> Result<HttpResponse> {
    same_origin(req.headers(), &shared.public_url)?;
    let (address, now) = (client(&req), state.board.now());
    shared.sign_ins.admit(&given.name, address, now)?;
    let tried = state
        .board
        .sign_in(&given.name, given.password, given.totp, (state.random)())
        .await?;
    match tried {
        SignIn::Done(new) => {
            shared.sign_ins.succeeded(&given.name, address, now);
            let who = &new.session.who;
            note(&state, &req, (Some(who.user), &who.name), "sign_in", 200).await?;
            Ok(opened(*new, (&shared, state.board.now()), &req))
        }
        SignIn::NeedsCode(user) => {
            note_code(&state, &req, user, "totp_missing").await?;
            Err(needs_code())
        }
        SignIn::WrongCode(user) => {
            shared.sign_ins.code_was_wrong(&given.name, now);
            note_code(&state, &req, user, "totp_wrong").await?;
            Err(wrong_code())
        }
        SignIn::Wrong => {
            note_failure(&state, &shared, &req).await?;
            Err(failed("the name or the password is wrong"))
        }
    }
}

/// `POST /v1/session/first`
#[utoipa::path(
    post, path = "/v1/session/first", operation_id = "sign_in_first", tag = "Sessions",
    summary = "Follow a one-time link",
    description = "Makes the user that a one-time link is for, with a name and a password of their own choice, and signs them in. The first link is printed when the broker starts and nobody can sign in yet; `partyline admin link` and `POST /v1/admin_users` make others. A link of `POST /v1/admin_users/{user}/reset` or `partyline admin reset` gives a user a new password, and ends their sessions; who keeps their authenticator app sends its code too. Each is good once, for a day.",
    request_body = First,
    responses((status = 200, description = "Signed in.", body = Shown)),
    extensions(("x-problems" = json!(["csrf", "name_taken", "sign_in_failed", "totp_required", "too_many_failures", "unavailable", "overloaded"]))),
)]
pub(crate) async fn first(
    state: Data<ApiState>,
    shared: Data<Shared>,
    req: HttpRequest,
    Json(given): Json<First>,
) -> Result<HttpResponse> {
    same_origin(req.headers(), &shared.public_url)?;
    // By the link and not by the name: nobody is shut out by others' tries.
    let address = client(&req);
    shared
        .sign_ins
        .admit_link(&given.token, address, state.board.now())?;
    let random = [(state.random)(), (state.random)()];
    let token = given.token.clone();
    let Followed { outcome, reset_of } = state
        .board
        .sign_in_first(token, given.name, given.password, given.totp, random)
        .await?;
    match outcome {
        SignIn::Done(new) => {
            shared.sign_ins.link_succeeded(&given.token, address);
            let who = (Some(new.session.who.user), new.session.who.name.as_str());
            if reset_of.is_some() {
                note(&state, &req, who, "password_reset", 200).await?;
            }
            note(&state, &req, who, "sign_in", 200).await?;
            Ok(opened(*new, (&shared, state.board.now()), &req))
        }
        SignIn::NeedsCode(_) => Err(needs_code()),
        SignIn::WrongCode(user) => {
            note_code(&state, &req, user, "totp_wrong").await?;
            Err(wrong_code())
        }
        SignIn::Wrong => Err(Problem::internal()),
    }
}

/// `GET /v1/session`
#[utoipa::path(
    get, path = "/v1/session", operation_id = "get_session", tag = "Sessions",
    summary = "Say who is signed in",
    description = "And what the page needs to know about it. 401 where nobody is.",
    responses((status = 200, description = "The session.", body = Shown)),
)]
pub(crate) async fn show(here: Here) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(Shown::from(here.session)))
}

/// `DELETE /v1/session`
#[utoipa::path(
    delete, path = "/v1/session", operation_id = "sign_out", tag = "Sessions",
    summary = "Sign out",
    description = "Ends this session, and takes its cookie away.",
    responses((status = 204, description = "Signed out.")),
)]
pub(crate) async fn sign_out(state: Data<ApiState>, here: Here) -> Result<HttpResponse> {
    state.board.sign_out(&here.token).await?;
    Ok(HttpResponse::NoContent()
        .insert_header((header::SET_COOKIE, no_cookie()))
        .finish())
}

fn wrong_password() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "wrong_password", "the password is wrong").field("password")
}

/// `POST /v1/session/password`
#[utoipa::path(
    post, path = "/v1/session/password", operation_id = "change_password", tag = "Sessions",
    summary = "Change one's password",
    description = "Needs the old one. Ends one's other sessions.",
    request_body = PasswordChange,
    responses((status = 204, description = "Changed.")),
    extensions(("x-problems" = json!(["wrong_password", "too_many_failures", "not_found", "overloaded"]))),
)]
pub(crate) async fn password(
    state: Data<ApiState>,
    shared: Data<Shared>,
    here: Here,
    Json(given): Json<PasswordChange>,
) -> Result<HttpResponse> {
    let who = &here.session.who;
    shared.sign_ins.admit_user(who.user, state.board.now())?;
    let (old, new, salt) = (given.password, given.new_password, (state.random)());
    match state
        .board
        .change_password(who.user, &here.token, old, new, salt)
        .await?
    {
        true => {
            shared.sign_ins.user_succeeded(who.user);
            Ok(HttpResponse::NoContent().finish())
        }
        false => Err(wrong_password()),
    }
}

/// `POST /v1/session/totp`
#[utoipa::path(
    post, path = "/v1/session/totp", operation_id = "begin_totp", tag = "Sessions",
    summary = "Begin to use an authenticator app",
    description = "Needs the password. Answers with a secret for the app. Codes are asked for once one was confirmed.",
    request_body = Again,
    responses((status = 200, description = "The secret, shown this once.", body = Secret)),
    extensions(("x-problems" = json!(["wrong_password", "too_many_failures", "totp_state", "not_found", "overloaded"]))),
)]
pub(crate) async fn begin_totp(
    state: Data<ApiState>,
    shared: Data<Shared>,
    here: Here,
    Json(given): Json<Again>,
) -> Result<HttpResponse> {
    let who = &here.session.who;
    shared.sign_ins.admit_user(who.user, state.board.now())?;
    let begun = state
        .board
        .begin_totp(who.user, given.password, (state.random)())
        .await?;
    let secret = begun.ok_or_else(wrong_password)?;
    shared.sign_ins.user_succeeded(who.user);
    let name: String = form_urlencoded::byte_serialize(who.name.as_bytes()).collect();
    let uri = format!(
        "otpauth://totp/Partyline:{}?secret={secret}&issuer=Partyline",
        name.replace('+', "%20")
    );
    Ok(HttpResponse::Ok().json(Secret { secret, uri }))
}

/// `POST /v1/session/totp/confirm`
#[utoipa::path(
    post, path = "/v1/session/totp/confirm", operation_id = "confirm_totp", tag = "Sessions",
    summary = "Confirm the authenticator app",
    description = "By a code that it shows. From now on one is asked for at sign-in.",
    request_body = Code,
    responses((status = 204, description = "Confirmed.")),
    extensions(("x-problems" = json!(["totp_state", "not_found"]))),
)]
pub(crate) async fn confirm_totp(
    state: Data<ApiState>,
    here: Here,
    Json(given): Json<Code>,
) -> Result<HttpResponse> {
    state
        .board
        .confirm_totp(here.session.who.user, given.totp)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /v1/session/totp/remove`
#[utoipa::path(
    post, path = "/v1/session/totp/remove", operation_id = "remove_totp", tag = "Sessions",
    summary = "Use no authenticator app any more",
    description = "Needs the password.",
    request_body = Again,
    responses((status = 204, description = "No code is asked for any more.")),
    extensions(("x-problems" = json!(["wrong_password", "too_many_failures", "not_found", "overloaded"]))),
)]
pub(crate) async fn remove_totp(
    state: Data<ApiState>,
    shared: Data<Shared>,
    here: Here,
    Json(given): Json<Again>,
) -> Result<HttpResponse> {
    let who = &here.session.who;
    shared.sign_ins.admit_user(who.user, state.board.now())?;
    match state.board.remove_totp(who.user, given.password).await? {
        true => {
            shared.sign_ins.user_succeeded(who.user);
            Ok(HttpResponse::NoContent().finish())
        }
        false => Err(wrong_password()),
    }
}
