//! Runs reads on a pool and writes on writer threads.
//!
//! **Group commit** ([`super::writer`]): jobs that wait while a commit is under way share the next one, one fsync, and
//! every caller is answered only after it. On SQLite all writes go through one thread, each transaction
//! `BEGIN IMMEDIATE`: there is one write path, and no "database is locked". On PostgreSQL the texts'
//! writes are grouped likewise on one thread, and structural work, which takes row locks, runs one
//! transaction a job on the others.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::checkpoints;
use super::conn::Manager;
use super::writer::{Fence, GROUP, Job, Watch, job, writer};
use super::{Conn, DatabaseUrl, MaybeTransient, StoreError};
use crate::domain::Clock;

/// Most jobs waiting; beyond it callers wait for a place.
const QUEUE: usize = 1024;
/// Read connections, and so reads at once.
pub(super) const READERS: u32 = 4;
/// How long one waits for a connection.
const PATIENCE: Duration = Duration::from_secs(15);
/// What each of them keeps of SQLite's pages: all that it has is out of date with the next commit.
const READER_CACHE_KIB: u32 = 4_000;
/// PostgreSQL's structural writers.
const PG_WRITERS: usize = 3;

/// How a server and a short-lived process differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A server: SQLite's checkpoints run beside the commits.
    Server,
    /// A command: checkpoints happen within commits.
    Command,
}

/// The database. Cheap to clone; the last clone's drop stops the writers after their queue is done.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    readers: r2d2::Pool<Manager>,
    /// A place for each of their connections: reads wait for one before they take a thread, so that threads which only
    /// wait are neither made nor missed by whoever looks names up.
    places: Arc<Semaphore>,
    grouped: Option<mpsc::Sender<Job>>,
    structural: Option<mpsc::Sender<Job>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    stop_checkpoints: Option<std::sync::mpsc::Sender<()>>,
    watch: Arc<OnceLock<Watch>>,
}

impl Db {
    /// Opens the database at `url`, without migrating it.
    pub fn open(url: &str, durability: Durability) -> Result<Self, StoreError> {
        let url = DatabaseUrl::parse(url)?;
        // The first connection shows early and clearly what is wrong with the URL.
        drop(url.connect(true)?);
        let checkpoints = durability == Durability::Command;
        let pool_of = |size: u32, cache_kib: Option<u32>| {
            r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .test_on_check_out(false)
                .connection_timeout(PATIENCE)
                .error_handler(Box::new(Quiet))
                .build(Manager {
                    url: url.clone(),
                    checkpoints,
                    cache_kib,
                })
                .map_err(|e| StoreError::Open(format!("{}: {e}", url.shown())))
        };
        let pool = |size: u32| pool_of(size, None);
        let readers = pool_of(READERS, Some(READER_CACHE_KIB))?;
        let watch: Arc<OnceLock<Watch>> = Arc::default();
        let mut threads = Vec::new();
        let mut stop_checkpoints = None;
        let anew: Arc<AtomicBool> = Arc::default();
        let (grouped, grouped_rx) = mpsc::channel(QUEUE);
        let grouped_rx = Arc::new(Mutex::new(grouped_rx));
        let structural = match &url {
            DatabaseUrl::Sqlite(path) => {
                threads.push(spawn(
                    "store-writer",
                    writer(pool(1)?, grouped_rx, GROUP, watch.clone(), anew.clone()),
                )?);
                if durability == Durability::Server {
                    let (stop, stopped) = std::sync::mpsc::channel();
                    let (url, wal) = (url.clone(), append(path, "-wal"));
                    let anew = anew.clone();
                    threads.push(spawn("store-checkpoints", move || {
                        checkpoints::run(&url, &wal, &anew, &stopped)
                    })?);
                    stop_checkpoints = Some(stop);
                }
                grouped.clone()
            }
            DatabaseUrl::Postgres(_) => {
                threads.push(spawn(
                    "store-writer",
                    writer(pool(1)?, grouped_rx, GROUP, watch.clone(), anew.clone()),
                )?);
                let (structural, rx) = mpsc::channel(QUEUE);
                let rx = Arc::new(Mutex::new(rx));
                for _ in 0..PG_WRITERS {
                    threads.push(spawn(
                        "store-structure",
                        writer(pool(1)?, rx.clone(), 1, watch.clone(), anew.clone()),
                    )?);
                }
                structural
            }
        };
        let inner = Inner {
            url,
            readers,
            places: Arc::new(Semaphore::new(READERS as usize)),
            grouped: Some(grouped),
            structural: Some(structural),
            threads: Mutex::new(threads),
            stop_checkpoints,
            watch,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Says, once, who is told how many milliseconds each transaction of a writer took, from its beginning to after
    /// its commit. Called on the writer's thread: it must not block.
    pub fn watch_commits(&self, clock: Arc<dyn Clock>, told: impl Fn(i64) + Send + Sync + 'static) {
        let told = Box::new(told);
        let _ = self.inner.watch.set(Watch { clock, told });
    }

    /// Where the database is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }

    /// Runs a read off the async runtime.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = self.inner.clone();
        let overdue = || StoreError::Open(format!("no connection was free for {} s", PATIENCE.as_secs()));
        let place = timeout(PATIENCE, self.inner.places.clone().acquire_owned())
            .await
            .map_err(|_| overdue())?;
        let place = place.map_err(|_| StoreError::Closed)?;
        // One that has not begun when nobody waits for it any more need not be.
        let joined = AbortOnDropHandle::new(tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut conn = inner.readers.get().map_err(|e| StoreError::Open(e.to_string()))?;
            work(&mut conn)
        }));
        joined.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// A connection of the caller's own, for a thread that is not the runtime's (commands, benches).
    pub fn connect(&self) -> Result<Conn, StoreError> {
        self.inner.url.connect(true)
    }

