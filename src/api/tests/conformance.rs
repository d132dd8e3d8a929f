//! Holds every answer that a test gets against the document: the status must be documented, the body must
//! fit its schema and have no field that the schema lacks, and a problem's word must be among the examples.

use std::sync::LazyLock;

use serde_json::Value;

use super::common::Answer;
use crate::api::openapi::document;

#[path = "../../../tests/support/strict.rs"]
mod strict;

static STRICT: LazyLock<strict::Strict> = LazyLock::new(|| strict::Strict::new(document()));

/// What is wrong with a value by a schema of the document.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    STRICT.faults(schema, value)
}

/// The operation that a request meant, if there is one.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (mut given, mut asked) = (path.split('/'), template.split('/'));
        let same = given
            .by_ref()
            .zip(asked.by_ref())
            .all(|(g, t)| g == t || (t.starts_with('{') && !g.is_empty()));
        same && path.split('/').count() == template.split('/').count()
    };
    let (_, item) = document()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(template, _)| fits(template))?;
    item.get(method.to_ascii_lowercase())
}

/// The same with some number in the place of each that is masked.
fn unmasked(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('+') && text.contains('•') => "+14155550100".into(),
        Value::Array(list) => list.iter().map(unmasked).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, one)| (name.clone(), unmasked(one)))
            .collect(),
        other => other.clone(),
    }
}

/// Checks one answer.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        return;
    };
    let asked = format!("{method} {path} answered {}", answer.status);
    let mut response = &operation["responses"][answer.status.to_string()];
    assert!(
        response.is_object(),
        "{asked}, which is not documented: {}",
        answer.body
    );
    if let Some(reference) = response["$ref"].as_str() {
        response = document().pointer(reference.trim_start_matches('#')).unwrap();
    }
    let kind = answer
        .header("content-type")
        .split(';')
        .next()
        .unwrap_or_default();
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_null(), "{asked} with a body: {}", answer.body);
        return;
    };
    let media = content
        .get(kind)
        .unwrap_or_else(|| panic!("{asked} as `{kind}`, which is not documented"));
    let body = match answer.header("x-masked") {
        "true" => unmasked(&answer.body),
        _ => answer.body.clone(),
    };
    let faults = faults(&media["schema"], &body);
    assert!(faults.is_empty(), "{asked}: {faults:?}: {}", answer.body);
    if kind == "application/problem+json" {
        let code = answer.text("code");
        assert!(
            media["examples"].get(code).is_some(),
            "{asked} with `{code}`, which is not documented"
        );
    }
}
