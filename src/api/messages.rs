//! Messages: sent by apps, listed, looked at; and the quarantine.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::openapi::RehearsedOrSent;
use super::page::{Cursor, Limit, Page, page_of_window};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::Query;
use super::repeat;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, CommunityKind, MemberId, MessageId, MessageKind};
use crate::domain::message::Status;
use crate::switchboard::{self, Foretold, MessageOrigin, MessageQuery, MessageStep, views, words};

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
    /// May go outside the recipient's texting hours, where the policy `urgent_texts` allows it. It overtakes what waits.
    #[serde(default)]
    urgent: bool,
    /// Say what would happen; write and send nothing.
    #[serde(default)]
    dry_run: bool,
}

/// `POST …/messages`: 202 once it is durable, 200 if its key had brought it in before. The answer says by
/// which way it goes. With `dry_run`: 200 and what would happen; nothing is written.
#[utoipa::path(
    post, path = "/v1/communities/{community}/messages", operation_id = "send_message", tag = "Messages",
    summary = "Send a text in a member's name",
    description = "Goes to the contact's phone from the number that stands for the member there. The answer comes once the text is durable, and says by which way it goes; ask for the message to see what became of it. With `dry_run` nothing is sent.\n\nRepeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.",
    request_body = NewMessage,
    responses(
        (status = 202, description = "Accepted: the text is durable and on its way.", body = Foretold),
        (status = 200, description = "With `dry_run`, what would happen; else the message that the same `Idempotency-Key` brought in before.", body = RehearsedOrSent),
    ),
    extensions(("x-problems" = json!(["no_contact", "pair_blocked", "sender_opted_out", "recipient_opted_out", "awaiting_acceptance", "no_device", "recipient_frozen", "overloaded", "blocked_by_sender", "blocked_by_recipient", "not_opted_in", "urgent_not_allowed"]))),
)]
pub(crate) async fn send(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    req: HttpRequest,
    Json(new): Json<NewMessage>,
) -> Result<HttpResponse> {
    let (dry_run, new) = (
        new.dry_run,
        switchboard::NewMessage {
            from: new.from,
            to: new.to,
            text: new.text,
            urgent: new.urgent,
            idempotency_key: repeat::key(req.headers())?,
        },
    );
    if dry_run {
        return Ok(HttpResponse::Ok().json(state.board.rehearse(community.0, new).await?));
    }
    let (message, is_new) = state.board.send_foretold(community.0, new).await?;
    let message = who.shown(message);
    Ok(match is_new {
        true => HttpResponse::Accepted().json(message),
        false => {
            let mut answer = HttpResponse::Ok().json(message);
            repeat::replayed(&mut answer);
            answer
        }
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those from or to this member.
    member: Option<MemberId>,
    /// With `member`: those between the two.
    contact: Option<MemberId>,
    /// Those of this status.
    status: Option<Status>,
    /// Those that came from there.
    #[param(value_type = Option<words::OriginWord>, inline)]
    origin: Option<MessageOrigin>,
    /// Those since this instant.
    since: Option<Timestamp>,
    /// Those before this instant.
    until: Option<Timestamp>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MessageId>>,
}

async fn found(
    state: &ApiState,
    who: &Who,
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
    let found = found.map(|message| Ok::<_, Problem>(who.shown(message)))?;
    Ok(page_of_window(found, limit, |m| m.id))
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
    who: Who,
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
    found(&state, &who, community.0, query, filter.limit, filter.cursor).await
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
    who: Who,
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
    found(&state, &who, community.0, query, limit, cursor).await
}

/// `GET …/quarantine/{message}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/quarantine/{message}", operation_id = "get_quarantined", tag = "Messages",
    summary = "Get a message in quarantine",
    responses(
        (status = 200, description = "The message.", body = views::Message),
    ),
)]
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
#[utoipa::path(
    get, path = "/v1/communities/{community}/messages/{message}", operation_id = "get_message", tag = "Messages",
    summary = "Get a message",
    responses(
        (status = 200, description = "The message as it stands.", body = views::Message),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    let found = state.board.message(community.0, message.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(found)))
}

/// What is known of a text's way.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageSteps {
    /// The steps, in the order of time.
    data: Vec<MessageStep>,
}

/// `GET …/messages/{message}/steps`
#[utoipa::path(
    get, path = "/v1/communities/{community}/messages/{message}/steps", operation_id = "list_message_steps", tag = "Messages",
    summary = "See every step of a text",
    description = "Its acceptance, what the rules made of it, what held it, the carrier's taking it and what the carrier said of each part, what became of it, and which apps were told; as far as it is kept.",
    responses(
        (status = 200, description = "The steps, in the order of time.", body = MessageSteps),
    ),
)]
pub(crate) async fn steps(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    let data = state.board.message_steps(community.0, message.0).await?;
    Ok(HttpResponse::Ok().json(MessageSteps { data }))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = QuarantineRelease)]
#[serde(deny_unknown_fields)]
pub(crate) struct Releasing {
    /// Make the pair again first, where it is not one.
    #[serde(default)]
    re_pair: bool,
}

/// `POST …/quarantine/{message}/release`
#[utoipa::path(
    post, path = "/v1/communities/{community}/quarantine/{message}/release", operation_id = "release_quarantined", tag = "Messages",
    summary = "Let a held text go",
    description = "It goes to the contact for whom the number stood when the text came, and to nobody else; with its whole deadline again. The two must be contacts, so that it can be answered: `re_pair` makes them so.",
    request_body = Releasing,
    responses(
        (status = 200, description = "The message, on its way.", body = views::Message),
    ),
    extensions(("x-problems" = json!(["no_contact", "pair_blocked", "sender_opted_out", "recipient_opted_out", "awaiting_acceptance", "no_device", "recipient_frozen", "table_full", "received_cap_full", "opted_out", "not_opted_in", "text_gone"]))),
)]
pub(crate) async fn release(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    message: At<MessageKind>,
    Json(asked): Json<Releasing>,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    let released = board
        .release_quarantined(community.0, message.0, asked.re_pair)
        .await?;
    Ok(HttpResponse::Ok().json(released))
}

/// `POST …/quarantine/{message}/discard`
#[utoipa::path(
    post, path = "/v1/communities/{community}/quarantine/{message}/discard", operation_id = "discard_quarantined", tag = "Messages",
    summary = "Discard a held text",
    description = "It ends as `blocked`, with the reason `discarded`, and reaches nobody.",
    responses(
        (status = 200, description = "The message as it ended.", body = views::Message),
    ),
)]
pub(crate) async fn discard(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    message: At<MessageKind>,
) -> Result<HttpResponse> {
    let board = who.board(&state);
    let ended = board.discard_quarantined(community.0, message.0).await?;
    Ok(HttpResponse::Ok().json(ended))
}
