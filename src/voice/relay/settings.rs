//! How the relay is set up.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::RelayError;
use crate::wire::rtp::Micros;
use crate::wire::rtp::latch::Rules;

/// Where packets come in, and what the world is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The address that sockets are bound to.
    pub bind: IpAddr,
    /// The address that descriptions say; another one behind a translator of addresses.
    pub advertised: IpAddr,
}

impl Interface {
    /// Bound to and advertised as this address.
    pub fn at(address: IpAddr) -> Self {
        Self {
            bind: address,
            advertised: address,
        }
    }
}

/// How the relay is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For legs over IPv4.
    pub v4: Option<Interface>,
    /// For legs over IPv6.
    pub v6: Option<Interface>,
    /// The ports: RTP on even ones, RTCP on the next.
    pub ports: RangeInclusive<u16>,
    /// The most sockets that it may have open, of all that the process may. What the range has more is left unused: were
    /// it bound to the last, the listeners and the database would have no file to open.
    pub sockets: usize,
    /// Threads; one carries some hundred calls on a core.
    pub threads: usize,
    /// The most sessions at a time.
    pub sessions: usize,
    /// How a leg's source is learnt.
    pub rules: Rules,
    /// After how long nothing has come from a leg, though something was expected, this is told.
    pub silence: Micros,
    /// For how long a pair of ports rests after a session, so that its last packets find nobody.
    pub quarantine: Micros,
    /// The most packets a second that a leg may send; the rest is dropped.
    pub packets_per_second: u32,
    /// For how long a busy thread lets packets gather before it looks again. At 40,000 packets a second, a wake-up for
    /// each costs as much again as relaying it; half a millisecond makes some twenty share one.
    pub pause: Micros,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            v4: None,
            v6: None,
            ports: 16_384..=32_767,
            sockets: usize::MAX,
            threads: 1,
            sessions: 4000,
            rules: Rules::default(),
            silence: 30_000_000,
            quarantine: 2_000_000,
            packets_per_second: 1000,
            pause: 500,
        }
    }
}

impl Settings {
    /// Whether a relay can be run so.
    pub(super) fn check(&self) -> Result<(), RelayError> {
        let family = |interface: Option<Interface>, wanted: fn(&IpAddr) -> bool| {
            interface.is_none_or(|interface| {
                wanted(&interface.bind)
                    && wanted(&interface.advertised)
                    && !interface.advertised.is_unspecified()
            })
        };
        if self.v4.is_none() && self.v6.is_none() {
            return Err(RelayError::BadSetting("no address"));
        }
        if !family(self.v4, IpAddr::is_ipv4) || !family(self.v6, IpAddr::is_ipv6) {
            return Err(RelayError::BadSetting("an address of the wrong kind"));
        }
        if self.threads == 0 || self.threads > 64 {
            return Err(RelayError::BadSetting("that number of threads"));
        }
        if *self.ports.start() == 0 || self.count() < self.threads {
            return Err(RelayError::BadSetting(
                "fewer pairs of ports (or of open files for them) than threads",
            ));
        }
        Ok(())
    }

    /// The first even port.
    pub(super) fn first(&self) -> u16 {
        self.ports.start().saturating_add(self.ports.start() % 2)
    }

    /// How many pairs there are for each version of IP.
    pub(super) fn count(&self) -> usize {
        let range = (usize::from(*self.ports.end()) + 1).saturating_sub(usize::from(self.first())) / 2;
        let versions = usize::from(self.v4.is_some()) + usize::from(self.v6.is_some());
        range.min(self.sockets / (2 * versions.max(1)))
    }
}
