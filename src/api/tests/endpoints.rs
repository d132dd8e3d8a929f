use serde_json::{Value, json};

use super::House;

#[actix_web::test]
async fn an_endpoint_is_made_changed_tried_rotated_and_removed() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let all = format!("{at}/callback_endpoints");
    let body = json!({ "url": "https://a.example.org/x", "events": ["message.received"] });
    let made = house.post(&all, body).await.expect(201);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("{all}/{}", made["id"].as_str().unwrap());
    let seen = house.get(&path).await.expect(200);
    assert_eq!((seen.get("secret"), &seen["state"]), (None, &json!("active")));
    let list = house.get(&all).await.expect(200);
    assert_eq!(list["data"], json!([seen]));

    let edited = house.patch(&path, json!({ "events": [] })).await.expect(200);
    assert_eq!(edited["events"], json!([]));
    let rotated = house
        .post(&format!("{path}/rotate_secret"), json!({ "overlap_s": 60 }))
        .await
        .expect(201);
    assert_ne!(rotated["secret"], made["secret"]);

    let delivery = house.post(&format!("{path}/test"), json!({})).await.expect(202);
    assert_eq!(
        (&delivery["type"], &delivery["state"]),
        (&json!("endpoint.test"), &json!("pending"))
    );
    let at_delivery = format!("{at}/deliveries/{}", delivery["id"].as_str().unwrap());
    let detail = house.get(&at_delivery).await.expect(200);
    assert_eq!(
        (&detail["tries"], &detail["body"]["type"]),
        (&json!([]), &json!("endpoint.test"))
    );

    // Disabled, what was pending stays to be delivered; its dead letters are none.
    let none = house
        .post(&format!("{path}/replay_dead"), json!({}))
        .await
        .expect(202);
    assert_eq!(none, json!({ "replayed": 0, "left": 0 }));
    house
        .post(&format!("{at_delivery}/replay"), json!({}))
        .await
        .expect(202);

    let device = json!({ "kind": "app", "endpoint": made["id"], "texts_to": "both" });
    let devices = format!("{at}/members/{ann}/devices");
    let device = house.post(&devices, device).await.expect(201);
    house.delete(&path).await.problem(409, "endpoint_in_use");
    let device = format!("{devices}/{}", device["id"].as_str().unwrap());
    let moved = house
        .patch(&device, json!({ "texts_to": "app" }))
        .await
        .expect(200);
    assert_eq!(moved["texts_to"], "app");
    assert_eq!(house.get(&device).await.expect(200), moved);
    house.delete(&device).await.expect(204);
    house.delete(&path).await.expect(204);
    house.get(&path).await.problem(404, "not_found");
}

#[actix_web::test]
async fn deliveries_are_filtered_and_dead_letters_replayed() {
    let house = House::new().await;
    let (at, _, _) = house.pair().await;
    let all = format!("{at}/callback_endpoints");
    let made = house
        .post(&all, json!({ "url": "https://b.example.org" }))
        .await
        .expect(201);
    let (id, path) = (
        made["id"].as_str().unwrap(),
        format!("{all}/{}", made["id"].as_str().unwrap()),
    );
    let first = house.post(&format!("{path}/test"), json!({})).await.expect(202);
    house.post(&format!("{path}/test"), json!({})).await.expect(202);
    let (community, delivery) = (
        at.rsplit('/').next().unwrap().parse().unwrap(),
        first["id"].as_str().unwrap().parse().unwrap(),
    );
    let tried = crate::switchboard::Try {
        at: house.state.board.now(),
        duration_ms: 3,
        status: Some(500),
        error: Some("answered 500".into()),
        request: String::new(),
        answer: "oops".into(),
    };
    let health = crate::switchboard::Health {
        failures: 1,
        open_until: None,
    };
    let board = &house.state.board;
    let next = crate::switchboard::Next::Dead;
    board
        .delivery_tried(community, delivery, tried, next, health)
        .await
        .unwrap();
    let event = first["event"].as_str().unwrap();
    for (query, count) in [
        ("state=dead".to_owned(), 1),
        ("state=pending".to_owned(), 1),
        (format!("endpoint={id}"), 2),
        (format!("endpoint={id}&event={event}"), 1),
        ("endpoint=end_0000000000001".to_owned(), 0),
    ] {
        let list = house.get(&format!("{at}/deliveries?{query}")).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{query}");
    }
    let replayed = house
        .post(&format!("{path}/replay_dead"), json!({}))
        .await
        .expect(202);
    assert_eq!(replayed, json!({ "replayed": 1, "left": 0 }));
    let one = house
        .get(&format!("{at}/deliveries/{}", first["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(
        (&one["state"], &one["tries"][0]["answer"]),
        (&json!("pending"), &json!("oops"))
    );
    house.patch(&path, json!({ "enabled": false })).await.expect(200);
    house
        .post(&format!("{path}/replay_dead"), json!({}))
        .await
        .problem(409, "endpoint_disabled");
    house
        .post(&format!("{path}/test"), json!({}))
        .await
        .problem(409, "endpoint_disabled");
}

#[actix_web::test]
async fn endpoints_and_devices_that_cannot_be_are_refused_by_name() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let endpoints = format!("{at}/callback_endpoints");
    let made = house
        .post(&endpoints, json!({ "url": "https://a.example.org" }))
        .await
        .expect(201);
    let devices = format!("{at}/members/{ann}/devices");
    let rotate = format!("{endpoints}/{}/rotate_secret", made["id"].as_str().unwrap());
    let cases = [
        (&endpoints, json!({ "url": "ftp://a.example.org" }), "url"),
        (&endpoints, json!({ "url": "http://a.example.org" }), "url"),
        (&endpoints, json!({ "url": "https://127.0.0.1/x" }), "url"),
        (&endpoints, json!({ "url": "/callbacks" }), "url"),
        (
            &endpoints,
            json!({ "url": "https://a", "events": ["endpoint.test"] }),
            "events",
        ),
        (
            &endpoints,
            json!({ "url": "https://a", "secret": "mine" }),
            "secret",
        ),
        (&rotate, json!({ "overlap_s": -1 }), "overlap_s"),
        (&rotate, json!({ "overlap_s": 604_801 }), "overlap_s"),
        (&devices, json!({}), "phone"),
        (&devices, json!({ "kind": "app" }), "endpoint"),
        (
            &devices,
            json!({ "kind": "app", "phone": "+14155550199", "endpoint": made["id"] }),
            "phone",
        ),
        (
            &devices,
            json!({ "kind": "app", "endpoint": made["id"], "texts_to": "fax" }),
            "texts_to",
        ),
        (
            &devices,
            json!({ "phone": "+14155550199", "texts_to": "app" }),
            "texts_to",
        ),
    ];
    let before = house.get(&devices).await.expect(200);
    for (path, body, field) in cases {
        let answer = house.post(path, body.clone()).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.text("field"), field, "{body}: {}", answer.body);
    }
    assert_eq!(house.get(&devices).await.expect(200), before);
    assert_ne!(before, Value::Null);
}
