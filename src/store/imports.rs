//! Imports of files: how far each has come, from which line what came, and which rows were refused.

use diesel::prelude::*;

use super::schema::{import_lines, import_refusals, imports};
use super::{Conn, StoreError, each, insert_all};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, ImportId, lowest_at};

/// Rows are still to be looked at.
pub const RUNNING: i16 = 0;
/// Every row was looked at.
pub const DONE: i16 = 1;
/// Rows were refused, so that nothing stands.
pub const REFUSED: i16 = 2;
/// Another file has taken its place, or it was begun anew.
pub const GIVEN_UP: i16 = 3;
/// It broke off by an error. Where rows stand for themselves, it may go on.
pub const FAILED: i16 = 4;

/// Lines that are forgotten in one statement.
const FORGOTTEN_AT_ONCE: i64 = 2_000;

/// An import's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, primary_key(community_id, id), treat_none_as_null = true)]
pub struct ImportRow {
    /// `com_…`
    pub community_id: i64,
    /// `imp_…`
    pub id: i64,
    /// 0 members, 1 contacts.
    pub kind: i16,
    /// All or nothing.
    pub together: bool,
    /// Says what would be.
    pub dry_run: bool,
    /// What the file is called.
    pub name: String,
    /// SHA-256 of the file and of how it is read, in hex.
    pub content: String,
    /// Bytes of the file.
    pub size: i64,
    /// [`RUNNING`], [`DONE`], [`REFUSED`], [`GIVEN_UP`] or [`FAILED`].
    pub state: i16,
    /// Where the rows begin that are still to be looked at.
    pub next_byte: i64,
    /// The line of that place.
    pub next_line: i64,
    /// Rows that made something.
    pub added: i64,
    /// Rows that were so already.
    pub unchanged: i64,
    /// Rows that were refused.
    pub refused: i64,
    /// Unix milliseconds.
    pub began_at: i64,
    /// Unix milliseconds.
    pub changed_at: i64,
    /// Why it is [`FAILED`], by a stable word.
    pub failure_code: Option<String>,
    /// And in a sentence.
    pub failure_sentence: Option<String>,
}

impl ImportRow {
    /// Each row stands for itself, so that it goes on from any.
    pub fn is_by_rows(&self) -> bool {
        !self.together && !self.dry_run
    }

    /// It will not go on.
    pub fn is_over(&self) -> bool {
        match self.state {
            RUNNING => false,
            FAILED => !self.is_by_rows(),
            _ => true,
        }
    }
}

/// From which line something came.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_lines)]
pub struct LineRow {
    /// `com_…`
    pub community_id: i64,
    /// `imp_…`
    pub import_id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// `mem_…` of a pair, or 0.
    pub contact_id: i64,
    /// The line.
    pub line: i64,
}

/// A row of the file that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_refusals)]
pub struct RefusalRow {
    /// `com_…`
    pub community_id: i64,
    /// `imp_…`
    pub import_id: i64,
    /// Its line.
    pub line: i64,
    /// A stable word.
    pub reason: String,
    /// Why, and what to mend.
    pub sentence: String,
}

/// Has PostgreSQL look how its tables have grown. Autovacuum does so too, but only now and then, and until then a
/// community is taken for a small part of each table and read through. On SQLite the statistics stand.
pub fn renew_statistics(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(_) => {
            let grown = "members, devices, member_references, import_lines, assignments";
            conn.execute(&format!("ANALYZE {grown}, device_history, assignment_history"))
        }
    }
}

/// Adds an import.
pub fn insert(conn: &mut Conn, row: &ImportRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(imports::table).values(row).execute(c))?;
    Ok(())
}

/// One import.
pub fn get(conn: &mut Conn, community: CommunityId, id: ImportId) -> Result<Option<ImportRow>, StoreError> {
    Ok(each!(conn, c => imports::table
        .find((community.as_i64(), id.as_i64()))
        .select(ImportRow::as_select())
        .first(c)
        .optional())?)
}

/// Imports that are not over, newest first.
pub fn unfinished(conn: &mut Conn, community: CommunityId) -> Result<Vec<ImportRow>, StoreError> {
    let mut rows: Vec<ImportRow> = each!(conn, c => imports::table
        .filter(imports::community_id.eq(community.as_i64()))
        .filter(imports::state.eq_any([RUNNING, FAILED]))
        .order(imports::id.desc())
        .select(ImportRow::as_select())
        .load(c))?;
    rows.retain(|row| !row.is_over());
    Ok(rows)
}

/// The first import after the given one that has lines, or whose lines were left when it went.
pub fn next_with_lines(
    conn: &mut Conn,
    community: CommunityId,
    after: i64,
) -> Result<Option<ImportId>, StoreError> {
    let id: Option<i64> = each!(conn, c => import_lines::table
        .filter(import_lines::community_id.eq(community.as_i64()))
        .filter(import_lines::import_id.gt(after))
        .order(import_lines::import_id)
        .select(import_lines::import_id)
        .first(c)
        .optional())?;
    Ok(id.map(ImportId::from_i64))
}

/// Imports, newest first, before the given one.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    before: i64,
    limit: i64,
) -> Result<Vec<ImportRow>, StoreError> {
    Ok(each!(conn, c => imports::table
        .filter(imports::community_id.eq(community.as_i64()))
        .filter(imports::id.lt(before))
        .order(imports::id.desc())
        .limit(limit)
        .select(ImportRow::as_select())
        .load(c))?)
}

