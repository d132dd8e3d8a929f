//! The Via on top: where an answer goes and which transaction it belongs to (RFC 3261, sections 18.2 and 20.42).

use std::net::SocketAddr;

use super::super::flow::{Hop, Source};
use super::text::{is_token, push_clean, push_number, split, trim};

/// What marks a branch of RFC 3261.
pub(crate) const COOKIE: &[u8] = b"z9hG4bK";

/// The first hop of the first Via of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// The hop as written, unfolded.
    text: Box<[u8]>,
    /// Further hops in the same header line, with the comma before them.
    rest: Box<[u8]>,
    host: (u32, u32),
    port: Option<u16>,
    branch: Option<(u32, u32)>,
    rport: bool,
    /// Where the parameters begin.
    params: u32,
}

fn span(whole: &[u8], part: &[u8]) -> (u32, u32) {
    // Both come from one slice; the lengths of headers are bounded far below 4 GiB.
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    (
        u32::try_from(start).unwrap_or(0),
        u32::try_from(start + part.len()).unwrap_or(0),
    )
}

fn at(text: &[u8], span: (u32, u32)) -> &[u8] {
    text.get(span.0 as usize..span.1 as usize).unwrap_or_default()
}

impl Via {
    /// Reads the value of a Via header, unfolded; None where the first hop is not one.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        let text = split(value, b',').next()?;
        let rest = value.get(text.len()..)?;
        let (protocol, after) = text.split_at_checked(text.iter().position(|&b| b == b'/')?)?;
        let after = after.get(1..)?;
        let (version, after) = after.split_at_checked(after.iter().position(|&b| b == b'/')?)?;
        let after = trim(after.get(1..)?);
        let (transport, after) =
            after.split_at_checked(after.iter().position(|&b| matches!(b, b' ' | b'\t'))?)?;
        for token in [trim(protocol), trim(version), transport] {
            if token.is_empty() || !token.iter().all(|&b| is_token(b)) {
                return None;
            }
        }
        let mut parts = split(after, b';');
        let sent_by = parts.next()?;
        let params = span(text, sent_by).1;
        let (host, port) = host_and_port(sent_by)?;
        let (mut branch, mut rport) = (None, false);
        for part in parts {
            let (name, value) = parameter(part)?;
            if name.eq_ignore_ascii_case(b"branch") {
                branch = branch.or(value.filter(|v| !v.is_empty()));
            } else if name.eq_ignore_ascii_case(b"rport") {
                rport = true;
            }
        }
        Some(Self {
            host: span(text, host),
            port,
            branch: branch.map(|b| span(text, b)),
            rport,
            params,
            text: text.into(),
            rest: rest.into(),
        })
    }

    /// The branch, whole.
    pub fn branch(&self) -> Option<&[u8]> {
        self.branch.map(|b| at(&self.text, b))
    }

    /// Whether the branch is one of RFC 3261 and so names the transaction alone. Tokens have no case (section 7.3.1),
    /// the cookie neither. The cookie with nothing behind it names nothing (RFC 4475, section 3.2.1).
    pub fn is_rfc3261(&self) -> bool {
        let cookie = self.branch().and_then(|b| b.split_at_checked(COOKIE.len()));
        cookie.is_some_and(|(cookie, rest)| cookie.eq_ignore_ascii_case(COOKIE) && !rest.is_empty())
    }

    /// The host of sent-by, brackets of IPv6 included.
    pub fn host(&self) -> &[u8] {
        at(&self.text, self.host)
    }

    /// The port of sent-by.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the sender asks for answers to the port that the request came from (RFC 3581).
    pub fn rport(&self) -> bool {
        self.rport
    }

    /// The first hop as written.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether the same header line holds further hops.
    pub fn has_more(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Writes the value for the answer: `received` and `rport` are ours alone, what the sender wrote there is left
    /// out (RFC 3261, section 18.2.1; RFC 3581, section 4).
    pub(crate) fn write_answer(&self, source: &Source, out: &mut Vec<u8>) {
        push_clean(out, self.text.get(..self.params as usize).unwrap_or_default());
        let params = self.text.get(self.params as usize..).unwrap_or_default();
        for part in split(params, b';').skip(1) {
            let name = trim(part.split(|&b| b == b'=').next().unwrap_or_default());
            if !name.eq_ignore_ascii_case(b"received") && !name.eq_ignore_ascii_case(b"rport") {
                out.push(b';');
                push_clean(out, part);
            }
        }
        let ip = source.remote.ip().to_canonical();
        let host = self.host();
        let host = host
            .strip_prefix(b"[")
            .and_then(|h| h.strip_suffix(b"]"))
            .unwrap_or(host);
        let same = std::str::from_utf8(host).ok().and_then(|h| h.parse().ok()) == Some(ip);
        if !same || self.rport {
            out.extend_from_slice(b";received=");
            out.extend_from_slice(ip.to_string().as_bytes());
        }
        if self.rport {
            out.extend_from_slice(b";rport=");
            push_number(out, source.remote.port().into());
        }
        push_clean(out, &self.rest);
    }

    /// Where the answer goes: over a stream back on its connection, else to the address that the request came from,
    /// at its port if the sender asked for that, at the port of sent-by if not (RFC 3261, section 18.2.2; RFC 3581).
    /// Never to a name or a `maddr`: whoever could forge one would aim our answers at others.
    pub(crate) fn answer_hop(&self, source: &Source) -> Hop {
        let named = self.port.unwrap_or(source.transport.default_port());
        let port = if self.rport && !source.transport.is_reliable() {
            source.remote.port()
        } else {
            named
        };
        Hop {
            remote: SocketAddr::new(source.remote.ip(), port),
            ..Hop::from(*source)
        }
    }
}

