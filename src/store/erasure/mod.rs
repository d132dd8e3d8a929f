//! One person's data go: what that means for each table, and the statements that do it.
//!
//! Every table of `schema.rs` stands in [`tables::TABLES`]; a test fails for one that does not. Each statement changes some
//! rows at a time, is run until it changes none, and may be run again from the beginning: an erasure that was broken
//! off goes on.

pub mod compact;
pub mod tables;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::schema::erasures;
use super::{Conn, StoreError, each};
use crate::domain::id::{CommunityId, MemberId};

/// Rows that one statement changes.
pub const AT_ONCE: i64 = 500;
/// Rows that one search looks at.
const LOOKED_AT: i64 = 5_000;

/// Whose data are to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Of which community.
    pub community: CommunityId,
    /// Who it was.
    pub member: MemberId,
    /// The phones that are, or were, theirs and are nobody else's now.
    pub phones: Vec<i64>,
    /// What they are called, and were called before.
    pub names: Vec<String>,
    /// Their id, and those of whoever became one with them.
    pub selves: Vec<i64>,
}

/// An erasure's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = erasures, treat_none_as_default_value = false)]
pub struct ErasureRow {
    /// `com_…`
    pub community_id: i64,
    /// `mem_…`
    pub member_id: i64,
    /// JSON; empty once only the file is to be written anew.
    pub names: String,
    /// JSON.
    pub phones: String,
    /// Unix milliseconds.
    pub began_at: i64,
}

/// Notes an erasure, or what is left of it.
pub fn put(conn: &mut Conn, row: &ErasureRow) -> Result<(), StoreError> {
    each!(conn, c => diesel::insert_into(erasures::table)
        .values(row)
        .on_conflict((erasures::community_id, erasures::member_id))
        .do_update()
        .set((erasures::names.eq(&row.names), erasures::phones.eq(&row.phones)))
        .execute(c))?;
    Ok(())
}

/// An erasure that goes on.
pub fn get(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Option<ErasureRow>, StoreError> {
    Ok(each!(conn, c => erasures::table
        .find((community.as_i64(), member.as_i64()))
        .select(ErasureRow::as_select())
        .first(c)
        .optional())?)
}

/// Those of a community that go on.
pub fn of_community(conn: &mut Conn, community: CommunityId) -> Result<Vec<ErasureRow>, StoreError> {
    Ok(each!(conn, c => erasures::table
        .filter(erasures::community_id.eq(community.as_i64()))
        .select(ErasureRow::as_select())
        .load(c))?)
}

/// All that go on.
pub fn all(conn: &mut Conn) -> Result<Vec<ErasureRow>, StoreError> {
    Ok(each!(conn, c => erasures::table.select(ErasureRow::as_select()).load(c))?)
}

/// It is over.
pub fn delete(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(erasures::table.find((community.as_i64(), member.as_i64()))).execute(c))?;
    Ok(())
}

/// Runs a statement; says how many rows it changed.
pub fn run(conn: &mut Conn, sql: &str) -> Result<usize, StoreError> {
    Ok(each!(conn, c => diesel::sql_query(sql).execute(c))?)
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = BigInt)]
    key: i64,
}

/// The integers that a statement selects, under the name `key`.
pub fn keys(conn: &mut Conn, sql: &str) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<Key> = each!(conn, c => diesel::sql_query(sql).load(c))?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// A row with a text.
#[derive(QueryableByName)]
pub struct Written {
    /// Its key.
    #[diesel(sql_type = BigInt)]
    pub key: i64,
    /// Its text.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// The rows that a statement selects, under the names `key` and `text`.
pub fn texts(conn: &mut Conn, sql: &str) -> Result<Vec<Written>, StoreError> {
    Ok(each!(conn, c => diesel::sql_query(sql).load(c))?)
}

/// Writes an event's data anew.
pub fn rewrite_event(conn: &mut Conn, community: CommunityId, id: i64, data: &str) -> Result<(), StoreError> {
    use super::schema::events;
    each!(conn, c => diesel::update(events::table.find((community.as_i64(), id)))
        .set(events::data.eq(data))
        .execute(c))?;
    Ok(())
}

/// The last key of the next rows of a table that are looked at together; none at its end.
pub fn reach(
    conn: &mut Conn,
    table: &str,
    (key, community): (&str, Option<CommunityId>),
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let of = match community {
        Some(community) => format!("community_id = {} AND", community.as_i64()),
        None => String::new(),
    };
    let rest = format!("FROM {table} WHERE {of} {key} > {after} ORDER BY {key}");
    let far = keys(
        conn,
        &format!("SELECT {key} AS key {rest} LIMIT 1 OFFSET {}", LOOKED_AT - 1),
    )?;
    if let Some(key) = far.first() {
        return Ok(Some(*key));
    }
    let last = keys(conn, &format!("SELECT {key} AS key {rest} DESC LIMIT 1"))?;
    Ok(last.first().copied())
}

/// A text as it stands in a statement.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// The condition that a column holds this text somewhere.
pub fn holds(column: &str, text: &str) -> String {
    format!(
        "{column} LIKE {} ESCAPE '!'",
        quoted(&format!("%{}%", literally(text)))
    )
}

fn literally(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '%' | '_' | '!' => vec!['!', c],
            other => vec![other],
        })
        .collect()
}

/// The condition that a column may hold this name, however it is written: blanks and letters beyond ASCII, which the
/// databases change to small ones each in its own way, are left open. Who asks looks at what is found.
pub fn may_hold(column: &str, name: &str) -> String {
    let open: String = name
        .to_lowercase()
        .chars()
        .flat_map(|c| match c.is_ascii() && !c.is_whitespace() {
            true => literally(&c.to_string()).chars().collect(),
            false => vec!['%'],
        })
        .collect();
    format!("lower({column}) LIKE {} ESCAPE '!'", quoted(&format!("%{open}%")))
}

/// The condition that a text holds these digits, also with blanks, hyphens, points, slashes and brackets between them.
pub fn holds_digits(column: &str, digits: &str) -> String {
    let bare = [" ", "-", ".", "(", ")", "/", "\u{a0}"]
        .iter()
        .fold(column.to_owned(), |text, sign| {
            format!("replace({text}, '{sign}', '')")
        });
    format!("{bare} LIKE '%{digits}%'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place_in_a_statement() {
        assert_eq!(quoted("O'Neil\0"), "'O''Neil'");
        assert_eq!(holds("text", "50%_!'"), "text LIKE '%50!%!_!!''%' ESCAPE '!'");
        let name = "Zoë O'%";
        assert_eq!(
            may_hold("text", name),
            "lower(text) LIKE '%zo%%o''!%%' ESCAPE '!'"
        );
    }
}
