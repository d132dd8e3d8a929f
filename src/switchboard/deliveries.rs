//! Deliveries of events to endpoints: what the callbacks edge takes out and reports back, and what admins
//! and apps see of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::endpoints::{self, give_up_pending};
use super::error::{Result, SwitchboardError};
use super::events::{self, Event};
use super::{Context, Switchboard, communities, receipts};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId, EventId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::deliveries::{self as rows, AttemptRow, DEAD, DELIVERED, DeliveryRow, PENDING};
use crate::store::endpoints::{self as endpoint_rows, DISABLED};
use crate::store::{Conn, StoreError, events as event_rows};

pub use crate::store::deliveries::PendingDelivery;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Still to be delivered.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// Given up: a dead letter. It may be replayed.
    Dead,
}

impl DeliveryState {
    const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    pub(crate) fn code(self) -> i16 {
        match self {
            Self::Pending => PENDING,
            Self::Delivered => DELIVERED,
            Self::Dead => DEAD,
        }
    }

    fn from_code(code: i16) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|s| s.code() == code);
        Ok(found.ok_or(StoreError::Corrupt("deliveries.state"))?)
    }
}

/// A delivery of an event to an endpoint.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// The id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What it tells.
    pub event: EventId,
    /// The event's kind.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    #[schema(example = 1)]
    pub attempts: i32,
    /// When the next try is due, while it is pending.
    pub due_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    #[schema(example = 200)]
    pub last_status: Option<i16>,
    /// What was wrong with the last try.
    #[schema(example = json!(null))]
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub finished_at: Option<Timestamp>,
}

/// One try to deliver.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeliveryAttempt {
    /// From 1.
    #[schema(example = 1)]
    pub attempt: i32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    #[schema(example = 42)]
    pub duration_ms: i64,
    /// The HTTP status of the answer, if there was one.
    #[schema(example = 200)]
    pub status: Option<i16>,
    /// What was wrong.
    #[schema(example = json!(null))]
    pub error: Option<String>,
    /// The headers sent, without signatures.
    #[schema(example = "content-type: application/json")]
    pub request: String,
    /// The start of the body that came back.
    #[schema(example = "ok")]
    pub answer: String,
}

/// A delivery with its tries and what it tells.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The body, while the event is kept.
    pub body: Option<Event>,
    /// The tries that are kept, oldest first.
    pub tries: Vec<DeliveryAttempt>,
}

pub(crate) fn view(row: DeliveryRow) -> Result<Delivery> {
    let state = DeliveryState::from_code(row.state)?;
    Ok(Delivery {
        id: DeliveryId::from_i64(row.id),
        endpoint: EndpointId::from_i64(row.endpoint_id),
        event: EventId::from_i64(row.event_id),
        kind: EventKind::from_word(&row.kind).ok_or(StoreError::Corrupt("deliveries.kind"))?,
        state,
        attempts: row.attempts,
        due_at: (state == DeliveryState::Pending).then_some(Timestamp(row.due_at)),
        last_status: row.last_status,
        last_error: row.last_error,
        created_at: Timestamp(row.created_at),
        finished_at: row.finished_at.map(Timestamp),
    })
}

/// Which deliveries a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryQuery {
    /// Of one endpoint.
    pub endpoint: Option<EndpointId>,
    /// Of one event.
    pub event: Option<EventId>,
    /// In one state.
    pub state: Option<DeliveryState>,
}

/// An endpoint as the callbacks edge serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whose.
    pub community: CommunityId,
    /// Which.
    pub endpoint: EndpointId,
    /// Where.
    pub url: String,
    /// Tries that failed since the last success.
    pub failures: i32,
    /// The breaker is open: no try before.
    pub open_until: Option<Timestamp>,
}

/// All that one try needs.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// The `webhook-id`: the same at every try, and for every endpoint.
    pub event: EventId,
    /// The body, JSON.
    pub body: String,
    /// The secrets that sign, newest first.
    pub secrets: Vec<String>,
    /// Tries so far.
    pub attempts: i32,
    /// When the delivery was made.
    pub created_at: Timestamp,
}

/// What a try came to.
#[derive(Clone, Debug)]
pub struct Try {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// What was wrong.
    pub error: Option<String>,
    /// The headers sent, without signatures.
    pub request: String,
    /// The start of the body that came back.
    pub answer: String,
}

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The endpoint took it.
    Done,
    /// Another try, not before then.
    Again(Timestamp),
    /// It is given up.
    Dead,
    /// It is given up, and the endpoint takes nothing any more (it answered 410 Gone).
    Gone,
}

/// How an endpoint does after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Tries that failed since the last success.
    pub failures: i32,
    /// The breaker is open: no try before.
    pub open_until: Option<Timestamp>,
}