/// `name` or `name=value`; a quoted value keeps its quotes.
fn parameter(part: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut halves = part.splitn(2, |&b| b == b'=');
    let name = trim(halves.next()?);
    if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
        return None;
    }
    let Some(value) = halves.next().map(trim) else {
        return Some((name, None));
    };
    let quoted = value.len() >= 2 && value.starts_with(b"\"") && value.ends_with(b"\"");
    let plain = |b: &u8| is_token(*b) || matches!(b, b'[' | b']' | b':' | b'/' | b'@');
    (quoted || value.iter().all(plain)).then_some((name, Some(value)))
}

/// `host`, `host : port`, `[v6]:port`.
fn host_and_port(text: &[u8]) -> Option<(&[u8], Option<u16>)> {
    let end = if text.starts_with(b"[") {
        let close = text.iter().position(|&b| b == b']')? + 1;
        let inner = std::str::from_utf8(text.get(1..close - 1)?).ok()?;
        inner.parse::<std::net::Ipv6Addr>().ok()?;
        close
    } else {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        text.iter().position(|b| !plain(b)).unwrap_or(text.len())
    };
    let (host, rest) = text.split_at_checked(end)?;
    if host.is_empty() {
        return None;
    }
    match trim(rest) {
        b"" => Some((host, None)),
        [b':', port @ ..] => {
            let port = super::text::number(trim(port), 65535)?;
            Some((host, Some(u16::try_from(port).ok()?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::flow::{ConnectionId, Transport};
    use super::*;

    fn source(remote: &str) -> Source {
        Source {
            transport: Transport::Udp,
            remote: remote.parse().unwrap(),
            connection: None,
        }
    }

    fn answered(via: &str, from: &str) -> String {
        let mut out = Vec::new();
        Via::parse(via.as_bytes())
            .unwrap()
            .write_answer(&source(from), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_via_is_read_with_blanks_wherever_they_may_stand() {
        let via =
            Via::parse(b"SIP  /   2.0/UDP    192.0.2.2 : 5070 ; branch = z9hG4bKa ;rport, SIP/2.0/TCP h")
                .unwrap();
        assert_eq!(via.host(), b"192.0.2.2");
        assert_eq!(via.port(), Some(5070));
        assert_eq!(via.branch(), Some(&b"z9hG4bKa"[..]));
        assert!(via.rport() && via.is_rfc3261() && via.has_more());
        let six = Via::parse(b"SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKb").unwrap();
        assert_eq!(six.host(), b"[2001:db8::9:1]");
    }

    #[test]
    fn what_is_not_a_via_is_none() {
        for bad in [
            "",
            "SIP",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ;branch=x",
            "SIP/2.0/UDP h:99999",
            "SIP/2.0/UDP [::1",
            "SIP/2.0/UDP h;;,;,,",
            "SIP/2.0/UDP h:5060;branch=\u{1}",
            "SIP/2.0/UDP h x;branch=a",
            "//UDP h",
            "SIP/2.0/UDP h;=x",
        ] {
            assert_eq!(Via::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn received_is_added_where_the_address_differs_and_rport_where_it_is_asked_for() {
        assert_eq!(
            answered("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", "192.0.2.1:5060"),
            "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"
        );
        assert_eq!(
            answered("SIP/2.0/UDP host.example;branch=z9hG4bKa", "192.0.2.1:99"),
            "SIP/2.0/UDP host.example;branch=z9hG4bKa;received=192.0.2.1"
        );
        assert_eq!(
            answered(
                "SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKa, SIP/2.0/TCP next;x=1",
                "192.0.2.1:99"
            ),
            "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;received=192.0.2.1;rport=99, SIP/2.0/TCP next;x=1"
        );
        assert_eq!(
            answered(
                "SIP/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bKa;rport",
                "[2001:db8::1]:9"
            ),
            "SIP/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bKa;received=2001:db8::1;rport=9"
        );
    }

    #[test]
    fn what_a_sender_forges_into_received_and_rport_counts_for_nothing() {
        let forged =
            "SIP/2.0/UDP 198.51.100.7:25;received=203.0.113.9;rport=53;maddr=203.0.113.8;branch=z9hG4bKa";
        assert_eq!(
            answered(forged, "192.0.2.1:4000"),
            "SIP/2.0/UDP 198.51.100.7:25;maddr=203.0.113.8;branch=z9hG4bKa;received=192.0.2.1;rport=4000"
        );
        let hop = Via::parse(forged.as_bytes())
            .unwrap()
            .answer_hop(&source("192.0.2.1:4000"));
        assert_eq!(hop.remote, "192.0.2.1:4000".parse().unwrap());
    }

    #[test]
    fn an_answer_goes_to_the_port_of_sent_by_unless_rport_is_asked_for() {
        let hop = |via: &str, source: &Source| {
            Via::parse(via.as_bytes())
                .unwrap()
                .answer_hop(source)
                .remote
                .port()
        };
        assert_eq!(hop("SIP/2.0/UDP h:5070", &source("192.0.2.1:4000")), 5070);
        assert_eq!(hop("SIP/2.0/UDP h", &source("192.0.2.1:4000")), 5060);
        let tcp = Source {
            transport: Transport::Tcp,
            connection: Some(ConnectionId(3)),
            ..source("192.0.2.1:4000")
        };
        let via = Via::parse(b"SIP/2.0/TCP h:5070;rport").unwrap();
        assert_eq!(via.answer_hop(&tcp).connection, Some(ConnectionId(3)));
        assert_eq!(via.answer_hop(&tcp).remote.port(), 5070);
    }
}
