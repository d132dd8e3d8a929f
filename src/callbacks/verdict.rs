//! What follows from a try: a pure function of its outcome, its age and chance.

use crate::config::callbacks::CallbacksConfig;
use crate::domain::Timestamp;
use crate::switchboard::{Health, Next};

/// The longest that an endpoint may ask us to wait.
const RETRY_AFTER_MAX_MS: i64 = 86_400_000;
const GONE: u16 = 410;

/// What came of a try, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The HTTP status, if there was an answer that counts.
    pub status: Option<u16>,
    /// For how long the endpoint asked to be left alone.
    pub retry_after_ms: Option<i64>,
}

impl Outcome {
    pub fn is_success(self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// The delivery that was tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    /// Tries before this one.
    pub attempts: i32,
    pub created_at: Timestamp,
}

/// What follows for the delivery, and how the endpoint does now. `chance` is between 0 and 1.
pub(super) fn verdict(
    config: &CallbacksConfig,
    outcome: Outcome,
    tried: Tried,
    before: Health,
    now: Timestamp,
    chance: f64,
) -> (Next, Health) {
    if outcome.is_success() {
        let well = Health {
            failures: 0,
            open_until: None,
        };
        return (Next::Done, well);
    }
    let health = after_failure(config, before, now, chance);
    if outcome.status == Some(GONE) {
        return (Next::Gone, health);
    }
    let at = now.plus_ms(wait_ms(config, outcome, tried.attempts, chance));
    let last = tried.created_at.plus_s(config.give_up_after_s);
    (if at > last { Next::Dead } else { Next::Again(at) }, health)
}

fn wait_ms(config: &CallbacksConfig, outcome: Outcome, attempts: i32, chance: f64) -> i64 {
    let own = |place: usize| {
        let waits = &config.retry_s;
        let wait = waits.get(place.min(waits.len().saturating_sub(1)));
        wait.copied().unwrap_or(60).saturating_mul(1000)
    };
    match outcome.retry_after_ms {
        // Never sooner than after the first wait: "0" would have us ask without end. A little later than
        // it says, so that not everybody comes back at that moment.
        Some(asked) if matches!(outcome.status, Some(429 | 503)) => {
            let asked = asked.clamp(own(0), RETRY_AFTER_MAX_MS.max(own(0)));
            asked.saturating_add((asked as f64 * 0.1 * chance) as i64)
        }
        _ => spread(own(usize::try_from(attempts).unwrap_or(0)), chance),
    }
}

/// A fifth more or less, so that what failed together does not come back together.
fn spread(ms: i64, chance: f64) -> i64 {
    (ms as f64 * (0.8 + 0.4 * chance)) as i64
}

fn after_failure(config: &CallbacksConfig, before: Health, now: Timestamp, chance: f64) -> Health {
    // The breaker opened while this try was under way: it tells nothing new.
    if before.open_until.is_some_and(|until| until > now) {
        return before;
    }
    let failures = before.failures.saturating_add(1);
    let beyond = failures - config.breaker_failures;
    let open_until = (beyond >= 0).then(|| {
        let doubled = (config.breaker_pause_s as f64) * 2f64.powi(beyond.min(30));
        let pause_s = doubled.min(config.breaker_pause_max_s as f64);
        now.plus_ms(spread((pause_s * 1000.0) as i64, chance))
    });
    Health { failures, open_until }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);
    const WELL: Health = Health {
        failures: 0,
        open_until: None,
    };
    const NEW: Tried = Tried {
        attempts: 0,
        created_at: NOW,
    };

    fn answered(status: u16) -> Outcome {
        Outcome {
            status: Some(status),
            retry_after_ms: None,
        }
    }

    fn judged(outcome: Outcome, tried: Tried, before: Health, chance: f64) -> (Next, Health) {
        verdict(&CallbacksConfig::default(), outcome, tried, before, NOW, chance)
    }

