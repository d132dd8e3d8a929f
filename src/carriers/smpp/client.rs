//! The ESME: binds to a carrier's SMSCs and keeps them bound.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::intake::Intake;
use super::link::{self, Port, SendReply, SendRequest, Traffic};
use super::outbound::{self, Attempt, Style};
use super::wire::Wire;
use super::{SmppEdgeError, tls};
use crate::config::smpp::{BindConfig, CarrierConfig, LinkMode};
use crate::domain::Clock;
use crate::switchboard::outlet::{OutboundReceipt, OutboundText, Outlet, OutletError, Sent};
use crate::switchboard::standing::{CarrierKind, OutletStanding};
use crate::wire::smpp::{Bind, BindMode, CloseReason, Event, Operation, Role, Session, SessionConfig};

/// A carrier as an outlet. Texts leave by the first bind that is ready, in the order of the settings.
pub(super) struct SmppCarrier {
    name: String,
    reaches: Vec<String>,
    window: usize,
    style: Style,
    clock: Arc<dyn Clock>,
    /// The sending link of each bind.
    ports: Vec<Sender>,
    /// All links, for people who look.
    links: Vec<Place>,
}

/// Where a link leads.
struct Place {
    port: Arc<Port>,
    target: String,
    system_id: String,
    mode: BindMode,
}

struct Sender {
    port: Arc<Port>,
    /// Which SMSC it leads to, where the carrier has several.
    smsc: Option<Arc<str>>,
}

#[async_trait]
impl Outlet for SmppCarrier {
    fn name(&self) -> &str {
        &self.name
    }

    fn reaches(&self) -> &[String] {
        &self.reaches
    }

    fn window(&self) -> usize {
        self.window
    }

    fn is_ready(&self) -> bool {
        self.ports.iter().any(|sender| sender.port.is_ready())
    }

    fn standing(&self) -> OutletStanding {
        let link = |place: &Place| {
            place.port.standing(
                place.target.clone(),
                &place.system_id,
                place.mode,
                place.mode.submits(),
            )
        };
        OutletStanding {
            kind: CarrierKind::Smpp,
            links: self.links.iter().map(link).collect(),
            ..OutletStanding::default()
        }
    }

