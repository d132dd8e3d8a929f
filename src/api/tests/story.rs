use serde_json::json;

use super::{House, PHONES};

#[actix_web::test]
async fn a_community_a_pool_and_two_contacts_are_made_and_a_text_is_accepted() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.pool(&at, "main", 3, 15_005_550_100).await;
    let (ann, bob) = (
        house.member(&at, "Ann", PHONES[0]).await,
        house.member(&at, "Bob", PHONES[1]).await,
    );

    let contacts = format!("{at}/members/{ann}/contacts");
    let made = house.post(&contacts, json!({ "contact": bob })).await.expect(201);
    assert_eq!((&made["contact"], &made["member"]), (&json!(bob), &json!(ann)));
    let (number, mirror) = (
        made["number"].as_str().unwrap(),
        made["mirror_number"].as_str().unwrap(),
    );
    let again = house.post(&contacts, json!({ "contact": bob })).await.expect(200);
    assert_eq!(again["id"], made["id"]);
    let back = house
        .get(&format!("{at}/members/{bob}/contacts/{ann}"))
        .await
        .expect(200);
    assert_eq!(
        (&back["number"], &back["mirror_number"]),
        (&json!(mirror), &json!(number))
    );
    assert_eq!(back["origin"], "received");

    let resolved = house
        .get(&format!("{at}/resolve?from={}&to={number}", PHONES[0]))
        .await
        .expect(200);
    assert_eq!(
        (&resolved["outcome"], &resolved["shown_number"]),
        (&json!("bridge"), &json!(mirror))
    );
    assert!(
        PHONES.iter().all(|p| !resolved.to_string().contains(&p[1..])),
        "{resolved}"
    );

    let body = json!({ "from": ann, "to": bob, "text": "Are you coming? 🚲" });
    let sent = house.post(&format!("{at}/messages"), body).await.expect(202);
    assert_eq!(
        (&sent["status"], &sent["encoding"]),
        (&json!("accepted"), &json!("ucs2"))
    );
    let id = sent["id"].as_str().unwrap();
    assert_eq!(
        house.get(&format!("{at}/messages/{id}")).await.expect(200)["text"],
        "Are you coming? 🚲"
    );
    for (query, count) in [("", 1), ("?status=accepted", 1), ("?status=failed", 0)] {
        let list = house.get(&format!("{at}/messages{query}")).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{query}");
    }
    let assignments = house
        .get(&format!("{at}/assignments?member={ann}"))
        .await
        .expect(200);
    assert_eq!(assignments["data"][0]["number"], number);
    assert!(assignments["data"][0].get("place").is_none());
}

#[actix_web::test]
async fn the_same_idempotency_key_means_the_same_message() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.pool(&at, "main", 1, 15_005_550_100).await;
    let (ann, bob) = (
        house.member(&at, "Ann", PHONES[0]).await,
        house.member(&at, "Bob", PHONES[1]).await,
    );
    house
        .post(&format!("{at}/members/{ann}/contacts"), json!({ "contact": bob }))
        .await
        .expect(201);

    let bearer = format!("Bearer {}", house.admin);
    let send = async |key: &str, text: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = json!({ "from": ann, "to": bob, "text": text }).to_string();
        house
            .ask("POST", &format!("{at}/messages"), &headers, body.into_bytes())
            .await
    };
    let first = send("order-1", "hello").await.expect(202);
    let second = send("order-1", "hello").await.expect(200);
    assert_eq!(first["id"], second["id"]);
    send("order-1", "another")
        .await
        .problem(422, "idempotency_key_reused");
    for bad in ["", "with blank", &"k".repeat(201)] {
        let sentence = send(bad, "hello").await.problem(400, "bad_idempotency_key");
        assert!(sentence.contains("200 visible ASCII"), "{sentence}");
    }
    let list = house.get(&format!("{at}/messages")).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_blocked_pair_refuses_with_its_reason_and_a_released_one_is_gone() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.pool(&at, "main", 2, 15_005_550_100).await;
    let (ann, bob) = (
        house.member(&at, "Ann", PHONES[0]).await,
        house.member(&at, "Bob", PHONES[1]).await,
    );
    let made = house
        .post(&format!("{at}/members/{ann}/contacts"), json!({ "contact": bob }))
        .await
        .expect(201);
    let contact = format!("{at}/members/{ann}/contacts/{}", made["id"].as_str().unwrap());
    let message = json!({ "from": ann, "to": bob, "text": "hello" });

    assert_eq!(
        house
            .patch(&contact, json!({ "blocked": true }))
            .await
            .expect(200)["blocked"],
        true
    );
    house
        .post(&format!("{at}/messages"), message.clone())
        .await
        .problem(409, "pair_blocked");
    house
        .patch(&contact, json!({ "blocked": false }))
        .await
        .expect(200);
    house
        .post(&format!("{at}/messages"), message.clone())
        .await
        .expect(202);
    house.delete(&contact).await.expect(204);
    house.get(&contact).await.problem(404, "not_found");
    house
        .post(&format!("{at}/messages"), message)
        .await
        .problem(409, "no_contact");

    let phone = format!("/v1/loopback/phones/{}/texts", PHONES[0]);
    let text = json!({ "to": made["number"], "text": "too late" });
    let taken = house.post(&phone, text).await.expect(202);
    assert_eq!(
        (&taken["verdict"], &taken["reason"]),
        (&json!("quarantined"), &json!("pair_released"))
    );
    let held = house.get(&format!("{at}/quarantine")).await.expect(200);
    assert_eq!(held["data"][0]["text"], "too late");
}

