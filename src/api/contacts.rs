//! Contacts of a member: who stands behind which number on their phone.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page_of_part};
use super::path::{At, AtContact};
use super::problem::Result;
use super::query::{Flag, Query};
use crate::domain::assignment::Origin;
use crate::domain::id::{CommunityKind, MemberId, MemberKind};
use crate::switchboard::{ContactQuery, views};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    /// The member or guest who becomes the contact.
    contact: MemberId,
}

/// `POST …/contacts`: 201 for a new pair, 200 for one that was there already.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/contacts", operation_id = "create_contact", tag = "Contacts",
    summary = "Add a contact",
    description = "Assigns a pool number in both directions at once: `number` is the contact on the member's phone, `mirror_number` the member on the contact's phone. Nothing is assigned unless both can be.",
    request_body = NewContact,
    responses(
        (status = 201, description = "A new pair.", body = views::Contact),
        (status = 200, description = "The pair was there already.", body = views::Contact),
    ),
    extensions(("x-problems" = json!(["table_full", "received_cap_full", "opted_out", "no_device", "blocked_by_sender", "blocked_by_recipient"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewContact>,
) -> Result<HttpResponse> {
    let (contact, created) = who
        .board(&state)
        .add_contact(community.0, member.0, new.contact)
        .await?;
    Ok(match created {
        true => HttpResponse::Created().json(contact),
        false => HttpResponse::Ok().json(contact),
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// The pair with this member.
    contact: Option<MemberId>,
    /// Chosen by the member, or received.
    origin: Option<Origin>,
    /// Those that wait for acceptance, or not.
    #[param(value_type = Option<bool>)]
    pending: Option<Flag>,
    /// Those that are blocked, or not.
    #[param(value_type = Option<bool>)]
    blocked: Option<Flag>,
    /// Those that the member's phone has stopped, or not.
    #[param(value_type = Option<bool>)]
    stopped: Option<Flag>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MemberId>>,
}

/// `GET …/contacts`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/contacts", operation_id = "list_contacts", tag = "Contacts",
    summary = "List the contacts of a member",
    description = "Those whom the member chose and those who chose the member, in the order of the contacts' ids.",
    params(Filter),
    responses(
        (status = 200, description = "A page, by contact.", body = Page<views::Contact>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let query = ContactQuery {
        contact: filter.contact,
        origin: filter.origin,
        pending: filter.pending.map(|f| f.0),
        blocked: filter.blocked.map(|f| f.0),
        stopped: filter.stopped.map(|f| f.0),
    };
    let (after, limit) = (filter.cursor.map(|c| c.0), filter.limit);
    let (found, looked_to) = state
        .board
        .contacts_like(community.0, member.0, query, after, limit.fetch())
        .await?;
    Ok(page_of_part(found, looked_to, limit, |c| c.contact))
}

/// `GET …/contacts/{contact}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/contacts/{contact}", operation_id = "get_contact", tag = "Contacts",
    summary = "Get a contact",
    responses(
        (status = 200, description = "The contact.", body = views::Contact),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let found = state.board.contact(community.0, member.0, contact.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ContactEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// Whether the pair is blocked.
    #[schema(example = true)]
    blocked: bool,
}

/// `PATCH …/contacts/{contact}`: blocks or unblocks the pair, both ways.
#[utoipa::path(
    patch, path = "/v1/communities/{community}/members/{member}/contacts/{contact}", operation_id = "update_contact", tag = "Contacts",
    summary = "Block or unblock a pair",
    description = "Holds in both directions. A STOP of either phone is another matter: only that phone's START lifts it.",
    request_body = Edit,
    responses(
        (status = 200, description = "The contact as it is now.", body = views::Contact),
    ),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let (community, member, contact) = (community.0, member.0, contact.0);
    let edited = who
        .board(&state)
        .set_blocked_if(community, member, contact, edit.blocked, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `POST …/contacts/{contact}/accept`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/contacts/{contact}/accept", operation_id = "accept_contact", tag = "Contacts",
    summary = "Accept a contact",
    description = "Where the community's policy asks that contacts accept first: says yes for the member in the path.",
    responses(
        (status = 200, description = "The contact, no longer pending.", body = views::Contact),
    ),
    extensions(("x-problems" = json!(["not_yours_to_accept"]))),
)]
pub(crate) async fn accept(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let accepted = who
        .board(&state)
        .accept_contact(community.0, member.0, contact.0)
        .await?;
    Ok(HttpResponse::Ok().json(accepted))
}

/// `DELETE …/contacts/{contact}`: releases the pair, both ways.
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}/contacts/{contact}", operation_id = "delete_contact", tag = "Contacts",
    summary = "Release a pair",
    description = "Both numbers become free after the cool-down. Late replies are quarantined; they never reach whoever holds the number next.",
    responses(
        (status = 204, description = "Released."),
    ),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    who.board(&state)
        .release_contact_if(community.0, member.0, contact.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
