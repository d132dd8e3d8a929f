use serde_json::{Value, json};

use super::access::example;
use super::common::Answer;
use super::{House, PHONES};
use crate::api::branch::Gate;
use crate::api::routes;
use crate::domain::Timestamp;
use crate::domain::admin::{IDLE_MS, LONGEST_MS, Role};
use crate::domain::totp;

const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        Self {
            cookie: cookie.to_owned(),
            csrf: answer.text("csrf").to_owned(),
        }
    }

    async fn with(
        &self,
        house: &House,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let mut headers = vec![
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/json"),
        ];
        headers.extend(more);
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        house.ask(method, path, &headers, body).await
    }

    /// Asks as the page does.
    async fn ask(&self, house: &House, method: &str, path: &str, body: Value) -> Answer {
        let own = [
            ("x-csrf-token", self.csrf.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.with(house, method, path, &own, body).await
    }

    async fn get(&self, house: &House, path: &str) -> Answer {
        self.ask(house, "GET", path, Value::Null).await
    }
}

async fn post(house: &House, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json")];
    house
        .ask("POST", path, &headers, body.to_string().into_bytes())
        .await
}

async fn first(house: &House, token: &str, name: &str) -> Answer {
    let body = json!({ "token": token, "name": name, "password": PASSWORD });
    post(house, "/v1/session/first", body).await
}

async fn sign_in(house: &House, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password });
    post(house, "/v1/session", body).await
}

/// Somebody new of this role, with all communities.
async fn user(house: &House, name: &str, role: Role) -> Browser {
    let random = (house.state.random)();
    let token = house.state.board.admin_link(role, random).await.unwrap();
    Browser::of(&first(house, &token, name).await)
}

