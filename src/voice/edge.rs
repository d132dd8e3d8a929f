//! The edge as the composition root sees it.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::counters::Counters;
use super::driver::{Former, Order, Parts, Stopwatch};
use super::finder::Finder;
use super::relay::{Relay, RelayError};
use super::reports::hand_over;
use super::resolve::{Dns, LookupError};
use super::setup::{advertised, bind, bind_both, connectors, families, local_of, relay_settings, settings};
use super::sockets::{Connectors, Limits, Listener, Quota, Streams};
use super::thread::{self, Ended};
use super::trunks::{Directory, Own, bracketed};
use crate::config::media::MediaConfig;
use crate::config::sip::SipConfig;
use crate::config::tls::{self, TlsFileError};
use crate::domain::Clock;
use crate::domain::id::CallId;
use crate::switchboard::switching::{
    CallExchange, CallOrder, CallOutlet, CallStep, PlaceError, TrunkView, VoiceFigures,
};
use crate::wire::sdp::Codec;
use crate::wire::sip::b2bua::Calls;
use crate::wire::sip::digest::Guard;

/// Messages of connections, and orders, that wait for the driver.
const QUEUE: usize = 4096;
/// Reports that wait for the exchange. At half of it no new calls are taken.
const REPORTS: usize = 65_536;
/// For how long a nonce is good, and how many of those in use are remembered.
const NONCE_MS: u64 = 300_000;
const NONCES: usize = 20_000;

