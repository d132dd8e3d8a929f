//! Adds members' tables up, in bounded space: bands, the most that anybody needs, and the first of two orders.

use std::collections::{BTreeMap, BinaryHeap};

use super::views::{CapabilityNeeds, FillBand, Needed, RegionNeeds};
use super::world::World;
use crate::domain::Timestamp;
use crate::domain::capacity::{Growth, History};
use crate::domain::choice::Headroom;
use crate::domain::id::MemberId;
use crate::domain::pool::{Capability, Region};
use crate::switchboard::assign::needs;

/// In how many days numbers are needed.
const AHEAD_DAYS: [u16; 4] = [0, 30, 90, 365];
/// Members that are named as the first to run out.
pub(super) const FIRST: usize = 10;

/// A member's place among the fullest: how many contacts more there is room for (less than none in a what-if), then
/// who.
pub(crate) type Place = (i64, MemberId);

/// One member's table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub member: MemberId,
    pub region: Option<Region>,
    pub contacts: usize,
    pub unanswered: usize,
    pub idle: usize,
    pub history: History,
    pub room: Headroom,
}

impl Counted {
    /// How many numbers its contacts, and those of a what-if, take.
    fn takes(&self, extra: usize) -> usize {
        self.room.taken() + extra
    }

    /// How many numbers it needs: for contacts on numbers, too, that take no new ones.
    fn needs(&self, extra: usize) -> usize {
        self.takes(extra) + self.contacts.saturating_sub(self.room.used)
    }

    pub fn place(&self, extra: usize) -> Place {
        (self.room.free as i64 - extra as i64, self.member)
    }
}

/// The most that anybody needs, at each time ahead. For the times to come it is that of members with a history.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    ahead: [(usize, usize); AHEAD_DAYS.len()],
    members: usize,
    without_history: usize,
    /// The largest tables now of those with a history, and of those without.
    largest: (usize, usize),
}

impl Most {
    fn take(&mut self, member: &Counted, extra: usize) {
        let now = member.needs(extra);
        self.members += 1;
        let is_known = member.history.growth(0).is_some();
        match is_known {
            true => self.largest.0 = self.largest.0.max(now),
            false => {
                self.without_history += 1;
                self.largest.1 = self.largest.1.max(now);
            }
        }
        for (days, (numbers, at_most)) in AHEAD_DAYS.into_iter().zip(&mut self.ahead) {
            let growth = match days {
                0 => Some(Growth::default()),
                days => member.history.growth(i64::from(days)),
            };
            let Some(growth) = growth else { continue };
            *numbers = (*numbers).max(now + growth.expected);
            *at_most = (*at_most).max(now + growth.high);
        }
    }

    /// Nothing is foreseen where most have no history, or who has the largest table has none.
    fn is_foreseen(&self) -> bool {
        self.without_history * 2 <= self.members && self.largest.1 <= self.largest.0
    }

    fn needed(&self, usable: usize) -> Vec<Needed> {
        let needed = |(in_days, (numbers, at_most)): (u16, (usize, usize))| {
            let told = |n: usize| (in_days == 0 || self.is_foreseen()).then_some(n as u64);
            Needed {
                in_days,
                numbers: told(numbers),
                at_most: told(at_most),
                missing: told(numbers.saturating_sub(usable)),
                missing_at_most: told(at_most.saturating_sub(usable)),
                without_history: if in_days == 0 {
                    0
                } else {
                    self.without_history as u64
                },
            }
        };
        AHEAD_DAYS.into_iter().zip(self.ahead).map(needed).collect()
    }
}

/// The first of an order, so many at most.
#[derive(Debug)]
struct Firsts {
    most: usize,
    heap: BinaryHeap<Ranked>,
    /// Some were left out.
    left: bool,
}

#[derive(Debug)]
struct Ranked {
    place: Place,
    member: Counted,
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

impl Firsts {
    fn new(most: usize) -> Self {
        Self {
            most,
            heap: BinaryHeap::new(),
            left: false,
        }
    }

