//! A house to test in: a community with a pool, and a way to ask the API.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{App, test};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::conformance;
use crate::api::{ApiState, Shared, configure};
use crate::config::http::HttpConfig;
use crate::domain::{Clock, E164, IdGenerator, Timestamp};
use crate::store::Durability;
use crate::store::migrations::open_migrated;
use crate::switchboard::outlet::{Exchange, InboundText, IntakeError, Received};
use crate::switchboard::phones::{ReceivedText, VirtualPhones};
use crate::switchboard::{NewKey, Switchboard};

/// Phones of members.
pub const PHONES: [&str; 4] = ["+14155550101", "+14155550102", "+14155550103", "+14155550104"];

/// Each look moves it on by a millisecond.
pub struct StepClock(AtomicI64);

impl StepClock {
    /// Lets time go by.
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Phones that hand in what they send, and remember it as their own.
struct TestPhones {
    board: Switchboard,
    sent: Mutex<Vec<(E164, ReceivedText)>>,
}

#[async_trait]
impl VirtualPhones for TestPhones {
    async fn send(&self, from: E164, to: E164, text: String) -> Result<Received, IntakeError> {
        let copy = ReceivedText {
            from: to,
            text: text.clone(),
            at: self.board.now(),
        };
        self.sent.lock().unwrap().push((from, copy));
        let text = InboundText {
            carrier: "loopback".into(),
            carrier_ref: None,
            from,
            to,
            text,
            want_receipt: false,
            valid_for_s: None,
            media: Vec::new(),
            held: Vec::new(),
        };
        self.board.receive(text).await
    }

    fn inbox(&self, phone: E164) -> Vec<ReceivedText> {
        let sent = self.sent.lock().unwrap();
        sent.iter()
            .filter(|(p, _)| *p == phone)
            .map(|(_, t)| t.clone())
            .collect()
    }
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: actix_web::http::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body, of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Checks that it is a problem in every formal respect, and returns its sentence.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.text("code")), (status, code), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.text("type"), format!("urn:partyline:problem:{code}"));
        assert_eq!(self.text("request_id"), self.header("x-request-id"));
        assert!(!self.text("title").is_empty());
        self.text("detail").to_owned()
    }

    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|v| v.to_str().unwrap())
            .unwrap_or_default()
    }
}

/// An exchange over a database in a folder of its own, with an admin's key.
pub struct House {
    pub state: ApiState,
    pub shared: Data<Shared>,
    pub config: HttpConfig,
    pub admin: String,
    pub clock: Arc<StepClock>,
    /// Where requests come from, where that is to matter.
    pub from: Option<std::net::SocketAddr>,
    _folder: tempfile::TempDir,
}

