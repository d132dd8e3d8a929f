//! The broker under test: the real binary with a configuration of its own, and small helpers over its
//! public HTTP API.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::process::{self, Process, Spec};
use super::{Database, Postgres, poll, ports};

const READY_WITHIN: Duration = Duration::from_secs(30);
/// On its own address of loopback every broker has this port to itself.
const SIP_PORT: u16 = 5060;

/// The two numbers of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Contact {
    pub id: String,
    pub contact: String,
    /// What the member writes to.
    pub number: String,
    /// What the contact's phone shows.
    pub mirror_number: String,
}

/// How a broker shall be started.
pub struct Builder {
    database_url: String,
    config: String,
    envs: Vec<(String, String)>,
    ports: [u16; 2],
    voice: Ipv4Addr,
}

impl Builder {
    /// Adds TOML to the configuration file.
    pub fn config(mut self, toml: &str) -> Builder {
        self.config.push_str(toml);
        self.config.push('\n');
        self
    }

    /// Sets an environment variable, such as `PARTYLINE__LOG__LEVEL`.
    pub fn env(mut self, key: &str, value: &str) -> Builder {
        self.envs.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Uses a database that exists already, say that of another broker.
    pub fn database_url(mut self, url: &str) -> Builder {
        url.clone_into(&mut self.database_url);
        self
    }

    /// Where the broker will listen for HTTP, for settings that name it.
    pub fn http_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[0]))
    }

    /// Where the broker will listen for SMPP, for peers that are started first.
    pub fn smpp_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports[1]))
    }

    /// The address that calls and sound have to themselves.
    pub fn voice_ip(&self) -> Ipv4Addr {
        self.voice
    }

    /// Where the broker will take calls and relay sound: an address of its own.
    pub fn sip_addr(&self) -> SocketAddr {
        SocketAddr::from((self.voice, SIP_PORT))
    }

    /// Starts it, waits until it is ready, and makes an admin key.
    pub async fn start(self) -> Broker {
        let dir = process::new_dir("partyline");
        let config = dir.join("partyline.toml");
        fs::write(&config, &self.config).expect("a file in our own folder");
        let [http, smpp] = self.ports;
        let mut envs = vec![
            ("PARTYLINE__HTTP__LISTEN".to_owned(), format!("127.0.0.1:{http}")),
            ("PARTYLINE__SMPP__LISTEN".to_owned(), format!("127.0.0.1:{smpp}")),
            ("PARTYLINE__DATABASE__URL".to_owned(), self.database_url.clone()),
            ("PARTYLINE__SIP__LISTEN".to_owned(), self.sip_addr().to_string()),
            ("PARTYLINE__MEDIA__ADDRESS".to_owned(), self.voice.to_string()),
            // A test that is over does not wait for calls.
            ("PARTYLINE__SIP__DRAIN_S".to_owned(), "1".to_owned()),
        ];
        envs.extend(self.envs);
        let mut broker = Broker {
            process: None,
            dir,
            config,
            envs,
            http,
            smpp,
            voice: self.voice,
            database_url: self.database_url,
            token: String::new(),
            client: reqwest::Client::new(),
        };
        broker.spawn().await;
        broker.token = broker.create_key("admin");
        broker
    }
}

/// A running broker.
pub struct Broker {
    process: Option<Process>,
    dir: PathBuf,
    config: PathBuf,
    envs: Vec<(String, String)>,
    http: u16,
    smpp: u16,
    voice: Ipv4Addr,
    database_url: String,
    token: String,
    client: reqwest::Client,
}

impl Broker {
    /// Starts one with this configuration on a new, empty database.
    pub async fn start(database: Database, config: &str) -> Broker {
        Broker::builder(database).config(config).start().await
    }

    /// For what `start` leaves out.
    pub fn builder(database: Database) -> Builder {
        let database_url = match database {
            Database::Sqlite => format!(
                "sqlite:{}",
                process::new_dir("sqlite").join("partyline.db").display()
            ),
            Database::Postgres => Postgres::shared().fresh_database(),
        };
        Builder {
            database_url,
            config: String::new(),
            envs: Vec::new(),
            ports: ports::free_ports(),
            voice: ports::free_ip(),
        }
    }

    // The process

