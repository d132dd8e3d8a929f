//! Messages: sent by apps, listed, looked at; and the quarantine.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use crate::domain::id::{CommunityId, CommunityKind, MemberId, MessageId, MessageKind};
use crate::domain::message::Status;
use crate::switchboard::{self, views};

/// The header under which an app repeats a message without sending another.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const MAX_KEY_BYTES: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// The member in whose name.
    from: MemberId,
    /// Their contact.
    to: MemberId,
    /// The text, up to the policy's `max_text_chars`.
    #[schema(min_length = 1, example = "Are you coming?")]
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
#[utoipa::path(
    post, path = "/v1/communities/{community}/messages", operation_id = "send_message", tag = "Messages",
    summary = "Send a text in a member's name",
    description = "Goes to the contact's phone from the number that stands for the member there. The answer comes once the text is durable; ask for the message to see what became of it.\n\nRepeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.",
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of your own for this text: 1 to 200 visible ASCII characters. The same key brings back the same message.", min_length = 1, max_length = 200, pattern = "^[!-~]+$", example = "order-4711")),
    request_body = NewMessage,
    responses(
        (status = 202, description = "Accepted: the text is durable and on its way.", body = views::Message),
        (status = 200, description = "The message that the same `Idempotency-Key` brought in before.", body = views::Message),
    ),
    extensions(("x-problems" = json!(["bad_idempotency_key", "idempotency_key_reused", "no_contact", "pair_blocked", "sender_opted_out", "recipient_opted_out", "awaiting_acceptance", "no_device", "overloaded"]))),
)]
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those from or to this member.
    member: Option<MemberId>,
    /// Those of this status.
    status: Option<Status>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
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
#[utoipa::path(
    get, path = "/v1/communities/{community}/messages", operation_id = "list_messages", tag = "Messages",
    summary = "List messages",
    description = "With `member`, those from or to that member; with `status`, those that stand there.",
    params(Filter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<views::Message>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let status = filter.status;
    found(&state, community.0, filter, status).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuarantineFilter {
    /// Those from or to this member.
    member: Option<MemberId>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MessageId>>,
}

/// `GET …/quarantine`: what reached nobody because its pair was released, newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/quarantine", operation_id = "list_quarantine", tag = "Messages",
    summary = "List what is held in quarantine",
    description = "Texts that reached nobody because the pair behind the number was released.",
    params(QuarantineFilter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<views::Message>),
    ),
)]
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
#[utoipa::path(
    get, path = "/v1/communities/{community}/messages/{message}", operation_id = "get_message", tag = "Messages",
    summary = "Get a message",
    responses(
        (status = 200, description = "The message as it stands.", body = views::Message),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.message(community.0, message.0).await?))
}
