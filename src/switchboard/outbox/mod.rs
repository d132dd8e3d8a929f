//! The dispatcher: hands what is in the outbox to the carriers, in order, within their windows and the
//! rate limits, again and again until it is taken or its deadline passes.
//!
//! Texts reach it straight from the commit. The database is the truth: after a restart, when more waits
//! than is held in memory, or when another process left something, rows are read from there.

mod allowances;
mod announce;
mod ask;
mod caps;
mod hand_out;
mod hold;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) use announce::{Announcer, Inbox, channel};

use super::Switchboard;
use super::intercept::ASK;
use super::keeper::keep;
use super::lanes::{Key, Lanes};
use super::rates::Rates;
use super::receipts::Attempt;
use super::sweep::{Swept, over};
use super::traffic::Caps;
use crate::domain::Timestamp;
use crate::store::node::NodeLock;
use crate::store::outbox::Pending;
use crate::store::traffic::DayKey;
use allowances::Allowances;

/// Most rows of one carrier held in memory; what is above stays in the database until there is room. By
/// carrier, so that one which is down fills its own room and no other's.
const HELD: usize = 20_000;
/// Rows read from the database at once.
const PAGE: i64 = 1_000;
/// Batches that may wait between the writer and the dispatcher.
const OFFERS: usize = 1_024;
/// How often links, deadlines and the database are looked at without an occasion.
const TICK: Duration = Duration::from_millis(20);
const EXPIRE_EVERY_MS: i64 = 1_000;
const SWEEP_EVERY_MS: i64 = 5_000;
/// How often a sweep also removes old messages of strangers.
const FORGET_EVERY_MS: i64 = 600_000;
/// A row that waited longer than this is looked up again before it leaves: its pair may be gone.
const STALE_MS: i64 = 1_000;
/// How much of their rates numbers and members may use at once: carriers count by the second, people
/// send a few texts in a row and then wait.
const NUMBER_BURST_MS: i64 = 100;
const MEMBER_BURST_MS: i64 = 10_000;
/// Texts that a carrier has taken while that is not in the database yet, in windows of the carrier: after a
/// kill they are sent again, so there must not be any number of them while the database is slow.
const UNSTORED_WINDOWS: usize = 2;
/// How long a shutdown waits for what is under way.
const DRAIN: Duration = Duration::from_secs(10);

/// A running dispatcher.
pub struct Dispatching {
    task: JoinHandle<()>,
    keeper: JoinHandle<()>,
    stop: CancellationToken,
}

impl Dispatching {
    /// Stops handing out, waits for the carriers' answers to what is under way (10 s at most), and
    /// returns. What was not sent stays in the database.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = tokio::join!(self.task, self.keeper);
    }
}

impl Switchboard {
    /// Starts handing out. `node` is this process's number, held for as long as the dispatcher runs;
    /// `seed` varies the waits between tries.
    pub fn dispatch(&self, node: NodeLock, seed: u64) -> Option<Dispatching> {
        let inbox = self.take_inbox()?;
        let stop = CancellationToken::new();
        let (settled_tx, settled) = mpsc::channel(HELD + OFFERS);
        let dispatcher = Dispatcher {
            board: self.clone(),
            node: Some(node),
            sweeping: None,
            lanes: Lanes::default(),
            numbers: Rates::new(100_000, NUMBER_BURST_MS),
            members: Rates::new(200_000, MEMBER_BURST_MS),
            campaigns: Rates::new(100_000, NUMBER_BURST_MS),
            caps: Caps::default(),
            caps_look: 0,
            capped_at: Timestamp(i64::MIN),
            allowances: Allowances::default(),
            parked: HashMap::new(),
            flying: HashMap::new(),
            asked: HashMap::new(),
            unstored: HashMap::new(),
            inbox,
            settled_tx,
            settled,
            jitter: seed | 1,
            swept_at: Timestamp(i64::MIN),
            forgot_at: Timestamp(i64::MIN),
            expired_at: Timestamp(i64::MIN),
            behind: BTreeSet::new(),
        };
        Some(Dispatching {
            task: tokio::spawn(dispatcher.run(stop.clone())),
            keeper: tokio::spawn(keep(self.clone(), stop.clone())),
            stop,
        })
    }
}

/// News from a try.
enum Settled {
    /// The carrier answered: the lane may go on.
    Answered {
        lane: i64,
        carrier: String,
        attempt: Attempt,
        /// The number, and the day's share of it that the text was taken of.
        of_share: Option<(i64, i64)>,
    },
    /// The database has said how much of a number's day this node may send; nothing when it failed.
    Granted {
        number: i64,
        day: i64,
        /// The caps that it was asked about.
        of: Vec<(DayKey, i64)>,
        texts: Option<i64>,
    },
    /// The first text of a lane is not this node's to send any more.
    Gone {
        lane: i64,
        carrier: String,
        of_share: Option<(i64, i64)>,
    },
    /// The caps as they were at a look.
    Caps { caps: Caps, look: u64 },
    /// The answer is in the database.
    Stored { key: Key, carrier: String },
    /// An app has had its word on a text, and that is in the database: the text that goes to a phone now, if
    /// any does.
    Decided {
        lane: i64,
        key: Key,
        text: Option<Box<Pending>>,
    },
}

