//! Tidies up behind the deliveries now and then, in small batches, so that texts never wait for it.

use std::time::Duration;

use crate::config::callbacks::CallbacksConfig;
use crate::switchboard::{Result, Switchboard, Tidying};

/// Rows of a kind that go in one transaction.
const BATCH: i64 = 200;
/// Communities read at once.
const PAGE: i64 = 200;
/// Between two batches.
const BREATH: Duration = Duration::from_millis(50);

/// Everything that is old, in all communities.
pub(super) async fn tidy(board: &Switchboard, config: &CallbacksConfig) -> Result<()> {
    let now = board.now();
    let old = Tidying {
        due_before: now.plus_s(-config.give_up_after_s),
        finished_before: now.plus_s(-config.kept_s),
        events_before: now.plus_s(-config.events_kept_s),
    };
    let mut after = None;
    loop {
        let page = board.communities(after, PAGE).await?;
        for community in &page {
            while board.tidy_callbacks(community.id, old, BATCH).await? {
                tokio::time::sleep(BREATH).await;
            }
        }
        after = page.last().map(|community| community.id);
        if after.is_none() {
            return Ok(());
        }
        tokio::time::sleep(BREATH).await;
    }
}
