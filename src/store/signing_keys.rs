//! The key with which this instance signs its reports.

use diesel::prelude::*;

use super::schema::signing_keys;
use super::{Conn, StoreError, each};

/// There is one key.
const ONLY: i64 = 1;

/// A key's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub struct SigningKeyRow {
    id: i64,
    /// The seed, in base64.
    pub secret: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The key, if there is one.
pub fn get(conn: &mut Conn) -> Result<Option<SigningKeyRow>, StoreError> {
    Ok(each!(conn, c => signing_keys::table
        .find(ONLY)
        .select(SigningKeyRow::as_select())
        .first(c)
        .optional())?)
}

/// Keeps a key, unless there is one: whoever comes second uses the first one's.
pub fn keep(conn: &mut Conn, secret: String, created_at: i64) -> Result<(), StoreError> {
    let row = SigningKeyRow {
        id: ONLY,
        secret,
        created_at,
    };
    each!(conn, c => diesel::insert_into(signing_keys::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}
