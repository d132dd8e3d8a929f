//! How often somebody may try to sign in. What counts most is a name from one network: whoever fails elsewhere keeps
//! nobody out. Of a name from everywhere there is a looser bound, so that many networks together cannot guess on; where
//! its owner signed in lately that does not count.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::guesses::network;
use super::problem::{Problem, Result};
use crate::domain::Timestamp;
use crate::domain::admin;
use crate::domain::bounded::{make_room, shed};
use crate::domain::id::UserId;
use crate::switchboard::Rates;

/// Most that are remembered of each kind.
const MOST: usize = 10_000;
/// Failures are forgotten after an hour without another.
const FORGOTTEN_MS: i64 = 3_600_000;
/// For how long it is remembered that a name signed in from a network.
const HOME_MS: i64 = 30 * 86_400_000;

/// Tries with one name from everywhere: 60 at once, and 12 a minute.
const NAME_PER_S: f64 = 0.2;
const NAME_BURST_MS: i64 = 300_000;

/// So many failures a second are written down of one network, and of all.
const NOTED_PER_S: f64 = 0.2;
const NOTED_OF_ALL_PER_S: f64 = 1.0;

/// A hash of a name or of a link's token.
type Place = [u8; 32];
type Network = Option<IpAddr>;

/// Who has tried.
pub(crate) struct SignIns {
    per_s: f64,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Names, from one network each.
    pairs: Failures<(Place, Network)>,
    /// Names, from everywhere.
    names: Rates<Place>,
    /// Wrong one-time codes of names, from everywhere. Whoever gets there knows the password.
    codes: Failures<Place>,
    /// Where names signed in from, and when last.
    homes: HashMap<(Place, Network), Timestamp>,
    /// One-time links.
    links: Failures<Place>,
    /// Users who are signed in, and are asked for their password once more.
    users: Failures<UserId>,
    addresses: Rates<IpAddr>,
    /// Failures that were written down, of each network and (none) of all.
    noted: Rates<Network>,
}

/// How many failures in a row, and when the last was.
struct Failures<K>(HashMap<K, (u32, Timestamp)>);

impl<K: Hash + Eq + Copy> Failures<K> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn wait_ms(&self, of: &K, now: Timestamp) -> i64 {
        match self.0.get(of) {
            Some((failures, last)) if now.since(*last) < FORGOTTEN_MS => {
                (admin::wait_after(*failures) - now.since(*last)).max(0)
            }
            _ => 0,
        }
    }

    fn count(&mut self, of: K, now: Timestamp) {
        if self.0.len() >= MOST && !self.0.contains_key(&of) {
            self.0.retain(|_, (_, last)| now.since(*last) < FORGOTTEN_MS);
            if self.0.len() >= MOST {
                // Whoever failed once goes before those who go on and on.
                shed(&mut self.0, |kept| *kept);
            }
        }
        let (failures, last) = self.0.entry(of).or_insert((0, now));
        *failures = match now.since(*last) < FORGOTTEN_MS {
            true => failures.saturating_add(1),
            false => 1,
        };
        *last = now;
    }

    fn forget(&mut self, of: &K) {
        self.0.remove(of);
    }
}

fn place(text: &str) -> Place {
    Sha256::digest(text.as_bytes()).into()
}

fn name_place(name: &str) -> Place {
    place(&admin::name_key(name))
}

fn let_in(wait_ms: i64) -> Result<()> {
    match wait_ms {
        ..=0 => Ok(()),
        wait_ms => Err(Problem::too_many_sign_ins(wait_ms)),
    }
}

impl Inner {
    fn is_home(&self, at: &(Place, Network), now: Timestamp) -> bool {
        self.homes.get(at).is_some_and(|last| now.since(*last) < HOME_MS)
    }

    fn address_wait_ms(&self, address: Network, per_s: f64, now: Timestamp) -> i64 {
        address.map_or(0, |at| self.addresses.wait_ms(at, per_s, now))
    }

    fn take_address(&mut self, address: Network, per_s: f64, now: Timestamp) {
        if let Some(address) = address {
            self.addresses.take(address, per_s, now);
            self.addresses.prune();
        }
    }
}

