//! The connections that the driver can write to, and those that it begins.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::connection::{Ends, serve};
use super::outbox::{OF_OURS, Outbox, outbox};
use super::quota::Place;
use super::{Limits, Quota, StreamEvent, Unsent};
use crate::wire::sip::flow::{ConnectionId, Hop, Source, Transport};

/// How TLS is spoken with whom: by the name that is expected, else the system's authorities.
#[derive(Clone, Default)]
pub struct Connectors {
    /// By name in the settings.
    pub by_name: HashMap<Arc<str>, TlsConnector>,
    /// For other names.
    pub other: Option<TlsConnector>,
}

/// A connection that this end began, by what would make another one for the same hop superfluous.
type Way = (Transport, SocketAddr, Option<Arc<str>>);

/// The connections that can be written to.
pub struct Streams {
    limits: Limits,
    quota: Quota,
    connectors: Connectors,
    events: mpsc::Sender<StreamEvent>,
    numbers: Arc<AtomicU64>,
    shutdown: CancellationToken,
    outboxes: HashMap<ConnectionId, Outbox>,
    own: HashMap<Way, ConnectionId>,
    /// Where connections are served; whoever sends by them has a runtime for itself.
    runtime: Handle,
}

impl Streams {
    /// None yet. `events` is where connections tell what comes; their reports go to [`Streams::heed`] first. Must be called
    /// within the runtime that is to serve them.
    pub fn new(
        limits: Limits,
        quota: Quota,
        events: mpsc::Sender<StreamEvent>,
        numbers: Arc<AtomicU64>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            limits,
            quota,
            connectors: Connectors::default(),
            events,
            numbers,
            shutdown,
            outboxes: HashMap::new(),
            own: HashMap::new(),
            runtime: Handle::current(),
        }
    }

    /// How TLS is spoken from now on; connections that are up stay.
    pub fn set_connectors(&mut self, connectors: Connectors) {
        self.connectors = connectors;
    }

    /// Notes what an event says of connections. The hop of one that has gone, where no other has taken its place: what
    /// goes there now has a connection of its own, and nothing to do with the end of this one.
    pub fn heed(&mut self, event: &StreamEvent) -> Option<Hop> {
        match event {
            StreamEvent::Opened { id, outbox } => {
                self.outboxes.insert(*id, outbox.clone());
            }
            StreamEvent::Closed { id, hop, .. } => {
                self.outboxes.remove(id);
                let hop = hop.as_ref()?;
                if self.own.get(&way(hop)) == Some(id) {
                    self.own.remove(&way(hop));
                    return Some(hop.clone());
                }
            }
            StreamEvent::Message { .. } | StreamEvent::Broken { .. } => {}
        }
        None
    }

    /// Sends on the hop's connection, else on one that goes there already, else on a new one.
    pub fn send(&mut self, hop: &Hop, bytes: Bytes) -> Result<(), Unsent> {
        while let Some(id) = self.known(hop) {
            match self.push(id, bytes.clone()) {
                // It has ended, and its word of that has not been heeded yet: another takes the message.
                Err(Unsent::Gone) => {}
                sent => return sent,
            }
        }
        let id = self.connect(hop)?;
        self.push(id, bytes)
    }

    /// The connection for a hop, if there is one.
    fn known(&self, hop: &Hop) -> Option<ConnectionId> {
        hop.connection
            .filter(|id| self.outboxes.contains_key(id))
            .or_else(|| self.own.get(&way(hop)).copied())
    }

    /// Where that fails the connection is known no longer.
    fn push(&mut self, id: ConnectionId, bytes: Bytes) -> Result<(), Unsent> {
        let pushed = match self.outboxes.get(&id) {
            Some(outbox) => outbox.push(bytes),
            None => Err(Unsent::Gone),
        };
        if pushed.is_err() {
            // Dropping the queue's end closes the connection.
            self.outboxes.remove(&id);
            self.own.retain(|_, known| *known != id);
        }
        pushed
    }

    /// Connections that can be written to.
    pub fn len(&self) -> usize {
        self.outboxes.len()
    }

    fn connect(&mut self, hop: &Hop) -> Result<ConnectionId, Unsent> {
        let tls = match hop.transport {
            Transport::Tls => Some(self.tls(hop).ok_or(Unsent::NoConnection)?),
            _ => None,
        };
        let place = self.quota.take(None).ok_or(Unsent::NoConnection)?;
        let id = ConnectionId(self.numbers.fetch_add(1, Ordering::Relaxed));
        let (sender, outbox) = outbox(OF_OURS);
        let own_outbox = sender.downgrade();
        self.outboxes.insert(id, sender);
        self.own.insert(way(hop), id);
        // With the connection that it stood for, if there was one: what waits for an answer goes by that name.
        let hop = hop.clone();
        let ends = Ends {
            source: Source {
                transport: hop.transport,
                remote: hop.remote,
                connection: Some(id),
            },
            own_outbox,
            outbox,
            events: self.events.clone(),
            limits: self.limits,
        };
        let (events, shutdown) = (self.events.clone(), self.shutdown.clone());
        self.runtime.spawn(async move {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = begin(hop.remote, tls, ends, place) => {}
            }
            let closed = StreamEvent::Closed { id, hop: Some(hop) };
            let _ = events.send(closed).await;
        });
        Ok(id)
    }

    fn tls(&self, hop: &Hop) -> Option<(TlsConnector, ServerName<'static>)> {
        let name = match &hop.tls_name {
            Some(name) => name.to_string(),
            None => hop.remote.ip().to_string(),
        };
        let own = hop
            .tls_name
            .as_ref()
            .and_then(|name| self.connectors.by_name.get(name));
        let connector = own.or(self.connectors.other.as_ref())?;
        Some((connector.clone(), ServerName::try_from(name).ok()?))
    }
}

fn way(hop: &Hop) -> Way {
    (hop.transport, hop.remote, hop.tls_name.clone())
}

/// Connects and serves.
async fn begin(
    remote: SocketAddr,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    ends: Ends,
    place: Place,
) {
    let patience = ends.limits.patience;
    let connected = timeout(patience, async {
        let stream = TcpStream::connect(remote).await?;
        let _ = stream.set_nodelay(true);
        Ok::<_, std::io::Error>(match tls {
            None => Either::Plain(stream),
            Some((connector, name)) => Either::Tls(Box::new(connector.connect(name, stream).await?)),
        })
    });
    match connected.await {
        Ok(Ok(Either::Plain(stream))) => serve(stream, ends).await,
        Ok(Ok(Either::Tls(stream))) => serve(stream, ends).await,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a SIP peer could not be connected to");
        }
        Err(_) => tracing::debug!("connecting to a SIP peer took too long"),
    }
    drop(place);
}

enum Either {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}
