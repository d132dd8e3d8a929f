//! RFC 4475: every message, by name, with what becomes of it here. `torture/` holds them octet for octet as the RFC
//! prints them, but for the signature in `mpart01`, whose octets are noise of the same length.

use bytes::Bytes;

use super::super::super::flow::{Source, Transport};
use super::super::super::framing::{Frame, Stream};
use super::super::*;

macro_rules! messages {
    ($($name:ident),* $(,)?) => {
        [$((stringify!($name), include_bytes!(concat!("torture/", stringify!($name), ".dat")) as &[u8])),*]
    };
}

const ALL: [(&str, &[u8]); 49] = messages![
    wsinv, intmeth, esc01, escnull, esc02, lwsdisp, longreq, dblreq, semiuri, transports, mpart01, unreason,
    noreason, badinv01, clerr, ncl, scalar02, scalarlg, quotbal, ltgtruri, lwsruri, lwsstart, trws, escruri,
    baddate, regbadct, badaspec, baddn, badvers, mismatch01, mismatch02, bigcode, badbranch, insuf, unkscm,
    novelsc, unksm2, bext01, invut, regaut01, multi01, mcl01, bcast, zeromf, cparam01, cparam02, regescrt,
    sdp01, inv2543,
];

fn parse(name: &str) -> Result<Incoming, Unreadable> {
    let (_, bytes) = ALL.iter().find(|(n, _)| *n == name).unwrap();
    Incoming::parse(&Bytes::from_static(bytes))
}

fn request(name: &str) -> IncomingRequest {
    match parse(name) {
        Ok(Incoming::Request(request)) => *request,
        other => panic!("{name}: {other:?}"),
    }
}

/// What is refused, and how. The RFC names 400 for most; where it leaves a choice, this is ours: control characters in a header
/// (`intmeth`, 3.1.1.2, which is valid) is refused on purpose, spaces are not guessed away (3.1.2.8 to 3.1.2.10).
const REFUSED: [(&str, u16, &str); 19] = [
    ("intmeth", 400, "NUL In Header"),
    ("badinv01", 400, "Bad Via"),
    ("clerr", 400, "Content-Length Exceeds Message"),
    ("ncl", 400, "Bad Content-Length"),
    ("scalar02", 400, "Bad CSeq"),
    ("quotbal", 400, "Bad To"),
    ("ltgtruri", 400, "Bad Request-URI"),
    ("lwsruri", 400, "Bad Start Line"),
    ("lwsstart", 400, "Bad Start Line"),
    ("trws", 400, "Bad Start Line"),
    ("escruri", 400, "Request-URI Has Headers"),
    ("badaspec", 400, "Bad To"),
    ("baddn", 400, "Bad From"),
    ("badvers", 505, "Version Not Supported"),
    ("mismatch01", 400, "CSeq Names Another Method"),
    ("mismatch02", 400, "CSeq Names Another Method"),
    ("insuf", 400, "Missing From"),
    ("multi01", 400, "Repeated CSeq"),
    ("mcl01", 400, "Contradictory Content-Length"),
];

#[test]
fn each_malformed_request_gets_the_answer_that_fits() {
    let source = Source {
        transport: Transport::Udp,
        remote: "192.0.2.1:5060".parse().unwrap(),
        connection: None,
    };
    for (name, status, reason) in REFUSED.into_iter() {
        let Err(Unreadable::Answerable(bad)) = parse(name) else {
            panic!("{name}")
        };
        assert_eq!((bad.status, bad.reason), (status, reason), "{name}");
        let answer = bad.answer(&source, "t");
        assert!(answer.bytes.starts_with(format!("SIP/2.0 {status} ").as_bytes()));
        assert!(!answer.bytes.contains(&0));
        // Where the request was whole but for one fault, the answer is one that reads.
        if ![
            "badinv01", "quotbal", "scalar02", "badaspec", "baddn", "insuf", "badvers", "intmeth",
        ]
        .contains(&name)
        {
            assert!(
                matches!(Incoming::parse(&answer.bytes), Ok(Incoming::Response(_))),
                "{name}"
            );
        }
    }
}

#[test]
fn malformed_answers_meet_silence() {
    for name in ["scalarlg", "bigcode"] {
        assert!(matches!(parse(name), Err(Unreadable::Silent(_))), "{name}");
    }
}

#[test]
fn all_others_are_read() {
    let refused: Vec<&str> = REFUSED.iter().map(|(n, ..)| *n).collect();
    for (name, _) in ALL {
        if !refused.contains(&name) && !["scalarlg", "bigcode"].contains(&name) {
            assert!(parse(name).is_ok(), "{name}: {:?}", parse(name));
        }
    }
}

