//! Why the exchange says no: each with a stable word for programs and a sentence that says what to mend.

use thiserror::Error;

use crate::domain::choice::Shortage;
use crate::domain::message::Reason;
use crate::store::{MaybeTransient, StoreError};

/// A refusal or failure of an operation.
#[derive(Debug, Error)]
pub enum SwitchboardError {
    /// There is no such thing (or not in this community).
    #[error("there is no {what} {id}")]
    NotFound {
        /// The word for the thing.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// A value that cannot be.
    #[error("{sentence}")]
    Invalid {
        /// The field, as the public surface names it.
        field: &'static str,
        /// What is wrong and what is allowed.
        sentence: String,
    },
    /// It contradicts what is there.
    #[error("{sentence}")]
    Conflict {
        /// A stable word.
        code: &'static str,
        /// What it contradicts.
        sentence: String,
    },
    /// It is no longer as the caller saw it.
    #[error("it was changed since you looked at it; look again, then decide")]
    Changed,
    /// A member's table has no room.
    #[error("{0}")]
    TableFull(#[from] Shortage),
    /// A member has received more contacts than he has answered, up to the cap.
    #[error(
        "{member} holds {cap} received contacts that were never answered, which is this community's cap; \
         {member} must answer or drop one, or the policy `received_cap_percent` be raised"
    )]
    ReceivedCapFull {
        /// Whose table.
        member: String,
        /// The cap.
        cap: usize,
    },
    /// A rule refuses the text.
    #[error("{}", .0.sentence())]
    Refused(Reason),
    /// Too much is waiting.
    #[error("the exchange is overloaded; try again shortly")]
    Overloaded,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SwitchboardError {
    /// The stable word of this error, used as the last part of a problem's type.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Conflict { code, .. } => code,
            Self::Changed => "changed_meanwhile",
            Self::TableFull(_) => "table_full",
            Self::ReceivedCapFull { .. } => "received_cap_full",
            Self::Refused(reason) => reason.word(),
            Self::Overloaded => "overloaded",
            Self::Store(_) => "unavailable",
        }
    }

    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    pub(crate) fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            sentence: sentence.into(),
        }
    }

    pub(crate) fn conflict(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            sentence: sentence.into(),
        }
    }
}

impl MaybeTransient for SwitchboardError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(e) if e.is_transient())
    }
}

/// The room's result.
pub type Result<T> = std::result::Result<T, SwitchboardError>;
