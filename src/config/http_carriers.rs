//! Section `http_carriers`: carriers that bring texts by webhook and take them by REST.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::loopback;
use super::smpp::Password;

/// Everything about carriers by HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpCarriersConfig {
    /// How the providers, and the phones that fetch media, reach this system from outside:
    /// `https://texts.example.org`. Signatures are computed over it.
    pub public_url: String,
    /// Seconds that a text waits for the provider's answer.
    pub request_timeout_s: u64,
    /// Seconds that all media of one text may take to be fetched; the provider's webhook waits for it.
    pub media_timeout_s: u64,
    /// The most bytes of one medium; larger ones are not passed on.
    pub media_max_bytes: usize,
    /// The most media of one text; further ones are not passed on.
    pub media_max_parts: usize,
    /// Seconds for which media are kept for their recipients.
    pub media_keep_s: i64,
    /// Whether media may be fetched from private addresses and without TLS, as from a test system.
    pub media_private: bool,
    /// The carriers, by the names of their outlets.
    pub carriers: BTreeMap<String, HttpCarrierConfig>,
}

impl Default for HttpCarriersConfig {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            request_timeout_s: 10,
            media_timeout_s: 10,
            media_max_bytes: 5 << 20,
            media_max_parts: 10,
            media_keep_s: 30 * 86_400,
            media_private: false,
            carriers: BTreeMap::new(),
        }
    }
}

/// Whose webhooks and REST calls a carrier speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Twilio, and whoever offers the same calls.
    Twilio,
    /// Telnyx.
    Telnyx,
}

impl Provider {
    /// Where the provider itself is.
    pub fn own_url(self) -> &'static str {
        match self {
            Provider::Twilio => "https://api.twilio.com",
            Provider::Telnyx => "https://api.telnyx.com",
        }
    }
}

/// One carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpCarrierConfig {
    /// Whose calls it speaks.
    pub provider: Provider,
    /// Where texts are sent to; empty: the provider's own.
    pub base_url: String,
    /// Twilio: the account (`AC…`).
    pub account_sid: String,
    /// Twilio: the account's token, which also signs its webhooks.
    pub auth_token: Password,
    /// Telnyx: the key for its API.
    pub api_key: Password,
    /// Telnyx: the public key of its webhooks, in base 64.
    pub public_key: String,
    /// Telnyx: how many seconds the time in a webhook may differ from ours.
    pub tolerance_s: i64,
    /// The most texts that wait for the provider's answer.
    pub window: usize,
    /// Whether it sends media with texts (MMS) from numbers that can; links stand in the text elsewhere.
    pub mms: bool,
    /// Prefixes (`+1555`) of real phones that are reached through this carrier whatever their pool number's.
    pub reaches: Vec<String>,
}

impl Default for HttpCarrierConfig {
    fn default() -> Self {
        Self {
            provider: Provider::Twilio,
            base_url: String::new(),
            account_sid: String::new(),
            auth_token: Password::default(),
            api_key: Password::default(),
            public_key: String::new(),
            tolerance_s: 300,
            window: 16,
            mms: true,
            reaches: Vec::new(),
        }
    }
}

impl HttpCarrierConfig {
    /// Where texts are sent to, without a slash at the end.
    pub fn base(&self) -> &str {
        match self.base_url.trim_end_matches('/') {
            "" => self.provider.own_url(),
            base => base,
        }
    }
}

impl HttpCarriersConfig {
    /// The public address without a slash at the end.
    pub fn public(&self) -> &str {
        self.public_url.trim_end_matches('/')
    }

    /// Everything that is wrong, each with its key, its value and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.public_url.is_empty() && !self.carriers.is_empty() {
            wrong.push(
                "http_carriers.public_url is ``; carriers by HTTP need it: write how they reach this system, such \
                 as https://texts.example.org"
                    .to_owned(),
            );
        } else if !self.public_url.is_empty() && !is_url(&self.public_url) {
            wrong.push(not_a_url("http_carriers.public_url", &self.public_url));
        }
        let bytes = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let seconds = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        for (key, value, least, most) in [
            ("request_timeout_s", seconds(self.request_timeout_s), 1, 120),
            ("media_timeout_s", seconds(self.media_timeout_s), 1, 120),
            ("media_max_bytes", bytes(self.media_max_bytes), 1_024, 100 << 20),
            ("media_max_parts", bytes(self.media_max_parts), 0, 100),
            ("media_keep_s", self.media_keep_s, 3_600, 10 * 365 * 86_400),
        ] {
            range(&mut wrong, &format!("http_carriers.{key}"), value, least, most);
        }
        for (name, carrier) in &self.carriers {
            let key = format!("http_carriers.carriers.{name}");
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
                wrong.push(format!(
                    "{key} is called `{name}`; allowed are 1 to 64 letters, digits, `-`, `_` and `.`, for the name is \
                     part of the webhooks' paths"
                ));
            }
            if name == loopback::OUTLET {
                wrong.push(format!(
                    "{key} is called `{name}`; allowed is a name other than `loopback`"
                ));
            }
            carrier.problems(&key, &mut wrong);
        }
        wrong
    }
}

