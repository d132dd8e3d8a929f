//! Properties of the number choice, checked against a small model of two-sided tables.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::pool::Capability;

const COOL_DOWN: i64 = 100;

/// The tables of a whole community, and what they remember.
#[derive(Default)]
struct Model {
    now: i64,
    numbers: Vec<Candidate>,
    /// (member, contact) -> number.
    live: HashMap<(i64, i64), NumberId>,
    /// (member, number) -> (contact, released at), the latest release of that number.
    released: HashMap<(i64, NumberId), (i64, i64)>,
}

impl Model {
    fn new(numbers: i64) -> Self {
        let candidate = |id| Candidate {
            id: NumberId::from_i64(id),
            capabilities: Capabilities::usual(),
            region: None,
            room: Room::Plenty,
            load: 0,
        };
        Self {
            numbers: (1..=numbers).map(candidate).collect(),
            ..Self::default()
        }
    }

    fn side(&self, member: i64, contact: i64) -> Side {
        let mine = || self.released.iter().filter(|((m, _), _)| *m == member);
        let others = || mine().filter(|(_, (c, _))| *c != contact);
        Side {
            used: self
                .live
                .iter()
                .filter(|((m, _), _)| *m == member)
                .map(|(_, n)| *n)
                .collect(),
            cooling: others()
                .filter(|(_, (_, at))| at + COOL_DOWN > self.now)
                .map(|((_, n), _)| *n)
                .collect(),
            remembered: mine()
                .filter(|(_, (c, _))| *c == contact)
                .max_by_key(|(_, (_, at))| *at)
                .map(|((_, n), _)| *n),
            remembered_for_others: others().map(|((_, n), _)| *n).collect(),
            ..Side::empty(MemberId::from_i64(member))
        }
    }

    fn add(&mut self, member: i64, contact: i64) -> Option<Result<Choice, Shortage>> {
        if member == contact || self.live.contains_key(&(member, contact)) {
            return None;
        }
        let (owner, other) = (self.side(member, contact), self.side(contact, member));
        let made = choose(&self.numbers, Capabilities::usual(), &owner, &other);
        if let Ok(choice) = &made {
            for (side, number) in [(&owner, choice.number), (&other, choice.mirror)] {
                assert!(
                    side.is_free(number),
                    "a number that is in use or cooling down was chosen"
                );
                if let Some(before) = side.remembered.filter(|n| side.is_free(*n)) {
                    assert_eq!(
                        number, before,
                        "the pair's own number was free and not given back"
                    );
                }
            }
            self.live.insert((member, contact), choice.number);
            self.live.insert((contact, member), choice.mirror);
            for number in [choice.number, choice.mirror] {
                self.numbers
                    .iter_mut()
                    .filter(|n| n.id == number)
                    .for_each(|n| n.load += 1);
            }
        }
        Some(made)
    }

    fn release(&mut self, member: i64, contact: i64) {
        for (m, c) in [(member, contact), (contact, member)] {
            if let Some(number) = self.live.remove(&(m, c)) {
                self.released.insert((m, number), (c, self.now));
                self.numbers
                    .iter_mut()
                    .filter(|n| n.id == number)
                    .for_each(|n| n.load -= 1);
            }
        }
    }

