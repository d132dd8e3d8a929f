//! Verifications that an admin asks for over the API: each runs beside the traffic, and its report is kept in pieces
//! until later ones push it out.

use std::io;
use std::ops::ControlFlow;

use serde::Serialize;
use tokio::runtime::Handle;
use utoipa::ToSchema;

use super::super::error::{Result, SwitchboardError};
use super::super::{Switchboard, communities};
use super::scan::Progress;
use super::{Extent, SigningKey, VerificationError};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, VerificationId, VerificationKind};
use crate::store::verifications::{
    self as rows, DONE, FAILED, INTERRUPTED, RUNNING, VerificationChange, VerificationRow,
};

/// How many are kept.
const KEPT: i64 = 10;
/// Offenders that a report names which the database keeps: some 30 MB.
const NAMED: u64 = 100_000;
/// Pieces that are removed in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 16;
/// A piece of a report, about.
const PIECE_BYTES: usize = 64 * 1024;
/// How often one gives a sign of life, and after how long without one it is taken for dead.
const SIGN_OF_LIFE_MS: i64 = 1_000;
const DEAD_AFTER_MS: i64 = 120_000;

/// How a verification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// It goes on.
    Running,
    /// Its report is there.
    Done,
    /// It could not be done, or was stopped; `error` says why.
    Failed,
    /// The process that ran it is gone. Ask for another.
    Interrupted,
}

/// A verification of the assignment table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verification {
    /// The id.
    pub id: VerificationId,
    /// The community that is verified; none for all.
    pub community: Option<CommunityId>,
    /// How it stands.
    pub state: VerificationState,
    /// Assignments looked at so far.
    pub assignments: i64,
    /// How many there are, about.
    pub assignments_about: i64,
    /// Rows found so far that break a rule.
    pub offenders: i64,
    /// Whether there is none, once it is done.
    pub clean: Option<bool>,
    /// Why it failed.
    #[schema(example = "the verification was stopped before its end")]
    pub error: Option<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Who has given no sign of life since then is taken for dead, and stops when it notices.
fn alive_since(now: Timestamp) -> Timestamp {
    now.plus_ms(-DEAD_AFTER_MS)
}

fn state(row: &VerificationRow, now: Timestamp) -> VerificationState {
    match row.state.as_str() {
        DONE => VerificationState::Done,
        FAILED => VerificationState::Failed,
        INTERRUPTED => VerificationState::Interrupted,
        _ if Timestamp(row.updated_at) < alive_since(now) => VerificationState::Interrupted,
        _ => VerificationState::Running,
    }
}

fn view(row: VerificationRow, now: Timestamp) -> Verification {
    let state = state(&row, now);
    Verification {
        id: VerificationId::from_i64(row.id),
        community: row.community_id.map(CommunityId::from_i64),
        state,
        assignments: row.assignments,
        assignments_about: row.about,
        offenders: row.offenders,
        clean: (state == VerificationState::Done).then_some(row.offenders == 0),
        error: row.error,
        began_at: Timestamp(row.began_at),
        ended_at: row.ended_at.map(Timestamp),
    }
}

/// Keeps what is written in pieces.
struct Pieces {
    board: Switchboard,
    id: VerificationId,
    runtime: Handle,
    no: i64,
    piece: Vec<u8>,
}

impl Pieces {
    fn keep(&mut self) -> io::Result<()> {
        let (id, no) = (self.id, self.no);
        let piece = String::from_utf8(std::mem::take(&mut self.piece)).map_err(io::Error::other)?;
        let kept = self.board.write_grouped(move |conn, _| {
            rows::add_part(conn, id, no, &piece)?;
            Ok(())
        });
        self.runtime.block_on(kept).map_err(io::Error::other)?;
        self.no += 1;
        Ok(())
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.keep()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.piece.is_empty() {
            true => Ok(()),
            false => self.keep(),
        }
    }
}

impl Switchboard {
    /// Begins a verification, unless one goes on.
    pub async fn begin_verification(
        &self,
        community: Option<CommunityId>,
        random: [u8; 32],
        seed: [u8; 32],
    ) -> Result<Verification> {
        let key = self.signing_key(seed).await?;
        let made = self
            .write(move |conn, ctx| {
                rows::hold(conn)?;
                if let Some(id) = community {
                    communities::require(conn, id)?;
                }
                let before = rows::list(conn, i64::MAX, KEPT)?;
                let runs = |row: &&VerificationRow| state(row, ctx.now) == VerificationState::Running;
                if let Some(other) = before.iter().find(runs) {
                    let id = VerificationId::from_i64(other.id);
                    return Err(SwitchboardError::conflict(
                        "verification_running",
                        format!("{id} goes on still; wait for its end"),
                    ));
                }
                rows::give_up(conn, alive_since(ctx.now))?;
                let row = VerificationRow {
                    id: ctx.id::<VerificationKind>().as_i64(),
                    community_id: community.map(CommunityId::as_i64),
                    state: RUNNING.to_owned(),
                    assignments: 0,
                    about: 0,
                    offenders: 0,
                    error: None,
                    began_at: ctx.now.0,
                    updated_at: ctx.now.0,
                    ended_at: None,
                };
                rows::insert(conn, &row)?;
                Ok(row)
            })
            .await?;
        let (board, runtime) = (self.clone(), Handle::current());
        let id = VerificationId::from_i64(made.id);
        // It ends with the program: each chunk asks whether that is to stop.
        tokio::task::spawn_blocking(move || board.run_verification(id, community, &key, random, runtime));
        Ok(view(made, self.now()))
    }

