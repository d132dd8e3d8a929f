//! What is refused, and what is answered to it.

use super::super::super::flow::{Source, Transport};
use super::super::*;
use super::wire;

const OPTIONS: &str = "OPTIONS sip:a@b SIP/2.0
Via: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKq
From: <sip:x@y>;tag=7
To: <sip:a@b>
Call-ID: c9
CSeq: 3 OPTIONS
Max-Forwards: 70

";

fn source() -> Source {
    Source {
        transport: Transport::Udp,
        remote: "192.0.2.9:5070".parse().unwrap(),
        connection: None,
    }
}

/// Status, reason and the whole answer.
fn refused(text: &str) -> Option<(u16, &'static str, String)> {
    match Incoming::parse(&wire(text)) {
        Ok(message) => panic!("{message:?}"),
        Err(Unreadable::Silent(_)) => None,
        Err(Unreadable::Answerable(bad)) => {
            let answer = bad.answer(&source(), "t1");
            assert_eq!(answer.hop.remote, source().remote);
            Some((
                bad.status,
                bad.reason,
                String::from_utf8(answer.bytes.to_vec()).unwrap(),
            ))
        }
    }
}

#[test]
fn the_plain_request_is_read() {
    assert!(Incoming::parse(&wire(OPTIONS)).is_ok());
}

#[test]
fn each_fault_has_an_answer_that_copies_what_an_answer_must() {
    for (from, to, status, reason) in [
        ("From:", "Fram:", 400, "Missing From"),
        ("To:", "Two:", 400, "Missing To"),
        ("Call-ID:", "Call-IDD:", 400, "Missing Call-ID"),
        ("CSeq:", "CSec:", 400, "Missing CSeq"),
        (
            "CSeq: 3 OPTIONS",
            "CSeq: 3 INVITE",
            400,
            "CSeq Names Another Method",
        ),
        ("CSeq: 3", "CSeq: 2147483648", 400, "Bad CSeq"),
        ("CSeq: 3", "CSeq: -3", 400, "Bad CSeq"),
        ("Max-Forwards: 70", "Max-Forwards: 256", 400, "Bad Max-Forwards"),
        (
            "Max-Forwards: 70",
            "Content-Length: 0\nContent-Length: 5",
            400,
            "Contradictory Content-Length",
        ),
        (
            "Max-Forwards: 70",
            "Content-Length: 0\nl: 0",
            400,
            "Contradictory Content-Length",
        ),
        (
            "Max-Forwards: 70",
            "Content-Length: 99999999999999999999999",
            400,
            "Bad Content-Length",
        ),
        (
            "Max-Forwards: 70",
            "Content-Length: 4294967295",
            413,
            "Request Entity Too Large",
        ),
        (
            "Max-Forwards: 70",
            "Content-Length: 9999",
            400,
            "Content-Length Exceeds Message",
        ),
        (
            "Max-Forwards: 70",
            "Content-Length: -1",
            400,
            "Bad Content-Length",
        ),
        ("Max-Forwards: 70", "Subject: a\0b", 400, "NUL In Header"),
        ("Max-Forwards: 70", "Subject: a\rb", 400, "Bad Header"),
        ("Max-Forwards: 70", "no colon", 400, "Bad Header"),
        ("Call-ID: c9", "Call-ID: c9\nCall-ID: c9", 400, "Repeated Call-ID"),
        ("sip:a@b SIP", "<sip:a@b> SIP", 400, "Bad Request-URI"),
        ("sip:a@b SIP", "sip:a@b?X=y SIP", 400, "Request-URI Has Headers"),
        ("OPTIONS sip", "OPTIONS  sip", 400, "Bad Start Line"),
        ("SIP/2.0\nVia", "SIP/7.0\nVia", 505, "Version Not Supported"),
        ("branch=z", "branch=z;;", 400, "Bad Via"),
    ] {
        let text = OPTIONS.replacen(from, to, 1);
        assert_ne!(text, OPTIONS);
        let (got, why, answer) = refused(&text).unwrap_or_else(|| panic!("silence to {to}"));
        assert_eq!((got, why), (status, reason), "{to}");
        assert!(
            answer.starts_with(&format!(
                "SIP/2.0 {status} {reason}\r\nVia: SIP/2.0/UDP 192.0.2.9:5070"
            )),
            "{answer}"
        );
        assert!(answer.ends_with("\r\nContent-Length: 0\r\n\r\n"));
        if from != "To:" {
            assert!(answer.contains("\r\nTo: <sip:a@b>;tag=t1\r\n"), "{answer}");
        }
        if from != "From:" {
            assert!(answer.contains("\r\nFrom: <sip:x@y>;tag=7\r\n"));
        }
    }
}

#[test]
fn without_a_via_there_is_no_answer() {
    assert!(refused(&OPTIONS.replace("Via:", "Viah:")).is_none());
}

#[test]
fn answers_acks_and_noise_meet_silence() {
    assert!(refused(&OPTIONS.replace("OPTIONS", "ACK").replace("CSeq: 3", "CSeq: x")).is_none());
    assert!(refused("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\n\n").is_none());
    assert!(refused("SIP/2.0 2000 OK\nVia: SIP/2.0/UDP h\n\n").is_none());
    assert!(refused("GET / HTTP/1.1\nHost: h\nVia: SIP/2.0/UDP h\n\n").is_none());
    assert!(refused("\0\0\0\0").is_none());
    assert!(refused("").is_none());
}

#[test]
fn the_answer_holds_no_control_character_and_a_bounded_number_of_vias() {
    let text = OPTIONS.replace("<sip:a@b>\n", "\"a\0\u{1}\" <sip:a@b>\n");
    let (_, reason, answer) = refused(&text).unwrap();
    assert_eq!(reason, "NUL In Header");
    assert!(answer.contains("To: \"a\" <sip:a@b>;tag=t1"));
    let many = "Via: SIP/2.0/UDP h\n".repeat(500);
    let text = OPTIONS.replace("Max-Forwards: 70\n", &format!("CSeq: x\n{many}"));
    assert_eq!(refused(&text).unwrap().2.matches("Via").count(), 32);
}

#[test]
fn two_hundred_headers_are_too_many() {
    let many = "X: y\n".repeat(200);
    assert_eq!(
        refused(&OPTIONS.replace("Max", &format!("{many}Max"))).unwrap().1,
        "Too Many Headers"
    );
}
