//! What can go wrong between us and the database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

/// A failure of the database, never of a rule.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The URL names no database that we know.
    #[error(
        "`{0}` is no database URL: write a path such as data/partyline.db or sqlite:data/partyline.db, or \
         postgres://user@host/name"
    )]
    Url(String),
    /// No connection could be had.
    #[error("cannot open the database: {}", on_one_line(.0))]
    Open(String),
    /// A statement failed.
    #[error("the database refused: {}", on_one_line(&.0.to_string()))]
    Query(#[from] DieselError),
    /// The connection was lost during a commit: it may or may not have taken effect, so it is not run
    /// again by us.
    #[error(
        "the connection was lost during a commit, which may have taken effect: {}",
        on_one_line(&.0.to_string())
    )]
    CommitUnknown(DieselError),
    /// The migrations could not be run.
    #[error("cannot migrate the database: {}", on_one_line(.0))]
    Migration(String),
    /// Another process serves this system under the same name.
    #[error("{0}")]
    NodeTaken(String),
    /// What was read was changed by another transaction before it was acted upon.
    #[error("what this work had read was changed meanwhile; try again")]
    Overtaken,
    /// The writer has stopped; the program is shutting down.
    #[error("the database is closing")]
    Closed,
    /// A value in the database is not one that we ever write.
    #[error("the database holds an impossible value in {0}")]
    Corrupt(&'static str),
}

/// A cause as one line. libpq gives several, with a newline at the end, or, where the server went away
/// without a word, none at all.
fn on_one_line(cause: &str) -> String {
    let lines: Vec<&str> = cause.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let line = lines.join("; ");
    match line.is_empty() || line.ends_with(':') {
        true => format!("{line} the database gave no reason; has the server stopped, or ended the session?")
            .trim_start()
            .to_owned(),
        false => line,
    }
}

impl StoreError {
    /// True for a broken unique key.
    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Query(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }
}

/// Errors after which the same work may be tried again: the transaction was rolled back for a reason
/// that lies outside it.
pub trait MaybeTransient {
    /// Whether to try again.
    fn is_transient(&self) -> bool;
}

impl MaybeTransient for StoreError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Query(DieselError::DatabaseError(kind, info)) => {
                matches!(kind, DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ClosedConnection)
                    // PostgreSQL's 40P01 reaches diesel without a kind of its own.
                    || info.message().contains("deadlock detected")
                    || info.message().contains("database is locked")
            }
            Self::Query(DieselError::BrokenTransactionManager) | Self::Overtaken => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_of_several_lines_is_told_on_one() {
        let error = StoreError::Open("db: connection refused\n\tIs the server running?\n\n".into());
        let told = error.to_string();
        assert_eq!(
            told,
            "cannot open the database: db: connection refused; Is the server running?"
        );
    }

    #[test]
    fn a_database_that_says_nothing_is_said_to_have_said_nothing() {
        let silent = |text: &str| {
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(text.to_owned()))
        };
        for error in [
            StoreError::Query(silent("")),
            StoreError::CommitUnknown(silent("\n")),
            StoreError::Open("postgres://u@h/d: ".into()),
            StoreError::Migration(String::new()),
        ] {
            let told = error.to_string();
            assert!(
                told.ends_with("has the server stopped, or ended the session?"),
                "{told}"
            );
            assert!(!told.contains('\n'), "{told}");
        }
    }
}
