//! Assignments: the contacts' rows as the pool has them.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::ApiState;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, IdError, MemberId, NumberId};
use crate::switchboard::views::AssignmentView;

/// A row's place in the order of the route key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub MemberId, pub NumberId);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl FromStr for Place {
    type Err = IdError;

    fn from_str(text: &str) -> std::result::Result<Self, IdError> {
        let (member, number) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self(member.parse()?, number.parse()?))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those of this member.
    member: Option<MemberId>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Place>>,
}

/// An assignment with its place, which stays inside.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    view: AssignmentView,
    #[serde(skip)]
    place: Place,
}

/// `GET …/assignments`
#[utoipa::path(
    get, path = "/v1/communities/{community}/assignments", operation_id = "list_assignments", tag = "Assignments",
    summary = "List assignments",
    description = "The rows behind the contacts, as the pools have them: to this member, this number is that contact. With `member`, those of one member.",
    params(Filter),
    responses(
        (status = 200, description = "A page, by member and number.", body = Page<AssignmentView>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let place = filter
        .cursor
        .map(|Cursor(Place(member, number))| (member, number));
    let limit = filter.limit.fetch();
    let found = state
        .board
        .assignments(community.0, filter.member, place, limit)
        .await?;
    let rows = found.into_iter().map(|(view, number)| Row {
        place: Place(view.member, number),
        view,
    });
    Ok(page(rows.collect(), filter.limit, |row| row.place))
}
