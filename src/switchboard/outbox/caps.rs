//! Keeping to carriers' caps: what a number may send today, and what its campaign may send in a second.

use std::time::Duration;

use super::allowances::{Leave, Unused};
use super::{Dispatcher, Settled};
use crate::domain::Timestamp;
use crate::domain::traffic::day_of;
use crate::store::outbox::{Pending, TEXT};
use crate::store::traffic as days;
use crate::switchboard::Switchboard;
use crate::switchboard::traffic::Caps;

/// How often caps are looked up without an occasion: another process may have changed them.
pub(super) const LOOK_MS: i64 = 2_000;
/// Most texts of a cap that a node takes at once, and which part of what is left: what a killed node has taken is
/// lost for the day.
const MOST_AT_ONCE: i64 = 32;
const PART: i64 = 100;

/// Caps of a day, and how many texts that were taken of each are given back.
pub(super) type Returned = (Vec<days::DayKey>, i64);

/// What a text may do under the caps of days.
pub(super) enum Ruled {
    Leave,
    Wait(i64),
    /// Until the database has said what is left of the day.
    Park,
    Refuse,
}

/// What a text that leaves counts against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// Of which day's share it was taken, where its number has one.
    pub day: Option<i64>,
    pub campaign: Option<i64>,
}

/// The caps that shares were taken of, with how much of each was not used.
pub(super) fn returned(caps: &Caps, unused: Vec<Unused>) -> Vec<Returned> {
    let of = |(number, day, texts)| (keys(&caps.days(number, day)), texts);
    unused.into_iter().map(of).collect()
}

fn keys(caps: &[(days::DayKey, i64)]) -> Vec<days::DayKey> {
    caps.iter().map(|(key, _)| *key).collect()
}

