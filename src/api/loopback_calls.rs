//! Calls of the loopback carrier's virtual phones, where it is on and calls are served.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiState;
use super::json::Json;
use super::loopback::phones;
use super::path::{At, AtPhone};
use super::problem::{Problem, Result};
use super::query::{NoParams, Query};
use crate::domain::E164;
use crate::domain::id::LegKind;
use crate::switchboard::phones::{Answering, LineAct, LineError, PhoneCall, VirtualLines};

/// The phones, where they can call.
fn lines(state: &ApiState) -> Result<&dyn VirtualLines> {
    phones(state)?.lines().ok_or_else(|| {
        let why = "the settings have a trunk by which calls leave, or by which callers of the phones' address come in; \
                   set `outbound = false`, let others in by `allow`, or remove it";
        let detail = format!(
            "virtual phones make no calls here: either nothing listens for calls (`sip.listen` is empty), or {why}, and \
             start the broker again"
        );
        Problem::new(StatusCode::NOT_FOUND, "loopback_calls_off", detail)
    })
}

impl From<LineError> for Problem {
    fn from(error: LineError) -> Self {
        let said = error.to_string();
        match error {
            LineError::NoSuchCall { .. } => Self::new(StatusCode::NOT_FOUND, "not_found", said),
            LineError::Over(_) => Self::new(StatusCode::CONFLICT, "call_ended", said),
            LineError::NotRinging(_) => Self::new(StatusCode::CONFLICT, "not_ringing", said),
            LineError::Engaged(_) => Self::new(StatusCode::CONFLICT, "phone_engaged", said),
            LineError::NoRoom => Self::new(StatusCode::CONFLICT, "too_many_phone_calls", said),
            LineError::Stopping => Self::unavailable("overloaded", said),
        }
    }
}

/// The longest talk that can be asked for, in seconds.
const MOST_TALK_S: u32 = 14_400;

#[derive(Deserialize, ToSchema)]
#[schema(as = NewLoopbackCall)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCall {
    /// The pool number to dial.
    to: E164,
    /// Hang up after so many whole seconds of talk; null: when told to.
    #[schema(example = json!(null), minimum = 1, maximum = 14400)]
    #[serde(default)]
    talk_s: Option<u32>,
}

/// `POST /v1/loopback/phones/{phone}/calls`: dials from that phone.
#[utoipa::path(
    post, path = "/v1/loopback/phones/{phone}/calls", operation_id = "dial_from_loopback_phone", tag = "Loopback",
    summary = "Call from a virtual phone",
    description = "Dials a pool number by SIP, through the broker's own port, as a phone of the telephone network would: routing, masking, both legs and their sound are those of any call. The answer is its first moment; list the phone's calls to see it ring.",
    request_body = NewCall,
    responses(
        (status = 202, description = "It dials.", body = PhoneCall),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off", "phone_engaged", "too_many_phone_calls", "overloaded"]))),
)]
pub(crate) async fn dial(
    state: Data<ApiState>,
    phone: AtPhone,
    new: Result<Json<NewCall>>,
) -> Result<HttpResponse> {
    let (lines, Json(new)) = (lines(&state)?, new?);
    if let Some(talk_s) = new.talk_s.filter(|talk_s| !(1..=MOST_TALK_S).contains(talk_s)) {
        let detail = format!("`talk_s` is {talk_s}; allowed are 1 to {MOST_TALK_S} seconds, or none");
        return Err(Problem::invalid("talk_s", detail));
    }
    Ok(HttpResponse::Accepted().json(lines.dial(phone.0, new.to, new.talk_s)?))
}

#[derive(Serialize, ToSchema)]
#[schema(as = LoopbackCalls)]
struct Calls {
    /// The calls.
    data: Vec<PhoneCall>,
    /// Always null: the list is whole.
    #[schema(example = json!(null))]
    next_cursor: Option<String>,
}

/// `GET /v1/loopback/phones/{phone}/calls`: that phone's calls, newest last.
#[utoipa::path(
    get, path = "/v1/loopback/phones/{phone}/calls", operation_id = "list_loopback_calls", tag = "Loopback",
    summary = "List a virtual phone's calls",
    description = "The latest, in memory: a restart forgets them. `number` is what the phone dialled, or what its display shows; `call` is the broker's record of both legs.",
    responses(
        (status = 200, description = "Its latest calls, newest last.", body = Calls),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off", "bad_query", "invalid"]))),
)]
pub(crate) async fn list(state: Data<ApiState>, phone: AtPhone, _: Query<NoParams>) -> Result<HttpResponse> {
    let data = lines(&state)?.calls(phone.0);
    Ok(HttpResponse::Ok().json(Calls {
        data,
        next_cursor: None,
    }))
}