    fn wait_s(outcome: Outcome, attempts: i32) -> i64 {
        let tried = Tried { attempts, ..NEW };
        match judged(outcome, tried, WELL, 0.5).0 {
            Next::Again(at) => at.since(NOW) / 1000,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn any_2xx_is_success_and_closes_the_breaker() {
        let ill = Health {
            failures: 12,
            open_until: Some(NOW.plus_s(9)),
        };
        for status in [200, 202, 204, 299] {
            assert_eq!(judged(answered(status), NEW, ill, 0.5), (Next::Done, WELL));
        }
        for outcome in [
            answered(199),
            answered(302),
            answered(400),
            answered(500),
            Outcome::default(),
        ] {
            let (next, health) = judged(outcome, NEW, WELL, 0.5);
            assert!(
                matches!(next, Next::Again(_)) && health.failures == 1,
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn the_waits_grow_and_the_last_one_repeats() {
        let waits: Vec<i64> = (0..12).map(|n| wait_s(answered(500), n)).collect();
        assert_eq!(
            waits,
            [
                5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 43200, 43200
            ]
        );
    }

    #[test]
    fn gone_is_gone_at_once() {
        assert_eq!(judged(answered(410), NEW, WELL, 0.5).0, Next::Gone);
    }

    #[test]
    fn an_old_delivery_is_given_up_rather_than_tried_too_late() {
        let old = Tried {
            attempts: 20,
            created_at: NOW.plus_s(-129_600),
        };
        assert_eq!(judged(answered(500), old, WELL, 0.0).0, Next::Dead);
        assert_eq!(judged(answered(200), old, WELL, 0.0).0, Next::Done);
    }

    #[test]
    fn retry_after_counts_on_429_and_503_and_within_bounds() {
        let asked = |status, s: i64| Outcome {
            status: Some(status),
            retry_after_ms: Some(s * 1000),
        };
        assert_eq!(wait_s(asked(429, 100), 0), 105);
        assert_eq!(wait_s(asked(503, 100), 5), 105);
        assert_eq!(wait_s(asked(500, 100), 0), 5);
        assert!((5..=6).contains(&wait_s(asked(503, 0), 0)));
        assert_eq!(wait_s(asked(503, 10_000_000), 0), 90_720);
    }

    #[test]
    fn the_breaker_opens_after_so_many_failures_and_longer_each_time_up_to_its_limit() {
        let (mut health, mut now, mut pauses) = (WELL, NOW, Vec::new());
        for _ in 0..22 {
            health = verdict(&CallbacksConfig::default(), answered(500), NEW, health, now, 0.5).1;
            if let Some(until) = health.open_until {
                pauses.push(until.since(now) / 1000);
                now = until;
            }
        }
        assert_eq!(pauses[..9], [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(health.failures, 22);
    }

    #[test]
    fn tries_that_were_under_way_when_it_opened_do_not_lengthen_it() {
        let open = Health {
            failures: 10,
            open_until: Some(NOW.plus_s(30)),
        };
        assert_eq!(judged(answered(500), NEW, open, 0.5).1, open);
    }

    proptest! {
        #[test]
        fn no_try_comes_at_once_nor_after_the_give_up_age(
            status in proptest::option::of(100_u16..600), retry_after_ms in proptest::option::of(any::<i64>()),
            attempts in 0..100_i32, age_s in 0..200_000_i64, failures in 0..100_i32, chance in 0.0..1.0_f64,
        ) {
            let tried = Tried { attempts, created_at: NOW.plus_s(-age_s) };
            let before = Health { failures, open_until: None };
            let outcome = Outcome { status, retry_after_ms };
            let (next, health) = judged(outcome, tried, before, chance);
            if let Next::Again(at) = next {
                prop_assert!(at.since(NOW) >= 4_000);
                prop_assert!(at.since(tried.created_at) <= 129_600_000);
            }
            prop_assert_eq!(health.failures == 0, outcome.is_success());
            if let Some(until) = health.open_until {
                prop_assert!((24_000..=4_320_000).contains(&until.since(NOW)));
            }
        }
    }
}