/// Somebody new who was invited with these fields: the browser and the user's id.
async fn invited(house: &House, fields: Value) -> (Browser, String) {
    let made = house.post("/v1/admin_users", fields.clone()).await.expect(201);
    let token = made["link"].as_str().unwrap().split("token=").nth(1).unwrap();
    let name = fields["name"].as_str().unwrap();
    let browser = Browser::of(&first(house, token, name).await);
    (browser, made["id"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_one_time_link_makes_the_first_admin_once() {
    let house = House::new().await;
    assert!(!house.state.board.has_admins().await.unwrap());
    let older = house.state.board.admin_link(Role::Owner, [2; 32]).await.unwrap();
    let token = house.state.board.admin_link(Role::Owner, [3; 32]).await.unwrap();
    let bad = json!({ "token": token, "name": "ann", "password": "short" });
    post(&house, "/v1/session/first", bad)
        .await
        .problem(422, "invalid");
    let answer = first(&house, &token, "Ann").await;
    let cookie = answer.header("set-cookie").to_owned();
    for part in [
        "partyline_session=pls_",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Path=/",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http, as far as anybody says");
    let browser = Browser::of(&answer);
    let session = browser.get(&house, "/v1/session").await.expect(200);
    assert_eq!(session["user"]["name"], "Ann");
    assert_eq!(session["user"]["role"], "owner");
    assert_eq!(session["user"]["communities"], Value::Null);
    assert_eq!(session["may_reveal"], true);
    assert_eq!(session["csrf"], browser.csrf);
    let again = first(&house, &token, "Eve").await;
    again.problem(422, "invalid");
    assert_eq!(again.text("field"), "token");
    assert!(house.state.board.has_admins().await.unwrap());
    // What another start printed before is good no more.
    first(&house, &older, "Eve").await.problem(422, "invalid");
    let late = house.state.board.admin_link(Role::Owner, [4; 32]).await.unwrap();
    house.clock.pass_ms(25 * 3_600_000);
    first(&house, &late, "Eve").await.problem(422, "invalid");
}

#[actix_web::test]
async fn the_cookie_is_secure_where_it_is_known_that_the_page_is() {
    let house = House::new().await;
    user(&house, "ann", Role::Owner).await;
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-proto", "https"),
    ];
    let body = json!({ "name": "ANN", "password": PASSWORD })
        .to_string()
        .into_bytes();
    let answer = house.ask("POST", "/v1/session", &headers, body).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"));
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike_and_ever_later() {
    let house = House::new().await;
    user(&house, "ann", Role::Owner).await;
    for name in ["ann", "nobody"] {
        let mut sentences = Vec::new();
        for _ in 0..5 {
            let answer = sign_in(&house, name, "wrong password").await;
            sentences.push(answer.problem(401, "sign_in_failed"));
        }
        assert_eq!(sentences[0], "the name or the password is wrong");
        let answer = sign_in(&house, name, PASSWORD).await;
        answer.problem(429, "too_many_failures");
        assert_eq!(answer.header("retry-after"), "1");
    }
    house.clock.pass_ms(1_000);
    Browser::of(&sign_in(&house, "Ann", PASSWORD).await);
    sign_in(&house, "ann", "wrong password")
        .await
        .problem(401, "sign_in_failed");
}

#[actix_web::test]
async fn what_changes_something_by_a_cookie_has_to_come_from_the_page() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Owner).await;
    let other = user(&house, "bob", Role::Owner).await;
    let body = json!({ "name": "Riders" });
    let bad: [&[(&str, &str)]; 5] = [
        &[],
        &[("x-csrf-token", "wrong")],
        &[("x-csrf-token", &other.csrf)],
        &[("x-csrf-token", &ann.csrf), ("sec-fetch-site", "cross-site")],
        &[
            ("x-csrf-token", &ann.csrf),
            ("origin", "https://evil.example"),
            ("host", "texts.example"),
        ],
    ];
    for headers in bad {
        let answer = ann
            .with(&house, "POST", "/v1/communities", headers, body.clone())
            .await;
        answer.problem(403, "csrf");
    }
    let list = ann.get(&house, "/v1/communities").await.expect(200);
    assert_eq!(list["data"], json!([]));
    let own = [
        ("x-csrf-token", ann.csrf.as_str()),
        ("origin", "https://texts.example"),
        ("host", "texts.example"),
    ];
    let made = ann.with(&house, "POST", "/v1/communities", &own, body).await;
    made.expect(201);
    // Nor does another site sign anybody in.
    let headers = [
        ("content-type", "application/json"),
        ("sec-fetch-site", "cross-site"),
    ];
    let body = json!({ "name": "ann", "password": PASSWORD })
        .to_string()
        .into_bytes();
    let answer = house.ask("POST", "/v1/session", &headers, body).await;
    answer.problem(403, "csrf");
}

#[actix_web::test]
async fn a_session_ends_by_time_and_by_signing_out() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Owner).await;
    // Used often enough, it lives for a week and not longer.
    for _ in 1..LONGEST_MS / (IDLE_MS / 2) {
        house.clock.pass_ms(IDLE_MS / 2);
        ann.get(&house, "/v1/session").await.expect(200);
    }
    house.clock.pass_ms(IDLE_MS / 2);
    let over = ann.get(&house, "/v1/session").await;
    over.problem(401, "unauthorized");
    assert!(over.header("set-cookie").contains("Max-Age=0"), "{over:?}");

    let ann = Browser::of(&sign_in(&house, "ann", PASSWORD).await);
    house.clock.pass_ms(IDLE_MS + 1_000);
    ann.get(&house, "/v1/communities")
        .await
        .problem(401, "unauthorized");

    let (ann, too) = (
        Browser::of(&sign_in(&house, "ann", PASSWORD).await),
        Browser::of(&sign_in(&house, "ann", PASSWORD).await),
    );
    ann.ask(&house, "DELETE", "/v1/session", Value::Null)
        .await
        .expect(204);
    ann.get(&house, "/v1/session").await.problem(401, "unauthorized");
    too.get(&house, "/v1/session").await.expect(200);
}

#[actix_web::test]
async fn a_new_password_ends_other_sessions_and_needs_the_old_one() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Viewer).await;
    let other = Browser::of(&sign_in(&house, "ann", PASSWORD).await);
    let change = |old: &str| json!({ "password": old, "new_password": "battery horse correct" });
    let path = "/v1/session/password";
    let wrong = ann.ask(&house, "POST", path, change("wrong password")).await;
    wrong.problem(403, "wrong_password");
    ann.ask(&house, "POST", path, change(PASSWORD)).await.expect(204);
    ann.get(&house, "/v1/session").await.expect(200);
    other
        .get(&house, "/v1/session")
        .await
        .problem(401, "unauthorized");
    sign_in(&house, "ann", PASSWORD)
        .await
        .problem(401, "sign_in_failed");
    Browser::of(&sign_in(&house, "ann", "battery horse correct").await);
}

