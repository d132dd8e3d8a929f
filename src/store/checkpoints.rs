//! SQLite's log, and when what is in it goes into the database file.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::RunQueryDsl;

use super::conn::BUSY_TIMEOUT_MS;
use super::{Conn, DatabaseUrl, StoreError, each};

/// How often the log is moved: often, and so little at a time, as a commit's fsync waits for what the disk has just
/// been given.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(200);
/// How long the log's new beginning may keep the writer waiting for readers to end.
const CHECKPOINT_PATIENCE_MS: u32 = 20;
/// Pages in the log after which it begins anew: under steady writing it would otherwise never end. Not sooner, as
/// every connection then reads its pages again.
const LOG_PAGES: i32 = 8_192;

/// What SQLite says of a checkpoint.
#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    log: i32,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    checkpointed: i32,
}

/// Moves SQLite's log into the database file beside the commits, so that no caller's commit pays for it, and tells the
/// writer when the log is to begin anew.
pub(super) fn run(url: &DatabaseUrl, wal: &Path, anew: &AtomicBool, stop: &std::sync::mpsc::Receiver<()>) {
    let mut conn = None;
    let mut seen = None;
    loop {
        let timed_out = Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        let stopping = stop.recv_timeout(CHECKPOINT_EVERY) != timed_out;
        if conn.is_none() {
            conn = url.connect(false).ok();
        }
        let changed = std::fs::metadata(wal).and_then(|m| m.modified()).ok();
        if let Some(c) = conn.as_mut()
            && (stopping || changed != seen)
        {
            seen = changed;
            let moved = match stopping {
                true => c.execute(&format!(
                    "PRAGMA busy_timeout = {CHECKPOINT_PATIENCE_MS}; PRAGMA wal_checkpoint(TRUNCATE)"
                )),
                // While a long read keeps pages in the log, the writer would wait for it in vain, and again each time.
                false => move_log(c).map(|done| {
                    if done.log >= LOG_PAGES && done.checkpointed == done.log {
                        anew.store(true, Ordering::Release);
                    }
                }),
            };
            if let Err(error) = moved {
                tracing::warn!(%error, "a checkpoint failed");
                conn = None;
            }
        }
        if stopping {
            return;
        }
    }
}

/// Copies what is in the log, then the little that came meanwhile, so that hardly anything is left to a writer that
/// begins it anew. Says how far it came.
fn move_log(conn: &mut Conn) -> Result<Checkpoint, StoreError> {
    const MOVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
    conn.execute(MOVE)?;
    Ok(each!(conn, c => diesel::sql_query(MOVE).get_result(c))?)
}

/// Has the next transaction write the log from its beginning. The writer itself does it, between two transactions:
/// from another connection it would hold the writer by SQLite's lock, which is waited for in ever longer sleeps.
pub(super) fn begin_log_anew(conn: &mut Conn) -> Result<(), StoreError> {
    let begun = conn.execute(&format!(
        "PRAGMA busy_timeout = {CHECKPOINT_PATIENCE_MS}; PRAGMA wal_checkpoint(RESTART)"
    ));
    // Whatever came of it: the writer's own transactions wait longer.
    conn.execute(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))?;
    begun
}
