//! Which pool number stands for whom (design rule 4), as a pure function of what both tables hold.
//!
//! In order: the number that this pair had before; a number not in use by this member, not cooling down
//! for them, not kept for a former contact and not stopped by their phone; able to do what is needed, and of the
//! member's region if possible; the same number both ways if one is free; the least loaded, where a number that has
//! little room under its carrier's caps comes after all that have more; rendezvous hashing.

use std::collections::HashSet;

use thiserror::Error;

use super::Timestamp;
use super::id::{ContactId, MemberId, NumberId};
use super::pool::{Capabilities, Capability, Region};
use super::traffic::Room;

/// A number in service that takes new pairs.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The number.
    pub id: NumberId,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Where it is at home.
    pub region: Option<Region>,
    /// What its traffic leaves of its carrier's caps.
    pub room: Room,
    /// How many rows it stands in.
    pub load: i64,
}

/// What the choice has to know of one member's table.
#[derive(Clone, Debug)]
pub struct Side {
    /// The member.
    pub member: MemberId,
    /// Where the member's phone is at home.
    pub region: Option<Region>,
    /// Numbers that stand for some contact of this member now.
    pub used: HashSet<NumberId>,
    /// Numbers that stood for another contact and are still cooling down.
    pub cooling: HashSet<NumberId>,
    /// Numbers that are kept for a former contact beyond their cool-down.
    pub kept: HashSet<NumberId>,
    /// Numbers that this member's phone has stopped while they stood for another contact.
    pub stopped: HashSet<NumberId>,
    /// The number that last stood for this very contact.
    pub remembered: Option<NumberId>,
    /// Numbers that last stood for another contact: avoided while there are others, so that those
    /// pairs can have them back.
    pub remembered_for_others: HashSet<NumberId>,
}

impl Side {
    /// The side of a member whose table is empty.
    pub fn empty(member: MemberId) -> Self {
        Self {
            member,
            region: None,
            used: HashSet::new(),
            cooling: HashSet::new(),
            kept: HashSet::new(),
            stopped: HashSet::new(),
            remembered: None,
            remembered_for_others: HashSet::new(),
        }
    }

    /// Whether a number may stand for the contact there.
    pub fn is_free(&self, number: NumberId) -> bool {
        let taken = [&self.used, &self.cooling, &self.kept, &self.stopped];
        !taken.iter().any(|numbers| numbers.contains(&number))
    }

    /// How badly a free number fits; lower is better. Region first, then others' memories.
    fn misfit(&self, number: &Candidate) -> u8 {
        let foreign = matches!((self.region, number.region), (Some(a), Some(b)) if a != b);
        u8::from(foreign) * 2 + u8::from(self.remembered_for_others.contains(&number.id))
    }
}

/// The numbers for both directions of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What stands for the contact on the owner's phone.
    pub number: NumberId,
    /// What stands for the owner on the contact's phone.
    pub mirror: NumberId,
}

/// Most numbers that a [`Shortage`] names.
const MOST_NAMED: usize = 3;

/// No number is left for one of the two. Names numbers by their ids, and nobody's phone.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "the table of {member} is full: {}; what would help: {}",
    self.held(),
    self.help()
)]
pub struct Shortage {
    /// Whose table is full.
    pub member: MemberId,
    /// What a number had to be able to do.
    pub needs: Capabilities,
    /// Numbers that could serve this pair at all.
    pub usable: usize,
    /// Of those, how many stand for a contact of this member.
    pub used: usize,
    /// Of those, how many are cooling down.
    pub cooling: usize,
    /// Of those, how many are kept for former contacts.
    pub kept: usize,
    /// Of those, how many the member's phone has stopped.
    pub stopped: usize,
    /// How many more numbers would help now.
    pub needed: usize,
    /// A few of the numbers that stand for contacts.
    pub holding: Vec<NumberId>,
    /// What would help besides more numbers, where that is known.
    pub relief: Option<Box<Relief>>,
}

/// What would make room in a full table besides more numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relief {
    /// When the first number is free again, as it has cooled down and is kept no more, and how many are by then.
    pub back: Option<(Timestamp, usize)>,
    /// The pair that could give way.
    pub idle: Option<IdlePair>,
    /// What a hub would do.
    pub hub: HubHelp,
}

/// Whether others could reach somebody with a full table through a hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HubHelp {
    /// Nothing is known of it.
    #[default]
    Unknown,
    /// The community does without hubs, or has none; so many of the member's contacts are on one from before.
    Off(usize),
    /// So many of the member's contacts are there, and more find a tag.
    Open(usize),
    /// So many of the member's contacts are there, and no tag is left.
    Used(usize),
}

