//! What a description says, and what of it may leave.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Session {
    parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn anchor() -> Anchor {
    Anchor {
        rtp: "198.51.100.1:20000".parse().unwrap(),
        rtcp: "198.51.100.1:20001".parse().unwrap(),
    }
}

fn written(draft: &Draft) -> String {
    String::from_utf8(Origin::new(84).write(draft).to_vec()).unwrap()
}

/// As a desk phone and a browser together would write it, with a name in every place that takes one.
const TALKATIVE: &str = "v=0\r\n\
    o=alice 2890844526 2890844526 IN IP4 host.alice.example\r\n\
    s=Alice's call\r\n\
    i=from +12025550123\r\n\
    u=http://alice.example/\r\n\
    e=alice@alice.example\r\n\
    p=+1 202 555 0123\r\n\
    c=IN IP4 10.1.2.3\r\n\
    b=AS:84\r\n\
    t=3034423619 3042462419\r\n\
    k=clear:alice\r\n\
    a=tool:AlicePhone/1.0\r\n\
    a=ice-ufrag:alic\r\n\
    a=fingerprint:sha-256 AA:BB:CC\r\n\
    m=audio 49170 RTP/AVP 0 8 97 98 101 13\r\n\
    i=Alice's microphone\r\n\
    a=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:97 opus/48000/2\r\n\
    a=fmtp:97 useinbandfec=1;x-name=alice;maxplaybackrate=12025550123;stereo=10.1.2.3;ptime=20\r\n\
    a=rtpmap:98 X-ALICE/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-16\r\n\
    a=ptime:20\r\n\
    a=maxptime:150\r\n\
    a=rtcp:53020 IN IP4 10.1.2.3\r\n\
    a=rtcp-mux\r\n\
    a=candidate:1 1 UDP 2130706431 10.1.2.3 49170 typ host\r\n\
    a=ssrc:314159 cname:alice@10.1.2.3\r\n\
    a=msid:alice alice\r\n\
    a=X-alice:10.1.2.3\r\n\
    a=label:alice\r\n\
    a=sendonly\r\n\
    m=video 51372 RTP/SAVPF 99\r\n\
    a=rtpmap:99 H264/90000\r\n\
    m=alice-data 9 UDP/DTLS/SCTP alice\r\n";

#[test]
fn an_offer_that_goes_on_holds_the_relays_address_and_known_values_only() {
    let draft = offer(&read(TALKATIVE), &anchor(), |_| true).unwrap();
    assert_eq!(
        written(&draft),
        "v=0\r\n\
         o=- 42 1 IN IP4 198.51.100.1\r\n\
         s=-\r\n\
         c=IN IP4 198.51.100.1\r\n\
         t=0 0\r\n\
         m=audio 20000 RTP/AVP 0 8 97 101 13\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:97 opus/48000/2\r\n\
         a=fmtp:97 useinbandfec=1;ptime=20\r\n\
         a=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-16\r\n\
         a=rtpmap:13 CN/8000\r\n\
         a=ptime:20\r\n\
         a=maxptime:150\r\n\
         a=sendonly\r\n\
         m=video 0 RTP/AVP 0\r\n\
         m=application 0 RTP/AVP 0\r\n"
    );
}

#[test]
fn an_answer_repeats_the_offers_lines_and_no_word_of_the_answerer() {
    let offered = read(TALKATIVE);
    let answered = read(
        "v=0\no=bob 1 1 IN IP4 bob.example\ns=Bob\nc=IN IP4 203.0.113.9\nt=0 0\n\
         m=audio 7000 RTP/AVP 8 96\na=rtpmap:96 telephone-event/8000\na=fmtp:96 0-15\na=sendrecv\n\
         m=bob 0 bob/bob bob\nm=bob 0 bob bob\n",
    );
    let text = written(&answer(&offered, &answered, &anchor()).unwrap());
    assert!(!text.contains("bob") && !text.contains("203.0.113.9") && !text.contains("7000"));
    assert!(text.contains("m=audio 20000 RTP/AVP 8 96\r\n"));
    // The offer was to send only, so the answer can but receive.
    assert!(text.contains("a=recvonly\r\n"));
    assert!(text.ends_with("m=video 0 RTP/SAVPF 99\r\nm=alice-data 0 UDP/DTLS/SCTP alice\r\n"));
}

