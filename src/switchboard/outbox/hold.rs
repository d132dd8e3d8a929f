//! What of the outbox is held in memory: announced rows at once, the others from the database when there is
//! room.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Dispatcher, FORGET_EVERY_MS, HELD, PAGE};
use crate::domain::Timestamp;
use crate::store::outbox::{self, Pending};
use crate::switchboard::lanes::key_of;
use crate::switchboard::sweep::{Swept, sweep};

impl Dispatcher {
    pub(super) fn take_in(&mut self, items: Vec<Pending>) {
        let now = self.board.now();
        for item in items {
            self.hold(item, now);
        }
    }

    /// Holds a row, unless its carrier's room is full, or older rows of that carrier are still in the
    /// database: taking this one first would break the order.
    fn hold(&mut self, item: Pending, now: Timestamp) {
        if self.behind.contains(&item.row.carrier) {
            return;
        }
        if self.lanes.count(&item.row.carrier) >= HELD {
            self.behind.insert(item.row.carrier);
            return;
        }
        self.lanes.add(item, now);
    }

    pub(super) fn take_in_all(&mut self) {
        while let Ok(items) = self.inbox.offers.try_recv() {
            self.take_in(items);
        }
    }

    /// Reads what is not held: of all carriers when something was put there unannounced, of one that had
    /// too much when half of its room is free again.
    pub(super) async fn catch_up(&mut self) {
        // Cleared before the reading: what is put there later asks anew.
        if self.inbox.look.swap(false, Ordering::AcqRel) && !self.read_in(None).await {
            self.inbox.look.store(true, Ordering::Release);
        }
        let relieved = self
            .behind
            .iter()
            .find(|carrier| self.lanes.count(carrier) < HELD / 2)
            .cloned();
        if let Some(carrier) = relieved {
            // From here on its announcements are taken in again, after what is read now.
            self.behind.remove(&carrier);
            if !self.read_in(Some(carrier.clone())).await {
                self.behind.insert(carrier);
            }
        }
    }

    /// Reads rows in the order of acceptance until all that there is room for are held. False when the
    /// database did not answer.
    async fn read_in(&mut self, carrier: Option<String>) -> bool {
        let node = self.board.node();
        let mut after = (0, 0, 0);
        loop {
            let (of, not_of) = (carrier.clone(), self.behind.iter().cloned().collect::<Vec<_>>());
            let page = self
                .board
                .read_store(move |conn| outbox::page(conn, node, of.as_deref(), &not_of, after, PAGE));
            let page = match page.await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read; trying again shortly");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    return false;
                }
            };
            let full = page.len() as i64 == PAGE;
            let now = self.board.now();
            for item in page {
                after = key_of(&item);
                self.hold(item, now);
            }
            if !full || carrier.as_ref().is_some_and(|c| self.behind.contains(c)) {
                return true;
            }
        }
    }

    /// Looks, beside the handing out, for rows of nodes that are gone, and for rows that other processes
    /// left for us.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        if let Some(lock) = self.node.take() {
            self.swept_at = now;
            let forget = now.since(self.forgot_at) >= FORGET_EVERY_MS;
            if forget {
                self.forgot_at = now;
            }
            let sweeping = sweep(self.board.clone(), lock, self.lanes.len(), forget);
            self.sweeping = Some(tokio::spawn(sweeping));
        }
    }

    pub(super) fn swept(&mut self, swept: Result<Swept, tokio::task::JoinError>) {
        self.sweeping = None;
        match swept {
            Ok(Swept {
                lock,
                held,
                adopted,
                rows,
            }) => {
                self.node = Some(lock);
                match rows {
                    // What is left in the database on purpose does not count.
                    Ok(rows)
                        if adopted
                            || (self.behind.is_empty() && rows > held.max(self.lanes.len()) as i64) =>
                    {
                        self.inbox.look.store(true, Ordering::Release);
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the outbox could not be swept"),
                }
            }
            Err(error) => tracing::error!(%error, "the sweep of the outbox failed"),
        }
    }
}
