use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use ring::{digest, hmac};

use super::super::driver::{Driver, Event, InboundRequest, Refusal, Terms};
use super::super::twilio::{Twilio, with_and_without_port};
use super::*;
use crate::config::smpp::Password;
use crate::domain::message::Status;
use crate::switchboard::outlet::{OutletError, Sent};

const URL: &str = "https://texts.example.org/carriers/web/texts";

fn twilio(token: &str) -> Twilio {
    Twilio::new("https://api.example.net", "AC1", &Password(token.into()))
}

/// The signature as the documentation describes it, written anew here.
pub fn sign(token: &str, url: &str, fields: &[(&str, &str)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let text = sorted
        .iter()
        .fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

pub fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

fn posted(url: &str, fields: &[(&str, &str)], signature: &str) -> Result<Vec<Event>, Refusal> {
    let body = form(fields);
    let request = InboundRequest {
        url,
        headers: &headers(&[("x-twilio-signature", signature)]),
        body: body.as_bytes(),
    };
    twilio("12345").inbound(&request, NOW)
}

fn signed(fields: &[(&str, &str)]) -> Result<Vec<Event>, Refusal> {
    posted(URL, fields, &sign("12345", URL, fields))
}

const DOCUMENTED: [(&str, &str); 5] = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
];

#[test]
fn the_documented_example_is_accepted_and_nothing_near_it() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    assert_eq!(sign("12345", url, &DOCUMENTED), signature);
    // It is no text, but it is the provider's.
    let unreadable = Err(Refusal::Unreadable("MessageSid is missing"));
    assert_eq!(posted(url, &DOCUMENTED, signature), unreadable);
    for (url, signature) in [
        ("https://mycompany.com/myapp.php?foo=1&bar=3", signature),
        (url, "RSOYDt4T1cUTdK1PDd93/VVr8B9="),
        (url, "RSOYDt4T1cUTdK1PDd93/VVr8A=="),
        (url, "no base 64"),
        (url, ""),
    ] {
        assert_eq!(
            posted(url, &DOCUMENTED, signature),
            Err(Refusal::Forged),
            "{url} {signature}"
        );
    }
    let mut other = DOCUMENTED;
    other[2].1 = "1235";
    assert_eq!(posted(url, &other, signature), Err(Refusal::Forged));
}

#[test]
fn the_port_may_be_in_the_signature_or_not() {
    let both = |url| with_and_without_port(url).map(|u| u.to_string());
    assert_eq!(
        both("https://a.b/c?d"),
        ["https://a.b:443/c?d", "https://a.b/c?d"]
    );
    assert_eq!(both("http://a.b:8080/c"), ["http://a.b:8080/c", "http://a.b/c"]);
    assert_eq!(
        both("http://[::1]/c:1"),
        ["http://[::1]:80/c:1", "http://[::1]/c:1"]
    );
    let url = "https://texts.example.org:443/carriers/web/texts";
    assert_ne!(
        posted(URL, &DOCUMENTED, &sign("12345", url, &DOCUMENTED)),
        Err(Refusal::Forged)
    );
}

#[test]
fn a_json_body_is_signed_by_its_hash_in_the_address() {
    let body = r#"{"MessageSid":"SM1","MessageStatus":"delivered","ErrorCode":null}"#;
    let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
    let url = format!("{URL}?bodySHA256={hash}");
    let ask = |url: &str, body: &str| {
        let signature = sign("12345", url, &[]);
        let head = headers(&[
            ("x-twilio-signature", &signature),
            ("content-type", "application/json; charset=utf-8"),
        ]);
        let request = InboundRequest {
            url,
            headers: &head,
            body: body.as_bytes(),
        };
        twilio("12345").inbound(&request, NOW)
    };
    assert!(matches!(
        &ask(&url, body).unwrap()[..],
        [Event::Moved {
            status: Status::Delivered,
            ..
        }]
    ));
    assert_eq!(ask(&url, &body.replace("SM1", "SM2")), Err(Refusal::Forged));
    assert_eq!(ask(URL, body), Err(Refusal::Forged));
}

