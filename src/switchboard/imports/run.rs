//! An import's way through its file: some rows a transaction, and how far it came in the same.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::begin::Begun;
use super::contacts::{self, Made};
use super::{
    Growth, Import, ImportKind, ImportProgress, MOST_CONTACTS_TOGETHER, MOST_MEMBERS_TOGETHER, Outcome,
    Place, Row, Scope, members, stream, tally, view,
};
use crate::store::imports::{self, ImportRow};
use crate::store::scratch::Scratch;
use crate::store::{Conn, node};
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

pub(super) fn elsewhere() -> SwitchboardError {
    SwitchboardError::conflict(
        "import_elsewhere",
        "another process goes on with this import; wait for it to end",
    )
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
    /// Runs an import to its end. Where it fails, or is broken off, beginning it again goes on where it stopped.
    pub async fn run_import(&self, begun: Begun, progress: Arc<ImportProgress>) -> Result<Import> {
        let order = begun.order.clone();
        let is_whole = order.all_or_nothing || order.dry_run;
        let scratch = match is_whole {
            true => Some(Arc::new(Mutex::new(self.read(|_| Ok(Scratch::new()?)).await?))),
            false => None,
        };
        let mut row = self.go_through(&begun, scratch, &progress).await?;
        if order.all_or_nothing && !order.dry_run && row.refused == 0 {
            let rows = u64::try_from(row.added + row.unchanged).unwrap_or(u64::MAX);
            let most = match order.kind {
                ImportKind::Members => MOST_MEMBERS_TOGETHER,
                ImportKind::Contacts => MOST_CONTACTS_TOGETHER,
            };
            if rows > most && !order.however_long {
                self.end_import(row, imports::GIVEN_UP).await?;
                return Err(SwitchboardError::conflict(
                    "too_many_together",
                    format!(
                        "the file has {rows} rows, all of which can be; all or nothing takes {most} at most, because \
                         texts may wait until the last is written. Import each row for itself, or ask for it however \
                         long it takes"
                    ),
                ));
            }
            row = self.all_together(&order, row, &progress).await?;
        }
        let state = match order.all_or_nothing && row.refused > 0 && !order.dry_run {
            true => imports::REFUSED,
            false => imports::DONE,
        };
        Ok(view(self.end_import(row, state).await?))
    }

    async fn end_import(&self, row: ImportRow, state: i16) -> Result<ImportRow> {
        self.forget_import(Scope::of(&row), false).await?;
        self.write(move |conn, ctx| {
            let stands = state == imports::DONE;
            let to = ImportRow {
                state,
                added: if stands { row.added } else { 0 },
                next_byte: row.size,
                changed_at: ctx.now.0,
                ..row.clone()
            };
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
            if is_served && scratch.is_none() {
                // SQLite's lock is not fair to the server that waits for it.
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
        let (scope, looked_at) = (Scope::of(&row), rows.clone());
        let outcomes = self
            .read(move |conn| {
                let mut scratch = scratch.lock().unwrap_or_else(|p| p.into_inner());
                scratch.begin()?;
                let planned =
                    conn.snapshot(|conn| members::plan(conn, Some(&mut scratch), &ctx, scope, &looked_at))?;
                planned.try_out(&mut scratch)?;
                scratch.keep()?;
                Ok(planned.outcomes)
            })
            .await?;
        self.write(move |conn, ctx| {
            Ok(Done {
                row: note(conn, ctx, &row, &rows, &outcomes)?,
                taken: outcomes.len(),
                held_ms: 0,
                made_room: false,
            })
        })
        .await
    }

    async fn take_contacts(
        &self,
        row: ImportRow,
        rows: Arc<Vec<Row>>,
        scratch: Option<Arc<Mutex<Scratch>>>,
    ) -> Result<Done> {
        let clock = self.inner.clock.clone();
        self.write(move |conn, ctx| {
            let began = clock.now();
            let is_enough = || clock.now().since(began) >= HELD_MS;
            let scope = Scope::of(&row);
            let made = match &scratch {
                None => contacts::make(conn, None, ctx, scope, &rows, &is_enough)?,
                Some(scratch) => {
                    let mut scratch = scratch.lock().unwrap_or_else(|p| p.into_inner());
                    scratch.begin()?;
                    let made: Made = undone(conn, ctx, |conn| {
                        contacts::make(conn, Some(&mut scratch), ctx, scope, &rows, &is_enough)
                    })?;
                    scratch.keep()?;
                    made
                }
            };
            Ok(Done {
                row: note(conn, ctx, &row, &rows, &made.outcomes)?,
                taken: made.outcomes.len(),
                held_ms: clock.now().since(began),
                made_room: made.made_room && scratch.is_none(),
            })
        })
        .await
    }
}
