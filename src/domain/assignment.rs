//! The row that everything rests on: to this member, this pool number is that contact.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Timestamp;
use super::id::{AssignmentId, MemberId, NumberId};

/// How a row came into its owner's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The owner chose the contact.
    Chosen,
    /// The contact chose the owner; this is the mirror of their row.
    Received,
}

impl Origin {
    /// The code kept in the database.
    pub fn code(self) -> i16 {
        match self {
            Origin::Chosen => 0,
            Origin::Received => 1,
        }
    }

    /// Back from the database's code.
    pub fn from_code(code: i16) -> Self {
        if code == 0 {
            Origin::Chosen
        } else {
            Origin::Received
        }
    }
}

/// An assignment (M, C) -> P: the pool number P is contact C on member M's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The row's id; as a contact it is printed `ctc_…`, as an assignment `asg_…`.
    pub id: AssignmentId,
    /// M, whose table the row is in.
    pub member: MemberId,
    /// C.
    pub contact: MemberId,
    /// P.
    pub number: NumberId,
    /// Chosen by M, or received from C.
    pub origin: Origin,
    /// C has not yet accepted (or M has not, on the mirror).
    pub pending: bool,
    /// An admin or an app blocked the pair.
    pub blocked: bool,
    /// M's phone sent STOP to P.
    pub stopped: bool,
    /// When M first used a received row.
    pub answered_at: Option<Timestamp>,
    /// When M last sent on it (to within [`ACTIVITY_GRAIN_MS`]); creation counts as use.
    pub last_activity_at: Timestamp,
    /// When the row was made.
    pub created_at: Timestamp,
}

/// Activity is recorded no finer than this, to spare a write for every text.
pub const ACTIVITY_GRAIN_MS: i64 = 60_000;

impl Assignment {
    /// True for a row that its owner never asked for and never used.
    pub fn is_unanswered(&self) -> bool {
        self.origin == Origin::Received && self.answered_at.is_none()
    }

    /// True once its owner has sent on it; only of a received row it is noted as an answer.
    pub fn is_used(&self) -> bool {
        self.answered_at.is_some() || self.last_activity_at > self.created_at
    }
}

/// A pair that could give way in a full table, with the later activity of its two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// The row in the full table.
    pub assignment: AssignmentId,
    /// Whether that row is received and unanswered.
    pub unanswered: bool,
    /// The last activity on either side.
    pub last_activity_at: Timestamp,
}

/// The pair to recycle: received and unanswered before others, then idle longest; never one that was used
/// within the cool-down (design rules 2 and 3).
pub fn to_recycle(pairs: &[Idle], now: Timestamp, cool_down_s: i64) -> Option<AssignmentId> {
    pairs
        .iter()
        .filter(|p| p.last_activity_at.plus_s(cool_down_s) <= now)
        .min_by_key(|p| (!p.unanswered, p.last_activity_at, p.assignment))
        .map(|p| p.assignment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(id: i64, unanswered: bool, at_s: i64) -> Idle {
        Idle {
            assignment: AssignmentId::from_i64(id),
            unanswered,
            last_activity_at: Timestamp(at_s * 1000),
        }
    }

    #[test]
    fn the_unanswered_gives_way_before_the_longest_idle() {
        let pairs = [idle(1, false, 10), idle(2, true, 50), idle(3, true, 40)];
        assert_eq!(
            to_recycle(&pairs, Timestamp(1_000_000), 100),
            Some(AssignmentId::from_i64(3))
        );
    }

    #[test]
    fn nothing_within_its_cool_down_gives_way() {
        let pairs = [idle(1, false, 950), idle(2, true, 990)];
        assert_eq!(to_recycle(&pairs, Timestamp(1_000_000), 100), None);
    }
}
