//! What was answered to requests with an Idempotency-Key.

use diesel::prelude::*;

use super::schema::idempotency_keys;
use super::{Conn, StoreError, each};

/// The status of a request that is still under way.
pub const UNDER_WAY: i16 = 0;

/// A kept answer's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct IdempotencyRow {
    /// `key_…` of the API key.
    pub key_id: i64,
    /// What the caller sent as Idempotency-Key.
    pub name: String,
    /// SHA-256 of method, path and body, in hex.
    pub request_hash: String,
    /// HTTP status, or [`UNDER_WAY`].
    pub status: i16,
    /// The body.
    pub answer: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// Claims a name; false if it is taken.
pub fn claim(conn: &mut Conn, row: &IdempotencyRow) -> Result<bool, StoreError> {
    let made = each!(conn, c => diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(made > 0)
}

/// What is kept under a name.
pub fn get(conn: &mut Conn, key_id: i64, name: &str) -> Result<Option<IdempotencyRow>, StoreError> {
    Ok(each!(conn, c => idempotency_keys::table
        .find((key_id, name))
        .select(IdempotencyRow::as_select())
        .first(c)
        .optional())?)
}

/// Keeps an answer under a claimed name.
pub fn keep(conn: &mut Conn, key_id: i64, name: &str, status: i16, answer: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(idempotency_keys::table.find((key_id, name)))
        .set((idempotency_keys::status.eq(status), idempotency_keys::answer.eq(answer)))
        .execute(c))?;
    Ok(())
}

/// Gives a name back.
pub fn release(conn: &mut Conn, key_id: i64, name: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(idempotency_keys::table.find((key_id, name))).execute(c))?;
    Ok(())
}

/// Forgets what was kept before the given time.
pub fn forget(conn: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
    let old: Vec<(i64, String)> = each!(conn, c => idempotency_keys::table
        .filter(idempotency_keys::created_at.lt(before))
        .order(idempotency_keys::created_at)
        .limit(limit)
        .select((idempotency_keys::key_id, idempotency_keys::name))
        .load(c))?;
    for (key_id, name) in &old {
        release(conn, *key_id, name)?;
    }
    Ok(old.len())
}

/// Takes a name over from a request that began at the given time; false if somebody else did.
pub fn take_over(conn: &mut Conn, row: &IdempotencyRow, began: i64) -> Result<bool, StoreError> {
    let taken = each!(conn, c => diesel::update(idempotency_keys::table
        .find((row.key_id, &row.name))
        .filter(idempotency_keys::created_at.eq(began)))
        .set((
            idempotency_keys::request_hash.eq(&row.request_hash),
            idempotency_keys::status.eq(row.status),
            idempotency_keys::answer.eq(&row.answer),
            idempotency_keys::created_at.eq(row.created_at),
        ))
        .execute(c))?;
    Ok(taken > 0)
}
