//! Addresses that only calls under way still have: no trunk is there any more.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use crate::voice::trunks::Directory;

/// Those addresses. The driver keeps them, and whoever accepts connections looks.
#[derive(Debug, Default)]
pub struct Former(RwLock<HashSet<IpAddr>>);

impl Former {
    /// Whether one of them is this.
    pub fn has(&self, ip: IpAddr) -> bool {
        let addresses = self.0.read().unwrap_or_else(PoisonError::into_inner);
        addresses.contains(&ip.to_canonical())
    }

    /// Whether anything is heard from there: a trunk has the address, or a call from when one had it.
    pub fn admits(&self, directory: &Directory, ip: IpAddr) -> bool {
        directory.table().admits(ip) || self.has(ip)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// These from now on.
    pub(super) fn replace(&self, addresses: HashSet<IpAddr>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = addresses;
    }
}
