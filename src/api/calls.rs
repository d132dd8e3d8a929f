//! Calls: made by apps, listed, looked at step by step, ended.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::Timestamp;
use crate::domain::call::{Cause, State};
use crate::domain::id::{CallId, CallKind, CommunityKind, MemberId};
use crate::switchboard::{self, Call, CallDetail, CallQuery};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCall {
    /// The member in whose name; their phone rings first.
    from: MemberId,
    /// Their contact, whose phone rings once the member has answered.
    to: MemberId,
}

/// `POST …/calls`: 202 once it is recorded and under way.
#[utoipa::path(
    post, path = "/v1/communities/{community}/calls", operation_id = "place_call", tag = "Calls",
    summary = "Make a call in a member's name",
    description = "Rings the member's phone, which shows the number that stands for the contact; when the member answers, the contact's phone rings and shows the number that stands for the member. Follow it by the events `call.ringing`, `call.answered` and `call.ended`, or ask for the call.",
    request_body = NewCall,
    responses(
        (status = 202, description = "Under way.", body = Call),
    ),
    extensions(("x-problems" = json!(["no_contact", "pair_blocked", "sender_opted_out", "recipient_opted_out", "awaiting_acceptance", "no_device", "sender_frozen", "recipient_frozen", "no_voice", "no_trunk", "overloaded", "blocked_by_sender", "blocked_by_recipient"]))),
)]
pub(crate) async fn place(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewCall>,
) -> Result<HttpResponse> {
    let new = switchboard::NewCall {
        from: new.from,
        to: new.to,
    };
    Ok(HttpResponse::Accepted().json(state.board.place_call(community.0, new).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those from or to this member.
    member: Option<MemberId>,
    /// With `member`: those between the two.
    contact: Option<MemberId>,
    /// Those that stand there.
    state: Option<State>,
    /// Those that ended so.
    cause: Option<Cause>,
    /// Those since this instant.
    since: Option<Timestamp>,
    /// Those before this instant.
    until: Option<Timestamp>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<CallId>>,
}

/// `GET …/calls`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/calls", operation_id = "list_calls", tag = "Calls",
    summary = "List calls",
    description = "With `member`, those from or to that member. Of a stranger's calls to one number one an hour is kept.",
    params(Filter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Call>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let query = CallQuery {
        member: filter.member,
        contact: filter.contact,
        state: filter.state,
        cause: filter.cause,
        since: filter.since,
        until: filter.until,
    };
    let (before, limit) = (filter.cursor.map(|c| c.0), filter.limit);
    let found = state
        .board
        .calls(community.0, query, before, limit.fetch())
        .await?;
    let found = found.into_iter().map(|call| who.shown(call)).collect();
    Ok(page(found, limit, |call: &Call| call.id))
}

/// `GET …/calls/{call}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/calls/{call}", operation_id = "get_call", tag = "Calls",
    summary = "Get a call",
    description = "With every step of both legs: while it goes on those until now, where the node that is asked has the call.",
    responses(
        (status = 200, description = "The call as it stands.", body = CallDetail),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    call: At<CallKind>,
) -> Result<HttpResponse> {
    let found = state.board.call(community.0, call.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(found)))
}

/// `POST …/calls/{call}/hang_up`
#[utoipa::path(
    post, path = "/v1/communities/{community}/calls/{call}/hang_up", operation_id = "hang_up_call", tag = "Calls",
    summary = "End a call",
    description = "Ends a call that rings or goes on, whoever made it. The answer is the call as it stood; `call.ended` follows, where another node has the call within seconds.",
    responses(
        (status = 202, description = "It is being ended.", body = Call),
    ),
    extensions(("x-problems" = json!(["call_ended"]))),
)]
pub(crate) async fn hang_up(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    call: At<CallKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Accepted().json(state.board.hang_up_call(community.0, call.0).await?))
}
