//! Telnyx's shape: JSON events signed with Ed25519 over time and body, texts sent by `POST /v2/messages`.

use data_encoding::BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::json;

use super::driver::{
    ArrivedText, Auth, Driver, Event, HttpRequest, InboundRequest, MediaSource, Refusal, Terms, plain_word,
    retry,
};
use crate::config::smpp::Password;
use crate::domain::message::Status;
use crate::domain::{E164, Timestamp};
use crate::switchboard::outlet::{OutboundText, OutletError, Sent};

/// Codes that mean "not now": an unknown key, too many requests, a full queue.
const NOT_NOW: [&str; 4] = ["10009", "10011", "40011", "40318"];

/// One account.
pub(super) struct Telnyx {
    base: String,
    key: Password,
    public_key: UnparsedPublicKey<Vec<u8>>,
    tolerance_s: i64,
}

#[derive(Deserialize)]
struct Webhook {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    event_type: String,
    payload: Payload,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    id: String,
    from: End,
    to: Vec<End>,
    text: Option<String>,
    media: Option<Vec<Medium>>,
    errors: Option<Vec<Fault>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct End {
    phone_number: Option<String>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Medium {
    url: String,
    content_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    data: Option<Taken>,
    errors: Option<Vec<Fault>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Taken {
    id: String,
}

impl Telnyx {
    pub fn new(base: &str, key: &Password, public_key: &str, tolerance_s: i64) -> Self {
        // The settings were checked: it is 32 bytes. Any other would verify nothing.
        let public_key = BASE64.decode(public_key.as_bytes()).unwrap_or_default();
        Self {
            base: base.to_owned(),
            key: key.clone(),
            public_key: UnparsedPublicKey::new(&ED25519, public_key),
            tolerance_s,
        }
    }

    fn is_signed(&self, request: &InboundRequest<'_>, now: Timestamp) -> Option<()> {
        let signature = request.header("telnyx-signature-ed25519")?;
        let signature = BASE64.decode(signature.as_bytes()).ok()?;
        let timestamp = request.header("telnyx-timestamp")?;
        let at = timestamp.parse::<i64>().ok()?;
        let apart = (now.0 / 1_000).checked_sub(at)?.checked_abs()?;
        if apart > self.tolerance_s {
            return None;
        }
        let signed = [timestamp.as_bytes(), b"|", request.body].concat();
        self.public_key.verify(&signed, &signature).ok()
    }
}

fn phone(text: Option<&str>) -> Result<E164, Refusal> {
    text.unwrap_or_default()
        .trim()
        .parse()
        .map_err(|_| Refusal::Unreadable("from and to must be telephone numbers"))
}

fn arrived(payload: Payload, carrier_ref: String) -> Result<ArrivedText, Refusal> {
    let to = payload.to.first().and_then(|end| end.phone_number.as_deref());
    let source = |medium: Medium| MediaSource {
        url: medium.url,
        content_type: medium.content_type.unwrap_or_default(),
    };
    Ok(ArrivedText {
        carrier_ref,
        from: phone(payload.from.phone_number.as_deref())?,
        to: phone(to)?,
        text: payload.text.unwrap_or_default(),
        media: payload
            .media
            .unwrap_or_default()
            .into_iter()
            .map(source)
            .collect(),
    })
}

fn moved(word: &str) -> Option<Status> {
    match word {
        "queued" | "sending" | "sent" => Some(Status::Sent),
        "delivered" => Some(Status::Delivered),
        "delivery_failed" | "delivery_unconfirmed" => Some(Status::Undelivered),
        "sending_failed" => Some(Status::Failed),
        "expired" => Some(Status::Expired),
        _ => None,
    }
}

fn code_of(faults: Option<Vec<Fault>>) -> Option<String> {
    let first = faults.unwrap_or_default().into_iter().next()?;
    first.code.as_deref().and_then(plain_word)
}

fn sentence(code: &str) -> &'static str {
    match code {
        "40300" => "the phone has opted out at the provider",
        "40310" => "the phone is no number that takes texts",
        "40001" => "there is no way to that phone",
        "40305" => "the pool number is not of that account",
        "40302" => "the text is too long",
        _ => "refused",
    }
}

impl Driver for Telnyx {
    fn inbound(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        self.is_signed(request, now).ok_or(Refusal::Forged)?;
        let unreadable = Refusal::Unreadable("the body is no event of a message");
        let kind: serde_json::Value = serde_json::from_slice(request.body).map_err(|_| unreadable)?;
        // Other events (of calls, of numbers) have other payloads, and are none of ours.
        if !kind["data"]["event_type"]
            .as_str()
            .is_some_and(|k| k.starts_with("message."))
        {
            return Ok(Vec::new());
        }
        let webhook: Webhook = serde_json::from_value(kind).map_err(|_| unreadable)?;
        let payload = webhook.data.payload;
        let carrier_ref = plain_word(&payload.id).ok_or(unreadable)?;
        match webhook.data.event_type.as_str() {
            "message.received" => Ok(vec![Event::Text(arrived(payload, carrier_ref)?)]),
            "message.sent" | "message.finalized" => {
                let word = payload.to.first().and_then(|end| end.status.as_deref());
                let detail = code_of(payload.errors).map(|code| format!("error {code}"));
                let event = word.and_then(moved).map(|status| Event::Moved {
                    carrier_ref,
                    status,
                    detail,
                });
                Ok(event.into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn outbound(&self, text: &OutboundText, terms: &Terms<'_>) -> HttpRequest {
        let mut body = json!({
            "from": text.from,
            "to": text.to,
            "webhook_url": terms.status_url,
        });
        if !text.text.is_empty() || text.media.is_empty() {
            body["text"] = json!(text.text);
        }
        if !text.media.is_empty() {
            body["media_urls"] = json!(text.media);
            body["type"] = json!("MMS");
        }
        HttpRequest {
            url: format!("{}/v2/messages", self.base),
            auth: Auth::Bearer(self.key.to_string()),
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    fn outcome(&self, status: u16, retry_after: Option<&str>, body: &[u8]) -> Result<Sent, OutletError> {
        if let Some(retry) = retry(status, retry_after) {
            return Err(retry);
        }
        let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
        if (200..300).contains(&status) {
            let id = answer.data.and_then(|taken| plain_word(&taken.id));
            return Ok(Sent {
                parts: id.into_iter().collect(),
                smsc: None,
                delivered: false,
            });
        }
        match code_of(answer.errors) {
            Some(code) if NOT_NOW.contains(&code.as_str()) => Err(OutletError::Retry {
                detail: format!("the provider takes none just now: error {code}"),
                after_ms: None,
            }),
            Some(code) => Err(OutletError::Refused {
                detail: format!("error {code}: {}", sentence(&code)),
            }),
            None => Err(OutletError::Refused {
                detail: format!("the provider refused it (HTTP {status})"),
            }),
        }
    }

    fn thanks(&self) -> (&'static str, &'static str) {
        ("application/json", "{}")
    }

    /// Its media lie at links that need none.
    fn media_auth(&self) -> Option<Auth> {
        None
    }
}
