//! An import's way through its file: some rows a transaction, and how far it came in the same.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::begin::Begun;
use super::contacts::{self, Made};
use super::{
    Growth, Import, ImportKind, ImportProgress, MOST_CONTACTS_TOGETHER, MOST_MEMBERS_TOGETHER, Outcome,
    Place, Row, Scope, members, stream, tally, view,
};
use crate::store::imports::{self, ImportRow};
use crate::store::scratch::Scratch;
use crate::store::{Conn, StoreError, node, numbers};
use crate::switchboard::assign::Loads;
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::{Context, Switchboard, undone};

/// Rows of the first transaction; then as many as take the time.
const FIRST: usize = 50;
const MOST: usize = 500;
/// A transaction holds the writer no longer than this, if a row does not.
const HELD_MS: i64 = 50;
/// A transaction so short may have more rows.
const SHORT_MS: i64 = 20;
/// Tries of rows that others have overtaken.
const TRIES: usize = 5;
/// Transactions between two looks whether another process serves the database.
const LOOK_EVERY: usize = 64;

/// What some rows came to.
struct Done {
    row: ImportRow,
    taken: usize,
    held_ms: i64,
    made_room: bool,
}

/// The word of [`elsewhere`].
const ELSEWHERE: &str = "import_elsewhere";

pub(super) fn elsewhere() -> SwitchboardError {
    SwitchboardError::conflict(
        ELSEWHERE,
        "another process goes on with this import, or has begun it anew; wait for that to end",
    )
}

fn too_many(rows: u64, most: u64) -> SwitchboardError {
    SwitchboardError::conflict(
        "too_many_together",
        format!(
            "the file has {rows} rows, all of which can be; all or nothing takes {most} at most, because texts may \
             wait until the last is written. Import each row for itself, or ask for it however long it takes"
        ),
    )
}

/// The row of an import that is over.
pub(super) fn ended(row: &ImportRow, state: i16, ctx: &Context) -> ImportRow {
    ImportRow {
        state,
        added: if state == imports::DONE { row.added } else { 0 },
        next_byte: row.size,
        changed_at: ctx.now.0,
        ..row.clone()
    }
}

/// What is written to a scratch counts from now on. Not before the rows' place is noted, for that may be tried again.
async fn keep(scratch: Arc<Mutex<Scratch>>) -> Result<()> {
    let kept = tokio::task::spawn_blocking(move || lock(&scratch).keep());
    Ok(kept.await.unwrap_or(Err(StoreError::Closed))?)
}

fn lock(scratch: &Mutex<Scratch>) -> MutexGuard<'_, Scratch> {
    scratch.lock().unwrap_or_else(|p| p.into_inner())
}

/// Notes how far an import has come.
pub(super) fn note(
    conn: &mut Conn,
    ctx: &Context,
    from: &ImportRow,
    rows: &[Row],
    outcomes: &[Outcome],
) -> Result<ImportRow> {
    let mut to = ImportRow {
        changed_at: ctx.now.0,
        ..from.clone()
    };
    let refused = tally(&mut to, rows, outcomes);
    if !imports::advance(conn, from, &to)? {
        return Err(elsewhere());
    }
    imports::refuse(conn, &refused)?;
    Ok(to)
}

impl Switchboard {
    /// Runs an import to its end. Where it fails, that is noted; where it fails or is broken off, beginning it again
    /// goes on where it stopped.
    pub async fn run_import(&self, begun: Begun, progress: Arc<ImportProgress>) -> Result<Import> {
        let scope = Scope::of(&begun.row);
        let ended = self.run_to_end(begun, progress).await;
        if let Err(error) = &ended
            && error.code() != ELSEWHERE
        {
            let noted = self.note_failure(scope, error).await;
            if let Err(error) = noted {
                tracing::warn!(import = %scope.import, %error, "nor could it be noted why an import failed");
            }
        }
        ended
    }

