//! How well a leg's packets arrive: RFC 3550, appendices A.1 (sequence numbers), A.3 (loss) and A.8 (jitter).

use super::Micros;
use super::packet::Header;
use super::payload::Timing;

/// A gap up to this is loss; beyond it the source has begun anew.
const MAX_DROPOUT: u16 = 3000;
/// A packet this late is out of order; later ones are of another count.
const MAX_MISORDER: u16 = 100;
/// A jump of the clock beyond this is a pause or a new clock, and no jitter.
const MAX_STEP: i64 = 2_000_000;

/// The count of one leg's packets.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    packets: u64,
    bytes: u64,
    /// Of sources and counts that have ended.
    expected_before: u64,
    received_before: u64,
    source: Option<Source>,
    /// Sixteen times the jitter, in microseconds.
    jitter_16: u64,
    jitter_sum: u64,
    jitter_count: u64,
    jitter_max: u64,
}

#[derive(Clone, Debug)]
struct Source {
    ssrc: u32,
    base: u64,
    cycles: u64,
    max: u16,
    /// The number that would show that the last jump was a new count.
    odd: Option<u16>,
    received: u64,
    /// Arrival and timestamp of the packet before.
    last: Option<(Micros, u32)>,
}

impl Source {
    fn new(ssrc: u32, sequence: u16) -> Self {
        Self {
            ssrc,
            base: sequence.into(),
            cycles: 0,
            max: sequence,
            odd: None,
            received: 0,
            last: None,
        }
    }

    fn expected(&self) -> u64 {
        self.cycles + u64::from(self.max) + 1 - self.base
    }
}

/// What arrived, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Packets.
    pub packets: u64,
    /// Bytes of RTP, headers included.
    pub bytes: u64,
    /// Packets that should have come, by their numbers.
    pub expected: u64,
    /// Those that did not. Packets that came twice make up for some, as RFC 3550 has it.
    pub lost: u64,
    /// The mean of the jitter, in microseconds.
    pub jitter: Micros,
    /// Its maximum.
    pub jitter_max: Micros,
}

impl Reception {
    /// Counts a packet of `length` bytes that arrived at `now`.
    pub fn take(&mut self, header: &Header, timing: Timing, length: usize, now: Micros) {
        self.packets += 1;
        self.bytes += length as u64;
        let known = self.source.as_mut().filter(|source| source.ssrc == header.ssrc);
        let Some(source) = known else {
            self.begin(Source::new(header.ssrc, header.sequence));
            self.arrived(header, timing, now);
            return;
        };
        let ahead = header.sequence.wrapping_sub(source.max);
        if ahead < MAX_DROPOUT {
            if header.sequence < source.max {
                source.cycles += 1 << 16;
            }
            source.max = header.sequence;
            source.odd = None;
        } else if ahead <= u16::MAX - MAX_MISORDER {
            if source.odd == Some(header.sequence) {
                // Two in a row: the count began anew with the one before, which is counted now.
                let mut anew = Source::new(header.ssrc, header.sequence.wrapping_sub(1));
                anew.max = header.sequence;
                anew.received = 1;
                if header.sequence == 0 {
                    anew.cycles = 1 << 16;
                }
                self.begin(anew);
                self.arrived(header, timing, now);
            } else {
                source.odd = Some(header.sequence.wrapping_add(1));
            }
            return;
        }
        self.arrived(header, timing, now);
    }

    fn begin(&mut self, source: Source) {
        if let Some(ended) = self.source.replace(source) {
            self.expected_before += ended.expected();
            self.received_before += ended.received;
        }
    }

    fn arrived(&mut self, header: &Header, timing: Timing, now: Micros) {
        let Some(source) = &mut self.source else { return };
        source.received += 1;
        if !timing.steady {
            return;
        }
        if let Some((arrived, timestamp)) = source.last.replace((now, header.timestamp)) {
            let ticks = i64::from(header.timestamp.wrapping_sub(timestamp) as i32);
            let sent = ticks * 1_000_000 / i64::from(timing.clock.max(1));
            let step = (now.saturating_sub(arrived) as i64).saturating_sub(sent).abs();
            if step <= MAX_STEP {
                self.jitter_16 = self.jitter_16 + step as u64 - ((self.jitter_16 + 8) >> 4);
                let jitter = self.jitter_16 >> 4;
                self.jitter_sum += jitter;
                self.jitter_count += 1;
                self.jitter_max = self.jitter_max.max(jitter);
            }
        }
    }

    /// What came so far.
    pub fn received(&self) -> Received {
        let (expected, received) = self
            .source
            .as_ref()
            .map_or((0, 0), |s| (s.expected(), s.received));
        let expected = self.expected_before + expected;
        Received {
            packets: self.packets,
            bytes: self.bytes,
            expected,
            lost: expected.saturating_sub(self.received_before + received),
            jitter: self.jitter_sum / self.jitter_count.max(1),
            jitter_max: self.jitter_max,
        }
    }
}
