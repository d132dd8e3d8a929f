//! Calls from one peer to another.

use tokio::io::AsyncWriteExt;

use super::peers::{Peer, Text};
use super::*;
use crate::domain::call::{Cause, EndedBy};
use crate::domain::id::MemberId;
use crate::switchboard::switching::{CallLeg, CallOrder, Caller};

/// Whether a message holds nothing of the one at the other end.
fn masks(text: &Text, phone: &str, other: &Peer) {
    let all = text.0.to_lowercase();
    let name = if phone == ANN { "anne" } else { "bob" };
    let ip = other.address().ip().to_string();
    for secret in [&phone[1..], name, ip.as_str()] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(!all.contains(&other.address().to_string()), "{all}");
    let sound = other.sound.local_addr().unwrap();
    assert!(!all.contains(&format!("audio {} ", sound.port())), "{all}");
}

struct Talk {
    house: House,
    broker: std::net::SocketAddr,
    ann: Peer,
    bob: Peer,
    ok: Text,
    invite: Text,
    bob_from: std::net::SocketAddr,
}

/// Ann calls, Bob answers.
async fn talk(change: impl FnOnce(&mut SipConfig)) -> Talk {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let mut sip = settings(&[
        (
            "in",
            TrunkConfig {
                outbound: false,
                ..trunk(&ann)
            },
        ),
        ("acme", trunk(&bob)),
    ]);
    change(&mut sip);
    let house = house(sip, None).await;
    let broker = house.service.local_addr();
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "one", ""))
        .await;
    let (invite, bob_from) = bob.any().await;
    assert!(invite.start().starts_with("INVITE "), "{invite:?}");
    bob.answer(&invite, bob_from, "180 Ringing", false, "").await;
    let ringing = ann.expect("SIP/2.0 180").await;
    masks(&ringing, BOB, &bob);
    bob.answer(&invite, bob_from, "200 OK", true, "").await;
    let ok = ann.expect("SIP/2.0 200").await;
    ann.send(broker, &ann.within("ACK", 1, &ok, "one")).await;
    let ack = bob.expect("ACK ").await;
    masks(&ack, ANN, &ann);
    Talk {
        house,
        broker,
        ann,
        bob,
        ok,
        invite,
        bob_from,
    }
}

