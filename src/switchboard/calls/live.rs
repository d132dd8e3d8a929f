//! The calls that this node has now. Their rows are in memory as well as in the database: what is written of
//! a call is made of what is known here, so that a call is recorded whole even where its beginning could not be
//! stored.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::domain::Timestamp;
use crate::domain::call::State;
use crate::domain::id::CallId;
use crate::store::calls::CallRow;

/// Most calls that one node records at a time; the voice edge's own bounds are far below.
const MOST: usize = 100_000;

/// The calls that go on. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Live(Arc<Mutex<HashMap<CallId, Known>>>);

struct Known {
    row: CallRow,
    /// Of a call that is over: whether the one called was tried at all.
    tried: bool,
    /// Since when the voice edge does not know it, as far as anybody has looked.
    missing: Option<Timestamp>,
}

impl Live {
    /// Takes a call in; false where there are too many.
    pub fn begin(&self, row: CallRow) -> bool {
        let mut calls = self.lock();
        if calls.len() >= MOST {
            return false;
        }
        let known = Known {
            row,
            tried: false,
            missing: None,
        };
        calls.insert(CallId::from_i64(known.row.id), known);
        true
    }

    /// Changes what is known of a call, and returns it as it is then; none for a call that is not here or is over.
    pub fn change(&self, id: CallId, change: impl FnOnce(&mut CallRow)) -> Option<CallRow> {
        let mut calls = self.lock();
        let known = calls
            .get_mut(&id)
            .filter(|known| known.row.state != State::Ended.code())?;
        change(&mut known.row);
        Some(known.row.clone())
    }

    /// The same for the change that ends it.
    pub fn end(&self, id: CallId, tried: bool, change: impl FnOnce(&mut CallRow)) -> Option<CallRow> {
        let mut calls = self.lock();
        let known = calls.get_mut(&id)?;
        known.tried = tried;
        change(&mut known.row);
        Some(known.row.clone())
    }

    /// It is over, and that is stored; false where that was known.
    pub fn forget(&self, id: CallId) -> bool {
        self.lock().remove(&id).is_some()
    }

    /// A call that is over, where that may not be stored yet.
    pub fn ended(&self, id: CallId) -> Option<CallRow> {
        let calls = self.lock();
        let row = &calls.get(&id)?.row;
        (row.state == State::Ended.code()).then(|| row.clone())
    }

    /// Whether it is here.
    pub fn has(&self, id: CallId) -> bool {
        self.lock().contains_key(&id)
    }

    /// Calls that were over before that moment and are here still, for their end could not be stored; and whether the
    /// one called was tried.
    pub fn unstored(&self, before: Timestamp, most: usize) -> Vec<(CallRow, bool)> {
        let calls = self.lock();
        let over = calls
            .values()
            .filter(|known| known.row.ended_at.is_some_and(|at| at < before.0));
        over.take(most)
            .map(|known| (known.row.clone(), known.tried))
            .collect()
    }

    /// Calls that began before that moment and, as far as is known here, go on.
    pub fn going_on(&self, before: Timestamp) -> Vec<CallId> {
        let calls = self.lock();
        let old = |row: &CallRow| row.state != State::Ended.code() && row.began_at < before.0;
        calls
            .iter()
            .filter(|(_, known)| old(&known.row))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Calls that go on and are of some kind.
    pub fn like(&self, kind: impl Fn(&CallRow) -> bool) -> Vec<CallId> {
        let calls = self.lock();
        let goes_on = |row: &CallRow| row.state != State::Ended.code() && kind(row);
        let found = calls.iter().filter(|(_, known)| goes_on(&known.row));
        found.map(|(id, _)| *id).collect()
    }

    /// Notes which calls the voice edge does not know, and returns those that it did not know before that moment
    /// either, with when that was noticed.
    pub fn missing(
        &self,
        unknown: &HashSet<CallId>,
        now: Timestamp,
        before: Timestamp,
        most: usize,
    ) -> Vec<(CallId, Timestamp)> {
        let mut lost = Vec::new();
        for (id, known) in self.lock().iter_mut() {
            if !unknown.contains(id) || known.row.state == State::Ended.code() {
                known.missing = None;
                continue;
            }
            let since = *known.missing.get_or_insert(now);
            if since.0 < before.0 && lost.len() < most {
                lost.push((*id, since));
            }
        }
        lost
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, Known>> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
}
