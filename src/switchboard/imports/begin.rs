//! The beginning of an import: whether the file was begun before, and where it goes on.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use ring::digest::{Context as Hash, SHA256};

use super::stream::Rows;
use super::{Import, ImportKind, ImportOrder, Place, run, unreadable, view};
use crate::domain::id::ImportKind as IdKind;
use crate::store::Conn;
use crate::store::imports::{self, ImportRow};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::{Switchboard, communities};

/// Longest name of a file.
pub const MAX_NAME_CHARS: usize = 200;
/// What a file without a name is shown as.
const UNNAMED: &str = "import";
/// Tries where another process begins the same at one moment.
const TRIES: usize = 3;

/// An import that is to be run.
pub struct Begun {
    pub(super) order: Arc<ImportOrder>,
    pub(super) row: ImportRow,
    /// It goes on where it was broken off.
    pub goes_on: bool,
    /// This process is at it already.
    pub(super) is_under_way: bool,
}

impl Begun {
    /// How it stands.
    pub fn import(&self) -> Import {
        view(self.row.clone())
    }
}

/// A file as it was looked at.
struct Seen {
    name: Option<String>,
    /// What tells it, read so, from others.
    content: String,
    size: i64,
}

fn checked_name(name: &str) -> Result<String> {
    let chars = name.chars().count();
    if chars == 0 || chars > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(SwitchboardError::invalid(
            "name",
            format!("a file's name has 1 to {MAX_NAME_CHARS} printable characters; this one has {chars}"),
        ));
    }
    Ok(name.to_owned())
}

/// What tells this file, read so, from others; and its size.
fn content(order: &ImportOrder) -> Result<(String, i64)> {
    let mut hash = Hash::new(&SHA256);
    let read_so = format!(
        "{:?} {:?} {:?} {} {}\n",
        order.kind, order.format, order.region, order.all_or_nothing, order.dry_run
    );
    hash.update(read_so.as_bytes());
    let mut source = order.source.open().map_err(unreadable)?;
    let (mut some, mut size) = (vec![0; 64 * 1024], 0i64);
    loop {
        match source.read(&mut some) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&some[..read]);
                size = size.saturating_add(i64::try_from(read).unwrap_or(i64::MAX));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    Ok((HEXLOWER.encode(hash.finish().as_ref()), size))
}

fn kind(order: &ImportOrder) -> i16 {
    i16::from(order.kind == ImportKind::Contacts)
}

/// What becomes of the imports that are not over.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decision {
    goes_on: Option<ImportRow>,
    given_up: Vec<ImportRow>,
}

/// Whether the file goes on, and which imports it takes the place of. `at_work` are those that this process is at.
fn decide(
    order: &ImportOrder,
    seen: &Seen,
    unfinished: &[ImportRow],
    at_work: &BTreeSet<i64>,
) -> Result<Decision> {
    let mut decision = Decision::default();
    let is_at = |row: &ImportRow| at_work.contains(&row.id);
    let is_same = |row: &&ImportRow| row.content == seen.content;
    if let Some(same) = unfinished.iter().find(is_same)
        && !order.restart
        && (same.is_by_rows() || is_at(same))
    {
        decision.goes_on = Some(same.clone());
        return Ok(decision);
    }
    decision
        .given_up
        .extend(unfinished.iter().filter(is_same).cloned());
    let Some(name) = &seen.name else {
        return Ok(decision);
    };
    let is_by_rows = !order.all_or_nothing && !order.dry_run;
    let is_of_name = |row: &&ImportRow| row.name == *name && row.kind == kind(order);
    let others = unfinished.iter().filter(|row| !is_same(row));
    for other in others.filter(is_of_name).filter(|row| !is_at(row)) {
        match (other.is_by_rows(), is_by_rows) {
            (true, true) if !order.restart => {
                return Err(SwitchboardError::conflict(
                    "import_changed",
                    format!(
                        "{name} has changed, or is to be read otherwise, since its import was broken off at line {}; \
                         import the file as it was, or ask for a restart: rows that are so already count as unchanged",
                        other.next_line
                    ),
                ));
            }
            // Only looking at a file, or asking for all of it, gives up nothing that may go on.
            (true, false) => {}
            _ => decision.given_up.push(other.clone()),
        }
    }
    Ok(decision)
}

