use serde_json::{Value, json};

use super::{House, PHONES};

fn ids(list: &Value) -> Vec<&str> {
    let data = list["data"].as_array().unwrap();
    data.iter().map(|d| d["id"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn messages_and_interactions_are_found_by_who_when_and_how() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let eve = house.member(&at, "Eve", PHONES[2]).await;
    let contacts = format!("{at}/members/{ann}/contacts");
    house.post(&contacts, json!({ "contact": eve })).await.expect(201);
    let messages = format!("{at}/messages");
    let send = async |from: &str, to: &str| {
        let body = json!({ "from": from, "to": to, "text": "private words" });
        house.post(&messages, body).await.expect(202)
    };
    let (first, second, third) = (
        send(&ann, &bob).await,
        send(&bob, &ann).await,
        send(&ann, &eve).await,
    );
    let id = |m: &Value| m["id"].as_str().unwrap().to_owned();
    let (first, third, middle) = (
        id(&first),
        id(&third),
        (id(&second), second["accepted_at"].clone()),
    );
    let (second, since) = (middle.0, middle.1.as_str().unwrap().to_owned());
    let cases = [
        (String::new(), vec![&third, &second, &first]),
        (format!("member={bob}"), vec![&second, &first]),
        (format!("contact={eve}"), vec![&third]),
        (format!("member={ann}&contact={bob}"), vec![&second, &first]),
        (format!("member={bob}&contact={eve}"), vec![]),
        (format!("since={since}"), vec![&third, &second]),
        (format!("until={since}"), vec![&first]),
        (format!("member={ann}&since={since}&limit=1"), vec![&third]),
    ];
    for (query, wanted) in cases {
        for noun in ["messages", "interactions"] {
            let list = house.get(&format!("{at}/{noun}?{query}")).await.expect(200);
            assert_eq!(ids(&list), wanted, "{noun}?{query}");
        }
    }
    for (query, count) in [("origin=app", 3), ("origin=phone", 0), ("status=accepted", 3)] {
        let list = house.get(&format!("{messages}?{query}")).await.expect(200);
        assert_eq!(ids(&list).len(), count, "{query}");
    }
    let list = house
        .get(&format!("{at}/interactions"))
        .await
        .expect(200)
        .to_string();
    for private in ["private words", &PHONES[0][1..], "1500555"] {
        assert!(!list.contains(private), "{list}");
    }
    house
        .get(&format!("{messages}?since=yesterday"))
        .await
        .problem(422, "invalid");
    for (query, count) in [
        ("origin=chosen", 2),
        ("origin=received", 0),
        ("blocked=true", 0),
        ("pending=false&stopped=false", 2),
        (&*format!("contact={bob}"), 1),
    ] {
        let list = house.get(&format!("{contacts}?{query}")).await.expect(200);
        assert_eq!(ids(&list).len(), count, "{query}");
    }
    house
        .get(&format!("{contacts}?blocked=yes"))
        .await
        .problem(422, "invalid");
}

#[actix_web::test]
async fn stops_are_listed_without_any_phone() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let number = house
        .get(&format!("{at}/members/{bob}/contacts/{ann}"))
        .await
        .expect(200);
    let number = number["number"].as_str().unwrap().to_owned();
    let text = async |from: &str, text: &str| {
        let body = json!({ "to": number, "text": text });
        house
            .post(&format!("/v1/loopback/phones/{from}/texts"), body)
            .await
            .expect(202)
    };
    text(PHONES[1], "STOP").await;
    text(PHONES[3], "STOPALL").await;
    let all = house.get(&format!("{at}/opt_outs")).await.expect(200);
    let [everything, one] = all["data"].as_array().unwrap().as_slice() else {
        panic!("{all}");
    };
    assert_eq!(
        (&one["member"], &one["contact"], &one["all"]),
        (&json!(bob), &json!(ann), &json!(false))
    );
    assert!(one["number"].as_str().unwrap().starts_with("num_"));
    assert_eq!(
        (&everything["member"], &everything["number"], &everything["all"]),
        (&json!(null), &json!(null), &json!(true))
    );
    let path = format!("{at}/opt_outs/{}", one["id"].as_str().unwrap());
    assert_eq!(house.get(&path).await.expect(200), *one);
    assert!(!all.to_string().contains("+1"), "{all}");
    // Nobody but the phone lifts it.
    house.delete(&path).await.problem(405, "method_not_allowed");
    text(PHONES[1], "START").await;
    house.get(&path).await.problem(404, "not_found");
    let page = house.get(&format!("{at}/opt_outs?limit=1")).await.expect(200);
    assert_eq!((ids(&page).len(), &page["next_cursor"]), (1, &json!(null)));
}

#[actix_web::test]
async fn one_text_in_quarantine_is_looked_at() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let contact = format!("{at}/members/{ann}/contacts/{bob}");
    let number = house.get(&contact).await.expect(200)["number"].clone();
    let body = json!({ "from": ann, "to": bob, "text": "hi" });
    let sent = house.post(&format!("{at}/messages"), body).await.expect(202);
    house.delete(&contact).await.expect(204);
    let late = json!({ "to": number, "text": "late" });
    let late = house
        .post(&format!("/v1/loopback/phones/{}/texts", PHONES[0]), late)
        .await
        .expect(202);
    let held = |message: &Value| format!("{at}/quarantine/{}", message["id"].as_str().unwrap());
    assert_eq!(house.get(&held(&late)).await.expect(200)["text"], "late");
    house.get(&held(&sent)).await.problem(404, "not_found");
}
