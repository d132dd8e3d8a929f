//! What this node may still send of each number's day, as data. No clock, no database.
//!
//! A cap of a day is kept by all nodes together: each takes a few texts of it from the database before it sends them
//! (`store/traffic.rs::reserve`), and gives back what it did not use. So the cap is never exceeded, whoever sends.

use std::collections::HashMap;

use crate::domain::Timestamp;
use crate::domain::traffic::{day_of, next_day};

/// How long an unused share is kept before it is given back.
const IDLE_MS: i64 = 5_000;
/// How long a number whose day is used up is left alone: its cap may be raised, or another node give back.
const AGAIN_MS: i64 = 5_000;
/// How long after a failure of the database it is asked again.
const FAILED_MS: i64 = 1_000;

/// What a text of a capped number may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Leave.
    Now,
    /// Wait until the database has answered; `ask` says that it is still to be asked.
    Asking { ask: bool },
    /// The database did not answer; look again after so many milliseconds.
    Later { wait_ms: i64 },
    /// The day is used up; look again after so many milliseconds.
    Above { wait_ms: i64 },
}

#[derive(Debug)]
struct Share {
    day: i64,
    left: i64,
    asking: bool,
    /// The day is used up, or the database failed: not asked before.
    again_at: Option<(Timestamp, bool)>,
    used_at: Timestamp,
}

/// The shares of numbers.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    shares: HashMap<i64, Share>,
}

/// A share that is given back: the number, the day, how many texts.
pub(super) type Unused = (i64, i64, i64);

impl Allowances {
    fn share(&mut self, number: i64, now: Timestamp) -> &mut Share {
        let (day, fresh) = (day_of(now), |asking| Share {
            day: day_of(now),
            left: 0,
            asking,
            again_at: None,
            used_at: now,
        });
        let share = self.shares.entry(number).or_insert_with(|| fresh(false));
        if share.day != day {
            // Yesterday's share is of no use to anybody.
            *share = fresh(share.asking);
        }
        share
    }

    /// Whether a text of that number may leave.
    pub fn may_leave(&mut self, number: i64, now: Timestamp) -> Leave {
        let until_next_day = next_day(now).since(now);
        let share = self.share(number, now);
        if share.left > 0 {
            return Leave::Now;
        }
        match share.again_at {
            Some((at, is_used_up)) if at > now => {
                let wait_ms = at.since(now).min(until_next_day).max(1);
                match is_used_up {
                    true => Leave::Above { wait_ms },
                    false => Leave::Later { wait_ms },
                }
            }
            _ => {
                let ask = !share.asking;
                share.asking = true;
                Leave::Asking { ask }
            }
        }
    }

    /// A text leaves.
    pub fn take(&mut self, number: i64, now: Timestamp) {
        let share = self.share(number, now);
        share.left = (share.left - 1).max(0);
        share.used_at = now;
    }

    /// A text did not leave after all.
    pub fn put_back(&mut self, number: i64, day: i64, now: Timestamp) {
        let share = self.share(number, now);
        if share.day == day {
            share.left += 1;
            share.again_at = None;
        }
    }

    /// The database has answered: so many texts of that day, none when it is used up.
    pub fn granted(&mut self, number: i64, day: i64, texts: Option<i64>, now: Timestamp) {
        let share = self.share(number, now);
        share.asking = false;
        share.used_at = now;
        match texts {
            Some(texts) if texts > 0 => {
                if share.day == day {
                    share.left += texts;
                    share.again_at = None;
                }
            }
            Some(_) => share.again_at = (share.day == day).then(|| (now.plus_ms(AGAIN_MS), true)),
            None => share.again_at = Some((now.plus_ms(FAILED_MS), false)),
        }
    }

    /// The database has answered a question about caps that were changed meanwhile.
    pub fn asked_in_vain(&mut self, number: i64, now: Timestamp) {
        self.share(number, now).asking = false;
    }

    /// Gives up what was taken of the days of some numbers.
    pub fn give_up(&mut self, which: impl Fn(i64, i64) -> bool) -> Vec<Unused> {
        let mut unused = Vec::new();
        for (number, share) in &mut self.shares {
            if share.left > 0 && which(*number, share.day) {
                unused.push((*number, share.day, std::mem::take(&mut share.left)));
            }
        }
        unused
    }

    /// Caps were changed: who had none left asks again.
    pub fn look_again(&mut self) {
        self.shares.values_mut().for_each(|share| share.again_at = None);
    }

