//! Who is signed in with a browser.

use diesel::prelude::*;

use super::schema::admin_sessions;
use super::{Conn, StoreError, each};

/// A session's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_sessions)]
pub struct SessionRow {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// `usr_…`
    pub user_id: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds, to within a minute.
    pub last_used_at: i64,
    /// When it ends, however much it is used; Unix milliseconds.
    pub expires_at: i64,
}

/// Adds a session.
pub fn insert(conn: &mut Conn, row: &SessionRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(admin_sessions::table).values(row).execute(c))?;
    Ok(())
}

/// The session whose token has this hash.
pub fn get(conn: &mut Conn, hash: &str) -> Result<Option<SessionRow>, StoreError> {
    Ok(each!(conn, c => admin_sessions::table
        .find(hash)
        .select(SessionRow::as_select())
        .first(c)
        .optional())?)
}

/// Notes that a session was used.
pub fn touch(conn: &mut Conn, hash: &str, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(admin_sessions::table.find(hash))
        .set(admin_sessions::last_used_at.eq(now))
        .execute(c))?;
    Ok(())
}

/// Ends a session.
pub fn remove(conn: &mut Conn, hash: &str) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_sessions::table.find(hash)).execute(c))?;
    Ok(())
}

/// Ends all sessions of a user but one; says how many.
pub fn remove_others(conn: &mut Conn, user: i64, but: &str) -> Result<usize, StoreError> {
    Ok(each!(conn, c => diesel::delete(admin_sessions::table
        .filter(admin_sessions::user_id.eq(user))
        .filter(admin_sessions::token_hash.ne(but)))
        .execute(c))?)
}

/// Forgets sessions that are over.
pub fn forget(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(admin_sessions::table.filter(admin_sessions::expires_at.le(now))).execute(c))?;
    Ok(())
}
