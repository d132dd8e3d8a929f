//! What goes out comes in again.

use bytes::Bytes;

use super::super::super::flow::{Source, Transport};
use super::super::answer::AnswerHead;
use super::super::*;
use super::{INVITE, wire};

fn extras() -> Vec<Extra> {
    vec![
        Extra::Allow("INVITE, ACK, BYE"),
        Extra::Supported("timer, 100rel"),
        Extra::Require("100rel"),
        Extra::Unsupported(vec!["a".into(), "b".into()]),
        Extra::Accept("application/sdp"),
        Extra::RSeq(5),
        Extra::RAck {
            rseq: 5,
            cseq: 6,
            method: Method::Invite,
        },
        Extra::SessionExpires(SessionExpires {
            interval_s: 1800,
            refresher_uac: Some(true),
        }),
        Extra::MinSe(90),
        Extra::Reason {
            protocol: "Q.850",
            cause: 16,
            text: "Terminated",
        },
        Extra::RetryAfter(9),
        Extra::PAssertedIdentity("<tel:+14155550100>".into()),
        Extra::RemotePartyId("<sip:+14155550100@h>".into()),
        Extra::Privacy("id"),
        Extra::Authorization("Digest a=\"b\"".into()),
        Extra::ProxyAuthorization("Digest a=\"b\"".into()),
        Extra::WwwAuthenticate("Digest a=\"b\"".into()),
        Extra::ProxyAuthenticate("Digest a=\"b\"".into()),
        Extra::Expires(60),
        Extra::Warning {
            code: 399,
            text: "No such thing",
        },
    ]
}

pub(crate) fn request() -> OutgoingRequest {
    OutgoingRequest {
        method: Method::Invite,
        uri: "sip:+14155550100@192.0.2.2".into(),
        from: "<sip:+14155550101@192.0.2.1>;tag=a".into(),
        to: "<sip:+14155550100@192.0.2.2>".into(),
        call_id: "call".into(),
        cseq: 12,
        max_forwards: 69,
        contact: Some("<sip:192.0.2.1:5060>".into()),
        route: vec![
            Bytes::from_static(b"<sip:p1;lr>"),
            Bytes::from_static(b"<sip:p2;lr>"),
        ],
        extra: extras(),
        body: Some(("application/sdp", Bytes::from_static(b"v=0\r\n"))),
    }
}

fn written(request: &OutgoingRequest) -> Bytes {
    let mut out = Vec::new();
    write::request(&mut out, request, "UDP", "192.0.2.1:5060", b"z9hG4bKx");
    Bytes::from(out)
}

#[test]
fn a_request_with_every_header_comes_in_again() {
    let Ok(Incoming::Request(read)) = Incoming::parse(&written(&request())) else {
        panic!()
    };
    assert_eq!(read.uri().to_string(), "sip:+14155550100@192.0.2.2");
    assert_eq!(read.via().branch(), Some(&b"z9hG4bKx"[..]));
    assert!(read.via().rport());
    assert_eq!((read.cseq(), read.max_forwards()), (12, Some(69)));
    assert_eq!(
        read.values("Route"),
        [b"<sip:p1;lr>".to_vec(), b"<sip:p2;lr>".to_vec()]
    );
    assert_eq!(read.rack(), Some((5, 6, Method::Invite)));
    assert_eq!(read.session_expires().map(|s| s.refresher_uac), Some(Some(true)));
    assert_eq!(
        read.values("Reason"),
        [b"Q.850;cause=16;text=\"Terminated\"".to_vec()]
    );
    assert_eq!(
        read.values("Warning"),
        [b"399 partyline \"No such thing\"".to_vec()]
    );
    assert_eq!(
        read.body(),
        Some(Body {
            kind: "application/sdp",
            bytes: b"v=0\r\n"
        })
    );
    assert!(read.values("User-Agent").is_empty());
}

#[test]
fn no_value_can_bring_a_header_of_its_own() {
    let evil = "x\r\nX-Injected: 1\r\n\r\n\0".to_owned();
    let mut request = request();
    request.uri = format!("sip:a@b{evil}");
    request.from = evil.clone();
    request.to = evil.clone();
    request.call_id = evil.clone();
    request.contact = Some(evil.clone());
    request.route = vec![Bytes::from(evil.clone())];
    request.extra = vec![
        Extra::Authorization(evil.clone()),
        Extra::Unsupported(vec![evil.clone()]),
    ];
    request.method = Method::Other(evil.into());
    let bytes = written(&request);
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(!text.contains('\0'));
    assert!(text.split("\r\n").all(|line| !line.starts_with("X-Injected")));
    assert_eq!(text.matches("\r\n\r\n").count(), 1);
}

#[test]
fn an_answer_copies_of_its_request_what_it_must_and_nothing_else() {
    let Ok(Incoming::Request(invite)) = Incoming::parse(&wire(INVITE)) else {
        panic!()
    };
    let source = Source {
        transport: Transport::Udp,
        remote: "192.0.2.1:9".parse().unwrap(),
        connection: None,
    };
    let head = AnswerHead::new(&invite.answerable(), &source);
    let response = OutgoingResponse {
        to_tag: Some("mine".into()),
        contact: Some("<sip:192.0.2.10>".into()),
        extra: vec![Extra::Supported("timer")],
        ..OutgoingResponse::new(200)
    };
    let mut out = Vec::new();
    head.write(&response, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "SIP/2.0 200 OK\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKabc;received=192.0.2.1;rport=9, SIP/2.0/TCP proxy.example\r\n\
         Via: SIP/2.0/UDP old.example\r\n\
         From: \"Bell, \\\"A\\\"\" <sip:+14155550111@192.0.2.1>;tag=f1\r\n\
         Call-ID: c1@192.0.2.1\r\n\
         CSeq: 7   INVITE\r\n\
         To: sip:+14155550100@192.0.2.10;x=1;tag=mine\r\n\
         Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n\
         Record-Route: <sip:p3;lr>\r\n\
         Contact: <sip:192.0.2.10>\r\n\
         Supported: timer\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let refusal = head.plain(486, "Busy Here", Some("mine"), b"");
    assert!(!refusal.windows(12).any(|w| w == b"Record-Route"));
    let trying = head.plain(100, "Trying", None, b"");
    assert!(trying.windows(8).any(|w| w == b";x=1\r\nCo"), "no tag on 100");
    let Ok(Incoming::Response(_)) = Incoming::parse(&refusal) else {
        panic!()
    };
}
