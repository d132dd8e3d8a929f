use serde_json::json;

use super::{House, PHONES};

#[actix_web::test]
async fn many_contacts_are_made_all_or_none_or_row_by_row() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let eve = house.member(&at, "Eve", PHONES[2]).await;
    let path = format!("{at}/members/{ann}/contacts/bulk");
    let nobody = "mem_0000000000001";
    let count = async || {
        let list = house
            .get(&format!("{at}/members/{ann}/contacts"))
            .await
            .expect(200);
        list["data"].as_array().unwrap().len()
    };
    let rows = json!([bob, eve, nobody]);

    // Something is wrong: nothing is written, and each row says what it is.
    let answer = house.post(&path, json!({ "contacts": rows })).await;
    answer.problem(409, "rows_failed");
    assert_eq!(answer.body["rows"][0]["status"], "existing");
    assert_eq!(answer.body["rows"][1]["status"], "created");
    assert_eq!(answer.body["rows"][2]["problem"]["code"], "not_found");
    assert_eq!(count().await, 1);

    // A rehearsal never writes and never fails.
    for mode in ["all_or_nothing", "per_row"] {
        let body = json!({ "contacts": rows, "mode": mode, "dry_run": true });
        let answer = house.post(&path, body).await.expect(200);
        assert_eq!(answer["applied"], false);
        assert_eq!(count().await, 1);
    }

    let body = json!({ "contacts": rows, "mode": "per_row" });
    let answer = house.post(&path, body).await.expect(200);
    assert_eq!(answer["applied"], true);
    assert_eq!(answer["rows"][1]["view"]["contact"], json!(eve));
    assert_eq!(count().await, 2);
    let events = house
        .state
        .board
        .events(at.rsplit('/').next().unwrap().parse().unwrap(), None, 100);
    let told = events.await.unwrap();
    let made = told
        .iter()
        .filter(|e| e.kind.word() == "assignment.created")
        .count();
    assert_eq!(made, 2, "what was undone is not told");

    let again = house
        .post(&path, json!({ "contacts": [eve, eve] }))
        .await
        .expect(200);
    assert_eq!(again["rows"][1]["status"], "existing");
    // What is one transaction is a short one.
    for (mode, dry_run, status) in [
        ("all_or_nothing", false, 422),
        ("per_row", true, 422),
        ("per_row", false, 200),
    ] {
        let body = json!({ "contacts": vec![nobody; 101], "mode": mode, "dry_run": dry_run });
        let answer = house.post(&path, body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        if status == 422 {
            assert!(answer.problem(422, "invalid").contains("1 to 100"));
        } else {
            assert_eq!(answer.body["rows"].as_array().unwrap().len(), 101);
        }
    }
    for (contacts, field) in [(json!([]), "contacts"), (json!(vec![nobody; 1001]), "contacts")] {
        let answer = house.post(&path, json!({ "contacts": contacts })).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.text("field"), field);
    }
}
