//! How the writer's thread tells the dispatcher what it has just committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio::sync::{Notify, mpsc};

use super::OFFERS;
use crate::domain::Timestamp;
use crate::store::outbox::Pending;

/// Where commits announce what they put into the outbox.
#[derive(Clone)]
pub(crate) struct Announcer {
    offers: mpsc::Sender<Vec<Pending>>,
    /// Something was put into the outbox without being announced: read the database.
    look: Arc<AtomicBool>,
    /// What was accepted until then (Unix milliseconds) may have changed in the database since.
    doubtful_until: Arc<AtomicI64>,
    /// Caps were changed: look them up before anything more leaves.
    recap: Arc<AtomicBool>,
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

    /// Asks for the caps to be looked up before anything more leaves.
    pub fn recap(&self) {
        self.recap.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Asks for none of what was accepted until `now` to leave without being looked up.
    pub fn suspect(&self, now: Timestamp) {
        self.doubtful_until.fetch_max(now.0, Ordering::AcqRel);
    }

    /// Asks for a look, and for none of what was accepted until `now` to leave without being looked up.
    pub fn doubt(&self, now: Timestamp) {
        self.suspect(now);
        self.look();
    }
}

/// The dispatcher's ends of the channels, until it starts.
pub(crate) struct Inbox {
    pub(super) offers: mpsc::Receiver<Vec<Pending>>,
    pub(super) look: Arc<AtomicBool>,
    pub(super) doubtful_until: Arc<AtomicI64>,
    pub(super) recap: Arc<AtomicBool>,
    pub(super) wake: Arc<Notify>,
}

pub(crate) fn channel() -> (Announcer, Inbox) {
    let (tx, offers) = mpsc::channel(OFFERS);
    let (look, wake) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    let doubtful_until = Arc::new(AtomicI64::new(i64::MIN));
    let recap = Arc::new(AtomicBool::new(true));
    let announcer = Announcer {
        offers: tx,
        look: look.clone(),
        doubtful_until: doubtful_until.clone(),
        recap: recap.clone(),
        wake: wake.clone(),
    };
    let inbox = Inbox {
        offers,
        look,
        doubtful_until,
        recap,
        wake,
    };
    (announcer, inbox)
}
