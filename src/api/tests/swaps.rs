use serde_json::{Value, json};

use super::House;
use crate::domain::id::{CommunityId, SwapId};

/// Goes on with a swap as the broker does.
async fn drive(house: &House, at: &str, swap: &Value) {
    let community: CommunityId = at.rsplit('/').next().unwrap().parse().unwrap();
    let id: SwapId = swap["id"].as_str().unwrap().parse().unwrap();
    while house.state.board.swap_step(community, id).await.unwrap() {}
}

/// A pair, and the id of the number that it stands on.
async fn pair_on_one(house: &House) -> (String, String) {
    let (at, ann, _) = house.pair().await;
    let contacts = house
        .get(&format!("{at}/members/{ann}/contacts"))
        .await
        .expect(200);
    let number = contacts["data"][0]["number"].as_str().unwrap().to_owned();
    let numbers = house.get(&format!("{at}/numbers")).await.expect(200);
    let all = numbers["data"].as_array().unwrap();
    let on = all.iter().find(|n| n["number"] == number.as_str()).unwrap();
    (at, on["id"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_swap_is_planned_begun_paused_listed_and_undone() {
    let house = House::new().await;
    let (at, number) = pair_on_one(&house).await;
    let swaps = format!("{at}/swaps");
    let body = json!({ "numbers": [number], "overlap_s": 600, "notice": "{name} is here now." });
    let plan = house
        .post(&format!("{swaps}/plan?limit=1"), body.clone())
        .await
        .expect(200);
    assert_eq!(
        (
            &plan["rows"],
            &plan["movable"],
            &plan["told"]["phone"],
            &plan["overlap_s"]
        ),
        (&json!(2), &json!(2), &json!(2), &json!(600))
    );
    let cursor = plan["next_cursor"].as_str().unwrap();
    let rest = house
        .post(&format!("{swaps}/plan?cursor={cursor}"), body.clone())
        .await
        .expect(200);
    assert_eq!(
        (rest["moves"].as_array().unwrap().len(), &rest["next_cursor"]),
        (1, &Value::Null)
    );
    assert_ne!(plan["moves"][0]["member"], rest["moves"][0]["member"]);
    assert_eq!(house.get(&swaps).await.expect(200)["data"], json!([]));

    let swap = house.post(&swaps, body.clone()).await.expect(202);
    assert_eq!(
        (&swap["state"], &swap["total"], &swap["left"]),
        (&json!("running"), &json!(2), &json!(2))
    );
    let one = format!("{swaps}/{}", swap["id"].as_str().unwrap());
    let paused = house.post(&format!("{one}/pause"), Value::Null).await.expect(200);
    assert_eq!(paused["state"], "paused");
    drive(&house, &at, &swap).await;
    assert_eq!(house.get(&one).await.expect(200)["moved"], 0);
    let again = house.post(&swaps, body).await.expect(200);
    assert_eq!((&again["id"], &again["state"]), (&swap["id"], &json!("running")));
    house
        .post(&format!("{one}/resume"), Value::Null)
        .await
        .expect(200);
    drive(&house, &at, &swap).await;
    let done = house.get(&one).await.expect(200);
    assert_eq!(
        (
            &done["state"],
            &done["moved"],
            &done["told"],
            &done["numbers"][0]["retired"]
        ),
        (&json!("done"), &json!(2), &json!(2), &json!(false))
    );
    let refused = house.post(&format!("{one}/pause"), Value::Null).await;
    assert!(
        refused
            .problem(409, "swap_state")
            .contains("has nothing to pause")
    );
    house
        .post(&format!("{one}/resume"), Value::Null)
        .await
        .problem(409, "swap_state");
    house
        .delete(&format!("{at}/numbers/{number}"))
        .await
        .problem(409, "number_leads_on");

    let first = house.get(&format!("{one}/moves?limit=1")).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = house
        .get(&format!("{one}/moves?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(last["next_cursor"], Value::Null);
    assert_eq!(first["data"][0]["told"], "phone");
    assert_ne!(first["data"][0]["member"], last["data"][0]["member"]);
    let releases = house.get(&format!("{at}/releases")).await.expect(200);
    assert!(releases["data"][0]["forwards_until"].is_string());
    let history = first["data"][0]["member"].as_str().unwrap();
    let contact = first["data"][0]["contact"].as_str().unwrap();
    let path = format!("{at}/members/{history}/contacts/{contact}/history");
    assert_eq!(house.get(&path).await.expect(200)["data"][0]["why"], "moved");

    assert_eq!(
        house.post(&format!("{one}/undo"), Value::Null).await.expect(200)["state"],
        "undoing"
    );
    drive(&house, &at, &swap).await;
    let undone = house.get(&one).await.expect(200);
    assert_eq!(
        (&undone["state"], &undone["undone"]),
        (&json!("undone"), &json!(2))
    );
    assert_eq!(
        house.get(&swaps).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[actix_web::test]
async fn a_swap_that_cannot_be_is_refused_with_what_to_mend() {
    let house = House::new().await;
    let (at, number) = pair_on_one(&house).await;
    let swaps = format!("{at}/swaps");
    let unknown = "num_0000000000001";
    for (body, status, code, says) in [
        (
            json!({}),
            422,
            "invalid",
            "one of `numbers`, `carrier` and `region`",
        ),
        (
            json!({ "numbers": [number], "region": "US" }),
            422,
            "invalid",
            "one of",
        ),
        (json!({ "numbers": [] }), 422, "invalid", "name the numbers"),
        (json!({ "numbers": [unknown] }), 404, "not_found", unknown),
        (
            json!({ "carrier": "acme" }),
            422,
            "invalid",
            "no number of this community leaves by carrier `acme`",
        ),
        (json!({ "region": "DE" }), 422, "invalid", "region DE"),
        (json!({ "region": "Texas" }), 422, "invalid", "two letters"),
        (
            json!({ "carrier": "loopback" }),
            409,
            "no_other_numbers",
            "add numbers first",
        ),
        (
            json!({ "numbers": [number], "overlap_s": -1 }),
            422,
            "invalid",
            "allowed are 0 (none) to",
        ),
        (
            json!({ "numbers": [number], "overlap_s": 40_000_000 }),
            422,
            "invalid",
            "allowed are 0 (none) to",
        ),
        (
            json!({ "numbers": [number], "notice": "" }),
            422,
            "invalid",
            "or null for none",
        ),
        (
            json!({ "numbers": [number], "notice": "x".repeat(481) }),
            422,
            "invalid",
            "481 characters",
        ),
        (
            json!({ "numbers": [number], "when": "now" }),
            422,
            "invalid",
            "when",
        ),
    ] {
        for path in [swaps.clone(), format!("{swaps}/plan")] {
            let refused = house.post(&path, body.clone()).await;
            assert!(refused.problem(status, code).contains(says), "{}", refused.body);
        }
    }
    let begun = house
        .post(&swaps, json!({ "numbers": [number], "notice": null }))
        .await
        .expect(202);
    assert_eq!(begun["notice"], Value::Null);
    let all = house.get(&format!("{at}/numbers")).await.expect(200);
    let ids: Vec<&Value> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| &n["id"])
        .take(2)
        .collect();
    let two = house.post(&swaps, json!({ "numbers": ids })).await;
    assert!(
        two.problem(409, "number_in_swap")
            .contains(begun["id"].as_str().unwrap())
    );
    let active = house
        .patch(&format!("{at}/numbers/{number}"), json!({ "state": "active" }))
        .await;
    active.problem(409, "number_in_swap");
    for path in ["", "/moves"] {
        house
            .get(&format!("{swaps}/swp_0000000000001{path}"))
            .await
            .problem(404, "not_found");
    }
    for what in ["pause", "resume", "undo"] {
        house
            .post(&format!("{swaps}/swp_0000000000001/{what}"), Value::Null)
            .await
            .problem(404, "not_found");
    }
}
