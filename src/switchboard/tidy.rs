//! What is old about callbacks goes: deliveries that waited too long are given up, finished ones and events
//! are forgotten.

use super::Switchboard;
use super::endpoints::texts_failed;
use super::error::Result;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, DeliveryId, EventId};
use crate::store::{deliveries, endpoints, events, pending_deliveries};

/// What is old.
#[derive(Clone, Copy, Debug)]
pub struct Tidying {
    /// Pending deliveries that were due before are given up where their endpoint is disabled or fails: while
    /// its breaker is open, only a few of them are tried.
    pub due_before: Timestamp,
    /// Deliveries that finished before are forgotten.
    pub finished_before: Timestamp,
    /// Events from before are forgotten, but for those that a pending delivery needs.
    pub events_before: Timestamp,
}

impl Switchboard {
    /// Tidies one community up, at most `batch` rows of each kind; true when there may be more.
    pub async fn tidy_callbacks(&self, community: CommunityId, old: Tidying, batch: i64) -> Result<bool> {
        let (more, told) = self
            .write_grouped(move |conn, ctx| {
                let why = "it waited too long: its endpoint is disabled or did not work";
                let idle = endpoints::of_community(conn, community)?
                    .into_iter()
                    .filter(|row| row.state != endpoints::ACTIVE || row.failures > 0)
                    .map(|row| row.id)
                    .collect::<Vec<_>>();
                let overdue = (old.due_before.0, why);
                let (given_up, texts) =
                    pending_deliveries::give_up_overdue(conn, (community, &idle), overdue, ctx.now.0, batch)?;
                let told = texts_failed(conn, ctx, community, &texts)?;
                let made_before = DeliveryId::earliest(old.finished_before).as_i64();
                let finished = (old.finished_before.0, made_before);
                let forgotten = deliveries::forget(conn, community, finished, batch)?;
                let mut events_before = EventId::earliest(old.events_before).as_i64();
                if let Some(needed) = pending_deliveries::oldest_event(conn, community)? {
                    events_before = events_before.min(needed);
                }
                let events = events::forget(conn, community, events_before, batch)?;
                let full = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX) >= batch;
                Ok((full(given_up) || full(forgotten) || full(events), told))
            })
            .await?;
        if told {
            self.wake_outbox();
        }
        Ok(more)
    }
}
