//! Schemas as tables: what a field is called, what it may hold, what it means.

use serde_json::Value;

use super::html::{escaped, inline};

/// The fields of an object, or what else the schema is.
pub(super) fn fields(schema: &Value) -> String {
    let Some(properties) = schema["properties"].as_object() else {
        return format!("<p>{}</p>\n", kind(schema));
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let rows: String = properties
        .iter()
        .map(|(name, field)| row(name, required.contains(&name.as_str()), field, field))
        .collect();
    table(&rows)
}

/// The table around rows.
pub(super) fn table(rows: &str) -> String {
    format!("<div class=\"wide\"><table><tbody>{rows}</tbody></table></div>\n")
}

/// One field or parameter; `about` has its description.
pub(super) fn row(name: &str, required: bool, schema: &Value, about: &Value) -> String {
    let must = if required {
        ""
    } else {
        " <span class=\"may\">optional</span>"
    };
    let about = about["description"].as_str().unwrap_or_default();
    format!(
        "<tr><th scope=\"row\"><code>{}</code>{must}</th><td class=\"kind\">{}</td><td>{}</td></tr>\n",
        escaped(name),
        kind(schema),
        inline(about)
    )
}

/// What a value may be, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return with_default(format!("<a href=\"#{name}\">{name}</a>"), schema);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let (null, real): (Vec<_>, Vec<_>) = choices.iter().partition(|c| c["type"] == "null");
        let mut kinds: Vec<String> = real.into_iter().map(kind).collect();
        kinds.extend(null.first().map(|_| "null".to_owned()));
        return kinds.join(" or ");
    }
    if let Some(word) = schema.get("const") {
        return format!("<code>{}</code>", plain(word));
    }
    let words = schema["enum"].as_array();
    if let Some(words) = words {
        let words: Vec<String> = words
            .iter()
            .map(|w| format!("<code>{}</code>", plain(w)))
            .collect();
        return with_default(words.join(" "), schema);
    }
    let mut said = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        kind => kind.as_str().unwrap_or("anything").to_owned(),
    };
    if said == "array" {
        said = format!("list of {}", kind(&schema["items"]));
    }
    if let Some(limits) = limits(schema) {
        said = format!("{said}, {limits}");
    }
    with_default(said, schema)
}

fn limits(schema: &Value) -> Option<String> {
    let chars = |value: Option<&Value>| value.map(plain);
    let range =
        |least: &str, most: &str, unit: &str| match (chars(schema.get(least)), chars(schema.get(most))) {
            (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
            (Some(least), None) if least != "0" => Some(format!("at least {least}{unit}")),
            (None, Some(most)) => Some(format!("at most {most}{unit}")),
            _ => None,
        };
    range("minimum", "maximum", "").or_else(|| range("minLength", "maxLength", " characters"))
}

fn with_default(said: String, schema: &Value) -> String {
    match schema.get("default") {
        // A sentence as a default would be the whole row.
        Some(default) if plain(default).len() <= 20 => {
            format!("{said}; default <code>{}</code>", plain(default))
        }
        _ => said,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => escaped(text),
        other => escaped(&other.to_string()),
    }
}