#[test]
fn an_answer_with_a_codec_that_was_not_offered_is_no_answer() {
    let (offered, answered) = (
        read("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n"),
        read("v=0\nc=IN IP4 192.0.2.2\nm=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n"),
    );
    assert_eq!(answer(&offered, &answered, &anchor()), Err(NoAudio));
    assert_eq!(check_answer(&offered, &answered), Err(Mismatch::NoAudio));
}

#[test]
fn a_stream_that_is_encrypted_or_refused_is_not_the_calls_audio() {
    let session = read(
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\nm=audio 0 RTP/AVP 0\nm=audio 4004 RTP/AVP 101\n\
         a=rtpmap:101 telephone-event/8000\nm=audio 4002 RTP/AVP 8\n",
    );
    assert_eq!(session.audio_index(), Some(3));
    let secret = read("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\n");
    assert_eq!(offer(&secret, &anchor(), |_| true), Err(NoAudio));
    let refused = written(&refusal(&secret, &anchor()));
    assert!(refused.ends_with("m=audio 0 RTP/SAVP 0\r\n"));
}

#[test]
fn only_allowed_codecs_are_offered_on() {
    let session = read(TALKATIVE);
    let allow = |codec| matches!(codec, Codec::Pcma | Codec::TelephoneEvent);
    let text = written(&offer(&session, &anchor(), allow).unwrap());
    assert!(text.contains("m=audio 20000 RTP/AVP 8 101\r\n"));
    assert_eq!(
        offer(&session, &anchor(), |codec| codec == Codec::TelephoneEvent),
        Err(NoAudio)
    );
}

#[test]
fn addresses_come_from_the_stream_or_else_from_the_session() {
    let session = read(
        "v=0\nc=IN IP6 2001:db8::1\nm=audio 4000 RTP/AVP 0\na=rtcp:5000\n\
         m=audio 4002 RTP/AVP 0\nc=IN IP4 192.0.2.7/127\na=rtcp:5002 IN IP4 192.0.2.8\n\
         m=audio 4004 RTP/AVP 0\nc=IN IP4 phone.example\nm=audio 65535 RTP/AVP 0\n",
    );
    let place = |at: usize| (session.media[at].rtp(), session.media[at].rtcp());
    let socket = |text: &str| Some(text.parse::<SocketAddr>().unwrap());
    assert_eq!(
        place(0),
        (socket("[2001:db8::1]:4000"), socket("[2001:db8::1]:5000"))
    );
    assert_eq!(place(1), (socket("192.0.2.7:4002"), socket("192.0.2.8:5002")));
    assert_eq!(place(2), (None, None));
    assert_eq!(place(3), (socket("[2001:db8::1]:65535"), None));
}

#[test]
fn hold_is_said_by_direction_or_by_the_address_of_old() {
    let hold = |tail: &str| read(&format!("v=0\n{tail}")).is_hold();
    assert!(!hold("c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n"));
    assert!(hold("c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\na=sendonly\n"));
    assert!(hold("c=IN IP4 192.0.2.1\na=inactive\nm=audio 4000 RTP/AVP 0\n"));
    assert!(!hold(
        "c=IN IP4 192.0.2.1\na=inactive\nm=audio 4000 RTP/AVP 0\na=sendrecv\n"
    ));
    assert!(!hold("c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\na=recvonly\n"));
    assert!(hold("c=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n"));
    let old = read("v=0\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n");
    assert_eq!(old.media[0].rtp(), None);
    assert!(written(&offer(&old, &anchor(), |_| true).unwrap()).ends_with("a=sendonly\r\n"));
}