#[test]
fn the_valid_ones_say_what_the_rfc_says_they_say() {
    let wsinv = request("wsinv");
    assert_eq!(wsinv.to().tag.as_deref(), Some(&b"1918181833n"[..]));
    assert_eq!(
        wsinv.from().display_name.as_deref(),
        Some(&b"J Rosenberg \\\""[..])
    );
    assert_eq!(wsinv.from().tag.as_deref(), Some(&b"98asjd8"[..]));
    assert_eq!(
        (wsinv.max_forwards(), wsinv.cseq(), wsinv.method()),
        (Some(68), 9, &Method::Invite)
    );
    assert_eq!(wsinv.via().branch(), Some(&b"390skdjuw"[..]));
    assert!(!wsinv.via().is_rfc3261());
    assert_eq!(
        wsinv.contact().map(|c| c.to_string()).as_deref(),
        Some("sip:jdrosen@example.com")
    );
    assert_eq!(wsinv.body().map(|b| b.bytes.len()), Some(150));

    assert_eq!(
        request("esc01").uri().decoded_user().as_deref(),
        Some(&b"sips:user@example.com"[..])
    );
    assert_eq!(
        request("escnull").to().uri.decoded_user().as_deref(),
        Some(&b"null-\0-null"[..])
    );
    assert_eq!(request("esc02").method(), &Method::Other("RE%47IST%45R".into()));
    assert_eq!(request("esc02").values("Contact").len(), 2);
    assert_eq!(
        request("lwsdisp").from().display_name.as_deref(),
        Some(&b"caller"[..])
    );
    assert_eq!(request("longreq").via().host(), b"sip33.example.com");
    assert_eq!(request("dblreq").method(), &Method::Register);
    assert_eq!(request("dblreq").body(), None);
    assert_eq!(
        request("semiuri").uri().user(),
        Some(&b"user;par=u%40example.net"[..])
    );
    assert_eq!(request("transports").values("Via").len(), 5);
    let mpart = request("mpart01");
    assert_eq!(
        mpart.body().map(|b| (b.kind, b.bytes.len())),
        Some(("multipart/mixed", 553))
    );
    for (name, status) in [("unreason", 200), ("noreason", 100)] {
        let Ok(Incoming::Response(response)) = parse(name) else {
            panic!()
        };
        assert_eq!(response.status(), status);
    }
}

#[test]
fn what_is_for_the_layers_above_can_be_seen_there() {
    assert!(
        !request("badbranch").via().is_rfc3261(),
        "the cookie alone names no transaction"
    );
    assert!(!request("unkscm").uri().is_sip() && !request("novelsc").uri().is_sip());
    assert_eq!(request("unksm2").to().uri.scheme(), b"isbn");
    assert_eq!(
        request("bext01").required(),
        ["nothingSupportsThis", "nothingSupportsThisEither"]
    );
    assert_eq!(
        request("invut").body().map(|b| b.kind),
        Some("application/unknownformat")
    );
    assert_eq!(request("regaut01").values("Authorization").len(), 1);
    assert_eq!(request("zeromf").max_forwards(), Some(0));
    assert!(request("regbadct").contact().is_none());
    assert_eq!(
        request("cparam01")
            .contact()
            .and_then(|c| c.param("unknownparam").map(|_| ())),
        None
    );
    assert_eq!(
        request("cparam02").contact().map(|c| c.param("unknownparam")),
        Some(Some(None))
    );
    assert!(request("regescrt").contact().is_some_and(Uri::has_headers));
    assert_eq!(
        request("sdp01").values("Accept"),
        [b"text/nobodyKnowsThis".to_vec()]
    );
    assert_eq!(request("inv2543").max_forwards(), None);
    let Ok(Incoming::Response(bcast)) = parse("bcast") else {
        panic!()
    };
    assert!(
        !bcast.has_one_via(),
        "not for us: the second Via would have us send to everybody"
    );
}

#[test]
fn over_a_stream_each_is_cut_and_judged_the_same_or_ends_the_connection() {
    for (name, bytes) in ALL {
        let mut stream = Stream::default();
        let mut first = None;
        for chunk in bytes.chunks(7) {
            stream.push(chunk);
            while let Ok(Some(frame)) = stream.next_frame() {
                if let Frame::Message(message) = frame {
                    first.get_or_insert(Incoming::parse(&message));
                }
            }
        }
        let lost = stream.next_frame().is_err();
        let fate = match first {
            Some(Ok(_)) => "read",
            Some(Err(Unreadable::Answerable(_))) => "answered",
            Some(Err(Unreadable::Silent(_))) => "dropped",
            None if lost => "closed",
            None => "waited for",
        };
        let expected = match (name, parse(name)) {
            // No length, a negative one, two that differ: the stream is lost.
            ("ncl" | "mcl01" | "inv2543", _) => "closed",
            // Content-Length promises what never comes.
            ("clerr", _) => "waited for",
            (_, Ok(_)) => "read",
            (_, Err(Unreadable::Answerable(_))) => "answered",
            (_, Err(Unreadable::Silent(_))) => "dropped",
        };
        assert_eq!(fate, expected, "{name}");
    }
}

/// The messages, for what mutates them.
pub(super) fn corpus() -> impl Iterator<Item = &'static [u8]> {
    ALL.into_iter().map(|(_, bytes)| bytes)
}
