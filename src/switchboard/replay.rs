//! Deliveries of one app, and dead letters that are sent again.

use serde::Serialize;

use super::deliveries::{self, Delivery, DeliveryQuery};
use super::error::Result;
use super::{Switchboard, endpoints};
use crate::domain::id::{CommunityId, DeliveryId, EndpointId};
use crate::store::deliveries as rows;
use crate::store::endpoints as endpoint_rows;
use crate::store::{Window, delivery_lists};

/// Most dead letters that one request sends again.
const MOST_REPLAYED: i64 = 1_000;

/// How many dead letters are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Replayed {
    /// So many are pending again.
    #[schema(example = 12)]
    pub replayed: i64,
    /// So many are still dead: ask again, or their events are no longer kept.
    #[schema(example = 0)]
    pub left: i64,
}

impl Switchboard {
    /// Sends the dead letters of an endpoint again, oldest first and at most a thousand.
    pub async fn replay_dead(&self, community: CommunityId, id: EndpointId) -> Result<Replayed> {
        let replayed = self
            .write(move |conn, ctx| {
                endpoints::require_active(conn, community, id)?;
                let dead = rows::dead(conn, community, id, MOST_REPLAYED)?;
                let replayed = dead.len() as i64;
                for row in dead {
                    deliveries::again(conn, ctx, row)?;
                }
                let left = rows::count(conn, community, id, rows::DEAD)?;
                Ok(Replayed { replayed, left })
            })
            .await?;
        self.endpoints_changed();
        Ok(replayed)
    }

    /// Deliveries to the endpoints of one app, newest first, before `before`.
    pub async fn deliveries_of_app(
        &self,
        community: CommunityId,
        app: Option<String>,
        query: DeliveryQuery,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Window<Delivery>> {
        self.read(move |conn| {
            let all = endpoint_rows::of_community(conn, community)?;
            let wanted = |id: i64| query.endpoint.is_none_or(|only| only.as_i64() == id);
            let own: Vec<i64> = all
                .into_iter()
                .filter(|row| row.app == app && wanted(row.id))
                .map(|row| row.id)
                .collect();
            let before = before.map_or(i64::MAX, DeliveryId::as_i64);
            delivery_lists::list(conn, community, &query.filter(Some(own)), before, limit)?
                .map(deliveries::view)
        })
        .await
    }
}
