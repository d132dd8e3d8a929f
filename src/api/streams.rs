//! Places for event streams, which are open for as long as somebody stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::auth::Who;
use super::problem::{Problem, Result};
use crate::domain::id::KeyId;
use crate::switchboard::Scope;

/// How many streams may be open: of all callers, and a quarter of that of one key, or of somebody who is signed in, lest
/// they take every other's. Keys that open everything have what is left.
pub(crate) struct Streams {
    all: Arc<Semaphore>,
    of_one: usize,
    shares: Shares,
}

/// How many streams each of them has open.
type Shares = Arc<Mutex<HashMap<KeyId, usize>>>;

/// An open stream's place; given back when it is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    share: Option<(KeyId, Shares)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((key, shares)) = &self.share {
            let mut shares = shares.lock().unwrap_or_else(|p| p.into_inner());
            if let Some(count) = shares.get_mut(key) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    shares.remove(key);
                }
            }
        }
    }
}

impl Streams {
    pub fn new(most: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most)),
            of_one: (most / 4).max(1),
            shares: Arc::default(),
        }
    }

    /// A place for a stream of theirs, until it is dropped.
    pub(super) fn open(&self, who: &Who) -> Result<Place> {
        let full = |detail: &str| Problem::unavailable("too_many_streams", detail);
        let permit = self.all.clone().try_acquire_owned();
        let permit = permit.map_err(|_| full("too many event streams are open; try again later"))?;
        let mut place = Place {
            _permit: permit,
            share: None,
        };
        if who.0.scope == Scope::Admin && who.0.user.is_none() {
            return Ok(place);
        }
        let mut shares = self.shares.lock().unwrap_or_else(|p| p.into_inner());
        let count = shares.entry(who.0.key).or_default();
        if *count >= self.of_one {
            return Err(full(
                "as many event streams are open as one key, or one person, may have; close one of them",
            ));
        }
        *count += 1;
        place.share = Some((who.0.key, self.shares.clone()));
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admin::Role;
    use crate::domain::id::{CommunityId, UserId};
    use crate::switchboard::{Caller, SignedIn};

    fn key(key: i64, scope: Scope) -> Who {
        Who(Caller {
            key: KeyId::from_i64(key),
            scope,
            app: None,
            read_only: false,
            user: None,
        })
    }

    fn person(id: i64) -> Who {
        let person = SignedIn {
            user: UserId::from_i64(id),
            name: "vera".into(),
            role: Role::Viewer,
            communities: None,
            totp: false,
            has_password: true,
        };
        let mut who = key(id, Scope::Several);
        who.0.user = Some(person);
        who
    }

    #[test]
    fn one_key_or_person_takes_no_more_than_their_share() {
        let community = CommunityId::from_i64(7);
        for scope in [Scope::Several, Scope::Community(community), Scope::App(community)] {
            let who = |id| match scope {
                Scope::Several => person(id),
                _ => key(id, scope),
            };
            let streams = Streams::new(8);
            let first = streams.open(&who(1)).ok();
            let second = streams.open(&who(1)).ok();
            assert!(first.is_some() && second.is_some());
            assert!(streams.open(&who(1)).is_err(), "a quarter of all");
            assert!(streams.open(&who(2)).is_ok(), "somebody else");
            drop(first);
            assert!(streams.open(&who(1)).is_ok(), "one has gone");
            let all = key(9, Scope::Admin);
            let keys: Vec<_> = (0..8).map_while(|_| streams.open(&all).ok()).collect();
            assert_eq!(keys.len(), 7, "a key that opens everything has what is left");
        }
    }
}