impl SignIns {
    /// So many tries a minute from one address, half of them at once; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_s: f64::from(per_minute) / 60.0,
            inner: Mutex::new(Inner {
                pairs: Failures::new(),
                names: Rates::new(MOST, NAME_BURST_MS),
                codes: Failures::new(),
                homes: HashMap::new(),
                links: Failures::new(),
                users: Failures::new(),
                addresses: Rates::new(MOST, 30_000),
                noted: Rates::new(MOST, 30_000),
            }),
        }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Lets somebody try a name, or says when to come again. The try counts as a failure until it has succeeded, so that
    /// those at the same moment are not all let in.
    pub fn admit(&self, name: &str, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let mut inner = self.inner();
        let (name, address) = (name_place(name), address.map(network));
        let pair = (name, address);
        let from_everywhere = match inner.is_home(&pair, now) {
            true => 0,
            false => {
                let by_name = inner.names.wait_ms(name, NAME_PER_S, now);
                by_name.max(inner.codes.wait_ms(&name, now))
            }
        };
        let by_address = inner.address_wait_ms(address, self.per_s, now);
        let_in(
            inner
                .pairs
                .wait_ms(&pair, now)
                .max(from_everywhere)
                .max(by_address),
        )?;
        inner.take_address(address, self.per_s, now);
        inner.names.take(name, NAME_PER_S, now);
        inner.names.prune();
        inner.pairs.count(pair, now);
        Ok(())
    }

    /// Somebody signed in: what they took is given back.
    pub fn succeeded(&self, name: &str, address: Option<IpAddr>, now: Timestamp) {
        let mut inner = self.inner();
        let (name, address) = (name_place(name), address.map(network));
        inner.pairs.forget(&(name, address));
        inner.codes.forget(&name);
        inner.names.give_back(&name, NAME_PER_S);
        if let Some(address) = address {
            inner.addresses.give_back(&address, self.per_s);
        }
        make_room(&mut inner.homes, MOST, &(name, address), |last| *last);
        inner.homes.insert((name, address), now);
    }

    /// The password of a name was right, and the one-time code wrong.
    pub fn code_was_wrong(&self, name: &str, now: Timestamp) {
        self.inner().codes.count(name_place(name), now);
    }

    /// Lets somebody follow a one-time link, or says when to come again: by the link, and by the address.
    pub fn admit_link(&self, token: &str, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let mut inner = self.inner();
        let (link, address) = (place(token), address.map(network));
        let by_address = inner.address_wait_ms(address, self.per_s, now);
        let_in(inner.links.wait_ms(&link, now).max(by_address))?;
        inner.take_address(address, self.per_s, now);
        inner.links.count(link, now);
        Ok(())
    }

    /// A link was followed.
    pub fn link_succeeded(&self, token: &str, address: Option<IpAddr>) {
        let mut inner = self.inner();
        inner.links.forget(&place(token));
        if let Some(address) = address.map(network) {
            inner.addresses.give_back(&address, self.per_s);
        }
    }

    /// Lets somebody go where it shows later who they are, or says when to come again: by the address alone.
    pub fn admit_address(&self, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let mut inner = self.inner();
        let address = address.map(network);
        let_in(inner.address_wait_ms(address, self.per_s, now))?;
        inner.take_address(address, self.per_s, now);
        Ok(())
    }

    /// They got there.
    pub fn address_succeeded(&self, address: Option<IpAddr>) {
        if let Some(address) = address.map(network) {
            self.inner().addresses.give_back(&address, self.per_s);
        }
    }

    /// Lets somebody who is signed in be asked for their password, or says when to come again. Nobody else has a part in
    /// it: strangers cannot get there.
    pub fn admit_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        let mut inner = self.inner();
        let_in(inner.users.wait_ms(&user, now))?;
        inner.users.count(user, now);
        Ok(())
    }

    /// The password was right.
    pub fn user_succeeded(&self, user: UserId) {
        self.inner().users.forget(&user);
    }

    /// Whether a failure is to be written down: strangers do not fill the audit log.
    pub fn may_note(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let mut inner = self.inner();
        let places = [(None, NOTED_OF_ALL_PER_S), (address.map(network), NOTED_PER_S)];
        let full = |(of, per_s): &(Network, f64)| inner.noted.wait_ms(*of, *per_s, now) > 0;
        if places.iter().any(full) {
            return false;
        }
        for (of, per_s) in places {
            inner.noted.take(of, per_s, now);
        }
        inner.noted.prune();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    fn at(n: u32) -> Option<IpAddr> {
        Some(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).into())
    }

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
        tries.succeeded("ANN", None, NOW.plus_s(3));
        assert!(tries.admit("Ann", None, NOW.plus_s(3)).is_ok());
    }

    #[test]
    fn who_fails_elsewhere_keeps_nobody_out() {
        let tries = SignIns::new(0);
        (0..1_000).for_each(|_| drop(tries.admit("Ann", at(1), NOW)));
        assert!(tries.admit("Ann", at(1), NOW).is_err());
        assert!(tries.admit("Ann", HOME, NOW).is_ok());
        // Of IPv6 a household is one.
        let v6 = |text: &str| Some(text.parse().unwrap());
        (1..=5).for_each(|n| drop(tries.admit("Bob", v6(&format!("2001:db8::{n}")), NOW)));
        assert!(tries.admit("Bob", v6("2001:db8::9"), NOW).is_err());
        assert!(tries.admit("Bob", v6("2001:db8:0:1::9"), NOW).is_ok());
    }

    #[test]
    fn many_networks_together_try_a_name_only_so_often_and_its_owner_comes_in_where_they_did_before() {
        let tries = SignIns::new(0);
        assert!(tries.admit("Ann", HOME, NOW).is_ok());
        tries.succeeded("Ann", HOME, NOW);
        let let_in = (0..1_000)
            .filter(|n| tries.admit("Ann", at(*n), NOW).is_ok())
            .count();
        assert_eq!(let_in, 60);
        assert!(tries.admit("Ann", at(5_000), NOW).is_err());
        assert!(tries.admit("Ann", HOME, NOW).is_ok());
        assert!(tries.admit("Ann", at(5_000), NOW.plus_s(60)).is_ok());
    }

    #[test]
    fn wrong_codes_of_a_name_count_wherever_they_come_from() {
        let tries = SignIns::new(0);
        for n in 0..5 {
            assert!(tries.admit("Ann", at(n), NOW).is_ok());
            tries.code_was_wrong("Ann", NOW);
        }
        assert!(tries.admit("Ann", at(6), NOW).is_err());
        assert!(tries.admit("Ann", at(6), NOW.plus_s(1)).is_ok());
    }

    #[test]
    fn an_address_tries_only_so_often_whatever_the_names_and_a_success_does_not_count() {
        let (tries, address) = (SignIns::new(4), HOME);
        for _ in 0..10 {
            assert!(tries.admit("a", address, NOW).is_ok());
            tries.succeeded("a", address, NOW);
            assert!(tries.admit_link("l", address, NOW).is_ok());
            tries.link_succeeded("l", address);
            assert!(tries.admit_address(address, NOW).is_ok());
            tries.address_succeeded(address);
        }
        for name in ["a", "b"] {
            assert!(tries.admit(name, address, NOW).is_ok());
        }
        assert!(tries.admit("c", address, NOW).is_err());
        assert!(tries.admit_link("l", address, NOW).is_err());
        assert!(tries.admit_address(address, NOW).is_err());
        assert!(tries.admit("c", at(2), NOW).is_ok());
    }

    #[test]
    fn links_and_signed_in_users_have_counts_of_their_own() {
        let tries = SignIns::new(0);
        let (ann, bob) = (UserId::from_i64(1), UserId::from_i64(2));
        for _ in 0..5 {
            assert!(tries.admit("same", None, NOW).is_ok());
        }
        assert!(tries.admit_link("same", None, NOW).is_ok());
        for _ in 0..5 {
            assert!(tries.admit_user(ann, NOW).is_ok());
        }
        assert!(tries.admit_user(ann, NOW).is_err());
        assert!(tries.admit_user(bob, NOW).is_ok());
        tries.user_succeeded(ann);
        assert!(tries.admit_user(ann, NOW).is_ok());
    }

    #[test]
    fn no_table_grows_without_bound_and_who_fails_on_and_on_is_not_forgotten() {
        let tries = SignIns::new(60);
        (0..20).for_each(|n| drop(tries.admit("Eve", HOME, NOW.plus_s(400 * n))));
        let later = NOW.plus_s(400 * 20 - 390);
        assert!(tries.admit("Eve", HOME, later).is_err());
        for n in 0..25_000 {
            let _ = tries.admit(&n.to_string(), at(n), later);
            let _ = tries.admit_link(&n.to_string(), None, later);
            tries.succeeded(&format!("other {n}"), at(n), later);
        }
        assert!(
            tries.admit("Eve", HOME, later).is_err(),
            "others' tries do not free Eve"
        );
        let inner = tries.inner();
        let (pairs, links) = (inner.pairs.0.len(), inner.links.0.len());
        let rates = inner.names.len().max(inner.addresses.len());
        let all = [pairs, links, inner.homes.len(), rates];
        assert!(all.iter().all(|table| (1..=MOST).contains(table)), "{all:?}");
    }
}