/// Tells whoever waits that something may be there for them.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<watch::Sender<u64>>);

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Bell {
    pub fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Switchboard {
    /// Changes whenever something happened that apps are told of, in this process. Others' news is found by
    /// looking now and then.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.inner.news.listen()
    }

    pub(crate) fn endpoints_changed(&self) {
        self.inner.news.ring();
    }

    /// The active endpoints of all communities.
    pub async fn targets(&self) -> Result<Vec<Target>> {
        self.read(|conn| {
            let target = |row: endpoint_rows::EndpointRow| Target {
                community: CommunityId::from_i64(row.community_id),
                endpoint: EndpointId::from_i64(row.id),
                url: row.url,
                failures: row.failures,
                open_until: row.open_until.map(Timestamp),
            };
            Ok(endpoint_rows::active(conn)?.into_iter().map(target).collect())
        })
        .await
    }

    /// What is pending for each endpoint after the given delivery, oldest first; in the order of the endpoints.
    pub async fn pending_of(
        &self,
        wanted: Vec<(CommunityId, EndpointId, DeliveryId)>,
        limit: i64,
    ) -> Result<Vec<Vec<PendingDelivery>>> {
        self.read(move |conn| {
            let of = |(community, endpoint, after): (_, _, DeliveryId)| {
                Ok(rows::pending(conn, community, endpoint, after.as_i64(), limit)?)
            };
            wanted.into_iter().map(of).collect()
        })
        .await
    }

    /// What a try needs; none when the delivery is no longer pending.
    pub async fn parcel(&self, community: CommunityId, id: DeliveryId) -> Result<Option<Parcel>> {
        let now = self.now();
        self.read(move |conn| {
            let Some(row) = rows::get(conn, community, id)?.filter(|row| row.state == PENDING) else {
                return Ok(None);
            };
            let event = event_rows::get(conn, community, row.event_id)?
                .ok_or(StoreError::Corrupt("deliveries.event_id"))?;
            let endpoint = EndpointId::from_i64(row.endpoint_id);
            let secrets = endpoint_rows::live_secrets(conn, community, endpoint, now.0)?;
            let body = serde_json::to_string(&events::event(event)?)
                .map_err(|_| StoreError::Corrupt("events.data"))?;
            Ok(Some(Parcel {
                delivery: id,
                event: EventId::from_i64(row.event_id),
                body,
                secrets: secrets.into_iter().map(|s| s.secret).collect(),
                attempts: row.attempts,
                created_at: Timestamp(row.created_at),
            }))
        })
        .await
    }

    /// Writes down a try, what follows from it, and how the endpoint does.
    pub async fn delivery_tried(
        &self,
        community: CommunityId,
        id: DeliveryId,
        tried: Try,
        next: Next,
        health: Health,
    ) -> Result<()> {
        let told_sender = self
            .write_grouped(move |conn, ctx| apply(conn, ctx, community, id, &tried, next, health))
            .await?;
        self.inner.observers.callback(next);
        if told_sender {
            self.wake_outbox();
        }
        Ok(())
    }

    /// Deliveries, newest first, before `before`.
    pub async fn deliveries(
        &self,
        community: CommunityId,
        query: DeliveryQuery,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Vec<Delivery>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let filter = rows::DeliveryFilter {
                endpoint: query.endpoint.map(EndpointId::as_i64),
                event: query.event.map(EventId::as_i64),
                state: query.state.map(DeliveryState::code),
            };
            let before = before.map_or(i64::MAX, DeliveryId::as_i64);
            rows::list(conn, community, filter, before, limit)?
                .into_iter()
                .map(view)
                .collect()
        })
        .await
    }

    /// One delivery with its tries.
    pub async fn delivery(&self, community: CommunityId, id: DeliveryId) -> Result<DeliveryDetail> {
        self.read(move |conn| detail(conn, community, id)).await
    }

    /// Delivers once more what was delivered or given up; one that is pending becomes due at once.
    pub async fn replay_delivery(&self, community: CommunityId, id: DeliveryId) -> Result<DeliveryDetail> {
        let replayed = self
            .write(move |conn, ctx| {
                let row = require(conn, community, id)?;
                if event_rows::get(conn, community, row.event_id)?.is_none() {
                    return Err(SwitchboardError::conflict(
                        "event_forgotten",
                        format!("the event of {id} is no longer kept; see callbacks.events_kept_s"),
                    ));
                }
                let endpoint = EndpointId::from_i64(row.endpoint_id);
                endpoints::require_active(conn, community, endpoint)?;
                again(conn, ctx, row)?;
                detail(conn, community, id)
            })
            .await?;
        self.endpoints_changed();
        Ok(replayed)
    }

    /// Sends an `endpoint.test` event to one endpoint; returns its delivery.
    pub async fn test_endpoint(&self, community: CommunityId, id: EndpointId) -> Result<Delivery> {
        let made = self
            .write(move |conn, ctx| {
                endpoints::require_active(conn, community, id)?;
                ctx.events.endpoint_test(community, id);
                events::write(conn, ctx)?;
                let filter = rows::DeliveryFilter {
                    endpoint: Some(id.as_i64()),
                    ..rows::DeliveryFilter::default()
                };
                let newest = rows::list(conn, community, filter, i64::MAX, 1)?.pop();
                view(newest.ok_or(StoreError::Corrupt("deliveries"))?)
            })
            .await?;
        self.endpoints_changed();
        Ok(made)
    }

    /// Events of a community after `after`, oldest first.
    pub async fn events(
        &self,
        community: CommunityId,
        after: Option<EventId>,
        limit: i64,
    ) -> Result<Vec<Event>> {
        self.read(move |conn| {
            let after = after.map_or(0, EventId::as_i64);
            event_rows::after(conn, community, after, limit)?
                .into_iter()
                .map(events::event)
                .collect()
        })
        .await
    }
}

