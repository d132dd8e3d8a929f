//! A member's phone, played by PyPI `smpplib` (see `phone.py`): it binds to an SMPP server as an
//! account, and sends and receives texts.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::json_lines::JsonChild;
use super::process::Spec;
use super::{HOW_TO_INSTALL, Text, peers_dir, poll, support_file};

/// Why a bind was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BindRefused {
    /// The `command_status` of the answer.
    pub status: u32,
    pub reason: String,
}

/// The answer to one `submit_sm`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Submitted {
    pub status: u32,
    pub message_id: Option<String>,
}

/// A delivery receipt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    pub from: String,
    pub to: String,
    /// `id:` of the receipt's text.
    pub message_id: Option<String>,
    /// The optional parameter of that name.
    pub receipted_message_id: Option<String>,
    pub stat: Option<String>,
    pub err: Option<String>,
    pub text: String,
}

/// A phone that is bound.
pub struct Phone {
    child: JsonChild,
}

impl Phone {
    /// Binds as a transceiver; a refusal fails the test.
    pub async fn bind(smpp: SocketAddr, system_id: &str, password: &str) -> Phone {
        match Phone::try_bind(smpp, system_id, password, "transceiver").await {
            Ok(phone) => phone,
            Err(refused) => panic!("the bind of {system_id} was refused: {refused:?}"),
        }
    }

    /// Binds as `transceiver`, `transmitter` or `receiver`.
    pub async fn try_bind(
        smpp: SocketAddr,
        system_id: &str,
        password: &str,
        mode: &str,
    ) -> Result<Phone, BindRefused> {
        let python = peers_dir().join("venv/bin/python3");
        assert!(
            python.is_file(),
            "no Python with smpplib in {}: {HOW_TO_INSTALL}",
            python.display()
        );
        let script = support_file("phone.py").display().to_string();
        let child = JsonChild::spawn(Spec::new("phone", python).args(["-u".to_owned(), script]));
        let account = json!({
            "host": smpp.ip().to_string(), "port": smpp.port(),
            "system_id": system_id, "password": password, "mode": mode,
        });
        match child.try_call("bind", account).await {
            Ok(_) => Ok(Phone { child }),
            Err(error) => match serde_json::from_value(error.clone()) {
                Ok(refused) => Err(refused),
                Err(_) => panic!("the phone could not bind: {error}\n{}", child.process.log_tail()),
            },
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process.pid()
    }

    /// Sends a text, long ones in parts by UDH, and waits for the answer to every part.
    pub async fn send(&self, from: &str, to: &str, text: &str, receipt: bool) -> Vec<Submitted> {
        self.child
            .call(
                "send",
                json!({"from": from, "to": to, "text": text, "receipt": receipt}),
            )
            .await
    }

    /// The same, but the link may be lost before the answers are here.
    pub async fn try_send(&self, from: &str, to: &str, text: &str) -> Result<Vec<Submitted>, String> {
        let answer = self
            .child
            .try_call("send", json!({"from": from, "to": to, "text": text}))
            .await;
        match answer {
            Ok(value) => Ok(serde_json::from_value(value).expect("a list of answers")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Sends one `submit_sm` with exactly these bytes as its text.
    pub async fn send_bytes(
        &self,
        from: &str,
        to: &str,
        bytes: &[u8],
        data_coding: u8,
        esm_class: u8,
    ) -> Submitted {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let command =
            json!({"from": from, "to": to, "hex": hex, "data_coding": data_coding, "esm_class": esm_class});
        let mut answers: Vec<Submitted> = self.child.call("send", command).await;
        answers.remove(0)
    }

    /// The whole texts that arrived so far, oldest first.
    pub async fn received(&self) -> Vec<Text> {
        self.child.call("texts", json!({})).await
    }

    /// Waits for a text for which `wanted` answers true.
    pub async fn wait_received(&self, timeout: Duration, wanted: impl Fn(&Text) -> bool) -> Text {
        match poll(timeout, async || self.received().await.into_iter().find(&wanted)).await {
            Some(text) => text,
            None => panic!(
                "no such text in {timeout:?}; arrived: {:#?}",
                self.received().await
            ),
        }
    }

    /// The receipts that arrived so far, oldest first.
    pub async fn receipts(&self) -> Vec<Receipt> {
        self.child.call("receipts", json!({})).await
    }

    /// Waits for a receipt for which `wanted` answers true.
    pub async fn wait_receipt(&self, timeout: Duration, wanted: impl Fn(&Receipt) -> bool) -> Receipt {
        match poll(timeout, async || self.receipts().await.into_iter().find(&wanted)).await {
            Some(receipt) => receipt,
            None => panic!(
                "no such receipt in {timeout:?}; arrived: {:#?}",
                self.receipts().await
            ),
        }
    }

    /// Every `deliver_sm` as it came: `{"from", "to", "hex", "esm_class", "data_coding"}`.
    pub async fn deliveries(&self) -> Vec<Value> {
        self.child.call("received", json!({})).await
    }

    /// Every byte that came over the link, in hex.
    pub async fn raw(&self) -> String {
        let chunks: Vec<String> = self.child.call("raw", json!({})).await;
        chunks.concat()
    }

    /// What ended the link, if something did.
    pub async fn link_lost(&self) -> Option<String> {
        self.child.call("link_lost", json!({})).await
    }

    /// Says goodbye and waits for the answer.
    pub async fn unbind(&self) {
        self.child.call("unbind", json!({})).await
    }
}
