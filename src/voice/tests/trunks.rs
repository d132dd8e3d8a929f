//! Trunks that fail, ask for passwords, are full, or are none.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::peers::{Peer, Text};
use super::*;
use crate::config::sip::Strangers;
use crate::config::smpp::Password;
use crate::domain::call::Cause;

#[tokio::test]
async fn a_silent_trunk_is_followed_by_the_next_and_comes_last_from_then_on() {
    let (ann, dead, bob) = (
        Peer::new("127.0.0.2").await,
        Peer::new("127.0.0.3").await,
        Peer::new("127.0.0.4").await,
    );
    let with = |peer: &Peer, priority| TrunkConfig {
        priority,
        no_answer_s: 1,
        ..trunk(peer)
    };
    let named = [
        (
            "in",
            TrunkConfig {
                outbound: false,
                ..trunk(&ann)
            },
        ),
        ("acme", with(&dead, 1)),
        ("other", with(&bob, 2)),
    ];
    let mut house = house(settings(&named), None).await;
    let broker = house.service.local_addr();
    for call in ["f1", "f2"] {
        ann.send(broker, &ann.invite(broker, ANN, DIALLED, call, ""))
            .await;
        let (invite, from) = bob.any().await;
        bob.answer(&invite, from, "603 Decline", false, "").await;
        bob.expect("ACK ").await;
        let refused = ann.expect("SIP/2.0 603").await;
        ann.send(broker, &ann.within("ACK", 1, &refused, call)).await;
        let ending = house.ending().await;
        assert_eq!(
            (ending.cause, ending.trunk_out.as_deref()),
            (Cause::Declined, Some("other"))
        );
        let failed = ending.steps.iter().any(|step| step.what == "failed: silence");
        assert_eq!(failed, call == "f1", "{:?}", ending.steps);
    }
    let views = house.service.outlet().trunks();
    let acme = views.iter().find(|view| view.name == "acme").unwrap();
    assert_eq!(
        (acme.up, acme.failed, acme.calls_out, acme.channels),
        (false, 1, 1, 0)
    );
}

#[tokio::test]
async fn a_call_that_fails_over_passes_over_full_trunks_and_gives_its_place_back() {
    let (ann, broken) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let (bob, other) = (Peer::new("127.0.0.4").await, Peer::new("127.0.0.5").await);
    let narrow = |peer: &Peer, priority| TrunkConfig {
        priority,
        max_channels: 1,
        ..trunk(peer)
    };
    let arrivals = TrunkConfig {
        outbound: false,
        ..trunk(&ann)
    };
    let named = [
        ("in", arrivals),
        ("acme", trunk(&broken)),
        ("bob", narrow(&bob, 2)),
        ("other", narrow(&other, 3)),
    ];
    let mut house = house(settings(&named), None).await;
    let broker = house.service.local_addr();
    // All are planned while there is room everywhere.
    let mut invites = Vec::new();
    for call in ["f1", "f2", "f3"] {
        ann.send(broker, &ann.invite(broker, ANN, DIALLED, call, ""))
            .await;
        let invite = broken.expect("INVITE ").await;
        broken.answer(&invite, broker, "100 Trying", false, "").await;
        invites.push(invite);
    }
    let channels = |house: &House| -> Vec<usize> {
        let views = house.service.outlet().trunks();
        views.iter().map(|view| view.channels).collect()
    };
    assert_eq!(channels(&house), [3, 0, 3, 0]);
    let fails = async |invite: &Text| {
        broken
            .answer(invite, broker, "503 Service Unavailable", false, "")
            .await;
        broken.expect("ACK ").await;
    };
    fails(&invites[0]).await;
    let first = bob.expect("INVITE ").await;
    fails(&invites[1]).await;
    let second = other.expect("INVITE ").await;
    house.until(|house| channels(house) == [1, 1, 3, 1]).await;
    fails(&invites[2]).await;
    let refused = ann.expect("SIP/2.0 503").await;
    assert!(refused.header("Call-ID").starts_with("f3"), "{refused:?}");
    ann.send(broker, &ann.within("ACK", 1, &refused, "f3")).await;
    let ending = house.ending().await;
    assert_eq!(
        (ending.cause, ending.trunk_out.as_deref()),
        (Cause::Unreachable, Some("acme"))
    );
    let passed = ending
        .steps
        .iter()
        .filter(|step| step.what.starts_with("passed over"));
    let passed: Vec<&str> = passed.filter_map(|step| step.trunk.as_deref()).collect();
    assert_eq!(passed, ["bob", "other"]);
    for (peer, invite, call) in [(&bob, &first, "f1"), (&other, &second, "f2")] {
        peer.answer(invite, broker, "486 Busy Here", false, "").await;
        let busy = ann.expect("SIP/2.0 486").await;
        ann.send(broker, &ann.within("ACK", 1, &busy, call)).await;
        assert_eq!(house.ending().await.cause, Cause::Busy);
    }
    assert_eq!(channels(&house), [0, 0, 0, 0]);
}

