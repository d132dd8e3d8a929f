//! A writer's thread: takes the jobs that wait, runs them in one transaction, and answers each after its commit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;

use super::checkpoints;
use super::conn::Manager;
use super::{Conn, MaybeTransient, StoreError};
use crate::domain::Clock;

/// Most jobs in one transaction.
pub(super) const GROUP: usize = 256;
/// Tries of a job that failed for a transient reason.
const TRIES: u32 = 8;
/// How long a writer that is kept busy lets jobs gather: a commit has its price, whatever is in it.
const GATHER: Duration = Duration::from_micros(500);

/// Whether an error of one job undoes only that job, or the work is retried as a whole.
enum Ran {
    Done,
    Failed,
    Transient,
}

/// What stands between one job's failure and the other jobs of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// Nothing: where it fails, the whole transaction is undone and run again with savepoints. For work that hardly
    /// ever fails; a savepoint makes SQLite keep a copy of every page that changes under it.
    None,
    /// A savepoint: it is undone alone.
    Savepoint,
}

/// A job's work; its value or error stays inside until the job's `finish`.
type Run = Box<dyn FnMut(&mut Conn, Fence) -> Ran + Send>;

pub(super) struct Job {
    /// What it asks for; what it gets is told to `run`.
    fence: Fence,
    run: Run,
    /// Answers the caller: with what `run` left, or with the commit's failure.
    finish: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// Whoever is told how long each group held its writer, by which clock.
pub(super) struct Watch {
    pub clock: Arc<dyn Clock>,
    pub told: Box<dyn Fn(i64) + Send + Sync>,
}

/// A job of some work, whose result goes to `then` after the commit.
pub(super) fn job<T, E>(
    fence: Fence,
    mut work: impl FnMut(&mut Conn, Fence) -> Result<T, E> + Send + 'static,
    then: impl FnOnce(Result<T, E>) + Send + 'static,
) -> Job
where
    T: Send + 'static,
    E: From<StoreError> + MaybeTransient + Send + 'static,
{
    let slot: Arc<Mutex<Option<Result<T, E>>>> = Arc::default();
    let inside = slot.clone();
    let run = Box::new(move |conn: &mut Conn, fence: Fence| {
        let result = work(conn, fence);
        let ran = match &result {
            Ok(_) => Ran::Done,
            Err(e) if e.is_transient() => Ran::Transient,
            Err(_) => Ran::Failed,
        };
        *inside.lock().unwrap_or_else(|p| p.into_inner()) = Some(result);
        ran
    });
    let finish = Box::new(move |committed: Result<(), StoreError>| {
        let left = slot.lock().unwrap_or_else(|p| p.into_inner()).take();
        then(match (committed, left) {
            // The work's own error tells more than the commit that was not made.
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::Closed.into()),
        });
    });
    Job { fence, run, finish }
}

/// A writer thread: takes what waits, up to `group` jobs, and commits it as one.
pub(super) fn writer(
    pool: r2d2::Pool<Manager>,
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
    group: usize,
    watch: Arc<OnceLock<Watch>>,
    anew: Arc<AtomicBool>,
) -> impl FnOnce() + Send + 'static {
    move || {
        loop {
            let mut taken = Vec::new();
            {
                // Held while waiting: the other writers of this queue have nothing to do either.
                let mut jobs = jobs.lock().unwrap_or_else(|p| p.into_inner());
                match jobs.try_recv() {
                    // It came while the last commit was under way, and so will others.
                    Ok(job) => {
                        taken.push(job);
                        if group > 1 {
                            std::thread::sleep(GATHER);
                        }
                    }
                    Err(_) => match jobs.blocking_recv() {
                        Some(job) => taken.push(job),
                        None => return,
                    },
                }
                while taken.len() < group {
                    match jobs.try_recv() {
                        Ok(job) => taken.push(job),
                        Err(_) => break,
                    }
                }
            }
            if anew.swap(false, Ordering::AcqRel) {
                let begun = pool
                    .get()
                    .map_err(|e| StoreError::Open(e.to_string()))
                    .and_then(|mut conn| checkpoints::begin_log_anew(&mut conn));
                if let Err(error) = begun {
                    tracing::warn!(%error, "the log did not begin anew");
                }
            }
            commit(&pool, taken, watch.get());
        }
    }
}

