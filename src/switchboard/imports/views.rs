//! Imports as they stand on the public surface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Timestamp;
use crate::domain::id::ImportId;
use crate::store::imports::{self as store, ImportRow};

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
    /// Another file has taken its place, or it was begun anew.
    GivenUp,
    /// It did not come to its end; `failure` says why. Where rows stand for themselves, the same file goes on there.
    Failed,
}

/// Why an import did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportFailure {
    /// A stable word.
    #[schema(example = "too_many_together")]
    pub reason: String,
    /// What went wrong, and what to do.
    #[schema(example = "the database failed; the same import goes on where it stopped")]
    pub sentence: String,
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
    /// Why it did not come to its end, where it is `failed`.
    #[schema(inline)]
    pub failure: Option<ImportFailure>,
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

/// An import as it is shown.
pub(super) fn view(row: ImportRow) -> Import {
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
            store::FAILED => ImportState::Failed,
            _ => ImportState::GivenUp,
        },
        failure: row
            .failure_code
            .zip(row.failure_sentence)
            .map(|(reason, sentence)| ImportFailure { reason, sentence }),
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
