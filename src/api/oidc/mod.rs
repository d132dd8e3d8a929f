//! Signing in at a provider of OpenID Connect: the way there, and the way back.

mod attempt;
mod provider;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use self::attempt::{Attempt, LIFE_MS};
use self::provider::Failure;
pub use self::provider::{Oidc, OidcError};
use super::auth::{cookie_of, same_origin};
use super::client_address::client;
use super::problem::{Problem, Result};
use super::sessions::{is_secure, note, note_failed, session_cookie};
use super::{ApiState, Shared};
use crate::domain::oidc::{Person, Refusal, standing};
use crate::switchboard::{ProviderChanges, ProviderSignIn};

/// The cookie that binds a try to its browser.
const COOKIE: &str = "partyline_oidc";
/// The admins' pages, seen from here; so it holds behind a proxy too that puts a path before everything.
const PAGES: &str = "../../../admin/";
/// No code and no state that we or a provider make is longer.
const MOST_BYTES: usize = 4_096;

/// Whether people sign in at a provider.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderDoor)]
struct Door {
    /// Whether they do.
    enabled: bool,
    /// The words of the button; null where they do not.
    #[schema(example = "Sign in with Example")]
    name: Option<String>,
}

/// What the sign-in page says of a try that failed, by its word. The sentences are the page's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The try is over, came back already, or was begun in another browser.
    Expired,
    /// They have said no at the provider.
    Cancelled,
    /// The provider cannot be reached.
    Unreachable,
    /// What it said is not to be believed.
    Unsound,
    /// It refused.
    Refused,
    /// Their address is not let in.
    Address,
    /// Nobody here is they, or they have no role.
    Stranger,
    /// The user may not sign in.
    Disabled,
    /// Too many tries.
    Busy,
}

impl Fault {
    fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Unreachable => "unreachable",
            Self::Unsound => "unsound",
            Self::Refused => "refused",
            Self::Address => "address",
            Self::Stranger => "stranger",
            Self::Disabled => "disabled",
            Self::Busy => "busy",
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Address => Self::Address,
            Refusal::NoRole => Self::Stranger,
        }
    }
}

/// What every answer here says: it is nobody else's, and its address, which holds a code, is told to nobody.
fn privately(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}

fn with_cookie(mut answer: HttpResponse, cookie: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

fn forget_try() -> String {
    format!("{COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0")
}

/// Back to the sign-in page, with the word for what went wrong.
fn back(fault: Option<Fault>) -> HttpResponse {
    let to = match fault {
        Some(fault) => format!("{PAGES}#/?oidc={}", fault.word()),
        None => PAGES.to_owned(),
    };
    let answer = HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .finish();
    privately(with_cookie(answer, &forget_try()))
}

/// A page that moves on. The browser came from another site: a redirect would take it there still on that site's
/// behalf, without the session's cookie.
fn inside() -> HttpResponse {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"refresh\" content=\"0;url={PAGES}\"><title>Partyline</title>\n\
         <p>You are signed in. <a href=\"{PAGES}\">Go on</a></p>\n</html>\n"
    );
    let answer = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page);
    privately(with_cookie(answer, &forget_try()))
}

fn provider(state: &ApiState) -> Result<&Oidc> {
    state.oidc.as_deref().ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_path",
            "nobody signs in at a provider here; the settings `oidc` say how",
        )
    })
}

/// What somebody else wrote, for the log: short, and of one line.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// `GET /v1/session/oidc`
#[utoipa::path(
    get, path = "/v1/session/oidc", operation_id = "get_provider", tag = "Sessions",
    summary = "Say whether people sign in at a provider",
    description = "A provider of OpenID Connect, by the settings `oidc`. For the sign-in page, which then shows a button.",
    responses((status = 200, description = "Whether they do.", body = Door)),
)]
pub(crate) async fn about(state: Data<ApiState>) -> HttpResponse {
    let name = state.oidc.as_ref().map(|oidc| oidc.name().to_owned());
    HttpResponse::Ok().json(Door {
        enabled: name.is_some(),
        name,
    })
}

