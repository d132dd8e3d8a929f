//! Callbacks: what happens in a community is told to the endpoints of its apps by signed HTTP requests
//! (Standard Webhooks), at least once, in order for each pair; and apps are asked what shall happen.
//!
//! A delivery's way: written with what it tells, in one transaction; read by the `dispatcher`, which the
//! `schedule` tells what may go out; tried by `attempt` through the `client`; judged by `verdict`; and
//! written down before its lane goes on.

mod ask;
mod attempt;
mod client;
mod dispatcher;
mod janitor;
mod schedule;
mod sign;
mod verdict;

#[cfg(test)]
mod schedule_tests;

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use ask::CallbackAsker;
pub use client::CallbacksError;

use crate::config::callbacks::CallbacksConfig;
use crate::domain::Clock;
use crate::switchboard::Switchboard;
use client::Poster;
use dispatcher::Dispatcher;

/// Callbacks before they run.
pub struct CallbacksEdge {
    config: Arc<CallbacksConfig>,
    poster: Poster,
}

impl CallbacksEdge {
    /// Makes the client.
    pub fn new(config: &CallbacksConfig, clock: Arc<dyn Clock>) -> Result<Self, CallbacksError> {
        let config = Arc::new(config.clone());
        let poster = Poster::new(config.clone(), clock)?;
        Ok(Self { config, poster })
    }

    /// Who asks apps and waits for their answers.
    pub fn asker(&self) -> CallbackAsker {
        CallbackAsker::new(self.poster.clone())
    }

    /// Starts to deliver. `seed` varies the waits between tries.
    pub fn serve(&self, board: Switchboard, seed: u64) -> CallbacksService {
        let dispatcher = Dispatcher::new(board, self.config.clone(), self.poster.clone(), seed);
        let stop = CancellationToken::new();
        CallbacksService {
            task: tokio::spawn(dispatcher.run(stop.clone())),
            stop,
        }
    }
}

/// Callbacks as they run.
pub struct CallbacksService {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl CallbacksService {
    /// Sends nothing more, waits a few seconds for what is under way, and ends. What was not delivered stays
    /// in the database.
    pub async fn shutdown(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}
