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
use crate::domain::id::{CommunityId, CommunityKind, MemberId, MessageId, MessageKind};
use crate::domain::message::Status;
use crate::switchboard;

/// The header under which an app repeats a message without sending another.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const MAX_KEY_BYTES: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    from: MemberId,
    to: MemberId,
    text: String,
}

fn idempotency_key(req: &HttpRequest) -> Result<Option<String>> {
    let mut values = req.headers().get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.as_bytes();
    let is_sane = (1..=MAX_KEY_BYTES).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    match (is_sane, values.next()) {
        (true, None) => Ok(Some(String::from_utf8_lossy(key).into_owned())),
        _ => Err(Problem::malformed(
            "bad_idempotency_key",
            format!("the header {IDEMPOTENCY_KEY} must be given once, with 1 to {MAX_KEY_BYTES} visible ASCII characters and no blanks"),
        )
        .field(IDEMPOTENCY_KEY)),
    }
}

/// `POST …/messages`: 202 once it is durable, 200 if its key had brought it in before.
pub(crate) async fn send(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    req: HttpRequest,
    Json(new): Json<NewMessage>,
) -> Result<HttpResponse> {
    let new = switchboard::NewMessage {
        from: new.from,
        to: new.to,
        text: new.text,
        idempotency_key: idempotency_key(&req)?,
    };
    let (message, is_new) = state.board.send(community.0, new).await?;
    Ok(match is_new {
        true => HttpResponse::Accepted().json(message),
        false => HttpResponse::Ok().json(message),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    member: Option<MemberId>,
    status: Option<Status>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<MessageId>>,
}

async fn found(
    state: &ApiState,
    community: CommunityId,
    filter: Filter,
    status: Option<Status>,
) -> Result<HttpResponse> {
    let before = filter.cursor.map(|c| c.0);
    let limit = filter.limit.fetch();
    let found = state
        .board
        .messages(community, filter.member, status, before, limit)
        .await?;
    Ok(page(found, filter.limit, |m| m.id))
}

/// `GET …/messages`: newest first.
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let status = filter.status;
    found(&state, community.0, filter, status).await
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
    let filter = Filter {
        member,
        status: None,
        limit,
        cursor,
    };
    found(&state, community.0, filter, Some(Status::Quarantined)).await
}

/// `GET …/messages/{message}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.message(community.0, message.0).await?))
}