#[actix_web::test]
async fn whoever_has_an_authenticator_app_needs_its_code_each_once() {
    let house = House::new().await;
    let ann = user(&house, "ann", Role::Owner).await;
    let begun = ann
        .ask(&house, "POST", "/v1/session/totp", Value::Null)
        .await
        .expect(200);
    let secret = data_encoding::BASE32_NOPAD
        .decode(begun["secret"].as_str().unwrap().as_bytes())
        .unwrap();
    let code = |at: Timestamp| totp::code(&secret, totp::step(at));
    let now = house.state.board.now();
    let confirm = "/v1/session/totp/confirm";
    let wrong = code(Timestamp(now.0 + 600_000));
    let answer = ann.ask(&house, "POST", confirm, json!({ "totp": wrong })).await;
    answer.problem(422, "invalid");
    ann.ask(&house, "POST", confirm, json!({ "totp": code(now) }))
        .await
        .expect(204);

    sign_in(&house, "ann", PASSWORD)
        .await
        .problem(401, "totp_required");
    sign_in(&house, "ann", "wrong password")
        .await
        .problem(401, "sign_in_failed");
    let with = |code: String| json!({ "name": "ann", "password": PASSWORD, "totp": code });
    let used = post(&house, "/v1/session", with(code(now))).await;
    used.problem(401, "sign_in_failed");
    house.clock.pass_ms(60_000);
    let next = code(house.state.board.now());
    let ann = Browser::of(&post(&house, "/v1/session", with(next)).await);
    let session = ann.get(&house, "/v1/session").await.expect(200);
    assert_eq!(session["user"]["totp"], true);
    let remove = "/v1/session/totp/remove";
    ann.ask(&house, "POST", remove, json!({ "password": PASSWORD }))
        .await
        .expect(204);
    Browser::of(&sign_in(&house, "ann", PASSWORD).await);
}

#[actix_web::test]
async fn each_role_opens_what_is_its_own_of_all_routes() {
    let house = House::new().await;
    let (own, other) = (house.community("Riders").await, house.community("Walkers").await);
    let (own_id, other_id) = (own.rsplit('/').next().unwrap(), other.rsplit('/').next().unwrap());
    let fields = |name: &str, role: &str| json!({ "name": name, "role": role, "communities": [own_id] });
    let (operator, _) = invited(&house, fields("olga", "operator")).await;
    let (viewer, _) = invited(&house, fields("vera", "viewer")).await;
    let before = house.everything().await;
    for route in routes::list() {
        // Those of one's own session would end it.
        if matches!(route.gate, Gate::Open | Gate::Session) {
            continue;
        }
        let (method, path) = (route.method.as_str(), example(&route.path, other_id));
        let asked = format!("{method} {path}");
        for (browser, reads) in [(&operator, false), (&viewer, true)] {
            let answer = browser.ask(&house, method, &path, Value::Null).await;
            match route.gate {
                _ if reads && method != "GET" => {
                    answer.problem(403, "read_only");
                }
                Gate::Admin | Gate::Metrics => {
                    answer.problem(403, "forbidden");
                }
                // These are of no one community.
                Gate::Manage if route.path == "/v1/carriers" => assert_eq!(answer.status, 200, "{asked}"),
                Gate::Manage if route.path.starts_with("/v1/pool_files/") => {
                    answer.problem(400, "missing_body");
                }
                Gate::Community | Gate::Manage => {
                    let sentence = answer.problem(404, "not_found");
                    assert_eq!(sentence, format!("there is no community {other_id}"), "{asked}");
                }
                Gate::Bearer if route.path == "/v1/events" => assert_eq!(answer.status, 422),
                _ => assert_eq!(answer.status, 200, "{asked}"),
            }
        }
    }
    assert_eq!(house.everything().await, before);
    for browser in [&operator, &viewer] {
        let list = browser.get(&house, "/v1/communities").await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
        assert_eq!(list["data"][0]["name"], "Riders");
        browser.get(&house, &format!("{own}/members")).await.expect(200);
        let events = format!("/v1/events?for_s=0&community={other_id}");
        browser.get(&house, &events).await.problem(404, "not_found");
    }
    let pool = json!({ "name": "main" });
    let made = operator
        .ask(&house, "POST", &format!("{own}/pools"), pool.clone())
        .await;
    made.expect(201);
    let refused = viewer.ask(&house, "POST", &format!("{own}/pools"), pool).await;
    refused.problem(403, "read_only");
    let owner = user(&house, "ann", Role::Owner).await;
    owner.get(&house, "/v1/keys").await.expect(200);
}

