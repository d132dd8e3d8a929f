//! Section `callbacks`: how apps are told what happens, and where they may be told it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::domain::address::not_public;

/// Longest wait that can be set anywhere here.
const MOST_S: i64 = 30 * 86_400;

/// Settings of callbacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbacksConfig {
    /// Whether endpoints may have plain `http` URLs.
    pub allow_http: bool,
    /// Whether endpoints may lie anywhere, in this machine's own networks too, and have `http` URLs.
    pub allow_private_targets: bool,
    /// Hosts, names or addresses as in the URL, that may lie anywhere and have `http` URLs.
    pub allowed_hosts: Vec<String>,
    /// Within how many whole seconds an endpoint must have answered.
    pub timeout_s: i64,
    /// Whole seconds between two tries, the last one again and again; each is spread by a fifth.
    pub retry_s: Vec<i64>,
    /// Whole seconds after which a callback is given up.
    pub give_up_after_s: i64,
    /// Failures in a row after which an endpoint is left alone for a while.
    pub breaker_failures: i32,
    /// For how many whole seconds at first; it doubles with each probe that fails.
    pub breaker_pause_s: i64,
    /// The most whole seconds for which it is left alone.
    pub breaker_pause_max_s: i64,
    /// The most requests under way to one endpoint.
    pub in_flight_per_endpoint: usize,
    /// The most requests under way in all.
    pub in_flight: usize,
    /// How often the database is looked at without an occasion, in milliseconds.
    pub poll_ms: u64,
    /// Whole seconds for which finished deliveries are kept with their tries.
    pub kept_s: i64,
    /// Whole seconds for which events are kept.
    pub events_kept_s: i64,
}

impl Default for CallbacksConfig {
    fn default() -> Self {
        Self {
            allow_http: false,
            allow_private_targets: false,
            allowed_hosts: Vec::new(),
            timeout_s: 10,
            retry_s: vec![5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200],
            give_up_after_s: 129_600,
            breaker_failures: 10,
            breaker_pause_s: 30,
            breaker_pause_max_s: 3_600,
            in_flight_per_endpoint: 8,
            in_flight: 256,
            poll_ms: 500,
            kept_s: 259_200,
            events_kept_s: 259_200,
        }
    }
}

impl CallbacksConfig {
    /// Every value that makes no sense, each in a sentence that begins with the key in backquotes.
    pub fn problems(&self) -> Vec<String> {
        let ranges = [
            ("timeout_s", self.timeout_s, 1, 120, " seconds"),
            ("give_up_after_s", self.give_up_after_s, 1, MOST_S, " seconds"),
            (
                "breaker_failures",
                i64::from(self.breaker_failures),
                1,
                1_000_000,
                "",
            ),
            ("breaker_pause_s", self.breaker_pause_s, 1, 86_400, " seconds"),
            (
                "breaker_pause_max_s",
                self.breaker_pause_max_s,
                1,
                86_400,
                " seconds",
            ),
            (
                "in_flight_per_endpoint",
                to_i64(self.in_flight_per_endpoint),
                1,
                1_000,
                "",
            ),
            ("in_flight", to_i64(self.in_flight), 1, 10_000, ""),
            (
                "poll_ms",
                i64::try_from(self.poll_ms).unwrap_or(i64::MAX),
                10,
                60_000,
                " milliseconds",
            ),
            ("kept_s", self.kept_s, 0, 12 * MOST_S, " seconds"),
            ("events_kept_s", self.events_kept_s, 0, 12 * MOST_S, " seconds"),
        ];
        let mut problems: Vec<String> = ranges
            .into_iter()
            .filter(|(_, value, least, most, _)| !(least..=most).contains(&value))
            .map(|(name, value, least, most, unit)| {
                format!("`{name}` is {value}; allowed are {least} to {most}{unit}")
            })
            .collect();
        let waits_fit = self.retry_s.iter().all(|s| (1..=MOST_S).contains(s));
        if !waits_fit || !(1..=100).contains(&self.retry_s.len()) {
            problems.push(format!(
                "`retry_s` is {:?}; write 1 to 100 waits of 1 to {MOST_S} seconds",
                self.retry_s
            ));
        }
        for host in &self.allowed_hosts {
            if Host::parse(host).map(|h| h.to_string()) != Ok(host.clone()) {
                problems.push(format!(
                    "`allowed_hosts` has `{host}`; write hosts as they stand in URLs, in lower case and without a \
                     port, such as hooks.example.com, 192.168.0.7 or [::1]"
                ));
            }
        }
        problems
    }

    /// Whether this host may be reached wherever it lies. `host` is as a URL has it.
    pub fn is_allowed_anywhere(&self, host: &str) -> bool {
        self.allow_private_targets || self.allowed_hosts.iter().any(|allowed| allowed == host)
    }

