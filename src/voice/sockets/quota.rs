//! How many connections there are, in all and from each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections.
#[derive(Clone, Debug)]
pub struct Quota(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    per_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    shared: Arc<Shared>,
    /// Who began the connection, if not this end.
    address: Option<IpAddr>,
}

impl Quota {
    /// At most so many, and from one address so many.
    pub fn new(most: usize, per_address: usize) -> Self {
        Self(Arc::new(Shared {
            most,
            per_address,
            counts: Mutex::default(),
        }))
    }

    /// A place for a connection that somebody begins, or this end where `address` is None.
    pub fn take(&self, address: Option<IpAddr>) -> Option<Place> {
        let mut counts = self.0.lock();
        if counts.all >= self.0.most {
            return None;
        }
        if let Some(address) = address {
            let of_address = counts.by_address.get(&address).copied().unwrap_or(0);
            if of_address >= self.0.per_address {
                return None;
            }
            counts.by_address.insert(address, of_address + 1);
        }
        counts.all += 1;
        Some(Place {
            shared: self.0.clone(),
            address,
        })
    }

    /// Connections at present.
    #[cfg(test)]
    pub fn used(&self) -> usize {
        self.0.lock().all
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.shared.lock();
        counts.all = counts.all.saturating_sub(1);
        if let Some(address) = self.address
            && let Some(of_address) = counts.by_address.get_mut(&address)
        {
            *of_address -= 1;
            if *of_address == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}
