//! A new phone, the same numbers: another phone takes the place of one of a member's, and every pair stays. Where a
//! number is somebody else on the new phone, that is listed, and settled in the same transaction.

mod merge;
mod moves;
mod words;

pub use words::{
    FormerOwner, NewPhone, OwnerSettlement, PhoneChange, PhoneConflict, PhoneConflictKind, ReferenceFate,
    Settlement,
};

use super::assign::{self, Loads};
use super::error::{Result, SwitchboardError};
use super::freeze::phone_of;
use super::members::{self, device_view};
use super::phone_memory::{self, Conflict};
use super::{
    Context, Switchboard, communities, erase, history, hours, notices, opt_ins, phone_hashes, region,
};
use crate::domain::E164;
use crate::domain::assignment::Assignment;
use crate::domain::history::Why;
use crate::domain::id::{CommunityId, DeviceId, MemberId, NumberId};
use crate::domain::policy::Policy;
use crate::store::devices::{self, DeviceRow};
use crate::store::members::{self as rows, MemberRow};
use crate::store::{Conn, StoreError, app_devices, assignments, member_references, numbers, opt_outs};

/// Whose phone the new one is, with what they have.
struct Owner {
    row: MemberRow,
    device: DeviceRow,
    only_device: bool,
    /// What they are called elsewhere.
    reference: Option<String>,
    table: Vec<Assignment>,
}

impl Owner {
    fn id(&self) -> MemberId {
        MemberId::from_i64(self.row.id)
    }
}

/// All that the change has to do with, locked.
struct Change<'a> {
    new: &'a NewPhone,
    policy: Policy,
    community: CommunityId,
    member: MemberId,
    device: DeviceRow,
    /// The member has no other phone: what goes with the old one is on none of theirs.
    only_phone: bool,
    /// The member is called something elsewhere.
    has_reference: bool,
    table: Vec<Assignment>,
    owner: Option<Owner>,
    conflicts: Vec<Conflict>,
}

fn number_of(conn: &mut Conn, community: CommunityId, id: NumberId) -> Result<E164> {
    let row = numbers::get(conn, community, id)?.ok_or(StoreError::Corrupt("assignments.number_id"))?;
    Ok(row.e164()?)
}

/// Looks at everything, under the locks in the order that all keep to.
fn look<'a>(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    (member, id): (MemberId, DeviceId),
    new: &'a NewPhone,
) -> Result<Change<'a>> {
    numbers::hold(conn, new.phone)?;
    let policy = communities::require(conn, community)?.policy;
    let owner = devices::by_phone(conn, community, new.phone)?.map(|d| MemberId::from_i64(d.member_id));
    let both: Vec<MemberId> = owner.into_iter().chain([member]).collect();
    rows::lock(conn, community, &both)?;
    erase::check_phone(conn, community, new.phone)?;
    // What was kept of the phone when an owner of it was erased.
    phone_hashes::restore(conn, community, new.phone)?;
    let (device, all) = phone_of(conn, community, member, id)?;
    if numbers::find(conn, new.phone)?.is_some() {
        return Err(SwitchboardError::invalid(
            "phone",
            format!(
                "{} is a pool number; a member's phone must be a number of their own",
                new.phone
            ),
        ));
    }
    if owner == Some(member) {
        return Err(SwitchboardError::conflict(
            "phone_taken",
            format!(
                "{} is a phone of {member} already; remove {id}, so that texts go there",
                new.phone
            ),
        ));
    }
    // Looked at again: the phone may have left its member before the lock was had. None gets it meanwhile.
    let owner = match devices::by_phone(conn, community, new.phone)? {
        Some(device) => Some(owner_of(conn, community, device)?),
        None => None,
    };
    let table = assignments::of_member(conn, community, member)?;
    // No text may be on its way onto a pair of theirs while its phone changes.
    for row in owner.iter().flat_map(|owner| &owner.table).chain(&table) {
        assignments::lock_pair(conn, community, row.member, row.contact)?;
    }
    let theirs = owner
        .as_ref()
        .map(|owner| (&owner.device, owner.table.as_slice()));
    let conflicts = phone_memory::conflicts(conn, ctx, community, &table, new.phone, theirs)?;
    Ok(Change {
        new,
        policy,
        community,
        member,
        device,
        only_phone: all.len() == 1,
        has_reference: reference_of(conn, community, member)?.is_some(),
        table,
        owner,
        conflicts,
    })
}

