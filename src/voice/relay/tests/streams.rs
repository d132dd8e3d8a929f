//! Packets that should pass and packets that should not.

use super::*;

#[test]
fn speech_passes_both_ways_and_is_counted() {
    let bench = start(settings(21_000..=21_019));
    let call = Call::on(&bench.relay);
    for sequence in 0..50 {
        call.a.say(&speech(sequence), call.to_a.rtp);
        assert_eq!(call.b.hear().unwrap(), speech(sequence));
        // One in ten of B's is lost on its way.
        if sequence % 10 != 5 {
            call.b.say(&speech(sequence), call.to_b.rtp);
            assert_eq!(call.a.hear().unwrap(), speech(sequence));
        }
    }
    let [a, b] = call.close(&bench.relay).legs;
    assert_eq!(
        (a.received.packets, a.received.expected, a.received.lost),
        (50, 50, 0)
    );
    assert_eq!(
        (b.received.packets, b.received.expected, b.received.lost),
        (45, 50, 5)
    );
    assert_eq!((a.sent, b.sent), (45, 50));
    assert_eq!((a.received.bytes, b.sent_bytes), (50 * 172, 50 * 172));
    assert_eq!(
        (a.unsent, b.unsent, a.rejected.total(), b.rejected.total()),
        (0, 0, 0, 0)
    );
    assert!(a.mos > b.mos && b.mos.is_some());
}

#[test]
fn packets_come_from_the_ports_that_the_parties_were_told() {
    let bench = start(settings(21_020..=21_039));
    let call = Call::on(&bench.relay);
    call.a.say(&speech(1), call.to_a.rtp);
    let mut packet = [0; 2048];
    assert_eq!(call.b.rtp.recv_from(&mut packet).unwrap().1, call.to_b.rtp);
    assert_eq!(call.to_a.rtp.port() % 2, 0);
    assert_eq!(call.to_a.rtcp.port(), call.to_a.rtp.port() + 1);
}

#[test]
fn a_phone_behind_a_translator_is_found_by_its_packets() {
    let bench = start(settings(21_040..=21_059));
    let call = Call::on(&bench.relay);
    let described = "127.0.0.1:9".parse().unwrap();
    let remote = Remote {
        rtp: described,
        ..call.b.remote()
    };
    bench.relay.point(call.id, Side::B, remote).unwrap();
    call.b.say(&speech(1), call.to_b.rtp);
    assert!(call.a.hear().is_some());
    call.a.say(&speech(1), call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), speech(1));
    assert_eq!(
        call.look(&bench.relay).legs[1].source,
        Some(call.b.rtp.local_addr().unwrap())
    );
}

#[test]
fn a_hijacker_is_neither_heard_nor_spoken_to() {
    let bench = start(settings(21_060..=21_079));
    let call = Call::on(&bench.relay);
    call.a.say(&speech(1), call.to_a.rtp);
    assert!(call.b.hear().is_some());
    let hijackers = [
        Phone::at("127.0.0.66".parse().unwrap()),
        Phone::at(Ipv4Addr::LOCALHOST.into()),
    ];
    for hijacker in &hijackers {
        for sequence in 2..12 {
            hijacker.say(&speech(sequence), call.to_a.rtp);
        }
    }
    assert!(call.b.hears_nothing());
    call.b.say(&speech(1), call.to_b.rtp);
    assert!(call.a.hear().is_some());
    assert!(hijackers.iter().all(Phone::hears_nothing));
    let [a, _] = call.close(&bench.relay).legs;
    assert_eq!((a.rejected.stranger, a.received.packets), (20, 1));
}

#[test]
fn after_silence_a_phone_may_come_from_another_port() {
    let rules = Rules {
        silence: 200_000,
        ..Rules::default()
    };
    let bench = start(Settings {
        rules,
        ..settings(21_080..=21_099)
    });
    let call = Call::on(&bench.relay);
    call.a.say(&speech(1), call.to_a.rtp);
    assert!(call.b.hear().is_some());
    let moved = Phone::at(Ipv4Addr::LOCALHOST.into());
    thread::sleep(Duration::from_millis(300));
    moved.say(&speech(2), call.to_a.rtp);
    assert!(call.b.hear().is_some());
    call.b.say(&speech(1), call.to_b.rtp);
    assert!(moved.hear().is_some());
}

