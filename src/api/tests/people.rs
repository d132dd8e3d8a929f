//! People who sign in: forgotten passwords, authenticator apps, what is written down, what is shown.

use std::collections::BTreeSet;

use actix_web::http::Method;
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::sessions::{Browser, PASSWORD, first, invited, post, sign_in, user};
use super::{House, PHONES};
use crate::api::branch::Gate;
use crate::api::routes;
use crate::domain::admin::Role;
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::totp;
use crate::switchboard::{AdminSettings, NewAuditEntry, TotpKey, TotpSecrets};

const FRESH: &str = "battery horse correct";

/// Gives somebody an authenticator app; returns its secret.
async fn with_app(house: &House, browser: &Browser) -> Vec<u8> {
    let begun = browser
        .ask(house, "POST", "/v1/session/totp", json!({ "password": PASSWORD }))
        .await
        .expect(200);
    let secret = BASE32_NOPAD
        .decode(begun["secret"].as_str().unwrap().as_bytes())
        .unwrap();
    let code = code(house, &secret);
    browser
        .ask(house, "POST", "/v1/session/totp/confirm", json!({ "totp": code }))
        .await
        .expect(204);
    // The next code is another.
    house.clock.pass_ms(60_000);
    secret
}

fn code(house: &House, secret: &[u8]) -> String {
    totp::code(secret, totp::step(house.state.board.now()))
}

/// What the audit log says was done, newest first, with the name and the status.
async fn log(house: &House) -> Vec<(String, String, i64)> {
    let log = house.get("/v1/audit_log?limit=100").await.expect(200);
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (text(e, "what"), text(e, "name"), e["status"].as_i64().unwrap()))
        .collect()
}

/// A link to a new password, as an owner makes it: its token, and the whole of it.
async fn reset(house: &House, id: &str, body: Value) -> (String, String) {
    let made = house
        .post(&format!("/v1/admin_users/{id}/reset"), body)
        .await
        .expect(200);
    let link = made["link"].as_str().unwrap().to_owned();
    let token = link.split("token=").nth(1).unwrap().split('&').next().unwrap();
    (token.to_owned(), link)
}

#[actix_web::test]
async fn whoever_forgot_a_password_chooses_another_by_a_link_that_works_once() {
    let house = House::new().await;
    let (olga, id) = invited(&house, json!({ "name": "olga", "role": "operator" })).await;
    let (older, _) = reset(&house, &id, json!({})).await;
    let (token, link) = reset(&house, &id, json!({})).await;
    assert!(
        link.contains("/admin/#/first?token=") && link.ends_with("&reset=olga"),
        "{link}"
    );
    // Nothing has happened yet.
    olga.get(&house, "/v1/session").await.expect(200);
    Browser::of(&sign_in(&house, "olga", PASSWORD).await);

    let follow = |token: &str| json!({ "token": token, "password": FRESH });
    let path = "/v1/session/first";
    post(&house, path, follow(&older)).await.problem(422, "invalid");
    let renamed = json!({ "token": token, "name": "eve", "password": FRESH });
    let renamed = post(&house, path, renamed).await;
    renamed.problem(422, "invalid");
    assert_eq!(renamed.text("field"), "name");
    let answer = post(&house, path, follow(&token)).await;
    let fresh = Browser::of(&answer);
    assert_eq!(answer.body["user"]["name"], "olga");
    fresh.get(&house, "/v1/session").await.expect(200);
    olga.get(&house, "/v1/session").await.problem(401, "unauthorized");
    sign_in(&house, "olga", PASSWORD)
        .await
        .problem(401, "sign_in_failed");
    Browser::of(&sign_in(&house, "olga", FRESH).await);
    post(&house, path, follow(&token)).await.problem(422, "invalid");
    let told = log(&house).await;
    assert!(
        told.contains(&("password_reset".into(), "olga".into(), 200)),
        "{told:?}"
    );
}

#[actix_web::test]
async fn a_new_password_leaves_the_authenticator_app_unless_it_was_to_go_too() {
    let house = House::new().await;
    let (olga, id) = invited(&house, json!({ "name": "olga", "role": "operator" })).await;
    let secret = with_app(&house, &olga).await;
    let (token, _) = reset(&house, &id, json!({})).await;
    let path = "/v1/session/first";
    let mut body = json!({ "token": token, "password": FRESH });
    post(&house, path, body.clone())
        .await
        .problem(401, "totp_required");
    body["totp"] = json!("000000");
    post(&house, path, body.clone())
        .await
        .problem(401, "sign_in_failed");
    // The link is good still, and the old password too.
    olga.get(&house, "/v1/session").await.expect(200);
    body["totp"] = json!(code(&house, &secret));
    let session = post(&house, path, body).await;
    Browser::of(&session);
    assert_eq!(session.body["user"]["totp"], true);
    assert_eq!(session.body["user"]["has_password"], true);

    let (token, _) = reset(&house, &id, json!({ "remove_totp": true })).await;
    let session = post(&house, path, json!({ "token": token, "password": PASSWORD })).await;
    Browser::of(&session);
    assert_eq!(session.body["user"]["totp"], false);
    Browser::of(&sign_in(&house, "olga", PASSWORD).await);
}

