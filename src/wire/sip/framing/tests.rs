//! Streams, whole and in pieces, kind and hostile.

use proptest::prelude::*;

use super::super::message::Incoming;
use super::*;

fn message(length: &str, body: &str) -> String {
    format!(
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n\
         Call-ID: x\r\nCSeq: 1 OPTIONS\r\n{length}\r\n\r\n{body}"
    )
}

fn frames(stream: &mut Stream) -> Vec<Frame> {
    std::iter::from_fn(|| stream.next_frame().unwrap()).collect()
}

fn broken(text: &str) -> Unreadable {
    let mut stream = Stream::default();
    stream.push(text.as_bytes());
    let Err(Broken(why)) = stream.next_frame() else {
        panic!("{text}")
    };
    stream.push(message("Content-Length: 0", "").as_bytes());
    assert!(stream.next_frame().is_err(), "broken for good");
    assert_eq!(stream.pending(), 0);
    why
}

#[test]
fn messages_are_cut_wherever_the_stream_comes_apart() {
    let two = message("Content-Length: 4", "body") + "\r\n\r\n" + &message("l :\r\n 2", "xy");
    for at in 0..=two.len() {
        let mut stream = Stream::default();
        stream.push(&two.as_bytes()[..at]);
        let mut all = frames(&mut stream);
        stream.push(&two.as_bytes()[at..]);
        all.extend(frames(&mut stream));
        assert_eq!(all.len(), 4, "at {at}");
        assert_eq!(all[1..3], [Frame::Pong, Frame::Ping]);
        assert_eq!(
            all[0],
            Frame::Message(Bytes::from(message("Content-Length: 4", "body")))
        );
        assert_eq!(stream.pending(), 0);
    }
}

#[test]
fn half_a_message_waits_and_is_counted() {
    let mut stream = Stream::default();
    stream.push(message("Content-Length: 10", "half").as_bytes());
    assert_eq!(stream.next_frame().unwrap(), None);
    assert!(stream.pending() > 100);
    stream.push(b"-done.");
    assert!(matches!(stream.next_frame(), Ok(Some(Frame::Message(_)))));
}

#[test]
fn keep_alives_come_between_messages() {
    let mut stream = Stream::default();
    stream.push(b"\r");
    assert_eq!(stream.next_frame().unwrap(), None);
    stream.push(b"\n");
    assert_eq!(frames(&mut stream), [Frame::Pong]);
    stream.push(b"\r\n");
    assert_eq!(frames(&mut stream), [Frame::Ping]);
}

#[test]
fn a_malformed_message_does_not_end_the_stream() {
    let mut stream = Stream::default();
    stream.push(message("Content-Length: 0\r\nContent-Length: 0", "").as_bytes());
    stream.push(
        message("Content-Length: 0", "")
            .replace("CSeq: 1", "CSeq: x")
            .as_bytes(),
    );
    stream.push(message("Content-Length: 0", "").as_bytes());
    let read: Vec<bool> = frames(&mut stream)
        .iter()
        .map(|frame| matches!(frame, Frame::Message(bytes) if Incoming::parse(bytes).is_ok()))
        .collect();
    assert_eq!(read, [false, false, true]);
}

#[test]
fn a_stream_that_is_lost_ends_with_an_answer_where_one_is_due() {
    for (length, status, reason) in [
        (
            "Content-Length: 5\r\nContent-Length: 0",
            400,
            "Contradictory Content-Length",
        ),
        ("Content-Length: 5\r\nl: 6", 400, "Contradictory Content-Length"),
        ("Content-Length: -1", 400, "Bad Content-Length"),
        ("Content-Length: 1 2", 400, "Bad Content-Length"),
        ("Content-Length: ", 400, "Bad Content-Length"),
        ("X: y", 400, "Missing Content-Length"),
        ("Content-Length: 99999999", 413, "Request Entity Too Large"),
        (
            "Content-Length: 18446744073709551615",
            413,
            "Request Entity Too Large",
        ),
        ("Content-Length: 18446744073709551616", 400, "Bad Content-Length"),
    ] {
        match broken(&message(length, "")) {
            Unreadable::Answerable(bad) => assert_eq!((bad.status, bad.reason), (status, reason), "{length}"),
            Unreadable::Silent(_) => panic!("{length}"),
        }
    }
}

#[test]
fn what_is_not_sip_ends_at_its_first_line() {
    for noise in [
        "\u{16}\u{3}\u{1}\u{2}",
        "GET / HTTP/1.1\r\n",
        "\0\0\0\0",
        " x",
        "\n",
        "hello\r\n",
    ] {
        assert!(
            matches!(broken(noise), Unreadable::Silent("Not SIP")),
            "{noise:?}"
        );
    }
}

#[test]
fn a_head_without_end_is_bounded() {
    let mut stream = Stream::default();
    stream.push(b"OPTIONS sip:a@b SIP/2.0\r\nX: ");
    let mut pushed = 0;
    while stream.next_frame().is_ok() {
        stream.push(&[b'a'; 1000]);
        pushed += 1000;
        assert!(pushed < 20_000);
    }
    assert_eq!(stream.pending(), 0);
}

proptest! {
    #[test]
    fn no_bytes_do_harm(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..20)) {
        let mut stream = Stream::default();
        for chunk in chunks {
            stream.push(&chunk);
            while let Ok(Some(frame)) = stream.next_frame() {
                if let Frame::Message(bytes) = frame {
                    let _ = Incoming::parse(&bytes);
                }
            }
        }
    }
}
