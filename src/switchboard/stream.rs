//! What the event stream asks: where to begin, and what comes next.

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use super::events::{self, Event};
use crate::domain::id::{CommunityId, EventId};
use crate::store::{DatabaseUrl, events as rows};

/// How long an event of another writer may stay invisible behind younger ones, at most.
const WINDOW_MS: i64 = 5_000;

impl Switchboard {
    /// Events of a community after `after`, oldest first.
    pub async fn events(
        &self,
        community: CommunityId,
        after: Option<EventId>,
        limit: i64,
    ) -> Result<Vec<Event>> {
        self.read(move |conn| {
            let after = after.map_or(0, EventId::as_i64);
            rows::after(conn, community, after, limit)?
                .into_iter()
                .map(events::event)
                .collect()
        })
        .await
    }

    /// How far behind the newest event seen another may still appear, in milliseconds. SQLite has one
    /// writer: there ids appear in their order.
    pub fn events_lag_ms(&self) -> i64 {
        match self.db().url() {
            DatabaseUrl::Sqlite(_) => 0,
            DatabaseUrl::Postgres(_) => WINDOW_MS,
        }
    }

    /// Whether everything after an event is still kept; an id of zero means the oldest that is kept.
    pub async fn check_resume(&self, community: CommunityId, after: EventId) -> Result<()> {
        self.read(move |conn| {
            if after.as_i64() == 0 || rows::any_until(conn, community, after.as_i64())? {
                return Ok(());
            }
            Err(SwitchboardError::conflict(
                "events_forgotten",
                format!(
                    "the events after {after} are no longer all kept; read what you need anew, then connect \
                     without Last-Event-ID, or with after=evt_0000000000000 for all that are kept"
                ),
            ))
        })
        .await
    }
}
