//! Deliveries of events to endpoints. To an app's key only those to its own endpoints are there.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::ApiState;
use super::auth::Who;
use super::endpoints;
use super::page::{Cursor, Limit, page};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, DeliveryId, DeliveryKind, EndpointId, EventId};
use crate::switchboard::{DeliveryQuery, DeliveryState, Scope};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    endpoint: Option<EndpointId>,
    event: Option<EventId>,
    state: Option<DeliveryState>,
    #[serde(default)]
    limit: Limit,
    cursor: Option<Cursor<DeliveryId>>,
}

/// `GET …/deliveries`: newest first.
pub(crate) async fn list(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    who: Who,
    Query(filter): Query<Filter>,
) -> Result<HttpResponse> {
    let query = DeliveryQuery {
        endpoint: filter.endpoint,
        event: filter.event,
        state: filter.state,
    };
    let (before, limit) = (filter.cursor.map(|c| c.0), filter.limit);
    let found = match who.0.scope {
        Scope::App(_) => {
            let (board, app) = (&state.board, who.0.app);
            board
                .deliveries_of_app(community.0, app, query, before, limit.fetch())
                .await?
        }
        _ => {
            let board = &state.board;
            board
                .deliveries(community.0, query, before, limit.fetch())
                .await?
        }
    };
    Ok(page(found, limit, |d| d.id))
}

/// `GET …/deliveries/{delivery}`: with what it tells and each try.
pub(crate) async fn one(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    delivery: At<DeliveryKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = state.board.delivery(community.0, delivery.0).await?;
    endpoints::own(&state, &who, community.0, found.delivery.endpoint).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// `POST …/deliveries/{delivery}/replay`: once more, whatever became of it.
pub(crate) async fn replay(
    state: Data<ApiState>,
    community: At<CommunityKind>,
    delivery: At<DeliveryKind>,
    who: Who,
) -> Result<HttpResponse> {
    let found = state.board.delivery(community.0, delivery.0).await?;
    endpoints::own(&state, &who, community.0, found.delivery.endpoint).await?;
    let replayed = state.board.replay_delivery(community.0, delivery.0).await?;
    Ok(HttpResponse::Accepted().json(replayed))
}
