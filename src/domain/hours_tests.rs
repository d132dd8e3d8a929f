use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

fn hours(from: &str, until: &str, days: &[Day]) -> Hours {
    Hours::new(from, until, days).unwrap()
}

#[test]
fn texts_go_by_day_and_wait_over_night() {
    let (day, zone) = (hours("08:00", "21:00", &Day::ALL), chrono_tz::Europe::Berlin);
    assert_eq!(
        day.look(zone, at("2026-01-15T12:00:00Z")),
        Open::Until(Some(at("2026-01-15T20:00:00Z")))
    );
    assert_eq!(
        day.look(zone, at("2026-01-15T20:00:00Z")),
        Open::From(at("2026-01-16T07:00:00Z"))
    );
    // The last millisecond before they end.
    assert!(matches!(
        day.look(zone, at("2026-01-15T19:59:59.999Z")),
        Open::Until(Some(_))
    ));
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
    let night = hours("18:00", "02:00", &[Day::Fri]);
    let zone = chrono_tz::UTC;
    // 2026-01-16 is a Friday.
    assert_eq!(
        night.look(zone, at("2026-01-16T01:00:00Z")),
        Open::From(at("2026-01-16T18:00:00Z"))
    );
    assert_eq!(
        night.look(zone, at("2026-01-17T01:59:00Z")),
        Open::Until(Some(at("2026-01-17T02:00:00Z")))
    );
    assert_eq!(
        night.look(zone, at("2026-01-17T02:00:00Z")),
        Open::From(at("2026-01-23T18:00:00Z"))
    );
}

#[test]
fn hours_that_end_as_they_begin_last_a_day() {
    let always = hours("00:00", "00:00", &Day::ALL);
    assert_eq!(
        always.look(chrono_tz::Asia::Tokyo, at("2026-01-16T01:00:00Z")),
        Open::Until(None)
    );
    let sunday = hours("00:00", "00:00", &[Day::Sun]);
    assert_eq!(
        sunday.look(chrono_tz::UTC, at("2026-01-18T12:00:00Z")),
        Open::Until(Some(at("2026-01-19T00:00:00Z")))
    );
}

#[test]
fn a_beginning_that_the_clock_skips_is_the_moment_after_the_gap() {
    // In Berlin clocks go from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
    let zone = chrono_tz::Europe::Berlin;
    assert_eq!(
        hours("02:30", "21:00", &Day::ALL).look(zone, at("2026-03-29T00:30:00Z")),
        Open::From(at("2026-03-29T01:00:00Z"))
    );
    // Hours that lie in the gap altogether are not on that day.
    assert_eq!(
        hours("02:10", "02:50", &Day::ALL).look(zone, at("2026-03-29T00:30:00Z")),
        Open::From(at("2026-03-30T00:10:00Z"))
    );
}

#[test]
fn an_hour_that_comes_twice_counts_both_times() {
    // In Berlin clocks go from 03:00 back to 02:00 on 2026-10-25, at 01:00 UTC.
    let zone = chrono_tz::Europe::Berlin;
    let early = hours("22:00", "02:30", &Day::ALL);
    assert_eq!(
        early.look(zone, at("2026-10-25T00:00:00Z")),
        Open::Until(Some(at("2026-10-25T00:30:00Z")))
    );
    assert_eq!(
        early.look(zone, at("2026-10-25T00:40:00Z")),
        Open::From(at("2026-10-25T01:00:00Z"))
    );
    assert_eq!(
        early.look(zone, at("2026-10-25T01:00:00Z")),
        Open::Until(Some(at("2026-10-25T01:30:00Z")))
    );
}

#[test]
fn what_is_no_time_of_day_is_refused() {
    for text in [
        "",
        "8:00",
        "08:0",
        "24:00",
        "08:60",
        "+8:00",
        "08:00:00",
        "ab:cd",
        "０８:００",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
    assert!(Hours::new("08:00", "21:00", &[]).is_none());
}

fn zone() -> impl Strategy<Value = Tz> {
    (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|at| chrono_tz::TZ_VARIANTS[at])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The answer is the one that looking at every minute gives.
    #[test]
    fn the_next_change_is_the_first_minute_at_which_it_is_otherwise(
        zone in zone(),
        // 2024 to 2036, on a minute.
        minute in 28_400_000_i64..34_700_000,
        from in 0_u32..1440,
        until in 0_u32..1440,
        days in proptest::sample::subsequence(Day::ALL.to_vec(), 1..=7),
    ) {
        let clock = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
        let hours = hours(&clock(from), &clock(until), &days);
        let start = minute * 60_000;
        let is_open = hours.allows(wall(zone, start).unwrap());
        let first = (0..9 * 1440)
            .map(|m| start + m * 60_000)
            .find(|t| hours.allows(wall(zone, *t).unwrap()) != is_open);
        match hours.look(zone, Timestamp(start)) {
            Open::Until(until) => {
                prop_assert!(is_open);
                prop_assert_eq!(until.map(|t| t.0), first);
            }
            Open::From(from) => {
                prop_assert!(!is_open);
                prop_assert_eq!(Some(from.0), first);
            }
        }
    }

    /// Whatever is held goes within hours, and never before.
    #[test]
    fn what_is_held_goes_when_texts_may(
        zone in zone(),
        ms in 1_704_067_200_000_i64..2_080_000_000_000,
        from in 0_u32..1440,
        until in 0_u32..1440,
    ) {
        let clock = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
        let hours = hours(&clock(from), &clock(until), &Day::ALL);
        if let Open::From(then) = hours.look(zone, Timestamp(ms)) {
            prop_assert!(then.0 > ms);
            prop_assert!(matches!(hours.look(zone, then), Open::Until(_)));
            prop_assert!(matches!(hours.look(zone, Timestamp(then.0 - 1)), Open::From(_)));
        }
    }
}
