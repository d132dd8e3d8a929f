//! Bearer keys, hashed at rest.

use diesel::prelude::*;

use super::schema::api_keys;
use super::{Conn, StoreError, each};

/// A key's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    /// `key_…`
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// `admin`, `community` or `app`.
    pub scope: String,
    /// The one community it opens, if not all.
    pub community_id: Option<i64>,
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; none = never.
    pub expires_at: Option<i64>,
    /// Unix milliseconds, to within a minute.
    pub last_used_at: Option<i64>,
    /// Unix milliseconds.
    pub revoked_at: Option<i64>,
    /// The app that it belongs to, for a key of scope `app`.
    pub app: Option<String>,
    /// Opens nothing but reading.
    pub read_only: bool,
}

/// Adds a key.
pub fn insert(conn: &mut Conn, row: &KeyRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(api_keys::table).values(row).execute(c))?;
    Ok(())
}

/// The key whose token has this hash.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<KeyRow>, StoreError> {
    Ok(each!(conn, c => api_keys::table
        .filter(api_keys::token_hash.eq(hash))
        .select(KeyRow::as_select())
        .first(c)
        .optional())?)
}

/// Notes that a key was used.
pub fn touch(conn: &mut Conn, id: i64, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(api_keys::table.find(id)).set(api_keys::last_used_at.eq(now)).execute(c))?;
    Ok(())
}

/// Keys after the given one, oldest first.
pub fn list(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<KeyRow>, StoreError> {
    Ok(each!(conn, c => api_keys::table
        .filter(api_keys::id.gt(after))
        .order(api_keys::id)
        .limit(limit)
        .select(KeyRow::as_select())
        .load(c))?)
}

/// One key.
pub fn get(conn: &mut Conn, id: i64) -> Result<Option<KeyRow>, StoreError> {
    Ok(each!(conn, c => api_keys::table.find(id).select(KeyRow::as_select()).first(c).optional())?)
}

/// Revokes a key; true if it was there and alive.
pub fn revoke(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let changed = each!(conn, c => diesel::update(api_keys::table.find(id).filter(api_keys::revoked_at.is_null()))
        .set(api_keys::revoked_at.eq(now))
        .execute(c))?;
    Ok(changed > 0)
}
