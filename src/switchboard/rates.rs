//! Rate limits as token buckets, kept as one number each (GCRA): when the next text would be on time.
//! What is above a limit waits; nothing is dropped.

use std::collections::HashMap;
use std::hash::Hash;

use crate::domain::Timestamp;
use crate::domain::bounded::shed;

/// Buckets by key. A bucket holds one text, or so many milliseconds' worth of texts where that is more.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    /// When the bucket will be full again, in microseconds.
    full_at: HashMap<K, i64>,
    /// What a full bucket is worth, in microseconds.
    burst: i64,
    most: usize,
}

impl<K: Hash + Eq + Copy> Rates<K> {
    /// Keeps at most `most` buckets; full ones are forgotten first, they are as good as new.
    pub fn new(most: usize, burst_ms: i64) -> Self {
        Self {
            full_at: HashMap::new(),
            burst: burst_ms.saturating_mul(1000),
            most,
        }
    }

    /// How many buckets are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.full_at.len()
    }

    /// Milliseconds until `key` may send its next text at `per_s` texts a second; 0 = now. A rate of 0 or
    /// less is no limit.
    pub fn wait_ms(&self, key: K, per_s: f64, now: Timestamp) -> i64 {
        if per_s <= 0.0 {
            return 0;
        }
        let now = now.0.saturating_mul(1000);
        let full_at = self.full_at.get(&key).copied().unwrap_or(now);
        let room = full_at - now - (self.burst.max(interval(per_s)) - interval(per_s));
        if room <= 0 { 0 } else { (room + 999) / 1000 }
    }

    /// Takes one text out of the bucket.
    pub fn take(&mut self, key: K, per_s: f64, now: Timestamp) {
        if per_s <= 0.0 {
            return;
        }
        let now = now.0.saturating_mul(1000);
        if self.full_at.len() >= self.most {
            self.full_at.retain(|_, at| *at > now);
        }
        let at = self.full_at.entry(key).or_insert(now);
        *at = (*at).max(now) + interval(per_s);
    }

    /// Puts one text back that was taken out and is not to count.
    pub fn give_back(&mut self, key: &K, per_s: f64) {
        if per_s > 0.0
            && let Some(at) = self.full_at.get_mut(key)
        {
            *at -= interval(per_s);
        }
    }

    /// Forgets a tenth of the buckets, the fullest, where there are more than may be.
    pub fn prune(&mut self) {
        if self.full_at.len() > self.most {
            shed(&mut self.full_at, |at| *at);
        }
    }
}

/// Microseconds between two texts.
fn interval(per_s: f64) -> i64 {
    (1_000_000.0 / per_s) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_a_second_is_one_and_then_a_second_of_waiting() {
        let mut rates = Rates::new(10, 100);
        assert_eq!(rates.wait_ms(1, 1.0, Timestamp(5000)), 0);
        rates.take(1, 1.0, Timestamp(5000));
        assert_eq!(rates.wait_ms(1, 1.0, Timestamp(5000)), 1000);
        assert_eq!(rates.wait_ms(1, 1.0, Timestamp(5400)), 600);
        assert_eq!(rates.wait_ms(2, 1.0, Timestamp(5400)), 0, "another number");
        assert_eq!(rates.wait_ms(1, 1.0, Timestamp(6000)), 0);
    }

    #[test]
    fn no_rate_is_no_limit() {
        let mut rates = Rates::new(10, 100);
        (0..1000).for_each(|_| rates.take(1, 0.0, Timestamp(0)));
        assert_eq!(rates.wait_ms(1, 0.0, Timestamp(0)), 0);
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let mut rates = Rates::new(10, 100);
        rates.take(1, 1.0, Timestamp(5000));
        rates.give_back(&1, 1.0);
        rates.give_back(&2, 1.0);
        assert_eq!(rates.wait_ms(1, 1.0, Timestamp(5000)), 0);
        assert_eq!(rates.len(), 1);
    }

    #[test]
    fn of_too_many_buckets_those_go_that_are_nearly_full() {
        let mut rates = Rates::new(100, 100);
        (0..5).for_each(|_| rates.take(0, 1.0, Timestamp(5000)));
        for key in 1..1_000 {
            rates.take(key, 1.0, Timestamp(5000));
            rates.prune();
            assert!(rates.len() <= 100, "{key}");
        }
        assert_eq!(
            rates.wait_ms(0, 1.0, Timestamp(5000)),
            5000,
            "who took most is remembered"
        );
    }

    proptest! {
        #[test]
        fn over_any_stretch_no_more_leaves_than_rate_and_bucket_allow(
            per_s in 1u32..200,
            gaps in prop::collection::vec(0i64..50, 1..400),
        ) {
            let (mut rates, mut now, mut sent) = (Rates::new(10, 100), Timestamp(1_000), 0i64);
            let start = now;
            for gap in gaps {
                now = now.plus_ms(gap);
                if rates.wait_ms(0, f64::from(per_s), now) == 0 {
                    rates.take(0, f64::from(per_s), now);
                    sent += 1;
                }
            }
            let allowed = now.since(start) as f64 / 1000.0 * f64::from(per_s) + f64::from(per_s) / 10.0 + 1.0;
            prop_assert!(sent as f64 <= allowed + 1.0, "{sent} of {allowed}");
        }
    }
}
