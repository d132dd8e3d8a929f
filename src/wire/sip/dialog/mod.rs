//! Dialogs (RFC 3261, section 12): what two user agents know of each other between their requests.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use bytes::Bytes;

use super::flow::{Hop, Source, Transport};
use super::message::{IncomingRequest, IncomingResponse, Method, NameAddr, OutgoingRequest, Uri};

/// Most Route values that are kept; a longer route is cut, and leads nowhere.
const LONGEST_ROUTE: usize = 16;

/// A tag of ours: 64 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u64);

impl Tag {
    /// Reads one that we have made; None for any other.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 16)?;
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.bytes()
            .all(lower)
            .then(|| u64::from_str_radix(text, 16).ok().map(Self))
            .flatten()
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Where requests within a dialog go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Routing {
    /// To where the peer's messages come from: right behind address translation, and nobody can be sent elsewhere.
    #[default]
    Symmetric,
    /// To the first Route, else the Contact, where that is an IP address; else as `Symmetric` (RFC 3261, 12.2.1.1).
    Addressed,
}

/// How a request's CSeq stands to those before (RFC 3261, section 12.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Higher: it is to be served.
    Next,
    /// The same number again, in another transaction: it came by two ways.
    Same,
    /// Lower: 500.
    Late,
}

/// One dialog, early or confirmed.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// Call-ID.
    pub call_id: String,
    /// The value of From in our requests, without tag.
    pub local: String,
    /// Our tag.
    pub local_tag: Tag,
    /// The value of To in our requests, without tag.
    pub remote: String,
    /// The peer's tag; empty where it has given none (RFC 2543).
    pub remote_tag: String,
    /// CSeq of the last request of ours.
    pub local_seq: u32,
    /// CSeq of the last request of the peer.
    pub remote_seq: Option<u32>,
    /// The peer's Contact.
    pub target: String,
    /// The route set.
    pub route: Vec<Bytes>,
    /// Where the peer is reached: on its connection while it lasts, else where it listens.
    pub hop: Hop,
    /// How `hop` is chosen.
    pub routing: Routing,
}

impl Dialog {
    /// The dialog that an INVITE of the peer begins (section 12.1.1). None where the INVITE cannot begin one.
    pub fn answering(
        invite: &IncomingRequest,
        source: Source,
        local_tag: Tag,
        routing: Routing,
    ) -> Option<Self> {
        let mut dialog = Self {
            call_id: String::from_utf8(invite.call_id().to_vec()).ok()?,
            local: address(&invite.to().uri),
            local_tag,
            remote: address(&invite.from().uri),
            remote_tag: tag_text(invite.from())?,
            local_seq: 0,
            remote_seq: Some(invite.cseq()),
            target: invite.contact()?.to_string(),
            route: cut(invite.record_route()),
            hop: source.into(),
            routing,
        };
        dialog.hop.remote.set_port(dialog.listening(source));
        dialog.steer();
        Some(dialog)
    }

    /// The dialog that an answer to an INVITE of ours begins (section 12.1.2); `invite` is what was sent, `from` and
    /// `to` its values without tags.
    pub fn asking(response: &IncomingResponse, invite: Asking<'_>) -> Option<Self> {
        let mut route = response.record_route();
        route.reverse();
        let mut dialog = Self {
            call_id: invite.call_id.to_owned(),
            local: invite.from.to_owned(),
            local_tag: invite.local_tag,
            remote: invite.to.to_owned(),
            remote_tag: tag_text(response.to())?,
            local_seq: invite.cseq,
            remote_seq: None,
            target: response
                .contact()
                .map_or_else(|| invite.uri.to_owned(), Uri::to_string),
            route: cut(route),
            hop: invite.hop.clone(),
            routing: invite.routing,
        };
        dialog.steer();
        Some(dialog)
    }

    /// Chooses hops in another way from now on.
    pub fn reroute(&mut self, routing: Routing) {
        self.routing = routing;
        self.steer();
    }

    /// Whether a request belongs to this dialog.
    pub fn owns(&self, request: &IncomingRequest) -> bool {
        request.call_id().as_ref() == self.call_id.as_bytes()
            && request.from().tag.as_deref().unwrap_or_default() == self.remote_tag.as_bytes()
    }

    /// Whether an answer names this dialog.
    pub fn named_by(&self, response: &IncomingResponse) -> bool {
        response.call_id().as_ref() == self.call_id.as_bytes()
            && response.to().tag.as_deref().unwrap_or_default() == self.remote_tag.as_bytes()
    }

    /// The 2xx confirms an early dialog: its Record-Route and Contact count (section 13.2.2.4).
    pub fn confirm(&mut self, response: &IncomingResponse) {
        let mut route = response.record_route();
        route.reverse();
        self.route = cut(route);
        self.retarget(response.contact());
    }

    /// Takes note of a request's CSeq.
    pub fn order(&mut self, cseq: u32) -> Order {
        match self.remote_seq {
            Some(last) if cseq < last => Order::Late,
            Some(last) if cseq == last => Order::Same,
            _ => {
                self.remote_seq = Some(cseq);
                Order::Next
            }
        }
    }

    /// A target refresh request, or the answer to one, names a new Contact (section 12.2).
    pub fn retarget(&mut self, contact: Option<&Uri>) {
        if let Some(contact) = contact {
            self.target = contact.to_string();
            self.steer();
        }
    }

