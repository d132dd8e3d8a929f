//! What there is already, as far as a pool file is concerned.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::PoolFile;
use crate::domain::assignment::Origin;
use crate::domain::id::{CommunityId, MemberId, NumberId, PoolId, SwapId};
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, NumberState};
use crate::domain::{E164, Timestamp};
use crate::store::{
    Conn, StoreError, assignment_lists, assignments, campaigns, devices, members, numbers, pools, swaps,
};
use crate::switchboard::communities;
use crate::switchboard::error::Result;

/// Rows read at once.
const PAGE: i64 = 1_000;
/// Most things of a kind that are listed as unmanaged.
const MOST_UNMANAGED: usize = 1_000;

/// What there is already.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The community, if it exists.
    pub community: Option<(CommunityId, Policy)>,
    /// All its pools, by name.
    pub pools: BTreeMap<String, PoolId>,
    /// All its campaigns, by name.
    pub campaigns: BTreeMap<String, CampaignNow>,
    /// All its numbers.
    pub numbers: BTreeMap<E164, NumberNow>,
    /// Those that a swap empties which is not over.
    pub in_swaps: BTreeMap<E164, SwapId>,
    /// Those that a swap has emptied and that lead nowhere any more.
    pub retired: BTreeSet<E164>,
    /// Those of the file's numbers that belong to other communities.
    pub elsewhere: BTreeSet<E164>,
    /// Those of the file's numbers that are somebody's phone.
    pub phones: BTreeSet<E164>,
    /// Of those the phones of the community's own members.
    pub own_phones: BTreeSet<E164>,
    /// Those of the file's phones that are pool numbers, of whichever community.
    pub pool_numbers: BTreeSet<E164>,
    /// The members who have one of the file's phones.
    pub members: BTreeMap<E164, MemberNow>,
    /// Those of the file's contacts that are there, chosen as the file says.
    pub contacts: BTreeSet<(E164, E164)>,
    /// Members that the file does not mention, at most a thousand.
    pub other_members: Vec<String>,
    /// Contacts that the file does not mention, at most a thousand.
    pub other_contacts: Vec<String>,
}

/// A campaign as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignNow {
    /// The name of the pool whose numbers it covers.
    pub pool: Option<String>,
    /// Texts a second.
    pub rate_per_s: f64,
    /// Texts a day.
    pub texts_per_day: i64,
}

/// A number as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberNow {
    /// The id.
    pub id: NumberId,
    /// Its pool's name.
    pub pool: String,
    /// The carrier by which its texts leave.
    pub carrier: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its country.
    pub region: Option<String>,
    /// Texts a second.
    pub rate_per_s: f64,
    /// Texts a day.
    pub texts_per_day: i64,
    /// The name of the campaign that it names.
    pub campaign: Option<String>,
    /// Whether it takes new pairs.
    pub state: NumberState,
    /// Whether it is the desk.
    pub desk: bool,
    /// How many assignments it stands in.
    pub load: i64,
    /// Whether it is a hub.
    pub hub: bool,
}

/// A member as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberNow {
    /// The id.
    pub id: MemberId,
    /// What people call them.
    pub name: String,
    /// Whether others may find them by name.
    pub listed: bool,
}

/// Looks everything up.
pub fn load(conn: &mut Conn, file: &PoolFile, at: Timestamp) -> Result<State> {
    let mut state = State::default();
    for entry in &file.members {
        if numbers::find(conn, entry.phone)?.is_some() {
            state.pool_numbers.insert(entry.phone);
        }
    }
    let community = communities::by_name(conn, &file.community)?;
    let own = community.as_ref().map(|c| c.id);
    for entry in &file.numbers {
        match numbers::find(conn, entry.number)? {
            Some(row) if Some(CommunityId::from_i64(row.community_id)) != own => {
                state.elsewhere.insert(entry.number);
            }
            Some(_) => {}
            None if devices::is_any_phone(conn, entry.number)? => {
                state.phones.insert(entry.number);
                if let Some(own) = own
                    && devices::by_phone(conn, own, entry.number)?.is_some()
                {
                    state.own_phones.insert(entry.number);
                }
            }
            None => {}
        }
    }
    if let Some(community) = community {
        let id = community.id;
        state.community = Some((id, community.policy));
        load_pools(conn, id, &mut state)?;
        load_swaps(conn, id, at, &mut state)?;
        load_members(conn, id, file, &mut state)?;
        load_contacts(conn, id, file, &mut state)?;
    }
    Ok(state)
}