#[actix_web::test]
async fn real_numbers_are_masked_until_one_who_may_asks_and_that_is_written_down() {
    let house = House::new().await;
    let (at, ann, bob) = house.pair().await;
    let (operator, viewer) = (
        user(&house, "olga", Role::Operator).await,
        user(&house, "vera", Role::Viewer).await,
    );
    let path = format!("{at}/members/{ann}");
    for browser in [&operator, &viewer] {
        let answer = browser.get(&house, &path).await;
        assert_eq!(answer.header("x-masked"), "true");
        let member = answer.expect(200);
        assert_eq!(member["devices"][0]["phone"], "+1 415 ••• ••01");
        for path in [
            "members",
            "assignments",
            "messages",
            "calls",
            "opt_outs",
            "opt_ins",
            "interactions",
        ] {
            let body = browser
                .get(&house, &format!("{at}/{path}"))
                .await
                .expect(200)
                .to_string();
            assert!(!PHONES.iter().any(|phone| body.contains(phone)), "{path}: {body}");
        }
        let export = browser.get(&house, &format!("{path}/export")).await.expect(200);
        assert!(!export.to_string().contains(PHONES[0]), "{export}");
        let contacts = browser.get(&house, &format!("{path}/contacts")).await.expect(200);
        assert!(
            contacts["data"][0]["number"]
                .as_str()
                .unwrap()
                .starts_with("+1500555")
        );
    }
    // Whether a tag of the whole answer fits would tell them too.
    for browser in [&operator, &viewer] {
        let own = [("if-none-match", "*")];
        let answer = browser.with(&house, "GET", &path, &own, Value::Null).await;
        assert_eq!(answer.expect(200)["devices"][0]["phone"], "+1 415 ••• ••01");
    }
    let answer = viewer.get(&house, &path).await;
    assert_eq!(answer.header("etag"), "", "a viewer gets no tag");
    // Not in what a refusal says either.
    let taken = json!({ "phone": PHONES[0] });
    let taken = operator
        .ask(&house, "POST", &format!("{at}/members/{bob}/devices"), taken)
        .await;
    assert!(!taken.problem(409, "phone_taken").contains(PHONES[0]));

    let shown = operator
        .get(&house, &format!("{path}?reveal=true"))
        .await
        .expect(200);
    assert_eq!(shown["devices"][0]["phone"], PHONES[0]);
    let listed = format!("{at}/members?limit=1&reveal=true");
    let listed = operator.get(&house, &listed).await.expect(200);
    assert_eq!(listed["data"][0]["devices"][0]["phone"], PHONES[0]);
    let by_header = operator
        .with(&house, "GET", &path, &[("x-reveal", "1")], Value::Null)
        .await;
    assert_eq!(by_header.expect(200)["devices"][0]["phone"], PHONES[0]);
    let refused = viewer.get(&house, &format!("{path}?reveal=true")).await;
    refused.problem(403, "forbidden");
    let guess = format!("{at}/resolve?from=%2B{}&to=%2B15005550100", &PHONES[0][1..]);
    viewer.get(&house, &guess).await.problem(403, "forbidden");

    let log = house.get("/v1/audit_log").await.expect(200);
    let reveals: Vec<&Value> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["what"] == "reveal")
        .collect();
    assert_eq!(reveals.len(), 3, "{log}");
    assert!(
        reveals
            .iter()
            .all(|e| e["name"] == "olga" && e["on"].as_str().unwrap().starts_with(&at))
    );
    assert!(
        !PHONES.iter().any(|phone| log.to_string().contains(&phone[1..])),
        "{log}"
    );
}