#[test]
fn an_offer_of_our_own_names_its_codecs_and_keys() {
    let codecs = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma, Codec::Pcmu];
    let draft = own_offer(&codecs, Direction::SendRecv, &anchor()).unwrap();
    let session = read(&written(&draft));
    let audio = session.audio().unwrap();
    let numbers: Vec<u8> = audio.formats.iter().map(|format| format.payload_type).collect();
    assert_eq!(numbers, [96, 9, 0, 8, 101]);
    assert_eq!(audio.formats[0].codec, Codec::Opus);
    assert_eq!(
        own_offer(&[Codec::Noise], Direction::SendRecv, &anchor()),
        Err(NoAudio)
    );
}

#[test]
fn the_version_rises_with_each_change_and_only_then() {
    let mut origin = Origin::new(84);
    let draft = |direction| own_offer(&[Codec::Pcma], direction, &anchor()).unwrap();
    let mut version = |direction| {
        let text = String::from_utf8(origin.write(&draft(direction)).to_vec()).unwrap();
        let line = text.lines().nth(1).unwrap().to_owned();
        line.split(' ').nth(2).unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(version(Direction::SendRecv), 1);
    assert_eq!(version(Direction::SendRecv), 1);
    assert_eq!(version(Direction::SendOnly), 2);
    assert_eq!(version(Direction::SendRecv), 3);
}

#[test]
fn an_rtcp_port_that_is_not_the_next_one_is_told() {
    let anchor = Anchor {
        rtp: "[2001:db8::5]:20000".parse().unwrap(),
        rtcp: "[2001:db8::5]:30000".parse().unwrap(),
    };
    let text = written(&own_offer(&[Codec::Pcma], Direction::SendRecv, &anchor).unwrap());
    assert!(
        text.contains("c=IN IP6 2001:db8::5\r\n") && text.contains("a=rtcp:30000 IN IP6 2001:db8::5\r\n")
    );
}

#[test]
fn an_answer_must_have_the_offers_streams() {
    let offered = read("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0 8\nm=video 0 RTP/AVP 0\n");
    let check = |tail: &str| check_answer(&offered, &read(&format!("v=0\nc=IN IP4 192.0.2.2\n{tail}")));
    assert_eq!(check("m=audio 5000 RTP/AVP 8\nm=video 0 RTP/AVP 0\n"), Ok(()));
    assert_eq!(check("m=audio 5000 RTP/AVP 8\n"), Err(Mismatch::Count));
    assert_eq!(
        check("m=video 0 RTP/AVP 0\nm=audio 5000 RTP/AVP 8\n"),
        Err(Mismatch::Kind)
    );
    assert_eq!(
        check("m=audio 5000 RTP/SAVP 8\nm=video 0 RTP/AVP 0\n"),
        Err(Mismatch::Kind)
    );
    assert_eq!(
        check("m=audio 5000 RTP/AVP 8\nm=video 5002 RTP/AVP 0\n"),
        Err(Mismatch::Refused)
    );
    assert_eq!(
        check("m=audio 0 RTP/AVP 8\nm=video 0 RTP/AVP 0\n"),
        Err(Mismatch::NoAudio)
    );
    assert_eq!(
        check("m=audio 5000 RTP/AVP 3\nm=video 0 RTP/AVP 0\n"),
        Err(Mismatch::NoAudio)
    );
}

#[test]
fn what_is_broken_is_told_apart() {
    let error = |bytes: &[u8]| parse(bytes, &Limits::default()).unwrap_err();
    assert_eq!(error(b""), SdpError::NotSdp);
    assert_eq!(error(b"v=1\nm=audio 1 RTP/AVP 0\n"), SdpError::NotSdp);
    assert_eq!(error(b"v=0\ns=-\n"), SdpError::NoMedia);
    assert_eq!(error(b"v=0\nm=audio 65536 RTP/AVP 0\n"), SdpError::BadMedia);
    assert_eq!(error(b"v=0\nm=audio 1 RTP/AVP\n"), SdpError::BadMedia);
    assert_eq!(error(b"v=0\nm=au\xffdio 1 RTP/AVP 0\n"), SdpError::BadMedia);
    assert_eq!(
        error(b"v=0\nc=IN IP5 1\nm=audio 1 RTP/AVP 0\n"),
        SdpError::BadConnection
    );
}

#[test]
fn what_is_too_large_is_refused_and_long_lists_are_cut() {
    let limits = Limits::default();
    let read = |text: String| parse(text.as_bytes(), &limits);
    assert_eq!(
        read(format!("v=0\n{}", "a=x\n".repeat(600))),
        Err(SdpError::TooLarge)
    );
    assert_eq!(
        read(format!("v=0\n{}", "m=audio 1 RTP/AVP 0\n".repeat(17))),
        Err(SdpError::TooLarge)
    );
    assert_eq!(
        read(format!("v=0\na={}", "x".repeat(17_000))),
        Err(SdpError::TooLarge)
    );
    let many: String = (0..128).map(|number| format!(" {number}")).collect();
    let maps: String = (0..128)
        .map(|number| format!("a=rtpmap:{number} PCMU/8000\n"))
        .collect();
    let session = read(format!("v=0\nm=audio 1 RTP/AVP{many}\n{maps}")).unwrap();
    assert_eq!(session.media[0].formats.len(), limits.formats);
}

#[test]
fn a_parameter_passes_only_in_the_shape_that_it_should_have() {
    let parameters = |fmtp: &str| {
        let session = read(&format!("v=0\nm=audio 1 RTP/AVP 96\na=rtpmap:96 {fmtp}\n"));
        session.media[0].formats[0]
            .parameters
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(parameters("G729/8000\na=fmtp:96 annexb=no"), ["annexb=no"]);
    assert!(parameters("G729/8000\na=fmtp:96 annexb=alice").is_empty());
    assert_eq!(
        parameters("AMR/8000\na=fmtp:96 mode-set=0,2,7; octet-align=1"),
        ["mode-set=0,2,7", "octet-align=1"]
    );
    assert!(parameters("AMR/8000\na=fmtp:96 mode-set=1,2,0,2,5").is_empty());
    assert_eq!(parameters("telephone-event/8000\na=fmtp:96 0-11,66"), ["0-11,66"]);
    assert!(parameters("telephone-event/8000\na=fmtp:96 events=0-15 alice").is_empty());
    // The parameters may stand before the codec that they belong to.
    let session = read("v=0\nm=audio 1 RTP/AVP 96\na=fmtp:96 mode=30\na=rtpmap:96 iLBC/8000\n");
    assert_eq!(session.media[0].formats[0].parameters.len(), 1);
}

/// A word that could tell who somebody is, and that no description of ours holds.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "zz[a-z]{3,8}",
        "\\+?1202555[0-9]{4}",
        Just("10.11.12.13".to_owned()),
        "zz[a-z]{2,5}@zz[a-z]{2,4}",
    ]
}

