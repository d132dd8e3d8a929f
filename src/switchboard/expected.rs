//! Preconditions of changes (RFC 9110, section 13.1): whoever changes a thing may say which state of it
//! they looked at.

use data_encoding::HEXLOWER;
use ring::hmac;
use serde::Serialize;

use super::Switchboard;
use super::error::{Result, SwitchboardError};
use super::views::HoldsPhones;
use crate::store::hashed_phones;

/// So that the installation's key gives other hashes here than elsewhere.
const PURPOSE: &[u8] = b"partyline-entity-tag-1";

/// The key under which tags are made. A tag is of the whole thing, also for those who are shown a part of it: without the
/// key nobody can try what would give it.
#[derive(Clone, Debug)]
pub struct TagKey(hmac::Key);

impl TagKey {
    /// From a secret that all nodes share.
    pub fn new(secret: &[u8]) -> Self {
        let installation = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let own = hmac::sign(&installation, PURPOSE);
        Self(hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()))
    }

    /// The tag of a thing that is serialised already: equal where nothing that can be seen changed.
    pub fn of_json(&self, json: &[u8]) -> String {
        HEXLOWER.encode(&hmac::sign(&self.0, json).as_ref()[..16])
    }

    fn of(&self, view: &impl Serialize) -> String {
        // A view always serialises; were one not to, no tag would ever match it.
        let json = serde_json::to_vec(view).unwrap_or_default();
        self.of_json(&json)
    }
}

impl Switchboard {
    /// The key for tags: of this installation, the same on each node and after each start. `fresh` is for the first.
    pub async fn tag_key(&self, fresh: [u8; 32]) -> Result<TagKey> {
        let kept = self.read(|conn| Ok(hashed_phones::key(conn)?)).await?;
        let secret = match kept {
            Some(secret) => secret,
            None => {
                self.write(move |conn, ctx| Ok(hashed_phones::key_or(conn, &fresh, ctx.now.0)?))
                    .await?
            }
        };
        Ok(TagKey::new(&secret))
    }
}

#[derive(Clone, Debug)]
struct Seen {
    tags: Vec<String>,
    key: TagKey,
}

/// The states in which a thing may be changed.
#[derive(Clone, Debug, Default)]
pub struct Expected(Option<Seen>);

impl Expected {
    /// Whatever state it is in.
    pub fn any() -> Self {
        Self(None)
    }

    /// Only a state with one of these tags, made with this key.
    pub fn one_of(tags: Vec<String>, key: TagKey) -> Self {
        Self(Some(Seen { tags, key }))
    }

    /// Likewise, of a thing that some callers see without its real numbers: either sight of it will do.
    pub fn check_either<T: Serialize + Clone + HoldsPhones>(&self, view: &T) -> Result<()> {
        self.check(view)
            .or_else(|_| self.check(&view.clone().without_phones()))
    }

    /// Whether the thing is as it was expected; asked within the transaction that changes it.
    pub fn check(&self, view: &impl Serialize) -> Result<()> {
        match &self.0 {
            Some(seen) if !seen.tags.contains(&seen.key.of(view)) => Err(SwitchboardError::Changed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_tag_cannot_be_made_without_the_key() {
        let (one, other) = (TagKey::new(&[1; 32]), TagKey::new(&[2; 32]));
        let json = br#"{"phone":"+14155550101"}"#;
        assert_eq!(one.of_json(json), TagKey::new(&[1; 32]).of_json(json));
        assert_ne!(one.of_json(json), other.of_json(json));
        assert_ne!(one.of_json(json), one.of_json(br#"{"phone":"+14155550102"}"#));
        assert!(
            !HEXLOWER
                .encode(&Sha256::digest(json))
                .starts_with(&one.of_json(json))
        );
        let view = serde_json::json!({ "phone": "+14155550101" });
        assert!(
            Expected::one_of(vec![one.of_json(json)], one.clone())
                .check(&view)
                .is_ok()
        );
        assert!(
            Expected::one_of(vec![one.of_json(json)], other)
                .check(&view)
                .is_err()
        );
    }
}