#[actix_web::test]
async fn what_somebody_does_is_theirs_in_the_history_and_in_the_audit_log() {
    let house = House::new().await;
    let (at, ann, _) = house.pair().await;
    let eve = house.member(&at, "Eve", PHONES[2]).await;
    let (olga, id) = invited(&house, json!({ "name": "olga", "role": "operator" })).await;
    let path = format!("{at}/members/{ann}/contacts");
    let made = olga
        .ask(&house, "POST", &path, json!({ "contact": eve }))
        .await
        .expect(201);
    let history = format!("{path}/{}/history", made["id"].as_str().unwrap());
    let history = house.get(&history).await.expect(200);
    assert_eq!(history["data"][0]["by"], "user");
    assert_eq!(history["data"][0]["by_user"], json!(id));
    assert_eq!(history["data"][0]["by_key"], Value::Null);
    let again = olga
        .ask(&house, "POST", &path, json!({ "contact": "mem_0000000000001" }))
        .await;
    again.problem(404, "not_found");
    sign_in(&house, "+14155550101", "wrong password")
        .await
        .problem(401, "sign_in_failed");
    let log = house.get("/v1/audit_log?limit=3").await.expect(200);
    let told: Vec<_> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (&e["what"], &e["name"], &e["status"]))
        .collect();
    let what = json!("POST /v1/communities/{community}/members/{member}/contacts");
    let (failed, name, none) = (json!("sign_in_failed"), json!("olga"), json!(""));
    assert_eq!(
        told,
        [
            (&failed, &none, &json!(401)),
            (&what, &name, &json!(404)),
            (&what, &name, &json!(201))
        ]
    );
    assert!(log["next_cursor"].is_string());
}

#[actix_web::test]
async fn a_disabled_users_sessions_end_and_the_last_owner_stays() {
    let house = House::new().await;
    let (ann, id) = invited(&house, json!({ "name": "ann", "role": "owner" })).await;
    let at = format!("/v1/admin_users/{id}");
    for (method, body) in [
        ("PATCH", json!({ "disabled": true })),
        ("PATCH", json!({ "role": "viewer" })),
        ("DELETE", Value::Null),
    ] {
        ann.ask(&house, method, &at, body)
            .await
            .problem(409, "last_owner");
    }
    let (bob, _) = invited(&house, json!({ "name": "bob", "role": "owner" })).await;
    bob.ask(&house, "PATCH", &at, json!({ "disabled": true }))
        .await
        .expect(200);
    ann.get(&house, "/v1/session").await.problem(401, "unauthorized");
    sign_in(&house, "ann", PASSWORD)
        .await
        .problem(401, "sign_in_failed");
    bob.ask(
        &house,
        "PATCH",
        &at,
        json!({ "disabled": false, "role": "viewer" }),
    )
    .await
    .expect(200);
    let ann = Browser::of(&sign_in(&house, "ann", PASSWORD).await);
    // A role counts from the next request on.
    bob.ask(&house, "PATCH", &at, json!({ "role": "owner" }))
        .await
        .expect(200);
    ann.get(&house, "/v1/admin_users").await.expect(200);
    let taken = json!({ "name": "BOB", "role": "viewer" });
    ann.ask(&house, "POST", "/v1/admin_users", taken)
        .await
        .problem(409, "name_taken");
    bob.ask(&house, "DELETE", &at, Value::Null).await.expect(204);
    ann.get(&house, "/v1/session").await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn the_admins_page_has_a_strict_policy_and_a_fresh_nonce() {
    let house = House::new().await;
    let mut policies = Vec::new();
    for path in ["/admin/", "/admin/members", "/admin/"] {
        let answer = house.ask("GET", path, &[], vec![]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'nonce-",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policies.contains(&policy), "a nonce came twice");
        policies.push(policy);
    }
    let bare = house.ask("GET", "/admin", &[], vec![]).await;
    assert_eq!((bare.status, bare.header("location")), (308, "/admin/"));
    for nowhere in [
        "/admin/assets/nothing.js",
        "/admin/../Cargo.toml",
        "/admin/%2e%2e/Cargo.toml",
    ] {
        let answer = house.ask("GET", nowhere, &[], vec![]).await;
        assert_eq!(answer.status, 404, "{nowhere}");
    }
}
