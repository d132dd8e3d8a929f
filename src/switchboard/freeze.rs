//! Lost phones: one that is frozen gets nothing, and nothing that comes from it counts, until it is thawed or replaced.
//! Pairs and numbers stay as they are; what was accepted for it goes to the member's other phone, or waits.

use super::error::{Result, SwitchboardError};
use super::members::{self, device_view};
use super::views::Device;
use super::{Context, Switchboard, history, notices, receipts};
use crate::domain::E164;
use crate::domain::id::{CallId, CommunityId, DeviceId, MemberId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::calls::{self, CallRow};
use crate::store::devices::{self, DeviceRow};
use crate::store::outbox::{self, Pending};
use crate::store::{Conn, assignments};

/// Rows that are given up in one transaction.
const GIVEN_UP_AT_ONCE: i64 = 200;

/// A phone whose calls end: whose, which, and whether the member's calls come to it.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub member: MemberId,
    pub phone: E164,
    pub takes_calls: bool,
}

impl Ends {
    /// Whether a call is on that phone.
    pub fn has(&self, row: &CallRow) -> bool {
        let member = Some(self.member.as_i64());
        let rings_here = row.to_member == member || (row.origin == calls::APP && row.from_member == member);
        row.from_phone == Some(self.phone.as_i64()) || (self.takes_calls && rings_here)
    }
}

/// One of a member's phones, with all of them.
pub(super) fn phone_of(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    id: DeviceId,
) -> Result<(DeviceRow, Vec<DeviceRow>)> {
    members::require(conn, community, member)?;
    let all = devices::of_member(conn, community, member)?;
    match all.iter().find(|row| row.id == id.as_i64()) {
        Some(found) => Ok((found.clone(), all)),
        // Apps cannot be lost.
        None => Err(SwitchboardError::not_found("phone", id)),
    }
}

fn freeze(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (member, id): (MemberId, DeviceId),
) -> Result<(Device, Option<Ends>)> {
    crate::store::members::lock(conn, community, &[member])?;
    let (row, all) = phone_of(conn, community, member, id)?;
    if row.is_frozen() {
        return Ok((device_view(row)?, None));
    }
    let takes_calls = devices::first_of(all).is_some_and(|first| first.id == row.id);
    // No text may be on its way onto a pair of theirs while its phone changes.
    for pair in assignments::of_member(conn, community, member)? {
        assignments::lock_pair(conn, community, member, pair.contact)?;
    }
    let frozen = DeviceRow {
        frozen_at: Some(ctx.now.0),
        ..row
    };
    devices::set_frozen(conn, community, id, frozen.frozen_at)?;
    history::note_phone(conn, ctx, &frozen, true)?;
    let phone = frozen.e164()?;
    notices::leave_phone(conn, ctx, community, member, phone)?;
    let ends = Ends {
        member,
        phone,
        takes_calls,
    };
    Ok((device_view(frozen)?, Some(ends)))
}

fn thaw(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (member, id): (MemberId, DeviceId),
) -> Result<Device> {
    crate::store::members::lock(conn, community, &[member])?;
    let (row, all) = phone_of(conn, community, member, id)?;
    if !row.is_frozen() {
        return device_view(row);
    }
    let thawed = DeviceRow {
        frozen_at: None,
        ..row
    };
    devices::set_frozen(conn, community, id, None)?;
    history::note_phone(conn, ctx, &thawed, true)?;
    // What waited for any of their phones has one to go to now.
    for phone in all.iter().filter(|phone| phone.is_frozen()) {
        notices::leave_phone(conn, ctx, community, member, phone.e164()?)?;
    }
    device_view(thawed)
}

/// Ends what waited for a frozen phone beyond its time; its senders are told.
fn give_up(conn: &mut Conn, ctx: &Context) -> Result<(Vec<Pending>, bool)> {
    let rows = outbox::parked_too_long(conn, ctx.now.0, GIVEN_UP_AT_ONCE)?;
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows >= GIVEN_UP_AT_ONCE);
    let mut pending = Vec::new();
    for row in rows {
        // Another node may have been first.
        if outbox::delete(conn, row.community_id, row.message_id, row.kind)? && row.kind == outbox::TEXT {
            let ids = (
                CommunityId::from_i64(row.community_id),
                MessageId::from_i64(row.message_id),
            );
            let why = Some(Reason::RecipientFrozen);
            pending.extend(receipts::advance(conn, ctx, ids, Status::Expired, why, None)?);
        }
    }
    Ok((pending, more))
}

impl Switchboard {
    /// Freezes a phone: nothing is sent to it, nothing from it is accepted, calls on it end. What waits for it goes to
    /// the member's other phone, or waits on. Freezing it twice changes nothing.
    pub async fn freeze_phone(
        &self,
        community: CommunityId,
        member: MemberId,
        id: DeviceId,
    ) -> Result<Device> {
        let frozen = self
            .write(move |conn, ctx| freeze(conn, ctx, community, (member, id)))
            .await;
        self.doubt_outbox();
        let (device, ends) = frozen?;
        if let Some(ends) = ends {
            self.end_calls(community, ends).await?;
        }
        Ok(device)
    }

    /// Thaws a phone that was found again; what waited for it leaves.
    pub async fn thaw_phone(&self, community: CommunityId, member: MemberId, id: DeviceId) -> Result<Device> {
        let thawed = self
            .write(move |conn, ctx| thaw(conn, ctx, community, (member, id)))
            .await;
        self.wake_outbox();
        thawed
    }

    /// Ends the calls on a phone, wherever they are.
    pub(super) async fn end_calls(&self, community: CommunityId, ends: Ends) -> Result<()> {
        let mut going_on = self.live_calls_where(|row| ends.has(row));
        let stored: Vec<CallId> = self
            .write_grouped(move |conn, _| {
                let mut asked = Vec::new();
                for row in calls::live_of_member(conn, community, ends.member)? {
                    let id = CallId::from_i64(row.id);
                    if ends.has(&row) && calls::ask_to_hang_up(conn, community, id)? {
                        asked.push(id);
                    }
                }
                Ok(asked)
            })
            .await?;
        going_on.extend(stored);
        if let Some(voice) = self.voice() {
            for id in going_on {
                voice.hang_up(id).await;
            }
        }
        Ok(())
    }

    /// Ends what waited for frozen phones beyond its time.
    pub(super) async fn give_up_parked(&self) -> Result<()> {
        loop {
            let (pending, more) = self.write_grouped(give_up).await?;
            self.announce(pending);
            if !more {
                return Ok(());
            }
        }
    }
}
