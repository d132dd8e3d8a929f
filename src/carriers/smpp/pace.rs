//! How fast a link may send: as fast as it can, until the peer says ESME_RTHROTTLED or ESME_RMSGQFUL; then
//! half as fast, and faster again by and by. A pure machine: the time comes in.

/// After a cut the rate grows by a tenth each second.
const GROWTH_PER_S: f64 = 1.1;
/// Cuts closer than this are one: a whole window may be refused at once.
const CUT_EVERY_MS: i64 = 1000;
/// A limit this many times above what was sent when it was last cut is no limit any more.
const FORGET_FACTOR: f64 = 8.0;
const SLOWEST_PER_S: f64 = 1.0;

/// A link's pace.
#[derive(Debug)]
pub(super) struct Pace {
    limit: Option<Limit>,
    /// The last two seconds' counts: what "half as fast" is half of.
    second: i64,
    this_second: u32,
    last_second: u32,
    cut_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    per_s: f64,
    forget_at: f64,
    credit: f64,
    at_ms: i64,
}

impl Pace {
    pub fn new() -> Self {
        Self {
            limit: None,
            second: 0,
            this_second: 0,
            last_second: 0,
            cut_ms: None,
        }
    }

    /// How many may be sent now, at most `most`.
    pub fn allowance(&mut self, most: usize, now_ms: i64) -> usize {
        match self.refill(now_ms) {
            Some(limit) => most.min(limit.credit as usize),
            None => most,
        }
    }

    /// How long until one may be sent, while none may.
    pub fn wait_ms(&mut self, now_ms: i64) -> Option<i64> {
        let limit = self.refill(now_ms)?;
        (limit.credit < 1.0).then(|| ((1.0 - limit.credit) / limit.per_s * 1000.0).ceil().max(1.0) as i64)
    }

    /// Some were sent.
    pub fn sent(&mut self, count: usize, now_ms: i64) {
        self.roll(now_ms);
        self.this_second = self.this_second.saturating_add(count as u32);
        if let Some(limit) = &mut self.limit {
            limit.credit -= count as f64;
        }
    }

    /// The peer asked for less.
    pub fn throttled(&mut self, now_ms: i64) {
        if self
            .cut_ms
            .is_some_and(|at| (0..CUT_EVERY_MS).contains(&(now_ms - at)))
        {
            return;
        }
        self.cut_ms = Some(now_ms);
        self.roll(now_ms);
        let measured = f64::from(self.this_second.max(self.last_second).max(2));
        let base = self.limit.map_or(measured, |limit| limit.per_s.min(measured));
        let per_s = (base / 2.0).max(SLOWEST_PER_S);
        self.limit = Some(Limit {
            per_s,
            forget_at: measured * FORGET_FACTOR,
            credit: 0.0,
            at_ms: now_ms,
        });
    }

    fn roll(&mut self, now_ms: i64) {
        let second = now_ms.div_euclid(1000);
        if second != self.second {
            self.last_second = if second == self.second + 1 {
                self.this_second
            } else {
                0
            };
            self.this_second = 0;
            self.second = second;
        }
    }

    fn refill(&mut self, now_ms: i64) -> Option<Limit> {
        let limit = self.limit.as_mut()?;
        let elapsed_s = (now_ms - limit.at_ms).max(0) as f64 / 1000.0;
        limit.at_ms = limit.at_ms.max(now_ms);
        // At most a tenth of a second's worth is saved up, but always enough for one.
        let burst = (limit.per_s / 10.0).max(1.0);
        limit.credit = (limit.credit + elapsed_s * limit.per_s).min(burst);
        limit.per_s *= GROWTH_PER_S.powf(elapsed_s);
        if limit.per_s > limit.forget_at {
            self.limit = None;
        }
        self.limit
    }
}

/// A plain limit of so many a second, for what accounts may send in.
#[derive(Debug)]
pub(super) struct Bucket {
    per_s: u32,
    /// Thousandths of a message.
    credit: i64,
    at_ms: i64,
}

impl Bucket {
    /// `per_s` 0 is no limit.
    pub fn new(per_s: u32, now_ms: i64) -> Self {
        Self {
            per_s,
            credit: i64::from(per_s) * 1000,
            at_ms: now_ms,
        }
    }

    /// Takes one, if one is there.
    pub fn take(&mut self, now_ms: i64) -> bool {
        if self.per_s == 0 {
            return true;
        }
        let (rate, elapsed) = (i64::from(self.per_s), (now_ms - self.at_ms).clamp(0, 1000));
        self.at_ms = self.at_ms.max(now_ms);
        self.credit = (self.credit + elapsed * rate).min(rate * 1000);
        let taken = self.credit >= 1000;
        if taken {
            self.credit -= 1000;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many leave in a second of the clock that begins at `from`, asking every 10 ms.
    fn in_a_second(pace: &mut Pace, from: i64) -> usize {
        (0..100)
            .map(|step| {
                let now = from + step * 10;
                let count = pace.allowance(100, now);
                pace.sent(count, now);
                count
            })
            .sum()
    }

    #[test]
    fn a_throttled_link_halves_and_recovers() {
        let mut pace = Pace::new();
        assert_eq!(in_a_second(&mut pace, 0), 10_000);
        pace.throttled(1000);
        pace.throttled(1001);
        assert!(pace.wait_ms(1000).is_some());
        let slow = in_a_second(&mut pace, 1010);
        assert!((4500..6000).contains(&slow), "{slow}");
        let later = in_a_second(&mut pace, 8000);
        assert!(later > slow * 3 / 2, "{later}");
        let _ = pace.allowance(1, 60_000);
        assert_eq!(pace.allowance(100, 61_000), 100);
        assert_eq!(pace.wait_ms(61_000), None);
    }

    #[test]
    fn the_slowest_pace_still_moves() {
        let mut pace = Pace::new();
        for second in 0..20 {
            pace.throttled(second * 1000);
        }
        assert_eq!(pace.allowance(10, 19_000), 0);
        let wait = pace.wait_ms(19_000).unwrap();
        assert!(wait <= 1000, "{wait}");
        assert_eq!(pace.allowance(10, 19_000 + wait), 1);
    }

    #[test]
    fn a_bucket_gives_what_it_says() {
        let mut bucket = Bucket::new(50, 0);
        assert_eq!((0..200).filter(|_| bucket.take(0)).count(), 50);
        assert!(!bucket.take(10));
        assert!(bucket.take(30));
        assert_eq!((0..200).filter(|_| bucket.take(60_000)).count(), 50);
        assert!(Bucket::new(0, 0).take(0));
        let mut back = Bucket::new(1, 5000);
        assert!(
            back.take(5000) && !back.take(1000),
            "a clock that goes back gives nothing"
        );
    }
}
