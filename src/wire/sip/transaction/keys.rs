//! What transactions are found by: our branches, and keyed digests of what peers send. A peer that does not know the
//! key cannot make two of its requests meet.

use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use super::super::message::{IncomingRequest, Method, Via};

/// A map whose keys are evenly spread already.
pub(super) type Spread<V> = std::collections::HashMap<u128, V, BuildHasherDefault<Already>>;

/// Takes the key as its own hash: it is random, or the outcome of a keyed hash.
#[derive(Default)]
pub(super) struct Already(u64);

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }

    fn write_u128(&mut self, key: u128) {
        // Both halves are as good; truncation is meant.
        self.0 = key as u64;
    }
}

/// The maker of branches and keys.
#[derive(Debug)]
pub(super) struct Keys {
    dice: StdRng,
    secret: [u64; 4],
}

const COOKIE: &[u8] = b"z9hG4bK";

impl Keys {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        let mut dice = StdRng::from_seed(seed);
        let secret = [dice.next_u64(), dice.next_u64(), dice.next_u64(), dice.next_u64()];
        Self { dice, secret }
    }

    /// 128 random bits.
    pub(super) fn branch(&mut self) -> u128 {
        u128::from(self.dice.next_u64()) << 64 | u128::from(self.dice.next_u64())
    }

    fn hasher(&self, salt: u64) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        for word in self.secret {
            hasher.write_u64(word ^ salt);
        }
        hasher
    }

    fn digest(&self, parts: &[&[u8]]) -> u128 {
        let half = |salt| {
            let mut hasher = self.hasher(salt);
            for part in parts {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
            u128::from(hasher.finish())
        };
        half(1) << 64 | half(2)
    }

    /// The server transaction that a request belongs to (RFC 3261, section 17.2.3), with the INVITE's key for its ACK;
    /// `of` names the method, so that a CANCEL finds its INVITE.
    pub(super) fn server(&self, request: &IncomingRequest, of: &Method) -> u128 {
        let via = request.via();
        let port = via.port().map_or(0, u32::from).to_be_bytes();
        let of = if *of == Method::Ack { &Method::Invite } else { of };
        if via.is_rfc3261() {
            let branch = via.branch().unwrap_or_default();
            let host = via.host().to_ascii_lowercase();
            return self.digest(&[of.as_str().as_bytes(), branch, &host, &port]);
        }
        // A peer of RFC 2543: by what its request says. The tag of To is left out, for the ACK has one more than the INVITE.
        self.digest(&[
            b"2543",
            of.as_str().as_bytes(),
            &request.uri().to_bytes(),
            request.from().tag.as_deref().unwrap_or_default(),
            request.call_id(),
            &request.cseq().to_be_bytes(),
            via.text(),
        ])
    }

    /// What makes a request the same as another that came a different way (section 8.2.2.2).
    pub(super) fn merge(&self, request: &IncomingRequest) -> u128 {
        self.digest(&[
            b"merge",
            request.from().tag.as_deref().unwrap_or_default(),
            request.call_id(),
            &request.cseq().to_be_bytes(),
            request.method().as_str().as_bytes(),
        ])
    }

    /// The tag of an answer of which nothing is kept: the ACK for it shows the same again.
    pub(super) fn stateless_tag(&self, via: &Via, call_id: &[u8]) -> String {
        let digest = self.digest(&[b"tag", via.branch().unwrap_or_default(), call_id]);
        format!("{:016x}", digest as u64)
    }

    /// The same where there may be no Via that reads.
    pub(super) fn some_tag(&self, text: &[u8]) -> String {
        format!("{:016x}", self.digest(&[b"tag", text]) as u64)
    }
}

/// A branch as in Via.
pub(super) fn branch_text(branch: u128) -> [u8; 39] {
    let mut text = [0u8; 39];
    for (to, from) in text.iter_mut().zip(COOKIE) {
        *to = *from;
    }
    for (at, to) in text.iter_mut().skip(COOKIE.len()).enumerate() {
        let nibble = (branch >> (124 - 4 * at)) as u8 & 0xf;
        *to = if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        };
    }
    text
}

/// A branch of ours, read again; None where it is not one.
pub(super) fn branch_of(text: &[u8]) -> Option<u128> {
    let (cookie, digits) = text.split_at_checked(COOKIE.len())?;
    if !cookie.eq_ignore_ascii_case(COOKIE) || digits.len() != 32 {
        return None;
    }
    let mut branch = 0u128;
    for &b in digits {
        branch = branch << 4 | u128::from((b as char).to_digit(16)?);
    }
    Some(branch)
}

/// The place of a client transaction in the table: a CANCEL shares the branch of its INVITE.
pub(super) fn client(branch: u128, method: &Method) -> u128 {
    if *method == Method::Cancel {
        !branch
    } else {
        branch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_reads_again_and_nothing_else_does() {
        let mut keys = Keys::new([7; 32]);
        let branch = keys.branch();
        let text = branch_text(branch);
        assert_eq!(branch_of(&text), Some(branch));
        assert_eq!(branch_of(&text.to_ascii_uppercase()), Some(branch));
        assert_ne!(keys.branch(), branch);
        for bad in [
            &b""[..],
            b"z9hG4bK",
            b"z9hG4bK0123",
            b"z9hG4bK0123456789abcdef0123456789abcdeg",
        ] {
            assert_eq!(branch_of(bad), None);
        }
    }
}
