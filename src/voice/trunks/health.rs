//! Which hops of a trunk are worth trying: what OPTIONS and calls have shown.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::wire::sip::Millis;
use crate::wire::sip::flow::{Hop, Transport};

/// How long a hop rests after its first failure; twice as long after each further one.
const FIRST_REST: Millis = 2_000;
const LONGEST_REST: Millis = 120_000;
/// The most hops remembered.
const MOST: usize = 64;

/// The failures of hops, in a row. A hop that nothing is known of is good.
#[derive(Debug, Default)]
pub struct Health {
    failures: HashMap<(Transport, SocketAddr), Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    in_a_row: u32,
    rests_until: Millis,
}

impl Health {
    /// The hop answered: something, anything but that it cannot.
    pub fn succeeded(&mut self, hop: &Hop) {
        self.failures.remove(&key(hop));
    }

    /// The hop was silent, could not be reached, or said that it cannot (503). True where it was good before.
    pub fn failed(&mut self, now: Millis, hop: &Hop) -> bool {
        if self.failures.len() >= MOST && !self.failures.contains_key(&key(hop)) {
            return false;
        }
        let failures = self.failures.entry(key(hop)).or_insert(Failures {
            in_a_row: 0,
            rests_until: 0,
        });
        let rest = FIRST_REST.saturating_mul(1 << failures.in_a_row.min(10));
        failures.in_a_row = failures.in_a_row.saturating_add(1);
        failures.rests_until = now.saturating_add(rest.min(LONGEST_REST));
        failures.in_a_row == 1
    }

    /// Whether it is worth trying before others.
    pub fn is_good(&self, now: Millis, hop: &Hop) -> bool {
        self.failures.get(&key(hop)).is_none_or(|f| f.rests_until <= now)
    }

    /// Whether the last that was seen of it was a failure.
    pub fn has_failed(&self, hop: &Hop) -> bool {
        self.failures.contains_key(&key(hop))
    }

    /// Forgets hops that are no more.
    pub fn keep(&mut self, hops: &[Hop]) {
        self.failures
            .retain(|known, _| hops.iter().any(|hop| key(hop) == *known));
    }
}

fn key(hop: &Hop) -> (Transport, SocketAddr) {
    (hop.transport, hop.remote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(port: u16) -> Hop {
        Hop {
            transport: Transport::Udp,
            remote: SocketAddr::from(([192, 0, 2, 1], port)),
            connection: None,
            tls_name: None,
        }
    }

    #[test]
    fn a_hop_rests_longer_with_each_failure_and_is_good_again_after_a_success() {
        let mut health = Health::default();
        assert!(health.is_good(0, &hop(1)));
        assert!(health.failed(1000, &hop(1)));
        assert!(!health.is_good(2999, &hop(1)) && health.is_good(3000, &hop(1)));
        assert!(health.is_good(1000, &hop(2)));
        assert!(!health.failed(3000, &hop(1)));
        assert!(!health.is_good(6999, &hop(1)) && health.is_good(7000, &hop(1)));
        for _ in 0..100 {
            health.failed(10_000, &hop(1));
        }
        assert!(health.is_good(130_000, &hop(1)));
        health.succeeded(&hop(1));
        assert!(health.is_good(10_000, &hop(1)));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_forgotten_with_the_hop() {
        let mut health = Health::default();
        for port in 1..1000 {
            health.failed(0, &hop(port));
        }
        assert_eq!(health.failures.len(), MOST);
        health.keep(&[hop(1)]);
        assert_eq!(health.failures.len(), 1);
    }
}