fn reference_of(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<Option<String>> {
    let row = member_references::of_members(conn, community, &[member.as_i64()])?.pop();
    Ok(row.map(|row| row.reference))
}

fn owner_of(conn: &mut Conn, community: CommunityId, device: DeviceRow) -> Result<Owner> {
    let id = MemberId::from_i64(device.member_id);
    let phones = devices::of_member(conn, community, id)?.len();
    Ok(Owner {
        row: members::require(conn, community, id)?,
        only_device: phones == 1 && app_devices::of_member(conn, community, id)?.is_none(),
        reference: reference_of(conn, community, id)?,
        table: assignments::of_member(conn, community, id)?,
        device,
    })
}

impl Change<'_> {
    /// What is still to be settled, in words; none where all is.
    fn unsettled(&self) -> Option<String> {
        let open = |c: &&Conflict| self.new.settlement(c.row.contact).is_none();
        let conflicts = self.conflicts.iter().filter(open).count();
        let owner = self.owner.as_ref().filter(|_| self.new.owner.is_none());
        let whose = owner.map(|owner| format!("it is the phone of {}", owner.id()));
        let pairs = (conflicts > 0).then(|| format!("{conflicts} numbers are somebody else on it"));
        let told: Vec<String> = whose.into_iter().chain(pairs).collect();
        (!told.is_empty()).then(|| told.join(", and "))
    }

    /// What becomes of the owner's reference; none where they have none, or it is not settled what becomes of them.
    fn reference_becomes(&self, owner: &Owner) -> Option<ReferenceFate> {
        owner.reference.as_ref()?;
        Some(match self.new.owner? {
            OwnerSettlement::Merge if self.has_reference => ReferenceFate::Dropped,
            OwnerSettlement::Merge => ReferenceFate::Members,
            OwnerSettlement::Take if owner.only_device && owner.row.guest => ReferenceFate::Dropped,
            OwnerSettlement::Take => ReferenceFate::Kept,
        })
    }

    /// What there is, before anything is done.
    fn listed(&self, conn: &mut Conn) -> Result<PhoneChange> {
        let mut conflicts = Vec::with_capacity(self.conflicts.len());
        for conflict in &self.conflicts {
            conflicts.push(PhoneConflict {
                kind: conflict.kind,
                contact: conflict.row.contact,
                number: number_of(conn, self.community, conflict.row.number)?,
                stood_for: conflict.stood_for,
                until: conflict.until,
                settled: self.new.settlement(conflict.row.contact),
                new_number: None,
            });
        }
        Ok(PhoneChange {
            applied: false,
            settled: self.unsettled().is_none(),
            device: device_view(self.device.clone())?,
            kept: self.table.len() - conflicts.len(),
            conflicts,
            owner: self.owner.as_ref().map(|owner| FormerOwner {
                member: owner.id(),
                guest: owner.row.guest,
                only_device: owner.only_device,
                pairs: owner.table.len(),
                settled: self.new.owner,
                reference: owner.reference.clone(),
                reference_becomes: self.reference_becomes(owner),
                merged: 0,
                released: 0,
            }),
        })
    }

    /// Does it all; everything must be settled.
    fn apply(&self, conn: &mut Conn, ctx: &Context) -> Result<PhoneChange> {
        let (community, member) = (self.community, self.member);
        let mut change = self.listed(conn)?;
        let mut loads = Loads::new();
        let old = self.device.e164()?;
        phone_memory::keep(conn, ctx, &self.policy, community, &self.device, &self.table)?;
        if let Some(owner) = &self.owner {
            self.part_with(conn, ctx, owner, &mut change, &mut loads)?;
        }
        let device = self.put(conn, ctx)?;
        opt_ins::phone_left(conn, ctx, community, old)?;
        if self.new.owner == Some(OwnerSettlement::Merge) {
            // What waited for the phone while it was frozen has it to go to.
            notices::unpark(conn, ctx, community, member, self.new.phone)?;
        }
        for (conflict, told) in self.conflicts.iter().zip(&mut change.conflicts) {
            told.new_number = self.settle(conn, ctx, conflict, &mut loads)?;
        }
        if let (Some(owner), Some(OwnerSettlement::Merge)) = (&self.owner, self.new.owner) {
            let (merged, released) = merge::take_over(conn, ctx, self, owner, &mut loads)?;
            if let Some(told) = &mut change.owner {
                (told.merged, told.released) = (merged, released);
            }
        }
        numbers::add_loads(conn, community, &loads)?;
        let now = assignments::of_member(conn, community, member)?;
        phone_memory::bring_stops(conn, ctx, community, &now)?;
        // What waited for the old phone goes to the new one.
        notices::leave_phone(conn, ctx, community, member, old)?;
        hours::moved(conn, ctx, community, member)?;
        let keeps = |row: &&Assignment| {
            now.iter()
                .any(|then| then.id == row.id && then.number == row.number)
        };
        change.kept = self.table.iter().filter(keeps).count();
        change.applied = true;
        change.device = device_view(device)?;
        Ok(change)
    }

    /// Takes the phone from whose it is. The phone remembers what numbers were on it.
    fn part_with(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        owner: &Owner,
        change: &mut PhoneChange,
        loads: &mut Loads,
    ) -> Result<()> {
        let (community, id) = (self.community, owner.id());
        let how = self.new.owner.ok_or_else(|| self.refusal())?;
        if how == OwnerSettlement::Merge && !owner.only_device {
            return Err(SwitchboardError::invalid(
                "owner",
                format!(
                    "{id} has other devices, so their contacts stay theirs; `take` takes this phone from them"
                ),
            ));
        }
        phone_memory::keep(conn, ctx, &self.policy, community, &owner.device, &owner.table)?;
        if how == OwnerSettlement::Take && owner.only_device {
            for row in &owner.table {
                let why = (row, Why::PhoneReplaced);
                assign::release(conn, ctx, &self.policy, community, why, loads)?;
            }
            if let Some(told) = &mut change.owner {
                told.released = owner.table.len();
            }
        }
        devices::delete(conn, community, id, DeviceId::from_i64(owner.device.id))?;
        history::note_phone(conn, ctx, &owner.device, false)?;
        if how == OwnerSettlement::Take {
            opt_ins::phone_left(conn, ctx, community, self.new.phone)?;
            notices::leave_phone(conn, ctx, community, id, self.new.phone)?;
            if owner.only_device && owner.row.guest {
                members::forget(conn, community, id)?;
            }
        }
        Ok(())
    }

    /// Puts the new phone in the place of the old one.
    fn put(&self, conn: &mut Conn, ctx: &Context) -> Result<DeviceRow> {
        let phone = self.new.phone;
        let outs = opt_outs::of_phone(conn, self.community, phone)?;
        let has_stopped_all = outs.iter().any(|out| out.number_id == opt_outs::ALL_NUMBERS);
        let row = DeviceRow {
            phone: phone.as_i64(),
            region: region::of(phone).map(|region| region.to_string()),
            // A STOPALL of the phone that goes stays theirs, as a STOP of a pair does.
            stopped_all: self.device.stopped_all || has_stopped_all,
            // What is released by this change it has never seen.
            created_at: ctx.now.plus_ms(1).0,
            frozen_at: None,
            ..self.device.clone()
        };
        history::note_phone(conn, ctx, &self.device, false)?;
        devices::replace(conn, &row)?;
        history::note_phone(conn, ctx, &row, true)?;
        Ok(row)
    }

    /// Settles one conflict; the contact's number then.
    fn settle(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        conflict: &Conflict,
        loads: &mut Loads,
    ) -> Result<Option<E164>> {
        let row = &conflict.row;
        // One that was released as the owner's, with whom this member was paired, is settled by that.
        let Some(pair) = assignments::lock_pair(conn, self.community, row.member, row.contact)? else {
            return Ok(None);
        };
        match self.new.settlement(row.contact).ok_or_else(|| self.refusal())? {
            Settlement::Drop => {
                let why = (row, Why::PhoneReplaced);
                assign::release(conn, ctx, &self.policy, self.community, why, loads)?;
                Ok(None)
            }
            Settlement::Move => moves::to_another(conn, ctx, self, &pair, loads).map(Some),
        }
    }

    fn refusal(&self) -> SwitchboardError {
        let open = self.unsettled().unwrap_or_default();
        SwitchboardError::conflict(
            "phone_conflicts",
            format!(
                "{} cannot take the place of {} yet: {open}; ask with `dry_run` to see each, and say how they are settled",
                self.new.phone,
                DeviceId::from_i64(self.device.id)
            ),
        )
    }
}