    async fn send_text(&self, text: &OutboundText) -> Result<Sent, OutletError> {
        let messages = self.style.messages(text, self.clock.now().0)?;
        let mut last = outbound::not_bound();
        for Sender { port, smsc } in self.ports.iter().filter(|sender| sender.port.is_ready()) {
            match outbound::send_over(port, self.style.operation, &messages, &text.taken).await {
                Attempt::Sent(parts) => {
                    return Ok(Sent {
                        parts,
                        smsc: smsc.as_deref().map(str::to_owned),
                        delivered: false,
                    });
                }
                Attempt::TryElsewhere(error) => last = error,
                Attempt::Over(OutletError::Partly {
                    detail,
                    after_ms,
                    taken,
                    ..
                }) => {
                    return Err(OutletError::Partly {
                        detail,
                        after_ms,
                        taken,
                        smsc: smsc.as_deref().map(str::to_owned),
                    });
                }
                Attempt::Over(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// A carrier asks for no receipts: its phones' texts end here.
    async fn send_receipt(&self, _receipt: &OutboundReceipt) -> Result<(), OutletError> {
        Ok(())
    }
}

/// A link that is to be kept bound.
pub(super) struct LinkTask {
    carrier: String,
    bind: BindConfig,
    mode: BindMode,
    smsc: Option<Arc<str>>,
    connector: Option<TlsConnector>,
    session: SessionConfig,
    backoff: Backoff,
    port: Arc<Port>,
    requests: mpsc::Receiver<SendRequest>,
}

/// Why a link did not come to be bound.
#[derive(Debug, Error)]
enum BindError {
    #[error("could not connect: {0}")]
    Connect(#[from] io::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("{0}")]
    Closed(CloseReason),
    #[error("the name or password does not fit the protocol")]
    Unfit,
}

impl BindError {
    /// What went wrong, in words of our own: the system's may hold more than people should see, and say less.
    fn told(&self) -> String {
        let Self::Connect(error) = self else {
            return self.to_string();
        };
        match error.kind() {
            io::ErrorKind::ConnectionRefused => "nobody takes connections there",
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                "the connection was closed at once"
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                "there is no way to that address"
            }
            io::ErrorKind::TimedOut => "no answer in time",
            io::ErrorKind::PermissionDenied => "the system does not allow the connection",
            io::ErrorKind::InvalidData => {
                "TLS failed: the certificate is not trusted, or is for another name"
            }
            _ => "the name has no address, or the connection could not be made",
        }
        .to_owned()
    }
}

/// Makes a carrier's outlet and the links that it needs.
pub(super) fn carrier(
    name: &str,
    config: &CarrierConfig,
    max_unanswered: usize,
    clock: Arc<dyn Clock>,
    rng: &mut StdRng,
) -> Result<(Arc<SmppCarrier>, Vec<LinkTask>), SmppEdgeError> {
    let session = SessionConfig {
        window: config.window,
        max_unanswered,
        session_init_ms: config.response_timeout_s.saturating_mul(1000),
        enquire_link_ms: config.enquire_link_s.saturating_mul(1000),
        response_timeout_ms: config.response_timeout_s.saturating_mul(1000),
        ..SessionConfig::new(Role::Esme)
    };
    let (mut ports, mut links, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
    // Ids are an SMSC's own, so receipts are looked for under the SMSC that took the text first.
    let address = |bind: &BindConfig| format!("{}:{}", bind.host, bind.port);
    let first = config.binds.first().map(address);
    let several = config.binds.iter().any(|bind| Some(address(bind)) != first);
    for bind in &config.binds {
        let smsc: Option<Arc<str>> = several.then(|| address(bind).into());
        let modes: &[BindMode] = match bind.mode {
            LinkMode::Transceiver => &[BindMode::Transceiver],
            LinkMode::Pair => &[BindMode::Transmitter, BindMode::Receiver],
        };
        let connector = if bind.tls {
            Some(tls::client(bind.tls_ca.as_deref())?.into())
        } else {
            None
        };
        for mode in modes {
            let (port, requests) = Port::new(config.window);
            if mode.submits() {
                ports.push(Sender {
                    port: port.clone(),
                    smsc: smsc.clone(),
                });
            }
            links.push(Place {
                port: port.clone(),
                target: address(bind),
                system_id: bind.system_id.clone(),
                mode: *mode,
            });
            tasks.push(LinkTask {
                carrier: name.to_owned(),
                bind: bind.clone(),
                mode: *mode,
                smsc: smsc.clone(),
                connector: connector.clone(),
                session: session.clone(),
                backoff: Backoff {
                    min_ms: config.reconnect_min_ms,
                    max_ms: config.reconnect_max_ms,
                    failures: 0,
                    rng: StdRng::seed_from_u64(rng.random()),
                },
                port,
                requests,
            });
        }
    }
    let outlet = SmppCarrier {
        name: name.to_owned(),
        reaches: config.reaches.clone(),
        window: config.window,
        style: Style {
            operation: Operation::Submit,
            source_ton: config.source_ton,
            source_npi: config.source_npi,
            dest_ton: config.dest_ton,
            dest_npi: config.dest_npi,
            long_text: config.long_text,
        },
        clock,
        ports,
        links,
    };
    Ok((Arc::new(outlet), tasks))
}

impl LinkTask {
    /// Binds, serves, and binds again, until shut down.
    pub async fn run(mut self, intake: Intake, clock: Arc<dyn Clock>, shutdown: CancellationToken) {
        let host = format!("{}:{}", self.bind.host, self.bind.port);
        while !shutdown.is_cancelled() {
            let connected = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                connected = self.connect(&clock) => connected,
            };
            match connected {
                Ok(mut wire) => {
                    tracing::info!(carrier = %self.carrier, %host, mode = self.mode.word(), "SMPP link bound");
                    self.backoff.failures = 0;
                    self.port.note.up(clock.now());
                    let traffic = Traffic {
                        port: &self.port,
                        requests: &mut self.requests,
                        intake: &intake,
                        smsc: self.smsc.clone(),
                        max_unanswered: self.session.max_unanswered,
                        shutdown: &shutdown,
                    };
                    let reason = link::serve(&mut wire, traffic).await;
                    self.port.note.down(clock.now(), reason.to_string());
                    wire.finish().await;
                    tracing::info!(carrier = %self.carrier, %host, mode = self.mode.word(), %reason, "SMPP link ended");
                }
                Err(error) => {
                    self.port.note.down(clock.now(), error.told());
                    tracing::warn!(carrier = %self.carrier, %host, mode = self.mode.word(), %error, "SMPP bind failed");
                }
            }
            self.pause(&shutdown).await;
        }
    }

    async fn connect(&self, clock: &Arc<dyn Clock>) -> Result<Wire<Box<dyn Stream>>, BindError> {
        let limit = Duration::from_millis(u64::try_from(self.session.session_init_ms).unwrap_or(0));
        tokio::time::timeout(limit, self.connect_and_bind(clock))
            .await
            .map_err(|_| BindError::TimedOut)?
    }

    async fn connect_and_bind(&self, clock: &Arc<dyn Clock>) -> Result<Wire<Box<dyn Stream>>, BindError> {
        let tcp = TcpStream::connect((self.bind.host.as_str(), self.bind.port)).await?;
        tcp.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.connector {
            Some(connector) => {
                let name = ServerName::try_from(self.bind.host.clone()).map_err(io::Error::other)?;
                Box::new(connector.connect(name, tcp).await?)
            }
            None => Box::new(tcp),
        };
        let session = Session::new(self.session.clone(), clock.now().0);
        let mut wire = Wire::new(stream, session, clock.clone());
        let bind = Bind {
            mode: self.mode,
            system_id: self.bind.system_id.clone(),
            password: self.bind.password.0.clone(),
            system_type: self.bind.system_type.clone(),
        };
        wire.session.bind(&bind).map_err(|_| BindError::Unfit)?;
        loop {
            match wire.next().await {
                Event::Bound { .. } => return Ok(wire),
                Event::Closed(reason) => return Err(BindError::Closed(reason)),
                _ => {}
            }
        }
    }

    /// Waits before the next try. Texts that were still put in line are given back meanwhile.
    async fn pause(&mut self, shutdown: &CancellationToken) {
        let delay = tokio::time::sleep(self.backoff.next());
        tokio::pin!(delay);
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                request = self.requests.recv() => match request {
                    Some(request) => drop(request.reply.send(SendReply::NotSent)),
                    None => return,
                },
                () = &mut delay => return,
            }
        }
    }
}

/// What a link runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Waiting times that double with each failure, each shortened by up to half at random, so that many
/// links that broke together do not come back together.
struct Backoff {
    min_ms: i64,
    max_ms: i64,
    failures: u32,
    rng: StdRng,
}

impl Backoff {
    fn next(&mut self) -> Duration {
        let doubled = self.min_ms.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let longest = doubled.clamp(1, self.max_ms.max(1));
        Duration::from_millis(self.rng.random_range(longest as u64 / 2..=longest as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_its_limit_and_is_never_twice_the_same() {
        let rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff {
            min_ms: 1000,
            max_ms: 60_000,
            failures: 0,
            rng,
        };
        let waits: Vec<u128> = (0..40).map(|_| backoff.next().as_millis()).collect();
        for (n, wait) in waits.iter().enumerate() {
            let longest = (1000_u128 << n.min(20)).min(60_000);
            assert!((longest / 2..=longest).contains(wait), "{n}: {wait}");
        }
        assert!(waits[10..].iter().any(|wait| *wait != waits[10]));
    }
}
