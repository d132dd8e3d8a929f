//! The lanes' promises: order within a lane, independence between lanes, nothing twice, nothing lost.

use proptest::prelude::*;

use super::*;
use crate::store::outbox::{OutboxRow, TEXT};

fn item(lane: i64, message: i64) -> Pending {
    Pending {
        row: OutboxRow {
            community_id: 1,
            message_id: message,
            kind: TEXT,
            node: 0,
            lane,
            carrier: if lane % 2 == 0 {
                "even".into()
            } else {
                "odd".into()
            },
            number_id: 1,
            number_rate: 0.0,
            member_id: None,
            member_rate: 0,
            from_number: 0,
            to_phone: 0,
            attempts: 0,
            due_at: 0,
            expires_at: 1_000_000,
            open_until: None,
        },
        to_member: None,
        text: String::new(),
        want_receipt: false,
        status: 0,
        accepted_at: 0,
        updated_at: 0,
        media: false,
    }
}

#[test]
fn the_second_text_of_a_pair_waits_for_the_first() {
    let mut lanes = Lanes::default();
    lanes.add(item(2, 10), Timestamp(0));
    lanes.add(item(2, 11), Timestamp(0));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(10));
    assert_eq!(lanes.next("even"), None);
    lanes.done(2, Timestamp(0));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(11));
}

#[test]
fn a_lane_whose_first_text_has_gone_elsewhere_is_taken_in_anew_in_its_order() {
    let mut lanes = Lanes::default();
    lanes.add(item(2, 10), Timestamp(0));
    lanes.add(item(2, 11), Timestamp(0));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(10));
    assert!(lanes.abandon(2), "the second is to be read again");
    assert_eq!(
        (lanes.count("even"), lanes.len(), lanes.next("even")),
        (0, 0, None)
    );
    // The first has come back meanwhile.
    lanes.add(item(2, 12), Timestamp(0));
    [10, 11]
        .into_iter()
        .for_each(|i| lanes.add(item(2, i), Timestamp(0)));
    for message in [10, 11, 12] {
        assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(message));
        lanes.done(2, Timestamp(0));
    }
    lanes.add(item(4, 13), Timestamp(0));
    assert!(
        lanes.next("even").is_some() && !lanes.abandon(4),
        "there was no other"
    );
}

#[test]
fn texts_that_are_for_another_phone_now_wait_for_its_carrier_in_the_same_order() {
    let mut lanes = Lanes::default();
    [item(2, 10), item(2, 11), item(4, 12)]
        .into_iter()
        .for_each(|i| lanes.add(i, Timestamp(0)));
    for message in [10, 11] {
        let mut moved = item(2, message);
        (moved.row.carrier, moved.row.to_phone) = ("other".into(), 7);
        lanes.add(moved, Timestamp(0));
    }
    assert_eq!(
        (lanes.count("even"), lanes.count("other"), lanes.len()),
        (1, 2, 3)
    );
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(12));
    assert_eq!(lanes.next("even"), None);
    for message in [10, 11] {
        let next = lanes.next("other").unwrap();
        assert_eq!((next.row.message_id, next.row.to_phone), (message, 7));
        assert_eq!(lanes.next("other"), None);
        lanes.done(2, Timestamp(0));
        lanes.forget(key_of(&next), "other");
    }
    assert_eq!((lanes.count("other"), lanes.len()), (0, 1));
}

#[test]
fn a_text_that_is_under_way_is_not_taken_from_its_carrier() {
    let mut lanes = Lanes::default();
    lanes.add(item(2, 10), Timestamp(0));
    assert!(lanes.next("even").is_some());
    let mut moved = item(2, 10);
    moved.row.carrier = "other".into();
    lanes.add(moved, Timestamp(0));
    assert_eq!((lanes.next("other"), lanes.count("even")), (None, 1));
}

#[test]
fn a_text_that_is_tried_again_keeps_the_later_ones_of_its_pair_waiting_and_no_others() {
    let mut lanes = Lanes::default();
    [item(2, 10), item(2, 11), item(4, 12)]
        .into_iter()
        .for_each(|i| lanes.add(i, Timestamp(0)));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(10));
    lanes.again(2, 1, 500, Timestamp(0));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(12));
    assert_eq!(lanes.next("even"), None);
    assert_eq!(lanes.wake(Timestamp(499)), Some(Timestamp(500)));
    assert_eq!(lanes.wake(Timestamp(500)), None);
    let retried = lanes.next("even").unwrap();
    assert_eq!((retried.row.message_id, retried.row.attempts), (10, 1));
}

