//! Listeners for TCP and TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::connection::{Ends, serve};
use super::outbox::{OF_PEERS, outbox};
use super::{Gate, Limits, Quota, StreamEvent, canonical};
use crate::voice::counters::Counters;
use crate::wire::sip::flow::{ConnectionId, Source, Transport};

/// How long accepting rests after an error, such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// What all listeners share.
#[derive(Clone)]
pub struct Listener {
    /// Who is heard at all.
    pub gate: Gate,
    /// Bounds.
    pub limits: Limits,
    /// Places for connections.
    pub quota: Quota,
    /// Where connections tell what comes.
    pub events: mpsc::Sender<StreamEvent>,
    /// Numbers for connections.
    pub numbers: Arc<AtomicU64>,
    /// What is refused is counted here.
    pub counters: Arc<Counters>,
    /// Ends listening and all that was accepted.
    pub shutdown: CancellationToken,
}

impl Listener {
    /// Accepts connections until shut down.
    pub async fn listen(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, canonical(peer), tls.clone()),
                Err(error) => {
                    tracing::warn!(%error, "SIP connection could not be accepted");
                    sleep(ACCEPT_REST).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        if !(self.gate)(peer.ip()) {
            Counters::add(&self.counters.unlisted);
            return;
        }
        let Some(place) = self.quota.take(Some(peer.ip())) else {
            Counters::add(&self.counters.connections_refused);
            return;
        };
        let this = self.clone();
        tokio::spawn(async move {
            let shutdown = this.shutdown.clone();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = this.connection(stream, peer, tls) => {}
            }
            drop(place);
        });
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        // Without it answers would wait for each other; with an error the socket is dead anyway.
        let _ = stream.set_nodelay(true);
        let id = ConnectionId(self.numbers.fetch_add(1, Ordering::Relaxed));
        let Some(acceptor) = tls else {
            return self.serve(stream, id, Transport::Tcp, peer).await;
        };
        match timeout(self.limits.patience, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, id, Transport::Tls, peer).await,
            Ok(Err(_)) | Err(_) => Counters::add(&self.counters.handshakes_failed),
        }
    }

    async fn serve<S>(self, stream: S, id: ConnectionId, transport: Transport, peer: SocketAddr)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let (sender, outbox) = outbox(OF_PEERS);
        let own_outbox = sender.downgrade();
        let opened = StreamEvent::Opened { id, outbox: sender };
        if self.events.send(opened).await.is_err() {
            return;
        }
        let source = Source {
            transport,
            remote: peer,
            connection: Some(id),
        };
        let ends = Ends {
            source,
            own_outbox,
            outbox,
            events: self.events.clone(),
            limits: self.limits,
        };
        serve(stream, ends).await;
        let closed = StreamEvent::Closed { id, hop: None };
        let _ = self.events.send(closed).await;
    }
}