/// A line with a secret in some place of it.
fn line() -> impl Strategy<Value = String> {
    let places = [
        "o=* 1 1 IN IP4 *",
        "s=*",
        "i=*",
        "u=*",
        "e=*",
        "p=*",
        "k=clear:*",
        "z=*",
        "b=*:1",
        "*",
        "a=*",
        "a=*:*",
        "a=tool:*",
        "a=candidate:* 1 UDP 1 * 4000 typ host",
        "a=ssrc:1 cname:*",
        "a=rtcp:4001 IN IP4 *",
        "a=rtpmap:96 */8000",
        "a=rtpmap:96 opus/48000/*",
        "a=rtpmap:96 opus/48000/2/*",
        "a=rtpmap:97 AMR/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:96 *",
        "a=fmtp:96 maxptime=*;stereo=*",
        "a=fmtp:96 stereo=1;*=1",
        "a=fmtp:97 mode-set=*;crc=*",
        "a=fmtp:101 *",
        "a=fmtp:101 0-15 *",
        "a=ptime:*",
        "a=maxptime:*",
        "a=sendonly *",
        "a=setup:*",
        "a=fingerprint:* *",
        "m=audio 4000 RTP/AVP 0 96 97 101 *",
        "m=* 4000 RTP/AVP 0",
        "m=video 4000 * *",
        "c=IN IP4 10.11.12.13",
        "c=IN IP4 *",
    ];
    (proptest::sample::select(places.to_vec()), secret())
        .prop_map(|(place, secret)| place.replace('*', &secret))
}

