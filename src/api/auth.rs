//! Who asks: bearer keys, and what each may enter.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use sha2::{Digest, Sha256};

use super::ApiState;
use super::Shared;
use super::client_address;
use super::path;
use super::problem::{Problem, Result};
use super::supervised::supervised;
use crate::config::http::MetricsAccess;
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, CommunityKind};
use crate::switchboard::views::HoldsPhones;
use crate::switchboard::{Caller, Scope, Session, Switchboard, SwitchboardError};

/// No token of ours is longer.
const MAX_TOKEN_BYTES: usize = 200;

/// The caller, in handlers behind a gate.
pub(crate) struct Who(pub Caller);

impl Who {
    /// Whether what belongs to this app is the caller's to touch: everything, unless the caller is an app.
    pub fn owns(&self, app: Option<&str>) -> bool {
        !self.is_app() || self.0.app.as_deref() == app
    }

    fn is_app(&self) -> bool {
        matches!(self.0.scope, Scope::App(_))
    }

    /// The exchange, with what is changed through it kept as the caller's doing.
    pub fn board(&self, state: &ApiState) -> Switchboard {
        let key = self.0.key;
        if let Some(user) = &self.0.user {
            return state.board.by(Actor::User(user.user));
        }
        state.board.by(match self.0.scope {
            Scope::Admin => Actor::Admin(key),
            Scope::Community(_) | Scope::Several => Actor::Community(key),
            Scope::App(_) => Actor::App(Some(key)),
        })
    }

    /// A view as the caller may see it: real numbers are not an app's to learn.
    pub fn shown<T: HoldsPhones>(&self, view: T) -> T {
        match self.is_app() {
            true => view.without_phones(),
            false => view,
        }
    }

    /// Lets nobody ask who has a real number that may not learn real numbers: it could be guessed.
    pub fn may_name_phones(&self) -> Result<()> {
        if self.0.user.as_ref().is_some_and(|user| !user.role.may_reveal()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "you are signed in as a viewer, who does not learn whose a phone is; this needs an operator or an owner",
            ));
        }
        match self.is_app() {
            false => Ok(()),
            true => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "this key is an app's, which does not learn whose a phone is; this needs a key of scope `community` \
                 or `admin`",
            )
            .field("phone")),
        }
    }

    /// A refusal as the caller may read it: to an app a phone that is taken says neither by whom, nor what its
    /// owner's table holds.
    pub fn told(&self, error: SwitchboardError) -> Problem {
        let sentence = match (self.is_app(), error.code()) {
            (true, "phone_taken") => "this phone is a member's already; a phone belongs to one member",
            (true, "phone_remembers") => {
                "this phone knows a number of this member's contacts as somebody else; another phone, or an admin, \
                 can help"
            }
            _ => return error.into(),
        };
        Problem::new(StatusCode::CONFLICT, error.code(), sentence)
    }
}

impl FromRequest for Who {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(req).map(Who))
    }
}

fn caller(req: &HttpRequest) -> Result<Caller> {
    // Every route that asks lies behind the gate that puts it here; without one nobody passes.
    req.extensions()
        .get::<Caller>()
        .cloned()
        .ok_or_else(|| missing("this needs a key"))
}

fn refused(detail: &str, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn missing(detail: &str) -> Problem {
    refused(detail, "Bearer realm=\"partyline\"")
}

fn bad(detail: &str) -> Problem {
    refused(detail, "Bearer realm=\"partyline\", error=\"invalid_token\"")
}

/// The token of an `Authorization: Bearer` header.
fn token(headers: &HeaderMap) -> Result<String> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next().ok_or_else(|| {
        missing("this needs a key: send the header `Authorization: Bearer <token>`; `partyline key create` makes one")
    })?;
    if values.next().is_some() {
        return Err(bad("there are several Authorization headers; send one"));
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|v| v.trim().split_once(' '))
        .ok_or_else(|| bad("the Authorization header must read `Bearer <token>`"))?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(bad(
            "the Authorization header must be of the scheme Bearer: `Bearer <token>`",
        ));
    }
    if token.is_empty() || token.len() > MAX_TOKEN_BYTES {
        return Err(bad("the key is unknown, expired or revoked"));
    }
    Ok(token.to_owned())
}

