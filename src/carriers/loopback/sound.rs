//! The sound of a virtual phone: whoever calls plays a short tone again and again, whoever is called sends back what it
//! hears. So both legs carry packets both ways, and what is heard at one end has passed the other.

use std::net::{SocketAddr, UdpSocket as StdSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::wire::rtp::packet::{FIXED, Header, is_rtcp};

/// Samples of 20 ms.
const FRAME: usize = 160;
const FRAME_TIME: Duration = Duration::from_millis(20);
/// The tone sounds for half of a second in each two.
const LOUD_FRAMES: u64 = 25;
const ROUND_FRAMES: u64 = 100;
/// The tone in Hz, and its height among 32,767.
const TONE: f64 = 440.0;
const HEIGHT: f64 = 8_000.0;
const RATE: f64 = 8_000.0;
/// µ-law of nothing at all.
const SILENCE: u8 = 0xff;
/// Below this much of the code's seven bits, which fall as the sound rises, it is no silence.
const QUIET: u8 = 0x68;
const PCMU: u8 = 0;
/// More bytes than a packet of any sound has.
const LARGEST: usize = 2_048;

/// What one phone sent and heard.
#[derive(Debug, Default)]
pub struct Counts {
    sent: AtomicU64,
    received: AtomicU64,
    heard: AtomicU64,
}

/// The same as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Packets sent.
    pub sent: u64,
    /// Packets that came.
    pub received: u64,
    /// Of those, the ones that were not silence.
    pub heard: u64,
}

impl Counts {
    /// As they stand.
    pub fn read(&self) -> Counted {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counted {
            sent: of(&self.sent),
            received: of(&self.received),
            heard: of(&self.heard),
        }
    }
}

/// One call's sound.
pub struct Sound {
    /// Where it is taken.
    pub socket: StdSocket,
    /// Where it goes, and the only place that it is taken from.
    pub remote: watch::Receiver<SocketAddr>,
    /// Whether this phone plays the tone; it sends back what it hears otherwise.
    pub plays: bool,
    /// What it counts.
    pub counts: Arc<Counts>,
    /// A random number for the source.
    pub ssrc: u32,
}

impl Sound {
    /// Goes on until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let Ok(socket) = UdpSocket::from_std(self.socket) else {
            return;
        };
        let mut stream = Stream::new(self.ssrc);
        let mut heard = [SILENCE; FRAME];
        let mut buffer = [0; LARGEST];
        let mut clock = interval(FRAME_TIME);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = clock.tick() => {
                    let frame = match self.plays {
                        true => tone(stream.frames),
                        false => std::mem::replace(&mut heard, [SILENCE; FRAME]),
                    };
                    let remote = *self.remote.borrow();
                    if socket.try_send_to(&stream.packet(&frame), remote).is_ok() {
                        self.counts.sent.fetch_add(1, Ordering::Relaxed);
                    }
                }
                came = socket.recv_from(&mut buffer) => {
                    // An error tells of a packet sent before.
                    let Ok((length, from)) = came else { continue };
                    let remote = *self.remote.borrow();
                    let packet = buffer.get(..length).unwrap_or_default();
                    if from == remote && let Some(payload) = payload(packet) {
                        self.counts.received.fetch_add(1, Ordering::Relaxed);
                        if is_loud(payload) {
                            self.counts.heard.fetch_add(1, Ordering::Relaxed);
                        }
                        heard = frame_of(payload);
                    }
                }
            }
        }
    }
}

/// What goes out.
struct Stream {
    ssrc: u32,
    frames: u64,
}

impl Stream {
    fn new(ssrc: u32) -> Self {
        Self { ssrc, frames: 0 }
    }

    /// The next packet (RFC 3550, section 5.1). The counters run round.
    fn packet(&mut self, frame: &[u8; FRAME]) -> [u8; FIXED + FRAME] {
        let mut packet = [0; FIXED + FRAME];
        let (head, payload) = packet.split_at_mut(FIXED);
        let marker = if self.frames == 0 { 0x80 } else { 0 };
        let sequence = (self.frames as u16).to_be_bytes();
        let timestamp = (self.frames as u32).wrapping_mul(FRAME as u32).to_be_bytes();
        head.copy_from_slice(
            &[
                &[0x80, marker | PCMU][..],
                &sequence,
                &timestamp,
                &self.ssrc.to_be_bytes(),
            ]
            .concat(),
        );
        payload.copy_from_slice(frame);
        self.frames += 1;
        packet
    }
}

