//! Messages: sent by apps, listed, looked at; and the quarantine.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, CommunityKind, MemberId, MessageId, MessageKind};
use crate::domain::message::Status;
use crate::switchboard::{self, MessageOrigin, MessageQuery};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    from: MemberId,
    to: MemberId,
    text: String,
    #[serde(default)]
    dry_run: bool,
}

/// `POST …/messages`: 202 once it is durable, 200 if its key had brought it in before. The answer says by
/// which way it goes. With `dry_run`: 200 and what would happen; nothing is written.
pub(crate) async fn send(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    req: HttpRequest,
    Json(new): Json<NewMessage>,
) -> Result<HttpResponse> {
    let (dry_run, new) = (
        new.dry_run,
        switchboard::NewMessage {
            from: new.from,
            to: new.to,
            text: new.text,
            idempotency_key: repeat::key(req.headers())?,
        },
    );
    if dry_run {
        return Ok(HttpResponse::Ok().json(state.board.rehearse(community.0, new).await?));
    }
    let (message, is_new) = state.board.send_foretold(community.0, new).await?;
    Ok(match is_new {
        true => HttpResponse::Accepted().json(message),
        false => {
            let mut answer = HttpResponse::Ok().json(message);
            repeat::replayed(&mut answer);
            answer
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    member: Option<MemberId>,
    contact: Option<MemberId>,
    status: Option<Status>,
    origin: Option<MessageOrigin>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<MessageId>>,
}

async fn found(
    state: &ApiState,
    community: CommunityId,
    query: MessageQuery,
    limit: Limit,
    cursor: Option<Cursor<MessageId>>,
) -> Result<HttpResponse> {
    let before = cursor.map(|c| c.0);
    let found = state
        .board
        .messages_like(community, query, before, limit.fetch())
        .await?;
    Ok(page(found, limit, |m| m.id))
}

/// `GET …/messages`: newest first.
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let query = MessageQuery {
        member: filter.member,
        contact: filter.contact,
        status: filter.status,
        origin: filter.origin,
        since: filter.since,
        until: filter.until,
    };
    found(&state, community.0, query, filter.limit, filter.cursor).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuarantineFilter {
    member: Option<MemberId>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<MessageId>>,
}

/// `GET …/quarantine`: what reached nobody because its pair was released, newest first.
pub(crate) async fn quarantine(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(QuarantineFilter {
        member,
        limit,
        cursor,
    }): Query<QuarantineFilter>,
) -> Result<HttpResponse> {
    let query = MessageQuery {
        member,
        status: Some(Status::Quarantined),
        ..MessageQuery::default()
    };
    found(&state, community.0, query, limit, cursor).await
}

/// `GET …/quarantine/{message}`
pub(crate) async fn held(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    let found = state.board.message(community.0, message.0).await?;
    match found.status {
        Status::Quarantined => Ok(HttpResponse::Ok().json(found)),
        _ => Err(Problem::not_found("message in quarantine", message.0)),
    }
}

/// `GET …/messages/{message}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.message(community.0, message.0).await?))
}
