//! Puts what utoipa writes into the form that readers and client generators have an easy time with.

use serde_json::{Map, Value, json};

use super::examples;

/// `Page_Member` becomes `MemberPage`, wherever it stands, and its entries a reference.
pub(super) fn pages(value: &mut Value) {
    let named = |name: &str| name.strip_prefix("Page_").map(|of| format!("{of}Page"));
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some((place, name)) = reference.rsplit_once('/')
                && let Some(name) = named(name)
            {
                *reference = format!("{place}/{name}");
            }
            *map = std::mem::take(map)
                .into_iter()
                .map(|(name, mut value)| {
                    pages(&mut value);
                    if let Some(of) = name.strip_prefix("Page_") {
                        value["properties"]["data"]["items"] =
                            json!({ "$ref": format!("#/components/schemas/{of}") });
                    }
                    (named(&name).unwrap_or(name), value)
                })
                .collect();
        }
        Value::Array(list) => list.iter_mut().for_each(pages),
        _ => {}
    }
}

/// All schemas within this value, tidied.
pub(super) fn schemas(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // JSON Schema has `examples`; `example` is what OpenAPI had before 3.1.
            if let Some(example) = map.shift_remove("example") {
                map.insert("examples".into(), json!([example]));
            }
            single_choice(map);
            lift_description(map);
            let inner = map
                .iter_mut()
                .filter(|(name, _)| *name != "examples" && *name != "default");
            inner.for_each(|(_, value)| schemas(value));
        }
        Value::Array(list) => list.iter_mut().for_each(schemas),
        _ => {}
    }
}

/// One of one choice is that choice, with what is said around it.
fn single_choice(map: &mut Map<String, Value>) {
    let Some([Value::Object(only)]) = map.get("oneOf").and_then(Value::as_array).map(Vec::as_slice) else {
        return;
    };
    let mut whole = only.clone();
    map.shift_remove("oneOf");
    whole.extend(std::mem::take(map));
    *map = whole;
}

/// What is said of "this or null" is said of the whole.
fn lift_description(map: &mut Map<String, Value>) {
    let Some(choices) = map.get_mut("oneOf").and_then(Value::as_array_mut) else {
        return;
    };
    let is_nullable = choices.len() == 2 && choices.iter().any(|choice| choice["type"] == "null");
    let lifted = choices
        .iter_mut()
        .filter(|_| is_nullable)
        .find_map(|choice| choice.as_object_mut()?.shift_remove("description"));
    if let Some(description) = lifted {
        map.entry("description").or_insert(description);
    }
}

/// A parameter is there or not, never null; and it has an example.
pub(super) fn parameter(parameter: &mut Value, root: &Value) {
    let schema = &mut parameter["schema"];
    schemas(schema);
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let real: Vec<Value> = choices.iter().filter(|c| c["type"] != "null").cloned().collect();
        if let [one] = real.as_slice() {
            *schema = one.clone();
        }
    } else if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        let real = kinds.iter().find(|kind| *kind != "null").cloned();
        schema["type"] = real.unwrap_or_default();
    }
    if parameter.get("example").is_none() {
        let name = parameter["name"].as_str().unwrap_or_default();
        parameter["example"] = examples::of_field(name, &parameter["schema"], root);
    }
}
