use std::collections::BTreeSet;

use serde_json::json;

use super::{House, PHONES};
use crate::api::branch::Gate;
use crate::api::routes;

/// A path of this pattern that could be.
pub(super) fn example(pattern: &str, community: &str) -> String {
    let fill = [
        ("{community}", community),
        ("{member}", "mem_0000000000001"),
        ("{campaign}", "cmp_0000000000001"),
        ("{device}", "dev_0000000000001"),
        ("{contact}", "ctc_0000000000001"),
        ("{pool}", "pool_0000000000001"),
        ("{number}", "num_0000000000001"),
        ("{message}", "msg_0000000000001"),
        ("{key}", "key_0000000000001"),
        ("{user}", "usr_0000000000001"),
        ("{phone}", "+14155550101"),
        ("{endpoint}", "end_0000000000001"),
        ("{delivery}", "dlv_0000000000001"),
        ("{opt_out}", "opt_0000000000001"),
        ("{opt_in}", "oin_0000000000001"),
        ("{swap}", "swp_0000000000001"),
        ("{call}", "call_0000000000001"),
        ("{leg}", "leg_0000000000001"),
        ("{verification}", "ver_0000000000001"),
        ("{import}", "imp_0000000000001"),
        ("{book_link}", "blk_0000000000001"),
        ("{token}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        // A stream has no end; this ends before it begins.
        ("/v1/events", "/v1/events?types=none"),
    ];
    let path = fill
        .iter()
        .fold(pattern.to_owned(), |p, (name, value)| p.replace(name, value));
    assert!(
        !path.contains('{'),
        "{pattern}: say in this test what stands there"
    );
    path
}

#[actix_web::test]
async fn every_route_but_health_needs_a_living_key() {
    let house = House::new().await;
    let open: BTreeSet<String> = routes::list()
        .into_iter()
        .filter(|r| r.gate == Gate::Open)
        .map(|r| r.path)
        .collect();
    assert_eq!(
        open,
        BTreeSet::from(
            [
                // Opened by their tokens.
                "/book/{community}/{token}",
                "/book/{community}/{token}/contacts.vcf",
                "/book/{community}/{token}/contacts/{contact}/qr.svg",
                "/docs",
                "/healthz",
                "/openapi.json",
                "/readyz",
                // Opened by a password, and by a one-time link.
                "/v1/session",
                "/v1/session/first",
                // Opened by the provider of OpenID Connect.
                "/v1/session/oidc",
                "/v1/session/oidc/callback",
                "/v1/session/oidc/start",
            ]
            .map(str::to_owned)
        )
    );
    for route in routes::list().into_iter().filter(|r| r.gate != Gate::Open) {
        let path = example(&route.path, "com_0000000000001");
        let bad = [
            vec![],
            vec![("authorization", "Bearer pl_nobodysnobodysnobodys")],
            vec![("authorization", "Bearer ")],
            vec![("authorization", "Basic dXNlcjpwYXNz")],
            vec![("authorization", "Bearer a"), ("authorization", "Bearer b")],
        ];
        for headers in bad {
            let answer = house.ask(route.method.as_str(), &path, &headers, vec![]).await;
            answer.problem(401, "unauthorized");
            assert!(
                answer.header("www-authenticate").starts_with("Bearer realm="),
                "{path}"
            );
        }
        if route.gate == Gate::Session {
            // A key is no session.
            let answer = house
                .ask_as(&house.admin, route.method.as_str(), &path, None)
                .await;
            answer.problem(401, "unauthorized");
            continue;
        }
        // With a key the door is there: whatever it says, it is not about the path or the method.
        let answer = house
            .ask_as(&house.admin, route.method.as_str(), &path, None)
            .await;
        assert!(
            ![401, 403, 405].contains(&answer.status),
            "{} {path}: {answer:?}",
            route.method
        );
        assert_ne!(answer.text("code"), "no_such_path", "{} {path}", route.method);
    }
}

#[actix_web::test]
async fn a_key_of_a_community_opens_nothing_else() {
    let house = House::new().await;
    let (own, other) = (house.community("Riders").await, house.community("Walkers").await);
    house.member(&other, "Bob", PHONES[1]).await;
    let key = house.key_of(&own).await;
    let other_id = other.rsplit('/').next().unwrap();
    let before = house.everything().await;
    for route in routes::list() {
        let method = route.method.as_str();
        let path = example(&route.path, other_id);
        let answer = house
            .ask_as(&key, method, &path, Some(json!({ "name": "x" })))
            .await;
        match route.gate {
            Gate::Admin => assert!(answer.problem(403, "forbidden").contains("scope admin")),
            // Its own file tells of the stream.
            Gate::Bearer if route.path == "/v1/events" => assert_eq!(answer.status, 422),
            Gate::Metrics => assert!(answer.problem(403, "forbidden").contains("scope admin")),
            // These are of no one community: their own file tells of them.
            Gate::Manage if route.path == "/v1/carriers" => assert_eq!(answer.status, 200),
            Gate::Manage if route.path.starts_with("/v1/pool_files/") => {
                answer.problem(422, "invalid");
            }
            Gate::Community | Gate::Manage => {
                let sentence = answer.problem(404, "not_found");
                assert_eq!(
                    sentence,
                    format!("there is no community {other_id}"),
                    "{method} {path}"
                );
            }
            // A token opens it, and no key.
            Gate::Open if route.path.starts_with("/book/") => {
                answer.problem(404, "not_found");
            }
            Gate::Session => {
                answer.problem(401, "unauthorized");
            }
            // There is no provider.
            Gate::Open if route.path.starts_with("/v1/session/oidc/") => {
                answer.problem(404, "no_such_path");
            }
            Gate::Open if route.path == "/v1/session/oidc" => assert_eq!(answer.status, 200),
            Gate::Open if route.path.starts_with("/v1/session") => assert_eq!(answer.status, 422),
            Gate::Bearer | Gate::Open => assert_eq!(answer.status, 200, "{method} {path}"),
        }
    }
    assert_eq!(house.everything().await, before);
    let list = house
        .ask_as(&key, "GET", "/v1/communities", None)
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["name"], "Riders");
    house
        .ask_as(&key, "GET", &format!("{own}/members"), None)
        .await
        .expect(200);
}

