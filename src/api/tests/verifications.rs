use serde_json::{Value, json};

use super::{House, PHONES};
use crate::domain::id::{CommunityId, VerificationId};
use crate::store::{Conn, verifications as rows};
use crate::switchboard::verification::check;

/// Asks for a verification until it is over.
async fn done(house: &House, id: &str) -> Value {
    for _ in 0..500 {
        let found = house.get(&format!("/v1/verifications/{id}")).await.expect(200);
        if found["state"] != "running" {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{id} never ended");
}

#[actix_web::test]
async fn a_verification_is_begun_watched_and_its_signed_report_read() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let community = at.rsplit('/').next().unwrap();
    for body in [json!({}), json!({ "community": community })] {
        let begun = house.post("/v1/verifications", body.clone()).await.expect(202);
        assert_eq!(begun["community"], body["community"]);
        let id = begun["id"].as_str().unwrap();
        assert!(id.starts_with("ver_"));
        let ended = done(&house, id).await;
        assert_eq!(
            (
                &ended["state"],
                &ended["clean"],
                &ended["assignments"],
                &ended["offenders"]
            ),
            (&json!("done"), &json!(true), &json!(2), &json!(0)),
            "{ended}"
        );
        let path = format!("/v1/verifications/{id}/report");
        let report = house.get(&path).await.expect(200);
        let (mut bytes, mut no) = (Vec::new(), 0);
        while let Some(piece) = house
            .state
            .board
            .verification_piece(id.parse().unwrap(), no)
            .await
            .unwrap()
        {
            bytes.extend_from_slice(piece.as_bytes());
            no += 1;
        }
        let checked = check(&bytes[..]).unwrap();
        assert!(checked.clean);
        assert_eq!(report["signature"]["key"], json!(checked.signed_by.key));
        assert_eq!(report["report"]["checked"]["assignments"], json!(2));
        assert!(!report.to_string().contains(PHONES[0]));
    }
    let all = house.get("/v1/verifications").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    let page = house.get("/v1/verifications?limit=1").await.expect(200);
    assert_eq!(page["data"][0], all["data"][0]);
    let unknown = json!({ "community": "com_0000000000009" });
    house
        .post("/v1/verifications", unknown)
        .await
        .problem(404, "not_found");
    house
        .get("/v1/verifications/ver_0000000000009/report")
        .await
        .problem(404, "not_found");
}

/// A connection of the house's own, for what no request does.
fn by_hand(house: &House) -> Conn {
    house.state.board.db().connect().unwrap()
}

/// Verifications that were there before, with these ids: a state, the last sign of life, and a piece of each.
fn plant(house: &House, ids: std::ops::Range<i64>, state: &str, updated_at: i64) {
    let mut conn = by_hand(house);
    for id in ids {
        conn.execute(&format!(
            "INSERT INTO verifications VALUES ({id}, NULL, '{state}', 0, 0, 0, NULL, 0, {updated_at}, NULL); \
             INSERT INTO verification_parts VALUES ({id}, 0, 'a'), ({id}, 1, 'b')"
        ))
        .unwrap();
    }
}

async fn begun(house: &House) -> String {
    let begun = house.post("/v1/verifications", json!({})).await.expect(202);
    begun["id"].as_str().unwrap().to_owned()
}

async fn pieces(house: &House, id: VerificationId) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(piece) = rows::part(&mut by_hand(house), id, all.len() as i64).unwrap() {
        all.push(piece);
    }
    all
}

#[actix_web::test]
async fn one_goes_on_at_a_time_and_has_no_report_until_it_is_done() {
    let house = House::new().await;
    let id = VerificationId::from_i64(5);
    plant(&house, 5..6, "running", house.state.board.now().0);
    house
        .post("/v1/verifications", json!({}))
        .await
        .problem(409, "verification_running");
    house
        .get(&format!("/v1/verifications/{id}/report"))
        .await
        .problem(409, "no_report");
}

#[actix_web::test]
async fn one_of_which_nothing_is_heard_is_interrupted_and_stays_so() {
    let house = House::new().await;
    let (id, now) = (VerificationId::from_i64(5), house.state.board.now());
    plant(&house, 5..6, "running", now.plus_s(-130).0);
    let path = format!("/v1/verifications/{id}");
    assert_eq!(house.get(&path).await.expect(200)["state"], "interrupted");
    let next = begun(&house).await;
    assert_eq!(done(&house, &next).await["state"], "done");
    assert!(
        pieces(&house, id).await.is_empty(),
        "what it had written is of no use"
    );
    // It wakes up again, and hears that it was given up.
    let change = rows::VerificationChange {
        state: rows::RUNNING,
        assignments: 1,
        about: 1,
        offenders: 0,
        error: None,
        updated_at: now.0,
        ended_at: None,
    };
    let long_ago = now.plus_s(-1_000);
    assert!(!rows::update(&mut by_hand(&house), id, long_ago, &change).unwrap());
    assert_eq!(house.get(&path).await.expect(200)["state"], "interrupted");
}

#[actix_web::test]
async fn the_last_ten_are_kept() {
    let house = House::new().await;
    plant(&house, 1..14, "done", 0);
    let id = begun(&house).await;
    assert_eq!(done(&house, &id).await["state"], "done");
    let all = house.get("/v1/verifications?limit=100").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 10);
    assert_eq!(all["data"][0]["id"], json!(id));
    for (old, kept) in [(4, 0), (5, 2)] {
        assert_eq!(pieces(&house, VerificationId::from_i64(old)).await.len(), kept);
    }
}

#[actix_web::test]
async fn a_long_report_comes_in_pieces_and_checks() {
    let house = House::new().await;
    let (at, ..) = house.pair().await;
    let community: CommunityId = at.rsplit('/').next().unwrap().parse().unwrap();
    by_hand(&house)
        .execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
             INSERT INTO number_directory SELECT 12025560000 + i, {}, 1000000 + i FROM n",
            community.as_i64()
        ))
        .unwrap();
    let id = begun(&house).await;
    let ended = done(&house, &id).await;
    assert_eq!(
        (&ended["clean"], &ended["offenders"]),
        (&json!(false), &json!(1500))
    );
    let pieces = pieces(&house, id.parse().unwrap()).await;
    assert!(pieces.len() > 1, "{} pieces", pieces.len());
    assert_eq!(check(pieces.concat().as_bytes()).unwrap().offenders, 1500);
    let report = house
        .get(&format!("/v1/verifications/{id}/report"))
        .await
        .expect(200);
    assert_eq!(report["report"]["offenders"].as_array().unwrap().len(), 1500);
    assert_eq!(report["report"]["left_out"], 0);
}
