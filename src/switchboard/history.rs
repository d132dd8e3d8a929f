//! What became of assignments: each change is written down with the change itself, and read again when somebody asks
//! how it was.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Result, SwitchboardError};
use super::{ContactRef, Context, Switchboard, communities, members};
use crate::domain::assignment::{Assignment, Origin};
use crate::domain::history::{Actor, ActorWord, Why};
use crate::domain::id::{
    AssignmentId, CommunityId, DeviceId, KeyId, MemberId, MessageKind, NumberId, UserId,
};
use crate::domain::{E164, Timestamp};
use crate::store::app_devices::AppDeviceRow;
use crate::store::devices::DeviceRow;
use crate::store::history::{self as rows, HistoryRow};
use crate::store::presence::{self, DeviceChangeRow};
use crate::store::{Conn, StoreError, numbers};

/// Changes that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 500;
/// Communities that are looked at at once.
const PAGE: i64 = 100;

/// A change of an assignment: the row as it was after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentChanged {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
    /// Who did it.
    pub by: ActorWord,
    /// The member, where it was one.
    pub by_member: Option<MemberId>,
    /// The API key, where it was one.
    pub by_key: Option<KeyId>,
    /// The user, where it was somebody who is signed in with a browser.
    #[schema(example = json!(null))]
    pub by_user: Option<UserId>,
    /// The row.
    pub assignment: Option<AssignmentId>,
    /// In whose table it is.
    pub member: MemberId,
    /// Who the number is to the member.
    pub contact: MemberId,
    /// The number.
    pub number: E164,
    /// Whether it stood for the contact from then on; false once it was released.
    pub live: bool,
    /// Chosen by the member, or received.
    pub origin: Origin,
    /// It waited for acceptance.
    pub pending: bool,
    /// It was blocked.
    pub blocked: bool,
    /// The member's phone had stopped it.
    pub stopped: bool,
    /// Until when a released number cools down.
    pub cool_until: Option<Timestamp>,
}

/// A place in the history of a pair.
pub type HistoryPlace = (Timestamp, i64);

/// Writes down how a row is after a change; [`super::changes`] makes the change and calls this.
pub(super) fn note(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    row: &Assignment,
    why: (Why, Actor),
) -> Result<()> {
    write(conn, ctx, community, &[row], why, None)
}

/// Writes down that both rows of a pair were made.
pub(crate) fn note_pair(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    pair: [&Assignment; 2],
    why: Why,
) -> Result<()> {
    write(conn, ctx, community, &pair, (why, ctx.by.get()), None)
}

/// Writes down that both rows of a pair were released.
pub(crate) fn note_end(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    pair: &[Assignment; 2],
    why: Why,
    cool_until: Timestamp,
) -> Result<()> {
    // Who adds a contact pushes others out, but it is the broker that chose them.
    let by = match why {
        Why::Recycled => Actor::Broker,
        _ => ctx.by.get(),
    };
    let [one, other] = pair;
    write(conn, ctx, community, &[one, other], (why, by), Some(cool_until))
}

/// Writes down that a row is another one from now on: on another number, for another contact, or of another member.
pub(crate) fn note_change(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (before, after): (&Assignment, &Assignment),
    (why, cool_until): (Why, Timestamp),
) -> Result<()> {
    let why = (why, ctx.by.get());
    // The end first: of what holds at this moment the later one counts.
    write(conn, ctx, community, &[before], why, Some(cool_until))?;
    write(conn, ctx, community, &[after], why, None)
}

/// A place in the history that lies after what it follows: transactions are done in another order than they were
/// begun in, and nodes' clocks differ, but what is done later must not seem to be earlier.
fn place(ctx: &Context, last: Option<(i64, i64)>) -> (i64, i64) {
    let id = ctx.id::<MessageKind>().as_i64();
    match last {
        Some((at, before)) if at >= ctx.now.0 => (at, id.max(before.saturating_add(1))),
        _ => (ctx.now.0, id),
    }
}

