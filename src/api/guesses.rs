//! Wrong keys: how many one address may try. Each costs a look into the database and a line in the log.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::problem::{Problem, Result};
use crate::domain::Timestamp;
use crate::domain::bounded::shed;
use crate::switchboard::Rates;

/// Most addresses that are remembered; those that have failed least are forgotten first.
const MOST_ADDRESSES: usize = 10_000;
/// Most keys that are remembered as right.
const MOST_KEYS: usize = 10_000;
/// How long a key is remembered as right.
const RIGHT_MS: i64 = 3_600_000;

/// Who has failed, and which keys were right.
pub(crate) struct Guesses {
    per_s: f64,
    inner: Mutex<Inner>,
}

struct Inner {
    failed: Rates<IpAddr>,
    /// Keys that were right, by their hash, and when. They only get as far as being looked up.
    right: HashMap<[u8; 32], Timestamp>,
}

impl Guesses {
    /// So many a minute, half of them at once; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_s: f64::from(per_minute) / 60.0,
            inner: Mutex::new(Inner {
                failed: Rates::new(MOST_ADDRESSES, 30_000),
                right: HashMap::new(),
            }),
        }
    }

    /// Whether somebody at an address may have a key looked up. One that was right lately always may: a stranger
    /// behind the same proxy shuts nobody out.
    pub fn admit(&self, address: Option<IpAddr>, token: Option<&str>, now: Timestamp) -> Result<()> {
        let Some(address) = address.map(network) else {
            return Ok(());
        };
        let inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
        let wait_ms = inner.failed.wait_ms(address, self.per_s, now);
        let is_right = |token| {
            let at = inner.right.get(&hash(token));
            at.is_some_and(|at| now.since(*at) < RIGHT_MS)
        };
        match wait_ms == 0 || token.is_some_and(is_right) {
            true => Ok(()),
            false => Err(Problem::too_many_failures(wait_ms)),
        }
    }

    /// A key was right.
    pub fn was_right(&self, token: &str, now: Timestamp) {
        let mut inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
        let hash = hash(token);
        if inner.right.len() >= MOST_KEYS && !inner.right.contains_key(&hash) {
            inner.right.retain(|_, at| now.since(*at) < RIGHT_MS);
            if inner.right.len() >= MOST_KEYS {
                shed(&mut inner.right, |at| *at);
            }
        }
        inner.right.insert(hash, now);
    }

    /// A key was wrong, or there was none.
    pub fn was_wrong(&self, address: Option<IpAddr>, now: Timestamp) {
        if let Some(address) = address.map(network) {
            let mut inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
            inner.failed.take(address, self.per_s, now);
            inner.failed.prune();
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// An address as one household has it: of IPv6 the network, in which everybody has addresses without number.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let network = v6.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn who_fails_too_often_waits_and_others_do_not() {
        let guesses = Guesses::new(4);
        let one = at("192.0.2.1");
        for _ in 0..2 {
            assert!(guesses.admit(one, Some("a"), NOW).is_ok());
            guesses.was_wrong(one, NOW);
        }
        assert_eq!(
            guesses.admit(one, Some("a"), NOW).unwrap_err().code(),
            "too_many_failures"
        );
        assert!(guesses.admit(at("192.0.2.2"), Some("a"), NOW).is_ok());
        assert!(
            guesses.admit(at("::ffff:192.0.2.1"), None, NOW).is_err(),
            "the same address"
        );
        assert!(guesses.admit(one, Some("a"), NOW.plus_s(15)).is_ok());
        // A key that was right lately is looked up all the same, for an hour.
        guesses.was_right("b", NOW);
        assert!(guesses.admit(one, Some("b"), NOW).is_ok());
        for _ in 0..300 {
            guesses.was_wrong(one, NOW.plus_s(3_590));
        }
        assert!(guesses.admit(one, Some("b"), NOW.plus_s(3_599)).is_ok());
        assert!(guesses.admit(one, Some("b"), NOW.plus_s(3_601)).is_err());
    }

    #[test]
    fn an_ipv6_network_is_one() {
        let guesses = Guesses::new(2);
        for host in 1..=2 {
            guesses.was_wrong(at(&format!("2001:db8::{host}")), NOW);
        }
        assert!(guesses.admit(at("2001:db8::9"), None, NOW).is_err());
        assert!(guesses.admit(at("2001:db8:0:1::9"), None, NOW).is_ok());
    }

    #[test]
    fn neither_table_grows_without_bound() {
        let guesses = Guesses::new(60);
        for n in 0..25_000u32 {
            guesses.was_wrong(Some(std::net::Ipv4Addr::from_bits(n).into()), NOW);
            guesses.was_right(&n.to_string(), NOW);
        }
        let inner = guesses.inner.lock().unwrap();
        // Nor is all of it forgotten at once.
        assert!((8_000..=MOST_ADDRESSES).contains(&inner.failed.len()));
        assert!((8_000..=MOST_KEYS).contains(&inner.right.len()));
    }

    #[test]
    fn zero_is_no_limit() {
        let guesses = Guesses::new(0);
        (0..1_000).for_each(|_| guesses.was_wrong(at("192.0.2.1"), NOW));
        assert!(guesses.admit(at("192.0.2.1"), None, NOW).is_ok());
    }
}
