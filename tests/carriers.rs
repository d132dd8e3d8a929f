//! What people see of carriers: that one goes down and comes back, what waits for it meanwhile, and what came of texts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::town::Town;
use support::{Smsc, on_both_databases, poll};

const PATIENCE: Duration = Duration::from_secs(30);

async fn acme(town: &Town) -> Value {
    let view = town.broker.get("/v1/carriers").await;
    let found = view["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "acme");
    found.cloned().unwrap()
}

async fn becomes(town: &Town, state: &str) -> Value {
    let seen = poll(PATIENCE, async || {
        let seen = acme(town).await;
        (seen["state"] == state).then_some(seen)
    });
    match seen.await {
        Some(seen) => seen,
        None => panic!("acme does not become {state}: {}", acme(town).await),
    }
}

on_both_databases! {
    async fn a_carrier_goes_down_and_comes_back_and_that_is_seen(database: Database) {
        let mut town = Town::start(database).await;
        let up = becomes(&town, "up").await;
        assert_eq!((&up["kind"], &up["links"][0]["mode"]), (&json!("smpp"), &json!("transceiver")));
        let port = town.smsc.port();
        assert_eq!(up["links"][0]["target"], format!("127.0.0.1:{port}"));
        assert_eq!(up["links"][0]["bound_as"], "partyline");
        assert!(!up.to_string().contains("secret"), "{up}");

        let pair = town.pair("+15105550101", "+15105550102").await;
        let community = town.community.clone();
        town.broker.send_message(&community, &pair.first, &pair.second, "while it is up").await;
        town.wait_status("while it is up", "delivered").await;
        let seen = acme(&town).await;
        assert_eq!((&seen["texts"]["sent"], &seen["texts"]["waiting"]), (&json!(1), &json!(0)));

        let address = town.smsc.addr();
        // Its end ends the process.
        let other = Smsc::start().await;
        drop(std::mem::replace(&mut town.smsc, other));
        let down = poll(PATIENCE, async || {
            let seen = acme(&town).await;
            let what = seen["trouble"]["what"].as_str().unwrap_or_default().to_owned();
            (seen["state"] == "down" && what == "nobody takes connections there").then_some(seen)
        });
        let down = down.await.expect("it is down, and why");
        assert!(down["since"].as_str() > up["since"].as_str(), "{down}");
        town.broker.send_message(&community, &pair.first, &pair.second, "while it is down").await;
        let waits = poll(PATIENCE, async || (acme(&town).await["texts"]["waiting"] == 1).then_some(()));
        waits.await.expect("it waits");
        let overview = town.broker.get(&format!("/v1/communities/{community}/overview")).await;
        assert_eq!(overview["carriers"], json!([{
            "name": "acme", "kind": "smpp", "state": "down", "since": down["since"],
        }]));

        town.smsc = Smsc::start_with(address, "partyline", "secret").await;
        becomes(&town, "up").await;
        town.wait_status("while it is down", "delivered").await;
        let overview = town.broker.get(&format!("/v1/communities/{community}/overview")).await;
        assert_eq!((&overview["delivered"], &overview["lost"], &overview["delivery_rate"]), (&json!(2), &json!(0), &json!(1.0)));
        assert!(overview["p50_ms"].as_i64() > Some(0) && overview["p99_ms"].as_i64() >= overview["p50_ms"].as_i64());
        assert_eq!((&overview["waiting"], &overview["sent_today"]), (&json!(0), &json!(2)));

        let message = town.wait_status("while it is down", "delivered").await;
        let path = format!("/v1/communities/{community}/messages/{}/steps", message["id"].as_str().unwrap());
        let steps = town.broker.get(&path).await;
        let words: Vec<&str> = steps["data"].as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
        assert_eq!(words, ["accepted", "ruled", "sent", "part", "became"]);
        assert_eq!((&steps["data"][3]["status"], &steps["data"][3]["carrier"]), (&json!("delivered"), &json!("acme")));
        assert!(steps["data"][3]["reference"].as_str().is_some_and(|id| !id.is_empty()));

        let traffic = town.broker.get(&format!("/v1/communities/{community}/traffic")).await;
        let delivered: i64 = traffic["data"].as_array().unwrap().iter().map(|n| n["health"]["delivered"].as_i64().unwrap()).sum();
        assert_eq!(delivered, 2);
    }

    async fn a_wrong_password_is_named_as_what_it_is(database: Database) {
        let smsc = Smsc::start_with(support::ports::free_addr(), "partyline", "other").await;
        let settings = support::town::accounts()
            + &support::town::carrier(&[&smsc], "transceiver").replace("\"other\"", "\"secret\"");
        let town = Town::with(support::Broker::builder(database).config(&settings), smsc).await;
        let down = becomes(&town, "down").await;
        let what = down["trouble"]["what"].as_str().unwrap();
        assert!(what.contains("RINVPASWD"), "{what}");
        assert!(!down.to_string().contains("secret"), "{down}");
    }
}
