//! How busy numbers and pairs are: what was sent, what waits and for how long, what room is left.

use serde::Serialize;
use utoipa::ToSchema;

use super::facts::Facts;
use crate::domain::id::{CampaignId, CommunityId, MemberId, MessageId, NumberId};
use crate::domain::message::Reason;
use crate::domain::traffic::{self as rules, Room, Tight, class_of, hour_of, percentile};
use crate::domain::{E164, Timestamp};
use crate::store::numbers::NumberRow;
use crate::store::traffic as rows;
use crate::store::{Conn, numbers};
use crate::switchboard::error::Result;
use crate::switchboard::pulses::{Heard, Pulses};
use crate::switchboard::{ContactRef, Switchboard, communities, contacts, pools};

/// How far back latencies are told, in hours.
const HOURS: i64 = 24;
/// Most texts of a pair that are looked at in each direction.
const MOST_TEXTS: i64 = 1_000;

/// How long texts took from being accepted to being taken by the carrier, over the last 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Latency {
    /// How many texts it is about.
    #[schema(example = 120, minimum = 0)]
    pub texts: i64,
    /// Milliseconds that half of them did not exceed, to within a fifth.
    #[schema(example = 32)]
    pub p50_ms: Option<i64>,
    /// Milliseconds that 99 of 100 did not exceed, to within a fifth.
    #[schema(example = 1024)]
    pub p99_ms: Option<i64>,
}

impl Latency {
    fn of(counts: &[(i16, i64)]) -> Self {
        Self {
            texts: counts.iter().map(|(_, texts)| texts).sum(),
            p50_ms: percentile(counts, 0.5),
            p99_ms: percentile(counts, 0.99),
        }
    }
}

/// How busy a pool number is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberTraffic {
    /// The number, by its id.
    pub id: NumberId,
    /// The number.
    pub number: E164,
    /// Whether it has room for new pairs.
    pub room: Room,
    /// What takes its room.
    pub tight: Option<Tight>,
    /// Texts that left today (UTC).
    #[schema(example = 130, minimum = 0)]
    pub sent_today: i64,
    /// Texts a day; 0 = no limit.
    #[schema(example = 200, minimum = 0)]
    pub texts_per_day: i64,
    /// Texts a second over the last five minutes.
    #[schema(example = 0.25, minimum = 0)]
    pub recent_per_s: f64,
    /// Texts a second; 0 = no limit.
    #[schema(example = 1.0, minimum = 0)]
    pub rate_per_s: f64,
    /// Its campaign: the one that it names, else the one of its pool.
    pub campaign: Option<CampaignId>,
    /// Texts that left by that campaign today.
    #[schema(example = 900, minimum = 0)]
    pub campaign_sent_today: Option<i64>,
    /// Texts a day of that campaign; 0 = no limit.
    #[schema(example = 2000, minimum = 0)]
    pub campaign_texts_per_day: Option<i64>,
    /// Texts that wait to leave.
    #[schema(example = 3, minimum = 0)]
    pub waiting: i64,
    /// Whole seconds for which the oldest of them has waited.
    #[schema(example = 2, minimum = 0)]
    pub oldest_waiting_s: Option<i64>,
    /// How long texts waited that left.
    pub latency: Latency,
    /// What carriers say of its texts.
    pub health: NumberHealth,
}

/// What carriers say of a number's texts, as the node that answers has heard it in the last 24 hours, or since its
/// start: a number whose texts a carrier filters shows here first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumberHealth {
    /// How many were delivered.
    #[schema(example = 118, minimum = 0)]
    pub delivered: i64,
    /// How many the carrier refused, or said that it cannot deliver.
    #[schema(example = 2, minimum = 0)]
    pub lost: i64,
    /// When one was last delivered.
    pub last_delivered_at: Option<Timestamp>,
    /// When one was last lost.
    #[schema(example = json!(null))]
    pub last_lost_at: Option<Timestamp>,
    /// Why it was.
    #[schema(example = json!(null))]
    pub last_lost_reason: Option<Reason>,
}

/// One direction of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PairWay)]
pub struct Way {
    /// Texts that wait to leave.
    #[schema(example = 0, minimum = 0)]
    pub waiting: i64,
    /// Whole seconds for which the oldest of them has waited.
    #[schema(example = json!(null), minimum = 0)]
    pub oldest_waiting_s: Option<i64>,
    /// How long texts waited that left; of the latest thousand.
    pub latency: Latency,
}

/// How busy a pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PairTraffic {
    /// From the member to the contact.
    pub outgoing: Way,
    /// From the contact to the member.
    pub incoming: Way,
}

/// How many numbers have so much room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomCount {
    /// How much.
    pub room: Room,
    /// How many numbers.
    pub numbers: i64,
}

/// All numbers of all communities together, for metrics: nothing in it names a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficOverview {
    /// How many numbers have so much room.
    pub rooms: Vec<RoomCount>,
    /// Of each number for which texts wait, how many do.
    pub queues: Vec<i64>,
    /// Seconds for which the oldest text of all has waited.
    pub oldest_waiting_s: i64,
}

pub(super) fn age_s(oldest: Option<i64>, now: Timestamp) -> Option<i64> {
    oldest.map(|id| now.since(MessageId::from_i64(id).made_at()).max(0) / 1_000)
}