#[tokio::test]
async fn a_call_is_put_through_with_sound_both_ways_and_neither_sees_the_other() {
    let mut talk = talk(|_| ()).await;
    let attempts = talk.house.asked();
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (attempts[0].trunk.as_str(), attempts[0].caller),
        ("in", Caller::Phone(number(ANN)))
    );
    assert_eq!(attempts[0].dialled, number(DIALLED));
    masks(&talk.invite, ANN, &talk.ann);
    masks(&talk.ok, BOB, &talk.bob);
    assert!(talk.invite.start().contains(BOB), "{}", talk.invite.start());
    assert!(talk.invite.header("From").contains(SHOWN));
    assert!(!talk.ok.0.contains(SHOWN));

    let (to_ann, to_bob) = (talk.ok.sound(), talk.invite.sound());
    for (sound, peer) in [(to_ann, &talk.ann), (to_bob, &talk.bob)] {
        assert_ne!(sound.ip(), peer.address().ip());
    }
    talk.ann.speak(to_ann, 30).await;
    assert_eq!(talk.bob.listen().await, (172, to_bob));
    talk.bob.speak(to_bob, 30).await;
    assert_eq!(talk.ann.listen().await, (172, to_ann));

    let outlet = talk.house.service.outlet();
    let so_far = outlet.steps(CallId::from_i64(1)).await.unwrap();
    assert!(so_far.iter().any(|step| step.what == "INVITE") && so_far.iter().all(|step| step.what != "BYE"));
    assert_eq!(outlet.steps(CallId::from_i64(2)).await, None);

    talk.ann
        .send(talk.broker, &talk.ann.within("BYE", 2, &talk.ok, "one"))
        .await;
    let bye = talk.bob.expect("BYE ").await;
    masks(&bye, ANN, &talk.ann);
    talk.bob.answer(&bye, talk.bob_from, "200 OK", false, "").await;
    talk.ann.expect("SIP/2.0 200").await;

    assert!(matches!(talk.house.report().await.news, CallNews::Ringing));
    assert!(matches!(talk.house.report().await.news, CallNews::Answered));
    let report = talk.house.report().await;
    assert_eq!(
        (report.call, report.community),
        (CallId::from_i64(1), CommunityId::from_i64(7))
    );
    let CallNews::Ended(ending) = report.news else {
        panic!("{report:?}")
    };
    assert_eq!(
        (ending.cause, ending.by, ending.sip_status),
        (Cause::Completed, EndedBy::Caller, None)
    );
    assert_eq!(ending.trunk_out.as_deref(), Some("acme"));
    let [ann, bob] = ending.quality.map(|leg| leg.unwrap().packets);
    assert!(ann >= 25 && bob >= 25, "{ann} {bob}");
    let ladder: Vec<String> = ending
        .steps
        .iter()
        .map(|step| {
            format!(
                "{}{} {}",
                if step.leg == CallLeg::Caller { "a" } else { "b" },
                if step.inbound { "<" } else { ">" },
                step.what
            )
        })
        .collect();
    for line in [
        "a< INVITE",
        "b> INVITE",
        "b< 180 Ringing",
        "a> 180 Ringing",
        "b< 200 OK",
        "a> 200 OK",
        "a< BYE",
        "b> BYE",
    ] {
        assert!(ladder.iter().any(|l| l == line), "{line} is not in {ladder:?}");
    }
    talk.house
        .until(|house| house.service.outlet().figures().calls == 0)
        .await;
    assert_eq!(
        outlet.steps(CallId::from_i64(1)).await,
        None,
        "the exchange has them"
    );
    let views = talk.house.service.outlet().trunks();
    let shown: Vec<_> = views
        .iter()
        .map(|v| (v.name.as_str(), v.channels, v.calls_in, v.calls_out, v.answered))
        .collect();
    assert_eq!(shown, [("acme", 0, 0, 1, 1), ("in", 0, 1, 0, 1)]);
    let figures = talk.house.service.outlet().figures();
    assert_eq!(
        (figures.media_sessions, figures.unlisted, figures.malformed),
        (0, 0, 0)
    );
}

/// The same with a description that wants sound by IPv6.
fn by_ipv6(text: &str, peer: &Peer) -> String {
    let text = text.replace(
        &format!("c=IN IP4 {}", peer.address().ip()),
        "c=IN IP6 2001:db8::5",
    );
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (head, _) = head.rsplit_once("Content-Length").unwrap();
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn sound_by_a_version_of_ip_that_is_not_here_is_refused_and_not_silence() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let arriving = TrunkConfig {
        outbound: false,
        ..trunk(&ann)
    };
    let mut house = house(settings(&[("in", arriving), ("acme", trunk(&bob))]), None).await;
    let broker = house.service.local_addr();
    let invite = ann.invite(broker, ANN, DIALLED, "six", "");
    ann.send(broker, &by_ipv6(&invite, &ann)).await;
    let refused = ann.expect("SIP/2.0 488").await;
    ann.send(broker, &ann.within("ACK", 1, &refused, "six")).await;
    let ending = house.ending().await;
    assert_eq!((ending.cause, ending.by), (Cause::Incompatible, EndedBy::Broker));

    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "four", ""))
        .await;
    let (invite, from) = bob.any().await;
    let sdp = by_ipv6(&format!("Content-Length: 0\r\n\r\n{}", bob.sdp()), &bob);
    let (_, sdp) = sdp.split_once("\r\n\r\n").unwrap();
    bob.answer_with(&invite, from, "200 OK", sdp).await;
    let ok = ann.expect("SIP/2.0 200").await;
    ann.send(broker, &ann.within("ACK", 1, &ok, "four")).await;
    for peer in [&ann, &bob] {
        let bye = peer.expect("BYE ").await;
        peer.answer(&bye, broker, "200 OK", false, "").await;
    }
    let ending = house.ending().await;
    assert_eq!((ending.cause, ending.by), (Cause::Incompatible, EndedBy::Broker));
}

