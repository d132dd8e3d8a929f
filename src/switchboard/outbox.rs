//! The dispatcher: hands what is in the outbox to the carriers, in order, within their windows and the
//! rate limits, again and again until it is taken or its deadline passes.
//!
//! Texts reach it straight from the commit. The database is the truth: after a restart, when more waits
//! than is held in memory, or when another process left something, rows are read from there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Switchboard;
use super::attempt::{after_failure, send};
use super::lanes::{Key, Lanes, key_of};
use super::outlet::Outlet;
use super::rates::Rates;
use super::receipts::{Attempt, Completion};
use super::sweep::{Swept, over, sweep};
use crate::domain::Timestamp;
use crate::domain::message::{Reason, Status};
use crate::store::node::NodeLock;
use crate::store::outbox::{self, Pending};

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

/// Where commits announce what they put into the outbox.
#[derive(Clone)]
pub(crate) struct Announcer {
    offers: mpsc::Sender<Vec<Pending>>,
    /// Something was put into the outbox without being announced: read the database.
    look: Arc<AtomicBool>,
    wake: Arc<Notify>,
}

impl Announcer {
    /// Never blocks; called on the writer's thread, in the order of the commits.
    pub fn offer(&self, pending: Vec<Pending>) {
        if !pending.is_empty() && self.offers.try_send(pending).is_err() {
            self.look.store(true, Ordering::Release);
        }
    }