fn number_traffic(
    conn: &mut Conn,
    pulses: &Pulses,
    community: CommunityId,
    facts: &Facts,
    row: &NumberRow,
    now: Timestamp,
) -> Result<NumberTraffic> {
    let id = NumberId::from_i64(row.id);
    let (room, tight) = facts.room(row);
    let (usage, campaign) = (facts.number(row), facts.campaign(row));
    let (waiting, oldest) = facts.waiting(row.id);
    let waits = rows::waits(conn, community, id, hour_of(now) - HOURS)?;
    Ok(NumberTraffic {
        id,
        number: row.e164()?,
        room,
        tight,
        sent_today: usage.sent_today,
        texts_per_day: usage.texts_per_day,
        recent_per_s: (usage.recent_per_s * 1_000.0).round() / 1_000.0,
        rate_per_s: usage.rate_per_s,
        campaign: campaign.map(|(row, _)| CampaignId::from_i64(row.id)),
        campaign_sent_today: campaign.map(|(_, of)| of.sent_today),
        campaign_texts_per_day: campaign.map(|(_, of)| of.texts_per_day),
        waiting,
        oldest_waiting_s: age_s(oldest, now),
        latency: Latency::of(&waits),
        health: NumberHealth::of(pulses.of_number(community, row.e164()?, now)),
    })
}

impl NumberHealth {
    fn of(heard: Heard) -> Self {
        Self {
            delivered: heard.delivered,
            lost: heard.lost,
            last_delivered_at: heard.last_delivered_at,
            last_lost_at: heard.last_lost.map(|(at, _)| at),
            last_lost_reason: heard.last_lost.map(|(_, why)| why),
        }
    }
}

fn way(
    conn: &mut Conn,
    community: CommunityId,
    (from, to): (MemberId, MemberId),
    queue: Option<rows::Queue>,
    now: Timestamp,
) -> Result<Way> {
    let since = MessageId::earliest(now.plus_ms(-HOURS * 3_600_000)).as_i64();
    let mut counts = std::collections::BTreeMap::new();
    for (accepted_at, sent_at) in rows::sent_between(conn, community, (from, to), since, MOST_TEXTS)? {
        if let Some(sent_at) = sent_at {
            *counts.entry(class_of(sent_at - accepted_at)).or_insert(0) += 1;
        }
    }
    let counts: Vec<(i16, i64)> = counts.into_iter().collect();
    Ok(Way {
        waiting: queue.map_or(0, |(_, texts, _)| texts),
        oldest_waiting_s: age_s(queue.and_then(|(.., oldest)| oldest), now),
        latency: Latency::of(&counts),
    })
}

impl Switchboard {
    /// How busy a number is.
    pub async fn number_traffic(&self, community: CommunityId, id: NumberId) -> Result<NumberTraffic> {
        let (now, observers) = (self.now(), self.observers().clone());
        self.read(move |conn| {
            let row = pools::require_number(conn, community, id)?;
            let facts = Facts::load(conn, community, now)?;
            number_traffic(conn, observers.pulses(), community, &facts, &row, now)
        })
        .await
    }

    /// How busy numbers are, in the order of their making, after `after`.
    pub async fn traffic(
        &self,
        community: CommunityId,
        after: Option<NumberId>,
        limit: i64,
    ) -> Result<Vec<NumberTraffic>> {
        let (now, observers) = (self.now(), self.observers().clone());
        self.read(move |conn| {
            communities::require(conn, community)?;
            let facts = Facts::load(conn, community, now)?;
            let rows = numbers::list(conn, community, after.map_or(0, NumberId::as_i64), limit)?;
            rows.iter()
                .map(|row| number_traffic(conn, observers.pulses(), community, &facts, row, now))
                .collect()
        })
        .await
    }

    /// How busy a pair is, in both directions.
    pub async fn pair_traffic(
        &self,
        community: CommunityId,
        member: MemberId,
        contact: ContactRef,
    ) -> Result<PairTraffic> {
        let now = self.now();
        self.read(move |conn| {
            let row = contacts::require(conn, community, member, contact)?;
            let mirror = contacts::mirror_of(conn, community, &row)?;
            let (there, back) = (row.id.as_i64(), mirror.id.as_i64());
            // Urgent texts have a lane of their own, the negative one.
            let queues = rows::queues_of_lanes(conn, community, &[there, back, -there, -back])?;
            let queue = |lane: i64| {
                let of_pair = queues.iter().filter(|(of, ..)| of.abs() == lane);
                of_pair.copied().reduce(|a, b| (lane, a.1 + b.1, a.2.min(b.2)))
            };
            Ok(PairTraffic {
                outgoing: way(conn, community, (row.member, row.contact), queue(there), now)?,
                incoming: way(conn, community, (row.contact, row.member), queue(back), now)?,
            })
        })
        .await
    }

    /// All numbers of all communities together.
    pub async fn traffic_overview(&self) -> Result<TrafficOverview> {
        let now = self.now();
        self.read(move |conn| {
            let (facts, numbers) = Facts::load_all(conn, now)?;
            let (mut rooms, mut queues, mut oldest) = ([0i64; Room::ALL.len()], Vec::new(), None);
            for row in &numbers {
                rooms[facts.room(row).0 as usize] += 1;
                let (waiting, since) = facts.waiting(row.id);
                if waiting > 0 {
                    queues.push(waiting);
                    oldest = oldest.into_iter().chain(since).min();
                }
            }
            Ok(TrafficOverview {
                rooms: Room::ALL
                    .into_iter()
                    .zip(rooms)
                    .map(|(room, numbers)| RoomCount { room, numbers })
                    .collect(),
                queues,
                oldest_waiting_s: age_s(oldest, now).unwrap_or(0),
            })
        })
        .await
    }

    /// Removes counts that are old: of days after more than a year, of waits after two days.
    pub(crate) async fn forget_traffic(&self) -> Result<usize> {
        const DAYS: i64 = 400;
        self.write_grouped(|conn, ctx| {
            let (day, hour) = (rules::day_of(ctx.now) - DAYS, hour_of(ctx.now) - 2 * HOURS);
            Ok(rows::forget(conn, day, hour)?)
        })
        .await
    }
}
