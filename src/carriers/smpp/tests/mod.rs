//! Client against server over real sockets, each with an exchange that the test holds in its hand.

mod bridging;
mod links;
mod long_texts;
mod serving;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use super::wire::Wire;
use super::{SmppEdge, SmppService};
use crate::config::smpp::{AccountConfig, BindConfig, CarrierConfig, Password, SmppConfig};
use crate::domain::id::MessageId;
use crate::domain::{Clock, E164, Timestamp};
use crate::switchboard::outlet::{
    Exchange, HeldPart, InboundReceipt, InboundText, IntakeError, MediaWanted, OutboundText, Outlet,
    Received, Verdict,
};
use crate::wire::smpp::{
    Address, Bind, BindMode, CloseReason, CommandStatus, Event, Operation, Outcome, Role, Session,
    SessionConfig, ShortMessage,
};

pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        Timestamp(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64)
    }
}

/// An exchange that takes what it is given once its gate lets it.
pub struct FakeExchange {
    pub started: Mutex<Vec<InboundText>>,
    pub receipts: Mutex<Vec<InboundReceipt>>,
    /// The parts that are held, and how often that was asked for.
    pub held: Mutex<Vec<HeldPart>>,
    pub holds: AtomicI64,
    pub gate: Semaphore,
    pub answer: Mutex<Result<Verdict, IntakeError>>,
    last_id: AtomicI64,
}

impl FakeExchange {
    pub fn open() -> Arc<Self> {
        let exchange = Self::shut();
        exchange.gate.add_permits(1_000_000);
        exchange
    }

    pub fn shut() -> Arc<Self> {
        Arc::new(Self {
            started: Mutex::default(),
            receipts: Mutex::default(),
            held: Mutex::default(),
            holds: AtomicI64::new(0),
            gate: Semaphore::new(0),
            answer: Mutex::new(Ok(Verdict::Bridged)),
            last_id: AtomicI64::new(0),
        })
    }

    pub fn texts(&self) -> Vec<String> {
        self.started
            .lock()
            .unwrap()
            .iter()
            .map(|text| text.text.clone())
            .collect()
    }

    fn forget(&self, numbers: &[i64]) {
        self.held
            .lock()
            .unwrap()
            .retain(|part| !numbers.contains(&part.no));
    }

    pub fn answer_with(&self, answer: Result<Verdict, IntakeError>) {
        *self.answer.lock().unwrap() = answer;
    }
}

#[async_trait]
impl Exchange for FakeExchange {
    async fn media_wanted(&self, _: E164, _: E164, _: &str) -> Result<MediaWanted, IntakeError> {
        Ok(MediaWanted::Refused)
    }

