//! What a community does now, at a glance: from what is held in memory and short reads by an index.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::Switchboard;
use super::carriers::{CarrierHealth, rounded};
use super::error::Result;
use super::kept::Timed;
use super::standing::CarrierKind;
use super::traffic::community_facts;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, PoolId};
use crate::domain::pool::NumberState;
use crate::domain::traffic::Room;
use crate::store::Conn;
use crate::switchboard::communities;

/// A pool, as full and as busy as it is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PoolFill {
    /// The pool.
    pub id: PoolId,
    /// What people call it.
    #[schema(example = "main")]
    pub name: String,
    /// How many numbers it has.
    #[schema(example = 20, minimum = 0)]
    pub numbers: i64,
    /// Of them, those that take new pairs and are neither desk nor hub.
    #[schema(example = 18, minimum = 0)]
    pub usable: i64,
    /// In how many assignments its numbers stand.
    #[schema(example = 340, minimum = 0)]
    pub assignments: i64,
    /// How many of its usable numbers have plenty of room for more traffic.
    #[schema(example = 15, minimum = 0)]
    pub plenty: i64,
    /// How many are near a cap, or have a long queue.
    #[schema(example = 2, minimum = 0)]
    pub little: i64,
    /// How many send nothing more today.
    #[schema(example = 1, minimum = 0)]
    pub none: i64,
}

/// A carrier or trunk, in short.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CarrierBrief {
    /// Its name in the settings.
    #[schema(example = "acme")]
    pub name: String,
    /// What it is.
    pub kind: CarrierKind,
    /// How it does.
    pub state: CarrierHealth,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

/// What a community does now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// Which node says this. Rates, deliveries, calls and carriers are its own; what waits, was sent today, and pools
    /// are those of all nodes.
    #[schema(example = 0, minimum = 0)]
    pub node: u16,
    /// Since when that node counts: its start.
    pub since: Timestamp,
    /// Texts between members that were accepted, a second, over the last minute.
    #[schema(example = 3.5, minimum = 0)]
    pub texts_per_s: f64,
    /// Calls that rang, a second, over the last minute.
    #[schema(example = 0.05, minimum = 0)]
    pub calls_per_s: f64,
    /// Texts delivered in the last hour.
    #[schema(example = 990, minimum = 0)]
    pub delivered: i64,
    /// Texts of which it became certain in the last hour that they will not be: failed, undelivered or expired.
    #[schema(example = 10, minimum = 0)]
    pub lost: i64,
    /// The share of both that was delivered, 0 to 1; null where nothing ended.
    #[schema(example = 0.99, minimum = 0)]
    pub delivery_rate: Option<f64>,
    /// Milliseconds from acceptance to delivery that half of those delivered did not exceed, to within a fifth.
    #[schema(example = 256)]
    pub p50_ms: Option<i64>,
    /// Milliseconds that 99 of 100 did not exceed, to within a fifth.
    #[schema(example = 2048)]
    pub p99_ms: Option<i64>,
    /// Texts that wait to leave.
    #[schema(example = 4, minimum = 0)]
    pub waiting: i64,
    /// Whole seconds for which the oldest of them has waited.
    #[schema(example = 2, minimum = 0)]
    pub oldest_waiting_s: Option<i64>,
    /// Texts that left today (UTC).
    #[schema(example = 5200, minimum = 0)]
    pub sent_today: i64,
    /// Calls that go on.
    #[schema(example = 2, minimum = 0)]
    pub calls: usize,
    /// The pools, in the order of their making.
    pub pools: Vec<PoolFill>,
    /// The carriers of the community's numbers, and the trunks.
    pub carriers: Vec<CarrierBrief>,
}

/// What the database says of it.
#[derive(Clone)]
pub(super) struct Standing {
    pools: Vec<PoolFill>,
    waiting: i64,
    oldest_waiting_s: Option<i64>,
    sent_today: i64,
    /// The carriers of its numbers.
    carriers: BTreeSet<String>,
}

fn standing(conn: &mut Conn, community: CommunityId, now: Timestamp) -> Result<Standing> {
    communities::require(conn, community)?;
    let known = community_facts(conn, community, now)?;
    let mut fills: BTreeMap<i64, PoolFill> = BTreeMap::new();
    for row in known.pools {
        let fill = PoolFill {
            id: PoolId::from_i64(row.id),
            name: row.name,
            numbers: 0,
            usable: 0,
            assignments: 0,
            plenty: 0,
            little: 0,
            none: 0,
        };
        fills.insert(row.id, fill);
    }
    let mut carriers = BTreeSet::new();
    for (row, room) in known.numbers {
        carriers.insert(row.carrier.clone());
        let Some(fill) = fills.get_mut(&row.pool_id) else {
            continue;
        };
        fill.numbers += 1;
        fill.assignments += row.load;
        if row.state != NumberState::Active.word() || row.desk || row.hub {
            continue;
        }
        fill.usable += 1;
        match room {
            Room::Plenty => fill.plenty += 1,
            Room::Little => fill.little += 1,
            Room::None => fill.none += 1,
        }
    }
    Ok(Standing {
        pools: fills.into_values().collect(),
        waiting: known.waiting,
        oldest_waiting_s: known.oldest_waiting_s,
        sent_today: known.sent_today,
        carriers,
    })
}

impl Switchboard {
    /// What a community does now. What the database says of it may be some seconds old where very much waits.
    pub async fn overview(&self, community: CommunityId) -> Result<Overview> {
        let now = self.now();
        let (board, clock) = (self.clone(), self.inner.clock.clone());
        let count = async move {
            let counted = board.read(move |conn| Timed::by(&*clock, || standing(conn, community, now)));
            counted.await
        };
        let stands = self
            .inner
            .standings
            .answer(community, &self.inner.clock, count)
            .await?;
        let seen = self.observers().pulses().of(community, now);
        let ended = seen.ended.delivered + seen.ended.lost;
        let carriers = stands
            .carriers
            .iter()
            .map(|name| self.carrier_now(name))
            .chain(self.trunks_now());
        let calls = self
            .inner
            .live_calls
            .like(|row| row.community_id == community.as_i64());
        Ok(Overview {
            node: self.node(),
            since: self.inner.began,
            texts_per_s: rounded(seen.texts_per_s),
            calls_per_s: rounded(seen.calls_per_s),
            delivered: seen.ended.delivered,
            lost: seen.ended.lost,
            delivery_rate: (ended > 0)
                .then(|| (seen.ended.delivered as f64 / ended as f64 * 10_000.0).round() / 10_000.0),
            p50_ms: seen.ended.p50_ms,
            p99_ms: seen.ended.p99_ms,
            waiting: stands.waiting,
            oldest_waiting_s: stands.oldest_waiting_s,
            sent_today: stands.sent_today,
            calls: calls.len(),
            pools: stands.pools,
            carriers: carriers
                .map(|of| CarrierBrief {
                    name: of.name,
                    kind: of.kind,
                    state: of.state,
                    since: of.since,
                })
                .collect(),
        })
    }
}
