//! How carriers and trunks stand, and what a community does at a glance.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ApiState;
use super::auth::Who;
use super::path::At;
use super::problem::Result;
use crate::domain::id::CommunityKind;
use crate::switchboard::{CarrierView, Overview, Scope};

/// `GET /v1/carriers`
#[utoipa::path(
    get, path = "/v1/carriers", operation_id = "list_carriers", tag = "Carriers",
    summary = "See how carriers and trunks stand",
    description = "Every carrier of texts and every trunk for calls that the node which answers knows: whether it is up and since when, what went wrong last in the broker's own words, its links, what waits for it, and what passed since the node's start. Each node has links of its own: `node` says whose these are; what waits is that of all nodes. Addresses, names of accounts and what went wrong are shown to owners and keys of scope `admin` alone; passwords to nobody.",
    responses(
        (status = 200, description = "All of them, by name.", body = CarrierView),
    ),
)]
pub(crate) async fn list(state: Data<ApiState>, who: Who) -> Result<HttpResponse> {
    let view = state.board.carrier_view().await?;
    let view = match who.0.scope {
        Scope::Admin => view,
        _ => view.without_accounts(),
    };
    Ok(HttpResponse::Ok().json(view))
}

/// `GET …/overview`
#[utoipa::path(
    get, path = "/v1/communities/{community}/overview", operation_id = "get_overview", tag = "Communities",
    summary = "See at a glance what happens",
    description = "Texts and calls a second, the delivery rate and how long deliveries took, what waits, how full and busy the pools are, and how carriers and trunks stand. What is counted is held in memory, by each node for what it does itself since its start; what waits and what pools hold is read, and where that takes long kept for ten times as long, five minutes at most.",
    responses(
        (status = 200, description = "What happens now.", body = Overview),
    ),
)]
pub(crate) async fn overview(state: Data<ApiState>, community: At<CommunityKind>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(state.board.overview(community.0).await?))
}
