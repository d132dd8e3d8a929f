use super::*;
use crate::wire::sms::segment::segment;
use proptest::prelude::*;

const ROOMY: Caps = Caps {
    texts: 100,
    bytes: 100_000,
    timeout_ms: 1_000,
};

type Machine = Reassembler<(u64, u64), u32>;

fn fragment(reference: Reference, total: u8, seq: u8, body: &str, token: u32) -> Fragment<u32> {
    let concat = Concat::new(reference, total, seq).unwrap();
    Fragment {
        concat,
        coding: Coding::Gsm7,
        body: body.into(),
        token,
    }
}

fn udh(total: u8, seq: u8, body: &str, token: u32) -> Fragment<u32> {
    fragment(Reference::Udh8(7), total, seq, body, token)
}

fn complete(inserted: Inserted<(u64, u64), u32>) -> (String, Vec<u32>) {
    match inserted.outcome {
        Outcome::Complete(whole) => (whole.text().unwrap(), whole.tokens),
        other => panic!("not complete: {other:?}"),
    }
}

#[test]
fn parts_out_of_order_make_the_text_and_return_their_tokens_in_order() {
    let mut machine = Machine::new(ROOMY);
    assert_eq!(
        machine.insert((1, 2), udh(3, 3, "c", 30), 0).outcome,
        Outcome::Pending
    );
    assert_eq!(
        machine.insert((1, 2), udh(3, 1, "a", 10), 1).outcome,
        Outcome::Pending
    );
    assert_eq!(
        complete(machine.insert((1, 2), udh(3, 2, "b", 20), 2)),
        ("abc".into(), vec![10, 20, 30])
    );
    assert_eq!(
        (machine.texts(), machine.bytes(), machine.next_deadline()),
        (0, 0, None)
    );
}

#[test]
fn a_text_of_one_part_is_whole_at_once() {
    let mut machine = Machine::new(Caps {
        texts: 0,
        bytes: 0,
        timeout_ms: 0,
    });
    assert_eq!(
        complete(machine.insert((1, 2), udh(1, 1, "a", 1), 0)),
        ("a".into(), vec![1])
    );
}

#[test]
fn the_reference_spaces_and_the_ends_do_not_mix() {
    let mut machine = Machine::new(ROOMY);
    let spaces = [Reference::Udh8(7), Reference::Udh16(7), Reference::Sar(7)];
    for reference in spaces {
        for ends in [(1, 2), (2, 1)] {
            assert_eq!(
                machine.insert(ends, fragment(reference, 2, 1, "a", 1), 0).outcome,
                Outcome::Pending
            );
        }
        assert_eq!(
            machine
                .insert((1, 2), fragment(reference, 3, 2, "b", 1), 0)
                .outcome,
            Outcome::Pending
        );
    }
    assert_eq!(machine.texts(), 9);
}

#[test]
fn a_repeated_part_keeps_the_newer_token() {
    let mut machine = Machine::new(ROOMY);
    machine.insert((1, 2), udh(2, 1, "a", 1), 0);
    let held = machine.bytes();
    let again = machine.insert((1, 2), udh(2, 1, "a", 2), 0);
    assert_eq!(again.outcome, Outcome::Duplicate { superseded: 1 });
    assert_eq!(machine.bytes(), held);
    assert_eq!(
        complete(machine.insert((1, 2), udh(2, 2, "b", 3), 0)),
        ("ab".into(), vec![2, 3])
    );
}

#[test]
fn a_reused_reference_gives_the_earlier_text_up_instead_of_mixing() {
    let mut machine = Machine::new(ROOMY);
    machine.insert((1, 2), udh(2, 1, "old", 1), 0);
    let inserted = machine.insert((1, 2), udh(2, 1, "new", 2), 500);
    assert_eq!(inserted.outcome, Outcome::Pending);
    assert_eq!(inserted.given_up.len(), 1);
    assert_eq!(inserted.given_up[0].why, GivenUp::ReferenceReused);
    assert_eq!(inserted.given_up[0].parts[0].token, 1);
    assert_eq!(machine.next_deadline(), Some(1_500));
    assert_eq!(
        complete(machine.insert((1, 2), udh(2, 2, "er", 3), 600)),
        ("newer".into(), vec![2, 3])
    );
}

#[test]
fn a_late_text_is_given_up_with_what_arrived() {
    let mut machine = Machine::new(ROOMY);
    machine.insert((1, 2), udh(3, 3, "c", 3), 10);
    machine.insert((1, 2), udh(3, 1, "a", 1), 900);
    assert_eq!(machine.next_deadline(), Some(1_010));
    assert_eq!(machine.expire(1_009), []);
    let expired = machine.expire(1_010);
    assert_eq!(expired.len(), 1);
    let text = &expired[0];
    assert_eq!((text.key, text.total, text.why), ((1, 2), 3, GivenUp::TimedOut));
    let parts: Vec<_> = text
        .parts
        .iter()
        .map(|part| (part.seq, part.body.as_slice(), part.token))
        .collect();
    assert_eq!(parts, [(1, &b"a"[..], 1), (3, &b"c"[..], 3)]);
    assert_eq!((machine.texts(), machine.bytes()), (0, 0));
}

#[test]
fn a_part_after_the_deadline_starts_anew_even_if_nobody_called_expire() {
    let mut machine = Machine::new(ROOMY);
    machine.insert((1, 2), udh(2, 1, "a", 1), 0);
    let inserted = machine.insert((1, 2), udh(2, 2, "b", 2), 1_000);
    assert_eq!(inserted.outcome, Outcome::Pending);
    assert_eq!(inserted.given_up[0].why, GivenUp::TimedOut);
}

