//! How much each address sends.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::voice::trunks::Bucket;
use crate::wire::sip::Millis;

/// The most addresses that are told apart. Only listed ones come here; where digest alone admits, anybody is.
const MOST: usize = 8192;
/// How often those that were silent are forgotten.
const TIDY_EVERY: Millis = 10_000;

/// The rates of addresses.
#[derive(Debug)]
pub struct Sources {
    per_s: u32,
    buckets: HashMap<IpAddr, (Bucket, Millis)>,
    tidied: Millis,
}

impl Sources {
    /// So many requests a second from each; 0: no limit.
    pub fn new(per_s: u32) -> Self {
        Self {
            per_s,
            buckets: HashMap::new(),
            tidied: 0,
        }
    }

    /// Whether one more message is taken from there.
    pub fn admit(&mut self, now: Millis, from: IpAddr) -> bool {
        if self.per_s == 0 {
            return true;
        }
        if self.buckets.len() >= MOST && !self.buckets.contains_key(&from) {
            return false;
        }
        let (bucket, used) = self
            .buckets
            .entry(from)
            .or_insert_with(|| (Bucket::new(self.per_s), now));
        *used = now;
        bucket.take(now)
    }

    /// Forgets those that were silent.
    pub fn tidy(&mut self, now: Millis) {
        if now.saturating_sub(self.tidied) >= TIDY_EVERY {
            self.tidied = now;
            self.buckets
                .retain(|_, (_, used)| now.saturating_sub(*used) < TIDY_EVERY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_rate_and_is_forgotten_when_silent() {
        let mut sources = Sources::new(2);
        let ip = |n: u32| IpAddr::from(std::net::Ipv4Addr::from(n));
        let taken = (0..5).filter(|_| sources.admit(1000, ip(1))).count();
        assert_eq!((taken, sources.admit(1000, ip(2))), (2, true));
        for n in 0..20_000 {
            sources.admit(2000, ip(n));
        }
        assert_eq!(sources.buckets.len(), MOST);
        sources.tidy(30_000);
        assert_eq!(sources.buckets.len(), 0);
    }
}
