//! Parts of long texts that were acknowledged before the others came.

use diesel::prelude::*;

use super::schema::held_parts;
use super::{Conn, StoreError, each};

/// A part's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = held_parts, treat_none_as_default_value = false)]
pub struct HeldRow {
    /// Whose links it came over.
    pub node: i16,
    /// The account or carrier that sent it.
    pub outlet: String,
    /// Its number there, in the order of coming.
    pub no: i64,
    /// The real phone that it came from, E.164.
    pub from_phone: i64,
    /// The number that it was sent to, E.164.
    pub to_number: i64,
    /// Which space the reference is of: 0 UDH of 8 bits, 1 UDH of 16 bits, 2 SAR.
    pub reference_kind: i16,
    /// What its text's parts have in common.
    pub reference: i32,
    /// How many parts its text has.
    pub total: i16,
    /// Which part it is, from 1.
    pub part: i16,
    /// How the bytes are to be read.
    pub data_coding: i16,
    /// The bytes, without a header.
    pub body: Vec<u8>,
    /// The carrier's own id of it.
    pub carrier_ref: Option<String>,
    /// Its sender asked for a receipt.
    pub want_receipt: bool,
    /// Its sender's own deadline, in seconds.
    pub valid_for_s: Option<i64>,
    /// When its text is given up, Unix milliseconds.
    pub due_at: i64,
}

/// Keeps a part; once is enough.
pub fn insert(conn: &mut Conn, row: &HeldRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(held_parts::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// What a node keeps for an account or carrier, in the order of coming.
pub fn of_outlet(conn: &mut Conn, node: u16, outlet: &str) -> Result<Vec<HeldRow>, StoreError> {
    Ok(each!(conn, c => held_parts::table
        .filter(held_parts::node.eq(node as i16))
        .filter(held_parts::outlet.eq(outlet))
        .order(held_parts::no)
        .select(HeldRow::as_select())
        .load(c))?)
}

/// Removes parts that are done with.
pub fn delete(conn: &mut Conn, node: u16, outlet: &str, numbers: &[i64]) -> Result<(), StoreError> {
    for no in numbers {
        each!(conn, c => diesel::delete(held_parts::table.find((node as i16, outlet, *no))).execute(c))?;
    }
    Ok(())
}

/// The nodes that have parts.
pub fn nodes(conn: &mut Conn) -> Result<Vec<u16>, StoreError> {
    let nodes: Vec<i16> = each!(conn, c => held_parts::table.select(held_parts::node).distinct().load(c))?;
    Ok(nodes.into_iter().map(|n| n as u16).collect())
}

/// Takes over the parts that a node which is gone kept for these accounts and carriers, under new numbers;
/// returns how many.
pub fn adopt(
    conn: &mut Conn,
    from: u16,
    to: u16,
    outlets: &[String],
    mut number: impl FnMut() -> i64,
) -> Result<usize, StoreError> {
    let rows: Vec<(String, i64)> = each!(conn, c => held_parts::table
        .filter(held_parts::node.eq(from as i16))
        .filter(held_parts::outlet.eq_any(outlets))
        .order((held_parts::outlet, held_parts::no))
        .select((held_parts::outlet, held_parts::no))
        .load(c))?;
    for (outlet, no) in &rows {
        each!(conn, c => diesel::update(held_parts::table.find((from as i16, outlet, *no)))
            .set((held_parts::node.eq(to as i16), held_parts::no.eq(number())))
            .execute(c))?;
    }
    Ok(rows.len())
}

/// Removes a node's parts of other accounts and carriers than these whose text was to be given up before then;
/// returns how many.
pub fn forget(conn: &mut Conn, node: u16, not_of: &[String], before: i64) -> Result<usize, StoreError> {
    Ok(each!(conn, c => diesel::delete(held_parts::table
        .filter(held_parts::node.eq(node as i16))
        .filter(held_parts::outlet.ne_all(not_of))
        .filter(held_parts::due_at.lt(before)))
        .execute(c))?)
}
