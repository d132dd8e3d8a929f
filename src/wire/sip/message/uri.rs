//! URIs and addresses.

use std::borrow::Cow;
use std::net::IpAddr;

use bytes::Bytes;
use sipx_sip::headers::Address;
use sipx_sip::uri::Host;

/// A SIP, SIPS or tel URI, or one of a scheme that means nothing to us. Printable US-ASCII without blanks, quotes
/// and angle brackets, so it can be written between `<` and `>` as it is.
#[derive(Clone, Debug)]
pub struct Uri(sipx_sip::Uri);

impl Uri {
    /// Reads a URI that stands alone (RFC 3261, section 25.1).
    pub fn parse(text: &[u8]) -> Option<Self> {
        sipx_sip::Uri::parse(Bytes::copy_from_slice(text)).ok().map(Self)
    }

    /// From the crate's.
    pub(super) fn of(uri: sipx_sip::Uri) -> Self {
        Self(uri)
    }

    /// The scheme as written: `sip`, `sips`, `tel`, …
    pub fn scheme(&self) -> &[u8] {
        self.0.scheme().as_bytes()
    }

    /// Whether it is `sip:` or `sips:`.
    pub fn is_sip(&self) -> bool {
        self.0.scheme().is_sip()
    }

    /// Whether it is `sips:`.
    pub fn is_secure(&self) -> bool {
        self.0.scheme().is_secure()
    }

    /// The user part of a SIP URI as written, escapes and `;` parameters of a number included.
    pub fn user(&self) -> Option<&[u8]> {
        self.0.user()
    }

    /// The user part with its escapes resolved. Any bytes, NUL too.
    pub fn decoded_user(&self) -> Option<Vec<u8>> {
        self.0.decoded_user()
    }

    /// The host of a SIP URI, without the brackets of IPv6.
    pub fn host(&self) -> Option<Cow<'_, str>> {
        match self.0.host()? {
            Host::Name(name) => Some(String::from_utf8_lossy(name.as_bytes())),
            Host::Ip(ip) => Some(Cow::Owned(ip.to_string())),
        }
    }

    /// The host where it is an address.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ip(ip) => Some(*ip),
            Host::Name(_) => None,
        }
    }

    /// The port, if there is one.
    pub fn port(&self) -> Option<u16> {
        self.0.port()
    }

    /// A parameter of a SIP URI: None where it is missing, `Some(None)` where it has no value.
    pub fn param(&self, name: &str) -> Option<Option<&[u8]>> {
        let params = self.0.params()?;
        params
            .iter()
            .find(|p| p.name().eq_ignore_ascii_case(name.as_bytes()))
            .map(|p| p.value())
    }

    /// The subscriber and the parameters of a tel URI (RFC 3966), as written.
    pub fn tel(&self) -> Option<(&[u8], Option<&[u8]>)> {
        self.0
            .tel_parts()
            .map(|parts| (parts.subscriber(), parts.parameters()))
    }

    /// Whether there is a `?`, which a request URI must not have (RFC 3261, section 19.1.1).
    pub fn has_headers(&self) -> bool {
        self.0.has_headers()
    }

    /// As written.
    pub fn to_bytes(&self) -> Bytes {
        self.0.to_bytes()
    }

    /// Whether both mean the same (RFC 3261, section 19.1.4).
    pub fn equivalent(&self, other: &Self) -> bool {
        self.0.equivalent(&other.0)
    }
}

impl std::fmt::Display for Uri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// `From`, `To`, `Contact`, `P-Asserted-Identity` …: display name, URI, parameters.
#[derive(Clone, Debug)]
pub struct NameAddr {
    /// Without quotes and escapes. Any bytes: not always UTF-8.
    pub display_name: Option<Vec<u8>>,
    /// The address.
    pub uri: Uri,
    /// The `tag` parameter.
    pub tag: Option<Bytes>,
    /// All parameters behind the address, names in lower case, quotes removed.
    pub params: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl NameAddr {
    /// Reads one address, in brackets or bare (RFC 3261, section 20.10): behind a bare one every `;` begins a
    /// parameter of the header.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let address = Address::parse(value, "address").ok()?;
        let tag = address.tag().map(Bytes::copy_from_slice);
        Some(Self {
            display_name: address.display_name,
            uri: Uri(address.uri),
            tag,
            params: address.params.into_iter().map(|p| (p.name, p.value)).collect(),
        })
    }

    /// A parameter by its name in lower case.
    pub fn param(&self, name: &str) -> Option<Option<&[u8]>> {
        self.params
            .iter()
            .find(|(n, _)| n == name.as_bytes())
            .map(|(_, v)| v.as_deref())
    }
}
