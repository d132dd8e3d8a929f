//! The carrier's SMSC, played by npm `smpp` (see `smsc.js`): it takes binds and submits, answers with
//! receipts, pushes texts, and misbehaves when told to.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::json_lines::JsonChild;
use super::process::Spec;
use super::{HOW_TO_INSTALL, Text, find_program, peers_dir, poll, ports, support_file};

pub const ESME_RINVPASWD: u32 = 0x0E;
pub const ESME_RTHROTTLED: u32 = 0x58;

/// One `submit_sm` as it arrived.
#[derive(Debug, Clone, Deserialize)]
pub struct Submit {
    /// With a `+` when the type of number says international.
    pub from: String,
    pub to: String,
    /// This part's text.
    pub text: String,
    /// False when the part begins or ends inside a character.
    pub reads_alone: bool,
    pub body: String,
    pub udh: String,
    #[serde(rename = "ref")]
    pub reference: Option<u32>,
    pub total: u32,
    pub part: u32,
    pub data_coding: u8,
    pub esm_class: u8,
    pub registered_delivery: u8,
    pub validity_period: String,
    pub system_id: String,
    /// `None` where it was refused.
    pub message_id: Option<String>,
    pub status: u32,
    pub at_ms: u64,
    /// The whole PDU in hex.
    pub raw: String,
}

/// A whole text, put together by source, destination and reference.
#[derive(Debug, Clone, Deserialize)]
pub struct WholeText {
    pub from: String,
    pub to: String,
    pub text: String,
    pub parts: usize,
    /// True when no part begins or ends inside a character.
    pub reads_alone: bool,
    pub message_ids: Vec<String>,
}

impl WholeText {
    pub fn plain(&self) -> Text {
        Text {
            from: self.from.clone(),
            to: self.to.clone(),
            text: self.text.clone(),
        }
    }
}

/// What a pushed text was answered with.
#[derive(Debug, Clone, Deserialize)]
pub struct Delivered {
    /// The status of each `deliver_sm_resp`, in the order sent.
    pub statuses: Vec<u32>,
    /// How many parts the text has.
    pub parts: usize,
}

/// How a long text is cut up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Udh,
    Sar,
    Payload,
}

/// A text to push with [`Smsc::deliver_with`].
#[derive(Debug, Clone)]
pub struct Delivery {
    pub from: String,
    pub to: String,
    pub text: String,
    pub method: Method,
    /// Which parts are sent, by index and in this order; `None` for all in their order. A part may
    /// be left out or come twice.
    pub order: Option<Vec<usize>>,
    /// The account that gets it, when several are bound.
    pub system_id: Option<String>,
}

impl Delivery {
    pub fn new(from: &str, to: &str, text: &str) -> Delivery {
        Delivery {
            from: from.to_owned(),
            to: to.to_owned(),
            text: text.to_owned(),
            method: Method::Udh,
            order: None,
            system_id: None,
        }
    }

    pub fn method(mut self, method: Method) -> Delivery {
        self.method = method;
        self
    }

    pub fn order(mut self, order: &[usize]) -> Delivery {
        self.order = Some(order.to_vec());
        self
    }
}

/// The running SMSC.
pub struct Smsc {
    child: JsonChild,
    address: SocketAddr,
    system_id: String,
    password: String,
}

impl Smsc {
    /// Starts one with the account `partyline` / `secret`.
    pub async fn start() -> Smsc {
        Smsc::start_with(ports::free_addr(), "partyline", "secret").await
    }

