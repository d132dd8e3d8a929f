//! The seam between the shared edge and each provider's way of saying things: data in, data out, no sockets.

use std::fmt;

use crate::domain::message::Status;
use crate::domain::{E164, Timestamp};
use crate::switchboard::outlet::{OutboundText, OutletError, Sent};

/// A webhook as it arrived.
#[derive(Clone, Copy)]
pub(super) struct InboundRequest<'a> {
    /// The whole address as the provider wrote it, with its query.
    pub url: &'a str,
    /// Headers, their names in lower case; of several with one name the first counts.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

impl InboundRequest<'_> {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the body says that it is JSON.
    pub fn is_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let base = kind.split(';').next().unwrap_or_default().trim();
        base.eq_ignore_ascii_case("application/json")
    }
}

/// What a webhook says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A text arrived.
    Text(ArrivedText),
    /// A text of ours moved on.
    Moved {
        carrier_ref: String,
        status: Status,
        detail: Option<String>,
    },
}

/// A text as a provider brings it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ArrivedText {
    pub carrier_ref: String,
    pub from: E164,
    pub to: E164,
    pub text: String,
    pub media: Vec<MediaSource>,
}

/// Where a provider keeps something that came with a text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct MediaSource {
    pub url: String,
    pub content_type: String,
}

impl fmt::Debug for ArrivedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArrivedText({} media)", self.media.len())
    }
}

/// Why a webhook is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its signature is missing or wrong: nothing in it counts.
    Forged,
    /// It is the provider's, but cannot be understood.
    Unreadable(&'static str),
}

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Auth {
    Basic { user: String, password: String },
    Bearer(String),
}

/// A call to make.
#[derive(Clone)]
pub(super) struct HttpRequest {
    pub url: String,
    pub auth: Auth,
    pub content_type: &'static str,
    pub body: String,
}

/// Where a provider is to post, and what time it is.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    /// The address for statuses.
    pub status_url: &'a str,
    pub now: Timestamp,
}

/// A provider's way of saying things.
pub(super) trait Driver: Send + Sync {
    /// Checks who sent a webhook, and reads it.
    fn inbound(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Vec<Event>, Refusal>;

    /// The call that sends a text.
    fn outbound(&self, text: &OutboundText, terms: &Terms<'_>) -> HttpRequest;

    /// What the answer to that call means.
    fn outcome(&self, status: u16, retry_after: Option<&str>, body: &[u8]) -> Result<Sent, OutletError>;

    /// Type and body of the answer to a webhook that was taken.
    fn thanks(&self) -> (&'static str, &'static str);

    /// With what media are fetched from the provider's own host, if that asks.
    fn media_auth(&self) -> Option<Auth>;
}

/// The least wait after an answer that says nothing about it.
const SLOW_DOWN_MS: i64 = 1_000;
/// The wait after an answer that somebody has to mend settings for: texts are kept until then.
const MISCONFIGURED_MS: i64 = 30_000;
/// The longest wait that an answer may ask for.
const LONGEST_WAIT_S: i64 = 3_600;

/// Another try, where the status alone asks for one: too many, their fault, or ours to mend.
pub(super) fn retry(status: u16, retry_after: Option<&str>) -> Option<OutletError> {
    let asked = retry_after.and_then(|after| after.trim().parse::<i64>().ok());
    let asked_ms = asked.map(|s| s.clamp(0, LONGEST_WAIT_S) * 1_000);
    let (what, after_ms) = match status {
        408 | 425 | 429 => ("asks to slow down", Some(asked_ms.unwrap_or(SLOW_DOWN_MS))),
        500..=599 => ("failed", asked_ms),
        300..=399 => ("sends elsewhere: is base_url right?", Some(MISCONFIGURED_MS)),
        401 | 407 => (
            "does not know us: are account and secret right?",
            Some(MISCONFIGURED_MS),
        ),
        _ => return None,
    };
    Some(OutletError::Retry {
        detail: format!("the provider {what} (HTTP {status})"),
        after_ms,
    })
}

/// A try without an answer.
pub(super) fn unanswered(timed_out: bool) -> OutletError {
    let detail = match timed_out {
        true => "the provider did not answer in time; the text may be sent twice",
        false => "the provider cannot be reached",
    };
    OutletError::Retry {
        detail: detail.into(),
        after_ms: None,
    }
}

/// A provider's id or code, if it is one: what it says else may hold numbers.
pub(super) fn plain_word(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    ((1..=128).contains(&text.len()) && text.chars().all(fits)).then(|| text.to_owned())
}
