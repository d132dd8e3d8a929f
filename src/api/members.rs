//! Members and guests of a community.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::Result;
use super::query::{PhoneParam, Query};
use crate::domain::E164;
use crate::domain::id::{CommunityKind, MemberId, MemberKind};
use crate::switchboard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    name: String,
    phone: Option<E164>,
    #[serde(default)]
    guest: bool,
}

/// `POST …/members`
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Json(new): Json<NewMember>,
) -> Result<HttpResponse> {
    let new = switchboard::NewMember {
        name: new.name,
        phone: new.phone,
        guest: new.guest,
    };
    let made = state.board.create_member(community.0, new).await?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    phone: Option<PhoneParam>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<MemberId>>,
}

/// `GET …/members`: all, or the one with `?phone=`.
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let (phone, after) = (filter.phone.map(|p| p.0), filter.cursor.map(|c| c.0));
    let limit = filter.limit.fetch();
    let found = state.board.members(community.0, phone, after, limit).await?;
    Ok(page(found, filter.limit, |m| m.id))
}

/// `GET …/members/{member}`
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.member(community.0, member.0).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    name: String,
}

/// `PATCH …/members/{member}`
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let edited = state
        .board
        .rename_member(community.0, member.0, edit.name, expected)
        .await?;
    Ok(HttpResponse::Ok().json(edited))
}

/// `DELETE …/members/{member}`: releases every pair of theirs.
pub(crate) async fn remove(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    state
        .board
        .delete_member_if(community.0, member.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