/// The words that a description of ours may consist of, numbers aside.
fn is_ours(word: &str) -> bool {
    let known = [
        "IN",
        "IP4",
        "198.51.100.1",
        "audio",
        "video",
        "application",
        "image",
        "message",
        "text",
        "RTP",
        "AVP",
        "udptl",
        "t38",
        "TCP",
        "MSRP",
        "*",
        "-",
        "rtpmap",
        "fmtp",
        "ptime",
        "maxptime",
        "sendrecv",
        "sendonly",
        "recvonly",
        "inactive",
        "PCMU",
        "opus",
        "AMR",
        "telephone-event",
        "stereo",
        "mode-set",
        "crc",
        "minptime",
    ];
    let small = word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let range = word.split('-').all(|part| part.parse::<u8>().is_ok());
    known.contains(&word) || small || range
}

proptest! {
    #[test]
    fn every_word_of_what_leaves_is_one_of_ours(lines in proptest::collection::vec(line(), 0..24)) {
        let text = format!("v=0\r\nm=audio 4000 RTP/AVP 0 96\r\n{}\r\n", lines.join("\r\n"));
        let Ok(session) = parse(text.as_bytes(), &Limits::default()) else { return Ok(()) };
        let other = read("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n");
        for draft in [offer(&session, &anchor(), |_| true), answer(&other, &session, &anchor())].into_iter().flatten() {
            for line in written(&draft).lines() {
                let (_, value) = line.split_once('=').unwrap();
                for word in value.split([' ', '/', ':', ';', '=', ',']).filter(|word| !word.is_empty()) {
                    prop_assert!(is_ours(word), "{word:?} in {line:?}");
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, &Limits::default());
        let _ = parse(&[b"v=0\r\n", bytes.as_slice()].concat(), &Limits::default());
        let _ = parse(&[b"v=0\r\nm=audio 1 RTP/AVP 0\r\na=", bytes.as_slice()].concat(), &Limits::default());
    }

    #[test]
    fn what_is_written_reads_back_as_it_was_meant(lines in proptest::collection::vec(line(), 0..24)) {
        let text = format!("v=0\r\nm=audio 4000 RTP/AVP 0 96\r\n{}\r\n", lines.join("\r\n"));
        let Ok(session) = parse(text.as_bytes(), &Limits::default()) else { return Ok(()) };
        let Ok(draft) = offer(&session, &anchor(), |_| true) else { return Ok(()) };
        let again = read(&written(&draft));
        prop_assert_eq!(again.media.len(), session.media.len());
        prop_assert_eq!(again.audio_index(), session.audio_index());
        let (was, is) = (session.audio().unwrap(), again.audio().unwrap());
        prop_assert_eq!(&was.formats, &is.formats);
        prop_assert_eq!((was.ptime, was.maxptime), (is.ptime, is.maxptime));
        prop_assert_eq!(is.rtp(), Some(anchor().rtp));
        prop_assert_eq!(is.rtcp(), Some(anchor().rtcp));
    }
}
