//! Good packets and bad, sources that come and go, and counts that add up.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::Micros;
use super::latch::{Latch, Rules, Verdict};
use super::packet::{Header, bare, is_rtcp};
use super::payload::{PayloadTypes, Timing};
use super::quality::mos_hundredths;
use super::reception::{Received, Reception};
use super::rtcp::{SPARE, Summary, rebuild};

const SPEECH: Timing = Timing {
    clock: 8000,
    steady: true,
};

fn header(ssrc: u32, sequence: u16, timestamp: u32) -> Header {
    Header {
        marker: false,
        payload_type: 0,
        sequence,
        timestamp,
        ssrc,
        payload_at: 12,
    }
}

/// Packets with these numbers, 20 ms apart.
fn received(sequences: impl IntoIterator<Item = u16>) -> Received {
    let mut reception = Reception::default();
    for (at, sequence) in sequences.into_iter().enumerate() {
        reception.take(
            &header(1, sequence, 160 * at as u32),
            SPEECH,
            172,
            20_000 * at as u64,
        );
    }
    reception.received()
}

#[test]
fn a_header_is_read_with_its_lists() {
    let mut packet = vec![0x80 | 0x10 | 2, 0x80 | 101, 0x12, 0x34, 0, 0, 0, 7, 0, 0, 0, 9];
    packet.extend([1; 8]);
    packet.extend([0xbe, 0xde, 0, 1, 5, 5, 5, 5]);
    packet.extend([42; 4]);
    let header = Header::read(&packet).unwrap();
    let wanted = Header {
        marker: true,
        payload_type: 101,
        sequence: 0x1234,
        timestamp: 7,
        ssrc: 9,
        payload_at: 28,
    };
    assert_eq!(header, wanted);
    let goes_on = bare(&mut packet, &header);
    assert_eq!(
        goes_on,
        [
            0x80,
            0x80 | 101,
            0x12,
            0x34,
            0,
            0,
            0,
            7,
            0,
            0,
            0,
            9,
            42,
            42,
            42,
            42
        ]
    );
}

#[test]
fn what_is_no_packet_of_version_2_is_not_read() {
    let plain = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
    assert!(Header::read(&plain).is_some());
    for (first, why) in [
        (0x40, "version 1"),
        (0x8f, "more contributors than bytes"),
        (0x90, "an extension that is not there"),
        (0xa0, "padding without a byte"),
    ] {
        let mut packet = plain;
        packet[0] = first;
        assert_eq!(Header::read(&packet), None, "{why}");
    }
    assert_eq!(Header::read(&plain[..11]), None);
    assert_eq!(Header::read(&[&[0xa0][..], &plain[1..], &[3]].concat()), None);
    assert!(is_rtcp(&[0x80, 200]) && !is_rtcp(&[0x80, 0x80 | 13]) && !is_rtcp(&[0x80]));
}

#[test]
fn loss_is_what_the_numbers_leave_out() {
    let counted = received([10, 11, 13, 12, 16]);
    assert_eq!((counted.packets, counted.expected, counted.lost), (5, 7, 2));
    let twice = received([10, 11, 11, 13]);
    assert_eq!((twice.packets, twice.expected, twice.lost), (4, 4, 0));
}

#[test]
fn the_count_goes_on_where_numbers_wrap_around() {
    let counted = received((0..200_000u32).filter(|n| n % 100 != 99).map(|n| n as u16));
    assert_eq!((counted.expected, counted.lost), (199_999, 1999));
}

#[test]
fn a_source_that_begins_anew_has_lost_nothing() {
    let counted = received([10, 11, 30_000, 30_001, 30_002]);
    assert_eq!((counted.packets, counted.expected, counted.lost), (5, 5, 0));
    let odd = received([10, 11, 30_000, 12]);
    assert_eq!((odd.packets, odd.expected, odd.lost), (4, 3, 0));
    let wrapping = received([30_000, 65_535, 0, 1]);
    assert_eq!((wrapping.packets, wrapping.expected, wrapping.lost), (4, 4, 0));
    let mut reception = Reception::default();
    for (ssrc, sequence) in [(1, 5), (1, 7), (2, 900), (2, 901)] {
        reception.take(&header(ssrc, sequence, 0), SPEECH, 172, 0);
    }
    assert_eq!((reception.received().expected, reception.received().lost), (5, 1));
}