#[actix_web::test]
async fn what_belongs_to_another_community_is_not_found_through_ones_own() {
    let house = House::new().await;
    let (own, other) = (house.community("Riders").await, house.community("Walkers").await);
    let pool = house.pool(&other, "main", 2, 15_005_550_100).await;
    let bob = house.member(&other, "Bob", PHONES[1]).await;
    let eve = house.member(&other, "Eve", PHONES[2]).await;
    let made = house
        .post(
            &format!("{other}/members/{bob}/contacts"),
            json!({ "contact": eve }),
        )
        .await
        .expect(201);
    let message = json!({ "from": bob, "to": eve, "text": "private" });
    let message = house
        .post(&format!("{other}/messages"), message)
        .await
        .expect(202);
    let ann = house.member(&own, "Ann", PHONES[0]).await;
    let key = house.key_of(&own).await;
    let (number, message) = (made["number"].as_str().unwrap(), message["id"].as_str().unwrap());
    for path in [
        format!("members/{bob}"),
        format!("members/{bob}/devices"),
        format!("members/{bob}/contacts"),
        format!("members/{ann}/contacts/{}", made["id"].as_str().unwrap()),
        format!("pools/{pool}"),
        format!("messages/{message}"),
        format!("assignments?member={bob}"),
    ] {
        let answer = house.ask_as(&key, "GET", &format!("{own}/{path}"), None).await;
        answer.problem(404, "not_found");
    }
    let body = json!({ "contact": bob });
    let answer = house
        .ask_as(&key, "POST", &format!("{own}/members/{ann}/contacts"), Some(body))
        .await;
    answer.problem(404, "not_found");
    let resolve = format!("{own}/resolve?from=%2B{}&to=%2B{}", &PHONES[1][1..], &number[1..]);
    let decision = house.ask_as(&key, "GET", &resolve, None).await.expect(200);
    assert_eq!(
        (&decision["reason"], &decision["member"]),
        (&json!("unassigned_number"), &json!(null))
    );
    // The phone of a member elsewhere is free to be one's own member's as well.
    house.member(&own, "Bob too", PHONES[1]).await;
}

#[actix_web::test]
async fn wrong_paths_methods_and_ids_are_problems_too() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    for path in [
        "/",
        "/nothing",
        "/v1/nothing",
        "/v2",
        "/v1/communities/",
        &format!("{at}/nothing"),
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            ["no_such_path", "not_found"].contains(&answer.text("code")),
            "{path}: {answer:?}"
        );
    }
    for (method, path, allow) in [
        ("PUT", "/v1/communities", "GET, POST"),
        ("DELETE", &*format!("{at}/members"), "GET, POST"),
        ("POST", &*at, "GET, PATCH"),
        ("POST", "/healthz", "GET"),
    ] {
        let answer = house.ask_as(&house.admin, method, path, None).await;
        let sentence = answer.problem(405, "method_not_allowed");
        assert!(sentence.starts_with(method), "{sentence}");
        let mut allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(", "), allow, "{path}");
    }
    for (path, hint) in [
        ("/v1/communities/riders".to_owned(), "com_"),
        ("/v1/communities/mem_0000000000001".to_owned(), "com_"),
        (format!("{at}/members/pool_0000000000001"), "mem_"),
        (format!("{at}/members/mem_zzzzzzzzzzzzz"), "mem_"),
        (format!("{at}/members/%00%FF"), "mem_"),
        (format!("{at}/members/mem_0000000000001/contacts/bob"), "ctc_"),
        (format!("{at}/members/mem_0000000000001"), "there is no member"),
        (
            "/v1/communities/com_0000000000001".to_owned(),
            "there is no community",
        ),
        (
            "/v1/communities/com_0000000000001/members".to_owned(),
            "there is no community",
        ),
        (
            "/v1/communities/com_0000000000001/resolve?from=+14155550101&to=+15005550100".to_owned(),
            "there is no community",
        ),
    ] {
        let sentence = house.get(&path).await.problem(404, "not_found");
        assert!(sentence.contains(hint), "{path}: {sentence}");
    }
}

#[actix_web::test]
async fn every_answer_names_its_request() {
    let house = House::new().await;
    let ask = async |id: &str| {
        house
            .ask("GET", "/healthz", &[("x-request-id", id)], vec![])
            .await
    };
    assert_eq!(
        ask("trace-42.a:b_c").await.header("x-request-id"),
        "trace-42.a:b_c"
    );
    for insane in ["", "with blank", "a\"b", &"x".repeat(101)] {
        assert!(
            ask(insane).await.header("x-request-id").starts_with("req_"),
            "{insane}"
        );
    }
    let nowhere = house
        .ask("GET", "/nowhere", &[("x-request-id", "abc")], vec![])
        .await;
    nowhere.problem(404, "no_such_path");
    assert_eq!(nowhere.text("request_id"), "abc");
}
