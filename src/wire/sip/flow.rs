//! Where a message comes from and where it goes.

use std::net::SocketAddr;
use std::sync::Arc;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 3261, section 18; unreliable: requests and final answers are sent again.
    Udp,
    /// One stream, cut by Content-Length.
    Tcp,
    /// The same within TLS.
    Tls,
}

impl Transport {
    /// Whether what is sent arrives or the connection breaks.
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// The port where none is named (RFC 3261, section 18.2.1).
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }

    /// As in Via: `UDP`, `TCP`, `TLS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }
}

/// A connection of the edge; meaningless to the machines but for being equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u64);

/// Whence a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// By what.
    pub transport: Transport,
    /// From where, as the socket says.
    pub remote: SocketAddr,
    /// On which connection; None over UDP.
    pub connection: Option<ConnectionId>,
}

/// Whither a message goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hop {
    /// By what.
    pub transport: Transport,
    /// To where.
    pub remote: SocketAddr,
    /// On this connection while it lasts; else on any to `remote`, made anew where there is none.
    pub connection: Option<ConnectionId>,
    /// Whose certificate is expected, over TLS.
    pub tls_name: Option<Arc<str>>,
}

impl From<Source> for Hop {
    fn from(source: Source) -> Self {
        Self {
            transport: source.transport,
            remote: source.remote,
            connection: source.connection,
            tls_name: None,
        }
    }
}

/// What this end calls itself in Via and Contact, by transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advertised {
    /// `host:port` over UDP.
    pub udp: Arc<str>,
    /// `host:port` over TCP.
    pub tcp: Arc<str>,
    /// `host:port` over TLS.
    pub tls: Arc<str>,
}

impl Advertised {
    /// For this transport.
    pub fn of(&self, transport: Transport) -> &Arc<str> {
        match transport {
            Transport::Udp => &self.udp,
            Transport::Tcp => &self.tcp,
            Transport::Tls => &self.tls,
        }
    }
}

/// Bytes to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Whither.
    pub hop: Hop,
    /// The whole message.
    pub bytes: bytes::Bytes,
}