/// `GET /v1/session/oidc/start`
#[utoipa::path(
    get, path = "/v1/session/oidc/start", operation_id = "begin_at_provider", tag = "Sessions",
    summary = "Go to the provider",
    description = "For a browser: sends it to the provider, with a cookie that binds the try to it for ten minutes. Where the provider cannot be reached, back to the sign-in page.",
    responses(
        (status = 302, description = "To the provider."),
        (status = 303, description = "Back to the sign-in page, with the word for what went wrong."),
    ),
    extensions(("x-problems" = json!(["no_such_path"]))),
)]
pub(crate) async fn start(
    state: Data<ApiState>,
    shared: Data<Shared>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let oidc = provider(&state)?;
    if same_origin(req.headers(), &shared.public_url).is_err() {
        // Another site signs nobody in here: they press the button themselves.
        return Ok(back(None));
    }
    // By the address: while the provider hangs, each of them waits here.
    let (address, now) = (client(&req), state.board.now());
    if shared.sign_ins.admit_address(address, now).is_err() {
        return Ok(back(Some(Fault::Busy)));
    }
    let attempt = Attempt::new((state.random)(), now);
    let url = match oidc.begin(&attempt, &state.board).await {
        Ok(url) => {
            shared.sign_ins.address_succeeded(address);
            url
        }
        Err(failure) => return Ok(back(Some(fault_of(&failure, oidc)))),
    };
    let answer = HttpResponse::Found()
        .insert_header((header::LOCATION, url.as_str()))
        .finish();
    let cookie = format!(
        "{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/; Max-Age={}{}",
        attempt.cookie(),
        LIFE_MS / 1000,
        if is_secure(&shared, &req) { "; Secure" } else { "" }
    );
    Ok(privately(with_cookie(answer, &cookie)))
}

fn fault_of(failure: &Failure, oidc: &Oidc) -> Fault {
    let (fault, why) = match failure {
        Failure::Unreachable(why) => (Fault::Unreachable, why),
        Failure::Unsound(why) => (Fault::Unsound, why),
    };
    tracing::warn!(
        issuer = oidc.issuer(),
        why = tame(why),
        "nobody could sign in at the provider"
    );
    fault
}

/// What the provider has sent a browser back with; what is not ours is left alone.
#[derive(Default)]
struct Brought {
    code: String,
    state: String,
    error: String,
    issuer: Option<String>,
}

impl Brought {
    fn read(query: &str) -> Self {
        let mut brought = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "code" => &mut brought.code,
                "state" => &mut brought.state,
                "error" => &mut brought.error,
                "iss" => brought.issuer.get_or_insert_default(),
                _ => continue,
            };
            if value.len() <= MOST_BYTES {
                *place = Cow::into_owned(value);
            }
        }
        brought
    }
}

/// Whom the provider has let in, if this is the way back of a try of this browser.
async fn person(
    state: &ApiState,
    oidc: &Oidc,
    req: &HttpRequest,
) -> Result<std::result::Result<Person, Fault>> {
    let (brought, now) = (Brought::read(req.query_string()), state.board.now());
    let attempt = cookie_of(req.headers(), COOKIE).and_then(|kept| Attempt::read(&kept));
    let Some(attempt) = attempt.filter(|attempt| attempt.answers(&brought.state, now)) else {
        return Ok(Err(Fault::Expired));
    };
    // A provider that says who it is says it right (RFC 9207): the code is not another one's.
    if brought.issuer.is_some_and(|issuer| issuer != oidc.issuer()) {
        tracing::warn!(
            issuer = oidc.issuer(),
            "a browser came back from another provider"
        );
        return Ok(Err(Fault::Unsound));
    }
    if !state
        .board
        .use_provider_try(&brought.state, attempt.ends())
        .await?
    {
        return Ok(Err(Fault::Expired));
    }
    match brought.error.as_str() {
        "" if !brought.code.is_empty() => {}
        "access_denied" => return Ok(Err(Fault::Cancelled)),
        other => {
            tracing::warn!(
                issuer = oidc.issuer(),
                error = tame(other),
                "the provider refused somebody"
            );
            return Ok(Err(Fault::Refused));
        }
    }
    let redeemed = oidc.redeem(brought.code, &attempt, &state.board).await;
    Ok(redeemed.map_err(|failure| fault_of(&failure, oidc)))
}

