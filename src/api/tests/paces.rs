use super::House;
use crate::api::Shared;
use crate::config::http::HttpConfig;

#[actix_web::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_again() {
    let mut house = House::new().await;
    let at = house.community("Riders").await;
    let other = house.key_of(&at).await;
    let config = HttpConfig {
        requests_per_s: 1,
        burst: 3,
        ..HttpConfig::default()
    };
    house.shared = Shared::new(&config, &house.state);
    for _ in 0..3 {
        house.get("/v1/communities").await.expect(200);
    }
    let refused = house.get("/v1/communities").await;
    refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "1");
    // Another key has a pace of its own; health needs none.
    house
        .ask_as(&other, "GET", "/v1/communities", None)
        .await
        .expect(200);
    house.get("/healthz").await.expect(200);
    // A second later there is room for one.
    (0..1000).for_each(|_| {
        house.state.board.now();
    });
    house.get("/v1/communities").await.expect(200);
    assert_eq!(house.get("/v1/communities").await.status, 429);
}

#[actix_web::test]
async fn a_pace_of_zero_is_no_limit() {
    let mut house = House::new().await;
    let config = HttpConfig {
        requests_per_s: 0,
        burst: 1,
        ..HttpConfig::default()
    };
    house.shared = Shared::new(&config, &house.state);
    for _ in 0..10 {
        house.get("/v1/communities").await.expect(200);
    }
}

#[actix_web::test]
async fn an_address_with_wrong_keys_is_told_when_to_come_again_and_right_ones_are_let_in() {
    let mut house = House::new().await;
    let at = house.community("Riders").await;
    let fresh = house.key_of(&at).await;
    let config = HttpConfig {
        failed_auths_per_minute: 6,
        ..HttpConfig::default()
    };
    house.shared = Shared::new(&config, &house.state);
    house.from = Some("192.0.2.7:4711".parse().unwrap());
    house.get("/v1/communities").await.expect(200);
    let guess = async |house: &House| house.ask_as("pl_wrong", "GET", "/v1/communities", None).await;
    guess(&house).await.problem(401, "unauthorized");
    house
        .ask("GET", "/metrics", &[], vec![])
        .await
        .problem(401, "unauthorized");
    house
        .ask("GET", "/v1/keys", &[], vec![])
        .await
        .problem(401, "unauthorized");
    let refused = guess(&house).await;
    refused.problem(429, "too_many_failures");
    assert_eq!(refused.header("retry-after"), "10");
    assert_eq!(house.ask("GET", "/metrics", &[], vec![]).await.status, 429);
    // A key that was right lately is no guess; one that nobody has seen may be.
    house.get("/v1/communities").await.expect(200);
    assert_eq!(house.ask_as(&fresh, "GET", &at, None).await.status, 429);
    house.get("/healthz").await.expect(200);
    // Others are not concerned, and ten seconds later there is room for one.
    house.from = Some("192.0.2.8:4711".parse().unwrap());
    house.ask_as(&fresh, "GET", &at, None).await.expect(200);
    house.from = Some("192.0.2.7:4711".parse().unwrap());
    (0..10_000).for_each(|_| {
        house.state.board.now();
    });
    guess(&house).await.problem(401, "unauthorized");
    guess(&house).await.problem(429, "too_many_failures");
}