/// The cookie that holds a session's token.
pub(crate) const COOKIE: &str = "partyline_session";
/// The header by which a request that changes something shows that it comes from the page.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// The session of a request, in handlers behind a gate that lets sessions pass.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub session: Session,
    pub token: String,
}

impl FromRequest for Here {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let here = req.extensions().get::<Self>().cloned();
        ready(here.ok_or_else(|| missing("nobody is signed in")))
    }
}

/// A cookie that ends the one that is there.
pub(crate) fn no_cookie() -> HeaderValue {
    HeaderValue::from_static("partyline_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

/// The token of the session's cookie.
fn cookie(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, COOKIE)
}

/// The value of a cookie; none where there is none, or one that is too long to be ours.
pub(crate) fn cookie_of(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let pairs = headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let mut values = pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then(|| value.trim().to_owned())
    });
    values
        .next()
        .filter(|token| (1..=MAX_TOKEN_BYTES).contains(&token.len()))
}

fn not_from_the_page(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "csrf", detail)
}

/// A browser says where a request comes from; one of another site is refused. Programs say nothing.
pub(crate) fn same_origin(headers: &HeaderMap, public_url: &str) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => ["same-origin", "none"].contains(&site),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let asked = text("host");
            host.is_some() && host == asked || origin.eq_ignore_ascii_case(public_url)
        }
        (None, None) => true,
    };
    match is_own {
        true => Ok(()),
        false => Err(not_from_the_page(
            "this request comes from a page of another origin; nothing was done",
        )),
    }
}

/// Reads change nothing.
pub(super) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// Who is signed in with this token; a request that changes something has to come from the page.
async fn by_session(req: &ServiceRequest, token: String) -> Result<Caller> {
    let state = req.app_data::<Data<ApiState>>().ok_or_else(Problem::internal)?;
    let shared = req.app_data::<Data<Shared>>().ok_or_else(Problem::internal)?;
    let (address, now) = (client_address::client(req.request()), state.board.now());
    shared.guesses.admit(address, Some(&token), now)?;
    let Some(session) = state.board.session(&token).await? else {
        shared.guesses.was_wrong(address, now);
        return Err(missing("the session is over; sign in again").header(header::SET_COOKIE, no_cookie()));
    };
    shared.guesses.was_right(&token, now);
    if !is_safe(req.method()) {
        same_origin(req.headers(), &shared.public_url)?;
        let given = req.headers().get(CSRF).map(HeaderValue::as_bytes);
        // Of equal length nearly always; what a guess could learn of it by time is another's secret no more than its own.
        if given.map(Sha256::digest) != Some(Sha256::digest(session.csrf.as_bytes())) {
            return Err(not_from_the_page(
                "this changes something, and needs the header X-CSRF-Token with the `csrf` of GET /v1/session",
            ));
        }
    }
    let caller = session.caller.clone();
    req.extensions_mut().insert(Here { session, token });
    Ok(caller)
}

/// Lets pass whoever is signed in with a browser.
pub(crate) async fn session(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let entry = match cookie(req.headers()) {
        Some(token) if !req.headers().contains_key(header::AUTHORIZATION) => by_session(&req, token).await,
        _ => Err(missing(
            "nobody is signed in; `POST /v1/session` does that, and no key opens this",
        )),
    };
    let entry = entry.and_then(|caller| at_its_pace(&req, &caller).map(|()| caller));
    match entry {
        Ok(caller) => {
            req.extensions_mut().insert(caller);
            supervised(req, next).await
        }
        Err(problem) => Ok(req.error_response(problem)),
    }
}

async fn authenticate(req: &ServiceRequest) -> Result<Caller> {
    if !req.headers().contains_key(header::AUTHORIZATION)
        && let Some(token) = cookie(req.headers())
    {
        return by_session(req, token).await;
    }
    let state = req.app_data::<Data<ApiState>>().ok_or_else(Problem::internal)?;
    let shared = req.app_data::<Data<Shared>>().ok_or_else(Problem::internal)?;
    let (guesses, address) = (&shared.guesses, client_address::client(req.request()));
    let token = token(req.headers());
    let now = state.board.now();
    guesses.admit(address, token.as_deref().ok(), now)?;
    let found = match token {
        Ok(token) => match state.board.authenticate(&token).await? {
            Some(caller) => {
                guesses.was_right(&token, now);
                Ok(caller)
            }
            None => Err(bad("the key is unknown, expired or revoked")),
        },
        Err(problem) => Err(problem),
    };
    if found.is_err() {
        guesses.was_wrong(address, now);
    }
    found
}