#[test]
fn jitter_is_the_smoothed_difference_of_transit_times() {
    let mut reception = Reception::default();
    for at in 0..10_000u64 {
        // Every other packet is 8 ms late: each difference is 8 ms, and so the jitter becomes.
        let late = if at % 2 == 0 { 0 } else { 8000 };
        reception.take(
            &header(1, at as u16, 160 * at as u32),
            SPEECH,
            172,
            20_000 * at + late,
        );
    }
    let counted = reception.received();
    assert!((7900..=8010).contains(&counted.jitter), "{}", counted.jitter);
    assert!(received(0..1000).jitter == 0);
}

#[test]
fn keys_and_pauses_are_no_jitter() {
    let mut reception = Reception::default();
    let keys = Timing {
        clock: 8000,
        steady: false,
    };
    for at in 0..100u64 {
        reception.take(
            &header(1, 2 * at as u16, 160 * at as u32),
            SPEECH,
            172,
            20_000 * at,
        );
        reception.take(&header(1, 2 * at as u16 + 1, 0), keys, 16, 20_000 * at);
    }
    // Ten seconds in which the clock stood still.
    reception.take(&header(1, 200, 160 * 100), SPEECH, 172, 20_000 * 100 + 10_000_000);
    assert_eq!(reception.received().jitter_max, 0);
    assert_eq!(reception.received().lost, 0);
}

#[test]
fn the_estimate_falls_with_loss_delay_and_jitter() {
    let mos = |lost, jitter, trip| mos_hundredths(1000, lost, jitter, trip).unwrap();
    assert_eq!(mos(0, 0, None), 440);
    assert!((400..=425).contains(&mos(20, 0, None)), "{}", mos(20, 0, None));
    assert!((220..=320).contains(&mos(200, 0, None)), "{}", mos(200, 0, None));
    assert!(mos(0, 0, Some(800_000)) < 350);
    assert!(mos(0, 100_000, None) < mos(0, 10_000, None));
    assert_eq!(mos(1000, 1_000_000, Some(10_000_000)), 100);
    assert_eq!(mos_hundredths(0, 0, 0, None), None);
}