struct Dispatcher {
    board: Switchboard,
    /// Ours but while a sweep has it.
    node: Option<NodeLock>,
    sweeping: Option<JoinHandle<Swept>>,
    lanes: Lanes,
    numbers: Rates<i64>,
    members: Rates<i64>,
    campaigns: Rates<i64>,
    /// The caps of numbers and campaigns, and how often they were looked up at once.
    caps: Caps,
    caps_look: u64,
    capped_at: Timestamp,
    allowances: Allowances,
    /// Lanes whose first item waits for a share of its number's day, by number.
    parked: HashMap<i64, Vec<i64>>,
    /// Tries under way, by carrier.
    flying: HashMap<String, usize>,
    /// Questions under way, by community.
    asked: HashMap<i64, usize>,
    /// Tries that are over, but not yet so in the database, by carrier.
    unstored: HashMap<String, usize>,
    inbox: Inbox,
    settled_tx: mpsc::Sender<Settled>,
    settled: mpsc::Receiver<Settled>,
    jitter: u64,
    swept_at: Timestamp,
    forgot_at: Timestamp,
    expired_at: Timestamp,
    /// Carriers of which the database holds more than we do.
    behind: BTreeSet<String>,
}

impl Dispatcher {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            self.catch_up().await;
            self.keep_up_with_caps().await;
            let now = self.board.now();
            if now.since(self.expired_at) >= EXPIRE_EVERY_MS {
                self.expired_at = now;
                self.expire();
            }
            if now.since(self.swept_at) >= SWEEP_EVERY_MS {
                self.sweep(now);
            }
            if now.since(self.capped_at) >= caps::LOOK_MS {
                self.look_at_caps(now);
            }
            let next = self.lanes.wake(now);
            self.hand_out(now);
            let nap = next.map_or(TICK, |at| {
                Duration::from_millis(at.since(now).max(1) as u64).min(TICK)
            });
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                offer = self.inbox.offers.recv() => match offer {
                    Some(items) => self.take_in(items),
                    None => break,
                },
                Some(news) = self.settled.recv() => self.settle(news),
                () = self.inbox.wake.notified() => {}
                swept = over(&mut self.sweeping) => self.swept(swept),
                () = tokio::time::sleep(nap) => {}
            }
            // What else is there already goes into the same round.
            self.take_in_all();
            while let Ok(news) = self.settled.try_recv() {
                self.settle(news);
            }
        }
        self.drain().await;
    }

    fn settle(&mut self, news: Settled) {
        let now = self.board.now();
        match news {
            Settled::Answered {
                lane,
                carrier,
                attempt,
                of_share,
            } => {
                if let (Some((number, day)), false) = (of_share, matches!(attempt, Attempt::Sent(_))) {
                    self.allowances.put_back(number, day, now);
                }
                if let Some(count) = self.flying.get_mut(&carrier) {
                    *count = count.saturating_sub(1);
                }
                match attempt {
                    Attempt::Later { attempts, due_at, .. } => self.lanes.again(lane, attempts, due_at, now),
                    Attempt::Sent(_) | Attempt::Over { .. } => {
                        *self.unstored.entry(carrier).or_default() += 1;
                        self.lanes.done(lane, now);
                    }
                }
            }
            Settled::Granted {
                number,
                day,
                of,
                texts,
            } => self.granted((number, day), &of, texts, now),
            Settled::Gone {
                lane,
                carrier,
                of_share,
            } => {
                if let Some((number, day)) = of_share {
                    self.allowances.put_back(number, day, now);
                }
                if let Some(count) = self.flying.get_mut(&carrier) {
                    *count = count.saturating_sub(1);
                }
                // What was announced is in memory by now, so that nothing brings back what is cancelled.
                self.take_in_all();
                if self.lanes.abandon(lane) {
                    self.inbox.look.store(true, std::sync::atomic::Ordering::Release);
                }
            }
            Settled::Caps { caps, look } => self.caps_looked_up(caps, look),
            Settled::Decided { lane, key, text } => {
                if let Some(count) = self.flying.get_mut(ASK) {
                    *count = count.saturating_sub(1);
                }
                if let Some(count) = self.asked.get_mut(&key.0) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.asked.remove(&key.0);
                    }
                }
                self.lanes.decided((lane, key), ASK, text.map(|t| *t), now);
            }
            Settled::Stored { key, carrier } => {
                if let Some(count) = self.unstored.get_mut(&carrier) {
                    *count = count.saturating_sub(1);
                }
                // Its announcement was made before its end was stored: once what was announced is taken
                // in, nothing can bring it back.
                self.take_in_all();
                self.lanes.forget(key, &carrier);
            }
        }
    }

    async fn drain(mut self) {
        let unused = self.allowances.all(self.board.now());
        let (unused, board) = (caps::returned(&self.caps, unused), self.board.clone());
        let Self {
            settled_tx,
            mut settled,
            ..
        } = self;
        drop(settled_tx);
        self.inbox.offers.close();
        if let Some(sweeping) = self.sweeping {
            let _ = sweeping.await;
        }
        let all = async { while settled.recv().await.is_some() {} };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("some texts were still with their carriers at the stop; they will be sent again");
        }
        board.give_back(unused).await;
    }
}
