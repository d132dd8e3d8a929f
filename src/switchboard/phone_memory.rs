//! What a phone remembers, whoever has it: for whom numbers stood on it, and what it has stopped. A member's own
//! table forgets nothing while the phone stays; here is what happens when it does not (design rules 4, 5, 10).

use super::error::{Result, SwitchboardError};
use super::{Context, history, phone_hashes};
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::policy::Policy;
use crate::domain::{E164, Timestamp};
use crate::store::assignments::{self, AssignmentChange};
use crate::store::devices::{self, DeviceRow};
use crate::store::opt_outs::{self, OptOutRow};
use crate::store::phone_holds::{self, PhoneHoldRow};
use crate::store::{Conn, releases};

/// A phone leaves its member, who has `table` now: the phone keeps what its numbers stood for.
pub(crate) fn keep(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    device: &DeviceRow,
    table: &[Assignment],
) -> Result<()> {
    let hold = |number_id, contact_id, released_at, cool_until| PhoneHoldRow {
        community_id: community.as_i64(),
        phone: device.phone,
        number_id,
        contact_id: Some(contact_id),
        released_at,
        cool_until,
    };
    for past in releases::of_member(conn, community, MemberId::from_i64(device.member_id))? {
        // What was released before the phone came, it has never seen.
        if past.released_at >= device.created_at {
            let row = hold(past.number_id, past.contact_id, past.released_at, past.cool_until);
            phone_holds::record(conn, &row)?;
        }
    }
    let cool_until = ctx.now.plus_s(policy.cool_down_s);
    for row in table {
        let row = hold(row.number.as_i64(), row.contact.as_i64(), ctx.now.0, cool_until.0);
        phone_holds::record(conn, &row)?;
    }
    Ok(())
}

/// Whether a phone may join the member who has `table`: none of the member's numbers may be somebody else on that phone still, or
/// be stopped by it as somebody else.
pub(crate) fn check_joining(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    table: &[Assignment],
    phone: E164,
) -> Result<()> {
    if table.is_empty() {
        return Ok(());
    }
    let other = |number_id: i64, contact_id: Option<i64>| {
        table
            .iter()
            .find(|a| a.number.as_i64() == number_id && Some(a.contact.as_i64()) != contact_id)
    };
    let refuse = |row: &Assignment, why: String| {
        SwitchboardError::conflict(
            "phone_remembers",
            format!(
                "on {phone} {} {why}, and for {} it is {}; release that contact, or add the phone to \
                 another member",
                row.number, row.member, row.contact
            ),
        )
    };
    for hold in phone_holds::of_phone(conn, community, phone)? {
        if let Some(row) = other(hold.number_id, hold.contact_id)
            && hold.cool_until > ctx.now.0
        {
            let until = Timestamp(hold.cool_until);
            return Err(refuse(
                row,
                format!("stood for somebody else and cools down until {until}"),
            ));
        }
    }
    for stop in opt_outs::of_phone(conn, community, phone)? {
        if let Some(row) = other(stop.number_id, stop.contact_id) {
            return Err(refuse(row, "was stopped as somebody else".into()));
        }
    }
    Ok(())
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
            assignments::update(conn, community, row.member, row.number, &change)?;
            let stopped = Assignment {
                stopped: true,
                ..row.clone()
            };
            history::note(conn, ctx, community, &stopped, Why::PhoneJoined)?;
        }
    }
    Ok(())
}

/// Whether any phone of the member has stopped the number.
pub(crate) fn has_stopped(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    number: NumberId,
) -> Result<bool> {
    for device in devices::of_member(conn, community, member)? {
        let outs = opt_outs::of_phone(conn, community, device.e164()?)?;
        if outs.iter().any(|o| o.number_id == number.as_i64()) {
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