#[actix_web::test]
async fn a_contact_accepts_for_himself_only() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house
        .patch(&at, json!({ "policy": { "acceptance_required": true } }))
        .await
        .expect(200);
    house.pool(&at, "main", 2, 15_005_550_100).await;
    let (ann, bob) = (
        house.member(&at, "Ann", PHONES[0]).await,
        house.member(&at, "Bob", PHONES[1]).await,
    );
    let contacts = format!("{at}/members/{ann}/contacts");
    assert_eq!(
        house.post(&contacts, json!({ "contact": bob })).await.expect(201)["pending"],
        true
    );
    let message = json!({ "from": ann, "to": bob, "text": "hello" });
    house
        .post(&format!("{at}/messages"), message.clone())
        .await
        .problem(409, "awaiting_acceptance");

    let own = house
        .ask_as(&house.admin, "POST", &format!("{contacts}/{bob}/accept"), None)
        .await;
    own.problem(409, "not_yours_to_accept");
    let accept = format!("{at}/members/{bob}/contacts/{ann}/accept");
    for _ in 0..2 {
        let accepted = house
            .ask_as(&house.admin, "POST", &accept, None)
            .await
            .expect(200);
        assert_eq!(accepted["pending"], false);
    }
    house.post(&format!("{at}/messages"), message).await.expect(202);
}

#[actix_web::test]
async fn a_policy_is_changed_field_by_field() {
    let house = House::new().await;
    let made = house
        .post(
            "/v1/communities",
            json!({ "name": "Riders", "policy": { "cool_down_s": 60 } }),
        )
        .await
        .expect(201);
    assert_eq!(
        (&made["policy"]["cool_down_s"], &made["policy"]["when_full"]),
        (&json!(60), &json!("refuse"))
    );
    let at = format!("/v1/communities/{}", made["id"].as_str().unwrap());
    house
        .patch(&at, json!({ "policy": { "when_full": "recycle" } }))
        .await
        .expect(200);
    house.patch(&at, json!({ "name": "Walkers" })).await.expect(200);
    let now = house.get(&at).await.expect(200);
    assert_eq!(
        (&now["policy"]["cool_down_s"], &now["policy"]["when_full"]),
        (&json!(60), &json!("recycle"))
    );
    assert_eq!(now["name"], "Walkers");
    for (policy, hint) in [
        (json!({ "cooldown": 1 }), "unknown field `cooldown`"),
        (json!({ "cool_down_s": "x" }), "`policy.cool_down_s`"),
        (json!({ "cool_down_s": -1 }), "`cool_down_s` is -1"),
    ] {
        let answer = house.patch(&at, json!({ "policy": policy })).await;
        let sentence = answer.problem(422, "invalid");
        assert!(sentence.contains(hint), "{sentence}");
    }
    assert_eq!(house.get(&at).await.expect(200), now);
}

