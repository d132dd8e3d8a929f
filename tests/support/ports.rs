//! Free ports on 127.0.0.1, and addresses of loopback with all their ports, never handed out twice.
//!
//! Ports come from below the kernel's ephemeral range, so that no outgoing connection takes one while
//! its owner is being restarted. Each test process begins at a stripe of its own, chosen by its id, so
//! that tests running side by side do not race for the same port.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;
const STRIPE: u32 = 40;
/// So many addresses has each process, as a power of two.
const IPS_LOG2: u32 = 10;

/// A port that is free for TCP and UDP now, and that this process never hands out again.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<Mutex<u32>> = OnceLock::new();
    let next = NEXT.get_or_init(|| Mutex::new(std::process::id() % (COUNT / STRIPE) * STRIPE));
    let mut next = next.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for _ in 0..COUNT {
        let port = u16::try_from(FIRST + *next % COUNT).expect("below 65536");
        *next += 1;
        if is_free(port) {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT);
}

/// A free port as an address on loopback.
pub fn free_addr() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

/// Several free ports, all different.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let ports = std::array::from_fn(|_| free_port());
    assert_eq!(ports.iter().collect::<HashSet<_>>().len(), N);
    ports
}

/// An address of 127.0.0.0/8 that this process hands out once. Every process has a stripe of its own here too, so
/// that whoever has such an address has all its ports.
pub fn free_ip() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let stripe = (std::process::id() % (1 << (23 - IPS_LOG2))) << IPS_LOG2;
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(n < 1 << IPS_LOG2, "no free address of loopback");
        // The upper half: 127.0.0.1 and its neighbours are everybody's.
        let ip = Ipv4Addr::from((127 << 24) | (1 << 23) | stripe | n);
        if !matches!(ip.octets()[3], 0 | 255) {
            return ip;
        }
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok()
}
