//! Ids in the path. One that cannot be is answered "not found", with what was expected.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};

use super::problem::{Problem, Result};
use crate::domain::E164;
use crate::domain::id::{
    BookLinkKind, CallKind, CampaignKind, CommunityKind, DeliveryKind, DeviceKind, EndpointKind, Id,
    ImportKind, KeyKind, Kind, LegKind, MemberKind, MessageKind, NumberKind, OptInKind, OptOutKind, PoolKind,
    SwapKind, UserKind, VerificationKind,
};
use crate::switchboard::ContactRef;

/// A kind whose ids stand in paths.
pub(crate) trait Segment: Kind {
    /// The name of the segment, as in `{member}`.
    const NAME: &'static str;
}

macro_rules! segments {
    ($($kind:ident: $name:literal),*) => {$(
        impl Segment for $kind { const NAME: &'static str = $name; }
    )*};
}

segments!(
    CommunityKind: "community", MemberKind: "member", DeviceKind: "device", PoolKind: "pool",
    NumberKind: "number", MessageKind: "message", KeyKind: "key", EndpointKind: "endpoint",
    DeliveryKind: "delivery", OptOutKind: "opt_out", CallKind: "call", LegKind: "leg", ImportKind: "import", VerificationKind: "verification", BookLinkKind: "book_link", CampaignKind: "campaign", OptInKind: "opt_in", SwapKind: "swap", UserKind: "user"
);

fn segment<'r>(req: &'r HttpRequest, name: &str) -> &'r str {
    req.match_info().get(name).unwrap_or_default()
}

fn unreadable(name: &str, why: impl std::fmt::Display) -> Problem {
    let detail = format!("in the path, {{{name}}}: {why}");
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail).field(name)
}

/// The id in the segment of its kind.
pub(crate) fn id<K: Segment>(req: &HttpRequest) -> Result<Id<K>> {
    segment(req, K::NAME).parse().map_err(|e| unreadable(K::NAME, e))
}

/// An id in the path.
pub(crate) struct At<K>(pub Id<K>);

impl<K: Segment> FromRequest for At<K> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(id(req).map(At))
    }
}

/// A contact in the path, by its own id or by the member who it is.
pub(crate) struct AtContact(pub ContactRef);

impl FromRequest for AtContact {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = segment(req, "contact").parse();
        ready(read.map(AtContact).map_err(|e| {
            unreadable(
                "contact",
                format!("{e}; the contact's member id (`mem_…`) will do as well"),
            )
        }))
    }
}

/// A token in the path. One that cannot be is known to nobody.
pub(crate) struct AtToken(pub String);

impl FromRequest for AtToken {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(segment(req, "token").to_owned())))
    }
}

/// A phone in the path; its plus may come as it is or percent-encoded.
pub(crate) struct AtPhone(pub E164);

impl FromRequest for AtPhone {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // The router has decoded everything but what could be mistaken for syntax, the plus among it.
        let text = segment(req, "phone");
        let read = match text.strip_prefix("%2B").or_else(|| text.strip_prefix("%2b")) {
            Some(digits) => format!("+{digits}").parse(),
            None => text.parse(),
        };
        ready(read.map(AtPhone).map_err(|e| unreadable("phone", e)))
    }
}
