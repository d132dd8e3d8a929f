//! Traffic by number: what carriers allow, what was sent, what waits; so that new pairs go to numbers with room.

mod caps;
mod community;
mod facts;
mod report;
mod rooms;
mod sent;
mod spare;

pub use report::{Latency, NumberHealth, NumberTraffic, PairTraffic, RoomCount, TrafficOverview, Way};

pub(crate) use caps::Caps;
pub(crate) use community::community_facts;
pub(crate) use rooms::Rooms;
pub(crate) use sent::{SentFrom, count_sent};
pub(crate) use spare::Spare;
