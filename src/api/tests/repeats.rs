use serde_json::json;

use super::House;
use crate::switchboard::Claim;

#[actix_web::test]
async fn a_post_is_done_once_for_each_key_and_answered_alike() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let members = format!("{at}/members");
    let post = async |key: &str, name: &str| {
        let body = json!({ "name": name });
        house
            .ask_with("POST", &members, ("idempotency-key", key), body)
            .await
    };
    let first = post("k1", "Ann").await;
    let second = post("k1", "Ann").await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(
        (
            first.header("idempotent-replayed"),
            second.header("idempotent-replayed")
        ),
        ("", "true")
    );
    assert_eq!(first.header("etag"), second.header("etag"));
    post("k1", "Bob").await.problem(422, "idempotency_key_reused");
    // Another path is another request; another key another turn.
    let pools = format!("{at}/pools");
    let elsewhere = house.ask_with(
        "POST",
        &pools,
        ("idempotency-key", "k1"),
        json!({ "name": "Ann" }),
    );
    elsewhere.await.problem(422, "idempotency_key_reused");
    assert_ne!(post("k2", "Ann").await.body["id"], first.body["id"]);
    // What was wrong stays wrong, and says so again.
    let wrong = post("k3", "").await;
    let again = post("k3", "").await;
    wrong.problem(422, "invalid");
    assert_eq!(again.problem(422, "invalid"), wrong.problem(422, "invalid"));
    assert_eq!(
        (again.text("field"), again.header("idempotent-replayed")),
        ("name", "true")
    );
    post("bad key", "x").await.problem(400, "bad_idempotency_key");
    let list = house.get(&members).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_secret_is_not_shown_twice() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let endpoints = format!("{at}/callback_endpoints");
    let made = house
        .post(&endpoints, json!({ "url": "https://a.example.org" }))
        .await
        .expect(201);
    let rotate = format!("{endpoints}/{}/rotate_secret", made["id"].as_str().unwrap());
    for (path, body) in [
        ("/v1/keys", json!({ "name": "x", "scope": "admin" })),
        (&*endpoints, json!({ "url": "https://b.example.org" })),
        (&*rotate, json!({ "overlap_s": 0 })),
    ] {
        let ask = async || {
            house
                .ask_with("POST", path, ("idempotency-key", path), body.clone())
                .await
        };
        let made = ask().await.expect(201);
        let secret = made["token"].as_str().or(made["secret"].as_str()).unwrap();
        let again = ask().await;
        let sentence = again.problem(409, "secret_shown_once");
        assert!(!again.body.to_string().contains(secret), "{path}");
        let id = made["id"].as_str().or(made["endpoint"].as_str()).unwrap();
        assert!(sentence.contains(id), "{sentence}");
    }
}

#[actix_web::test]
async fn a_request_under_way_is_waited_for_and_a_lost_one_taken_over() {
    let house = House::new().await;
    let keys = house.get("/v1/keys").await.expect(200);
    let key = keys["data"][0]["id"].as_str().unwrap().parse().unwrap();
    let board = &house.state.board;
    let claim = async || board.claim_request(key, "k".into(), "hash".into()).await.unwrap();
    assert_eq!(claim().await, Claim::Mine);
    assert_eq!(claim().await, Claim::InFlight);
    let other = board
        .claim_request(key, "k".into(), "other".into())
        .await
        .unwrap();
    assert_eq!(other, Claim::Another);
    // A minute later whoever held it is dead.
    (0..60_000).for_each(|_| {
        board.now();
    });
    assert_eq!(claim().await, Claim::Mine);
    assert_eq!(claim().await, Claim::InFlight);
    board.release_request(key, "k".into()).await.unwrap();
    assert_eq!(claim().await, Claim::Mine);
    board
        .keep_answer(key, "k".into(), 201, "{}".into())
        .await
        .unwrap();
    let kept = Claim::Answered {
        status: 201,
        body: "{}".into(),
    };
    assert_eq!(claim().await, kept);
    assert_eq!(board.forget_answers().await.unwrap(), 0);
}

#[actix_web::test]
async fn of_a_long_answer_how_it_ended_is_kept_and_of_a_rehearsal_nothing() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.pool(&at, "main", 2, 15_005_550_100).await;
    let ann = house.member(&at, "Ann", super::PHONES[0]).await;
    let bob = house.member(&at, "Bob", super::PHONES[1]).await;
    let bulk = format!("{at}/members/{ann}/contacts/bulk");
    let post = async |key: &str, contacts: &[String], dry_run: bool| {
        let body = json!({ "contacts": contacts, "mode": "per_row", "dry_run": dry_run });
        house
            .ask_with("POST", &bulk, ("idempotency-key", key), body)
            .await
    };
    // The rehearsal leaves the key to what it rehearses, and is done anew each time.
    for _ in 0..2 {
        let tried = post("k1", std::slice::from_ref(&bob), true).await;
        assert_eq!((tried.status, tried.header("idempotent-replayed")), (200, ""));
    }
    let done = post("k1", std::slice::from_ref(&bob), false).await.expect(200);
    assert_eq!(
        (&done["applied"], &done["rows"][0]["status"]),
        (&json!(true), &json!("created"))
    );
    let again = post("k1", std::slice::from_ref(&bob), false).await;
    assert_eq!(
        (again.header("idempotent-replayed"), &again.body),
        ("true", &done)
    );
    let now_there = post("k1", std::slice::from_ref(&bob), true).await.expect(200);
    assert_eq!(now_there["rows"][0]["status"], "existing");

    let many: Vec<String> = std::iter::repeat_n(bob, 300).collect();
    let long = post("k2", &many, false).await.expect(200);
    assert!(long.to_string().len() > 65_536 && long["rows"][299]["status"] == "existing");
    let again = post("k2", &many, false).await;
    let sentence = again.problem(409, "answer_not_kept");
    assert!(sentence.contains("status 200"), "{sentence}");
    assert_eq!(again.header("idempotent-replayed"), "true");
    post("k2", &many[1..], false)
        .await
        .problem(422, "idempotency_key_reused");
}
