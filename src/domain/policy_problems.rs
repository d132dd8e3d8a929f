//! What is wrong with a policy, in sentences that name the field and what is allowed.

use super::hours::parse_time;
use super::policy::Policy;
use super::{desk, hub, zone};

const DAY_S: i64 = 24 * 3600;
const YEAR_S: i64 = 366 * DAY_S;

/// A number of the policy, and what it may be.
struct Bound {
    name: &'static str,
    value: i64,
    least: i64,
    most: i64,
    /// What 0 stands for, where it is allowed and no amount; empty otherwise.
    zero: &'static str,
    unit: &'static str,
}

impl Bound {
    fn problem(&self) -> Option<String> {
        let Self {
            name,
            value,
            least,
            most,
            zero,
            unit,
        } = self;
        if (*least..=*most).contains(value) || (!zero.is_empty() && *value == 0) {
            return None;
        }
        let allowed = match (zero, least) {
            (&"", _) => format!("{least} to {most}"),
            (zero, 0 | 1) => format!("0 ({zero}) to {most}"),
            (zero, _) => format!("0 ({zero}) and {least} to {most}"),
        };
        Some(format!("`{name}` is {value}; allowed are {allowed}{unit}"))
    }
}

impl Policy {
    /// Every value that makes no sense, each in a sentence that names the field and what is allowed.
    pub fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self.bounds().iter().filter_map(Bound::problem).collect();
        problems.extend(self.notices().into_iter().filter_map(|(name, text)| {
            let chars = text.chars().count();
            (!(1..=480).contains(&chars))
                .then(|| format!("`{name}` has {chars} characters; allowed are 1 to 480"))
        }));
        problems.extend(self.problems_of_hours());
        problems.extend(desk::problems(self));
        problems
    }

    fn bounds(&self) -> Vec<Bound> {
        let bound = |name, value, least, most| Bound {
            name,
            value,
            least,
            most,
            zero: "",
            unit: "",
        };
        let seconds = |name, value, least, most, zero| Bound {
            zero,
            unit: " seconds",
            ..bound(name, value, least, most)
        };
        let chars = i64::try_from(self.max_text_chars).unwrap_or(i64::MAX);
        let tags = i64::from(hub::MAX_TAG);
        vec![
            seconds("cool_down_s", self.cool_down_s, 0, YEAR_S, ""),
            seconds(
                "pair_memory_s",
                self.pair_memory_s,
                0,
                10 * YEAR_S,
                "as long as the cool-down",
            ),
            seconds(
                "stranger_asked_every_s",
                self.stranger_asked_every_s,
                0,
                DAY_S,
                "about every one",
            ),
            seconds(
                "strangers_kept_s",
                self.strangers_kept_s,
                0,
                10 * YEAR_S,
                "for ever",
            ),
            seconds("history_kept_s", self.history_kept_s, 0, 10 * YEAR_S, "for ever"),
            seconds("imports_kept_s", self.imports_kept_s, 0, 10 * YEAR_S, "for ever"),
            seconds(
                "quarantine_kept_s",
                self.quarantine_kept_s,
                60,
                10 * YEAR_S,
                "until somebody decides",
            ),
            seconds(
                "bodies_kept_s",
                self.bodies_kept_s,
                DAY_S,
                10 * YEAR_S,
                "for ever",
            ),
            seconds(
                "records_kept_s",
                self.records_kept_s,
                DAY_S,
                10 * YEAR_S,
                "for ever",
            ),
            seconds("deadline_s", self.deadline_s, 1, 30 * DAY_S, ""),
            seconds("book_link_s", self.book_link_s, 60, YEAR_S, ""),
            seconds("replies_any_hour_s", self.replies_any_hour_s, 0, DAY_S, "never"),
            seconds("ring_s", self.ring_s.into(), 5, 300, ""),
            seconds("max_call_s", self.max_call_s.into(), 60, DAY_S, ""),
            bound("received_cap_percent", self.received_cap_percent.into(), 1, 100),
            bound("max_text_chars", chars, 1, 10_000),
            bound(
                "intercept_within_ms",
                self.intercept_within_ms.into(),
                100,
                30_000,
            ),
            bound("desk_texts_per_minute", self.desk_texts_per_minute.into(), 1, 600),
            bound("hub_most_tags", self.hub_most_tags.into(), 1, tags),
            Bound {
                zero: "never",
                ..bound("warn_at_percent", self.warn_at_percent.into(), 0, 100)
            },
        ]
    }

    fn notices(&self) -> [(&'static str, &str); 11] {
        [
            ("hub_menu_notice", &self.hub_menu_notice),
            ("desk_help_reply", &self.desk_help_reply),
            ("book_changed_notice", &self.book_changed_notice),
            ("missed_call_notice", &self.missed_call_notice),
            ("swap_notice", &self.swap_notice),
            ("stranger_notice", &self.stranger_notice),
            ("released_notice", &self.released_notice),
            ("help_reply", &self.help_reply),
            ("stop_reply", &self.stop_reply),
            ("start_reply", &self.start_reply),
            ("accept_request", &self.accept_request),
        ]
    }

    fn problems_of_hours(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, time) in [
            ("texting_from", &self.texting_from),
            ("texting_until", &self.texting_until),
        ] {
            if parse_time(time).is_none() {
                let shown: String = time.chars().take(20).collect();
                problems.push(format!(
                    "`{name}` is `{shown}`; allowed is a time of day from 00:00 to 23:59, as in 08:00"
                ));
            }
        }
        if !(1..=7).contains(&self.texting_days.len()) {
            problems.push(
                "`texting_days` has no day, or too many; allowed are 1 to 7 of mon, tue, wed, thu, fri, sat and sun"
                    .into(),
            );
        }
        if let Err(sentence) = zone::parse(&self.time_zone) {
            problems.push(format!("`time_zone` is wrong: {sentence}"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_an_empty_object_means_them() {
        assert_eq!(Policy::default().problems(), Vec::<String>::new());
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    }

    #[test]
    fn each_bad_value_is_named_with_what_is_allowed() {
        let policy = Policy {
            cool_down_s: -1,
            received_cap_percent: 0,
            help_reply: String::new(),
            ..Policy::default()
        };
        let problems = policy.problems();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert_eq!(
            problems[0],
            "`cool_down_s` is -1; allowed are 0 to 31622400 seconds"
        );
    }

    #[test]
    fn a_zero_that_stands_for_something_is_named() {
        let kept = |quarantine_kept_s| Policy {
            quarantine_kept_s,
            ..Policy::default()
        };
        assert_eq!(kept(0).problems(), Vec::<String>::new());
        assert_eq!(
            kept(59).problems(),
            ["`quarantine_kept_s` is 59; allowed are 0 (until somebody decides) and 60 to 316224000 seconds"]
        );
    }
}