    /// Runs structural work (assigning, releasing, adding members) in a transaction of its own, or in a
    /// savepoint of a group. It may run more than once when the database asks for a retry; only the last
    /// run counts. Any error rolls it back. Returns after the commit.
    pub async fn write<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + MaybeTransient + Send + 'static,
    {
        submit(&self.inner.structural, work).await
    }

    /// Like [`Db::write`], for work that takes no locks which others wait for (texts and their statuses):
    /// on PostgreSQL too it shares transactions, and jobs run in the order in which they were submitted.
    pub async fn write_grouped<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + MaybeTransient + Send + 'static,
    {
        submit(&self.inner.grouped, work).await
    }

    /// Like [`Db::write_grouped`], for batches that hardly ever fail: `work` runs without a fence first, and behind
    /// a savepoint only after something of its transaction has failed. `then` gets the result on the writer thread,
    /// right after the commit and before any later commit: what follows from it happens in the order of the commits.
    /// It must not block.
    pub async fn write_grouped_then<T, E>(
        &self,
        work: impl FnMut(&mut Conn, Fence) -> Result<T, E> + Send + 'static,
        then: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + MaybeTransient + Send + 'static,
    {
        let Some(queue) = &self.inner.grouped else {
            return Err(StoreError::Closed);
        };
        queue
            .send(job(Fence::None, work, then))
            .await
            .map_err(|_| StoreError::Closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.grouped = None;
        self.structural = None;
        self.stop_checkpoints = None;
        let threads = std::mem::take(self.threads.get_mut().unwrap_or_else(|p| p.into_inner()));
        let current = std::thread::current().id();
        for thread in threads {
            // The last clone may be dropped by a job on a writer thread itself.
            if thread.thread().id() != current {
                let _ = thread.join();
            }
        }
    }
}

async fn submit<T, E>(
    queue: &Option<mpsc::Sender<Job>>,
    mut work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + MaybeTransient + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let Some(queue) = queue else {
        return Err(StoreError::Closed.into());
    };
    let job = job(
        Fence::Savepoint,
        move |conn, _| work(conn),
        move |result| drop(answer.send(result)),
    );
    queue.send(job).await.map_err(|_| StoreError::Closed)?;
    answered.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(body)
        .map_err(|e| StoreError::Open(e.to_string()))
}

fn append(path: &std::path::Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// r2d2 logs every failed connection by itself; we answer the caller instead.
#[derive(Debug)]
struct Quiet;

impl r2d2::HandleError<StoreError> for Quiet {
    fn handle_error(&self, error: StoreError) {
        tracing::debug!(%error, "a database connection failed");
    }
}
