use std::collections::BTreeSet;

use serde_json::Value;

use super::{Handlers, document, problems, text};
use crate::api::routes;
use utoipa::OpenApi;

/// Calls `look` with every object in the value, and the way to it.
fn each<'v>(value: &'v Value, way: &str, look: &mut dyn FnMut(&str, &'v Value)) {
    match value {
        Value::Object(map) => {
            look(way, value);
            map.iter()
                .for_each(|(name, inner)| each(inner, &format!("{way}/{name}"), look));
        }
        Value::Array(list) => list.iter().for_each(|inner| each(inner, way, look)),
        _ => {}
    }
}

fn operations() -> Vec<(String, String, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'static Value)| {
        let path = path.clone();
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_committed_file_is_the_document() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == text(),
        "openapi.json is not what the handlers say: run `make openapi`, look at the difference, and commit it"
    );
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let documented: BTreeSet<_> = operations()
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let routes: BTreeSet<_> = routes::list()
        .into_iter()
        .map(|r| (r.method.to_string(), r.path))
        .collect();
    assert_eq!(documented, routes);
}

#[test]
fn every_operation_says_what_a_reader_and_a_generator_need() {
    let mut ids = BTreeSet::new();
    let tags: Vec<&Value> = document()["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["name"])
        .collect();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{id}");
        assert!(ids.insert(id), "{id} names two operations");
        assert!(
            !operation["summary"].as_str().unwrap().contains('`'),
            "{method} {path}"
        );
        let [tag] = operation["tags"].as_array().unwrap().as_slice() else {
            panic!("{id} has not one tag")
        };
        assert!(tags.contains(&tag), "{id}: {tag} is not described");
        let holes = path.matches('{').count();
        let in_path = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "path")
            .count();
        assert_eq!(
            in_path, holes,
            "{id}: a segment of its path is not in openapi/parameters.rs"
        );
        let good = operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|status| status.starts_with('2'))
            .count();
        assert!(good > 0, "{id} never succeeds");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    each(document(), "", &mut |way, value| {
        if let Some(reference) = value["$ref"].as_str() {
            let place = reference.strip_prefix('#').unwrap();
            assert!(document().pointer(place).is_some(), "{way}: {reference}");
        }
    });
}

#[test]
fn every_word_for_a_problem_is_in_the_catalogue_once() {
    let handlers = serde_json::to_value(Handlers::openapi()).unwrap();
    each(&handlers, "", &mut |way, value| {
        for word in value["x-problems"].as_array().into_iter().flatten() {
            assert!(
                problems::known(word.as_str().unwrap()).is_some(),
                "{way}: {word} is not in openapi/problems.rs"
            );
        }
    });
    let words: BTreeSet<_> = problems::ALL.iter().map(|p| p.code).collect();
    assert_eq!(words.len(), problems::ALL.len());
    assert!(
        problems::ALL.is_sorted_by_key(|p| p.status),
        "answers group what stands together"
    );
}

#[test]
fn every_example_fits_its_schema() {
    let mut checked = 0;
    each(document(), "", &mut |way, value| {
        let schema = &value["schema"];
        let many = value["examples"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, example)| &example["value"]);
        for example in value.get("example").into_iter().chain(many) {
            if schema.is_object() {
                let faults = crate::api::tests::conformance::faults(schema, example);
                assert!(faults.is_empty(), "{way}: {example}: {faults:?}");
                assert_ne!(example, "string", "{way} has no example of its own");
                assert!(!example.to_string().contains(":\"string\""), "{way}: {example}");
                checked += 1;
            }
        }
    });
    assert!(checked > 200, "{checked}");
}