#[tokio::test]
async fn a_caller_who_gives_up_is_reported_as_such() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let mut house = house(
        settings(&[
            (
                "in",
                TrunkConfig {
                    outbound: false,
                    ..trunk(&ann)
                },
            ),
            ("acme", trunk(&bob)),
        ]),
        None,
    )
    .await;
    let broker = house.service.local_addr();
    let invite = ann.invite(broker, ANN, DIALLED, "two", "");
    ann.send(broker, &invite).await;
    let (arrived, from) = bob.any().await;
    bob.answer(&arrived, from, "180 Ringing", false, "").await;
    ann.expect("SIP/2.0 180").await;
    let cancel = invite
        .split("Content-Type")
        .next()
        .unwrap()
        .replace("INVITE", "CANCEL")
        + "Content-Length: 0\r\n\r\n";
    ann.send(broker, &cancel).await;
    let cancelled = bob.expect("CANCEL ").await;
    bob.answer(&cancelled, from, "200 OK", false, "").await;
    bob.answer(&arrived, from, "487 Request Terminated", false, "")
        .await;
    let over = ann.expect("SIP/2.0 487").await;
    ann.send(broker, &ann.within("ACK", 1, &over, "two")).await;
    let ending = house.ending().await;
    assert_eq!((ending.cause, ending.by), (Cause::Cancelled, EndedBy::Caller));
    house
        .until(|house| house.service.outlet().figures().media_sessions == 0)
        .await;
}

#[tokio::test]
async fn a_caller_who_gives_up_keeps_his_place_until_the_exchange_has_answered() {
    let ann = Peer::new("127.0.0.2").await;
    let narrow = TrunkConfig {
        max_channels: 1,
        ..trunk(&ann)
    };
    let house = house(settings(&[("in", narrow)]), None).await;
    house.break_down(Broken::Silent);
    let broker = house.service.local_addr();
    let invite = ann.invite(broker, ANN, DIALLED, "mute", "");
    ann.send(broker, &invite).await;
    ann.expect("SIP/2.0 100").await;
    house.until(|house| house.asked().len() == 1).await;
    let channels = |house: &House| house.service.outlet().trunks()[0].channels;
    assert_eq!(channels(&house), 1);
    let cancel = invite.split("Content-Type").next().unwrap();
    let cancel = cancel.replace("INVITE", "CANCEL") + "Content-Length: 0\r\n\r\n";
    ann.send(broker, &cancel).await;
    let over = ann.expect("SIP/2.0 487").await;
    ann.send(broker, &ann.within("ACK", 1, &over, "mute")).await;
    // Many who call and give up have no more asked than the trunk has places.
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "next", ""))
        .await;
    let full = ann.expect("SIP/2.0 503").await;
    ann.send(broker, &ann.within("ACK", 1, &full, "next")).await;
    assert_eq!((channels(&house), house.asked().len()), (1, 1));
    // It has so long to answer.
    house.until(|house| channels(house) == 0).await;
    // It does not hold the end up either.
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "last", ""))
        .await;
    ann.expect("SIP/2.0 100").await;
    timeout(SOON, house.service.shutdown()).await.unwrap();
}

#[tokio::test]
async fn a_question_that_is_lost_is_answered_all_the_same() {
    let ann = Peer::new("127.0.0.2").await;
    let house = house(settings(&[("in", trunk(&ann))]), None).await;
    house.break_down(Broken::Panicking);
    let broker = house.service.local_addr();
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "lost", ""))
        .await;
    let refused = ann.expect("SIP/2.0 500").await;
    ann.send(broker, &ann.within("ACK", 1, &refused, "lost")).await;
    timeout(SOON, house.service.shutdown()).await.unwrap();
}

