//! How much each address begins.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::voice::trunks::Bucket;
use crate::wire::sip::Millis;

/// The most addresses that are told apart of those that no trunk lists: where digest alone admits, anybody is.
const MOST: usize = 8192;
/// The same of those that are listed. Others cannot take their places.
const MOST_LISTED: usize = 65_536;
/// How often those that were silent are forgotten.
const TIDY_EVERY: Millis = 10_000;

/// The rates of addresses.
#[derive(Debug)]
pub struct Sources {
    per_s: u32,
    listed: Buckets,
    others: Buckets,
    tidied: Millis,
}

type Buckets = HashMap<IpAddr, (Bucket, Millis)>;

impl Sources {
    /// So many requests a second from each; 0: no limit.
    pub fn new(per_s: u32) -> Self {
        Self {
            per_s,
            listed: Buckets::new(),
            others: Buckets::new(),
            tidied: 0,
        }
    }

    /// Whether one more is taken from there. Where too many are told apart already, others are not heard; the listed are,
    /// without a limit of their own.
    pub fn admit(&mut self, now: Millis, from: IpAddr, listed: bool) -> bool {
        if self.per_s == 0 {
            return true;
        }
        let (buckets, most) = match listed {
            true => (&mut self.listed, MOST_LISTED),
            false => (&mut self.others, MOST),
        };
        if buckets.len() >= most && !buckets.contains_key(&from) {
            return listed;
        }
        let (bucket, used) = buckets
            .entry(from)
            .or_insert_with(|| (Bucket::new(self.per_s), now));
        *used = now;
        bucket.take(now)
    }

    /// Forgets those that were silent.
    pub fn tidy(&mut self, now: Millis) {
        if now.saturating_sub(self.tidied) >= TIDY_EVERY {
            self.tidied = now;
            for buckets in [&mut self.listed, &mut self.others] {
                buckets.retain(|_, (_, used)| now.saturating_sub(*used) < TIDY_EVERY);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u32) -> IpAddr {
        IpAddr::from(std::net::Ipv4Addr::from(n))
    }

    #[test]
    fn each_address_has_its_own_rate_and_is_forgotten_when_silent() {
        let mut sources = Sources::new(2);
        let taken = (0..5).filter(|_| sources.admit(1000, ip(1), false)).count();
        assert_eq!((taken, sources.admit(1000, ip(2), false)), (2, true));
        for n in 0..20_000 {
            sources.admit(2000, ip(n), false);
        }
        assert_eq!(sources.others.len(), MOST);
        sources.tidy(30_000);
        assert_eq!(sources.others.len(), 0);
    }

    #[test]
    fn a_listed_address_is_heard_however_many_others_there_are() {
        let mut sources = Sources::new(2);
        for n in 0..20_000 {
            sources.admit(1000, ip(n), false);
        }
        let taken = (0..5).filter(|_| sources.admit(1000, ip(30_000), true)).count();
        assert_eq!((taken, sources.admit(1000, ip(30_001), false)), (2, false));
        for n in 0..100_000 {
            assert!(sources.admit(1000, ip(n + 40_000), true));
        }
        assert_eq!(sources.listed.len(), MOST_LISTED);
    }
}