#[tokio::test]
async fn strangers_hear_nothing_or_are_forbidden_as_set_and_are_counted() {
    for (strangers, heard) in [(Strangers::Silence, false), (Strangers::Forbid, true)] {
        let (ann, eve) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.66").await);
        let sip = SipConfig {
            strangers,
            ..settings(&[("in", trunk(&ann))])
        };
        let house = house(sip, None).await;
        let broker = house.service.local_addr();
        for n in 0..40 {
            eve.send(broker, &eve.invite(broker, ANN, DIALLED, &format!("e{n}"), ""))
                .await;
        }
        if heard {
            eve.expect("SIP/2.0 403").await;
        } else {
            assert!(eve.hears_nothing().await);
        }
        house
            .until(|house| house.service.outlet().figures().unlisted == 40)
            .await;
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.66:0".parse().unwrap()).unwrap();
        let mut stream = socket.connect(broker).await.unwrap();
        let mut byte = [0];
        assert!(matches!(
            timeout(SOON, stream.read(&mut byte)).await,
            Ok(Ok(0) | Err(_))
        ));
        assert!(house.asked().is_empty());
    }
}

/// The parameter of a challenge.
fn parameter(challenge: &str, name: &str) -> String {
    let rest = challenge.split(&format!("{name}=\"")).nth(1).unwrap_or("");
    rest.split('"').next().unwrap_or("").to_owned()
}

fn md5(parts: &[&str]) -> String {
    use md5::{Digest, Md5};
    data_encoding::HEXLOWER.encode(&Md5::digest(parts.join(":")))
}

fn authorization(challenged: &Text, uri: &str, password: &str) -> String {
    let challenge = challenged
        .headers("WWW-Authenticate")
        .into_iter()
        .find(|c| c.contains("MD5"))
        .unwrap()
        .to_owned();
    let (realm, nonce) = (parameter(&challenge, "realm"), parameter(&challenge, "nonce"));
    let (ha1, ha2) = (md5(&["gw", &realm, password]), md5(&["INVITE", uri]));
    let response = md5(&[&ha1, &nonce, "00000001", "abc", "auth", &ha2]);
    format!(
        "Authorization: Digest username=\"gw\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", \
         algorithm=MD5, cnonce=\"abc\", qop=auth, nc=00000001\r\n"
    )
}

