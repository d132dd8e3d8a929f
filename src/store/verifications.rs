//! Verifications that the API was asked for, with their reports in pieces.

use diesel::prelude::*;

use super::schema::{verification_parts, verifications};
use super::{Conn, StoreError, each};
use crate::domain::Timestamp;
use crate::domain::id::VerificationId;

/// A verification's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = verifications, treat_none_as_default_value = false)]
pub struct VerificationRow {
    /// `ver_…`
    pub id: i64,
    /// `com_…`; none for all communities.
    pub community_id: Option<i64>,
    /// `running`, `done`, `failed` or `interrupted`.
    pub state: String,
    /// Looked at so far.
    pub assignments: i64,
    /// How many there are, about.
    pub about: i64,
    /// Found so far.
    pub offenders: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// Unix milliseconds.
    pub began_at: i64,
    /// When it last gave a sign of life, Unix milliseconds.
    pub updated_at: i64,
    /// Unix milliseconds.
    pub ended_at: Option<i64>,
}

/// It goes on.
pub const RUNNING: &str = "running";
/// Its report is there.
pub const DONE: &str = "done";
/// It came to no end.
pub const FAILED: &str = "failed";
/// It was given up: nothing was heard of it any more.
pub const INTERRUPTED: &str = "interrupted";

/// The first key of the advisory locks, and the only second one.
const BEGIN_LOCK: (i32, i32) = (0x7665_7269, 1);

/// On PostgreSQL, lets one transaction at a time begin a verification.
pub fn hold(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.is_postgres() {
        true => conn.execute(&format!(
            "SELECT pg_advisory_xact_lock({}, {})",
            BEGIN_LOCK.0, BEGIN_LOCK.1
        )),
        false => Ok(()),
    }
}

/// Adds a verification.
pub fn insert(conn: &mut Conn, row: &VerificationRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(verifications::table).values(row).execute(c))?;
    Ok(())
}

/// One verification.
pub fn get(conn: &mut Conn, id: VerificationId) -> Result<Option<VerificationRow>, StoreError> {
    Ok(each!(conn, c => verifications::table
        .find(id.as_i64())
        .select(VerificationRow::as_select())
        .first(c)
        .optional())?)
}

/// Verifications, newest first, before the given one.
pub fn list(conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<VerificationRow>, StoreError> {
    Ok(each!(conn, c => verifications::table
        .filter(verifications::id.lt(before))
        .order(verifications::id.desc())
        .limit(limit)
        .select(VerificationRow::as_select())
        .load(c))?)
}

/// What may change of a verification.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = verifications)]
pub struct VerificationChange {
    /// `running`, `done`, `failed` or `interrupted`.
    pub state: &'static str,
    /// Looked at so far.
    pub assignments: i64,
    /// How many there are, about.
    pub about: i64,
    /// Found so far.
    pub offenders: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// Unix milliseconds.
    pub ended_at: Option<i64>,
}

/// Notes how far a verification is that goes on, and has given a sign of life since a moment. False of any other: it
/// was given up, or forgotten, and stays so.
pub fn update(
    conn: &mut Conn,
    id: VerificationId,
    alive_since: Timestamp,
    change: &VerificationChange,
) -> Result<bool, StoreError> {
    let noted = each!(conn, c => diesel::update(verifications::table
        .find(id.as_i64())
        .filter(verifications::state.eq(RUNNING))
        .filter(verifications::updated_at.ge(alive_since.0)))
        .set(change)
        .execute(c))?;
    Ok(noted > 0)
}

/// Gives up those that go on and have given no sign of life since a moment.
pub fn give_up(conn: &mut Conn, alive_since: Timestamp) -> Result<(), StoreError> {
    each!(conn, c => diesel::update(verifications::table
        .filter(verifications::state.eq(RUNNING))
        .filter(verifications::updated_at.lt(alive_since.0)))
        .set(verifications::state.eq(INTERRUPTED))
        .execute(c))?;
    Ok(())
}

/// Removes some pieces of a report; false when none is left.
pub fn forget_parts(conn: &mut Conn, id: i64, most: i64) -> Result<bool, StoreError> {
    let some: Vec<i64> = each!(conn, c => verification_parts::table
        .filter(verification_parts::verification_id.eq(id))
        .order(verification_parts::no)
        .limit(most)
        .select(verification_parts::no)
        .load(c))?;
    let Some(last) = some.last() else {
        return Ok(false);
    };
    each!(conn, c => diesel::delete(verification_parts::table
        .filter(verification_parts::verification_id.eq(id))
        .filter(verification_parts::no.le(last)))
        .execute(c))?;
    Ok(true)
}

/// Removes a verification that has no pieces any more.
pub fn forget(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(verifications::table.find(id)).execute(c))?;
    Ok(())
}

/// Keeps a piece of a report.
pub fn add_part(conn: &mut Conn, id: VerificationId, no: i64, body: &str) -> Result<(), StoreError> {
    let row = (
        verification_parts::verification_id.eq(id.as_i64()),
        verification_parts::no.eq(no),
        verification_parts::body.eq(body),
    );
    each!(conn, c => diesel::insert_into(verification_parts::table).values(row).execute(c))?;
    Ok(())
}

/// One piece of a report.
pub fn part(conn: &mut Conn, id: VerificationId, no: i64) -> Result<Option<String>, StoreError> {
    Ok(each!(conn, c => verification_parts::table
        .find((id.as_i64(), no))
        .select(verification_parts::body)
        .first(c)
        .optional())?)
}