#[test]
fn payload_types_have_clocks() {
    let types = PayloadTypes::none().with(96, 48_000, true).with(101, 8000, false);
    let types = types.and(&PayloadTypes::none().with(0, 8000, true).with(96, 8000, true));
    assert_eq!(
        types.timing(96),
        Some(Timing {
            clock: 48_000,
            steady: true
        })
    );
    assert_eq!(
        types.timing(101),
        Some(Timing {
            clock: 8000,
            steady: false
        })
    );
    assert_eq!(types.timing(0), Some(SPEECH));
    assert_eq!(types.timing(8), None);
    assert_eq!(types.timing(200), None);
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

const SECOND: Micros = 1_000_000;

fn pointed(rules: Rules) -> Latch {
    let mut latch = Latch::new(rules);
    assert_eq!(latch.judge(at("192.0.2.1:4000"), 0), Verdict::Rejected);
    latch.point(
        at("192.0.2.1:4000"),
        Some("203.0.113.5".parse().unwrap()),
        100 * SECOND,
    );
    latch
}

#[test]
fn a_latch_closes_on_the_first_trusted_source_and_stays() {
    for first in ["192.0.2.1:4000", "192.0.2.1:61000", "203.0.113.5:9"] {
        let mut latch = pointed(Rules::default());
        assert_eq!(latch.destination(), Some(at("192.0.2.1:4000")));
        assert_eq!(latch.judge(at(first), 200 * SECOND), Verdict::Moved);
        assert_eq!(latch.judge(at(first), 201 * SECOND), Verdict::Good);
        assert_eq!(latch.destination(), Some(at(first)));
        for other in ["198.51.100.66:4000", "192.0.2.1:4002", "203.0.113.5:10"] {
            assert_eq!(latch.judge(at(other), 202 * SECOND), Verdict::Rejected);
        }
        assert_eq!(latch.destination(), Some(at(first)));
    }
}

#[test]
fn a_stranger_is_believed_within_the_window_until_a_trusted_source_speaks() {
    let mut latch = pointed(Rules::default());
    let (stranger, other, phone) = (at("198.51.100.66:1"), at("198.51.100.67:1"), at("192.0.2.1:4000"));
    assert_eq!(latch.judge(stranger, 101 * SECOND), Verdict::Moved);
    assert_eq!(latch.judge(stranger, 102 * SECOND), Verdict::Good);
    assert_eq!(latch.judge(other, 102 * SECOND), Verdict::Rejected);
    assert_eq!(latch.judge(phone, 300 * SECOND), Verdict::Moved);
    assert_eq!(latch.judge(stranger, 300 * SECOND), Verdict::Rejected);
    let mut latch = pointed(Rules::default());
    assert_eq!(latch.judge(stranger, 111 * SECOND), Verdict::Rejected);
    // The call is answered: now the phone behind its translator begins to send.
    latch.restart(140 * SECOND);
    assert_eq!(latch.judge(stranger, 141 * SECOND), Verdict::Moved);
}

#[test]
fn another_port_is_followed_only_after_silence_and_a_stranger_never() {
    let mut latch = pointed(Rules::default());
    let (phone, moved, stranger) = (at("192.0.2.1:4000"), at("192.0.2.1:4100"), at("198.51.100.66:1"));
    latch.judge(phone, 101 * SECOND);
    assert_eq!(latch.judge(moved, 103 * SECOND), Verdict::Rejected);
    assert_eq!(latch.judge(stranger, 105 * SECOND), Verdict::Rejected);
    assert_eq!(latch.judge(moved, 105 * SECOND), Verdict::Moved);
    assert_eq!(latch.judge(phone, 105 * SECOND), Verdict::Rejected);
}

#[test]
fn a_leg_that_is_pointed_elsewhere_is_learnt_anew_but_not_from_its_old_source() {
    let mut latch = pointed(Rules::default());
    let (old, new, mapped) = (at("192.0.2.1:4000"), at("10.0.0.9:7000"), at("198.51.100.7:7000"));
    latch.judge(old, 101 * SECOND);
    latch.point(old, None, 102 * SECOND);
    assert_eq!(latch.judge(old, 102 * SECOND), Verdict::Good);
    latch.point(new, None, 103 * SECOND);
    assert_eq!(latch.destination(), Some(new));
    assert_eq!(latch.judge(old, 103 * SECOND), Verdict::Rejected);
    assert_eq!(latch.judge(mapped, 104 * SECOND), Verdict::Moved);
    assert_eq!(latch.judge(old, 104 * SECOND), Verdict::Rejected);
}

#[test]
fn a_strict_latch_learns_nothing() {
    let mut latch = pointed(Rules {
        strict: true,
        ..Rules::default()
    });
    assert_eq!(latch.judge(at("192.0.2.1:4002"), 101 * SECOND), Verdict::Rejected);
    assert_eq!(
        latch.judge(at("203.0.113.5:4000"), 101 * SECOND),
        Verdict::Rejected
    );
    assert_ne!(latch.judge(at("192.0.2.1:4000"), 101 * SECOND), Verdict::Rejected);
    assert_eq!(latch.judge(at("192.0.2.1:4002"), 190 * SECOND), Verdict::Rejected);
}

/// A packet of this kind: its count and body.
fn control(count: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    assert_eq!(body.len() % 4, 0);
    let mut packet = vec![0x80 | count, kind];
    packet.extend((body.len() as u16 / 4).to_be_bytes());
    packet.extend(body);
    packet
}

fn sender_report() -> Vec<u8> {
    let mut body = vec![0, 0, 0, 9];
    body.extend([1, 2, 3, 4, 5, 6, 7, 8]);
    body.extend([0; 12]);
    let mut block = [0; 24];
    block[4] = 64;
    block[16..24].copy_from_slice(&[0, 1, 2, 3, 0, 0, 128, 0]);
    body.extend(block);
    control(1, 200, &body)
}

fn naming() -> Vec<u8> {
    let items = b"\x00\x00\x00\x09\x01\x0ealice@10.1.2.3\x02\x05Alice\x03\x05a@b.c\x04\x0b12025550123\x05\x04Home\x00\x00\x00";
    let mut items = items.to_vec();
    items.resize(items.len().next_multiple_of(4), 0);
    control(1, 202, &items)
}

#[test]
fn reports_go_on_under_a_made_up_name() {
    let report = sender_report();
    let goodbye = control(1, 203, b"\x00\x00\x00\x09\x07alice's");
    let application = control(0, 204, b"\x00\x00\x00\x09nameAlic");
    let whole = [report.clone(), naming(), application, goodbye].concat();
    let mut out = Vec::new();
    let summary = rebuild(&whole, "Qk3tz0aB", &mut out).unwrap();
    let wanted = Summary {
        sent_at: Some(0x0304_0506),
        echo: Some((0x0001_0203, 0x8000)),
        fraction_lost: Some(64),
        goodbye: true,
    };
    assert_eq!(summary, wanted);
    let ours = control(1, 202, b"\x00\x00\x00\x09\x01\x08Qk3tz0aB\x00\x00");
    assert_eq!(out, [report, ours, control(1, 203, &[0, 0, 0, 9])].concat());
}

#[test]
fn what_is_no_compound_packet_does_not_go_on() {
    let mut out = Vec::new();
    let report = sender_report();
    let mut short = report.clone();
    short[0] = 0x82;
    let mut old = report.clone();
    old[0] = 0x41;
    let mut padded = report.clone();
    padded[0] |= 0x20;
    for (packet, why) in [
        (Vec::new(), "nothing"),
        (naming(), "no report first"),
        (report[..report.len() - 4].to_vec(), "cut off"),
        ([&report[..], &[0x80]].concat(), "a rest"),
        (short, "more blocks than bytes"),
        (old, "version 1"),
        ([padded, naming()].concat(), "padding within"),
    ] {
        assert_eq!(rebuild(&packet, "name", &mut out), None, "{why}");
        assert!(out.is_empty());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_judged(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut out = Vec::new();
        if rebuild(&bytes, "name", &mut out).is_some() {
            prop_assert!(out.len() <= bytes.len() + SPARE);
            let once = out.clone();
            prop_assert!(rebuild(&once, "name", &mut out).is_some());
            prop_assert_eq!(once, out);
        }
        if let Some(header) = Header::read(&bytes) {
            let length = bytes.len();
            let goes_on = bare(&mut bytes, &header);
            prop_assert_eq!(goes_on.len(), length - header.payload_at + 12);
            prop_assert_eq!(Header::read(goes_on), Some(Header { payload_at: 12, ..header }));
        }
    }

    #[test]
    fn no_text_of_a_compound_packet_goes_on(text in "[a-z@.]{8,40}", kind in 202u8..=210) {
        let mut body = vec![0, 0, 0, 9, 1, text.len() as u8];
        body.extend(text.bytes());
        body.resize(body.len().next_multiple_of(4) + 4, 0);
        let mut out = Vec::new();
        let whole = [sender_report(), control(1, kind, &body)].concat();
        prop_assert!(rebuild(&whole, "0", &mut out).is_some());
        prop_assert!(!out.windows(4).any(|part| part == &text.as_bytes()[..4]));
    }

    #[test]
    fn counts_of_any_numbers_hold_together(sequences in proptest::collection::vec(any::<u16>(), 0..300)) {
        let counted = received(sequences.iter().copied());
        prop_assert_eq!(counted.packets, sequences.len() as u64);
        prop_assert!(counted.lost <= counted.expected);
    }
}