#[tokio::test]
async fn a_refusal_of_the_exchange_is_told_with_its_code_and_no_rule() {
    let ann = Peer::new("127.0.0.2").await;
    let mut house = house(settings(&[("in", trunk(&ann))]), Some(Reason::PairBlocked)).await;
    let broker = house.service.local_addr();
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "three", ""))
        .await;
    let refused = ann.expect("SIP/2.0 403").await;
    assert_eq!(refused.header("Reason"), "Q.850;cause=21;text=\"call rejected\"");
    ann.send(broker, &ann.within("ACK", 1, &refused, "three")).await;
    assert!(house.quiet());
}

#[tokio::test]
async fn who_is_not_trusted_is_a_stranger_whatever_his_name_says() {
    let ann = Peer::new("127.0.0.2").await;
    let careful = TrunkConfig {
        trust: vec![CallerHeader::PAssertedIdentity],
        ..trunk(&ann)
    };
    let house = house(settings(&[("in", careful)]), Some(Reason::UnknownSender)).await;
    let broker = house.service.local_addr();
    for (call, more, who) in [
        ("s1", "", Caller::Anonymous),
        (
            "s2",
            "P-Asserted-Identity: \"<sip:+19995550100@x>\" <sip:+14155550101@x>\r\n",
            Caller::Phone(number(ANN)),
        ),
        (
            "s3",
            "P-Asserted-Identity: <sip:+14155550101@x>\r\nPrivacy: id\r\n",
            Caller::Anonymous,
        ),
    ] {
        ann.send(broker, &ann.invite(broker, BOB, DIALLED, call, more))
            .await;
        let refused = ann.expect("SIP/2.0 403").await;
        ann.send(broker, &ann.within("ACK", 1, &refused, call)).await;
        assert_eq!(house.asked().last().unwrap().caller, who, "{call}");
    }
    ann.send(broker, &ann.invite(broker, ANN, "alice", "s4", ""))
        .await;
    ann.expect("SIP/2.0 404").await;
    assert_eq!(house.asked().len(), 3);
}

#[tokio::test]
async fn an_app_s_call_rings_the_member_and_then_the_contact() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let reaching = |peer: &Peer, phone: &str| TrunkConfig {
        reaches: vec![phone.into()],
        ..trunk(peer)
    };
    let mut house = house(
        settings(&[("ann", reaching(&ann, ANN)), ("bob", reaching(&bob, BOB))]),
        None,
    )
    .await;
    let end = |phone, shown| CallEnd {
        phone: number(phone),
        shown: number(shown),
        carrier: "acme".into(),
    };
    let order = CallOrder {
        call: CallId::from_i64(99),
        community: CommunityId::from_i64(7),
        member: MemberId::from_i64(1),
        first: end(ANN, DIALLED),
        second: end(BOB, SHOWN),
        ring_s: 30,
        max_duration_s: 600,
    };
    let outlet = house.service.outlet();
    outlet.place(order).await.unwrap();
    let (first, from) = ann.any().await;
    assert!(
        first.header("From").contains(DIALLED) && first.start().contains(ANN),
        "{first:?}"
    );
    ann.answer(&first, from, "200 OK", true, "").await;
    let second = bob.expect("INVITE ").await;
    assert!(
        second.header("From").contains(SHOWN) && second.start().contains(BOB),
        "{second:?}"
    );
    masks(&second, ANN, &ann);
    bob.answer(&second, from, "180 Ringing", false, "").await;
    bob.answer(&second, from, "200 OK", true, "").await;
    bob.expect("ACK ").await;
    assert!(matches!(house.report().await.news, CallNews::Ringing));
    assert!(matches!(house.report().await.news, CallNews::Answered));
    assert!(outlet.hang_up(CallId::from_i64(99)).await);
    assert!(!outlet.hang_up(CallId::from_i64(98)).await);
    for peer in [&ann, &bob] {
        let bye = peer.expect("BYE ").await;
        peer.answer(&bye, from, "200 OK", false, "").await;
    }
    let ending = house.ending().await;
    assert_eq!((ending.cause, ending.by), (Cause::HungUp, EndedBy::App));
    let nowhere = CallOrder {
        call: CallId::from_i64(100),
        community: CommunityId::from_i64(7),
        member: MemberId::from_i64(1),
        first: end("+442071838750", DIALLED),
        second: end(BOB, SHOWN),
        ring_s: 30,
        max_duration_s: 600,
    };
    assert_eq!(
        outlet.place(nowhere).await,
        Err(crate::switchboard::switching::PlaceError::NoTrunk)
    );
}