    fn assert_route_keys_are_unique(&self) {
        let mut seen = HashSet::new();
        for ((member, _), number) in &self.live {
            assert!(
                seen.insert((*member, *number)),
                "two contacts of one phone on one number"
            );
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(i64, i64),
    Release(i64, i64),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1..12i64, 1..12i64).prop_map(|(m, c)| Step::Add(m, c)),
        3 => (1..12i64, 1..12i64).prop_map(|(m, c)| Step::Release(m, c)),
        1 => (1..150i64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// `Model::add` itself asserts cool-down and pair memory.
    #[test]
    fn no_history_puts_two_contacts_of_one_phone_on_one_number(
        numbers in 1..15i64,
        steps in prop::collection::vec(step(), 0..200),
    ) {
        let mut model = Model::new(numbers);
        for step in steps {
            match step {
                Step::Add(m, c) => { model.add(m, c); }
                Step::Release(m, c) => model.release(m, c),
                Step::Wait(s) => model.now += s,
            }
            model.assert_route_keys_are_unique();
        }
    }

    #[test]
    fn pairs_that_fit_the_tables_fit_in_any_order(
        pairs in prop::collection::hash_set((1..10i64, 1..10i64), 0..45).prop_map(|set| {
            set.into_iter().filter(|(a, b)| a < b).collect::<Vec<_>>()
        }).prop_shuffle(),
    ) {
        // Nine members have at most eight contacts each, and eight numbers are enough for eight.
        let mut model = Model::new(8);
        for (a, b) in pairs {
            prop_assert!(matches!(model.add(a, b), Some(Ok(_))));
        }
        model.assert_route_keys_are_unique();
    }

    #[test]
    fn the_order_in_which_numbers_are_listed_does_not_matter(
        loads in prop::collection::vec(0..5i64, 1..30),
        seed in 1..1000i64,
    ) {
        let mut model = Model::new(loads.len() as i64);
        model.numbers.iter_mut().zip(&loads).for_each(|(n, load)| n.load = *load);
        let sides = (Side::empty(MemberId::from_i64(seed)), Side::empty(MemberId::from_i64(seed + 1)));
        let forward = choose(&model.numbers, Capabilities::usual(), &sides.0, &sides.1);
        model.numbers.reverse();
        prop_assert_eq!(forward, choose(&model.numbers, Capabilities::usual(), &sides.0, &sides.1));
    }

    #[test]
    fn a_busy_number_takes_a_new_pair_only_where_none_with_more_room_would_do(
        numbers in prop::collection::vec((room(), 0..50i64), 1..20),
        (used, theirs) in (prop::collection::hash_set(1..20i64, 0..8), prop::collection::hash_set(1..20i64, 0..8)),
    ) {
        let mut model = Model::new(numbers.len() as i64);
        model.numbers.iter_mut().zip(&numbers).for_each(|(n, (room, load))| {
            (n.room, n.load) = (*room, *load);
        });
        let side = |member, used: &HashSet<i64>| Side {
            used: used.iter().map(|n| NumberId::from_i64(*n)).collect(),
            ..Side::empty(MemberId::from_i64(member))
        };
        let (owner, contact) = (side(1, &used), side(2, &theirs));
        let Ok(choice) = choose(&model.numbers, Capabilities::usual(), &owner, &contact) else {
            prop_assert!(model.numbers.iter().all(|n| !owner.is_free(n.id))
                || model.numbers.iter().all(|n| !contact.is_free(n.id)), "room alone refuses nobody");
            return Ok(());
        };
        let both: Vec<&Candidate> =
            model.numbers.iter().filter(|n| owner.is_free(n.id) && contact.is_free(n.id)).collect();
        prop_assert_eq!(choice.number == choice.mirror, !both.is_empty(), "the same number both ways where one is free");
        let best = |fits: &dyn Fn(&Candidate) -> bool| {
            model.numbers.iter().filter(|n| fits(n)).map(|n| (n.room, n.load)).min()
        };
        let of = |id| model.numbers.iter().find(|n| n.id == id).map(|n| (n.room, n.load));
        let (mine, others) = match both.is_empty() {
            false => (best(&|n| owner.is_free(n.id) && contact.is_free(n.id)), None),
            true => (best(&|n| owner.is_free(n.id)), best(&|n| contact.is_free(n.id))),
        };
        prop_assert_eq!(of(choice.number), mine);
        prop_assert_eq!(of(choice.mirror), others.or(mine));
    }

    #[test]
    fn room_changes_neither_a_pairs_own_number_nor_the_order_of_the_pool(
        rooms in prop::collection::vec(room(), 2..20),
        seed in 1..1000i64,
    ) {
        let mut model = Model::new(rooms.len() as i64);
        let mut sides = (Side::empty(MemberId::from_i64(seed)), Side::empty(MemberId::from_i64(seed + 1)));
        model.numbers.iter_mut().zip(&rooms).for_each(|(n, room)| n.room = *room);
        let forward = choose(&model.numbers, Capabilities::usual(), &sides.0, &sides.1);
        model.numbers.reverse();
        prop_assert_eq!(forward, choose(&model.numbers, Capabilities::usual(), &sides.0, &sides.1));
        let own = NumberId::from_i64(1 + seed % rooms.len() as i64);
        (sides.0.remembered, sides.1.remembered) = (Some(own), Some(own));
        let again = choose(&model.numbers, Capabilities::usual(), &sides.0, &sides.1).unwrap();
        prop_assert_eq!((again.number, again.mirror), (own, own), "however busy it is");
    }
}

fn room() -> impl Strategy<Value = Room> {
    prop::sample::select(Room::ALL.to_vec())
}

#[test]
fn a_busy_number_of_the_members_own_region_comes_before_an_idle_one_of_another() {
    let mut numbers = Model::new(2).numbers;
    (numbers[0].region, numbers[0].room) = (Region::parse("US"), Room::Little);
    numbers[1].region = Region::parse("GB");
    let mut sides = (
        Side::empty(MemberId::from_i64(1)),
        Side::empty(MemberId::from_i64(2)),
    );
    (sides.0.region, sides.1.region) = (Region::parse("US"), Region::parse("US"));
    let choice = choose(&numbers, Capabilities::usual(), &sides.0, &sides.1).unwrap();
    assert_eq!(choice.number, numbers[0].id);
}

#[test]
fn a_pool_of_a_hundred_is_loaded_within_ten_percent_of_even() {
    let mut model = Model::new(100);
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = mix(state);
        (state % below) as i64 + 1
    };
    let mut made = 0;
    while made < 3000 {
        if matches!(model.add(random(400), random(400)), Some(Ok(_))) {
            made += 1;
        }
    }
    let even = 2.0 * made as f64 / 100.0;
    for number in &model.numbers {
        let off = (number.load as f64 - even).abs() / even;
        assert!(
            off <= 0.10,
            "{} rows on one number, {even} would be even",
            number.load
        );
    }
}

/// Without loads to go by (another node's adds are not seen yet), the hash alone must spread well.
#[test]
fn the_hash_alone_spreads_pairs_over_the_pool() {
    let numbers = Model::new(100).numbers;
    let mut hits: HashMap<NumberId, i64> = HashMap::new();
    for pair in 0..100_000i64 {
        let sides = (
            Side::empty(MemberId::from_i64(pair * 7)),
            Side::empty(MemberId::from_i64(pair * 7 + 3)),
        );
        let choice = choose(&numbers, Capabilities::usual(), &sides.0, &sides.1).unwrap();
        *hits.entry(choice.number).or_default() += 1;
    }
    for (number, count) in hits {
        assert!(
            (900..=1100).contains(&count),
            "{number}: {count} of 100000 over 100 numbers"
        );
    }
}

#[test]
fn the_same_number_serves_both_ways_where_it_is_free_on_both_sides() {
    let numbers = Model::new(5).numbers;
    let mut owner = Side::empty(MemberId::from_i64(1));
    owner.used = [1, 2].map(NumberId::from_i64).into();
    let mut contact = Side::empty(MemberId::from_i64(2));
    contact.used = [3, 4].map(NumberId::from_i64).into();
    let choice = choose(&numbers, Capabilities::usual(), &owner, &contact).unwrap();
    assert_eq!(
        (choice.number, choice.mirror),
        (NumberId::from_i64(5), NumberId::from_i64(5))
    );
}

#[test]
fn a_number_of_the_members_own_region_comes_before_a_less_loaded_one() {
    let mut numbers = Model::new(2).numbers;
    numbers[0].region = Region::parse("US");
    numbers[0].load = 50;
    numbers[1].region = Region::parse("GB");
    let mut owner = Side::empty(MemberId::from_i64(1));
    owner.region = Region::parse("US");
    let mut contact = Side::empty(MemberId::from_i64(2));
    contact.region = Region::parse("GB");
    let choice = choose(&numbers, Capabilities::usual(), &owner, &contact).unwrap();
    assert_eq!((choice.number, choice.mirror), (numbers[0].id, numbers[1].id));
}

#[test]
fn a_number_that_cannot_do_what_is_needed_is_never_chosen() {
    let mut numbers = Model::new(3).numbers;
    numbers[0].capabilities = vec![Capability::Voice].into();
    numbers[1].capabilities = vec![Capability::Voice].into();
    let sides = (
        Side::empty(MemberId::from_i64(1)),
        Side::empty(MemberId::from_i64(2)),
    );
    let choice = choose(&numbers, vec![Capability::Sms].into(), &sides.0, &sides.1).unwrap();
    assert_eq!(choice.number, numbers[2].id);
}

#[test]
fn a_shortage_says_whose_table_is_full_and_why() {
    let numbers = Model::new(4).numbers;
    let owner = Side::empty(MemberId::from_i64(1));
    let mut contact = Side::empty(MemberId::from_i64(2));
    contact.used = [1].map(NumberId::from_i64).into();
    contact.kept = [4].map(NumberId::from_i64).into();
    contact.cooling = [2].map(NumberId::from_i64).into();
    contact.stopped = [3].map(NumberId::from_i64).into();
    let shortage = choose(&numbers, Capabilities::usual(), &owner, &contact).unwrap_err();
    assert_eq!(
        shortage,
        Shortage {
            member: contact.member,
            needs: Capabilities::usual(),
            usable: 4,
            used: 1,
            cooling: 1,
            kept: 1,
            stopped: 1,
            needed: 1,
            holding: vec![NumberId::from_i64(1)],
            relief: None,
        }
    );
}

#[test]
fn a_shortage_is_one_sentence_that_says_what_would_help() {
    let numbers = Model::new(5).numbers;
    let mut side = Side::empty(MemberId::from_i64(1));
    side.used = [4, 2, 3, 1].map(NumberId::from_i64).into();
    side.cooling = [5].map(NumberId::from_i64).into();
    let mut shortage = shortage_of(&numbers, Capabilities::usual(), &side).0;
    let number = |id| NumberId::from_i64(id).to_string();
    let who = side.member;
    let begin = format!(
        "the table of {who} is full: of 5 usable numbers (sms, voice) 4 are in use ({}, {}, {} and 1 more), 1 cool \
         down, 0 are kept for former contacts and 0 were stopped by that phone; what would help: add 1 number with sms, voice",
        number(1),
        number(2),
        number(3)
    );
    assert_eq!(
        shortage.to_string(),
        format!("{begin}, or release a contact of {who}")
    );
    let idle = IdlePair {
        contact: ContactId::from_i64(9),
        since: Timestamp(0),
        free_at: Some(Timestamp(2000)),
        recyclable: false,
    };
    let relief = Relief {
        back: Some((Timestamp(1000), 1)),
        idle: Some(idle),
        ..Relief::default()
    };
    shortage.relief = Some(Box::new(relief));
    let begin = format!(
        "{begin}, wait until {}, when 1 number is free again",
        Timestamp(1000)
    );
    assert_eq!(
        shortage.to_string(),
        format!(
            "{begin}, or release {}, idle since {}, whose number comes back on {}",
            idle.contact,
            idle.since,
            Timestamp(2000)
        )
    );
    let idle = Some(IdlePair {
        recyclable: true,
        ..idle
    });
    shortage.relief = Some(Box::new(Relief { idle, ..relief }));
    assert!(
        shortage.to_string().contains("set `when_full` to `recycle`"),
        "{shortage}"
    );
}

fn numbers_of(count: i64) -> impl Strategy<Value = HashSet<NumberId>> {
    prop::collection::hash_set((1..=count).prop_map(NumberId::from_i64), 0..count as usize)
}

proptest! {
    /// However a side came to be: as many contacts as there is room for can be made, one after the other, and
    /// not one more.
    #[test]
    fn the_headroom_is_the_number_of_contacts_that_the_choice_still_makes(
        (used, cooling, kept, stopped, others) in (numbers_of(12), numbers_of(12), numbers_of(12), numbers_of(12), numbers_of(12)),
        numbers in 1..12i64,
    ) {
        let numbers = Model::new(numbers).numbers;
        let mut side = Side { used, cooling, kept, stopped, remembered_for_others: others, ..Side::empty(MemberId::from_i64(1)) };
        let room = headroom(&numbers, Capabilities::usual(), &side);
        prop_assert_eq!(room.taken() + room.free, room.usable);
        prop_assert!(room.taken() <= room.used + room.cooling + room.kept + room.stopped);
        for contact in 0..room.free {
            let other = Side::empty(MemberId::from_i64(contact as i64 + 2));
            let left = headroom(&numbers, Capabilities::usual(), &side).free;
            prop_assert_eq!(left, room.free - contact);
            let choice = choose(&numbers, Capabilities::usual(), &side, &other).unwrap();
            side.used.insert(choice.number);
        }
        let other = Side::empty(MemberId::from_i64(99));
        let shortage = choose(&numbers, Capabilities::usual(), &side, &other).unwrap_err();
        prop_assert_eq!((shortage, true), shortage_of(&numbers, Capabilities::usual(), &side));
    }

    /// The planner counts most tables without their numbers.
    #[test]
    fn where_nothing_cools_or_is_kept_or_was_stopped_the_count_says_as_much_as_the_numbers(
        used in numbers_of(12),
        numbers in 1..12i64,
    ) {
        let numbers = Model::new(numbers).numbers;
        let side = Side { used, ..Side::empty(MemberId::from_i64(1)) };
        let room = headroom(&numbers, Capabilities::usual(), &side);
        prop_assert_eq!(room, Headroom::of_count(numbers.len(), room.used));
    }
}