impl House {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("partyline.db");
        let db = open_migrated(url.to_str().unwrap(), Durability::Command).unwrap();
        let clock = Arc::new(StepClock(AtomicI64::new(1_750_000_000_000)));
        let board = Switchboard::new(db, clock.clone(), IdGenerator::new(1), vec!["loopback".into()]);
        let (_, admin) = board.create_key(NewKey::admin("tests"), [7; 32]).await.unwrap();
        let calls = AtomicU64::new(8);
        let phones = TestPhones {
            board: board.clone(),
            sent: Mutex::default(),
        };
        let state = ApiState {
            tags: board.tag_key([9; 32]).await.unwrap(),
            board,
            phones: Some(Arc::new(phones)),
            random: Arc::new(move || {
                let mut bytes = [0; 32];
                let call = calls.fetch_add(1, Ordering::Relaxed).to_le_bytes();
                bytes
                    .chunks_exact_mut(8)
                    .for_each(|chunk| chunk.copy_from_slice(&call));
                bytes
            }),
            callbacks: Arc::default(),
            oidc: None,
        };
        let config = HttpConfig::default();
        Self {
            shared: Shared::new(&config, &state),
            config,
            state,
            admin,
            clock,
            from: None,
            _folder: folder,
        }
    }

    /// Asks with everything given.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let shared = self.shared.clone();
        let app = App::new().configure(|cfg| configure(cfg, &self.config, self.state.clone(), shared));
        let app = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri(path).method(method.parse::<Method>().unwrap());
        if let Some(from) = self.from {
            request = request.peer_addr(from);
        }
        for header in headers {
            request = request.append_header(*header);
        }
        let response = test::call_service(&app, request.set_payload(body).to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = test::read_body(response).await;
        let body = match bytes.is_empty() {
            true => Value::Null,
            // Not everything is JSON: what is not is a string.
            false => serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap())),
        };
        let answer = Answer {
            status,
            headers,
            body,
        };
        conformance::check(method, path, &answer);
        answer
    }

    /// Asks with a key.
    pub async fn ask_as(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let body = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
        self.ask(method, path, &headers, body).await
    }

    /// Posts these very bytes as JSON, as the admin.
    pub async fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let bearer = format!("Bearer {}", self.admin);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        self.ask("POST", path, &headers, body.into()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask_as(&self.admin, "GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask_as(&self.admin, "POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask_as(&self.admin, "PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask_as(&self.admin, "DELETE", path, None).await
    }

    /// A new community's path.
    pub async fn community(&self, name: &str) -> String {
        let made = self
            .post("/v1/communities", json!({ "name": name }))
            .await
            .expect(201);
        format!("/v1/communities/{}", made["id"].as_str().unwrap())
    }

    /// Adds a pool with this many numbers, and returns its id.
    pub async fn pool(&self, at: &str, name: &str, count: u32, first: u64) -> String {
        let made = self
            .post(&format!("{at}/pools"), json!({ "name": name }))
            .await
            .expect(201);
        let pool = made["id"].as_str().unwrap().to_owned();
        for number in 0..u64::from(count) {
            let body =
                json!({ "pool": pool, "number": format!("+{}", first + number), "carrier": "loopback" });
            self.post(&format!("{at}/numbers"), body).await.expect(201);
        }
        pool
    }

    /// Adds a member and returns the id.
    pub async fn member(&self, at: &str, name: &str, phone: &str) -> String {
        let body = json!({ "name": name, "phone": phone });
        let made = self.post(&format!("{at}/members"), body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A key that opens the community at this path.
    pub async fn key_of(&self, at: &str) -> String {
        let community = at.rsplit('/').next().unwrap();
        let body = json!({ "name": "app", "scope": "community", "community": community });
        let made = self.post("/v1/keys", body).await.expect(201);
        made["token"].as_str().unwrap().to_owned()
    }

    /// A key with these fields beside its name.
    pub async fn key_with(&self, mut fields: Value) -> String {
        fields["name"] = json!("a key");
        let made = self.post("/v1/keys", fields).await.expect(201);
        made["token"].as_str().unwrap().to_owned()
    }

    /// A key of an app in the community at this path.
    pub async fn app_key(&self, at: &str, app: &str) -> String {
        let community = at.rsplit('/').next().unwrap();
        self.key_with(json!({ "scope": "app", "app": app, "community": community }))
            .await
    }

    /// Asks as the admin, with one more header.
    pub async fn ask_with(&self, method: &str, path: &str, header: (&str, &str), body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.admin);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            header,
        ];
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        self.ask(method, path, &headers, body).await
    }

    /// A community of Ann and Bob, contacts of each other: its path and their ids.
    pub async fn pair(&self) -> (String, String, String) {
        let at = self.community("Riders").await;
        self.pool(&at, "main", 3, 15_005_550_100).await;
        let (ann, bob) = (
            self.member(&at, "Ann", PHONES[0]).await,
            self.member(&at, "Bob", PHONES[1]).await,
        );
        self.post(&format!("{at}/members/{ann}/contacts"), json!({ "contact": bob }))
            .await
            .expect(201);
        (at, ann, bob)
    }

    /// All that is kept, to see that nothing was written.
    pub async fn everything(&self) -> Value {
        let mut all = json!({});
        let communities = self.get("/v1/communities").await.expect(200);
        for community in communities["data"].as_array().unwrap() {
            let at = format!("/v1/communities/{}", community["id"].as_str().unwrap());
            for noun in ["members", "pools", "numbers", "assignments", "messages", "calls"] {
                let path = format!("{at}/{noun}?limit=500");
                all[&path] = self.get(&path).await.expect(200);
            }
        }
        all["communities"] = communities;
        let mut keys = self.get("/v1/keys").await.expect(200);
        for key in keys["data"].as_array_mut().unwrap() {
            key["last_used_at"] = Value::Null;
        }
        all["keys"] = keys;
        all
    }
}
