//! Properties of the forecast, and how often it is right about a process that is as it takes it to be.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_735_689_600_000);

fn days(days: i64) -> i64 {
    days * DAY_MS
}

fn history(made: u64, let_go: u64, over_days: i64) -> History {
    History {
        made,
        let_go,
        over_ms: days(over_days),
    }
}

/// An outlook as three numbers that can be compared: what is beyond a year is the end of time.
fn bounds(outlook: Outlook) -> Option<(i64, i64, i64)> {
    match outlook {
        Outlook::Full => Some((NOW.0, NOW.0, NOW.0)),
        Outlook::Around { at, earliest, latest } => {
            Some((earliest.0, at.0, latest.map_or(i64::MAX, |t| t.0)))
        }
        Outlook::NotWithinAYear { earliest } => {
            Some((earliest.map_or(i64::MAX, |t| t.0), i64::MAX, i64::MAX))
        }
        Outlook::TooLittleHistory => None,
    }
}

#[test]
fn a_full_table_is_full_whatever_happened_before() {
    assert_eq!(History::default().forecast(0, NOW), Outlook::Full);
    assert_eq!(history(50, 0, 90).forecast(0, NOW), Outlook::Full);
}

#[test]
fn a_member_of_a_few_days_or_with_hardly_a_contact_has_too_little_history() {
    assert_eq!(history(40, 0, 13).forecast(5, NOW), Outlook::TooLittleHistory);
    assert_eq!(history(40, 0, 13).growth(30), None);
    assert_eq!(history(1, 0, 90).forecast(1, NOW), Outlook::TooLittleHistory);
}

#[test]
fn a_contact_a_day_fills_thirty_places_in_about_a_month() {
    let Outlook::Around { at, earliest, latest } = history(90, 0, 90).forecast(30, NOW) else {
        panic!("no date");
    };
    let (at, earliest, latest) = (at.since(NOW), earliest.since(NOW), latest.unwrap().since(NOW));
    assert!((days(28)..=days(31)).contains(&at), "{at}");
    // The root of 30 to either side, and the doubt about the rate.
    assert!((days(18)..=days(24)).contains(&earliest), "{earliest}");
    assert!((days(37)..=days(45)).contains(&latest), "{latest}");
    let month = history(90, 0, 90).growth(30).unwrap();
    assert_eq!(month.expected, 30);
    assert!((38..=45).contains(&month.high), "{month:?}");
}

#[test]
fn whoever_lets_go_as_many_as_they_make_does_not_run_out_but_might() {
    let outlook = history(30, 30, 90).forecast(10, NOW);
    let Outlook::NotWithinAYear {
        earliest: Some(earliest),
    } = outlook
    else {
        panic!("{outlook:?}");
    };
    assert!(earliest.since(NOW) < days(60));
    assert_eq!(history(30, 30, 90).growth(365).unwrap().expected, 0);
}

#[test]
fn the_first_day_and_what_is_older_than_the_window_do_not_count() {
    let joined = NOW.plus_ms(-days(40));
    assert_eq!(counts_from(joined, NOW), NOW.plus_ms(-days(39)));
    assert_eq!(counts_from(NOW.plus_ms(-days(400)), NOW), NOW.plus_ms(-days(90)));
}

