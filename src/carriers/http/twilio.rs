//! Twilio's shape: forms signed with HMAC-SHA1 over the address and the fields, texts sent by the Messages call.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use ring::{digest, hmac};
use serde::Deserialize;
use serde_json::Value;

use super::driver::{
    ArrivedText, Auth, Driver, Event, HttpRequest, InboundRequest, MediaSource, Refusal, Terms, plain_word,
    retry,
};
use crate::config::smpp::Password;
use crate::domain::message::Status;
use crate::domain::{E164, Timestamp};
use crate::switchboard::outlet::{OutboundText, OutletError, Sent};

/// Codes that mean "not now": too many requests, a full queue, a suspended or unknown account.
const NOT_NOW: [i64; 7] = [14_107, 20_003, 20_005, 20_429, 21_611, 30_001, 30_022];
/// The longest validity that a text may be given.
const MAX_VALIDITY_S: i64 = 36_000;
/// The most media of one text that are looked for; Twilio's own limit is ten.
const MAX_MEDIA: usize = 100;

/// One account.
pub(super) struct Twilio {
    base: String,
    account: String,
    token: Password,
    key: hmac::Key,
}

/// Fields of a webhook: a name may stand more than once.
type Fields = BTreeMap<String, BTreeSet<String>>;

impl Twilio {
    pub fn new(base: &str, account: &str, token: &Password) -> Self {
        Self {
            base: base.to_owned(),
            account: account.to_owned(),
            token: token.clone(),
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes()),
        }
    }

    /// Whether the signature is that of this address and these fields. Twilio computes with the port in some
    /// cases and without it in others, so both count, as in its own library.
    fn is_signed(&self, url: &str, fields: &Fields, signature: &[u8]) -> bool {
        let suffix: String = fields
            .iter()
            .flat_map(|(name, values)| values.iter().flat_map(move |value| [name.as_str(), value]))
            .collect();
        // Neither comparison is left out, nor cut short, for the other's sake.
        with_and_without_port(url)
            .iter()
            .map(|url| hmac::verify(&self.key, format!("{url}{suffix}").as_bytes(), signature).is_ok())
            .fold(false, |any, one| any | one)
    }

    fn verified(&self, request: &InboundRequest<'_>) -> Result<Fields, Refusal> {
        let signature = request.header("x-twilio-signature").ok_or(Refusal::Forged)?;
        let signature = BASE64.decode(signature.as_bytes()).map_err(|_| Refusal::Forged)?;
        if !request.is_json() {
            let fields = form(request.body);
            let good = self.is_signed(request.url, &fields, &signature);
            return good.then_some(fields).ok_or(Refusal::Forged);
        }
        let told = body_hash(request.url).ok_or(Refusal::Forged)?;
        let told = HEXLOWER_PERMISSIVE
            .decode(told.as_bytes())
            .map_err(|_| Refusal::Forged)?;
        // No secret: both sides of this comparison are the sender's own.
        let body_is_that = digest::digest(&digest::SHA256, request.body).as_ref() == told;
        if !(self.is_signed(request.url, &Fields::new(), &signature) && body_is_that) {
            return Err(Refusal::Forged);
        }
        json(request.body).ok_or(Refusal::Unreadable("the body is no JSON object"))
    }
}

/// The hash that a JSON body is said to have.
fn body_hash(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "bodySHA256")
        .map(|(_, value)| value.into_owned())
}

fn form(body: &[u8]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(body) {
        fields
            .entry(name.into_owned())
            .or_default()
            .insert(value.into_owned());
    }
    fields
}

fn json(body: &[u8]) -> Option<Fields> {
    let object: BTreeMap<String, Value> = serde_json::from_slice(body).ok()?;
    let field = |(name, value)| match value {
        Value::String(text) => Some((name, BTreeSet::from([text]))),
        Value::Number(number) => Some((name, BTreeSet::from([number.to_string()]))),
        _ => None,
    };
    Some(object.into_iter().filter_map(field).collect())
}

/// The address with the port that it has, or else the usual one, and without any.
pub(super) fn with_and_without_port(url: &str) -> [String; 2] {
    let Some((scheme, rest)) = url.split_once("://") else {
        return [url.to_owned(), url.to_owned()];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let (bare, port) = match host.rsplit_once(':') {
        Some((bare, port)) if is_port(port) => (bare, port),
        _ => (host, ""),
    };
    let port = match (port, scheme) {
        ("", "https") => "443",
        ("", _) => "80",
        (port, _) => port,
    };
    [
        format!("{scheme}://{bare}:{port}{path}"),
        format!("{scheme}://{bare}{path}"),
    ]
}

fn one<'a>(fields: &'a Fields, names: &[&str]) -> Option<&'a str> {
    let found = names.iter().find_map(|name| fields.get(*name));
    found.and_then(|values| values.first()).map(String::as_str)
}

fn phone(fields: &Fields, name: &str) -> Result<E164, Refusal> {
    let text = one(fields, &[name]).unwrap_or_default().trim();
    text.parse()
        .map_err(|_| Refusal::Unreadable("From and To must be telephone numbers"))
}

