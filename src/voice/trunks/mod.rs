//! The trunks: which there are, who may come in by them, and which one a call leaves by.

mod addressing;
mod bucket;
mod health;
mod registration;
mod select;
mod trunk;

#[cfg(test)]
mod registration_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

pub use addressing::{Own, attempt, bracketed, leg_options};
pub use bucket::Bucket;
pub use registration::{Due, Registration};
pub use select::{NoRoute, Route, Wanted, routes};
pub use trunk::{Channel, Trunk};

use crate::config::sip::TrunkConfig;
use crate::config::smpp::IpRange;
use crate::voice::resolve::Candidate;
use crate::wire::sip::flow::Hop;

/// The trunks of the moment. Readers take a [`Table`] and keep it as long as they like; reloading puts another one in its
/// place, and calls that are under way keep what they have.
#[derive(Debug, Default)]
pub struct Directory(RwLock<Arc<Table>>);

/// The trunks, and whom they know. Does not change.
#[derive(Debug, Default)]
pub struct Table {
    trunks: Vec<Arc<Trunk>>,
    /// Which trunks' places these addresses are.
    exact: HashMap<IpAddr, Vec<(usize, u16)>>,
    ranges: Vec<(IpRange, usize)>,
    roaming: Vec<usize>,
}

impl Directory {
    /// The trunks of the moment.
    pub fn table(&self) -> Arc<Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts trunks of these settings in the place of those that are there. A trunk whose settings are the same stays as
    /// it is, places and all; of another of the same name the counts and channels stay, and
    /// the places of targets that it still has.
    pub fn reload(&self, config: &BTreeMap<String, TrunkConfig>) -> Arc<Table> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let trunks = config.iter().map(|(name, config)| match current.trunk(name) {
            Some(same) if same.config == *config => same.clone(),
            before => Arc::new(Trunk::new(name, config, before.map(|trunk| &**trunk))),
        });
        let table = Arc::new(Table::new(trunks.collect()));
        *current = table.clone();
        table
    }

    /// Looks again at where the trunks were found.
    pub fn refresh(&self) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(Table::new(current.trunks.clone()));
    }
}

impl Table {
    fn new(trunks: Vec<Arc<Trunk>>) -> Self {
        let mut table = Self::default();
        for (index, trunk) in trunks.iter().enumerate() {
            let places = trunk.standing.places().into_iter().flatten();
            for candidate in places.chain(trunk.standing.registrar()) {
                for address in candidate.addresses {
                    let known = table.exact.entry(address.ip().to_canonical()).or_default();
                    if !known.contains(&(index, address.port())) {
                        known.push((index, address.port()));
                    }
                }
            }
            table
                .ranges
                .extend(trunk.allow.iter().map(|range| (*range, index)));
            if trunk.is_roaming() {
                table.roaming.push(index);
            }
        }
        table.trunks = trunks;
        table
    }

    /// All of them, by name.
    pub fn trunks(&self) -> &[Arc<Trunk>] {
        &self.trunks
    }

    /// The one of that name.
    pub fn trunk(&self, name: &str) -> Option<&Arc<Trunk>> {
        self.trunks.iter().find(|trunk| &*trunk.name == name)
    }

    /// How many of them may bring calls.
    pub fn bring_calls(&self) -> usize {
        self.trunks.iter().filter(|trunk| trunk.config.inbound).count()
    }

    /// Whether anything is to be heard from that address at all.
    pub fn admits(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        !self.roaming.is_empty() || self.lists(ip)
    }

    /// Whether a trunk has that very address, or a network that it is in.
    pub fn lists(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.exact.contains_key(&ip) || self.ranges.iter().any(|(range, _)| range.contains(ip))
    }

    /// The trunks by which calls from there may come, the best match first: by address and port, by address, by network
    /// (a narrow one before a wide one), by digest from anywhere. Only among equal matches do those that trust the
    /// address alone come before those that want a digest: else a wide network would let in, without a password, an
    /// address of which another trunk wants one.
    pub fn callers(&self, from: SocketAddr) -> Vec<Arc<Trunk>> {
        let ip = from.ip().to_canonical();
        let exact = self.exact.get(&ip).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<(u8, u8, usize)> = exact
            .iter()
            .map(|(index, port)| (u8::from(*port != from.port()), 0, *index))
            .collect();
        let ranges = self.ranges.iter().filter(|(range, _)| range.contains(ip));
        found.extend(ranges.map(|(range, index)| (2, u8::MAX - range.bits(), *index)));
        found.extend(self.roaming.iter().map(|index| (3, 0, *index)));
        found.sort_by_key(|(kind, width, index)| {
            let digest = self.trunks.get(*index).is_some_and(|trunk| trunk.wants_digest());
            (*kind, *width, digest, *index)
        });
        let mut trunks: Vec<Arc<Trunk>> = Vec::new();
        for (_, _, index) in found {
            if let Some(trunk) = self.trunks.get(index)
                && trunk.config.inbound
                && !trunks.iter().any(|known| Arc::ptr_eq(known, trunk))
            {
                trunks.push(trunk.clone());
            }
        }
        trunks
    }
}

/// All hops of these places, each once; what OPTIONS are sent to.
pub fn all_hops(places: &[Vec<Candidate>]) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    for candidate in places.iter().flatten() {
        for remote in &candidate.addresses {
            let known = |hop: &Hop| (hop.transport, hop.remote) == (candidate.transport, *remote);
            if !hops.iter().any(known) {
                hops.push(Hop {
                    transport: candidate.transport,
                    remote: *remote,
                    connection: None,
                    tls_name: candidate.tls_name.clone(),
                });
            }
        }
    }
    hops
}
