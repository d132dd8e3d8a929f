use data_encoding::BASE64;
use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::super::driver::{Driver, Event, InboundRequest, Refusal, Terms};
use super::super::telnyx::Telnyx;
use super::*;
use crate::config::smpp::Password;
use crate::domain::message::Status;
use crate::switchboard::outlet::{OutletError, Sent};

const URL: &str = "https://texts.example.org/carriers/web/texts";

fn keys() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

fn telnyx() -> Telnyx {
    let public = BASE64.encode(keys().public_key().as_ref());
    Telnyx::new("https://api.example.net", &Password("KEY1".into()), &public, 300)
}

fn posted(at_s: i64, signed: &[u8], body: &[u8]) -> Result<Vec<Event>, Refusal> {
    let at = at_s.to_string();
    let signature = keys().sign(&[at.as_bytes(), b"|", signed].concat());
    let head = headers(&[
        ("telnyx-signature-ed25519", &BASE64.encode(signature.as_ref())),
        ("telnyx-timestamp", &at),
    ]);
    let request = InboundRequest {
        url: URL,
        headers: &head,
        body,
    };
    telnyx().inbound(&request, NOW)
}

fn event(kind: &str, payload: Value) -> Result<Vec<Event>, Refusal> {
    let body = json!({"data": {"event_type": kind, "id": "e1", "payload": payload}, "meta": {}}).to_string();
    posted(NOW.0 / 1_000, body.as_bytes(), body.as_bytes())
}

#[test]
fn only_its_own_words_of_now_count() {
    let body = br#"{"data":{"event_type":"call.initiated","payload":{"id":7}}}"#;
    let now_s = NOW.0 / 1_000;
    assert_eq!(posted(now_s, body, body), Ok(vec![]));
    assert_eq!(posted(now_s - 300, body, body), Ok(vec![]));
    assert_eq!(posted(now_s - 301, body, body), Err(Refusal::Forged));
    assert_eq!(posted(now_s + 301, body, body), Err(Refusal::Forged));
    assert_eq!(posted(i64::MIN, body, body), Err(Refusal::Forged));
    assert_eq!(posted(now_s, b"{}", body), Err(Refusal::Forged));
}

#[test]
fn a_text_arrives_with_its_media() {
    let events = event(
        "message.received",
        json!({
            "id": "84cca175", "direction": "inbound", "text": "Hi",
            "from": {"phone_number": "+14155550111", "carrier": "x"},
            "to": [{"phone_number": "+14155550101", "status": "webhook_delivered"}],
            "media": [{"url": "https://media.example.net/1.png", "content_type": "image/png", "size": 10}],
        }),
    )
    .unwrap();
    let [Event::Text(text)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(
        (text.carrier_ref.as_str(), text.text.as_str()),
        ("84cca175", "Hi")
    );
    assert_eq!(
        (text.from, text.to),
        (phone("+14155550111"), phone("+14155550101"))
    );
    assert_eq!(text.media.len(), 1);
}

#[test]
fn each_status_has_its_word() {
    for (word, status) in [
        ("delivered", Status::Delivered),
        ("sending_failed", Status::Failed),
        ("delivery_failed", Status::Undelivered),
        ("sent", Status::Sent),
    ] {
        let payload = json!({
            "id": "84cca175", "from": {}, "to": [{"status": word}], "errors": [{"code": "40008", "title": "+1415"}],
        });
        let events = event("message.finalized", payload).unwrap();
        assert!(
            matches!(&events[..], [Event::Moved { status: s, detail: Some(d), .. }]
                if *s == status && d == "error 40008"),
            "{word}"
        );
    }
}

#[test]
fn a_text_leaves_and_its_answer_has_a_meaning() {
    let driver = telnyx();
    let terms = Terms {
        status_url: "https://texts.example.org/carriers/web/status",
        now: NOW,
    };
    let call = driver.outbound(&text("a", &["https://texts.example.org/media/x"]), &terms);
    assert_eq!(call.url, "https://api.example.net/v2/messages");
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(
        body,
        json!({
            "from": "+14155550101", "to": "+14155550202", "text": "a", "type": "MMS",
            "media_urls": ["https://texts.example.org/media/x"], "webhook_url": terms.status_url,
        })
    );
    let sent = Sent {
        parts: vec!["4031".into()],
        smsc: None,
        delivered: false,
    };
    assert_eq!(driver.outcome(200, None, br#"{"data":{"id":"4031"}}"#), Ok(sent));
    let stopped = driver.outcome(422, None, br#"{"errors":[{"code":"40300","detail":"+1415"}]}"#);
    assert!(
        matches!(stopped, Err(OutletError::Refused { detail }) if detail.starts_with("error 40300: the phone has"))
    );
    assert_eq!(
        waits(&driver.outcome(429, Some("2"), b"").unwrap_err()),
        Some(2_000)
    );
    let full = driver.outcome(403, None, br#"{"errors":[{"code":"40318"}]}"#);
    assert!(matches!(full, Err(OutletError::Retry { .. })));
}

proptest! {
    #[test]
    fn whatever_arrives_is_answered(
        body in prop::collection::vec(any::<u8>(), 0..300), at in ".{0,24}", signature in ".{0,100}",
        status in 100_u16..600,
    ) {
        let head = headers(&[("telnyx-timestamp", &at), ("telnyx-signature-ed25519", &signature)]);
        survives(&telnyx(), URL, &head, &body, status);
    }

    #[test]
    fn whatever_the_provider_writes_is_answered(
        kind in "(message[.](received|finalized)|.{0,9})", id in ".{0,9}", phone in "[+0-9a]{0,17}", n in any::<i64>(),
    ) {
        for payload in [
            json!({"id": id, "from": {"phone_number": phone}, "to": [{"phone_number": phone, "status": id}]}),
            json!({"id": n, "to": n}), json!([n]), json!(null),
        ] {
            prop_assert_ne!(event(&kind, payload), Err(Refusal::Forged));
        }
    }
}
