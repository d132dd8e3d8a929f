//! Examples of whole bodies, put together from those of their fields.

use serde_json::{Map, Value, json};

/// An example that fits the schema; `root` is the document, which references lead into.
pub(super) fn of(schema: &Value, root: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return of(resolve(reference, root), root);
    }
    if let Some(fixed) = schema.get("default").or_else(|| schema["enum"].get(0)) {
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
                .map(|(name, property)| (name.clone(), of(property, root)))
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
