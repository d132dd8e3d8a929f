//! What happened on pairs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityKind, MemberId, MessageId};
use crate::switchboard::MessageQuery;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    member: Option<MemberId>,
    contact: Option<MemberId>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<MessageId>>,
}

/// `GET …/interactions`: newest first.
pub(crate) async fn list(
    state: Data<ApiState>,
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
    Ok(page(found, limit, |i| i.id))
}