fn require(conn: &mut Conn, community: CommunityId, id: DeliveryId) -> Result<DeliveryRow> {
    rows::get(conn, community, id)?.ok_or_else(|| SwitchboardError::not_found("delivery", id))
}

fn detail(conn: &mut Conn, community: CommunityId, id: DeliveryId) -> Result<DeliveryDetail> {
    let row = require(conn, community, id)?;
    let body = event_rows::get(conn, community, row.event_id)?
        .map(events::event)
        .transpose()?;
    let tries = rows::attempts(conn, community, id)?
        .into_iter()
        .map(|row| DeliveryAttempt {
            attempt: row.attempt,
            at: Timestamp(row.at),
            duration_ms: row.duration_ms,
            status: row.status,
            error: row.error,
            request: row.request,
            answer: row.answer,
        })
        .collect();
    Ok(DeliveryDetail {
        delivery: view(row)?,
        body,
        tries,
    })
}

/// Makes a delivery pending once more. What became of its text was told when it was given up; that stays.
pub(super) fn again(conn: &mut Conn, ctx: &Context, mut row: DeliveryRow) -> Result<()> {
    row.state = PENDING;
    row.due_at = ctx.now.0;
    row.finished_at = None;
    Ok(rows::update(conn, &row)?)
}

fn apply(
    conn: &mut Conn,
    ctx: &Context,
    community: CommunityId,
    id: DeliveryId,
    tried: &Try,
    next: Next,
    health: Health,
) -> Result<bool> {
    let Some(mut row) = rows::get(conn, community, id)?.filter(|row| row.state == PENDING) else {
        return Ok(false);
    };
    let status = tried.status.and_then(|s| i16::try_from(s).ok());
    row.attempts = row.attempts.saturating_add(1);
    row.last_status = status;
    row.last_error.clone_from(&tried.error);
    rows::insert_attempt(
        conn,
        &AttemptRow {
            community_id: row.community_id,
            delivery_id: row.id,
            attempt: row.attempts,
            at: tried.at.0,
            duration_ms: tried.duration_ms,
            status,
            error: tried.error.clone(),
            request: tried.request.clone(),
            answer: tried.answer.clone(),
        },
    )?;
    let over = match next {
        Next::Again(at) => {
            row.due_at = at.0;
            None
        }
        Next::Done => Some((DELIVERED, Status::Delivered, None)),
        Next::Dead | Next::Gone => Some((DEAD, Status::Failed, Some(Reason::AppUnreachable))),
    };
    if let Some((state, _, _)) = over {
        row.state = state;
        row.finished_at = Some(ctx.now.0);
    }
    rows::update(conn, &row)?;
    let mut told_sender = false;
    if let (Some((_, status, reason)), Some(message)) = (over, row.message_id) {
        let ids = (community, MessageId::from_i64(message));
        told_sender = !receipts::advance(conn, ctx, ids, status, reason, None)?.is_empty();
    }
    let endpoint = EndpointId::from_i64(row.endpoint_id);
    endpoint_rows::set_health(
        conn,
        (row.community_id, row.endpoint_id),
        health.failures,
        health.open_until.map(|t| t.0),
    )?;
    if next == Next::Gone
        && let Some(mut endpoint_row) = endpoint_rows::get(conn, community, endpoint)?
    {
        let why = "it answered 410 Gone";
        endpoint_row.state = DISABLED.to_owned();
        endpoint_row.disabled_reason = Some(why.to_owned());
        endpoint_row.updated_at = ctx.now.0;
        endpoint_rows::update(conn, &endpoint_row)?;
        told_sender |= give_up_pending(conn, ctx, community, endpoint, why)?;
    }
    Ok(told_sender)
}
