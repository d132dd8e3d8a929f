//! Room under caps, and waits by classes.

use proptest::prelude::*;

use super::*;

fn idle() -> Use {
    Use {
        rate_per_s: 1.0,
        texts_per_day: 1_000,
        ..Use::default()
    }
}

#[test]
fn a_number_near_its_day_has_little_room_and_at_its_end_none() {
    let sent = |sent_today| room(&Use { sent_today, ..idle() }, None);
    assert_eq!(sent(799), (Room::Plenty, None));
    assert_eq!(sent(800), (Room::Little, Some(Tight::DayCap)));
    assert_eq!(sent(1_000), (Room::None, Some(Tight::DayCap)));
}

#[test]
fn a_long_queue_and_a_rate_that_is_used_up_leave_little_room() {
    let waiting = |waiting, rate_per_s| {
        room(
            &Use {
                waiting,
                rate_per_s,
                texts_per_day: 0,
                ..Use::default()
            },
            None,
        )
    };
    assert_eq!(waiting(9, 1.0).0, Room::Plenty);
    assert_eq!(waiting(10, 1.0), (Room::Little, Some(Tight::Queue)));
    assert_eq!(
        waiting(99, 0.0).0,
        Room::Plenty,
        "no rate: ten seconds of nothing"
    );
    assert_eq!(waiting(100, 0.0), (Room::Little, Some(Tight::Queue)));
    let busy = Use {
        recent_per_s: 0.8,
        ..idle()
    };
    assert_eq!(room(&busy, None), (Room::Little, Some(Tight::Rate)));
}

#[test]
fn a_campaign_takes_the_room_of_all_its_numbers() {
    let campaign = Use {
        texts_per_day: 100,
        sent_today: 100,
        ..Use::default()
    };
    assert_eq!(
        room(&idle(), Some(&campaign)),
        (Room::None, Some(Tight::CampaignDayCap))
    );
    let busy = Use {
        sent_today: 900,
        ..idle()
    };
    assert_eq!(
        room(&busy, Some(&idle())),
        (Room::Little, Some(Tight::DayCap)),
        "its own"
    );
}

#[test]
fn the_latest_texts_fade_within_ten_minutes() {
    let latest = Latest {
        span: 10,
        in_span: 300,
        before_span: 150,
    };
    let at = |spans: f64| Timestamp((spans * SPAN_MS as f64) as i64);
    assert_eq!(latest.per_s(at(10.0)), 1.5, "all of the span before");
    assert_eq!(latest.per_s(at(10.5)), 1.25);
    assert_eq!(latest.per_s(at(11.5)), 0.5);
    assert_eq!(latest.per_s(at(12.0)), 0.0);
}

#[test]
fn a_day_begins_at_midnight_in_utc() {
    let noon = Timestamp(1_700_000_000_000);
    assert_eq!(day_of(noon), 19_675);
    assert_eq!(next_day(noon).to_string(), "2023-11-15T00:00:00.000Z");
    assert_eq!(day_of(next_day(noon)), 19_676);
}

proptest! {
    #[test]
    fn more_traffic_never_makes_more_room(
        rate in 0.0..10.0f64, cap in 0i64..5_000, sent in 0i64..5_000, waiting in 0i64..500, recent in 0.0..10.0f64,
        more in 0i64..500, faster in 0.0..5.0f64,
    ) {
        let now = Use { rate_per_s: rate, texts_per_day: cap, sent_today: sent, recent_per_s: recent, waiting };
        let then = Use {
            sent_today: sent + more, recent_per_s: recent + faster, waiting: waiting + more, ..now
        };
        prop_assert!(room(&then, None).0 >= room(&now, None).0);
        prop_assert!(room(&now, Some(&then)).0 >= room(&now, None).0, "a campaign never makes room");
    }

    #[test]
    fn a_number_without_caps_and_queue_always_has_room(sent in 0i64..i64::MAX / 2, recent in 0.0..1e6f64) {
        let free = Use { sent_today: sent, recent_per_s: recent, ..Use::default() };
        prop_assert_eq!(room(&free, None), (Room::Plenty, None));
    }

    #[test]
    fn the_class_of_a_wait_tells_it_within_a_fifth(ms in 1i64..2_592_000_000) {
        let told = longest_of(class_of(ms)) as f64;
        let ms = ms as f64;
        prop_assert!(told >= ms - 0.5 && told <= ms * 1.19 + 0.5, "{ms} is told as {told}");
    }

    #[test]
    fn percentiles_are_those_of_the_waits_themselves(mut waits in prop::collection::vec(1i64..100_000, 1..200)) {
        let mut counts = std::collections::BTreeMap::new();
        waits.iter().for_each(|ms| *counts.entry(class_of(*ms)).or_insert(0) += 1);
        let counts: Vec<(i16, i64)> = counts.into_iter().collect();
        waits.sort_unstable();
        for share in [0.5, 0.99] {
            let at = ((waits.len() as f64 * share).ceil() as usize).max(1) - 1;
            prop_assert_eq!(percentile(&counts, share), Some(longest_of(class_of(waits[at]))));
        }
    }
}

#[test]
fn a_minutes_worth_of_notices_may_wait_and_none_that_members_texts_need_today() {
    let free = Use::default();
    assert_eq!(spare(&free, 1_000), None, "nothing limits it");
    let slow = |rate_per_s| Use { rate_per_s, ..free };
    assert_eq!(
        [0, 15, 60, 61].map(|waiting| spare(&slow(1.0), waiting)),
        [60, 45, 0, 0].map(Some)
    );
    assert_eq!(spare(&slow(0.01), 5), Some(15), "some in any case");
    let day = Use {
        texts_per_day: 100,
        sent_today: 50,
        waiting: 20,
        ..free
    };
    assert_eq!(spare(&day, 0), Some(10), "a fifth of the day is left alone");
    assert_eq!(
        spare(
            &Use {
                sent_today: 80,
                ..day
            },
            0
        ),
        Some(0)
    );
    assert_eq!(
        spare(
            &Use {
                rate_per_s: 1.0,
                ..day
            },
            55
        ),
        Some(5),
        "the lesser of both"
    );
}
