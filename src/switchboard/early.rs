//! Receipts that overtake our own note of the sending: kept for minutes and applied when the reference is
//! noted, so that no carrier waits for us meanwhile.

use std::sync::atomic::Ordering;

use super::error::Result;
use super::outlet::InboundReceipt;
use super::receipts::{Reported, apply};
use super::{Context, Switchboard};
use crate::domain::id::MessageKind;
use crate::domain::message::Status;
use crate::store::early_receipts::{self, EarlyRow};
use crate::store::outbox::Pending;
use crate::store::parts::Match;
use crate::store::{Conn, StoreError};

/// Most receipts kept; what is above is applied to the likely text, or dropped. A carrier that sends receipts
/// for no text of ours fills it.
const MOST: usize = 10_000;
/// How long one is kept.
const KEPT_MS: i64 = 300_000;
/// When one has waited long enough for its own text to be noted, and goes to the one that it is likely for:
/// carriers repeat receipts, and report over whichever link they like.
const LIKELY_MS: i64 = 5_000;
/// How long one is looked at again in sweeps, for the answers that other nodes store.
const RETRIED_MS: i64 = 60_000;
/// Rows read at once.
const PAGE: i64 = 500;

/// Keeps a receipt whose text is not known for sure.
pub(super) fn keep(conn: &mut Conn, ctx: &Context, receipt: &InboundReceipt) -> Result<Reported> {
    if !receipt.status.is_final() {
        return Ok(Reported::Dropped);
    }
    if ctx.early.load(Ordering::Acquire) >= MOST {
        let applied = apply(conn, ctx, receipt, Match::Likely)?;
        return Ok(applied.map_or(Reported::Dropped, Reported::Known));
    }
    // Counted first: whoever notes the reference after this commit has to look.
    ctx.early.fetch_add(1, Ordering::AcqRel);
    let row = EarlyRow {
        id: ctx.id::<MessageKind>().as_i64(),
        carrier: receipt.carrier.clone(),
        smsc: receipt.smsc.clone(),
        carrier_ref: receipt.carrier_ref.clone(),
        status: receipt.status.code(),
        detail: receipt.detail.clone(),
        received_at: ctx.now.0,
    };
    early_receipts::insert(conn, &row)?;
    Ok(Reported::Kept)
}

/// Applies what was kept under references that have just been noted. Nothing is read while nothing is kept.
pub(super) fn catch_up(conn: &mut Conn, ctx: &Context, references: &[&str]) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    if references.is_empty() || ctx.early.load(Ordering::Acquire) == 0 {
        return Ok(pending);
    }
    for row in early_receipts::under(conn, references)? {
        pending.extend(apply_kept(conn, ctx, &row, Match::Sure)?.unwrap_or_default());
    }
    Ok(pending)
}

/// Applies and removes a kept receipt, if its text is known by now.
fn apply_kept(conn: &mut Conn, ctx: &Context, row: &EarlyRow, how: Match) -> Result<Option<Vec<Pending>>> {
    let receipt = InboundReceipt {
        carrier: row.carrier.clone(),
        smsc: row.smsc.clone(),
        carrier_ref: row.carrier_ref.clone(),
        status: Status::from_code(row.status).ok_or(StoreError::Corrupt("early_receipts.status"))?,
        detail: row.detail.clone(),
    };
    let applied = apply(conn, ctx, &receipt, how)?;
    if applied.is_some() {
        early_receipts::delete(conn, row.id)?;
    }
    Ok(applied)
}

impl Switchboard {
    /// Looks through what is kept: applies what another node's note has made known, drops what is old.
    pub(super) async fn sweep_early_receipts(&self) -> Result<()> {
        let (mut after, mut left) = (0, 0);
        loop {
            let page = self
                .read_store(move |conn| early_receipts::page(conn, after, PAGE))
                .await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let rows = page.len();
            let (gone, dropped, something) = self
                .write_grouped(move |conn, ctx| sweep_page(conn, ctx, &page))
                .await?;
            left += rows - gone;
            if dropped > 0 {
                tracing::info!(receipts = dropped, "receipts for no text of ours were dropped");
            }
            if something {
                self.wake_outbox();
            }
        }
        self.inner.early.store(left, Ordering::Release);
        Ok(())
    }
}

/// How many rows went, how many of these were too old, and whether there is something to send on account
/// of the others.
fn sweep_page(conn: &mut Conn, ctx: &Context, page: &[EarlyRow]) -> Result<(usize, usize, bool)> {
    let (mut gone, mut dropped, mut something) = (0, 0, false);
    for row in page {
        let age = ctx.now.0.saturating_sub(row.received_at);
        let applied = match age {
            ..LIKELY_MS => apply_kept(conn, ctx, row, Match::Sure)?,
            LIKELY_MS..=RETRIED_MS => apply_kept(conn, ctx, row, Match::Likely)?,
            _ => None,
        };
        something |= applied.as_ref().is_some_and(|pending| !pending.is_empty());
        if applied.is_some() {
            gone += 1;
        } else if age > KEPT_MS {
            early_receipts::delete(conn, row.id)?;
            gone += 1;
            dropped += 1;
        }
    }
    Ok((gone, dropped, something))
}
