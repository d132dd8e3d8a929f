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

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use serde::Serialize;
use utoipa::ToSchema;

pub use begin::Begun;
pub(super) use jobs::Jobs;
pub use lines::Place;
pub use rows::{ImportFormat, ImportKind};

use super::error::{Result, SwitchboardError};
use super::{Switchboard, communities};
use crate::domain::Timestamp;
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

impl ImportSource for tempfile::TempPath {
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
    /// What the file is called.
    pub name: String,
    /// The file.
    pub source: Arc<dyn ImportSource>,
}

/// How far an import has come, for whoever watches.
#[derive(Debug, Default)]
pub struct ImportProgress {
    /// Bytes of the file that are done.
    pub bytes: AtomicU64,
}

/// What the rows of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportWhat {
    /// Members.
    Members,
    /// Contacts.
    Contacts,
}

/// Whether rows stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// Each row for itself.
    PerRow,
    /// Nothing stands where a row is refused.
    AllOrNothing,
}

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Rows are still to be looked at; where nobody is at it, the same file goes on there.
    Running,
    /// Every row was looked at.
    Done,
    /// Rows were refused, and it was all or nothing: nothing of it stands.
    Refused,
    /// Another file has taken its place.
    GivenUp,
}

/// An import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Import {
    /// The id.
    pub id: ImportId,
    /// What the rows are.
    #[schema(inline)]
    pub kind: ImportWhat,
    /// Whether they stand for themselves.
    #[schema(inline)]
    pub mode: ImportMode,
    /// Nothing is made; the figures say what would be.
    pub dry_run: bool,
    /// What the file is called.
    #[schema(example = "members.csv")]
    pub name: String,
    /// How it stands.
    #[schema(inline)]
    pub state: ImportState,
    /// Bytes of the file.
    pub size: i64,
    /// Bytes that are done.
    pub done: i64,
    /// The line from which it goes on.
    pub next_line: i64,
    /// Rows that made something.
    pub added: i64,
    /// Rows that were so already.
    pub unchanged: i64,
    /// Rows that were refused.
    pub refused: i64,
    /// When it began.
    pub began_at: Timestamp,
    /// When it last came further.
    pub changed_at: Timestamp,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedRow {
    /// Its line in the file; the first is 1.
    pub line: i64,
    /// A stable word.
    #[schema(example = "name_differs")]
    pub reason: String,
    /// What is wrong, and what to mend; telephone numbers are masked.
    #[schema(
        example = "its name differs from that of mem_1tq3v8r4w0801 (line 2); an import changes nobody who is there"
    )]
    pub sentence: String,
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

fn view(row: ImportRow) -> Import {
    Import {
        id: ImportId::from_i64(row.id),
        kind: match row.kind {
            0 => ImportWhat::Members,
            _ => ImportWhat::Contacts,
        },
        mode: match row.together {
            true => ImportMode::AllOrNothing,
            false => ImportMode::PerRow,
        },
        dry_run: row.dry_run,
        name: row.name,
        state: match row.state {
            store::RUNNING => ImportState::Running,
            store::DONE => ImportState::Done,
            store::REFUSED => ImportState::Refused,
            _ => ImportState::GivenUp,
        },
        size: row.size,
        done: row.next_byte,
        next_line: row.next_line,
        added: row.added,
        unchanged: row.unchanged,
        refused: row.refused,
        began_at: Timestamp(row.began_at),
        changed_at: Timestamp(row.changed_at),
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
