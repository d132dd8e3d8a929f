//! The loopback carrier's virtual phones, where it is on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::json::Json;
use super::path::AtPhone;
use super::problem::{Problem, Result};
use super::query::{NoParams, Query};
use crate::domain::E164;
use crate::domain::id::MessageId;
use crate::domain::message::Reason;
use crate::switchboard::outlet::Verdict;
use crate::switchboard::phones::{ReceivedText, VirtualPhones};
use crate::switchboard::words::VerdictWord;

pub(super) fn phones(state: &ApiState) -> Result<&dyn VirtualPhones> {
    state.phones.as_deref().ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "loopback_off",
            "the loopback carrier is off; switch it on with `enabled = true` in the section `loopback`, or \
             PARTYLINE__LOOPBACK__ENABLED=true, and start the broker again",
        )
    })
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewLoopbackText)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewText {
    /// The pool number.
    to: E164,
    /// The text.
    #[schema(example = "On my way")]
    text: String,
}

/// What became of a text.
#[derive(Serialize, ToSchema)]
#[schema(as = LoopbackVerdict)]
struct Taken {
    /// The message that it became.
    id: MessageId,
    /// What the exchange made of it.
    #[schema(value_type = VerdictWord, inline)]
    verdict: &'static str,
    /// Why, when it was quarantined or refused.
    reason: Option<Reason>,
}

/// `POST /v1/loopback/phones/{phone}/texts`: sends from that phone.
#[utoipa::path(
    post, path = "/v1/loopback/phones/{phone}/texts", operation_id = "send_loopback_text", tag = "Loopback",
    summary = "Send a text from a virtual phone",
    description = "Where the loopback carrier is on, any number is a phone to try things out with. This texts a pool number from it.",
    request_body = NewText,
    responses(
        (status = 202, description = "What became of the text.", body = Taken),
    ),
    extensions(("x-problems" = json!(["loopback_off", "overloaded"]))),
)]
pub(crate) async fn send(
    state: Data<ApiState>,
    phone: AtPhone,
    new: Result<Json<NewText>>,
) -> Result<HttpResponse> {
    // First whether there are phones at all, then what is wrong with the text.
    let (phones, Json(new)) = (phones(&state)?, new?);
    let received = phones.send(phone.0, new.to, new.text).await?;
    let (verdict, reason) = match received.verdict {
        Verdict::Bridged => ("bridged", None),
        Verdict::Keyword => ("keyword", None),
        Verdict::Duplicate => ("duplicate", None),
        Verdict::Quarantined(reason) => ("quarantined", Some(reason)),
        Verdict::Refused { reason, .. } => ("refused", Some(reason)),
    };
    Ok(HttpResponse::Accepted().json(Taken {
        id: received.message,
        verdict,
        reason,
    }))
}

#[derive(Serialize, ToSchema)]
#[schema(as = LoopbackInbox)]
struct Inbox {
    /// The texts.
    data: Vec<ReceivedText>,
    /// Always null: the list is whole.
    #[schema(example = json!(null))]
    next_cursor: Option<String>,
}

/// `GET /v1/loopback/phones/{phone}/texts`: what that phone received, newest last.
#[utoipa::path(
    get, path = "/v1/loopback/phones/{phone}/texts", operation_id = "list_loopback_texts", tag = "Loopback",
    summary = "List what a virtual phone received",
    description = "The latest, in memory: a restart forgets them.",
    responses(
        (status = 200, description = "All texts that it received, newest last.", body = Inbox),
    ),
    extensions(("x-problems" = json!(["loopback_off", "bad_query", "invalid"]))),
)]
pub(crate) async fn inbox(state: Data<ApiState>, phone: AtPhone, _: Query<NoParams>) -> Result<HttpResponse> {
    let data = phones(&state)?.inbox(phone.0);
    Ok(HttpResponse::Ok().json(Inbox {
        data,
        next_cursor: None,
    }))
}
