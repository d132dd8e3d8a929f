//! Where requests come from, behind a proxy and without one.

use serde_json::json;

use super::House;
use super::sessions::{Browser, PASSWORD, user};
use crate::api::Shared;
use crate::config::http::HttpConfig;
use crate::domain::admin::Role;

/// A house behind a proxy at 10.0.0.1.
async fn behind_a_proxy() -> House {
    let mut house = House::new().await;
    let config = HttpConfig {
        trusted_proxies: vec!["10.0.0.0/8".into()],
        failed_auths_per_minute: 60,
        ..HttpConfig::default()
    };
    house.shared = Shared::new(&config, &house.state);
    house.from = Some("10.0.0.1:4711".parse().unwrap());
    house
}

async fn try_from(house: &House, address: &str, password: &str) -> super::common::Answer {
    let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
    let body = json!({ "name": "ann", "password": password }).to_string();
    house
        .ask("POST", "/v1/session", &headers, body.into_bytes())
        .await
}

#[actix_web::test]
async fn a_stranger_elsewhere_behind_the_same_proxy_keeps_no_known_name_out() {
    let house = behind_a_proxy().await;
    user(&house, "ann", Role::Owner).await;
    for _ in 0..5 {
        let failed = try_from(&house, "203.0.113.1", "wrong password").await;
        failed.problem(401, "sign_in_failed");
    }
    let again = try_from(&house, "203.0.113.1", PASSWORD).await;
    again.problem(429, "too_many_failures");
    // What stands before the proxy's own entry anybody may have written.
    let pretending = try_from(&house, "198.51.100.7, 203.0.113.1", PASSWORD).await;
    pretending.problem(429, "too_many_failures");
    Browser::of(&try_from(&house, "203.0.113.2, 10.9.9.9", PASSWORD).await);
    let log = house.get("/v1/audit_log?limit=2").await.expect(200);
    let told: Vec<_> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (&e["what"], &e["address"]))
        .collect();
    let (signed_in, failed) = (json!("sign_in"), json!("sign_in_failed"));
    let (home, stranger) = (json!("203.0.113.2"), json!("203.0.113.1"));
    assert_eq!(told, [(&signed_in, &home), (&failed, &stranger)]);
}

#[actix_web::test]
async fn what_is_said_by_nobody_who_is_trusted_is_not_believed() {
    let mut house = behind_a_proxy().await;
    user(&house, "ann", Role::Owner).await;
    house.from = Some("192.0.2.7:4711".parse().unwrap());
    for n in 0..5 {
        let failed = try_from(&house, &format!("203.0.113.{n}"), "wrong password").await;
        failed.problem(401, "sign_in_failed");
    }
    let again = try_from(&house, "203.0.113.99", PASSWORD).await;
    again.problem(429, "too_many_failures");
    let log = house.get("/v1/audit_log?limit=1").await.expect(200);
    assert_eq!(log["data"][0]["address"], "192.0.2.7");
}

#[actix_web::test]
async fn wrong_keys_count_for_the_address_before_the_proxy() {
    let house = behind_a_proxy().await;
    let wrong = async |address: &str| {
        let headers = [("authorization", "Bearer pl_wrong"), ("x-forwarded-for", address)];
        house.ask("GET", "/v1/communities", &headers, vec![]).await.status
    };
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(wrong("203.0.113.1").await);
    }
    assert!(
        answers.starts_with(&[401]) && answers.ends_with(&[429]),
        "{answers:?}"
    );
    assert_eq!(wrong("203.0.113.2").await, 401);
}