#[tokio::test]
async fn an_app_s_call_takes_a_place_on_both_trunks_at_once() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let reaching = |peer: &Peer, phone: &str, max_channels| TrunkConfig {
        reaches: vec![phone.into()],
        max_channels,
        ..trunk(peer)
    };
    let named = [("ann", reaching(&ann, ANN, 0)), ("bob", reaching(&bob, BOB, 1))];
    let mut house = house(settings(&named), None).await;
    let end = |phone, shown| CallEnd {
        phone: number(phone),
        shown: number(shown),
        carrier: "acme".into(),
    };
    let order = |call| CallOrder {
        call: CallId::from_i64(call),
        community: CommunityId::from_i64(7),
        member: MemberId::from_i64(1),
        first: end(ANN, DIALLED),
        second: end(BOB, SHOWN),
        ring_s: 30,
        max_duration_s: 600,
    };
    let outlet = house.service.outlet();
    let channels = |house: &House| -> Vec<usize> {
        let views = house.service.outlet().trunks();
        views.iter().map(|view| view.channels).collect()
    };
    outlet.place(order(1)).await.unwrap();
    assert_eq!(channels(&house), [1, 1]);
    let full = Err(crate::switchboard::switching::PlaceError::OutOfCapacity);
    assert_eq!(outlet.place(order(2)).await, full);
    assert_eq!(channels(&house), [1, 1]);
    let (invite, from) = ann.any().await;
    ann.answer(&invite, from, "486 Busy Here", false, "").await;
    assert_eq!(house.ending().await.cause, Cause::Busy);
    house.until(|house| channels(house) == [0, 0]).await;
}

#[tokio::test]
async fn a_stop_lets_calls_end_and_takes_no_new_ones() {
    let Talk {
        house,
        broker,
        ann,
        bob,
        ok,
        bob_from,
        ..
    } = talk(|sip| sip.drain_s = 20).await;
    let House {
        service, mut reports, ..
    } = house;
    let stopping = tokio::spawn(service.shutdown());
    tokio::time::sleep(Duration::from_millis(300)).await;
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "late", ""))
        .await;
    let refused = ann.expect("SIP/2.0 503").await;
    assert!(!refused.header("Retry-After").is_empty());
    ann.send(broker, &ann.within("ACK", 1, &refused, "late")).await;
    assert!(!stopping.is_finished());
    ann.send(broker, &ann.within("BYE", 2, &ok, "one")).await;
    let bye = bob.expect("BYE ").await;
    bob.answer(&bye, bob_from, "200 OK", false, "").await;
    ann.expect("SIP/2.0 200").await;
    timeout(SOON, stopping).await.unwrap().unwrap();
    let mut last = None;
    while let Ok(report) = reports.try_recv() {
        last = Some(report.news);
    }
    assert!(matches!(last, Some(CallNews::Ended(ending)) if ending.cause == Cause::Completed));
}

