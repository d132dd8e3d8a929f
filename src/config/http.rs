//! The section `http`: where the API listens, and how much it takes.

use serde::{Deserialize, Serialize};

use super::http_carriers::{is_url, not_a_url};
use super::smpp::{IpRange, Password};
use crate::domain::admin::AUDIT_KEPT_S;
use crate::domain::totp;

const DAY_S: i64 = 86_400;

/// Settings of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// Threads that serve requests.
    pub workers: usize,
    /// Longest request body, in bytes.
    pub max_body_bytes: usize,
    /// Whole seconds within which a request's head, and then its body, must have arrived.
    pub request_timeout_s: u64,
    /// Whole seconds for which an idle connection is kept open.
    pub keep_alive_s: u64,
    /// Requests a second of one API key; 0 = no limit.
    pub requests_per_s: u32,
    /// Requests that one API key may have at once above that rate.
    pub burst: u32,
    /// Requests a minute with a wrong key, or none, that are answered 401 to one address; 0 = no limit.
    pub failed_auths_per_minute: u32,
    /// Addresses and networks of the proxies before this server: what they say of where a request comes from is believed.
    pub trusted_proxies: Vec<String>,
    /// How people reach this server from outside, such as `https://texts.example.org`; empty where nobody has said.
    pub public_url: String,
    /// Requests a minute by one private link to an address book; 0 = no limit.
    pub book_requests_per_minute: u32,
    /// Most event streams open at once; a quarter of them of one key that does not open everything, or of one person.
    pub max_event_streams: usize,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
    /// Whether browsers may send the cookie of a session by https alone.
    pub secure_cookies: SecureCookies,
    /// File with the key under which the secrets of authenticator apps are kept: 32 bytes in base64. Empty: they are kept
    /// as they are.
    pub totp_key_file: String,
    /// Whole seconds for which the audit log is kept; 0 = without end.
    pub audit_log_kept_s: i64,
    /// Whole seconds that requests under way are given when the program stops.
    pub shutdown_timeout_s: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            workers: 2,
            max_body_bytes: 65_536,
            request_timeout_s: 10,
            keep_alive_s: 75,
            shutdown_timeout_s: 10,
            requests_per_s: 500,
            burst: 1_000,
            failed_auths_per_minute: 30,
            trusted_proxies: Vec::new(),
            public_url: String::new(),
            book_requests_per_minute: 60,
            max_event_streams: 2_000,
            metrics: MetricsAccess::Key,
            secure_cookies: SecureCookies::Auto,
            totp_key_file: String::new(),
            audit_log_kept_s: AUDIT_KEPT_S,
        }
    }
}

/// Whether browsers may send the cookie of a session by https alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecureCookies {
    /// Where `public_url` says https, or the X-Forwarded-Proto of a trusted proxy or of one on this machine.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsAccess {
    /// Whoever reaches the port.
    Open,
    /// Whoever has a key of scope admin.
    Key,
    /// Nobody.
    Off,
}

impl HttpConfig {
    /// The public address without a slash at the end; empty where nobody has said.
    pub fn public(&self) -> &str {
        self.public_url.trim_end_matches('/')
    }

    /// The proxies that are trusted.
    pub fn proxies(&self) -> Vec<IpRange> {
        let entries = self.trusted_proxies.iter();
        entries.filter_map(|entry| IpRange::parse(entry)).collect()
    }

    /// The key of the secrets of authenticator apps, as it stands in its file; none where no file is set.
    pub fn totp_key(&self) -> Result<Option<Password>, String> {
        let path = &self.totp_key_file;
        if path.is_empty() {
            return Ok(None);
        }
        let make = format!("`(umask 077; openssl rand -base64 32 > {path})` makes one");
        match std::fs::read_to_string(path) {
            Ok(text) if totp::key_bytes(&text).is_some() => Ok(Some(Password(text))),
            Ok(_) => Err(format!(
                "`totp_key_file` is `{path}`, which does not hold 32 bytes in base64; put the file back as it was, or where \
                 there never was a key: {make}"
            )),
            Err(error) => Err(format!(
                "`totp_key_file` is `{path}`, which cannot be read ({error}); name a file that this program may read and \
                 that holds 32 bytes in base64: {make}"
            )),
        }
    }

    /// Whether others on this machine than its owner may read the file of that key, or write it.
    pub fn totp_key_is_open(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;

        let about = std::fs::metadata(&self.totp_key_file);
        about.is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
    }

