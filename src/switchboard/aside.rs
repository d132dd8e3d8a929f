//! One row that cannot be stored must not keep the others of its batch from it, now and at every further
//! try: a batch that fails is run again row by row, and what fails by itself is set aside.

use super::Context;
use super::error::{Result, SwitchboardError};
use crate::store::{Conn, Fence, MaybeTransient, StoreError};

/// Runs `whole` on a batch; where that fails, runs `alone` on each of its items, and `set_aside` on those that
/// fail again. An error that comes out is the database's own, and nothing was written; or, without a fence, it is
/// `whole`'s, and the writer undoes all and comes again with a fence.
pub(crate) fn batch_or_each<I, O>(
    conn: &mut Conn,
    ctx: &Context,
    batch: &[I],
    whole: impl FnOnce(&mut Conn) -> Result<Vec<O>>,
    mut alone: impl FnMut(&mut Conn, usize, &I) -> Result<O>,
    mut set_aside: impl FnMut(&mut Conn, &I, SwitchboardError) -> Result<O>,
) -> Result<Vec<O>> {
    if ctx.fence == Fence::None {
        return whole(conn);
    }
    let told = ctx.events.mark();
    match conn.savepoint(whole) {
        Err(error) if may_be_one_rows(&error) => {
            ctx.events.rewind(told);
            tracing::warn!(%error, rows = batch.len(), "a batch is stored row by row");
        }
        result => return result,
    }
    let one = |(place, item): (usize, &I)| {
        let told = ctx.events.mark();
        match conn.savepoint(|conn| alone(conn, place, item)) {
            Err(error) if may_be_one_rows(&error) => {
                ctx.events.rewind(told);
                conn.savepoint(|conn| set_aside(conn, item, error))
            }
            result => result,
        }
    };
    batch.iter().enumerate().map(one).collect()
}

/// Whether an error may lie in one row, and not in the database as a whole.
pub(crate) fn may_be_one_rows(error: &SwitchboardError) -> bool {
    match error {
        error if error.is_transient() => false,
        SwitchboardError::Store(store) => matches!(store, StoreError::Corrupt(_) | StoreError::Query(_)),
        _ => true,
    }
}
