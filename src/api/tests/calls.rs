//! Calls by the API: made, listed, looked at, ended. The line is played here.

use std::sync::Arc;

use serde_json::{Value, json};

use super::House;
use crate::domain::call::{Cause, EndedBy};
use crate::domain::id::CallId;
use crate::switchboard::switching::{
    CallEnding, CallExchange as _, CallLeg, CallNews, CallOrder, CallOutlet, CallReport, CallStep,
    LegQuality, PlaceError,
};

/// Takes every call and does nothing with it.
struct Line;

#[async_trait::async_trait]
impl CallOutlet for Line {
    async fn place(&self, _: CallOrder) -> Result<(), PlaceError> {
        Ok(())
    }

    async fn hang_up(&self, _: CallId) -> bool {
        true
    }
}

async fn report(house: &House, at: &str, call: &Value, news: CallNews) {
    let report = CallReport {
        call: call["id"].as_str().unwrap().parse().unwrap(),
        community: at.rsplit('/').next().unwrap().parse().unwrap(),
        at: house.state.board.now(),
        news,
    };
    house.state.board.report(report).await.unwrap();
}

#[actix_web::test]
async fn an_app_makes_a_call_follows_it_and_ends_it() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let calls = format!("{at}/calls");
    let new = json!({ "from": ann, "to": bob });
    house.post(&calls, new.clone()).await.problem(409, "no_trunk");
    house.state.board.set_voice(Arc::new(Line));

    let call = house.post(&calls, new.clone()).await.expect(202);
    assert_eq!(
        (&call["state"], &call["origin"]),
        (&json!("ringing"), &json!("app"))
    );
    report(&house, &at, &call, CallNews::Ringing).await;
    report(&house, &at, &call, CallNews::Answered).await;
    let one = format!("{calls}/{}", call["id"].as_str().unwrap());
    let during = house.get(&one).await.expect(200);
    assert_eq!(
        (&during["state"], &during["steps"]),
        (&json!("answered"), &json!([]))
    );
    house.post(&format!("{one}/hang_up"), json!({})).await.expect(202);
    let step = CallStep {
        at: house.state.board.now(),
        leg: CallLeg::Caller,
        inbound: false,
        what: "INVITE".into(),
        trunk: Some("main".into()),
    };
    let quality = LegQuality {
        packets: 10,
        bytes: 1_720,
        lost: 0,
        jitter_ms: 0.25,
        mos: Some(4.4),
    };
    let ending = CallEnding {
        by: EndedBy::App,
        cause: Cause::HungUp,
        sip_status: Some(200),
        trunk_out: Some("main".into()),
        quality: [Some(quality), None],
        steps: vec![step],
    };
    report(&house, &at, &call, CallNews::Ended(Box::new(ending))).await;

    let after = house.get(&one).await.expect(200);
    assert_eq!(
        (&after["cause"], &after["ended_by"]),
        (&json!("hung_up"), &json!("app"))
    );
    assert_eq!(after["steps"][0]["what"], "INVITE");
    assert_eq!(after["quality"]["caller"]["packets"], 10);
    house
        .post(&format!("{one}/hang_up"), json!({}))
        .await
        .problem(409, "call_ended");
    for query in [
        "",
        "?state=ended",
        "?cause=hung_up",
        &format!("?member={bob}&contact={ann}"),
    ] {
        let list = house.get(&format!("{calls}{query}")).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 1, "{query}");
    }
    for query in ["?state=ringing", "?cause=busy", "?until=2020-01-01T00:00:00.000Z"] {
        let list = house.get(&format!("{calls}{query}")).await.expect(200);
        assert_eq!(list["data"], json!([]), "{query}");
    }
    house
        .get(&format!("{calls}?state=asleep"))
        .await
        .problem(422, "invalid");
    let happened = house.get(&format!("{at}/interactions")).await.expect(200);
    assert_eq!(
        (&happened["data"][0]["kind"], &happened["data"][0]["id"]),
        (&json!("call"), &call["id"])
    );
}

#[actix_web::test]
async fn a_call_that_a_rule_refuses_is_refused_to_the_app_with_the_rules_word() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    house.state.board.set_voice(Arc::new(Line));
    let calls = format!("{at}/calls");
    let stranger = house.member(&at, "Cem", super::PHONES[2]).await;
    house
        .post(&calls, json!({ "from": ann, "to": stranger }))
        .await
        .problem(409, "no_contact");
    house
        .post(&calls, json!({ "from": ann, "to": bob, "loud": true }))
        .await
        .problem(422, "invalid");
    house
        .patch(
            &format!("{at}/members/{ann}/contacts/{bob}"),
            json!({ "blocked": true }),
        )
        .await
        .expect(200);
    house
        .post(&calls, json!({ "from": ann, "to": bob }))
        .await
        .problem(409, "pair_blocked");
}
