//! Section `smpp`: the SMPP server that gateways bind to, and the carriers that this system binds to.

mod validate;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::validate::IpRange;

/// Everything about SMPP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmppConfig {
    /// Where the SMPP server listens without TLS; empty: not at all.
    pub listen: String,
    /// Where the SMPP server listens with TLS; empty: not at all. Needs `tls_certificate` and `tls_key`.
    pub tls_listen: String,
    /// PEM file with the server's certificate and those between it and its authority.
    pub tls_certificate: PathBuf,
    /// PEM file with the certificate's private key.
    pub tls_key: PathBuf,
    /// The server's name in its answers to binds, at most 15 characters.
    pub system_id: String,
    /// The most connections at once, bound or not; more are closed at once.
    pub max_connections: usize,
    /// Seconds from connecting (TLS included) to being bound; then the connection is closed.
    pub bind_timeout_s: i64,
    /// Milliseconds until a wrong name or password is answered, so that guessing is slow.
    pub failed_bind_delay_ms: i64,
    /// Seconds of silence after which the server asks a client for a sign of life.
    pub enquire_link_s: i64,
    /// Seconds without any message after which the server unbinds a client; 0: never.
    pub inactivity_s: i64,
    /// Seconds that the server waits for a client's answer to a message.
    pub response_timeout_s: i64,
    /// The most messages of one connection that wait for their answer; further ones wait unread.
    pub max_unanswered: usize,
    /// Seconds that the parts of a long text wait for each other, from the first part on. Then parts that
    /// were not acknowledged are refused as a temporary error, so that the peer sends them again; a text
    /// of which a part was acknowledged early is delivered with a mark in place of what is missing.
    pub reassembly_timeout_s: i64,
    /// Milliseconds after which a part of a long text is acknowledged although the others are missing,
    /// counted from the latest part. Parts are otherwise acknowledged when the whole text is durable; but
    /// a peer with a window of one sends the second part only after the answer to the first. Such a part is
    /// in the database before it is acknowledged; parts within this time of each other cost nothing.
    pub part_ack_ms: i64,
    /// The most long texts of one account or carrier that wait for parts; the oldest gives way.
    pub max_incomplete_texts: usize,
    /// Who may bind to the server. The account's name is its system_id and the name of its outlet: a pool
    /// number whose carrier is `gw1` sends its texts to whoever is bound as `gw1`.
    pub accounts: BTreeMap<String, AccountConfig>,
    /// The carriers that this system binds to, by the names of their outlets.
    pub carriers: BTreeMap<String, CarrierConfig>,
}

impl Default for SmppConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:2775".into(),
            tls_listen: String::new(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            system_id: "partyline".into(),
            max_connections: 200,
            bind_timeout_s: 10,
            failed_bind_delay_ms: 1000,
            enquire_link_s: 30,
            inactivity_s: 0,
            response_timeout_s: 10,
            max_unanswered: 512,
            reassembly_timeout_s: 30,
            part_ack_ms: 300,
            max_incomplete_texts: 10_000,
            accounts: BTreeMap::new(),
            carriers: BTreeMap::new(),
        }
    }
}

/// Somebody who may bind to the server: a gateway, an app, a carrier that prefers to be the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountConfig {
    /// The password, 1 to 8 characters (the protocol's limit).
    pub password: Password,
    /// Addresses (`192.0.2.7`) and networks (`192.0.2.0/24`, `2001:db8::/32`) that it may bind from;
    /// empty: any.
    pub allowed_ips: Vec<String>,
    /// The most binds at once.
    pub max_binds: usize,
    /// The most texts to one of its binds that wait for an answer.
    pub window: usize,
    /// Prefixes (`+1555`) of real phones that are reached through this account whatever carrier their
    /// pool number belongs to, as for a gateway with handsets of its own.
    pub reaches: Vec<String>,
    /// Whether it may send texts in, or only receives.
    pub may_submit: bool,
    /// The phones in whose names it may send texts in: prefixes (`+1555`), or whole numbers. Empty: any
    /// phone, so that whoever holds the password can write in every member's name.
    pub sources: Vec<String>,
    /// The most messages a second that it may send in (a part of a long text counts as one); more are
    /// answered with ESME_RTHROTTLED. 0: no limit.
    pub throughput_per_s: u32,
    /// How texts that are longer than one message go to it: `udh`, `sar` or `payload`.
    pub long_text: LongText,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            password: Password::default(),
            allowed_ips: Vec::new(),
            max_binds: 4,
            window: 64,
            reaches: Vec::new(),
            may_submit: true,
            sources: Vec::new(),
            throughput_per_s: 0,
            long_text: LongText::Udh,
        }
    }
}