impl Switchboard {
    /// Looks at the file, and notes that its import begins, or finds that it was begun before.
    pub async fn begin_import(&self, order: ImportOrder) -> Result<Begun> {
        self.begin_beside(order, BTreeSet::new()).await
    }

    /// The same, where this process is at other imports.
    pub(super) async fn begin_beside(&self, order: ImportOrder, at_work: BTreeSet<i64>) -> Result<Begun> {
        let order = Arc::new(order);
        let looked_at = order.clone();
        let seen = self
            .read(move |_| {
                let name = looked_at.name.as_deref().map(checked_name).transpose()?;
                Rows::open(&looked_at, Place::START)?;
                let (content, size) = content(&looked_at)?;
                Ok(Seen { name, content, size })
            })
            .await?;
        let (seen, at_work) = (Arc::new(seen), Arc::new(at_work));
        let mut tries = 0;
        let (row, goes_on) = loop {
            tries += 1;
            match self.note_beginning(&order, &seen, &at_work).await {
                // Another process has begun the same meanwhile; next time it is seen.
                Err(SwitchboardError::Store(error)) if error.is_unique_violation() && tries < TRIES => {}
                noted => break noted?,
            }
        };
        self.forget_leftovers(order.community).await?;
        Ok(Begun {
            is_under_way: at_work.contains(&row.id),
            order,
            row,
            goes_on,
        })
    }

    async fn note_beginning(
        &self,
        order: &Arc<ImportOrder>,
        seen: &Arc<Seen>,
        at_work: &Arc<BTreeSet<i64>>,
    ) -> Result<(ImportRow, bool)> {
        let (order, seen, at_work) = (order.clone(), seen.clone(), at_work.clone());
        self.write(move |conn, ctx| {
            communities::require(conn, order.community)?;
            let unfinished = imports::unfinished(conn, order.community)?;
            let decision = decide(&order, &seen, &unfinished, &at_work)?;
            let turn = |conn: &mut Conn, from: &ImportRow, state| -> Result<ImportRow> {
                let to = ImportRow {
                    state,
                    changed_at: ctx.now.0,
                    failure_code: None,
                    failure_sentence: None,
                    ..from.clone()
                };
                match imports::advance(conn, from, &to)? {
                    true => Ok(to),
                    false => Err(run::elsewhere()),
                }
            };
            if let Some(row) = decision.goes_on {
                return match row.state {
                    imports::RUNNING => Ok((row, true)),
                    _ => Ok((turn(conn, &row, imports::RUNNING)?, true)),
                };
            }
            for row in &decision.given_up {
                turn(conn, row, imports::GIVEN_UP)?;
            }
            let fresh = ImportRow {
                community_id: order.community.as_i64(),
                id: ctx.id::<IdKind>().as_i64(),
                kind: kind(&order),
                together: order.all_or_nothing,
                dry_run: order.dry_run,
                name: seen.name.clone().unwrap_or_else(|| UNNAMED.to_owned()),
                content: seen.content.clone(),
                size: seen.size,
                state: imports::RUNNING,
                next_byte: 0,
                next_line: 1,
                added: 0,
                unchanged: 0,
                refused: 0,
                began_at: ctx.now.0,
                changed_at: ctx.now.0,
                failure_code: None,
                failure_sentence: None,
            };
            imports::insert(conn, &fresh)?;
            Ok((fresh, false))
        })
        .await
    }
}

#[cfg(test)]
#[path = "begin_tests.rs"]
mod tests;
