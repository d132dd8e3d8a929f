//! Work that one of several nodes does for all of them.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Switchboard;
use crate::store::StoreError;
use crate::store::lease::Lease;

/// How long a database that does not answer is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// One node's part in who does a piece of work; when it is dropped, another node may take over.
pub struct Lead {
    board: Switchboard,
    lease: Option<Lease>,
    checking: Option<JoinHandle<(Lease, Result<bool, StoreError>)>>,
}

impl Switchboard {
    /// Stands for doing the work of that name. [`Lead::check`] says whether it is ours to do.
    pub fn lead(&self, name: &str) -> Lead {
        Lead {
            board: self.clone(),
            lease: Some(Lease::new(name)),
            checking: None,
        }
    }
}

impl Lead {
    /// Whether the work is ours, now. To be asked every second or two: when the one who did it is gone, the
    /// next to ask has it. Where the database does not answer it is nobody's.
    pub async fn check(&mut self) -> bool {
        if let Some(mut lease) = self.lease.take() {
            let db = self.board.db().clone();
            self.checking = Some(tokio::task::spawn_blocking(move || {
                let checked = lease.check(&db);
                (lease, checked)
            }));
        }
        let Some(checking) = &mut self.checking else {
            return false;
        };
        // A check that takes longer goes on, and the next call waits for it.
        let Ok(done) = tokio::time::timeout(PATIENCE, checking).await else {
            return false;
        };
        self.checking = None;
        match done {
            Ok((lease, checked)) => {
                self.lease = Some(lease);
                checked.unwrap_or_else(|error| {
                    tracing::warn!(%error, "which node leads could not be found out");
                    false
                })
            }
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is ending, and nobody leads any more.
                Err(_) => false,
            },
        }
    }
}
