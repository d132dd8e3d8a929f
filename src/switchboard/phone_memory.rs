//! What a phone remembers, whoever has it: for whom numbers stood on it, and what it has stopped. A member's own
//! table forgets nothing while the phone stays; here is what happens when it does not (design rules 4, 5, 10).

use super::error::{Result, SwitchboardError};
use super::new_phone::PhoneConflictKind;
use super::{Context, changes, phone_hashes};
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::policy::Policy;
use crate::domain::{E164, Timestamp};
use crate::store::assignments::AssignmentChange;
use crate::store::devices::{self, DeviceRow};
use crate::store::opt_outs::{self, OptOutRow};
use crate::store::phone_holds::{self, PhoneHoldRow};
use crate::store::{Conn, numbers, releases};

/// What a phone has seen of its member's numbers that stand for nobody any more.
fn seen(conn: &mut Conn, community: CommunityId, device: &DeviceRow) -> Result<Vec<PhoneHoldRow>> {
    let past = releases::of_member(conn, community, MemberId::from_i64(device.member_id))?;
    let seen = past.into_iter().filter_map(|past| {
        // What was released before the phone came, it has never seen.
        (past.released_at >= device.created_at).then(|| PhoneHoldRow {
            community_id: community.as_i64(),
            phone: device.phone,
            number_id: past.number_id,
            contact_id: Some(past.contact_id),
            released_at: past.released_at,
            cool_until: past.cool_until,
        })
    });
    Ok(seen.collect())
}

/// A phone leaves its member, who has `table` now: the phone keeps what its numbers stood for.
pub(crate) fn keep(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    device: &DeviceRow,
    table: &[Assignment],
) -> Result<()> {
    for hold in seen(conn, community, device)? {
        phone_holds::record(conn, &hold)?;
    }
    let cool_until = ctx.now.plus_s(policy.cool_down_s);
    for row in table {
        let hold = PhoneHoldRow {
            community_id: community.as_i64(),
            phone: device.phone,
            number_id: row.number.as_i64(),
            contact_id: Some(row.contact.as_i64()),
            released_at: ctx.now.0,
            cool_until: cool_until.0,
        };
        phone_holds::record(conn, &hold)?;
    }
    Ok(())
}

/// A pair of a member whose number is somebody else on a phone.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub row: Assignment,
    pub kind: PhoneConflictKind,
    /// Who the number is, or was, on the phone; none for somebody of another community.
    pub stood_for: Option<MemberId>,
    /// Until when it cools down there.
    pub until: Option<Timestamp>,
}

/// Whose a phone is, and what stands on it now.
pub(crate) type Theirs<'a> = (&'a DeviceRow, &'a [Assignment]);

/// What stands against a phone's joining the member who has `table`: numbers that are somebody else on that phone still,
/// or were stopped by it as somebody else. `theirs` is whose phone it is. One for each pair.
pub(crate) fn conflicts(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    table: &[Assignment],
    phone: E164,
    theirs: Option<Theirs<'_>>,
) -> Result<Vec<Conflict>> {
    if table.is_empty() {
        return Ok(Vec::new());
    }
    let mut holds = phone_holds::of_phone(conn, community, phone)?;
    if let Some((device, _)) = theirs {
        holds.extend(seen(conn, community, device)?);
    }
    let theirs = theirs.map_or(&[][..], |(_, table)| table);
    let stops = opt_outs::of_phone(conn, community, phone)?;
    let conflict = |row: &Assignment| {
        let (number, contact) = (row.number.as_i64(), Some(row.contact.as_i64()));
        let found = |kind, stood_for: Option<i64>, until| Conflict {
            row: row.clone(),
            kind,
            stood_for: stood_for.map(MemberId::from_i64),
            until,
        };
        let live = theirs
            .iter()
            .find(|other| other.number == row.number && other.contact != row.contact)
            .map(|other| found(PhoneConflictKind::InUse, Some(other.contact.as_i64()), None));
        let stopped = || {
            let stop = stops
                .iter()
                .find(|stop| stop.number_id == number && stop.contact_id != contact);
            stop.map(|stop| found(PhoneConflictKind::Stopped, stop.contact_id, None))
        };
        let cooling = || {
            let hold = holds.iter().find(|hold| {
                hold.number_id == number && hold.contact_id != contact && hold.cool_until > ctx.now.0
            });
            hold.map(|hold| {
                let until = Some(Timestamp(hold.cool_until));
                found(PhoneConflictKind::Remembered, hold.contact_id, until)
            })
        };
        live.or_else(stopped).or_else(cooling)
    };
    Ok(table.iter().filter_map(conflict).collect())
}