    /// Starts it again after `kill9` or `stop`, on the same ports and database.
    pub async fn spawn(&mut self) {
        assert!(self.process.is_none(), "the broker runs already");
        let mut spec = Spec::new("partyline", env!("CARGO_BIN_EXE_partyline"))
            .args(["--config", &self.config.display().to_string(), "serve"])
            .dir(&self.dir);
        for (key, value) in &self.envs {
            spec = spec.env(key, value);
        }
        let process = spec.spawn();
        let url = format!("http://127.0.0.1:{}/readyz", self.http);
        let ready = poll(READY_WITHIN, async || {
            process.fail_if_ended();
            let answer = self.client.get(&url).send().await.ok()?;
            (answer.status() == StatusCode::OK).then_some(())
        });
        if ready.await.is_none() {
            panic!(
                "the broker was not ready in {READY_WITHIN:?}\n{}",
                process.log_tail()
            );
        }
        self.process = Some(process);
    }

    /// kill -9: nothing is flushed, nothing is said.
    pub fn kill9(&mut self) {
        self.process.take().expect("the broker runs").kill9();
    }

    /// SIGTERM; its exit status must be 0.
    pub fn stop(&mut self) {
        let process = self.process.take().expect("the broker runs");
        let status = process.stop();
        assert!(
            status.success(),
            "the broker ended with {status}\n{}",
            process.log_tail()
        );
    }

    /// Ends it (if it runs) and starts it again.
    pub async fn restart(&mut self) {
        if self.process.is_some() {
            self.stop();
        }
        self.spawn().await;
    }

