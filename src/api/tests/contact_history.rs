use serde_json::{Value, json};

use super::{House, PHONES};

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
