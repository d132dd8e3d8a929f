//! Schemas of the API's document, held strictly: what is sent may have no field that the document lacks. Shared by the
//! tests of the API within the library and by the stories.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The document's components, made strict.
pub struct Strict {
    components: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Strict {
    pub fn new(document: &Value) -> Self {
        let mut components = document["components"].clone();
        strict(&mut components, false);
        Self {
            components,
            validators: Mutex::default(),
        }
    }

    /// What is wrong with a value by a schema of the document.
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut validators = self.validators.lock().unwrap();
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let mut root = schema.clone();
            strict(&mut root, false);
            let mut reached = Map::new();
            self.reach(&root, &mut reached);
            root["components"] = json!({ "schemas": reached });
            let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
            Arc::new(options.should_validate_formats(true).build(&root).unwrap())
        });
        validator
            .iter_errors(value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect()
    }

    /// The schemas that this refers to, however far away: the whole document takes long to read for each.
    fn reach(&self, value: &Value, reached: &mut Map<String, Value>) {
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                if let Some(name) = reference.and_then(|r| r.strip_prefix("#/components/schemas/"))
                    && !reached.contains_key(name)
                {
                    let schema = &self.components["schemas"][name];
                    reached.insert(name.to_owned(), schema.clone());
                    self.reach(schema, reached);
                }
                map.values().for_each(|inner| self.reach(inner, reached));
            }
            Value::Array(list) => list.iter().for_each(|inner| self.reach(inner, reached)),
            _ => {}
        }
    }
}

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
