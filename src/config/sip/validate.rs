//! What the settings of section `sip` may be.

use std::net::SocketAddr;

use super::{CallerHeader, NumberStyle, SipConfig, Target, TrunkConfig, TrunkTransport};
use crate::config::smpp::{IpRange, Password};

impl SipConfig {
    /// Everything that is wrong, each with its key, its value and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut wrong = Wrong::default();
        wrong.address("sip.listen", &self.listen, "127.0.0.1:5060");
        wrong.address("sip.tls_listen", &self.tls_listen, "127.0.0.1:5061");
        wrong.address("sip.dns_server", &self.dns_server, "192.0.2.53:53");
        if !self.tls_listen.is_empty() {
            for (key, path) in [
                ("sip.tls_certificate", &self.tls_certificate),
                ("sip.tls_key", &self.tls_key),
            ] {
                if path.as_os_str().is_empty() {
                    wrong.say(key, "", "a PEM file, because sip.tls_listen is set");
                }
            }
        }
        if !self.advertise.is_empty() && Target::parse(&self.advertise).is_none_or(|t| t.port.is_some()) {
            wrong.say(
                "sip.advertise",
                &self.advertise,
                "a host name or an address, without a port",
            );
        }
        let anywhere = |text: &str| text.parse::<SocketAddr>().is_ok_and(|a| a.ip().is_unspecified());
        if self.advertise.is_empty() && (anywhere(&self.listen) || anywhere(&self.tls_listen)) {
            let allowed =
                "the host name or address by which trunks reach this machine, because it listens on all";
            wrong.say("sip.advertise", "", allowed);
        }
        for (key, value, least, most) in [
            ("max_calls", self.max_calls as u64, 1, 100_000),
            ("calls_per_s", self.calls_per_s.into(), 0, 100_000),
            ("max_transactions", self.max_transactions as u64, 100, 10_000_000),
            ("requests_per_s", self.requests_per_s.into(), 0, 1_000_000),
            ("max_connections", self.max_connections as u64, 1, 100_000),
            (
                "max_connections_per_address",
                self.max_connections_per_address as u64,
                1,
                100_000,
            ),
            ("connection_idle_s", self.connection_idle_s, 10, 86_400),
            ("handshake_timeout_s", self.handshake_timeout_s, 1, 600),
            ("min_se_s", self.min_se_s.into(), 90, 86_400),
            ("drain_s", self.drain_s, 0, 86_400),
            ("t1_ms", self.t1_ms.into(), 10, 10_000),
            ("t2_ms", self.t2_ms.into(), self.t1_ms.into(), 60_000),
            // RFC 3261, section 16.6 asks for more than three minutes; tests cannot wait so long.
            ("timer_c_s", self.timer_c_s.into(), 10, 3600),
        ] {
            wrong.range(&format!("sip.{key}"), value, least, most);
        }
        if self.session_expires_s != 0 {
            let least = self.min_se_s.max(90);
            wrong.range("sip.session_expires_s", self.session_expires_s, least, 86_400);
        }
        for (name, trunk) in &self.trunks {
            let key = format!("sip.trunks.{name}");
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
                wrong.say(
                    &format!("{key} (its name)"),
                    name,
                    "1 to 64 letters, digits, `-`, `_` and `.`",
                );
            }
            trunk.check(&key, &mut wrong);
        }
        wrong.0
    }
}

impl TrunkConfig {
    fn check(&self, key: &str, wrong: &mut Wrong) {
        for target in &self.targets {
            wrong.target(&format!("{key}.targets"), target);
        }
        if !self.registrar.is_empty() {
            wrong.target(&format!("{key}.registrar"), &self.registrar);
            if self.username.is_empty() {
                let allowed = "a name, because registrar is set: it is what is registered";
                wrong.say(&format!("{key}.username"), "", allowed);
            }
        }
        if self.tls_ca.is_some() && !matches!(self.transport, TrunkTransport::Tls | TrunkTransport::Auto) {
            wrong.say(
                &format!("{key}.tls_ca"),
                "set",
                "to be unset while transport is not `tls`",
            );
        }
        for entry in &self.allow {
            if IpRange::parse(entry).is_none() {
                let allowed = "an address (192.0.2.7) or a network (192.0.2.0/24)";
                wrong.say(&format!("{key}.allow"), entry, allowed);
            }
        }
        self.check_ways(key, wrong);
        self.check_credentials(key, wrong);
        self.check_numbers(key, wrong);
        wrong.range(
            &format!("{key}.register_expires_s"),
            self.register_expires_s,
            60,
            86_400,
        );
        if self.keep_alive_s != 0 {
            wrong.range(&format!("{key}.keep_alive_s"), self.keep_alive_s, 1, 3600);
        }
        wrong.range(&format!("{key}.max_channels"), self.max_channels, 0, 100_000);
        wrong.range(&format!("{key}.calls_per_s"), self.calls_per_s, 0, 100_000);
        wrong.range(&format!("{key}.no_answer_s"), self.no_answer_s, 1, 60);
    }

