//! Pool numbers: what each can do, and how fast.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a pool number can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Texts.
    Sms,
    /// Texts with media.
    Mms,
    /// Calls.
    Voice,
}

impl Capability {
    /// All of them.
    pub const ALL: [Capability; 3] = [Capability::Sms, Capability::Mms, Capability::Voice];

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            Capability::Sms => "sms",
            Capability::Mms => "mms",
            Capability::Voice => "voice",
        }
    }

    fn bit(self) -> i16 {
        match self {
            Capability::Sms => 1,
            Capability::Mms => 2,
            Capability::Voice => 4,
        }
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Capability>", into = "Vec<Capability>")]
pub struct Capabilities(i16);

impl Capabilities {
    /// Texts and calls: what a number is taken to do unless told otherwise.
    pub fn usual() -> Self {
        Self::from(vec![Capability::Sms, Capability::Voice])
    }

    /// The bits kept in the database.
    pub fn bits(self) -> i16 {
        self.0
    }

    /// Back from the database; unknown bits are dropped.
    pub fn from_bits(bits: i16) -> Self {
        Self(bits & 7)
    }

    /// True when every capability of `other` is here.
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl From<Vec<Capability>> for Capabilities {
    fn from(list: Vec<Capability>) -> Self {
        Self(list.into_iter().fold(0, |bits, c| bits | c.bit()))
    }
}

impl From<Capabilities> for Vec<Capability> {
    fn from(set: Capabilities) -> Self {
        Capability::ALL
            .into_iter()
            .filter(|c| set.0 & c.bit() != 0)
            .collect()
    }
}

/// Whether a number takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberState {
    /// It takes new pairs.
    Active,
    /// It keeps the pairs that it has and takes no new ones.
    Draining,
}

impl NumberState {
    /// The word of the public surface and of the database.
    pub fn word(self) -> &'static str {
        match self {
            NumberState::Active => "active",
            NumberState::Draining => "draining",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "active" => Some(NumberState::Active),
            "draining" => Some(NumberState::Draining),
            _ => None,
        }
    }
}

/// A region, by ISO 3166 alpha-2 code in upper case ("US"), or unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 2]);

impl Region {
    /// Reads two letters; anything else is no region.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_survive_json_and_bits() {
        let set: Capabilities = serde_json::from_str(r#"["voice","sms"]"#).unwrap();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["sms","voice"]"#);
        assert_eq!(Capabilities::from_bits(set.bits()), set);
        assert!(set.covers(vec![Capability::Sms].into()) && !set.covers(vec![Capability::Mms].into()));
    }

    #[test]
    fn a_region_is_two_letters() {
        assert_eq!(Region::parse("us").map(|r| r.to_string()), Some("US".into()));
        assert_eq!(Region::parse("USA"), None);
        assert_eq!(Region::parse("ü"), None);
    }
}
