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
