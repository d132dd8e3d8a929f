//! Both drivers without sockets, and what is fetched from where.

mod edge;
mod telnyx;
mod twilio;

use proptest::prelude::*;

use super::driver::{Driver, InboundRequest, plain_word, retry, unanswered};
use super::fetch::is_public;
use crate::domain::id::MessageId;
use crate::domain::{E164, Timestamp};
use crate::switchboard::outlet::{OutboundText, OutletError};

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub fn phone(text: &str) -> E164 {
    text.parse().unwrap()
}

pub fn text(body: &str, media: &[&str]) -> OutboundText {
    OutboundText {
        message: MessageId::from_i64(1),
        from: phone("+14155550101"),
        to: phone("+14155550202"),
        text: body.into(),
        want_receipt: true,
        expires_at: NOW.plus_s(3_600),
        media: media.iter().map(|m| (*m).to_owned()).collect(),
        taken: Vec::new(),
    }
}

pub fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub fn waits(error: &OutletError) -> Option<i64> {
    match error {
        OutletError::Retry { after_ms, .. } => *after_ms,
        other => panic!("{other:?}"),
    }
}

/// Whatever a peer sends, the driver answers.
pub fn survives(driver: &dyn Driver, url: &str, head: &[(String, String)], body: &[u8], status: u16) {
    let request = InboundRequest {
        url,
        headers: head,
        body,
    };
    let _ = driver.inbound(&request, NOW);
    let _ = driver.outcome(status, Some(url), body);
}

#[test]
fn a_status_alone_may_ask_for_another_try() {
    assert_eq!(waits(&retry(429, Some("7")).unwrap()), Some(7_000));
    assert_eq!(waits(&retry(429, None).unwrap()), Some(1_000));
    assert_eq!(
        waits(&retry(429, Some("Fri, 31 Dec 1999 23:59:59 GMT")).unwrap()),
        Some(1_000)
    );
    assert_eq!(waits(&retry(503, Some("99999999")).unwrap()), Some(3_600_000));
    assert_eq!(waits(&retry(500, None).unwrap()), None);
    assert_eq!(waits(&retry(401, None).unwrap()), Some(30_000));
    assert!(retry(400, None).is_none() && retry(201, None).is_none());
    assert!(unanswered(true).to_string().contains("twice"));
}

#[test]
fn only_words_are_repeated() {
    assert_eq!(plain_word("SM0123-a_b.c:d").as_deref(), Some("SM0123-a_b.c:d"));
    for bad in ["", "+14155550101 is unknown", &"a".repeat(129), "a\nb"] {
        assert_eq!(plain_word(bad), None);
    }
}

#[test]
fn nothing_is_fetched_from_inside() {
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
    ] {
        assert!(!is_public(inside.parse().unwrap()), "{inside}");
    }
    for outside in ["8.8.8.8", "100.128.0.1", "2606:4700::1", "2001:4860:4860::8888"] {
        assert!(is_public(outside.parse().unwrap()), "{outside}");
    }
}

proptest! {
    #[test]
    fn any_address_is_public_or_not(bits in any::<u128>(), short in any::<u32>()) {
        is_public(std::net::Ipv6Addr::from(bits).into());
        is_public(std::net::Ipv4Addr::from(short).into());
    }
}
