//! Which numbers have little room, kept for a few seconds: a choice of a number must not count what all of them
//! sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::facts::Facts;
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, NumberId};
use crate::domain::traffic::Room;
use crate::store::numbers::NumberRow;
use crate::store::{Conn, StoreError};

/// How long what was looked up is good for.
const GOOD_FOR_MS: i64 = 5_000;
/// Most communities that are remembered.
const MOST: usize = 10_000;

/// The numbers of a community that have not plenty of room.
pub(crate) type Tight = Arc<HashMap<NumberId, Room>>;

/// What is known of communities, and since when.
#[derive(Default)]
pub(crate) struct Rooms {
    known: Mutex<HashMap<i64, (Timestamp, Tight)>>,
}

impl Rooms {
    /// The numbers that have little room or none, of those that take new pairs.
    pub fn of(
        &self,
        conn: &mut Conn,
        community: CommunityId,
        active: &[NumberRow],
        now: Timestamp,
    ) -> Result<Tight, StoreError> {
        let good = |at: Timestamp| (0..GOOD_FOR_MS).contains(&now.since(at));
        if let Some((at, tight)) = self.lock().get(&community.as_i64())
            && good(*at)
        {
            return Ok(tight.clone());
        }
        let facts = Facts::load(conn, community, now)?;
        let tight: HashMap<NumberId, Room> = active
            .iter()
            .map(|row| (NumberId::from_i64(row.id), facts.room(row).0))
            .filter(|(_, room)| *room != Room::Plenty)
            .collect();
        let tight = Arc::new(tight);
        let mut known = self.lock();
        if known.len() >= MOST {
            known.retain(|_, (at, _)| good(*at));
            if known.len() >= MOST {
                known.clear();
            }
        }
        known.insert(community.as_i64(), (now, tight.clone()));
        Ok(tight)
    }

    /// Looks anew the next time: caps were changed.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, (Timestamp, Tight)>> {
        self.known.lock().unwrap_or_else(|p| p.into_inner())
    }
}
