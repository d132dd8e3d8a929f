//! Members, guests and their devices.

use super::assign::{self, Loads};
use super::communities::{self, checked_name};
use super::error::{Result, SwitchboardError};
use super::views::{Device, Member};
use super::{
    Context, Expected, Switchboard, app_devices, books, changes, erase, history, hours, notices, opt_ins,
    phone_hashes, phone_memory, region,
};
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, DeviceId, DeviceKind, MemberId, MemberKind};
use crate::domain::policy::Policy;
use crate::domain::{E164, Timestamp, person_name, zone};
use crate::store::devices::{self, DeviceRow};
use crate::store::members::{self as rows, MemberChange, MemberRow};
use crate::store::{Conn, assignments, former_names, member_references, numbers, opt_outs};

/// Most devices of a member.
pub(super) const MAX_DEVICES: usize = 10;

/// A member to be.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// What people call them.
    pub name: String,
    /// Their phone, which becomes their first device.
    pub phone: Option<E164>,
    /// Has no account.
    pub guest: bool,
    /// Others may find them by name.
    pub listed: bool,
}

/// What is to change of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberEdit {
    /// Another name.
    pub name: Option<String>,
    /// Whether others may find them by name.
    pub listed: Option<bool>,
    /// Their time zone by its IANA name, or none of their own.
    pub time_zone: Option<Option<String>>,
}

pub(super) fn device_view(row: DeviceRow) -> Result<Device> {
    Ok(Device {
        id: DeviceId::from_i64(row.id),
        kind: "phone",
        phone: Some(row.e164()?),
        region: row.region,
        stopped_all: row.stopped_all,
        frozen_at: row.frozen_at.map(Timestamp),
        endpoint: None,
        texts_to: None,
        created_at: Timestamp(row.created_at),
    })
}

