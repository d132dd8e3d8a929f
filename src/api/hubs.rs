//! Members known to nearly as many people as there are numbers, or to more, who are reached through hubs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, MemberId};
use crate::switchboard::views::HubContact;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MemberId>>,
}

/// `GET …/hubs`
#[utoipa::path(
    get, path = "/v1/communities/{community}/hubs", operation_id = "list_hub_contacts", tag = "Numbers",
    summary = "List hub contacts",
    description = "Members whose tables were nearly full when one more was added, and those who are reached through hubs, as they are now. A hub is a number whose `hub` is true; the policy `overflow` lets those who add a member with a full table come there, each with a tag.",
    params(Filter),
    responses(
        (status = 200, description = "A page, in the order of the members' ids.", body = Page<HubContact>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let after = filter.cursor.map(|c| c.0);
    let limit = filter.limit.fetch();
    let found = state.board.hub_contacts(community.0, after, limit).await?;
    Ok(page(found, filter.limit, |one| one.member))
}
