//! The exchange: assigns pool numbers, routes what arrives, keeps what was accepted, hands it on.
//!
//! Edges know this room by two traits ([`outlet::Exchange`] and [`outlet::Outlet`]) and by the methods of
//! [`Switchboard`]; how it keeps things is its own affair.

mod aside;
mod assign;
mod attempt;
mod batcher;
mod communities;
mod contacts;
mod early;
mod error;
mod exchange;
mod held;
mod intake;
mod keys;
mod keywords;
mod known;
mod lanes;
mod members;
mod messages;
mod notices;
mod outbox;
pub mod outlet;
mod phone_memory;
pub mod phones;
pub mod pool_file;
mod pools;
mod rates;
mod receipts;
mod recycle;
mod region;
mod registry;
mod route;
mod strangers;
mod sweep;
pub mod views;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};

pub use communities::merged_policy;
pub use contacts::ContactRef;
pub use error::{Result, SwitchboardError};
pub use keys::{Caller, Scope};
pub use members::NewMember;
pub use messages::NewMessage;
pub use outbox::Dispatching;
pub use pool_file::{Change, FieldChange, ImportRow, Plan, PoolFile, RowProblem, Unmanaged};
pub use pools::{DEFAULT_RATE_PER_S, NewNumber, NumberEdit};
pub use registry::CarrierState;
pub use route::Decision;

use crate::domain::policy::Policy;
use crate::domain::{Clock, Id, IdGenerator, Timestamp};
use crate::store::{Conn, Db, StoreError};
use batcher::Batcher;
use intake::{Arrival, Outcome};
use notices::NoticeGuard;
use outlet::{InboundReceipt, Outlet};
use receipts::{Completion, Reported};
use registry::Registry;

/// Most texts that may wait for a commit; beyond it carriers are told to slow down.
const MOST_ARRIVALS: usize = 8_192;
/// Most answers and receipts that may wait for a commit.
const MOST_REPORTS: usize = 65_536;

/// The exchange. Cheap to clone.
#[derive(Clone)]
pub struct Switchboard {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<IdGenerator>,
    registry: Registry,
    guard: Arc<NoticeGuard>,
    announcer: outbox::Announcer,
    inbox: Mutex<Option<outbox::Inbox>>,
    default_policy: OnceLock<Policy>,
    arrivals: Batcher<Arrival, Outcome>,
    completions: Batcher<Completion, Vec<crate::store::outbox::Pending>>,
    receipts: Batcher<InboundReceipt, Reported>,
    early: Arc<AtomicUsize>,
}

/// What a transaction is given: the moment, ids, and what does not change during it.
pub(crate) struct Context {
    pub now: Timestamp,
    pub ids: Arc<IdGenerator>,
    pub registry: Registry,
    pub guard: Arc<NoticeGuard>,
    /// About how many receipts are kept for texts that are not known yet.
    pub early: Arc<AtomicUsize>,
    /// Which job this is; the same when the database has it run again.
    job: i64,
}

impl Context {
    fn new(
        now: Timestamp,
        ids: Arc<IdGenerator>,
        registry: Registry,
        guard: Arc<NoticeGuard>,
        early: Arc<AtomicUsize>,
    ) -> Self {
        let job = ids.next::<crate::domain::id::MessageKind>(now).as_i64();
        Self {
            now,
            ids,
            registry,
            guard,
            early,
            job,
        }
    }

    /// What the text at a place of this job's batch causes.
    pub fn cause(&self, place: usize) -> notices::Cause {
        (self.job, place)
    }

    /// A new id.
    pub fn id<K>(&self) -> Id<K> {
        self.ids.next(self.now)
    }
}