#[test]
fn a_text_arrives_with_its_media() {
    let fields = [
        ("MessageSid", "MM1"),
        ("SmsStatus", "received"),
        ("From", "+14155550111"),
        ("To", "+14155550101"),
        ("Body", "Grüße & 😀"),
        ("NumMedia", "2"),
        ("MediaUrl0", "https://api.example.net/m/0"),
        ("MediaContentType0", "image/png"),
        ("MediaUrl1", "https://api.example.net/m/1"),
    ];
    let events = signed(&fields).unwrap();
    let [Event::Text(text)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(
        (text.carrier_ref.as_str(), text.text.as_str()),
        ("MM1", "Grüße & 😀")
    );
    assert_eq!(
        (text.from, text.to),
        (phone("+14155550111"), phone("+14155550101"))
    );
    assert_eq!(text.media.len(), 2);
    assert_eq!(text.media[0].content_type, "image/png");
    assert!(!format!("{events:?}").contains("415"));
    let mut short = fields;
    short[2].1 = "72725";
    assert!(matches!(signed(&short), Err(Refusal::Unreadable(_))));
}

#[test]
fn each_status_has_its_word() {
    for (word, status) in [
        ("queued", Status::Sent),
        ("sending", Status::Sent),
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("undelivered", Status::Undelivered),
        ("failed", Status::Failed),
        ("canceled", Status::Failed),
    ] {
        let moved = signed(&[("MessageSid", "SM1"), ("MessageStatus", word)]).unwrap();
        assert!(
            matches!(&moved[..], [Event::Moved { status: s, .. }] if *s == status),
            "{word}"
        );
    }
    assert_eq!(
        signed(&[("MessageSid", "SM1"), ("MessageStatus", "dreaming")]),
        Ok(vec![])
    );
    let failed = signed(&[
        ("MessageSid", "SM1"),
        ("MessageStatus", "failed"),
        ("ErrorCode", "30003"),
    ]);
    assert!(matches!(&failed.unwrap()[..], [Event::Moved { detail: Some(d), .. }] if d == "error 30003"));
}

#[test]
fn a_text_leaves_by_the_messages_call() {
    let driver = twilio("secret");
    let terms = Terms {
        status_url: "https://texts.example.org/carriers/web/status",
        now: NOW,
    };
    let call = driver.outbound(&text("a & b", &["https://texts.example.org/media/x"]), &terms);
    assert_eq!(
        call.url,
        "https://api.example.net/2010-04-01/Accounts/AC1/Messages.json"
    );
    assert_eq!(
        call.body,
        "From=%2B14155550101&To=%2B14155550202&StatusCallback=https%3A%2F%2Ftexts.example.org%2Fcarriers%2Fweb%2F\
         status&ValidityPeriod=3600&Body=a+%26+b&MediaUrl=https%3A%2F%2Ftexts.example.org%2Fmedia%2Fx"
    );
    let late = OutboundText {
        expires_at: NOW,
        ..text("", &[])
    };
    assert!(
        driver
            .outbound(&late, &terms)
            .body
            .contains("ValidityPeriod=1&Body=")
    );
}

#[test]
fn answers_have_their_meaning_and_no_number_is_repeated() {
    let outcome = |status, body: &str| twilio("t").outcome(status, None, body.as_bytes());
    let sent = Sent {
        parts: vec!["SM1".into()],
        smsc: None,
        delivered: false,
    };
    assert_eq!(
        outcome(201, r#"{"sid":"SM1","status":"queued","error_code":null}"#),
        Ok(sent)
    );
    let refused = outcome(400, r#"{"code":21610,"message":"to +14155550202","status":400}"#);
    let Err(OutletError::Refused { detail }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(detail, "error 21610: the phone has opted out at the provider");
    assert!(matches!(outcome(404, "<html>"), Err(OutletError::Refused { .. })));
    assert!(matches!(
        outcome(201, r#"{"sid":"SM1","status":"failed"}"#),
        Err(OutletError::Refused { .. })
    ));
    for (status, body) in [(429, "{}"), (503, ""), (401, "{}"), (400, r#"{"code":21611}"#)] {
        assert!(
            matches!(outcome(status, body), Err(OutletError::Retry { .. })),
            "{status}"
        );
    }
}

proptest! {
    #[test]
    fn whatever_arrives_is_answered(
        url in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..300), json in any::<bool>(),
        signature in ".{0,40}", status in 100_u16..600,
    ) {
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let head = headers(&[("content-type", kind), ("x-twilio-signature", &signature)]);
        survives(&twilio("t"), &url, &head, &body, status);
    }

    /// The same beyond the signature.
    #[test]
    fn whatever_the_provider_writes_is_answered(
        pairs in prop::collection::vec(("(MessageSid|From|To|Body|NumMedia|MediaUrl0|.{0,5})", ".{0,20}"), 0..8),
    ) {
        let mut unique = std::collections::BTreeMap::new();
        pairs.iter().for_each(|(name, value)| { unique.insert(name.as_str(), value.as_str()); });
        let fields: Vec<(&str, &str)> = unique.into_iter().collect();
        prop_assert_ne!(signed(&fields), Err(Refusal::Forged));
    }
}