#[test]
fn a_row_that_arrives_late_from_the_database_still_goes_before_newer_ones() {
    let mut lanes = Lanes::default();
    lanes.add(item(2, 11), Timestamp(0));
    lanes.add(item(2, 10), Timestamp(0));
    assert_eq!(lanes.next("even").map(|i| i.row.message_id), Some(10));
}

#[test]
fn what_expired_while_its_carrier_was_away_is_found() {
    let mut lanes = Lanes::default();
    lanes.add(item(3, 10), Timestamp(0));
    assert!(lanes.expired(Timestamp(999_999)).is_empty());
    assert_eq!(lanes.expired(Timestamp(1_000_000)).len(), 1);
    lanes.seize(3);
    assert_eq!(lanes.next("odd"), None);
    lanes.done(3, Timestamp(1_000_000));
    assert!(lanes.expired(Timestamp(1_000_000)).is_empty());
}

#[test]
fn lanes_that_share_a_slow_number_take_turns() {
    let mut lanes = Lanes::default();
    for lane in [-8, 2, 4] {
        (0..2).for_each(|n| lanes.add(item(lane, lane + 100 + n * 50), Timestamp(0)));
    }
    let mut order = Vec::new();
    // One text a second: each second the first that is ready goes, the others are told to wait.
    for second in 0..6 {
        let now = Timestamp(second * 1000);
        lanes.wake(now);
        let sent = lanes.next("even").unwrap();
        while let Some(other) = lanes.next("even") {
            lanes.not_before(other.row.lane, now.plus_ms(1000));
        }
        order.push(sent.row.lane);
        lanes.done(sent.row.lane, now);
        while let Some(next) = lanes.next("even") {
            lanes.not_before(next.row.lane, now.plus_ms(1000));
        }
    }
    assert_eq!(order, [-8, 2, 4, -8, 2, 4]);
}

#[derive(Clone, Debug)]
enum Step {
    Add(i64),
    /// The same row once more, as when a push and a page from the database cross.
    AddAgain,
    Next,
    Done,
    Again,
    Tick,
}

proptest! {
    #[test]
    fn whatever_happens_each_text_leaves_once_and_in_its_lanes_order(
        steps in prop::collection::vec(prop_oneof![
            4 => (0..5i64).prop_map(Step::Add), 1 => Just(Step::AddAgain), 3 => Just(Step::Next),
            3 => Just(Step::Done), 1 => Just(Step::Again), 1 => Just(Step::Tick)
        ], 0..300)
    ) {
        let (mut lanes, mut now, mut id) = (Lanes::default(), Timestamp(0), 0);
        let mut flying: VecDeque<Pending> = VecDeque::new();
        let mut left: HashMap<i64, Vec<i64>> = HashMap::new();
        let mut last = None;
        let take = |lanes: &mut Lanes| lanes.next("even").or_else(|| lanes.next("odd"));
        for step in steps {
            match step {
                Step::Add(lane) => {
                    id += 1;
                    last = Some(item(lane, id));
                    lanes.add(item(lane, id), now);
                }
                // Its end is not in the database yet, so it is still held.
                Step::AddAgain => if let Some(same) = &last { lanes.add(same.clone(), now) },
                Step::Next => if let Some(next) = take(&mut lanes) {
                    prop_assert!(flying.iter().all(|f| f.row.lane != next.row.lane), "two of one lane");
                    flying.push_back(next);
                },
                Step::Done => if let Some(out) = flying.pop_front() {
                    left.entry(out.row.lane).or_default().push(out.row.message_id);
                    lanes.done(out.row.lane, now);
                },
                Step::Again => if let Some(out) = flying.pop_front() {
                    lanes.again(out.row.lane, out.row.attempts + 1, now.0 + 10, now);
                },
                Step::Tick => { now = now.plus_ms(5); lanes.wake(now); }
            }
        }
        // Let everything out.
        loop {
            now = now.plus_ms(20);
            lanes.wake(now);
            while let Some(next) = take(&mut lanes) { flying.push_back(next); }
            if flying.is_empty() { break; }
            while let Some(out) = flying.pop_front() {
                left.entry(out.row.lane).or_default().push(out.row.message_id);
                lanes.done(out.row.lane, now);
            }
        }
        prop_assert_eq!(left.values().map(Vec::len).sum::<usize>(), id as usize);
        for order in left.values() {
            prop_assert!(order.is_sorted(), "{order:?}");
        }
    }
}
