//! The edge between peers that speak text over real sockets, and an exchange that is played.

mod peers;
mod story;
mod trunks;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::time::timeout;

use self::peers::Peer;
use super::{VoiceEdge, VoiceService};
use crate::config::media::MediaConfig;
use crate::config::sip::{CallerHeader, SipConfig, TrunkConfig};
use crate::domain::call::refusal_code;
use crate::domain::id::{CallId, CommunityId};
use crate::domain::message::Reason;
use crate::domain::{Clock, E164, Timestamp};
use crate::switchboard::outlet::IntakeError;
use crate::switchboard::switching::{
    Bridging, CallAttempt, CallEnd, CallEnding, CallExchange, CallNews, CallPlan, CallReport, RefusedCall,
};

pub const SOON: Duration = Duration::from_secs(10);
/// Real phones, and pool numbers.
pub const ANN: &str = "+14155550101";
pub const BOB: &str = "+14155550102";
pub const DIALLED: &str = "+12025550111";
pub const SHOWN: &str = "+12025550122";

pub fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp(
            chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::UNIX_EPOCH).timestamp_millis()
                + 1_750_000_000_000,
        )
    }
}

/// Rules as the test wants, and writes down what it is told.
struct Played {
    asked: Mutex<Vec<CallAttempt>>,
    reports: mpsc::UnboundedSender<CallReport>,
    refuse: Option<Reason>,
    broken: Mutex<Option<Broken>>,
    calls: Mutex<i64>,
}

/// How an exchange fails to rule.
#[derive(Clone, Copy)]
pub enum Broken {
    Silent,
    Panicking,
}

#[async_trait]
impl CallExchange for Played {
    async fn route_call(&self, attempt: CallAttempt) -> Result<CallPlan, IntakeError> {
        self.asked.lock().unwrap().push(attempt);
        let broken = *self.broken.lock().unwrap();
        match broken {
            Some(Broken::Silent) => std::future::pending().await,
            Some(Broken::Panicking) => panic!("as the test wants it"),
            None => {}
        }
        if let Some(reason) = self.refuse {
            let code = refusal_code(reason);
            return Ok(CallPlan::Refuse(RefusedCall { reason, code }));
        }
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        Ok(CallPlan::Bridge(Bridging {
            call: CallId::from_i64(*calls),
            community: CommunityId::from_i64(7),
            to: CallEnd {
                phone: number(BOB),
                shown: number(SHOWN),
                carrier: "acme".into(),
            },
            ring_s: 30,
            max_duration_s: 600,
        }))
    }

    async fn report(&self, report: CallReport) -> Result<(), IntakeError> {
        let _ = self.reports.send(report);
        Ok(())
    }
}

/// A running edge.
pub struct House {
    pub service: VoiceService,
    played: Arc<Played>,
    reports: mpsc::UnboundedReceiver<CallReport>,
    pub sip: SipConfig,
}

pub fn trunk(peer: &Peer) -> TrunkConfig {
    TrunkConfig {
        targets: vec![peer.address().to_string()],
        trust: vec![CallerHeader::From],
        keep_alive_s: 0,
        ..TrunkConfig::default()
    }
}

pub fn trunks(named: &[(&str, TrunkConfig)]) -> BTreeMap<String, TrunkConfig> {
    named
        .iter()
        .map(|(name, config)| ((*name).to_owned(), config.clone()))
        .collect()
}

pub fn settings(named: &[(&str, TrunkConfig)]) -> SipConfig {
    SipConfig {
        listen: "127.0.0.1:0".into(),
        t1_ms: 100,
        t2_ms: 400,
        drain_s: 2,
        handshake_timeout_s: 1,
        trunks: trunks(named),
        ..SipConfig::default()
    }
}

// A test may ask the machine for the time; nobody else but the composition root does.
#[allow(clippy::disallowed_methods)]
pub async fn house(sip: SipConfig, refuse: Option<Reason>) -> House {
    let (sender, reports) = mpsc::unbounded_channel();
    let played = Arc::new(Played {
        asked: Mutex::default(),
        reports: sender,
        refuse,
        broken: Mutex::default(),
        calls: Mutex::new(0),
    });
    let began = Instant::now();
    let stopwatch = Arc::new(move || u64::try_from(began.elapsed().as_micros()).unwrap() + 1_000_000);
    // Each test has ports of its own.
    let first = 20_000 + 200 * (rand_port() % 200);
    let media = MediaConfig {
        first_port: first,
        last_port: first + 199,
        ..MediaConfig::default()
    };
    let edge = VoiceEdge::new(&sip, &media, Arc::new(WallClock), stopwatch)
        .unwrap()
        .unwrap();
    let service = edge.serve(played.clone(), [7; 32]).await.unwrap();
    House {
        service,
        played,
        reports,
        sip,
    }
}

fn rand_port() -> u16 {
    use std::sync::atomic::{AtomicU16, Ordering};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 20).unwrap();
    process * 10 + NEXT.fetch_add(1, Ordering::Relaxed)
}

impl House {
    pub async fn report(&mut self) -> CallReport {
        timeout(SOON, self.reports.recv()).await.unwrap().unwrap()
    }

    /// The next report of an end; others are passed over.
    pub async fn ending(&mut self) -> CallEnding {
        loop {
            if let CallNews::Ended(ending) = self.report().await.news {
                return *ending;
            }
        }
    }

    pub fn asked(&self) -> Vec<CallAttempt> {
        self.played.asked.lock().unwrap().clone()
    }

    pub fn break_down(&self, how: Broken) {
        *self.played.broken.lock().unwrap() = Some(how);
    }

    pub fn quiet(&mut self) -> bool {
        self.reports.try_recv().is_err()
    }

    /// Until figures and trunks are as the test wants them.
    pub async fn until(&self, enough: impl Fn(&House) -> bool) {
        let waiting = async {
            while !enough(self) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(SOON, waiting).await.unwrap();
    }
}
