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
