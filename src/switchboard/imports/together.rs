//! All rows of a file in one transaction, or none. They were looked at before, so that the writer is held only for a file
//! that probably stands; what has changed since, or tables that the file itself fills, may still refuse it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::run::{elsewhere, ended};
use super::stream::Rows;
use super::{Growth, ImportKind, ImportOrder, ImportProgress, Place, Scope, contacts, members, tally};
use crate::store::imports::{self, ImportRow};
use crate::store::numbers;
use crate::switchboard::assign::Loads;
use crate::switchboard::error::Result;
use crate::switchboard::{Switchboard, undone_if};

/// Rows that are looked up together.
const AT_ONCE: usize = 500;
/// Refused rows that are told; more are counted.
const MOST_TOLD: usize = 10_000;

impl Switchboard {
    /// Applies all rows, or notes why not; in either case the import is over with that transaction.
    pub(super) async fn all_together(
        &self,
        order: &Arc<ImportOrder>,
        row: ImportRow,
        progress: &Arc<ImportProgress>,
    ) -> Result<ImportRow> {
        let (order, progress) = (order.clone(), progress.clone());
        let is_contacts = order.kind == ImportKind::Contacts;
        let row = self
            .write(move |conn, ctx| {
                let scope = Scope::of(&row);
                if !is_contacts {
                    numbers::hold_every(conn)?;
                }
                let mut to = ImportRow {
                    added: 0,
                    unchanged: 0,
                    refused: 0,
                    changed_at: ctx.now.0,
                    ..row.clone()
                };
                let mut told = Vec::new();
                let work = |conn: &mut crate::store::Conn| {
                    let mut file = Rows::open(&order, Place::START)?;
                    let (mut growth, mut loads) = (Growth::default(), Loads::new());
                    loop {
                        let rows = file.some(AT_ONCE)?;
                        if rows.is_empty() {
                            numbers::add_loads(conn, scope.community, &loads)?;
                            return Ok(to.refused);
                        }
                        let outcomes = if is_contacts {
                            contacts::make(conn, None, ctx, scope, &rows, &|| false, &mut loads)?.outcomes
                        } else {
                            let planned = members::plan(conn, None, ctx, scope, &rows)?;
                            planned.apply(conn, ctx)?;
                            planned.outcomes
                        };
                        told.extend(tally(&mut to, &rows, &outcomes));
                        told.truncate(MOST_TOLD);
                        if growth.is_much(rows.len()) {
                            imports::renew_statistics(conn)?;
                        }
                        let bytes = u64::try_from(to.next_byte).unwrap_or(0);
                        progress.bytes.store(bytes, Ordering::Relaxed);
                    }
                };
                let (_, is_undone) = undone_if(conn, ctx, work, |refused| *refused > 0)?;
                let state = match is_undone {
                    true => imports::REFUSED,
                    false => imports::DONE,
                };
                let to = ended(&to, state, ctx);
                if !imports::advance(conn, &row, &to)? {
                    return Err(elsewhere());
                }
                imports::refuse(conn, &told)?;
                Ok(to)
            })
            .await?;
        if is_contacts {
            self.doubt_outbox();
        }
        Ok(row)
    }
}