fn load_pools(conn: &mut Conn, community: CommunityId, state: &mut State) -> Result<()> {
    let mut names = BTreeMap::new();
    each_page(
        |after| pools::list(conn, community, after, PAGE),
        |row| row.id,
        |row| {
            names.insert(row.id, row.name.clone());
            state.pools.insert(row.name, PoolId::from_i64(row.id));
            Ok(true)
        },
    )?;
    let mut campaign_names = BTreeMap::new();
    for row in campaigns::of_community(conn, community)? {
        campaign_names.insert(row.id, row.name.clone());
        let now = CampaignNow {
            pool: row.pool_id.and_then(|pool| names.get(&pool).cloned()),
            rate_per_s: row.rate_per_s,
            texts_per_day: row.texts_per_day,
        };
        state.campaigns.insert(row.name, now);
    }
    each_page(
        |after| numbers::list(conn, community, after, PAGE),
        |row| row.id,
        |row| {
            let now = NumberNow {
                id: NumberId::from_i64(row.id),
                pool: names.get(&row.pool_id).cloned().unwrap_or_default(),
                capabilities: Capabilities::from_bits(row.capabilities),
                state: NumberState::from_word(&row.state).ok_or(StoreError::Corrupt("numbers.state"))?,
                region: row.region.clone(),
                rate_per_s: row.rate_per_s,
                texts_per_day: row.texts_per_day,
                campaign: row.campaign_id.and_then(|id| campaign_names.get(&id).cloned()),
                carrier: row.carrier.clone(),
                desk: row.desk,
                load: row.load,
                hub: row.hub,
            };
            state.numbers.insert(row.e164()?, now);
            Ok(true)
        },
    )
}

/// What swaps have to do with numbers that take no new pairs.
fn load_swaps(conn: &mut Conn, community: CommunityId, at: Timestamp, state: &mut State) -> Result<()> {
    let drained = state
        .numbers
        .iter()
        .filter(|(_, now)| now.state == NumberState::Draining);
    for (number, now) in drained {
        let about = swaps::of_number(conn, community, now.id)?;
        if !about.iter().any(|row| row.emptied) {
            continue;
        }
        if let Some(open) = swaps::open_on(conn, community, now.id)? {
            state.in_swaps.insert(*number, SwapId::from_i64(open.id));
        } else if now.load == 0 && about.iter().all(|row| row.forwards_until <= at.0) {
            state.retired.insert(*number);
        }
    }
    Ok(())
}

fn load_members(conn: &mut Conn, community: CommunityId, file: &PoolFile, state: &mut State) -> Result<()> {
    let mut known = BTreeSet::new();
    for entry in &file.members {
        if let Some(device) = devices::by_phone(conn, community, entry.phone)? {
            let id = MemberId::from_i64(device.member_id);
            let row = members::get(conn, community, id)?.ok_or(StoreError::Corrupt("devices.member_id"))?;
            known.insert(row.id);
            let now = MemberNow {
                id,
                name: row.name,
                listed: row.listed,
            };
            state.members.insert(entry.phone, now);
        }
    }
    let others = &mut state.other_members;
    each_page(
        |after| members::list(conn, community, after, PAGE),
        |row| row.id,
        |row| {
            if !known.contains(&row.id) {
                others.push(format!("{} ({})", row.name, MemberId::from_i64(row.id)));
            }
            Ok(others.len() < MOST_UNMANAGED)
        },
    )
}

fn load_contacts(conn: &mut Conn, community: CommunityId, file: &PoolFile, state: &mut State) -> Result<()> {
    let mut known = BTreeSet::new();
    for entry in &file.contacts {
        let (Some(member), Some(contact)) = (
            state.members.get(&entry.member),
            state.members.get(&entry.contact),
        ) else {
            continue;
        };
        let row = assignments::by_contact(conn, community, member.id, contact.id)?;
        if row.is_some_and(|row| row.origin == Origin::Chosen) {
            known.insert((member.id, contact.id));
            state.contacts.insert((entry.member, entry.contact));
        }
    }
    let mut after = (MemberId::from_i64(0), NumberId::from_i64(0));
    loop {
        let page = assignment_lists::of_community(conn, community, after, PAGE)?;
        for row in &page {
            after = (row.member, row.number);
            if row.origin == Origin::Chosen && !known.contains(&(row.member, row.contact)) {
                state
                    .other_contacts
                    .push(format!("{} -> {}", row.member, row.contact));
            }
        }
        if page.len() < PAGE as usize || state.other_contacts.len() >= MOST_UNMANAGED {
            return Ok(());
        }
    }
}

/// Shows every row, page by page, for as long as `see` wants more.
fn each_page<R>(
    mut read: impl FnMut(i64) -> std::result::Result<Vec<R>, StoreError>,
    id: impl Fn(&R) -> i64,
    mut see: impl FnMut(R) -> Result<bool>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let page = read(after)?;
        let full = page.len() as i64 == PAGE;
        for row in page {
            after = id(&row);
            if !see(row)? {
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}
