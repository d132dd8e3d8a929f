//! Section `loopback`: virtual phones inside the process.

use serde::{Deserialize, Serialize};

/// The name by which pool numbers refer to the virtual phones' outlet.
pub const OUTLET: &str = "loopback";

/// Virtual phones, for trying things out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoopbackConfig {
    /// Whether there are any. Whoever holds an admin key can then play every phone on this carrier, and where they
    /// call, so can any SIP program on this machine.
    pub enabled: bool,
}
