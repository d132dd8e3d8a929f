//! People sign in at a provider of OpenID Connect: at npm `oidc-provider`, and at one that forges.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::net::Ipv4Addr;
use std::process::Command;

use reqwest::Url;
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use support::clients::peer;
use support::forger::{Forger, Key, Seal, token};
use support::oidc::{self, Browser, CLIENT, Ending, GROUPS, OidcProvider, SECRET, at};
use support::pki::Authority;
use support::{Broker, Database, admin_pages, find_program, on_both_databases, process, support_file};

/// A broker whose people sign in at a real provider.
async fn town(database: Database, more: &str) -> (Broker, OidcProvider) {
    let builder = Broker::builder(database);
    let provider = OidcProvider::start(&builder).await;
    let settings = oidc::settings(&builder, &provider.issuer(), more);
    (builder.config(&settings).start().await, provider)
}

fn ann(groups: &[&str]) -> Value {
    json!({
        "email": "ann@example.org", "email_verified": true, "preferred_username": "ann", "name": "Ann Archer",
        "groups": groups,
    })
}

async fn users(broker: &Broker) -> Vec<Value> {
    broker.list("/v1/admin_users").await
}

/// What stands in the audit log about signing in, newest first.
async fn noted(broker: &Broker) -> Vec<String> {
    let log = broker.get("/v1/audit_log").await;
    let entries = log["data"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["what"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    async fn a_stranger_gets_the_role_of_the_claim_and_is_the_same_user_the_next_time(database: Database) {
        let (broker, provider) = town(database, GROUPS).await;
        let about = broker.get("/v1/session/oidc").await;
        assert_eq!(about, json!({ "enabled": true, "name": "Sign in with Example" }));
        provider.account("sub-1", ann(&["operators", "staff"])).await;

        let mut browser = Browser::new();
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        assert_eq!(browser.cookie("partyline_oidc"), None, "the try's cookie is gone");
        let session = browser.session(&broker).await.unwrap();
        assert_eq!(session["user"]["name"], "ann@example.org");
        assert_eq!(session["user"]["has_password"], false);
        assert_eq!((&session["user"]["role"], &session["user"]["communities"]), (&json!("operator"), &Value::Null));

        // Under another name at the provider, from another browser: the same user.
        let mut renamed = ann(&["operators"]);
        renamed["email"] = json!("ann.archer@example.org");
        provider.account("sub-1", renamed).await;
        let mut other = Browser::new();
        assert_eq!(other.sign_in(&broker, "sub-1").await, Ending::In);
        let again = other.session(&broker).await.unwrap();
        assert_eq!(again["user"], session["user"]);
        let all = users(&broker).await;
        assert_eq!(all.len(), 1);
        assert_eq!((&all[0]["provider"], &all[0]["invited"]), (&json!(provider.issuer()), &json!(false)));

        // Somebody else with the same name there is somebody else here, under another name.
        provider.account("sub-2", ann(&["viewers"])).await;
        let mut third = Browser::new();
        assert_eq!(third.sign_in(&broker, "sub-2").await, Ending::In);
        let third = third.session(&broker).await.unwrap();
        assert_eq!((&third["user"]["name"], &third["user"]["role"]), (&json!("ann"), &json!("viewer")));
        assert_eq!(
            noted(&broker).await,
            ["oidc_sign_in", "oidc_user_made", "oidc_sign_in", "oidc_sign_in", "oidc_user_made"]
        );
    }

    async fn a_role_is_given_and_taken_at_each_sign_in(database: Database) {
        let (broker, provider) = town(database, GROUPS).await;
        provider.account("sub-1", ann(&["owners"])).await;
        let mut browser = Browser::new();
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        assert_eq!(browser.session(&broker).await.unwrap()["user"]["role"], "owner");

        provider.account("sub-1", ann(&["viewers"])).await;
        let mut other = Browser::new();
        assert_eq!(other.sign_in(&broker, "sub-1").await, Ending::In);
        for browser in [&mut browser, &mut other] {
            assert_eq!(browser.session(&broker).await.unwrap()["user"]["role"], "viewer");
        }
        assert_eq!(noted(&broker).await[..2], ["oidc_sign_in", "oidc_role_renewed"]);

        // Without any they are out, in every browser.
        provider.account("sub-1", ann(&["staff"])).await;
        assert_eq!(Browser::new().sign_in(&broker, "sub-1").await, Ending::out("stranger"));
        assert!(browser.session(&broker).await.is_none() && other.session(&broker).await.is_none());
        assert_eq!(noted(&broker).await[..2], ["oidc_sign_in_failed", "oidc_sessions_ended"]);
        let ended = &broker.get("/v1/audit_log").await["data"][1];
        assert_eq!(ended["name"], "ann@example.org");
    }

    async fn who_is_disabled_stays_out_and_who_was_removed_begins_anew(database: Database) {
        let (broker, provider) = town(database, "default_role = \"viewer\"").await;
        provider.account("sub-1", ann(&[])).await;
        let mut browser = Browser::new();
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        let id = users(&broker).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/admin_users/{id}");
        let edit = json!({ "disabled": true, "role": "operator" });
        broker.request(reqwest::Method::PATCH, &path, Some(&edit)).await;
        assert!(browser.session(&broker).await.is_none());
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::out("disabled"));
        assert!(browser.session(&broker).await.is_none());

        // Where the provider says no roles, the one that they have here stays.
        let edit = json!({ "disabled": false });
        broker.request(reqwest::Method::PATCH, &path, Some(&edit)).await;
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        assert_eq!(browser.session(&broker).await.unwrap()["user"]["role"], "operator");

        broker.delete(&path).await;
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        let all = users(&broker).await;
        assert_eq!((all.len(), &all[0]["role"]), (1, &json!("viewer")));
        assert_ne!(all[0]["id"], json!(id));
    }

    async fn who_was_invited_by_their_address_is_that_user_and_nobody_else_comes_in(database: Database) {
        let (broker, provider) = town(database, "link_by_email = true\nallowed_domains = [\"example.org\"]").await;
        let invited = json!({ "name": "Ann@Example.org", "role": "operator" });
        let id = broker.post("/v1/admin_users", invited).await["id"].clone();
        let mut unverified = ann(&[]);
        unverified["email_verified"] = json!(false);
        provider.account("liar", unverified).await;
        provider.account("elsewhere", json!({ "email": "ann@example.com", "email_verified": true })).await;
        provider.account("bob", json!({ "email": "bob@example.org", "email_verified": true })).await;
        provider.account("sub-1", ann(&[])).await;
        provider.account("sub-2", ann(&[])).await;
        for (sub, word) in [("liar", "address"), ("elsewhere", "address"), ("bob", "stranger")] {
            assert_eq!(Browser::new().sign_in(&broker, sub).await, Ending::out(word), "{sub}");
        }
        let mut browser = Browser::new();
        assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
        let session = browser.session(&broker).await.unwrap();
        assert_eq!((&session["user"]["id"], &session["user"]["role"]), (&id, &json!("operator")));
        assert_eq!(noted(&broker).await[..2], ["oidc_sign_in", "oidc_user_linked"]);
        // The user is taken: another account with the same address is not they.
        assert_eq!(Browser::new().sign_in(&broker, "sub-2").await, Ending::out("stranger"));
        assert_eq!(users(&broker).await.len(), 1);
    }

    async fn the_way_back_is_good_once_in_the_browser_that_began_and_with_its_own_state(database: Database) {
        let (broker, provider) = town(database, "default_role = \"viewer\"").await;
        provider.account("sub-1", ann(&[])).await;
        let (mut browser, mut other) = (Browser::new(), Browser::new());
        let back = browser.go(&broker, "sub-1").await;
        let kept = browser.cookie("partyline_oidc").unwrap().to_owned();

        assert_eq!(other.come_back(&back).await, Ending::out("expired"), "without a cookie");
        other.go(&broker, "sub-1").await;
        assert_eq!(other.come_back(&back).await, Ending::out("expired"), "with that of a try of its own");
        let mut forged = Url::parse(&back).unwrap();
        let pairs: Vec<(String, String)> = forged.query_pairs().into_owned().collect();
        let others = |(name, value): &(String, String)| match name.as_str() {
            "state" => (name.clone(), "x".repeat(value.len())),
            _ => (name.clone(), value.clone()),
        };
        forged.query_pairs_mut().clear().extend_pairs(pairs.iter().map(others));
        assert_eq!(browser.come_back(forged.as_str()).await, Ending::out("expired"), "another state");

        browser.set_cookie("partyline_oidc", &kept);
        assert_eq!(browser.come_back(&back).await, Ending::In);
        browser.set_cookie("partyline_oidc", &kept);
        assert_eq!(browser.come_back(&back).await, Ending::out("expired"), "a second time");
        assert_eq!(users(&broker).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_node_serves_the_way_back_and_none_does_so_twice() {
    let builder = Broker::builder(Database::Postgres);
    let provider = OidcProvider::start_with(&builder, true).await;
    provider.account("sub-1", ann(&[])).await;
    let settings = oidc::settings(&builder, &provider.issuer(), "default_role = \"viewer\"");
    let one = builder.config(&settings).start().await;
    let two = Broker::builder(Database::Postgres)
        .database_url(one.database_url())
        .env("PARTYLINE__DATABASE__NODE", "1")
        .config(&settings)
        .start()
        .await;
    let mut browser = Browser::new();
    let back = browser.go(&one, "sub-1").await;
    let kept = browser.cookie("partyline_oidc").unwrap().to_owned();
    let elsewhere = back.replace(&one.http_addr().to_string(), &two.http_addr().to_string());
    assert_ne!(elsewhere, back);
    assert_eq!(browser.come_back(&elsewhere).await, Ending::In);
    assert!(browser.session(&one).await.is_some() && browser.session(&two).await.is_some());
    browser.set_cookie("partyline_oidc", &kept);
    assert_eq!(browser.come_back(&back).await, Ending::out("expired"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_starts_and_passwords_work_while_the_provider_is_down() {
    let builder = Broker::builder(Database::Sqlite);
    let provider = OidcProvider::start(&builder).await;
    provider.account("sub-1", ann(&[])).await;
    provider.close().await;
    let settings = oidc::settings(&builder, &provider.issuer(), "default_role = \"viewer\"");
    let broker = builder.config(&settings).start().await;
    let mut browser = Browser::new();
    let start = at(&broker, "/v1/session/oidc/start");
    let down = Ending::out("unreachable");
    assert_eq!(oidc::ending(browser.get(&start).await).await, down);

    let invited = broker
        .post("/v1/admin_users", json!({ "name": "olga", "role": "owner" }))
        .await;
    let link = invited["link"].as_str().unwrap().split("token=").nth(1).unwrap();
    let body = json!({ "token": link, "name": "olga", "password": "correct horse battery" });
    assert_eq!(
        broker.post("/v1/session/first", body).await["user"]["name"],
        "olga"
    );
    let body = json!({ "name": "olga", "password": "correct horse battery" });
    assert_eq!(broker.post("/v1/session", body).await["user"]["name"], "olga");

    // It comes back, and goes while somebody is there.
    provider.listen().await;
    oidc::pause().await;
    let back = browser.go(&broker, "sub-1").await;
    provider.close().await;
    assert_eq!(browser.come_back(&back).await, down);
    provider.listen().await;
    assert_eq!(browser.sign_in(&broker, "sub-1").await, Ending::In);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_new_is_fetched_and_who_says_no_is_told_so() {
    let (broker, provider) = town(Database::Sqlite, "default_role = \"viewer\"").await;
    provider.account("sub-1", ann(&[])).await;
    assert_eq!(Browser::new().sign_in(&broker, "sub-1").await, Ending::In);
    provider.rotate().await;
    assert_eq!(Browser::new().sign_in(&broker, "sub-1").await, Ending::In);

    let mut browser = Browser::new();
    let back = browser.go_with(&broker, "deny=1").await;
    assert!(back.contains("error=access_denied"), "{back}");
    assert_eq!(browser.come_back(&back).await, Ending::out("cancelled"));
    let said = broker.log();
    assert!(!said.contains("they said no") && !said.contains(SECRET), "{said}");
}

/// One who begins at a broker of a forging provider, to come back with a code of its own.
struct Victim<'b> {
    broker: &'b Broker,
    browser: Browser,
    state: String,
    nonce: String,
}

impl<'b> Victim<'b> {
    async fn begin(broker: &'b Broker) -> Victim<'b> {
        let mut browser = Browser::new();
        let answer = browser.get(&at(broker, "/v1/session/oidc/start")).await;
        let to = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
        let value = |wanted: &str| {
            let found = to.query_pairs().find(|(name, _)| name == wanted);
            found
                .unwrap_or_else(|| panic!("no {wanted} in {to}"))
                .1
                .into_owned()
        };
        assert_eq!(to.path(), "/auth");
        assert_eq!(
            (value("response_type"), value("client_id")),
            ("code".into(), CLIENT.into())
        );
        assert_eq!(
            (value("code_challenge_method"), value("scope")),
            ("S256".into(), "openid email profile".into())
        );
        assert_eq!(value("redirect_uri"), at(broker, oidc::BACK));
        Victim {
            broker,
            browser,
            state: value("state"),
            nonce: value("nonce"),
        }
    }

    async fn come_back(mut self, more: &str) -> Ending {
        self.back(more).await
    }

    /// The same, for who wants to see what the browser has then.
    async fn back(&mut self, more: &str) -> Ending {
        let path = format!("{}?code=abc&state={}{more}", oidc::BACK, self.state);
        self.browser.come_back(&at(self.broker, &path)).await
    }
}

async fn forged_town() -> (Broker, Forger, Key) {
    forged_town_with("default_role = \"viewer\"").await
}

async fn forged_town_with(more: &str) -> (Broker, Forger, Key) {
    let key = Key::new("one");
    let forger = Forger::start(&key).await;
    let builder = Broker::builder(Database::Sqlite);
    let settings = oidc::settings(&builder, &forger.issuer(), more);
    (builder.config(&settings).start().await, forger, key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_believed_that_is_not_for_this_broker_and_this_try() {
    let (broker, forger, key) = forged_town().await;
    let unsound = Ending::out("unsound");
    type Change = fn(&mut Value);
    let wrong: [(&str, Change); 13] = [
        ("nonce of another try", |c| c["nonce"] = json!("another")),
        ("no nonce", |c| drop(c.as_object_mut().unwrap().remove("nonce"))),
        ("audience of another client", |c| c["aud"] = json!("another")),
        ("no audience", |c| drop(c.as_object_mut().unwrap().remove("aud"))),
        ("another audience beside ours", |c| {
            c["aud"] = json!([CLIENT, "another"])
        }),
        ("made for another party", |c| c["azp"] = json!("another")),
        ("a party that is no text", |c| c["azp"] = json!([CLIENT])),
        ("another issuer", |c| {
            c["iss"] = json!("https://login.example.org")
        }),
        ("an issuer that begins alike", |c| {
            c["iss"] = json!(format!("{}/", c["iss"].as_str().unwrap()))
        }),
        ("expired", |c| c["exp"] = json!(c["iat"].as_u64().unwrap() - 1)),
        ("no expiry", |c| drop(c.as_object_mut().unwrap().remove("exp"))),
        ("of another access token", |c| {
            c["at_hash"] = json!("LDktKdoQak3Pk0cnXxCltA")
        }),
        ("no subject", |c| drop(c.as_object_mut().unwrap().remove("sub"))),
    ];
    for (what, change) in wrong {
        let victim = Victim::begin(&broker).await;
        let mut claims = forger.claims(&victim.nonce);
        change(&mut claims);
        forger.give(Some(token(&claims, &Seal::Key(&key))));
        assert_eq!(victim.come_back("").await, unsound, "{what}");
    }
    let stranger = Key::new("one");
    let seals = [
        ("signed by nobody", Seal::None),
        ("signed by another key of that name", Seal::Key(&stranger)),
        ("signed with the client's secret", Seal::Shared(SECRET.as_bytes())),
        (
            "signed with the public key as a secret",
            Seal::Shared(key.public()),
        ),
    ];
    for (what, seal) in seals {
        let victim = Victim::begin(&broker).await;
        forger.give(Some(token(&forger.claims(&victim.nonce), &seal)));
        assert_eq!(victim.come_back("").await, unsound, "{what}");
    }
    let victim = Victim::begin(&broker).await;
    forger.give(None);
    assert_eq!(victim.come_back("").await, unsound, "no token at all");
    let victim = Victim::begin(&broker).await;
    forger.give(Some(token(&forger.claims(&victim.nonce), &Seal::Key(&key))));
    let foreign = "&iss=https%3A%2F%2Flogin.example.org";
    assert_eq!(
        victim.come_back(foreign).await,
        unsound,
        "another provider's answer"
    );
    assert!(users(&broker).await.is_empty());

    // The same without a fault is believed; and what was sent for the code shows who asks.
    let victim = Victim::begin(&broker).await;
    forger.give(Some(token(&forger.claims(&victim.nonce), &Seal::Key(&key))));
    assert_eq!(victim.come_back("").await, Ending::In);
    let sent = forger.redeemed().pop().unwrap();
    assert!(sent.headers["authorization"].starts_with("Basic "), "{sent:?}");
    assert!(
        sent.body.contains("code_verifier=") && !sent.body.contains("secret"),
        "{sent:?}"
    );
}

/// Comes with a token without these claims, and with these groups if any are said.
async fn arrive<'b>(
    (broker, forger, key): (&'b Broker, &Forger, &Key),
    without: &[&str],
    groups: Option<&[&str]>,
) -> (Ending, Victim<'b>) {
    let mut victim = Victim::begin(broker).await;
    let mut claims = forger.claims(&victim.nonce);
    for name in without {
        claims.as_object_mut().unwrap().remove(*name);
    }
    if let Some(groups) = groups {
        claims["groups"] = json!(groups);
    }
    forger.give(Some(token(&claims, &Seal::Key(key))));
    (victim.back("").await, victim)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_fails_to_say_the_role_takes_it_from_nobody() {
    let roles = "role_claim = \"groups\"\nroles = [{ value = \"owners\", role = \"owner\" }]\ndefault_role = \"viewer\"";
    let (broker, forger, key) = forged_town_with(roles).await;
    let town = (&broker, &forger, &key);
    let (ending, mut owner) = arrive(town, &[], Some(&["owners"])).await;
    assert_eq!(ending, Ending::In);
    for status in [500, 429, 404] {
        forger.say_more(status, json!({ "error": "not now" }));
        let (ending, _) = arrive(town, &[], None).await;
        assert_eq!(ending, Ending::out("unreachable"), "{status}");
    }
    let role = async |owner: &mut Victim<'_>| {
        let session = owner.browser.session(&broker).await;
        session.map(|session| session["user"]["role"].clone())
    };
    assert_eq!(role(&mut owner).await, Some(json!("owner")));
    // Names alone may be missing.
    let (ending, _) = arrive(town, &["preferred_username", "email"], Some(&["owners"])).await;
    assert_eq!(ending, Ending::In);
    // What it does say counts.
    forger.say_more(200, json!({ "sub": "ann", "groups": [] }));
    assert_eq!(arrive(town, &[], None).await.0, Ending::In);
    assert_eq!(role(&mut owner).await, Some(json!("viewer")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_decides_is_not_taken_for_none_where_the_provider_fails_to_say_it() {
    for more in [
        "allowed_domains = [\"example.org\"]\ndefault_role = \"viewer\"",
        "link_by_email = true\ndefault_role = \"viewer\"",
    ] {
        let (broker, forger, key) = forged_town_with(more).await;
        let town = (&broker, &forger, &key);
        let (ending, mut ann) = arrive(town, &[], None).await;
        assert_eq!(ending, Ending::In);
        forger.say_more(500, json!({}));
        let (ending, _) = arrive(town, &["email", "email_verified"], None).await;
        assert_eq!(ending, Ending::out("unreachable"), "{more}");
        assert!(ann.browser.session(&broker).await.is_some(), "{more}");
        assert_eq!(users(&broker).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_not_fetched_without_end_for_ids_that_nobody_knows() {
    let (broker, forger, _) = forged_town().await;
    let unknown = Key::new("unknown");
    for _ in 0..12 {
        let victim = Victim::begin(&broker).await;
        forger.give(Some(token(&forger.claims(&victim.nonce), &Seal::Key(&unknown))));
        assert_eq!(victim.come_back("").await, Ending::out("unsound"));
    }
    let fetched = forger.fetched_keys();
    assert!(
        (3..=8).contains(&fetched),
        "fetched {fetched} times for 12 tokens"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_calls_itself_otherwise_is_not_the_provider() {
    let (broker, forger, _) = forged_town().await;
    forger.call_itself("https://login.example.org");
    let mut browser = Browser::new();
    let answer = browser.get(&at(&broker, "/v1/session/oidc/start")).await;
    assert_eq!(oidc::ending(answer).await, Ending::out("unreachable"));
    assert!(broker.log().contains("unexpected issuer"), "{}", broker.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_by_tls_is_trusted_by_the_authorities_of_the_settings_alone() {
    let (authority, key) = (Authority::new(), Key::new("one"));
    let issued = authority.issue(Ipv4Addr::LOCALHOST);
    let tls = partyline::config::tls::server(&issued.certificate, &issued.key).unwrap();
    let forger = Forger::start_tls(&key, (*tls).clone()).await;
    assert!(forger.issuer().starts_with("https://"));
    let stranger = Authority::new();
    for (trusted, is_in) in [(authority.certificate(), true), (stranger.certificate(), false)] {
        let builder = Broker::builder(Database::Sqlite);
        let more = format!("default_role = \"viewer\"\ntls_ca = \"{}\"", trusted.display());
        let settings = oidc::settings(&builder, &forger.issuer(), &more);
        let broker = builder.config(&settings).start().await;
        if !is_in {
            let answer = Browser::new().get(&at(&broker, "/v1/session/oidc/start")).await;
            assert_eq!(oidc::ending(answer).await, Ending::out("unreachable"));
            continue;
        }
        let victim = Victim::begin(&broker).await;
        forger.give(Some(token(&forger.claims(&victim.nonce), &Seal::Key(&key))));
        assert_eq!(victim.come_back("").await, Ending::In);
    }
}

#[test]
fn the_settings_are_checked_before_anything_starts() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_partyline"));
    let output = command
        .args(["--set", "oidc.issuer=http://login.example.org", "config", "check"])
        .current_dir(process::new_dir("settings"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for part in [
        "oidc.issuer is `http://login.example.org`; allowed is",
        "http.public_url",
        "oidc.client_id",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_presses_the_button_and_is_at_the_overview() {
    let modules = peer("browser/node_modules", "the packages that drive the browser");
    admin_pages::build();
    let (broker, provider) = town(Database::Sqlite, GROUPS).await;
    broker.create_community("Riders").await;
    provider.account("ann", ann(&["operators"])).await;
    provider.account("eve", ann(&[])).await;
    let mut page = Command::new(find_program("node"));
    page.arg(support_file("oidc_page.mjs"))
        .env("ADMIN", at(&broker, "/admin/"))
        .env("PROFILE", process::new_dir("profile"))
        .env("CHROMIUM", find_program("chromium"))
        .env("PEERS_NODE_MODULES", modules);
    process::run(&mut page);
}
