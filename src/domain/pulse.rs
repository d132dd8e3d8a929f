//! What happened lately, counted by second and by minute: pure, in bounded space, whatever comes.

use std::collections::VecDeque;

use super::Timestamp;
use super::message::{Reason, Status};
use super::traffic::{class_of, hour_of, percentile};

/// Rates are those of so many seconds.
pub const RATE_S: i64 = 60;
/// Deliveries and their times are those of so many minutes.
pub const MINUTES: i64 = 60;
/// A number's health is that of so many hours.
pub const HEALTH_HOURS: i64 = 24;

/// How much happened in each of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    /// The second and its count, oldest first.
    seconds: VecDeque<(i64, u64)>,
}

impl Rate {
    /// Something happened; at a moment that may lie a little behind what was counted before.
    pub fn count(&mut self, at: Timestamp) {
        let second = at.0.div_euclid(1_000);
        match self.seconds.back_mut() {
            // A clock that goes back counts into the latest second.
            Some((latest, count)) if *latest >= second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        while self
            .seconds
            .front()
            .is_some_and(|(oldest, _)| *oldest <= second - RATE_S)
        {
            self.seconds.pop_front();
        }
    }

    /// The second in which something last happened.
    fn last_second(&self) -> Option<i64> {
        self.seconds.back().map(|(second, _)| *second)
    }

    /// So many a second over the last minute.
    pub fn per_s(&self, now: Timestamp) -> f64 {
        let second = now.0.div_euclid(1_000);
        let all: u64 = self
            .seconds
            .iter()
            .filter(|(at, _)| *at > second - RATE_S)
            .map(|(_, count)| count)
            .sum();
        all as f64 / RATE_S as f64
    }
}

/// What came of texts in a minute.
#[derive(Clone, Debug, Default)]
struct Minute {
    at: i64,
    delivered: i64,
    lost: i64,
    /// How many took so long, by class.
    took: Vec<(i16, i64)>,
}

/// What a community does.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    /// Texts that were accepted.
    pub texts: Rate,
    /// Calls that rang.
    pub calls: Rate,
    minutes: VecDeque<Minute>,
}

/// What came of texts in the last hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// How many were delivered.
    pub delivered: i64,
    /// How many will not be.
    pub lost: i64,
    /// Milliseconds from acceptance to delivery that half of them did not exceed, to within a fifth.
    pub p50_ms: Option<i64>,
    /// Milliseconds that 99 of 100 did not exceed, to within a fifth.
    pub p99_ms: Option<i64>,
}

impl Pulse {
    /// A text was delivered so long after it was accepted; or, with none, it will not be.
    pub fn ended(&mut self, at: Timestamp, took_ms: Option<i64>) {
        let minute = at.0.div_euclid(60_000);
        if self.minutes.back().is_none_or(|latest| latest.at < minute) {
            self.minutes.push_back(Minute {
                at: minute,
                ..Minute::default()
            });
        }
        while self
            .minutes
            .front()
            .is_some_and(|oldest| oldest.at <= minute - MINUTES)
        {
            self.minutes.pop_front();
        }
        let Some(latest) = self.minutes.back_mut() else {
            return;
        };
        let Some(took_ms) = took_ms else {
            latest.lost += 1;
            return;
        };
        latest.delivered += 1;
        let class = class_of(took_ms);
        match latest.took.binary_search_by_key(&class, |(of, _)| *of) {
            Ok(place) => latest.took[place].1 += 1,
            Err(place) => latest.took.insert(place, (class, 1)),
        }
    }

    /// When something last happened, to the second; of what came of texts, to the minute. None where nothing did.
    pub fn last_at(&self) -> Option<Timestamp> {
        let seconds = [
            self.texts.last_second(),
            self.calls.last_second(),
            self.minutes.back().map(|latest| latest.at * 60),
        ];
        let latest = seconds.into_iter().flatten().max();
        latest.map(|second| Timestamp(second.saturating_mul(1_000)))
    }

    /// What came of texts in the last hour.
    pub fn of_the_hour(&self, now: Timestamp) -> Ended {
        let minute = now.0.div_euclid(60_000);
        let mut took = std::collections::BTreeMap::new();
        let mut ended = Ended::default();
        for one in self.minutes.iter().filter(|one| one.at > minute - MINUTES) {
            ended.delivered += one.delivered;
            ended.lost += one.lost;
            for (class, texts) in &one.took {
                *took.entry(*class).or_insert(0) += texts;
            }
        }
        let took: Vec<(i16, i64)> = took.into_iter().collect();
        ended.p50_ms = percentile(&took, 0.5);
        ended.p99_ms = percentile(&took, 0.99);
        ended
    }
}

/// What carriers say of the texts from one number.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// The hour, how many were delivered, and how many the carrier did not take or deliver; oldest first.
    hours: VecDeque<(i64, i64, i64)>,
    /// When one was last delivered.
    pub last_delivered_at: Option<Timestamp>,
    /// When one was last refused or not delivered, and why.
    pub last_lost: Option<(Timestamp, Reason)>,
}

