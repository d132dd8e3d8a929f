//! What happened on pairs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use super::auth::Who;
use super::page::{Cursor, Limit, Page, page_of_part};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityKind, MemberId};
use crate::switchboard::{Interaction, InteractionId, MessageQuery};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those of this member.
    member: Option<MemberId>,
    /// With `member`: those between the two.
    contact: Option<MemberId>,
    /// Those since this instant.
    since: Option<Timestamp>,
    /// Those before this instant.
    until: Option<Timestamp>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<InteractionId>>,
}

/// `GET …/interactions`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/interactions", operation_id = "list_interactions", tag = "Interactions",
    summary = "List what happened on pairs",
    description = "Who reached whom, when, and how it ended; no texts and no numbers.",
    params(Filter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Interaction>),
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
        since: filter.since,
        until: filter.until,
        ..MessageQuery::default()
    };
    let (before, limit) = (filter.cursor.map(|c| c.0), filter.limit);
    let found = state
        .board
        .interactions(community.0, query, before, limit.fetch())
        .await?;
    let looked_to = found.looked_to.map(InteractionId::at);
    let rows = found.rows.into_iter().map(|row| who.shown(row)).collect();
    Ok(page_of_part(rows, looked_to, limit, |i: &Interaction| i.id))
}