    /// Asks for a look into the database.
    pub fn look(&self) {
        self.look.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// The dispatcher's ends of the channels, until it starts.
pub(crate) struct Inbox {
    offers: mpsc::Receiver<Vec<Pending>>,
    look: Arc<AtomicBool>,
    wake: Arc<Notify>,
}

pub(crate) fn channel() -> (Announcer, Inbox) {
    let (tx, offers) = mpsc::channel(OFFERS);
    let (look, wake) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    let announcer = Announcer {
        offers: tx,
        look: look.clone(),
        wake: wake.clone(),
    };
    (announcer, Inbox { offers, look, wake })
}

/// A running dispatcher.
pub struct Dispatching {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Dispatching {
    /// Stops handing out, waits for the carriers' answers to what is under way (10 s at most), and
    /// returns. What was not sent stays in the database.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.task.await;
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
            flying: HashMap::new(),
            unstored: HashMap::new(),
            inbox,
            settled_tx,
            settled,
            jitter: seed | 1,
            swept_at: Timestamp(i64::MIN),
            expired_at: Timestamp(i64::MIN),
            behind: BTreeSet::new(),
        };
        Some(Dispatching {
            task: tokio::spawn(dispatcher.run(stop.clone())),
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
    },
    /// The answer is in the database.
    Stored { key: Key, carrier: String },
}

struct Dispatcher {
    board: Switchboard,
    /// Ours but while a sweep has it.
    node: Option<NodeLock>,
    sweeping: Option<JoinHandle<Swept>>,
    lanes: Lanes,
    numbers: Rates<i64>,
    members: Rates<i64>,
    /// Tries under way, by carrier.
    flying: HashMap<String, usize>,
    /// Tries that are over, but not yet so in the database, by carrier.
    unstored: HashMap<String, usize>,
    inbox: Inbox,
    settled_tx: mpsc::Sender<Settled>,
    settled: mpsc::Receiver<Settled>,
    jitter: u64,
    swept_at: Timestamp,
    expired_at: Timestamp,
    /// Carriers of which the database holds more than we do.
    behind: BTreeSet<String>,
}

impl Dispatcher {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            self.catch_up().await;
            let now = self.board.now();
            if now.since(self.expired_at) >= EXPIRE_EVERY_MS {
                self.expired_at = now;
                self.expire();
            }
            if now.since(self.swept_at) >= SWEEP_EVERY_MS {
                self.sweep(now);
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

    fn take_in(&mut self, items: Vec<Pending>) {
        let now = self.board.now();
        for item in items {
            self.hold(item, now);
        }
    }

    /// Holds a row, unless its carrier's room is full, or older rows of that carrier are still in the
    /// database: taking this one first would break the order.
    fn hold(&mut self, item: Pending, now: Timestamp) {
        if self.behind.contains(&item.row.carrier) {
            return;
        }
        if self.lanes.count(&item.row.carrier) >= HELD {
            self.behind.insert(item.row.carrier);
            return;
        }
        self.lanes.add(item, now);
    }

    fn take_in_all(&mut self) {
        while let Ok(items) = self.inbox.offers.try_recv() {
            self.take_in(items);
        }
    }

    /// Reads what is not held: of all carriers when something was put there unannounced, of one that had
    /// too much when half of its room is free again.
    async fn catch_up(&mut self) {
        // Cleared before the reading: what is put there later asks anew.
        if self.inbox.look.swap(false, Ordering::AcqRel) && !self.read_in(None).await {
            self.inbox.look.store(true, Ordering::Release);
        }
        let relieved = self
            .behind
            .iter()
            .find(|carrier| self.lanes.count(carrier) < HELD / 2)
            .cloned();
        if let Some(carrier) = relieved {
            // From here on its announcements are taken in again, after what is read now.
            self.behind.remove(&carrier);
            if !self.read_in(Some(carrier.clone())).await {
                self.behind.insert(carrier);
            }
        }
    }

    /// Reads rows in the order of acceptance until all that there is room for are held. False when the
    /// database did not answer.
    async fn read_in(&mut self, carrier: Option<String>) -> bool {
        let node = self.board.node();
        let mut after = (0, 0, 0);
        loop {
            let (of, not_of) = (carrier.clone(), self.behind.iter().cloned().collect::<Vec<_>>());
            let page = self
                .board
                .read_store(move |conn| outbox::page(conn, node, of.as_deref(), &not_of, after, PAGE));
            let page = match page.await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read; trying again shortly");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    return false;
                }
            };
            let full = page.len() as i64 == PAGE;
            let now = self.board.now();
            for item in page {
                after = key_of(&item);
                self.hold(item, now);
            }
            if !full || carrier.as_ref().is_some_and(|c| self.behind.contains(c)) {
                return true;
            }
        }
    }

    /// Looks, beside the handing out, for rows of nodes that are gone, and for rows that other processes
    /// left for us.
    fn sweep(&mut self, now: Timestamp) {
        if let Some(lock) = self.node.take() {
            self.swept_at = now;
            self.sweeping = Some(tokio::spawn(sweep(self.board.clone(), lock, self.lanes.len())));
        }
    }

    fn swept(&mut self, swept: Result<Swept, tokio::task::JoinError>) {
        self.sweeping = None;
        match swept {
            Ok(Swept {
                lock,
                held,
                adopted,
                rows,
            }) => {
                self.node = Some(lock);
                match rows {
                    // What is left in the database on purpose does not count.
                    Ok(rows)
                        if adopted
                            || (self.behind.is_empty() && rows > held.max(self.lanes.len()) as i64) =>
                    {
                        self.inbox.look.store(true, Ordering::Release);
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the outbox could not be swept"),
                }
            }
            Err(error) => tracing::error!(%error, "the sweep of the outbox failed"),
        }
    }

    fn hand_out(&mut self, now: Timestamp) {
        for carrier in self.lanes.carriers() {
            let Some(outlet) = self.board.registry().outlet(&carrier) else {
                continue;
            };
            let window = outlet.window();
            let unstored = self.unstored.get(&carrier).copied().unwrap_or(0);
            if unstored >= window.saturating_mul(UNSTORED_WINDOWS) {
                continue;
            }
            while outlet.is_ready() && self.flying.get(&carrier).copied().unwrap_or(0) < window {
                let Some(item) = self.lanes.next(&carrier) else {
                    break;
                };
                if item.row.expires_at <= now.0 {
                    self.give_up(item, Reason::DeadlinePassed);
                    continue;
                }
                let wait = self.wait_ms(&item, now);
                if wait > 0 {
                    self.lanes.not_before(item.row.lane, now.plus_ms(wait));
                    continue;
                }
                self.numbers.take(item.row.number_id, item.row.number_rate, now);
                if let Some(member) = item.row.member_id {
                    self.members
                        .take(member, f64::from(item.row.member_rate) / 60.0, now);
                }
                *self.flying.entry(carrier.clone()).or_default() += 1;
                self.try_one(outlet.clone(), item, now);
            }
        }
    }

    fn wait_ms(&self, item: &Pending, now: Timestamp) -> i64 {
        let number = self
            .numbers
            .wait_ms(item.row.number_id, item.row.number_rate, now);
        let member = item.row.member_id.map_or(0, |m| {
            self.members
                .wait_ms(m, f64::from(item.row.member_rate) / 60.0, now)
        });
        number.max(member)
    }

    fn try_one(&mut self, outlet: Arc<dyn Outlet>, item: Pending, now: Timestamp) {
        let (board, settled, spread) = (self.board.clone(), self.settled_tx.clone(), self.spread());
        tokio::spawn(async move {
            let node = board.node();
            let stale = item.row.attempts > 0 || now.0 - item.accepted_at > STALE_MS;
            let (key, lane) = (key_of(&item), item.row.lane);
            if stale
                && matches!(
                    board
                        .read_store(move |conn| outbox::exists(conn, key, node))
                        .await,
                    Ok(false)
                )
            {
                // Cancelled meanwhile (the pair was released, the recipient sent STOP), or adopted by another
                // node while this one had lost its lock.
                let attempt = Attempt::Over {
                    status: Status::Blocked,
                    reason: Reason::PairReleased,
                    detail: None,
                };
                let carrier = item.row.carrier;
                let _ = settled
                    .send(Settled::Answered {
                        lane,
                        carrier: carrier.clone(),
                        attempt,
                    })
                    .await;
                let _ = settled.send(Settled::Stored { key, carrier }).await;
                return;
            }
            let result = send(&board, &*outlet, &item).await;
            let attempt = match result {
                Ok(sent) => Attempt::Sent(sent),
                Err(error) => after_failure(&item, error, board.now(), spread),
            };
            finish(&board, &settled, item, attempt).await;
        });
    }

    fn give_up(&mut self, item: Pending, reason: Reason) {
        let (board, settled) = (self.board.clone(), self.settled_tx.clone());
        *self.flying.entry(item.row.carrier.clone()).or_default() += 1;
        tokio::spawn(async move {
            let attempt = Attempt::Over {
                status: Status::Expired,
                reason,
                detail: None,
            };
            finish(&board, &settled, item, attempt).await;
        });
    }

    fn expire(&mut self) {
        for item in self.lanes.expired(self.board.now()) {
            self.lanes.seize(item.row.lane);
            let known = self.board.registry().outlet(&item.row.carrier).is_some();
            self.give_up(
                item,
                if known {
                    Reason::DeadlinePassed
                } else {
                    Reason::NoCarrier
                },
            );
        }
    }

    fn settle(&mut self, news: Settled) {
        let now = self.board.now();
        match news {
            Settled::Answered {
                lane,
                carrier,
                attempt,
                ..
            } => {
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

    /// A number from 0.8 to 1.2 that differs from try to try.
    fn spread(&mut self) -> f64 {
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 7;
        self.jitter ^= self.jitter << 17;
        0.8 + (self.jitter % 1000) as f64 / 2500.0
    }

    async fn drain(mut self) {
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
    }
}

/// Tells the lane at once and the database after; the row is held until that is stored.
async fn finish(board: &Switchboard, settled: &mpsc::Sender<Settled>, item: Pending, attempt: Attempt) {
    let (key, lane, carrier) = (key_of(&item), item.row.lane, item.row.carrier.clone());
    let later = matches!(attempt, Attempt::Later { .. });
    let answered = Settled::Answered {
        lane,
        carrier: carrier.clone(),
        attempt: attempt.clone(),
    };
    let _ = settled.send(answered).await;
    let completion = Completion {
        key,
        carrier: carrier.clone(),
        attempt,
    };
    while let Err(error) = board.complete(completion.clone()).await {
        tracing::warn!(%error, "an answer of a carrier could not be stored; trying again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    if !later {
        let _ = settled.send(Settled::Stored { key, carrier }).await;
    }
}
