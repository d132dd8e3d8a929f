use serde_json::{Value, json};

use super::{House, PHONES};

#[actix_web::test]
async fn what_is_held_is_listed_released_discarded_and_paired_again() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let contact = format!("{at}/members/{ann}/contacts/{bob}");
    let number = house.get(&contact).await.expect(200)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    house.delete(&contact).await.expect(204);
    for text in ["one", "two", "three"] {
        let path = format!("/v1/loopback/phones/{}/texts", PHONES[0].replace('+', "%2B"));
        house
            .post(&path, json!({ "to": number, "text": text }))
            .await
            .expect(202);
    }
    let held = house.get(&format!("{at}/quarantine")).await.expect(200);
    let ids: Vec<&str> = held["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);

    let releases = house
        .get(&format!("{at}/releases?held=true&limit=1"))
        .await
        .expect(200);
    let cursor = releases["next_cursor"].as_str().unwrap();
    let rest = house
        .get(&format!("{at}/releases?held=true&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    let own = house
        .get(&format!("{at}/releases?member={ann}"))
        .await
        .expect(200);
    let release = &own["data"][0];
    assert_eq!(
        (&release["contact"], &release["number"]),
        (&json!(bob), &json!(number))
    );
    assert_eq!(release["state"], "cooling");
    let none = house
        .get(&format!("{at}/releases?member={ann}&held=false"))
        .await
        .expect(200);
    assert_eq!(none["data"], json!([]));
    let path = format!(
        "{at}/members/{ann}/releases/{}",
        release["number_id"].as_str().unwrap()
    );
    assert_eq!(&house.get(&path).await.expect(200), release);

    let app = house.app_key(&at, "chat").await;
    let quarantine = format!("{at}/quarantine/{}", ids[0]);
    for (method, path, body) in [
        ("POST", format!("{quarantine}/release"), Some(json!({}))),
        ("POST", format!("{quarantine}/discard"), Some(json!({}))),
        ("POST", format!("{path}/re_pair"), Some(json!({}))),
        ("DELETE", path.clone(), None),
    ] {
        house
            .ask_as(&app, method, &path, body)
            .await
            .problem(403, "forbidden");
    }
    house
        .post(&format!("{quarantine}/release"), json!({}))
        .await
        .problem(409, "no_contact");
    let ended = house
        .post(&format!("{quarantine}/discard"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&ended["status"], &ended["reason"]),
        (&json!("blocked"), &json!("discarded"))
    );
    house.delete(&path).await.expect(204);
    assert_eq!(house.get(&path).await.expect(200)["kept_until"], Value::Null);
    let out = house
        .post(
            &format!("{at}/quarantine/{}/release", ids[1]),
            json!({ "re_pair": true }),
        )
        .await
        .expect(200);
    assert_eq!((&out["status"], &out["to"]), (&json!("accepted"), &json!(bob)));
    house.get(&path).await.problem(404, "not_found");

    house.delete(&contact).await.expect(204);
    let own = house
        .get(&format!("{at}/releases?member={ann}&held=true"))
        .await
        .expect(200);
    let path = format!(
        "{at}/members/{ann}/releases/{}",
        own["data"][0]["number_id"].as_str().unwrap()
    );
    let done = house
        .post(&format!("{path}/re_pair"), json!({ "release_texts": true }))
        .await
        .expect(200);
    assert_eq!(
        (&done["texts_released"], &done["contact"]["contact"]),
        (&json!(1), &json!(bob))
    );
}

#[actix_web::test]
async fn a_phone_is_frozen_thawed_and_replaced() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let app = house.app_key(&at, "chat").await;
    let devices = format!("{at}/members/{ann}/devices");
    let device = house.get(&devices).await.expect(200)["data"][0].clone();
    let path = format!("{devices}/{}", device["id"].as_str().unwrap());

    let frozen = house
        .ask_as(&app, "POST", &format!("{path}/freeze"), Some(json!({})))
        .await
        .expect(200);
    assert!(frozen["frozen_at"].is_string() && frozen["phone"].is_null());
    let text = json!({ "from": bob, "to": ann, "text": "Hi" });
    house
        .post(&format!("{at}/messages"), text.clone())
        .await
        .problem(409, "recipient_frozen");
    let thawed = house.post(&format!("{path}/thaw"), json!({})).await.expect(200);
    assert_eq!(thawed["frozen_at"], Value::Null);
    house.post(&format!("{at}/messages"), text).await.expect(202);

    let replace = format!("{path}/replace");
    let body = json!({ "phone": PHONES[3], "dry_run": true });
    house
        .ask_as(&app, "POST", &replace, Some(body.clone()))
        .await
        .problem(403, "forbidden");
    let told = house.post(&replace, body).await.expect(200);
    assert_eq!(
        (&told["applied"], &told["settled"], &told["kept"]),
        (&json!(false), &json!(true), &json!(1))
    );
    // Bob's phone is his own: that must be settled.
    let body = json!({ "phone": PHONES[1] });
    let refused = house.post(&replace, body.clone()).await;
    assert!(refused.problem(409, "phone_conflicts").contains(&bob));
    let told = house
        .post(&replace, json!({ "phone": PHONES[1], "dry_run": true }))
        .await
        .expect(200);
    assert_eq!(
        (&told["owner"]["member"], &told["settled"]),
        (&json!(bob), &json!(false))
    );
    let twice = json!({ "phone": PHONES[3], "settle": [
        { "contact": bob, "by": "move" }, { "contact": bob, "by": "drop" }
    ] });
    let wrong = house.post(&replace, twice).await;
    wrong.problem(422, "invalid");
    assert_eq!(wrong.text("field"), "settle");
    let done = house
        .post(&replace, json!({ "phone": PHONES[3] }))
        .await
        .expect(200);
    assert_eq!(
        (&done["device"]["phone"], &done["device"]["id"]),
        (&json!(PHONES[3]), &device["id"])
    );
    let pool_number = json!({ "phone": "+15005550100" });
    house.post(&replace, pool_number).await.problem(422, "invalid");
    house
        .post(&replace, json!({ "phone": PHONES[3] }))
        .await
        .problem(409, "phone_taken");
}
