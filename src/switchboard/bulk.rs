//! Many contacts of one member at once.

use super::assign::{self, Loads};
use super::contacts::contact_view;
use super::error::{Result, SwitchboardError};
use super::views::Contact;
use super::{Context, Switchboard, communities, members, undone_if};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::policy::Policy;
use crate::store::{Conn, MaybeTransient, numbers};

/// Most rows of one transaction that is all or nothing: SQLite's one writer is held for all of it.
pub const MOST_TOGETHER: usize = 100;
/// Most rows in a transaction where each stands for itself, and after how long it ends with fewer.
const AT_ONCE: usize = 50;
const HELD_MS: i64 = 100;

/// What became of one row.
#[derive(Debug)]
pub struct BulkRow {
    /// Who was to become a contact.
    pub contact: MemberId,
    /// The contact, and whether it is new; or why there is none.
    pub outcome: Result<(Contact, bool)>,
}

/// What became of all rows.
#[derive(Debug)]
pub struct Bulk {
    /// Something was written; otherwise the rows say what would have been.
    pub applied: bool,
    /// In the order in which they were given.
    pub rows: Vec<BulkRow>,
}

fn one(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
    loads: &mut Loads,
) -> Result<BulkRow> {
    let (mark, before) = (ctx.events.mark(), loads.clone());
    let made = conn.savepoint(|conn| {
        let pair = assign::assign(conn, ctx, policy, community, (member, contact), loads)?;
        let view = contact_view(conn, community, &pair.row, &pair.mirror)?;
        Ok((view, pair.created))
    });
    match made {
        Err(error) if error.is_transient() => Err(error),
        Err(error @ SwitchboardError::Store(_)) => Err(error),
        outcome => {
            if outcome.is_err() {
                ctx.events.rewind(mark);
                *loads = before;
            }
            Ok(BulkRow { contact, outcome })
        }
    }
}

impl Switchboard {
    /// Makes many contacts. With `all_or_nothing` one that cannot be undoes the others; with `dry_run` all
    /// are undone. These are one transaction, and at most [`MOST_TOGETHER`]. Others are committed some at a time,
    /// so that texts need not wait for all of them.
    pub async fn add_contacts(
        &self,
        community: CommunityId,
        member: MemberId,
        contacts: Vec<MemberId>,
        all_or_nothing: bool,
        dry_run: bool,
    ) -> Result<Bulk> {
        let together = all_or_nothing || dry_run;
        if together && contacts.len() > MOST_TOGETHER {
            return Err(SwitchboardError::invalid(
                "contacts",
                format!(
                    "`contacts` has {}; allowed are 1 to {MOST_TOGETHER} with `all_or_nothing` or `dry_run`, which are \
                     one transaction",
                    contacts.len()
                ),
            ));
        }
        let _turn = self.inner.bulks.acquire().await;
        let mut bulk = Bulk {
            applied: true,
            rows: Vec::with_capacity(contacts.len()),
        };
        while let Some(rest) = contacts.get(bulk.rows.len()..).filter(|rest| !rest.is_empty()) {
            let some: Vec<MemberId> = match together {
                true => rest.to_vec(),
                false => rest.iter().take(AT_ONCE).copied().collect(),
            };
            let clock = self.inner.clock.clone();
            let (rows, is_undone) = self
                .write(move |conn, ctx| {
                    let began = clock.now();
                    let is_enough = || !together && clock.now().since(began) >= HELD_MS;
                    add(conn, ctx, (community, member), (&some, &is_enough), |rows| {
                        dry_run || (all_or_nothing && rows.iter().any(|row| row.outcome.is_err()))
                    })
                })
                .await?;
            bulk.applied = !is_undone;
            bulk.rows.extend(rows);
        }
        if bulk.applied {
            self.doubt_outbox();
        }
        Ok(bulk)
    }
}

/// Makes some contacts, one at least, until it is enough; unless what would come of it is unwanted. Says what became
/// of those, and whether it was undone.
fn add(
    conn: &mut Conn,
    ctx: &Context,
    (community, member): (CommunityId, MemberId),
    (contacts, is_enough): (&[MemberId], &dyn Fn() -> bool),
    unwanted: impl FnOnce(&Vec<BulkRow>) -> bool,
) -> Result<(Vec<BulkRow>, bool)> {
    let policy = communities::require(conn, community)?.policy;
    // All at once and in their order, so that two of these never wait for each other crosswise.
    let mut all = contacts.to_vec();
    all.push(member);
    crate::store::members::lock(conn, community, &all)?;
    members::require(conn, community, member)?;
    let work = |conn: &mut Conn| {
        let mut loads = Loads::new();
        let mut rows = Vec::new();
        for contact in contacts {
            let pair = (member, *contact);
            rows.push(one(conn, ctx, &policy, community, pair, &mut loads)?);
            if is_enough() {
                break;
            }
        }
        numbers::add_loads(conn, community, &loads)?;
        Ok(rows)
    };
    undone_if(conn, ctx, work, unwanted)
}
