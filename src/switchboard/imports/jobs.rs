//! Imports that go on beside their callers, one at a time; some may wait.

use std::sync::Arc;

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
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Switchboard {
    /// Begins an import and lets it go on by itself. Where the program stops meanwhile, the same order goes on where
    /// it stopped.
    pub async fn start_import(&self, order: ImportOrder) -> Result<Import> {
        let Ok(place) = self.inner.imports.places.clone().try_acquire_owned() else {
            return Err(SwitchboardError::conflict(
                "too_many_imports",
                format!(
                    "{MOST} imports are under way or wait here already; send this one when they are done"
                ),
            ));
        };
        let begun = self.begin_import(order).await?;
        let import = begun.import();
        let (board, turn, id) = (self.clone(), self.inner.imports.turn.clone(), import.id);
        tokio::spawn(async move {
            let _turn = turn.acquire().await;
            let closing = board.closing();
            let run = board.run_import(begun, Arc::new(ImportProgress::default()));
            tokio::select! {
                ended = run => if let Err(error) = ended {
                    tracing::warn!(import = %id, %error, "an import did not come to its end");
                },
                () = closing.cancelled() => {}
            }
            drop(place);
        });
        Ok(import)
    }
}
