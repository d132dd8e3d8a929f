//! The way back where the clock matters; the rest is in `tests/oidc.rs`, with a real provider.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::attempt::{Attempt, LIFE_MS};
use super::{Brought, COOKIE, Fault, MOST_BYTES, Oidc, back};
use crate::api::tests::House;
use crate::config::oidc::OidcConfig;

/// A house whose provider cannot be reached.
async fn house() -> House {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    house_at(closed, 10).await
}

/// One whose provider is there, and has to answer within so many seconds.
async fn house_at(provider: SocketAddr, timeout_s: u64) -> House {
    let config = OidcConfig {
        issuer: format!("http://{provider}"),
        client_id: "partyline".into(),
        default_role: "viewer".into(),
        timeout_s,
        ..OidcConfig::default()
    };
    let mut house = House::new().await;
    house.state.oidc = Oidc::new(&config, "https://texts.example.org").unwrap();
    house
}

/// Where the browser is sent that comes back with this state, and this in its cookie.
async fn come_back(house: &House, state: &str, cookie: &str) -> String {
    let path = format!("/v1/session/oidc/callback?code=abc&state={state}");
    let cookie = format!("{COOKIE}={cookie}");
    let answer = house.ask("GET", &path, &[("cookie", &cookie)], Vec::new()).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.header("set-cookie").starts_with("partyline_oidc=; "));
    let word = answer.header("location").strip_prefix("../../../admin/#/?oidc=");
    word.unwrap().to_owned()
}

#[actix_web::test]
async fn a_try_comes_back_within_ten_minutes_to_the_browser_that_began_it_and_once() {
    let house = house().await;
    let begin = |secret: u8| Attempt::new([secret; 32], house.state.board.now());
    // As far as asking the provider: that is what a try that is let through comes to here.
    let attempt = begin(1);
    let (state, cookie) = (attempt.state(), attempt.cookie());
    assert_eq!(come_back(&house, &state, &cookie).await, "unreachable");
    assert_eq!(
        come_back(&house, &state, &cookie).await,
        "expired",
        "a second time"
    );

    let attempt = begin(2);
    house.clock.pass_ms(LIFE_MS - 1_000);
    assert_eq!(
        come_back(&house, &attempt.state(), &attempt.cookie()).await,
        "unreachable"
    );
    let attempt = begin(3);
    house.clock.pass_ms(LIFE_MS);
    assert_eq!(
        come_back(&house, &attempt.state(), &attempt.cookie()).await,
        "expired",
        "too late"
    );

    let (ours, others) = (begin(4), begin(5));
    for (state, cookie) in [
        (ours.state(), others.cookie()),
        (ours.state(), String::new()),
        (String::new(), ours.cookie()),
        ("guessed".into(), ours.cookie()),
    ] {
        assert_eq!(come_back(&house, &state, &cookie).await, "expired", "{state}");
    }
    let state = ours.state();
    assert_eq!(
        come_back(&house, &state, &ours.cookie()).await,
        "unreachable",
        "and nobody had used it up"
    );
}

#[actix_web::test]
async fn without_a_provider_the_page_hears_that_and_there_is_no_way_there() {
    let house = House::new().await;
    let about = house
        .ask("GET", "/v1/session/oidc", &[], Vec::new())
        .await
        .expect(200);
    assert_eq!(
        (&about["enabled"], about["name"].is_null()),
        (&false.into(), true)
    );
    for path in [
        "/v1/session/oidc/start",
        "/v1/session/oidc/callback?code=a&state=b",
    ] {
        house
            .ask("GET", path, &[], Vec::new())
            .await
            .problem(404, "no_such_path");
    }
}

#[actix_web::test]
async fn another_site_cannot_send_a_browser_on_its_way() {
    let house = house().await;
    let foreign = [("sec-fetch-site", "cross-site")];
    let answer = house
        .ask("GET", "/v1/session/oidc/start", &foreign, Vec::new())
        .await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "../../../admin/")
    );
    let own = [("sec-fetch-site", "same-origin")];
    let answer = house.ask("GET", "/v1/session/oidc/start", &own, Vec::new()).await;
    assert_eq!(answer.header("location"), "../../../admin/#/?oidc=unreachable");
}