/// Whether a phone may join the member who has `table`.
pub(crate) fn check_joining(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    table: &[Assignment],
    phone: E164,
) -> Result<()> {
    let found = conflicts(conn, ctx, community, table, phone, None)?;
    let Some(Conflict { row, until, .. }) = found.into_iter().next() else {
        return Ok(());
    };
    let why = match until {
        Some(until) => format!("stood for somebody else and cools down until {until}"),
        None => "was stopped as somebody else".into(),
    };
    Err(SwitchboardError::conflict(
        "phone_remembers",
        format!(
            "on {phone} {} {why}, and for {} it is {}; release that contact, or add the phone to another member",
            row.number, row.member, row.contact
        ),
    ))
}

/// Stops those of a member's pairs that a phone which joins has stopped. None is lifted here: what a member has
/// stopped stays so when the phone is replaced, until START comes from the one they have then.
pub(crate) fn bring_stops(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    table: &[Assignment],
) -> Result<()> {
    for row in table.iter().filter(|row| !row.stopped) {
        if has_stopped(conn, community, row.member, row.number)? {
            let change = AssignmentChange {
                stopped: Some(true),
                ..AssignmentChange::default()
            };
            let why = (Why::PhoneJoined, ctx.by.get());
            changes::change(conn, ctx, community, row, &change, why)?;
        }
    }
    Ok(())
}

/// Whether any phone of the member has stopped the number, or the hub whose tag it is.
pub(crate) fn has_stopped(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<bool> {
    let hub = numbers::get(conn, community, number)?.and_then(|row| row.hub_id);
    let is_meant = |of: i64| of == number.as_i64() || hub == Some(of);
    for device in devices::of_member(conn, community, member)? {
        let outs = opt_outs::of_phone(conn, community, device.e164()?)?;
        if outs.iter().any(|o| is_meant(o.number_id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A number comes from one community to another: the phones on which it stood for somebody, or which have
/// stopped it, know it still, also where they belong to members of both.
pub(crate) fn inherit(
    conn: &mut Conn,
    from: (CommunityId, NumberId),
    to: (CommunityId, NumberId),
) -> Result<()> {
    let hold = |phone, released_at, cool_until| PhoneHoldRow {
        community_id: to.0.as_i64(),
        phone,
        number_id: to.1.as_i64(),
        contact_id: None,
        released_at,
        cool_until,
    };
    for past in releases::of_number(conn, from.0, from.1)? {
        for device in devices::of_member(conn, from.0, MemberId::from_i64(past.member_id))? {
            if past.released_at >= device.created_at {
                phone_holds::record(conn, &hold(device.phone, past.released_at, past.cool_until))?;
            }
        }
    }
    for past in phone_holds::of_number(conn, from.0, from.1)? {
        phone_holds::record(conn, &hold(past.phone, past.released_at, past.cool_until))?;
    }
    for stop in opt_outs::of_number(conn, from.0, from.1)? {
        let row = OptOutRow {
            community_id: to.0.as_i64(),
            number_id: to.1.as_i64(),
            contact_id: None,
            ..stop
        };
        opt_outs::record(conn, &row)?;
    }
    phone_hashes::inherit(conn, from, to)
}
