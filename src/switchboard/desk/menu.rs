//! What the desk has asked a phone, or can go on with: what a bare number, or the word for more, means next.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::id::MemberId;
use crate::store::desk_phones::DeskPhoneRow;

/// How long a menu stands, in whole seconds.
pub(super) const STANDS_S: i64 = 600;

/// A menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Menu {
    /// Whom to add, in the order of the numbers.
    Add(Vec<i64>),
    /// Whom to let go.
    Drop(Vec<i64>),
    /// Whom to block.
    Block(Vec<i64>),
    /// Whom to block no more.
    Unblock(Vec<i64>),
    /// The contacts after this one have not been shown: the name as it is looked for, and who.
    List(String, i64),
}

impl Menu {
    /// The one that stands with a phone, if it was asked of the same member. One that cannot be read has lapsed.
    pub fn of(row: Option<&DeskPhoneRow>, member: MemberId, now: Timestamp) -> Option<Self> {
        let row = row.filter(|row| row.member_id == member.as_i64() && row.menu_until > now.0)?;
        serde_json::from_str(row.menu.as_deref()?).ok()
    }

    /// For the database.
    pub fn kept(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Whether a bare number is a choice.
    pub fn is_choice(&self) -> bool {
        matches!(
            self,
            Self::Add(_) | Self::Drop(_) | Self::Block(_) | Self::Unblock(_)
        )
    }
}
