use proptest::prelude::*;

use super::*;

const TOWN: CommunityId = CommunityId::from_i64(1);

fn row(member: i64, number: i64, contact: i64) -> Row {
    Row {
        member: MemberId::from_i64(member),
        number: NumberId::from_i64(number),
        contact: MemberId::from_i64(contact),
        id: AssignmentId::from_i64(member * 1000 + number),
        origin: Origin::Chosen,
        pending: false,
        blocked: false,
        stopped: false,
        created_at: Timestamp(1_000),
    }
}

fn broken(rows: &[Row], past: &[Past]) -> Vec<Rule> {
    let mut found = Vec::new();
    table(TOWN, rows, past, &mut found);
    found.iter().map(|offender| offender.rule).collect()
}

fn past(contact: Option<i64>, cool_until: i64) -> Past {
    Past {
        forwards_until: Timestamp(0),
        number: NumberId::from_i64(1),
        contact: contact.map(MemberId::from_i64),
        cool_until: Timestamp(cool_until),
        kept_until: Timestamp(0),
    }
}

#[test]
fn the_rules_stand_in_the_order_of_their_places() {
    for (place, rule) in Rule::ALL.iter().enumerate() {
        assert_eq!(rule.place(), place);
    }
}

#[test]
fn a_sound_table_breaks_no_rule() {
    assert_eq!(broken(&[row(1, 1, 2), row(1, 2, 3)], &[]), []);
}

#[test]
fn two_rows_on_one_number_two_numbers_of_one_pair_and_oneself_are_found() {
    assert_eq!(broken(&[row(1, 1, 2), row(1, 1, 3)], &[]), [Rule::RouteKey]);
    assert_eq!(broken(&[row(1, 1, 2), row(1, 2, 2)], &[]), [Rule::PairKey]);
    assert_eq!(broken(&[row(1, 1, 1)], &[]), [Rule::OwnContact]);
}

#[test]
fn a_number_that_still_cooled_down_for_another_is_found_and_one_that_had_cooled_is_not() {
    let rows = [row(1, 1, 2)];
    assert_eq!(broken(&rows, &[past(Some(3), 1_001)]), [Rule::CoolDown]);
    assert_eq!(broken(&rows, &[past(Some(3), 1_000)]), []);
    assert_eq!(broken(&rows, &[past(Some(2), 9_999)]), []);
}

#[test]
fn a_phone_that_came_after_the_pair_had_to_wait_for_the_cool_down_too() {
    let live = |device_since| Live {
        row: row(1, 1, 2),
        device: DeviceId::from_i64(5),
        device_since: Timestamp(device_since),
    };
    let offends = |since, past| hold(TOWN, &live(since), &past).is_some();
    assert!(offends(0, past(Some(3), 1_001)) && offends(0, past(None, 1_001)));
    assert!(!offends(2_000, past(Some(3), 1_001)) && !offends(0, past(Some(2), 1_001)));
}

#[test]
fn a_stop_reserves_its_number_and_is_marked() {
    let told = |stopped, contact| {
        let live = Live {
            row: Row {
                stopped,
                ..row(1, 1, 2)
            },
            device: DeviceId::from_i64(5),
            device_since: Timestamp(0),
        };
        stop(TOWN, &live, OptOutId::from_i64(7), contact).map(|offender| offender.rule)
    };
    let (same, other) = (Some(MemberId::from_i64(2)), Some(MemberId::from_i64(3)));
    assert_eq!(told(true, same), None);
    assert_eq!(told(false, same), Some(Rule::StopMarked));
    assert_eq!(told(true, other), Some(Rule::StopReserved));
    assert_eq!(told(true, None), Some(Rule::StopReserved));
}

#[test]
fn rows_of_a_pair_that_do_not_agree_are_told_once() {
    let (one, two) = (row(1, 1, 2), row(2, 1, 1));
    let waiting = Row { pending: true, ..two };
    assert_eq!(mirror(TOWN, &one, Some(&two), true), None);
    let told = [
        mirror(TOWN, &one, Some(&waiting), true),
        mirror(TOWN, &waiting, Some(&one), true),
    ];
    assert_eq!(told.map(|o| o.map(|o| o.rule)), [Some(Rule::PairAgrees), None]);
    assert_eq!(
        mirror(TOWN, &one, None, false).map(|o| o.rule),
        Some(Rule::Contact)
    );
}

#[test]
fn a_pair_that_nobody_chose_is_told() {
    let received = |row: Row| Row {
        origin: Origin::Received,
        ..row
    };
    let (one, two) = (row(1, 1, 2), row(2, 1, 1));
    let told = |a: &Row, b: &Row| chosen_by_nobody(TOWN, a, b).map(|offender| offender.rule);
    assert_eq!(told(&received(one), &received(two)), Some(Rule::PairAgrees));
    assert_eq!((told(&received(one), &two), told(&one, &two)), (None, None));
}

proptest! {
    #[test]
    fn the_second_received_row_of_a_pair_is_doubted(
        pairs in proptest::collection::btree_set((1i64..40, 41i64..80), 1..60),
        key in any::<u64>(),
    ) {
        let mut received = Received::new(pairs.len() as u64, key);
        for (a, b) in &pairs {
            received.doubts(&row(*a, *b, *b));
        }
        for (a, b) in &pairs {
            prop_assert!(received.doubts(&row(*b, *a, *a)));
        }
    }

    #[test]
    fn whole_pairs_cancel_out_and_a_row_without_its_mirror_is_doubted(
        pairs in proptest::collection::btree_set((1i64..40, 41i64..80), 1..60),
        lost in any::<prop::sample::Index>(),
        key in any::<[u64; 2]>(),
    ) {
        let rows: Vec<Row> = pairs.iter().flat_map(|(a, b)| [row(*a, *b, *b), row(*b, *a, *a)]).collect();
        let sum = |rows: &[Row]| {
            let mut mirrors = Mirrors::new(rows.len() as u64, key);
            rows.iter().for_each(|row| mirrors.add(TOWN, row));
            mirrors
        };
        prop_assert!(sum(&rows).are_whole());
        let lost = lost.index(rows.len());
        let (one, left) = (rows[lost], [&rows[..lost], &rows[lost + 1..]].concat());
        let mirrors = sum(&left);
        let alone = left.iter().find(|r| r.contact == one.member && r.member == one.contact).unwrap();
        prop_assert!(!mirrors.are_whole() && mirrors.doubts(alone));
    }

    #[test]
    fn a_pair_whose_rows_disagree_is_doubted(key in any::<[u64; 2]>(), which in 0..3) {
        let (one, mut two) = (row(1, 1, 2), row(2, 1, 1));
        match which {
            0 => two.pending = true,
            1 => two.blocked = true,
            _ => two.created_at = Timestamp(2_000),
        }
        let mut mirrors = Mirrors::new(2, key);
        mirrors.add(TOWN, &one);
        mirrors.add(TOWN, &two);
        prop_assert!(mirrors.doubts(&one) && mirrors.doubts(&two));
    }
}
