//! Ports are given out, come to an end, and come back.

use super::*;

#[test]
fn ports_come_to_an_end_and_come_back() {
    // Four pairs are two sessions.
    let bench = start(settings(21_200..=21_207));
    let calls = [Call::on(&bench.relay), Call::on(&bench.relay)];
    let refused = bench.relay.open([Family::V4; 2], [0; 24]);
    assert!(matches!(refused, Err(RelayError::NoPort)));
    let [first, second] = calls;
    let freed = first.to_a.rtp;
    first.close(&bench.relay);
    let again = Call::on(&bench.relay);
    assert!([again.to_a.rtp, again.to_b.rtp].contains(&freed));
    assert_eq!(bench.relay.usage().pairs_held, 4);
    again.close(&bench.relay);
    second.close(&bench.relay);
    let usage = bench.relay.usage();
    assert_eq!((usage.sessions, usage.pairs_held, usage.pairs_bound), (0, 0, 4));
}

#[test]
fn no_more_sockets_are_opened_than_may_be() {
    // Of four pairs two may be had.
    let bench = start(Settings {
        sockets: 5,
        ..settings(21_360..=21_367)
    });
    let _call = Call::on(&bench.relay);
    let refused = bench.relay.open([Family::V4; 2], [0; 24]);
    assert!(matches!(refused, Err(RelayError::NoPort)));
}

#[test]
fn a_refused_session_holds_no_port() {
    // Three pairs are one session and a half.
    let bench = start(settings(21_210..=21_215));
    let _call = Call::on(&bench.relay);
    for _ in 0..3 {
        assert!(matches!(
            bench.relay.open([Family::V4; 2], [0; 24]),
            Err(RelayError::NoPort)
        ));
    }
    assert_eq!(bench.relay.usage().pairs_bound, 3);
}

#[test]
fn ports_rest_after_a_session() {
    let bench = start(Settings {
        quarantine: 300_000,
        ..settings(21_220..=21_223)
    });
    let call = Call::on(&bench.relay);
    call.close(&bench.relay);
    assert_eq!(bench.relay.usage().pairs_resting, 2);
    assert!(matches!(
        bench.relay.open([Family::V4; 2], [0; 24]),
        Err(RelayError::NoPort)
    ));
    thread::sleep(Duration::from_millis(350));
    assert!(bench.relay.open([Family::V4; 2], [0; 24]).is_ok());
}

#[test]
fn late_packets_of_a_session_reach_nobody() {
    let bench = start(settings(21_230..=21_233));
    let old = Call::on(&bench.relay);
    let (phone, port) = (Phone::at(Ipv4Addr::LOCALHOST.into()), old.to_a.rtp);
    old.close(&bench.relay);
    phone.say(&speech(1), port);
    assert!(until(|| bench.relay.usage().strays == 1));
    // A session that nobody pointed accepts nothing.
    let opened = bench.relay.open([Family::V4; 2], [0; 24]).unwrap();
    phone.say(&speech(2), port);
    let rejected = || {
        let report = bench.relay.look(opened.id).unwrap().blocking_recv().unwrap();
        report.legs.iter().map(|leg| leg.rejected.total()).sum::<u64>()
    };
    assert!(until(|| rejected() == 1));
}

#[test]
fn a_port_that_another_program_holds_is_passed_over() {
    let _held = UdpSocket::bind("127.0.0.1:21241").unwrap();
    let bench = start(settings(21_240..=21_247));
    let call = Call::on(&bench.relay);
    assert!(![call.to_a.rtp.port(), call.to_b.rtp.port()].contains(&21_240));
}

#[test]
fn a_port_that_another_program_holds_keeps_no_other_from_being_given_out_again() {
    let _held = UdpSocket::bind("127.0.0.1:21253").unwrap();
    // Three pairs, of which one cannot be had: it was tried before the others were given back.
    let bench = start(settings(21_250..=21_255));
    for _ in 0..3 {
        let call = Call::on(&bench.relay);
        call.close(&bench.relay);
    }
    assert_eq!(bench.relay.usage().pairs_bound, 2);
}