fn arrived(fields: &Fields, carrier_ref: String) -> Result<ArrivedText, Refusal> {
    let count = one(fields, &["NumMedia"]).and_then(|n| n.parse::<usize>().ok());
    let source = |at: usize| {
        Some(MediaSource {
            url: one(fields, &[&format!("MediaUrl{at}")])?.to_owned(),
            content_type: one(fields, &[&format!("MediaContentType{at}")])
                .unwrap_or_default()
                .to_owned(),
        })
    };
    Ok(ArrivedText {
        carrier_ref,
        from: phone(fields, "From")?,
        to: phone(fields, "To")?,
        text: one(fields, &["Body"]).unwrap_or_default().to_owned(),
        media: (0..count.unwrap_or(0).min(MAX_MEDIA))
            .filter_map(source)
            .collect(),
    })
}

/// The exchange's word for a status. `None` for those that say nothing about the way.
fn moved(word: &str) -> Option<Status> {
    match word {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Some(Status::Sent),
        "delivered" | "read" => Some(Status::Delivered),
        "undelivered" => Some(Status::Undelivered),
        "failed" | "canceled" => Some(Status::Failed),
        _ => None,
    }
}

/// What we know of a code, in words without any number in them.
fn sentence(code: i64) -> &'static str {
    match code {
        21_211 | 21_614 => "the phone is no number that takes texts",
        21_408 => "the account may not send to that region",
        21_606 | 21_659 | 21_660 => "the pool number is not of that account",
        21_610 => "the phone has opted out at the provider",
        21_612 => "there is no way from that number to that phone",
        21_617 => "the text is too long",
        21_623 | 11_200 | 12_300 => "the media could not be fetched, or are of a kind it does not send",
        _ => "refused",
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    sid: Option<String>,
    status: Option<Value>,
    code: Option<i64>,
    error_code: Option<i64>,
}

impl Driver for Twilio {
    fn inbound(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let fields = self.verified(request)?;
        let reference = one(&fields, &["MessageSid", "SmsSid", "SmsMessageSid"])
            .and_then(plain_word)
            .ok_or(Refusal::Unreadable("MessageSid is missing"))?;
        // A text that arrives has a status too: `received`. Only one of ours has any other.
        let word = one(&fields, &["MessageStatus", "SmsStatus"]).unwrap_or("received");
        if matches!(word, "received" | "receiving") {
            return Ok(vec![Event::Text(arrived(&fields, reference)?)]);
        }
        let code = one(&fields, &["ErrorCode"]).and_then(plain_word);
        let detail = match (code, word) {
            (Some(code), _) => Some(format!("error {code}")),
            (None, "canceled") => Some("canceled".to_owned()),
            _ => None,
        };
        let event = moved(word).map(|status| Event::Moved {
            carrier_ref: reference,
            status,
            detail,
        });
        Ok(event.into_iter().collect())
    }

    fn outbound(&self, text: &OutboundText, terms: &Terms<'_>) -> HttpRequest {
        let left_s = text.expires_at.since(terms.now) / 1_000;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("From", &text.from.to_string())
            .append_pair("To", &text.to.to_string())
            .append_pair("StatusCallback", terms.status_url)
            .append_pair("ValidityPeriod", &left_s.clamp(1, MAX_VALIDITY_S).to_string());
        if !text.text.is_empty() || text.media.is_empty() {
            form.append_pair("Body", &text.text);
        }
        for link in &text.media {
            form.append_pair("MediaUrl", link);
        }
        HttpRequest {
            url: format!("{}/2010-04-01/Accounts/{}/Messages.json", self.base, self.account),
            auth: Auth::Basic {
                user: self.account.clone(),
                password: self.token.to_string(),
            },
            content_type: "application/x-www-form-urlencoded",
            body: form.finish(),
        }
    }

    fn outcome(&self, status: u16, retry_after: Option<&str>, body: &[u8]) -> Result<Sent, OutletError> {
        let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
        let code = answer.code.or(answer.error_code);
        if let Some(retry) = retry(status, retry_after) {
            return Err(retry);
        }
        if let Some(code) = code.filter(|code| NOT_NOW.contains(code)) {
            return Err(OutletError::Retry {
                detail: format!("the provider takes none just now: error {code}"),
                after_ms: None,
            });
        }
        let word = answer.status.as_ref().and_then(Value::as_str).and_then(moved);
        let ended = matches!(word, Some(Status::Failed | Status::Undelivered));
        if !(200..300).contains(&status) || ended {
            return Err(OutletError::Refused {
                detail: match code {
                    Some(code) => format!("error {code}: {}", sentence(code)),
                    None => format!("the provider refused it (HTTP {status})"),
                },
            });
        }
        Ok(Sent {
            parts: answer.sid.as_deref().and_then(plain_word).into_iter().collect(),
            smsc: None,
            delivered: false,
        })
    }

    fn thanks(&self) -> (&'static str, &'static str) {
        ("text/xml; charset=utf-8", "<Response/>")
    }

    fn media_auth(&self) -> Option<Auth> {
        Some(Auth::Basic {
            user: self.account.clone(),
            password: self.token.to_string(),
        })
    }
}
