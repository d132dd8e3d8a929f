//! Members and guests of a community.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::auth::Who;
use super::etag::IfMatch;
use super::json::Json;
use super::page::{Cursor, Limit, Page, page};
use super::path::At;
use super::problem::{Problem, Result};
use super::query::{PhoneParam, Query};
use crate::domain::E164;
use crate::domain::id::{CommunityKind, MemberId, MemberKind};
use crate::switchboard::{self, views};

/// Most members that are asked for by their ids at once.
const MOST_IDS: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    /// What people call them.
    #[schema(example = "Ann")]
    name: String,
    /// Their phone; it becomes their first device.
    phone: Option<E164>,
    /// Has no account: an outside phone known as somebody's contact.
    #[serde(default)]
    guest: bool,
    /// Others may find them by name; say so only of somebody who agreed. Not of a guest.
    #[serde(default)]
    listed: bool,
    /// Their time zone by its IANA name, by which their texting hours are kept.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
}

/// `POST …/members`
#[utoipa::path(
    post, path = "/v1/communities/{community}/members", operation_id = "create_member", tag = "Members",
    summary = "Add a member",
    description = "With `phone`, the phone becomes the member's first device. A `guest` is an outside phone without an account.",
    request_body = NewMember,
    responses(
        (status = 201, description = "The member.", body = views::Member),
    ),
    extensions(("x-problems" = json!(["phone_taken", "erasure_under_way"]))),
)]
pub(crate) async fn create(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Json(new): Json<NewMember>,
) -> Result<HttpResponse> {
    let zone = new.time_zone;
    let new = switchboard::NewMember {
        name: new.name,
        phone: new.phone,
        guest: new.guest,
        listed: new.listed,
    };
    let edit = switchboard::MemberEdit {
        time_zone: zone.map(Some),
        ..switchboard::MemberEdit::default()
    };
    let made = state.board.create_member_with(community.0, new, edit).await;
    let made = made.map_err(|error| who.told(error))?;
    Ok(HttpResponse::Created().json(who.shown(made)))
}

/// Ids of members, divided by commas.
#[derive(Debug)]
pub(crate) struct Ids(Vec<MemberId>);

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(Error::custom(format!(
                "names nobody; write 1 to {MOST_IDS} ids of members, divided by commas, or leave it out"
            )));
        }
        let count = text.split(',').count();
        if count > MOST_IDS {
            return Err(Error::custom(format!(
                "names {count} members; at most {MOST_IDS} are asked for at once"
            )));
        }
        let ids = text.split(',').map(|id| id.trim().parse().map_err(Error::custom));
        ids.collect::<std::result::Result<_, _>>().map(Self)
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// The one who has this phone; not for keys of scope `app`. Write the plus as `%2B`; a bare plus is understood.
    #[param(value_type = Option<E164>)]
    phone: Option<PhoneParam>,
    /// Those whose name begins with this, in the order of the names; upper and lower case, and spacing, do not count. Not
    /// with `phone`.
    #[param(example = "ann")]
    name: Option<String>,
    /// These members, 1 to 100 ids divided by commas; who is not there is left out. All come on one page: not with `phone`,
    /// `name`, `limit` or `cursor`.
    #[param(value_type = Option<String>, example = "mem_1tq3v8r4w0801,mem_1tq3v8r4w0802")]
    ids: Option<Ids>,
    #[param(value_type = Option<usize>)]
    limit: Option<Limit>,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MemberId>>,
}

impl Filter {
    /// What is asked beside ids, which say already whom.
    fn beside_ids(&self) -> Option<&'static str> {
        let given = [
            ("phone", self.phone.is_some()),
            ("name", self.name.is_some()),
            ("limit", self.limit.is_some()),
            ("cursor", self.cursor.is_some()),
        ];
        given.into_iter().find_map(|(name, given)| given.then_some(name))
    }
}

