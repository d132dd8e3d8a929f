//! Where a request comes from. Behind a proxy every connection is the proxy's; what a proxy says of the address before
//! it is believed where the settings trust it, and nobody else is.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;

use super::Shared;
use crate::config::http::HttpConfig;
use crate::config::smpp::IpRange;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The proxies that are trusted.
pub(crate) struct Proxies(Vec<IpRange>);

impl Proxies {
    /// As the settings say.
    pub fn new(config: &HttpConfig) -> Self {
        Self(config.proxies())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(address))
    }

    /// The address that counts: the peer's, or, where the peer is a trusted proxy, the last in `X-Forwarded-For` that is
    /// none. Each proxy adds at the end whom it was asked by; what stands before that anybody may have written.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let lines: Vec<&[u8]> = headers
            .get_all(FORWARDED_FOR)
            .map(|line| line.as_bytes())
            .collect();
        let entries = lines
            .iter()
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries {
            match address(entry) {
                Some(address) if self.trusts(address) => {}
                Some(address) => return address,
                None => return peer,
            }
        }
        peer
    }

    /// Whether the request came by https, as far as a trusted proxy says so, or one on this machine: whoever lies about
    /// it spoils their own cookie alone.
    fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let peer = peer.to_canonical();
        let said = headers.get(FORWARDED_PROTO).map(|value| value.as_bytes());
        (peer.is_loopback() || self.trusts(peer))
            && said.is_some_and(|said| said.eq_ignore_ascii_case(b"https"))
    }
}

/// An address as proxies write it: bare, or with a port, IPv6 in brackets or not.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bracketed = || {
        text.strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<Ipv6Addr>()
            .ok()
    };
    let found = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|at| at.ip()))
        .or_else(|| bracketed().map(IpAddr::V6))?;
    Some(found.to_canonical())
}

fn of<T>(req: &HttpRequest, look: impl FnOnce(&Proxies, IpAddr) -> T) -> Option<T> {
    let peer = req.peer_addr()?.ip();
    let shared = req.app_data::<Data<Shared>>()?;
    Some(look(&shared.proxies, peer))
}

/// The address that a request comes from, wherever one counts: paces, back-off, the audit log.
pub(super) fn client(req: &HttpRequest) -> Option<IpAddr> {
    of(req, |proxies, peer| proxies.client(peer, req.headers()))
}

/// Whether a request came by https, as far as somebody says so who is believed.
pub(super) fn is_https(req: &HttpRequest) -> bool {
    of(req, |proxies, peer| proxies.is_https(peer, req.headers())).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn proxies(entries: &[&str]) -> Proxies {
        Proxies::new(&HttpConfig {
            trusted_proxies: entries.iter().map(|&entry| entry.to_owned()).collect(),
            ..HttpConfig::default()
        })
    }

    fn headers(name: &'static str, lines: &[&[u8]]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for line in lines {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(line).unwrap(),
            );
        }
        map
    }

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        proxies(trusted)
            .client(peer.parse().unwrap(), &headers(FORWARDED_FOR, &lines))
            .to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_peer_counts_whatever_is_said() {
        assert_eq!(client(&[], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(
            client(&["10.0.0.0/8"], "192.0.2.1", &["203.0.113.9"]),
            "192.0.2.1"
        );
        assert_eq!(client(&[], "::ffff:192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(client(&["127.0.0.1"], "127.0.0.2", &["203.0.113.9"]), "127.0.0.2");
    }

    #[test]
    fn of_a_trusted_proxy_the_last_address_counts_that_is_no_proxy() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        for (lines, counts) in [
            (vec!["203.0.113.9"], "203.0.113.9"),
            (vec!["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (vec!["203.0.113.9, 10.0.0.2,10.0.0.3"], "203.0.113.9"),
            (vec!["198.51.100.1", "203.0.113.9", "10.9.9.9"], "203.0.113.9"),
            (vec!["rubbish, 203.0.113.9"], "203.0.113.9"),
            (vec!["203.0.113.9:4711"], "203.0.113.9"),
            (vec!["[2001:db9::1]:4711, [2001:db8::5]"], "2001:db9::1"),
            (vec!["::ffff:203.0.113.9"], "203.0.113.9"),
            // Nothing of it can be believed: the proxy's own address counts.
            (vec!["203.0.113.9, rubbish"], "10.0.0.1"),
            (vec!["203.0.113.9,"], "10.0.0.1"),
            (vec!["unknown"], "10.0.0.1"),
            (vec!["10.0.0.2"], "10.0.0.1"),
            (vec![""], "10.0.0.1"),
            (vec![], "10.0.0.1"),
        ] {
            assert_eq!(client(&trusted, "10.0.0.1", &lines), counts, "{lines:?}");
        }
    }

    #[test]
    fn https_is_believed_of_a_trusted_proxy_and_of_one_on_this_machine() {
        let said = headers(FORWARDED_PROTO, &[b"HTTPS"]);
        let trusted = proxies(&["10.0.0.0/8"]);
        for (peer, believed) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("10.0.0.1", true),
            ("192.0.2.1", false),
        ] {
            assert_eq!(trusted.is_https(peer.parse().unwrap(), &said), believed, "{peer}");
        }
        let http = headers(FORWARDED_PROTO, &[b"http"]);
        assert!(!trusted.is_https("10.0.0.1".parse().unwrap(), &http));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_an_address_comes_of_it(line in prop::collection::vec(0x20u8..0x7f, 0..60)) {
            let peer: IpAddr = "10.0.0.1".parse().unwrap();
            let found = proxies(&["10.0.0.0/8"]).client(peer, &headers(FORWARDED_FOR, &[&line]));
            prop_assert!(found == peer || String::from_utf8_lossy(&line).contains(|c: char| c.is_ascii_hexdigit()));
        }
    }
}
