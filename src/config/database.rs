//! Section `database`: where everything is kept.

use serde::{Deserialize, Serialize};

/// The highest node number of a server; those above are for commands.
pub const LAST_NODE: u16 = 511;

/// Where everything is kept, and as which node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// A path (`data/partyline.db`), or `postgres://user@host/name`.
    pub url: String,
    /// This process's number among those that serve one database, 0 to 511.
    pub node: u16,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: "data/partyline.db".into(),
            node: 0,
        }
    }
}

impl DatabaseConfig {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.url.is_empty() {
            problems.push(
                "database.url is empty; allowed are a path such as data/partyline.db, or \
                 postgres://user@host/name"
                    .into(),
            );
        }
        if self.node > LAST_NODE {
            problems.push(format!(
                "database.node is {}; allowed are 0 to {LAST_NODE}",
                self.node
            ));
        }
        problems
    }
}
