//! How fast a link may send: as fast as it can, until the peer says ESME_RTHROTTLED or ESME_RMSGQFUL; then
//! half as fast, and faster again by and by. A pure machine: the time comes in.

/// After a cut the rate grows by this share of what it was before the cut, each second: five seconds later
/// it is where it was.
const GROWTH_PER_S: f64 = 0.1;
/// ... but by at least so many a second, so that a link which was cut to the slowest comes back too.
const LEAST_GROWTH_PER_S: f64 = 1.0;
/// Cuts closer than this are one: a whole window may be refused at once.
const CUT_EVERY_MS: i64 = 1000;
/// A limit this many times above what was sent when it was first cut is no limit any more.
const FORGET_FACTOR: f64 = 4.0;
const SLOWEST_PER_S: f64 = 1.0;
/// What a first cut halves at least: a few texts after a quiet while say nothing about what a peer takes.
const LEAST_MEASURED_PER_S: f64 = 20.0;
/// Over how many seconds the fastest is looked for that was sent: an answer may take as long as this.
const SECONDS: usize = 10;

/// A link's pace.
#[derive(Debug)]
pub(super) struct Pace {
    limit: Option<Limit>,
    /// What was sent in each of the last seconds, the present one first.
    counts: [u32; SECONDS],
    second: i64,
    cut_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    per_s: f64,
    growth: f64,
    forget_at: f64,
    credit: f64,
    at_ms: i64,
}

impl Pace {
    pub fn new() -> Self {
        Self {
            limit: None,
            counts: [0; SECONDS],
            second: 0,
            cut_ms: None,
        }
    }

    /// The limit that it keeps to, if any.
    pub fn per_s(&self) -> Option<f64> {
        self.limit.map(|limit| limit.per_s)
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
        if let Some(present) = self.counts.first_mut() {
            *present = present.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        if let Some(limit) = &mut self.limit {
            limit.credit -= count as f64;
        }
    }

    /// The peer asked for less. True if that cut the pace; what left before the cut must not cut it again.
    pub fn throttled(&mut self, now_ms: i64) -> bool {
        if self
            .cut_ms
            .is_some_and(|at| (0..CUT_EVERY_MS).contains(&(now_ms - at)))
        {
            return false;
        }
        self.cut_ms = Some(now_ms);
        self.roll(now_ms);
        // Half of what is allowed; where nothing limits yet, of the fastest that was sent lately.
        let before = self.refill(now_ms);
        let measured = f64::from(self.counts.into_iter().max().unwrap_or(0)).max(LEAST_MEASURED_PER_S);
        let base = before.map_or(measured, |limit| limit.per_s);
        self.limit = Some(Limit {
            per_s: (base / 2.0).max(SLOWEST_PER_S),
            growth: (base * GROWTH_PER_S).max(LEAST_GROWTH_PER_S),
            forget_at: before.map_or(measured * FORGET_FACTOR, |limit| limit.forget_at),
            credit: 0.0,
            at_ms: now_ms,
        });
        true
    }

    fn roll(&mut self, now_ms: i64) {
        let second = now_ms.div_euclid(1000);
        // A clock that goes back counts into the present second.
        let passed = usize::try_from(second.saturating_sub(self.second)).unwrap_or(0);
        if passed > 0 {
            self.counts.rotate_right(passed % SECONDS);
            self.counts.iter_mut().take(passed).for_each(|count| *count = 0);
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
        limit.per_s += limit.growth * elapsed_s;
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
        assert!(pace.throttled(1000));
        assert!(!pace.throttled(1001));
        assert!(pace.wait_ms(1000).is_some());
        let slow = in_a_second(&mut pace, 1010);
        assert!((4500..6000).contains(&slow), "{slow}");
        let later = in_a_second(&mut pace, 6000);
        assert!(later > 9_000, "{later}");
        let _ = pace.allowance(1, 60_000);
        assert_eq!(pace.allowance(100, 61_000), 100);
        assert_eq!(pace.wait_ms(61_000), None);
    }

    /// How many leave in each of some seconds, of a sender who always has more, against a clock in steps
    /// of a millisecond. The peer takes `most` in a second and throttles the rest.
    fn against(most: usize, seconds: i64) -> Vec<usize> {
        let (mut pace, mut taken) = (Pace::new(), Vec::new());
        for second in 0..seconds {
            let mut count = 0;
            for now in second * 1000..(second + 1) * 1000 {
                let leaving = pace.allowance(64, now);
                pace.sent(leaving, now);
                count += leaving;
                if count > most {
                    pace.throttled(now);
                }
            }
            taken.push(count.min(most));
        }
        taken
    }

    #[test]
    fn one_throttle_answer_at_a_thousand_a_second_does_not_fall_to_one() {
        for answered_after in [5, 300, 1_700, 8_000] {
            let mut pace = Pace::new();
            for now in 0..3_000 {
                pace.sent(1, now);
            }
            let now = 3_000 + answered_after;
            assert!(pace.throttled(now));
            let next: usize = (0..1_000)
                .map(|step| {
                    let count = pace.allowance(100, now + step);
                    pace.sent(count, now + step);
                    count
                })
                .sum();
            assert!((450..=600).contains(&next), "{answered_after} ms: {next}");
            let _ = pace.allowance(1, now + 5_000);
            let (before, at) = (pace.allowance(1_000, now + 5_100), now + 5_100);
            assert!(
                before >= 95,
                "back to a thousand a second after five seconds: {before} at {at}"
            );
        }
    }

    #[test]
    fn one_throttle_answer_after_a_quiet_while_leaves_a_pace_to_work_with() {
        let mut pace = Pace::new();
        pace.sent(1, 50_000);
        pace.throttled(50_001);
        let next = in_a_second(&mut pace, 50_010);
        assert!((9..=15).contains(&next), "{next}");
    }

    #[test]
    fn a_peer_that_takes_so_many_a_second_gets_most_of_that() {
        for most in [5, 50, 500] {
            let taken = against(most, 60);
            let average = taken.iter().skip(20).sum::<usize>() / 40;
            assert!(average * 10 >= most * 6, "{most}: {average} of {taken:?}");
        }
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