impl Health {
    /// What a final status says of the number, if anything: that a deadline passed here, or that somebody is blocked,
    /// is not its fault.
    pub fn verdict(status: Status, reason: Option<Reason>) -> Option<bool> {
        match (status, reason) {
            (Status::Delivered, _) => Some(true),
            (
                Status::Failed | Status::Undelivered,
                Some(Reason::CarrierRefused | Reason::CarrierUndelivered),
            ) => Some(false),
            _ => None,
        }
    }

    /// A text from it was delivered; or was lost, for a reason.
    pub fn count(&mut self, at: Timestamp, lost: Option<Reason>) {
        let hour = hour_of(at);
        if self.hours.back().is_none_or(|(latest, ..)| *latest < hour) {
            self.hours.push_back((hour, 0, 0));
        }
        while self
            .hours
            .front()
            .is_some_and(|(oldest, ..)| *oldest <= hour - HEALTH_HOURS)
        {
            self.hours.pop_front();
        }
        if let Some((_, delivered, failed)) = self.hours.back_mut() {
            match lost {
                Some(_) => *failed += 1,
                None => *delivered += 1,
            }
        }
        match lost {
            Some(reason) => self.last_lost = Some((at, reason)),
            None => self.last_delivered_at = Some(at),
        }
    }

    /// When a carrier last said something of it.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last_delivered_at.max(self.last_lost.map(|(at, _)| at))
    }

    /// How many were delivered, and how many lost, in the last day.
    pub fn of_the_day(&self, now: Timestamp) -> (i64, i64) {
        let hour = hour_of(now);
        let recent = self.hours.iter().filter(|(at, ..)| *at > hour - HEALTH_HOURS);
        recent.fold((0, 0), |(ok, bad), (_, delivered, failed)| {
            (ok + delivered, bad + failed)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_is_that_of_the_last_minute() {
        let mut rate = Rate::default();
        for ms in 0..120_000 {
            if ms % 10 == 0 {
                rate.count(Timestamp(ms));
            }
        }
        let per_s = rate.per_s(Timestamp(119_999));
        assert!((per_s - 100.0).abs() < 0.01, "{per_s}");
        assert_eq!(rate.per_s(Timestamp(119_999 + 30_000)), 50.0);
        assert_eq!(rate.per_s(Timestamp(119_999 + 60_000)), 0.0);
    }

    #[test]
    fn the_hour_knows_what_was_delivered_and_how_long_it_took() {
        let mut pulse = Pulse::default();
        for n in 0..100 {
            pulse.ended(Timestamp(n * 1_000), Some(if n == 99 { 4_000 } else { 16 }));
        }
        pulse.ended(Timestamp(99_000), None);
        let ended = pulse.of_the_hour(Timestamp(100_000));
        assert_eq!((ended.delivered, ended.lost), (100, 1));
        assert_eq!((ended.p50_ms, ended.p99_ms), (Some(16), Some(16)));
        pulse.ended(Timestamp(100_000), Some(4_000));
        assert_eq!(pulse.of_the_hour(Timestamp(100_000)).p99_ms, Some(4_096));
        let later = pulse.of_the_hour(Timestamp(100_000 + 3_600_000));
        assert_eq!(later, Ended::default());
    }

    #[test]
    fn a_numbers_health_is_what_carriers_say_of_it() {
        use Reason::{CarrierRefused, CarrierUndelivered, DeadlinePassed, PairReleased};
        assert_eq!(Health::verdict(Status::Delivered, None), Some(true));
        assert_eq!(Health::verdict(Status::Failed, Some(CarrierRefused)), Some(false));
        assert_eq!(
            Health::verdict(Status::Undelivered, Some(CarrierUndelivered)),
            Some(false)
        );
        assert_eq!(Health::verdict(Status::Expired, Some(DeadlinePassed)), None);
        assert_eq!(Health::verdict(Status::Blocked, Some(PairReleased)), None);
        let mut health = Health::default();
        health.count(Timestamp(0), None);
        health.count(Timestamp(5), Some(CarrierRefused));
        assert_eq!(health.of_the_day(Timestamp(10)), (1, 1));
        assert_eq!(health.last_delivered_at, Some(Timestamp(0)));
        assert_eq!(health.last_lost, Some((Timestamp(5), CarrierRefused)));
        assert_eq!(health.of_the_day(Timestamp(HEALTH_HOURS * 3_600_000)), (0, 0));
    }

    proptest! {
        /// However clocks go, what is kept stays small.
        #[test]
        fn what_is_kept_is_bounded(moments in proptest::collection::vec(0_i64..10_000_000_000, 1..500)) {
            let (mut pulse, mut health) = (Pulse::default(), Health::default());
            for at in moments.into_iter().map(Timestamp) {
                pulse.texts.count(at);
                pulse.ended(at, Some(at.0 % 100_000));
                health.count(at, None);
            }
            prop_assert!(pulse.texts.seconds.len() <= RATE_S as usize);
            prop_assert!(pulse.minutes.len() <= MINUTES as usize);
            prop_assert!(health.hours.len() <= HEALTH_HOURS as usize);
        }
    }
}
