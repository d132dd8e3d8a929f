//! Section `media`: where the sound of calls passes.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::sip::Wrong;

/// The codecs that are known, by their names in SDP.
pub const CODECS: [&str; 16] = [
    "PCMU", "PCMA", "G722", "G723", "G729", "GSM", "iLBC", "speex", "AMR", "AMR-WB", "opus", "L16",
    "G726-16", "G726-24", "G726-32", "G726-40",
];

/// Everything about the media relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaConfig {
    /// The IPv4 address that the relay's ports are opened on; empty: none.
    pub address: String,
    /// The IPv4 address that peers are told, where it is another, as behind NAT; empty: `address`.
    pub advertise: String,
    /// The IPv6 address that the relay's ports are opened on; empty: none.
    pub address_v6: String,
    /// The IPv6 address that peers are told, where it is another; empty: `address_v6`.
    pub advertise_v6: String,
    /// The first port. A stream takes an even one and the next.
    pub first_port: u16,
    /// The last port.
    pub last_port: u16,
    /// Seconds without a packet from either end after which a call is ended; 0: never.
    pub silence_timeout_s: u32,
    /// Whether packets count only from the address that the peer's SDP named. Otherwise the first address that
    /// sends good packets is kept to, as peers behind NAT need it.
    pub strict_source: bool,
    /// The audio codecs that may be agreed on, by their names in SDP (`PCMU`), telephone-event always
    /// included; empty: any.
    pub codecs: Vec<String>,
    /// Threads that relay.
    pub threads: usize,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            address: "127.0.0.1".into(),
            advertise: String::new(),
            address_v6: String::new(),
            advertise_v6: String::new(),
            first_port: 20_000,
            last_port: 29_999,
            silence_timeout_s: 60,
            strict_source: false,
            codecs: Vec::new(),
            threads: 1,
        }
    }
}

impl MediaConfig {
    /// Everything that is wrong, each with its key, its value and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut wrong = Wrong::default();
        for (key, value, v4) in [
            ("media.address", &self.address, true),
            ("media.advertise", &self.advertise, true),
            ("media.address_v6", &self.address_v6, false),
            ("media.advertise_v6", &self.advertise_v6, false),
        ] {
            let good = value.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4() == v4);
            if !value.is_empty() && !good {
                let allowed = if v4 { "an IPv4 address" } else { "an IPv6 address" };
                wrong.say(key, value, &format!("{allowed} without a port, or nothing"));
            }
        }
        for (key, told, opened) in [
            ("media.advertise", &self.advertise, &self.address),
            ("media.advertise_v6", &self.advertise_v6, &self.address_v6),
        ] {
            let unspecified = |text: &str| text.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
            if told.is_empty() && unspecified(opened) || unspecified(told) {
                wrong.say(key, told, "an address that peers can send to");
            }
        }
        if self.address.is_empty() && self.address_v6.is_empty() {
            wrong.say("media.address", "", "an address, unless media.address_v6 has one");
        }
        wrong.range("media.first_port", self.first_port, 1024, 65_532);
        let least = self.first_port.saturating_add(3);
        wrong.range("media.last_port", self.last_port, least, u16::MAX);
        wrong.range("media.silence_timeout_s", self.silence_timeout_s, 0, 86_400);
        wrong.range("media.threads", self.threads, 1, 64);
        for codec in &self.codecs {
            if !CODECS.iter().any(|known| known.eq_ignore_ascii_case(codec)) {
                wrong.say("media.codecs", codec, &format!("one of {}", CODECS.join(", ")));
            }
        }
        wrong.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        assert_eq!(MediaConfig::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn each_bad_value_is_named_with_what_is_allowed() {
        let config = MediaConfig {
            address: "0.0.0.0".into(),
            address_v6: "127.0.0.1".into(),
            last_port: 20_001,
            threads: 0,
            codecs: vec!["PC MU".into()],
            ..MediaConfig::default()
        };
        let problems = config.problems();
        let keys = ["address_v6", "advertise", "last_port", "threads", "codecs"];
        assert_eq!(problems.len(), keys.len(), "{problems:?}");
        for (problem, key) in problems.iter().zip(keys) {
            assert!(problem.starts_with(&format!("media.{key} ")), "{problem}");
        }
    }
}
