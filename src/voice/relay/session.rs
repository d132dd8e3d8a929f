//! Two legs, and how packets go from one to the other.

use std::net::SocketAddr;
use std::sync::Arc;

use super::leg::Leg;
use super::pairs::Pair;
use super::{Report, SessionId, Settings, Side};
use crate::wire::rtp::Micros;
use crate::wire::rtp::packet::{bare, is_rtcp};
use crate::wire::rtp::rtcp::rebuild;

pub struct Session {
    pub id: SessionId,
    legs: [Leg; 2],
}

impl Session {
    pub fn new(id: SessionId, pairs: [Arc<Pair>; 2], random: [u8; 24], settings: &Settings) -> Self {
        let [a, b] = pairs;
        let (for_a, for_b) = random.split_at(12);
        Self {
            id,
            legs: [Leg::new(a, for_a, settings), Leg::new(b, for_b, settings)],
        }
    }

    pub fn leg(&mut self, side: Side) -> &mut Leg {
        &mut self.legs[side.index()]
    }

    pub fn pairs(&self) -> [usize; 2] {
        [self.legs[0].pair.index, self.legs[1].pair.index]
    }

    /// From `side`'s leg to the other.
    fn way(&mut self, side: Side) -> (&mut Leg, &mut Leg) {
        let [a, b] = &mut self.legs;
        match side {
            Side::A => (a, b),
            Side::B => (b, a),
        }
    }

    /// A packet came to the even port of `side`.
    pub fn rtp(&mut self, side: Side, packet: &mut [u8], from: SocketAddr, now: Micros, spare: &mut Vec<u8>) {
        if is_rtcp(packet) {
            return self.rtcp(side, packet, from, true, now, spare);
        }
        let (leg, other) = self.way(side);
        if let Some(header) = leg.take_rtp(packet, from, now) {
            other.send_rtp(bare(packet, &header));
        }
    }

    /// A packet came to the odd port of `side`, or RTCP to the even one.
    pub fn rtcp(
        &mut self,
        side: Side,
        packet: &[u8],
        from: SocketAddr,
        shared_port: bool,
        now: Micros,
        spare: &mut Vec<u8>,
    ) {
        let (leg, other) = self.way(side);
        if !leg.take_rtcp(from, shared_port, now) {
            return;
        }
        match rebuild(packet, &other.name, spare) {
            Some(summary) => {
                leg.heed(&summary, now);
                if other.send_rtcp(spare)
                    && let Some(sent_at) = summary.sent_at
                {
                    other.report_went(sent_at, now);
                }
            }
            None => leg.malformed(),
        }
    }

    pub fn report(&self) -> Report {
        Report {
            legs: [self.legs[0].report(), self.legs[1].report()],
        }
    }
}