/// `GET …/members`: all, the one with `?phone=`, those with `?name=`, or those of `?ids=`.
#[utoipa::path(
    get, path = "/v1/communities/{community}/members", operation_id = "list_members", tag = "Members",
    summary = "List members",
    description = "All; or with `phone` the one who has that phone (a list of one or none); or with `name` those whose name begins with it, by name; or with `ids` those members. Keys of scope `app` see no real numbers, and may not ask by one.",
    params(Filter),
    responses(
        (status = 200, description = "A page, oldest first; with `name` in the order of the names.", body = Page<views::Member>),
    ),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    // A name that is a number is masked as one.
    let is_viewers_guess =
        who.0.user.is_some() && filter.name.as_ref().is_some_and(|name| name.contains('+'));
    if filter.phone.is_some() || is_viewers_guess {
        who.may_name_phones()?;
    }
    if let (Some(_), Some(beside)) = (&filter.ids, filter.beside_ids()) {
        let detail = format!(
            "`ids` and `{beside}` were given; `ids` alone says who is meant, and all come on one page"
        );
        return Err(Problem::invalid("ids", detail));
    }
    if let Some(Ids(ids)) = filter.ids {
        let found = state.board.members_of(community.0, ids).await?;
        let found = found.into_iter().map(|member| who.shown(member)).collect();
        return Ok(page(found, Limit::MOST, |member: &views::Member| member.id));
    }
    let (phone, after) = (filter.phone.map(|p| p.0), filter.cursor.map(|c| c.0));
    let paging = filter.limit.unwrap_or_default();
    let limit = paging.fetch();
    let found = match (phone, filter.name) {
        (Some(_), Some(_)) => {
            let detail = "`name` and `phone` were given; give one of them";
            return Err(Problem::invalid("name", detail));
        }
        (None, Some(name)) => {
            state
                .board
                .members_named(community.0, &name, after, limit)
                .await?
        }
        (phone, None) => state.board.members(community.0, phone, after, limit).await?,
    };
    let found = found.into_iter().map(|member| who.shown(member)).collect();
    Ok(page(found, paging, |m| m.id))
}

/// `GET …/members/{member}`
#[utoipa::path(
    get, path = "/v1/communities/{community}/members/{member}", operation_id = "get_member", tag = "Members",
    summary = "Get a member",
    responses(
        (status = 200, description = "The member with their devices.", body = views::Member),
    ),
)]
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = state.board.member(community.0, member.0).await?;
    Ok(HttpResponse::Ok().json(who.shown(found)))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = MemberEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// A new name.
    #[schema(example = "Ann B.")]
    name: Option<String>,
    /// Whether others may find them by name.
    listed: Option<bool>,
    /// Their time zone by its IANA name; null: by their phone, or as the community has it.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    time_zone: Option<Option<String>>,
}

/// A field that was given, be it null.
fn said<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

/// `PATCH …/members/{member}`
#[utoipa::path(
    patch, path = "/v1/communities/{community}/members/{member}", operation_id = "update_member", tag = "Members",
    summary = "Change a member",
    description = "Give `name`, `listed`, `time_zone` or several; what is left out stays. Numbers and contacts stay as they are.",
    request_body = Edit,
    responses(
        (status = 200, description = "The member as they are now.", body = views::Member),
    ),
)]
pub(crate) async fn edit(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    who: Who,
    IfMatch(expected): IfMatch,
    Json(edit): Json<Edit>,
) -> Result<HttpResponse> {
    let edit = switchboard::MemberEdit {
        name: edit.name,
        listed: edit.listed,
        time_zone: edit.time_zone,
    };
    if edit == switchboard::MemberEdit::default() {
        return Err(Problem::invalid(
            "name",
            "nothing is to change: give `name`, `listed` or `time_zone`",
        ));
    }
    let edited = who
        .board(&state)
        .edit_member(community.0, member.0, edit, expected)
        .await?;
    Ok(HttpResponse::Ok().json(who.shown(edited)))
}

/// `DELETE …/members/{member}`: releases every pair of theirs.
#[utoipa::path(
    delete, path = "/v1/communities/{community}/members/{member}", operation_id = "delete_member", tag = "Members",
    summary = "Remove a member",
    description = "Releases every pair of theirs, both ways. Their numbers cool down before they stand for somebody else on the same phones.",
    responses(
        (status = 204, description = "Removed."),
    ),
)]
pub(crate) async fn remove(
    state: Data<ApiState>,
    who: Who,
    community: At<CommunityKind>,
    member: At<MemberKind>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse> {
    who.board(&state)
        .delete_member_if(community.0, member.0, expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
