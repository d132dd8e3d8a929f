//! A registrar that says what the test wants.

use bytes::Bytes;

use super::*;
use crate::config::smpp::Password;
use crate::wire::sip::Millis;
use crate::wire::sip::message::{Extra, Incoming, IncomingResponse, OutgoingRequest};

fn registration() -> Registration {
    let config = TrunkConfig {
        targets: vec!["sip.carrier.example".into()],
        registrar: "reg.carrier.example:5070".into(),
        username: "acct7".into(),
        password: Password("secret".into()),
        ..TrunkConfig::default()
    };
    let trunk = Trunk::new("acme", &config, None);
    Registration::new(&trunk, "192.0.2.1:5060", "call-id".into()).unwrap()
}

fn response(status: u16, headers: &str) -> IncomingResponse {
    let text = format!(
        "SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nFrom: <sip:acct7@reg>;tag=1\r\n\
         To: <sip:acct7@reg>;tag=2\r\nCall-ID: call-id\r\nCSeq: 1 REGISTER\r\n{headers}Content-Length: 0\r\n\r\n"
    );
    match Incoming::parse(&Bytes::from(text)) {
        Ok(Incoming::Response(response)) => *response,
        other => panic!("{other:?}"),
    }
}

const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n";

fn ask(registration: &mut Registration, now: Millis) -> OutgoingRequest {
    registration.request(now, Due::Register, "abcd").unwrap()
}

fn has_credentials(request: &OutgoingRequest) -> bool {
    request
        .extra
        .iter()
        .any(|extra| matches!(extra, Extra::Authorization(_)))
}

#[test]
fn a_challenge_is_answered_and_the_registration_is_renewed_in_time() {
    let mut registration = registration();
    let first = ask(&mut registration, 0);
    assert_eq!(first.uri, "sip:reg.carrier.example:5070");
    assert_eq!(first.to, "<sip:acct7@reg.carrier.example>");
    assert_eq!(first.contact.as_deref(), Some("<sip:acct7@192.0.2.1:5060>"));
    assert!(!has_credentials(&first) && first.extra.contains(&Extra::Expires(3600)));
    assert_eq!((registration.due(), registration.holds(0)), (None, false));
    registration.answered(10, &response(401, CHALLENGE), "abcd");
    assert_eq!(registration.due(), Some(10));
    let second = ask(&mut registration, 10);
    assert!(has_credentials(&second) && second.cseq == first.cseq + 1 && second.call_id == first.call_id);
    let granted =
        "Contact: <sip:other@x>;expires=5, <sip:acct7@192.0.2.1:5060>;expires=600\r\nExpires: 3600\r\n";
    registration.answered(20, &response(200, granted), "abcd");
    assert!(registration.holds(600_019) && !registration.holds(600_020));
    assert_eq!(registration.due(), Some(20 + 540_000));
    assert!(registration.request(539_000, Due::Register, "abcd").is_none());
    // The next one shows its credentials at once.
    assert!(has_credentials(&ask(&mut registration, 540_020)));
}

#[test]
fn a_wrong_password_is_not_tried_without_end() {
    let mut registration = registration();
    let mut now = 0;
    let mut shown = 0;
    while now < 3_600_000 {
        let request = ask(&mut registration, now);
        shown += u32::from(has_credentials(&request));
        registration.answered(now, &response(401, CHALLENGE), "abcd");
        now = registration.due().unwrap();
    }
    assert!((2..20).contains(&shown), "{shown}");
}

#[test]
fn a_nonce_that_is_always_stale_is_not_followed_without_end() {
    let mut registration = registration();
    let stale = format!("{}, stale=true\r\n", CHALLENGE.trim_end());
    let mut asked = 0;
    while registration.due() == Some(0) {
        ask(&mut registration, 0);
        registration.answered(0, &response(401, &stale), "abcd");
        asked += 1;
    }
    assert!(asked < 6, "{asked}");
}

#[test]
fn silence_and_errors_are_followed_by_longer_and_longer_waits() {
    let mut registration = registration();
    let mut waits = Vec::new();
    let mut now = 0;
    for _ in 0..12 {
        ask(&mut registration, now);
        registration.failed(now);
        let due = registration.due().unwrap();
        waits.push(due - now);
        now = due;
    }
    assert_eq!(waits[..3], [5_000, 10_000, 20_000]);
    assert_eq!(waits[11], 900_000);
    ask(&mut registration, now);
    registration.answered(now, &response(503, "Retry-After: 2000\r\n"), "abcd");
    assert_eq!(registration.due(), Some(now + 2_000_000));
}

#[test]
fn an_interval_that_is_too_brief_is_made_longer() {
    let mut registration = registration();
    ask(&mut registration, 0);
    registration.answered(0, &response(423, "Min-Expires: 7200\r\n"), "abcd");
    let second = ask(&mut registration, 0);
    assert!(second.extra.contains(&Extra::Expires(7200)));
    // The same again is no progress.
    registration.answered(0, &response(423, "Min-Expires: 7200\r\n"), "abcd");
    assert_eq!(registration.due(), Some(5_000));
}

#[test]
fn what_a_registrar_grants_is_kept_within_bounds() {
    for (headers, due) in [
        ("Contact: <sip:acct7@192.0.2.1:5060>;expires=0\r\n", 5_000),
        ("Expires: 4294967295\r\n", 77_760_000),
        ("Expires: nonsense\r\n", 3_240_000),
        ("", 3_240_000),
    ] {
        let mut registration = registration();
        ask(&mut registration, 0);
        registration.answered(0, &response(200, headers), "abcd");
        assert_eq!(registration.due(), Some(due), "{headers}");
    }
}

#[test]
fn leaving_says_so_once_and_only_where_there_is_something_to_leave() {
    let mut stranger = registration();
    assert!(stranger.request(0, Due::Leave, "abcd").is_none());
    let mut registration = registration();
    ask(&mut registration, 0);
    registration.answered(0, &response(200, ""), "abcd");
    let last = registration.request(1, Due::Leave, "abcd").unwrap();
    assert!(last.extra.contains(&Extra::Expires(0)));
    assert!(registration.request(2, Due::Leave, "abcd").is_none());
    assert_eq!(registration.due(), None);
}

#[test]
fn a_registration_outlives_other_settings_and_tries_a_new_password_at_once() {
    let mut registration = registration();
    ask(&mut registration, 0);
    registration.answered(10, &response(200, "Expires: 600\r\n"), "abcd");
    let config = |weight, password: &str| TrunkConfig {
        targets: vec!["sip.carrier.example".into()],
        registrar: "reg.carrier.example:5070".into(),
        username: "acct7".into(),
        password: Password(password.into()),
        weight,
        ..TrunkConfig::default()
    };
    let before = Trunk::new("acme", &config(1, "secret"), None);
    let heavier = Trunk::new("acme", &config(9, "secret"), Some(&before));
    assert!(heavier.registers_like(&before));
    let due = registration.due();
    registration.adopt(&heavier, &before);
    assert_eq!((registration.due(), registration.holds(20)), (due, true));
    registration.adopt(&Trunk::new("acme", &config(9, "other"), Some(&heavier)), &heavier);
    assert_eq!((registration.due(), registration.holds(20)), (Some(0), true));
    let moved = TrunkConfig {
        username: "acct8".into(),
        ..config(1, "secret")
    };
    assert!(!Trunk::new("acme", &moved, Some(&before)).registers_like(&before));
}
