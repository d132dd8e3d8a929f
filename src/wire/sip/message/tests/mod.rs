//! Messages that come in, and that what goes out comes in again.

mod outgoing;
mod properties;
mod refused;
mod torture;

use bytes::Bytes;

use super::*;

/// A request as text with lines ended by LF.
pub(crate) fn wire(text: &str) -> Bytes {
    Bytes::from(text.replace('\n', "\r\n"))
}

pub(crate) const INVITE: &str = "INVITE sip:+14155550100@192.0.2.10;user=phone SIP/2.0
v: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKabc;rport, SIP/2.0/TCP proxy.example
Via: SIP/2.0/UDP old.example
Max-Forwards: 0068
f: \"Bell, \\\"A\\\"\" <sip:+14155550111@192.0.2.1>;tag=f1
t: sip:+14155550100@192.0.2.10;x=1
i: c1@192.0.2.1
CSeq:  7   INVITE
m: <sip:a@192.0.2.1:5070;transport=tcp>;expires=3, <sip:b@h>
Record-Route: <sip:p1;lr>,
 <sip:p2;lr>
Record-Route: <sip:p3;lr>
k: timer, 100rel
Require: 100rel , x-own
Allow: INVITE, ACK,
\tBYE
x: 1800 ; refresher = UAS
Min-SE: 90
c: Application/SDP ; charset=utf-8
l: 5

v=0
trailing noise";

#[test]
fn a_request_gives_its_fields_whatever_their_spelling() {
    let Ok(Incoming::Request(request)) = Incoming::parse(&wire(INVITE)) else {
        panic!()
    };
    assert_eq!(request.method(), &Method::Invite);
    assert_eq!(request.uri().user(), Some(&b"+14155550100"[..]));
    assert_eq!(request.uri().param("USER"), Some(Some(&b"phone"[..])));
    assert_eq!(request.via().branch(), Some(&b"z9hG4bKabc"[..]));
    assert!(!request.has_one_via());
    assert_eq!(request.max_forwards(), Some(68));
    assert_eq!(request.from().display_name.as_deref(), Some(&b"Bell, \"A\""[..]));
    assert_eq!(request.from().tag.as_deref(), Some(&b"f1"[..]));
    assert_eq!(request.to().tag, None);
    assert_eq!(request.to().param("x"), Some(Some(&b"1"[..])));
    assert_eq!(&request.call_id()[..], b"c1@192.0.2.1");
    assert_eq!(request.cseq(), 7);
    assert_eq!(
        request.contact().map(|c| c.to_string()).as_deref(),
        Some("sip:a@192.0.2.1:5070;transport=tcp")
    );
    assert_eq!(
        request.record_route(),
        ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"].map(Bytes::from)
    );
    assert!(request.supports("100REL") && !request.supports("10"));
    assert_eq!(request.required(), ["100rel", "x-own"]);
    assert!(request.allows(&Method::Bye) && !request.allows(&Method::Info));
    let expires = SessionExpires {
        interval_s: 1800,
        refresher_uac: Some(false),
    };
    assert_eq!(request.session_expires(), Some(expires));
    assert_eq!(request.min_se(), Some(90));
    assert_eq!(
        request.body(),
        Some(Body {
            kind: "application/sdp",
            bytes: b"v=0\r\n"
        })
    );
    assert_eq!(
        request.values("Session-Expires"),
        [b"1800 ; refresher = UAS".to_vec()]
    );
}

#[test]
fn a_response_gives_its_fields() {
    let text = "SIP/2.0 503 \nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: <sip:c@d>;tag=2
Call-ID: x\nCSeq: 9 INVITE\nRetry-After: 18 (in a meeting);duration=3\nRSeq: 988789\nRAck: 776656 1 INVITE\n\n";
    let Ok(Incoming::Response(response)) = Incoming::parse(&wire(text)) else {
        panic!()
    };
    assert_eq!((response.status(), response.cseq()), (503, 9));
    assert_eq!(response.cseq_method(), &Method::Invite);
    assert_eq!(response.retry_after_s(), Some(18));
    assert_eq!(response.rseq(), Some(988_789));
    assert_eq!(response.rack(), Some((776_656, 1, Method::Invite)));
    assert_eq!(response.body(), None);
    assert!(response.has_one_via());
}
