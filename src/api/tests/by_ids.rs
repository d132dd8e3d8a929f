//! Members who are asked for by their ids.

use serde_json::{Value, json};

use super::sessions::user;
use super::{House, PHONES};
use crate::domain::admin::Role;
use crate::domain::id::MemberId;

#[actix_web::test]
async fn members_are_asked_for_by_their_ids_and_seen_as_in_the_list() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let elsewhere = house.community("Walkers").await;
    let mut all = Vec::new();
    for phone in PHONES {
        all.push(house.member(&at, "Someone", phone).await);
    }
    let stranger = house.member(&elsewhere, "Zoe", "+14155550177").await;
    let nobody = MemberId::from_i64(1).to_string();
    let listed = house.get(&format!("{at}/members")).await.expect(200);
    // Asked for in any order and twice, each comes once, as the list has them; others are left out.
    let asked = [&all[2], &nobody, &all[0], &stranger, &all[2]].map(String::as_str);
    let by_ids = format!("{at}/members?ids={}", asked.join(","));
    let found = house.get(&by_ids).await.expect(200);
    assert_eq!(found["data"], json!([listed["data"][0], listed["data"][2]]));
    assert_eq!(found["next_cursor"], Value::Null);
    let none = house.get(&format!("{at}/members?ids={nobody}")).await.expect(200);
    assert_eq!(none, json!({ "data": [], "next_cursor": null }));
    // One page has all of them, though a page of the list is shorter.
    let mut many = Vec::new();
    for _ in 0..60 {
        let new = json!({ "name": "One of many" });
        let made = house.post(&format!("{at}/members"), new).await.expect(201);
        many.push(made["id"].as_str().unwrap().to_owned());
    }
    let whole = format!("{at}/members?ids={}", many.join("%2C%20"));
    let rows = house.get(&whole).await.expect(200);
    let rows = rows["data"].as_array().unwrap().iter();
    assert!(
        rows.map(|row| row["id"].as_str().unwrap())
            .eq(many.iter().map(String::as_str))
    );

    // Numbers are masked as in the list: for a viewer and for an app.
    let viewer = user(&house, "vera", Role::Viewer).await;
    let list = viewer
        .get(&house, &format!("{at}/members?limit=1"))
        .await
        .expect(200);
    let one = viewer
        .get(&house, &format!("{at}/members?ids={}", all[0]))
        .await
        .expect(200);
    assert_eq!(one["data"], list["data"]);
    assert!(
        one.to_string().contains('•') && !one.to_string().contains(PHONES[0]),
        "{one}"
    );
    let app = house.app_key(&at, "chat").await;
    let told = house.ask_as(&app, "GET", &by_ids, None).await.expect(200);
    assert_eq!(told["data"][0]["devices"][0]["phone"], Value::Null, "{told}");
    assert_eq!(told["data"].as_array().map(Vec::len), Some(2));
}

#[actix_web::test]
async fn ids_that_are_none_too_many_or_beside_another_filter_are_refused() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let ann = house.member(&at, "Ann", PHONES[0]).await;
    let ids = |count: i64| {
        let ids: Vec<_> = (1..=count).map(|n| MemberId::from_i64(n).to_string()).collect();
        ids.join(",")
    };
    house
        .get(&format!("{at}/members?ids={}", ids(100)))
        .await
        .expect(200);
    let cases = [
        (ids(101), "101 members; at most 100"),
        (String::new(), "names nobody"),
        (format!("{ann},"), "mem_"),
        (format!("{ann},pool_0000000000000"), "mem_"),
        (format!("{ann}&name=ann"), "`ids` and `name`"),
        (format!("{ann}&phone=%2B14155550101"), "`ids` and `phone`"),
        (format!("{ann}&limit=50"), "`ids` and `limit`"),
        (
            format!("{ann}&cursor=bWVtXzF0cTN2OHI0dzA4MDE"),
            "`ids` and `cursor`",
        ),
    ];
    for (query, hint) in cases {
        let answer = house.get(&format!("{at}/members?ids={query}")).await;
        let sentence = answer.problem(422, "invalid");
        assert_eq!(answer.text("field"), "ids", "{query}: {sentence}");
        assert!(sentence.contains(hint), "{query}: {sentence}");
    }
}
