//! The relay with real sockets on loopback: phones on both sides, and those who would like to be one.

mod masking;
mod ports;
mod streams;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::*;
use crate::wire::rtp::latch::Rules;

const PCMU: u8 = 0;

/// A relay on loopback with ports that no other test uses.
struct Bench {
    relay: Relay,
    events: mpsc::Receiver<Event>,
}

fn settings(ports: std::ops::RangeInclusive<u16>) -> Settings {
    Settings {
        v4: Some(Interface::at(Ipv4Addr::LOCALHOST.into())),
        ports,
        quarantine: 0,
        ..Settings::default()
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the relay is tested with the machine's clock"
)]
fn start(settings: Settings) -> Bench {
    let begun = Instant::now();
    let (sender, events) = mpsc::channel(4);
    // Far from zero, as a clock is.
    let stopwatch = Arc::new(move || 1_000_000_000 + begun.elapsed().as_micros() as u64);
    Bench {
        relay: Relay::start(settings, stopwatch, sender).unwrap(),
        events,
    }
}

/// A phone: a socket for RTP and one for RTCP.
struct Phone {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Phone {
    fn at(address: IpAddr) -> Self {
        let socket = || {
            let socket = UdpSocket::bind((address, 0)).unwrap();
            socket
                .set_read_timeout(Some(Duration::from_millis(2000)))
                .unwrap();
            socket
        };
        Self {
            rtp: socket(),
            rtcp: socket(),
        }
    }

    fn remote(&self) -> Remote {
        Remote {
            rtp: self.rtp.local_addr().unwrap(),
            rtcp: Some(self.rtcp.local_addr().unwrap()),
            signalling: None,
            types: PayloadTypes::none().with(PCMU, 8000, true).with(101, 8000, false),
        }
    }

    fn say(&self, packet: &[u8], to: SocketAddr) {
        self.rtp.send_to(packet, to).unwrap();
    }

    fn hear(&self) -> Option<Vec<u8>> {
        hear(&self.rtp)
    }

    /// Whether nothing comes for a while.
    fn hears_nothing(&self) -> bool {
        self.rtp
            .set_read_timeout(Some(Duration::from_millis(150)))
            .unwrap();
        let heard = self.hear();
        self.rtp
            .set_read_timeout(Some(Duration::from_millis(2000)))
            .unwrap();
        heard.is_none()
    }
}

/// Waits until that is so, for two seconds at most.
fn until(mut is_so: impl FnMut() -> bool) -> bool {
    for _ in 0..200 {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

fn hear(socket: &UdpSocket) -> Option<Vec<u8>> {
    let mut packet = [0; 2048];
    socket
        .recv(&mut packet)
        .ok()
        .map(|length| packet[..length].to_vec())
}

fn speech(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, PCMU];
    packet.extend(sequence.to_be_bytes());
    packet.extend((160 * u32::from(sequence)).to_be_bytes());
    packet.extend([0, 0, 0, 9]);
    packet.extend([0x55; 160]);
    packet
}

/// A call whose legs are pointed at two phones, and answered.
struct Call {
    id: SessionId,
    a: Phone,
    b: Phone,
    to_a: Anchor,
    to_b: Anchor,
}

impl Call {
    fn on(relay: &Relay) -> Self {
        Self::of(relay, [Ipv4Addr::LOCALHOST.into(); 2])
    }

    fn of(relay: &Relay, addresses: [IpAddr; 2]) -> Self {
        let mut random = [1; 24];
        random[12..].fill(2);
        let opened = relay.open(addresses.map(Family::from), random).unwrap();
        let [a, b] = addresses.map(Phone::at);
        for (side, phone) in [(Side::A, &a), (Side::B, &b)] {
            relay.point(opened.id, side, phone.remote()).unwrap();
            relay.expect(opened.id, side, true).unwrap();
        }
        let [to_a, to_b] = opened.anchors;
        Self {
            id: opened.id,
            a,
            b,
            to_a,
            to_b,
        }
    }

    fn close(self, relay: &Relay) -> Report {
        relay.close(self.id).unwrap().blocking_recv().unwrap()
    }

    fn look(&self, relay: &Relay) -> Report {
        relay.look(self.id).unwrap().blocking_recv().unwrap()
    }
}
