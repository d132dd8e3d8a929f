//! How often somebody may try to sign in, by the name and by the address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::guesses::network;
use super::problem::{Problem, Result};
use crate::domain::Timestamp;
use crate::domain::admin;
use crate::switchboard::Rates;

/// Most names, and most addresses, that are remembered.
const MOST: usize = 10_000;
/// Failures are forgotten after an hour without another.
const FORGOTTEN_MS: i64 = 3_600_000;

/// So many failures a second are written down of one network, and of all.
const NOTED_PER_S: f64 = 0.2;
const NOTED_OF_ALL_PER_S: f64 = 1.0;

/// Who has tried.
pub(crate) struct SignIns {
    per_s: f64,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Names, by a hash, with how many failures in a row and when the last was.
    names: HashMap<[u8; 32], (u32, Timestamp)>,
    addresses: Rates<IpAddr>,
    /// Failures that were written down, of each network and (none) of all.
    noted: Rates<Option<IpAddr>>,
}

fn place(name: &str) -> [u8; 32] {
    Sha256::digest(admin::name_key(name).as_bytes()).into()
}

impl SignIns {
    /// So many tries a minute from one address, half of them at once; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_s: f64::from(per_minute) / 60.0,
            inner: Mutex::new(Inner {
                names: HashMap::new(),
                addresses: Rates::new(MOST, 30_000),
                noted: Rates::new(MOST, 30_000),
            }),
        }
    }

    /// Lets somebody try, or says when to come again. The try counts as a failure until it has succeeded, so that
    /// those at the same moment are not all let in.
    pub fn admit(&self, name: &str, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
        let (place, address) = (place(name), address.map(network));
        let (failures, last) = match inner.names.get(&place) {
            Some((failures, last)) if now.since(*last) < FORGOTTEN_MS => (*failures, *last),
            _ => (0, now),
        };
        let by_name = (admin::wait_after(failures) - now.since(last)).max(0);
        let by_address = address.map_or(0, |at| inner.addresses.wait_ms(at, self.per_s, now));
        let wait_ms = match failures {
            0 => by_address,
            _ => by_address.max(by_name),
        };
        if wait_ms > 0 {
            return Err(Problem::too_many_sign_ins(wait_ms));
        }
        if let Some(address) = address {
            inner.addresses.take(address, self.per_s, now);
            if inner.addresses.len() > MOST {
                inner.addresses = Rates::new(MOST, 30_000);
            }
        }
        if inner.names.len() >= MOST {
            inner.names.retain(|_, (_, last)| now.since(*last) < FORGOTTEN_MS);
            if inner.names.len() >= MOST {
                inner.names.clear();
            }
        }
        inner.names.insert(place, (failures.saturating_add(1), now));
        Ok(())
    }

    /// Whether a failure is to be written down: strangers do not fill the audit log.
    pub fn may_note(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
        let places = [(None, NOTED_OF_ALL_PER_S), (address.map(network), NOTED_PER_S)];
        let full = |(of, per_s): &(Option<IpAddr>, f64)| inner.noted.wait_ms(*of, *per_s, now) > 0;
        if places.iter().any(full) {
            return false;
        }
        for (of, per_s) in places {
            inner.noted.take(of, per_s, now);
        }
        if inner.noted.len() > MOST {
            inner.noted = Rates::new(MOST, 30_000);
        }
        true
    }

    /// Somebody signed in.
    pub fn succeeded(&self, name: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(|p| p.into_inner());
        inner.names.remove(&place(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn failures_are_written_down_a_few_of_each_network_and_of_all() {
        let tries = SignIns::new(0);
        let noted = |net: u8| tries.may_note(Some([10, net, 0, 1].into()), NOW);
        let of_one = (0..100).filter(|_| noted(1)).count();
        assert!((1..=10).contains(&of_one), "{of_one}");
        let of_all = (2..=255).filter(|net| noted(*net)).count();
        assert!((10..=40).contains(&of_all), "{of_all}");
        let later = NOW.plus_s(60);
        assert!(tries.may_note(Some([10, 1, 0, 1].into()), later));
    }

    #[test]
    fn who_fails_often_waits_longer_each_time_and_others_do_not() {
        let tries = SignIns::new(0);
        for _ in 0..5 {
            assert!(tries.admit("Ann", None, NOW).is_ok());
        }
        assert!(tries.admit("ann", None, NOW).is_err(), "the same name");
        assert!(tries.admit("Bob", None, NOW).is_ok());
        assert!(tries.admit("Ann", None, NOW.plus_s(1)).is_ok());
        assert!(tries.admit("Ann", None, NOW.plus_s(2)).is_err());
        assert!(tries.admit("Ann", None, NOW.plus_s(3)).is_ok());
        tries.succeeded("ANN");
        assert!(tries.admit("Ann", None, NOW.plus_s(3)).is_ok());
    }

    #[test]
    fn an_address_tries_only_so_often_whatever_the_names() {
        let (tries, address) = (SignIns::new(4), "192.0.2.1".parse().ok());
        for name in ["a", "b"] {
            assert!(tries.admit(name, address, NOW).is_ok());
        }
        assert!(tries.admit("c", address, NOW).is_err());
        assert!(tries.admit("c", "192.0.2.2".parse().ok(), NOW).is_ok());
    }

    #[test]
    fn the_table_does_not_grow_without_bound() {
        let tries = SignIns::new(0);
        for n in 0..25_000 {
            let _ = tries.admit(&n.to_string(), None, NOW);
        }
        assert!(tries.inner.lock().unwrap().names.len() <= MOST);
    }
}
