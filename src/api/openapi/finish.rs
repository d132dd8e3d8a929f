//! Completes what the handlers say: parameters in the path, the errors that gates and bodies bring, headers,
//! security, and an example for every body.

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use super::{examples, parameters, problems, tidy, webhooks};
use crate::api::branch::{Gate, Listed};

const OVERVIEW: &str = include_str!("overview.md");

/// One noun each, in the order of the reference.
const TAGS: &[(&str, &str)] = &[
    (
        "Communities",
        "Groups that share pools; each owns its members, numbers and policy.",
    ),
    (
        "Members",
        "People in a community, and guests: outside phones known as somebody's contact.",
    ),
    ("Devices", "What a member can be reached on."),
    (
        "Consent",
        "What members agreed to and whom they block; all that is held about one, and its erasure.",
    ),
    (
        "Contacts",
        "Directed pairs: a member chose a contact, and each stands as a number on the other's phone.",
    ),
    (
        "Address books",
        "A member's contacts for their phone: names on pool numbers, behind a private link.",
    ),
    ("Pools", "Named sets of numbers."),
    ("Numbers", "The shared numbers themselves."),
    (
        "Carriers",
        "How the ways to the telephone network stand. Not for keys of scope `app`.",
    ),
    (
        "Pool files",
        "A community declared in TOML: what it would change, and the change. Not for keys of scope `app`.",
    ),
    ("Assignments", "Which number is whom, on whose phone."),
    (
        "Capacity",
        "How far the numbers go, who runs out when, and what a change would bring. Not for keys of scope `app`.",
    ),
    (
        "Swaps",
        "Every pair is moved off numbers, while the old ones lead on. Not for keys of scope `app`.",
    ),
    (
        "Releases",
        "For whom released numbers stood: those that cool down, and those that are kept for their contact.",
    ),
    (
        "Calls",
        "Made in a member's name, listed, looked at step by step, ended.",
    ),
    ("Interactions", "What happened on pairs, without a word of it."),
    (
        "Imports",
        "Members and contacts from files, by jobs that are polled.",
    ),
    (
        "Opt-outs",
        "What phones have stopped. Only the phone itself lifts it.",
    ),
    (
        "Callbacks",
        "Where an app is told what happens, and how each telling went.",
    ),
    webhooks::TAG,
    ("Events", "What happens, as a stream."),
    ("Messages", "Texts that were bridged, refused or held."),
    ("Resolve", "What would happen, and why."),
    (
        "Sessions",
        "Signing in with a browser, for the admins' pages: a cookie in the place of a key.",
    ),
    (
        "Users",
        "Who may sign in with a browser, and what they did. Only for keys of scope `admin`, and owners.",
    ),
    ("Keys", "Bearer keys to this API. Only for keys of scope `admin`."),
    (
        "Verifications",
        "Proofs that the assignment table breaks none of its rules, as signed reports. Only for keys of scope `admin`.",
    ),
    (
        "Loopback",
        "Virtual phones to try things out with, where the loopback carrier is on. Only for keys of scope `admin`.",
    ),
    ("Health", "For load balancers and orchestrators. No key needed."),
    ("Reference", "This description of the API. No key needed."),
];

/// The whole document.
pub(super) fn finish(handlers: &utoipa::openapi::OpenApi, routes: &[Listed]) -> Value {
    let handlers = serde_json::to_value(handlers).unwrap_or_default();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Partyline",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The API of a community number-pool telephony broker.",
            "description": OVERVIEW,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The broker that serves this document." }],
        "security": [{ "bearer": [] }],
        "tags": TAGS.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect::<Value>(),
        "paths": handlers["paths"],
        "webhooks": {},
        "components": {
            "securitySchemes": { "bearer": {
                "type": "http", "scheme": "bearer",
                "description": "A token from `partyline key create` or `POST /v1/keys`.",
            }, "session": {
                "type": "apiKey", "in": "cookie", "name": "partyline_session",
                "description": "The cookie of somebody who signed in with a browser. It opens what a key opens, by their role.",
            } },
            "parameters": parameters::shared(),
            "headers": headers(),
            "responses": shared_responses(),
            "schemas": handlers["components"]["schemas"],
        },
    });
    webhooks::add_schemas(&mut document["components"]["schemas"]);
    tidy::pages(&mut document);
    tidy::schemas(&mut document["components"]["schemas"]);
    require_what_is_always_there(&mut document);
    let root = document.clone();
    document["webhooks"] = webhooks::all(&root);
    webhooks::show_stream(&mut document);
    for (path, item) in members(&mut document["paths"]) {
        for (method, operation) in members(item) {
            let route = routes
                .iter()
                .find(|r| r.path == *path && r.method.as_str().eq_ignore_ascii_case(method));
            if let Some(route) = route {
                finish_operation(operation, route, &root);
            }
        }
    }
    document
}

