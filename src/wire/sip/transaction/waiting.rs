//! Which requests have had no answer yet, by the peer that they wait for: what a broken connection ends.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use super::super::flow::{ConnectionId, Hop, Transport};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Peer {
    Connection(ConnectionId),
    Address(Transport, SocketAddr),
}

impl Peer {
    pub(super) fn of(hop: &Hop) -> Self {
        match hop.connection {
            Some(connection) => Self::Connection(connection),
            None => Self::Address(hop.transport, hop.remote),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Waiting(HashMap<Peer, HashSet<u32>>);

impl Waiting {
    pub(super) fn insert(&mut self, peer: Peer, index: u32) {
        self.0.entry(peer).or_default().insert(index);
    }

    pub(super) fn remove(&mut self, peer: &Peer, index: u32) {
        if let Some(all) = self.0.get_mut(peer) {
            all.remove(&index);
            if all.is_empty() {
                self.0.remove(peer);
            }
        }
    }

    pub(super) fn take(&mut self, peer: &Peer) -> Vec<u32> {
        let mut all: Vec<u32> = self.0.remove(peer).unwrap_or_default().into_iter().collect();
        all.sort_unstable();
        all
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
