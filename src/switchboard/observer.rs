//! Whoever counts what happens: a seam for metrics. Nothing told here holds a member or a number.

use std::sync::{Arc, OnceLock};

use super::Switchboard;
use super::error::Result;
use super::events::{Counted, Written};
use super::kept::Timed;
use super::outlet::Verdict;
use super::parcels::Next;
use super::pulses::Pulses;
use super::retention::Retained;
use crate::domain::call::Cause;
use crate::domain::message::Status;
use crate::store::{deferred, outbox};

/// What a try to deliver a callback came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackResult {
    /// The endpoint took it.
    Delivered,
    /// It will be tried again.
    Failed,
    /// It was given up.
    Dead,
}

/// Is told after the commit; must not block.
pub trait Observer: Send + Sync + 'static {
    /// A text from `phone` or `app` was ruled on.
    fn text_accepted(&self, origin: &'static str, verdict: Verdict);

    /// A text between members got a status that may be its last.
    fn text_finished(&self, status: Status);

    /// A carrier took a text so many milliseconds after it was accepted.
    fn text_sent(&self, took_ms: i64);

    /// A call from `phone` or `app` is over.
    fn call_ended(&self, origin: &'static str, cause: Cause);

    /// A callback was tried.
    fn callback_tried(&self, result: CallbackResult);

    /// What was old was removed.
    fn retained(&self, removed: Retained);

    /// A transaction held its writer for so many milliseconds, its commit included.
    fn committed(&self, took_ms: i64);
}

#[derive(Clone, Default)]
pub(super) struct Observers(Arc<OnceLock<Arc<dyn Observer>>>, Arc<Pulses>);

impl Observers {
    pub fn set(&self, observer: Arc<dyn Observer>) {
        let _ = self.0.set(observer);
    }

    pub fn accepted(&self, origin: &'static str, verdict: Verdict) {
        if let Some(observer) = self.0.get() {
            observer.text_accepted(origin, verdict);
        }
    }

    /// What is counted here as well, for whoever looks.
    pub fn pulses(&self) -> &Pulses {
        &self.1
    }

    pub fn told(&self, written: &Written) {
        self.1.count(written);
        let Some(observer) = self.0.get() else {
            return;
        };
        for (_, counted) in &written.counted {
            if let Counted::Moved { status, .. } = counted
                && status.is_final()
            {
                observer.text_finished(*status);
            }
        }
    }

    pub fn sent(&self, took_ms: i64) {
        if let Some(observer) = self.0.get() {
            observer.text_sent(took_ms);
        }
    }

    pub fn retained(&self, removed: Retained) {
        if let Some(observer) = self.0.get() {
            observer.retained(removed);
        }
    }

    pub fn call_ended(&self, origin: &'static str, cause: Cause) {
        if let Some(observer) = self.0.get() {
            observer.call_ended(origin, cause);
        }
    }

    pub fn callback(&self, next: Next) {
        if let Some(observer) = self.0.get() {
            observer.callback_tried(match next {
                Next::Done => CallbackResult::Delivered,
                Next::Again(_) => CallbackResult::Failed,
                Next::Dead | Next::Gone => CallbackResult::Dead,
            });
        }
    }
}

impl Switchboard {
    /// How many rows of the outbox wait for each carrier; some seconds old where there are very many.
    pub async fn outbox_by_carrier(&self) -> Result<Vec<(String, i64)>> {
        let (board, clock) = (self.clone(), self.inner.clock.clone());
        let count = async move {
            let counted = board.read(move |conn| Timed::by(&*clock, || Ok(outbox::by_carrier(conn)?)));
            counted.await
        };
        self.inner.waiting.answer((), &self.inner.clock, count).await
    }

    /// How many texts wait for texting hours.
    pub async fn deferred_texts(&self) -> Result<i64> {
        self.read(|conn| Ok(deferred::count(conn)?)).await
    }
}
