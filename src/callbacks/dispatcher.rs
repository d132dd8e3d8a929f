//! The dispatcher: one task that knows what is pending and decides what goes out when; the trying and the
//! storing happen on tasks of their own. The database is the truth: it is read when something happened in
//! this process, and now and then for what others left there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::attempt::{self, News, Reports};
use super::client::Poster;
use super::janitor;
use super::schedule::{Key, Limits, Schedule};
use super::verdict::verdict;
use crate::config::callbacks::CallbacksConfig;
use crate::domain::Timestamp;
use crate::domain::id::DeliveryId;
use crate::switchboard::{Lead, Next, PendingDelivery, Result, Switchboard, Target};

/// Most deliveries of one endpoint in memory.
const HELD: usize = 100_000;
/// Deliveries of one endpoint that are read at once.
const PAGE: i64 = 1_000;
/// How often the dispatcher looks around without being told to.
const TICK: Duration = Duration::from_millis(20);
/// How often it is asked who leads.
const LEAD_EVERY: Duration = Duration::from_secs(1);
/// How often old things are looked for, the first time after as long.
const TIDY_EVERY: Duration = Duration::from_secs(300);
/// Ids are made before they are committed: what is this much older than the newest may still turn up.
const LATE_MS: i64 = 2_000;
/// What a look counts for at most: a clock that was set meanwhile must not stop the looking.
const LONGEST_LOOK_MS: i64 = 250;
/// How soon after the last time all that is pending is read again, and how much longer for each delivery
/// held: what was replayed, or came very late, is found by this.
const REREAD_MS: i64 = 1_000;
const REREAD_MS_A_HUNDRED: i64 = 10;
/// Pages of each endpoint that are read again in one look.
const REREAD_PAGES: usize = 4;
/// Before a delivery that could not be read is read again.
const UNREAD_MS: i64 = 5_000;
/// How long a stop waits for what is under way.
const DRAIN: Duration = Duration::from_secs(5);

pub(super) struct Dispatcher {
    board: Switchboard,
    config: Arc<CallbacksConfig>,
    poster: Poster,
    schedule: Schedule,
    urls: HashMap<Key, String>,
    rng: StdRng,
    reports: Reports,
    news: mpsc::UnboundedReceiver<(Key, DeliveryId, News)>,
    /// When it was last begun to read everything that is pending, and from where that goes on, of each endpoint.
    reread_at: Timestamp,
    rereading: BTreeMap<Key, DeliveryId>,
}

impl Dispatcher {
    pub fn new(board: Switchboard, config: Arc<CallbacksConfig>, poster: Poster, seed: u64) -> Self {
        let limits = Limits {
            in_flight: config.in_flight,
            in_flight_per_endpoint: config.in_flight_per_endpoint,
            breaker_failures: config.breaker_failures,
            held: HELD,
        };
        // Unbounded, but there is at most one message for each delivery under way.
        let (reports, news) = mpsc::unbounded_channel();
        Self {
            board,
            config,
            poster,
            schedule: Schedule::new(limits),
            urls: HashMap::new(),
            rng: StdRng::seed_from_u64(seed),
            reports,
            news,
            reread_at: Timestamp(i64::MIN),
            rereading: BTreeMap::new(),
        }
    }

    pub async fn run(mut self, stop: CancellationToken) {
        let mut happened = self.board.news();
        let mut ticks = every(TICK);
        let mut polls = every(Duration::from_millis(self.config.poll_ms));
        let mut leads = every(LEAD_EVERY);
        let mut tidies = every(TIDY_EVERY);
        tidies.reset();
        let mut lead = self.board.lead("callbacks");
        let (mut leading, mut look) = (false, true);
        loop {
            // In no order of preference: many quick endpoints must not keep the others from being looked at.
            tokio::select! {
                () = stop.cancelled() => break,
                Some((key, id, news)) = self.news.recv() => self.settle(key, id, news),
                _ = leads.tick() => self.follow_lead(&mut lead, &mut leading).await,
                _ = polls.tick() => look = true,
                _ = tidies.tick() => if leading {
                    self.tidy(&stop);
                },
                _ = ticks.tick() => {
                    look |= happened.has_changed().unwrap_or(false);
                    if look && leading {
                        happened.mark_unchanged();
                        let begin = self.board.now();
                        // What is left of the reading goes on without news.
                        look = self.look().await && !self.rereading.is_empty();
                        // Looking takes a fifth of the time, unless there are very many endpoints.
                        let took = self.board.now().since(begin).clamp(0, LONGEST_LOOK_MS);
                        ticks.reset_after(TICK.max(Duration::from_millis(took.unsigned_abs() * 4)));
                    }
                }
            }
            if leading {
                self.hand_out();
            }
        }
        self.drain().await;
    }