fn members(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flat_map(Map::iter_mut)
}

fn headers() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string" }, "example": example });
    json!({
        "X-Request-Id": text("Names the request in the broker's log: your own id if you sent one, else a new one.", "req_4tz6cdm2k7qhw3yb"),
        "WWW-Authenticate": text("What is asked for.", "Bearer realm=\"partyline\""),
        "ETag": text("Names this version of the answer, for `If-None-Match`.", "\"5d41402abc4b2a76b9719d911017c592\""),
        "Idempotent-Replayed": text("`true` where the answer was given before, under the same `Idempotency-Key`.", "true"),
        "Retry-After": {
            "description": "Seconds to wait before trying again.",
            "schema": { "type": "integer", "minimum": 0 },
            "example": 1,
        },
    })
}

fn shared_responses() -> Value {
    let answer = |words: &[&str]| {
        let known: Vec<_> = words.iter().filter_map(|word| problems::known(word)).collect();
        problems::response(&known)
    };
    let shared = problems::SHARED.iter();
    shared
        .map(|(name, words)| ((*name).to_owned(), answer(words)))
        .collect::<Map<_, _>>()
        .into()
}

/// Schemas of answers that leave out what they do not have: problems, and offenders, of which a report may hold a
/// great many.
const SPARSE: [&str; 2] = ["Problem", "VerificationOffender"];

/// An answer holds every field that it can have, null included; only what is sent may leave some out, and what is sparse.
fn require_what_is_always_there(document: &mut Value) {
    let mut sent = Vec::new();
    for (_, item) in members(&mut document["paths"].clone()) {
        for (_, operation) in members(item) {
            reach(&operation["requestBody"], document, &mut sent);
        }
    }
    for (name, schema) in members(&mut document["components"]["schemas"]) {
        if !sent.contains(name) && !SPARSE.contains(&name.as_str()) && !webhooks::is_said_by_apps(name) {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let names: Vec<String> = properties.keys().cloned().collect();
        schema["required"] = json!(names);
    }
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(require_all);
    }
}

/// The names of all schemas that this refers to, however far away.
fn reach(value: &Value, document: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|r| r.rsplit('/').next())
                && !found.iter().any(|f| f == name)
            {
                found.push(name.to_owned());
                reach(&document["components"]["schemas"][name], document, found);
            }
            map.values().for_each(|value| reach(value, document, found));
        }
        Value::Array(list) => list.iter().for_each(|value| reach(value, document, found)),
        _ => {}
    }
}

/// What an operation does with headers.
struct Habits {
    says_tag: bool,
    if_none_match: bool,
    if_match: bool,
    repeatable: bool,
}