impl Dispatcher {
    /// Looks the caps up before anything more leaves, where somebody has changed them here.
    pub(super) async fn keep_up_with_caps(&mut self) {
        use std::sync::atomic::Ordering;
        while self.inbox.recap.swap(false, Ordering::AcqRel) {
            match self.board.read(Caps::load).await {
                Ok(caps) => {
                    self.caps_look += 1;
                    self.set_caps(caps);
                }
                Err(error) => {
                    self.inbox.recap.store(true, Ordering::Release);
                    tracing::warn!(%error, "the caps of numbers could not be read; trying again shortly");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Caps that were looked up beside; they may be older than those that were looked up since.
    pub(super) fn caps_looked_up(&mut self, caps: Caps, look: u64) {
        if look == self.caps_look {
            self.set_caps(caps);
        }
    }

    /// Other caps hold from now on. What was taken of those that are no more is given back: a share of one number or
    /// campaign does not count against another.
    fn set_caps(&mut self, caps: Caps) {
        if self.caps == caps {
            return;
        }
        let old = std::mem::replace(&mut self.caps, caps);
        let is_another = |number, day| old.days(number, day) != self.caps.days(number, day);
        let unused = self.allowances.give_up(is_another);
        self.return_beside(returned(&old, unused));
        self.allowances.look_again();
    }

    fn return_beside(&self, unused: Vec<Returned>) {
        if !unused.is_empty() {
            let board = self.board.clone();
            tokio::spawn(async move { board.give_back(unused).await });
        }
    }

    /// Looks the caps up beside the handing out, and gives back what is not used.
    pub(super) fn look_at_caps(&mut self, now: Timestamp) {
        self.capped_at = now;
        let idle = self.allowances.idle(now);
        let (unused, look) = (returned(&self.caps, idle), self.caps_look);
        let (board, settled) = (self.board.clone(), self.settled_tx.clone());
        tokio::spawn(async move {
            board.give_back(unused).await;
            match board.read(Caps::load).await {
                Ok(caps) => {
                    let _ = settled.send(Settled::Caps { caps, look }).await;
                }
                Err(error) => tracing::warn!(%error, "the caps of numbers could not be read"),
            }
        });
    }

    /// Milliseconds until the campaign of a text's number may send the next.
    pub(super) fn campaign_wait_ms(&self, item: &Pending, now: Timestamp) -> i64 {
        let campaign = self.caps.of(item.row.number_id).and_then(|cap| cap.campaign);
        campaign.map_or(0, |c| self.campaigns.wait_ms(c.id, c.rate_per_s, now))
    }

    /// Whether a text may leave today. The database is asked beside, where this node has no share of the day left.
    pub(super) fn may_leave(&mut self, item: &Pending, now: Timestamp) -> Ruled {
        let number = item.row.number_id;
        let Some(cap) = self.caps.of(number).filter(|cap| cap.has_day()) else {
            return Ruled::Leave;
        };
        if item.row.kind != TEXT {
            return Ruled::Leave;
        }
        let cap = *cap;
        match self.allowances.may_leave(number, now) {
            Leave::Now => Ruled::Leave,
            // What the broker itself writes waits in any case: it may be the notice of a refusal.
            Leave::Above { .. } if cap.refuses && item.row.member_id.is_some() => Ruled::Refuse,
            Leave::Above { wait_ms } | Leave::Later { wait_ms } => Ruled::Wait(wait_ms),
            Leave::Asking { ask } => {
                if ask {
                    let (board, settled) = (self.board.clone(), self.settled_tx.clone());
                    tokio::spawn(async move {
                        let day = day_of(now);
                        let of = cap.days(number, day);
                        let texts = board.take_share(of.clone()).await;
                        let _ = settled
                            .send(Settled::Granted {
                                number,
                                day,
                                of,
                                texts,
                            })
                            .await;
                    });
                }
                Ruled::Park
            }
        }
    }

    /// The database has said what this node may send of a number's day, under the caps that held when it was asked:
    /// whoever waited for that looks again.
    pub(super) fn granted(
        &mut self,
        (number, day): (i64, i64),
        of: &[(days::DayKey, i64)],
        texts: Option<i64>,
        now: Timestamp,
    ) {
        if self.caps.days(number, day) == of {
            self.allowances.granted(number, day, texts, now);
        } else {
            self.allowances.asked_in_vain(number, now);
            self.return_beside(
                texts
                    .filter(|n| *n > 0)
                    .map(|n| (keys(of), n))
                    .into_iter()
                    .collect(),
            );
        }
        for lane in self.parked.remove(&number).unwrap_or_default() {
            self.lanes.not_before(lane, now);
        }
    }

    /// Counts a text that leaves now.
    pub(super) fn count(&mut self, item: &Pending, now: Timestamp) -> Counted {
        let number = item.row.number_id;
        let Some(cap) = self.caps.of(number).copied().filter(|_| item.row.kind == TEXT) else {
            return Counted::default();
        };
        if let Some(campaign) = cap.campaign {
            self.campaigns.take(campaign.id, campaign.rate_per_s, now);
        }
        let day = cap.has_day().then(|| day_of(now));
        if day.is_some() {
            self.allowances.take(number, now);
        }
        Counted {
            day,
            campaign: cap.campaign.map(|campaign| campaign.id),
        }
    }
}

impl Switchboard {
    /// Takes a share of a day's caps; nothing when the database did not answer.
    async fn take_share(&self, caps: Vec<(days::DayKey, i64)>) -> Option<i64> {
        let least = caps.iter().map(|(_, cap)| *cap).min().unwrap_or(0);
        let want = (least / PART).clamp(1, MOST_AT_ONCE);
        let taken = self
            .write(move |conn, _| Ok(days::reserve(conn, &caps, want)?))
            .await;
        taken
            .inspect_err(
                |error| tracing::warn!(%error, "a number's cap could not be looked at; trying again"),
            )
            .ok()
    }

    /// Gives back what was taken of days' caps and not sent.
    pub(super) async fn give_back(&self, unused: Vec<Returned>) {
        if unused.is_empty() {
            return;
        }
        let given = self
            .write(move |conn, _| {
                for (keys, texts) in &unused {
                    days::give_back(conn, keys, *texts)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = given {
            // Less may be sent today than the cap allows; never more.
            tracing::warn!(%error, "what was not sent of a cap could not be given back");
        }
    }
}
