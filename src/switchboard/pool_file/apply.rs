//! Carrying a plan out, within the caller's transaction.

use std::collections::BTreeMap;

use super::parse::{CampaignEntry, NumberEntry, PoolFile};
use super::plan::{Change, Plan};
use crate::domain::E164;
use crate::domain::id::{CampaignId, CommunityId, MemberId, NumberId, PoolId};
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, NumberState};
use crate::store::{
    Conn, MaybeTransient, StoreError, campaigns as campaign_rows, devices, members as member_rows, numbers,
    pools as pool_rows,
};
use crate::switchboard::assign::Loads;
use crate::switchboard::campaigns::{self, CampaignEdit, NewCampaign};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::members::{MemberEdit, NewMember};
use crate::switchboard::pools::{DEFAULT_RATE_PER_S, NewNumber, NumberCaps, NumberEdit};
use crate::switchboard::{Context, assign, communities, members, pools};

/// Does all of it, or fails with the place in the file that could not be done.
pub fn apply(
    conn: &mut Conn,
    ctx: &Context,
    carriers: &[String],
    file: &PoolFile,
    plan: &Plan,
) -> Result<()> {
    if plan.is_empty() {
        return Ok(());
    }
    let numbers = file.numbers.iter().map(|n| n.number);
    numbers::hold_all(conn, numbers.chain(file.members.iter().map(|m| m.phone)))?;
    let (community, policy) = ensure_community(conn, ctx, file, plan)?;
    lock_members(conn, community, file)?;
    let mut work = Work {
        conn,
        ctx,
        carriers,
        community,
        policy,
        loads: Loads::new(),
        campaigns: file.campaigns.iter().map(|c| (c.name.as_str(), c)).collect(),
        numbers: file.numbers.iter().map(|n| (n.number, n)).collect(),
        members: file.members.iter().map(|m| (m.phone, m.place.as_str())).collect(),
        contacts: file
            .contacts
            .iter()
            .map(|c| ((c.member, c.contact), c.place.as_str()))
            .collect(),
    };
    for change in &plan.changes {
        work.carry_out(change)
            .map_err(|error| at(work.place(change), error))?;
    }
    let loads = std::mem::take(&mut work.loads);
    Ok(numbers::add_loads(work.conn, community, &loads)?)
}

/// Locks all members of the file that there are, before any of their pairs and numbers: who adds contacts beside
/// takes these locks in the same order.
fn lock_members(conn: &mut Conn, community: CommunityId, file: &PoolFile) -> Result<()> {
    let mut there = Vec::new();
    for member in &file.members {
        if let Some(device) = devices::by_phone(conn, community, member.phone)? {
            there.push(MemberId::from_i64(device.member_id));
        }
    }
    Ok(member_rows::lock(conn, community, &there)?)
}

/// The community, made if it is new, with the policy that it will have.
fn ensure_community(
    conn: &mut Conn,
    ctx: &Context,
    file: &PoolFile,
    plan: &Plan,
) -> Result<(CommunityId, Policy)> {
    for change in &plan.changes {
        match change {
            Change::CreateCommunity { name, policy } => {
                let made = communities::create(conn, ctx, name, policy)?;
                return Ok((made.id, made.policy));
            }
            Change::ChangePolicy { policy, .. } => {
                let id = existing(conn, file)?.0;
                communities::update(conn, id, &file.community, policy)?;
            }
            _ => {}
        }
    }
    existing(conn, file)
}

fn existing(conn: &mut Conn, file: &PoolFile) -> Result<(CommunityId, Policy)> {
    match communities::by_name(conn, &file.community)? {
        Some(found) => Ok((found.id, found.policy)),
        None => Err(SwitchboardError::not_found("community", &file.community)),
    }
}

/// Puts the place in the file before the sentence. What the database may still do on another try stays
/// as it is.
fn at(place: Option<&str>, error: SwitchboardError) -> SwitchboardError {
    match place {
        Some(place) if !error.is_transient() && !matches!(error, SwitchboardError::Store(_)) => {
            SwitchboardError::conflict(error.code(), format!("{place}: {error}"))
        }
        _ => error,
    }
}

