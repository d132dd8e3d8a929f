//! What would happen to a text, and why.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::path::At;
use super::problem::Result;
use super::query::{PhoneParam, Query};
use crate::domain::id::CommunityKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Numbers {
    from: PhoneParam,
    to: PhoneParam,
}

/// `GET …/resolve?from=+1…&to=+1…`
pub(crate) async fn resolve(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(numbers): Query<Numbers>,
) -> Result<HttpResponse> {
    state.board.community(community.0).await?;
    let decision = state
        .board
        .resolve(Some(community.0), numbers.from.0, numbers.to.0)
        .await?;
    Ok(HttpResponse::Ok().json(decision))
}
