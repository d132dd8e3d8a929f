use std::collections::BTreeSet;

use serde_json::Value;

use super::{Handlers, document, problems, text};
use crate::api::routes;
use crate::domain::event::{EventKind, QuestionKind};
use crate::switchboard::AppWord;
use utoipa::{OpenApi, PartialSchema};

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
        let about = operation["description"].as_str().unwrap_or_default();
        assert!(!about.is_empty(), "{id} is not described");
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
            .filter(|status| status.starts_with(['2', '3']))
            .count();
        assert!(good > 0, "{id} never succeeds");
    }
}

#[test]
fn every_kind_that_apps_are_sent_is_in_the_document_and_nothing_else() {
    let listed = |name: &str| -> BTreeSet<&str> {
        // Derived from the enum itself: a kind that is forgotten in its `ALL` is here.
        let words = document()["components"]["schemas"][name]["enum"].as_array();
        words.unwrap().iter().map(|word| word.as_str().unwrap()).collect()
    };
    let questions = QuestionKind::schema();
    let questions = serde_json::to_value(questions).unwrap()["enum"].clone();
    let asked: BTreeSet<&str> = QuestionKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(questions.as_array().unwrap().len(), asked.len());
    let told: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(told, listed("EventKind"));

    let webhooks = document()["webhooks"].as_object().unwrap();
    let documented: BTreeSet<&str> = webhooks.keys().map(String::as_str).collect();
    assert_eq!(documented, told.union(&asked).copied().collect());
    for (name, words) in [("Event", &told), ("Question", &asked)] {
        let union = &document()["components"]["schemas"][name];
        let mapping = union["discriminator"]["mapping"].as_object().unwrap();
        assert_eq!(
            &mapping.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            words
        );
        let choices: Vec<&Value> = union["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| &c["$ref"])
            .collect();
        assert_eq!(mapping.values().collect::<Vec<_>>(), choices);
        for (word, place) in mapping {
            let body = document()
                .pointer(place.as_str().unwrap().trim_start_matches('#'))
                .unwrap();
            assert_eq!(body["properties"]["type"]["const"], *word);
            let sent = &webhooks[word]["post"]["requestBody"]["content"]["application/json"];
            assert_eq!(sent["schema"]["$ref"], *place);
            assert_eq!(sent["example"]["type"], *word);
        }
    }
}

#[test]
fn every_answer_that_the_document_allows_is_understood_and_every_word_is_in_it() {
    let mut understood = BTreeSet::new();
    for kind in QuestionKind::ALL {
        let post = &document()["webhooks"][kind.word()]["post"];
        let answers = &post["responses"]["200"]["content"]["application/json"]["examples"];
        for (word, example) in answers.as_object().unwrap() {
            assert_eq!(example["value"]["action"], **word);
            let read = AppWord::read(example["value"].clone());
            assert!(read.is_ok(), "{word}: {read:?}");
            understood.insert(word.as_str());
        }
    }
    let all = serde_json::to_value(AppWord::schema()).unwrap();
    assert_eq!(understood.len(), all["oneOf"].as_array().unwrap().len());
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
