//! The numbers that there are, or would be, and what of them counts as room.

use std::collections::{BTreeMap, BTreeSet};

use super::views::NumberGroup;
use crate::domain::Timestamp;
use crate::domain::choice::{self, Candidate, Headroom};
use crate::domain::id::{MemberId, NumberId, PoolId};
use crate::domain::policy::Policy;
use crate::domain::pool::{Capabilities, Capability, Region};
use crate::store::numbers::NumberRow;
use crate::switchboard::assign::{candidate, needs};
use crate::switchboard::error::{Result, SwitchboardError};
use crate::switchboard::side::Known;

/// Most groups of numbers that are told.
const MOST_GROUPS: usize = 200;
/// Most numbers that a what-if adds in one group, and most groups.
const MOST_ADDED: usize = 100_000;
const MOST_ADDITIONS: usize = 20;
/// Most numbers that it retires: as many as the body of a request usually holds.
const MOST_RETIRED: usize = 2_500;
/// Most contacts that it gives everybody.
const MOST_MORE: usize = 100_000;

/// Numbers that might be added.
#[derive(Clone, Debug)]
pub struct AddedNumbers {
    /// How many.
    pub count: usize,
    /// Where they are at home.
    pub region: Option<Region>,
    /// What they can do.
    pub capabilities: Capabilities,
}

/// What might change.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// Numbers that are added.
    pub add: Vec<AddedNumbers>,
    /// So many contacts more for everybody.
    pub more_contacts: usize,
    /// Numbers that take no new pairs any more, and keep those that they have.
    pub retire: Vec<NumberId>,
}

impl WhatIf {
    fn check(&self, there: &[NumberRow]) -> Result<()> {
        let within = |field, said: usize, most: usize| match said <= most {
            true => Ok(()),
            false => Err(SwitchboardError::invalid(
                field,
                format!("`{field}` is {said} or has as many; allowed are at most {most}"),
            )),
        };
        within("add_numbers", self.add.len(), MOST_ADDITIONS)?;
        within("more_contacts", self.more_contacts, MOST_MORE)?;
        within("retire", self.retire.len(), MOST_RETIRED)?;
        for added in &self.add {
            within("add_numbers", added.count, MOST_ADDED)?;
            if added.capabilities.bits() == 0 {
                let sentence = "a number needs at least one capability of `sms`, `mms`, `voice`";
                return Err(SwitchboardError::invalid("capabilities", sentence));
            }
        }
        let known: BTreeSet<i64> = there.iter().map(|row| row.id).collect();
        match self.retire.iter().find(|id| !known.contains(&id.as_i64())) {
            Some(id) => Err(SwitchboardError::not_found("number", id)),
            None => Ok(()),
        }
    }
}

/// The numbers as members' tables are measured by them.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// The numbers in service that take new pairs.
    pub candidates: Vec<Candidate>,
    /// Numbers that are not there yet, and how many of those can stand for a contact.
    added: Vec<AddedNumbers>,
    usable_added: usize,
    /// How many of all these can stand for a contact.
    pub usable: usize,
    /// The numbers in service that cannot: rows on them take no room.
    pub elsewhere: Vec<i64>,
    /// Rows on the tags of hubs.
    pub on_hubs: i64,
    /// So many contacts more for everybody.
    pub extra: usize,
    /// Most received contacts that a member may leave unanswered.
    pub received_cap: usize,
    pub groups: Vec<NumberGroup>,
}