#[test]
fn sessions_are_spread_over_threads() {
    let bench = start(Settings {
        threads: 2,
        ..settings(21_260..=21_279)
    });
    let calls = [Call::on(&bench.relay), Call::on(&bench.relay)];
    let parity = |call: &Call| call.to_a.rtp.port() / 2 % 2;
    assert_ne!(parity(&calls[0]), parity(&calls[1]));
    for call in calls {
        call.a.say(&speech(1), call.to_a.rtp);
        assert!(call.b.hear().is_some());
    }
}

#[test]
fn no_more_sessions_are_opened_than_set_nor_while_draining() {
    let bench = start(Settings {
        sessions: 1,
        ..settings(21_280..=21_299)
    });
    let call = Call::on(&bench.relay);
    assert!(matches!(
        bench.relay.open([Family::V4; 2], [0; 24]),
        Err(RelayError::Full(1))
    ));
    bench.relay.drain();
    call.a.say(&speech(1), call.to_a.rtp);
    assert!(call.b.hear().is_some());
    let id = call.id;
    call.close(&bench.relay);
    assert!(matches!(
        bench.relay.open([Family::V4; 2], [0; 24]),
        Err(RelayError::Draining)
    ));
    assert!(matches!(bench.relay.close(id), Err(RelayError::NoSession)));
    assert!(matches!(
        bench.relay.expect(id, Side::A, true),
        Err(RelayError::NoSession)
    ));
}

#[test]
fn ipv6_and_ipv4_meet_in_a_call() {
    let v6 = Some(Interface::at(Ipv6Addr::LOCALHOST.into()));
    let bench = start(Settings {
        v6,
        ..settings(21_300..=21_319)
    });
    let call = Call::of(
        &bench.relay,
        [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
    );
    assert!(call.to_a.rtp.is_ipv6() && call.to_b.rtp.is_ipv4());
    call.a.say(&speech(1), call.to_a.rtp);
    assert_eq!(call.b.hear().unwrap(), speech(1));
    call.b.say(&speech(2), call.to_b.rtp);
    assert_eq!(call.a.hear().unwrap(), speech(2));
    let wrong = bench.relay.point(call.id, Side::A, call.b.remote());
    assert!(matches!(wrong, Err(RelayError::OtherFamily)));
}

#[test]
fn the_advertised_address_may_be_another_than_the_bound_one() {
    let advertised: IpAddr = "203.0.113.80".parse().unwrap();
    let interface = Interface {
        bind: Ipv4Addr::LOCALHOST.into(),
        advertised,
    };
    let bench = start(Settings {
        v4: Some(interface),
        ..settings(21_320..=21_339)
    });
    let opened = bench.relay.open([Family::V4; 2], [0; 24]).unwrap();
    assert_eq!(opened.anchors.map(|anchor| anchor.rtp.ip()), [advertised; 2]);
    assert!(matches!(
        bench.relay.open([Family::V4, Family::V6], [0; 24]),
        Err(RelayError::NoInterface)
    ));
}

#[test]
fn media_is_not_sent_to_the_relay_itself_nor_to_crowds() {
    let bench = start(settings(21_340..=21_359));
    let call = Call::on(&bench.relay);
    for place in [
        call.to_b.rtp,
        call.to_a.rtcp,
        "224.0.0.1:4000".parse().unwrap(),
        "255.255.255.255:4000".parse().unwrap(),
        "0.0.0.0:4000".parse().unwrap(),
        "127.0.0.1:0".parse().unwrap(),
    ] {
        let pointed = bench.relay.point(
            call.id,
            Side::A,
            Remote {
                rtp: place,
                ..call.a.remote()
            },
        );
        assert!(matches!(pointed, Err(RelayError::BadAddress)), "{place}");
    }
}

#[test]
fn settings_that_cannot_be_are_told_apart() {
    let (sender, _) = mpsc::channel(1);
    let stopwatch: Stopwatch = Arc::new(|| 0);
    for wrong in [
        Settings {
            v4: None,
            ..settings(21_400..=21_401)
        },
        Settings {
            threads: 0,
            ..settings(21_400..=21_401)
        },
        Settings {
            threads: 2,
            ..settings(21_400..=21_401)
        },
        Settings {
            v6: Some(Interface::at(Ipv4Addr::LOCALHOST.into())),
            ..settings(21_400..=21_401)
        },
        settings(21_401..=21_401),
    ] {
        assert!(matches!(
            Relay::start(wrong, stopwatch.clone(), sender.clone()),
            Err(RelayError::BadSetting(_))
        ));
    }
}
