//! The OpenAPI document: what the handlers say of themselves, completed by what the route table and the
//! catalogues here know of all of them.

mod examples;
mod finish;
mod parameters;
mod problems;
mod schemas;
#[cfg(test)]
mod tests;
mod tidy;
mod webhooks;

use std::sync::LazyLock;

use actix_web::http::header::{CacheControl, CacheDirective, ETag, EntityTag, IfNoneMatch};
use actix_web::web::Header;
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::OpenApi;

use super::{
    admin_users, assignments, blocks, book, book_links, bulk, calls, campaigns, capacity, carriers,
    communities, contact_history, contacts, deliveries, devices, docs, endpoints, erasures, events, health,
    hubs, imports, interactions, keys, loopback, loopback_calls, members, messages, metrics, numbers, oidc,
    opt_ins, opt_outs, pool_files, pools, releases, resolve, sessions, swaps, traffic, verifications,
};
use crate::domain::call::{Cause, State};
use crate::domain::id::{
    AssignmentId, AuditId, BookLinkId, CallId, CampaignId, CommunityId, ContactId, DeliveryId, DeviceId,
    EndpointId, EventId, ImportId, KeyId, LegId, MemberId, MessageId, NumberId, OptInId, OptOutId, PoolId,
    SwapId, UserId, VerificationId,
};
use crate::domain::message::{Reason, Status};
use crate::domain::{E164, Timestamp};
pub(crate) use schemas::{Health, PolicyPatch, Problem, Readiness, RehearsedOrSent};

/// Every handler; a test compares them with the route table.
#[derive(OpenApi)]
#[openapi(
    paths(
        communities::create, communities::list, communities::one, communities::edit,
        members::create, members::list, members::one, members::edit, members::remove,
        devices::create, devices::list, devices::remove, devices::one, devices::edit, devices::freeze, devices::thaw, devices::replace,
        contacts::create, contacts::list, contacts::one, contacts::edit, contacts::accept, contacts::remove, contact_history::list,
        pools::create, pools::list, pools::one,
        numbers::create, numbers::list, numbers::one, numbers::edit, numbers::remove,
        campaigns::create, campaigns::list, campaigns::one, campaigns::edit, campaigns::remove,
        swaps::create, swaps::plan, swaps::list, swaps::one, swaps::moves, swaps::pause, swaps::resume, swaps::undo,
        traffic::list, traffic::of_number, traffic::of_pair,
        assignments::list,
        messages::send, messages::list, messages::one, messages::steps, messages::quarantine, messages::held, messages::release, messages::discard,
        releases::list, releases::one, releases::discard, releases::re_pair,
        resolve::resolve,
        sessions::sign_in, sessions::show, sessions::sign_out, sessions::first, sessions::password, sessions::begin_totp, sessions::confirm_totp, sessions::remove_totp,
        oidc::about, oidc::start, oidc::callback,
        admin_users::create, admin_users::list, admin_users::one, admin_users::edit, admin_users::remove, admin_users::reset, admin_users::audit_log,
        keys::create, keys::list, keys::revoke, keys::one,
        loopback::send, loopback::inbox,
        loopback_calls::dial, loopback_calls::list, loopback_calls::answer, loopback_calls::decline, loopback_calls::hang_up, loopback_calls::show, loopback_calls::edit,
        health::alive, health::ready,
        serve,
        docs::serve,
        bulk::create,
        book_links::create, book_links::list, book_links::one, book_links::revoke,
        book::show, book::take, book::card,
        endpoints::create, endpoints::list, endpoints::one, endpoints::edit, endpoints::remove, endpoints::test, endpoints::rotate_secret, endpoints::replay_dead,
        deliveries::list, deliveries::one, deliveries::replay,
        calls::place, calls::list, calls::one, calls::hang_up,
        interactions::list,
        hubs::list,
        capacity::summary, capacity::members, capacity::what_if,
        opt_outs::list, opt_outs::one,
        opt_ins::create, opt_ins::list, opt_ins::one, opt_ins::revoke,
        blocks::create, blocks::list, blocks::one, blocks::remove,
        erasures::export, erasures::erase,
        imports::create, imports::list, imports::one, imports::refused,
        events::stream,
        carriers::list, carriers::overview,
        pool_files::plan, pool_files::apply,
        metrics::show,
        verifications::create, verifications::list, verifications::one, verifications::report,
    ),
    // Those that stand only in parameters, which utoipa does not gather.
    components(schemas(
    schemas::Problem, super::digest::Digest, E164, Timestamp, Status, Reason, State, Cause, AssignmentId, CallId, CommunityId, ContactId, DeliveryId, DeviceId, EndpointId, EventId, ImportId, KeyId, MemberId, MessageId, NumberId, OptOutId, PoolId, VerificationId, BookLinkId, CampaignId, OptInId, SwapId, UserId, AuditId, LegId,
    )),
)]
struct Handlers;

struct Document {
    value: Value,
    text: web::Bytes,
    tag: EntityTag,
}

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let value = finish::finish(&Handlers::openapi(), &super::routes::list());
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    Document {
        value,
        tag: tag_of(text.as_bytes()),
        text: web::Bytes::from(text),
    }
});

/// The document.
pub fn document() -> &'static Value {
    &DOCUMENT.value
}

/// The document as it is served, printed and committed.
pub fn text() -> String {
    String::from_utf8_lossy(&DOCUMENT.text).into_owned()
}

pub(super) fn tag_of(content: &[u8]) -> EntityTag {
    EntityTag::new_strong(HEXLOWER.encode(&Sha256::digest(content)[..16]))
}

/// An answer that changes only with the program, and so is sent once to whoever keeps it.
pub(super) fn unchanging(
    kind: &str,
    content: web::Bytes,
    tag: EntityTag,
    known: &IfNoneMatch,
) -> HttpResponse {
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|t| t.weak_eq(&tag)),
    };
    let mut answer = match is_known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer.insert_header(ETag(tag)).insert_header(CacheControl(vec![
        CacheDirective::Public,
        CacheDirective::MaxAge(300),
    ]));
    match is_known {
        true => answer.finish(),
        false => answer.content_type(kind).body(content),
    }
}

/// `GET /openapi.json`
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "Reference",
    summary = "Get this document",
    description = "OpenAPI 3.1, made from the program that serves it.",
    responses(
        (status = 200, description = "The document.", body = Object, content_type = "application/json"),
        (status = 304, description = "It is the one that `If-None-Match` names."),
    ),
    extensions(("x-if-none-match" = json!(true))),
)]
pub(crate) async fn serve(known: Header<IfNoneMatch>) -> HttpResponse {
    unchanging(
        "application/json",
        DOCUMENT.text.clone(),
        DOCUMENT.tag.clone(),
        &known.0,
    )
}
