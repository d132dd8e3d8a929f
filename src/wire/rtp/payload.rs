//! Which payload types a leg may send, and by which clock each is measured.

use crate::wire::sdp::{Codec, Media};

/// Clocks in ticks a second; a type's entry is one more than its place here.
const CLOCKS: [u32; 8] = [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/// An entry with this bit has timestamps that do not follow the moment of sending.
const UNTIMED: u8 = 0x80;

/// The payload types that are expected. 128 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadTypes {
    entries: [u8; 128],
}

/// What is known of an expected payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Ticks of the timestamp in a second.
    pub clock: u32,
    /// Whether the timestamp tells when the packet was sent, as with speech; a key's packets all bear the moment it
    /// was pressed (RFC 4733, section 2.2), and noise comes when it will.
    pub steady: bool,
}

impl PayloadTypes {
    /// None at all.
    pub fn none() -> Self {
        Self { entries: [0; 128] }
    }

    /// Expects this type too. A clock that is not known, or a number from 128 on, changes nothing.
    #[must_use]
    pub fn with(mut self, payload_type: u8, clock: u32, steady: bool) -> Self {
        let clock = CLOCKS.iter().position(|known| *known == clock);
        if let (Some(clock), Some(entry)) = (clock, self.entries.get_mut(usize::from(payload_type))) {
            *entry = (clock as u8 + 1) | if steady { 0 } else { UNTIMED };
        }
        self
    }

    /// Expects what either expects. Where both know a type, this one's clock holds.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.entries.iter_mut().zip(&other.entries) {
            if *mine == 0 {
                *mine = *theirs;
            }
        }
        self
    }

    /// What is known of this type; None where it is not expected.
    pub fn timing(&self, payload_type: u8) -> Option<Timing> {
        let entry = *self.entries.get(usize::from(payload_type))?;
        let clock = *CLOCKS.get(usize::from(entry & !UNTIMED).checked_sub(1)?)?;
        Some(Timing {
            clock,
            steady: entry & UNTIMED == 0,
        })
    }
}

impl From<&Media> for PayloadTypes {
    /// The formats of a stream, and comfort noise (13), which many send unasked.
    fn from(media: &Media) -> Self {
        media
            .formats
            .iter()
            .fold(Self::none().with(13, 8000, false), |types, format| {
                let steady = !matches!(format.codec, Codec::TelephoneEvent | Codec::Noise);
                types.with(format.payload_type, format.clock_rate, steady)
            })
    }
}