/// A pair in a full table that has not been used for the longest time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdlePair {
    /// It, as a contact.
    pub contact: ContactId,
    /// When it was last used.
    pub since: Timestamp,
    /// When its number could stand for somebody else, if it were released now; none for at once.
    pub free_at: Option<Timestamp>,
    /// It would give way by itself if the community recycled.
    pub recyclable: bool,
}

impl Shortage {
    fn named(&self) -> String {
        let names: Vec<String> = self.holding.iter().map(ToString::to_string).collect();
        match self.used.saturating_sub(names.len()) {
            _ if names.is_empty() => String::new(),
            0 => format!(" ({})", names.join(", ")),
            more => format!(" ({} and {more} more)", names.join(", ")),
        }
    }

    /// What holds the table, in words.
    pub fn held(&self) -> String {
        format!(
            "of {} usable numbers ({}) {} are in use{}, {} cool down, {} are kept for former contacts and {} were stopped by \
             that phone",
            self.usable,
            listed(self.needs),
            self.used,
            self.named(),
            self.cooling,
            self.kept,
            self.stopped
        )
    }

    /// What would make room, in words.
    pub fn help(&self) -> String {
        let add = match self.needed {
            1 => format!("add 1 number with {}", listed(self.needs)),
            n => format!("add {n} numbers with {}", listed(self.needs)),
        };
        let relief = self.relief.as_deref().copied().unwrap_or_default();
        let back = relief.back.map(|(at, numbers)| match numbers {
            1 => format!("wait until {at}, when 1 number is free again"),
            n => format!("wait until {at}, when {n} numbers are free again"),
        });
        let idle = match relief.idle {
            Some(idle) if idle.recyclable => format!(
                "set `when_full` to `recycle`, so that {}, idle since {}, gives way",
                idle.contact, idle.since
            ),
            Some(idle) => {
                let back = idle.free_at.map_or("at once".to_owned(), |at| format!("on {at}"));
                format!(
                    "release {}, idle since {}, whose number comes back {back}",
                    idle.contact, idle.since
                )
            }
            None => format!("release a contact of {}", self.member),
        };
        let ways: Vec<String> = std::iter::once(add).chain(back).collect();
        let hub = match relief.hub {
            HubHelp::Unknown => String::new(),
            HubHelp::Off(0) => {
                "; with a hub and the policy `overflow`, others reach this member by a tag".to_owned()
            }
            HubHelp::Off(on) => {
                format!("; {on} contacts are on hubs: the policy `overflow` lets more come there")
            }
            HubHelp::Open(on) => format!("; {on} contacts are on hubs, where others find a tag still"),
            HubHelp::Used(on) => {
                format!(
                    "; {on} contacts are on hubs, where no tag is left: raise `hub_most_tags`, or set another number aside as a hub"
                )
            }
        };
        format!("{}, or {idle}{hub}", ways.join(", "))
    }
}

/// Capabilities in words.
pub fn listed(set: Capabilities) -> String {
    let words: Vec<&str> = Vec::from(set).into_iter().map(Capability::word).collect();
    words.join(", ")
}

/// How much room one side has for a contact: what the choice would find, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headroom {
    /// Numbers that could stand for a contact at all.
    pub usable: usize,
    /// Of those, how many stand for a contact of this member.
    pub used: usize,
    /// Of those, how many are cooling down.
    pub cooling: usize,
    /// Of those, how many are kept for former contacts.
    pub kept: usize,
    /// Of those, how many the member's phone has stopped.
    pub stopped: usize,
    /// Of those, how many the choice could take. A number may be in use and cooling down, so that this is not
    /// always what the others leave.
    pub free: usize,
}

impl Headroom {
    /// That of a table in which so many of the usable numbers are in use, none cools down or is kept and none was stopped: there
    /// the count says as much as the numbers.
    pub fn of_count(usable: usize, used: usize) -> Self {
        Self {
            usable,
            used,
            free: usable.saturating_sub(used),
            ..Self::default()
        }
    }

    /// How many numbers cannot be had, for whatever reason.
    pub fn taken(&self) -> usize {
        self.usable - self.free
    }
}

/// Counts what is free for a side, by the very rule by which [`choose`] takes a number.
pub fn headroom(numbers: &[Candidate], needs: Capabilities, side: &Side) -> Headroom {
    let able: Vec<&Candidate> = numbers.iter().filter(|n| n.capabilities.covers(needs)).collect();
    counted(&able, side)
}

