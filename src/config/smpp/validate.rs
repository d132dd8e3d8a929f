//! What the settings of section `smpp` may be.

use std::net::{IpAddr, SocketAddr};

use super::{AccountConfig, CarrierConfig, SmppConfig};

/// Names of outlets that exist without being configured here.
const RESERVED_NAMES: [&str; 1] = ["loopback"];
/// The most characters of a system_id and of a password (SMPP 3.4, section 4.1).
const SYSTEM_ID_MAX: usize = 15;
const PASSWORD_MAX: usize = 8;

impl SmppConfig {
    /// Everything that is wrong, each with its key, its value and what is allowed.
    pub fn validate(&self) -> Result<(), Vec<String>> {
        let mut wrong = Wrong::default();
        wrong.address("smpp.listen", &self.listen);
        wrong.address("smpp.tls_listen", &self.tls_listen);
        if !self.tls_listen.is_empty() {
            for (key, path) in [
                ("smpp.tls_certificate", &self.tls_certificate),
                ("smpp.tls_key", &self.tls_key),
            ] {
                if path.as_os_str().is_empty() {
                    wrong.say(key, "", "a PEM file, because smpp.tls_listen is set");
                }
            }
        }
        wrong.text("smpp.system_id", &self.system_id, 1, SYSTEM_ID_MAX);
        wrong.range("smpp.max_connections", self.max_connections, 1, 100_000);
        wrong.range("smpp.bind_timeout_s", self.bind_timeout_s, 1, 600);
        wrong.range("smpp.failed_bind_delay_ms", self.failed_bind_delay_ms, 0, 60_000);
        wrong.range("smpp.enquire_link_s", self.enquire_link_s, 1, 86_400);
        wrong.range("smpp.inactivity_s", self.inactivity_s, 0, 7 * 86_400);
        wrong.range("smpp.response_timeout_s", self.response_timeout_s, 1, 600);
        wrong.range("smpp.max_unanswered", self.max_unanswered, 1, 10_000);
        wrong.range("smpp.reassembly_timeout_s", self.reassembly_timeout_s, 1, 3600);
        wrong.range("smpp.part_ack_ms", self.part_ack_ms, 0, 60_000);
        wrong.range(
            "smpp.max_incomplete_texts",
            self.max_incomplete_texts,
            1,
            1_000_000,
        );
        for (name, account) in &self.accounts {
            account.validate(name, &mut wrong);
        }
        for (name, carrier) in &self.carriers {
            let key = format!("smpp.carriers.{name}");
            wrong.text(&format!("{key} (its name)"), name, 1, 64);
            if self.accounts.contains_key(name) {
                wrong.say(
                    &key,
                    name,
                    "a name that no account has: both would be the outlet of that name",
                );
            }
            if RESERVED_NAMES.contains(&name.as_str()) {
                wrong.say(&key, name, "a name other than `loopback`");
            }
            carrier.validate(&key, &mut wrong);
        }
        if wrong.0.is_empty() { Ok(()) } else { Err(wrong.0) }
    }
}

impl AccountConfig {
    fn validate(&self, name: &str, wrong: &mut Wrong) {
        let key = format!("smpp.accounts.{name}");
        wrong.text(
            &format!("{key} (its name is the system_id)"),
            name,
            1,
            SYSTEM_ID_MAX,
        );
        if RESERVED_NAMES.contains(&name) {
            wrong.say(&key, name, "a name other than `loopback`");
        }
        wrong.secret(&format!("{key}.password"), &self.password, 1);
        for entry in &self.allowed_ips {
            if IpRange::parse(entry).is_none() {
                let allowed = "an address (192.0.2.7) or a network (192.0.2.0/24)";
                wrong.say(&format!("{key}.allowed_ips"), entry, allowed);
            }
        }
        wrong.range(&format!("{key}.max_binds"), self.max_binds, 1, 1000);
        wrong.range(&format!("{key}.window"), self.window, 1, 10_000);
        wrong.prefixes(&format!("{key}.reaches"), &self.reaches);
        wrong.prefixes(&format!("{key}.sources"), &self.sources);
    }
}

