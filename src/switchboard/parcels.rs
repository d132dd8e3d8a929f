//! What the callbacks edge takes out and reports back: endpoints, what is pending for each, all that a try needs,
//! and what it came to.

use super::endpoints::give_up_pending;
use super::error::Result;
use super::events;
use super::{Context, Switchboard, receipts};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, DeliveryId, EndpointId, EventId, MessageId};
use crate::domain::message::{Reason, Status};
use crate::store::deliveries::{self as rows, AttemptRow, DEAD, DELIVERED, PENDING};
use crate::store::endpoints::{self as endpoint_rows, DISABLED};
use crate::store::{Conn, StoreError, events as event_rows, pending_deliveries};

pub use crate::store::pending_deliveries::PendingDelivery;

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

impl Switchboard {
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
                Ok(pending_deliveries::after(
                    conn,
                    community,
                    endpoint,
                    after.as_i64(),
                    limit,
                )?)
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
