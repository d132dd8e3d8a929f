//! The two time formats of SMPP 3.4, section 7.1.1: `YYMMDDhhmmsstnnp`, absolute with a quarter-hour
//! offset (`+`, `-`) or relative (`R`).

use chrono::NaiveDate;

/// Longer validities than this say no more than "as long as you like".
const MAX_VALIDITY_S: i64 = 366 * 86_400;

/// How many seconds from `now_ms` (Unix milliseconds) a validity_period leaves; zero when it has passed.
/// `None` for an empty or malformed one.
pub fn parse_validity(text: &str, now_ms: i64) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || !bytes[..15].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |at: usize| i64::from(bytes[at] - b'0') * 10 + i64::from(bytes[at + 1] - b'0');
    let [year, month, day, hour, minute, second] = [0, 2, 4, 6, 8, 10].map(two);
    let seconds = match bytes[15] {
        // Months and years of a relative time have no fixed length: 30 and 365 days are near enough.
        b'R' => (year * 365 + month * 30 + day) * 86_400 + hour * 3600 + minute * 60 + second,
        sign @ (b'+' | b'-') => {
            let date = NaiveDate::from_ymd_opt(2000 + year as i32, month as u32, day as u32)?;
            let local = date
                .and_hms_opt(hour as u32, minute as u32, second as u32)?
                .and_utc()
                .timestamp();
            let offset = two(13) * 900;
            let utc = if sign == b'+' {
                local - offset
            } else {
                local + offset
            };
            utc - now_ms.div_euclid(1000)
        }
        _ => return None,
    };
    Some(seconds.clamp(0, MAX_VALIDITY_S))
}

/// A relative validity_period of about `seconds`, at least one and at most a year.
pub fn format_relative(seconds: i64) -> String {
    let seconds = seconds.clamp(1, MAX_VALIDITY_S - 86_400);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (years, days) = (days / 365, days % 365);
    let (months, days) = (days / 30, days % 30);
    // Twelve months and five days do not fit the month's field everywhere; the year's edge is rounded down.
    let (months, days) = if months > 11 { (11, 29) } else { (months, days) };
    format!(
        "{years:02}{months:02}{days:02}{:02}{:02}{:02}000R",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // 2026-01-02T03:04:05Z
    const NOW_MS: i64 = 1_767_323_045_000;

    #[test]
    fn relative_times_are_counted_from_now() {
        assert_eq!(parse_validity("000000001000000R", NOW_MS), Some(600));
        assert_eq!(
            parse_validity("000002030000000R", NOW_MS),
            Some(2 * 86_400 + 3 * 3600)
        );
    }

    #[test]
    fn absolute_times_mind_the_quarter_hours() {
        assert_eq!(parse_validity("260102030505000+", NOW_MS), Some(60));
        assert_eq!(parse_validity("260102040505004+", NOW_MS), Some(60));
        assert_eq!(parse_validity("260102020505004-", NOW_MS), Some(60));
        assert_eq!(
            parse_validity("200101000000000+", NOW_MS),
            Some(0),
            "it has passed"
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "1",
            "000000001000000X",
            "261302030505000+",
            "26010203050500++",
            "é000000000000R",
        ] {
            assert_eq!(parse_validity(text, NOW_MS), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_any_text_is_total(text in "\\PC{0,20}", now: i64) {
            let _ = parse_validity(&text, now);
        }

        #[test]
        fn what_is_written_reads_back_within_rounding(seconds in 1i64..330 * 86_400) {
            prop_assert_eq!(parse_validity(&format_relative(seconds), NOW_MS), Some(seconds));
        }

        #[test]
        fn what_is_written_always_reads(seconds: i64) {
            prop_assert!(parse_validity(&format_relative(seconds), NOW_MS).is_some());
        }
    }
}
