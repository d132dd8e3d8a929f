//! What is old goes, as each community decides: first what messages say, then that they were. Some rows in a
//! transaction, on one node; never what is still to be delivered, and never what the rules stand on (pair memory,
//! cool-downs, opt-outs), which has its own time.

use std::time::Duration;

use super::error::Result;
use super::tidy::Tidying;
use super::{Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, lowest_at};
use crate::store::communities::{self as rows, CommunityRow};
use crate::store::retention as store;

/// Communities read at once.
const PAGE: i64 = 100;
/// Rows of a kind that go in one transaction: texts wait for it.
const AT_ONCE: i64 = 200;
/// Between two transactions.
const BREATH: Duration = Duration::from_millis(20);
/// For how long a text that was sent and not reported on is kept in any case: its receipt may be late.
const LATE_RECEIPTS_S: i64 = 7 * 86_400;

/// What a pass has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Texts in quarantine that were discarded.
    pub quarantined: usize,
    /// Messages whose text went.
    pub bodies: usize,
    /// Messages that went.
    pub messages: usize,
    /// Calls that went.
    pub calls: usize,
}

impl Switchboard {
    /// Removes what is older than its community keeps it.
    pub async fn retain(&self) -> Result<Retained> {
        let (mut removed, mut after) = (Retained::default(), 0);
        loop {
            let page = self.read(move |conn| Ok(rows::list(conn, after, PAGE)?)).await?;
            let full = page.len() as i64 == PAGE;
            for row in page {
                after = row.id;
                self.retain_in(&row, &mut removed).await?;
            }
            if !full {
                break;
            }
        }
        if removed != Retained::default() {
            let Retained {
                quarantined,
                bodies,
                messages,
                calls,
            } = removed;
            tracing::info!(quarantined, bodies, messages, calls, "what was old was removed");
            self.inner.observers.retained(removed);
        }
        Ok(removed)
    }

    async fn retain_in(&self, row: &CommunityRow, removed: &mut Retained) -> Result<()> {
        // One that cannot be read must not keep others' data for ever.
        let Ok(policy) = communities::policy_of(row) else {
            return Ok(());
        };
        let (community, now) = (CommunityId::from_i64(row.id), self.now());
        if row.has_deferred && !policy.texting_hours {
            self.write_grouped(move |conn, _| Ok(store::nothing_deferred(conn, community)?))
                .await?;
        }
        if policy.quarantine_kept_s > 0 {
            let before = lowest_at(now.plus_s(-policy.quarantine_kept_s));
            removed.quarantined += self
                .empty_quarantine(community, row.quarantine_gone_before, before)
                .await?;
        }
        if policy.bodies_kept_s > 0 {
            let before = now.plus_s(-policy.bodies_kept_s);
            removed.bodies += self
                .expire_bodies(community, row.bodies_gone_before, lowest_at(before))
                .await?;
        }
        if policy.records_kept_s > 0 {
            let before = now.plus_s(-policy.records_kept_s);
            let reported = lowest_at(before.min(now.plus_s(-LATE_RECEIPTS_S)));
            let before = lowest_at(before);
            removed.messages += self
                .repeat(move |conn, limit| {
                    store::forget_messages(conn, community, (before, reported), (now, limit))
                })
                .await?;
            removed.calls += self
                .repeat(move |conn, limit| store::forget_calls(conn, community, before, limit))
                .await?;
        }
        // Events and callbacks say what messages say.
        let kept = [policy.bodies_kept_s, policy.records_kept_s];
        if let Some(kept_s) = kept.into_iter().filter(|s| *s > 0).min() {
            let old = Tidying {
                due_before: Timestamp(0),
                finished_before: now.plus_s(-kept_s),
                events_before: now.plus_s(-kept_s),
            };
            while self.tidy_callbacks(community, old, AT_ONCE).await? {
                tokio::time::sleep(BREATH).await;
            }
        }
        Ok(())
    }

    /// Discards the texts in quarantine from one id on up to another.
    async fn empty_quarantine(&self, community: CommunityId, mut from: i64, before: i64) -> Result<usize> {
        let mut gone = 0;
        loop {
            let (discarded, reached) = self.discard_old(community, (from, before), AT_ONCE).await?;
            gone += discarded;
            match reached {
                Some(reached) => from = reached,
                None => return Ok(gone),
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    /// Takes the texts of messages from one id on up to another, but for those that are still to be delivered.
    async fn expire_bodies(&self, community: CommunityId, from: i64, before: i64) -> Result<usize> {
        let (mut gone, mut from, now) = (0, from, self.now());
        loop {
            let (changed, reached) = self
                .write_grouped(move |conn, _| {
                    Ok(store::expire_bodies(
                        conn,
                        community,
                        (from, before),
                        (now, AT_ONCE),
                    )?)
                })
                .await?;
            gone += changed;
            match reached {
                Some(reached) => from = reached,
                None => return Ok(gone),
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    /// Removes some rows again and again until there are fewer than were asked for.
    pub(super) async fn repeat(
        &self,
        some: impl Fn(&mut crate::store::Conn, i64) -> std::result::Result<usize, crate::store::StoreError>
        + Clone
        + Send
        + 'static,
    ) -> Result<usize> {
        let mut all = 0;
        loop {
            let one = some.clone();
            let gone = self.write_grouped(move |conn, _| Ok(one(conn, AT_ONCE)?)).await?;
            all += gone;
            if (gone as i64) < AT_ONCE {
                return Ok(all);
            }
            tokio::time::sleep(BREATH).await;
        }
    }
}
