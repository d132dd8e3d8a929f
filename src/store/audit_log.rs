//! What was done by people who are signed in.

use diesel::prelude::*;

use super::schema::audit_log;
use super::{Conn, StoreError, each};

/// An entry.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub struct AuditRow {
    /// `aud_…`
    pub id: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// Who; none where somebody failed to sign in whom nobody knows.
    pub user_id: Option<i64>,
    /// The name, as it was then.
    pub name: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub target: String,
    /// From where.
    pub address: String,
    /// How it was answered.
    pub status: i32,
}

/// Adds an entry.
pub fn insert(conn: &mut Conn, row: &AuditRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(audit_log::table).values(row).execute(c))?;
    Ok(())
}

/// Entries before the given one, newest first.
pub fn list(conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    Ok(each!(conn, c => audit_log::table
        .filter(audit_log::id.lt(before))
        .order(audit_log::id.desc())
        .limit(limit)
        .select(AuditRow::as_select())
        .load(c))?)
}

/// Forgets entries below an id, so many at most; says how many.
pub fn forget(conn: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
    let ids: Vec<i64> = each!(conn, c => audit_log::table
        .filter(audit_log::id.lt(before))
        .order(audit_log::id)
        .limit(limit)
        .select(audit_log::id)
        .load(c))?;
    let Some(last) = ids.last() else {
        return Ok(0);
    };
    Ok(each!(conn, c => diesel::delete(audit_log::table.filter(audit_log::id.le(last))).execute(c))?)
}