#[actix_web::test]
async fn who_never_came_gets_another_first_link_and_who_is_disabled_none() {
    let house = House::new().await;
    user(&house, "ann", Role::Owner).await;
    let made = house
        .post("/v1/admin_users", json!({ "name": "vera", "role": "viewer" }))
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    let (token, link) = reset(&house, id, json!({})).await;
    assert!(!link.contains("reset"), "{link}");
    post(
        &house,
        "/v1/session/first",
        json!({ "token": token, "password": PASSWORD }),
    )
    .await
    .problem(422, "invalid");
    Browser::of(&first(&house, &token, "vera b").await);
    let at = format!("/v1/admin_users/{id}");
    house.patch(&at, json!({ "disabled": true })).await.expect(200);
    let refused = house.post(&format!("{at}/reset"), json!({})).await;
    refused.problem(409, "user_disabled");
}

#[actix_web::test]
async fn an_authenticator_app_is_added_and_removed_by_whoever_knows_the_password() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Owner).await;
    let wrong = json!({ "password": "wrong password" });
    for path in ["/v1/session/totp", "/v1/session/totp/remove"] {
        ann.ask(&house, "POST", path, wrong.clone())
            .await
            .problem(403, "wrong_password");
    }
    let confirm = json!({ "totp": "000000" });
    let nothing = ann.ask(&house, "POST", "/v1/session/totp/confirm", confirm).await;
    nothing.problem(409, "totp_state");
    for _ in 2..5 {
        ann.ask(&house, "POST", "/v1/session/totp", wrong.clone())
            .await
            .problem(403, "wrong_password");
    }
    let again = ann.ask(&house, "POST", "/v1/session/totp", wrong).await;
    again.problem(429, "too_many_failures");
    // Whoever tries passwords in a session keeps nobody from signing in.
    Browser::of(&sign_in(&house, "ann", PASSWORD).await);
}

#[actix_web::test]
async fn a_right_password_without_its_code_is_a_failure_that_leaves_a_trace() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Owner).await;
    let secret = with_app(&house, &ann).await;
    sign_in(&house, "ann", PASSWORD)
        .await
        .problem(401, "totp_required");
    let with = |code: &str| json!({ "name": "ann", "password": PASSWORD, "totp": code });
    post(&house, "/v1/session", with("000000"))
        .await
        .problem(401, "sign_in_failed");
    let told = log(&house).await;
    let trace = |what: &str| (what.to_owned(), "ann".to_owned(), 401);
    assert_eq!(told[..2], [trace("totp_wrong"), trace("totp_missing")]);
    for _ in 2..5 {
        sign_in(&house, "ann", PASSWORD)
            .await
            .problem(401, "totp_required");
    }
    let next = code(&house, &secret);
    post(&house, "/v1/session", with(&next))
        .await
        .problem(429, "too_many_failures");
    house.clock.pass_ms(1_000);
    let next = code(&house, &secret);
    Browser::of(&post(&house, "/v1/session", with(&next)).await);
}

#[actix_web::test]
async fn secrets_of_authenticator_apps_go_under_the_key_once_there_is_one() {
    let house = House::new().await;
    let (ann, bob) = (
        user(&house, "ann", Role::Owner).await,
        user(&house, "bob", Role::Viewer).await,
    );
    let secret = with_app(&house, &ann).await;
    let board = &house.state.board;
    let kept = |plain, sealed| TotpSecrets {
        plain,
        sealed,
        unreadable: 0,
    };
    assert_eq!(board.totp_secrets().await.unwrap(), kept(1, 0));
    assert_eq!(board.seal_totp_secrets().await.unwrap(), 0, "there is no key");
    let settings = AdminSettings {
        totp_key: TotpKey::parse(&BASE64.encode(&[5; 32])),
        ..AdminSettings::default()
    };
    let board = board.clone().with_admin_settings(settings);
    assert_eq!(board.seal_totp_secrets().await.unwrap(), 1);
    assert_eq!(board.totp_secrets().await.unwrap(), kept(0, 1));
    assert_eq!(board.seal_totp_secrets().await.unwrap(), 0, "it is done");
    let with = json!({ "name": "ann", "password": PASSWORD, "totp": code(&house, &secret) });
    Browser::of(&post(&house, "/v1/session", with).await);
    // Those of new ones are never kept otherwise.
    let secret = with_app(&house, &bob).await;
    assert_eq!(board.totp_secrets().await.unwrap(), kept(0, 2));
    let with = json!({ "name": "bob", "password": PASSWORD, "totp": code(&house, &secret) });
    Browser::of(&post(&house, "/v1/session", with).await);
}

