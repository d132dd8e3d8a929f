//! What is done for people who are signed in, around every request of theirs: numbers are masked, and what they change
//! or reveal is written down.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use super::ApiState;
use super::auth::{Here, is_safe};
use super::client_address;
use super::masking;
use super::problem::{Problem, Result};
use crate::domain::id::UserId;
use crate::switchboard::{Caller, NewAuditEntry};

/// The address that a request came from, for the audit log.
pub(super) fn address(req: &HttpRequest) -> String {
    client_address::client(req).map_or_else(String::new, |at| at.to_string())
}

fn who(here: &Here) -> (Option<UserId>, String) {
    (Some(here.session.who.user), here.session.who.name.clone())
}

fn entry(req: &ServiceRequest, (user, name): (Option<UserId>, String)) -> NewAuditEntry {
    // By the path by which the route was found: what was sent may write its letters as %6B.
    let path = req.match_info().as_str();
    let pattern = req.resource_map().match_pattern(path).unwrap_or_default();
    NewAuditEntry {
        user,
        name,
        what: format!("{} {pattern}", req.method()),
        on: masking::path(path),
        address: address(req.request()),
        status: 0,
    }
}

/// On a request of somebody who is signed in: real numbers are shown, as the audit log says.
#[derive(Clone, Copy)]
struct Revealed;

/// Whether a caller may have an answer that is not masked: a key, or somebody who asked for real numbers and may.
pub(super) fn unmasked(req: &HttpRequest) -> Result<()> {
    let Some(here) = req.extensions().get::<Here>().cloned() else {
        return Ok(());
    };
    if !here.session.who.role.may_reveal() {
        return Err(not_for_viewers());
    }
    match req.extensions().get::<Revealed>() {
        Some(_) => Ok(()),
        None => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "reveal_needed",
            "this holds real numbers throughout; ask with the header X-Reveal: 1, which the audit log keeps",
        )),
    }
}

fn not_for_viewers() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "forbidden",
        "you are signed in as a viewer, to whom real numbers are not shown; this needs an operator or an owner",
    )
}

/// Whether numbers are to be shown, which is written down before anything is.
async fn reveals(req: &mut ServiceRequest, state: &ApiState, here: &Here) -> Result<bool> {
    if !masking::asked(req) {
        return Ok(false);
    }
    if !here.session.who.role.may_reveal() {
        return Err(not_for_viewers());
    }
    let entry = NewAuditEntry {
        what: "reveal".into(),
        ..entry(req, who(here))
    };
    state.board.audit(entry).await?;
    Ok(true)
}

/// Does what may change something, and writes down that it was done.
async fn written_down(
    req: ServiceRequest,
    next: Next<BoxBody>,
    state: Data<ApiState>,
    entry: NewAuditEntry,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(req).await?;
    let entry = NewAuditEntry {
        status: answer.status().as_u16(),
        ..entry
    };
    // It is done: that it could not be written down does not undo it.
    if let Err(error) = state.board.audit(entry).await {
        tracing::error!(%error, "an entry of the audit log could not be written");
    }
    Ok(answer)
}

/// Before each door that changes something and lies on a branch that is written down: what an API key does there is, as
/// an owner's doing is. Stands behind the gate.
pub(super) async fn by_key(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let state = req.app_data::<Data<ApiState>>().cloned();
    let caller = req.extensions().get::<Caller>().cloned();
    let (Some(state), Some(caller)) = (state, caller) else {
        return Ok(req.error_response(Problem::internal()));
    };
    // What people do is written down wherever they do it.
    if caller.user.is_some() {
        return next.call(req).await;
    }
    let key = caller.key;
    let entry = entry(&req, (None, key.to_string()));
    let done = actix_web::rt::spawn(written_down(req, next, state, entry));
    done.await.unwrap_or_else(|_| Err(Problem::internal().into()))
}

/// Passes on the request of somebody who is signed in. Stands behind the gate.
pub(super) async fn supervised(
    mut req: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let state = req.app_data::<Data<ApiState>>().cloned();
    let here = req.extensions().get::<Here>().cloned();
    let (Some(state), Some(here)) = (state, here) else {
        return Ok(req.error_response(Problem::internal()));
    };
    let is_shown = match reveals(&mut req, &state, &here).await {
        Ok(is_shown) => is_shown,
        Err(problem) => return Ok(req.error_response(problem)),
    };
    if is_shown {
        req.extensions_mut().insert(Revealed);
    } else {
        // An ETag is made of the answer with its numbers: whether one fits would tell them.
        req.headers_mut().remove(header::IF_NONE_MATCH);
    }
    let entry = (!is_safe(req.method())).then(|| entry(&req, who(&here)));
    let mut answer = match entry {
        None => next.call(req).await?,
        Some(entry) => {
            // In a task of its own: were the caller to hang up, it would be done and not be written down.
            let done = actix_web::rt::spawn(written_down(req, next, state, entry));
            done.await.unwrap_or_else(|_| Err(Problem::internal().into()))?
        }
    };
    if is_shown {
        return Ok(answer);
    }
    let request = answer.request().clone();
    // The tag is of what is there, numbers and all: who may never see them has no use for it.
    if !here.session.who.role.may_reveal() {
        answer.headers_mut().remove(header::ETAG);
    }
    match masking::answer(answer).await {
        Ok(answer) => Ok(answer),
        Err(problem) => Ok(ServiceResponse::from_err(problem, request)),
    }
}
