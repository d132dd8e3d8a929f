//! What the relay tells of a session.

use std::net::SocketAddr;

use crate::wire::rtp::Micros;
use crate::wire::rtp::reception::Received;

/// Both legs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A's first.
    pub legs: [LegReport; 2],
}

/// One leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegReport {
    /// What came from it, good packets of RTP only.
    pub received: Received,
    /// Packets of RTP that went to it.
    pub sent: u64,
    /// Bytes of those, headers included.
    pub sent_bytes: u64,
    /// Packets for it that could not be sent, for want of an address or by an error of the system.
    pub unsent: u64,
    /// Good packets of RTCP that came from it.
    pub rtcp: u64,
    /// What came to its ports and was dropped.
    pub rejected: Rejected,
    /// From the relay to the leg and back, in microseconds, if its reports tell it.
    pub round_trip: Option<Micros>,
    /// The worst loss that it reported of what it heard, of 256.
    pub fraction_lost: Option<u8>,
    /// The estimated mean opinion score of what came from it, in hundredths.
    pub mos: Option<u16>,
    /// Where it truly is. Not for the other leg's eyes.
    pub source: Option<SocketAddr>,
}

/// Packets that were dropped, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// No RTP or RTCP of version 2.
    pub malformed: u64,
    /// A payload type that was not agreed.
    pub unexpected: u64,
    /// From a source that is not the leg's.
    pub stranger: u64,
    /// More in a second than a leg may send.
    pub flood: u64,
}

impl Rejected {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.malformed + self.unexpected + self.stranger + self.flood
    }
}
