//! Challenging, and checking what comes back.
//!
//! A nonce is its time and a random value under a signature of ours: handing out challenges keeps nothing. Only a nonce
//! that the right password has used is remembered, with the counts used under it, until it is too old. The memory is
//! bounded: where it is full the oldest nonce goes, and from then on no nonce as old as that is taken; so none can be
//! used twice.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::super::Millis;
use super::super::message::Uri;
use super::params::{Params, push_quoted};
use super::{Algorithm, Proof};

/// What credentials are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are right, and were not used before.
    Accepted {
        /// Whose they are.
        username: String,
    },
    /// There are none for this realm, or none under a nonce of ours: a challenge is due.
    Absent,
    /// They are right but their nonce is too old: a challenge with `stale=true` is due.
    Stale,
    /// They are right but were used before: refused. A challenge with `stale=true` lets an honest client go on.
    Replayed,
    /// They are wrong, or made for another request.
    Wrong,
}

/// The counts used under a nonce: the highest, and which of the 64 below it.
#[derive(Clone, Copy, Debug)]
struct Used {
    highest: u32,
    below: u64,
}

impl Used {
    /// Whether this count is new; it is not from then on.
    fn take(&mut self, count: u32) -> bool {
        if count > self.highest {
            let by = count - self.highest;
            self.below = self.below.checked_shl(by).unwrap_or(0);
            self.below |= 1u64.checked_shl(by - 1).unwrap_or(0);
            self.highest = count;
            return true;
        }
        let bit = match self.highest - count {
            0 => return false,
            age => 1u64.checked_shl(age - 1).unwrap_or(0),
        };
        let fresh = bit != 0 && self.below & bit == 0;
        self.below |= bit;
        fresh
    }
}

/// Credentials that are right, if they were not used before.
struct Right {
    nonce: (Millis, u64),
    username: String,
    count: u32,
}

/// Challenges of one realm, and what is remembered of their answers.
pub struct Guard {
    key: [u8; 32],
    realm: String,
    lifetime: Millis,
    most: usize,
    /// By time and random value.
    used: BTreeMap<(Millis, u64), Used>,
    /// Nonces as old as this or older are too old, whatever their lifetime.
    floor: Option<Millis>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("realm", &self.realm)
            .field("used", &self.used.len())
            .finish_non_exhaustive()
    }
}

impl Guard {
    /// `key` signs nonces and must be random and secret; `lifetime_ms` is how long one is good for; `most` bounds how
    /// many are remembered.
    pub fn new(key: [u8; 32], realm: impl Into<String>, lifetime_ms: Millis, most: usize) -> Self {
        let realm = realm.into();
        Self {
            key,
            realm,
            lifetime: lifetime_ms,
            most: most.max(1),
            used: BTreeMap::new(),
            floor: None,
        }
    }

    /// Values for WWW-Authenticate (or Proxy-Authenticate), one a header, the better first (RFC 8760, section 2.3).
    /// `salt` is random.
    pub fn challenge(&self, now: Millis, salt: u64, stale: bool) -> Vec<String> {
        let nonce = self.nonce(now, salt);
        [Algorithm::Sha256, Algorithm::Md5]
            .into_iter()
            .map(|algorithm| {
                let mut out = String::from("Digest ");
                push_quoted(&mut out, "realm", self.realm.as_bytes());
                push_quoted(&mut out, ", nonce", nonce.as_bytes());
                out.push_str(", qop=\"auth\", algorithm=");
                out.push_str(algorithm.as_str());
                out.push_str(if stale { ", stale=true" } else { "" });
                out
            })
            .collect()
    }

    /// Judges the values of Authorization (or Proxy-Authorization) of a request. `password` tells a user's.
    pub fn verify<'a>(
        &mut self,
        now: Millis,
        values: &[Vec<u8>],
        method: &str,
        request_uri: &Uri,
        password: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Verdict {
        self.forget(now);
        let right = match self.weigh(now, values, method, request_uri, password) {
            Ok(right) => right,
            Err(verdict) => return verdict,
        };
        let Right {
            nonce,
            username,
            count,
        } = right;
        let used = self.used.entry(nonce).or_insert(Used { highest: 0, below: 0 });
        if !used.take(count) {
            return Verdict::Replayed;
        }
        while self.used.len() > self.most {
            if let Some(((time, _), _)) = self.used.pop_first() {
                self.floor = self.floor.max(Some(time));
            }
        }
        Verdict::Accepted { username }
    }

    /// Why [`Guard::verify`] would refuse; None where it would accept. Remembers nothing.
    pub fn fault<'a>(
        &self,
        now: Millis,
        values: &[Vec<u8>],
        method: &str,
        request_uri: &Uri,
        password: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Option<Verdict> {
        match self.weigh(now, values, method, request_uri, password) {
            Ok(right) => {
                let mut used = self.used.get(&right.nonce).copied()?;
                (!used.take(right.count)).then_some(Verdict::Replayed)
            }
            Err(verdict) => Some(verdict),
        }
    }

