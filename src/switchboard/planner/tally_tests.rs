//! What the sums come to, against lists that are sorted and counted plainly.

use proptest::prelude::*;

use super::*;
use crate::domain::capacity::DAY_MS;
use crate::domain::policy::Policy;
use crate::switchboard::planner::world::{AddedNumbers, WhatIf};

const NOW: Timestamp = Timestamp(1_750_000_000_000);

fn world(usable: usize, extra: usize) -> World {
    let add = vec![AddedNumbers {
        count: usable,
        region: None,
        capabilities: vec![Capability::Sms].into(),
    }];
    let change = WhatIf {
        add,
        more_contacts: extra,
        retire: Vec::new(),
    };
    World::new(&[], &BTreeMap::new(), &Policy::default(), &change).unwrap()
}

fn table(member: i64, usable: usize, used: usize, made: u64) -> Counted {
    Counted {
        member: MemberId::from_i64(member),
        region: None,
        contacts: used,
        unanswered: 0,
        idle: 0,
        history: History {
            made,
            let_go: 0,
            over_ms: 90 * DAY_MS,
        },
        room: Headroom::of_count(usable, used),
    }
}

#[test]
fn the_largest_table_says_how_many_numbers_are_needed() {
    let world = world(20, 0);
    let mut tally = Tally::new(&world, NOW, None, 10);
    tally.take(&table(1, 20, 18, 0), &world);
    tally.take(&table(2, 20, 10, 90), &world);
    let needed = tally.needed(&world);
    let numbers: Vec<(u16, u64, u64)> = needed
        .iter()
        .map(|n| (n.in_days, n.numbers.unwrap(), n.missing.unwrap()))
        .collect();
    // The fuller table does not grow; the other one adds a contact a day.
    assert_eq!(
        numbers,
        [(0, 18, 0), (30, 40, 20), (90, 100, 80), (365, 375, 355)]
    );
    assert!(
        needed
            .iter()
            .all(|n| n.numbers <= n.at_most && n.missing <= n.missing_at_most)
    );
    let calls = tally
        .capabilities(&world)
        .into_iter()
        .find(|c| c.capability == Capability::Voice)
        .unwrap();
    assert_eq!(
        (calls.required, calls.usable, calls.needed[0].missing),
        (false, 0, Some(18))
    );
}

#[test]
fn whoever_grows_runs_out_first_however_full_those_are_who_do_not() {
    let world = world(20, 0);
    let mut tally = Tally::new(&world, NOW, None, 10);
    for id in 1..=FIRST as i64 + 5 {
        tally.take(&table(id, 20, 19, 0), &world);
    }
    tally.take(&table(100, 20, 10, 20), &world);
    tally.take(&table(101, 20, 10, 40), &world);
    assert_eq!(tally.running_out, 2);
    let (.., first_out) = tally.into_firsts();
    let who: Vec<i64> = first_out.iter().map(|t| t.member.as_i64()).collect();
    assert_eq!(who, [101, 100]);
}

#[test]
fn what_nobody_can_foresee_is_not_told() {
    let world = world(20, 0);
    let needed = |old: &[usize], new: &[usize]| {
        let mut tally = Tally::new(&world, NOW, None, 10);
        for (id, used) in (1..).zip(old) {
            tally.take(&table(id, 20, *used, 0), &world);
        }
        for (id, used) in (100..).zip(new) {
            let history = History::default();
            tally.take(
                &Counted {
                    history,
                    ..table(id, 20, *used, 0)
                },
                &world,
            );
        }
        let needed = tally.needed(&world);
        (needed[0].numbers, needed[3].numbers, needed[3].without_history)
    };
    assert_eq!(needed(&[5, 2], &[3]), (Some(5), Some(5), 1));
    assert_eq!(
        needed(&[5, 2], &[6]),
        (Some(6), None, 1),
        "the largest table has no history"
    );
    assert_eq!(needed(&[5], &[1, 1]), (Some(5), None, 2), "most have none");
}

#[test]
fn contacts_on_numbers_that_retire_still_need_one() {
    let world = world(20, 0);
    let mut tally = Tally::new(&world, NOW, None, 10);
    tally.take(
        &Counted {
            contacts: 7,
            ..table(1, 20, 5, 0)
        },
        &world,
    );
    assert_eq!(tally.needed(&world)[0].numbers, Some(7));
}

proptest! {
    #[test]
    fn pages_of_the_fullest_are_the_sorted_list_and_the_bands_hold_everybody(
        used in prop::collection::vec(0..=12usize, 0..60),
        page in 1..7usize,
        extra in 0..4usize,
    ) {
        let world = world(12, extra);
        let tables: Vec<Counted> = used.iter().zip(1..).map(|(used, id)| table(id, 12, *used, 0)).collect();
        let mut sorted: Vec<Place> = tables.iter().map(|t| t.place(extra)).collect();
        sorted.sort();
        let (mut after, mut listed) = (None, Vec::new());
        loop {
            let mut tally = Tally::new(&world, NOW, after, page);
            tables.iter().for_each(|t| tally.take(t, &world));
            prop_assert_eq!(tally.fill().iter().map(|band| band.members).sum::<u64>(), used.len() as u64);
            prop_assert_eq!(tally.full, used.iter().filter(|used| **used + extra >= 12).count());
            let (found, is_whole, _) = tally.into_firsts();
            listed.extend(found.iter().map(|t| t.place(extra)));
            after = listed.last().copied().or(after);
            if is_whole {
                break;
            }
        }
        prop_assert_eq!(listed, sorted);
    }
}
