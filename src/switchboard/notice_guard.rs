//! Keeps the broker from sending notices without end, as two machines that answer each other would have it.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::domain::keyword::Keyword;
use crate::domain::{E164, Timestamp};

/// A phone gets at most one refusal notice from a number in this time, so that two machines which answer
/// each other soon fall silent.
const NOTICE_GAP_MS: i64 = 3_600_000;
/// A phone gets the same keyword answered by a number at most once in this time.
const REPLY_GAP_MS: i64 = 60_000;
/// Menus of a hub that a phone gets in an hour without asking, and with.
const MENUS: u32 = 3;
const MENUS_ASKED: u32 = 20;
/// Most phones that the guard remembers.
const GUARDED: usize = 50_000;

/// Phone, number, and the keyword that was answered (none for a refusal).
type GuardKey = (E164, i64, Option<Keyword>);

/// What a notice is sent for: a job, and the place of the text in its batch. It stays the same when the
/// database has the job run again, which the new message's id does not.
pub(crate) type Cause = (i64, usize);

/// Menus of a hub that went to a phone: since when they are counted, how many there were, and on what account the last.
type Menus = (Timestamp, u32, Cause);

/// Remembers to whom refusal notices went.
#[derive(Default)]
pub(crate) struct NoticeGuard {
    last: Mutex<HashMap<GuardKey, (Timestamp, Cause)>>,
    menus: Mutex<HashMap<(E164, i64), Menus>>,
}

impl NoticeGuard {
    /// Whether that phone may get a refusal notice from that number on account of `cause`. Asking again for
    /// the same cause gives the same answer: a transaction may run twice.
    pub fn allows(&self, phone: E164, number_id: i64, cause: Cause, now: Timestamp) -> bool {
        self.passes((phone, number_id, None), NOTICE_GAP_MS, cause, now)
    }

    /// Whether that phone may get an answer to that keyword.
    pub fn answers(&self, key: (E164, i64, Keyword), cause: Cause, now: Timestamp) -> bool {
        self.passes((key.0, key.1, Some(key.2)), REPLY_GAP_MS, cause, now)
    }

    /// Whether that phone may get a menu of that hub: a few an hour that it did not ask for, or some more that it did.
    pub fn shows_menu(&self, key: (E164, i64), is_asked: bool, cause: Cause, now: Timestamp) -> bool {
        let most = if is_asked { MENUS_ASKED } else { MENUS };
        let mut menus = self.menus.lock().unwrap_or_else(|p| p.into_inner());
        if menus.len() >= GUARDED {
            menus.retain(|_, (at, ..)| now.since(*at) < NOTICE_GAP_MS);
            if menus.len() >= GUARDED {
                return false;
            }
        }
        let (since, shown, last) = menus.entry(key).or_insert((now, 0, cause));
        if now.since(*since) >= NOTICE_GAP_MS {
            (*since, *shown) = (now, 0);
        }
        if *shown > 0 && *last == cause {
            return true;
        }
        if *shown >= most {
            return false;
        }
        (*shown, *last) = (*shown + 1, cause);
        true
    }

    fn passes(&self, key: (E164, i64, Option<Keyword>), gap_ms: i64, cause: Cause, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(|p| p.into_inner());
        if let Some((at, before)) = last.get(&key)
            && now.since(*at) < gap_ms
            && *before != cause
        {
            return false;
        }
        if last.len() >= GUARDED {
            last.retain(|_, (at, _)| now.since(*at) < NOTICE_GAP_MS);
            if last.len() >= GUARDED {
                return false;
            }
        }
        last.insert(key, (now, cause));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_gets_one_refusal_an_hour_from_one_number() {
        let guard = NoticeGuard::default();
        let phone: E164 = "+14155550101".parse().unwrap();
        let (first, second) = ((1, 0), (1, 1));
        assert!(guard.allows(phone, 1, first, Timestamp(0)));
        assert!(
            guard.allows(phone, 1, first, Timestamp(1)),
            "the same cause, run twice"
        );
        assert!(!guard.allows(phone, 1, second, Timestamp(2)));
        assert!(guard.allows(phone, 2, second, Timestamp(2)), "another number");
        assert!(guard.allows(phone, 1, second, Timestamp(NOTICE_GAP_MS + 1)));
        let help = (phone, 1, Keyword::Help);
        assert!(guard.answers(help, first, Timestamp(0)) && !guard.answers(help, second, Timestamp(1)));
        assert!(
            guard.answers((phone, 1, Keyword::Stop), second, Timestamp(1)),
            "another keyword"
        );
    }
}
