//! Pages of lists that are newest first. Each is read by an index that is named: without statistics SQLite takes a
//! whole community for ten rows, and would walk through its primary key. Where the list is filtered by what the index
//! does not know, a page looks at a bounded number of rows, and says how far it came.

use diesel::RunQueryDsl;
use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Untyped};
use diesel::sqlite::Sqlite;

use super::{Conn, StoreError, each};
use crate::domain::id::CommunityId;

/// Rows that a page looks at in the order of the key, where they may be left out.
pub(super) const LOOKED_AT: i64 = 10_000;
/// Rows that it looks up one by one, as an index has them.
pub(super) const LOOKED_UP: i64 = 1_000;
/// Entries of an index that it looks at without a look at their rows.
const LOOKED_THROUGH: i64 = 20_000;
/// Rows that are looked up in one statement.
const AT_ONCE: usize = 250;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<T> {
    /// What was found, as much as was asked for at most.
    pub rows: Vec<T>,
    /// Where fewer were found although the list goes on: the place up to which, it included, all was looked at.
    pub looked_to: Option<i64>,
}

impl<T> Window<T> {
    /// What was found between a page's beginning and `looked_to`, of which `limit` were asked for.
    pub(super) fn new(rows: Vec<T>, looked_to: Option<i64>, limit: i64) -> Self {
        let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
        Self {
            rows,
            looked_to: looked_to.filter(|_| !is_full),
        }
    }

    /// Several lists as one, newest first: each of them was looked through as far as the first that ended early.
    pub(crate) fn merged(parts: Vec<Self>, limit: i64, place: impl Fn(&T) -> i64) -> Self {
        // Newest first: the greatest place is the nearest.
        let looked_to = parts.iter().filter_map(|part| part.looked_to).max();
        let all = parts.into_iter().flat_map(|part| part.rows);
        let mut rows: Vec<T> = all
            .filter(|row| looked_to.is_none_or(|to| place(row) >= to))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
        rows.dedup_by_key(|row| place(row));
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        Self::new(rows, looked_to, limit)
    }

    /// The same with something made of each row.
    pub fn map<U, E>(self, make: impl FnMut(T) -> Result<U, E>) -> Result<Window<U>, E> {
        Ok(Window {
            rows: self.rows.into_iter().map(make).collect::<Result<_, E>>()?,
            looked_to: self.looked_to,
        })
    }
}

/// What an index holds in the order of the ids.
pub(super) struct Stream {
    index: Option<&'static str>,
    holds: String,
}

impl Stream {
    /// What fulfils the condition, which that index has before the ids.
    pub fn new(index: &'static str, holds: String) -> Self {
        Self {
            index: Some(index),
            holds,
        }
    }

    /// Everything.
    pub fn by_key() -> Self {
        Self {
            index: None,
            holds: "1 = 1".to_owned(),
        }
    }
}

/// A stream, and what of it the list shows. Conditions hold integers and nothing that anybody wrote, so that they
/// can stand in the statement.
pub(super) struct Part {
    pub stream: Stream,
    /// What is shown as far as the index knows it.
    pub by_entry: Vec<String>,
    /// What is shown as the row alone knows.
    pub by_row: Vec<String>,
}

#[derive(diesel::QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// From where a statement reads, and in which bounds.
struct Source {
    from: String,
    before: i64,
}

impl Source {
    fn since(&self, since: i64, conditions: &[String]) -> String {
        let also: String = conditions.iter().map(|c| format!(" AND {c}")).collect();
        format!("{} AND id >= {since} AND id < {}{also}", self.from, self.before)
    }
}

fn places(conn: &mut Conn, from: &str, limit: i64, offset: i64) -> Result<Vec<i64>, StoreError> {
    let sql = format!("SELECT id {from} ORDER BY id DESC LIMIT {limit} OFFSET {offset}");
    let found: Vec<Place> = each!(conn, c => diesel::sql_query(sql).load(c))?;
    Ok(found.into_iter().map(|place| place.id).collect())
}