    async fn follow_lead(&mut self, lead: &mut Lead, leading: &mut bool) {
        let leads = lead.check().await;
        if leads != *leading {
            match leads {
                true => tracing::info!("this node delivers the callbacks"),
                false => tracing::warn!("this node no longer delivers the callbacks"),
            }
            // What was held may be out of date by the time it is ours again.
            self.schedule.clear();
            self.reread_at = Timestamp(i64::MIN);
            self.rereading.clear();
            *leading = leads;
        }
    }

    /// Reads the endpoints and what is pending; false where the database did not answer.
    async fn look(&mut self) -> bool {
        let read = self.read().await;
        if let Err(error) = &read {
            tracing::warn!(%error, "pending callbacks could not be read; trying again");
        }
        read.is_ok()
    }

    async fn read(&mut self) -> Result<()> {
        let targets = self.board.targets().await?;
        let key = |target: &Target| (target.community, target.endpoint);
        let health = |target: &Target| crate::switchboard::Health {
            failures: target.failures,
            open_until: target.open_until,
        };
        self.schedule.serve(targets.iter().map(|t| (key(t), health(t))));
        self.urls = targets.into_iter().map(|t| (key(&t), t.url)).collect();

        self.plan_reread();
        self.read_news().await?;
        self.reread().await
    }

    /// Decides whose pending deliveries are to be read from the first on: now and then everybody's, and those of an
    /// endpoint that is new here.
    fn plan_reread(&mut self) {
        let now = self.board.now();
        let held = i64::try_from(self.schedule.held()).unwrap_or(i64::MAX);
        let patience = REREAD_MS.saturating_add(held / 100 * REREAD_MS_A_HUNDRED);
        let is_first = self.reread_at.0 == i64::MIN;
        let all = self.rereading.is_empty() && (is_first || now.since(self.reread_at) >= patience);
        if all {
            self.reread_at = now;
        }
        let none = DeliveryId::from_i64(0);
        let mut served = BTreeMap::new();
        for (key, newest, behind) in self.schedule.endpoints() {
            if all || (behind && newest == none) {
                served.insert(key, none);
            }
            if let Some(from) = self.rereading.get(&key) {
                served.insert(key, *from);
            }
        }
        self.rereading = served;
    }

    /// Reads what came since the last look, page by page, until each endpoint's is read to its end or has no more
    /// room.
    async fn read_news(&mut self) -> Result<()> {
        let up_to_date = self.schedule.endpoints().filter(|(_, _, behind)| !behind);
        let mut wanted: Vec<(Key, DeliveryId)> =
            up_to_date.map(|(key, newest, _)| (key, before(newest))).collect();
        while !wanted.is_empty() {
            let pages = self.pages(&wanted).await?;
            for ((key, _), page) in std::mem::take(&mut wanted).into_iter().zip(pages) {
                let (room, full) = self.hold(key, &page);
                if let Some(last) = page.last().filter(|_| room && full) {
                    wanted.push((key, DeliveryId::from_i64(last.id)));
                }
            }
        }
        Ok(())
    }

    /// Reads on from the first delivery, a few pages in each look: of an endpoint for which very much waits, the
    /// reading takes long, and the others' deliveries shall not wait for it.
    async fn reread(&mut self) -> Result<()> {
        for _ in 0..REREAD_PAGES {
            let wanted: Vec<(Key, DeliveryId)> = self.rereading.iter().map(|(k, from)| (*k, *from)).collect();
            if wanted.is_empty() {
                return Ok(());
            }
            let pages = self.pages(&wanted).await?;
            for ((key, _), page) in wanted.into_iter().zip(pages) {
                let (room, full) = self.hold(key, &page);
                match page.last() {
                    Some(last) if room && full => {
                        self.rereading.insert(key, DeliveryId::from_i64(last.id));
                        continue;
                    }
                    _ if room => self.schedule.caught_up(key),
                    _ => {}
                }
                self.rereading.remove(&key);
            }
        }
        Ok(())
    }

