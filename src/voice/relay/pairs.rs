//! Pairs of ports: bound when first needed, then kept and given out again after a rest. Nothing here searches.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};

use super::{Interface, RelayError, Settings};
use crate::wire::rtp::Micros;
use crate::wire::sdp::Anchor;

/// How many ports that other programs hold are tried before giving up.
const TRIES: usize = 16;
/// After how long a port that another program held is tried again.
const TAKEN: Micros = 10_000_000;

/// Two bound sockets.
#[derive(Debug)]
pub struct Pair {
    /// A number that no other pair of the same thread has.
    pub index: usize,
    /// As the party is told.
    pub anchor: Anchor,
    /// The even port.
    pub rtp: UdpSocket,
    /// The odd one.
    pub rtcp: UdpSocket,
}

/// The pairs of one thread and one version of IP: every n-th of the range.
pub struct Pairs {
    interface: Interface,
    first: u16,
    count: usize,
    threads: usize,
    /// The next place in the range that was never bound.
    next: usize,
    /// Given back, the longest rested first, with the moment from which each may be given out.
    idle: VecDeque<(Micros, Arc<Pair>)>,
    /// Places in the range that could not be bound, with the moment from which each may be tried again. They stand apart:
    /// one of them among the idle would have all that come after it wait.
    taken: VecDeque<(Micros, usize)>,
    /// Even ports with sockets.
    bound: HashSet<u16>,
    v6: bool,
}

impl Pairs {
    /// The share of that thread.
    pub fn new(interface: Interface, settings: &Settings, thread: usize) -> Self {
        Self {
            interface,
            first: settings.first(),
            count: settings.count(),
            threads: settings.threads,
            next: thread,
            idle: VecDeque::new(),
            taken: VecDeque::new(),
            bound: HashSet::new(),
            v6: interface.bind.is_ipv6(),
        }
    }

    /// A pair that has rested, or else one that was never used, or else one that another program held a while ago.
    pub fn take(&mut self, now: Micros) -> Result<Arc<Pair>, RelayError> {
        if let Some(pair) = due(&mut self.idle, now) {
            return Ok(pair);
        }
        for _ in 0..TRIES {
            let place = match self.next < self.count {
                true => {
                    self.next += self.threads;
                    self.next - self.threads
                }
                false => due(&mut self.taken, now).ok_or(RelayError::NoPort)?,
            };
            match self.bind(place) {
                Ok(pair) => return Ok(pair),
                Err(error) => {
                    self.taken.push_back((now + TAKEN, place));
                    if error.kind() != io::ErrorKind::AddrInUse {
                        return Err(RelayError::System(error));
                    }
                }
            }
        }
        Err(RelayError::NoPort)
    }

    /// The pair may be given out again from then on.
    pub fn give_back(&mut self, pair: Arc<Pair>, free_at: Micros) {
        if free_at == 0 {
            self.idle.push_front((0, pair));
        } else {
            self.idle.push_back((free_at, pair));
        }
    }

    /// How many have sockets.
    pub fn bound(&self) -> usize {
        self.bound.len()
    }

    /// How many rest.
    pub fn resting(&self, now: Micros) -> usize {
        self.idle.iter().filter(|(free_at, _)| *free_at > now).count()
    }

    /// Whether that is one of these sockets.
    pub fn is_own(&self, place: SocketAddr) -> bool {
        let Interface { bind, advertised } = self.interface;
        let here =
            [bind, advertised].contains(&place.ip()) || (bind.is_unspecified() && place.ip().is_loopback());
        here && self.bound.contains(&(place.port() & !1))
    }

    fn bind(&mut self, place: usize) -> io::Result<Arc<Pair>> {
        let port = usize::from(self.first) + 2 * place;
        let port = u16::try_from(port).map_err(|_| io::Error::from(io::ErrorKind::AddrNotAvailable))?;
        let rtp = socket(self.interface.bind, port)?;
        let rtcp = socket(self.interface.bind, port + 1)?;
        self.bound.insert(port);
        let told = self.interface.advertised;
        Ok(Arc::new(Pair {
            index: 2 * place + usize::from(self.v6),
            anchor: Anchor {
                rtp: SocketAddr::new(told, port),
                rtcp: SocketAddr::new(told, port + 1),
            },
            rtp,
            rtcp,
        }))
    }
}

/// The first, if its moment has come.
fn due<T>(queue: &mut VecDeque<(Micros, T)>, now: Micros) -> Option<T> {
    queue.pop_front_if(|(at, _)| *at <= now).map(|(_, first)| first)
}

/// The kernel's usual receive buffer holds five seconds of G.711: what waits longer is of no use.
fn socket(address: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let family = if address.is_ipv4() {
        AddressFamily::INET
    } else {
        AddressFamily::INET6
    };
    let socket = socket_with(family, SocketType::DGRAM, flags, None)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    bind(&socket, &SocketAddr::new(address, port))?;
    Ok(UdpSocket::from(socket))
}
