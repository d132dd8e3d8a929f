//! Holds every answer that a test gets against the document: the status must be documented, the body must
//! fit its schema and have no field that the schema lacks, and a problem's word must be among the examples.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::common::Answer;
use crate::api::openapi::document;

/// The schemas, made strict: an answer may hold nothing that is not documented.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut components = document()["components"].clone();
    strict(&mut components, false);
    components
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

fn strict(value: &mut Value, is_part: bool) {
    match value {
        Value::Object(map) => {
            if map.contains_key("$ref") && !is_part {
                map.insert("unevaluatedProperties".into(), json!(false));
            }
            map.iter_mut()
                .for_each(|(name, inner)| match (name.as_str(), inner) {
                    ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| strict(part, true)),
                    (_, inner) => strict(inner, false),
                });
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| strict(inner, false)),
        _ => {}
    }
}

/// What is wrong with a value by a schema of the document.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(schema.to_string()).or_insert_with(|| {
        let mut root = schema.clone();
        strict(&mut root, false);
        root["components"] = STRICT.clone();
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        Arc::new(options.should_validate_formats(true).build(&root).unwrap())
    });
    validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect()
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
    let faults = faults(&media["schema"], &answer.body);
    assert!(faults.is_empty(), "{asked}: {faults:?}: {}", answer.body);
    if kind == "application/problem+json" {
        let code = answer.text("code");
        assert!(
            media["examples"].get(code).is_some(),
            "{asked} with `{code}`, which is not documented"
        );
    }
}
