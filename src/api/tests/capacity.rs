//! The planner through the API: its summary, its list in pages, what-ifs, and who may ask.

use serde_json::{Value, json};

use super::House;

/// A community of a hub with two contacts, out of four numbers: its path and the ids of the hub and the others.
async fn hub(house: &House) -> (String, Vec<String>) {
    let at = house.community("Riders").await;
    house.pool(&at, "main", 4, 15_005_550_100).await;
    let mut members = Vec::new();
    for n in 0..6 {
        members.push(house.member(&at, "Someone", &format!("+1415555020{n}")).await);
    }
    for contact in &members[1..3] {
        let contacts = format!("{at}/members/{}/contacts", members[0]);
        house
            .post(&contacts, json!({ "contact": contact }))
            .await
            .expect(201);
    }
    (at, members)
}

#[actix_web::test]
async fn the_summary_says_how_full_tables_are_and_what_is_needed() {
    let house = House::new().await;
    let (at, members) = hub(&house).await;
    let seen = house.get(&format!("{at}/capacity")).await.expect(200);
    assert_eq!(
        (&seen["members"], &seen["contacts"], &seen["usable"]),
        (&json!(6), &json!(4), &json!(4))
    );
    let first = &seen["fullest"][0];
    assert_eq!(
        (&first["member"], &first["free"]),
        (&json!(members[0]), &json!(2))
    );
    assert_eq!(first["runs_out"]["outlook"], "too_little_history");
    let group = json!({ "region": "US", "capabilities": ["sms", "voice"], "active": 4, "draining": 0 });
    for (field, value) in group.as_object().unwrap() {
        assert_eq!(&seen["numbers"][0][field], value);
    }
    let needed = json!({ "in_days": 0, "numbers": 2, "at_most": 2, "missing": 0, "missing_at_most": 0, "without_history": 0 });
    assert_eq!(seen["needed"][0], needed);
    let fill: Vec<&Value> = seen["fill"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| &b["members"])
        .collect();
    assert_eq!(json!(fill), json!([3, 0, 2, 0, 0, 1, 0, 0, 0, 0]));
    let mms = seen["capabilities"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["capability"] == "mms");
    assert_eq!(mms.unwrap()["usable"], 0);
}

#[actix_web::test]
async fn members_come_fullest_first_in_pages_without_gaps_or_repeats() {
    let house = House::new().await;
    let (at, members) = hub(&house).await;
    let path = format!("{at}/capacity/members");
    let whole = house.get(&path).await.expect(200);
    let ids = |page: &Value| -> Vec<Value> {
        let data = page["data"].as_array().unwrap();
        data.iter().map(|m| m["member"].clone()).collect()
    };
    let all = ids(&whole);
    assert_eq!(all, [0, 1, 2, 3, 4, 5].map(|at| json!(members[at])));
    assert_eq!(whole["next_cursor"], Value::Null);
    for limit in 1..=6 {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = house
                .get(&format!("{path}?limit={limit}{cursor}"))
                .await
                .expect(200);
            walked.extend(ids(&page));
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(walked, all, "by {limit}");
    }
    let other = house.get(&format!("{at}/members?limit=1")).await.expect(200);
    let other = other["next_cursor"].as_str().unwrap().to_owned();
    house
        .get(&format!("{path}?cursor={other}"))
        .await
        .problem(422, "invalid");
}

#[actix_web::test]
async fn a_what_if_writes_nothing_and_is_refused_by_name_where_it_cannot_be() {
    let house = House::new().await;
    let (at, _) = hub(&house).await;
    let before = house.everything().await;
    let path = format!("{at}/capacity/what_if");
    let same = house.post(&path, json!({})).await.expect(200);
    assert_eq!(same["before"], same["after"]);
    let numbers = house.get(&format!("{at}/numbers")).await.expect(200);
    let number = &numbers["data"][0]["id"];
    let change = json!({
        "add_numbers": [{ "count": 2, "region": "GB", "capabilities": ["sms"] }],
        "more_contacts": 5,
        "retire": [number],
    });
    let told = house.post(&path, change).await.expect(200);
    assert_eq!(
        (&told["before"]["usable"], &told["after"]["usable"]),
        (&json!(4), &json!(5))
    );
    assert_eq!(told["after"]["full"], 6);
    let sentence = told["after"]["explained"].as_str().unwrap();
    assert!(
        sentence.contains("with 5 contacts more each, the table of mem_"),
        "{sentence}"
    );
    let added = told["after"]["numbers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["pool"].is_null());
    assert_eq!(added.unwrap()["region"], "GB");
    for (body, field) in [
        (
            json!({ "add_numbers": [{ "count": 1, "region": "Utopia" }] }),
            "region",
        ),
        (
            json!({ "add_numbers": [{ "count": 1, "capabilities": [] }] }),
            "capabilities",
        ),
        (json!({ "add_numbers": [{ "count": 100_001 }] }), "add_numbers"),
        (json!({ "more_contacts": 100_001 }), "more_contacts"),
        (json!({ "more_contacts": -1 }), "more_contacts"),
        (json!({ "drop": 1 }), "drop"),
    ] {
        let refused = house.post(&path, body).await;
        refused.problem(422, "invalid");
        assert_eq!(
            refused.text("field").split('.').next(),
            Some(field),
            "{}",
            refused.body
        );
    }
    let nobodys = json!({ "retire": ["num_0000000000007"] });
    house.post(&path, nobodys).await.problem(404, "not_found");
    assert_eq!(house.everything().await, before);
}

#[actix_web::test]
async fn a_full_table_is_explained_as_the_planner_explains_it() {
    let house = House::new().await;
    let (at, members) = hub(&house).await;
    let contacts = format!("{at}/members/{}/contacts", members[0]);
    for contact in &members[3..5] {
        house
            .post(&contacts, json!({ "contact": contact }))
            .await
            .expect(201);
    }
    let refused = house.post(&contacts, json!({ "contact": members[5] })).await;
    let said = refused.problem(409, "table_full");
    for part in [
        &format!("the table of {} is full", members[0]),
        "(num_",
        "add 1 number with sms",
        "release ctc_",
    ] {
        assert!(said.contains(part), "no `{part}` in {said}");
    }
    assert!(!said.contains("+1"), "{said}");
    let seen = house.get(&format!("{at}/capacity")).await.expect(200);
    let explained = seen["explained"].as_str().unwrap();
    // Up to the moments that go with the clock.
    let begin = said.split(" whose number comes back").next().unwrap();
    assert!(explained.starts_with(begin), "{explained}");
}