impl Part {
    /// The rows of it from `since` on and before `before`, newest first.
    pub fn read<R>(
        &self,
        conn: &mut Conn,
        table: &str,
        community: CommunityId,
        (since, before): (i64, i64),
        limit: i64,
    ) -> Result<Window<R>, StoreError>
    where
        R: FromSqlRow<Untyped, Sqlite> + FromSqlRow<Untyped, Pg> + 'static,
    {
        let by = match (self.stream.index, &*conn) {
            (Some(index), Conn::Sqlite(_)) => format!(" INDEXED BY {index}"),
            _ => String::new(),
        };
        let (community, holds) = (community.as_i64(), &self.stream.holds);
        let source = Source {
            from: format!("FROM {table}{by} WHERE community_id = {community} AND {holds}"),
            before,
        };
        let is_whole = self.by_entry.is_empty() && self.by_row.is_empty();
        if self.stream.index.is_none() || is_whole {
            return self.in_order(conn, &source, since, limit);
        }
        let mut looked_to = None;
        if !self.by_entry.is_empty() {
            let from = source.since(since, &[]);
            looked_to = places(conn, &from, 1, LOOKED_THROUGH - 1)?.first().copied();
        }
        let most = match self.by_row.is_empty() {
            true => limit,
            false => LOOKED_UP,
        };
        let from = source.since(looked_to.unwrap_or(since), &self.by_entry);
        let found = places(conn, &from, most, 0)?;
        if found.len() as i64 >= most {
            looked_to = found.last().copied();
        }
        let mut rows = Vec::new();
        for ids in found.chunks(AT_ONCE) {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            let conditions: String = self.by_row.iter().map(|c| format!(" AND {c}")).collect();
            let sql = format!(
                "SELECT * FROM {table} WHERE community_id = {community} AND id IN ({}){conditions}",
                ids.join(", ")
            );
            rows.extend(each!(conn, c => diesel::sql_query(sql).load::<R>(c))?);
            if rows.len() as i64 >= limit {
                break;
            }
        }
        Ok(Window::new(rows, looked_to, limit))
    }

    /// In the order of the key, or of an index that knows all that is asked for.
    fn in_order<R>(
        &self,
        conn: &mut Conn,
        source: &Source,
        since: i64,
        limit: i64,
    ) -> Result<Window<R>, StoreError>
    where
        R: FromSqlRow<Untyped, Sqlite> + FromSqlRow<Untyped, Pg> + 'static,
    {
        let shows = [self.by_entry.as_slice(), &self.by_row].concat();
        let looked_to = match shows.is_empty() {
            true => None,
            false => places(conn, &source.since(since, &[]), 1, LOOKED_AT - 1)?
                .first()
                .copied(),
        };
        let from = source.since(looked_to.unwrap_or(since), &shows);
        let sql = format!("SELECT * {from} ORDER BY id DESC LIMIT {limit}");
        let rows = each!(conn, c => diesel::sql_query(sql).load(c))?;
        Ok(Window::new(rows, looked_to, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_goes_on_after_its_last_row_and_another_after_what_was_looked_at() {
        assert_eq!(Window::new(vec![9, 8], Some(3), 2).looked_to, None);
        assert_eq!(Window::new(vec![9], Some(3), 2).looked_to, Some(3));
        assert_eq!(Window::new(vec![9], None, 2).looked_to, None);
    }

    #[test]
    fn merged_lists_lose_nothing_beyond_what_all_of_them_looked_at() {
        let short = Window::new(vec![9, 5], Some(5), 3);
        let whole = Window::new(vec![8, 4, 2], None, 3);
        let merged = Window::merged(vec![short, whole], 4, |row| *row);
        assert_eq!(
            merged,
            Window {
                rows: vec![9, 8, 5],
                looked_to: Some(5)
            }
        );
    }
}
