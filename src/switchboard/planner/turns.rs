//! Whose turn it is to walk: a walk reads for seconds where a community is big, and others read, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::id::CommunityId;
use crate::store::StoreError;
use crate::switchboard::error::{Result, SwitchboardError};

/// Walks at once: half of the connections that read.
const AT_ONCE: usize = 2;
/// Most who walk or wait.
const MOST: usize = 32;
/// Most of one community, of whom one walks.
const MOST_OF_ONE: usize = 8;

/// Turns.
pub(super) struct Turns {
    places: Arc<Semaphore>,
    walks: Arc<Semaphore>,
    /// Of each community whose numbers somebody asks about.
    own: Mutex<HashMap<CommunityId, Weak<Semaphore>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST)),
            walks: Arc::new(Semaphore::new(AT_ONCE)),
            own: Mutex::default(),
        }
    }
}

/// A turn, until it is dropped.
pub(super) struct Turn {
    _held: [OwnedSemaphorePermit; 3],
}

impl Turns {
    /// Waits for a turn, unless too many do.
    pub async fn take(&self, community: CommunityId) -> Result<Turn> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| SwitchboardError::Overloaded)?;
        let own = self.own(community)?;
        let closed = |_| SwitchboardError::from(StoreError::Closed);
        // The community's own first, so that one who waits for that keeps nobody else from walking.
        let own = own.acquire_owned().await.map_err(closed)?;
        let walk = self.walks.clone().acquire_owned().await.map_err(closed)?;
        Ok(Turn {
            _held: [place, own, walk],
        })
    }

    fn own(&self, community: CommunityId) -> Result<Arc<Semaphore>> {
        let mut all = self.own.lock().unwrap_or_else(|p| p.into_inner());
        all.retain(|_, own| own.strong_count() > 0);
        let own = match all.get(&community).and_then(Weak::upgrade) {
            Some(own) => own,
            None => {
                let own = Arc::new(Semaphore::new(1));
                all.insert(community, Arc::downgrade(&own));
                own
            }
        };
        // Whoever walks or waits holds it.
        match Arc::strong_count(&own) > MOST_OF_ONE {
            true => Err(SwitchboardError::Overloaded),
            false => Ok(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_of_a_community_walks_and_others_wait_up_to_a_bound() {
        let turns = Arc::new(Turns::default());
        let (big, small) = (CommunityId::from_i64(1), CommunityId::from_i64(2));
        let first = turns.take(big).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 1..MOST_OF_ONE {
            let turns = turns.clone();
            waiting.push(tokio::spawn(async move { turns.take(big).await.map(drop) }));
            tokio::task::yield_now().await;
        }
        let refused = turns.take(big).await.err().unwrap();
        assert_eq!(refused.code(), "overloaded");
        // Another community's walk goes on beside.
        drop(turns.take(small).await.unwrap());
        assert!(waiting.iter().all(|waits| !waits.is_finished()));
        drop(first);
        for waits in waiting {
            waits.await.unwrap().unwrap();
        }
        assert_eq!(turns.places.available_permits(), MOST);
    }
}