    /// Starts one at this address of 127.0.0.1 for this account.
    pub async fn start_with(address: SocketAddr, system_id: &str, password: &str) -> Smsc {
        let modules = peers_dir().join("node/node_modules");
        assert!(
            modules.join("smpp").is_dir(),
            "npm `smpp` is not in {}: {HOW_TO_INSTALL}",
            modules.display()
        );
        let options = json!({"port": address.port(), "system_id": system_id, "password": password});
        let child = JsonChild::spawn(
            Spec::new("smsc", find_program("node"))
                .args([support_file("smsc.js").display().to_string(), options.to_string()])
                .env("NODE_PATH", modules.display()),
        );
        child
            .process
            .wait_for_port(address.port(), Duration::from_secs(20))
            .await;
        Smsc {
            child,
            address,
            system_id: system_id.to_owned(),
            password: password.to_owned(),
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    pub fn pid(&self) -> u32 {
        self.child.process.pid()
    }

    /// The process, to stop (`STOP`), continue (`CONT`) or kill it.
    pub fn process(&self) -> &super::process::Process {
        &self.child.process
    }

    /// Every `submit_sm` so far, refused ones included.
    pub async fn submits(&self) -> Vec<Submit> {
        self.child.call("submits", json!({})).await
    }

    /// How many submits were accepted so far; cheap enough to ask often in the midst of thousands.
    pub async fn count(&self) -> usize {
        self.child.call("count", json!({})).await
    }

    /// Waits until this many submits were accepted.
    pub async fn wait_count(&self, count: usize, timeout: Duration) {
        if poll(timeout, async || (self.count().await >= count).then_some(()))
            .await
            .is_none()
        {
            panic!(
                "{count} submits wanted in {timeout:?}, {} came",
                self.count().await
            );
        }
    }

    /// Every whole text accepted so far, in the order in which they were complete.
    pub async fn texts(&self) -> Vec<WholeText> {
        self.child.call("texts", json!({})).await
    }

    /// Waits for a whole text for which `wanted` answers true.
    pub async fn wait_text(&self, timeout: Duration, wanted: impl Fn(&WholeText) -> bool) -> WholeText {
        match poll(timeout, async || self.texts().await.into_iter().find(&wanted)).await {
            Some(text) => text,
            None => panic!("no such text in {timeout:?}; arrived: {:#?}", self.texts().await),
        }
    }

    /// The bytes of every PDU received, whatever its kind, each in hex.
    pub async fn raw(&self) -> Vec<String> {
        self.child.call("raw", json!({})).await
    }

    /// Fails the test if any PDU received holds one of these strings, as ASCII or UTF-16.
    pub async fn assert_never_saw(&self, secrets: &[&str]) {
        let raw = self.raw().await;
        for secret in secrets {
            let secret = secret.trim_start_matches('+');
            let ascii: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let utf16: String = secret.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
            for pdu in &raw {
                assert!(
                    !pdu.contains(&ascii) && !pdu.contains(&utf16),
                    "{secret} is in the PDU {pdu}"
                );
            }
        }
    }

    /// The system ids of the binds that are up.
    pub async fn bound(&self) -> Vec<String> {
        self.child.call("bound", json!({})).await
    }

    /// Waits until this many binds are up.
    pub async fn wait_bound(&self, count: usize, timeout: Duration) {
        if poll(timeout, async || {
            (self.bound().await.len() == count).then_some(())
        })
        .await
        .is_none()
        {
            panic!(
                "{count} binds wanted, {:?} are up\n{}",
                self.bound().await,
                self.child.process.log_tail()
            );
        }
    }

    /// Every bind tried: `{"kind", "system_id", "status"}`.
    pub async fn binds(&self) -> Vec<Value> {
        self.child.call("binds", json!({})).await
    }

    /// Pushes a text, long ones by UDH, and waits for the answers; every part must be accepted.
    pub async fn deliver(&self, from: &str, to: &str, text: &str) -> Delivered {
        let delivered = self.deliver_with(Delivery::new(from, to, text)).await;
        assert!(
            delivered.statuses.iter().all(|&status| status == 0),
            "refused: {delivered:?}"
        );
        delivered
    }

    /// Pushes a text in a way of one's own.
    pub async fn deliver_with(&self, delivery: Delivery) -> Delivered {
        let method = match delivery.method {
            Method::Udh => "udh",
            Method::Sar => "sar",
            Method::Payload => "payload",
        };
        let command = json!({
            "from": delivery.from, "to": delivery.to, "text": delivery.text, "method": method,
            "order": delivery.order, "system_id": delivery.system_id,
        });
        self.child.call("deliver", command).await
    }

    /// Pushes a `deliver_sm` with exactly these fields (`short_message` and `message_payload` in hex)
    /// and returns the status of its answer.
    pub async fn deliver_fields(&self, fields: Value) -> u32 {
        self.child.call("raw_deliver", json!({ "fields": fields })).await
    }

    /// Writes bytes, given in hex, on the link as they are.
    pub async fn write_bytes(&self, hex: &str) {
        self.child.call("write", json!({ "hex": hex })).await
    }

    /// The receipts sent from now on: `Some(("DELIVRD", "000"))`, another outcome, or none at all.
    pub async fn receipts(&self, outcome: Option<(&str, &str)>, delay: Duration) {
        let receipts =
            outcome.map(|(stat, err)| json!({"stat": stat, "err": err, "delay_ms": delay.as_millis()}));
        self.child.call("receipts", json!({ "receipts": receipts })).await
    }

    /// Sends one receipt by hand and returns the status of its answer.
    pub async fn send_receipt(&self, message_id: &str, stat: &str, err: &str) -> u32 {
        self.child
            .call(
                "receipt",
                json!({"message_id": message_id, "stat": stat, "err": err}),
            )
            .await
    }

    /// Answers the next `count` submits with ESME_RTHROTTLED.
    pub async fn throttle_next(&self, count: u32) {
        self.fail_next(count, ESME_RTHROTTLED).await
    }

    /// Answers the next `count` submits with this status.
    pub async fn fail_next(&self, count: u32, status: u32) {
        self.child
            .call("fail_next", json!({"count": count, "status": status}))
            .await
    }

    /// Holds every answer back this long.
    pub async fn delay_answers(&self, delay: Duration) {
        self.child
            .call("delay_answers", json!({ "ms": delay.as_millis() }))
            .await
    }

    /// Refuses every bind with this status; 0 takes them again.
    pub async fn refuse_binds(&self, status: u32) {
        self.child.call("refuse_binds", json!({ "status": status })).await
    }

    /// Drops every link without a word and returns how many there were.
    pub async fn close_links(&self) -> usize {
        self.child.call("close_links", json!({})).await
    }

    /// Forgets the submits and bytes so far.
    pub async fn forget(&self) {
        self.child.call("forget", json!({})).await
    }
}