impl World {
    /// The numbers as they would be.
    pub fn new(
        rows: &[NumberRow],
        pools: &BTreeMap<i64, String>,
        policy: &Policy,
        change: &WhatIf,
    ) -> Result<Self> {
        change.check(rows)?;
        let retired: BTreeSet<i64> = change.retire.iter().map(|id| id.as_i64()).collect();
        // Nobody's number is a hub, and those who are there by a tag take no room.
        let is_active = |row: &NumberRow| {
            row.state == "active" && !row.hub && row.hub_id.is_none() && !retired.contains(&row.id)
        };
        let candidates: Vec<Candidate> = rows.iter().filter(|row| is_active(row)).map(candidate).collect();
        let stands = |row: &NumberRow| candidate(row).capabilities.covers(needs());
        let elsewhere = rows.iter().filter(|row| !(is_active(row) && stands(row)));
        let elsewhere = elsewhere.filter(|row| row.load > 0).map(|row| row.id).collect();
        let added = |needs| -> usize {
            let able = change.add.iter().filter(|a| a.capabilities.covers(needs));
            able.map(|a| a.count).sum()
        };
        let able = candidates.iter().filter(|c| c.capabilities.covers(needs()));
        Ok(Self {
            usable: able.count() + added(needs()),
            usable_added: added(needs()),
            added: change.add.clone(),
            elsewhere,
            on_hubs: rows
                .iter()
                .filter(|row| row.hub_id.is_some())
                .map(|row| row.load)
                .sum(),
            extra: change.more_contacts,
            received_cap: policy.received_cap(candidates.len() + added(Capabilities::default())),
            groups: groups(rows, pools, is_active, change),
            candidates,
        })
    }

    /// The room that a table has: by its numbers where they matter, else by their count.
    pub fn room(&self, counted: usize, known: Option<(&Known, MemberId)>, now: Timestamp) -> Headroom {
        match known {
            Some((known, member)) => {
                let (side, _) = known.side(member, None, now);
                let room = choice::headroom(&self.candidates, needs(), &side);
                // Numbers that are not there yet are free for everybody.
                Headroom {
                    usable: room.usable + self.usable_added,
                    free: room.free + self.usable_added,
                    ..room
                }
            }
            None => Headroom::of_count(self.usable, counted),
        }
    }

    /// Numbers that can stand for a contact and are of that region, or of none.
    pub fn usable_at(&self, region: Option<Region>) -> usize {
        let fits = |of: Option<Region>| region.is_none() || of.is_none() || of == region;
        self.count(needs(), fits)
    }

    /// Numbers that can stand for a contact and do this, too.
    pub fn usable_with(&self, capability: Capability) -> usize {
        self.count(vec![Capability::Sms, capability].into(), |_| true)
    }

    fn count(&self, needs: Capabilities, fits: impl Fn(Option<Region>) -> bool) -> usize {
        let there = self.candidates.iter().map(|c| (c.capabilities, c.region, 1));
        let added = self.added.iter().map(|a| (a.capabilities, a.region, a.count));
        let able = there
            .chain(added)
            .filter(|(can, region, _)| can.covers(needs) && fits(*region));
        able.map(|(.., count)| count).sum()
    }
}

/// What numbers of a group have in common: pool, region and capabilities.
type Alike = (Option<i64>, Option<String>, i16);

fn groups(
    rows: &[NumberRow],
    pools: &BTreeMap<i64, String>,
    is_active: impl Fn(&NumberRow) -> bool,
    change: &WhatIf,
) -> Vec<NumberGroup> {
    let mut counts: BTreeMap<Alike, (u64, u64)> = BTreeMap::new();
    // Hubs and their lines are nobody's room.
    for row in rows.iter().filter(|row| !row.hub && row.hub_id.is_none()) {
        let key = (Some(row.pool_id), row.region.clone(), row.capabilities);
        let (active, draining) = counts.entry(key).or_default();
        match is_active(row) {
            true => *active += 1,
            false => *draining += 1,
        }
    }
    for added in &change.add {
        let key = (
            None,
            added.region.map(|r| r.to_string()),
            added.capabilities.bits(),
        );
        counts.entry(key).or_default().0 += added.count as u64;
    }
    let mut groups: Vec<NumberGroup> = counts
        .into_iter()
        .map(|((pool, region, bits), (active, draining))| NumberGroup {
            pool: pool.map(PoolId::from_i64),
            name: pool.map_or_else(
                || "to be added".to_owned(),
                |id| pools.get(&id).cloned().unwrap_or_default(),
            ),
            region,
            capabilities: Capabilities::from_bits(bits),
            active,
            draining,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.active + group.draining));
    groups.truncate(MOST_GROUPS);
    groups
}