    /// Whether callbacks may go to this URL, as far as the URL itself tells; else what is wrong with it.
    /// What its name resolves to is looked at anew with each connection.
    pub fn check_url(&self, text: &str) -> Result<(), String> {
        let url = Url::parse(text).map_err(|e| {
            format!("`{text}` is no URL ({e}); write one such as https://hooks.example.com/partyline")
        })?;
        self.check_parsed(&url)
    }

    /// [`CallbacksConfig::check_url`], of a URL that was read already.
    pub fn check_parsed(&self, url: &Url) -> Result<(), String> {
        let Some(host) = url.host() else {
            return Err("a callback URL names a host, such as https://hooks.example.com/partyline".into());
        };
        let anywhere = self.is_allowed_anywhere(&host.to_string());
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http || anywhere => {}
            "http" => {
                return Err(
                    "callbacks go by https only; use an https URL, or set callbacks.allow_http".into(),
                );
            }
            other => return Err(format!("callbacks go by https; `{other}` is not spoken")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "a callback URL has no user and no password; callbacks are signed, check the signature instead"
                    .into(),
            );
        }
        match address_of(&host).and_then(not_public) {
            Some(kind) if !anywhere => Err(format!(
                "{host} is a {kind} address; callbacks go to public addresses only (see \
                 callbacks.allow_private_targets and callbacks.allowed_hosts)"
            )),
            _ => Ok(()),
        }
    }
}

fn address_of(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(v4) => Some(IpAddr::V4(*v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(*v6)),
    }
}

fn to_i64(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(config: &CallbacksConfig, url: &str) -> String {
        config.check_url(url).expect_err(url)
    }

    #[test]
    fn the_defaults_are_sound_and_try_for_more_than_a_day() {
        let config = CallbacksConfig::default();
        assert_eq!(config.problems(), Vec::<String>::new());
        assert!(config.retry_s.iter().sum::<i64>() > 86_400 && config.give_up_after_s > 86_400);
    }

    #[test]
    fn each_bad_value_is_named() {
        let config = CallbacksConfig {
            timeout_s: 0,
            retry_s: Vec::new(),
            allowed_hosts: vec![
                "Hooks.example.com".into(),
                "[::1]".into(),
                "192.168.0.7".into(),
                "a/b".into(),
            ],
            ..CallbacksConfig::default()
        };
        let problems = config.problems();
        assert_eq!(problems.len(), 4, "{problems:?}");
        for (problem, name) in problems
            .iter()
            .zip(["timeout_s", "retry_s", "allowed_hosts", "allowed_hosts"])
        {
            assert!(problem.starts_with(&format!("`{name}`")), "{problem}");
        }
    }

    #[test]
    fn public_https_is_what_is_wanted() {
        let config = CallbacksConfig::default();
        for url in [
            "https://hooks.example.com/a?b=c",
            "https://1.1.1.1:8443/",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(config.check_url(url), Ok(()), "{url}");
        }
        for (url, part) in [
            ("hooks.example.com", "no URL"),
            ("http://hooks.example.com/", "https"),
            ("ftp://hooks.example.com/", "`ftp`"),
            ("file:///etc/passwd", "host"),
            ("unix:/run/x.sock", "host"),
            ("https://user@hooks.example.com/", "no user"),
            ("https://:secret@hooks.example.com/", "no password"),
        ] {
            assert!(refusal(&config, url).contains(part), "{url}");
        }
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_however_they_are_written() {
        let config = CallbacksConfig::default();
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://１２７.0.0.1/",
            "https://%31%32%37.0.0.1/",
            "https://192.168.1.1:8443/",
        ] {
            assert!(refusal(&config, url).contains("address"), "{url}");
        }
    }

    #[test]
    fn the_settings_open_one_host_or_everything() {
        let one = CallbacksConfig {
            allowed_hosts: vec!["127.0.0.1".into(), "[::1]".into(), "inside.example".into()],
            ..CallbacksConfig::default()
        };
        for url in [
            "http://127.0.0.1:9/",
            "http://[::1]/",
            "http://inside.example/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(one.check_url(url), Ok(()), "{url}");
        }
        for url in [
            "https://127.0.0.2/",
            "http://outside.example/",
            "http://x:y@127.0.0.1/",
        ] {
            assert!(one.check_url(url).is_err(), "{url}");
        }
        let all = CallbacksConfig {
            allow_private_targets: true,
            ..CallbacksConfig::default()
        };
        assert_eq!(all.check_url("http://10.0.0.1/"), Ok(()));
        let plain = CallbacksConfig {
            allow_http: true,
            ..CallbacksConfig::default()
        };
        assert_eq!(plain.check_url("http://hooks.example.com/"), Ok(()));
        assert!(plain.check_url("http://10.0.0.1/").is_err());
    }
}