/// The sound in a packet of PCMU.
fn payload(packet: &[u8]) -> Option<&[u8]> {
    if is_rtcp(packet) {
        return None;
    }
    let header = Header::read(packet)?;
    (header.payload_type == PCMU)
        .then(|| packet.get(header.payload_at..))
        .flatten()
}

fn is_loud(payload: &[u8]) -> bool {
    payload.iter().any(|code| code & 0x7f < QUIET)
}

/// As much as fits into one of our packets, filled up with silence.
fn frame_of(payload: &[u8]) -> [u8; FRAME] {
    let mut frame = [SILENCE; FRAME];
    frame.iter_mut().zip(payload).for_each(|(to, from)| *to = *from);
    frame
}

/// The tone's frame of that number: it sounds at the begin of each round.
fn tone(number: u64) -> [u8; FRAME] {
    let mut frame = [SILENCE; FRAME];
    if number % ROUND_FRAMES < LOUD_FRAMES {
        let first = (number % ROUND_FRAMES) * FRAME as u64;
        for (at, code) in frame.iter_mut().enumerate() {
            let time = (first + at as u64) as f64 / RATE;
            *code = mu_law((HEIGHT * (std::f64::consts::TAU * TONE * time).sin()) as i32);
        }
    }
    frame
}

/// A sample as µ-law (ITU-T G.711).
fn mu_law(sample: i32) -> u8 {
    const BIAS: i32 = 0x84;
    const CLIP: i32 = 32_635;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.abs().min(CLIP) + BIAS;
    // Between 7 and 14: the bias sets bit 7 at least.
    let highest = 31 - magnitude.leading_zeros() as i32;
    let exponent = highest - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) | mantissa) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_become_the_codes_of_the_standard() {
        for (sample, code) in [
            (0, 0xff),
            (-1, 0x7f),
            (32_767, 0x80),
            (-32_767, 0x00),
            (1_000, 0xce),
        ] {
            assert_eq!(mu_law(sample), code, "{sample}");
        }
    }

    #[test]
    fn the_tone_is_heard_at_the_begin_of_each_round_and_silence_is_not() {
        for (frame, loud) in [(0, true), (24, true), (25, false), (99, false), (100, true)] {
            assert_eq!(is_loud(&tone(frame)), loud, "{frame}");
        }
        assert!(!is_loud(&[SILENCE; FRAME]) && !is_loud(&[0x7f, 0x7e, 0xfd]));
    }

    #[test]
    fn packets_count_on_and_are_read_again() {
        let mut stream = Stream::new(7);
        let first = stream.packet(&tone(0));
        let second = stream.packet(&tone(1));
        let read = |packet: &[u8]| Header::read(packet).unwrap();
        assert_eq!(
            (read(&first).sequence, read(&first).timestamp, read(&first).marker),
            (0, 0, true)
        );
        assert_eq!(
            (
                read(&second).sequence,
                read(&second).timestamp,
                read(&second).marker
            ),
            (1, 160, false)
        );
        assert_eq!(payload(&second), Some(&tone(1)[..]));
        stream.frames = 0x1_0000;
        assert_eq!(read(&stream.packet(&tone(0))).sequence, 0);
    }

    #[test]
    fn what_is_no_sound_is_left_out() {
        let mut stream = Stream::new(7);
        let mut other = stream.packet(&tone(0));
        other[1] = 101;
        assert_eq!(payload(&other), None);
        assert_eq!(payload(&[0x80, 200, 0, 1, 0, 0, 0, 0]), None, "RTCP");
        assert_eq!(payload(b"noise"), None);
        assert_eq!(payload(&[]), None);
        assert_eq!(frame_of(&[1; 4_000])[FRAME - 1], 1, "a long packet is cut");
        assert_eq!(frame_of(&[1])[1], SILENCE, "a short one is filled up");
    }
}
