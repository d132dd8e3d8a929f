//! Why a command did not do what it was asked.

use std::process::ExitCode;

use crate::store::StoreError;
use crate::switchboard::SwitchboardError;

/// Sentences, and whose doing it was.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    sentences: Vec<String>,
}

impl Failure {
    /// Wrong usage or configuration: exit status 2.
    pub fn wrong(sentences: Vec<String>) -> Self {
        Self { status: 2, sentences }
    }

    /// It could not be done: exit status 1.
    pub fn failed(sentence: impl Into<String>) -> Self {
        Self {
            status: 1,
            sentences: vec![sentence.into()],
        }
    }

    /// Like [`Failure::failed`], with several sentences; with none it was told already.
    pub fn all_failed(sentences: Vec<String>) -> Self {
        Self { status: 1, sentences }
    }

    /// Says it on stderr; returns the exit status.
    pub fn tell(self) -> ExitCode {
        for sentence in self.sentences {
            eprintln!("error: {}", sentence.replace('\n', "; "));
        }
        ExitCode::from(self.status)
    }
}

impl From<SwitchboardError> for Failure {
    fn from(error: SwitchboardError) -> Self {
        // Contradictions of a pool file come a line each.
        Self::all_failed(error.to_string().lines().map(str::to_owned).collect())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Url(_) => Self::wrong(vec![error.to_string()]),
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

/// The room's result.
pub type Result<T> = std::result::Result<T, Failure>;