#[actix_web::test]
async fn tries_are_counted_by_address() {
    let mut house = house().await;
    house.from = "192.0.2.7:1".parse().ok();
    let mut last = String::new();
    for n in 0..40 {
        last = come_back(&house, &format!("guess-{n}"), "").await;
    }
    assert_eq!(last, "busy");
    house.from = "198.51.100.7:1".parse().ok();
    assert_eq!(come_back(&house, "guess", "").await, "expired");
    let log = house.get("/v1/audit_log?limit=100").await.expect(200);
    let failed = log["data"].as_array().unwrap().iter();
    let failed = failed
        .filter(|entry| entry["what"] == "oidc_sign_in_failed")
        .count();
    assert!((1..=10).contains(&failed), "{failed} were written down");
}

#[actix_web::test]
async fn who_begins_too_often_from_an_address_is_asked_to_wait() {
    let mut house = house().await;
    house.from = "192.0.2.7:1".parse().ok();
    let mut last = String::new();
    for _ in 0..40 {
        last = begin(&house).await;
    }
    assert_eq!(last, "busy");
    house.from = "198.51.100.7:1".parse().ok();
    assert_eq!(begin(&house).await, "unreachable");
}

/// Presses the button where that leads back; says with which word.
async fn begin(house: &House) -> String {
    let own = [("sec-fetch-site", "same-origin")];
    let answer = house.ask("GET", "/v1/session/oidc/start", &own, Vec::new()).await;
    let word = answer.header("location").strip_prefix("../../../admin/#/?oidc=");
    word.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Until a second connection comes.
async fn asked_twice(provider: &tokio::net::TcpListener) {
    let _first = provider.accept().await.unwrap();
    let _second = provider.accept().await.unwrap();
}

#[actix_web::test]
#[allow(
    clippy::disallowed_methods,
    reason = "how long somebody waits is what it is about"
)]
async fn nobody_stands_in_a_queue_for_a_provider_that_hangs() {
    // It takes connections, and says nothing.
    let provider = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let house = house_at(provider.local_addr().unwrap(), 5).await;
    let begun = Instant::now();
    let first = async {
        assert_eq!(begin(&house).await, "unreachable");
        begun.elapsed()
    };
    let second = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(begin(&house).await, "unreachable");
        begun.elapsed()
    };
    // This one gets to ask when the first has given up, and hears of that.
    let third = async {
        tokio::time::sleep(Duration::from_millis(4_000)).await;
        house.clock.pass_ms(4_000);
        assert_eq!(begin(&house).await, "unreachable");
        begun.elapsed()
    };
    let all = async { tokio::join!(first, second, third) };
    let (first, second, third) = tokio::select! {
        took = all => took,
        () = asked_twice(&provider) => panic!("it is asked once more"),
    };
    assert!(
        second < Duration::from_millis(4_500) && second < first,
        "{second:?} of {first:?}"
    );
    assert!(
        third >= first && third < first + Duration::from_secs(2),
        "{third:?} after {first:?}"
    );
    assert_eq!(begin(&house).await, "unreachable", "and it is left alone");
}

#[test]
fn what_a_provider_adds_is_left_alone_and_what_is_too_long_is_not_taken() {
    let long = "x".repeat(MOST_BYTES + 1);
    let brought = Brought::read(&format!(
        "code=a%20b&scope=openid&state={long}&iss=https%3A%2F%2Fx"
    ));
    assert_eq!((brought.code.as_str(), brought.state.as_str()), ("a b", ""));
    assert_eq!(brought.issuer.as_deref(), Some("https://x"));
    assert_eq!(Brought::read("").issuer, None);
}

#[test]
fn a_fault_leads_to_the_sign_in_page_and_nowhere_else() {
    let answer = back(Some(Fault::Expired));
    assert_eq!(
        answer.headers().get("location").unwrap(),
        "../../../admin/#/?oidc=expired"
    );
    assert_eq!(answer.headers().get("referrer-policy").unwrap(), "no-referrer");
}
