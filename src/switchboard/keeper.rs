//! What one node does for all of them beside the handing out: texts that waited for texting hours go when they may, and
//! what is old, or to be erased, goes some rows at a time.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::aside::batch_or_each;
use super::error::{Result, SwitchboardError};
use super::receipts::advance;
use super::{Context, Switchboard, hours};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::Conn;
use crate::store::deferred::{self, DeferredRow};
use crate::store::outbox::Pending;

/// How often it is looked whether a text may go.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Texts that go in one transaction.
const AT_ONCE: i64 = 100;
/// How often what is old is looked for.
const TEND_EVERY_MS: i64 = 600_000;

/// Keeps until told to stop.
pub(super) async fn keep(board: Switchboard, stop: CancellationToken) {
    let mut lead = board.lead("keeper");
    let mut tended_at = Timestamp(i64::MIN);
    let mut tending: Option<JoinHandle<()>> = None;
    let mut swapping: Option<JoinHandle<()>> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if !lead.check().await {
            continue;
        }
        if let Err(error) = board.release_deferred().await {
            tracing::warn!(%error, "texts that waited for texting hours could not be looked at");
        }
        if swapping.as_ref().is_none_or(JoinHandle::is_finished) {
            swapping = Some(tokio::spawn(board.clone().go_on_swapping(stop.clone())));
        }
        let now = board.now();
        if tending.as_ref().is_none_or(JoinHandle::is_finished) && now.since(tended_at) >= TEND_EVERY_MS {
            tended_at = now;
            let (board, stop) = (board.clone(), stop.clone());
            tending = Some(tokio::spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tend(&board) => {}
                }
            }));
        }
    }
    for task in tending.into_iter().chain(swapping) {
        let _ = task.await;
    }
}

async fn tend(board: &Switchboard) {
    if let Err(error) = board.resume_erasures().await {
        tracing::warn!(%error, "an erasure that was broken off could not go on");
    }
    match board.trim_audit_log().await {
        Ok(0) => {}
        Ok(entries) => tracing::info!(entries, "old entries of the audit log were removed"),
        Err(error) => tracing::warn!(%error, "old entries of the audit log could not be removed"),
    }
    if let Err(error) = board.retain().await {
        tracing::warn!(%error, "what is old could not be removed");
    }
}

impl Switchboard {
    /// Puts texts into the outbox whose recipients' texting hours have begun.
    pub(super) async fn release_deferred(&self) -> Result<()> {
        loop {
            let now = self.now();
            let due = self
                .read(move |conn| Ok(deferred::due(conn, now.0, AT_ONCE)?))
                .await?;
            if due.is_empty() {
                return Ok(());
            }
            let full = due.len() as i64 == AT_ONCE;
            let released = self
                .write_grouped(move |conn, ctx| release_all(conn, ctx, &due))
                .await?;
            self.announce(released);
            if !full {
                return Ok(());
            }
        }
    }
}

fn release_all(conn: &mut Conn, ctx: &Context, due: &[DeferredRow]) -> Result<Vec<Pending>> {
    let released = batch_or_each(
        conn,
        ctx,
        due,
        |conn| due.iter().map(|one| hours::release(conn, ctx, one)).collect(),
        |conn, _, one| hours::release(conn, ctx, one),
        |conn, one, error| set_aside(conn, ctx, one, &error),
    )?;
    Ok(released.into_iter().flatten().collect())
}

/// Ends a text that can never go.
fn set_aside(
    conn: &mut Conn,
    ctx: &Context,
    one: &DeferredRow,
    error: &SwitchboardError,
) -> Result<Vec<Pending>> {
    let (community, message) = (
        CommunityId::from_i64(one.community_id),
        MessageId::from_i64(one.message_id),
    );
    tracing::error!(%error, %message, "a text that waited for texting hours was set aside");
    deferred::take(conn, community, one.message_id)?;
    let detail = format!("set aside: {error}");
    let reason = Some(Reason::NoContact);
    advance(
        conn,
        ctx,
        (community, message),
        Status::Failed,
        reason,
        Some(&detail),
    )
}
