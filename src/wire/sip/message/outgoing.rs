//! What goes out: typed fields and an allow-list of further headers, nothing else.
//!
//! Strings are written without their control characters (`text::push_clean`), so no value can end its header.

use bytes::Bytes;

use super::Method;
use super::SessionExpires;

/// A header that may be sent besides the ones every message has. There is no variant for "any".
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Extra {
    Allow(&'static str),
    Supported(&'static str),
    Require(&'static str),
    /// Option tags of a 420.
    Unsupported(Vec<String>),
    Accept(&'static str),
    RSeq(u32),
    RAck {
        rseq: u32,
        cseq: u32,
        method: Method,
    },
    SessionExpires(SessionExpires),
    MinSe(u32),
    /// `Q.850;cause=17;text="…"` or `SIP;cause=…`; text is one of our own sentences.
    Reason {
        protocol: &'static str,
        cause: u16,
        text: &'static str,
    },
    RetryAfter(u32),
    /// URIs that we have made ourselves.
    PAssertedIdentity(String),
    RemotePartyId(String),
    Privacy(&'static str),
    Authorization(String),
    ProxyAuthorization(String),
    WwwAuthenticate(String),
    ProxyAuthenticate(String),
    Expires(u32),
    Warning {
        code: u16,
        text: &'static str,
    },
}

/// A request that is to be sent. Via, its branch and Content-Length are added by the transaction layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingRequest {
    /// What is asked for.
    pub method: Method,
    /// The request URI.
    pub uri: String,
    /// The value of From with its tag.
    pub from: String,
    /// The value of To, with its tag within a dialog.
    pub to: String,
    /// Call-ID.
    pub call_id: String,
    /// The number of CSeq, below 2³¹.
    pub cseq: u32,
    /// Max-Forwards.
    pub max_forwards: u8,
    /// The value of Contact.
    pub contact: Option<String>,
    /// Values of Route, first to last.
    pub route: Vec<Bytes>,
    /// Further headers.
    pub extra: Vec<Extra>,
    /// Content-Type and the body.
    pub body: Option<(&'static str, Bytes)>,
}

/// A response that is to be sent. Via, From, To, Call-ID, CSeq and Record-Route are those of the request it
/// answers, which the transaction keeps; they go back to whom they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingResponse {
    /// 100 to 699.
    pub status: u16,
    /// The tag for To, where it has none. The same for all responses of a dialog.
    pub to_tag: Option<String>,
    /// The value of Contact.
    pub contact: Option<String>,
    /// Further headers.
    pub extra: Vec<Extra>,
    /// Content-Type and the body.
    pub body: Option<(&'static str, Bytes)>,
}

impl OutgoingResponse {
    /// An answer with nothing but its status.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            to_tag: None,
            contact: None,
            extra: Vec::new(),
            body: None,
        }
    }
}
