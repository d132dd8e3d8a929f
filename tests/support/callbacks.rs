//! A community whose apps are told things: the real switchboard, the real callbacks edge, no other.

use std::sync::Arc;
use std::time::Duration;

use partyline::app::SystemClock;
use partyline::callbacks::{CallbacksEdge, CallbacksService};
use partyline::config::callbacks::CallbacksConfig;
use partyline::domain::event::EventKind;
use partyline::domain::id::{CommunityId, DeliveryId, DeliveryKind, EndpointId, EventIdKind, Id, MemberId};
use partyline::domain::policy::Policy;
use partyline::domain::{Clock, IdGenerator};
use partyline::store::deliveries::{self, DeliveryRow, PENDING};
use partyline::store::events::{self, EventRow};
use partyline::store::{Db, Durability, StoreError, migrations};
use partyline::switchboard::told::OptOutChanged;
use partyline::switchboard::{DeliveryDetail, DeliveryState, EndpointEdit, Switchboard};

use super::exchange::fresh_database;
use super::receiver::Hit;
use super::{Database, eventually};

/// A community, and what serves its callbacks.
pub struct Office {
    pub url: String,
    pub board: Switchboard,
    pub clock: Arc<dyn Clock>,
    pub community: CommunityId,
    pub service: Option<CallbacksService>,
    db: Db,
    ids: IdGenerator,
    _folder: tempfile::TempDir,
}

/// Settings that reach the test's own machine and do not take long.
pub fn quick() -> CallbacksConfig {
    CallbacksConfig {
        allow_private_targets: true,
        retry_s: vec![1],
        timeout_s: 5,
        poll_ms: 20,
        ..CallbacksConfig::default()
    }
}

impl Office {
    /// On the machine's clock.
    pub async fn open(database: Database, config: &CallbacksConfig) -> Office {
        Self::open_at(database, config, Arc::new(SystemClock)).await
    }

    pub async fn open_at(database: Database, config: &CallbacksConfig, clock: Arc<dyn Clock>) -> Office {
        let (url, folder) = fresh_database(database).await;
        let board = board(&url, clock.clone(), 0);
        let community = board
            .create_community("Town".into(), Policy::default())
            .await
            .unwrap()
            .id;
        let mut office = Office {
            db: Db::open(&url, Durability::Command).unwrap(),
            url,
            board,
            clock,
            community,
            service: None,
            ids: IdGenerator::new(600),
            _folder: folder,
        };
        office.serve(config);
        office
    }

    pub fn serve(&mut self, config: &CallbacksConfig) {
        self.service = Some(serve(&self.board, self.clock.clone(), config));
    }

    pub async fn stop(&mut self) {
        self.service.take().unwrap().shutdown().await;
    }

    /// Another process on the same database.
    pub fn another(&self, node: u16, config: &CallbacksConfig) -> (Switchboard, CallbacksService) {
        let board = board(&self.url, self.clock.clone(), node);
        let service = serve(&board, self.clock.clone(), config);
        (board, service)
    }

    /// An endpoint with its secret.
    pub async fn endpoint(&self, url: &str) -> (EndpointId, String) {
        let edit = EndpointEdit {
            url: Some(url.into()),
            ..EndpointEdit::default()
        };
        let made = self
            .board
            .create_endpoint(self.community, None, edit, rand::random())
            .await;
        let (endpoint, secret) = made.unwrap();
        (endpoint.id, secret)
    }

    /// As if something had happened on a pair: an event for one endpoint, written by another process. Lane and
    /// number are the members that it names (see `lane_and_number`).
    pub async fn tell(&self, endpoint: EndpointId, lane: i64, n: i64) -> DeliveryId {
        let (now, community) = (self.clock.now(), self.community.as_i64());
        let data = OptOutChanged {
            member: Some(MemberId::from_i64(lane)),
            contact: Some(MemberId::from_i64(n)),
            all: false,
            opted_out: true,
        };
        let event: Id<EventIdKind> = self.ids.next(now);
        let delivery: Id<DeliveryKind> = self.ids.next(now);
        let event = EventRow {
            community_id: community,
            id: event.as_i64(),
            kind: EventKind::OptOutChanged.word().into(),
            lane,
            data: serde_json::to_string(&data).unwrap(),
            created_at: now.0,
        };
        let row = DeliveryRow {
            community_id: community,
            id: delivery.as_i64(),
            endpoint_id: endpoint.as_i64(),
            event_id: event.id,
            kind: event.kind.clone(),
            lane,
            message_id: None,
            state: PENDING,
            attempts: 0,
            due_at: now.0,
            last_status: None,
            last_error: None,
            created_at: now.0,
            finished_at: None,
        };
        let written = self.db.write(move |conn| {
            events::insert(conn, std::slice::from_ref(&event))?;
            deliveries::insert(conn, std::slice::from_ref(&row))
        });
        written.await.map_err(|e: StoreError| e.to_string()).unwrap();
        delivery
    }

    pub async fn delivery(&self, id: DeliveryId) -> DeliveryDetail {
        self.board.delivery(self.community, id).await.unwrap()
    }

    /// Waits until a delivery stands so, after at least so many tries.
    pub async fn wait(&self, id: DeliveryId, state: DeliveryState, tries: usize) -> DeliveryDetail {
        let what = format!("{id} to be {state:?} after {tries} tries");
        eventually(&what, Duration::from_secs(15), async || {
            let detail = self.delivery(id).await;
            detail.delivery.state == state && detail.tries.len() >= tries
        })
        .await;
        self.delivery(id).await
    }
}

/// The lane and the number of an event that `tell` told.
pub fn lane_and_number(hit: &Hit) -> (i64, i64) {
    let data = &hit.json()["data"];
    let id = |name: &str| data[name].as_str().unwrap().parse::<MemberId>().unwrap().as_i64();
    (id("member"), id("contact"))
}

fn board(url: &str, clock: Arc<dyn Clock>, node: u16) -> Switchboard {
    let db = migrations::open_migrated(url, Durability::Server).unwrap();
    Switchboard::new(db, clock, IdGenerator::new(node), Vec::new())
}

fn serve(board: &Switchboard, clock: Arc<dyn Clock>, config: &CallbacksConfig) -> CallbacksService {
    CallbacksEdge::new(config, clock).unwrap().serve(board.clone(), 7)
}