/// Rows that change together change at one moment, and have places of their own in it.
fn write(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    rows: &[&Assignment],
    (why, by): (Why, Actor),
    ended: Option<Timestamp>,
) -> Result<()> {
    let mut last = None;
    for row in rows {
        last = last.max(rows::last(
            conn,
            community,
            row.member,
            (row.number, row.contact),
        )?);
    }
    let (at, first) = place(ctx, last);
    let (who, who_id) = by.code();
    for (id, row) in (first..).zip(rows) {
        let change = HistoryRow {
            community_id: community.as_i64(),
            member_id: row.member.as_i64(),
            number_id: row.number.as_i64(),
            at,
            id,
            contact_id: row.contact.as_i64(),
            assignment_id: row.id.as_i64(),
            live: ended.is_none(),
            origin: row.origin.code(),
            pending: row.pending,
            blocked: row.blocked,
            stopped: row.stopped,
            cool_until: ended.map(|at| at.0),
            why: why.code(),
            who,
            who_id,
        };
        rows::insert(conn, &change)?;
    }
    Ok(())
}

/// Writes down that a member has a phone, or has it no more, or how it stands with STOPALL, or that it is frozen.
pub(crate) fn note_phone(conn: &mut Conn, ctx: &Context, row: &DeviceRow, present: bool) -> Result<()> {
    note_device(conn, ctx, phone_change(row, present))
}

/// A change of a phone that has no place in the history yet.
fn phone_change(row: &DeviceRow, present: bool) -> DeviceChangeRow {
    DeviceChangeRow {
        community_id: row.community_id,
        member_id: row.member_id,
        at: 0,
        id: 0,
        device_id: row.id,
        phone: Some(row.phone),
        present,
        stopped_all: row.stopped_all,
        frozen: row.is_frozen(),
    }
}

/// Writes down whose these phones are now; their members, of one community, were nobody before.
pub(crate) fn note_new_phones(conn: &mut Conn, ctx: &Context, rows: &[DeviceRow]) -> Result<()> {
    let Some(community) = rows.first().map(|row| row.community_id) else {
        return Ok(());
    };
    let phones: Vec<i64> = rows.iter().map(|row| row.phone).collect();
    // What a clock that is ahead, or a transaction of this moment, has written of them goes before.
    let mut later: HashMap<i64, (i64, i64)> = HashMap::new();
    for (phone, at, id) in presence::of_phones_since(conn, community, &phones, ctx.now)? {
        let last = later.entry(phone).or_default();
        *last = (at, id).max(*last);
    }
    let changes: Vec<DeviceChangeRow> = rows
        .iter()
        .map(|row| {
            let (at, id) = place(ctx, later.get(&row.phone).copied());
            DeviceChangeRow {
                at,
                id,
                ..phone_change(row, true)
            }
        })
        .collect();
    Ok(presence::devices_changed(conn, &changes)?)
}

/// Writes down that a member reads in an app, or does so no more.
pub(crate) fn note_app(conn: &mut Conn, ctx: &Context, row: &AppDeviceRow, present: bool) -> Result<()> {
    note_device(
        conn,
        ctx,
        DeviceChangeRow {
            community_id: row.community_id,
            member_id: row.member_id,
            at: 0,
            id: 0,
            device_id: row.id,
            phone: None,
            present,
            stopped_all: false,
            frozen: false,
        },
    )
}

fn note_device(conn: &mut Conn, ctx: &Context, mut change: DeviceChangeRow) -> Result<()> {
    (change.at, change.id) = place(ctx, presence::last_of_device(conn, &change)?);
    Ok(presence::device_changed(conn, &change)?)
}

/// Writes down that a number came into service, or went out of it.
pub(crate) fn note_number(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    number: NumberId,
    (in_service, desk): (bool, bool),
) -> Result<()> {
    let (at, id) = place(ctx, presence::last_of_number(conn, community, number)?);
    Ok(presence::number_changed(
        conn,
        community,
        number,
        (Timestamp(at), id),
        (in_service, desk),
    )?)
}

/// From when on the history of a community is known.
pub(crate) fn began(conn: &mut Conn, community: CommunityId) -> Result<Timestamp> {
    match rows::began(conn, community)? {
        Some(at) => Ok(at),
        None => Ok(communities::require(conn, community)?.created_at),
    }
}

/// A row as it was.
pub(crate) fn assignment(row: &HistoryRow) -> Assignment {
    Assignment {
        id: AssignmentId::from_i64(row.assignment_id),
        member: MemberId::from_i64(row.member_id),
        contact: MemberId::from_i64(row.contact_id),
        number: NumberId::from_i64(row.number_id),
        origin: Origin::from_code(row.origin),
        pending: row.pending,
        blocked: row.blocked,
        stopped: row.stopped,
        answered_at: None,
        last_activity_at: Timestamp(row.at),
        created_at: Timestamp(row.at),
    }
}

