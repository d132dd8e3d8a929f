//! The exchange: assigns pool numbers, routes what arrives, keeps what was accepted, hands it on.
//!
//! Edges know this room by two traits ([`outlet::Exchange`] and [`outlet::Outlet`]) and by the methods of
//! [`Switchboard`]; how it keeps things is its own affair.

mod admins;
mod app_devices;
mod app_texts;
mod aside;
pub mod ask;
mod assign;
mod attempt;
mod batcher;
#[cfg(test)]
mod batcher_tests;
mod bell;
mod blocks;
mod books;
mod bulk;
mod calls;
mod campaigns;
mod carriers;
mod changes;
mod communities;
mod contacts;
mod context;
mod decision;
mod deliver;
mod deliveries;
mod desk;
mod early;
mod endpoints;
mod erase;
mod error;
mod events;
mod exchange;
mod expected;
mod export;
mod forecast;
mod freeze;
mod held;
mod history;
mod hours;
mod hubs;
mod idempotency;
mod imports;
mod intake;
mod interactions;
mod intercept;
mod introductions;
mod keeper;
mod kept;
mod keys;
mod keywords;
mod known;
mod lanes;
mod lead;
pub mod media;
mod member_lists;
mod members;
mod message_steps;
mod messages;
mod new_phone;
mod notice_guard;
mod notices;
mod observer;
mod opt_ins;
mod opt_outs;
mod outbox;
pub mod outlet;
mod overview;
mod parcels;
mod past;
mod phone_hashes;
mod phone_memory;
pub mod phones;
pub mod planner;
pub mod pool_file;
mod pools;
mod pulses;
mod quarantine;
mod rates;
mod receipts;
mod recycle;
mod refusals;
mod region;
mod registry;
mod releases;
mod replay;
mod retention;
mod route;
mod shortage;
mod side;
pub mod standing;
mod strangers;
mod stream;
pub mod swap;
mod sweep;
pub mod switching;
mod tidy;
pub mod told;
mod traffic;
mod transactions;
pub mod verification;
pub mod views;
pub mod words;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};

pub use admins::{
    AdminSettings, AdminUser, AdminUserEdit, AuditEntry, Changes as ProviderChanges, Followed, NewAdminUser,
    NewAuditEntry, NewSession, ProviderSignIn, Session, SignIn, SignedIn, TotpKey, TotpSecrets, link_path,
};
pub use blocks::Block;
pub use books::{NewBookLink, OpenBook};
pub use bulk::{Bulk, BulkRow, MOST_TOGETHER};
pub use calls::{Call, CallDetail, CallQuality, CallQuery, NewCall};
pub use campaigns::{Campaign, CampaignEdit, NewCampaign};
pub use carriers::{Carrier, CarrierHealth, CarrierLink, CarrierTexts, CarrierView, TrunkCalls};
pub use communities::merged_policy;
pub use contacts::{ContactQuery, ContactRef};
pub use decision::Decision;
pub use deliveries::{Delivery, DeliveryAttempt, DeliveryDetail, DeliveryQuery, DeliveryState};
pub use endpoints::{Endpoint, EndpointEdit};
pub use erase::Erased;
pub use error::{Result, SwitchboardError};
pub use events::Event;
pub use expected::{Expected, TagKey};
pub use export::{EXPORT_FORMAT, ExportPlace};
pub use forecast::{DryRun, Foretold, Way};
pub use history::{AssignmentChanged, HistoryPlace};
pub use idempotency::Claim;
pub use imports::{
    Begun, Import, ImportFailure, ImportFormat, ImportKind, ImportMode, ImportOrder, ImportProgress,
    ImportSource, ImportState, ImportWhat, MAX_FILE_NAME_CHARS, MOST_CONTACTS_TOGETHER,
    MOST_MEMBERS_TOGETHER, Reading, RefusedRow,
};
pub use interactions::{Interaction, InteractionId};
pub use intercept::Word as AppWord;
pub use keys::{Caller, NewKey, Scope};
pub use lead::Lead;
pub use members::{MemberEdit, NewMember};
pub use message_steps::{MessageStep, StepWord};
pub use messages::{MessageQuery, NewMessage, Origin as MessageOrigin};
pub use new_phone::{
    FormerOwner, NewPhone, OwnerSettlement, PhoneChange, PhoneConflict, PhoneConflictKind, ReferenceFate,
    Settlement,
};
pub use observer::{CallbackResult, Observer};
pub use opt_ins::{NewOptIn, OptIn, OptInEnd, OptInSource};
pub use opt_outs::OptOut;
pub use outbox::Dispatching;
pub use overview::{CarrierBrief, Overview, PoolFill};
pub use parcels::{Health, Next, Parcel, PendingDelivery, Target, Try};
pub(crate) use planner::Place as CapacityPlace;
pub use planner::views::{Capacity, MemberCapacity, WhatIfResult};
pub use planner::{AddedNumbers, WhatIf};
pub use pool_file::{
    Change, FieldChange, ImportRow, Plan, PoolFile, RowProblem, ShownPlan, Sight, Unmanaged,
};
pub use pools::{DEFAULT_RATE_PER_S, NewNumber, NumberCaps, NumberEdit};
pub(crate) use rates::Rates;
pub use registry::CarrierState;
pub use releases::{RePaired, Release, ReleaseState};
pub use replay::Replayed;
pub use retention::Retained;