    async fn run_to_end(&self, begun: Begun, progress: Arc<ImportProgress>) -> Result<Import> {
        let order = begun.order.clone();
        let is_whole = order.all_or_nothing || order.dry_run;
        let scratch = match is_whole {
            true => Some(Arc::new(Mutex::new(self.read(|_| Ok(Scratch::new()?)).await?))),
            false => None,
        };
        let row = self.go_through(&begun, scratch, &progress).await?;
        let row = match order.all_or_nothing && !order.dry_run {
            false => self.end_import(row, imports::DONE).await?,
            true if row.refused > 0 => self.end_import(row, imports::REFUSED).await?,
            true => {
                let rows = u64::try_from(row.added + row.unchanged).unwrap_or(u64::MAX);
                let most = match order.kind {
                    ImportKind::Members => MOST_MEMBERS_TOGETHER,
                    ImportKind::Contacts => MOST_CONTACTS_TOGETHER,
                };
                if rows > most && !order.however_long {
                    return Err(too_many(rows, most));
                }
                self.all_together(&order, row, &progress).await?
            }
        };
        // Only now: what a kill leaves of them is forgotten by the next import.
        self.forget_import(Scope::of(&row), false).await?;
        Ok(view(row))
    }

    /// Notes why an import did not come to its end.
    async fn note_failure(&self, scope: Scope, error: &SwitchboardError) -> Result<()> {
        // What a database says may hold what it was asked for.
        let sentence = match error {
            SwitchboardError::Store(_) => {
                "the database failed; the same import goes on where it stopped".into()
            }
            error => error.to_string(),
        };
        let code = error.code();
        self.write(move |conn, ctx| {
            let found = imports::get(conn, scope.community, scope.import)?;
            if let Some(row) = found.filter(|row| row.state == imports::RUNNING) {
                let to = ImportRow {
                    state: imports::FAILED,
                    changed_at: ctx.now.0,
                    failure_code: Some(code.to_owned()),
                    failure_sentence: Some(sentence.clone()),
                    ..row.clone()
                };
                imports::advance(conn, &row, &to)?;
            }
            Ok(())
        })
        .await
    }

    async fn end_import(&self, row: ImportRow, state: i16) -> Result<ImportRow> {
        self.write(move |conn, ctx| {
            let to = ended(&row, state, ctx);
            match imports::advance(conn, &row, &to)? {
                true => Ok(to),
                false => Err(elsewhere()),
            }
        })
        .await
    }

    /// Takes every row in its turn; with `scratch` none of them stands.
    async fn go_through(
        &self,
        begun: &Begun,
        scratch: Option<Arc<Mutex<Scratch>>>,
        progress: &ImportProgress,
    ) -> Result<ImportRow> {
        let mut row = begun.row.clone();
        let from = Place {
            byte: u64::try_from(row.next_byte).unwrap_or(0),
            line: u64::try_from(row.next_line).unwrap_or(1),
        };
        let mut read = stream::ahead(begun.order.clone(), from);
        let mut waiting: VecDeque<Row> = VecDeque::new();
        let (mut most, mut rounds, mut is_served) = (FIRST, 0usize, false);
        let (mut is_end, mut growth) = (false, Growth::default());
        loop {
            while waiting.len() < most && !is_end {
                match read.recv().await.transpose()? {
                    Some(rows) if !rows.is_empty() => waiting.extend(rows),
                    _ => is_end = true,
                }
            }
            let some: Vec<Row> = waiting.drain(..most.min(waiting.len())).collect();
            if some.is_empty() {
                return Ok(row);
            }
            let some = Arc::new(some);
            let done = self.take(begun, &row, &some, scratch.clone()).await?;
            for rest in some.iter().skip(done.taken).rev() {
                waiting.push_front(rest.clone());
            }
            row = done.row;
            if scratch.is_none() && growth.is_much(done.taken) {
                self.read(|conn| Ok(imports::renew_statistics(conn)?)).await?;
            }
            if done.made_room {
                self.doubt_outbox();
            } else if begun.order.kind == ImportKind::Contacts {
                self.wake_outbox();
            }
            let bytes = u64::try_from(row.next_byte).unwrap_or(0);
            progress.bytes.store(bytes, Ordering::Relaxed);
            most = match done.held_ms {
                held if held > HELD_MS => (most / 2).max(1),
                held if held < SHORT_MS => (most + most / 2 + 1).min(MOST),
                _ => most,
            };
            if rounds.is_multiple_of(LOOK_EVERY) {
                is_served = node::is_served_elsewhere(&self.inner.db);
            }
            rounds += 1;
            if is_served && (scratch.is_none() || done.held_ms > 0) {
                // SQLite's lock is not fair to the server that waits for it; a dry run of contacts holds it, too.
                let rest = u64::try_from(done.held_ms).unwrap_or(0).max(5);
                tokio::time::sleep(Duration::from_millis(rest)).await;
            }
        }
    }

