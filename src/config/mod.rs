//! Settings: defaults in the structs, below a file, below `PARTYLINE__SECTION__KEY`, below `--set`.
//!
//! One file per section. `pool-config/default.toml` documents every setting; a test keeps it true.

pub mod callbacks;
pub mod database;
pub mod http;
pub mod http_carriers;
mod load;
pub mod log;
pub mod loopback;
pub mod media;
pub mod oidc;
pub mod sip;
pub mod smpp;
pub mod tls;

#[cfg(test)]
mod default_file_tests;
#[cfg(test)]
mod load_tests;

use serde::{Deserialize, Serialize};

pub use load::{DEFAULT_FILE, Problems, Sources};

use crate::domain::policy::Policy;
use callbacks::CallbacksConfig;
use database::DatabaseConfig;
use http::HttpConfig;
use http_carriers::HttpCarriersConfig;
use log::LogConfig;
use loopback::LoopbackConfig;
use media::MediaConfig;
use oidc::OidcConfig;
use sip::SipConfig;
use smpp::SmppConfig;

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP API.
    pub http: HttpConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// SMPP, both ways.
    pub smpp: SmppConfig,
    /// Carriers by webhook and REST.
    pub http_carriers: HttpCarriersConfig,
    /// SIP: calls.
    pub sip: SipConfig,
    /// Where the sound of calls passes.
    pub media: MediaConfig,
    /// Virtual phones.
    pub loopback: LoopbackConfig,
    /// People sign in at a provider of OpenID Connect.
    pub oidc: OidcConfig,
    /// Callbacks to apps.
    pub callbacks: CallbacksConfig,
    /// What a new community decides unless it says otherwise.
    pub policies: Policy,
    /// What is logged.
    pub log: LogConfig,
}

impl Config {
    /// Every value that makes no sense: each names the key, the value and what is allowed.
    pub fn validate(&self) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        problems.extend(self.http.problems().into_iter().map(|p| in_section("http", p)));
        problems.extend(self.database.problems());
        problems.extend(self.smpp.validate().err().into_iter().flatten());
        problems.extend(self.http_carriers.problems());
        problems.extend(self.sip.problems());
        problems.extend(self.media.problems());
        problems.extend(self.oidc.problems(self.http.public()));
        for name in self.http_carriers.carriers.keys() {
            if self.smpp.carriers.contains_key(name) || self.smpp.accounts.contains_key(name) {
                problems.push(format!(
                    "http_carriers.carriers.{name} is called `{name}`; allowed is a name that nothing in section smpp \
                     has: both would be the outlet of that name"
                ));
            }
        }
        let callbacks = self.callbacks.problems().into_iter();
        problems.extend(callbacks.map(|p| in_section("callbacks", p)));
        problems.extend(
            self.policies
                .problems()
                .into_iter()
                .map(|p| in_section("policies", p)),
        );
        problems.extend(self.log.problems());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// The names of all outlets that these settings make; pool numbers refer to them.
    pub fn outlet_names(&self) -> Vec<String> {
        let loopback = self.loopback.enabled.then(|| loopback::OUTLET.to_owned());
        let smpp = self.smpp.accounts.keys().chain(self.smpp.carriers.keys());
        let http = self.http_carriers.carriers.keys();
        loopback.into_iter().chain(smpp.chain(http).cloned()).collect()
    }

    /// The prefixes of phones that outlets reach themselves, by outlet.
    pub fn outlet_reaches(&self) -> Vec<(&str, &[String])> {
        let accounts = self
            .smpp
            .accounts
            .iter()
            .map(|(name, a)| (name.as_str(), a.reaches.as_slice()));
        let carriers = self
            .smpp
            .carriers
            .iter()
            .map(|(name, c)| (name.as_str(), c.reaches.as_slice()));
        let http = self
            .http_carriers
            .carriers
            .iter()
            .map(|(name, c)| (name.as_str(), c.reaches.as_slice()));
        accounts.chain(carriers).chain(http).collect()
    }
}

/// Some sections name their fields in backquotes, without the section: `` `listen` is … ``.
fn in_section(section: &str, problem: String) -> String {
    match problem.strip_prefix('`').and_then(|p| p.split_once('`')) {
        Some((field, rest)) => format!("{section}.{field}{rest}"),
        None => format!("{section}: {problem}"),
    }
}