    fn check_ways(&self, key: &str, wrong: &mut Wrong) {
        if !self.inbound && !self.outbound {
            wrong.say(&format!("{key}.inbound"), "false", "true where outbound is false");
        }
        let no_way_in = self.allow.is_empty() && self.inbound_password.is_empty();
        if self.targets.is_empty() && no_way_in {
            let allowed = "at least one host, unless allow or inbound_password says who may bring calls";
            wrong.say(&format!("{key}.targets"), "[]", allowed);
        }
    }

    fn check_credentials(&self, key: &str, wrong: &mut Wrong) {
        for (field, name, password) in [
            ("username", &self.username, &self.password),
            ("inbound_username", &self.inbound_username, &self.inbound_password),
        ] {
            let plain = |text: &str| {
                text.bytes()
                    .all(|b| b.is_ascii_graphic() && !b"\"\\<>@:;?".contains(&b))
            };
            if name.len() > 64 || !plain(name) {
                let allowed = "at most 64 letters, digits and signs other than \" \\ < > @ : ; ?";
                wrong.say(&format!("{key}.{field}"), name, allowed);
            }
            if name.is_empty() && !password.is_empty() {
                wrong.say(
                    &format!("{key}.{field}"),
                    "",
                    "a name, because its password is set",
                );
            }
            let field = field.replace("username", "password");
            let shown = hidden(password);
            if password.len() > 128 || password.chars().any(char::is_control) {
                wrong.say(
                    &format!("{key}.{field}"),
                    &shown,
                    "at most 128 characters on one line",
                );
            }
        }
        if !self.inbound_username.is_empty() && self.inbound_password.is_empty() {
            let allowed = "a password, because inbound_username is set";
            wrong.say(&format!("{key}.inbound_password"), "", allowed);
        }
        let host = Target::parse(&self.from_domain).is_some_and(|t| t.port.is_none());
        if !self.from_domain.is_empty() && !host {
            wrong.say(
                &format!("{key}.from_domain"),
                &self.from_domain,
                "a host name without a port",
            );
        }
    }

    fn check_numbers(&self, key: &str, wrong: &mut Wrong) {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        for (field, value, most) in [
            ("country_code", &self.country_code, 3),
            ("national_prefix", &self.national_prefix, 4),
            ("international_prefix", &self.international_prefix, 6),
        ] {
            if value.len() > most || !digits(value) {
                wrong.say(
                    &format!("{key}.{field}"),
                    value,
                    &format!("at most {most} digits"),
                );
            }
        }
        if self.numbers == NumberStyle::National {
            for (field, value) in [
                ("country_code", &self.country_code),
                ("international_prefix", &self.international_prefix),
            ] {
                if value.is_empty() {
                    wrong.say(
                        &format!("{key}.{field}"),
                        "",
                        "digits, because numbers is `national`",
                    );
                }
            }
        }
        for (field, headers) in [("trust", &self.trust), ("caller", &self.caller)] {
            let twice = |header: &CallerHeader| headers.iter().filter(|h| *h == header).count() > 1;
            if headers.iter().any(twice) {
                wrong.say(&format!("{key}.{field}"), "(a header twice)", "each header once");
            }
        }
        for prefix in &self.reaches {
            let rest = prefix.strip_prefix('+').unwrap_or("");
            if !(1..=15).contains(&rest.len()) || !digits(rest) {
                let allowed = "`+` and the first digits of the numbers, such as +1555";
                wrong.say(&format!("{key}.reaches"), prefix, allowed);
            }
        }
    }
}

fn hidden(password: &Password) -> String {
    format!("({} characters)", password.chars().count())
}

/// Collects what is wrong.
#[derive(Default)]
pub(in crate::config) struct Wrong(pub Vec<String>);

impl Wrong {
    pub fn say(&mut self, key: &str, value: &str, allowed: &str) {
        self.0.push(format!("{key} is `{value}`; allowed is {allowed}"));
    }

    pub fn address(&mut self, key: &str, value: &str, example: &str) {
        if !value.is_empty() && value.parse::<SocketAddr>().is_err() {
            self.say(
                key,
                value,
                &format!("an address and a port, such as {example}, or nothing"),
            );
        }
    }

    pub fn range<N: PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        key: &str,
        value: N,
        least: N,
        most: N,
    ) {
        if value < least || value > most {
            self.say(key, &value.to_string(), &format!("{least} to {most}"));
        }
    }

    fn target(&mut self, key: &str, value: &str) {
        if Target::parse(value).is_none() {
            self.say(key, value, "a host name or an address, and a port if need be");
        }
    }
}
