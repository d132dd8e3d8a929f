//! Whether the trunks can be found, for `doctor`.

use super::doctor::{Finding, Health};
use crate::config::Config;
use crate::voice;

/// Looks every trunk up as the broker would.
pub async fn look(config: &Config) -> Vec<Finding> {
    if config.sip.listen.is_empty() {
        return Vec::new();
    }
    let found = voice::find_trunks(&config.sip).await;
    found
        .into_iter()
        .map(|trunk| {
            let check = format!("trunk {}", trunk.name);
            match trunk.found {
                Ok(places) => Finding::ok(&check, format!("{} is at {}", trunk.target, places.join(", "))),
                Err(why) => Finding::bad(
                    Health::Fail,
                    &check,
                    why,
                    format!("look at the network, at DNS and at sip.trunks.{}", trunk.name),
                ),
            }
        })
        .collect()
}
