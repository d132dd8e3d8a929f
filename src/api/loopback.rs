//! The loopback carrier's virtual phones, where it is on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

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

fn phones(state: &ApiState) -> Result<&dyn VirtualPhones> {
    state.phones.as_deref().ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "loopback_off",
            "the loopback carrier is off; switch it on with `enabled = true` in the section `loopback`, or \
             PARTYLINE__LOOPBACK__ENABLED=true, and start the broker again",
        )
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewText {
    to: E164,
    text: String,
}

/// What became of a text.
#[derive(Serialize)]
struct Taken {
    id: MessageId,
    verdict: &'static str,
    reason: Option<Reason>,
}

/// `POST /v1/loopback/phones/{phone}/texts`: sends from that phone.
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

#[derive(Serialize)]
struct Inbox {
    data: Vec<ReceivedText>,
    next_cursor: Option<String>,
}

/// `GET /v1/loopback/phones/{phone}/texts`: what that phone received, newest last.
pub(crate) async fn inbox(state: Data<ApiState>, phone: AtPhone, _: Query<NoParams>) -> Result<HttpResponse> {
    let data = phones(&state)?.inbox(phone.0);
    Ok(HttpResponse::Ok().json(Inbox {
        data,
        next_cursor: None,
    }))
}
