//! Real numbers (design rule 8): who sees them, and who does not.

use serde_json::json;

use super::access::example;
use super::{House, PHONES};
use crate::api::branch::Gate;
use crate::api::routes;

#[actix_web::test]
async fn no_answer_to_an_apps_key_holds_a_members_phone() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let app = house.app_key(&at, "chat").await;
    let manager = house.key_of(&at).await;
    let body = json!({ "from": ann, "to": bob, "text": "Hi" });
    let sent = house
        .ask_as(&app, "POST", &format!("{at}/messages"), Some(body))
        .await
        .expect(202);
    let device = house.get(&format!("{at}/members/{ann}")).await.expect(200)["devices"][0]["id"].clone();
    assert!(device.is_string());
    let mut seen = Vec::new();
    for route in routes::list() {
        let is_in_it = route.path.starts_with("/v1/communities/{community}");
        if route.method != "GET" || !is_in_it || route.gate > Gate::Community {
            continue;
        }
        let path = route
            .path
            .replace("{member}", &ann)
            .replace("{contact}", &bob)
            .replace("{message}", sent["id"].as_str().unwrap())
            .replace("{device}", device.as_str().unwrap());
        let path = example(&path, at.rsplit('/').next().unwrap());
        let answer = house.ask_as(&app, "GET", &path, None).await;
        for phone in PHONES {
            assert!(
                !answer.body.to_string().contains(&phone[1..]),
                "{path}: {}",
                answer.body
            );
        }
        seen.push((route.path, answer.status));
    }
    for path in [
        "/members",
        "/members/{member}",
        "/members/{member}/devices",
        "/members/{member}/devices/{device}",
    ] {
        let path = format!("/v1/communities/{{community}}{path}");
        assert!(seen.contains(&(path.clone(), 200)), "{path}: {seen:?}");
    }
    // Whoever manages the community sees them.
    for (key, phone) in [
        (&manager, json!(PHONES[0])),
        (&house.admin, json!(PHONES[0])),
        (&app, json!(null)),
    ] {
        let member = house
            .ask_as(key, "GET", &format!("{at}/members/{ann}"), None)
            .await
            .expect(200);
        assert_eq!(member["devices"][0]["phone"], phone);
    }
}

#[actix_web::test]
async fn an_app_cannot_ask_whose_a_phone_is() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let app = house.app_key(&at, "chat").await;
    let phone = format!("%2B{}", &PHONES[0][1..]);
    let by_phone = format!("{at}/members?phone={phone}");
    house
        .ask_as(&app, "GET", &by_phone, None)
        .await
        .problem(403, "forbidden");
    house.get(&by_phone).await.expect(200);
    let resolve = format!("{at}/resolve?from={phone}&to=%2B15005550100");
    house
        .ask_as(&app, "GET", &resolve, None)
        .await
        .problem(403, "forbidden");
    house.get(&resolve).await.expect(200);

    let other = house.member(&at, "Cy", "+14155550199").await;
    let (members, devices) = (format!("{at}/members"), format!("{at}/members/{other}/devices"));
    for (path, body) in [
        (&members, json!({ "name": "Someone", "phone": PHONES[0] })),
        (&devices, json!({ "phone": PHONES[0] })),
    ] {
        let taken = house.ask_as(&app, "POST", path, Some(body.clone())).await;
        taken.problem(409, "phone_taken");
        let said = taken.body.to_string();
        assert!(!said.contains(&ann) && !said.contains(&PHONES[0][1..]), "{said}");
        let told = house.post(path, body).await;
        assert!(told.problem(409, "phone_taken").contains(&ann));
    }
}

#[actix_web::test]
async fn what_an_app_sees_is_a_state_that_it_can_name() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let app = house.app_key(&at, "chat").await;
    let body = json!({ "name": "Dee", "phone": "+14155550188" });
    let made = house
        .ask_as(&app, "POST", &format!("{at}/members"), Some(body))
        .await;
    assert_eq!(
        (made.status, &made.body["devices"][0]["phone"]),
        (201, &json!(null))
    );
    let tag = |answer: &super::common::Answer| answer.header("etag").to_owned();
    let path = format!("{at}/members/{ann}");
    let (theirs, ours) = (
        house.ask_as(&app, "GET", &path, None).await,
        house.get(&path).await,
    );
    assert_ne!(
        tag(&theirs),
        tag(&ours),
        "a tag over the phone would let it be guessed"
    );
    let edit = async |key: &str, tag: &str, name: &str| {
        let headers = [
            ("authorization", format!("Bearer {key}")),
            ("content-type", "application/json".to_owned()),
            ("if-match", tag.to_owned()),
        ];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        house
            .ask(
                "PATCH",
                &path,
                &headers,
                json!({ "name": name }).to_string().into_bytes(),
            )
            .await
    };
    let renamed = edit(&app, &tag(&theirs), "Anna").await;
    assert_eq!(
        (renamed.status, &renamed.body["devices"][0]["phone"]),
        (200, &json!(null))
    );
    assert_eq!(tag(&renamed), tag(&house.ask_as(&app, "GET", &path, None).await));
    edit(&house.admin, &tag(&ours), "Ann")
        .await
        .problem(412, "changed_meanwhile");
    edit(&house.admin, &tag(&house.get(&path).await), "Ann")
        .await
        .expect(200);
    edit(&app, &tag(&renamed), "Anna")
        .await
        .problem(412, "changed_meanwhile");
}
