//! Places for event streams, which are open for as long as somebody stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::auth::Who;
use super::problem::{Problem, Result};
use crate::domain::id::KeyId;
use crate::switchboard::Scope;

/// How many streams may be open: of all callers, and of one app's key, or of somebody who is signed in, a quarter of that,
/// lest they take every other's.
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
        let full = || {
            Problem::unavailable(
                "too_many_streams",
                "too many event streams are open; try again later",
            )
        };
        let permit = self.all.clone().try_acquire_owned().map_err(|_| full())?;
        // Of an app's key, and of somebody who is signed in: neither shall keep all others out.
        let has_share = matches!(who.0.scope, Scope::App(_)) || who.0.user.is_some();
        let share = match has_share {
            true => {
                let mut shares = self.shares.lock().unwrap_or_else(|p| p.into_inner());
                let count = shares.entry(who.0.key).or_default();
                if *count >= self.of_one {
                    return Err(full());
                }
                *count += 1;
                Some((who.0.key, self.shares.clone()))
            }
            false => None,
        };
        Ok(Place {
            _permit: permit,
            share,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admin::Role;
    use crate::domain::id::UserId;
    use crate::switchboard::{Caller, SignedIn};

    fn who(key: i64, is_person: bool) -> Who {
        let person = SignedIn {
            user: UserId::from_i64(key),
            name: "vera".into(),
            role: Role::Viewer,
            communities: None,
            totp: false,
            has_password: true,
        };
        Who(Caller {
            key: KeyId::from_i64(key),
            scope: if is_person { Scope::Several } else { Scope::Admin },
            app: None,
            read_only: is_person,
            user: is_person.then_some(person),
        })
    }

    #[test]
    fn somebody_who_is_signed_in_takes_no_more_than_their_share() {
        let streams = Streams::new(8);
        let first = streams.open(&who(1, true)).ok();
        let second = streams.open(&who(1, true)).ok();
        assert!(first.is_some() && second.is_some());
        assert!(streams.open(&who(1, true)).is_err(), "a quarter of all");
        assert!(streams.open(&who(2, true)).is_ok(), "somebody else");
        drop(first);
        assert!(streams.open(&who(1, true)).is_ok(), "one has gone");
        let keys: Vec<_> = (0..7).map_while(|_| streams.open(&who(9, false)).ok()).collect();
        assert_eq!(keys.len(), 7, "a key that opens everything has what is left");
    }
}
