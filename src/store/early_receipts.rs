//! Receipts whose text is not known (yet).

use diesel::prelude::*;

use super::schema::early_receipts;
use super::{Conn, StoreError, each};

/// A receipt's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = early_receipts, treat_none_as_default_value = false)]
pub struct EarlyRow {
    /// In the order of their coming.
    pub id: i64,
    /// The carrier's outlet.
    pub carrier: String,
    /// Which of its SMSCs reports.
    pub smsc: Option<String>,
    /// The carrier's id of the part.
    pub carrier_ref: String,
    /// [`crate::domain::message::Status`] as its code.
    pub status: i16,
    /// The carrier's own words.
    pub detail: Option<String>,
    /// Unix milliseconds.
    pub received_at: i64,
}

/// Keeps a receipt.
pub fn insert(conn: &mut Conn, row: &EarlyRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(early_receipts::table).values(row).execute(c))?;
    Ok(())
}

/// The receipts under one of these references, oldest first.
pub fn under(conn: &mut Conn, references: &[&str]) -> Result<Vec<EarlyRow>, StoreError> {
    Ok(each!(conn, c => early_receipts::table
        .filter(early_receipts::carrier_ref.eq_any(references))
        .order(early_receipts::id)
        .select(EarlyRow::as_select())
        .load(c))?)
}

/// Receipts after the given one, oldest first.
pub fn page(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<EarlyRow>, StoreError> {
    Ok(each!(conn, c => early_receipts::table
        .filter(early_receipts::id.gt(after))
        .order(early_receipts::id)
        .limit(limit)
        .select(EarlyRow::as_select())
        .load(c))?)
}

/// Removes a receipt that is done with; true if it was there.
pub fn delete(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    let gone = each!(conn, c => diesel::delete(early_receipts::table.find(id)).execute(c))?;
    Ok(gone > 0)
}
