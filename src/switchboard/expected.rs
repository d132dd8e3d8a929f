//! Preconditions of changes (RFC 9110, section 13.1): whoever changes a thing may say which state of it
//! they looked at.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::{Result, SwitchboardError};
use super::views::HoldsPhones;

/// The tag of a thing as it stands on the public surface: equal where nothing that can be seen changed.
pub fn tag_of(view: &impl Serialize) -> String {
    // A view always serialises; were one not to, no tag would ever match it.
    let json = serde_json::to_vec(view).unwrap_or_default();
    tag_of_json(&json)
}

/// The tag of a thing that is serialised already.
pub fn tag_of_json(json: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(json)[..16])
}

/// The states in which a thing may be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(Option<Vec<String>>);

impl Expected {
    /// Whatever state it is in.
    pub fn any() -> Self {
        Self(None)
    }

    /// Only a state with one of these tags.
    pub fn one_of(tags: Vec<String>) -> Self {
        Self(Some(tags))
    }

    /// Likewise, of a thing that some callers see without its real numbers: either sight of it will do.
    pub fn check_either<T: Serialize + Clone + HoldsPhones>(&self, view: &T) -> Result<()> {
        self.check(view)
            .or_else(|_| self.check(&view.clone().without_phones()))
    }

    /// Whether the thing is as it was expected; asked within the transaction that changes it.
    pub fn check(&self, view: &impl Serialize) -> Result<()> {
        match &self.0 {
            Some(tags) if !tags.contains(&tag_of(view)) => Err(SwitchboardError::Changed),
            _ => Ok(()),
        }
    }
}
