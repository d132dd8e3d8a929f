//! What happens in each community and from each number, counted in memory after the commit: for people who look on,
//! and for nothing that is decided.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::events::{Counted, Written};
use crate::domain::bounded::make_room;
use crate::domain::id::CommunityId;
use crate::domain::message::{Reason, Status};
use crate::domain::pulse::{Ended, Health, Pulse};
use crate::domain::{E164, Timestamp};

/// Most communities and numbers that are remembered; beyond it those go of which nothing was heard for longest.
const MOST_COMMUNITIES: usize = 10_000;
const MOST_NUMBERS: usize = 50_000;

/// What a community does, as this node sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub texts_per_s: f64,
    pub calls_per_s: f64,
    pub ended: Ended,
}

/// What carriers say of a number's texts, as this node hears it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    pub delivered: i64,
    pub lost: i64,
    pub last_delivered_at: Option<Timestamp>,
    pub last_lost: Option<(Timestamp, Reason)>,
}

/// All that is counted.
#[derive(Default)]
pub(crate) struct Pulses(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    communities: HashMap<CommunityId, Pulse>,
    numbers: HashMap<(CommunityId, i64), Health>,
}

impl Pulses {
    /// Counts what a transaction has told.
    pub fn count(&self, written: &Written) {
        if written.counted.is_empty() {
            return;
        }
        let mut inner = self.lock();
        for (community, counted) in &written.counted {
            inner.count(*community, *counted, written.at);
        }
    }

    pub fn of(&self, community: CommunityId, now: Timestamp) -> Seen {
        let inner = self.lock();
        let Some(pulse) = inner.communities.get(&community) else {
            return Seen::default();
        };
        Seen {
            texts_per_s: pulse.texts.per_s(now),
            calls_per_s: pulse.calls.per_s(now),
            ended: pulse.of_the_hour(now),
        }
    }

    pub fn of_number(&self, community: CommunityId, number: E164, now: Timestamp) -> Heard {
        let inner = self.lock();
        let Some(health) = inner.numbers.get(&(community, number.as_i64())) else {
            return Heard::default();
        };
        let (delivered, lost) = health.of_the_day(now);
        Heard {
            delivered,
            lost,
            last_delivered_at: health.last_delivered_at,
            last_lost: health.last_lost,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
}

impl Inner {
    fn count(&mut self, community: CommunityId, counted: Counted, at: Timestamp) {
        make_room(
            &mut self.communities,
            MOST_COMMUNITIES,
            &community,
            Pulse::last_at,
        );
        let pulse = self.communities.entry(community).or_default();
        match counted {
            Counted::Text => pulse.texts.count(at),
            Counted::Call => pulse.calls.count(at),
            Counted::Moved {
                message,
                status,
                reason,
                shown,
            } => {
                match status {
                    Status::Delivered => {
                        let took_ms = at.since(message.made_at()).max(0);
                        pulse.ended(at, Some(took_ms));
                    }
                    Status::Undelivered | Status::Failed | Status::Expired => pulse.ended(at, None),
                    _ => {}
                }
                if let (Some(number), Some(is_good)) = (shown, Health::verdict(status, reason)) {
                    self.count_number((community, number), at, reason.filter(|_| !is_good));
                }
            }
        }
    }

    fn count_number(&mut self, number: (CommunityId, i64), at: Timestamp, lost: Option<Reason>) {
        make_room(&mut self.numbers, MOST_NUMBERS, &number, Health::last_at);
        self.numbers.entry(number).or_default().count(at, lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_those_go_of_which_nothing_was_heard_for_longest() {
        let mut inner = Inner::default();
        let community = |n: usize| CommunityId::from_i64(n as i64);
        let at = |n: usize| Timestamp(n as i64 * 1_000);
        for n in 0..MOST_COMMUNITIES {
            inner.count(community(n), Counted::Text, at(n));
        }
        inner.count(community(0), Counted::Call, at(MOST_COMMUNITIES));
        let new = MOST_COMMUNITIES + 1;
        inner.count(community(new), Counted::Text, at(new));
        assert_eq!(
            inner.communities.len(),
            MOST_COMMUNITIES - MOST_COMMUNITIES / 10 + 1
        );
        let is_known = |n: usize| inner.communities.contains_key(&community(n));
        assert!(is_known(0) && is_known(new) && is_known(MOST_COMMUNITIES - 1));
        assert!(!is_known(1) && !is_known(MOST_COMMUNITIES / 10));
        assert!(is_known(MOST_COMMUNITIES / 10 + 1));
    }

    #[test]
    fn of_too_many_numbers_those_stay_that_carriers_spoke_of_last() {
        let mut inner = Inner::default();
        let number = |n: usize| (CommunityId::from_i64(1), n as i64);
        for n in 0..MOST_NUMBERS {
            let lost = (n % 2 == 0).then_some(Reason::CarrierRefused);
            inner.count_number(number(n), Timestamp(n as i64 + 1), lost);
        }
        inner.count_number(number(MOST_NUMBERS), Timestamp(MOST_NUMBERS as i64 + 1), None);
        let gone = MOST_NUMBERS / 10;
        assert_eq!(inner.numbers.len(), MOST_NUMBERS - gone + 1);
        let is_known = |n: usize| inner.numbers.contains_key(&number(n));
        assert!(!is_known(0) && !is_known(gone - 1));
        assert!(is_known(gone) && is_known(MOST_NUMBERS));
    }
}
