//! Schemas of what no type of the program stands for.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::policy::Policy;
use crate::switchboard::{DryRun, Foretold};

/// What went wrong, as RFC 9457 has it. Programs go by `code` (or `type`, which ends in it); `detail` is
/// for people and may change.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:partyline:problem:` and the code.
    #[schema(
        example = "urn:partyline:problem:not_found",
        pattern = "^urn:partyline:problem:[a-z0-9_]+$"
    )]
    r#type: String,
    /// The code in words.
    #[schema(example = "Not found")]
    title: String,
    /// The status.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    status: u16,
    /// A stable word for programs.
    #[schema(example = "not_found", pattern = "^[a-z0-9_]+$")]
    code: String,
    /// What is wrong and what to mend, in a sentence.
    #[schema(example = "there is no member mem_1tq3v8r4w0801")]
    detail: String,
    /// The field, parameter or header that is to be mended.
    #[schema(example = "phone", nullable = false)]
    field: Option<String>,
    /// Names the request in the broker's log; also in the header `X-Request-Id`.
    #[schema(example = "req_4tz6cdm2k7qhw3yb", nullable = false)]
    request_id: Option<String>,
    /// With `rows_failed`: what each row met.
    #[schema(value_type = Vec<Object>, required = false)]
    rows: Option<Vec<serde_json::Value>>,
}

/// The answer to a text that was not accepted anew: what would happen to it, or the message that it was.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(
    dead_code,
    reason = "the handler answers with either itself; this says so in the document"
)]
pub(crate) enum RehearsedOrSent {
    /// With `dry_run`.
    Rehearsed(DryRun),
    /// Under an `Idempotency-Key` that was used before.
    Sent(Foretold),
}

/// Says that the broker lives.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: String,
}

/// Says that the broker can serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready`.
    #[schema(example = "ready")]
    status: String,
}

/// Some of a policy's fields: those that are to differ.
pub(crate) struct PolicyPatch;

impl PartialSchema for PolicyPatch {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut patch)) = Policy::schema() else {
            return Object::new().into();
        };
        patch.required.clear();
        patch.default = None;
        patch.description = Some("Some of a policy's fields: those that are to differ.".into());
        patch.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        patch.example = Some(serde_json::json!({ "cool_down_s": 604_800, "when_full": "recycle" }));
        patch.into()
    }
}

impl ToSchema for PolicyPatch {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PolicyPatch")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Policy::schemas(schemas);
    }
}