/// Signs them in, or says why not.
async fn let_in(
    state: &ApiState,
    oidc: &Oidc,
    req: &HttpRequest,
    who: Person,
) -> Result<std::result::Result<(Box<crate::switchboard::NewSession>, ProviderChanges), Fault>> {
    let standing = match standing(oidc.rules(), &who) {
        Ok(standing) => standing,
        Err(refusal) => {
            // What they had by the provider's word ends with it.
            if let Some((user, name)) = state.board.sign_out_by_provider(&who).await? {
                note(state, req, (Some(user), &name), "oidc_sessions_ended", 401).await?;
            }
            return Ok(Err(refusal.into()));
        }
    };
    let link = oidc.rules().link_by_email;
    let signed_in = state
        .board
        .sign_in_by_provider(who, standing, link, (state.random)())
        .await?;
    Ok(match signed_in {
        ProviderSignIn::Done(new, changes) => Ok((new, changes)),
        ProviderSignIn::Disabled => Err(Fault::Disabled),
        ProviderSignIn::Unknown => Err(Fault::Stranger),
    })
}

async fn come_back(state: Data<ApiState>, shared: Data<Shared>, req: HttpRequest) -> Result<HttpResponse> {
    let oidc = provider(&state)?;
    let tried = match person(&state, oidc, &req).await? {
        Ok(who) => let_in(&state, oidc, &req, who).await?,
        Err(fault) => Err(fault),
    };
    let (new, changes) = match tried {
        Ok(done) => done,
        Err(fault) => {
            note_failed(&state, &shared, &req, "oidc_sign_in_failed").await?;
            return Ok(back(Some(fault)));
        }
    };
    let who = &new.session.who;
    let also = [
        (changes.made, "oidc_user_made"),
        (changes.linked, "oidc_user_linked"),
        (changes.renewed, "oidc_role_renewed"),
    ];
    let words = also.into_iter().filter_map(|(is, word)| is.then_some(word));
    for word in words.chain(["oidc_sign_in"]) {
        note(&state, &req, (Some(who.user), &who.name), word, 200).await?;
    }
    let brought = Brought::read(req.query_string());
    shared.sign_ins.link_succeeded(&brought.state, client(&req));
    let cookie = session_cookie(&new.token, (&shared, state.board.now()), &req);
    Ok(with_cookie(inside(), &cookie))
}

/// `GET /v1/session/oidc/callback`
#[utoipa::path(
    get, path = "/v1/session/oidc/callback", operation_id = "come_back_from_provider", tag = "Sessions",
    summary = "Come back from the provider",
    description = "For a browser, sent here by the provider. Signs in whom it has let in and the settings `oidc` let in: the answer sets the cookie `partyline_session`, and is a page that moves on to the admins' pages. A user is known by the provider's `iss` and `sub`; who has none here gets one, or is refused, as the settings say. Each try is good once.",
    params(
        ("code" = Option<String>, Query, description = "What the broker fetches the token with.", example = json!("c-7kq2wq4h")),
        ("state" = Option<String>, Query, description = "Which try it is; it must be this browser's.", example = json!("s-91bv0tq3")),
        ("error" = Option<String>, Query, description = "The provider's word where it has let nobody in.", example = json!("access_denied")),
        ("iss" = Option<String>, Query, description = "The provider, where it says who it is.", example = json!("https://accounts.example.org")),
    ),
    responses(
        (status = 200, description = "Signed in: a page that moves on.", body = String, content_type = "text/html",
         example = json!("<!doctype html>…")),
        (status = 303, description = "Back to the sign-in page, with the word for what went wrong."),
    ),
    extensions(("x-problems" = json!(["no_such_path", "unavailable", "overloaded"]))),
)]
pub(crate) async fn callback(
    state: Data<ApiState>,
    shared: Data<Shared>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let Some(place) = provider(&state)?.place() else {
        return Ok(back(Some(Fault::Busy)));
    };
    // By the try, so that nobody is shut out by others'; and by the address.
    let brought = Brought::read(req.query_string());
    let address = client(&req);
    if shared
        .sign_ins
        .admit_link(&brought.state, address, state.board.now())
        .is_err()
    {
        return Ok(back(Some(Fault::Busy)));
    }
    // In a task of its own: were the browser to hang up, somebody would be signed in and it would not be written down.
    let done = actix_web::rt::spawn(async move {
        let _place = place;
        come_back(state, shared, req).await
    });
    done.await.unwrap_or_else(|_| Err(Problem::internal()))
}