/// Lets pass whoever has a living key.
pub(crate) async fn bearer(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let entry = match authenticate(&req).await {
        Ok(caller) => within_its_rights(&req, &caller).map(|()| caller),
        Err(problem) => Err(problem),
    };
    match entry {
        Ok(caller) => {
            let is_user = caller.user.is_some();
            req.extensions_mut().insert(caller);
            match is_user {
                true => supervised(req, next).await,
                false => next.call(req).await,
            }
        }
        Err(problem) => Ok(req.error_response(problem)),
    }
}

fn at_its_pace(req: &ServiceRequest, caller: &Caller) -> Result<()> {
    let shared = req.app_data::<Data<Shared>>().ok_or_else(Problem::internal)?;
    let state = req.app_data::<Data<ApiState>>().ok_or_else(Problem::internal)?;
    shared.paces.admit(caller.key, state.board.now())
}

/// Reading, where the key only reads; and not too often.
fn within_its_rights(req: &ServiceRequest, caller: &Caller) -> Result<()> {
    at_its_pace(req, caller)?;
    if caller.read_only && caller.user.is_some() && !is_safe(req.method()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "read_only",
            "you are signed in as a viewer, who only reads; this needs an operator or an owner",
        ));
    }
    if caller.read_only && req.method() != Method::GET {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "read_only",
            "this key opens nothing but reading (GET)",
        ));
    }
    Ok(())
}

async fn may_read_metrics(req: &ServiceRequest) -> Result<()> {
    let shared = req.app_data::<Data<Shared>>().ok_or_else(Problem::internal)?;
    match shared.metrics_access {
        MetricsAccess::Open => Ok(()),
        MetricsAccess::Off => Err(Problem::of_status(StatusCode::NOT_FOUND, "GET", None)),
        MetricsAccess::Key => only_admin(&authenticate(req).await?),
    }
}

/// Lets pass whom the setting `http.metrics` lets pass.
pub(crate) async fn metrics(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    match may_read_metrics(&req).await {
        Ok(()) => next.call(req).await,
        Err(problem) => Ok(req.error_response(problem)),
    }
}

fn manages(req: &HttpRequest) -> Result<()> {
    match caller(req)?.scope {
        Scope::Admin | Scope::Community(_) | Scope::Several => Ok(()),
        Scope::App(own) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("this key is an app's; this needs a key of scope `community` for {own}, or `admin`"),
        )),
    }
}

/// Lets pass whose key manages the community whose gate lies before this one.
pub(crate) async fn manage(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let entry = manages(req.request());
    match entry {
        Ok(()) => next.call(req).await,
        Err(problem) => Ok(req.error_response(problem)),
    }
}

fn enters(req: &HttpRequest) -> Result<()> {
    let caller = caller(req)?;
    let community: CommunityId = path::id::<CommunityKind>(req)?;
    match caller.may_enter(community) {
        true => Ok(()),
        // Not "forbidden": whoever may not enter does not learn what there is.
        false => Err(Problem::not_found("community", community)),
    }
}

/// Lets pass whose key opens the community in the path.
pub(crate) async fn community(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let entry = enters(req.request());
    match entry {
        Ok(()) => next.call(req).await,
        Err(problem) => Ok(req.error_response(problem)),
    }
}

fn only_admin(caller: &Caller) -> Result<()> {
    match caller.scope {
        Scope::Admin => Ok(()),
        Scope::Several => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "your role does not open this; it needs an owner",
        )),
        Scope::Community(own) | Scope::App(own) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("this key opens only {own}; this needs a key of scope admin"),
        )),
    }
}

/// Lets pass whose key opens everything.
pub(crate) async fn admin(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let entry = caller(req.request()).and_then(|caller| only_admin(&caller));
    match entry {
        Ok(()) => next.call(req).await,
        Err(problem) => Ok(req.error_response(problem)),
    }
}
