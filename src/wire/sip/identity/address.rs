//! Addresses of headers (RFC 3261 section 25.1, `name-addr` and `addr-spec`) and the URIs in them, read for
//! telephone numbers only. Anything outside the grammar is refused, not guessed at.

use super::number::Subscriber;

/// No identity is longer.
const LONGEST: usize = 2048;

/// A value of From, P-Asserted-Identity and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The URI.
    pub uri: Uri<'a>,
    /// The parameters of the header, without the first semicolon.
    parameters: &'a [u8],
}

/// Which kind of URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
}

/// A URI, in pieces that are still escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    /// Its kind.
    pub scheme: Scheme,
    /// Before the `@`, parameters of a telephone number included; the whole of a `tel:`.
    pub user: Option<&'a [u8]>,
    /// Host without port; empty for `tel:`.
    pub host: &'a [u8],
    /// The URI's own parameters, without the first semicolon.
    parameters: &'a [u8],
}

impl<'a> Address<'a> {
    /// Reads one value: `"name" <uri>;parameters`, `name <uri>`, or a bare URI whose parameters are the header's.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        if value.len() > LONGEST {
            return None;
        }
        let rest = match value.first()? {
            b'"' => value.get(after_quoted(value)?..)?.trim_ascii_start(),
            b'<' => value,
            _ => match value.iter().position(|b| *b == b'<') {
                Some(open) => {
                    let (name, rest) = value.split_at(open);
                    // Words, and whatever is not ASCII: what could be read as a URI or a list is neither.
                    if name
                        .iter()
                        .any(|b| b.is_ascii_control() && *b != b'\t' || b"\"<>@:;,\\()[]{}".contains(b))
                    {
                        return None;
                    }
                    rest
                }
                None => return Self::bare(value),
            },
        };
        let inside = rest.strip_prefix(b"<")?;
        let close = inside.iter().position(|b| *b == b'>')?;
        let (uri, after) = (inside.get(..close)?, inside.get(close + 1..)?.trim_ascii());
        Some(Self {
            uri: Uri::parse(uri)?,
            parameters: header_parameters(after)?,
        })
    }

    fn bare(value: &'a [u8]) -> Option<Self> {
        let end = value.iter().position(|b| *b == b';').unwrap_or(value.len());
        // RFC 3261, section 20.10: a URI with comma, question mark or semicolon must stand in brackets.
        let uri = value.get(..end)?.trim_ascii_end();
        if uri.iter().any(|b| b",?".contains(b)) {
            return None;
        }
        Some(Self {
            uri: Uri::parse(uri)?,
            parameters: header_parameters(value.get(end..)?)?,
        })
    }

    /// A parameter of the header; empty where it has no value.
    pub fn parameter(&self, name: &[u8]) -> Option<&'a [u8]> {
        parameter(self.parameters, name)
    }
}

impl<'a> Uri<'a> {
    /// Reads a `sip:`, `sips:` or `tel:` URI; `None` for others and for what breaks the grammar.
    pub fn parse(uri: &'a [u8]) -> Option<Self> {
        let uri = uri.trim_ascii();
        if uri.len() > LONGEST || uri.iter().any(|b| !b.is_ascii_graphic() || b"<>\"".contains(b)) {
            return None;
        }
        let colon = uri.iter().position(|b| *b == b':')?;
        let (scheme, rest) = (uri.get(..colon)?, uri.get(colon + 1..)?);
        let scheme = match scheme.to_ascii_lowercase().as_slice() {
            b"sip" => Scheme::Sip,
            b"sips" => Scheme::Sips,
            b"tel" => Scheme::Tel,
            _ => return None,
        };
        if scheme == Scheme::Tel {
            return Some(Self {
                scheme,
                user: Some(rest).filter(|user| !user.is_empty() && !user.contains(&b'@')),
                host: b"",
                parameters: b"",
            });
        }
        let (user, rest) = match rest.iter().position(|b| *b == b'@') {
            Some(at) => (Some(rest.get(..at)?), rest.get(at + 1..)?),
            None => (None, rest),
        };
        if rest.contains(&b'@') || user.is_some_and(<[u8]>::is_empty) {
            return None;
        }
        let rest = rest.split(|b| *b == b'?').next()?;
        let end = rest.iter().position(|b| *b == b';').unwrap_or(rest.len());
        Some(Self {
            scheme,
            user,
            host: host(rest.get(..end)?)?,
            parameters: rest.get(end..)?.strip_prefix(b";").unwrap_or(b""),
        })
    }

    /// A parameter of the URI; empty where it has no value.
    pub fn parameter(&self, name: &[u8]) -> Option<&'a [u8]> {
        parameter(self.parameters, name)
    }

    /// The telephone number, if the URI is one: `tel:`, or a user that is a number (RFC 3261, section 19.1.6),
    /// with `user=phone` or without, for few carriers write it.
    pub fn subscriber(&self) -> Option<Subscriber> {
        let other_user = |value: &[u8]| !value.eq_ignore_ascii_case(b"phone");
        if self.parameter(b"user").is_some_and(other_user) {
            return None;
        }
        Subscriber::parse(self.user?)
    }
}

/// The values of a header line that may hold several: cut at commas outside quotes and brackets.
pub(super) fn split(line: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut found, mut start, mut at, mut bracket) = (Vec::new(), 0, 0, false);
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' if !bracket => at += after_quoted(line.get(at..)?)? - 1,
            b'<' => bracket = true,
            b'>' => bracket = false,
            b',' if !bracket => {
                found.push(line.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found.push(line.get(start..)?);
    Some(found)
}

/// Where a quoted string that begins here has ended; backslashes escape.
fn after_quoted(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// `;name=value;…` or nothing. A second address is no parameter.
fn header_parameters(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Some(text);
    }
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at += after_quoted(text.get(at..)?)?,
            b'<' | b'>' | b',' => return None,
            _ => at += 1,
        }
    }
    text.strip_prefix(b";")
}

/// A parameter's value. One that is given twice has none of the two.
pub(super) fn parameter<'a>(parameters: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut found = parameters.split(|b| *b == b';').filter_map(|part| {
        let mut halves = part.splitn(2, |b| *b == b'=');
        let key = halves.next()?.trim_ascii();
        let value = halves.next().unwrap_or(b"").trim_ascii();
        key.eq_ignore_ascii_case(name).then_some(value)
    });
    let first = found.next()?;
    Some(if found.next().is_some() { b"" } else { first })
}

/// The host without its port.
fn host(text: &[u8]) -> Option<&[u8]> {
    let (host, port) = if text.starts_with(b"[") {
        let end = text.iter().position(|b| *b == b']')? + 1;
        (text.get(..end)?, text.get(end..)?)
    } else {
        let end = text.iter().position(|b| *b == b':').unwrap_or(text.len());
        (text.get(..end)?, text.get(end..)?)
    };
    let digits = |port: &[u8]| (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit);
    let sound = !host.is_empty()
        && host
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b".-_[]:".contains(b));
    (sound && (port.is_empty() || port.strip_prefix(b":").is_some_and(digits))).then_some(host)
}
