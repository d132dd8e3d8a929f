//! Calls whose end nobody reported: their node died, or could not store it. And strangers' calls that are old.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::super::error::Result;
use super::super::{Context, Switchboard};
use super::record::{Entry, write};
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, lowest_at};
use crate::store::calls::{self, CallRow};
use crate::store::{Conn, StoreError};

/// A call that is in the database and not here is given this long: its beginning may be on its way. What was there
/// before this process is given nothing. And as long a report of its end that has failed or is on its way.
const GRACE_S: i64 = 60;
/// Calls ended in one transaction.
const AT_ONCE: i64 = 500;

fn given_up(mut row: CallRow, ctx: &Context) -> Entry {
    row.state = State::Ended.code();
    row.cause = Some(Cause::Shutdown.word().to_owned());
    row.ended_by = Some(EndedBy::Broker.word().to_owned());
    row.ended_at = Some(ctx.now.0);
    Entry::Ended(Box::new(row), false)
}

/// Takes over what a node that is gone has left; the next sweep gives those calls up.
pub(crate) fn adopt(conn: &mut Conn, dead: u16, me: u16) -> std::result::Result<usize, StoreError> {
    calls::adopt(conn, dead as i16, me as i16)
}

/// Looks after this node's calls: ends in the database what is not here or was not stored, and here what somebody
/// wants ended or the voice edge does not know.
pub(crate) async fn sweep_calls(board: &Switchboard) -> Result<()> {
    let (me, live) = (board.node() as i16, board.inner.live_calls.clone());
    let before = lowest_at(board.inner.began.max(board.now().plus_s(-GRACE_S)));
    let (lost, wanted) = board
        .read(move |conn| {
            let mut lost = calls::live(conn, me, before, AT_ONCE)?;
            lost.retain(|row| !live.has(CallId::from_i64(row.id)));
            Ok((lost, calls::to_hang_up(conn, me)?))
        })
        .await?;
    if !lost.is_empty() {
        tracing::info!(
            calls = lost.len(),
            "calls whose end nobody reported were given up"
        );
        board
            .write_grouped(move |conn, ctx| {
                let entries: Vec<Entry> = lost.iter().map(|row| given_up(row.clone(), ctx)).collect();
                write(conn, ctx, &entries).map(|_| ())
            })
            .await?;
    }
    if let Some(voice) = board.voice() {
        for row in wanted {
            voice.hang_up(CallId::from_i64(row.id)).await;
        }
    }
    give_up_missing(board).await;
    store_ends(board).await
}

/// Takes calls for ended of which the voice edge knows nothing: the report of their end got lost on its way.
async fn give_up_missing(board: &Switchboard) {
    let Some(voice) = board.voice() else { return };
    let (live, now) = (&board.inner.live_calls, board.now());
    let before = now.plus_s(-GRACE_S);
    let unknown: HashSet<CallId> = voice.unknown(live.going_on(before)).await.into_iter().collect();
    for (id, since) in live.missing(&unknown, now, before, AT_ONCE as usize) {
        tracing::warn!(call = %id, "the report of a call's end was lost");
        live.end(id, false, |row| {
            row.state = State::Ended.code();
            row.cause = Some(Cause::Failed.word().to_owned());
            row.ended_by = Some(EndedBy::Broker.word().to_owned());
            // When it truly was, nobody knows. As this is long ago, it is stored at once.
            row.ended_at = Some(since.0);
        });
    }
}

/// Stores the ends that could not be stored when they were reported.
async fn store_ends(board: &Switchboard) -> Result<()> {
    let before = board.now().plus_s(-GRACE_S);
    let ends = board.inner.live_calls.unstored(before, AT_ONCE as usize);
    let ends = ends.into_iter().map(|(row, tried)| board.record_end(row, tried));
    join_all(ends).await.into_iter().collect()
}