/// All devices of a member, the phone that texts go to first.
fn devices_of(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Vec<Device>> {
    let phones = devices::of_member(conn, community, member)?;
    let app = crate::store::app_devices::of_member(conn, community, member)?;
    let phones = phones.into_iter().map(device_view);
    phones.chain(app.map(|row| Ok(app_devices::view(row)))).collect()
}

pub(super) fn view(conn: &mut Conn, row: MemberRow) -> Result<Member> {
    let (community, id) = (
        CommunityId::from_i64(row.community_id),
        MemberId::from_i64(row.id),
    );
    let devices = devices_of(conn, community, id)?;
    let reference = member_references::of_members(conn, community, &[row.id])?.pop();
    Ok(Member {
        id,
        name: row.name,
        reference: reference.map(|row| row.reference),
        guest: row.guest,
        listed: row.listed,
        time_zone: row.time_zone,
        devices,
        created_at: Timestamp(row.created_at),
    })
}

/// A member with their devices.
pub(crate) fn shown(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<Member> {
    let row = require(conn, community, id)?;
    view(conn, row)
}

/// The member, or "not found".
pub(crate) fn require(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<MemberRow> {
    rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("member", id))
}

pub(crate) fn create(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    new: &NewMember,
) -> Result<Member> {
    communities::require(conn, community)?;
    check_listed(new.guest, new.listed)?;
    let name = checked_name(&new.name)?;
    let row = MemberRow {
        community_id: community.as_i64(),
        id: ctx.id::<MemberKind>().as_i64(),
        name: name.to_owned(),
        guest: new.guest,
        created_at: ctx.now.0,
        listed: new.listed,
        name_key: person_name::key(name),
        named_at: None,
        time_zone: None,
    };
    rows::insert(conn, &row)?;
    if let Some(phone) = new.phone {
        add_device(conn, ctx, community, MemberId::from_i64(row.id), phone)?;
    }
    view(conn, row)
}

/// A guest is somebody's contact from outside, and has agreed to nothing here.
fn check_listed(guest: bool, listed: bool) -> Result<()> {
    match guest && listed {
        true => Err(SwitchboardError::invalid(
            "listed",
            "`listed` is true; a guest is known to their contacts alone and cannot be listed",
        )),
        false => Ok(()),
    }
}

/// Checks a time zone, if one is said.
fn checked_zone(said: Option<&Option<String>>) -> Result<Option<Option<String>>> {
    match said {
        Some(Some(name)) => match zone::parse(name) {
            Ok(zone) => Ok(Some(Some(zone.name().to_owned()))),
            Err(sentence) => Err(SwitchboardError::invalid(
                "time_zone",
                format!("`time_zone`: {sentence}"),
            )),
        },
        other => Ok(other.cloned()),
    }
}

/// Changes a member; the books in which the name stands are others then.
pub(crate) fn edit(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    (before, edit): (&MemberRow, &MemberEdit),
) -> Result<()> {
    check_listed(before.guest, edit.listed.unwrap_or(false))?;
    let id = MemberId::from_i64(before.id);
    let name = edit.name.as_deref().map(checked_name).transpose()?;
    let name = name.unwrap_or(&before.name);
    let renamed = name != before.name;
    let zone = checked_zone(edit.time_zone.as_ref())?;
    let change = MemberChange {
        name: renamed.then(|| name.to_owned()),
        // Also of a name from before names were looked for.
        name_key: Some(person_name::key(name)).filter(|key| *key != before.name_key),
        named_at: renamed.then_some(Some(ctx.now.0)),
        listed: edit.listed.filter(|listed| *listed != before.listed),
        time_zone: zone.filter(|zone| *zone != before.time_zone),
    };
    let has_moved = change.time_zone.is_some();
    rows::update(conn, community, id, &change)?;
    if renamed {
        former_names::note(conn, community, id, &before.name)?;
    }
    if has_moved {
        hours::moved(conn, ctx, community, id)?;
    }
    if renamed {
        let contacts = assignments::of_member(conn, community, id)?;
        let contacts: Vec<MemberId> = contacts.iter().map(|row| row.contact).collect();
        books::changed(conn, ctx, policy, community, &contacts)?;
    }
    Ok(())
}

pub(crate) fn add_device(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    member: MemberId,
    phone: E164,
) -> Result<Device> {
    numbers::hold(conn, phone)?;
    // As the choice of a number does: it must not give this member a number that the phone knows otherwise.
    rows::lock(conn, community, &[member])?;
    require(conn, community, member)?;
    if numbers::find(conn, phone)?.is_some() {
        return Err(SwitchboardError::invalid(
            "phone",
            format!("{phone} is a pool number; a member's phone must be a number of their own"),
        ));
    }
    if let Some(other) = devices::by_phone(conn, community, phone)? {
        return Err(SwitchboardError::conflict(
            "phone_taken",
            format!(
                "{phone} is already the phone of {} in this community; a phone belongs to one member",
                MemberId::from_i64(other.member_id)
            ),
        ));
    }
    if devices::of_member(conn, community, member)?.len() >= MAX_DEVICES {
        return Err(SwitchboardError::conflict(
            "too_many_devices",
            format!("{member} has {MAX_DEVICES} devices already; remove one first"),
        ));
    }
    erase::check_phone(conn, community, phone)?;
    let table = assignments::of_member(conn, community, member)?;
    // What was kept of the phone when an owner of it was erased.
    phone_hashes::restore(conn, community, phone)?;
    phone_memory::check_joining(conn, ctx, community, &table, phone)?;
    let stopped = opt_outs::of_phone(conn, community, phone)?;
    let row = DeviceRow {
        community_id: community.as_i64(),
        id: ctx.id::<DeviceKind>().as_i64(),
        member_id: member.as_i64(),
        phone: phone.as_i64(),
        region: region::of(phone).map(|r| r.to_string()),
        // The opt-out is the phone's, whoever owns it now.
        stopped_all: stopped.iter().any(|o| o.number_id == opt_outs::ALL_NUMBERS),
        created_at: ctx.now.0,
        frozen_at: None,
    };
    devices::insert(conn, &row)?;
    history::note_phone(conn, ctx, &row, true)?;
    phone_memory::bring_stops(conn, ctx, community, &table)?;
    device_view(row)
}

/// Removes a member who has no pairs and no devices any more, with all that is kept of them but what they were called:
/// should they be erased, that is looked for.
pub(super) fn forget(conn: &mut Conn, community: CommunityId, id: MemberId) -> Result<()> {
    if let Some(row) = rows::get(conn, community, id)? {
        former_names::note(conn, community, id, &row.name)?;
    }
    crate::store::member_references::delete(conn, community, id)?;
    books::forget(conn, community, id)?;
    crate::store::blocks::forget(conn, community, id)?;
    Ok(rows::delete(conn, community, id)?)
}

/// Removes a member whom the caller has locked.
pub(crate) fn remove(
    conn: &mut Conn,
    ctx: &Context,
    policy: &Policy,
    community: CommunityId,
    id: MemberId,
) -> Result<()> {
    let mut loads = Loads::new();
    for row in assignments::of_member(conn, community, id)? {
        let what = (&row, Why::MemberRemoved);
        assign::release(conn, ctx, policy, community, what, &mut loads)?;
    }
    numbers::add_loads(conn, community, &loads)?;
    let mut gone = Vec::new();
    for device in devices::of_member(conn, community, id)? {
        phone_memory::keep(conn, ctx, policy, community, &device, &[])?;
        let device = devices::delete(conn, community, id, DeviceId::from_i64(device.id))?;
        let Some(device) = device else { continue };
        history::note_phone(conn, ctx, &device, false)?;
        gone.push(device.e164()?);
    }
    for phone in gone {
        opt_ins::phone_left(conn, ctx, community, phone)?;
        notices::leave_phone(conn, ctx, community, id, phone)?;
    }
    if let Some(app) = crate::store::app_devices::of_member(conn, community, id)? {
        history::note_app(conn, ctx, &app, false)?;
    }
    crate::store::app_devices::delete(conn, community, id)?;
    crate::store::hubs::forget_warning(conn, community, id)?;
    forget(conn, community, id)
}

impl Switchboard {
    /// Adds a member, with a first device if a phone is given.
    pub async fn create_member(&self, community: CommunityId, new: NewMember) -> Result<Member> {
        self.create_member_with(community, new, MemberEdit::default())
            .await
    }

    /// Likewise, with what can be changed of a member later.
    pub async fn create_member_with(
        &self,
        community: CommunityId,
        new: NewMember,
        change: MemberEdit,
    ) -> Result<Member> {
        self.write(move |conn, ctx| {
            let made = create(conn, ctx, community, &new)?;
            if change == MemberEdit::default() {
                return Ok(made);
            }
            let policy = communities::require(conn, community)?.policy;
            let row = require(conn, community, made.id)?;
            edit(conn, ctx, &policy, community, (&row, &change))?;
            let row = require(conn, community, made.id)?;
            view(conn, row)
        })
        .await
    }

    /// One member with their devices.
    pub async fn member(&self, community: CommunityId, id: MemberId) -> Result<Member> {
        self.read(move |conn| {
            let row = require(conn, community, id)?;
            view(conn, row)
        })
        .await
    }

    /// Changes a member, where the member is as it was expected.
    pub async fn edit_member(
        &self,
        community: CommunityId,
        id: MemberId,
        change: MemberEdit,
        expected: Expected,
    ) -> Result<Member> {
        let edited = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                rows::lock(conn, community, &[id])?;
                let row = require(conn, community, id)?;
                expected.check_either(&view(conn, row.clone())?)?;
                edit(conn, ctx, &policy, community, (&row, &change))?;
                let row = require(conn, community, id)?;
                view(conn, row)
            })
            .await;
        // Others may be told that their books have changed.
        self.wake_outbox();
        edited
    }

    /// Removes a member: every pair is released, every device forgotten. Messages stay.
    pub async fn delete_member(&self, community: CommunityId, id: MemberId) -> Result<()> {
        self.delete_member_if(community, id, Expected::any()).await
    }

    /// Likewise, where the member is as it was expected.
    pub async fn delete_member_if(
        &self,
        community: CommunityId,
        id: MemberId,
        expected: Expected,
    ) -> Result<()> {
        let deleted = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                rows::lock(conn, community, &[id])?;
                let row = require(conn, community, id)?;
                expected.check_either(&view(conn, row)?)?;
                remove(conn, ctx, &policy, community, id)
            })
            .await;
        self.doubt_outbox();
        deleted
    }

    /// Adds a phone to a member.
    pub async fn add_device(&self, community: CommunityId, member: MemberId, phone: E164) -> Result<Device> {
        self.write(move |conn, ctx| add_device(conn, ctx, community, member, phone))
            .await
    }

    /// A member's devices, the one that texts go to first.
    pub async fn devices(&self, community: CommunityId, member: MemberId) -> Result<Vec<Device>> {
        self.read(move |conn| {
            require(conn, community, member)?;
            devices_of(conn, community, member)
        })
        .await
    }

    /// One device of a member.
    pub async fn device(&self, community: CommunityId, member: MemberId, id: DeviceId) -> Result<Device> {
        let all = self.devices(community, member).await?;
        all.into_iter()
            .find(|d| d.id == id)
            .ok_or_else(|| SwitchboardError::not_found("device", id))
    }

    /// Removes a device; what waits to be sent to it goes to the member's first. The last device of a member
    /// who has contacts stays: nothing may be sent for a
    /// pair that cannot be answered.
    pub async fn remove_device(&self, community: CommunityId, member: MemberId, id: DeviceId) -> Result<()> {
        self.remove_device_if(community, member, id, Expected::any())
            .await
    }

    /// Likewise, where the device is as it was expected.
    pub async fn remove_device_if(
        &self,
        community: CommunityId,
        member: MemberId,
        id: DeviceId,
        expected: Expected,
    ) -> Result<()> {
        let removed = self
            .write(move |conn, ctx| {
                let policy = communities::require(conn, community)?.policy;
                rows::lock(conn, community, &[member])?;
                require(conn, community, member)?;
                if let Some(now) = devices_of(conn, community, member)?.iter().find(|d| d.id == id) {
                    expected.check_either(now)?;
                }
                let all = devices::of_member(conn, community, member)?;
                let app = crate::store::app_devices::of_member(conn, community, member)?;
                if app.as_ref().is_some_and(|app| app.id == id.as_i64()) {
                    return app_devices::remove(conn, ctx, community, member, id);
                }
                let Some(device) = all.iter().find(|d| d.id == id.as_i64()) else {
                    return Err(SwitchboardError::not_found("device", id));
                };
                let table = assignments::of_member(conn, community, member)?;
                if all.len() == 1 && app.is_none() && !table.is_empty() {
                    return Err(SwitchboardError::conflict(
                        "last_device",
                        format!(
                            "{id} is the only device of {member}, who has contacts; add another device first"
                        ),
                    ));
                }
                // No text may be on its way onto a pair of theirs while its phone changes.
                for row in &table {
                    assignments::lock_pair(conn, community, member, row.contact)?;
                }
                phone_memory::keep(conn, ctx, &policy, community, device, &table)?;
                // It may have sent STOPALL until its pairs were locked.
                let Some(gone) = devices::delete(conn, community, member, id)? else {
                    return Err(SwitchboardError::not_found("device", id));
                };
                history::note_phone(conn, ctx, &gone, false)?;
                opt_ins::phone_left(conn, ctx, community, gone.e164()?)?;
                // A STOPALL of the phone that their texts went to stays theirs, as a STOP of a pair does.
                if let Some(next) = devices::primary(conn, community, member)?
                    && gone.stopped_all
                    && all.first().is_some_and(|first| first.id == device.id)
                {
                    changes::mark_stopped_all(conn, ctx, &next, true)?;
                }
                notices::leave_phone(conn, ctx, community, member, device.e164()?)
            })
            .await;
        self.doubt_outbox();
        removed
    }
}
