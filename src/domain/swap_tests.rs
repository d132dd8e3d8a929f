use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::domain::pool::{Capability, Region};
use crate::domain::traffic::Room;

const NUMBERS: i64 = 12;

fn sms() -> Capabilities {
    vec![Capability::Sms].into()
}

fn id(n: i64) -> NumberId {
    NumberId::from_i64(n)
}

fn candidates(able: &[i16]) -> Vec<Candidate> {
    let one = |(n, bits): (usize, &i16)| Candidate {
        id: id(n as i64),
        capabilities: Capabilities::from_bits(*bits),
        region: Region::parse("US"),
        room: Room::default(),
        load: 0,
    };
    able.iter().enumerate().map(one).collect()
}

/// Some numbers of the pool.
fn some() -> impl Strategy<Value = HashSet<NumberId>> {
    proptest::collection::hash_set((0..NUMBERS).prop_map(id), 0..8)
}

/// Owner, contact, region, and the numbers that are used and cooling there.
type Drawn = (i64, i64, i16, HashSet<NumberId>, HashSet<NumberId>);

/// Rows of a few members, with what is free on their phones.
fn rows() -> impl Strategy<Value = Vec<Drawn>> {
    let row = (0..4i64, 4..40i64, 0..8i16, some(), some());
    proptest::collection::vec(row, 1..30)
}

proptest! {
    #[test]
    fn no_row_gets_a_number_that_is_to_be_empty_is_not_free_or_was_given_to_another_row_of_its_member(
        able in proptest::collection::vec(0..8i16, NUMBERS as usize),
        emptied in some(),
        rows in rows(),
    ) {
        let numbers = candidates(&able);
        let mut layout = Layout::new(numbers.clone(), &emptied);
        let mut given: HashMap<MemberId, HashSet<NumberId>> = HashMap::new();
        let mut placed = 0;
        for (member, contact, abilities, used, cooling) in rows {
            let member = MemberId::from_i64(member);
            let seat = Seat {
                member,
                contact: MemberId::from_i64(contact),
                mirror: id(0),
                abilities: Capabilities::from_bits(abilities),
            };
            let side = Side { used, cooling, ..Side::empty(member) };
            let own = given.entry(member).or_default();
            let free = |needs: Capabilities| numbers.iter().any(|n| n.capabilities.covers(needs)
                && side.is_free(n.id) && !emptied.contains(&n.id) && !own.contains(&n.id));
            let as_before = Capabilities::from_bits(sms().bits() | abilities);
            match layout.place(sms(), &seat, &side) {
                Ok(Target { number, narrower }) => {
                    let chosen = numbers.iter().find(|n| n.id == number).unwrap();
                    prop_assert!(chosen.capabilities.covers(sms()));
                    prop_assert!(!emptied.contains(&number) && side.is_free(number) && !own.contains(&number));
                    // It does less only where no free number does as much.
                    prop_assert_eq!(narrower, !free(as_before));
                    prop_assert!(narrower || chosen.capabilities.covers(as_before));
                    own.insert(number);
                    placed += 1;
                }
                Err(shortage) => {
                    prop_assert!(!free(sms()));
                    prop_assert_eq!(shortage.member, member);
                }
            }
        }
        let load: i64 = layout.numbers.iter().map(|n| n.load).sum();
        prop_assert_eq!(load, placed);
    }

    #[test]
    fn the_order_of_the_numbers_decides_nothing(rows in rows(), emptied in some(), turn in 0..NUMBERS as usize) {
        let numbers = candidates(&[7; NUMBERS as usize]);
        let mut turned = numbers.clone();
        turned.rotate_left(turn);
        let mut layouts = [Layout::new(numbers, &emptied), Layout::new(turned, &emptied)];
        for (member, contact, abilities, used, cooling) in rows {
            let member = MemberId::from_i64(member);
            let seat = Seat {
                member,
                contact: MemberId::from_i64(contact),
                mirror: id(1),
                abilities: Capabilities::from_bits(abilities),
            };
            let side = Side { used, cooling, ..Side::empty(member) };
            let [one, other] = &mut layouts;
            prop_assert_eq!(one.place(sms(), &seat, &side), other.place(sms(), &seat, &side));
        }
    }

    #[test]
    fn rows_are_spread_over_the_numbers_that_are_left(members in 1..60i64) {
        let emptied: HashSet<_> = [id(0), id(1)].into();
        let mut layout = Layout::new(candidates(&[7; NUMBERS as usize]), &emptied);
        for member in 0..members {
            let member = MemberId::from_i64(100 + member);
            let seat = Seat { member, contact: MemberId::from_i64(1), mirror: id(0), abilities: sms() };
            layout.place(sms(), &seat, &Side::empty(member)).unwrap();
        }
        let loads: Vec<i64> = layout.numbers.iter().map(|n| n.load).collect();
        let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
        prop_assert!(most - least <= 1, "{:?}", loads);
    }
}

#[test]
fn both_rows_of_a_pair_get_the_same_number_where_it_is_free() {
    let (a, b) = (MemberId::from_i64(1), MemberId::from_i64(2));
    let emptied: HashSet<_> = [id(3)].into();
    let mut layout = Layout::new(candidates(&[7; NUMBERS as usize]), &emptied);
    let seat = |member, contact| Seat {
        member,
        contact,
        mirror: id(3),
        abilities: sms(),
    };
    let first = layout.place(sms(), &seat(a, b), &Side::empty(a)).unwrap();
    let second = layout.place(sms(), &seat(b, a), &Side::empty(b)).unwrap();
    assert_eq!(first.number, second.number);
}

#[test]
fn who_hears_of_a_move_and_back_from_the_code() {
    let hearing = Hearing {
        wanted: true,
        mute: false,
        frozen: Some(false),
    };
    assert_eq!(telling(hearing), Telling::Phone);
    assert_eq!(
        telling(Hearing {
            frozen: Some(true),
            ..hearing
        }),
        Telling::Frozen
    );
    assert_eq!(
        telling(Hearing {
            frozen: None,
            ..hearing
        }),
        Telling::AppOnly
    );
    assert_eq!(
        telling(Hearing {
            mute: true,
            ..hearing
        }),
        Telling::Silent
    );
    assert_eq!(
        telling(Hearing {
            wanted: false,
            ..hearing
        }),
        Telling::NotWanted
    );
    for one in Telling::ALL {
        assert_eq!(Telling::from_code(one.code()), Some(one));
    }
    assert_eq!(Telling::from_code(9), None);
}
