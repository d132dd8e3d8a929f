//! Many contacts of one member at once.

use super::assign::{self, Loads};
use super::contacts::contact_view;
use super::error::{Result, SwitchboardError};
use super::views::Contact;
use super::{Context, Switchboard, communities, members, undone};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::policy::Policy;
use crate::store::{Conn, MaybeTransient, numbers};

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
    /// are undone.
    pub async fn add_contacts(
        &self,
        community: CommunityId,
        member: MemberId,
        contacts: Vec<MemberId>,
        all_or_nothing: bool,
        dry_run: bool,
    ) -> Result<Bulk> {
        let _turn = self.inner.bulks.acquire().await;
        let bulk = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                // All at once and in their order, so that two of these never wait for each other crosswise.
                let mut all = contacts.clone();
                all.push(member);
                crate::store::members::lock(conn, community, &all)?;
                members::require(conn, community, member)?;
                let work = |conn: &mut Conn| {
                    let mut loads = Loads::new();
                    let rows = contacts
                        .iter()
                        .map(|contact| one(conn, ctx, &policy, community, (member, *contact), &mut loads));
                    let rows = rows.collect::<Result<Vec<_>>>()?;
                    numbers::add_loads(conn, community, &loads)?;
                    Ok(rows)
                };
                let rehearse = dry_run || all_or_nothing;
                let tried = match rehearse {
                    true => undone(conn, ctx, work)?,
                    false => work(conn)?,
                };
                let failed = tried.iter().any(|row| row.outcome.is_err());
                if dry_run || (all_or_nothing && failed) {
                    return Ok(Bulk {
                        applied: false,
                        rows: tried,
                    });
                }
                let rows = if rehearse { work(conn)? } else { tried };
                Ok(Bulk { applied: true, rows })
            })
            .await?;
        if bulk.applied {
            self.doubt_outbox();
        }
        Ok(bulk)
    }
}
