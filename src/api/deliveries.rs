//! Deliveries of events to endpoints. To an app's key only those to its own endpoints are there.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ApiState;
use super::auth::Who;
use super::endpoints;
use super::page::{Cursor, Limit, Page, page_of_window};
use super::path::At;
use super::problem::Result;
use super::query::Query;
use crate::domain::id::{CommunityKind, DeliveryId, DeliveryKind, EndpointId, EventId};
use crate::switchboard::{Delivery, DeliveryDetail, DeliveryQuery, DeliveryState, Scope};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those to this endpoint.
    endpoint: Option<EndpointId>,
    /// Those of this event.
    event: Option<EventId>,
    /// Those that stand there.
    state: Option<DeliveryState>,
    #[serde(default)]
    #[param(value_type = Option<usize>)]
    limit: Limit,
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<DeliveryId>>,
}

/// `GET …/deliveries`: newest first.
#[utoipa::path(
    get, path = "/v1/communities/{community}/deliveries", operation_id = "list_deliveries", tag = "Callbacks",
    summary = "List deliveries",
    description = "To an app's key only those to its own endpoints are there.",
    params(Filter),
    responses(
        (status = 200, description = "A page, newest first.", body = Page<Delivery>),
    ),
)]
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
    Ok(page_of_window(found, limit, |d| d.id))
}

/// `GET …/deliveries/{delivery}`: with what it tells and each try.
#[utoipa::path(
    get, path = "/v1/communities/{community}/deliveries/{delivery}", operation_id = "get_delivery", tag = "Callbacks",
    summary = "Get a delivery",
    description = "With what it tells, and each try that is kept.",
    responses(
        (status = 200, description = "The delivery.", body = DeliveryDetail),
    ),
)]
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
#[utoipa::path(
    post, path = "/v1/communities/{community}/deliveries/{delivery}/replay", operation_id = "replay_delivery", tag = "Callbacks",
    summary = "Deliver once more",
    description = "Whatever became of it before.",
    responses(
        (status = 202, description = "The delivery, pending again.", body = DeliveryDetail),
    ),
    extensions(("x-problems" = json!(["event_forgotten", "endpoint_disabled"]))),
)]
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