fn counted(able: &[&Candidate], side: &Side) -> Headroom {
    let count = |set: &HashSet<NumberId>| able.iter().filter(|n| set.contains(&n.id)).count();
    Headroom {
        usable: able.len(),
        used: count(&side.used),
        cooling: count(&side.cooling),
        kept: count(&side.kept),
        stopped: count(&side.stopped),
        free: able.iter().filter(|n| side.is_free(n.id)).count(),
    }
}

/// Chooses both numbers of a pair, or says whose table has no room. `needs` is what a number must be able
/// to do. The result does not depend on the order of `numbers`.
pub fn choose(
    numbers: &[Candidate],
    needs: Capabilities,
    owner: &Side,
    contact: &Side,
) -> Result<Choice, Shortage> {
    let able: Vec<&Candidate> = numbers.iter().filter(|n| n.capabilities.covers(needs)).collect();
    let short = |side: &Side| shortage(&able, needs, side);
    let for_owner = options(&able, owner).ok_or_else(|| short(owner))?;
    let for_contact = options(&able, contact).ok_or_else(|| short(contact))?;
    let rank = |n: &Candidate| {
        (
            n.room,
            n.load,
            std::cmp::Reverse(weight(owner.member, contact.member, n.id)),
        )
    };
    let theirs: HashSet<NumberId> = for_contact.iter().map(|n| n.id).collect();
    let both = for_owner
        .iter()
        .filter(|n| theirs.contains(&n.id))
        .min_by_key(|n| rank(n));
    let choice = match both {
        Some(same) => Some(Choice {
            number: same.id,
            mirror: same.id,
        }),
        None => for_owner
            .iter()
            .min_by_key(|n| rank(n))
            .zip(for_contact.iter().min_by_key(|n| rank(n)))
            .map(|(number, mirror)| Choice {
                number: number.id,
                mirror: mirror.id,
            }),
    };
    // `options` never returns an empty list; the fallback keeps this function total.
    choice.ok_or_else(|| short(owner))
}

/// Chooses a number for one direction of a pair whose other direction keeps `mirror`.
pub fn choose_one(
    numbers: &[Candidate],
    needs: Capabilities,
    owner: &Side,
    (contact, mirror): (MemberId, NumberId),
) -> Result<NumberId, Shortage> {
    let able: Vec<&Candidate> = numbers.iter().filter(|n| n.capabilities.covers(needs)).collect();
    let short = || shortage(&able, needs, owner);
    let free = options(&able, owner).ok_or_else(short)?;
    let best = free.iter().min_by_key(|n| {
        (
            n.id != mirror,
            n.room,
            n.load,
            std::cmp::Reverse(weight(owner.member, contact, n.id)),
        )
    });
    best.map(|n| n.id).ok_or_else(short)
}

/// The best-fitting free numbers of one side: the remembered one alone if it is free, else all of the
/// least misfit; none where none is free.
fn options<'a>(able: &[&'a Candidate], side: &Side) -> Option<Vec<&'a Candidate>> {
    let free: Vec<&Candidate> = able.iter().copied().filter(|n| side.is_free(n.id)).collect();
    if let Some(before) = free.iter().find(|n| Some(n.id) == side.remembered) {
        return Some(vec![before]);
    }
    let best = free.iter().map(|n| side.misfit(n)).min()?;
    Some(free.into_iter().filter(|n| side.misfit(n) == best).collect())
}

fn shortage(able: &[&Candidate], needs: Capabilities, side: &Side) -> Shortage {
    let room = counted(able, side);
    let mut holding: Vec<NumberId> = able
        .iter()
        .map(|n| n.id)
        .filter(|n| side.used.contains(n))
        .collect();
    holding.sort();
    holding.truncate(MOST_NAMED);
    Shortage {
        member: side.member,
        needs,
        usable: room.usable,
        used: room.used,
        cooling: room.cooling,
        kept: room.kept,
        stopped: room.stopped,
        needed: 1,
        holding,
        relief: None,
    }
}

/// What holds a side's table, and whether nothing is free there.
pub fn shortage_of(numbers: &[Candidate], needs: Capabilities, side: &Side) -> (Shortage, bool) {
    let able: Vec<&Candidate> = numbers.iter().filter(|n| n.capabilities.covers(needs)).collect();
    (shortage(&able, needs, side), options(&able, side).is_none())
}

/// Highest-random-weight hashing: the same for both directions of a pair, independent between pairs and
/// numbers, so that adding a number moves no more choices than it must.
fn weight(a: MemberId, b: MemberId, number: NumberId) -> u64 {
    let (low, high) = (a.min(b).as_i64() as u64, a.max(b).as_i64() as u64);
    mix(mix(mix(low) ^ high) ^ number.as_i64() as u64)
}

/// SplitMix64's finaliser.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