    /// Every value that makes no sense, each in a sentence that names the key and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !is_address(&self.listen) {
            problems.push(format!(
                "`listen` is `{}`; write a host and a port, such as 127.0.0.1:8080 or [::1]:8080",
                self.listen
            ));
        }
        if !self.public_url.is_empty() && !is_url(&self.public_url) {
            problems.push(not_a_url("`public_url`", &self.public_url));
        }
        for entry in &self.trusted_proxies {
            match IpRange::parse(entry) {
                Some(range) if range.bits() > 0 => {}
                _ => problems.push(format!(
                    "`trusted_proxies` holds `{entry}`; write an address (192.0.2.7) or a network (192.0.2.0/24), and \
                     not one of everybody"
                )),
            }
        }
        if self.audit_log_kept_s != 0 && !(DAY_S..=100 * 365 * DAY_S).contains(&self.audit_log_kept_s) {
            problems.push(format!(
                "`audit_log_kept_s` is {}; allowed are 0 (without end), and {DAY_S} (a day) to {} (a hundred years)",
                self.audit_log_kept_s,
                100 * 365 * DAY_S
            ));
        }
        problems.extend(self.totp_key().err());
        let ranges = [
            ("workers", self.workers as u64, 1, 256, ""),
            (
                "max_body_bytes",
                self.max_body_bytes as u64,
                1_024,
                16_777_216,
                " bytes",
            ),
            ("request_timeout_s", self.request_timeout_s, 1, 300, " seconds"),
            ("keep_alive_s", self.keep_alive_s, 1, 3_600, " seconds"),
            ("shutdown_timeout_s", self.shutdown_timeout_s, 0, 300, " seconds"),
            ("requests_per_s", self.requests_per_s.into(), 0, 100_000, ""),
            ("burst", self.burst.into(), 1, 1_000_000, ""),
            (
                "failed_auths_per_minute",
                self.failed_auths_per_minute.into(),
                0,
                100_000,
                "",
            ),
            (
                "book_requests_per_minute",
                self.book_requests_per_minute.into(),
                0,
                100_000,
                "",
            ),
            ("max_event_streams", self.max_event_streams as u64, 0, 100_000, ""),
        ];
        for (name, value, least, most, unit) in ranges {
            if !(least..=most).contains(&value) {
                problems.push(format!(
                    "`{name}` is {value}; allowed are {least} to {most}{unit}"
                ));
            }
        }
        problems
    }
}

/// A host that is not empty, a colon, a port. Whether the host exists shows when it is bound.
fn is_address(text: &str) -> bool {
    match text.rsplit_once(':') {
        Some((host, port)) => {
            let bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
            !host.is_empty() && !bare_v6 && !host.contains(char::is_whitespace) && port.parse::<u16>().is_ok()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_an_empty_section_means_them() {
        assert_eq!(HttpConfig::default().problems(), Vec::<String>::new());
        assert_eq!(toml::from_str::<HttpConfig>("").unwrap(), HttpConfig::default());
    }

    #[test]
    fn each_bad_value_is_named_with_what_is_allowed() {
        let config = HttpConfig {
            listen: "8080".into(),
            workers: 0,
            max_body_bytes: 1,
            trusted_proxies: vec!["10.0.0.0/8".into(), "10.0.0.0/33".into(), "0.0.0.0/0".into()],
            audit_log_kept_s: 60,
            ..HttpConfig::default()
        };
        let problems = config.problems();
        let names = [
            "listen",
            "trusted_proxies` holds `10.0.0.0/33",
            "trusted_proxies` holds `0.0.0.0/0",
            "audit_log_kept_s",
            "workers",
            "max_body_bytes",
        ];
        assert_eq!(problems.len(), names.len(), "{problems:?}");
        for (problem, name) in problems.iter().zip(names) {
            assert!(problem.contains(name), "{problem}");
        }
    }

    #[test]
    fn the_key_of_authenticator_apps_is_32_bytes_in_base64_in_a_file_that_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("totp.key");
        let config = HttpConfig {
            totp_key_file: file.to_str().unwrap().to_owned(),
            workers: 0,
            ..HttpConfig::default()
        };
        let said = |part: &str| {
            let problems = config.problems();
            assert_eq!(problems.len(), 2, "beside what else is wrong: {problems:?}");
            let shown = format!("`totp_key_file` is `{}`, which {part}", file.display());
            assert!(problems[0].starts_with(&shown), "{problems:?}");
            assert!(problems[0].contains("openssl rand -base64 32"), "{problems:?}");
            assert!(!problems[0].contains("c2hvcnQ="), "{problems:?}");
        };
        said("cannot be read (");
        for wrong in ["", "c2hvcnQ=\n", "not base64!", &"A".repeat(44)] {
            std::fs::write(&file, wrong).unwrap();
            said("does not hold 32 bytes in base64");
        }
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        said("cannot be read (");
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        said("cannot be read (");
        std::fs::remove_dir(&file).unwrap();
        let key = format!("{}=\n", "A".repeat(43));
        std::fs::write(&file, &key).unwrap();
        assert_eq!(config.problems().len(), 1, "{:?}", config.problems());
        assert_eq!(&*config.totp_key().unwrap().unwrap(), key);
    }

    #[test]
    fn the_key_of_authenticator_apps_is_open_where_others_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("totp.key");
        std::fs::write(&file, "x").unwrap();
        let config = HttpConfig {
            totp_key_file: file.to_str().unwrap().to_owned(),
            ..HttpConfig::default()
        };
        for (mode, is_open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(config.totp_key_is_open(), is_open, "{mode:o}");
        }
        assert!(!HttpConfig::default().totp_key_is_open(), "no file is set");
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["127.0.0.1:8080", "[::1]:0", "localhost:80", "0.0.0.0:65535"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", ":80", "::1:80", "host", "host:", "host:65536", "a b:80"] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<HttpConfig>("port = 80").is_err());
    }
}
