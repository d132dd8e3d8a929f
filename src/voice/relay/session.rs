//! Two legs, and how packets go from one to the other.

use std::net::SocketAddr;
use std::sync::Arc;

use super::leg::Leg;
use super::pairs::Pair;
use super::{Report, SessionId, Settings, Side};
use crate::wire::rtp::Micros;
use crate::wire::rtp::keys::{Key, Keys};
use crate::wire::rtp::packet::{bare, is_rtcp};
use crate::wire::rtp::rtcp::rebuild;

pub struct Session {
    pub id: SessionId,
    legs: [Leg; 2],
    /// What goes to A, and to B.
    keys: [Keys; 2],
}

impl Session {
    pub fn new(id: SessionId, pairs: [Arc<Pair>; 2], random: [u8; 24], settings: &Settings) -> Self {
        let [a, b] = pairs;
        let (for_a, for_b) = random.split_at(12);
        Self {
            id,
            legs: [Leg::new(a, for_a, settings), Leg::new(b, for_b, settings)],
            keys: [for_a, for_b].map(|random| Keys::new(name_of_source(random))),
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
        if let Some(header) = self.leg(side).take_rtp(packet, from, now) {
            let side = side.other();
            self.keys[side.index()].pass(packet, &header, now);
            self.leg(side).send_rtp(bare(packet, &header));
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

    /// A key is to be told to `side`.
    pub fn press(&mut self, side: Side, key: Key) {
        if !self.keys[side.index()].press(key) {
            tracing::debug!("a key was dropped: too many wait");
        }
    }

    /// Sends what is due of keys, and says when the next packet is; None where all have been told.
    pub fn play(&mut self, now: Micros) -> Option<Micros> {
        for (leg, keys) in self.legs.iter_mut().zip(&mut self.keys) {
            if let Some(packet) = keys.poll(now) {
                leg.send_rtp(&packet);
            }
        }
        self.keys.iter().filter_map(Keys::due).min()
    }

    pub fn report(&self) -> Report {
        Report {
            legs: [self.legs[0].report(), self.legs[1].report()],
        }
    }
}

/// Chance that nobody else is told, for the source of keys where no other has spoken.
fn name_of_source(random: &[u8]) -> u32 {
    let hash = random.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    hash.rotate_left(16)
}
