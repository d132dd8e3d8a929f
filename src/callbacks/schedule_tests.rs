use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::schedule::{Key, Limits, Schedule};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId};
use crate::switchboard::{Health, PendingDelivery};

const LIMITS: Limits = Limits {
    in_flight: 16,
    in_flight_per_endpoint: 3,
    breaker_failures: 2,
    held: 50,
};
const WELL: Health = Health {
    failures: 0,
    open_until: None,
};

fn key(endpoint: i64) -> Key {
    (CommunityId::from_i64(1), EndpointId::from_i64(endpoint))
}

fn schedule(endpoints: i64) -> Schedule {
    let mut schedule = Schedule::new(LIMITS);
    schedule.serve((0..endpoints).map(|e| (key(e), WELL)));
    schedule
}

fn pending(id: i64, lane: i64, due_at: i64) -> PendingDelivery {
    PendingDelivery { id, lane, due_at }
}

fn all_next(schedule: &mut Schedule, now: i64) -> Vec<(i64, i64)> {
    let next = || schedule.next(Timestamp(now));
    std::iter::from_fn(next)
        .map(|((_, endpoint), id)| (endpoint.as_i64(), id.as_i64()))
        .collect()
}

fn dlv(id: i64) -> DeliveryId {
    DeliveryId::from_i64(id)
}

#[test]
fn a_failing_head_blocks_its_lane_and_no_other() {
    let mut schedule = schedule(1);
    for (id, lane) in [(1, 7), (2, 7), (3, 8)] {
        assert!(schedule.hold(key(0), pending(id, lane, 0)));
    }
    assert_eq!(all_next(&mut schedule, 0), [(0, 1), (0, 3)]);
    schedule.again(key(0), dlv(1), Timestamp(100));
    schedule.over(key(0), dlv(3));
    assert_eq!(all_next(&mut schedule, 99), []);
    assert_eq!(all_next(&mut schedule, 100), [(0, 1)]);
    schedule.over(key(0), dlv(1));
    assert_eq!(
        all_next(&mut schedule, 100),
        [(0, 2)],
        "when it is over, the lane goes on"
    );
}

#[test]
fn a_slow_endpoint_has_its_own_bound_and_the_others_go_on() {
    let mut schedule = schedule(2);
    for id in 1..=20 {
        schedule.hold(key(0), pending(id, id, 0));
    }
    assert_eq!(all_next(&mut schedule, 0).len(), 3);
    schedule.hold(key(1), pending(30, 1, 0));
    assert_eq!(all_next(&mut schedule, 0), [(1, 30)]);
}

#[test]
fn many_slow_endpoints_leave_room_for_the_others() {
    let mut schedule = schedule(10);
    for endpoint in 0..6 {
        for id in 0..20 {
            schedule.hold(key(endpoint), pending(endpoint * 100 + id, id, 0));
        }
    }
    let busy = all_next(&mut schedule, 0);
    assert!((8..=9).contains(&busy.len()), "{busy:?}");
    for endpoint in 6..10 {
        schedule.hold(key(endpoint), pending(endpoint * 100, 0, 0));
        assert_eq!(all_next(&mut schedule, 0), [(endpoint, endpoint * 100)]);
    }
}

#[test]
fn an_open_breaker_lets_nothing_out_and_then_one_probe_at_a_time() {
    let mut schedule = schedule(1);
    for id in 1..=5 {
        schedule.hold(key(0), pending(id, id, 0));
    }
    let ill = |until| Health {
        failures: 2,
        open_until: Some(Timestamp(until)),
    };
    schedule.set_health(key(0), ill(50));
    assert_eq!(all_next(&mut schedule, 49), []);
    assert_eq!(all_next(&mut schedule, 50), [(0, 1)]);
    schedule.set_health(key(0), ill(90));
    schedule.again(key(0), dlv(1), Timestamp(60));
    assert_eq!(all_next(&mut schedule, 60), []);
    assert_eq!(all_next(&mut schedule, 90).len(), 1, "the next probe");
    schedule.set_health(key(0), WELL);
    assert_eq!(all_next(&mut schedule, 90).len(), 2, "closed: up to its bound");
}

#[test]
fn how_an_endpoint_does_is_taken_from_outside_only_while_it_rests() {
    let mut schedule = schedule(1);
    schedule.hold(key(0), pending(1, 1, 0));
    assert_eq!(all_next(&mut schedule, 0).len(), 1);
    let ill = Health {
        failures: 9,
        open_until: None,
    };
    schedule.serve([(key(0), ill)]);
    assert_eq!(schedule.health(key(0)), WELL);
    schedule.over(key(0), dlv(1));
    schedule.serve([(key(0), ill)]);
    assert_eq!(schedule.health(key(0)), ill);
}

#[test]
fn an_endpoint_that_goes_and_comes_back_hands_nothing_out_twice() {
    let mut schedule = schedule(1);
    schedule.hold(key(0), pending(1, 1, 0));
    assert_eq!(all_next(&mut schedule, 0), [(0, 1)]);
    schedule.serve([]);
    assert_eq!(schedule.in_flight(), 1);
    schedule.serve([(key(0), WELL)]);
    schedule.hold(key(0), pending(1, 1, 0));
    schedule.hold(key(0), pending(2, 1, 0));
    assert_eq!(all_next(&mut schedule, 0), [], "the first is under way still");
    schedule.over(key(0), dlv(1));
    assert_eq!(all_next(&mut schedule, 0), [(0, 2)]);
    schedule.serve([]);
    schedule.over(key(0), dlv(2));
    schedule.serve([]);
    assert_eq!((schedule.in_flight(), schedule.endpoints().count()), (0, 0));
}

