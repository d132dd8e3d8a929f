//! The headers and the body that requests and responses share.

use std::borrow::Cow;
use std::sync::OnceLock;

use bytes::Bytes;
use sipx_sip::{HeaderName, Headers};

use super::lenient::Fault;
use super::text::{number, split, trim};
use super::{Method, NameAddr, Uri, Via};

/// A body and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// `application/sdp`, in lower case, without parameters.
    pub kind: &'a str,
    /// As it came.
    pub bytes: &'a [u8],
}

/// Session-Expires (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// Seconds.
    pub interval_s: u32,
    /// `Some(true)`: uac refreshes.
    pub refresher_uac: Option<bool>,
}

/// What stands in every message.
#[derive(Clone, Debug)]
pub struct Fields {
    headers: Headers,
    body: Bytes,
    via: Via,
    one_via: bool,
    from: NameAddr,
    to: NameAddr,
    call_id: Bytes,
    cseq: u32,
    pub(super) cseq_method: Method,
    max_forwards: Option<u8>,
    content_type: Option<Box<str>>,
    contact: OnceLock<Option<Uri>>,
}

/// The highest CSeq (RFC 3261, section 8.1.1.5).
const MOST_CSEQ: u64 = (1 << 31) - 1;

fn once<T>(slot: &mut Option<T>, value: T, reason: &'static str) -> Result<(), Fault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Fault::bad(reason)),
    }
}