#[test]
fn a_leg_that_is_pointed_elsewhere_is_heard_from_there() {
    let bench = start(settings(21_100..=21_119));
    let call = Call::on(&bench.relay);
    call.a.say(&speech(1), call.to_a.rtp);
    assert!(call.b.hear().is_some());
    let elsewhere = Phone::at("127.0.0.7".parse().unwrap());
    bench.relay.point(call.id, Side::A, elsewhere.remote()).unwrap();
    call.look(&bench.relay);
    call.b.say(&speech(1), call.to_b.rtp);
    assert!(elsewhere.hear().is_some());
    call.a.say(&speech(2), call.to_a.rtp);
    assert!(call.b.hears_nothing());
    elsewhere.say(&speech(3), call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), speech(3));
}

#[test]
fn what_is_no_speech_that_was_agreed_is_dropped_and_counted() {
    let bench = start(settings(21_120..=21_139));
    let call = Call::on(&bench.relay);
    let mut video = speech(1);
    video[1] = 99;
    let mut key = speech(2);
    key[1] = 0x80 | 101;
    for packet in [
        &video[..],
        b"GET / HTTP/1.1\r\n\r\n",
        &speech(1)[..11],
        &[],
        &[0x80; 2048],
    ] {
        call.a.say(packet, call.to_a.rtp);
    }
    call.a.say(&key, call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), key);
    let [a, _] = call.close(&bench.relay).legs;
    assert_eq!(
        (a.rejected.unexpected, a.rejected.malformed, a.rejected.total()),
        (1, 4, 5)
    );
}

#[test]
fn a_flood_is_cut_off_at_the_ceiling() {
    let bench = start(Settings {
        packets_per_second: 20,
        ..settings(21_140..=21_159)
    });
    let call = Call::on(&bench.relay);
    for sequence in 0..200 {
        call.a.say(&speech(sequence), call.to_a.rtp);
    }
    let all = |leg: LegReport| leg.received.packets + leg.rejected.flood;
    assert!(until(|| all(call.look(&bench.relay).legs[0]) == 200));
    let [a, _] = call.close(&bench.relay).legs;
    // Two seconds may have had a part in it, or three on a machine that is very busy.
    assert!(a.received.packets <= 60, "{}", a.received.packets);
}

#[test]
fn silence_is_told_once_and_not_while_nothing_is_expected() {
    let mut bench = start(Settings {
        silence: 400_000,
        ..settings(21_160..=21_179)
    });
    let call = Call::on(&bench.relay);
    bench.relay.expect(call.id, Side::B, false).unwrap();
    let mut wait = || {
        for _ in 0..40 {
            if let Ok(event) = bench.events.try_recv() {
                return Some(event);
            }
            // A speaks, from time to time; B is on hold.
            thread::sleep(Duration::from_millis(25));
        }
        None
    };
    let silent = Some(Event::Silent {
        id: call.id,
        side: Side::A,
    });
    assert_eq!(wait(), silent);
    assert_eq!(wait(), None);
    call.a.say(&speech(1), call.to_a.rtp);
    assert_eq!(wait(), silent);
    bench.relay.expect(call.id, Side::A, false).unwrap();
    bench.relay.expect(call.id, Side::B, true).unwrap();
    assert_eq!(
        wait(),
        Some(Event::Silent {
            id: call.id,
            side: Side::B
        })
    );
}

#[test]
fn a_key_is_told_between_packets_of_speech_at_its_pace() {
    let bench = start(settings(21_600..=21_619));
    let call = Call::on(&bench.relay);
    call.a.say(&speech(1), call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), speech(1));
    let key = crate::wire::rtp::keys::Key::new('5', 60, 101, 8000).unwrap();
    bench.relay.play(call.id, Side::B, key).unwrap();
    let heard: Vec<Vec<u8>> = (0..5).map(|_| call.b.hear().unwrap()).collect();
    for (packet, number) in heard.iter().zip(2_u16..) {
        assert_eq!(
            (packet[1] & 0x7f, &packet[2..4]),
            (101, &number.to_be_bytes()[..])
        );
        assert_eq!((&packet[4..12], packet[12]), (&heard[0][4..12], 5));
    }
    let end = |packet: &Vec<u8>| packet[13] & 0x80 != 0;
    assert_eq!(heard.iter().filter(|packet| end(packet)).count(), 3);
    assert!(call.b.hears_nothing() && call.a.hears_nothing());
    call.a.say(&speech(2), call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap()[2..4], 7_u16.to_be_bytes());
    // The way back counts as it did.
    call.b.say(&speech(9), call.to_b.rtp);
    assert_eq!(call.a.hear().unwrap(), speech(9));
    assert_eq!(call.close(&bench.relay).legs[1].sent, 7);
}
