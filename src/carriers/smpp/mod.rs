//! SMPP 3.4 as an edge: carriers that this system binds to, and a server that gateways bind to.
//!
//! One task serves a link; one task for each account or carrier (the `intake`) puts what all its links
//! received in order before the exchange. A message's way in: socket, session, intake, exchange, and the
//! answer back the same way once the exchange has committed. A text's way out: an outlet puts it into a
//! link's queue, the link sends it within the window, and the answer comes back to the outlet. All queues
//! are bounded; a link whose messages wait for answers reads no further.

mod account;
mod address;
mod answers;
mod client;
mod intake;
mod link;
mod outbound;
mod pace;
mod parts;
mod reading;
mod server;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::account::Account;
use self::answers::Side;
use self::client::{LinkTask, SmppCarrier};
use self::intake::{Inbound, Intake, IntakeConfig, Worker};
use self::server::Server;
use crate::config::smpp::SmppConfig;
use crate::config::tls::{self, TlsFileError};
use crate::domain::Clock;
use crate::switchboard::outlet::{Exchange, Outlet};
use crate::wire::smpp::{Role, SessionConfig};

/// Why SMPP could not start.
#[derive(Debug, Error)]
pub enum SmppEdgeError {
    /// The settings are wrong.
    #[error("the smpp settings are wrong: {}", .0.join("; "))]
    Config(Vec<String>),
    /// A certificate or key is unusable.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
    /// An address cannot be listened on.
    #[error("cannot listen for SMPP on {address}: {source}")]
    Listen {
        /// Which address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
}

/// SMPP before it runs: its outlets exist, nothing is connected. The exchange is built with the outlets
/// and then given to [`SmppEdge::serve`].
pub struct SmppEdge {
    config: SmppConfig,
    clock: Arc<dyn Clock>,
    accounts: Vec<Arc<Account>>,
    carriers: Vec<(Arc<SmppCarrier>, Vec<LinkTask>)>,
    acceptor: Option<TlsAcceptor>,
}

impl SmppEdge {
    /// Checks the settings, reads the TLS files and makes the outlets.
    pub fn new(config: &SmppConfig, clock: Arc<dyn Clock>, rng_seed: u64) -> Result<Self, SmppEdgeError> {
        config.validate().map_err(SmppEdgeError::Config)?;
        let mut rng = StdRng::seed_from_u64(rng_seed);
        let acceptor = if config.tls_listen.is_empty() {
            None
        } else {
            Some(tls::server(&config.tls_certificate, &config.tls_key)?.into())
        };
        let accounts = config
            .accounts
            .iter()
            .map(|(name, account)| Arc::new(Account::new(name, account, clock.clone())))
            .collect();
        let carriers = config
            .carriers
            .iter()
            .map(|(name, carrier)| {
                client::carrier(name, carrier, config.max_unanswered, clock.clone(), &mut rng)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            config: config.clone(),
            clock,
            accounts,
            carriers,
            acceptor,
        })
    }

    /// One outlet for each account and each carrier.
    pub fn outlets(&self) -> Vec<Arc<dyn Outlet>> {
        let accounts = self
            .accounts
            .iter()
            .map(|account| account.clone() as Arc<dyn Outlet>);
        let carriers = self
            .carriers
            .iter()
            .map(|(carrier, _)| carrier.clone() as Arc<dyn Outlet>);
        accounts.chain(carriers).collect()
    }

