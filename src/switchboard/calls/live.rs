//! The calls that this node has now. Their rows are in memory as well as in the database: what is written of
//! a call is made of what is known here, so that a call is recorded whole even where its beginning could not be
//! stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::domain::id::CallId;
use crate::store::calls::CallRow;

/// Most calls that one node records at a time; the voice edge's own bounds are far below.
const MOST: usize = 100_000;

/// The calls that go on. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Live(Arc<Mutex<HashMap<CallId, CallRow>>>);

impl Live {
    /// Takes a call in; false where there are too many.
    pub fn begin(&self, row: CallRow) -> bool {
        let mut calls = self.lock();
        if calls.len() >= MOST {
            return false;
        }
        calls.insert(CallId::from_i64(row.id), row);
        true
    }

    /// Changes what is known of a call, and returns it as it is then; none for a call that is not here.
    pub fn change(&self, id: CallId, change: impl FnOnce(&mut CallRow)) -> Option<CallRow> {
        let mut calls = self.lock();
        let row = calls.get_mut(&id)?;
        change(row);
        Some(row.clone())
    }

    /// It is over, and that is stored.
    pub fn forget(&self, id: CallId) {
        self.lock().remove(&id);
    }

    /// Whether it is here.
    pub fn has(&self, id: CallId) -> bool {
        self.lock().contains_key(&id)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, CallRow>> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
}
