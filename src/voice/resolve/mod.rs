//! Where a trunk is (RFC 3263): NAPTR, SRV and addresses, in that order, as far as the setting leaves it open.
//!
//! [`resolve`] asks a [`Lookups`] and gives [`Candidate`]s; [`in_order`] puts them in the order for one call, by chance
//! where weights leave room. Nothing is asked while a call waits: each trunk is looked up beforehand.

mod dns;
mod order;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

pub use dns::Dns;
pub use order::in_order;

use crate::config::sip::{Target, TrunkTransport};
use crate::wire::sip::flow::Transport;

/// The most places of one target, and the most addresses of one place: what more there is does not count.
const MOST: usize = 16;

/// A NAPTR record (RFC 3403).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    /// The lowest first.
    pub order: u16,
    /// The lowest first, within an order.
    pub preference: u16,
    /// `s` where the replacement has SRV records.
    pub flags: Vec<u8>,
    /// `SIP+D2U`, `SIP+D2T`, `SIPS+D2T`.
    pub service: Vec<u8>,
    /// Where to look next.
    pub replacement: String,
}

/// An SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// The lowest first.
    pub priority: u16,
    /// Its share within a priority.
    pub weight: u16,
    /// The port there.
    pub port: u16,
    /// The host; `.` where the service is not offered.
    pub target: String,
}

/// Records, and for how many seconds they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records<T> {
    /// The records; none where there are none.
    pub records: Vec<T>,
    /// Seconds.
    pub ttl_s: u32,
}

/// No answer could be had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("DNS gave no answer about {name}: {detail}")]
pub struct LookupError {
    /// What was asked about.
    pub name: String,
    /// What happened.
    pub detail: String,
}

/// Who knows the records: DNS, or a test.
#[async_trait]
pub trait Lookups: Send + Sync {
    /// NAPTR records of a name.
    async fn naptr(&self, name: &str) -> Result<Records<Naptr>, LookupError>;
    /// SRV records of a name.
    async fn srv(&self, name: &str) -> Result<Records<Srv>, LookupError>;
    /// Addresses of a host.
    async fn addresses(&self, host: &str) -> Result<Records<IpAddr>, LookupError>;
}

/// A place where a target may be reached. Of equal rank, weight decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The lowest first: which target, which NAPTR, which SRV priority.
    pub rank: (u16, u16, u16),
    /// Its share among those of its rank.
    pub weight: u16,
    /// By what.
    pub transport: Transport,
    /// Where, the first that works.
    pub addresses: Vec<SocketAddr>,
    /// Whose certificate is expected: the name in the settings, not one that DNS gave (RFC 5922, section 4).
    pub tls_name: Option<Arc<str>>,
}

/// A target's places, and for how long they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Seconds; None for an address, which does not change.
    pub ttl_s: Option<u32>,
}

/// Why a target has no place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ResolveError {
    /// DNS failed.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// There is none that can be used here.
    #[error("{0} has no address that can be reached by the transport of the trunk")]
    Nowhere(String),
}

/// Which addresses are of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Families {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
}

impl Families {
    fn take(self, ip: IpAddr) -> bool {
        if ip.is_ipv4() { self.v4 } else { self.v6 }
    }
}

/// Finds a target. `index` says which of its trunk's targets it is, `tls` whether TLS can be spoken at all.
pub async fn resolve(
    lookups: &dyn Lookups,
    target: &Target,
    index: u16,
    wanted: TrunkTransport,
    families: Families,
) -> Result<Resolved, ResolveError> {
    let mut search = Search {
        lookups,
        families,
        name: Arc::from(target.host.as_str()),
        index,
        found: Vec::new(),
        ttl_s: u32::MAX,
    };
    let fixed = fixed_transport(wanted);
    if let Ok(ip) = target.host.parse::<IpAddr>() {
        let transport = fixed.unwrap_or(Transport::Udp);
        let port = target.port.unwrap_or(transport.default_port());
        search.add((0, 0), 1, transport, vec![SocketAddr::new(ip, port)]);
        return search.done(true);
    }
    // RFC 3263, section 4.1 and 4.2.
    match (target.port, fixed) {
        (Some(port), _) => {
            let transport = fixed.unwrap_or(Transport::Udp);
            search.host((0, 0), 1, transport, &target.host, port).await?;
        }
        (None, Some(transport)) => {
            if !search
                .services(0, transport, &service_name(transport, &target.host))
                .await?
            {
                let port = transport.default_port();
                search.host((0, 0), 1, transport, &target.host, port).await?;
            }
        }
        (None, None) => search.by_naptr(&target.host).await?,
    }
    search.done(false)
}