    fn take(&mut self, place: Place, member: &Counted) {
        if self.heap.len() >= self.most {
            self.left = true;
            if self.heap.peek().is_none_or(|last| last.place <= place) {
                return;
            }
            self.heap.pop();
        }
        self.heap.push(Ranked {
            place,
            member: *member,
        });
    }

    fn into_sorted(self) -> Vec<Counted> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|r| r.member)
            .collect()
    }
}

/// The sum of many tables.
#[derive(Debug)]
pub(super) struct Tally {
    extra: usize,
    now: Timestamp,
    after: Option<Place>,
    pub members: usize,
    pub contacts: usize,
    bands: [u64; 10],
    pub full: usize,
    pub not_receiving: usize,
    pub too_little_history: usize,
    /// How many run out within a year.
    pub running_out: usize,
    most: Most,
    regions: BTreeMap<Option<Region>, (u64, Most)>,
    fullest: Firsts,
    first_out: Firsts,
}

impl Tally {
    /// An empty one, which keeps the fullest `keep` after that place.
    pub fn new(world: &World, now: Timestamp, after: Option<Place>, keep: usize) -> Self {
        Self {
            extra: world.extra,
            now,
            after,
            members: 0,
            contacts: 0,
            bands: [0; 10],
            full: 0,
            not_receiving: 0,
            too_little_history: 0,
            running_out: 0,
            most: Most::default(),
            regions: BTreeMap::new(),
            fullest: Firsts::new(keep),
            first_out: Firsts::new(FIRST),
        }
    }

    /// Adds a table.
    pub fn take(&mut self, member: &Counted, world: &World) {
        self.members += 1;
        self.contacts += member.contacts;
        let taken = member.takes(self.extra);
        let band = (taken * 10).checked_div(world.usable).unwrap_or(9).min(9);
        self.bands[band] += 1;
        let free = member.room.free.saturating_sub(self.extra);
        self.full += usize::from(free == 0);
        self.not_receiving += usize::from(free == 0 || member.unanswered >= world.received_cap);
        self.too_little_history += usize::from(member.history.growth(0).is_none());
        self.most.take(member, self.extra);
        let (members, most) = self.regions.entry(member.region).or_default();
        *members += 1;
        most.take(member, self.extra);
        let place = member.place(self.extra);
        if self.after.is_none_or(|after| after < place) {
            self.fullest.take(place, member);
        }
        if let Some(date) = member.history.date(free, self.now) {
            self.running_out += 1;
            self.first_out.take((date.0, member.member), member);
        }
    }

    pub fn fill(&self) -> Vec<FillBand> {
        let band = |(at, members): (usize, &u64)| FillBand {
            from_percent: at as u8 * 10,
            to_percent: at as u8 * 10 + 10,
            members: *members,
        };
        self.bands.iter().enumerate().map(band).collect()
    }

    pub fn needed(&self, world: &World) -> Vec<Needed> {
        self.most.needed(world.usable)
    }

    pub fn regions(&self, world: &World) -> Vec<RegionNeeds> {
        let needs = |(region, (members, most)): (&Option<Region>, &(u64, Most))| {
            let usable = world.usable_at(*region);
            RegionNeeds {
                region: region.map(|r| r.to_string()),
                members: *members,
                usable: usable as u64,
                needed: most.needed(usable),
            }
        };
        self.regions.iter().map(needs).collect()
    }

    pub fn capabilities(&self, world: &World) -> Vec<CapabilityNeeds> {
        let needs = |capability| {
            let usable = world.usable_with(capability);
            CapabilityNeeds {
                capability,
                required: needs().covers(vec![capability].into()),
                usable: usable as u64,
                needed: self.most.needed(usable),
            }
        };
        Capability::ALL.into_iter().map(needs).collect()
    }

    /// The fullest, and whether those are all; and who runs out first.
    pub fn into_firsts(self) -> (Vec<Counted>, bool, Vec<Counted>) {
        let is_whole = !self.fullest.left;
        (self.fullest.into_sorted(), is_whole, self.first_out.into_sorted())
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