#[actix_web::test]
async fn members_devices_and_numbers_are_changed_and_removed() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let pool = house.pool(&at, "main", 1, 15_005_550_100).await;
    let ann = format!("{at}/members/{}", house.member(&at, "Ann", PHONES[0]).await);
    assert_eq!(
        house.patch(&ann, json!({ "name": "Anna" })).await.expect(200)["name"],
        "Anna"
    );
    let device = house
        .post(&format!("{ann}/devices"), json!({ "phone": PHONES[1] }))
        .await
        .expect(201);
    assert_eq!(
        house.get(&format!("{ann}/devices")).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    house
        .delete(&format!("{ann}/devices/{}", device["id"].as_str().unwrap()))
        .await
        .expect(204);
    let found = house
        .get(&format!("{at}/members?phone=%2B{}", &PHONES[0][1..]))
        .await
        .expect(200);
    assert_eq!(found["data"][0]["name"], "Anna");
    house.delete(&ann).await.expect(204);
    house.get(&ann).await.problem(404, "not_found");

    let numbers = house.get(&format!("{at}/numbers")).await.expect(200);
    let number = format!("{at}/numbers/{}", numbers["data"][0]["id"].as_str().unwrap());
    let edit = json!({ "state": "draining", "capabilities": ["sms"], "region": "ca", "rate_per_s": 2.5 });
    let edited = house.patch(&number, edit).await.expect(200);
    assert_eq!(
        (&edited["state"], &edited["region"]),
        (&json!("draining"), &json!("CA"))
    );
    assert_eq!(edited["pool"], pool);
    house.patch(&number, json!({})).await.problem(422, "invalid");
    house.delete(&number).await.expect(204);
    assert_eq!(
        house.get(&format!("{at}/pools/{pool}")).await.expect(200)["name"],
        "main"
    );
}

#[actix_web::test]
async fn a_key_shows_its_token_once_and_ends_when_revoked() {
    let house = House::new().await;
    let made = house
        .post("/v1/keys", json!({ "name": "ops", "scope": "admin" }))
        .await
        .expect(201);
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    house.ask_as(token, "GET", "/v1/keys", None).await.expect(200);
    let list = house.get("/v1/keys").await.expect(200);
    assert!(!list.to_string().contains("token") && list.to_string().contains(id));
    house.delete(&format!("/v1/keys/{id}")).await.expect(204);
    let refused = house.ask_as(token, "GET", "/v1/keys", None).await;
    refused.problem(401, "unauthorized");
    assert!(refused.header("www-authenticate").contains("invalid_token"));
    house
        .delete(&format!("/v1/keys/{id}"))
        .await
        .problem(404, "not_found");

    let brief = json!({ "name": "brief", "scope": "admin", "expires_in_s": 1 });
    let brief = house.post("/v1/keys", brief).await.expect(201);
    // The clock moves by a millisecond a look.
    while house.state.board.now().to_string().as_str() <= brief["expires_at"].as_str().unwrap() {}
    let late = house
        .ask_as(brief["token"].as_str().unwrap(), "GET", "/v1/keys", None)
        .await;
    late.problem(401, "unauthorized");
}

#[actix_web::test]
async fn virtual_phones_send_and_show_what_they_hold() {
    let mut house = House::new().await;
    let raw = format!("/v1/loopback/phones/{}/texts", PHONES[0]);
    let encoded = raw.replace('+', "%2B");
    let text = json!({ "to": "+15005550100", "text": "hello" });
    let taken = house.post(&encoded, text).await.expect(202);
    assert_eq!(
        (&taken["verdict"], &taken["reason"]),
        (&json!("refused"), &json!("unassigned_number"))
    );
    for path in [&raw, &encoded] {
        let inbox = house.get(path).await.expect(200);
        assert_eq!(
            (&inbox["data"][0]["text"], &inbox["next_cursor"]),
            (&json!("hello"), &json!(null))
        );
    }
    house
        .get("/v1/loopback/phones/4155550101/texts")
        .await
        .problem(404, "not_found");
    house.state.phones = None;
    for answer in [house.get(&raw).await, house.post(&raw, json!({})).await] {
        assert!(
            answer
                .problem(404, "loopback_off")
                .contains("PARTYLINE__LOOPBACK__ENABLED")
        );
    }
}

#[actix_web::test]
async fn the_health_doors_need_no_key() {
    let house = House::new().await;
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        assert_eq!(
            house.ask("GET", path, &[], vec![]).await.expect(200)["status"],
            word
        );
    }
}