/// Why calls cannot be served.
#[derive(Debug, Error)]
pub enum VoiceError {
    /// The settings are wrong.
    #[error("the sip settings are wrong: {}", .0.join("; "))]
    Config(Vec<String>),
    /// A certificate or key is unusable.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
    /// An address cannot be listened on.
    #[error("cannot listen for SIP on {address}: {source}")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The relay cannot run.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// No thread can be had for calls, or it cannot hear the socket.
    #[error("calls cannot be served: {0}")]
    Thread(#[source] io::Error),
    /// DNS cannot be asked.
    #[error(transparent)]
    Dns(#[from] LookupError),
}

/// The edge before it runs.
pub struct VoiceEdge {
    sip: SipConfig,
    media: MediaConfig,
    clock: Arc<dyn Clock>,
    stopwatch: Arc<dyn Fn() -> u64 + Send + Sync>,
    acceptor: Option<TlsAcceptor>,
    connectors: Connectors,
}

impl VoiceEdge {
    /// Checks the settings and reads the TLS files. None where no calls are served. `stopwatch` tells microseconds of a
    /// clock that never goes back.
    pub fn new(
        sip: &SipConfig,
        media: &MediaConfig,
        clock: Arc<dyn Clock>,
        stopwatch: Arc<dyn Fn() -> u64 + Send + Sync>,
    ) -> Result<Option<Self>, VoiceError> {
        let mut problems = sip.problems();
        problems.extend(media.problems());
        if !problems.is_empty() {
            return Err(VoiceError::Config(problems));
        }
        if sip.listen.is_empty() {
            return Ok(None);
        }
        let acceptor = match sip.tls_listen.as_str() {
            "" => None,
            _ => Some(tls::server(&sip.tls_certificate, &sip.tls_key)?.into()),
        };
        Ok(Some(Self {
            connectors: connectors(sip)?,
            sip: sip.clone(),
            media: media.clone(),
            clock,
            stopwatch,
            acceptor,
        }))
    }

    /// Starts to serve. `seed` must be random and secret.
    pub async fn serve(
        self,
        exchange: Arc<dyn CallExchange>,
        seed: [u8; 32],
    ) -> Result<VoiceService, VoiceError> {
        let mut rng = StdRng::from_seed(seed);
        let (tcp, socket) = bind_both(&self.sip.listen).await?;
        let tls_listener = match self.sip.tls_listen.as_str() {
            "" => None,
            address => Some(bind(address).await?),
        };
        let local = local_of(&tcp)?;
        let tls_local = tls_listener.as_ref().map(local_of).transpose()?;
        let host = match self.sip.advertise.as_str() {
            "" => bracketed(&local.ip().to_string()),
            host => bracketed(host.trim_matches(['[', ']'])),
        };
        let advertised = advertised(&host, local, tls_local);
        let counters = Arc::new(Counters::default());
        let directory = Arc::new(Directory::default());
        let draining = CancellationToken::new();
        let closing = CancellationToken::new();

        let limits = Limits {
            connections: self.sip.max_connections,
            per_address: self.sip.max_connections_per_address,
            idle: Duration::from_secs(self.sip.connection_idle_s),
            patience: Duration::from_secs(self.sip.handshake_timeout_s),
        };
        let quota = Quota::new(limits.connections, limits.per_address);
        let (events, stream_events) = mpsc::channel(QUEUE);
        let numbers = Arc::new(AtomicU64::new(1));
        let former = Arc::new(Former::default());
        let gate = (directory.clone(), former.clone());
        let listener = Listener {
            gate: Arc::new(move |ip| gate.1.admits(&gate.0, ip)),
            limits,
            quota: quota.clone(),
            events: events.clone(),
            numbers: numbers.clone(),
            counters: counters.clone(),
            shutdown: closing.clone(),
        };
        let mut streams = Streams::new(limits, quota, events, numbers, closing.clone());
        streams.set_connectors(self.connectors);

        let (relay_events_in, relay_events) = mpsc::channel(QUEUE);
        let micros = self.stopwatch.clone();
        let relay = Relay::start(
            relay_settings(&self.media, &self.sip),
            micros.clone(),
            relay_events_in,
        )?;
        let dns_server = self.sip.dns_server.parse().ok();
        let dns = Arc::new(Dns::new(dns_server)?);
        let mut finder = Finder::new(directory.clone(), dns, families(local.ip()));
        finder.follow(&directory.reload(&self.sip.trunks)).await;

        let (orders, order_queue) = mpsc::channel(QUEUE);
        let (reports, report_queue) = mpsc::channel(REPORTS);
        let reporter = tokio::spawn(hand_over(report_queue, exchange.clone(), counters.clone()));
        let figures = Arc::new(Mutex::new(VoiceFigures::default()));
        let stopwatch: Stopwatch = Arc::new(move || micros() / 1000);
        let parts = Parts {
            own: Own::new(&self.sip, host),
            codecs: self
                .media
                .codecs
                .iter()
                .filter_map(|name| Codec::named(name))
                .collect(),
            strict_source: self.media.strict_source,
            stopwatch,
            clock: self.clock,
            calls: Calls::new(settings(&self.sip, advertised.clone()), random(&mut rng)),
            guard: Guard::new(random(&mut rng), "partyline", NONCE_MS, NONCES),
            streams,
            stream_events,
            directory: directory.clone(),
            former,
            advertised,
            relay: Arc::new(relay),
            relay_events,
            exchange,
            reports,
            orders: order_queue,
            counters,
            figures: figures.clone(),
            draining: draining.clone(),
            config: self.sip,
            rng,
        };
        tokio::spawn(listener.clone().listen(tcp, None));
        if let (Some(socket), Some(acceptor)) = (tls_listener, self.acceptor) {
            tokio::spawn(listener.listen(socket, Some(acceptor)));
        }
        let driver = thread::start(socket, parts, closing.clone()).await;
        let driver = driver.map_err(VoiceError::Thread)?;
        let desk = Arc::new(Desk {
            orders,
            directory,
            figures,
        });
        Ok(VoiceService {
            desk,
            finder: tokio::sync::Mutex::new(finder),
            local,
            tls_local,
            draining,
            closing: closing.drop_guard(),
            driver,
            reporter,
        })
    }
}

/// The edge as it runs.
pub struct VoiceService {
    desk: Arc<Desk>,
    finder: tokio::sync::Mutex<Finder>,
    local: SocketAddr,
    tls_local: Option<SocketAddr>,
    draining: CancellationToken,
    /// Where nobody shuts it down, it ends with this.
    closing: DropGuard,
    driver: Ended,
    reporter: JoinHandle<()>,
}

impl VoiceService {
    /// Where calls come in by UDP and TCP.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Where they come in by TLS.
    pub fn tls_local_addr(&self) -> Option<SocketAddr> {
        self.tls_local
    }

    /// What the exchange makes calls with.
    pub fn outlet(&self) -> Arc<dyn CallOutlet> {
        self.desk.clone()
    }

    /// Puts the trunks of these settings in the place of those there are; calls go on. Other settings are left as they
    /// are until the next start.
    ///
    /// # Errors
    /// Where something is wrong with them all stays as it was.
    pub async fn reload(&self, sip: &SipConfig) -> Result<(), VoiceError> {
        let problems = sip.problems();
        if !problems.is_empty() {
            return Err(VoiceError::Config(problems));
        }
        let connectors = connectors(sip)?;
        let mut finder = self.finder.lock().await;
        let table = self.desk.directory.reload(&sip.trunks);
        // Fails only where the driver has stopped.
        let _ = self.desk.orders.send(Order::Connectors(connectors)).await;
        finder.follow(&table).await;
        Ok(())
    }

    /// Takes no more calls, lets those that go on end, and after the time that the settings give them ends them.
    pub async fn shutdown(self) {
        self.draining.cancel();
        let _ = self.driver.await;
        drop(self.closing);
        // The driver held the queue of reports open.
        let _ = self.reporter.await;
    }
}

/// What the exchange asks of the edge.
struct Desk {
    orders: mpsc::Sender<Order>,
    directory: Arc<Directory>,
    figures: Arc<Mutex<VoiceFigures>>,
}

#[async_trait]
impl CallOutlet for Desk {
    async fn place(&self, order: CallOrder) -> Result<(), PlaceError> {
        let (answer, answered) = oneshot::channel();
        self.orders
            .try_send(Order::Place(Box::new(order), answer))
            .map_err(|_| PlaceError::OutOfCapacity)?;
        answered.await.unwrap_or(Err(PlaceError::Draining))
    }

    async fn hang_up(&self, call: CallId) -> bool {
        let (answer, answered) = oneshot::channel();
        let asked = self.orders.send(Order::HangUp(call, answer)).await;
        asked.is_ok() && answered.await.unwrap_or(false)
    }

    async fn steps(&self, call: CallId) -> Option<Vec<CallStep>> {
        let (answer, answered) = oneshot::channel();
        // People only look on: where there is much to do, they see it later.
        self.orders.try_send(Order::Steps(call, answer)).ok()?;
        answered.await.ok()?
    }

    async fn unknown(&self, calls: Vec<CallId>) -> Vec<CallId> {
        let (answer, answered) = oneshot::channel();
        // Where the driver cannot be asked nothing is known of any call, which is no reason to end them.
        let asked = self.orders.send(Order::Unknown(calls, answer)).await;
        match asked {
            Ok(()) => answered.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    fn trunks(&self) -> Vec<TrunkView> {
        let table = self.directory.table();
        table.trunks().iter().map(|trunk| trunk.view()).collect()
    }

    fn figures(&self) -> VoiceFigures {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random(rng: &mut StdRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}
