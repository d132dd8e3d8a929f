//! Which number takes the place of one that is to be empty, row by row, as a pure function of what the tables hold: by
//! the rule by which every number is chosen (`choice`), and never one that is to be empty itself.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::choice::{self, Candidate, Shortage, Side};
use super::id::{MemberId, NumberId};
use super::pool::Capabilities;

/// A row that is to have another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// In whose table.
    pub member: MemberId,
    /// For whom the number stands.
    pub contact: MemberId,
    /// What stands for the member on the contact's phone.
    pub mirror: NumberId,
    /// What the number can do that it has.
    pub abilities: Capabilities,
}

/// The number that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub number: NumberId,
    /// It cannot do all that the one before could: no free number can.
    pub narrower: bool,
}

/// Places rows one after the other. What it has placed counts for those that follow.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    numbers: Vec<Candidate>,
    taken: HashMap<MemberId, HashSet<NumberId>>,
    /// What stands for a contact on a member's phone by this layout.
    placed: HashMap<(MemberId, MemberId), NumberId>,
}

impl Layout {
    /// Nothing is placed yet. Numbers that are to be empty take nothing.
    pub fn new(numbers: Vec<Candidate>, emptied: &HashSet<NumberId>) -> Self {
        let mut numbers = numbers;
        numbers.retain(|number| !emptied.contains(&number.id));
        Self {
            numbers,
            ..Self::default()
        }
    }

    /// Whether any number could take a row at all.
    pub fn can_take(&self, needs: Capabilities) -> bool {
        self.numbers.iter().any(|n| n.capabilities.covers(needs))
    }

    /// Places one row: on a number that can do all that the one before could, else on one that can do what is needed.
    pub fn place(&mut self, needs: Capabilities, seat: &Seat, side: &Side) -> Result<Target, Shortage> {
        let mut side = side.clone();
        if let Some(taken) = self.taken.get(&seat.member) {
            side.used.extend(taken);
        }
        let placed = self.placed.get(&(seat.contact, seat.member)).copied();
        let mirror = (seat.contact, placed.unwrap_or(seat.mirror));
        let as_before = Capabilities::from_bits(needs.bits() | seat.abilities.bits());
        let target = match choice::choose_one(&self.numbers, as_before, &side, mirror) {
            Ok(number) => Target {
                number,
                narrower: false,
            },
            Err(_) => Target {
                number: choice::choose_one(&self.numbers, needs, &side, mirror)?,
                narrower: true,
            },
        };
        for number in self.numbers.iter_mut().filter(|n| n.id == target.number) {
            number.load += 1;
        }
        self.taken.entry(seat.member).or_default().insert(target.number);
        self.placed.insert((seat.member, seat.contact), target.number);
        Ok(target)
    }
}

/// Who hears that a contact has another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SwapTelling)]
pub enum Telling {
    /// The member's phone, by a text from the new number.
    Phone,
    /// The member's phone once it is frozen no more, if that is before the old number ends.
    Frozen,
    /// Nobody by text: the member reads in an app, which is told by an event.
    AppOnly,
    /// Nobody: the pair waits for acceptance, is blocked or stopped, or the phone takes no texts.
    Silent,
    /// Nobody: no text is wanted.
    NotWanted,
}

impl Telling {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Phone,
        Self::Frozen,
        Self::AppOnly,
        Self::Silent,
        Self::NotWanted,
    ];

    /// The code kept in the database.
    pub fn code(self) -> i16 {
        match self {
            Self::Phone => 0,
            Self::Frozen => 1,
            Self::AppOnly => 2,
            Self::Silent => 3,
            Self::NotWanted => 4,
        }
    }

    /// Back from the database's code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|telling| telling.code() == code)
    }
}

/// What decides who hears of a move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hearing {
    /// A text is wanted at all.
    pub wanted: bool,
    /// The pair is blocked, stopped or waits, or its phone takes no texts from the number.
    pub mute: bool,
    /// The member's phone, and whether it is frozen; none who reads in an app alone.
    pub frozen: Option<bool>,
}

/// Who hears of a move.
pub fn telling(hearing: Hearing) -> Telling {
    match hearing {
        Hearing { wanted: false, .. } => Telling::NotWanted,
        Hearing { mute: true, .. } => Telling::Silent,
        Hearing { frozen: None, .. } => Telling::AppOnly,
        Hearing {
            frozen: Some(true), ..
        } => Telling::Frozen,
        Hearing {
            frozen: Some(false), ..
        } => Telling::Phone,
    }
}

#[cfg(test)]
#[path = "swap_tests.rs"]
mod tests;