/// The devices that a member had at a moment: phones with the oldest first, and whether they read in an app.
pub(crate) fn devices_at(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    at: Timestamp,
) -> Result<(Vec<DeviceChangeRow>, Option<DeviceId>)> {
    let mut there: Vec<DeviceChangeRow> = Vec::new();
    for change in presence::of_member(conn, community, member, at)? {
        there.retain(|one| one.device_id != change.device_id);
        if change.present {
            there.push(change);
        }
    }
    let app = there
        .iter()
        .find(|one| one.phone.is_none())
        .map(|one| one.device_id);
    there.retain(|one| one.phone.is_some());
    there.sort_by_key(|one| one.device_id);
    Ok((there, app.map(DeviceId::from_i64)))
}

fn view(conn: &mut Conn, row: &HistoryRow) -> Result<AssignmentChanged> {
    let (community, number) = (
        CommunityId::from_i64(row.community_id),
        NumberId::from_i64(row.number_id),
    );
    let by = Actor::from_code(row.who, row.who_id).ok_or(StoreError::Corrupt("assignment_history.who"))?;
    let number = numbers::get(conn, community, number)?
        .ok_or(StoreError::Corrupt("assignment_history.number_id"))?
        .e164()?;
    Ok(AssignmentChanged {
        at: Timestamp(row.at),
        why: Why::from_code(row.why).ok_or(StoreError::Corrupt("assignment_history.why"))?,
        by: by.word(),
        by_member: by.member(),
        by_key: by.key(),
        by_user: by.user(),
        assignment: (row.assignment_id != 0).then(|| AssignmentId::from_i64(row.assignment_id)),
        member: MemberId::from_i64(row.member_id),
        contact: MemberId::from_i64(row.contact_id),
        number,
        live: row.live,
        origin: Origin::from_code(row.origin),
        pending: row.pending,
        blocked: row.blocked,
        stopped: row.stopped,
        cool_until: row.cool_until.map(Timestamp),
    })
}

impl Switchboard {
    /// What became of a pair, in both directions, newest first, before a place; and the place of each change. A pair
    /// that was released has its history still, and one whose members are gone.
    pub async fn pair_history(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
        before: Option<HistoryPlace>,
        limit: i64,
    ) -> Result<Vec<(AssignmentChanged, HistoryPlace)>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let contact = match contact {
                ContactRef::Member(id) => id,
                ContactRef::Contact(id) => rows::contact_of(conn, community, member, id.cast())?
                    .ok_or_else(|| SwitchboardError::not_found("contact", id))?,
            };
            let (at, id) = before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.0, id));
            let mut found = Vec::new();
            for direction in [(member, contact), (contact, member)] {
                found.extend(rows::of_direction(conn, community, direction, (at, id), limit)?);
            }
            if found.is_empty() && before.is_none() {
                members::require(conn, community, member)?;
                members::require(conn, community, contact)?;
            }
            found.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
            found.truncate(usize::try_from(limit).unwrap_or(0));
            found
                .iter()
                .map(|row| Ok((view(conn, row)?, (Timestamp(row.at), row.id))))
                .collect()
        })
        .await
    }

    /// Forgets changes that are older than their community keeps them, but of each number on each member's phones the
    /// last: what held since then stays known.
    pub async fn forget_history(&self) -> Result<()> {
        let mut after = 0;
        loop {
            let page = self
                .read(move |conn| Ok(crate::store::communities::list(conn, after, PAGE)?))
                .await?;
            for row in &page {
                after = row.id;
                let kept_s = communities::policy_of(row).map_or(0, |policy| policy.history_kept_s);
                if kept_s > 0 {
                    let before = self.now().plus_s(-kept_s);
                    self.forget_history_of(CommunityId::from_i64(row.id), before)
                        .await?;
                }
            }
            if (page.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    async fn forget_history_of(&self, community: CommunityId, before: Timestamp) -> Result<()> {
        loop {
            let more = self
                .write_grouped(move |conn, _| {
                    let since = began(conn, community)?;
                    match since < before {
                        true => Ok(rows::forget(conn, community, (since, before), FORGOTTEN_AT_ONCE)?),
                        false => Ok(false),
                    }
                })
                .await?;
            if !more {
                return Ok(());
            }
        }
    }
}

/// The moment that is asked about must be over.
pub(crate) fn check_past(at: Timestamp, now: Timestamp) -> Result<()> {
    match at <= now {
        true => Ok(()),
        false => Err(SwitchboardError::invalid(
            "at",
            format!("`at` is {at}, which is still to come; it is {now} now"),
        )),
    }
}