    async fn receive(&self, text: InboundText) -> Result<Received, IntakeError> {
        let held = text.held.clone();
        self.started.lock().unwrap().push(text);
        let message = MessageId::from_i64(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        self.gate.acquire().await.unwrap().forget();
        let answer = self.answer.lock().unwrap().clone();
        if answer.is_ok() {
            self.forget(&held);
        }
        answer.map(|verdict| Received { message, verdict })
    }

    async fn hold(&self, _outlet: &str, part: HeldPart) -> Result<(), IntakeError> {
        self.holds.fetch_add(1, Ordering::Relaxed);
        self.answer.lock().unwrap().clone()?;
        self.held.lock().unwrap().push(part);
        Ok(())
    }

    async fn let_go(&self, _outlet: &str, held: Vec<i64>) -> Result<(), IntakeError> {
        self.forget(&held);
        Ok(())
    }

    async fn held(&self, _outlet: &str) -> Result<Vec<HeldPart>, IntakeError> {
        Ok(self.held.lock().unwrap().clone())
    }

    async fn receipt(&self, receipt: InboundReceipt) -> Result<(), IntakeError> {
        self.receipts.lock().unwrap().push(receipt);
        Ok(())
    }
}

/// One running edge.
pub struct Edge {
    pub service: SmppService,
    pub outlets: BTreeMap<String, Arc<dyn Outlet>>,
    pub exchange: Arc<FakeExchange>,
}

impl Edge {
    pub async fn start(config: &SmppConfig, exchange: Arc<FakeExchange>) -> Self {
        let edge = SmppEdge::new(config, Arc::new(SystemClock), 7).unwrap();
        let outlets = edge
            .outlets()
            .into_iter()
            .map(|outlet| (outlet.name().to_owned(), outlet))
            .collect();
        let service = edge
            .serve(exchange.clone(), CancellationToken::new())
            .await
            .unwrap();
        Self {
            service,
            outlets,
            exchange,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.service.local_addr().unwrap()
    }

    pub fn outlet(&self, name: &str) -> Arc<dyn Outlet> {
        self.outlets[name].clone()
    }
}

/// Settings of a server with the account `gw1`.
pub fn server_config() -> SmppConfig {
    let account = AccountConfig {
        password: Password("secret".into()),
        ..AccountConfig::default()
    };
    SmppConfig {
        listen: "127.0.0.1:0".into(),
        failed_bind_delay_ms: 10,
        accounts: BTreeMap::from([("gw1".to_owned(), account)]),
        ..SmppConfig::default()
    }
}

pub fn bind_to(address: SocketAddr) -> BindConfig {
    BindConfig {
        host: address.ip().to_string(),
        port: address.port(),
        system_id: "gw1".into(),
        password: Password("secret".into()),
        ..BindConfig::default()
    }
}

/// Settings of a client with the carrier `acme` that binds there.
pub fn client_config(binds: Vec<BindConfig>) -> SmppConfig {
    let carrier = CarrierConfig {
        binds,
        reconnect_min_ms: 20,
        reconnect_max_ms: 100,
        ..CarrierConfig::default()
    };
    SmppConfig {
        listen: String::new(),
        carriers: BTreeMap::from([("acme".to_owned(), carrier)]),
        ..SmppConfig::default()
    }
}

/// A server and a client bound to it.
pub async fn pair() -> (Edge, Edge) {
    let server = Edge::start(&server_config(), FakeExchange::open()).await;
    let client = Edge::start(
        &client_config(vec![bind_to(server.address())]),
        FakeExchange::open(),
    )
    .await;
    ready(&client.outlet("acme")).await;
    ready(&server.outlet("gw1")).await;
    (server, client)
}

/// Waits until something holds, for as long as a slow machine may need.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

pub async fn ready(outlet: &Arc<dyn Outlet>) {
    until("the outlet is ready", || outlet.is_ready()).await;
}

pub fn number(n: u64) -> E164 {
    E164::from_i64(15_550_000_000 + n as i64).unwrap()
}

pub fn text(body: &str) -> OutboundText {
    OutboundText {
        message: MessageId::from_i64(99),
        from: number(1),
        to: number(2),
        text: body.into(),
        want_receipt: true,
        expires_at: SystemClock.now().plus_s(3600),
        media: Vec::new(),
        taken: Vec::new(),
    }
}

/// A peer made of the bare session, that does what the test says and nothing else.
pub struct Peer {
    wire: Wire<TcpStream>,
    tokens: u64,
}

impl Peer {
    pub async fn connect(address: SocketAddr, window: usize) -> Self {
        let tcp = TcpStream::connect(address).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let config = SessionConfig {
            window,
            ..SessionConfig::new(Role::Esme)
        };
        let clock = Arc::new(SystemClock);
        let session = Session::new(config, clock.now().0);
        Self {
            wire: Wire::new(tcp, session, clock),
            tokens: 0,
        }
    }

    pub async fn bind(&mut self, mode: BindMode, system_id: &str, password: &str) -> Result<(), CloseReason> {
        let bind = Bind {
            mode,
            system_id: system_id.into(),
            password: password.into(),
            system_type: String::new(),
        };
        self.wire.session.bind(&bind).unwrap();
        match self.event().await.expect("an answer to the bind") {
            Event::Bound { system_id, .. } => {
                assert_eq!(system_id, "partyline");
                Ok(())
            }
            Event::Closed(reason) => Err(reason),
            other => panic!("{other:?}"),
        }
    }

    pub async fn bound(address: SocketAddr, window: usize) -> Self {
        let mut peer = Self::connect(address, window).await;
        peer.bind(BindMode::Transceiver, "gw1", "secret").await.unwrap();
        peer
    }

    /// The next event, if one comes within a second.
    pub async fn event(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(5), self.wire.next())
            .await
            .ok()
    }

    /// What comes within a short time.
    pub async fn event_soon(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_millis(100), self.wire.next())
            .await
            .ok()
    }

    pub fn submit(&mut self, message: &ShortMessage) -> u64 {
        self.tokens += 1;
        let now = self.wire.now_ms();
        self.wire
            .session
            .send(Operation::Submit, message, self.tokens, now)
            .unwrap();
        self.tokens
    }

    /// The answer to a submit: its status and the id.
    pub async fn answer(&mut self) -> (u64, CommandStatus, Option<String>) {
        match self.event().await {
            Some(Event::Completed {
                token,
                outcome: Outcome::Answered { status, message_id },
            }) => (token, status, message_id),
            other => panic!("{other:?}"),
        }
    }

    pub async fn ask(&mut self, message: &ShortMessage) -> CommandStatus {
        self.submit(message);
        self.answer().await.1
    }
}

pub fn message(body: &[u8]) -> ShortMessage {
    let address = |n: u64| Address {
        ton: 1,
        npi: 1,
        addr: number(n).digits(),
    };
    ShortMessage {
        source: address(1),
        dest: address(2),
        payload: bytes::Bytes::copy_from_slice(body),
        ..ShortMessage::default()
    }
}

/// Sends in the background.
pub fn send(outlet: &Arc<dyn Outlet>, body: &str) -> oneshot::Receiver<super::tests::SendResult> {
    let (done, result) = oneshot::channel();
    let (outlet, text) = (outlet.clone(), text(body));
    tokio::spawn(async move { done.send(outlet.send_text(&text).await) });
    result
}

pub type SendResult = Result<crate::switchboard::outlet::Sent, crate::switchboard::outlet::OutletError>;
