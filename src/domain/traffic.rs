//! How busy a pool number is under its carrier's caps, as pure functions of what is counted: whether it has room
//! for new pairs, and how long texts wait for it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Timestamp;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// How long a span is, in which the latest texts are counted.
const SPAN_MS: i64 = 300_000;
/// From which share of a cap on a number counts as near it.
const NEAR: f64 = 0.8;
/// A queue is long when it takes so many seconds at the number's rate …
const LONG_QUEUE_S: f64 = 10.0;
/// … or, where no rate is set, when so many texts wait.
const LONG_QUEUE: i64 = 100;
/// Classes in which waits are counted, for each doubling: neighbours differ by a fifth.
const CLASSES_PER_DOUBLING: f64 = 4.0;
const MOST_CLASS: i16 = 127;

/// The day that counts for caps: UTC, in days since 1970.
pub fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY_MS)
}

/// When the day after that of `at` begins.
pub fn next_day(at: Timestamp) -> Timestamp {
    Timestamp((day_of(at) + 1).saturating_mul(DAY_MS))
}

/// The hour, in hours since 1970.
pub fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR_MS)
}

/// The span in which the latest texts are counted, in spans since 1970.
pub fn span_of(at: Timestamp) -> i64 {
    at.0.div_euclid(SPAN_MS)
}

/// The latest texts: how many left in a span, and how many in the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latest {
    /// Which span.
    pub span: i64,
    /// How many left in it.
    pub in_span: i64,
    /// How many left in the span before.
    pub before_span: i64,
}

impl Latest {
    /// Texts a second over the last five minutes; of the span before, that part counts which lies in them.
    pub fn per_s(self, now: Timestamp) -> f64 {
        let (span, into) = (span_of(now), now.0.rem_euclid(SPAN_MS) as f64 / SPAN_MS as f64);
        let (this, last) = match span - self.span {
            0 => (self.in_span, self.before_span),
            1 => (0, self.in_span),
            _ => (0, 0),
        };
        (this as f64 + last as f64 * (1.0 - into)) / (SPAN_MS as f64 / 1_000.0)
    }
}

/// What a number or a campaign may send, and what it has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Use {
    /// Texts a second; 0 = no limit.
    pub rate_per_s: f64,
    /// Texts a day; 0 = no limit.
    pub texts_per_day: i64,
    /// How many left today.
    pub sent_today: i64,
    /// Texts a second, lately.
    pub recent_per_s: f64,
    /// How many wait.
    pub waiting: i64,
}

/// Whether a number has room for new pairs. In the order in which numbers are taken.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// It has.
    #[default]
    Plenty,
    /// It is near a cap, or its queue is long: new pairs go elsewhere where they can.
    Little,
    /// It sends nothing more today.
    None,
}

impl Room {
    /// Every answer.
    pub const ALL: [Room; 3] = [Room::Plenty, Room::Little, Room::None];

    /// The word of the public surface.
    pub fn word(self) -> &'static str {
        match self {
            Room::Plenty => "plenty",
            Room::Little => "little",
            Room::None => "none",
        }
    }
}

/// What takes a number's room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tight {
    /// What it sent today, under its own cap.
    DayCap,
    /// What it sent in the last minutes, under its own rate.
    Rate,
    /// What waits for it.
    Queue,
    /// What its campaign sent today.
    CampaignDayCap,
    /// What its campaign sent in the last minutes.
    CampaignRate,
    /// What waits for its campaign.
    CampaignQueue,
}

/// The room of a number, under its own caps and those of its campaign, and what takes it.
pub fn room(number: &Use, campaign: Option<&Use>) -> (Room, Option<Tight>) {
    let own = room_of(number, [Tight::DayCap, Tight::Rate, Tight::Queue]);
    let shared = campaign.map_or((Room::Plenty, None), |campaign| {
        room_of(
            campaign,
            [Tight::CampaignDayCap, Tight::CampaignRate, Tight::CampaignQueue],
        )
    });
    if shared.0 > own.0 { shared } else { own }
}

fn room_of(of: &Use, [day, rate, queue]: [Tight; 3]) -> (Room, Option<Tight>) {
    if of.texts_per_day > 0 && of.sent_today >= of.texts_per_day {
        return (Room::None, Some(day));
    }
    // What waits will be sent too.
    let used = of.sent_today.saturating_add(of.waiting);
    let is_near_day = of.texts_per_day > 0 && used as f64 >= of.texts_per_day as f64 * NEAR;
    let is_near_rate = of.rate_per_s > 0.0 && of.recent_per_s >= of.rate_per_s * NEAR;
    let is_long = match of.rate_per_s > 0.0 {
        true => of.waiting > 0 && of.waiting as f64 >= of.rate_per_s * LONG_QUEUE_S,
        false => of.waiting >= LONG_QUEUE,
    };
    let tight = [(is_near_day, day), (is_long, queue), (is_near_rate, rate)];
    match tight.into_iter().find(|(is_so, _)| *is_so) {
        Some((_, why)) => (Room::Little, Some(why)),
        None => (Room::Plenty, None),
    }
}

/// So many seconds' worth of the broker's own notices may wait to leave at most …
const NOTICES_S: f64 = 60.0;
/// … and so many in any case.
const NOTICES: i64 = 20;

/// How many more notices that nobody waits for may be put before a number or a campaign, where `notices` of them wait
/// already: a minute's worth of its rate, and what its day leaves beside the texts that wait; none where neither limits it.
pub fn spare(of: &Use, notices: i64) -> Option<i64> {
    let by_rate = (of.rate_per_s > 0.0).then(|| {
        let most = (of.rate_per_s * NOTICES_S).floor() as i64;
        most.max(NOTICES) - notices
    });
    let by_day = (of.texts_per_day > 0).then(|| {
        let most = (of.texts_per_day as f64 * NEAR).floor() as i64;
        most - of.sent_today.saturating_add(of.waiting)
    });
    by_rate.into_iter().chain(by_day).min().map(|left| left.max(0))
}

/// The class of a wait.
pub fn class_of(wait_ms: i64) -> i16 {
    let class = (wait_ms.max(1) as f64).log2() * CLASSES_PER_DOUBLING;
    (class.ceil() as i16).clamp(0, MOST_CLASS)
}

/// The longest wait of a class, in milliseconds.
pub fn longest_of(class: i16) -> i64 {
    (f64::from(class.clamp(0, MOST_CLASS)) / CLASSES_PER_DOUBLING)
        .exp2()
        .round() as i64
}

/// The wait that a share of the texts did not exceed, of counts by class in their order; within a fifth.
pub fn percentile(counts: &[(i16, i64)], share: f64) -> Option<i64> {
    let all: i64 = counts.iter().map(|(_, texts)| texts).sum();
    if all <= 0 {
        return None;
    }
    let wanted = ((all as f64 * share).ceil() as i64).clamp(1, all);
    let mut seen = 0;
    for (class, texts) in counts {
        seen += texts;
        if seen >= wanted {
            return Some(longest_of(*class));
        }
    }
    None
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
