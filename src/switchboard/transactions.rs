//! Reading, and writing in transactions, with what apps are to be told in the same commit.

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, events};
use crate::store::{Conn, StoreError};

impl Switchboard {
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read(work).await
    }

    pub(super) async fn read_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, StoreError> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        self.inner.db.read(work).await
    }

    /// Runs structural work in a transaction; it may be run again.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Conn, &Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let context = self.context();
        let (done, told) = self
            .inner
            .db
            .write(move |conn| with_events(conn, &context, &mut work))
            .await?;
        self.after(&told);
        Ok(done)
    }

    pub(super) async fn write_grouped<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Conn, &Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let context = self.context();
        let (done, told) = self
            .inner
            .db
            .write_grouped(move |conn| with_events(conn, &context, &mut work))
            .await?;
        self.after(&told);
        Ok(done)
    }
}

/// Does the work, and takes it back whatever came of it: what would happen, by the very code that does it.
pub(super) fn undone<T>(
    conn: &mut Conn,
    ctx: &Context,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    undone_if(conn, ctx, work, |_| true).map(|(came, _)| came)
}

/// Does the work, and takes it back where what came of it is not what was wanted; says whether it did.
pub(super) fn undone_if<T>(
    conn: &mut Conn,
    ctx: &Context,
    work: impl FnOnce(&mut Conn) -> Result<T>,
    unwanted: impl FnOnce(&T) -> bool,
) -> Result<(T, bool)> {
    let mark = ctx.events.mark();
    let mut came = None;
    let tried = conn.savepoint(|conn| -> Result<()> {
        let done = work(conn)?;
        let is_unwanted = unwanted(&done);
        came = Some(done);
        match is_unwanted {
            true => Err(SwitchboardError::Overloaded),
            false => Ok(()),
        }
    });
    if tried.is_err() {
        ctx.events.rewind(mark);
    }
    match (came, tried) {
        (Some(came), Ok(())) => Ok((came, false)),
        // The error that takes it back; any other is the database's.
        (Some(came), Err(SwitchboardError::Overloaded)) => Ok((came, true)),
        (_, Err(error)) => Err(error),
        (None, Ok(())) => Err(StoreError::Closed.into()),
    }
}

/// Does the work, and writes what apps are to be told of it into the same transaction.
fn with_events<T>(
    conn: &mut Conn,
    context: &Context,
    work: &mut impl FnMut(&mut Conn, &Context) -> Result<T>,
) -> Result<(T, events::Written)> {
    context.events.clear();
    let done = work(conn, context)?;
    Ok((done, events::write(conn, context)?))
}
