//! Examples of whole bodies, put together from those of their fields.

use serde_json::{Map, Value, json};

/// Fields that refer to a schema and have an example of their own: so that a pair is not one member twice,
/// and nothing that went well has a reason.
const FIELDS: &[(&str, &str, Option<&str>)] = &[
    ("to", "MemberId", Some("mem_1tq3v8r4w0802")),
    ("contact", "MemberId", Some("mem_1tq3v8r4w0802")),
    ("number", "E164", Some("+15005550101")),
    ("to", "E164", Some("+15005550101")),
    ("mirror_number", "E164", Some("+15005550102")),
    ("shown_number", "E164", Some("+15005550102")),
    ("dialled_number", "E164", None),
    ("endpoint", "EndpointId", None),
    ("reason", "Reason", None),
    ("answered_at", "Timestamp", None),
    ("problem", "Problem", None),
    ("revoked_at", "Timestamp", None),
    ("expires_at", "Timestamp", Some("2026-01-16T09:30:00.000Z")),
];

/// An example of a field or parameter of this name.
pub(super) fn of_field(name: &str, schema: &Value, root: &Value) -> Value {
    let choices = || schema["oneOf"].as_array().into_iter().flatten();
    let may_be_null = choices().any(|choice| choice["type"] == "null");
    let referred = std::iter::once(schema)
        .chain(choices())
        .find_map(|s| s["$ref"].as_str()?.rsplit('/').next());
    let own = FIELDS
        .iter()
        .find(|(field, kind, _)| *field == name && referred == Some(*kind));
    match own {
        Some((_, _, Some(example))) => json!(example),
        Some((_, _, None)) if may_be_null => Value::Null,
        _ => of(schema, root),
    }
}

/// An example that fits the schema; `root` is the document, which references lead into.
pub(super) fn of(schema: &Value, root: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return of(resolve(reference, root), root);
    }
    if let Some(fixed) = schema
        .get("default")
        .or_else(|| schema.get("const"))
        .or_else(|| schema["enum"].get(0))
    {
        return fixed.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let wholes = parts.iter().map(|part| of(part, root));
        let members = wholes.flat_map(|whole| match whole {
            Value::Object(members) => members,
            _ => Map::new(),
        });
        return members.collect::<Map<_, _>>().into();
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let real = choices.iter().find(|choice| choice["type"] != "null");
        return real.map_or(Value::Null, |choice| of(choice, root));
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties
                .map(|(name, property)| (name.clone(), of_field(name, property, root)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => json!([of(&schema["items"], root)]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        // A field without an example of its own; a test looks for these.
        Some("string") => json!("string"),
        _ => Value::Null,
    }
}

/// What a reference within the document leads to.
pub(super) fn resolve<'d>(reference: &str, root: &'d Value) -> &'d Value {
    root.pointer(reference.trim_start_matches('#'))
        .unwrap_or(&Value::Null)
}
