//! What is counted of the edge as a whole; what belongs to a trunk is counted there.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start. Anybody may add and read.
#[derive(Debug, Default)]
pub struct Counters {
    /// Requests and connections from addresses that no trunk names.
    pub unlisted: AtomicU64,
    /// Messages that could not be read.
    pub malformed: AtomicU64,
    /// Requests above an address's rate.
    pub over_rate: AtomicU64,
    /// Connections above the limits.
    pub connections_refused: AtomicU64,
    /// TLS handshakes that failed or stalled.
    pub handshakes_failed: AtomicU64,
    /// Datagrams and messages that could not be sent.
    pub unsent: AtomicU64,
    /// Calls refused because there was no room.
    pub overloaded: AtomicU64,
    /// Wrong or replayed credentials.
    pub unauthorized: AtomicU64,
    /// Reports that the exchange did not take.
    pub reports_lost: AtomicU64,
}

impl Counters {
    /// One more.
    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// So many.
    pub fn of(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}