#[test]
fn the_oldest_text_goes_when_there_are_too_many() {
    let mut machine = Machine::new(Caps { texts: 2, ..ROOMY });
    for source in 1..=3 {
        let inserted = machine.insert((source, 9), udh(2, 1, "a", source as u32), source as i64);
        let gone: Vec<_> = inserted
            .given_up
            .iter()
            .map(|text| (text.key.0, text.why))
            .collect();
        assert_eq!(
            gone,
            if source == 3 {
                vec![(1, GivenUp::NoRoom)]
            } else {
                vec![]
            }
        );
    }
}

#[test]
fn a_part_too_big_for_the_caps_comes_back_itself() {
    let mut machine = Machine::new(Caps { bytes: 100, ..ROOMY });
    let inserted = machine.insert((1, 2), udh(2, 1, &"a".repeat(200), 5), 0);
    assert_eq!(inserted.outcome, Outcome::Pending);
    assert_eq!(inserted.given_up[0].parts[0].token, 5);
    assert_eq!((machine.texts(), machine.bytes()), (0, 0));
}

#[test]
fn extreme_clocks_do_not_overflow() {
    let mut machine = Machine::new(Caps {
        timeout_ms: i64::MAX,
        ..ROOMY
    });
    machine.insert((1, 2), udh(2, 1, "a", 1), i64::MAX - 1);
    machine.insert((1, 3), udh(2, 1, "a", 2), i64::MIN);
    assert_eq!(machine.expire(i64::MAX).len(), 2);
}

proptest! {
    #[test]
    fn any_text_in_any_order_with_repetitions_comes_out_the_same(
        text in prop_oneof!["[a-z€ ]{161,900}", "[a-zж😀]{71,400}"],
        reference: u8,
        order in any::<Vec<prop::sample::Index>>(),
    ) {
        let segments = segment(&text, reference).unwrap();
        let total = segments.parts.len();
        // Random picks first, as often as they fall, then every part for certain.
        let picks = order.iter().map(|index| index.index(total)).chain((0..total).rev());
        let mut machine = Machine::new(ROOMY);
        let mut whole = None;
        for (token, index) in picks.enumerate() {
            let concat = Concat::new(Reference::Udh8(reference), total as u8, index as u8 + 1).unwrap();
            let body = segments.parts[index].body.clone();
            let fragment = Fragment { concat, coding: segments.coding, body, token: token as u32 };
            if let Outcome::Complete(done) = machine.insert((1, 2), fragment, 0).outcome {
                whole = Some(done);
                break;
            }
        }
        prop_assert_eq!(whole.map(|whole| whole.text()), Some(Ok(text)));
        prop_assert_eq!((machine.texts(), machine.bytes()), (0, 0));
    }

    #[test]
    fn bytes_cut_anywhere_join_to_the_same_text(
        text in "[a-zж😀]{1,100}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        ends.push(bytes.len());
        ends.sort_unstable();
        let mut machine = Machine::new(ROOMY);
        let (mut start, mut whole) = (0, None);
        for (seq, end) in (1..).zip(&ends) {
            let concat = Concat::from_sar(1, ends.len() as u8, seq).unwrap();
            let body = bytes[start..*end].to_vec();
            let fragment = Fragment { concat, coding: Coding::Ucs2, body, token: 0 };
            if let Outcome::Complete(done) = machine.insert((1, 2), fragment, 0).outcome {
                whole = Some(done);
            }
            start = *end;
        }
        prop_assert_eq!(whole.map(|whole| whole.text()), Some(Ok(text)));
    }

    #[test]
    fn under_any_traffic_the_caps_hold_and_every_token_comes_back_once(
        traffic in prop::collection::vec((0u64..4, 0u8..3, 1u8..5, 1u8..5, "[ab]{0,3}", -50i64..500), 0..200),
    ) {
        let caps = Caps { texts: 3, bytes: 400, timeout_ms: 300 };
        let mut machine = Machine::new(caps);
        let mut back = Vec::new();
        let (mut now, mut given) = (0, 0);
        for (source, reference, total, seq, body, step) in traffic {
            let Some(concat) = Concat::new(Reference::Udh8(reference), total, seq) else { continue };
            now += step;
            let fragment = Fragment { concat, coding: Coding::Gsm7, body: body.into(), token: given };
            given += 1;
            let inserted = machine.insert((source, 0), fragment, now);
            match inserted.outcome {
                Outcome::Pending => {}
                Outcome::Duplicate { superseded } => back.push(superseded),
                Outcome::Complete(whole) => back.extend(whole.tokens),
            }
            let expired = if given % 5 == 0 { machine.expire(now) } else { Vec::new() };
            for text in inserted.given_up.into_iter().chain(expired) {
                back.extend(text.parts.into_iter().map(|part| part.token));
            }
            prop_assert!(machine.texts() <= caps.texts && machine.bytes() <= caps.bytes);
            prop_assert_eq!(machine.texts(), machine.queue.len());
        }
        let rest = machine.expire(i64::MAX);
        back.extend(rest.into_iter().flat_map(|text| text.parts).map(|part| part.token));
        back.sort_unstable();
        prop_assert_eq!(back, (0..given).collect::<Vec<_>>());
        prop_assert_eq!((machine.texts(), machine.bytes()), (0, 0));
    }
}
