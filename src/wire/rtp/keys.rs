//! Keys pressed where there is no stream of them: telephone events (RFC 4733) put in between the packets of a stream on its
//! way to a leg, which sees one source with one count.

use std::collections::VecDeque;

use super::Micros;
use super::packet::{FIXED, Header};

/// Bytes of an event's packet.
pub const EVENT: usize = FIXED + 4;
/// From one packet of an event to the next.
const STEP: Micros = 20_000;
/// How often the last packet of an event is sent (RFC 4733, section 2.5.1.4).
const LAST: u8 = 3;
/// Keys that wait for the one before; more are dropped.
const WAITING: usize = 16;
/// As loud as keys usually are: -10 dBm0.
const VOLUME: u8 = 10;

/// A key, and how it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    event: u8,
    payload_type: u8,
    clock: u32,
    held: Micros,
}

impl Key {
    /// One of `0`-`9`, `*`, `#`, `A`-`D`; None where it is none of these.
    pub fn new(digit: char, held_ms: u16, payload_type: u8, clock: u32) -> Option<Self> {
        let event = "0123456789*#ABCD".find(digit)?;
        Some(Self {
            event: u8::try_from(event).ok()?,
            payload_type: payload_type & 0x7f,
            clock,
            held: Micros::from(held_ms) * 1000,
        })
    }

    fn ticks(self, time: Micros) -> u64 {
        time * u64::from(self.clock) / 1_000_000
    }
}

/// The last packet that went to the leg.
#[derive(Clone, Copy, Debug)]
struct Sent {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    at: Micros,
}

#[derive(Clone, Copy, Debug)]
struct Pressed {
    key: Key,
    began: Micros,
    timestamp: u32,
    due: Micros,
    first: bool,
    last_left: u8,
}

/// What goes to a leg: the other leg's packets, and keys in between.
#[derive(Debug)]
pub struct Keys {
    sent: Option<Sent>,
    /// By how much the packets that pass are counted on, for the events that went before them; and up to which packet,
    /// as the other leg counts, it was less: one that comes late gets the number that was left for it.
    shift: u16,
    before: (u16, u16),
    waiting: VecDeque<Key>,
    pressed: Option<Pressed>,
    /// The source's name while the other leg has not spoken.
    ssrc: u32,
}

impl Keys {
    /// None pressed. `ssrc` must be random.
    pub fn new(ssrc: u32) -> Self {
        Self {
            sent: None,
            shift: 0,
            before: (0, 0),
            waiting: VecDeque::new(),
            pressed: None,
            ssrc,
        }
    }

    /// A packet is about to go to the leg: it gets the number that follows.
    pub fn pass(&mut self, packet: &mut [u8], header: &Header, now: Micros) {
        let mut sequence = header.sequence;
        match self.sent {
            Some(sent) if sent.ssrc == header.ssrc => {
                sequence = sequence.wrapping_add(self.shift);
                let ahead = sequence.wrapping_sub(sent.sequence);
                if ahead == 0 || ahead > 0x8000 {
                    let (edge, less) = self.before;
                    if self.shift != 0 && edge.wrapping_sub(header.sequence) < 0x8000 {
                        sequence = header.sequence.wrapping_add(less);
                    }
                    return number(packet, sequence);
                }
            }
            // Another source, with a count and a clock of its own: what was being told of the one before ends.
            _ => {
                self.shift = 0;
                self.pressed = None;
            }
        }
        if self.shift != 0 {
            number(packet, sequence);
        }
        self.sent = Some(Sent {
            ssrc: header.ssrc,
            sequence,
            timestamp: header.timestamp,
            at: now,
        });
    }

    /// A key is to be told, after those that wait. False where too many do.
    pub fn press(&mut self, key: Key) -> bool {
        let room = self.waiting.len() < WAITING;
        if room {
            self.waiting.push_back(key);
        }
        room
    }

    /// When there is something to send; None where there is nothing.
    pub fn due(&self) -> Option<Micros> {
        match self.pressed {
            Some(pressed) => Some(pressed.due),
            None => (!self.waiting.is_empty()).then_some(0),
        }
    }

    /// The packet that is due.
    pub fn poll(&mut self, now: Micros) -> Option<[u8; EVENT]> {
        let mut pressed = match self.pressed {
            Some(pressed) => pressed,
            None => self.next(now)?,
        };
        if pressed.due > now {
            return None;
        }
        let (key, sent) = (pressed.key, self.sent?);
        if pressed.last_left == 0 {
            // A pause of one step lies between two keys.
            self.pressed = None;
            return self.poll(now);
        }
        let told = (now.saturating_sub(pressed.began) + STEP).min(key.held);
        let is_last = told == key.held;
        let sequence = sent.sequence.wrapping_add(1);
        let duration = u16::try_from(key.ticks(told)).unwrap_or(u16::MAX);
        let mut packet = [0; EVENT];
        packet[0] = 0x80;
        packet[1] = key.payload_type | if pressed.first { 0x80 } else { 0 };
        packet[4..8].copy_from_slice(&pressed.timestamp.to_be_bytes());
        packet[8..12].copy_from_slice(&sent.ssrc.to_be_bytes());
        packet[12] = key.event;
        packet[13] = VOLUME | if is_last { 0x80 } else { 0 };
        packet[14..].copy_from_slice(&duration.to_be_bytes());
        number(&mut packet, sequence);

        pressed.first = false;
        pressed.last_left -= u8::from(is_last);
        pressed.due = now + STEP;
        self.pressed = Some(pressed);
        let edge = sequence.wrapping_sub(self.shift).wrapping_sub(1);
        if edge != self.before.0 || self.shift == 0 {
            self.before = (edge, self.shift);
        }
        self.shift = self.shift.wrapping_add(1);
        self.sent = Some(Sent { sequence, ..sent });
        Some(packet)
    }

    /// Takes up the next key that waits.
    fn next(&mut self, now: Micros) -> Option<Pressed> {
        let key = self.waiting.pop_front()?;
        let sent = *self.sent.get_or_insert(Sent {
            ssrc: self.ssrc,
            sequence: 0,
            timestamp: 0,
            at: now,
        });
        // What speech would be stamped with now: the count of ticks wraps.
        let since = key.ticks(now.saturating_sub(sent.at)) as u32;
        let pressed = Pressed {
            key,
            began: now,
            timestamp: sent.timestamp.wrapping_add(since),
            due: now,
            first: true,
            last_left: LAST,
        };
        self.pressed = Some(pressed);
        Some(pressed)
    }
}

fn number(packet: &mut [u8], sequence: u16) {
    if let Some(place) = packet.get_mut(2..4) {
        place.copy_from_slice(&sequence.to_be_bytes());
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
