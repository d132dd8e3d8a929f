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
    #[error("cannot open the database: {0}")]
    Open(String),
    /// A statement failed.
    #[error("the database refused: {0}")]
    Query(#[from] DieselError),
    /// The connection was lost during a commit: it may or may not have taken effect, so it is not run
    /// again by us.
    #[error("the connection was lost during a commit, which may have taken effect: {0}")]
    CommitUnknown(DieselError),
    /// The migrations could not be run.
    #[error("cannot migrate the database: {0}")]
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
