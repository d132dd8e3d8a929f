//! What of one leg's reports and headers the other leg gets to see.

use super::*;

fn control(count: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80 | count, kind];
    packet.extend((body.len() as u16 / 4).to_be_bytes());
    packet.extend(body);
    packet
}

/// A sender's report, with an answer to one that was sent at `of` and held for no time.
fn report(sent_at: u32, of: u32) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 9, 0, 0];
    body.extend(sent_at.to_be_bytes());
    body.extend([0; 2 + 12]);
    body.extend([0; 16]);
    body.extend(of.to_be_bytes());
    body.extend([0; 4]);
    control(1, 200, &body)
}

#[test]
fn reports_pass_without_the_names_of_who_sent_them() {
    let bench = start(settings(21_500..=21_519));
    let call = Call::on(&bench.relay);
    let naming = control(1, 202, b"\x00\x00\x00\x09\x01\x0ealice@10.1.2.3\x02\x05Alice\x00");
    let goodbye = control(1, 203, b"\x00\x00\x00\x09\x05alice\x00\x00");
    call.a
        .rtcp
        .send_to(&[report(7, 0), naming, goodbye].concat(), call.to_a.rtcp)
        .unwrap();
    let heard = hear(&call.b.rtcp).unwrap();
    assert_eq!(heard[..52], report(7, 0)[..]);
    assert!(!heard.windows(5).any(|part| part.eq_ignore_ascii_case(b"alice")));
    assert!(heard.windows(24).any(|part| part == "02".repeat(12).as_bytes()));
    assert!(heard.ends_with(&control(1, 203, &[0, 0, 0, 9])));
}

#[test]
fn answers_to_reports_tell_the_round_trip() {
    let bench = start(settings(21_520..=21_539));
    let call = Call::on(&bench.relay);
    call.a.rtcp.send_to(&report(7, 0), call.to_a.rtcp).unwrap();
    hear(&call.b.rtcp).unwrap();
    thread::sleep(Duration::from_millis(80));
    call.b.rtcp.send_to(&report(8, 7), call.to_b.rtcp).unwrap();
    hear(&call.a.rtcp).unwrap();
    let [a, b] = call.close(&bench.relay).legs;
    assert!(
        (80_000..1_000_000).contains(&b.round_trip.unwrap()),
        "{:?}",
        b.round_trip
    );
    assert_eq!((a.round_trip, a.rtcp, b.rtcp), (None, 1, 1));
}

#[test]
fn reports_on_the_port_of_speech_pass_once_the_speaker_is_known() {
    let bench = start(settings(21_540..=21_559));
    let call = Call::on(&bench.relay);
    call.a.say(&report(7, 0), call.to_a.rtp);
    call.a.say(&speech(1), call.to_a.rtp);
    call.a.say(&report(8, 0), call.to_a.rtp);
    assert!(hear(&call.b.rtcp).unwrap().starts_with(&report(8, 0)));
    assert_eq!(call.close(&bench.relay).legs[0].rejected.stranger, 1);
}

#[test]
fn reports_of_strangers_do_not_pass() {
    let bench = start(settings(21_560..=21_579));
    let call = Call::on(&bench.relay);
    let stranger = Phone::at("127.0.0.66".parse().unwrap());
    stranger.rtcp.send_to(&report(7, 0), call.to_a.rtcp).unwrap();
    call.a.rtcp.send_to(&report(8, 0), call.to_a.rtcp).unwrap();
    assert!(hear(&call.b.rtcp).unwrap().starts_with(&report(8, 0)));
    call.b.rtcp.send_to(b"not a report", call.to_b.rtcp).unwrap();
    assert!(until(|| call.look(&bench.relay).legs[1].rejected.malformed == 1));
    let [a, b] = call.close(&bench.relay).legs;
    assert_eq!((a.rejected.stranger, b.rejected.malformed), (1, 1));
}

#[test]
fn extensions_and_contributors_do_not_pass() {
    let bench = start(settings(21_580..=21_599));
    let call = Call::on(&bench.relay);
    let mut packet = speech(1);
    packet[0] |= 0x11;
    packet.splice(
        12..12,
        [[0, 0, 0, 7], [0xbe, 0xde, 0, 2], *b"\x17ali", *b"ce00"].concat(),
    );
    call.a.say(&packet, call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), speech(1));
}
