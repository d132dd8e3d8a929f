//! Files of members or contacts, of any length. Rows are applied some at a time, and how far the file has come is
//! written with them: a file that was broken off goes on where it stopped, and no row is applied twice or lost.

mod begin;
mod contacts;
mod csv;
mod forget;
mod jobs;
mod lines;
mod members;
mod phone;
mod plan;
mod rows;
mod run;
mod stream;
mod together;
mod views;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use begin::{Begun, MAX_NAME_CHARS as MAX_FILE_NAME_CHARS};
pub(super) use jobs::Jobs;
pub use lines::Place;
pub use rows::{ImportFormat, ImportKind};
use views::view;
pub use views::{Import, ImportFailure, ImportMode, ImportState, ImportWhat, RefusedRow};

use super::error::{Result, SwitchboardError};
use super::{Switchboard, communities};
use crate::domain::id::{CommunityId, ImportId};
use crate::domain::pool::Region;
use crate::store::imports::{self as store, ImportRow, RefusalRow};
use rows::{Content, Refusal};

/// Most members in an import that is all or nothing, unless it is asked for however long it takes.
pub const MOST_MEMBERS_TOGETHER: u64 = 100_000;
/// Most contacts likewise: a pair costs more.
pub const MOST_CONTACTS_TOGETHER: u64 = 2_000;

/// Something that can be read from its beginning, and more than once.
pub trait ImportSource: Send + Sync {
    /// Begins to read.
    fn open(&self) -> io::Result<Box<dyn Reading>>;
}

/// What is read.
pub trait Reading: Read + Seek + Send {}

impl<R: Read + Seek + Send> Reading for R {}

impl ImportSource for PathBuf {
    fn open(&self) -> io::Result<Box<dyn Reading>> {
        Ok(Box::new(File::open(self)?))
    }
}

impl ImportSource for bytes::Bytes {
    fn open(&self) -> io::Result<Box<dyn Reading>> {
        Ok(Box::new(io::Cursor::new(self.clone())))
    }
}

/// What is to be imported, and how.
#[derive(Clone)]
pub struct ImportOrder {
    /// Into which community.
    pub community: CommunityId,
    /// What the rows are.
    pub kind: ImportKind,
    /// How they are written.
    pub format: ImportFormat,
    /// Where numbers without a country code are at home.
    pub region: Option<Region>,
    /// Nothing stands where a row is refused.
    pub all_or_nothing: bool,
    /// Take more rows at once than [`MOST_MEMBERS_TOGETHER`]; texts wait for as long as it takes.
    pub however_long: bool,
    /// Say what would be; make nothing.
    pub dry_run: bool,
    /// Begin anew where the file, or another under its name, was broken off.
    pub restart: bool,
    /// What the file is called, if it is called anything: a file that has changed under its name does not go on.
    pub name: Option<String>,
    /// The file.
    pub source: Arc<dyn ImportSource>,
}

/// How far an import has come, for whoever watches.
#[derive(Debug, Default)]
pub struct ImportProgress {
    /// Bytes of the file that are done.
    pub bytes: AtomicU64,
}

/// A row of a file.
#[derive(Clone, Debug)]
struct Row {
    line: u64,
    /// Where the next row begins.
    end: Place,
    content: std::result::Result<Content, Refusal>,
}

/// What became of a row.
#[derive(Clone, Debug)]
enum Outcome {
    Added,
    Unchanged,
    Refused(Refusal),
}

/// When an import has the statistics renewed of the tables that it fills: after some rows, and then ever more seldom.
struct Growth {
    rows: usize,
    next: usize,
}

impl Default for Growth {
    fn default() -> Self {
        Self { rows: 0, next: 1_000 }
    }
}

impl Growth {
    /// Counts rows; true when it is time.
    fn is_much(&mut self, rows: usize) -> bool {
        self.rows = self.rows.saturating_add(rows);
        let is_much = self.rows >= self.next;
        if is_much {
            self.next = self.rows.saturating_mul(4);
        }
        is_much
    }
}

/// Which import, of which community.
#[derive(Clone, Copy, Debug)]
struct Scope {
    community: CommunityId,
    import: ImportId,
}

impl Scope {
    fn of(row: &ImportRow) -> Self {
        Self {
            community: CommunityId::from_i64(row.community_id),
            import: ImportId::from_i64(row.id),
        }
    }
}

fn unreadable(error: io::Error) -> SwitchboardError {
    SwitchboardError::invalid("file", format!("the file cannot be read: {error}"))
}

/// Adds outcomes to the figures; returns the refusals among them.
fn tally(row: &mut ImportRow, rows: &[Row], outcomes: &[Outcome]) -> Vec<RefusalRow> {
    let mut refused = Vec::new();
    for (of, outcome) in rows.iter().zip(outcomes) {
        match outcome {
            Outcome::Added => row.added += 1,
            Outcome::Unchanged => row.unchanged += 1,
            Outcome::Refused(Refusal { reason, sentence }) => {
                row.refused += 1;
                refused.push(RefusalRow {
                    community_id: row.community_id,
                    import_id: row.id,
                    line: i64::try_from(of.line).unwrap_or(i64::MAX),
                    reason: (*reason).to_owned(),
                    sentence: sentence.clone(),
                });
            }
        }
    }
    if let Some(last) = rows.get(..outcomes.len()).and_then(<[Row]>::last) {
        row.next_byte = i64::try_from(last.end.byte).unwrap_or(i64::MAX);
        row.next_line = i64::try_from(last.end.line).unwrap_or(i64::MAX);
    }
    refused
}

impl Switchboard {
    /// One import.
    pub async fn import(&self, community: CommunityId, id: ImportId) -> Result<Import> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let found = store::get(conn, community, id)?;
            found
                .map(view)
                .ok_or_else(|| SwitchboardError::not_found("import", id))
        })
        .await
    }

    /// Imports, newest first, before the given one.
    pub async fn imports(
        &self,
        community: CommunityId,
        before: Option<ImportId>,
        limit: i64,
    ) -> Result<Vec<Import>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let before = before.map_or(i64::MAX, ImportId::as_i64);
            let rows = store::list(conn, community, before, limit)?;
            Ok(rows.into_iter().map(view).collect())
        })
        .await
    }

    /// The refused rows of an import in the order of their lines, after one.
    pub async fn refused_rows(
        &self,
        community: CommunityId,
        id: ImportId,
        after_line: i64,
        limit: i64,
    ) -> Result<Vec<RefusedRow>> {
        self.read(move |conn| {
            if store::get(conn, community, id)?.is_none() {
                return Err(SwitchboardError::not_found("import", id));
            }
            let rows = store::refusals(conn, community, id, after_line, limit)?;
            let shown = rows.into_iter().map(|row| RefusedRow {
                line: row.line,
                reason: row.reason,
                sentence: row.sentence,
            });
            Ok(shown.collect())
        })
        .await
    }
}