#[tokio::test]
async fn a_trunk_with_a_password_is_asked_for_it_and_a_replay_is_not_believed() {
    let ann = Peer::new("127.0.0.2").await;
    let roaming = TrunkConfig {
        targets: Vec::new(),
        inbound_username: "gw".into(),
        inbound_password: Password("right".into()),
        ..trunk(&ann)
    };
    let house = house(settings(&[("gw", roaming)]), Some(Reason::NoContact)).await;
    let broker = house.service.local_addr();
    let call = |name: &'static str, more: String| {
        let ann = &ann;
        async move {
            ann.send(broker, &ann.invite(broker, ANN, DIALLED, name, &more))
                .await;
            loop {
                let (answer, _) = ann.any().await;
                if answer.status() >= 200 && answer.header("Call-ID").starts_with(name) {
                    ann.send(broker, &ann.within("ACK", 1, &answer, name)).await;
                    return answer;
                }
            }
        }
    };
    let uri = format!("sip:{DIALLED}@{broker};user=phone");
    let challenged = call("d1", String::new()).await;
    assert_eq!(challenged.status(), 401);
    let right = authorization(&challenged, &uri, "right");
    assert_eq!(call("d2", right.clone()).await.status(), 404);
    assert_eq!(house.asked().len(), 1);
    let replayed = call("d3", right).await;
    assert_eq!(replayed.status(), 401);
    assert!(replayed.header("WWW-Authenticate").contains("stale=true"));
    let again = call("d4", String::new()).await;
    assert_eq!(
        call("d5", authorization(&again, &uri, "wrong")).await.status(),
        403
    );
    house
        .until(|house| house.service.outlet().figures().unauthorized == 2)
        .await;
    assert_eq!(house.asked().len(), 1);
}

#[tokio::test]
async fn nothing_is_kept_of_invites_without_the_password() {
    let ann = Peer::new("127.0.0.2").await;
    let roaming = TrunkConfig {
        targets: Vec::new(),
        inbound_username: "gw".into(),
        inbound_password: Password("right".into()),
        ..trunk(&ann)
    };
    let house = house(settings(&[("gw", roaming)]), Some(Reason::NoContact)).await;
    let broker = house.service.local_addr();
    let uri = format!("sip:{DIALLED}@{broker};user=phone");
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "n1", ""))
        .await;
    let challenged = ann.expect("SIP/2.0 401").await;
    assert!(ann.hears_nothing().await);
    let wrong = authorization(&challenged, &uri, "wrong");
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "n2", &wrong))
        .await;
    ann.expect("SIP/2.0 403").await;
    assert!(ann.hears_nothing().await);
    let figures = house.service.outlet().figures();
    assert_eq!((figures.transactions, figures.unauthorized), (0, 1));
    // What repeats an INVITE that was let in is no replay.
    let right = authorization(&challenged, &uri, "right");
    let invite = ann.invite(broker, ANN, DIALLED, "n3", &right);
    ann.send(broker, &invite).await;
    let refused = ann.expect("SIP/2.0 404").await;
    ann.send(broker, &invite).await;
    assert_eq!(ann.expect("SIP/2.0 ").await.status(), 404);
    ann.send(broker, &ann.within("ACK", 1, &refused, "n3")).await;
    assert_eq!(house.asked().len(), 1);
}

#[tokio::test]
async fn calls_above_a_trunk_s_channels_are_told_to_come_again() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let narrow = TrunkConfig {
        outbound: false,
        max_channels: 1,
        ..trunk(&ann)
    };
    let house = house(settings(&[("in", narrow), ("acme", trunk(&bob))]), None).await;
    let broker = house.service.local_addr();
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "c1", ""))
        .await;
    let (first, from) = bob.any().await;
    bob.answer(&first, from, "180 Ringing", false, "").await;
    ann.expect("SIP/2.0 180").await;
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "c2", ""))
        .await;
    let refused = ann.expect("SIP/2.0 503").await;
    assert_eq!(refused.header("Retry-After"), "5");
    ann.send(broker, &ann.within("ACK", 1, &refused, "c2")).await;
    bob.answer(&first, from, "486 Busy Here", false, "").await;
    let busy = ann.expect("SIP/2.0 486").await;
    ann.send(broker, &ann.within("ACK", 1, &busy, "c1")).await;
    house
        .until(|house| {
            house
                .service
                .outlet()
                .trunks()
                .iter()
                .all(|view| view.channels == 0)
        })
        .await;
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "c3", ""))
        .await;
    bob.expect("INVITE ").await;
}

