use serde_json::{Value, json};

use super::{House, PHONES};
use crate::switchboard::verification::check;

/// Asks for a verification until it is over.
async fn done(house: &House, id: &str) -> Value {
    for _ in 0..500 {
        let found = house.get(&format!("/v1/verifications/{id}")).await.expect(200);
        if found["state"] != "running" {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{id} never ended");
}

#[actix_web::test]
async fn a_verification_is_begun_watched_and_its_signed_report_read() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let community = at.rsplit('/').next().unwrap();
    for body in [json!({}), json!({ "community": community })] {
        let begun = house.post("/v1/verifications", body.clone()).await.expect(202);
        assert_eq!(begun["community"], body["community"]);
        let id = begun["id"].as_str().unwrap();
        assert!(id.starts_with("ver_"));
        let ended = done(&house, id).await;
        assert_eq!(
            (
                &ended["state"],
                &ended["clean"],
                &ended["assignments"],
                &ended["offenders"]
            ),
            (&json!("done"), &json!(true), &json!(2), &json!(0)),
            "{ended}"
        );
        let path = format!("/v1/verifications/{id}/report");
        let report = house.get(&path).await.expect(200);
        let (mut bytes, mut no) = (Vec::new(), 0);
        while let Some(piece) = house
            .state
            .board
            .verification_piece(id.parse().unwrap(), no)
            .await
            .unwrap()
        {
            bytes.extend_from_slice(piece.as_bytes());
            no += 1;
        }
        let checked = check(&bytes[..]).unwrap();
        assert!(checked.clean);
        assert_eq!(report["signature"]["key"], json!(checked.signed_by.key));
        assert_eq!(report["report"]["checked"]["assignments"], json!(2));
        assert!(!report.to_string().contains(PHONES[0]));
    }
    let all = house.get("/v1/verifications").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    let page = house.get("/v1/verifications?limit=1").await.expect(200);
    assert_eq!(page["data"][0], all["data"][0]);
    let unknown = json!({ "community": "com_0000000000009" });
    house
        .post("/v1/verifications", unknown)
        .await
        .problem(404, "not_found");
    house
        .get("/v1/verifications/ver_0000000000009/report")
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn a_pair_has_a_history_and_the_past_is_resolved() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let contact = format!("{at}/members/{ann}/contacts/{bob}");
    let made = house.get(&contact).await.expect(200);
    house
        .patch(&contact, json!({ "blocked": true }))
        .await
        .expect(200);
    let key = house.app_key(&at, "chat").await;
    let as_app = house
        .ask_as(&key, "PATCH", &contact, Some(json!({ "blocked": false })))
        .await;
    as_app.expect(200);
    let history = house.get(&format!("{contact}/history")).await.expect(200);
    let told: Vec<(&Value, &Value)> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["member"] == json!(ann))
        .map(|change| (&change["why"], &change["by"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("unblocked"), &json!("app")),
            (&json!("blocked"), &json!("admin")),
            (&json!("contact_added"), &json!("admin")),
        ]
    );
    let first = house.get(&format!("{contact}/history?limit=1")).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = house
        .get(&format!("{contact}/history?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second["data"][0], history["data"][1]);
    assert!(!history.to_string().contains(PHONES[0]), "{history}");

    let number = made["number"].as_str().unwrap().replace('+', "%2B");
    let phone = PHONES[0].replace('+', "%2B");
    let path = format!("{at}/resolve?from={phone}&to={number}");
    let blocked = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["why"] == "blocked")
        .unwrap();
    let when = blocked["at"].as_str().unwrap();
    let found = house.get(&format!("{path}&at={when}")).await.expect(200);
    assert_eq!(
        (&found["at"], &found["contact"]),
        (&blocked["at"], &json!(bob)),
        "{found}"
    );
    let before = house
        .get(&format!("{path}&at=2001-01-01T00:00:00Z"))
        .await
        .expect(200);
    assert_eq!(
        (&before["outcome"], &before["contact"]),
        (&json!("unknown"), &json!(null))
    );
    let ahead = house.get(&format!("{path}&at=2999-01-01T00:00:00Z")).await;
    ahead.problem(422, "invalid");
    assert_eq!(ahead.text("field"), "at");
    let wrong = house.get(&format!("{path}&at=yesterday")).await;
    wrong.problem(422, "invalid");
}
