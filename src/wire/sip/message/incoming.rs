//! What comes in. Every field that RFC 3261 section 8.1.1 makes mandatory is read and checked at once; the rest when asked.

use std::ops::Deref;

use bytes::Bytes;
use sipx_sip::error::{FramingError, LimitKind, ParseError, StartLineError};
use sipx_sip::{HeaderName, Limits, Message, parse_datagram};

use super::answer::Answerable;
use super::fields::Fields;
use super::lenient::{self, Fault, Unreadable};
use super::{Method, Uri};

/// Largest message that is read, in bytes.
pub const LARGEST_MESSAGE: usize = 65_535;

const LIMITS: Limits = Limits {
    max_message_bytes: LARGEST_MESSAGE,
    max_body_bytes: LARGEST_MESSAGE,
    max_headers: 128,
    max_header_bytes: 8 * 1024,
    max_folding_lines: 16,
};

/// A message.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A request.
    Request(Box<IncomingRequest>),
    /// A response.
    Response(Box<IncomingResponse>),
}

/// A request with all that it must have.
#[derive(Clone, Debug)]
pub struct IncomingRequest {
    method: Method,
    uri: Uri,
    fields: Fields,
}

/// A response with all that it must have.
#[derive(Clone, Debug)]
pub struct IncomingResponse {
    status: u16,
    fields: Fields,
}

impl Incoming {
    /// Reads one datagram, or one message cut out of a stream. The fields keep views of `bytes`: hand in a buffer of
    /// the message's own size, not a slice of a large one.
    pub fn parse(bytes: &Bytes) -> Result<Self, Unreadable> {
        read(bytes).map_err(|fault| lenient::second_look(bytes, fault))
    }
}

fn read(bytes: &Bytes) -> Result<Incoming, Fault> {
    match parse_datagram(bytes.clone(), &LIMITS).map_err(fault)? {
        Message::Request(request) => {
            if !request.version.is_supported() {
                return Err(Fault {
                    status: 505,
                    reason: "Version Not Supported",
                });
            }
            if request.uri.has_headers() {
                return Err(Fault::bad("Request-URI Has Headers"));
            }
            let method = Method::parse(request.method.as_bytes()).ok_or(Fault::bad("Bad Method"))?;
            let body = request.body().clone();
            let fields = Fields::read(request.headers, body)?;
            if fields.cseq_method != method {
                return Err(Fault::bad("CSeq Names Another Method"));
            }
            let uri = Uri::of(request.uri);
            Ok(Incoming::Request(Box::new(IncomingRequest {
                method,
                uri,
                fields,
            })))
        }
        Message::Response(response) => {
            if !response.version.is_supported() {
                return Err(Fault::bad("Bad Version"));
            }
            let body = response.body().clone();
            let fields = Fields::read(response.headers, body)?;
            Ok(Incoming::Response(Box::new(IncomingResponse {
                status: response.status.code(),
                fields,
            })))
        }
    }
}

/// What a fault of the grammar is answered with.
fn fault(error: ParseError) -> Fault {
    match error {
        ParseError::StartLine(StartLineError::Uri(_)) => Fault::bad("Bad Request-URI"),
        ParseError::StartLine(_) => Fault::bad("Bad Start Line"),
        ParseError::Framing(FramingError::ContentLengthRepeated) => {
            Fault::bad("Contradictory Content-Length")
        }
        ParseError::Framing(FramingError::ContentLengthMalformed) => Fault::bad("Bad Content-Length"),
        ParseError::Framing(FramingError::BodyTruncated) => Fault::bad("Content-Length Exceeds Message"),
        ParseError::Framing(_) => Fault::bad("Unfinished Message"),
        ParseError::Limit {
            limit: LimitKind::BodyBytes,
            ..
        } => Fault {
            status: 413,
            reason: "Request Entity Too Large",
        },
        ParseError::Limit {
            limit: LimitKind::MessageBytes,
            ..
        } => Fault {
            status: 513,
            reason: "Message Too Large",
        },
        ParseError::Limit { .. } => Fault::bad("Too Many Headers"),
        _ => Fault::bad("Bad Header"),
    }
}

impl Deref for IncomingRequest {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl Deref for IncomingResponse {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl IncomingRequest {
    /// What is asked for; CSeq says the same.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The request URI.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// What an answer copies from it.
    pub(crate) fn answerable(&self) -> Answerable<'_> {
        let values = |name| self.fields.raw(name).collect();
        Answerable {
            via: Some(self.fields.via()),
            further_vias: self.fields.raw(HeaderName::Via).skip(1).collect(),
            from: self.fields.raw(HeaderName::From).next(),
            to: self.fields.raw(HeaderName::To).next(),
            to_has_tag: self.fields.to().tag.is_some(),
            call_id: self.fields.raw(HeaderName::CallId).next(),
            cseq: self.fields.raw(HeaderName::CSeq).next(),
            record_routes: values(HeaderName::RecordRoute),
        }
    }
}

impl IncomingResponse {
    /// 100 to 699.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The method of the request that it answers.
    pub fn cseq_method(&self) -> &Method {
        &self.fields.cseq_method
    }

    /// To as written, for the ACK of an answer that is not 2xx (RFC 3261, section 17.1.1.3).
    pub(crate) fn to_text(&self) -> std::borrow::Cow<'_, [u8]> {
        self.fields.raw(HeaderName::To).next().unwrap_or_default()
    }
}
