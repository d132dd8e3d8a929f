//! The key with which this instance signs its reports, and what is left of those before it.

use diesel::prelude::*;

use super::schema::{former_signing_keys, signing_keys};
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

/// What is left of a key that is not in use any more.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = former_signing_keys, treat_none_as_default_value = false)]
pub struct FormerKeyRow {
    /// The public key, in base64.
    pub public: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub ended_at: i64,
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

/// Puts another key in the place of one, of which the public half is kept; false where that is not the key any more.
pub fn replace(
    conn: &mut Conn,
    old: &SigningKeyRow,
    former: &FormerKeyRow,
    secret: &str,
) -> Result<bool, StoreError> {
    let replaced = each!(conn, c => diesel::update(signing_keys::table
        .find(ONLY)
        .filter(signing_keys::secret.eq(&old.secret)))
        .set((signing_keys::secret.eq(secret), signing_keys::created_at.eq(former.ended_at)))
        .execute(c))?;
    if replaced == 0 {
        return Ok(false);
    }
    each!(conn, c => diesel::insert_into(former_signing_keys::table).values(former).execute(c))?;
    Ok(true)
}

/// A key that was in use before, by its public half.
pub fn former(conn: &mut Conn, public: &str) -> Result<Option<FormerKeyRow>, StoreError> {
    Ok(each!(conn, c => former_signing_keys::table
        .find(public)
        .select(FormerKeyRow::as_select())
        .first(c)
        .optional())?)
}
