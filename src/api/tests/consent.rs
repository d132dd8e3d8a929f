//! Consent by the API: blocks, opt-ins, time zones, urgent texts, the export and the erasure of a member's data.

use serde_json::json;

use super::{House, PHONES};

#[actix_web::test]
async fn a_member_blocks_and_lets_go_again() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let blocks = format!("{at}/members/{bob}/blocks");
    let made = house.post(&blocks, json!({ "contact": ann })).await.expect(201);
    assert_eq!((&made["contact"], &made["by"]), (&json!(ann), &json!("admin")));
    house.post(&blocks, json!({ "contact": ann })).await.expect(200);
    assert_eq!(house.get(&blocks).await.expect(200)["data"], json!([made]));
    assert_eq!(house.get(&format!("{blocks}/{ann}")).await.expect(200), made);
    let send = json!({ "from": ann, "to": bob, "text": "Hi" });
    house
        .post(&format!("{at}/messages"), send.clone())
        .await
        .problem(409, "no_device");
    let own = json!({ "from": bob, "to": ann, "text": "Hi" });
    house
        .post(&format!("{at}/messages"), own)
        .await
        .problem(409, "blocked_by_sender");
    house
        .patch(&at, json!({ "policy": { "blocks_shown": "open" } }))
        .await
        .expect(200);
    house
        .post(&format!("{at}/messages"), send.clone())
        .await
        .problem(409, "blocked_by_recipient");
    house.delete(&format!("{blocks}/{ann}")).await.expect(204);
    house
        .delete(&format!("{blocks}/{ann}"))
        .await
        .problem(404, "not_found");
    house
        .get(&format!("{blocks}/{ann}"))
        .await
        .problem(404, "not_found");
    house.post(&format!("{at}/messages"), send).await.expect(202);
    // What cannot be.
    house
        .post(&blocks, json!({ "contact": bob }))
        .await
        .problem(422, "invalid");
    house
        .post(&blocks, json!({ "contact": "mem_x" }))
        .await
        .problem(422, "invalid");
    house
        .post(&blocks, json!({ "who": ann }))
        .await
        .problem(422, "invalid");
}

#[actix_web::test]
async fn an_opt_in_is_recorded_listed_and_revoked() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    house
        .patch(&at, json!({ "policy": { "require_opt_in": true } }))
        .await
        .expect(200);
    let send = json!({ "from": ann, "to": bob, "text": "Hi" });
    house
        .post(&format!("{at}/messages"), send.clone())
        .await
        .problem(409, "not_opted_in");
    let opt_ins = format!("{at}/opt_ins");
    let new = json!({ "member": bob, "contact": ann, "source": "web_form", "evidence": "form of May" });
    let made = house.post(&opt_ins, new.clone()).await.expect(201);
    assert_eq!(
        (&made["source"], &made["recorded_by"]),
        (&json!("web_form"), &json!("admin"))
    );
    assert!(made["number"].is_string() && made["ended_at"].is_null());
    house.post(&opt_ins, new).await.expect(200);
    house
        .post(&format!("{at}/messages"), send.clone())
        .await
        .expect(202);
    let one = format!("{opt_ins}/{}", made["id"].as_str().unwrap());
    assert_eq!(house.get(&one).await.expect(200), made);
    let listed = house.get(&format!("{opt_ins}?member={bob}")).await.expect(200);
    assert_eq!(listed["data"], json!([made]));
    assert_eq!(
        house.get(&format!("{opt_ins}?member={ann}")).await.expect(200)["data"],
        json!([])
    );
    // An app reads no evidence, which may hold anything.
    let app = house.app_key(&at, "chat").await;
    let seen = house.ask_as(&app, "GET", &one, None).await.expect(200);
    assert_eq!(seen["evidence"], "");
    house.delete(&one).await.expect(204);
    house.delete(&one).await.problem(409, "opt_in_ended");
    assert_eq!(house.get(&one).await.expect(200)["ended_by"], "revoked");
    house
        .post(&format!("{at}/messages"), send)
        .await
        .problem(409, "not_opted_in");
    for wrong in [
        json!({ "member": bob, "source": "fax", "evidence": "x" }),
        json!({ "member": bob, "source": "api" }),
        json!({ "member": bob, "source": "api", "evidence": "" }),
        json!({ "member": bob, "source": "api", "evidence": "x", "given_at": "2999-01-01T00:00:00Z" }),
    ] {
        house.post(&opt_ins, wrong).await.problem(422, "invalid");
    }
}