    /// Shares that were not used for a while, which are to be given back.
    pub fn idle(&mut self, now: Timestamp) -> Vec<Unused> {
        let is_idle = |share: &Share| !share.asking && now.since(share.used_at) >= IDLE_MS;
        self.release(now, is_idle)
    }

    /// All of them.
    pub fn all(&mut self, now: Timestamp) -> Vec<Unused> {
        self.release(now, |_| true)
    }

    fn release(&mut self, now: Timestamp, which: impl Fn(&Share) -> bool) -> Vec<Unused> {
        let mut unused = Vec::new();
        self.shares.retain(|number, share| {
            if !which(share) {
                return true;
            }
            if share.left > 0 && share.day == day_of(now) {
                unused.push((*number, share.day, share.left));
            }
            false
        });
        unused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOON: Timestamp = Timestamp(1_700_049_600_000);
    const N: i64 = 7;

    fn today() -> i64 {
        day_of(NOON)
    }

    #[test]
    fn one_text_asks_and_the_others_wait_for_the_answer() {
        let mut shares = Allowances::default();
        assert_eq!(shares.may_leave(N, NOON), Leave::Asking { ask: true });
        assert_eq!(shares.may_leave(N, NOON), Leave::Asking { ask: false });
        shares.granted(N, today(), Some(2), NOON);
        for _ in 0..2 {
            assert_eq!(shares.may_leave(N, NOON), Leave::Now);
            shares.take(N, NOON);
        }
        assert_eq!(shares.may_leave(N, NOON), Leave::Asking { ask: true });
        shares.granted(N, today(), None, NOON);
        assert_eq!(shares.may_leave(N, NOON), Leave::Later { wait_ms: FAILED_MS });
    }

    #[test]
    fn a_day_that_is_used_up_is_asked_about_again_and_over_at_midnight() {
        let mut shares = Allowances::default();
        shares.may_leave(N, NOON);
        shares.granted(N, today(), Some(0), NOON);
        assert_eq!(shares.may_leave(N, NOON), Leave::Above { wait_ms: AGAIN_MS });
        let later = NOON.plus_ms(AGAIN_MS);
        assert_eq!(shares.may_leave(N, later), Leave::Asking { ask: true });
        let late = next_day(NOON).plus_ms(-200);
        shares.granted(N, today(), Some(0), late);
        assert_eq!(shares.may_leave(N, late), Leave::Above { wait_ms: 200 });
        assert_eq!(shares.may_leave(N, next_day(NOON)), Leave::Asking { ask: true });
    }

    #[test]
    fn what_is_not_used_is_given_back_but_not_to_another_day() {
        let mut shares = Allowances::default();
        shares.may_leave(N, NOON);
        shares.granted(N, today(), Some(3), NOON);
        shares.take(N, NOON);
        assert_eq!(shares.idle(NOON.plus_ms(IDLE_MS - 1)), []);
        assert_eq!(shares.idle(NOON.plus_ms(IDLE_MS)), [(N, today(), 2)]);
        assert_eq!(shares.idle(NOON.plus_ms(2 * IDLE_MS)), []);
        shares.put_back(N, today(), NOON);
        assert_eq!(shares.all(NOON), [(N, today(), 1)], "a try that failed");
        shares.put_back(N, today(), next_day(NOON));
        assert_eq!(shares.all(next_day(NOON)), []);
    }

    proptest! {
        #[test]
        fn no_more_leaves_than_was_granted(steps in prop::collection::vec((0..4u8, 0i64..4, 0i64..4_000), 0..300)) {
            let (mut shares, mut now, mut granted, mut left) = (Allowances::default(), NOON, 0, 0);
            for (step, texts, ms) in steps {
                now = now.plus_ms(ms);
                match step {
                    0 => if shares.may_leave(N, now) == Leave::Now {
                        shares.take(N, now);
                        left += 1;
                    },
                    1 => {
                        shares.granted(N, day_of(now), Some(texts), now);
                        granted += texts;
                    }
                    2 if left > 0 => {
                        shares.put_back(N, day_of(now), now);
                        left -= 1;
                    }
                    _ => granted -= shares.idle(now).iter().map(|(.., texts)| texts).sum::<i64>(),
                }
                prop_assert!(left <= granted, "{left} of {granted}");
            }
        }
    }
}
