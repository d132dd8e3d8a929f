//! Random names: tags, Call-IDs, session ids. None says anything of a call or of this machine.

use hmac::{Hmac, Mac};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::Sha256;

use crate::wire::sip::dialog::Tag;

/// A source of names.
#[derive(Debug)]
pub(super) struct Random {
    rng: StdRng,
    key: [u8; 32],
}

impl Random {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        let mut rng = StdRng::from_seed(seed);
        let key = rng.random();
        Self { rng, key }
    }

    /// A seed for another.
    pub(super) fn seed(&mut self) -> [u8; 32] {
        self.rng.random()
    }

    /// A tag of the answering side.
    pub(super) fn tag(&mut self) -> Tag {
        Tag(self.rng.random())
    }

    /// A Call-ID without a host, and the tag that goes with it: a late answer can be known for one to a call of ours
    /// by its tag, although nothing is kept of that call.
    pub(super) fn call(&mut self) -> (String, Tag) {
        let call_id = format!("{:032x}", self.rng.random::<u128>());
        let tag = self.tag_of(call_id.as_bytes());
        (call_id, tag)
    }

    /// The tag that goes with a Call-ID of ours.
    pub(super) fn tag_of(&self, call_id: &[u8]) -> Tag {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return Tag(0);
        };
        mac.update(call_id);
        let digest = mac.finalize().into_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Tag(u64::from_be_bytes(first))
    }

    /// A session id for `o=`.
    pub(super) fn session(&mut self) -> u64 {
        self.rng.random()
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        self.rng.random_range(least..=most.max(least))
    }

    /// A nonce of the client in digest.
    pub(super) fn cnonce(&mut self) -> String {
        format!("{:016x}", self.rng.random::<u64>())
    }
}