#[tokio::test]
async fn a_trunk_is_registered_with_and_asked_whether_it_is_there() {
    let (ann, carrier) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let registering = TrunkConfig {
        registrar: carrier.address().to_string(),
        username: "acct".into(),
        password: Password("pass".into()),
        keep_alive_s: 1,
        ..trunk(&carrier)
    };
    let house = house(settings(&[("in", trunk(&ann)), ("acme", registering)]), None).await;
    let broker = house.service.local_addr();
    let up = |house: &House| {
        house
            .service
            .outlet()
            .trunks()
            .iter()
            .find(|v| v.name == "acme")
            .map(|v| (v.up, v.registered))
    };
    assert_eq!(up(&house), Some((false, Some(false))));
    let first = carrier.expect("REGISTER ").await;
    assert!(first.header("Authorization").is_empty());
    let challenge =
        "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    carrier
        .answer(&first, broker, "401 Unauthorized", false, challenge)
        .await;
    let second = loop {
        let second = carrier.expect("REGISTER ").await;
        if !second.header("Authorization").is_empty() {
            break second;
        }
    };
    assert!(
        second.header("Contact").contains(&format!("sip:acct@{broker}")),
        "{second:?}"
    );
    carrier
        .answer(&second, broker, "200 OK", false, "Expires: 600\r\n")
        .await;
    house.until(|house| up(house) == Some((true, Some(true)))).await;
    let asked = carrier.expect("OPTIONS ").await;
    carrier
        .answer(&asked, broker, "503 Service Unavailable", false, "")
        .await;
    house.until(|house| up(house) == Some((false, Some(true)))).await;
    loop {
        let asked = carrier.expect("OPTIONS ").await;
        carrier.answer(&asked, broker, "404 Not Found", false, "").await;
        if up(&house) == Some((true, Some(true))) {
            break;
        }
    }
    let stopping = tokio::spawn(house.service.shutdown());
    loop {
        let last = carrier.expect("REGISTER ").await;
        if last.header("Expires") == "0" {
            carrier.answer(&last, broker, "200 OK", false, "").await;
            break;
        }
    }
    timeout(SOON, stopping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_trunk_that_weighs_otherwise_stays_registered() {
    let carrier = Peer::new("127.0.0.3").await;
    let registering = TrunkConfig {
        registrar: carrier.address().to_string(),
        username: "acct".into(),
        ..trunk(&carrier)
    };
    let house = house(settings(&[("acme", registering.clone())]), None).await;
    let registered = |house: &House| house.service.outlet().trunks()[0].registered == Some(true);
    let first = carrier.expect("REGISTER ").await;
    let broker = house.service.local_addr();
    carrier
        .answer(&first, broker, "200 OK", false, "Expires: 600\r\n")
        .await;
    house.until(registered).await;
    let mut sip = house.sip.clone();
    sip.trunks = trunks(&[(
        "acme",
        TrunkConfig {
            weight: 7,
            ..registering
        },
    )]);
    house.service.reload(&sip).await.unwrap();
    assert!(carrier.hears_nothing().await && registered(&house));
}

#[tokio::test]
async fn requests_outside_of_calls_are_answered_and_rubbish_is_counted() {
    let ann = Peer::new("127.0.0.2").await;
    let house = house(settings(&[("in", trunk(&ann))]), None).await;
    let broker = house.service.local_addr();
    let request = |method: &str| {
        let own = ann.address();
        format!(
            "{method} sip:{broker} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{method}\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:{broker}>\r\nCall-ID: {method}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
    };
    ann.send(broker, &request("OPTIONS")).await;
    let there = ann.expect("SIP/2.0 200").await;
    assert!(there.header("Allow").contains("INVITE"));
    ann.send(broker, &request("REGISTER")).await;
    ann.expect("SIP/2.0 405").await;
    ann.send(broker, &request("OPTIONS").replace("CSeq: 1", "CSeq: x"))
        .await;
    ann.expect("SIP/2.0 400").await;
    for rubbish in [
        "\r\n\r\n",
        "\0\0\0\0",
        "hello, is anybody there?",
        "\u{0}\u{1}\u{2}\u{3}\u{4}",
    ] {
        ann.send(broker, rubbish).await;
    }
    house
        .until(|house| house.service.outlet().figures().malformed == 3)
        .await;
}

#[tokio::test]
async fn calls_come_and_go_by_tcp() {
    let bob = tokio::net::TcpListener::bind("127.0.0.3:0").await.unwrap();
    let udp = Peer::new("127.0.0.2").await;
    let out = TrunkConfig {
        targets: vec![bob.local_addr().unwrap().to_string()],
        transport: crate::config::sip::TrunkTransport::Tcp,
        keep_alive_s: 0,
        ..TrunkConfig::default()
    };
    let house = house(
        settings(&[
            (
                "in",
                TrunkConfig {
                    outbound: false,
                    ..trunk(&udp)
                },
            ),
            ("acme", out),
        ]),
        None,
    )
    .await;
    let broker = house.service.local_addr();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut ann = socket.connect(broker).await.unwrap();
    let invite = udp
        .invite(broker, ANN, DIALLED, "t1", "")
        .replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    let (half, rest) = invite.split_at(100);
    ann.write_all(half.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    ann.write_all(rest.as_bytes()).await.unwrap();
    let (mut bob, _) = timeout(SOON, bob.accept()).await.unwrap().unwrap();
    let arrived = read(&mut bob).await;
    assert!(
        arrived.start().starts_with("INVITE ") && arrived.header("Via").contains("/TCP "),
        "{arrived:?}"
    );
    assert!(arrived.header("Contact").contains("transport=tcp"));
    let busy = format!(
        "SIP/2.0 486 Busy Here\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=b\r\nCall-ID: {}\r\nCSeq: {}\r\nContent-Length: 0\r\n\r\n",
        arrived.header("Via"),
        arrived.header("From"),
        arrived.header("To"),
        arrived.header("Call-ID"),
        arrived.header("CSeq")
    );
    bob.write_all(busy.as_bytes()).await.unwrap();
    loop {
        let answer = read(&mut ann).await;
        if answer.0.contains("SIP/2.0 486") {
            break;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Text {
    let mut buffer = vec![0; 65_535];
    let length = timeout(SOON, stream.read(&mut buffer)).await.unwrap().unwrap();
    assert!(length > 0, "the connection was closed");
    Text(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

#[tokio::test]
async fn a_rate_is_for_what_begins_and_calls_under_way_go_on() {
    let (ann, bob) = (Peer::new("127.0.0.2").await, Peer::new("127.0.0.3").await);
    let sip = SipConfig {
        requests_per_s: 1,
        ..settings(&[("in", trunk(&ann)), ("acme", trunk(&bob))])
    };
    let house = house(sip, None).await;
    let broker = house.service.local_addr();
    ann.send(broker, &ann.invite(broker, ANN, DIALLED, "r1", ""))
        .await;
    let (invite, from) = bob.any().await;
    bob.answer(&invite, from, "180 Ringing", false, "").await;
    bob.answer(&invite, from, "200 OK", true, "").await;
    let ok = ann.expect("SIP/2.0 200").await;
    for n in 0..20 {
        let other = format!("r2-{n}");
        ann.send(broker, &ann.invite(broker, ANN, DIALLED, &other, ""))
            .await;
    }
    let over = || house.service.outlet().figures().over_rate;
    house.until(|_| over() > 10).await;
    ann.send(broker, &ann.within("ACK", 1, &ok, "r1")).await;
    bob.expect("ACK ").await;
    ann.send(broker, &ann.within("BYE", 2, &ok, "r1")).await;
    let bye = bob.expect("BYE ").await;
    bob.answer(&bye, from, "200 OK", false, "").await;
}