    fn run_verification(
        &self,
        id: VerificationId,
        community: Option<CommunityId>,
        key: &SigningKey,
        random: [u8; 32],
        runtime: Handle,
    ) {
        let closing = self.closing();
        let pieces = Pieces {
            board: self.clone(),
            id,
            runtime: runtime.clone(),
            no: 0,
            piece: Vec::new(),
        };
        let mut last = Progress {
            stage: "assignments",
            assignments: 0,
            about: 0,
            offenders: 0,
        };
        if let Err(error) = runtime.block_on(self.forget_verifications()) {
            tracing::warn!(%error, "old verifications could not be forgotten");
        }
        let mut told = self.now();
        let extent = Extent {
            named: NAMED,
            ..Extent::of(community)
        };
        let done = self.verify(extent, key, random, pieces, &mut |progress| {
            last = progress;
            let now = self.now();
            if now.since(told) >= SIGN_OF_LIFE_MS {
                told = now;
                match runtime.block_on(self.note_verification(id, change_of(progress, RUNNING, None, now))) {
                    Ok(true) => {}
                    // Another may go on by now.
                    Ok(false) => return ControlFlow::Break(()),
                    Err(error) => {
                        tracing::warn!(%error, verification = %id, "how far a verification is could not be noted");
                    }
                }
            }
            match closing.is_cancelled() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        let now = self.now();
        let mut change = match done {
            Ok(summary) => {
                let offenders = summary.offenders;
                tracing::info!(verification = %id, offenders, "a verification came to its end");
                change_of(Progress { offenders, ..last }, DONE, None, now)
            }
            Err(error) => {
                match &error {
                    VerificationError::Stopped => {
                        tracing::info!(verification = %id, "a verification was stopped");
                    }
                    _ => tracing::warn!(%error, verification = %id, "a verification failed"),
                }
                change_of(last, FAILED, Some(error.to_string()), now)
            }
        };
        change.ended_at = Some(now.0);
        let is_done = change.state == DONE;
        let ended = runtime.block_on(async {
            let noted = self.note_verification(id, change).await?;
            match noted && is_done {
                true => Ok(()),
                // What there is of its report has no signature, or is nobody's.
                false => self.forget_report(id.as_i64()).await,
            }
        });
        if let Err(error) = ended {
            tracing::warn!(%error, verification = %id, "the end of a verification could not be noted");
        }
    }

    /// False where it was given up: nothing had been heard of it for too long.
    async fn note_verification(&self, id: VerificationId, change: VerificationChange) -> Result<bool> {
        let alive_since = alive_since(Timestamp(change.updated_at));
        self.write_grouped(move |conn, _| Ok(rows::update(conn, id, alive_since, &change)?))
            .await
    }

    /// Removes the reports of those that came to no end, and whatever is older than the last ten.
    async fn forget_verifications(&self) -> Result<()> {
        let (mut before, mut seen) = (i64::MAX, 0);
        loop {
            let page = self.read(move |conn| Ok(rows::list(conn, before, KEPT)?)).await?;
            for row in &page {
                (before, seen) = (row.id, seen + 1);
                if seen > KEPT {
                    self.forget_report(row.id).await?;
                    let id = row.id;
                    self.write_grouped(move |conn, _| Ok(rows::forget(conn, id)?))
                        .await?;
                } else if row.state == INTERRUPTED {
                    self.forget_report(row.id).await?;
                }
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    /// Removes a report, some pieces at a time: no text waits for the whole of it.
    async fn forget_report(&self, id: i64) -> Result<()> {
        while self
            .write_grouped(move |conn, _| Ok(rows::forget_parts(conn, id, FORGOTTEN_AT_ONCE)?))
            .await?
        {}
        Ok(())
    }

    /// One verification.
    pub async fn verification(&self, id: VerificationId) -> Result<Verification> {
        let row = self.read(move |conn| Ok(rows::get(conn, id)?)).await?;
        let row = row.ok_or_else(|| SwitchboardError::not_found("verification", id))?;
        Ok(view(row, self.now()))
    }

    /// Verifications, newest first, before `before`.
    pub async fn verifications(
        &self,
        before: Option<VerificationId>,
        limit: i64,
    ) -> Result<Vec<Verification>> {
        let before = before.map_or(i64::MAX, VerificationId::as_i64);
        let found = self
            .read(move |conn| Ok(rows::list(conn, before, limit)?))
            .await?;
        let now = self.now();
        Ok(found.into_iter().map(|row| view(row, now)).collect())
    }

    /// A piece of the report, none after the last; an error while it is not done.
    pub async fn verification_piece(&self, id: VerificationId, no: i64) -> Result<Option<String>> {
        if no == 0 && self.verification(id).await?.state != VerificationState::Done {
            return Err(SwitchboardError::conflict(
                "no_report",
                format!("{id} has no report: look at its state"),
            ));
        }
        self.read(move |conn| Ok(rows::part(conn, id, no)?)).await
    }
}

fn change_of(
    progress: Progress,
    state: &'static str,
    error: Option<String>,
    now: Timestamp,
) -> VerificationChange {
    let whole = |count| i64::try_from(count).unwrap_or(i64::MAX);
    VerificationChange {
        state,
        assignments: whole(progress.assignments),
        about: whole(progress.about),
        offenders: whole(progress.offenders),
        error,
        updated_at: now.0,
        ended_at: None,
    }
}
