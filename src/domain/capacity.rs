//! When a member's table will be full, and how large it will be: a forecast out of how many contacts were made and
//! let go of late. Pure: the moment and the counts come in.
//!
//! **The method.** Contacts are taken to be made at random moments at a steady rate, as a Poisson process, over the
//! last [`WINDOW_DAYS`] days, or since the day after the member joined where that is later: the first day fills the
//! table and says nothing of its growth. Of what a Poisson process did, the count and the time are all that matters.
//! With `n` contacts more than were let go in a time `s`, and Jeffreys' prior, the rate is gamma distributed (`n + ½`,
//! `s`), and the wait `t` until `k` further contacts are there is so that `t / (s + t)` is beta distributed (`k`,
//! `n + ½`): the doubt about the rate and the chance of the days to come are both in it. The date is the median; the
//! bounds are the 5th and the 95th hundredth. The early bound takes it that nobody lets go of anything.

use statrs::distribution::{Beta, ContinuousCDF};

use super::Timestamp;

/// How many days back contacts count.
pub const WINDOW_DAYS: i64 = 90;
/// A forecast needs so many days of history.
pub const LEAST_DAYS: i64 = 14;
/// And so many contacts made in them, unless it is clear without.
pub const LEAST_MADE: u64 = 3;
/// What is further away is not given as a date.
pub const YEAR_DAYS: i64 = 365;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;

/// The standard normal's 95th hundredth.
const Z: f64 = 1.645;

/// What happened in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Contacts that were made in that time and stand.
    pub made: u64,
    /// Contacts that were made before it and let go of in it.
    pub let_go: u64,
    /// How long it was, in milliseconds.
    pub over_ms: i64,
}

/// From when on the contacts of a member count who joined then.
pub fn counts_from(joined: Timestamp, now: Timestamp) -> Timestamp {
    joined.plus_ms(DAY_MS).max(now.plus_ms(-WINDOW_DAYS * DAY_MS))
}

/// When there will be no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// There is none now.
    Full,
    /// Around that time.
    Around {
        /// As likely before as after.
        at: Timestamp,
        /// Hardly before.
        earliest: Timestamp,
        /// Hardly after; none where that is not within a year.
        latest: Option<Timestamp>,
    },
    /// Later than in a year, as far as can be seen.
    NotWithinAYear {
        /// Hardly before; none where that, too, is later.
        earliest: Option<Timestamp>,
    },
    /// Nobody can say.
    TooLittleHistory,
}

/// How many contacts more a table will have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// As many as the rate makes.
    pub expected: usize,
    /// Hardly more.
    pub high: usize,
}

impl History {
    fn is_short(self) -> bool {
        self.over_ms < LEAST_DAYS * DAY_MS
    }

    fn net(self) -> u64 {
        self.made.saturating_sub(self.let_go)
    }

    /// About how long `headroom` contacts more take, in milliseconds. None without history.
    fn about(self, headroom: usize) -> Option<i64> {
        let pace = (self.net() as f64 + 0.5) / self.over_ms.max(1) as f64;
        (!self.is_short()).then(|| (headroom as f64 / pace).min(1e15) as i64)
    }

    /// When the table has taken `headroom` contacts more.
    pub fn forecast(self, headroom: usize, now: Timestamp) -> Outlook {
        if headroom == 0 {
            return Outlook::Full;
        }
        if self.is_short() {
            return Outlook::TooLittleHistory;
        }
        let after = |events: u64, share: f64| {
            self.wait_ms(headroom, events, share)
                .filter(|ms| *ms <= YEAR_DAYS * DAY_MS)
                .map(|ms| now.plus_ms(ms))
        };
        let earliest = after(self.made.max(self.net()), 0.05);
        match (after(self.net(), 0.5), earliest) {
            (Some(_), _) if self.made < LEAST_MADE => Outlook::TooLittleHistory,
            (Some(at), earliest) => Outlook::Around {
                at,
                earliest: earliest.unwrap_or(at).min(at),
                latest: after(self.net(), 0.95),
            },
            (None, earliest) => Outlook::NotWithinAYear { earliest },
        }
    }

    /// The date alone that a forecast gives, if it gives one: to see who is the first of many. Of most who have none it
    /// is plain without reckoning.
    pub fn date(self, headroom: usize, now: Timestamp) -> Option<Timestamp> {
        // The median is never less than ln 2 of what the pace alone says.
        let is_far = self.about(headroom)? > 2 * YEAR_DAYS * DAY_MS;
        if headroom == 0 || self.made < LEAST_MADE || is_far {
            return None;
        }
        let wait = self.wait_ms(headroom, self.net(), 0.5)?;
        (wait <= YEAR_DAYS * DAY_MS).then(|| now.plus_ms(wait))
    }

    /// The share of all chances by which the wait for `headroom` further contacts is over; none beyond all calendars.
    fn wait_ms(self, headroom: usize, events: u64, share: f64) -> Option<i64> {
        let part = Beta::new(headroom as f64, events as f64 + 0.5)
            .ok()?
            .inverse_cdf(share);
        let wait = self.over_ms as f64 * part / (1.0 - part);
        (wait.is_finite() && wait < 1e15).then_some(wait as i64)
    }

    /// How many contacts more there will be in so many days. The upper figure is the mean and 1.645 deviations of the
    /// negative binomial that the counts of such a process are, with nothing let go. None without history.
    pub fn growth(self, days: i64) -> Option<Growth> {
        if self.is_short() {
            return None;
        }
        let ahead = (days.max(0) * DAY_MS) as f64 / self.over_ms as f64;
        let (mean, most) = (self.net() as f64 * ahead, self.made as f64 * ahead);
        let deviation = ((self.made as f64 + 0.5) * ahead * (1.0 + ahead)).sqrt();
        Some(Growth {
            expected: mean.ceil() as usize,
            high: (most + Z * deviation).ceil() as usize,
        })
    }
}

#[cfg(test)]
#[path = "capacity_tests.rs"]
mod tests;
