//! No bytes do harm, and what goes out comes in again.

use bytes::Bytes;
use proptest::prelude::*;

use super::super::super::flow::{Source, Transport};
use super::super::answer::AnswerHead;
use super::super::*;
use super::torture::corpus;

fn source() -> Source {
    Source {
        transport: Transport::Udp,
        remote: "192.0.2.1:5060".parse().unwrap(),
        connection: None,
    }
}

/// Reads, asks for everything, and answers.
fn exercise(bytes: Vec<u8>) {
    match Incoming::parse(&Bytes::from(bytes)) {
        Ok(Incoming::Request(request)) => {
            let _ = (
                request.contact(),
                request.record_route(),
                request.required(),
                request.session_expires(),
            );
            let _ = (
                request.min_se(),
                request.rack(),
                request.body(),
                request.rseq(),
                request.retry_after_s(),
            );
            let _ = (
                request.supports("timer"),
                request.allows(&Method::Prack),
                request.values("From"),
            );
            let head = AnswerHead::new(&request.answerable(), &source());
            let answer = head.plain(486, "Busy Here", Some("tag"), b"");
            assert_eq!(answer.windows(4).filter(|w| w == b"\r\n\r\n").count(), 1);
            match Incoming::parse(&answer) {
                Ok(Incoming::Response(back)) => {
                    assert_eq!(back.call_id(), request.call_id());
                    assert_eq!(back.via().branch(), request.via().branch());
                    assert_eq!(back.cseq(), request.cseq());
                }
                // The answer may be longer than what is read: no more.
                other => assert!(answer.len() > 8_000 || other.is_ok(), "{other:?} {answer:?}"),
            }
        }
        Ok(Incoming::Response(response)) => {
            let _ = (response.contact(), response.cseq_method(), response.to_text());
        }
        Err(Unreadable::Answerable(bad)) => {
            let answer = bad.answer(&source(), "tag");
            assert_eq!(answer.bytes.windows(4).filter(|w| w == b"\r\n\r\n").count(), 1);
            assert!(!answer.bytes.contains(&0));
        }
        Err(Unreadable::Silent(_)) => {}
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "\\PC{0,8}", any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        exercise(bytes);
    }

    #[test]
    fn headers_of_random_text_do_no_harm(
        values in prop::collection::vec(("(Via|From|To|Call-ID|CSeq|Contact|l|m|x|k|Max-Forwards)", "[ -~\t]{0,40}"), 0..12),
    ) {
        let mut message = String::from("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n");
        for (name, value) in values {
            message += &format!("{name}: {value}\r\n");
        }
        exercise((message + "\r\n").into_bytes());
    }

    #[test]
    fn mutated_messages_do_no_harm(
        which in 0usize..49,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..8),
    ) {
        let mut bytes = corpus().nth(which).unwrap().to_vec();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len().max(1));
            match how {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
                _ => bytes.insert(at, byte),
            }
            if bytes.is_empty() {
                break;
            }
        }
        exercise(bytes);
    }

    #[test]
    fn a_request_keeps_its_shape_whatever_its_fields_hold(
        uri in text(), from in text(), to in text(), call_id in text(), value in text(),
        body in prop::option::of(prop::collection::vec(any::<u8>(), 0..50)),
    ) {
        let length = body.as_ref().map_or(0, Vec::len);
        let request = OutgoingRequest {
            uri, from, to, call_id,
            contact: Some(value.clone()),
            route: vec![Bytes::from(value.clone())],
            extra: vec![Extra::Authorization(value.clone()), Extra::PAssertedIdentity(value)],
            body: body.map(|b| ("application/sdp", Bytes::from(b))),
            ..super::outgoing::request()
        };
        let mut out = Vec::new();
        write::request(&mut out, &request, "UDP", "192.0.2.1:5060", b"z9hG4bKx");
        let end = out.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        prop_assert_eq!(out.len(), end + 4 + length);
        let head = String::from_utf8_lossy(&out[..end]).into_owned();
        let content = usize::from(length > 0 || head.contains("\r\nContent-Type: "));
        prop_assert_eq!(head.split("\r\n").count(), 12 + content);
        prop_assert!(head.split("\r\n").all(|line| !line.chars().any(|c| (c as u32) < 32)));
    }

    #[test]
    fn a_request_of_sound_fields_comes_in_again(
        user in "[a-z0-9+]{1,12}", tag in "[a-f0-9]{1,16}", call_id in "[A-Za-z0-9@.-]{1,30}",
        cseq in 0u32..(1 << 31), hops in any::<u8>(), body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let request = OutgoingRequest {
            uri: format!("sip:{user}@192.0.2.2"),
            from: format!("\"{user}\" <sip:{user}@h>;tag={tag}"),
            call_id: call_id.clone(), cseq, max_forwards: hops,
            body: Some(("application/sdp", Bytes::from(body.clone()))),
            ..super::outgoing::request()
        };
        let mut out = Vec::new();
        write::request(&mut out, &request, "TCP", "192.0.2.1:5060", b"z9hG4bKx");
        let Ok(Incoming::Request(read)) = Incoming::parse(&Bytes::from(out)) else { panic!() };
        prop_assert_eq!(read.uri().to_string(), request.uri);
        prop_assert_eq!(read.from().tag.as_deref(), Some(tag.as_bytes()));
        prop_assert_eq!(&read.call_id()[..], call_id.as_bytes());
        prop_assert_eq!((read.cseq(), read.max_forwards()), (cseq, Some(hops)));
        prop_assert_eq!(read.body().map(|b| b.bytes.to_vec()).unwrap_or_default(), body);
    }
}