fn is_control(b: u8) -> bool {
    (b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n')) || b == 0x7f
}

impl Fields {
    /// One pass over the headers.
    pub(super) fn read(headers: Headers, body: Bytes) -> Result<Self, Fault> {
        let (mut via, mut vias) = (None, 0usize);
        let (mut from, mut to, mut call_id, mut cseq, mut hops) = (None, None, None, None, None);
        let mut content_type = None;
        for header in headers.iter() {
            // No control character means anything in a header but in a quoted pair, which nobody needs; and an answer
            // could not give it back (RFC 3261, section 25.1). Folding has been checked by the parser.
            // A fold without a way out early: it is made into a few wide instructions.
            let raw = header.raw_value();
            if raw.iter().fold(false, |found, &b| found | is_control(b)) {
                let nul = raw.contains(&0);
                return Err(Fault::bad(if nul {
                    "NUL In Header"
                } else {
                    "Control Character In Header"
                }));
            }
            match header.name() {
                HeaderName::Via => {
                    vias += 1;
                    if vias == 1 {
                        via = Some(Via::parse(&header.value()).ok_or(Fault::bad("Bad Via"))?);
                    }
                }
                HeaderName::From => {
                    let value = NameAddr::parse(&header.value()).ok_or(Fault::bad("Bad From"))?;
                    once(&mut from, value, "Repeated From")?;
                }
                HeaderName::To => {
                    let value = NameAddr::parse(&header.value()).ok_or(Fault::bad("Bad To"))?;
                    once(&mut to, value, "Repeated To")?;
                }
                HeaderName::CallId => {
                    let value = Bytes::copy_from_slice(&header.value());
                    if value.is_empty() || !value.iter().all(|b| (0x21..=0x7e).contains(b)) {
                        return Err(Fault::bad("Bad Call-ID"));
                    }
                    once(&mut call_id, value, "Repeated Call-ID")?;
                }
                HeaderName::CSeq => {
                    let value = sequence(&header.value()).ok_or(Fault::bad("Bad CSeq"))?;
                    once(&mut cseq, value, "Repeated CSeq")?;
                }
                HeaderName::MaxForwards => {
                    let value = number(&header.value(), 255).and_then(|n| u8::try_from(n).ok());
                    once(
                        &mut hops,
                        value.ok_or(Fault::bad("Bad Max-Forwards"))?,
                        "Repeated Max-Forwards",
                    )?;
                }
                HeaderName::ContentType if content_type.is_none() => {
                    content_type = kind(&header.value());
                }
                _ => {}
            }
        }
        let via = via.ok_or(Fault::bad("Missing Via"))?;
        let (cseq, cseq_method) = cseq.ok_or(Fault::bad("Missing CSeq"))?;
        Ok(Self {
            one_via: vias == 1 && !via.has_more(),
            via,
            from: from.ok_or(Fault::bad("Missing From"))?,
            to: to.ok_or(Fault::bad("Missing To"))?,
            call_id: call_id.ok_or(Fault::bad("Missing Call-ID"))?,
            cseq,
            cseq_method,
            max_forwards: hops,
            content_type,
            contact: OnceLock::new(),
            headers,
            body,
        })
    }

    /// Each line of a header, unfolded.
    pub(super) fn raw(&self, name: HeaderName) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.headers
            .iter()
            .filter(move |h| *h.name() == name)
            .map(|h| h.value())
    }

    fn first(&self, name: HeaderName) -> Option<Cow<'_, [u8]>> {
        self.raw(name).next()
    }

    fn lists(&self, name: HeaderName, token: &[u8]) -> bool {
        self.raw(name)
            .any(|value| split(&value, b',').any(|t| t.eq_ignore_ascii_case(token)))
    }

    /// The first Via.
    pub fn via(&self) -> &Via {
        &self.via
    }

    /// Whether there is no Via but the first: as it must be in an answer for us.
    pub fn has_one_via(&self) -> bool {
        self.one_via
    }

    /// Call-ID.
    pub fn call_id(&self) -> &Bytes {
        &self.call_id
    }

    /// From.
    pub fn from(&self) -> &NameAddr {
        &self.from
    }

    /// To.
    pub fn to(&self) -> &NameAddr {
        &self.to
    }

    /// The number of CSeq, below 2³¹.
    pub fn cseq(&self) -> u32 {
        self.cseq
    }

    /// None where the header is missing: 70 then (RFC 3261, section 16.6).
    pub fn max_forwards(&self) -> Option<u8> {
        self.max_forwards
    }

    /// The first Contact's URI, if there is one that parses.
    pub fn contact(&self) -> Option<&Uri> {
        let read = || {
            let value = self.first(HeaderName::Contact)?;
            let first = split(&value, b',').next()?;
            NameAddr::parse(first).map(|address| address.uri)
        };
        self.contact.get_or_init(read).as_ref()
    }

    /// Values of Record-Route, in the order of the message, each as it is to be put into Route.
    pub fn record_route(&self) -> Vec<Bytes> {
        let mut values = Vec::new();
        for line in self.raw(HeaderName::RecordRoute) {
            values.extend(
                split(&line, b',')
                    .filter(|v| !v.is_empty())
                    .map(Bytes::copy_from_slice),
            );
        }
        values
    }

    /// Whether Supported (or `k`) names this option tag.
    pub fn supports(&self, tag: &str) -> bool {
        self.lists(HeaderName::Supported, tag.as_bytes())
    }

    /// Option tags of Require.
    pub fn required(&self) -> Vec<String> {
        let mut tags = Vec::new();
        for line in self.raw(HeaderName::Require) {
            let named = split(&line, b',').filter(|t| !t.is_empty());
            tags.extend(named.map(|t| String::from_utf8_lossy(t).into_owned()));
        }
        tags
    }

    /// Whether Allow names the method.
    pub fn allows(&self, method: &Method) -> bool {
        let name = method.as_str().as_bytes();
        self.raw(HeaderName::Allow)
            .any(|value| split(&value, b',').any(|t| t == name))
    }

    /// Session-Expires, if it is there and reads.
    pub fn session_expires(&self) -> Option<SessionExpires> {
        let value = self.first(HeaderName::SessionExpires)?;
        let mut parts = split(&value, b';');
        let interval_s = u32::try_from(number(parts.next()?, u32::MAX.into())?).ok()?;
        let refresher = parts.find_map(|part| {
            let (name, value) = part.split_at_checked(part.iter().position(|&b| b == b'=')?)?;
            trim(name)
                .eq_ignore_ascii_case(b"refresher")
                .then(|| trim(value.get(1..).unwrap_or_default()))
        });
        let refresher_uac = match refresher {
            Some(r) if r.eq_ignore_ascii_case(b"uac") => Some(true),
            Some(r) if r.eq_ignore_ascii_case(b"uas") => Some(false),
            _ => None,
        };
        Some(SessionExpires {
            interval_s,
            refresher_uac,
        })
    }

    /// Min-SE in seconds.
    pub fn min_se(&self) -> Option<u32> {
        self.seconds(HeaderName::MinSe)
    }

    /// Retry-After in seconds, its comment and parameters left aside.
    pub fn retry_after_s(&self) -> Option<u32> {
        self.seconds(HeaderName::RetryAfter)
    }

    fn seconds(&self, name: HeaderName) -> Option<u32> {
        let value = self.first(name)?;
        let digits = value.split(|b| !b.is_ascii_digit()).next()?;
        number(digits, u32::MAX.into()).and_then(|n| u32::try_from(n).ok())
    }

    /// RSeq of a reliable provisional answer (RFC 3262).
    pub fn rseq(&self) -> Option<u32> {
        let value = self.first(HeaderName::RSeq)?;
        number(&value, u32::MAX.into()).and_then(|n| u32::try_from(n).ok())
    }

    /// RAck of a PRACK: (RSeq, CSeq, method).
    pub fn rack(&self) -> Option<(u32, u32, Method)> {
        let value = self.first(HeaderName::RAck)?;
        let mut words = value
            .split(|b| matches!(b, b' ' | b'\t'))
            .filter(|w| !w.is_empty());
        let rseq = u32::try_from(number(words.next()?, u32::MAX.into())?).ok()?;
        let cseq = u32::try_from(number(words.next()?, MOST_CSEQ)?).ok()?;
        let method = Method::parse(words.next()?)?;
        words.next().is_none().then_some((rseq, cseq, method))
    }

    /// The body, where there is one and Content-Type says what it is.
    pub fn body(&self) -> Option<Body<'_>> {
        let kind = self.content_type.as_deref()?;
        (!self.body.is_empty()).then_some(Body {
            kind,
            bytes: &self.body,
        })
    }

    /// Each value of a header, unfolded; for what has no method of its own (identity headers, Authorization). The
    /// compact form is found under the long name. A line that lists several values is one value here.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let wanted = HeaderName::parse(&Bytes::copy_from_slice(name.as_bytes()));
        self.raw(wanted).map(Cow::into_owned).collect()
    }
}

/// `4711 INVITE`.
fn sequence(value: &[u8]) -> Option<(u32, Method)> {
    let (digits, method) = value.split_at_checked(value.iter().position(|b| matches!(b, b' ' | b'\t'))?)?;
    let cseq = u32::try_from(number(digits, MOST_CSEQ)?).ok()?;
    Some((cseq, Method::parse(trim(method))?))
}

/// `application/sdp` out of `Application/SDP ;charset=…`.
fn kind(value: &[u8]) -> Option<Box<str>> {
    let first = split(value, b';').next()?;
    let text: Vec<u8> = first
        .iter()
        .filter(|b| !matches!(b, b' ' | b'\t'))
        .copied()
        .collect();
    let plain = |b: &u8| super::text::is_token(*b) || *b == b'/';
    if !text.iter().all(plain) || text.iter().filter(|&&b| b == b'/').count() != 1 {
        return None;
    }
    Some(String::from_utf8(text).ok()?.to_ascii_lowercase().into())
}
