//! A rate: so many a second, and as many at once.

use crate::wire::sip::Millis;

/// Tokens that come back with time. A rate of nought is no limit.
#[derive(Debug)]
pub struct Bucket {
    per_s: u32,
    /// Thousandths of tokens.
    left: u64,
    since: Millis,
}

impl Bucket {
    /// A full one.
    pub fn new(per_s: u32) -> Self {
        Self {
            per_s,
            left: u64::from(per_s) * 1000,
            since: 0,
        }
    }

    /// Another rate from now on; what was used stays used.
    pub fn set_rate(&mut self, per_s: u32) {
        if self.per_s == 0 {
            self.left = u64::from(per_s) * 1000;
        }
        self.per_s = per_s;
    }

    /// Whether there is one to take.
    pub fn has(&mut self, now: Millis) -> bool {
        self.refill(now);
        self.per_s == 0 || self.left >= 1000
    }

    /// Takes one, if there is one.
    pub fn take(&mut self, now: Millis) -> bool {
        let has = self.has(now);
        if has && self.per_s > 0 {
            self.left -= 1000;
        }
        has
    }

    fn refill(&mut self, now: Millis) {
        let passed = now.saturating_sub(self.since);
        self.since = self.since.max(now);
        let most = u64::from(self.per_s) * 1000;
        // Per millisecond as many thousandths as there are tokens in a second.
        self.left = self
            .left
            .saturating_add(passed.saturating_mul(u64::from(self.per_s)))
            .min(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_is_there_at_once_and_then_comes_back_by_and_by() {
        let mut bucket = Bucket::new(10);
        assert_eq!((0..20).filter(|_| bucket.take(5000)).count(), 10);
        assert!(!bucket.take(5099) && bucket.take(5100) && !bucket.take(5150));
        assert_eq!((0..20).filter(|_| bucket.take(60_000)).count(), 10);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_gives_nothing() {
        let mut bucket = Bucket::new(1);
        assert!(bucket.take(5000));
        assert!(!bucket.take(5000) && !bucket.take(10));
        assert!(bucket.take(6000));
    }

    #[test]
    fn nought_is_no_limit() {
        let mut bucket = Bucket::new(0);
        assert!((0..1000).all(|_| bucket.take(1)));
        bucket.set_rate(2);
        assert_eq!((0..5).filter(|_| bucket.take(1)).count(), 2);
    }
}
