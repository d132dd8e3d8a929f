use serde_json::{Value, json};

use super::House;

/// Things with a GET, a PATCH and a DELETE of their own, each with a change that changes something.
async fn things(house: &House) -> Vec<(String, Value)> {
    let (at, ann, bob) = house.pair().await;
    let numbers = house.get(&format!("{at}/numbers?limit=3")).await.expect(200);
    let unused = numbers["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|n| n["assignments"] == 0);
    let unused = unused.unwrap()["id"].as_str().unwrap().to_owned();
    let body = json!({ "url": "https://a.example.org" });
    let made = house
        .post(&format!("{at}/callback_endpoints"), body)
        .await
        .expect(201);
    let campaign = house
        .post(&format!("{at}/campaigns"), json!({ "name": "C1" }))
        .await
        .expect(201);
    let body = json!({ "kind": "app", "endpoint": made["id"] });
    let device = house
        .post(&format!("{at}/members/{bob}/devices"), body)
        .await
        .expect(201);
    vec![
        (at.clone(), json!({ "name": "Walkers" })),
        (
            format!("{at}/members/{bob}/devices/{}", device["id"].as_str().unwrap()),
            json!({ "texts_to": "both" }),
        ),
        (
            format!("{at}/callback_endpoints/{}", made["id"].as_str().unwrap()),
            json!({ "description": "new" }),
        ),
        (format!("{at}/numbers/{unused}"), json!({ "rate_per_s": 3.5 })),
        (
            format!("{at}/campaigns/{}", campaign["id"].as_str().unwrap()),
            json!({ "texts_per_day": 5 }),
        ),
        (
            format!("{at}/members/{ann}/contacts/{bob}"),
            json!({ "blocked": true }),
        ),
        (format!("{at}/members/{ann}"), json!({ "name": "Anna" })),
    ]
}

#[actix_web::test]
async fn a_change_is_made_only_to_what_was_looked_at() {
    let house = House::new().await;
    for (path, change) in things(&house).await {
        let seen = house.get(&path).await;
        let old = seen.header("etag").to_owned();
        assert!(old.starts_with('"') && old.ends_with('"'), "{path}: {old}");
        let with = async |method: &str, name: &str, value: &str| {
            let body = if method == "PATCH" {
                change.clone()
            } else {
                Value::Null
            };
            house.ask_with(method, &path, (name, value), body).await
        };
        let same = with("GET", "if-none-match", &format!("\"x\", W/{old}")).await;
        assert_eq!(
            (same.status, same.header("etag"), &same.body),
            (304, &*old, &Value::Null),
            "{path}"
        );
        assert_eq!(with("GET", "if-none-match", "*").await.status, 304);
        assert_eq!(with("GET", "if-none-match", "\"x\"").await.status, 200);

        for stale in ["\"stale\"", &format!("W/{old}")] {
            with("PATCH", "if-match", stale)
                .await
                .problem(412, "changed_meanwhile");
        }
        with("PATCH", "if-match", "stale")
            .await
            .problem(400, "bad_precondition");
        assert_eq!(house.get(&path).await.header("etag"), old, "{path}");

        let changed = with("PATCH", "if-match", &format!("\"x\", {old}")).await;
        let new = changed.header("etag").to_owned();
        changed.expect(200);
        assert_ne!(new, old, "{path}");
        assert_eq!(house.get(&path).await.header("etag"), new, "{path}");
        with("PATCH", "if-match", "*").await.expect(200);
        if path.matches('/').count() > 3 {
            with("DELETE", "if-match", &old)
                .await
                .problem(412, "changed_meanwhile");
        }
    }
}

#[actix_web::test]
async fn what_is_as_it_was_looked_at_is_removed() {
    let house = House::new().await;
    for (path, _) in things(&house).await.into_iter().skip(1) {
        let tag = house.get(&path).await.header("etag").to_owned();
        let gone = house
            .ask_with("DELETE", &path, ("if-match", &tag), Value::Null)
            .await;
        assert_eq!(gone.status, 204, "{path}: {}", gone.body);
        let gone = house
            .ask_with("DELETE", &path, ("if-match", "*"), Value::Null)
            .await;
        gone.problem(404, "not_found");
    }
}