    /// Starts to listen and to bind. Cancelling `shutdown` ends it politely; [`SmppService::shutdown`]
    /// does so and waits.
    pub async fn serve(
        self,
        exchange: Arc<dyn Exchange>,
        shutdown: CancellationToken,
    ) -> Result<SmppService, SmppEdgeError> {
        let listener = bind(&self.config.listen).await?;
        let tls_listener = bind(&self.config.tls_listen).await?;
        let (tasks, intakes) = (TaskTracker::new(), TaskTracker::new());
        let start_intake = |config: IntakeConfig, queue: mpsc::Receiver<Inbound>| {
            intakes.spawn(Worker::new(config, exchange.clone(), self.clock.clone()).run(queue));
        };

        let mut accounts = BTreeMap::new();
        for account in &self.accounts {
            let links = account.config.max_binds;
            let (intake, queue) = Intake::new(self.config.max_unanswered.saturating_mul(links));
            let config = IntakeConfig {
                may_submit: account.config.may_submit,
                sources: account.config.sources.clone(),
                throughput_per_s: account.config.throughput_per_s,
                ..self.intake_config(&account.name, Side::Account)
            };
            start_intake(config, queue);
            accounts.insert(account.name.clone(), (account.clone(), intake));
        }
        let server = Arc::new(Server {
            system_id: self.config.system_id.clone(),
            accounts,
            session: self.server_session(),
            failed_bind_delay: Duration::from_millis(
                u64::try_from(self.config.failed_bind_delay_ms).unwrap_or(0),
            ),
            connections: Arc::new(Semaphore::new(self.config.max_connections)),
            clock: self.clock.clone(),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        });
        let local_addr = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let tls_local_addr = tls_listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok());
        if let Some(listener) = listener {
            tasks.spawn(server.clone().listen(listener, None));
        }
        if let (Some(listener), Some(acceptor)) = (tls_listener, self.acceptor.clone()) {
            tasks.spawn(server.clone().listen(listener, Some(acceptor)));
        }

        let common: Vec<IntakeConfig> = self
            .carriers
            .iter()
            .map(|(carrier, _)| self.intake_config(carrier.name(), Side::Carrier))
            .collect();
        for ((carrier, links), intake_config) in self.carriers.into_iter().zip(common) {
            let capacity = self.config.max_unanswered.saturating_mul(links.len());
            let (intake, queue) = Intake::new(capacity);
            let region = self
                .config
                .carriers
                .get(carrier.name())
                .and_then(|c| c.default_region.as_deref());
            let region = region.and_then(|region| region.parse().ok());
            start_intake(
                IntakeConfig {
                    region,
                    ..intake_config
                },
                queue,
            );
            for link in links {
                tasks.spawn(link.run(intake.clone(), self.clock.clone(), shutdown.clone()));
            }
        }
        tasks.close();
        intakes.close();
        Ok(SmppService {
            local_addr,
            tls_local_addr,
            shutdown,
            tasks,
            intakes,
        })
    }

    fn intake_config(&self, name: &str, side: Side) -> IntakeConfig {
        IntakeConfig {
            name: name.to_owned(),
            side,
            region: None,
            may_submit: true,
            sources: Vec::new(),
            throughput_per_s: 0,
            reassembly_timeout_ms: self.config.reassembly_timeout_s.saturating_mul(1000),
            part_ack_ms: self.config.part_ack_ms,
            max_incomplete_texts: self.config.max_incomplete_texts,
        }
    }

    fn server_session(&self) -> SessionConfig {
        let inactivity = self.config.inactivity_s;
        SessionConfig {
            max_unanswered: self.config.max_unanswered,
            session_init_ms: self.config.bind_timeout_s.saturating_mul(1000),
            enquire_link_ms: self.config.enquire_link_s.saturating_mul(1000),
            inactivity_ms: (inactivity > 0).then(|| inactivity.saturating_mul(1000)),
            response_timeout_ms: self.config.response_timeout_s.saturating_mul(1000),
            ..SessionConfig::new(Role::Smsc)
        }
    }
}

async fn bind(address: &str) -> Result<Option<TcpListener>, SmppEdgeError> {
    if address.is_empty() {
        return Ok(None);
    }
    let listener = TcpListener::bind(address).await;
    listener.map(Some).map_err(|source| SmppEdgeError::Listen {
        address: address.to_owned(),
        source,
    })
}

/// SMPP as it runs.
pub struct SmppService {
    local_addr: Option<SocketAddr>,
    tls_local_addr: Option<SocketAddr>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    intakes: TaskTracker,
}

impl SmppService {
    /// Where the server listens without TLS.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.local_addr
    }

    /// Where the server listens with TLS.
    pub fn tls_local_addr(&self) -> Option<SocketAddr> {
        self.tls_local_addr
    }

    /// Unbinds every link, waits for the answers that are still owed, and ends.
    pub async fn shutdown(self) {
        self.shutdown.cancel();
        self.tasks.wait().await;
        // The links held the intakes' queues open.
        self.intakes.wait().await;
    }
}
