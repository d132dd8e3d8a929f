use std::time::Duration;

use serde_json::{Value, json};

use super::House;

async fn ended(house: &House, path: &str) -> Value {
    for _ in 0..500 {
        let import = house.get(path).await.expect(200);
        if import["state"] != "running" {
            return import;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} does not end");
}

#[actix_web::test]
async fn a_file_is_imported_by_a_job_whose_refused_rows_are_paged() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let path = format!("{at}/imports");
    let content = "name,phone\nEve,+14155550401\nEve,none\n,+14155550402\nFay,+14155550403\n";
    let body = json!({"kind": "members", "format": "csv", "content": content, "name": "members.csv", "dry_run": true});
    let dry = house.post(&path, body).await.expect(202);
    let dry = ended(&house, &format!("{path}/{}", dry["id"].as_str().unwrap())).await;
    assert_eq!(
        (&dry["state"], &dry["added"], &dry["refused"]),
        (&json!("done"), &json!(2), &json!(2))
    );

    let body = json!({"kind": "members", "format": "csv", "content": content, "name": "members.csv"});
    let begun = house.post(&path, body).await.expect(202);
    let one = format!("{path}/{}", begun["id"].as_str().unwrap());
    let import = ended(&house, &one).await;
    assert_eq!(
        (&import["added"], &import["done"], &import["size"]),
        (&json!(2), &import["size"], &json!(content.len()))
    );
    let first = house
        .get(&format!("{one}/refused_rows?limit=1"))
        .await
        .expect(200);
    assert_eq!(
        (&first["data"][0]["line"], &first["data"][0]["reason"]),
        (&json!(3), &json!("bad_phone"))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = house
        .get(&format!("{one}/refused_rows?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(
        (&last["data"][0]["line"], &last["next_cursor"]),
        (&json!(4), &Value::Null)
    );
    let all = house.get(&path).await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_members_reference_is_shown_to_those_who_may_see_phones() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let path = format!("{at}/imports");
    let content = "{\"name\": \"Eve\", \"phone\": \"+14155550401\", \"reference\": \"4155550401\"}\n";
    let body = json!({"kind": "members", "format": "jsonl", "content": content});
    let begun = house.post(&path, body).await.expect(202);
    ended(&house, &format!("{path}/{}", begun["id"].as_str().unwrap())).await;
    let found = house
        .get(&format!("{at}/members?phone=%2B14155550401"))
        .await
        .expect(200);
    assert_eq!(found["data"][0]["reference"], "4155550401");
    let app = house.app_key(&at, "chat").await;
    let eve = format!("{at}/members/{}", found["data"][0]["id"].as_str().unwrap());
    let seen = house.ask_as(&app, "GET", &eve, None).await.expect(200);
    assert_eq!((&seen["name"], &seen["reference"]), (&json!("Eve"), &Value::Null));
}

#[actix_web::test]
async fn a_file_that_cannot_be_read_or_is_too_long_begins_nothing() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let path = format!("{at}/imports");
    let body = |content: &str| json!({"kind": "contacts", "format": "csv", "content": content});
    house.post(&path, body("member\n")).await.problem(422, "invalid");
    house
        .post(&path, body(&"x".repeat(70_000)))
        .await
        .problem(413, "body_too_large");
    let mut wrong = body("member,contact\n");
    wrong["name"] = json!("\0");
    house.post(&path, wrong).await.problem(422, "invalid");
    let mut wrong = body("member,contact\n");
    wrong["region"] = json!("USA");
    house.post(&path, wrong).await.problem(422, "invalid");
    assert!(
        house.get(&path).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    house
        .get(&format!("{path}/imp_0000000000001"))
        .await
        .problem(404, "not_found");
    house
        .get(&format!("{path}/imp_0000000000001/refused_rows"))
        .await
        .problem(404, "not_found");
}
