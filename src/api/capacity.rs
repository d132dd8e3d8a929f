//! How far the pools go: who has how much room, who runs out when, and what a change would bring.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::json::Json;
use super::numbers::region;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, MemberId, NumberId};
use crate::domain::pool::Capabilities;
use crate::switchboard::{self, Capacity, CapacityPlace, MemberCapacity, WhatIfResult};

/// `GET …/capacity`
#[utoipa::path(
    get, path = "/v1/communities/{community}/capacity", operation_id = "get_capacity", tag = "Capacity",
    summary = "Say how far the numbers go",
    description = "How full members' tables are, who runs out first and when, and how many numbers are needed now and in 30, 90 and 365 days. Room is counted by the rule by which a contact's number is chosen; forecasts go by the last 90 days. Of a community of millions it takes some seconds, and is up to a minute old.",
    responses(
        (status = 200, description = "What was counted, and what is foreseen.", body = Capacity),
    ),
    extensions(("x-problems" = json!(["overloaded"]))),
)]
pub(crate) async fn summary(state: Data<ApiState>, community: At<CommunityKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.capacity(community.0).await?))
}

/// A member's place among the fullest.
#[derive(Clone, Copy)]
pub(crate) struct Place(CapacityPlace);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (room, member) = self.0;
        write!(f, "{room}/{member}")
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (room, member) = text.split_once('/').ok_or(())?;
        let member: MemberId = member.parse().map_err(drop)?;
        Ok(Self((room.parse().map_err(drop)?, member)))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Place>>,
}

/// A member's room with the place, which stays inside.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    view: MemberCapacity,
    #[serde(skip)]
    place: CapacityPlace,
}

/// `GET …/capacity/members`
#[utoipa::path(
    get, path = "/v1/communities/{community}/capacity/members", operation_id = "list_capacity_members", tag = "Capacity",
    summary = "List members by how full they are",
    description = "Those with the least room first. The order is that of the moment: who makes or lets go of contacts while you turn the pages may come twice, or not at all.",
    params(Filter),
    responses(
        (status = 200, description = "A page, the fullest first.", body = Page<MemberCapacity>),
    ),
    extensions(("x-problems" = json!(["overloaded"]))),
)]
pub(crate) async fn members(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let after = filter.cursor.map(|cursor| cursor.0.0);
    let most = usize::try_from(filter.limit.fetch()).unwrap_or(1);
    let found = state.board.capacity_members(community.0, after, most).await?;
    let rows = found.into_iter().map(|(view, place)| Row { view, place });
    Ok(page(rows.collect(), filter.limit, |row| Place(row.place)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedNumbers {
    /// How many.
    #[schema(minimum = 0, maximum = 100_000, example = 10)]
    count: u32,
    /// Their country by two letters; of no region if absent.
    #[schema(example = "US", pattern = "^[A-Za-z]{2}$")]
    region: Option<String>,
    /// What they can carry; texts and calls if absent.
    capabilities: Option<Capabilities>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = CapacityChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Numbers that are added.
    #[serde(default)]
    #[schema(max_items = 20)]
    add_numbers: Vec<AddedNumbers>,
    /// So many contacts more for everybody.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000, example = 5)]
    more_contacts: u32,
    /// Numbers that take no new pairs any more, and keep those that they have.
    #[serde(default)]
    #[schema(max_items = 2_500)]
    retire: Vec<NumberId>,
}

/// `POST …/capacity/what_if`
#[utoipa::path(
    post, path = "/v1/communities/{community}/capacity/what_if", operation_id = "what_if_capacity", tag = "Capacity",
    summary = "Say what a change would bring",
    description = "More numbers, more contacts for everybody, numbers that take no new pairs: what of it you say is reckoned with, and nothing is changed.",
    request_body = Change,
    responses(
        (status = 200, description = "As it is, and as it would be.", body = WhatIfResult),
    ),
    extensions(("x-problems" = json!(["answer_not_kept", "overloaded"]))),
)]
pub(crate) async fn what_if(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(change): Json<Change>,
) -> Result<HttpResponse> {
    let added = |numbers: AddedNumbers| {
        Ok(switchboard::AddedNumbers {
            count: numbers.count as usize,
            region: region(numbers.region)?,
            capabilities: numbers.capabilities.unwrap_or_else(Capabilities::usual),
        })
    };
    let change = switchboard::WhatIf {
        add: change.add_numbers.into_iter().map(added).collect::<Result<_>>()?,
        more_contacts: change.more_contacts as usize,
        retire: change.retire,
    };
    let result = state.board.capacity_what_if(community.0, change).await?;
    Ok(HttpResponse::Ok().json(result))
}