/// The first import that was over before a moment.
pub fn over_before(
    conn: &mut Conn,
    community: CommunityId,
    before: Timestamp,
) -> Result<Option<ImportId>, StoreError> {
    // Whatever was over by then had begun by then, and ids are in the order of beginning.
    let id: Option<i64> = each!(conn, c => imports::table
        .filter(imports::community_id.eq(community.as_i64()))
        .filter(imports::id.lt(lowest_at(before)))
        .filter(imports::state.ne(RUNNING))
        .filter(imports::changed_at.lt(before.0))
        .order(imports::id)
        .select(imports::id)
        .first(c)
        .optional())?;
    Ok(id.map(ImportId::from_i64))
}

/// Forgets an import that is over, once nothing is left of its lines and refused rows.
pub fn delete_over(conn: &mut Conn, community: CommunityId, import: ImportId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(imports::table
        .find((community.as_i64(), import.as_i64()))
        .filter(imports::state.ne(RUNNING)))
        .execute(c))?;
    Ok(())
}

/// Puts `to` in the place of `from`; false where it is no longer as `from` has it, for somebody else is at it.
pub fn advance(conn: &mut Conn, from: &ImportRow, to: &ImportRow) -> Result<bool, StoreError> {
    let changed = each!(conn, c => diesel::update(imports::table
        .find((from.community_id, from.id))
        .filter(imports::state.eq(from.state))
        .filter(imports::next_byte.eq(from.next_byte)))
        .set(to)
        .execute(c))?;
    Ok(changed > 0)
}

/// Notes from which lines things came that have none yet.
pub fn note_lines(conn: &mut Conn, rows: &[LineRow]) -> Result<(), StoreError> {
    insert_all!(conn, import_lines::table, rows);
    Ok(())
}

/// The line from which a pair came.
pub fn line_of(
    conn: &mut Conn,
    community: CommunityId,
    import: ImportId,
    (member, contact): (i64, i64),
) -> Result<Option<i64>, StoreError> {
    Ok(each!(conn, c => import_lines::table
        .find((community.as_i64(), import.as_i64(), member, contact))
        .select(import_lines::line)
        .first(c)
        .optional())?)
}

/// The lines from which these members came.
pub fn lines_of(
    conn: &mut Conn,
    community: CommunityId,
    import: ImportId,
    members: &[i64],
) -> Result<Vec<LineRow>, StoreError> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    Ok(each!(conn, c => import_lines::table
        .filter(import_lines::community_id.eq(community.as_i64()))
        .filter(import_lines::import_id.eq(import.as_i64()))
        .filter(import_lines::member_id.eq_any(members))
        .filter(import_lines::contact_id.eq(0))
        .select(LineRow::as_select())
        .load(c))?)
}

/// Forgets some lines of an import; true while there may be more.
pub fn forget_lines(conn: &mut Conn, community: CommunityId, import: ImportId) -> Result<bool, StoreError> {
    let last: Option<i64> = each!(conn, c => import_lines::table
        .filter(import_lines::community_id.eq(community.as_i64()))
        .filter(import_lines::import_id.eq(import.as_i64()))
        .order((import_lines::member_id, import_lines::contact_id))
        .offset(FORGOTTEN_AT_ONCE)
        .select(import_lines::member_id)
        .first(c)
        .optional())?;
    each!(conn, c => diesel::delete(import_lines::table
        .filter(import_lines::community_id.eq(community.as_i64()))
        .filter(import_lines::import_id.eq(import.as_i64()))
        .filter(import_lines::member_id.le(last.unwrap_or(i64::MAX))))
        .execute(c))?;
    Ok(last.is_some())
}

/// Notes refused rows.
pub fn refuse(conn: &mut Conn, rows: &[RefusalRow]) -> Result<(), StoreError> {
    insert_all!(conn, import_refusals::table, rows);
    Ok(())
}

/// Refused rows in the order of their lines, after one.
pub fn refusals(
    conn: &mut Conn,
    community: CommunityId,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<RefusalRow>, StoreError> {
    Ok(each!(conn, c => import_refusals::table
        .filter(import_refusals::community_id.eq(community.as_i64()))
        .filter(import_refusals::import_id.eq(import.as_i64()))
        .filter(import_refusals::line.gt(after))
        .order(import_refusals::line)
        .limit(limit)
        .select(RefusalRow::as_select())
        .load(c))?)
}

/// Forgets some refused rows of an import; true while there may be more.
pub fn forget_refusals(
    conn: &mut Conn,
    community: CommunityId,
    import: ImportId,
) -> Result<bool, StoreError> {
    let last: Option<i64> = each!(conn, c => import_refusals::table
        .filter(import_refusals::community_id.eq(community.as_i64()))
        .filter(import_refusals::import_id.eq(import.as_i64()))
        .order(import_refusals::line)
        .offset(FORGOTTEN_AT_ONCE)
        .select(import_refusals::line)
        .first(c)
        .optional())?;
    each!(conn, c => diesel::delete(import_refusals::table
        .filter(import_refusals::community_id.eq(community.as_i64()))
        .filter(import_refusals::import_id.eq(import.as_i64()))
        .filter(import_refusals::line.le(last.unwrap_or(i64::MAX))))
        .execute(c))?;
    Ok(last.is_some())
}