#[tokio::test]
async fn a_stop_ends_the_calls_that_do_not_end_by_themselves() {
    let Talk {
        house,
        ann,
        bob,
        bob_from,
        ..
    } = talk(|sip| sip.drain_s = 1).await;
    let House {
        service, mut reports, ..
    } = house;
    let stopping = tokio::spawn(service.shutdown());
    for peer in [&ann, &bob] {
        let bye = peer.expect("BYE ").await;
        peer.answer(&bye, bob_from, "200 OK", false, "").await;
    }
    timeout(SOON, stopping).await.unwrap().unwrap();
    let mut last = None;
    while let Ok(report) = reports.try_recv() {
        last = Some(report.news);
    }
    assert!(matches!(last, Some(CallNews::Ended(ending)) if ending.cause == Cause::Shutdown));
}

#[tokio::test]
async fn trunks_are_put_in_the_place_of_others_and_calls_go_on() {
    let mut talk = talk(|_| ()).await;
    let carol = Peer::new("127.0.0.4").await;
    let mut sip = talk.house.sip.clone();
    sip.trunks = trunks(&[
        (
            "in",
            TrunkConfig {
                outbound: false,
                ..trunk(&talk.ann)
            },
        ),
        ("acme", trunk(&carol)),
    ]);
    talk.house.service.reload(&sip).await.unwrap();
    let broken = SipConfig {
        max_calls: 0,
        ..sip.clone()
    };
    assert!(talk.house.service.reload(&broken).await.is_err());
    // A new call leaves by the new trunk; the old call's far end is still heard.
    talk.ann
        .send(
            talk.broker,
            &talk.ann.invite(talk.broker, ANN, DIALLED, "next", ""),
        )
        .await;
    let (second, from) = carol.any().await;
    carol.answer(&second, from, "486 Busy Here", false, "").await;
    let busy = talk.ann.expect("SIP/2.0 486").await;
    talk.ann
        .send(talk.broker, &talk.ann.within("ACK", 1, &busy, "next"))
        .await;
    let ending = talk.house.ending().await;
    assert_eq!((ending.cause, ending.sip_status), (Cause::Busy, Some(486)));
    // Bob's address is no trunk's any more: he may hang up, and not call.
    let new = talk.bob.invite(talk.broker, BOB, SHOWN, "no", "");
    talk.bob.send(talk.broker, &new).await;
    let refused = talk.bob.expect("SIP/2.0 403").await;
    talk.bob
        .send(talk.broker, &talk.bob.within("ACK", 1, &refused, "no"))
        .await;
    // By a new connection too: the one he had may be gone.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.3:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(talk.broker).await.unwrap();
    let bye = talk
        .bob
        .hang_up(&talk.invite)
        .replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    stream.write_all(bye.as_bytes()).await.unwrap();
    let bye = talk.ann.expect("BYE ").await;
    talk.ann.answer(&bye, talk.broker, "200 OK", false, "").await;
    let ending = talk.house.ending().await;
    assert_eq!((ending.cause, ending.by), (Cause::Completed, EndedBy::Callee));
    tokio::time::sleep(Duration::from_millis(500)).await;
    talk.bob
        .send(
            talk.broker,
            &talk.bob.invite(talk.broker, BOB, SHOWN, "later", ""),
        )
        .await;
    talk.house
        .until(|house| house.service.outlet().figures().unlisted > 0)
        .await;
}

#[tokio::test]
async fn a_digit_by_info_is_heard_in_the_sound_where_the_other_end_knows_no_info() {
    let talk = talk(|_| {}).await;
    let body = "Signal=7\r\nDuration=100\r\n";
    let length = format!(
        "Content-Type: application/dtmf-relay\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let info = talk.ann.within("INFO", 2, &talk.ok, "one");
    let info = info.replace("Content-Length: 0\r\n\r\n", &length);
    talk.ann.send(talk.broker, &info).await;
    talk.ann.expect("SIP/2.0 200").await;
    let mut packet = [0; 100];
    let heard = timeout(SOON, talk.bob.sound.recv_from(&mut packet)).await;
    assert_eq!(heard.unwrap().unwrap().0, 16);
    // The first packet of the event, of the type that his description names.
    assert_eq!((packet[1], packet[12]), (0x80 | 101, 7));
    talk.house.service.shutdown().await;
}