pub use tidy::Tidying;
pub use traffic::{
    Latency, NumberHealth, NumberTraffic, PairTraffic, RoomCount, TrafficOverview, Way as PairWay,
};

pub use crate::store::Window;

use tokio_util::sync::CancellationToken;

use crate::domain::history::Actor;
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::{Clock, IdGenerator, Timestamp};
use crate::store::Db;
use batcher::Batcher;
use bell::Bell;
use context::Context;
use intake::{Arrival, Outcome};
use notice_guard::NoticeGuard;
use observer::Observers;
use outlet::{InboundReceipt, Outlet};
use receipts::{Completion, Reported};
use registry::Registry;
use transactions::{undone, undone_if};

/// Most texts that may wait for a commit; beyond it carriers are told to slow down.
const MOST_ARRIVALS: usize = 8_192;
/// Most answers and receipts that may wait for a commit.
const MOST_REPORTS: usize = 65_536;

/// The exchange. Cheap to clone.
#[derive(Clone)]
pub struct Switchboard {
    inner: Arc<Inner>,
    /// Who changes what is changed through this handle.
    by: Actor,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<IdGenerator>,
    registry: Registry,
    guard: Arc<NoticeGuard>,
    rooms: Arc<traffic::Rooms>,
    announcer: outbox::Announcer,
    asker: OnceLock<Arc<dyn ask::Asker>>,
    /// One bulk at a time: each is a long transaction, and texts wait for it.
    bulks: tokio::sync::Semaphore,
    imports: imports::Jobs,
    /// What waits for each carrier: a count reads all of it.
    waiting: kept::Kept<(), Vec<(String, i64)>>,
    /// How full the pools of each community are, and what waits there.
    standings: kept::Kept<CommunityId, overview::Standing>,
    /// One erasure at a time: each writes the whole database anew.
    erasing: tokio::sync::Semaphore,
    news: Bell,
    observers: Observers,
    closing: CancellationToken,
    inbox: Mutex<Option<outbox::Inbox>>,
    default_policy: OnceLock<Policy>,
    admins: OnceLock<admins::AdminSettings>,
    /// What links to media begin with.
    media_links: OnceLock<String>,
    arrivals: Batcher<Arrival, Outcome>,
    completions: Batcher<Completion, Vec<crate::store::outbox::Pending>>,
    receipts: Batcher<InboundReceipt, Reported>,
    calls: Batcher<calls::Entry, Vec<crate::store::outbox::Pending>>,
    live_calls: calls::Live,
    call_questions: calls::Questions,
    voice: OnceLock<Arc<dyn switching::CallOutlet>>,
    early: Arc<AtomicUsize>,
    planner: planner::Planner,
    /// When this process took over: what its node had under way before is over.
    began: Timestamp,
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
        let rooms = Arc::new(traffic::Rooms::default());
        let (announcer, inbox) = outbox::channel();
        // Not zero: what a former run kept has not been counted yet; the first sweep does.
        let early = Arc::new(AtomicUsize::new(1));
        let context = {
            let (clock, ids, registry, guard) = (clock.clone(), ids.clone(), registry.clone(), guard.clone());
            let (rooms, early) = (rooms.clone(), early.clone());
            move || {
                Context::new(
                    clock.now(),
                    ids.clone(),
                    registry.clone(),
                    guard.clone(),
                    rooms.clone(),
                    early.clone(),
                )
            }
        };
        let news = Bell::default();
        let observers = Observers::default();
        let offer = |announcer: &outbox::Announcer| {
            let (announcer, news, observers) = (announcer.clone(), news.clone(), observers.clone());
            move |pending: Vec<crate::store::outbox::Pending>, written: &events::Written| {
                announcer.offer(pending);
                if written.any {
                    news.ring();
                }
                observers.told(written);
            }
        };
        let announce = offer(&announcer);
        let (suspecting, moment) = (announcer.clone(), clock.clone());
        let arrivals = Batcher::new(
            db.clone(),
            context.clone(),
            MOST_ARRIVALS,
            intake::accept,
            move |outcomes: &[Outcome], written: &events::Written| {
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
                    written,
                );
            },
        );
        let announce = offer(&announcer);
        let completions = Batcher::new(
            db.clone(),
            context.clone(),
            MOST_REPORTS,
            receipts::complete,
            move |outcomes: &[Vec<crate::store::outbox::Pending>], written: &events::Written| {
                announce(outcomes.iter().flatten().cloned().collect(), written);
            },
        );
        let announce = offer(&announcer);
        let calls = Batcher::new(
            db.clone(),
            context.clone(),
            MOST_REPORTS,
            calls::write,
            move |outcomes: &[Vec<crate::store::outbox::Pending>], written: &events::Written| {
                announce(outcomes.iter().flatten().cloned().collect(), written);
            },
        );
        let announce = offer(&announcer);
        let receipts = Batcher::new(
            db.clone(),
            context,
            MOST_REPORTS,
            receipts::report,
            move |outcomes: &[Reported], written: &events::Written| {
                let known = outcomes.iter().filter_map(|o| match o {
                    Reported::Known(pending) => Some(pending.clone()),
                    Reported::Kept | Reported::Dropped => None,
                });
                announce(known.flatten().collect(), written);
            },
        );
        let inbox = Mutex::new(Some(inbox));
        let began = clock.now();
        let inner = Inner {
            db,
            clock,
            ids,
            registry,
            guard,
            rooms,
            announcer,
            asker: OnceLock::new(),
            bulks: tokio::sync::Semaphore::new(1),
            imports: imports::Jobs::default(),
            waiting: kept::Kept::default(),
            standings: kept::Kept::default(),
            erasing: tokio::sync::Semaphore::new(1),
            news,
            observers,
            closing: CancellationToken::new(),
            inbox,
            default_policy: OnceLock::new(),
            admins: OnceLock::new(),
            media_links: OnceLock::new(),
            arrivals,
            completions,
            receipts,
            calls,
            live_calls: calls::Live::default(),
            call_questions: calls::Questions::default(),
            voice: OnceLock::new(),
            early,
            planner: planner::Planner::default(),
            began,
        };
        Self {
            inner: Arc::new(inner),
            by: Actor::Broker,
        }
    }

    /// The same exchange, for somebody: what is changed through it is kept as their doing.
    pub fn by(&self, actor: Actor) -> Self {
        Self {
            by: actor,
            ..self.clone()
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

    /// Says, once, who asks apps about texts and callers. Without one apps are silent.
    pub fn set_asker(&self, asker: Arc<dyn ask::Asker>) {
        let _ = self.inner.asker.set(asker);
    }

    pub(crate) fn asker(&self) -> Option<Arc<dyn ask::Asker>> {
        self.inner.asker.get().cloned()
    }

    /// Says, once, who makes calls. Without it apps can make none.
    pub fn set_voice(&self, voice: Arc<dyn switching::CallOutlet>) {
        let _ = self.inner.voice.set(voice);
    }

    pub(crate) fn voice(&self) -> Option<Arc<dyn switching::CallOutlet>> {
        self.inner.voice.get().cloned()
    }

    /// Tells the dispatcher what a transaction put into the outbox.
    pub(crate) fn announce(&self, pending: Vec<crate::store::outbox::Pending>) {
        self.inner.announcer.offer(pending);
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

    /// After a change of caps: the dispatcher keeps to the new ones from the next text on, and new pairs go by them.
    pub(crate) fn caps_changed(&self) {
        self.inner.rooms.forget();
        self.inner.announcer.recap();
    }

    fn context(&self) -> Context {
        let inner = &self.inner;
        let context = Context::new(
            self.now(),
            inner.ids.clone(),
            inner.registry.clone(),
            inner.guard.clone(),
            inner.rooms.clone(),
            inner.early.clone(),
        );
        context.by.set(self.by);
        context
    }

    /// Says who is to be told what happens to texts and callbacks, once.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        let told = observer.clone();
        self.inner
            .db
            .watch_commits(self.inner.clock.clone(), move |took_ms| told.committed(took_ms));
        self.inner.observers.set(observer);
    }

    fn observers(&self) -> &Observers {
        &self.inner.observers
    }

    /// Ends answers that would otherwise go on, such as event streams: the program stops.
    pub fn close(&self) {
        self.inner.closing.cancel();
    }

    /// Cancelled when the program stops.
    pub fn closing(&self) -> CancellationToken {
        self.inner.closing.clone()
    }

    /// After a commit: whoever waits for news is woken, and what is counted is counted.
    fn after(&self, written: &events::Written) {
        if written.any {
            self.inner.news.ring();
        }
        self.inner.observers.told(written);
    }
}
