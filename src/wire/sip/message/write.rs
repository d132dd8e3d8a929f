//! Writing by hand, field by field. Whatever comes from a string is cleaned on its way ([`push_clean`]).

use bytes::Bytes;

use super::outgoing::{Extra, OutgoingRequest};
use super::text::{push_clean, push_number};

/// One header line.
pub(crate) fn header(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    push_clean(out, value);
    out.extend_from_slice(b"\r\n");
}

fn number(out: &mut Vec<u8>, name: &[u8], value: u64) {
    out.extend_from_slice(name);
    push_number(out, value);
    out.extend_from_slice(b"\r\n");
}

/// The end of the headers and the body.
pub(crate) fn body(out: &mut Vec<u8>, body: Option<&(&'static str, Bytes)>) {
    let bytes: &[u8] = match body {
        Some((kind, bytes)) => {
            header(out, b"Content-Type: ", kind.as_bytes());
            bytes
        }
        None => &[],
    };
    number(out, b"Content-Length: ", bytes.len() as u64);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(bytes);
}

/// A whole request. `transport` and `sent_by` make the Via with `branch`; answers are asked for where the request
/// came from (RFC 3581).
pub(crate) fn request(
    out: &mut Vec<u8>,
    request: &OutgoingRequest,
    transport: &str,
    sent_by: &str,
    branch: &[u8],
) {
    start(
        out,
        request.method.as_str(),
        &request.uri,
        transport,
        sent_by,
        branch,
    );
    number(out, b"Max-Forwards: ", request.max_forwards.into());
    for route in &request.route {
        header(out, b"Route: ", route);
    }
    header(out, b"From: ", request.from.as_bytes());
    header(out, b"To: ", request.to.as_bytes());
    header(out, b"Call-ID: ", request.call_id.as_bytes());
    cseq(out, request.cseq, request.method.as_str());
    if let Some(contact) = &request.contact {
        header(out, b"Contact: ", contact.as_bytes());
    }
    extras(out, &request.extra);
    body(out, request.body.as_ref());
}

/// Request line and Via.
pub(crate) fn start(
    out: &mut Vec<u8>,
    method: &str,
    uri: &str,
    transport: &str,
    sent_by: &str,
    branch: &[u8],
) {
    push_clean(out, method.as_bytes());
    out.push(b' ');
    push_clean(out, uri.as_bytes());
    out.extend_from_slice(b" SIP/2.0\r\nVia: SIP/2.0/");
    out.extend_from_slice(transport.as_bytes());
    out.push(b' ');
    push_clean(out, sent_by.as_bytes());
    out.extend_from_slice(b";rport;branch=");
    push_clean(out, branch);
    out.extend_from_slice(b"\r\n");
}

/// CSeq.
pub(crate) fn cseq(out: &mut Vec<u8>, cseq: u32, method: &str) {
    out.extend_from_slice(b"CSeq: ");
    push_number(out, cseq.into());
    out.push(b' ');
    push_clean(out, method.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// The headers of the allow-list.
pub(crate) fn extras(out: &mut Vec<u8>, extras: &[Extra]) {
    for extra in extras {
        match extra {
            Extra::Allow(value) => header(out, b"Allow: ", value.as_bytes()),
            Extra::Supported(value) => header(out, b"Supported: ", value.as_bytes()),
            Extra::Require(value) => header(out, b"Require: ", value.as_bytes()),
            Extra::Unsupported(tags) => header(out, b"Unsupported: ", tags.join(", ").as_bytes()),
            Extra::Accept(value) => header(out, b"Accept: ", value.as_bytes()),
            Extra::RSeq(value) => number(out, b"RSeq: ", (*value).into()),
            Extra::RAck { rseq, cseq, method } => {
                out.extend_from_slice(b"RAck: ");
                push_number(out, (*rseq).into());
                out.push(b' ');
                push_number(out, (*cseq).into());
                out.push(b' ');
                header(out, b"", method.as_str().as_bytes());
            }
            Extra::SessionExpires(value) => {
                out.extend_from_slice(b"Session-Expires: ");
                push_number(out, value.interval_s.into());
                out.extend_from_slice(match value.refresher_uac {
                    Some(true) => b";refresher=uac\r\n",
                    Some(false) => b";refresher=uas\r\n",
                    None => b"\r\n",
                });
            }
            Extra::MinSe(value) => number(out, b"Min-SE: ", (*value).into()),
            Extra::Reason {
                protocol,
                cause,
                text,
            } => {
                out.extend_from_slice(b"Reason: ");
                push_clean(out, protocol.as_bytes());
                out.extend_from_slice(b";cause=");
                push_number(out, (*cause).into());
                if !text.is_empty() {
                    out.extend_from_slice(b";text=\"");
                    push_clean(out, text.as_bytes());
                    out.push(b'"');
                }
                out.extend_from_slice(b"\r\n");
            }
            Extra::RetryAfter(value) => number(out, b"Retry-After: ", (*value).into()),
            Extra::PAssertedIdentity(value) => header(out, b"P-Asserted-Identity: ", value.as_bytes()),
            Extra::RemotePartyId(value) => header(out, b"Remote-Party-ID: ", value.as_bytes()),
            Extra::Privacy(value) => header(out, b"Privacy: ", value.as_bytes()),
            Extra::Authorization(value) => header(out, b"Authorization: ", value.as_bytes()),
            Extra::ProxyAuthorization(value) => header(out, b"Proxy-Authorization: ", value.as_bytes()),
            Extra::WwwAuthenticate(value) => header(out, b"WWW-Authenticate: ", value.as_bytes()),
            Extra::ProxyAuthenticate(value) => header(out, b"Proxy-Authenticate: ", value.as_bytes()),
            Extra::Expires(value) => number(out, b"Expires: ", (*value).into()),
            Extra::Warning { code, text } => {
                out.extend_from_slice(b"Warning: ");
                push_number(out, (*code).into());
                out.extend_from_slice(b" partyline \"");
                push_clean(out, text.as_bytes());
                out.extend_from_slice(b"\"\r\n");
            }
        }
    }
}

/// The phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        182 => "Queued",
        183 => "Session Progress",
        202 => "Accepted",
        301 => "Moved Permanently",
        302 => "Moved Temporarily",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        421 => "Extension Required",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        433 => "Anonymity Disallowed",
        469 => "Bad Info Package",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        485 => "Ambiguous",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        607 => "Unwanted",
        608 => "Rejected",
        _ => class(status),
    }
}

/// The phrase of a status that has none of its own.
fn class(status: u16) -> &'static str {
    match status / 100 {
        0 | 1 => "Progress",
        2 => "OK",
        3 => "Redirection",
        4 => "Request Failure",
        5 => "Server Failure",
        _ => "Global Failure",
    }
}
