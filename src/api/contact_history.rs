//! What became of a pair.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::ApiState;
use super::page::{Cursor, Page, Paging, page};
use super::path::{At, AtContact};
use super::problem::Result;
use super::query::Query;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityKind, MemberKind};
use crate::switchboard::{AssignmentChanged, HistoryPlace};

/// A place in the history of a pair.
#[derive(Clone, Copy)]
pub(crate) struct Place(HistoryPlace);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", (self.0.0).0, self.0.1)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let (at, id) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self((Timestamp(at.parse()?), id.parse()?)))
    }
}

/// A change with its place, which stays inside.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    view: AssignmentChanged,
    #[serde(skip)]
    place: Place,
}

/// `GET …/contacts/{contact}/history`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/contacts/{contact}/history", operation_id = "list_contact_history", tag = "Contacts",
    summary = "List what became of a pair",
    description = "Every change of the pair's two assignments: when, why, by whom, and how the row was from then on. A pair that was released has its history still; name it by the contact's member id, or by the contact's old id. Kept for ever, or as the policy `history_kept_s` says.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<AssignmentChanged>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
    Query(paging): Query<Paging<Place>>,
) -> Result<HttpResponse> {
    let before = paging.cursor.map(|Cursor(Place(place))| place);
    let found = state
        .board
        .pair_history(community.0, member.0, contact.0, before, paging.limit.fetch())
        .await?;
    let rows = found.into_iter().map(|(view, place)| Changed {
        view,
        place: Place(place),
    });
    Ok(page(rows.collect(), paging.limit, |row| row.place))
}
