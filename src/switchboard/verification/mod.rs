//! Proof of no collision: every rule of the assignment table is checked on every row, while traffic goes on, and what
//! was found is written into a signed report.

mod jobs;
mod report;
mod scan;
mod signing;

use std::io::Write;
use std::ops::ControlFlow;

use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use crate::domain::id::CommunityId;
use crate::store::{Conn, StoreError, communities};

pub use jobs::{Verification, VerificationState};
pub use report::{CheckedReport, Counted, ReportError, RuleCount, SignedReport, check};
pub use scan::Progress;
pub use signing::{Signer, SigningKey};

use report::Report;

/// Why a verification did not come to its end.
#[derive(Debug, Error)]
pub enum VerificationError {
    /// The exchange could not do what it takes.
    #[error(transparent)]
    Board(#[from] SwitchboardError),
    /// The report could not be written.
    #[error("the report cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// It was told to stop.
    #[error("the verification was stopped before its end")]
    Stopped,
}

impl From<StoreError> for VerificationError {
    fn from(error: StoreError) -> Self {
        Self::Board(error.into())
    }
}

/// What is to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// One community; else all, and the directory of numbers.
    pub community: Option<CommunityId>,
    /// How many rows of a table are read at one moment, about.
    pub rows_at_once: i64,
    /// How many offenders the report names at most; all are counted.
    pub named: u64,
}

impl Extent {
    /// One community, or all.
    pub fn of(community: Option<CommunityId>) -> Self {
        Self {
            community,
            rows_at_once: 20_000,
            named: u64::MAX,
        }
    }
}

/// What a verification found, in short.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Nothing breaks a rule.
    pub clean: bool,
    /// How many rows break one.
    pub offenders: u64,
    /// What was looked at.
    pub checked: Counted,
    /// Of each rule, how many break it.
    pub rules: Vec<RuleCount>,
    /// Who signed the report.
    pub signed_by: Signer,
}

impl Switchboard {
    /// Verifies one community, or all and the directory, and writes the report to `out` as it goes. It blocks: run it
    /// on a thread of its own. `random` must be drawn anew each time. `progress` may stop it, and then the report has
    /// no signature.
    pub fn verify(
        &self,
        extent: Extent,
        key: &SigningKey,
        random: [u8; 32],
        out: impl Write,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> std::result::Result<Summary, VerificationError> {
        let mut conn = self.db().connect()?;
        if let Some(id) = extent.community {
            required(&mut conn, id)?;
        }
        let database = match conn.is_postgres() {
            true => "postgres",
            false => "sqlite",
        };
        let mut report = Report::begin(out, database, &extent, self.now())?;
        let checked = scan::scan(
            &mut conn,
            extent,
            keys_of(random),
            &mut |offender| Ok(report.add(offender)?),
            progress,
        )?;
        let (offenders, rules) = report.end(&checked, self.now(), key)?;
        Ok(Summary {
            clean: offenders == 0,
            offenders,
            checked,
            rules,
            signed_by: key.signer(),
        })
    }
}

fn required(conn: &mut Conn, id: CommunityId) -> Result<()> {
    match communities::get(conn, id)? {
        Some(_) => Ok(()),
        None => Err(SwitchboardError::not_found("community", id)),
    }
}

/// The keys by which rows are hashed: none that could be foreseen.
fn keys_of(random: [u8; 32]) -> [u64; 2] {
    let hash = Sha256::digest(random);
    let (mut one, mut two) = (0u64, 0u64);
    for byte in hash.iter().take(8) {
        one = one << 8 | u64::from(*byte);
    }
    for byte in hash.iter().skip(8).take(8) {
        two = two << 8 | u64::from(*byte);
    }
    [one, two]
}
