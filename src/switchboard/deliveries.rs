//! Deliveries of events to endpoints, as admins and apps see them.

use serde::{Deserialize, Serialize};

use super::endpoints;
use super::error::{Result, SwitchboardError};
use super::events::{self, Event};
use super::{Context, Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId, EventId};
use crate::store::deliveries::{self as rows, DEAD, DELIVERED, DeliveryRow, PENDING};
use crate::store::delivery_lists::{self, DeliveryFilter};
use crate::store::{Conn, StoreError, Window, events as event_rows};

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

impl DeliveryQuery {
    pub(super) fn filter(&self, endpoints: Option<Vec<i64>>) -> DeliveryFilter {
        DeliveryFilter {
            endpoints,
            event: self.event.map(EventId::as_i64),
            state: self.state.map(DeliveryState::code),
        }
    }
}

impl Switchboard {
    /// Deliveries, newest first, before `before`.
    pub async fn deliveries(
        &self,
        community: CommunityId,
        query: DeliveryQuery,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Window<Delivery>> {
        self.read(move |conn| {
            communities::require(conn, community)?;
            let endpoints = query.endpoint.map(|only| vec![only.as_i64()]);
            let before = before.map_or(i64::MAX, DeliveryId::as_i64);
            delivery_lists::list(conn, community, &query.filter(endpoints), before, limit)?.map(view)
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
                ctx.events.endpoint_test(community, id)?;
                events::write(conn, ctx)?;
                let filter = DeliveryFilter {
                    endpoints: Some(vec![id.as_i64()]),
                    ..DeliveryFilter::default()
                };
                let newest = delivery_lists::list(conn, community, &filter, i64::MAX, 1)?
                    .rows
                    .pop();
                view(newest.ok_or(StoreError::Corrupt("deliveries"))?)
            })
            .await?;
        self.endpoints_changed();
        Ok(made)
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