#[actix_web::test]
async fn a_members_time_zone_is_set_and_taken_back() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let new = json!({ "name": "Ann", "time_zone": "Europe/Berlin" });
    let made = house.post(&format!("{at}/members"), new).await.expect(201);
    assert_eq!(made["time_zone"], "Europe/Berlin");
    let ann = format!("{at}/members/{}", made["id"].as_str().unwrap());
    let named = house.patch(&ann, json!({ "name": "Anna" })).await.expect(200);
    assert_eq!(named["time_zone"], "Europe/Berlin");
    let taken = house.patch(&ann, json!({ "time_zone": null })).await.expect(200);
    assert_eq!(taken["time_zone"], json!(null));
    house
        .patch(&ann, json!({ "time_zone": "Mars/Base" }))
        .await
        .problem(422, "invalid");
    house
        .post(
            &format!("{at}/members"),
            json!({ "name": "Bob", "time_zone": "here" }),
        )
        .await
        .problem(422, "invalid");
    for wrong in [
        json!({ "texting_from": "8 o'clock" }),
        json!({ "texting_days": [] }),
        json!({ "texting_days": ["someday"] }),
        json!({ "time_zone": "Mars/Base" }),
        json!({ "bodies_kept_s": 60 }),
        json!({ "replies_any_hour_s": -1 }),
        json!({ "desk_block_word": "STOP" }),
    ] {
        house
            .patch(&at, json!({ "policy": wrong }))
            .await
            .problem(422, "invalid");
    }
}

#[actix_web::test]
async fn a_dry_run_says_until_when_a_text_would_be_held() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    // Of all the hours of the week one minute; it is hardly now, and a member far east or west is not in it.
    let hours = json!({ "texting_hours": true, "texting_from": "03:17", "texting_until": "03:18", "texting_days": ["wed"],
        "replies_any_hour_s": 0 });
    house.patch(&at, json!({ "policy": hours })).await.expect(200);
    let send = |more: serde_json::Value| {
        let mut body = json!({ "from": ann, "to": bob, "text": "Hi" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let messages = format!("{at}/messages");
    let rehearsed = house
        .post(&messages, send(json!({ "dry_run": true })))
        .await
        .expect(200);
    assert!(rehearsed["held_until"].is_string(), "{rehearsed}");
    assert_eq!(house.get(&messages).await.expect(200)["data"], json!([]));
    let sent = house.post(&messages, send(json!({}))).await.expect(202);
    assert_eq!(
        (&sent["status"], &sent["held_until"]),
        (&json!("held"), &rehearsed["held_until"])
    );
    let urgent = house.post(&messages, send(json!({ "urgent": true }))).await;
    urgent.problem(409, "urgent_not_allowed");
}

#[actix_web::test]
async fn a_members_data_are_exported_and_erased_by_whoever_manages_the_community() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let sent = json!({ "from": ann, "to": bob, "text": "Hi there" });
    house.post(&format!("{at}/messages"), sent).await.expect(202);
    let member = format!("{at}/members/{ann}");
    let app = house.app_key(&at, "chat").await;
    for (method, what, body) in [
        ("GET", "export", None),
        ("POST", "erase", Some(json!({ "confirm": "Ann" }))),
    ] {
        house
            .ask_as(&app, method, &format!("{member}/{what}"), body)
            .await
            .problem(403, "forbidden");
    }
    let all = house.get(&format!("{member}/export")).await.expect(200);
    assert_eq!(all["messages"][0]["text"], "Hi there");
    assert!(all.to_string().contains(&PHONES[0][1..]) && !all.to_string().contains(&PHONES[1][1..]));
    house
        .get(&format!("{at}/members/mem_1tq3v8r4w0801/export"))
        .await
        .problem(404, "not_found");

    let erase = format!("{member}/erase");
    house.post(&erase, json!({})).await.problem(422, "invalid");
    house
        .post(&erase, json!({ "confirm": "Bob" }))
        .await
        .problem(422, "invalid");
    let erased = house.post(&erase, json!({ "confirm": "Ann" })).await.expect(200);
    assert_eq!(erased["compacted"], true);
    house.get(&member).await.problem(404, "not_found");
    house
        .post(&erase, json!({ "confirm": "Ann" }))
        .await
        .problem(404, "not_found");
    let left = house
        .get(&format!("{at}/messages?member={bob}"))
        .await
        .expect(200);
    assert_eq!(
        (&left["data"][0]["text"], &left["data"][0]["body_erased"]),
        (&json!(""), &json!(true))
    );
}

#[actix_web::test]
async fn an_app_that_repeats_a_text_does_not_learn_who_has_blocked_it_since() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let bearer = format!("Bearer {}", house.app_key(&at, "chat").await);
    let send = async || {
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", "one"),
        ];
        let body = json!({ "from": ann, "to": bob, "text": "Hi" }).to_string();
        house
            .ask("POST", &format!("{at}/messages"), &headers, body.into_bytes())
            .await
    };
    let sent = send().await.expect(202);
    // It waits for the carrier when Bob blocks her.
    let blocks = format!("{at}/members/{bob}/blocks");
    house.post(&blocks, json!({ "contact": ann })).await.expect(201);
    let again = send().await.expect(200);
    assert_eq!((&again["id"], &again["status"]), (&sent["id"], &json!("blocked")));
    assert_eq!(again["reason"], "no_device");
}
