//! Keys between packets of speech, and without any.

use super::*;

const MS: Micros = 1000;

fn speech(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend((160 * u32::from(sequence)).to_be_bytes());
    packet.extend(7_u32.to_be_bytes());
    packet.extend([0x55; 160]);
    packet
}

/// The number under which it goes on.
fn pass(keys: &mut Keys, sequence: u16, now: Micros) -> u16 {
    let mut packet = speech(sequence);
    let header = Header::read(&packet).unwrap();
    keys.pass(&mut packet, &header, now);
    Header::read(&packet).unwrap().sequence
}

/// Marker, number, timestamp, whether it is the end, duration.
fn told(packet: &[u8]) -> (bool, u16, u32, bool, u16) {
    let header = Header::read(packet).unwrap();
    assert_eq!((header.payload_type, header.payload_at), (101, FIXED));
    let [event, flags, long, short] = packet[FIXED..] else {
        panic!()
    };
    assert_eq!((event, flags & 0x7f), (10, VOLUME));
    let duration = u16::from_be_bytes([long, short]);
    (
        header.marker,
        header.sequence,
        header.timestamp,
        flags & 0x80 != 0,
        duration,
    )
}

fn star(held_ms: u16) -> Key {
    Key::new('*', held_ms, 101, 8000).unwrap()
}

#[test]
fn a_key_is_told_between_packets_of_speech_and_the_count_goes_on() {
    let mut keys = Keys::new(9);
    assert_eq!(pass(&mut keys, 100, 0), 100);
    assert_eq!(pass(&mut keys, 101, 20 * MS), 101);
    assert_eq!(keys.due(), None);
    assert!(keys.press(star(60)));
    let mut now = 30 * MS;
    let mut heard = Vec::new();
    let mut numbers = Vec::new();
    for sequence in 102..107 {
        assert!(keys.due().unwrap() <= now);
        let packet = keys.poll(now).unwrap();
        assert_eq!(Header::read(&packet).unwrap().ssrc, 7);
        heard.push(told(&packet));
        assert_eq!(keys.poll(now), None, "one at a time");
        numbers.push(pass(&mut keys, sequence, now + 10 * MS));
        now += 20 * MS;
    }
    // Of one moment, half a packet after the last speech: 160 * 101 + 80.
    let at = 16_240;
    assert_eq!(
        heard,
        [
            (true, 102, at, false, 160),
            (false, 104, at, false, 320),
            (false, 106, at, true, 480),
            (false, 108, at, true, 480),
            (false, 110, at, true, 480),
        ]
    );
    assert_eq!(numbers, [103, 105, 107, 109, 111]);
    assert_eq!((keys.poll(now), keys.due()), (None, None));
    assert_eq!(pass(&mut keys, 107, now), 112);
    // One that was overtaken gets the number that was left for it, not another's.
    assert_eq!(pass(&mut keys, 109, now), 114);
    assert_eq!(pass(&mut keys, 108, now), 113);
    // So it stays, however long the call.
    for sequence in 110..=65_535 {
        assert_eq!(pass(&mut keys, sequence, now), sequence.wrapping_add(5));
    }
    assert_eq!(pass(&mut keys, 0, now), 5);
}

#[test]
fn speech_that_was_overtaken_by_a_key_comes_before_it() {
    let mut keys = Keys::new(9);
    assert_eq!(pass(&mut keys, 1, 0), 1);
    assert_eq!(pass(&mut keys, 3, 0), 3);
    assert!(keys.press(star(40)));
    assert_eq!(told(&keys.poll(0).unwrap()).1, 4);
    assert_eq!(told(&keys.poll(20 * MS).unwrap()).1, 5);
    assert_eq!(pass(&mut keys, 2, 20 * MS), 2);
    assert_eq!(pass(&mut keys, 4, 20 * MS), 6);
}

#[test]
fn keys_come_one_after_another_and_too_many_are_dropped() {
    let mut keys = Keys::new(9);
    let pressed = (0..100).filter(|_| keys.press(star(40))).count();
    assert_eq!(pressed, WAITING);
    let mut all = Vec::new();
    let mut now = 5 * MS;
    while keys.due().is_some() {
        if let Some(packet) = keys.poll(now) {
            assert_eq!(Header::read(&packet).unwrap().ssrc, 9, "nobody has spoken");
            all.push(told(&packet));
        }
        now += 20 * MS;
    }
    assert_eq!(all.len(), WAITING * 4);
    assert_eq!(all.iter().filter(|packet| packet.0).count(), WAITING);
    assert!(all.windows(2).all(|two| two[0].1 + 1 == two[1].1));
    // Each begins after the one before has ended.
    let begins: Vec<u32> = all
        .iter()
        .filter(|packet| packet.0)
        .map(|packet| packet.2)
        .collect();
    assert!(begins.windows(2).all(|two| two[0] + 320 < two[1]), "{begins:?}");
    // Who speaks then has a count of their own.
    assert_eq!(pass(&mut keys, 100, now), 100);
}

#[test]
fn only_the_sixteen_keys_are_told() {
    for (digit, event) in [('0', 0), ('9', 9), ('*', 10), ('#', 11), ('A', 12), ('D', 15)] {
        let key = Key::new(digit, 100, 101, 8000).unwrap();
        assert_eq!(key.event, event);
    }
    assert_eq!(Key::new('E', 100, 101, 8000), None);
}