impl Switchboard {
    /// An exchange over a migrated database. `carriers` are the names that pool numbers may refer to.
    /// Must be called within a tokio runtime.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: IdGenerator, carriers: Vec<String>) -> Self {
        let (ids, registry, guard) = (
            Arc::new(ids),
            Registry::new(carriers),
            Arc::new(NoticeGuard::default()),
        );
        let (announcer, inbox) = outbox::channel();
        // Not zero: what a former run kept has not been counted yet; the first sweep does.
        let early = Arc::new(AtomicUsize::new(1));
        let context = {
            let (clock, ids, registry, guard) = (clock.clone(), ids.clone(), registry.clone(), guard.clone());
            let early = early.clone();
            move || {
                Context::new(
                    clock.now(),
                    ids.clone(),
                    registry.clone(),
                    guard.clone(),
                    early.clone(),
                )
            }
        };
        let offer = |announcer: &outbox::Announcer| {
            let announcer = announcer.clone();
            move |pending: Vec<crate::store::outbox::Pending>| announcer.offer(pending)
        };
        let announce = offer(&announcer);
        let (suspecting, moment) = (announcer.clone(), clock.clone());
        let arrivals = Batcher::new(
            db.clone(),
            context.clone(),
            MOST_ARRIVALS,
            intake::accept,
            move |outcomes: &[Outcome]| {
                // A STOP cancels what waits, be it in memory since this very commit.
                let is_keyword = |outcome: &Outcome| {
                    outcome
                        .as_ref()
                        .is_ok_and(|a| a.verdict == outlet::Verdict::Keyword)
                };
                if outcomes.iter().any(is_keyword) {
                    suspecting.suspect(moment.now());
                }
                announce(
                    outcomes
                        .iter()
                        .flatten()
                        .flat_map(|a| a.pending.clone())
                        .collect(),
                );
            },
        );
        let announce = offer(&announcer);
        let completions = Batcher::new(
            db.clone(),
            context.clone(),
            MOST_REPORTS,
            receipts::complete,
            move |outcomes: &[Vec<crate::store::outbox::Pending>]| {
                announce(outcomes.iter().flatten().cloned().collect());
            },
        );
        let announce = offer(&announcer);
        let receipts = Batcher::new(
            db.clone(),
            context,
            MOST_REPORTS,
            receipts::report,
            move |outcomes: &[Reported]| {
                let known = outcomes.iter().filter_map(|o| match o {
                    Reported::Known(pending) => Some(pending.clone()),
                    Reported::Kept | Reported::Dropped => None,
                });
                announce(known.flatten().collect());
            },
        );
        let inbox = Mutex::new(Some(inbox));
        let inner = Inner {
            db,
            clock,
            ids,
            registry,
            guard,
            announcer,
            inbox,
            default_policy: OnceLock::new(),
            arrivals,
            completions,
            receipts,
            early,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Sets, once, what a new community decides unless it says otherwise.
    pub fn with_default_policy(self, policy: Policy) -> Self {
        let _ = self.inner.default_policy.set(policy);
        self
    }

    /// What a new community decides unless it says otherwise.
    pub fn default_policy(&self) -> Policy {
        self.inner.default_policy.get().cloned().unwrap_or_default()
    }

    /// Puts an outlet into service.
    pub fn add_outlet(&self, outlet: Arc<dyn Outlet>) {
        self.inner.registry.add(outlet);
    }

    /// Says which phones (by prefix) a carrier reaches itself, before or without its outlet.
    pub fn declare_reaches(&self, carrier: &str, prefixes: &[String]) {
        self.inner.registry.declare_reaches(carrier, prefixes);
    }

    /// The names of all carriers that pool numbers may refer to.
    pub fn carriers(&self) -> Vec<String> {
        self.inner.registry.names()
    }

    /// The present moment, as this exchange's clock has it.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        self.read(|conn| Ok(crate::store::communities::list(conn, 0, 1)?))
            .await
            .is_ok()
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn node(&self) -> u16 {
        self.inner.ids.node()
    }

    pub(crate) fn registry(&self) -> Registry {
        self.inner.registry.clone()
    }

    fn take_inbox(&self) -> Option<outbox::Inbox> {
        self.inner.inbox.lock().unwrap_or_else(|p| p.into_inner()).take()
    }

    /// Has the dispatcher look into the database: a transaction outside the intake left something there.
    pub(crate) fn wake_outbox(&self) {
        self.inner.announcer.look();
    }

    /// Has the dispatcher look, and look up again whatever was accepted until now before it leaves: it may have
    /// been cancelled, or be for another phone.
    pub(crate) fn doubt_outbox(&self) {
        self.inner.announcer.doubt(self.now());
    }

    fn context(&self) -> Context {
        let inner = &self.inner;
        Context::new(
            self.now(),
            inner.ids.clone(),
            inner.registry.clone(),
            inner.guard.clone(),
            inner.early.clone(),
        )
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read(work).await
    }

    async fn read_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, StoreError> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        self.inner.db.read(work).await
    }

    /// Runs structural work in a transaction; it may be run again.
    async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Conn, &Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let context = self.context();
        self.inner.db.write(move |conn| work(conn, &context)).await
    }

    async fn write_grouped<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Conn, &Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let context = self.context();
        self.inner
            .db
            .write_grouped(move |conn| work(conn, &context))
            .await
    }
}
