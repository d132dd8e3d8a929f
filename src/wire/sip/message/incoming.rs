//! What comes in. Every field that RFC 3261 section 8.1.1 makes mandatory is read and checked at once; the rest when asked.
//!
//! INTERFACE SKETCH (signatures bind, bodies and private fields are to be written).

use bytes::Bytes;

use super::Method;

/// A message.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A request.
    Request(Box<IncomingRequest>),
    /// A response.
    Response(Box<IncomingResponse>),
}

/// A SIP, SIPS or tel URI. Wraps the crate's; see identity for telephone numbers in it.
#[derive(Clone, Debug)]
pub struct Uri;

/// `From`, `To`, `Contact`, `P-Asserted-Identity` …: display name, URI, parameters.
#[derive(Clone, Debug)]
pub struct NameAddr {
    pub display_name: Option<Vec<u8>>,
    pub uri: Uri,
    /// The `tag` parameter.
    pub tag: Option<Bytes>,
}

/// A body and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// `application/sdp`, in lower case, without parameters.
    pub kind: &'a str,
    pub bytes: &'a [u8],
}

/// Session-Expires (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    pub interval_s: u32,
    /// `Some(true)`: uac refreshes.
    pub refresher_uac: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct IncomingRequest;
#[derive(Clone, Debug)]
pub struct IncomingResponse;

impl IncomingRequest {
    pub fn method(&self) -> &Method { todo!() }
    pub fn uri(&self) -> &Uri { todo!() }
    pub fn call_id(&self) -> &Bytes { todo!() }
    pub fn from(&self) -> &NameAddr { todo!() }
    pub fn to(&self) -> &NameAddr { todo!() }
    pub fn cseq(&self) -> u32 { todo!() }
    /// None where the header is missing: 70 then (RFC 3261, section 16.6).
    pub fn max_forwards(&self) -> Option<u8> { todo!() }
    /// The first Contact's URI, if there is one that parses.
    pub fn contact(&self) -> Option<&Uri> { todo!() }
    /// Values of Record-Route, in the order of the message, each as it is to be put into Route.
    pub fn record_route(&self) -> Vec<Bytes> { todo!() }
    /// Whether Supported (or `k`) names this option tag.
    pub fn supports(&self, _tag: &str) -> bool { todo!() }
    /// Option tags of Require.
    pub fn required(&self) -> Vec<String> { todo!() }
    /// Whether Allow names the method.
    pub fn allows(&self, _method: &Method) -> bool { todo!() }
    pub fn session_expires(&self) -> Option<SessionExpires> { todo!() }
    pub fn min_se(&self) -> Option<u32> { todo!() }
    /// RAck of a PRACK: (RSeq, CSeq, method).
    pub fn rack(&self) -> Option<(u32, u32, Method)> { todo!() }
    pub fn body(&self) -> Option<Body<'_>> { todo!() }
    /// Each value of a header, unfolded; for what has no method of its own (identity headers, Authorization).
    pub fn values(&self, _name: &str) -> Vec<Vec<u8>> { todo!() }
}

impl IncomingResponse {
    pub fn status(&self) -> u16 { todo!() }
    pub fn call_id(&self) -> &Bytes { todo!() }
    pub fn cseq(&self) -> u32 { todo!() }
    pub fn cseq_method(&self) -> &Method { todo!() }
    pub fn to(&self) -> &NameAddr { todo!() }
    pub fn contact(&self) -> Option<&Uri> { todo!() }
    pub fn record_route(&self) -> Vec<Bytes> { todo!() }
    pub fn supports(&self, _tag: &str) -> bool { todo!() }
    pub fn required(&self) -> Vec<String> { todo!() }
    pub fn allows(&self, _method: &Method) -> bool { todo!() }
    pub fn rseq(&self) -> Option<u32> { todo!() }
    pub fn session_expires(&self) -> Option<SessionExpires> { todo!() }
    pub fn min_se(&self) -> Option<u32> { todo!() }
    pub fn retry_after_s(&self) -> Option<u32> { todo!() }
    pub fn body(&self) -> Option<Body<'_>> { todo!() }
    pub fn values(&self, _name: &str) -> Vec<Vec<u8>> { todo!() }
}