proptest! {
    #[test]
    fn the_bounds_lie_around_the_date_and_none_is_past(
        made in 0..400u64, let_go in 0..400u64, over in 0..=90i64, headroom in 1..600usize,
    ) {
        if let Some((earliest, at, latest)) = bounds(history(made, let_go, over).forecast(headroom, NOW)) {
            prop_assert!(NOW.0 <= earliest && earliest <= at && at <= latest);
        }
    }

    #[test]
    fn the_date_alone_is_that_of_the_forecast(
        made in 0..400u64, let_go in 0..400u64, over in 0..=90i64, headroom in 0..600usize,
    ) {
        let history = history(made, let_go, over);
        let told = match history.forecast(headroom, NOW) {
            Outlook::Around { at, .. } => Some(at),
            _ => None,
        };
        prop_assert_eq!(history.date(headroom, NOW), told);
    }

    #[test]
    fn more_room_lasts_no_shorter(made in 3..400u64, over in 14..=90i64, headroom in 1..300usize, more in 1..300usize) {
        let history = history(made, 0, over);
        let (less, more) = (history.forecast(headroom, NOW), history.forecast(headroom + more, NOW));
        let (less, more) = (bounds(less).unwrap(), bounds(more).unwrap());
        prop_assert!(less.0 <= more.0 && less.1 <= more.1 && less.2 <= more.2);
        prop_assert!(history.about(headroom) <= history.about(headroom + 1));
    }

    #[test]
    fn whoever_makes_more_contacts_runs_out_no_later(made in 3..400u64, more in 1..200u64, headroom in 1..300usize) {
        let slow = bounds(history(made, 0, 90).forecast(headroom, NOW)).unwrap();
        let fast = bounds(history(made + more, 0, 90).forecast(headroom, NOW)).unwrap();
        prop_assert!(fast.0 <= slow.0 && fast.1 <= slow.1 && fast.2 <= slow.2);
    }

    #[test]
    fn the_moment_itself_does_not_matter(made in 3..400u64, headroom in 1..300usize, later in 0..1_000_000_000i64) {
        let shifted = |outlook| match outlook {
            Outlook::Around { at, earliest, latest } => Outlook::Around {
                at: at.plus_ms(later),
                earliest: earliest.plus_ms(later),
                latest: latest.map(|t| t.plus_ms(later)),
            },
            Outlook::NotWithinAYear { earliest } => Outlook::NotWithinAYear { earliest: earliest.map(|t| t.plus_ms(later)) },
            other => other,
        };
        let history = history(made, 0, 90);
        prop_assert_eq!(shifted(history.forecast(headroom, NOW)), history.forecast(headroom, NOW.plus_ms(later)));
    }

    #[test]
    fn a_table_grows_no_less_in_a_longer_time(made in 0..400u64, let_go in 0..400u64, over in 14..=90i64) {
        let history = history(made, let_go, over);
        let mut before = Growth::default();
        for days in [0, 30, 90, 365] {
            let growth = history.growth(days).unwrap();
            prop_assert!(growth.expected <= growth.high);
            prop_assert!(before.expected <= growth.expected && before.high <= growth.high);
            before = growth;
        }
    }
}

/// Contacts at random at a steady rate, a year and a half of them: the bounds hold nine times in ten.
#[test]
fn of_a_steady_process_the_bounds_hold_nine_times_in_ten() {
    let mut state = 11u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    let (mut told, mut held, mut early) = (0, 0, 0);
    for run in 0..3_000 {
        let per_day = [0.1, 0.3, 1.0, 3.0][run % 4];
        let headroom = [2, 8, 30][run % 3];
        let (mut at, mut made, mut ahead) = (-90.0, 0u64, Vec::new());
        while ahead.len() < headroom {
            at -= random().ln() / per_day;
            match at < 0.0 {
                true => made += 1,
                false => ahead.push(at),
            }
        }
        let full = NOW.plus_ms((at * DAY_MS as f64) as i64);
        if let Outlook::Around { at, earliest, latest } = history(made, 0, 90).forecast(headroom, NOW) {
            told += 1;
            held += u32::from(earliest <= full && latest.is_none_or(|latest| full <= latest));
            early += u32::from(full <= at);
        }
    }
    assert!(told > 2_000, "{told}");
    let (held, early) = (
        f64::from(held) / f64::from(told),
        f64::from(early) / f64::from(told),
    );
    assert!((0.88..=0.94).contains(&held), "within the bounds: {held}");
    assert!((0.45..=0.55).contains(&early), "before the date: {early}");
}