struct Search<'a> {
    lookups: &'a dyn Lookups,
    families: Families,
    name: Arc<str>,
    index: u16,
    found: Vec<Candidate>,
    ttl_s: u32,
}

impl Search<'_> {
    fn done(self, address: bool) -> Result<Resolved, ResolveError> {
        if self.found.is_empty() {
            return Err(ResolveError::Nowhere(self.name.to_string()));
        }
        Ok(Resolved {
            candidates: self.found,
            ttl_s: (!address).then_some(self.ttl_s),
        })
    }

    fn add(
        &mut self,
        (service, priority): (u16, u16),
        weight: u16,
        transport: Transport,
        addresses: Vec<SocketAddr>,
    ) {
        let usable = addresses.into_iter().filter(|a| self.families.take(a.ip()));
        let addresses: Vec<_> = usable.take(MOST).collect();
        if addresses.is_empty() || self.found.len() >= MOST {
            return;
        }
        self.found.push(Candidate {
            rank: (self.index, service, priority),
            weight,
            transport,
            addresses,
            tls_name: (transport == Transport::Tls).then(|| self.name.clone()),
        });
    }

    async fn by_naptr(&mut self, host: &str) -> Result<(), ResolveError> {
        let answer = self.lookups.naptr(host).await?;
        let ways = order::services(answer.records);
        let told = !ways.is_empty();
        if told {
            self.ttl_s = self.ttl_s.min(answer.ttl_s);
        }
        for (service, (transport, name)) in (0..).zip(ways.into_iter().take(MOST)) {
            self.services(service, transport, &name).await?;
        }
        if told && !self.found.is_empty() {
            return Ok(());
        }
        for (service, transport) in (0..).zip([Transport::Udp, Transport::Tcp, Transport::Tls]) {
            self.services(service, transport, &service_name(transport, host))
                .await?;
        }
        if self.found.is_empty() {
            let transport = Transport::Udp;
            self.host((0, 0), 1, transport, host, transport.default_port())
                .await?;
        }
        Ok(())
    }

    /// Whether there were SRV records, usable or not.
    async fn services(
        &mut self,
        service: u16,
        transport: Transport,
        name: &str,
    ) -> Result<bool, ResolveError> {
        let answer = self.lookups.srv(name).await?;
        if answer.records.is_empty() {
            return Ok(false);
        }
        self.ttl_s = self.ttl_s.min(answer.ttl_s);
        let mut records = answer.records;
        records.sort_by_key(|srv| srv.priority);
        let mut trouble = None;
        for srv in records.iter().filter(|srv| srv.target != ".").take(MOST) {
            let rank = (service, srv.priority);
            // One host that nobody knows does not spoil the others.
            if let Err(error) = self
                .host(rank, srv.weight, transport, &srv.target, srv.port)
                .await
            {
                trouble = Some(error);
            }
        }
        match trouble {
            Some(error) if self.found.is_empty() => Err(error),
            _ => Ok(true),
        }
    }

    async fn host(
        &mut self,
        rank: (u16, u16),
        weight: u16,
        transport: Transport,
        host: &str,
        port: u16,
    ) -> Result<(), ResolveError> {
        let answer = self.lookups.addresses(host).await?;
        if !answer.records.is_empty() {
            self.ttl_s = self.ttl_s.min(answer.ttl_s);
        }
        let addresses = answer.records.into_iter().map(|ip| SocketAddr::new(ip, port));
        self.add(rank, weight, transport, addresses.collect());
        Ok(())
    }
}

fn fixed_transport(wanted: TrunkTransport) -> Option<Transport> {
    match wanted {
        TrunkTransport::Auto => None,
        TrunkTransport::Udp => Some(Transport::Udp),
        TrunkTransport::Tcp => Some(Transport::Tcp),
        TrunkTransport::Tls => Some(Transport::Tls),
    }
}

fn service_name(transport: Transport, host: &str) -> String {
    let service = match transport {
        Transport::Udp => "_sip._udp",
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
    };
    format!("{service}.{host}")
}