struct Work<'a> {
    conn: &'a mut Conn,
    ctx: &'a Context,
    carriers: &'a [String],
    community: CommunityId,
    policy: Policy,
    loads: Loads,
    campaigns: BTreeMap<&'a str, &'a CampaignEntry>,
    numbers: BTreeMap<E164, &'a NumberEntry>,
    members: BTreeMap<E164, &'a str>,
    contacts: BTreeMap<(E164, E164), &'a str>,
}

impl<'a> Work<'a> {
    fn place(&self, change: &Change) -> Option<&'a str> {
        match change {
            Change::CreateNumber { number, .. } | Change::ChangeNumber { number, .. } => {
                self.numbers.get(number).map(|entry| entry.place.as_str())
            }
            Change::CreateMember { phone, .. }
            | Change::RenameMember { phone, .. }
            | Change::ListMember { phone, .. } => self.members.get(phone).copied(),
            Change::CreateCampaign { name, .. } | Change::ChangeCampaign { name, .. } => self
                .campaigns
                .get(name.as_str())
                .map(|entry| entry.place.as_str()),
            Change::CreateContact {
                member_phone,
                contact_phone,
                ..
            } => self.contacts.get(&(*member_phone, *contact_phone)).copied(),
            _ => None,
        }
    }

    fn carry_out(&mut self, change: &Change) -> Result<()> {
        match change {
            // Done before all else.
            Change::CreateCommunity { .. } | Change::ChangePolicy { .. } => Ok(()),
            Change::CreatePool { name } => {
                pools::create_pool(self.conn, self.ctx, self.community, name).map(drop)
            }
            Change::CreateCampaign { name, .. } => self.create_campaign(name),
            Change::ChangeCampaign { name, .. } => self.change_campaign(name),
            Change::CreateNumber { number, .. } => self.create_number(*number),
            Change::ChangeNumber { number, .. } => self.change_number(*number),
            Change::CreateMember {
                name,
                phone,
                guest,
                listed,
            } => {
                let new = NewMember {
                    name: name.clone(),
                    phone: Some(*phone),
                    guest: *guest,
                    listed: *listed,
                };
                members::create(self.conn, self.ctx, self.community, &new).map(drop)
            }
            Change::RenameMember { phone, to, .. } => {
                let edit = MemberEdit {
                    name: Some(to.clone()),
                    ..MemberEdit::default()
                };
                self.edit_member(*phone, &edit)
            }
            Change::ListMember { phone, listed } => {
                let edit = MemberEdit {
                    listed: Some(*listed),
                    ..MemberEdit::default()
                };
                self.edit_member(*phone, &edit)
            }
            Change::CreateContact {
                member_phone,
                contact_phone,
                ..
            } => {
                let (member, contact) = (self.member(*member_phone)?, self.member(*contact_phone)?);
                let Self {
                    conn,
                    ctx,
                    policy,
                    community,
                    loads,
                    ..
                } = self;
                assign::assign(conn, ctx, policy, *community, (member, contact), loads).map(drop)
            }
        }
    }

    fn edit_member(&mut self, phone: E164, edit: &MemberEdit) -> Result<()> {
        let member = self.member(phone)?;
        let before = members::require(self.conn, self.community, member)?;
        members::edit(self.conn, self.ctx, &self.policy, self.community, (&before, edit))
    }

    fn create_campaign(&mut self, name: &str) -> Result<()> {
        let entry = self.campaign_entry(name)?;
        let new = NewCampaign {
            name: entry.name.clone(),
            pool: self.pool_if(entry.pool.as_deref())?,
            rate_per_s: entry.rate_per_s.unwrap_or(0.0),
            texts_per_day: entry.texts_per_day.unwrap_or(0),
        };
        campaigns::create(self.conn, self.ctx, self.community, &new).map(drop)
    }

    fn change_campaign(&mut self, name: &str) -> Result<()> {
        let entry = self.campaign_entry(name)?;
        let edit = CampaignEdit {
            name: None,
            pool: self.pool_if(entry.pool.as_deref())?.map(Some),
            rate_per_s: entry.rate_per_s,
            texts_per_day: entry.texts_per_day,
        };
        let id = self.campaign(name)?;
        campaigns::edit(self.conn, self.community, id, &edit).map(drop)
    }

    fn campaign_entry(&self, name: &str) -> Result<&'a CampaignEntry> {
        let found = self.campaigns.get(name).copied();
        found.ok_or_else(|| SwitchboardError::not_found("campaign", name))
    }

    fn campaign(&mut self, name: &str) -> Result<CampaignId> {
        let row = campaign_rows::by_name(self.conn, self.community, name)?;
        row.map(|row| CampaignId::from_i64(row.id))
            .ok_or_else(|| SwitchboardError::not_found("campaign", name))
    }

    fn campaign_if(&mut self, name: Option<&str>) -> Result<Option<CampaignId>> {
        name.map(|name| self.campaign(name)).transpose()
    }

    fn pool_if(&mut self, name: Option<&str>) -> Result<Option<PoolId>> {
        name.map(|name| self.pool(name)).transpose()
    }

    fn create_number(&mut self, number: E164) -> Result<()> {
        let entry = self.entry(number)?;
        let new = NewNumber {
            pool: self.pool(&entry.pool)?,
            number,
            carrier: entry.carrier.clone(),
            capabilities: entry.capabilities.unwrap_or_else(Capabilities::usual),
            region: entry.region,
            rate_per_s: entry.rate_per_s.unwrap_or(DEFAULT_RATE_PER_S),
            caps: NumberCaps {
                texts_per_day: entry.texts_per_day.unwrap_or(0),
                campaign: self.campaign_if(entry.campaign.as_deref())?,
            },
        };
        let made = pools::create_number(self.conn, self.ctx, self.carriers, self.community, &new)?;
        if entry.state == Some(NumberState::Draining) || entry.desk == Some(true) || entry.hub == Some(true) {
            let edit = NumberEdit {
                state: entry.state,
                desk: entry.desk,
                hub: entry.hub,
                ..NumberEdit::default()
            };
            pools::edit_number(self.conn, self.ctx, self.carriers, self.community, made.id, &edit)?;
        }
        Ok(())
    }

    fn change_number(&mut self, number: E164) -> Result<()> {
        let entry = self.entry(number)?;
        let edit = NumberEdit {
            pool: Some(self.pool(&entry.pool)?),
            carrier: Some(entry.carrier.clone()),
            capabilities: entry.capabilities,
            region: entry.region,
            rate_per_s: entry.rate_per_s,
            state: entry.state,
            desk: entry.desk,
            hub: entry.hub,
            texts_per_day: entry.texts_per_day,
            campaign: self.campaign_if(entry.campaign.as_deref())?.map(Some),
        };
        let row =
            numbers::find(self.conn, number)?.ok_or_else(|| SwitchboardError::not_found("number", number))?;
        let id = NumberId::from_i64(row.id);
        pools::edit_number(self.conn, self.ctx, self.carriers, self.community, id, &edit).map(drop)
    }

    fn entry(&self, number: E164) -> Result<&'a NumberEntry> {
        let found = self.numbers.get(&number).copied();
        found.ok_or_else(|| SwitchboardError::not_found("number", number))
    }

    fn pool(&mut self, name: &str) -> Result<PoolId> {
        let row = pool_rows::by_name(self.conn, self.community, name)?;
        row.map(|row| PoolId::from_i64(row.id))
            .ok_or_else(|| SwitchboardError::not_found("pool", name))
    }

    fn member(&mut self, phone: E164) -> Result<MemberId> {
        let device = devices::by_phone(self.conn, self.community, phone)?.ok_or(StoreError::Corrupt(
            "devices: a member without the phone just looked up",
        ))?;
        Ok(MemberId::from_i64(device.member_id))
    }
}
