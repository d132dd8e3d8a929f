//! Section `log`: what is said about what happens.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// What is logged, and how it looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// The least important level, for all or by module: `info`, `warn,partyline::carriers=debug`. Real
    /// numbers and texts are never logged at `info`.
    pub filter: String,
    /// `text` or `json`, a line for each event.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".into(),
            format: LogFormat::Text,
        }
    }
}

impl LogConfig {
    pub(super) fn problems(&self) -> Vec<String> {
        match EnvFilter::try_new(&self.filter) {
            Ok(_) => Vec::new(),
            Err(_) => vec![format!(
                "log.filter is `{}`; allowed are levels (error, warn, info, debug, trace, off), for all or \
                 by module, such as warn,partyline=debug",
                self.filter
            )],
        }
    }
}
