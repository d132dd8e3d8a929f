//! A provider of texts by HTTP: a small server whose webhooks are signed by PyPI `twilio`.

use std::time::Duration;

use serde_json::{Value, json};

use super::process::{Process, Spec};
use super::{HOW_TO_INSTALL, peers_dir, poll, ports, support_file};

pub const ACCOUNT: &str = "AC00112233445566778899aabbccddeeff";
pub const TOKEN: &str = "provider-token-0123456789";

/// The running provider.
pub struct Provider {
    process: Process,
    port: u16,
    client: reqwest::Client,
}

impl Provider {
    pub async fn start() -> Provider {
        let (python, library) = (peers_dir().join("venv/bin/python3"), peers_dir().join("webhooks"));
        assert!(
            python.is_file() && library.join("twilio").is_dir(),
            "no Python with twilio in {}: {HOW_TO_INSTALL}",
            peers_dir().display()
        );
        let [port] = ports::free_ports();
        let script = support_file("provider.py").display().to_string();
        let args = [script, port.to_string(), ACCOUNT.to_owned(), TOKEN.to_owned()];
        let process = Spec::new("provider", python)
            .args(args)
            .env("PYTHONPATH", library.display())
            .spawn();
        let provider = Provider {
            process,
            port,
            client: reqwest::Client::new(),
        };
        let up = poll(Duration::from_secs(20), async || {
            provider.process.fail_if_ended();
            provider.client.get(provider.url("/_state")).send().await.ok()
        });
        assert!(
            up.await.is_some(),
            "the provider does not answer\n{}",
            provider.process.log_tail()
        );
        provider
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything it has seen.
    pub async fn state(&self) -> Value {
        let answer = self.client.get(self.url("/_state")).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The texts that it took.
    pub async fn texts(&self) -> Vec<Value> {
        self.state().await["texts"].as_array().unwrap().clone()
    }

    /// Waits until it has taken so many texts.
    pub async fn wait_texts(&self, count: usize) -> Vec<Value> {
        let enough = poll(Duration::from_secs(20), async || {
            Some(self.texts().await).filter(|texts| texts.len() >= count)
        });
        match enough.await {
            Some(texts) => texts,
            None => panic!("{count} texts never came: {}", self.state().await),
        }
    }

    /// How it answers from now on: `up`, `down`, `busy` or `opted_out`.
    pub async fn be(&self, mode: &str) {
        let url = self.url("/_mode");
        self.client.post(url).json(&json!(mode)).send().await.unwrap();
    }

    /// The signature that the official library computes.
    pub async fn sign(&self, url: &str, fields: &[(&str, &str)]) -> String {
        let fields: serde_json::Map<String, Value> =
            fields.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
        let ask = json!({ "url": url, "fields": fields });
        let answer = self
            .client
            .post(self.url("/_sign"))
            .json(&ask)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }
}