fn act(state: &ApiState, phone: AtPhone, leg: At<LegKind>, act: LineAct) -> Result<HttpResponse> {
    Ok(HttpResponse::Accepted().json(lines(state)?.act(phone.0, leg.0, act)?))
}

/// `POST /v1/loopback/phones/{phone}/calls/{leg}/answer`
#[utoipa::path(
    post, path = "/v1/loopback/phones/{phone}/calls/{leg}/answer", operation_id = "answer_loopback_call", tag = "Loopback",
    summary = "Answer a call on a virtual phone",
    description = "Takes an incoming call that rings on this phone. Sound goes both ways from then on.",
    responses(
        (status = 202, description = "It is answered.", body = PhoneCall),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off", "call_ended", "not_ringing", "too_many_phone_calls"]))),
)]
pub(crate) async fn answer(
    state: Data<ApiState>,
    phone: AtPhone,
    leg: Result<At<LegKind>>,
) -> Result<HttpResponse> {
    lines(&state)?;
    act(&state, phone, leg?, LineAct::Answer)
}

/// `POST /v1/loopback/phones/{phone}/calls/{leg}/decline`
#[utoipa::path(
    post, path = "/v1/loopback/phones/{phone}/calls/{leg}/decline", operation_id = "decline_loopback_call", tag = "Loopback",
    summary = "Decline a call on a virtual phone",
    description = "Turns an incoming call away that rings on this phone.",
    responses(
        (status = 202, description = "It is declined.", body = PhoneCall),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off", "call_ended", "not_ringing"]))),
)]
pub(crate) async fn decline(
    state: Data<ApiState>,
    phone: AtPhone,
    leg: Result<At<LegKind>>,
) -> Result<HttpResponse> {
    lines(&state)?;
    act(&state, phone, leg?, LineAct::Decline)
}

/// `POST /v1/loopback/phones/{phone}/calls/{leg}/hang_up`
#[utoipa::path(
    post, path = "/v1/loopback/phones/{phone}/calls/{leg}/hang_up", operation_id = "hang_up_loopback_call", tag = "Loopback",
    summary = "Hang up on a virtual phone",
    description = "Ends the call, or gives up while the other phone rings. An incoming call that rings is declined.",
    responses(
        (status = 202, description = "It is over.", body = PhoneCall),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off", "call_ended"]))),
)]
pub(crate) async fn hang_up(
    state: Data<ApiState>,
    phone: AtPhone,
    leg: Result<At<LegKind>>,
) -> Result<HttpResponse> {
    lines(&state)?;
    act(&state, phone, leg?, LineAct::HangUp)
}

/// A virtual phone.
#[derive(Serialize, ToSchema)]
#[schema(as = LoopbackPhone)]
struct Phone {
    /// What it does when it is called.
    answering: Answering,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = LoopbackPhonePatch)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneEdit {
    /// What it is to do when it is called.
    answering: Answering,
}

/// `GET /v1/loopback/phones/{phone}`
#[utoipa::path(
    get, path = "/v1/loopback/phones/{phone}", operation_id = "get_loopback_phone", tag = "Loopback",
    summary = "Get what a virtual phone does when it is called",
    description = "It rings until somebody answers, unless it was told otherwise.",
    responses(
        (status = 200, description = "The phone.", body = Phone),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off"]))),
)]
pub(crate) async fn show(state: Data<ApiState>, phone: AtPhone) -> Result<HttpResponse> {
    let answering = lines(&state)?.answering(phone.0);
    Ok(HttpResponse::Ok().json(Phone { answering }))
}

/// `PATCH /v1/loopback/phones/{phone}`
#[utoipa::path(
    patch, path = "/v1/loopback/phones/{phone}", operation_id = "edit_loopback_phone", tag = "Loopback",
    summary = "Say what a virtual phone does when it is called",
    description = "It rings until a person answers (`person`), answers by itself after a second (`auto`), declines, or is busy. A restart forgets it.",
    request_body = PhoneEdit,
    responses(
        (status = 200, description = "The phone as it is now.", body = Phone),
    ),
    extensions(("x-problems" = json!(["loopback_off", "loopback_calls_off"]))),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    phone: AtPhone,
    edit: Result<Json<PhoneEdit>>,
) -> Result<HttpResponse> {
    let (lines, Json(edit)) = (lines(&state)?, edit?);
    lines.set_answering(phone.0, edit.answering);
    Ok(HttpResponse::Ok().json(Phone {
        answering: edit.answering,
    }))
}
