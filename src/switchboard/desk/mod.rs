//! The desk: a pool number set aside, which members text to manage their contacts.

mod answers;
mod blocking;
mod menu;
mod texts;

pub(crate) use answers::shown;

use super::error::{Result, SwitchboardError};
use super::{Context, communities, history};
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::pool::{Capabilities, Capability};
use crate::store::Conn;
use crate::store::desk_phones::{self, DeskPhoneRow};
use crate::store::devices::DeviceRow;
use crate::store::numbers::{self, NumberChange, NumberRow};
use crate::store::phone_holds::{self, PhoneHoldRow};

/// Makes a number the desk, if it stands for nobody and there is none.
pub(super) fn set_aside(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    row: &NumberRow,
) -> Result<()> {
    let id = NumberId::from_i64(row.id);
    if let Some(other) = numbers::desk(conn, community)? {
        return Err(SwitchboardError::conflict(
            "desk_taken",
            format!(
                "{} is the desk of this community, which has one; set its `desk` to false first",
                NumberId::from_i64(other.id)
            ),
        ));
    }
    if row.hub {
        let sentence = "`desk` is true, and the number is a hub; set its `hub` to false first";
        return Err(SwitchboardError::invalid("desk", sentence));
    }
    if !Capabilities::from_bits(row.capabilities).covers(vec![Capability::Sms].into()) {
        return Err(SwitchboardError::invalid(
            "desk",
            "`desk` is true; the desk is texted, so its number needs the capability `sms`",
        ));
    }
    if !numbers::set_aside(conn, community, id)? {
        return Err(SwitchboardError::conflict(
            "number_in_use",
            format!(
                "{id} stands in {} assignments; take a number that stands for nobody, or set its state to \
                 `draining` and release those",
                row.load
            ),
        ));
    }
    history::note_number(conn, ctx, community, id, (true, true))
}

/// A number is the desk no more. To phones that have texted it, it cools down as a contact's number does: what still
/// comes from them reaches nobody.
pub(super) fn leave(conn: &mut Conn, ctx: &Context, community: CommunityId, row: &NumberRow) -> Result<()> {
    if !row.desk {
        return Ok(());
    }
    let id = NumberId::from_i64(row.id);
    let policy = communities::require(conn, community)?.policy;
    for phone in desk_phones::of_desk(conn, community, id)? {
        let hold = PhoneHoldRow {
            community_id: phone.community_id,
            phone: phone.phone,
            number_id: phone.number_id,
            contact_id: None,
            released_at: ctx.now.0,
            cool_until: phone
                .used_at
                .saturating_add(policy.cool_down_s.saturating_mul(1000)),
        };
        phone_holds::record(conn, &hold)?;
    }
    desk_phones::forget(conn, community, id)?;
    let change = NumberChange {
        desk: Some(false),
        ..NumberChange::default()
    };
    Ok(numbers::update(conn, community, id, &change)?)
}

/// A phone sees the desk's number: from now on it is the desk on it.
pub(super) fn known_to(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    desk: &NumberRow,
    phone: &DeviceRow,
) -> Result<()> {
    let before = desk_phones::get(conn, community, NumberId::from_i64(desk.id), phone.e164()?)?;
    let row = match before {
        Some(before) => DeskPhoneRow {
            used_at: ctx.now.0,
            ..before
        },
        None => DeskPhoneRow {
            community_id: community.as_i64(),
            number_id: desk.id,
            phone: phone.phone,
            member_id: phone.member_id,
            used_at: ctx.now.0,
            minute_at: ctx.now.0,
            minute_texts: 0,
            menu: None,
            menu_until: 0,
        },
    };
    Ok(desk_phones::put(conn, &row)?)
}