    async fn pages(&self, wanted: &[(Key, DeliveryId)]) -> Result<Vec<Vec<PendingDelivery>>> {
        let asked = wanted
            .iter()
            .map(|((com, end), after)| (*com, *end, *after))
            .collect();
        self.board.pending_of(asked, PAGE).await
    }

    /// Holds a page: whether there was room for it, and whether it was full.
    fn hold(&mut self, key: Key, page: &[PendingDelivery]) -> (bool, bool) {
        let room = page.iter().all(|pending| self.schedule.hold(key, *pending));
        (room, page.len() >= PAGE as usize)
    }

    fn hand_out(&mut self) {
        while let Some((key, id)) = self.schedule.next(self.board.now()) {
            let Some(url) = self.urls.get(&key).cloned() else {
                self.schedule.over(key, id);
                continue;
            };
            let (board, poster, reports) = (self.board.clone(), self.poster.clone(), self.reports.clone());
            let within = Duration::from_secs(u64::try_from(self.config.timeout_s).unwrap_or(10));
            let trying =
                tokio::spawn(async move { attempt::attempt(&board, &poster, (key, id), &url, within).await });
            tokio::spawn(async move {
                // A try that panics must not keep its lane, and its place, for ever.
                let _ = reports.send((key, id, trying.await.unwrap_or(News::Unread)));
            });
        }
    }

    fn settle(&mut self, key: Key, id: DeliveryId, news: News) {
        let now = self.board.now();
        match news {
            News::Gone => self.schedule.over(key, id),
            News::Unread => self.schedule.again(key, id, now.plus_ms(UNREAD_MS)),
            News::Answered(tried, outcome, written) => {
                let before = self.schedule.health(key);
                let chance = self.rng.random();
                let (next, health) = verdict(&self.config, outcome, tried, before, now, chance);
                self.schedule.set_health(key, health);
                tell(
                    key,
                    id,
                    &written,
                    next,
                    before.open_until.is_none() && health.open_until.is_some(),
                );
                let (board, reports) = (self.board.clone(), self.reports.clone());
                tokio::spawn(async move {
                    attempt::store(&board, (key, id), *written, next, health).await;
                    let _ = reports.send((key, id, News::Stored(next)));
                });
            }
            News::Stored(Next::Again(at)) => self.schedule.again(key, id, at),
            News::Stored(_) => self.schedule.over(key, id),
        }
    }

    fn tidy(&self, stop: &CancellationToken) {
        let (board, config, stop) = (self.board.clone(), self.config.clone(), stop.clone());
        tokio::spawn(async move {
            let tidied = stop.run_until_cancelled(janitor::tidy(&board, &config)).await;
            if let Some(Err(error)) = tidied {
                tracing::warn!(%error, "old callbacks could not be tidied up");
            }
        });
    }

    /// Waits for what is under way; what does not end is tried again after the next start.
    async fn drain(mut self) {
        let all = async {
            while self.schedule.in_flight() > 0 {
                let Some((key, id, news)) = self.news.recv().await else {
                    return;
                };
                self.settle(key, id, news);
            }
        };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("some callbacks were under way at the stop; they will be sent again");
        }
    }
}

/// The least id that is read again beside the newest.
fn before(newest: DeliveryId) -> DeliveryId {
    DeliveryId::from_i64(newest.as_i64().saturating_sub(DeliveryId::span(LATE_MS)).max(0))
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// In the log. What the endpoint answered stays in the database: it may say anything.
fn tell(key: Key, id: DeliveryId, tried: &crate::switchboard::Try, next: Next, opened: bool) {
    let (endpoint, status) = (key.1, tried.status);
    match next {
        Next::Done => tracing::debug!(%endpoint, delivery = %id, "callback delivered"),
        Next::Again(at) => {
            tracing::info!(%endpoint, delivery = %id, status, %at, "callback failed; it is tried again")
        }
        Next::Dead => tracing::warn!(%endpoint, delivery = %id, status, "callback given up"),
        Next::Gone => tracing::warn!(%endpoint, delivery = %id, "an endpoint is gone and was disabled"),
    }
    if opened {
        tracing::warn!(%endpoint, "an endpoint fails again and again; it is left alone for a while");
    }
}
