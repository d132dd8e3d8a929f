//! Section `sip`: where calls come in, how many, and the trunks by which they come and go.

mod trunk;
mod validate;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::trunk::{
    CallerHeader, DialledIn, DialogRouting, DigitsTo, NumberStyle, ReliableProvisional, Target, TrunkConfig,
    TrunkTransport, WithheldCallers,
};
pub(in crate::config) use self::validate::Wrong;

/// Everything about SIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SipConfig {
    /// Where calls come in by UDP and TCP; empty: not at all, and then no calls are made either.
    pub listen: String,
    /// Where calls come in by TLS; empty: not at all. Needs `tls_certificate` and `tls_key`.
    pub tls_listen: String,
    /// PEM file with the certificate and those between it and its authority.
    pub tls_certificate: PathBuf,
    /// PEM file with the certificate's private key.
    pub tls_key: PathBuf,
    /// The host or address that trunks see in Via and Contact; empty: the address of `listen`.
    pub advertise: String,
    /// What becomes of requests from addresses that no trunk names.
    pub strangers: Strangers,
    /// The most calls at once; more are answered 503 with Retry-After.
    pub max_calls: usize,
    /// The most new calls a second, over all trunks; 0: no limit.
    pub calls_per_s: u32,
    /// The most SIP transactions at once.
    pub max_transactions: usize,
    /// The most requests a second from one address, those within calls apart; more are dropped. 0: no limit.
    pub requests_per_s: u32,
    /// The most connections at once by TCP and TLS together.
    pub max_connections: usize,
    /// The most connections at once from one address.
    pub max_connections_per_address: usize,
    /// Seconds for which a connection without any message is kept.
    pub connection_idle_s: u64,
    /// Seconds within which a TLS handshake must be done, and a message that has begun must have come.
    pub handshake_timeout_s: u64,
    /// Seconds between the signs of life of an established call (RFC 4028); 0: none are asked for.
    pub session_expires_s: u32,
    /// The least such time that a peer may ask for.
    pub min_se_s: u32,
    /// Seconds that established calls are given when the program stops.
    pub drain_s: u64,
    /// Milliseconds of a round trip, the T1 of RFC 3261: requests are first repeated after it.
    pub t1_ms: u32,
    /// Milliseconds between repetitions at most (T2).
    pub t2_ms: u32,
    /// Seconds that an INVITE of ours may go without a final answer after a provisional one (Timer C).
    pub timer_c_s: u32,
    /// Whether the next trunk is tried after 404, 410, 484 and 604, which are the number's fault elsewhere.
    pub failover_not_found: bool,
    /// Whether the next trunk is tried after 403 and 603, which are the called one's word elsewhere.
    pub failover_forbidden: bool,
    /// The DNS server for trunks named by domain, as `192.0.2.53:53`; empty: those of the operating system.
    pub dns_server: String,
    /// The trunks, by name.
    pub trunks: BTreeMap<String, TrunkConfig>,
}

impl Default for SipConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:5060".into(),
            tls_listen: String::new(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            advertise: String::new(),
            strangers: Strangers::Silence,
            max_calls: 2000,
            calls_per_s: 0,
            max_transactions: 300_000,
            requests_per_s: 0,
            max_connections: 1000,
            max_connections_per_address: 50,
            connection_idle_s: 600,
            handshake_timeout_s: 10,
            session_expires_s: 1800,
            min_se_s: 90,
            drain_s: 30,
            t1_ms: 500,
            t2_ms: 4000,
            timer_c_s: 185,
            failover_not_found: false,
            failover_forbidden: false,
            dns_server: String::new(),
            trunks: BTreeMap::new(),
        }
    }
}

/// What becomes of requests from addresses that no trunk names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// No answer: a scanner learns nothing.
    Silence,
    /// 403, a few times a second at most.
    Forbid,
}

#[cfg(test)]
mod tests;