/// A carrier's SMSC that this system binds to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CarrierConfig {
    /// Where and as whom to bind, in order of preference: all are kept bound, texts leave by the first
    /// that is ready, and texts are received from every one.
    pub binds: Vec<BindConfig>,
    /// The most texts that wait for the carrier's answer, per bind.
    pub window: usize,
    /// Seconds of silence after which the carrier is asked for a sign of life.
    pub enquire_link_s: i64,
    /// Seconds that a text waits for the carrier's answer, and a bind for its completion.
    pub response_timeout_s: i64,
    /// The least milliseconds between two tries to bind; it doubles with each failure.
    pub reconnect_min_ms: i64,
    /// The most milliseconds between two tries to bind.
    pub reconnect_max_ms: i64,
    /// Prefixes (`+1555`) of real phones that are reached through this carrier whatever carrier their
    /// pool number belongs to. Usually none.
    pub reaches: Vec<String>,
    /// Type of number of pool numbers in what is sent: 1 is international.
    pub source_ton: u8,
    /// Numbering plan of pool numbers in what is sent: 1 is E.164.
    pub source_npi: u8,
    /// Type of number of phones in what is sent.
    pub dest_ton: u8,
    /// Numbering plan of phones in what is sent.
    pub dest_npi: u8,
    /// How texts that are longer than one message are sent: `udh` (in parts with a user data header, which
    /// every phone understands), `sar` (in parts with the sar_ parameters) or `payload` (whole, in
    /// message_payload; the carrier cuts).
    pub long_text: LongText,
    /// The country (`US`) whose national format the carrier may use for the phones that send, where it
    /// does not write international numbers. Unset: international only.
    pub default_region: Option<String>,
}

impl Default for CarrierConfig {
    fn default() -> Self {
        Self {
            binds: Vec::new(),
            window: 64,
            enquire_link_s: 30,
            response_timeout_s: 10,
            reconnect_min_ms: 1000,
            reconnect_max_ms: 60_000,
            reaches: Vec::new(),
            source_ton: 1,
            source_npi: 1,
            dest_ton: 1,
            dest_npi: 1,
            long_text: LongText::Udh,
            default_region: None,
        }
    }
}

/// One place to bind to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BindConfig {
    /// Host name or address.
    pub host: String,
    /// Port; 2775 is SMPP's own.
    pub port: u16,
    /// Whether to speak TLS.
    pub tls: bool,
    /// PEM file with the authorities to trust; unset: those of the operating system.
    pub tls_ca: Option<PathBuf>,
    /// As whom to bind, at most 15 characters.
    pub system_id: String,
    /// With which password, at most 8 characters.
    pub password: Password,
    /// What the carrier wants to read there, at most 12 characters; usually empty.
    pub system_type: String,
    /// `transceiver`, or `pair` for a transmitter and a receiver.
    pub mode: LinkMode,
}

impl Default for BindConfig {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 2775,
            tls: false,
            tls_ca: None,
            system_id: String::new(),
            password: Password::default(),
            system_type: String::new(),
            mode: LinkMode::Transceiver,
        }
    }
}

/// A password: debug output does not show it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl Deref for Password {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// How many links a bind takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkMode {
    /// One link both ways.
    Transceiver,
    /// A transmitter and a receiver.
    Pair,
}

/// How a text that is longer than one message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongText {
    /// In parts with a user data header.
    Udh,
    /// In parts with the sar_ parameters.
    Sar,
    /// Whole, in message_payload.
    Payload,
}

#[cfg(test)]
mod tests;
