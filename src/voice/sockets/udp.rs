//! The socket for UDP.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket as StdSocket};

use rustix::net::sockopt;
use tokio::net::UdpSocket;

use super::canonical;

/// The largest datagram there is.
const LARGEST: usize = 65_535;

/// What is asked of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Bytes that may wait to be read, so that a burst is not lost while the driver is busy. The operating system may
    /// give less.
    pub receive_buffer: usize,
    /// Bytes that may wait to be sent.
    pub send_buffer: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            receive_buffer: 8 << 20,
            send_buffer: 4 << 20,
        }
    }
}

/// The socket for UDP before anybody listens to it.
pub struct BoundUdp {
    socket: StdSocket,
    v6: bool,
}

/// The socket for UDP.
pub struct Udp {
    socket: UdpSocket,
    /// IPv6, and IPv4 mapped into it.
    v6: bool,
    buffer: Box<[u8]>,
}

impl BoundUdp {
    /// Binds it.
    pub fn bind(address: SocketAddr, tuning: Tuning) -> io::Result<Self> {
        let socket = StdSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        // Fails where the operating system allows less; then its own size does.
        let _ = sockopt::set_socket_recv_buffer_size(&socket, tuning.receive_buffer);
        let _ = sockopt::set_socket_send_buffer_size(&socket, tuning.send_buffer);
        Ok(Self {
            socket,
            v6: address.is_ipv6(),
        })
    }

    /// Has the runtime watch it in which this is called.
    pub fn watch(self) -> io::Result<Udp> {
        Ok(Udp {
            socket: UdpSocket::from_std(self.socket)?,
            v6: self.v6,
            buffer: vec![0; LARGEST].into_boxed_slice(),
        })
    }
}

impl Udp {
    /// Where it is bound.
    #[cfg(test)]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Returns once there is something to read.
    pub async fn readable(&self) {
        // An error shows when it is read, and is no reason to stop.
        let _ = self.socket.readable().await;
    }

    /// The next datagram; None where none waits.
    pub fn receive(&mut self) -> Option<(&[u8], SocketAddr)> {
        // Errors tell of datagrams sent before; a few of them are passed over, and then the others wait for the next time.
        for _ in 0..8 {
            match self.socket.try_recv_from(&mut self.buffer) {
                Ok((length, from)) => return Some((self.buffer.get(..length)?, canonical(from))),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(_) => {}
            }
        }
        None
    }

    /// Sends a datagram, now or never: what is lost is sent again by the transactions.
    pub fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
        let to = match (self.v6, to.ip()) {
            (true, IpAddr::V4(ip)) => SocketAddr::new(IpAddr::V6(Ipv4Addr::to_ipv6_mapped(&ip)), to.port()),
            _ => to,
        };
        self.socket.try_send_to(bytes, to).map(drop)
    }
}
