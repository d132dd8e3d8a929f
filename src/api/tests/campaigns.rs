use serde_json::{Value, json};

use super::House;

#[actix_web::test]
async fn a_campaign_is_made_changed_named_by_a_number_and_removed() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let pool = house.pool(&at, "main", 2, 15_005_550_100).await;
    let campaigns = format!("{at}/campaigns");
    let made = house
        .post(&campaigns, json!({ "name": " CABC ", "texts_per_day": 2000 }))
        .await
        .expect(201);
    assert_eq!(
        (&made["name"], &made["pool"], &made["rate_per_s"]),
        (&json!("CABC"), &Value::Null, &json!(0.0))
    );
    let id = made["id"].as_str().unwrap();
    let one = format!("{campaigns}/{id}");
    house
        .post(&campaigns, json!({ "name": "CABC" }))
        .await
        .problem(409, "name_taken");
    house
        .patch(&one, json!({ "pool": pool, "rate_per_s": 2.5 }))
        .await
        .expect(200);
    house
        .post(&campaigns, json!({ "name": "Other", "pool": pool }))
        .await
        .problem(409, "pool_has_campaign");
    let changed = house.patch(&one, json!({ "pool": null })).await.expect(200);
    assert_eq!(
        (&changed["pool"], &changed["rate_per_s"]),
        (&Value::Null, &json!(2.5))
    );
    house.patch(&one, json!({})).await.problem(422, "invalid");
    let refused = house.patch(&one, json!({ "texts_per_day": -1 })).await;
    assert!(
        refused
            .problem(422, "invalid")
            .contains("0 (no limit) to 100000000")
    );

    let numbers = house.get(&format!("{at}/numbers")).await.expect(200);
    let number = format!("{at}/numbers/{}", numbers["data"][0]["id"].as_str().unwrap());
    let edited = house
        .patch(&number, json!({ "campaign": id, "texts_per_day": 200 }))
        .await
        .expect(200);
    assert_eq!(
        (&edited["campaign"], &edited["texts_per_day"]),
        (&json!(id), &json!(200))
    );
    let busy = house.get(&format!("{number}/traffic")).await.expect(200);
    assert_eq!(
        (&busy["campaign"], &busy["campaign_texts_per_day"], &busy["room"]),
        (&json!(id), &json!(2000), &json!("plenty"))
    );
    let other = house
        .patch(&number, json!({ "campaign": null }))
        .await
        .expect(200);
    assert_eq!(other["campaign"], Value::Null);
    house.patch(&number, json!({ "campaign": id })).await.expect(200);
    house.delete(&one).await.expect(204);
    house.get(&one).await.problem(404, "not_found");
    let left = house.get(&number).await.expect(200);
    assert_eq!(
        (&left["campaign"], &left["texts_per_day"]),
        (&Value::Null, &json!(200))
    );
}

#[actix_web::test]
async fn traffic_of_numbers_and_pairs_is_told() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let body = json!({ "from": ann, "to": bob, "text": "hi" });
    house.post(&format!("{at}/messages"), body).await.expect(202);
    let all = house.get(&format!("{at}/traffic")).await.expect(200);
    let waiting: i64 = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["waiting"].as_i64().unwrap())
        .sum();
    assert_eq!(waiting, 1, "nothing sends here");
    let pair = house
        .get(&format!("{at}/members/{ann}/contacts/{bob}/traffic"))
        .await
        .expect(200);
    assert_eq!(
        (&pair["outgoing"]["waiting"], &pair["incoming"]["waiting"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(pair["outgoing"]["latency"]["p50_ms"], Value::Null);
    house
        .get(&format!("{at}/numbers/num_0000000000001/traffic"))
        .await
        .problem(404, "not_found");
    house
        .get(&format!("{at}/members/{ann}/contacts/{ann}/traffic"))
        .await
        .problem(404, "not_found");
}
