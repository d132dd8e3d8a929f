//! Parts of long texts that were acknowledged before the others came: kept until their text is accepted.

use super::error::Result;
use super::outlet::HeldPart;
use super::{Context, Switchboard};
use crate::domain::id::MessageKind;
use crate::domain::{E164, Timestamp};
use crate::store::held_parts::{self, HeldRow};
use crate::store::{Conn, StoreError};
use crate::wire::sms::{Coding, Concat, Reference};

/// How long after its time a part stays that no account or carrier takes up.
const ABANDONED_MS: i64 = 24 * 3_600_000;

/// Keeps a part, in the writer's transaction.
pub(super) fn hold(conn: &mut Conn, ctx: &Context, outlet: &str, part: &HeldPart) -> Result<()> {
    Ok(held_parts::insert(conn, &row(ctx.ids.node(), outlet, part))?)
}

/// Removes parts whose text is accepted, or that were of no use.
pub(super) fn let_go(conn: &mut Conn, ctx: &Context, outlet: &str, held: &[i64]) -> Result<()> {
    Ok(held_parts::delete(conn, ctx.ids.node(), outlet, held)?)
}

/// Takes over what `dead`, which nobody runs, kept for accounts and carriers that are known here. What nobody
/// has known for a day goes: its account was removed or has another name now.
pub(super) fn adopt(
    conn: &mut Conn,
    board: &Switchboard,
    dead: u16,
) -> std::result::Result<usize, StoreError> {
    let now = board.now();
    // Below all numbers that the edge gives, and rising.
    let number = || i64::MIN + board.inner.ids.next::<MessageKind>(now).as_i64();
    let taken = held_parts::adopt(conn, dead, board.node(), &board.carriers(), number)?;
    forget(conn, &board.carriers(), dead, now)?;
    Ok(taken)
}

/// Removes parts of accounts and carriers that have not been `known` for a day.
pub(super) fn forget(
    conn: &mut Conn,
    known: &[String],
    node: u16,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let parts = held_parts::forget(conn, node, known, now.plus_ms(-ABANDONED_MS).0)?;
    if parts > 0 {
        tracing::warn!(
            node,
            parts,
            "acknowledged parts of an account or carrier that is no more were removed"
        );
    }
    Ok(())
}

impl Switchboard {
    /// What this node keeps for an account or carrier.
    pub(super) async fn held_parts(&self, outlet: &str) -> Result<Vec<HeldPart>> {
        let (node, outlet) = (self.node(), outlet.to_owned());
        self.read(move |conn| {
            let rows = held_parts::of_outlet(conn, node, &outlet)?;
            rows.into_iter().map(part).collect()
        })
        .await
    }
}

fn row(node: u16, outlet: &str, part: &HeldPart) -> HeldRow {
    let (reference_kind, reference) = match part.concat.reference() {
        Reference::Udh8(reference) => (0, i32::from(reference)),
        Reference::Udh16(reference) => (1, i32::from(reference)),
        Reference::Sar(reference) => (2, i32::from(reference)),
    };
    HeldRow {
        node: node as i16,
        outlet: outlet.to_owned(),
        no: part.no,
        from_phone: part.from.as_i64(),
        to_number: part.to.as_i64(),
        reference_kind,
        reference,
        total: i16::from(part.concat.total()),
        part: i16::from(part.concat.seq()),
        data_coding: i16::from(part.coding.data_coding()),
        body: part.body.clone(),
        carrier_ref: part.carrier_ref.clone(),
        want_receipt: part.want_receipt,
        valid_for_s: part.valid_for_s,
        due_at: part.due_at.0,
    }
}

fn part(row: HeldRow) -> Result<HeldPart> {
    let corrupt = || StoreError::Corrupt("held_parts");
    let reference = u16::try_from(row.reference).map_err(|_| corrupt())?;
    let reference = match row.reference_kind {
        0 => Reference::Udh8(u8::try_from(reference).map_err(|_| corrupt())?),
        1 => Reference::Udh16(reference),
        _ => Reference::Sar(reference),
    };
    let small = |number: i16| u8::try_from(number).map_err(|_| corrupt());
    Ok(HeldPart {
        no: row.no,
        from: E164::from_i64(row.from_phone).ok_or_else(corrupt)?,
        to: E164::from_i64(row.to_number).ok_or_else(corrupt)?,
        concat: Concat::new(reference, small(row.total)?, small(row.part)?).ok_or_else(corrupt)?,
        coding: Coding::from_data_coding(small(row.data_coding)?),
        body: row.body,
        carrier_ref: row.carrier_ref,
        want_receipt: row.want_receipt,
        valid_for_s: row.valid_for_s,
        due_at: Timestamp(row.due_at),
    })
}
