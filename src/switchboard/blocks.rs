//! Whom members do not want to hear from. A block is its member's own: it holds for texts and calls of the pair, it
//! outlives the pair, and what the one hears who is blocked is the community's to say.

use serde::Serialize;

use super::error::{Result, SwitchboardError};
use super::{Context, Switchboard, members, notices};
use crate::domain::Timestamp;
use crate::domain::assignment::Assignment;
use crate::domain::history::{Actor, ActorWord};
use crate::domain::id::{CommunityId, MemberId};
use crate::domain::message::Reason;
use crate::domain::policy::{BlocksShown, Policy};
use crate::store::blocks::{self as rows, BlockRow};
use crate::store::outbox::Pending;
use crate::store::{Conn, StoreError, assignments, members as member_rows};

/// Most people whom a member blocks.
const MOST_BLOCKS: i64 = 1_000;

/// Somebody whom a member blocks.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Block {
    /// Who blocks.
    pub member: MemberId,
    /// Whom; they need not be a contact any more.
    pub contact: MemberId,
    /// Who said so.
    pub by: ActorWord,
    /// Since when.
    pub since: Timestamp,
}

fn view(row: &BlockRow) -> Result<Block> {
    let by = Actor::from_code(row.who, row.who_id).ok_or(StoreError::Corrupt("blocks.who"))?;
    Ok(Block {
        member: MemberId::from_i64(row.member_id),
        contact: MemberId::from_i64(row.contact_id),
        by: by.word(),
        since: Timestamp(row.created_at),
    })
}

/// Has a member hear no more from somebody; returns the block, whether it is new, and what is in the outbox on account
/// of it: what waited between the two has ended.
pub(crate) fn block(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
) -> Result<(Block, bool, Vec<Pending>)> {
    if member == contact {
        return Err(SwitchboardError::invalid(
            "contact",
            "a member cannot block themselves",
        ));
    }
    member_rows::lock(conn, community, &[member, contact])?;
    members::require(conn, community, member)?;
    members::require(conn, community, contact)?;
    if let Some(before) = rows::get(conn, community, member, contact)? {
        return Ok((view(&before)?, false, Vec::new()));
    }
    if rows::list(conn, community, member, 0, MOST_BLOCKS)?.len() as i64 >= MOST_BLOCKS {
        return Err(SwitchboardError::conflict(
            "too_many_blocks",
            format!("{member} blocks {MOST_BLOCKS} members already; lift some first"),
        ));
    }
    let (who, who_id) = ctx.by.get().code();
    let row = BlockRow {
        community_id: community.as_i64(),
        member_id: member.as_i64(),
        contact_id: contact.as_i64(),
        created_at: ctx.now.0,
        who,
        who_id,
    };
    // No text of another node may be on its way onto the pair.
    let pair = assignments::lock_pair(conn, community, member, contact)?;
    rows::insert(conn, &row)?;
    let pending = match pair {
        Some(pair) => end_waiting(conn, ctx, community, &pair)?,
        None => Vec::new(),
    };
    Ok((view(&row)?, true, pending))
}

/// Ends what waits on a pair whose first row's owner blocks the other; returns what is in the outbox on account of it.
fn end_waiting(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    [own, theirs]: &[Assignment; 2],
) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    for (lane, reason) in [
        (theirs.id, Reason::BlockedByRecipient),
        (own.id, Reason::BlockedBySender),
    ] {
        pending.extend(notices::cancel_lane(conn, ctx, community, lane, reason)?);
    }
    Ok(pending)
}

/// Who blocked, or was blocked by, a member who became one with another blocks the other, or is blocked by them. What
/// waits on pairs that are blocked since ends: those with the contacts in `also` too, which the other has from them.
pub(super) fn recast(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
    also: &[MemberId],
) -> Result<()> {
    let mut others = rows::recast(conn, community, (from, to))?;
    others.extend(also);
    others.sort_unstable();
    others.dedup();
    for other in others {
        for (who, whom) in [(to, other), (other, to)] {
            if rows::get(conn, community, who, whom)?.is_some()
                && let Some(pair) = assignments::lock_pair(conn, community, who, whom)?
            {
                end_waiting(conn, ctx, community, &pair)?;
            }
        }
    }
    Ok(())
}

/// Lets a member hear from somebody again; false where there was no block.
pub(crate) fn unblock(
    conn: &mut Conn,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
) -> Result<bool> {
    Ok(rows::delete(conn, community, member, contact)?)
}

/// Whether a block stands against a new pair.
pub(crate) fn check(
    conn: &mut Conn,
    policy: &Policy,
    community: CommunityId,
    (member, contact): (MemberId, MemberId),
) -> Result<()> {
    if rows::get(conn, community, member, contact)?.is_some() {
        return Err(SwitchboardError::conflict(
            "blocked_by_sender",
            format!("{member} has blocked {contact}; lift the block first"),
        ));
    }
    if rows::get(conn, community, contact, member)?.is_none() {
        return Ok(());
    }
    Err(match policy.blocks_shown {
        BlocksShown::Open => SwitchboardError::conflict(
            "blocked_by_recipient",
            format!("{contact} has blocked {member}; only {contact} lifts that"),
        ),
        // As of one who cannot be reached.
        BlocksShown::Unreachable | BlocksShown::Silent => unreachable_one(contact),
    })
}

/// What is said of a member who cannot be anybody's contact.
pub(crate) fn unreachable_one(member: MemberId) -> SwitchboardError {
    SwitchboardError::conflict(
        "no_device",
        format!("{member} has no device; add a phone or an app first, so that the pair can be answered"),
    )
}

impl Switchboard {
    /// Has a member hear no more from somebody; false where that was so.
    pub async fn block(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: MemberId,
    ) -> Result<(Block, bool)> {
        let (block, is_new, pending) = self
            .write(move |conn, ctx| block(conn, ctx, community, (member, contact)))
            .await?;
        self.announce(pending);
        if is_new {
            self.doubt_outbox();
        }
        Ok((block, is_new))
    }

    /// Lets a member hear from somebody again.
    pub async fn unblock(&self, community: CommunityId, member: MemberId, contact: MemberId) -> Result<()> {
        self.write(move |conn, _| {
            members::require(conn, community, member)?;
            match unblock(conn, community, (member, contact))? {
                true => Ok(()),
                false => Err(SwitchboardError::not_found("block of", contact)),
            }
        })
        .await
    }

    /// Whom a member blocks, in the order of their ids, after one of them.
    pub async fn blocks(
        &self,
        community: CommunityId,
        member: MemberId,
        after: Option<MemberId>,
        limit: i64,
    ) -> Result<Vec<Block>> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            let after = after.map_or(0, MemberId::as_i64);
            rows::list(conn, community, member, after, limit)?
                .iter()
                .map(view)
                .collect()
        })
        .await
    }

    /// One block.
    pub async fn one_block(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: MemberId,
    ) -> Result<Block> {
        self.read(move |conn| {
            members::require(conn, community, member)?;
            match rows::get(conn, community, member, contact)? {
                Some(row) => view(&row),
                None => Err(SwitchboardError::not_found("block of", contact)),
            }
        })
        .await
    }
}
