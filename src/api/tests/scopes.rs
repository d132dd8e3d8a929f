//! Every route times every kind of key, out of the route table: a new route cannot be forgotten.

use serde_json::json;

use super::House;
use super::access::example;
use crate::api::branch::{Gate, Listed};
use crate::api::routes;

/// With which status and word a key of this kind is turned away from a route, if it is.
fn turned_away(route: &Listed, scope: &str, read_only: bool) -> Option<(u16, &'static str)> {
    if route.gate == Gate::Session {
        // These are for people who are signed in, and no key opens them.
        return Some((401, "unauthorized"));
    }
    if route.gate == Gate::Metrics {
        return (scope != "admin").then_some((403, "forbidden"));
    }
    if read_only && route.method != "GET" {
        return Some((403, "read_only"));
    }
    let opened = match scope {
        "admin" => Gate::Admin,
        "community" => Gate::Manage,
        _ => Gate::Community,
    };
    (route.gate > opened).then_some((403, "forbidden"))
}

#[actix_web::test]
async fn every_route_lets_pass_whom_its_gate_says() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let community = at.rsplit('/').next().unwrap();
    for scope in ["admin", "community", "app"] {
        for read_only in [false, true] {
            let mut fields = json!({ "scope": scope, "read_only": read_only });
            if scope != "admin" {
                fields["community"] = json!(community);
            }
            if scope == "app" {
                fields["app"] = json!("chat");
            }
            let key = house.key_with(fields).await;
            for route in routes::list().into_iter().filter(|r| r.gate != Gate::Open) {
                let (method, path) = (route.method.as_str(), example(&route.path, community));
                let answer = house.ask_as(&key, method, &path, None).await;
                let kind = format!("{scope} read_only={read_only}: {method} {path}: {}", answer.body);
                match turned_away(&route, scope, read_only) {
                    Some(refusal) => assert_eq!((answer.status, answer.text("code")), refusal, "{kind}"),
                    None => assert!(![401, 403, 405].contains(&answer.status), "{kind}"),
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_key_that_has_ended_opens_nothing() {
    let house = House::new().await;
    let ended = house
        .key_with(json!({ "scope": "admin", "expires_in_s": 1 }))
        .await;
    house.ask_as(&ended, "GET", "/v1/keys", None).await.expect(200);
    // Each look moves the clock on by a millisecond.
    (0..1000).for_each(|_| {
        house.state.board.now();
    });
    let revoked = house
        .post("/v1/keys", json!({ "name": "x", "scope": "admin" }))
        .await
        .expect(201);
    let path = format!("/v1/keys/{}", revoked["id"].as_str().unwrap());
    let seen = house.get(&path).await.expect(200);
    assert_eq!((&seen["id"], seen.get("token")), (&revoked["id"], None));
    house.delete(&path).await.expect(204);
    for token in [ended.as_str(), revoked["token"].as_str().unwrap()] {
        for route in routes::list().into_iter().filter(|r| r.gate != Gate::Open) {
            let path = example(&route.path, "com_0000000000001");
            let answer = house.ask_as(token, route.method.as_str(), &path, None).await;
            answer.problem(401, "unauthorized");
        }
    }
}

#[actix_web::test]
async fn an_app_sees_and_touches_only_its_own_endpoints() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let (chat, other) = (
        house.app_key(&at, "chat").await,
        house.app_key(&at, "other").await,
    );
    let endpoints = format!("{at}/callback_endpoints");
    let body = json!({ "url": "https://other.example.org/" });
    let made = house
        .ask_as(&other, "POST", &endpoints, Some(body))
        .await
        .expect(201);
    assert_eq!(made["app"], "other");
    let theirs = format!("{endpoints}/{}", made["id"].as_str().unwrap());
    let delivery = house
        .ask_as(&other, "POST", &format!("{theirs}/test"), None)
        .await
        .expect(202);
    let delivery = format!("{at}/deliveries/{}", delivery["id"].as_str().unwrap());
    let device = json!({ "kind": "app", "endpoint": made["id"] });
    let attempts = [
        ("GET", theirs.clone(), None),
        ("PATCH", theirs.clone(), Some(json!({ "enabled": false }))),
        ("DELETE", theirs.clone(), None),
        ("POST", format!("{theirs}/test"), None),
        ("POST", format!("{theirs}/rotate_secret"), Some(json!({}))),
        ("POST", format!("{theirs}/replay_dead"), None),
        ("GET", delivery.clone(), None),
        ("POST", format!("{delivery}/replay"), None),
        ("POST", format!("{at}/members/{ann}/devices"), Some(device)),
    ];
    for (method, path, body) in attempts {
        house
            .ask_as(&chat, method, &path, body)
            .await
            .problem(404, "not_found");
    }
    for (path, key, count) in [
        (&endpoints, &chat, 0),
        (&endpoints, &other, 1),
        (&format!("{at}/deliveries"), &chat, 0),
        (&format!("{at}/deliveries"), &other, 1),
        (&format!("{at}/deliveries"), &house.admin, 1),
    ] {
        let list = house.ask_as(key, "GET", path, None).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{path}");
    }
    house.ask_as(&other, "GET", &delivery, None).await.expect(200);
}