impl CarrierConfig {
    fn validate(&self, key: &str, wrong: &mut Wrong) {
        if self.binds.is_empty() {
            wrong.say(&format!("{key}.binds"), "[]", "at least one bind");
        }
        for (at, bind) in self.binds.iter().enumerate() {
            let key = format!("{key}.binds[{at}]");
            if bind.host.is_empty() || bind.host.chars().any(|c| c.is_whitespace() || c.is_control()) {
                wrong.say(&format!("{key}.host"), &bind.host, "a host name or an address");
            }
            wrong.range(&format!("{key}.port"), i64::from(bind.port), 1, 65_535);
            wrong.text(&format!("{key}.system_id"), &bind.system_id, 1, SYSTEM_ID_MAX);
            wrong.secret(&format!("{key}.password"), &bind.password, 0);
            wrong.text(&format!("{key}.system_type"), &bind.system_type, 0, 12);
            if bind.tls_ca.is_some() && !bind.tls {
                wrong.say(&format!("{key}.tls_ca"), "set", "to be unset while tls is false");
            }
        }
        wrong.range(&format!("{key}.window"), self.window, 1, 10_000);
        wrong.range(&format!("{key}.enquire_link_s"), self.enquire_link_s, 1, 86_400);
        wrong.range(
            &format!("{key}.response_timeout_s"),
            self.response_timeout_s,
            1,
            600,
        );
        wrong.range(
            &format!("{key}.reconnect_min_ms"),
            self.reconnect_min_ms,
            10,
            3_600_000,
        );
        let least = self.reconnect_min_ms;
        wrong.range(
            &format!("{key}.reconnect_max_ms"),
            self.reconnect_max_ms,
            least,
            3_600_000,
        );
        wrong.prefixes(&format!("{key}.reaches"), &self.reaches);
        for (field, value) in [("source_ton", self.source_ton), ("dest_ton", self.dest_ton)] {
            wrong.range(&format!("{key}.{field}"), i64::from(value), 0, 6);
        }
        for (field, value) in [("source_npi", self.source_npi), ("dest_npi", self.dest_npi)] {
            wrong.range(&format!("{key}.{field}"), i64::from(value), 0, 18);
        }
        if let Some(region) = &self.default_region
            && region.parse::<phonenumber::country::Id>().is_err()
        {
            let allowed = "a country as two capital letters, such as US";
            wrong.say(&format!("{key}.default_region"), region, allowed);
        }
    }
}

/// One entry of `allowed_ips`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    network: IpAddr,
    bits: u8,
}

impl IpRange {
    /// Reads an address or a network.
    pub fn parse(text: &str) -> Option<Self> {
        let (network, bits) = match text.split_once('/') {
            Some((network, bits)) => (network.parse().ok()?, Some(bits.parse().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let full = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(full);
        (bits <= full).then_some(Self { network, bits })
    }

    /// How many leading bits of an address it fixes.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Whether the address lies in it. IPv4 addresses mapped into IPv6 count as IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let differ = match (self.network.to_canonical(), ip.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
            (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
            _ => return false,
        };
        differ.leading_zeros() >= u32::from(self.bits)
    }
}

/// Collects what is wrong.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn say(&mut self, key: &str, value: &str, allowed: &str) {
        self.0.push(format!("{key} is `{value}`; allowed is {allowed}"));
    }

    fn address(&mut self, key: &str, value: &str) {
        if !value.is_empty() && value.parse::<SocketAddr>().is_err() {
            self.say(
                key,
                value,
                "an address and a port, such as 127.0.0.1:2775, or nothing",
            );
        }
    }

    fn range<N: PartialOrd + std::fmt::Display + Copy>(&mut self, key: &str, value: N, least: N, most: N) {
        if value < least || value > most {
            self.say(key, &value.to_string(), &format!("{least} to {most}"));
        }
    }

    fn text(&mut self, key: &str, value: &str, least: usize, most: usize) {
        if !(least..=most).contains(&value.len()) || !value.bytes().all(|b| b.is_ascii_graphic()) {
            self.say(
                key,
                value,
                &format!("{least} to {most} letters, digits and signs, no spaces"),
            );
        }
    }

    /// Like `text` for passwords, whose values are not repeated in messages.
    fn secret(&mut self, key: &str, value: &str, least: usize) {
        if !(least..=PASSWORD_MAX).contains(&value.len()) || !value.bytes().all(|b| b.is_ascii_graphic()) {
            let allowed = format!("{least} to {PASSWORD_MAX} letters, digits and signs, no spaces");
            self.say(key, &format!("({} characters)", value.chars().count()), &allowed);
        }
    }

    fn prefixes(&mut self, key: &str, values: &[String]) {
        for value in values {
            let digits = value.strip_prefix('+').unwrap_or("");
            if !(1..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                self.say(
                    key,
                    value,
                    "`+` and the first digits of the numbers, such as +1555",
                );
            }
        }
    }
}
