//! One leg of a session: who it is, what it may send, what came.

use std::net::SocketAddr;
use std::sync::Arc;

use super::pairs::Pair;
use super::{LegReport, Remote, Settings};
use crate::wire::rtp::Micros;
use crate::wire::rtp::latch::{Latch, Rules, Verdict};
use crate::wire::rtp::packet::Header;
use crate::wire::rtp::payload::PayloadTypes;
use crate::wire::rtp::quality::mos_hundredths;
use crate::wire::rtp::reception::Reception;
use crate::wire::rtp::rtcp::Summary;

/// How many reports to the leg are remembered: an answer may come after the next one went.
const REPORTS: usize = 4;

pub struct Leg {
    pub pair: Arc<Pair>,
    /// Under which name reports go to it.
    pub name: String,
    types: PayloadTypes,
    rtp: Latch,
    rtcp: Latch,
    /// Whether it wants reports at all.
    reports: bool,
    /// Where RTP goes, as the latch has it: kept at hand for each packet.
    destination: Option<SocketAddr>,
    reception: Reception,
    counted: LegReport,
    /// The second, and the packets in it.
    second: (u64, u32),
    ceiling: u32,
    expected: bool,
    /// When it was last heard, or was first expected to speak.
    heard: Micros,
    told: bool,
    /// Reports that went to it: the middle of their NTP timestamps, and when.
    reported: [(u32, Micros); REPORTS],
    next_report: usize,
}

impl Leg {
    pub fn new(pair: Arc<Pair>, name: &[u8], settings: &Settings) -> Self {
        Self {
            pair,
            name: name.iter().map(|byte| format!("{byte:02x}")).collect(),
            types: PayloadTypes::none(),
            rtp: Latch::new(settings.rules),
            // Its window is shut: RTCP comes from an address that is trusted, or that RTP was learnt from.
            rtcp: Latch::new(Rules {
                window: 0,
                ..settings.rules
            }),
            reports: false,
            destination: None,
            reception: Reception::default(),
            counted: LegReport::default(),
            second: (0, 0),
            ceiling: settings.packets_per_second,
            expected: false,
            heard: 0,
            told: false,
            reported: [(0, 0); REPORTS],
            next_report: 0,
        }
    }

    pub fn point(&mut self, remote: Remote, now: Micros) {
        self.rtp.point(remote.rtp, remote.signalling, now);
        self.destination = self.rtp.destination();
        self.reports = remote.rtcp.is_some();
        if let Some(rtcp) = remote.rtcp {
            // A moment ago, so that a window of no length is shut already.
            let learnt = self.rtp.source().map(|source| source.ip());
            self.rtcp
                .point(rtcp, learnt.or(remote.signalling), now.saturating_sub(1));
        }
        self.types = remote.types;
    }

    pub fn expect(&mut self, expected: bool, now: Micros) {
        self.expected = expected;
        self.heard = now;
        self.told = false;
        if expected {
            self.rtp.restart(now);
        }
    }

    /// Judges a packet that came to the even port, and counts it. None where it is dropped.
    pub fn take_rtp(&mut self, packet: &[u8], from: SocketAddr, now: Micros) -> Option<Header> {
        if !self.bears(now) {
            return None;
        }
        let rejected = &mut self.counted.rejected;
        let Some(header) = Header::read(packet) else {
            rejected.malformed += 1;
            return None;
        };
        let Some(timing) = self.types.timing(header.payload_type) else {
            rejected.unexpected += 1;
            return None;
        };
        match self.rtp.judge(from, now) {
            Verdict::Good => {}
            Verdict::Moved => {
                self.destination = Some(from);
                self.rtcp.trust(from.ip());
            }
            Verdict::Rejected => {
                rejected.stranger += 1;
                return None;
            }
        }
        self.reception.take(&header, timing, packet.len(), now);
        self.hear(now);
        Some(header)
    }

    /// Judges who sent a packet of RTCP; what it says is for [`Leg::heed`].
    pub fn take_rtcp(&mut self, from: SocketAddr, shared_port: bool, now: Micros) -> bool {
        if !self.bears(now) {
            return false;
        }
        let good = if shared_port {
            self.rtp.source() == Some(from)
        } else {
            self.rtcp.judge(from, now) != Verdict::Rejected
        };
        self.counted.rejected.stranger += u64::from(!good);
        good
    }

    /// Notes what a good packet of RTCP said.
    pub fn heed(&mut self, summary: &Summary, now: Micros) {
        self.counted.rtcp += 1;
        self.counted.fraction_lost = self.counted.fraction_lost.max(summary.fraction_lost);
        if let Some((of, held)) = summary.echo
            && let Some((_, sent)) = self
                .reported
                .iter()
                .find(|(report, at)| *report == of && *at != 0)
        {
            let held = u64::from(held) * 1_000_000 / 65_536;
            self.counted.round_trip = now
                .saturating_sub(*sent)
                .checked_sub(held)
                .or(self.counted.round_trip);
        }
        self.hear(now);
    }

    pub fn malformed(&mut self) {
        self.counted.rejected.malformed += 1;
    }

    /// A sender's report goes to the leg, and its answer will tell the round trip.
    pub fn report_went(&mut self, sent_at: u32, now: Micros) {
        if let Some(place) = self.reported.get_mut(self.next_report % REPORTS) {
            *place = (sent_at, now);
        }
        self.next_report = (self.next_report + 1) % REPORTS;
    }

    /// Sends it a packet of RTP.
    pub fn send_rtp(&mut self, packet: &[u8]) {
        let sent = self
            .destination
            .is_some_and(|to| self.pair.rtp.send_to(packet, to).is_ok());
        if sent {
            self.counted.sent += 1;
            self.counted.sent_bytes += packet.len() as u64;
        } else {
            self.counted.unsent += 1;
        }
    }

    /// Sends it a packet of RTCP. Loss is no loss: the next one says it all again.
    pub fn send_rtcp(&self, packet: &[u8]) -> bool {
        let to = self.rtcp.destination().filter(|_| self.reports);
        to.is_some_and(|to| self.pair.rtcp.send_to(packet, to).is_ok())
    }

    /// Whether it has fallen silent, which nobody was told.
    pub fn is_silent(&self, now: Micros, limit: Micros) -> bool {
        self.expected && !self.told && now.saturating_sub(self.heard) >= limit
    }

    pub fn silence_told(&mut self) {
        self.told = true;
    }

    pub fn report(&self) -> LegReport {
        let received = self.reception.received();
        let trip = self.counted.round_trip;
        LegReport {
            received,
            mos: mos_hundredths(received.expected, received.lost, received.jitter, trip),
            source: self.rtp.source(),
            ..self.counted
        }
    }

    fn hear(&mut self, now: Micros) {
        self.heard = now;
        self.told = false;
    }

    fn bears(&mut self, now: Micros) -> bool {
        let second = now / 1_000_000;
        if self.second.0 != second {
            self.second = (second, 0);
        }
        self.second.1 += 1;
        let bears = self.second.1 <= self.ceiling;
        self.counted.rejected.flood += u64::from(!bears);
        bears
    }
}
