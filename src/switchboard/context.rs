//! What every transaction of the exchange is given.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::notice_guard::{self, NoticeGuard};
use super::registry::Registry;
use super::{events, traffic};
use crate::domain::history::Actor;
use crate::domain::{Id, IdGenerator, Timestamp};

/// What a transaction is given: the moment, ids, and what does not change during it.
pub(crate) struct Context {
    pub now: Timestamp,
    pub ids: Arc<IdGenerator>,
    pub registry: Registry,
    pub guard: Arc<NoticeGuard>,
    /// Which numbers have little room for new pairs.
    pub rooms: Arc<traffic::Rooms>,
    /// What apps are to be told of this transaction.
    pub events: events::EventLog,
    /// About how many receipts are kept for texts that are not known yet.
    pub early: Arc<AtomicUsize>,
    /// Who changes what is changed.
    pub by: Cell<Actor>,
    /// What keeps a failure here from the others of the transaction.
    pub fence: crate::store::Fence,
    /// Which job this is; the same when the database has it run again.
    pub(super) job: i64,
}

impl Context {
    pub(super) fn new(
        now: Timestamp,
        ids: Arc<IdGenerator>,
        registry: Registry,
        guard: Arc<NoticeGuard>,
        rooms: Arc<traffic::Rooms>,
        early: Arc<AtomicUsize>,
    ) -> Self {
        let job = ids.next::<crate::domain::id::MessageKind>(now).as_i64();
        Self {
            now,
            ids,
            registry,
            guard,
            rooms,
            early,
            events: events::EventLog::default(),
            by: Cell::new(Actor::Broker),
            fence: crate::store::Fence::Savepoint,
            job,
        }
    }

    /// What the text at a place of this job's batch causes.
    pub fn cause(&self, place: usize) -> notice_guard::Cause {
        (self.job, place)
    }

    /// A new id.
    pub fn id<K>(&self) -> Id<K> {
        self.ids.next(self.now)
    }
}