#[actix_web::test]
async fn what_an_admin_key_changes_of_people_and_keys_is_in_the_audit_log() {
    let house = House::new().await;
    let made = house
        .post("/v1/admin_users", json!({ "name": "vera", "role": "viewer" }))
        .await
        .expect(201);
    let at = format!("/v1/admin_users/{}", made["id"].as_str().unwrap());
    house.get(&at).await.expect(200);
    house.delete(&at).await.expect(204);
    house.delete(&at).await.problem(404, "not_found");
    house
        .post("/v1/keys", json!({ "name": "k", "scope": "admin" }))
        .await
        .expect(201);
    // The same door, written otherwise.
    house
        .post("/v1/%6Beys", json!({ "name": "l", "scope": "admin" }))
        .await
        .expect(201);
    house.community("Riders").await;
    let told = house.get("/v1/audit_log").await.expect(200);
    let told: Vec<_> = told["data"].as_array().unwrap().iter().collect();
    let what: Vec<_> = told
        .iter()
        .map(|e| (e["what"].as_str().unwrap(), e["status"].as_i64().unwrap()))
        .collect();
    assert_eq!(
        what,
        [
            ("POST /v1/keys", 201),
            ("POST /v1/keys", 201),
            ("DELETE /v1/admin_users/{user}", 404),
            ("DELETE /v1/admin_users/{user}", 204),
            ("POST /v1/admin_users", 201),
        ]
    );
    for entry in told {
        assert_eq!(entry["user"], Value::Null);
        assert!(entry["name"].as_str().unwrap().starts_with("key_"), "{entry}");
    }
}

/// A new door for admins alone is either written down, or named here.
#[test]
fn what_is_for_admins_alone_and_is_not_written_down_changes_nobodys_rights() {
    let listed = routes::list();
    let changing = listed
        .iter()
        .filter(|route| route.gate == Gate::Admin && route.method != Method::GET);
    let (kept, other): (Vec<_>, Vec<_>) = changing.partition(|route| route.written_down);
    assert!(kept.len() >= 6, "{kept:?}");
    for route in &listed {
        let is_of_people = ["/v1/admin_users", "/v1/keys"]
            .iter()
            .any(|doors| route.path.starts_with(doors));
        assert!(route.written_down || !is_of_people, "{route:?}");
        assert!(!route.written_down || route.gate == Gate::Admin, "{route:?}");
    }
    let other: BTreeSet<_> = other
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .filter(|route| !route.contains(" /v1/loopback/"))
        .collect();
    let known = ["POST /v1/communities", "POST /v1/verifications"];
    assert_eq!(other, known.map(str::to_owned).into());
}

#[actix_web::test]
async fn the_audit_log_is_trimmed_of_what_is_older_than_it_is_kept() {
    let house = House::new().await;
    let board = &house.state.board;
    let entry = |what: &str| NewAuditEntry {
        user: None,
        name: String::new(),
        what: what.to_owned(),
        on: String::new(),
        address: String::new(),
        status: 200,
    };
    for _ in 0..450 {
        board.audit(entry("old")).await.unwrap();
    }
    house.clock.pass_ms(365 * 86_400_000);
    board.audit(entry("new")).await.unwrap();
    assert_eq!(board.trim_audit_log().await.unwrap(), 0);
    house.clock.pass_ms(365 * 86_400_000);
    assert_eq!(board.trim_audit_log().await.unwrap(), 450);
    let left = log(&house).await;
    assert_eq!(left, [("new".to_owned(), String::new(), 200)]);
    let endless = House::new().await;
    let board = endless.state.board.clone().with_admin_settings(AdminSettings {
        audit_kept_s: 0,
        ..AdminSettings::default()
    });
    board.audit(entry("old")).await.unwrap();
    endless.clock.pass_ms(10 * 365 * 86_400_000);
    assert_eq!(board.trim_audit_log().await.unwrap(), 0);
}

#[actix_web::test]
async fn an_export_is_shown_whole_to_whoever_may_see_numbers_and_asks() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let (operator, viewer) = (
        user(&house, "olga", Role::Operator).await,
        user(&house, "vera", Role::Viewer).await,
    );
    let path = format!("{at}/members/{ann}/export");
    let asking = format!("{path}?reveal=true");
    viewer.get(&house, &path).await.problem(403, "forbidden");
    viewer.get(&house, &asking).await.problem(403, "forbidden");
    operator.get(&house, &path).await.problem(403, "reveal_needed");
    let before = log(&house).await.len();
    let export = operator.get(&house, &asking).await.expect(200);
    assert!(export.to_string().contains(PHONES[0]), "{export}");
    let told = log(&house).await;
    assert_eq!(
        (told.len(), &told[0].0[..], &told[0].1[..]),
        (before + 1, "reveal", "olga")
    );
    // A key is the community's own.
    assert!(house.get(&path).await.expect(200).to_string().contains(PHONES[0]));
}