#[test]
fn what_is_replayed_while_it_waits_is_due_at_once() {
    let mut schedule = schedule(1);
    schedule.hold(key(0), pending(1, 1, 900));
    schedule.hold(key(0), pending(1, 1, 5));
    assert_eq!(all_next(&mut schedule, 5), [(0, 1)]);
    assert_eq!(schedule.held(), 1);
}

#[test]
fn what_there_is_no_room_for_stays_outside() {
    let mut schedule = schedule(1);
    for id in 1..=50 {
        assert!(schedule.hold(key(0), pending(id, 1, 0)));
    }
    assert!(!schedule.hold(key(0), pending(51, 1, 0)));
    assert!(schedule.hold(key(0), pending(50, 1, 0)), "known");
    assert_eq!(schedule.endpoints().next(), Some((key(0), dlv(50), true)));
    assert_eq!(schedule.held(), 50);
    schedule.caught_up(key(0));
    assert_eq!(schedule.endpoints().next(), Some((key(0), dlv(50), false)));
}

/// What may happen to a schedule.
#[derive(Clone, Debug)]
enum Step {
    Hold { endpoint: i64, lane: i64 },
    Reread { endpoint: i64 },
    Tick,
    Over { place: usize },
    Again { place: usize, wait: i64, opens: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_i64, 0..4_i64).prop_map(|(endpoint, lane)| Step::Hold { endpoint, lane }),
        1 => (0..3_i64).prop_map(|endpoint| Step::Reread { endpoint }),
        3 => Just(Step::Tick),
        3 => (0..9_usize).prop_map(|place| Step::Over { place }),
        2 => (0..9_usize, 0..5_i64, 0..8_i64).prop_map(|(place, wait, opens)| Step::Again { place, wait, opens }),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    #[test]
    fn whatever_happens_each_goes_out_once_at_a_time_and_in_its_lanes_order(steps in steps()) {
        let mut schedule = schedule(3);
        // What the database would hold: id to (endpoint, lane).
        let mut waiting: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut flying: Vec<(i64, i64)> = Vec::new();
        let (mut now, mut id) = (0, 0);
        for step in steps {
            match step {
                Step::Hold { endpoint, lane } => {
                    id += 1;
                    waiting.insert(id, (endpoint, lane));
                    schedule.hold(key(endpoint), pending(id, lane, now));
                }
                Step::Reread { endpoint } => {
                    for (id, (_, lane)) in waiting.iter().filter(|(_, (e, _))| *e == endpoint) {
                        schedule.hold(key(endpoint), pending(*id, *lane, now));
                    }
                }
                Step::Tick => {
                    now += 1;
                    for (endpoint, next) in all_next(&mut schedule, now) {
                        prop_assert!(!flying.contains(&(endpoint, next)), "{next} is under way already");
                        let (of, lane) = waiting[&next];
                        prop_assert_eq!(of, endpoint);
                        let first = waiting.iter().find(|(_, at)| **at == (endpoint, lane)).unwrap();
                        prop_assert_eq!(*first.0, next, "an older one of its lane waits");
                        let health = schedule.health(key(endpoint));
                        prop_assert!(health.open_until.is_none_or(|until| until.0 <= now));
                        flying.push((endpoint, next));
                        let there = flying.iter().filter(|(e, _)| *e == endpoint).count();
                        let most = if health.failures >= 2 { 1 } else { 3 };
                        prop_assert!(there <= most, "{there} under way");
                    }
                }
                Step::Over { place } if place < flying.len() => {
                    let (endpoint, done) = flying.remove(place);
                    waiting.remove(&done);
                    schedule.set_health(key(endpoint), WELL);
                    schedule.over(key(endpoint), dlv(done));
                }
                Step::Again { place, wait, opens } if place < flying.len() => {
                    let (endpoint, failed) = flying.remove(place);
                    let before = schedule.health(key(endpoint));
                    let open_until = (before.failures >= 1).then_some(Timestamp(now + opens));
                    schedule.set_health(key(endpoint), Health { failures: before.failures + 1, open_until });
                    schedule.again(key(endpoint), dlv(failed), Timestamp(now + wait));
                }
                _ => {}
            }
            prop_assert_eq!(schedule.in_flight(), flying.len());
        }
        // Left alone with endpoints that take everything, all of it goes out.
        let mut rounds = 0;
        let mut left: BTreeSet<i64> = waiting.keys().copied().collect();
        while !left.is_empty() {
            rounds += 1;
            prop_assert!(rounds < 500, "stuck with {left:?}");
            now += 1;
            flying.extend(all_next(&mut schedule, now));
            for (endpoint, done) in flying.drain(..) {
                left.remove(&done);
                schedule.set_health(key(endpoint), WELL);
                schedule.over(key(endpoint), dlv(done));
            }
            for id in &left {
                let (endpoint, lane) = waiting[id];
                schedule.hold(key(endpoint), pending(*id, lane, now));
            }
        }
        prop_assert_eq!(schedule.held(), 0);
    }
}
