//! How the writer's thread tells the dispatcher what it has just committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, mpsc};

use super::OFFERS;
use crate::store::outbox::Pending;

/// Where commits announce what they put into the outbox.
#[derive(Clone)]
pub(crate) struct Announcer {
    offers: mpsc::Sender<Vec<Pending>>,
    /// Something was put into the outbox without being announced: read the database.
    look: Arc<AtomicBool>,
    wake: Arc<Notify>,
}

impl Announcer {
    /// Never blocks; called on the writer's thread, in the order of the commits.
    pub fn offer(&self, pending: Vec<Pending>) {
        if !pending.is_empty() && self.offers.try_send(pending).is_err() {
            self.look.store(true, Ordering::Release);
        }
    }

    /// Asks for a look into the database.
    pub fn look(&self) {
        self.look.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// The dispatcher's ends of the channels, until it starts.
pub(crate) struct Inbox {
    pub(super) offers: mpsc::Receiver<Vec<Pending>>,
    pub(super) look: Arc<AtomicBool>,
    pub(super) wake: Arc<Notify>,
}

pub(crate) fn channel() -> (Announcer, Inbox) {
    let (tx, offers) = mpsc::channel(OFFERS);
    let (look, wake) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    let announcer = Announcer {
        offers: tx,
        look: look.clone(),
        wake: wake.clone(),
    };
    (announcer, Inbox { offers, look, wake })
}