impl HttpCarrierConfig {
    fn problems(&self, key: &str, wrong: &mut Vec<String>) {
        if !self.base_url.is_empty() && !is_url(&self.base_url) {
            wrong.push(not_a_url(&format!("{key}.base_url"), &self.base_url));
        }
        let mut needs = |field: &str, good: bool, shown: &str, allowed: &str| {
            if !good {
                wrong.push(format!("{key}.{field} is `{shown}`; allowed is {allowed}"));
            }
        };
        let secret = |secret: &Password| !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_graphic());
        let hidden = |secret: &Password| format!("({} characters)", secret.chars().count());
        match self.provider {
            Provider::Twilio => {
                let sid = &self.account_sid;
                let good = !sid.is_empty() && sid.chars().all(|c| c.is_ascii_alphanumeric());
                needs(
                    "account_sid",
                    good,
                    sid,
                    "the account's id, AC and letters and digits",
                );
                let token = &self.auth_token;
                needs("auth_token", secret(token), &hidden(token), "the account's token");
            }
            Provider::Telnyx => {
                let key = &self.api_key;
                needs("api_key", secret(key), &hidden(key), "the key for its API");
                let allowed = "the public key of its webhooks: 32 bytes in base 64";
                needs("public_key", is_key(&self.public_key), &self.public_key, allowed);
            }
        }
        range(wrong, &format!("{key}.tolerance_s"), self.tolerance_s, 1, 86_400);
        let window = i64::try_from(self.window).unwrap_or(i64::MAX);
        range(wrong, &format!("{key}.window"), window, 1, 1_000);
        for prefix in &self.reaches {
            let digits = prefix.strip_prefix('+').unwrap_or_default();
            if !(1..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                wrong.push(format!(
                    "{key}.reaches is `{prefix}`; allowed is `+` and the first digits of the numbers, such as +1555"
                ));
            }
        }
    }
}

fn range(wrong: &mut Vec<String>, key: &str, value: i64, least: i64, most: i64) {
    if !(least..=most).contains(&value) {
        wrong.push(format!("{key} is `{value}`; allowed is {least} to {most}"));
    }
}

pub(super) fn not_a_url(key: &str, value: &str) -> String {
    format!(
        "{key} is `{value}`; allowed is http:// or https:// and a host, without user, query and fragment, such as \
         https://texts.example.org"
    )
}

pub(super) fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@?#".contains(c);
        !host.is_empty() && !host.starts_with(':') && !rest.contains(odd)
    })
}

/// 32 bytes in base 64: 43 characters and one sign that fills up.
fn is_key(text: &str) -> bool {
    let body = text.strip_suffix('=').unwrap_or_default();
    body.len() == 43
        && body
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(carrier: HttpCarrierConfig) -> HttpCarriersConfig {
        HttpCarriersConfig {
            public_url: "https://texts.example.org/".into(),
            carriers: BTreeMap::from([("web".to_owned(), carrier)]),
            ..HttpCarriersConfig::default()
        }
    }

    #[test]
    fn each_provider_says_what_it_needs_and_no_secret_is_repeated() {
        assert!(HttpCarriersConfig::default().problems().is_empty());
        let twilio = HttpCarrierConfig {
            account_sid: "AC1".into(),
            auth_token: Password("12345".into()),
            ..HttpCarrierConfig::default()
        };
        assert_eq!(with(twilio.clone()).problems(), Vec::<String>::new());
        let telnyx = HttpCarrierConfig {
            provider: Provider::Telnyx,
            ..twilio.clone()
        };
        let problems = with(telnyx).problems().join("\n");
        assert!(problems.contains(".api_key is `(0 characters)`") && problems.contains(".public_key is"));
        let spaced = HttpCarrierConfig {
            auth_token: Password("se cret".into()),
            ..twilio
        };
        let config = with(spaced);
        let said = config.problems().join("\n") + &format!("{config:?}");
        assert!(
            said.contains("auth_token is `(7 characters)`") && !said.contains("se cret"),
            "{said}"
        );
    }

    #[test]
    fn carriers_need_an_address_to_be_reached_at() {
        let mut config = with(HttpCarrierConfig {
            account_sid: "AC1".into(),
            auth_token: Password("12345".into()),
            ..HttpCarrierConfig::default()
        });
        for bad in [
            "",
            "texts.example.org",
            "ftp://x",
            "https://",
            "https://a@b",
            "https://a/?b",
        ] {
            config.public_url = bad.into();
            assert_eq!(config.problems().len(), 1, "{bad}");
        }
        for good in ["http://127.0.0.1:8080", "https://x.example/party/"] {
            config.public_url = good.into();
            assert!(config.problems().is_empty(), "{good}");
        }
    }
}
