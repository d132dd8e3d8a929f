//! Imports that go on beside their callers, one at a time; some may wait.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Semaphore;

use super::{Import, ImportOrder, ImportProgress};
use crate::switchboard::Switchboard;
use crate::switchboard::error::{Result, SwitchboardError};

/// Most that are under way or wait: each holds its file in memory.
const MOST: usize = 16;

/// Places for imports.
pub(in crate::switchboard) struct Jobs {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    /// One begins at a time, so that the same order twice at one moment is one job.
    beginning: tokio::sync::Mutex<()>,
    at_work: Arc<Mutex<BTreeSet<i64>>>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST)),
            turn: Arc::new(Semaphore::new(1)),
            beginning: tokio::sync::Mutex::default(),
            at_work: Arc::default(),
        }
    }
}

/// This process is at an import, or will be, for as long as this is there.
struct AtWork {
    all: Arc<Mutex<BTreeSet<i64>>>,
    import: i64,
}

fn lock(all: &Mutex<BTreeSet<i64>>) -> MutexGuard<'_, BTreeSet<i64>> {
    all.lock().unwrap_or_else(|p| p.into_inner())
}

impl AtWork {
    fn on(jobs: &Jobs, import: i64) -> Self {
        lock(&jobs.at_work).insert(import);
        Self {
            all: jobs.at_work.clone(),
            import,
        }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        lock(&self.all).remove(&self.import);
    }
}

impl Switchboard {
    /// Begins an import and lets it go on by itself. Where the program stops meanwhile, the same order goes on where
    /// it stopped; while it goes on, the same order is that import.
    pub async fn start_import(&self, order: ImportOrder) -> Result<Import> {
        let jobs = &self.inner.imports;
        let Ok(place) = jobs.places.clone().try_acquire_owned() else {
            return Err(SwitchboardError::conflict(
                "too_many_imports",
                format!(
                    "{MOST} imports are under way or wait here already; send this one when they are done"
                ),
            ));
        };
        let one = jobs.beginning.lock().await;
        let at_work = lock(&jobs.at_work).clone();
        let begun = self.begin_beside(order, at_work).await?;
        let import = begun.import();
        if begun.is_under_way {
            return Ok(import);
        }
        let at_work = AtWork::on(jobs, import.id.as_i64());
        drop(one);
        let (board, turn, id) = (self.clone(), jobs.turn.clone(), import.id);
        tokio::spawn(async move {
            let _held = (place, at_work);
            let _turn = turn.acquire().await;
            let closing = board.closing();
            let run = board.run_import(begun, Arc::new(ImportProgress::default()));
            tokio::select! {
                ended = run => if let Err(error) = ended {
                    tracing::warn!(import = %id, %error, "an import did not come to its end");
                },
                () = closing.cancelled() => {}
            }
        });
        Ok(import)
    }
}
