use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{House, PHONES};

/// Walks a list to its end in pages of this size, and returns the ids in the order in which they came.
async fn walk(house: &House, path: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let join = if path.contains('?') { '&' } else { '?' };
        let page = house
            .get(&format!("{path}{join}limit={limit}{cursor}"))
            .await
            .expect(200);
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= limit);
        ids.extend(data.iter().map(|d| d["id"].as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            end => {
                assert_eq!(*end, Value::Null);
                return ids;
            }
        }
    }
}

#[actix_web::test]
async fn every_list_is_walked_to_its_end_without_gaps_or_repeats() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    house.community("Walkers").await;
    house.pool(&at, "main", 5, 15_005_550_100).await;
    house.pool(&at, "spare", 0, 0).await;
    house.key_of(&at).await;
    let mut members = Vec::new();
    for phone in PHONES {
        members.push(house.member(&at, "Someone", phone).await);
    }
    let ann = &members[0];
    for contact in &members[1..] {
        let (contacts, messages) = (format!("{at}/members/{ann}/contacts"), format!("{at}/messages"));
        house
            .post(&contacts, json!({ "contact": contact }))
            .await
            .expect(201);
        house
            .post(&messages, json!({ "from": ann, "to": contact, "text": "hi" }))
            .await
            .expect(202);
    }
    house
        .post(
            &format!("{at}/members/{ann}/devices"),
            json!({ "phone": "+14155550199" }),
        )
        .await
        .expect(201);
    let lists = [
        ("/v1/communities".to_owned(), 2),
        ("/v1/keys".to_owned(), 2),
        (format!("{at}/members"), 4),
        (format!("{at}/members/{ann}/devices"), 2),
        (format!("{at}/members/{ann}/contacts"), 3),
        (format!("{at}/pools"), 2),
        (format!("{at}/numbers"), 5),
        (format!("{at}/traffic"), 5),
        (format!("{at}/assignments"), 6),
        (format!("{at}/assignments?member={ann}"), 3),
        (format!("{at}/messages"), 3),
        (format!("{at}/messages?member={ann}&status=accepted"), 3),
        (format!("{at}/quarantine"), 0),
    ];
    for (path, count) in lists {
        let whole = walk(&house, &path, 500).await;
        assert_eq!(whole.len(), count, "{path}");
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), count, "{path}");
        for limit in [1, 2, 3] {
            assert_eq!(walk(&house, &path, limit).await, whole, "{path} by {limit}");
        }
    }
    let newest_first = walk(&house, &format!("{at}/messages"), 2).await;
    assert!(newest_first.is_sorted_by(|a, b| a > b), "{newest_first:?}");
}

#[actix_web::test]
async fn a_query_that_cannot_be_is_refused_by_name() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let members = walk(&house, "/v1/communities", 1).await;
    assert_eq!(members.len(), 1);
    house.member(&at, "Ann", PHONES[0]).await;
    house.member(&at, "Bob", PHONES[1]).await;
    let page = house.get(&format!("{at}/members?limit=1")).await.expect(200);
    let others = page["next_cursor"].as_str().unwrap();
    let cases = [
        (format!("{at}/members?size=3"), "size", "unknown parameter `size`"),
        (format!("{at}/members?limit=0"), "limit", "1 to 500"),
        (format!("{at}/members?limit=501"), "limit", "1 to 500"),
        (format!("{at}/members?limit=many"), "limit", "`many`"),
        (format!("{at}/members?limit=1&limit=2"), "limit", "more than once"),
        (
            format!("{at}/members?phone=4155550101"),
            "phone",
            "must begin with `+`",
        ),
        (format!("{at}/members?cursor=%2B%2B"), "cursor", "leave it out"),
        (format!("{at}/numbers?cursor={others}"), "cursor", "leave it out"),
        (
            format!("{at}/assignments?cursor={others}"),
            "cursor",
            "leave it out",
        ),
        (format!("{at}/messages?status=lost"), "status", "`delivered`"),
        (
            format!("{at}/messages?member=pool_0000000000000"),
            "member",
            "mem_",
        ),
        (
            format!("{at}/quarantine?status=sent"),
            "status",
            "unknown parameter",
        ),
        (format!("{at}/resolve?from=%2B14155550101"), "to", "missing"),
        (
            format!("{at}/resolve?from=%FF&to=%2B14155550101"),
            "from",
            "E.164",
        ),
    ];
    for (path, field, hint) in cases {
        let answer = house.get(&path).await;
        let sentence = answer.problem(422, "invalid");
        assert_eq!(answer.text("field"), field, "{path}: {sentence}");
        assert!(sentence.contains(hint), "{path}: {sentence}");
    }
}