    /// The running process, to signal it or to read its log.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("the broker runs")
    }

    pub fn pid(&self) -> u32 {
        self.process().pid()
    }

    /// Everything it logged, over all restarts.
    pub fn log(&self) -> String {
        ["stdout", "stderr"]
            .map(|stream| fs::read(self.dir.join(format!("partyline.{stream}"))).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
    }

    /// Runs a subcommand beside the server, with the same settings, and returns its stdout.
    pub fn cli(&self, args: &[&str]) -> String {
        process::run(&mut self.cli_command(args))
    }

    /// The same as a command still to be run, for those that shall fail.
    pub fn cli_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_partyline"));
        command
            .arg("--config")
            .arg(&self.config)
            .args(args)
            .current_dir(&self.dir);
        command.envs(self.envs.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Makes an API key and returns its token.
    pub fn create_key(&self, scope: &str) -> String {
        let printed = self.cli(&["key", "create", "--scope", scope, "--json"]);
        let key: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        key["token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token in {key}"))
            .to_owned()
    }

    // Addresses

    pub fn smpp_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.smpp))
    }

    pub fn http_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.http))
    }

    pub fn sip_addr(&self) -> SocketAddr {
        SocketAddr::from((self.voice, SIP_PORT))
    }

    /// Changes the configuration file; it counts from the next start or SIGHUP on.
    pub fn rewrite_config(&self, toml: &str) {
        fs::write(&self.config, toml).expect("a file in our own folder");
    }

    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    // The API. Paths begin with a slash, such as `/v1/communities`.

    /// Any request with the admin key; for those that shall be refused.
    pub async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let url = format!("http://{}{path}", self.http_addr());
        let mut request = self.client.request(method.clone(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// GET that must work.
    pub async fn get(&self, path: &str) -> Value {
        self.must(Method::GET, path, None).await
    }

    /// POST that must work.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.must(Method::POST, path, Some(&body)).await
    }

    /// DELETE that must work.
    pub async fn delete(&self, path: &str) -> Value {
        self.must(Method::DELETE, path, None).await
    }

    async fn must(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.request(method.clone(), path, body).await;
        if !status.is_success() {
            let sent = body.map(Value::to_string).unwrap_or_default();
            panic!(
                "{method} {path} {sent}: {status} {answer}\n{}",
                self.process().log_tail()
            );
        }
        answer
    }

    /// Everything of a list, page by page.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                Some(cursor) => self.get(&format!("{path}{sign}cursor={}", escape(cursor))).await,
                None => self.get(path).await,
            };
            all.extend(
                page["data"]
                    .as_array()
                    .unwrap_or_else(|| panic!("{path}: no list: {page}"))
                    .clone(),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return all,
            }
        }
    }

    /// Makes a community and returns its id.
    pub async fn create_community(&self, name: &str) -> String {
        id(self.post("/v1/communities", json!({ "name": name })).await)
    }

    /// Makes a pool and returns its id.
    pub async fn create_pool(&self, community: &str, name: &str) -> String {
        id(self
            .post(&path(community, "pools"), json!({ "name": name }))
            .await)
    }

    /// Adds a number to a pool and returns its id.
    pub async fn add_number(&self, community: &str, pool: &str, number: &str, carrier: &str) -> String {
        let body = json!({"pool": pool, "number": number, "carrier": carrier});
        id(self.post(&path(community, "numbers"), body).await)
    }

    /// Makes a member whose first device is this phone, and returns the member's id.
    pub async fn create_member(&self, community: &str, name: &str, phone: &str) -> String {
        id(self
            .post(&path(community, "members"), json!({"name": name, "phone": phone}))
            .await)
    }

    /// Makes contact between two members.
    pub async fn add_contact(&self, community: &str, member: &str, contact: &str) -> Contact {
        let at = path(community, &format!("members/{member}/contacts"));
        let answer = self.post(&at, json!({ "contact": contact })).await;
        Contact {
            id: field(&answer, "id"),
            contact: field(&answer, "contact"),
            number: field(&answer, "number"),
            mirror_number: field(&answer, "mirror_number"),
        }
    }

    /// Releases a pair by the contact's id (`ctc_…`).
    pub async fn release_contact(&self, community: &str, member: &str, contact: &str) {
        self.delete(&path(community, &format!("members/{member}/contacts/{contact}")))
            .await;
    }

    /// Sends a text as an app does, and returns the message.
    pub async fn send_message(&self, community: &str, from: &str, to: &str, text: &str) -> Value {
        self.post(
            &path(community, "messages"),
            json!({"from": from, "to": to, "text": text}),
        )
        .await
    }

    /// One message.
    pub async fn message(&self, community: &str, message: &str) -> Value {
        self.get(&path(community, &format!("messages/{message}"))).await
    }

    /// Every message of a community.
    pub async fn messages(&self, community: &str) -> Vec<Value> {
        self.list(&path(community, "messages")).await
    }

    /// Waits until some message of the community is as wanted, and returns it.
    pub async fn wait_message(
        &self,
        community: &str,
        timeout: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        match poll(timeout, async || {
            self.messages(community).await.into_iter().find(&wanted)
        })
        .await
        {
            Some(message) => message,
            None => {
                let all = self.messages(community).await;
                panic!(
                    "no such message in {timeout:?}; there are: {all:#?}\n{}",
                    self.process().log_tail()
                );
            }
        }
    }

    /// Every call of a community, newest first.
    pub async fn calls(&self, community: &str) -> Vec<Value> {
        self.list(&path(community, "calls")).await
    }

    /// One call with its steps.
    pub async fn call(&self, community: &str, call: &str) -> Value {
        self.get(&path(community, &format!("calls/{call}"))).await
    }

    /// What was quarantined.
    pub async fn quarantine(&self, community: &str) -> Vec<Value> {
        self.list(&path(community, "quarantine")).await
    }

    /// What would happen to a text from one phone to a number, and why.
    pub async fn resolve(&self, community: &str, from: &str, to: &str) -> Value {
        self.get(&path(
            community,
            &format!("resolve?from={}&to={}", escape(from), escape(to)),
        ))
        .await
    }

    /// Sends a text from a virtual phone of the loopback carrier.
    pub async fn loopback_send(&self, phone: &str, to: &str, text: &str) -> Value {
        self.post(
            &format!("/v1/loopback/phones/{}/texts", escape(phone)),
            json!({"to": to, "text": text}),
        )
        .await
    }

    /// What a virtual phone received: `{"from", "text", "at"}`, newest last.
    pub async fn loopback_texts(&self, phone: &str) -> Vec<Value> {
        self.list(&format!("/v1/loopback/phones/{}/texts", escape(phone)))
            .await
    }

    /// One line of the Prometheus page, by its name (and labels); `None` when it is not there.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let page = self.get("/metrics").await;
        let line = page
            .as_str()?
            .lines()
            .find(|line| line.strip_prefix(name).is_some_and(|l| l.starts_with(' ')));
        line?.rsplit(' ').next()?.parse().ok()
    }
}

fn path(community: &str, rest: &str) -> String {
    format!("/v1/communities/{community}/{rest}")
}

fn field(answer: &Value, name: &str) -> String {
    answer[name]
        .as_str()
        .unwrap_or_else(|| panic!("no `{name}` in {answer}"))
        .to_owned()
}

fn id(answer: Value) -> String {
    field(&answer, "id")
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
