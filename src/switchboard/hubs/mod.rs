//! Hubs: pool numbers set aside, at each of which many people reach one contact by a tag. A tag of a hub is a line, a
//! number of its own to the tables: what holds of numbers holds of lines.

mod keywords;
mod seats;
mod texts;
mod warn;

use std::collections::BTreeMap;

pub(super) use keywords::{start, stop};
pub(super) use seats::{has_room, open, seated};
pub(super) use texts::{answer, menu_after_call};
pub(super) use warn::warn;

use super::assign::{candidates, needs};
use super::error::{Result, SwitchboardError};
use super::side::Known;
use super::views::HubContact;
use super::{Context, Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::choice;
use crate::domain::id::{CommunityId, MemberId, NumberId};
use crate::domain::pool::Capabilities;
use crate::store::numbers::{NumberChange, NumberRow};
use crate::store::phone_holds::{self, PhoneHoldRow};
use crate::store::{Conn, devices, hubs as rows, members, numbers, releases};

/// Makes a number a hub, if it stands for nobody.
pub(super) fn set_aside(conn: &mut Conn, community: CommunityId, row: &NumberRow) -> Result<()> {
    let id = NumberId::from_i64(row.id);
    if row.desk {
        let sentence = "`hub` is true, and the number is the desk; set its `desk` to false first";
        return Err(SwitchboardError::invalid("hub", sentence));
    }
    if !Capabilities::from_bits(row.capabilities).covers(needs()) {
        let sentence = "`hub` is true; a hub is texted, so its number needs the capability `sms`";
        return Err(SwitchboardError::invalid("hub", sentence));
    }
    match rows::set_aside(conn, community, id)? {
        true => Ok(()),
        false => Err(SwitchboardError::conflict(
            "number_in_use",
            format!(
                "{id} stands in {} assignments; take a number that stands for nobody, or set its state to `draining` and \
                 release those",
                row.load
            ),
        )),
    }
}

/// A number is a hub no more, if nobody sits on it. To phones that knew one of its tags it cools down as a contact's
/// number does: what still comes from them reaches nobody.
pub(super) fn leave(conn: &mut Conn, ctx: &Context, community: CommunityId, row: &NumberRow) -> Result<()> {
    if !row.hub {
        return Ok(());
    }
    let id = NumberId::from_i64(row.id);
    if !rows::retire_lines(conn, community, id)? {
        let seats = rows::load(conn, community, id)?;
        return Err(SwitchboardError::conflict(
            "number_in_use",
            format!(
                "{id} is a hub by which {seats} members are reached; set its state to `draining`, release those, then \
                 change it"
            ),
        ));
    }
    let (mut known, mut phones): (BTreeMap<i64, i64>, BTreeMap<i64, i64>) = Default::default();
    for line in rows::lines(conn, community, id)? {
        // Phones that left their member since know it too.
        for past in phone_holds::of_number(conn, community, NumberId::from_i64(line.id))? {
            let until = phones.entry(past.phone).or_insert(past.cool_until);
            *until = (*until).max(past.cool_until);
        }
        for past in releases::of_number(conn, community, NumberId::from_i64(line.id))? {
            let until = known.entry(past.member_id).or_insert(past.cool_until);
            *until = (*until).max(past.cool_until);
        }
    }
    for (member, cool_until) in known {
        for phone in devices::of_member(conn, community, MemberId::from_i64(member))? {
            let until = phones.entry(phone.phone).or_insert(cool_until);
            *until = (*until).max(cool_until);
        }
    }
    for (phone, cool_until) in phones.into_iter().filter(|(_, until)| *until > ctx.now.0) {
        let hold = PhoneHoldRow {
            community_id: community.as_i64(),
            phone,
            number_id: row.id,
            contact_id: None,
            released_at: ctx.now.0,
            cool_until,
        };
        phone_holds::record(conn, &hold)?;
    }
    let change = NumberChange {
        hub: Some(false),
        ..NumberChange::default()
    };
    Ok(numbers::update(conn, community, id, &change)?)
}

impl Switchboard {
    /// Members whose tables were nearly full when apps were last told of them, and those who are reached through hubs,
    /// as they are now, in the order of their ids after one.
    pub async fn hub_contacts(
        &self,
        community: CommunityId,
        after: Option<MemberId>,
        limit: i64,
    ) -> Result<Vec<HubContact>> {
        let ctx = self.context();
        self.read(move |conn| {
            communities::require(conn, community)?;
            let after = after.unwrap_or(MemberId::from_i64(0));
            let numbers = candidates(conn, &ctx, community, &Default::default())?;
            let mut found = Vec::new();
            for (member, warned_at) in rows::warnings(conn, community, after, limit)? {
                let id = MemberId::from_i64(member);
                let device = devices::primary(conn, community, id)?;
                let known = Known::read(conn, community, id, device.as_ref())?;
                let room = choice::headroom(&numbers, needs(), &known.side(id, None, ctx.now).0);
                let on_hubs = rows::lines_of_member(conn, community, id)?.len();
                found.push(HubContact {
                    member: id,
                    name: members::get(conn, community, id)?.map_or_else(String::new, |row| row.name),
                    contacts: known.used.len() as u64,
                    on_hubs: on_hubs as u64,
                    usable: room.usable as u64,
                    free: room.free as u64,
                    warned_at: (warned_at > 0).then_some(Timestamp(warned_at)),
                });
            }
            Ok(found)
        })
        .await
    }
}
