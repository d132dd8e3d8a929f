//! Contacts of a member: who stands behind which number on their phone.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, page_of_all};
use super::path::{At, AtContact};
use super::problem::Result;
use super::query::{Flag, Query};
use crate::domain::assignment::Origin;
use crate::domain::id::{CommunityKind, ContactId, MemberId, MemberKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    contact: MemberId,
}

/// `POST …/contacts`: 201 for a new pair, 200 for one that was there already.
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewContact>,
) -> Result<HttpResponse> {
    let (contact, created) = state
        .board
        .add_contact(community.0, member.0, new.contact)
        .await?;
    Ok(match created {
        true => HttpResponse::Created().json(contact),
        false => HttpResponse::Ok().json(contact),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    contact: Option<MemberId>,
    origin: Option<Origin>,
    pending: Option<Flag>,
    blocked: Option<Flag>,
    stopped: Option<Flag>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<ContactId>>,
}

/// `GET …/contacts`
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let mut all = state.board.contacts(community.0, member.0).await?;
    all.retain(|c| {
        filter.contact.is_none_or(|contact| c.contact == contact)
            && filter.origin.is_none_or(|origin| c.origin == origin)
            && filter.pending.is_none_or(|f| c.pending == f.0)
            && filter.blocked.is_none_or(|f| c.blocked == f.0)
            && filter.stopped.is_none_or(|f| c.stopped == f.0)
    });
    Ok(page_of_all(all, filter.limit, filter.cursor, |c| c.id))
}

/// `GET …/contacts/{contact}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let found = state.board.contact(community.0, member.0, contact.0).await?;
    Ok(HttpResponse::Ok().json(found))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    blocked: bool,
}

/// `PATCH …/contacts/{contact}`: blocks or unblocks the pair, both ways.
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let (community, member, contact) = (community.0, member.0, contact.0);
    let edited = state
        .board
        .set_blocked_if(community, member, contact, edit.blocked, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `POST …/contacts/{contact}/accept`
pub(crate) async fn accept(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let accepted = state
        .board
        .accept_contact(community.0, member.0, contact.0)
        .await?;
    Ok(HttpResponse::Ok().json(accepted))
}

/// `DELETE …/contacts/{contact}`: releases the pair, both ways.
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .release_contact_if(community.0, member.0, contact.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