impl Switchboard {
    /// Puts a phone in the place of one of a member's. Everything that stands against it must be settled.
    pub async fn replace_phone(
        &self,
        community: CommunityId,
        member: MemberId,
        id: DeviceId,
        new: NewPhone,
    ) -> Result<PhoneChange> {
        let replaced = self
            .write(move |conn, ctx| {
                let change = look(conn, ctx, community, (member, id), &new)?;
                match change.unsettled() {
                    Some(_) => Err(change.refusal()),
                    None => change.apply(conn, ctx),
                }
            })
            .await;
        self.doubt_outbox();
        replaced
    }

    /// Says what putting a phone in the place of another would meet and do; writes nothing.
    pub async fn rehearse_replacing(
        &self,
        community: CommunityId,
        member: MemberId,
        id: DeviceId,
        new: NewPhone,
    ) -> Result<PhoneChange> {
        self.write(move |conn, ctx| {
            // To look at it brings back what was kept of the phone: that is undone too.
            let done = super::undone(conn, ctx, |conn| {
                let change = look(conn, ctx, community, (member, id), &new)?;
                match change.unsettled() {
                    Some(_) => change.listed(conn),
                    None => change.apply(conn, ctx),
                }
            })?;
            Ok(PhoneChange {
                applied: false,
                ..done
            })
        })
        .await
    }
}
