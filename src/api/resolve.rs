//! What would happen to a text, and why.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use super::auth::Who;
use super::path::At;
use super::problem::Result;
use super::query::{PhoneParam, Query};
use crate::domain::id::CommunityKind;
use crate::domain::{E164, Timestamp};
use crate::switchboard::Decision;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Numbers {
    /// The phone that would text. Write the plus as `%2B`; a bare plus is understood.
    #[param(value_type = E164)]
    from: PhoneParam,
    /// The pool number that it would text.
    #[param(value_type = E164, example = "+15005550101")]
    to: PhoneParam,
    /// Where `to` is a hub: the tag with which the text would begin, without its sign.
    #[param(minimum = 1, maximum = 9_999, example = 7)]
    tag: Option<u16>,
    /// The moment that is asked about, as RFC 3339; the present if absent.
    at: Option<Timestamp>,
}

/// `GET …/resolve?from=+1…&to=+1…`
#[utoipa::path(
    get, path = "/v1/communities/{community}/resolve", operation_id = "resolve", tag = "Resolve",
    summary = "Say what would happen to a text",
    description = "Runs the very decision that a text from the phone `from` to the pool number `to` would meet, and explains it. Nothing is sent. With `at`, what it would have met then, out of the history of the assignments: whose the numbers and phones were, what was blocked, stopped or pending. Policies and carriers are not part of it; before the history began the outcome is `unknown`. Not for keys of scope `app`, which do not learn whose a phone is.",
    params(Numbers),
    responses(
        (status = 200, description = "The decision, without any real number.", body = Decision),
    ),
)]
pub(crate) async fn resolve(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Query(numbers): Query<Numbers>,
) -> Result<HttpResponse> {
    who.may_name_phones()?;
    state.board.community(community.0).await?;
    let (from, to) = (numbers.from.0, numbers.to.0);
    let decision = match numbers.at {
        Some(at) => {
            let board = &state.board;
            board
                .resolve_tagged_at(Some(community.0), (from, to), numbers.tag, at)
                .await?
        }
        None => {
            state
                .board
                .resolve_tagged(Some(community.0), (from, to), numbers.tag)
                .await?
        }
    };
    Ok(HttpResponse::Ok().json(decision))
}