/// Runs the jobs in one transaction and answers each.
fn commit(pool: &r2d2::Pool<Manager>, mut jobs: Vec<Job>, watch: Option<&Watch>) {
    for attempt in 1.. {
        let result = pool
            .get()
            .map_err(|e| StoreError::Open(e.to_string()))
            .and_then(|mut conn| {
                let began = watch.map(|watch| watch.clock.now());
                let done = transaction(&mut conn, &mut jobs);
                if let (Some(watch), Some(began)) = (watch, began) {
                    (watch.told)(watch.clock.now().since(began));
                }
                done
            });
        match result {
            Ok(transient) if transient.is_empty() || attempt >= TRIES => {
                jobs.into_iter().for_each(|job| (job.finish)(Ok(())));
                return;
            }
            // Those that went through are committed; the others have another try.
            Ok(transient) => {
                let (again, done): (Vec<_>, Vec<_>) = jobs
                    .into_iter()
                    .enumerate()
                    .partition(|(at, _)| transient.contains(at));
                done.into_iter().for_each(|(_, job)| (job.finish)(Ok(())));
                jobs = again.into_iter().map(|(_, job)| job).collect();
            }
            Err(error) if error.is_transient() && attempt < TRIES => {
                tracing::warn!(%error, attempt, "the database asked for another try");
            }
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                let text = error.to_string();
                let mut error = Some(error);
                for job in jobs {
                    (job.finish)(Err(error
                        .take()
                        .unwrap_or_else(|| StoreError::Open(text.clone()))));
                }
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(5 << attempt.min(7)));
    }
}

/// What one run of a transaction's jobs came to.
enum Tried {
    /// The places of the jobs that ask for another try; what the others did stands.
    Done(Vec<usize>),
    /// A job without a fence failed: nothing may stand.
    Undo,
}

/// One transaction; returns the places of the jobs that ask for another try.
fn transaction(conn: &mut Conn, jobs: &mut [Job]) -> Result<Vec<usize>, StoreError> {
    match attempt(conn, jobs, false)? {
        Tried::Done(transient) => Ok(transient),
        Tried::Undo => match attempt(conn, jobs, true)? {
            Tried::Done(transient) => Ok(transient),
            Tried::Undo => Err(StoreError::Open("a job failed outside its savepoint".into())),
        },
    }
}

fn attempt(conn: &mut Conn, jobs: &mut [Job], fenced: bool) -> Result<Tried, StoreError> {
    let begin = if conn.is_postgres() {
        "BEGIN"
    } else {
        "BEGIN IMMEDIATE"
    };
    conn.execute(begin)?;
    let result = run_all(conn, jobs, fenced);
    match &result {
        Ok(Tried::Done(_)) => {
            if let Err(error) = conn.execute("COMMIT") {
                let broken = conn.is_broken();
                let _ = conn.execute("ROLLBACK");
                return Err(match error {
                    StoreError::Query(e) if broken => StoreError::CommitUnknown(e),
                    other => other,
                });
            }
        }
        Ok(Tried::Undo) => conn.execute("ROLLBACK")?,
        Err(_) => {
            let _ = conn.execute("ROLLBACK");
        }
    }
    result
}

fn run_all(conn: &mut Conn, jobs: &mut [Job], fenced: bool) -> Result<Tried, StoreError> {
    let mut transient = Vec::new();
    for (at, job) in jobs.iter_mut().enumerate() {
        if job.fence == Fence::None && !fenced {
            match (job.run)(conn, Fence::None) {
                Ran::Done => continue,
                Ran::Failed | Ran::Transient => return Ok(Tried::Undo),
            }
        }
        conn.execute("SAVEPOINT job")?;
        match (job.run)(conn, Fence::Savepoint) {
            Ran::Done => conn.execute("RELEASE job")?,
            failed => {
                conn.execute("ROLLBACK TO job; RELEASE job")?;
                if matches!(failed, Ran::Transient) {
                    transient.push(at);
                }
            }
        }
    }
    Ok(Tried::Done(transient))
}