    /// Takes some rows; again where somebody else was quicker.
    async fn take(
        &self,
        begun: &Begun,
        row: &ImportRow,
        rows: &Arc<Vec<Row>>,
        scratch: Option<Arc<Mutex<Scratch>>>,
    ) -> Result<Done> {
        let mut tries = 0;
        loop {
            tries += 1;
            let kind = begun.order.kind;
            let (row, rows) = (row.clone(), rows.clone());
            let taken = match (kind, scratch.clone()) {
                (ImportKind::Members, None) => self.take_members(row, rows).await,
                (ImportKind::Members, Some(scratch)) => self.look_at_members(row, rows, scratch).await,
                (ImportKind::Contacts, scratch) => self.take_contacts(row, rows, scratch).await,
            };
            match taken {
                // A phone or reference that came by another hand since it was looked for; next time it is seen.
                Err(SwitchboardError::Store(error)) if error.is_unique_violation() && tries < TRIES => {}
                taken => return taken,
            }
        }
    }

    async fn take_members(&self, row: ImportRow, rows: Arc<Vec<Row>>) -> Result<Done> {
        let clock = self.inner.clock.clone();
        self.write(move |conn, ctx| {
            let began = clock.now();
            let planned = members::plan(conn, None, ctx, Scope::of(&row), &rows)?;
            planned.apply(conn, ctx)?;
            let row = note(conn, ctx, &row, &rows, &planned.outcomes)?;
            Ok(Done {
                row,
                taken: planned.outcomes.len(),
                held_ms: clock.now().since(began),
                made_room: false,
            })
        })
        .await
    }

    /// What would become of members: it is read, and what would be written goes where it is thrown away.
    async fn look_at_members(
        &self,
        row: ImportRow,
        rows: Arc<Vec<Row>>,
        scratch: Arc<Mutex<Scratch>>,
    ) -> Result<Done> {
        let ctx = self.context();
        let (scope, looked_at, tried) = (Scope::of(&row), rows.clone(), scratch.clone());
        let outcomes = self
            .read(move |conn| {
                let mut scratch = lock(&tried);
                scratch.begin()?;
                let planned =
                    conn.snapshot(|conn| members::plan(conn, Some(&mut scratch), &ctx, scope, &looked_at))?;
                planned.try_out(&mut scratch)?;
                Ok(planned.outcomes)
            })
            .await?;
        let done = self
            .write(move |conn, ctx| {
                Ok(Done {
                    row: note(conn, ctx, &row, &rows, &outcomes)?,
                    taken: outcomes.len(),
                    held_ms: 0,
                    made_room: false,
                })
            })
            .await?;
        keep(scratch).await?;
        Ok(done)
    }

    async fn take_contacts(
        &self,
        row: ImportRow,
        rows: Arc<Vec<Row>>,
        scratch: Option<Arc<Mutex<Scratch>>>,
    ) -> Result<Done> {
        let (clock, tried) = (self.inner.clock.clone(), scratch.clone());
        let done = self
            .write(move |conn, ctx| {
                let began = clock.now();
                let is_enough = || clock.now().since(began) >= HELD_MS;
                let scope = Scope::of(&row);
                let make = |conn: &mut Conn, scratch: Option<&mut Scratch>| -> Result<Made> {
                    let mut loads = Loads::new();
                    let made = contacts::make(conn, scratch, ctx, scope, &rows, &is_enough, &mut loads)?;
                    numbers::add_loads(conn, scope.community, &loads)?;
                    Ok(made)
                };
                let made: Made = match &tried {
                    None => make(conn, None)?,
                    Some(scratch) => {
                        let mut scratch = lock(scratch);
                        scratch.begin()?;
                        undone(conn, ctx, |conn| make(conn, Some(&mut scratch)))?
                    }
                };
                Ok(Done {
                    row: note(conn, ctx, &row, &rows, &made.outcomes)?,
                    taken: made.outcomes.len(),
                    held_ms: clock.now().since(began),
                    made_room: made.made_room && tried.is_none(),
                })
            })
            .await?;
        if let Some(scratch) = scratch {
            keep(scratch).await?;
        }
        Ok(done)
    }
}
