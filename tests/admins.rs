//! People who sign in with a browser, on both databases: forgotten passwords, authenticator apps under a key, the audit log's
//! end, and members found by name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use data_encoding::{BASE32_NOPAD, BASE64};
use partyline::domain::admin::Role;
use partyline::domain::id::MemberId;
use partyline::domain::policy::Policy;
use partyline::domain::totp;
use partyline::switchboard::{
    AdminSettings, NewAuditEntry, NewMember, SignIn, Switchboard, TotpKey, TotpSecrets,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::exchange::Town;
use support::{Broker, on_both_databases};

const PASSWORD: &str = "correct horse battery";
const FRESH: &str = "battery horse correct";

async fn first(board: &Switchboard, link: &str, name: Option<&str>, password: &str) -> SignIn {
    let (name, password) = (name.map(str::to_owned), password.to_owned());
    let followed = board
        .sign_in_first(link.to_owned(), name, password, None, [[5; 32], [6; 32]])
        .await;
    followed.unwrap().outcome
}

fn with_key(board: Switchboard, byte: u8) -> Switchboard {
    board.with_admin_settings(AdminSettings {
        totp_key: TotpKey::parse(&BASE64.encode(&[byte; 32])),
        ..AdminSettings::default()
    })
}

on_both_databases! {
    async fn a_forgotten_password_is_reset_on_the_brokers_machine(database: Database) {
        let broker = Broker::start(database, "").await;
        let client = reqwest::Client::new();
        let post = async |path: &str, body: Value| {
            client.post(format!("http://{}{path}", broker.http_addr())).json(&body).send().await.unwrap().status()
        };
        let link = |args: &[&str]| {
            let made: Value = serde_json::from_str(&broker.cli(&[&["admin"], args, &["--json"]].concat())).unwrap();
            made["link"].as_str().unwrap().split("token=").nth(1).unwrap().to_owned()
        };
        let token = link(&["link"]);
        let ann = json!({ "token": token, "name": "ann", "password": PASSWORD });
        assert_eq!(post("/v1/session/first", ann).await, StatusCode::OK);

        let told = broker.cli(&["admin", "reset", "--name", "ANN"]);
        assert!(told.contains("ann chooses a new password") && told.contains("&reset=ann"), "{told}");
        let token = link(&["reset", "--name", "ann"]);
        let token = token.split('&').next().unwrap();
        let fresh = json!({ "token": token, "password": FRESH });
        assert_eq!(post("/v1/session/first", fresh.clone()).await, StatusCode::OK);
        assert_eq!(post("/v1/session/first", fresh).await, StatusCode::UNPROCESSABLE_ENTITY);
        let sign_in = |password: &str| json!({ "name": "ann", "password": password });
        assert_eq!(post("/v1/session", sign_in(PASSWORD)).await, StatusCode::UNAUTHORIZED);
        assert_eq!(post("/v1/session", sign_in(FRESH)).await, StatusCode::OK);

        let nobody = broker.cli_command(&["admin", "reset", "--name", "nobody"]).output().unwrap();
        let said = String::from_utf8(nobody.stderr).unwrap();
        assert!(nobody.status.code() == Some(1) && said.contains("no user named `nobody`"), "{said}");

        let key = broker.create_key("admin");
        let log = client.get(format!("http://{}/v1/audit_log", broker.http_addr())).bearer_auth(key);
        let log: Value = log.send().await.unwrap().json().await.unwrap();
        let what: Vec<_> = log["data"].as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
        let expected = [
            "sign_in", "sign_in_failed", "sign_in", "password_reset", "partyline admin reset", "partyline admin reset",
            "sign_in", "partyline admin link",
        ];
        assert_eq!(what, expected);
    }

    async fn an_authenticator_app_under_a_key_asks_for_that_key(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let keyed = with_key(Town::open(&town.url, town.clock.clone(), 1).0, 1);
        let link = keyed.admin_link(Role::Owner, [1; 32]).await.unwrap();
        let SignIn::Done(new) = first(&keyed, &link, Some("ann"), PASSWORD).await else { panic!("a link") };
        let user = new.session.who.user;
        assert_eq!(keyed.begin_totp(user, "wrong password".into(), [2; 32]).await.unwrap(), None);
        let secret = keyed.begin_totp(user, PASSWORD.into(), [2; 32]).await.unwrap().unwrap();
        let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let code = || totp::code(&secret, totp::step(keyed.now()));
        keyed.confirm_totp(user, code()).await.unwrap();
        let none = TotpSecrets::default();
        assert_eq!(keyed.totp_secrets().await.unwrap(), TotpSecrets { sealed: 1, ..none });
        let other = with_key(Town::open(&town.url, town.clock.clone(), 2).0, 2);
        for board in [&town.board, &other] {
            assert_eq!(board.totp_secrets().await.unwrap(), TotpSecrets { unreadable: 1, ..none });
        }
        town.clock.advance_s(60);
        let tried = other.sign_in("ann", PASSWORD.into(), Some(code()), [3; 32]).await.unwrap();
        assert!(matches!(tried, SignIn::WrongCode(of) if of == user), "{tried:?}");
        let tried = keyed.sign_in("ann", PASSWORD.into(), Some(code()), [4; 32]).await.unwrap();
        assert!(matches!(tried, SignIn::Done(_)), "{tried:?}");
        // Where the key is lost, somebody takes the app away.
        let (_, link) = other.reset_admin_user(user, true, [7; 32]).await.unwrap();
        assert!(matches!(first(&other, &link, None, FRESH).await, SignIn::Done(_)));
        assert_eq!(other.totp_secrets().await.unwrap(), none);
    }

    async fn the_audit_log_ends_where_it_is_not_kept_any_more(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let entry = |what: &str| NewAuditEntry {
            user: None, name: String::new(), what: what.into(), on: String::new(), address: String::new(), status: 200,
        };
        for _ in 0..250 {
            town.board.audit(entry("old")).await.unwrap();
        }
        town.clock.advance_s(3 * 365 * 86_400);
        town.board.audit(entry("new")).await.unwrap();
        // The keeper may have begun.
        town.board.trim_audit_log().await.unwrap();
        let left = town.board.audit_log(None, 10).await.unwrap();
        assert_eq!(left.iter().map(|e| e.what.as_str()).collect::<Vec<_>>(), ["new"]);
    }

    async fn members_are_found_by_the_beginning_of_their_names(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let names = ["Zoë", "ÄNNE", "Ann", "Änne B", "anna", "ann-marie", "Ännchen"];
        for name in names {
            let new = NewMember { name: name.into(), phone: None, guest: false, listed: false };
            town.board.create_member(town.community, new).await.unwrap();
        }
        let found = async |name: &str| {
            let (mut all, mut after): (Vec<String>, Option<MemberId>) = (Vec::new(), None);
            loop {
                let page = town.board.members_named(town.community, name, after, 2).await.unwrap();
                let Some(last) = page.last() else { return all };
                after = Some(last.id);
                all.extend(page.into_iter().map(|member| member.name));
            }
        };
        assert_eq!(found("änn").await, ["Ännchen", "ÄNNE", "Änne B"]);
        assert_eq!(found(" ANN").await, ["Ann", "ann-marie", "anna"]);
        assert_eq!(found("zoë").await, ["Zoë"]);
        assert!(found("%").await.is_empty() && found("_nn").await.is_empty());
    }

    async fn members_are_asked_for_by_their_ids(database: Database) {
        let broker = Broker::start(database, "").await;
        let (here, there) = (broker.create_community("Riders").await, broker.create_community("Walkers").await);
        let mut ids = Vec::new();
        for n in 0..100 {
            let new = json!({ "name": format!("Member {n}") });
            let made = broker.post(&format!("/v1/communities/{here}/members"), new).await;
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let of = async |community: &str, ids: &[String]| {
            let found = broker.get(&format!("/v1/communities/{community}/members?ids={}", ids.join(","))).await;
            let rows = found["data"].as_array().unwrap().iter();
            rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let reversed: Vec<_> = ids.iter().rev().cloned().collect();
        assert_eq!(of(&here, &reversed).await, ids);
        assert_eq!(of(&here, &[ids[7].clone(), "mem_0000000000001".into(), ids[7].clone()]).await, ids[7..8]);
        assert!(of(&there, &ids).await.is_empty());
    }
}