    /// A request came from elsewhere than before.
    pub fn moved(&mut self, source: Source) {
        let stayed = self.hop.connection == source.connection
            && (source.connection.is_some() || self.hop.remote == source.remote);
        if self.routing != Routing::Symmetric || stayed {
            return;
        }
        let before = self.hop.remote;
        self.hop = Hop {
            tls_name: self
                .hop
                .tls_name
                .take()
                .filter(|_| before.ip() == source.remote.ip()),
            ..source.into()
        };
        // A connection from the very place that is known already is one that this end began.
        if before != source.remote {
            self.hop.remote.set_port(self.listening(source));
        }
    }

    /// The port by which the peer is reached once its connection has gone: the one it came from is nobody's then, and
    /// what counts is the one that its first Route, else its Contact, names (RFC 3261, section 12.2.1.1). The address
    /// stays the one it came from: nobody can be sent elsewhere.
    fn listening(&self, source: Source) -> u16 {
        if !source.transport.is_reliable() {
            return source.remote.port();
        }
        match self.next() {
            Some(uri) => uri.port().unwrap_or_else(|| source.transport.default_port()),
            None => source.remote.port(),
        }
    }

    /// The first Route, else the Contact.
    fn next(&self) -> Option<Uri> {
        match self.route.first() {
            Some(first) => NameAddr::parse(first).map(|address| address.uri),
            None => Uri::parse(self.target.as_bytes()),
        }
    }

    /// A request within the dialog, with the next CSeq.
    pub fn request(&mut self, method: Method, contact: Option<String>) -> OutgoingRequest {
        self.local_seq = self.local_seq.wrapping_add(1) & 0x7fff_ffff;
        self.numbered(method, self.local_seq, contact)
    }

    /// ACK for a 2xx of the INVITE with this CSeq (section 13.2.2.4).
    pub fn ack(&self, cseq: u32) -> OutgoingRequest {
        self.numbered(Method::Ack, cseq, None)
    }

    fn numbered(&self, method: Method, cseq: u32, contact: Option<String>) -> OutgoingRequest {
        let (uri, route) = self.routed();
        OutgoingRequest {
            method,
            uri,
            from: format!("{};tag={}", self.local, self.local_tag),
            to: with_tag(&self.remote, &self.remote_tag),
            call_id: self.call_id.clone(),
            cseq,
            max_forwards: 70,
            contact,
            route,
            extra: Vec::new(),
            body: None,
        }
    }

    /// Request URI and Route: a first route without `lr` takes the request URI's place (section 12.2.1.1).
    fn routed(&self) -> (String, Vec<Bytes>) {
        let Some(first) = self.route.first().and_then(|value| NameAddr::parse(value)) else {
            return (self.target.clone(), self.route.clone());
        };
        if first.uri.param("lr").is_some() {
            return (self.target.clone(), self.route.clone());
        }
        let mut route: Vec<Bytes> = self.route.iter().skip(1).cloned().collect();
        route.push(Bytes::from(format!("<{}>", self.target)));
        (first.uri.to_string(), route)
    }

    /// Chooses the hop anew.
    fn steer(&mut self) {
        if self.routing == Routing::Symmetric {
            return;
        }
        let Some((uri, ip)) = self.next().and_then(|uri| uri.ip().map(|ip| (uri, ip))) else {
            return;
        };
        let transport = match uri.param("transport").flatten() {
            Some(name) if name.eq_ignore_ascii_case(b"tls") => Transport::Tls,
            _ if uri.is_secure() => Transport::Tls,
            // `sip:` with TCP within TLS is how some write TLS.
            Some(name) if name.eq_ignore_ascii_case(b"tcp") && self.hop.transport != Transport::Tls => {
                Transport::Tcp
            }
            Some(name) if name.eq_ignore_ascii_case(b"udp") => Transport::Udp,
            _ => self.hop.transport,
        };
        let remote = SocketAddr::new(ip, uri.port().unwrap_or_else(|| transport.default_port()));
        if remote != self.hop.remote || transport != self.hop.transport {
            self.hop = Hop {
                transport,
                remote,
                connection: None,
                tls_name: self.hop.tls_name.take(),
            };
        }
    }
}

/// The INVITE that an answer answers.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Its Call-ID.
    pub call_id: &'a str,
    /// From, without tag.
    pub from: &'a str,
    /// To.
    pub to: &'a str,
    /// The tag of From.
    pub local_tag: Tag,
    /// Its CSeq.
    pub cseq: u32,
    /// Its request URI.
    pub uri: &'a str,
    /// Where it went.
    pub hop: &'a Hop,
    /// How requests within the dialog are to go.
    pub routing: Routing,
}

fn cut(mut route: Vec<Bytes>) -> Vec<Bytes> {
    route.truncate(LONGEST_ROUTE);
    route
}

/// A value of From or To. The display name is left out: only the tag counts (section 12.2.1.1).
pub(crate) fn address(uri: &Uri) -> String {
    format!("<{uri}>")
}

/// A tag as text; None where it is no token.
fn tag_text(address: &NameAddr) -> Option<String> {
    let tag = address.tag.as_deref().unwrap_or_default();
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let text = std::str::from_utf8(tag).ok()?;
    tag.iter().all(token).then(|| text.to_owned())
}

pub(crate) fn with_tag(value: &str, tag: &str) -> String {
    if tag.is_empty() {
        value.to_owned()
    } else {
        format!("{value};tag={tag}")
    }
}
