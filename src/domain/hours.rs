//! Texting hours: when a phone may be texted, by the clock on its owner's wall. Pure; the moment is a parameter.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Timestamp;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// All seven.
    pub const ALL: [Day; 7] = [
        Day::Mon,
        Day::Tue,
        Day::Wed,
        Day::Thu,
        Day::Fri,
        Day::Sat,
        Day::Sun,
    ];

    fn of(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Day::Mon,
            Weekday::Tue => Day::Tue,
            Weekday::Wed => Day::Wed,
            Weekday::Thu => Day::Thu,
            Weekday::Fri => Day::Fri,
            Weekday::Sat => Day::Sat,
            Weekday::Sun => Day::Sun,
        }
    }
}

/// The moments between which a zone's offset stays as it is: every zone changes it on a quarter of an hour.
const STEP_MS: i64 = 15 * 60_000;
/// How far is looked: hours that hold on one day a week come again within it, whatever clocks do.
const FAR_MS: i64 = 9 * 24 * 3_600_000;

/// Hours between which texts may go, on some days of the week. Where they end before they begin they last over midnight,
/// into the day after; where they end as they begin they last a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    from: NaiveTime,
    until: NaiveTime,
    days: [bool; 7],
}

/// Whether a phone may be texted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It may, until then; none where there is no end in sight.
    Until(Option<Timestamp>),
    /// It may not before then.
    From(Timestamp),
}

/// Reads a time of day as `HH:MM`.
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| match part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) {
        true => part.parse().ok(),
        false => None,
    };
    NaiveTime::from_hms_opt(two(hour)?, two(minute)?, 0)
}

impl Hours {
    /// Hours from and until a time of day (`HH:MM`), on these days; none where a time cannot be read or no day is given.
    pub fn new(from: &str, until: &str, days: &[Day]) -> Option<Self> {
        let mut on = [false; 7];
        for day in days {
            *on.get_mut(*day as usize)? = true;
        }
        (!days.is_empty()).then_some(Self {
            from: parse_time(from)?,
            until: parse_time(until)?,
            days: on,
        })
    }

    fn holds_on(&self, day: Weekday) -> bool {
        self.days.get(Day::of(day) as usize).copied().unwrap_or(false)
    }

    /// Whether texts may go when the clock on the wall shows this.
    fn allows(&self, wall: NaiveDateTime) -> bool {
        let (day, time) = (wall.date(), wall.time());
        let over_midnight = self.until <= self.from;
        let since_today = time >= self.from && (over_midnight || time < self.until);
        let since_yesterday = over_midnight && time < self.until;
        let yesterday = day.checked_sub_days(Days::new(1)).unwrap_or(day);
        (since_today && self.holds_on(day.weekday()))
            || (since_yesterday && self.holds_on(yesterday.weekday()))
    }

    /// Whether a phone in this zone may be texted now, and until or from when. What the clock on the wall shows decides:
    /// where it is put forward past the beginning, texts may go at once; an hour that comes twice is one both times.
    pub fn look(&self, zone: Tz, now: Timestamp) -> Open {
        let Some(here) = wall(zone, now.0) else {
            return Open::Until(None);
        };
        let is_open = self.allows(here);
        let change = self.next_change(zone, now.0, is_open).map(Timestamp);
        match (is_open, change) {
            (true, until) => Open::Until(until),
            (false, Some(from)) => Open::From(from),
            // Clocks would have to leave the hours out for more than a week; try again then.
            (false, None) => Open::From(now.plus_ms(FAR_MS)),
        }
    }

    /// The first moment after `from` at which it is otherwise.
    fn next_change(&self, zone: Tz, from: i64, is_open: bool) -> Option<i64> {
        let mut at = from;
        while at < from.saturating_add(FAR_MS) {
            let end = (at.div_euclid(STEP_MS) + 1) * STEP_MS;
            let here = wall(zone, at)?;
            if self.allows(here) != is_open {
                return Some(at);
            }
            // Within a step the wall's clock goes on evenly, and what may change it changes at most at these times.
            for time in [self.from, self.until, NaiveTime::MIN] {
                let to_it = ms_until(here.time(), time);
                let then = at.saturating_add(to_it);
                if then < end && then > at && wall(zone, then).is_some_and(|w| self.allows(w) != is_open) {
                    return Some(then);
                }
            }
            at = end;
        }
        None
    }
}

/// What the clock on the wall shows.
fn wall(zone: Tz, at: i64) -> Option<NaiveDateTime> {
    let at = DateTime::from_timestamp_millis(at)?;
    Some(zone.from_utc_datetime(&at.naive_utc()).naive_local())
}

/// Milliseconds from one time of day to the next that shows another.
fn ms_until(now: NaiveTime, then: NaiveTime) -> i64 {
    const DAY_MS: i64 = 24 * 3_600_000;
    let ms = |t: NaiveTime| {
        i64::from(t.num_seconds_from_midnight()) * 1000 + i64::from(t.nanosecond() / 1_000_000)
    };
    (ms(then) - ms(now)).rem_euclid(DAY_MS)
}

#[cfg(test)]
#[path = "hours_tests.rs"]
mod tests;
