//! Holds what apps are told and asked in the stories against the `webhooks` of the API's document.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use partyline::api::openapi::document;
use serde_json::{Value, json};

use super::strict::Strict;

static STRICT: LazyLock<Strict> = LazyLock::new(|| Strict::new(document()));

/// What is wrong with a callback: its kind, its headers or its body.
pub fn faults(headers: &BTreeMap<String, String>, body: &str) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return vec![format!("a callback is no JSON: {body}")];
    };
    let kind = body["type"].as_str().unwrap_or_default();
    let post = &document()["webhooks"][kind]["post"];
    let content = post["requestBody"]["content"].as_object();
    let Some(media) = content.and_then(|content| content.get(headers.get("content-type")?)) else {
        return vec![format!("a callback that is not in the document: {body}")];
    };
    let mut faults = STRICT.faults(&media["schema"], &body);
    for parameter in post["parameters"].as_array().into_iter().flatten() {
        let place = parameter["$ref"].as_str().unwrap().trim_start_matches('#');
        let parameter = document().pointer(place).unwrap();
        let name = parameter["name"].as_str().unwrap();
        match headers.get(name) {
            Some(value) => faults.extend(STRICT.faults(&parameter["schema"], &json!(value))),
            None => faults.push(format!("there is no {name}")),
        }
    }
    faults
}

/// What is wrong with an event as the stream has it.
pub fn event_faults(event: &Value) -> Vec<String> {
    STRICT.faults(&json!({ "$ref": "#/components/schemas/Event" }), event)
}

/// The document's own example of what is sent.
pub fn example(kind: &str) -> &'static Value {
    &document()["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["example"]
}
