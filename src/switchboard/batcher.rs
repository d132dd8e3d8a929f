//! Gathers what arrives while a commit is under way into one job: a text costs a share of a transaction,
//! not a transaction.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;

use super::Context;
use super::error::{Result, SwitchboardError};
use super::events::{self, Written};
use crate::store::{Conn, Db, Fence, StoreError};

/// Most items in one job; what is above goes into the next.
const BATCH: usize = 256;
/// How long an item that nobody waits for may wait for others to share a commit with.
const REST: Duration = Duration::from_millis(50);

type Process<I, O> = dyn Fn(&mut Conn, &Context, &[I]) -> Result<Vec<O>> + Send + Sync;
type Then<O> = dyn Fn(&[O], &Written) + Send + Sync;

/// A queue of items of one kind in front of the writer. Items are processed in the order in which
/// [`Batcher::submit`] was first polled.
pub(crate) struct Batcher<I, O> {
    shared: Arc<Shared<I, O>>,
}

struct Shared<I, O> {
    db: Db,
    context: Box<dyn Fn() -> Context + Send + Sync>,
    limit: usize,
    process: Box<Process<I, O>>,
    then: Box<Then<O>>,
    waiting: Mutex<Waiting<I, O>>,
    /// Where further jobs are scheduled from, the writer's thread being outside the runtime.
    runtime: tokio::runtime::Handle,
}

struct Waiting<I, O> {
    items: Vec<(I, oneshot::Sender<Result<O>>)>,
    scheduled: Scheduled,
}

/// When the items that wait will be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheduled {
    /// There are none.
    No,
    /// Within [`REST`]: nobody waits for any of them.
    Later,
    /// As soon as the writer comes to it: a job that will take them is in its queue.
    Now,
}

impl<I, O> Clone for Batcher<I, O> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<I: Send + Sync + 'static, O: Send + 'static> Batcher<I, O> {
    /// `process` turns a batch into one outcome an item, in order, within a transaction that may be run
    /// again; `then` sees the outcomes right after the commit, in the order of the commits. At most
    /// `limit` items wait.
    pub fn new(
        db: Db,
        context: impl Fn() -> Context + Send + Sync + 'static,
        limit: usize,
        process: impl Fn(&mut Conn, &Context, &[I]) -> Result<Vec<O>> + Send + Sync + 'static,
        then: impl Fn(&[O], &Written) + Send + Sync + 'static,
    ) -> Self {
        let waiting = Mutex::new(Waiting {
            items: Vec::new(),
            scheduled: Scheduled::No,
        });
        let shared = Shared {
            db,
            context: Box::new(context),
            limit,
            process: Box::new(process),
            then: Box::new(then),
            waiting,
            runtime: tokio::runtime::Handle::current(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Hands in an item; returns its outcome once that is durable.
    pub async fn submit(&self, item: I) -> Result<O> {
        let answered = self.put(item, Scheduled::Now)?;
        answered.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Hands in an item whose outcome nobody waits for: it is stored with or before whatever is handed in later, and soon.
    pub fn offer(&self, item: I) -> Result<()> {
        self.put(item, Scheduled::Later).map(drop)
    }

    fn put(&self, item: I, when: Scheduled) -> Result<oneshot::Receiver<Result<O>>> {
        let (answer, answered) = oneshot::channel();
        let before = {
            let mut waiting = self.shared.lock();
            if waiting.items.len() >= self.shared.limit {
                return Err(SwitchboardError::Overloaded);
            }
            waiting.items.push((item, answer));
            let before = waiting.scheduled;
            if before != Scheduled::Now {
                waiting.scheduled = when;
            }
            before
        };
        // Tasks of their own: were the caller to go away, the others' items would never be taken.
        match (before, when) {
            (Scheduled::No | Scheduled::Later, Scheduled::Now) => {
                self.shared.runtime.spawn(schedule_job(self.shared.clone()));
            }
            (Scheduled::No, _) => {
                self.shared.runtime.spawn(rest(self.shared.clone()));
            }
            _ => {}
        }
        Ok(answered)
    }
}

impl<I, O> Shared<I, O> {
    fn lock(&self) -> MutexGuard<'_, Waiting<I, O>> {
        self.waiting.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// Has what waits be taken after a while, unless something came meanwhile that could not wait.
async fn rest<I: Send + Sync + 'static, O: Send + 'static>(shared: Arc<Shared<I, O>>) {
    sleep(REST).await;
    {
        let mut waiting = shared.lock();
        if waiting.scheduled != Scheduled::Later {
            return;
        }
        waiting.scheduled = Scheduled::Now;
    }
    schedule_job(shared).await;
}

/// What one job takes: the items, whether more wait, and where the outcomes go.
type Taken<I, O> = (Vec<I>, bool, Vec<oneshot::Sender<Result<O>>>);

fn take<I, O>(shared: &Shared<I, O>) -> Taken<I, O> {
    let mut waiting = shared.lock();
    let count = waiting.items.len().min(BATCH);
    let (items, answers) = waiting.items.drain(..count).unzip();
    let more = !waiting.items.is_empty();
    waiting.scheduled = if more { Scheduled::Now } else { Scheduled::No };
    (items, more, answers)
}

/// Queues a job that takes what waits. Boxed, because the job may schedule the next one.
fn schedule_job<I: Send + Sync + 'static, O: Send + 'static>(
    shared: Arc<Shared<I, O>>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(queue_job(shared))
}

async fn queue_job<I: Send + Sync + 'static, O: Send + 'static>(shared: Arc<Shared<I, O>>) {
    type Answers<O> = Vec<oneshot::Sender<Result<O>>>;
    // Taken on the first run and kept for another, should the database ask for one.
    let mut batch: Option<(Context, Vec<I>)> = None;
    let answers: Arc<Mutex<Answers<O>>> = Arc::default();
    let taken = (shared.clone(), answers.clone());
    let work = move |conn: &mut Conn, fence: Fence| {
        let (shared, answers) = &taken;
        let (context, items) = batch.get_or_insert_with(|| {
            let (items, more, senders) = take(shared);
            *answers.lock().unwrap_or_else(|p| p.into_inner()) = senders;
            if more {
                // Still scheduled: the rest goes into the next job.
                shared.runtime.spawn(schedule_job(shared.clone()));
            }
            ((shared.context)(), items)
        });
        context.events.clear();
        context.fence = fence;
        let outcomes = (shared.process)(conn, context, items)?;
        let written = events::write(conn, context)?;
        Ok((outcomes, written))
    };
    let (after, failed) = (shared.clone(), shared.clone());
    let then = move |result: Result<(Vec<O>, Written)>| {
        let answers = std::mem::take(&mut *answers.lock().unwrap_or_else(|p| p.into_inner()));
        match result {
            Ok((outcomes, written)) => {
                (after.then)(&outcomes, &written);
                answers
                    .into_iter()
                    .zip(outcomes)
                    .for_each(|(answer, outcome)| drop(answer.send(Ok(outcome))));
            }
            Err(error) => {
                tracing::error!(%error, "a batch was not stored");
                let text = error.to_string();
                for answer in answers {
                    let _ = answer.send(Err(StoreError::Open(text.clone()).into()));
                }
            }
        }
    };
    if shared.db.write_grouped_then(work, then).await.is_err() {
        // The writer is gone: dropping the senders tells everybody.
        take(&failed);
    }
}