fn finish_operation(operation: &mut Value, route: &Listed, root: &Value) {
    let Some(fields) = operation.as_object_mut() else {
        return;
    };
    let own: Vec<String> = fields
        .shift_remove("x-problems")
        .and_then(|words| serde_json::from_value(words).ok())
        .unwrap_or_default();
    let says_tag = fields.shift_remove("x-if-none-match").is_some() || route.tagged;
    let habits = Habits {
        says_tag,
        if_none_match: says_tag && route.method == Method::GET,
        // A key has no state that a change could meet.
        if_match: matches!(route.method, Method::PATCH | Method::DELETE)
            && !matches!(route.gate, Gate::Admin | Gate::Session)
            || route.tagged && route.method == Method::PATCH,
        // Of those that a browser alone asks, none.
        repeatable: route.method == Method::POST && !matches!(route.gate, Gate::Open | Gate::Session),
    };
    if habits.if_none_match {
        operation["responses"]["304"] = json!({ "description": "It is as `If-None-Match` says." });
    }
    if habits.if_none_match && operation.get("description").is_none() {
        let about = "Its `ETag` names it as it is: ask with `If-None-Match`, and the answer is 304 while nothing changed.";
        operation["description"] = json!(about);
    }
    let in_query = set_parameters(operation, &route.path, &habits, root);
    match route.gate {
        Gate::Open => operation["security"] = json!([]),
        Gate::Session => operation["security"] = json!([{ "session": [] }]),
        // A setting decides.
        Gate::Metrics => operation["security"] = json!([{}, { "bearer": [] }]),
        _ => {}
    }
    if let Some(body) = operation.get_mut("requestBody") {
        set_examples(body, root);
    }
    for (status, response) in members(&mut operation["responses"]) {
        response["headers"] = json!({ "X-Request-Id": header("X-Request-Id") });
        if habits.says_tag && status != "204" {
            response["headers"]["ETag"] = header("ETag");
        }
        if habits.repeatable {
            response["headers"]["Idempotent-Replayed"] = header("Idempotent-Replayed");
        }
        set_examples(response, root);
    }
    set_problems(operation, route, &habits, in_query, &own);
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// An example for each kind of content that has none yet.
fn set_examples(holder: &mut Value, root: &Value) {
    let Some(content) = holder.get_mut("content") else {
        return;
    };
    for (_, media) in members(content) {
        if media.get("example").is_none() {
            media["example"] = examples::of(&media["schema"], root);
        }
    }
}

/// Puts those of the path first, and refers to those that are shared; true if any stands in the query.
fn set_parameters(operation: &mut Value, path: &str, habits: &Habits, root: &Value) -> bool {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    let mut all: Vec<Value> = names.filter_map(parameters::in_path).collect();
    all.iter_mut()
        .for_each(|parameter| tidy::parameter(parameter, root));
    let shared = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let (mut paging, mut in_query) = (Vec::new(), false);
    for mut given in operation["parameters"].as_array().cloned().unwrap_or_default() {
        in_query |= given["in"] == "query";
        match given["name"].as_str() {
            Some(name @ ("limit" | "cursor")) => paging.push(shared(name)),
            _ => {
                tidy::parameter(&mut given, root);
                all.push(given);
            }
        }
    }
    all.extend(paging);
    let own = [
        (habits.if_none_match, "if_none_match"),
        (habits.if_match, "if_match"),
        (habits.repeatable, "idempotency_key"),
    ];
    all.extend(own.iter().filter(|(has, _)| *has).map(|(_, name)| shared(name)));
    match all.is_empty() {
        true => operation
            .as_object_mut()
            .and_then(|o| o.shift_remove("parameters")),
        false => operation
            .as_object_mut()
            .and_then(|o| o.insert("parameters".into(), all.into())),
    };
    in_query
}

/// Adds the errors: the operation's own, and those that its gate, path, body and query bring.
fn set_problems(operation: &mut Value, route: &Listed, habits: &Habits, in_query: bool, own: &[String]) {
    let mut words: Vec<&str> = own.iter().map(String::as_str).collect();
    if !matches!(route.gate, Gate::Open | Gate::Metrics) {
        words.extend([
            "unauthorized",
            "unavailable",
            "too_many_requests",
            "too_many_failures",
        ]);
        if route.method != Method::GET {
            words.push("csrf");
        }
        if route.method != Method::GET && route.gate != Gate::Session {
            words.push("read_only");
        }
    }
    // Of what is asked in a session numbers may be asked to be shown, by roles that may not.
    if !matches!(route.gate, Gate::Open | Gate::Session | Gate::Metrics) {
        words.push("forbidden");
    }
    if route.path.contains('{') {
        words.push("not_found");
    }
    if habits.if_none_match && route.tagged || habits.if_match {
        words.push("bad_precondition");
    }
    if habits.if_match {
        words.push("changed_meanwhile");
    }
    if habits.repeatable {
        words.extend(["bad_idempotency_key", "idempotency_key_reused", "in_flight"]);
        words.extend(["broken_body", "body_too_slow", "body_too_large"]);
    }
    if operation.get("requestBody").is_some() {
        words.extend([
            "missing_body",
            "malformed_json",
            "bad_utf8",
            "broken_body",
            "body_too_slow",
        ]);
        words.extend([
            "body_too_large",
            "unsupported_media_type",
            "invalid",
            "made_meanwhile",
        ]);
    }
    if in_query {
        words.extend(["bad_query", "invalid"]);
    }
    words.push("internal");

    // In the catalogue's order, so that equal sets are equal lists.
    let problems: Vec<_> = problems::ALL
        .iter()
        .filter(|known| words.contains(&known.code))
        .collect();
    for group in problems.chunk_by(|a, b| a.status == b.status) {
        let codes: Vec<&str> = group.iter().map(|p| p.code).collect();
        let shared = problems::SHARED.iter().find(|(_, words)| *words == codes);
        let answer = match shared {
            Some((name, _)) => json!({ "$ref": format!("#/components/responses/{name}") }),
            None => problems::response(group),
        };
        let status = group.first().map_or(500, |p| p.status).to_string();
        if let Some(responses) = operation["responses"].as_object_mut() {
            responses.insert(status, answer);
        }
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.sort_keys();
    }
}
