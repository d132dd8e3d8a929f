//! A look at the whole outbox now and then, beside the handing out: rows of nodes that are gone, and the parts of
//! long texts that they kept, are taken over, rows that other processes left for us are noticed, and what is kept for a time (messages of strangers, changes, imports) is removed. Receipts
//! that came early are looked at too, calls that nobody ended, and what waited too long for a frozen phone.

use tokio::task::JoinHandle;

use super::strangers::forget_old;
use super::{Switchboard, calls, held};
use crate::store::node::NodeLock;
use crate::store::{Conn, StoreError, calls as call_rows, held_parts, outbox};

/// What a sweep found.
pub(super) struct Swept {
    pub lock: NodeLock,
    /// Rows in memory when it began.
    pub held: usize,
    /// Rows of other nodes were taken over.
    pub adopted: bool,
    /// Rows of ours in the database.
    pub rows: Result<i64, StoreError>,
}

/// Waits for a task if there is one, else for ever.
pub(super) async fn over<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, tokio::task::JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// `forget` says whether old messages of strangers are to be removed too.
pub(super) async fn sweep(board: Switchboard, mut lock: NodeLock, held: usize, forget: bool) -> Swept {
    let me = lock.node();
    if let Err(error) = board.sweep_early_receipts().await {
        tracing::warn!(%error, "the receipts that came early could not be looked at");
    }
    if let Err(error) = calls::sweep_calls(&board).await {
        tracing::warn!(%error, "the calls that go on could not be looked at");
    }
    if let Err(error) = board.give_up_parked().await {
        tracing::warn!(%error, "what waits for frozen phones could not be looked at");
    }
    let others = board
        .read_store(move |conn| {
            let mut nodes = outbox::nodes(conn)?;
            nodes.extend(held_parts::nodes(conn)?);
            nodes.extend(call_rows::nodes(conn)?);
            nodes.sort_unstable();
            nodes.dedup();
            Ok(nodes.into_iter().filter(|n| *n != me).collect::<Vec<_>>())
        })
        .await;
    let (db, adopter) = (board.db().clone(), board.clone());
    let adopting = tokio::task::spawn_blocking(move || {
        let adopted = lock
            .check(&db)
            .and_then(|()| adopt(&adopter, &mut lock, &others?));
        (lock, adopted)
    });
    let (lock, adopted) = match adopting.await {
        Ok(done) => done,
        // The adopting never panics; were it to, the lock would be gone with it and this task with both.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and this task with it.
            Err(_) => std::future::pending().await,
        },
    };
    let took_over = matches!(adopted, Ok(rows) if rows > 0);
    let rows = match adopted {
        Ok(_) => board.read_store(move |conn| outbox::count(conn, me)).await,
        Err(error) => Err(error),
    };
    if forget {
        match forget_old(&board, board.now()).await {
            Ok(0) => {}
            Ok(messages) => tracing::info!(messages, "old messages of strangers were removed"),
            Err(error) => tracing::warn!(%error, "old messages of strangers could not be removed"),
        }
        if let Err(error) = board.forget_history().await {
            tracing::warn!(%error, "old changes of assignments could not be removed");
        }
        if let Err(error) = board.forget_imports().await {
            tracing::warn!(%error, "old imports could not be removed");
        }
        if let Err(error) = board.forget_traffic().await {
            tracing::warn!(%error, "old counts of traffic could not be removed");
        }
        let (now, known) = (board.now(), board.carriers());
        let forgotten = board
            .write_grouped(move |conn, _| Ok(held::forget(conn, &known, me, now)?))
            .await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "parts that nobody takes up could not be removed");
        }
    }
    Swept {
        lock,
        held,
        adopted: took_over,
        rows,
    }
}

/// Takes over the rows of those of `others` that nobody runs; returns how many of the outbox.
fn adopt(board: &Switchboard, lock: &mut NodeLock, others: &[u16]) -> Result<usize, StoreError> {
    let mut taken = 0;
    if others.is_empty() {
        return Ok(taken);
    }
    let me = lock.node();
    let mut one = |conn: &mut Conn, dead: u16| {
        let rows = outbox::adopt(conn, dead, me)?;
        taken += rows;
        let parts = held::adopt(conn, board, dead)?;
        let calls = calls::adopt(conn, dead, me)?;
        if rows + parts + calls > 0 {
            tracing::info!(
                node = dead,
                rows,
                parts,
                calls,
                "took over what a node that is gone has left"
            );
        }
        Ok(())
    };
    let mut conn: Conn = board.db().connect()?;
    if conn.is_postgres() {
        lock.each_dead(others, one)?;
    } else {
        // SQLite is served by one process: whatever another number left is ours.
        for other in others {
            one(&mut conn, *other)?;
        }
    }
    Ok(taken)
}
