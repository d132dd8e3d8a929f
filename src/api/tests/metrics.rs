use serde_json::json;

use super::{House, PHONES};
use crate::api::Shared;
use crate::config::http::{HttpConfig, MetricsAccess};

#[actix_web::test]
async fn what_happens_is_counted_without_naming_anybody() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    for text in ["one", "two"] {
        let body = json!({ "from": ann, "to": bob, "text": text });
        house.post(&format!("{at}/messages"), body).await.expect(202);
    }
    house
        .patch(
            &format!("{at}/members/{ann}/contacts/{bob}"),
            json!({ "blocked": true }),
        )
        .await
        .expect(200);
    let body = json!({ "from": ann, "to": bob, "text": "three" });
    house
        .post(&format!("{at}/messages"), body)
        .await
        .problem(409, "pair_blocked");
    house.get("/nowhere").await;
    let answer = house.get("/metrics").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let text = answer.expect(200).as_str().unwrap().to_owned();
    for line in [
        "partyline_messages_accepted_total{origin=\"app\",verdict=\"bridged\"} 2",
        "partyline_messages_accepted_total{origin=\"app\",verdict=\"refused\"} 1",
        "partyline_messages_finished_total{status=\"blocked\"} 2",
        "partyline_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1",
        "partyline_http_request_duration_seconds_count{route=\"/v1/communities/{community}/messages\",method=\"POST\"} 3",
        "partyline_pool_numbers{room=\"plenty\"} 3",
        "partyline_pool_numbers{room=\"none\"} 0",
        "partyline_longest_number_queue_rows 0",
        "partyline_waiting_numbers 0",
        "partyline_oldest_waiting_seconds ",
        "partyline_text_sent_seconds_count 0",
        "partyline_commit_seconds_count ",
        "partyline_commit_seconds_bucket{le=\"0.25\"} ",
        "partyline_build_info{version=",
        "partyline_process_resident_memory_bytes ",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    for private in [&*ann, &*bob, &PHONES[0][1..], "1500555010", "key_", "com_"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[actix_web::test]
async fn the_setting_says_who_may_read_them() {
    let mut house = House::new().await;
    let reader = house
        .key_with(json!({ "scope": "admin", "read_only": true }))
        .await;
    house
        .ask("GET", "/metrics", &[], vec![])
        .await
        .problem(401, "unauthorized");
    assert_eq!(house.ask_as(&reader, "GET", "/metrics", None).await.status, 200);
    for (access, status) in [(MetricsAccess::Open, 200), (MetricsAccess::Off, 404)] {
        let config = HttpConfig {
            metrics: access,
            ..HttpConfig::default()
        };
        house.shared = Shared::new(&config, &house.state);
        assert_eq!(house.ask("GET", "/metrics", &[], vec![]).await.status, status);
    }
}