    fn weigh<'a>(
        &self,
        now: Millis,
        values: &[Vec<u8>],
        method: &str,
        request_uri: &Uri,
        password: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Result<Right, Verdict> {
        let ours = |params: &Params| params.get("realm") == Some(self.realm.as_bytes());
        let params = values.iter().filter_map(|v| Params::parse(v)).find(ours);
        let params = params.ok_or(Verdict::Absent)?;
        let nonce = params.get("nonce").and_then(|nonce| self.signed(nonce));
        let nonce = nonce.ok_or(Verdict::Absent)?;
        let proven = self.proven(&params, method, request_uri, password);
        let (username, count) = proven.ok_or(Verdict::Wrong)?;
        let (time, _) = nonce;
        let known = self.used.contains_key(&nonce);
        let old = now.saturating_sub(time) > self.lifetime || time > now;
        if old || (!known && self.floor.is_some_and(|floor| time <= floor)) {
            return Err(Verdict::Stale);
        }
        Ok(Right {
            nonce,
            username,
            count,
        })
    }

    /// Nonces remembered.
    pub fn remembered(&self) -> usize {
        self.used.len()
    }

    fn forget(&mut self, now: Millis) {
        while let Some(first) = self.used.first_entry()
            && now.saturating_sub(first.key().0) > self.lifetime
        {
            first.remove();
        }
    }

    /// Who the credentials show, and their count; None where they are not right for this request.
    fn proven<'a>(
        &self,
        params: &Params,
        method: &str,
        request_uri: &Uri,
        password: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Option<(String, u32)> {
        let username = std::str::from_utf8(params.get("username")?).ok()?;
        let algorithm = match params.get("algorithm") {
            Some(name) => Algorithm::parse(name).filter(|(_, session)| !session)?.0,
            None => Algorithm::Md5,
        };
        if algorithm == Algorithm::Sha512 {
            return None;
        }
        let uri = params.get("uri")?;
        if uri != request_uri.to_bytes() && !Uri::parse(uri).is_some_and(|uri| uri.equivalent(request_uri)) {
            return None;
        }
        let counted = match params.get("qop") {
            Some(qop) if qop.eq_ignore_ascii_case(b"auth") => {
                Some((params.get("nc")?, params.get("cnonce")?))
            }
            Some(_) => return None,
            None => None,
        };
        // Without `auth` there is no count: such a nonce is good for one request.
        let count = match counted {
            Some((nc, _)) if nc.len() == 8 => u32::from_str_radix(std::str::from_utf8(nc).ok()?, 16)
                .ok()
                .filter(|&n| n > 0)?,
            Some(_) => return None,
            None => 1,
        };
        let secret = password(username);
        let proof = Proof {
            algorithm,
            session: false,
            username: username.as_bytes(),
            realm: self.realm.as_bytes(),
            // An unknown user costs as much time as a known one.
            password: secret.unwrap_or_default().as_bytes(),
            nonce: params.get("nonce")?,
            method,
            uri,
            counted,
            cnonce: b"",
        };
        let right = self.same(
            proof.response().as_bytes(),
            &params.get("response")?.to_ascii_lowercase(),
        );
        (right && secret.is_some()).then(|| (username.to_owned(), count))
    }

    fn mac(&self, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        // Any length of key will do; there is no other error.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Some(mac)
    }

    /// Compares in a time that does not depend on where they differ.
    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        let (Some(a), Some(b)) = (self.mac(&[b"same", a]), self.mac(&[b"same", b])) else {
            return false;
        };
        a.verify(&b.finalize().into_bytes()).is_ok()
    }

    fn nonce(&self, time: Millis, salt: u64) -> String {
        let plain = format!("{time:016x}{salt:016x}");
        let mac = self.mac(&[b"nonce", self.realm.as_bytes(), plain.as_bytes()]);
        let mac = mac.map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        plain + &data_encoding::HEXLOWER.encode(mac.get(..16).unwrap_or_default())
    }

    /// Time and salt of a nonce that we signed.
    fn signed(&self, nonce: &[u8]) -> Option<(Millis, u64)> {
        let (plain, signature) = nonce.split_at_checked(32)?;
        let signature = data_encoding::HEXLOWER.decode(signature).ok()?;
        if signature.len() != 16 {
            return None;
        }
        let mac = self.mac(&[b"nonce", self.realm.as_bytes(), plain])?;
        mac.verify_truncated_left(&signature).ok()?;
        let part = |range| u64::from_str_radix(std::str::from_utf8(plain.get(range)?).ok()?, 16).ok();
        Some((part(0..16)?, part(16..32)?))
    }
}
