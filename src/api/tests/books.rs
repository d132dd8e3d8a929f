use serde_json::{Value, json};

use super::{House, PHONES};
use crate::api::Shared;
use crate::config::http::HttpConfig;

/// What a door answers to somebody without a key.
async fn raw(house: &House, path: &str, headers: &[(&str, &str)]) -> (u16, Vec<(String, String)>, String) {
    let answer = house.ask("GET", path, headers, Vec::new()).await;
    let told = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let text = match answer.body {
        Value::String(text) => text,
        body => body.to_string(),
    };
    (answer.status, told, text)
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> &'h str {
    headers
        .iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.as_str())
        .unwrap_or_default()
}

#[actix_web::test]
async fn a_private_link_gives_the_book_and_no_real_number_in_any_byte() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let (ann, bob) = (ann.as_str(), bob.as_str());
    let links = format!("{at}/members/{ann}/book_links");
    let rename = json!({ "name": "Bob <b>&\"B\"</b>;\nEND:VCARD" });
    let refused = house.patch(&format!("{at}/members/{bob}"), rename).await;
    refused.problem(422, "invalid");
    let rename = json!({ "name": "Bob <b>&\"B\"</b>;" });
    house
        .patch(&format!("{at}/members/{bob}"), rename)
        .await
        .expect(200);

    let made = house
        .post(&links, json!({ "expires_in_s": 3600 }))
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap().to_owned();
    let token = url.rsplit('/').next().unwrap().to_owned();
    assert_eq!(token.len(), 32, "160 bits");
    let contact = house
        .get(&format!("{at}/members/{ann}/contacts"))
        .await
        .expect(200)["data"][0]
        .clone();
    let number = contact["number"].as_str().unwrap();

    let (status, headers, page) = raw(&house, &url, &[]).await;
    assert_eq!(status, 200, "{page}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow, noarchive"),
    ] {
        assert_eq!(header(&headers, name), value);
    }
    assert!(header(&headers, "content-security-policy").contains("default-src 'none'"));
    assert!(
        page.contains("Bob &lt;b&gt;") && !page.contains("<b>") && page.contains("<svg"),
        "{page}"
    );
    assert!(page.contains("not taken these contacts yet"));

    let file = format!("{url}/contacts.vcf");
    let (status, headers, cards) = raw(&house, &file, &[]).await;
    assert_eq!(
        (status, header(&headers, "content-type")),
        (200, "text/vcard; charset=utf-8")
    );
    assert_eq!(
        (
            header(&headers, "cache-control"),
            header(&headers, "referrer-policy")
        ),
        ("no-store", "no-referrer")
    );
    let read = calcard::vcard::VCard::parse(&cards).unwrap();
    let tel = read.property(&calcard::vcard::VCardProperty::Tel).unwrap();
    assert!(
        matches!(&tel.values[0], calcard::vcard::VCardValue::Text(text) if text == number),
        "{cards}"
    );
    assert!(
        cards.contains("\r\nREV:") && cards.contains("\r\nUID:urn:uuid:"),
        "{cards}"
    );
    let tag = header(&headers, "etag").to_owned();
    let (status, ..) = raw(&house, &file, &[("if-none-match", tag.as_str())]).await;
    assert_eq!(status, 304);
    let (_, _, page_after) = raw(&house, &url, &[]).await;
    assert!(page_after.contains("Nothing has changed"));

    let code = format!("{url}/contacts/{}/qr.svg", contact["id"].as_str().unwrap());
    let (status, headers, code) = raw(&house, &code, &[]).await;
    assert_eq!((status, header(&headers, "content-type")), (200, "image/svg+xml"));
    for told in [&page, &cards, &code, &page_after] {
        for phone in PHONES {
            assert!(!told.contains(phone) && !told.contains(&phone[1..]), "{told}");
        }
    }

    house
        .patch(&format!("{at}/members/{bob}"), json!({ "name": "Rob" }))
        .await
        .expect(200);
    let (_, _, changed) = raw(&house, &url, &[]).await;
    assert!(
        changed.contains("Changed since you took them") && changed.contains("Changed: Rob."),
        "{changed}"
    );

    // Who has the list learns no token, and a revoked link is as one that never was.
    let listed = house.get(&links).await.expect(200);
    assert!(!listed.to_string().contains(&token));
    assert_ne!(listed["data"][0]["taken_at"], Value::Null);
    let id = made["id"].as_str().unwrap();
    house.get(&format!("{links}/{id}")).await.expect(200);
    house.delete(&format!("{links}/{id}")).await.expect(204);
    house
        .delete(&format!("{links}/{id}"))
        .await
        .problem(404, "not_found");
    let (status, headers, gone) = raw(&house, &url, &[]).await;
    assert_eq!(
        (status, header(&headers, "referrer-policy")),
        (404, "no-referrer")
    );
    let never = url.replace(&token, &"a".repeat(32));
    let (_, _, unknown) = raw(&house, &never, &[]).await;
    let sentence = |body: &str| serde_json::from_str::<Value>(body).unwrap()["detail"].clone();
    assert_eq!(sentence(&gone), sentence(&unknown));
}

#[actix_web::test]
async fn a_link_is_asked_so_often_and_wrong_ones_are_not_tried_one_after_the_other() {
    let mut house = House::new().await;
    let config = HttpConfig {
        book_requests_per_minute: 8,
        failed_auths_per_minute: 4,
        ..HttpConfig::default()
    };
    house.shared = Shared::new(&config, &house.state);
    house.from = Some("192.0.2.7:999".parse().unwrap());
    let (at, ann, _) = house.pair().await;
    let made = house
        .post(&format!("{at}/members/{ann}/book_links"), json!({}))
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(raw(&house, url, &[]).await.0);
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
    let community = at.rsplit('/').next().unwrap();
    let mut statuses = Vec::new();
    for n in 0..4 {
        let wrong = format!("/book/{community}/{}{}", "b".repeat(31), ["a", "b", "c", "d"][n]);
        statuses.push(raw(&house, &wrong, &[]).await.0);
    }
    assert_eq!(statuses, [404, 404, 429, 429]);
}
