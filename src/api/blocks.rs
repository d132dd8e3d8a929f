//! Whom a member does not want to hear from.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::json::Json;
use super::page::{Page, Paging, page};
use super::path::{At, AtContact};
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityId, CommunityKind, MemberId, MemberKind};
use crate::switchboard::{Block, ContactRef};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBlock {
    /// Whom the member does not want to hear from.
    contact: MemberId,
}

/// `POST …/blocks`: 201 for a new one, 200 for one that was there already.
#[utoipa::path(
    post, path = "/v1/communities/{community}/members/{member}/blocks", operation_id = "create_block", tag = "Consent",
    summary = "Block somebody for a member",
    description = "From now on no text and no call of theirs reaches the member, also should the two be made contacts again, and what waited between the two has ended. The member's own texts to them are refused, with a hint to lift the block. What the other hears is the policy `blocks_shown`: by default what is said of somebody who cannot be reached.",
    request_body = NewBlock,
    responses(
        (status = 201, description = "A new block.", body = Block),
        (status = 200, description = "It was there already.", body = Block),
    ),
    extensions(("x-problems" = json!(["too_many_blocks"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Json(new): Json<NewBlock>,
) -> Result<HttpResponse> {
    let (block, is_new) = who
        .board(&state)
        .block(community.0, member.0, new.contact)
        .await?;
    Ok(match is_new {
        true => HttpResponse::Created().json(block),
        false => HttpResponse::Ok().json(block),
    })
}

/// `GET …/blocks`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/blocks", operation_id = "list_blocks", tag = "Consent",
    summary = "List whom a member blocks",
    description = "Whom the member has blocked, whether they are contacts still or not. It does not list who blocks the member.",
    params(("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses(
        (status = 200, description = "A page, by the ids of those who are blocked.", body = Page<Block>),
    ),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    Query(paging): Query<Paging<MemberId>>,
) -> Result<HttpResponse> {
    let after = paging.cursor.map(|c| c.0);
    let found = state
        .board
        .blocks(community.0, member.0, after, paging.limit.fetch())
        .await?;
    Ok(page(found, paging.limit, |block| block.contact))
}

/// The member whom a path names.
async fn named(
    state: &ApiState,
    community: CommunityId,
    member: MemberId,
    contact: ContactRef,
) -> Result<MemberId> {
    match contact {
        ContactRef::Member(id) => Ok(id),
        contact => Ok(state.board.contact(community, member, contact).await?.contact),
    }
}

/// `GET …/blocks/{contact}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}/blocks/{contact}", operation_id = "get_block", tag = "Consent",
    summary = "Get a block",
    responses(
        (status = 200, description = "The block.", body = Block),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let contact = named(&state, community.0, member.0, contact.0).await?;
    Ok(HttpResponse::Ok().json(state.board.one_block(community.0, member.0, contact).await?))
}

/// `DELETE …/blocks/{contact}`
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}/blocks/{contact}", operation_id = "delete_block", tag = "Consent",
    summary = "Lift a block",
    description = "What was refused meanwhile stays refused.",
    responses(
        (status = 204, description = "Lifted."),
    ),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    contact: AtContact,
) -> Result<HttpResponse> {
    let contact = named(&state, community.0, member.0, contact.0).await?;
    who.board(&state).unblock(community.0, member.0, contact).await?;
    Ok(HttpResponse::NoContent().finish())
}