#[actix_web::test]
async fn a_tag_tells_an_operator_nothing_and_guards_changes_all_the_same() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let operator = user(&house, "olga", Role::Operator).await;
    let path = format!("{at}/members/{ann}");
    let seen = operator.get(&house, &path).await;
    assert_eq!(seen.header("x-masked"), "true");
    let tag = seen.header("etag").trim_matches('"').to_owned();
    let community: CommunityId = at.rsplit('/').next().unwrap().parse().unwrap();
    let member: MemberId = ann.parse().unwrap();
    let whole = house.state.board.member(community, member).await.unwrap();
    let whole = serde_json::to_vec(&whole).unwrap();
    let guessed = HEXLOWER.encode(&Sha256::digest(&whole));
    assert!(tag.len() == 32 && !guessed.starts_with(&tag), "{tag}");
    // Of this installation, whatever a later start brings.
    assert_eq!(
        house.state.board.tag_key([77; 32]).await.unwrap().of_json(&whole),
        tag
    );

    let quoted = format!("\"{tag}\"");
    let own = [
        ("x-csrf-token", operator.csrf.as_str()),
        ("if-match", quoted.as_str()),
    ];
    let change = |name: &str| json!({ "name": name });
    operator
        .with(&house, "PATCH", &path, &own, change("Anna"))
        .await
        .expect(200);
    let stale = operator.with(&house, "PATCH", &path, &own, change("Annie")).await;
    stale.problem(412, "changed_meanwhile");
}

#[actix_web::test]
async fn members_are_found_by_the_beginning_of_their_names() {
    let house = House::new().await;
    let at = house.community("Riders").await;
    let names = ["Ann", "anna", "ANN Éluard", "Bob", "Ann", "Joann", "+14155550155"];
    for name in names {
        house
            .post(&format!("{at}/members"), json!({ "name": name }))
            .await
            .expect(201);
    }
    let found = async |query: &str| {
        let mut cursor = String::new();
        let mut all: Vec<String> = Vec::new();
        loop {
            let page = house
                .get(&format!("{at}/members?{query}{cursor}"))
                .await
                .expect(200);
            let rows = page["data"].as_array().unwrap().iter();
            all.extend(rows.map(|row| row["name"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    };
    let anns = ["Ann", "Ann", "ANN Éluard", "anna"];
    for limit in [1, 2, 3, 50] {
        assert_eq!(found(&format!("name=aNN&limit={limit}")).await, anns, "{limit}");
    }
    assert_eq!(found("name=ann%20%20%C3%89L").await, ["ANN Éluard"]);
    assert_eq!(found("name=ann").await.len(), 4);
    assert!(found("name=zoe").await.is_empty());
    assert!(found("name=%25").await.is_empty(), "no pattern");
    // Whoever the next page begins after may have another name by then.
    for (renamed, rest) in [("Aaron", &anns[..]), ("Zoe", &[][..])] {
        let page = house
            .get(&format!("{at}/members?name=aNN&limit=1"))
            .await
            .expect(200);
        let (first, cursor) = (
            page["data"][0]["id"].as_str().unwrap(),
            page["next_cursor"].as_str().unwrap(),
        );
        let member = format!("{at}/members/{first}");
        house.patch(&member, json!({ "name": renamed })).await.expect(200);
        let left = found(&format!("name=aNN&cursor={cursor}")).await;
        let rest: Vec<_> = rest.iter().skip(1).collect();
        assert_eq!(
            left.iter().map(String::as_str).collect::<Vec<_>>(),
            rest.into_iter().copied().collect::<Vec<_>>()
        );
        house.patch(&member, json!({ "name": "Ann" })).await.expect(200);
    }
    for bad in ["name=", "name=%20", "name=ann&phone=%2B14155550101"] {
        house
            .get(&format!("{at}/members?{bad}"))
            .await
            .problem(422, "invalid");
    }
    // Of a number that stands in the place of a name a viewer learns nothing by trying.
    let viewer = user(&house, "vera", Role::Viewer).await;
    let guess = format!("{at}/members?name=%2B1415");
    viewer.get(&house, &guess).await.problem(403, "forbidden");
    viewer
        .get(&house, &format!("{at}/members?name=bob"))
        .await
        .expect(200);
    assert_eq!(found("name=%2B1415").await.len(), 1);
}
