use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::House;
use crate::domain::Timestamp;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent};
use crate::switchboard::standing::{CarrierKind, LinkNote, LinkStanding, OutletStanding};

/// A carrier with one link that is as the test has it.
#[derive(Default)]
struct Acme(LinkNote);

#[async_trait]
impl Outlet for Acme {
    fn name(&self) -> &str {
        "acme"
    }

    fn window(&self) -> usize {
        10
    }

    fn is_ready(&self) -> bool {
        false
    }

    fn standing(&self) -> OutletStanding {
        let (state, since, trouble) = self.0.read();
        let link = LinkStanding {
            target: "smsc.example.net:2775".into(),
            bound_as: Some("account7".into()),
            mode: Some("transceiver"),
            sends: true,
            state,
            since,
            trouble,
            window: 10,
            in_flight: 0,
            paced_per_s: None,
        };
        OutletStanding {
            kind: CarrierKind::Smpp,
            links: vec![link],
            ..OutletStanding::default()
        }
    }

    async fn send_text(&self, _: &OutboundText) -> Result<Sent, OutletError> {
        Err(OutletError::Refused { detail: "no".into() })
    }

    async fn send_receipt(&self, _: &OutboundReceipt) -> Result<(), OutletError> {
        Ok(())
    }
}

async fn acme(house: &House) -> Value {
    let view = house.get("/v1/carriers").await.expect(200);
    let found = view["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "acme");
    found.cloned().unwrap_or_default()
}

#[actix_web::test]
async fn a_carrier_says_how_it_stands_since_when_and_what_went_wrong() {
    let house = House::new().await;
    let view = house.get("/v1/carriers").await.expect(200);
    assert_eq!(view["node"], 1);
    // It is known by name, and does not run here.
    let loopback = &view["data"][0];
    assert_eq!(
        (&loopback["name"], &loopback["state"]),
        (&json!("loopback"), &json!("not_configured"))
    );

    let outlet = Arc::new(Acme::default());
    house.state.board.add_outlet(outlet.clone());
    assert_eq!(acme(&house).await["state"], "connecting");
    outlet
        .0
        .down(Timestamp(1_750_000_000_000), "nobody takes connections there");
    let seen = acme(&house).await;
    assert_eq!((&seen["kind"], &seen["state"]), (&json!("smpp"), &json!("down")));
    assert_eq!(seen["since"], "2025-06-15T15:06:40.000Z");
    assert_eq!(seen["trouble"]["what"], "nobody takes connections there");
    assert_eq!(seen["links"][0]["target"], "smsc.example.net:2775");
    outlet.0.up(Timestamp(1_750_000_005_000));
    let seen = acme(&house).await;
    assert_eq!(
        (&seen["state"], &seen["since"]),
        (&json!("up"), &json!("2025-06-15T15:06:45.000Z"))
    );
    assert_eq!(
        seen["trouble"]["what"], "nobody takes connections there",
        "what was last is kept"
    );
}

#[actix_web::test]
async fn accounts_and_addresses_are_for_those_who_open_everything() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let outlet = Arc::new(Acme::default());
    outlet.0.down(
        Timestamp(1_750_000_000_000),
        "the bind was refused with ESME_RINVPASWD",
    );
    house.state.board.add_outlet(outlet);
    let key = house.key_of(&at).await;
    let seen = house.ask_as(&key, "GET", "/v1/carriers", None).await.expect(200);
    let text = seen.to_string();
    for hidden in ["smsc.example.net", "account7", "RINVPASWD"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let acme = seen["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "acme")
        .unwrap();
    assert_eq!(
        (&acme["state"], &acme["links"][0]["state"]),
        (&json!("down"), &json!("down"))
    );
    let app = house.app_key(&at, "chat").await;
    house
        .ask_as(&app, "GET", "/v1/carriers", None)
        .await
        .problem(403, "forbidden");
}

#[actix_web::test]
async fn the_overview_tells_what_happens_and_a_text_its_steps() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let quiet = house.get(&format!("{at}/overview")).await.expect(200);
    assert_eq!(
        (&quiet["texts_per_s"], &quiet["delivery_rate"]),
        (&json!(0.0), &Value::Null)
    );
    assert_eq!(quiet["pools"][0]["name"], "main");
    assert_eq!(
        (&quiet["pools"][0]["usable"], &quiet["pools"][0]["assignments"]),
        (&json!(3), &json!(2))
    );
    for n in 0..6 {
        let body = json!({ "from": ann, "to": bob, "text": format!("text {n}") });
        house.post(&format!("{at}/messages"), body).await.expect(202);
    }
    let busy = house.get(&format!("{at}/overview")).await.expect(200);
    assert_eq!(busy["texts_per_s"], 0.1);
    assert_eq!(busy["waiting"], 6);
    assert_eq!(busy["carriers"][0]["name"], "loopback");
    // That minute is over.
    house.clock.pass_ms(61_000);
    let later = house.get(&format!("{at}/overview")).await.expect(200);
    assert_eq!(
        (&later["texts_per_s"], &later["waiting"]),
        (&json!(0.0), &json!(6))
    );

    let list = house.get(&format!("{at}/messages?limit=1")).await.expect(200);
    let message = list["data"][0]["id"].as_str().unwrap();
    let steps = house
        .get(&format!("{at}/messages/{message}/steps"))
        .await
        .expect(200);
    let words: Vec<&str> = steps["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["what"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["accepted", "ruled", "waits", "deadline"]);
    assert_eq!(steps["data"][1]["carrier"], "loopback");
    let app = house.app_key(&at, "chat").await;
    for path in [format!("{at}/overview"), format!("{at}/messages/{message}/steps")] {
        house
            .ask_as(&app, "GET", &path, None)
            .await
            .problem(403, "forbidden");
    }
    let traffic = house.get(&format!("{at}/traffic")).await.expect(200);
    assert_eq!(traffic["data"][0]["health"]["delivered"], 0);
}
