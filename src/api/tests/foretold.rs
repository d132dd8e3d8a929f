use serde_json::json;

use super::House;

#[actix_web::test]
async fn an_answer_says_what_happens_and_a_dry_run_says_it_before() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let messages = format!("{at}/messages");
    let text = "ж".repeat(71);
    let dry = json!({ "from": ann, "to": bob, "text": text, "dry_run": true });
    let before = house.everything().await;
    let dry = house.post(&messages, dry).await.expect(200);
    assert_eq!(house.everything().await, before);
    let sent = json!({ "from": ann, "to": bob, "text": text });
    let sent = house.post(&messages, sent).await.expect(202);
    for field in [
        "from",
        "to",
        "shown_number",
        "encoding",
        "segments",
        "route",
        "intercepted",
    ] {
        assert_eq!(dry[field], sent[field], "{field}");
    }
    assert_eq!(
        (&sent["encoding"], &sent["segments"]),
        (&json!("ucs2"), &json!(2))
    );
    assert_eq!(sent["route"], json!({ "carrier": "loopback", "endpoint": null }));
    assert_eq!(
        (sent["intercepted"].as_bool(), dry.get("id")),
        (Some(false), None)
    );

    // The same way once Bob reads in an app, and once an app is asked.
    let body = json!({ "url": "https://a.example.org", "intercepts": true });
    let endpoint = house
        .post(&format!("{at}/callback_endpoints"), body)
        .await
        .expect(201);
    let device = json!({ "kind": "app", "endpoint": endpoint["id"], "texts_to": "both" });
    house
        .post(&format!("{at}/members/{bob}/devices"), device)
        .await
        .expect(201);
    for dry_run in [true, false] {
        let body = json!({ "from": ann, "to": bob, "text": "hi", "dry_run": dry_run });
        let answer = house.post(&messages, body).await.body;
        assert_eq!(
            answer["route"],
            json!({ "carrier": "loopback", "endpoint": endpoint["id"] })
        );
        assert_eq!(answer["intercepted"], true);
    }
}

#[actix_web::test]
async fn a_dry_run_is_refused_as_the_text_would_be() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let blocked = format!("{at}/members/{ann}/contacts/{bob}");
    let send = async |text: &str, dry_run: bool| {
        let body = json!({ "from": ann, "to": bob, "text": text, "dry_run": dry_run });
        house.post(&format!("{at}/messages"), body).await
    };
    for dry_run in [true, false] {
        send("", dry_run).await.problem(422, "invalid");
    }
    house
        .patch(&blocked, json!({ "blocked": true }))
        .await
        .expect(200);
    for dry_run in [true, false] {
        send("hi", dry_run).await.problem(409, "pair_blocked");
    }
}
