//! The words of the house as the API's document describes them. What serde derives by itself has its
//! schema derived beside it; this is for those that serialise by hand.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::id::{Id, Kind};
use super::pool::{Capabilities, Capability};
use super::{E164, Timestamp};

/// The digits of every id in an example.
const EXAMPLE_DIGITS: &str = "1tq3v8r4w0801";

fn text(pattern: Option<String>, description: String, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(pattern)
        .examples([example])
        .build()
        .into()
}

impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        let prefix = K::PREFIX;
        text(
            // Crockford's alphabet, 63 bits: the first digit has three of them.
            Some(format!("^{prefix}[0-7][0-9a-hjkmnp-tv-z]{{12}}$")),
            format!(
                "{} The id is `{prefix}` and 13 letters and digits; ids sort by time.",
                K::NOUN.trim()
            ),
            &format!("{prefix}{EXAMPLE_DIGITS}"),
        )
    }
}

impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(K::ALIAS)
    }
}

impl PartialSchema for E164 {
    fn schema() -> RefOr<Schema> {
        text(
            Some(r"^\+[1-9][0-9]{6,14}$".into()),
            "A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.".into(),
            "+14155550101",
        )
    }
}

impl ToSchema for E164 {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("E164")
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .pattern(Some(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"))
            .description(Some("An instant: RFC 3339 in UTC with milliseconds."))
            .examples(["2026-01-15T09:30:00.000Z"])
            .build()
            .into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Timestamp")
    }
}

impl PartialSchema for Capabilities {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(Ref::from_schema_name(Capability::name()))
            .description(Some("What a pool number can carry."))
            .examples([["sms", "voice"]])
            .build()
            .into()
    }
}

impl ToSchema for Capabilities {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Capability::name().into_owned(), Capability::schema()));
    }
}
