//! Handing out: who may go now, the try itself, and its outcome into the database.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Dispatcher, STALE_MS, Settled, UNSTORED_WINDOWS};
use crate::domain::Timestamp;
use crate::domain::message::{Reason, Status};
use crate::store::outbox::{self, Pending};
use crate::switchboard::Switchboard;
use crate::switchboard::attempt::{after_failure, send};
use crate::switchboard::lanes::key_of;
use crate::switchboard::outlet::Outlet;
use crate::switchboard::receipts::{Attempt, Completion};

impl Dispatcher {
    pub(super) fn hand_out(&mut self, now: Timestamp) {
        for carrier in self.lanes.carriers() {
            let Some(outlet) = self.board.registry().outlet(&carrier) else {
                continue;
            };
            let window = outlet.window();
            let unstored = self.unstored.get(&carrier).copied().unwrap_or(0);
            if unstored >= window.saturating_mul(UNSTORED_WINDOWS) {
                continue;
            }
            while outlet.is_ready() && self.flying.get(&carrier).copied().unwrap_or(0) < window {
                let Some(item) = self.lanes.next(&carrier) else {
                    break;
                };
                if item.row.expires_at <= now.0 {
                    self.give_up(item, Reason::DeadlinePassed);
                    continue;
                }
                let wait = self.wait_ms(&item, now);
                if wait > 0 {
                    self.lanes.not_before(item.row.lane, now.plus_ms(wait));
                    continue;
                }
                self.numbers.take(item.row.number_id, item.row.number_rate, now);
                if let Some(member) = item.row.member_id {
                    self.members
                        .take(member, f64::from(item.row.member_rate) / 60.0, now);
                }
                *self.flying.entry(carrier.clone()).or_default() += 1;
                self.try_one(outlet.clone(), item, now);
            }
        }
    }

    fn wait_ms(&self, item: &Pending, now: Timestamp) -> i64 {
        let number = self
            .numbers
            .wait_ms(item.row.number_id, item.row.number_rate, now);
        let member = item.row.member_id.map_or(0, |m| {
            self.members
                .wait_ms(m, f64::from(item.row.member_rate) / 60.0, now)
        });
        number.max(member)
    }

    fn try_one(&mut self, outlet: Arc<dyn Outlet>, item: Pending, now: Timestamp) {
        let (board, settled, spread) = (self.board.clone(), self.settled_tx.clone(), self.spread());
        tokio::spawn(async move {
            let node = board.node();
            let stale = item.row.attempts > 0 || now.0 - item.accepted_at > STALE_MS;
            let (key, lane) = (key_of(&item), item.row.lane);
            if stale
                && matches!(
                    board
                        .read_store(move |conn| outbox::exists(conn, key, node))
                        .await,
                    Ok(false)
                )
            {
                // Cancelled meanwhile (the pair was released, the recipient sent STOP), or adopted by another
                // node while this one had lost its lock.
                let attempt = Attempt::Over {
                    status: Status::Blocked,
                    reason: Reason::PairReleased,
                    detail: None,
                };
                let carrier = item.row.carrier;
                let _ = settled
                    .send(Settled::Answered {
                        lane,
                        carrier: carrier.clone(),
                        attempt,
                    })
                    .await;
                let _ = settled.send(Settled::Stored { key, carrier }).await;
                return;
            }
            let result = send(&*outlet, &item).await;
            let attempt = match result {
                Ok(sent) => Attempt::Sent(sent),
                Err(error) => after_failure(&item, error, board.now(), spread),
            };
            finish(&board, &settled, item, attempt).await;
        });
    }

    fn give_up(&mut self, item: Pending, reason: Reason) {
        let (board, settled) = (self.board.clone(), self.settled_tx.clone());
        *self.flying.entry(item.row.carrier.clone()).or_default() += 1;
        tokio::spawn(async move {
            let attempt = Attempt::Over {
                status: Status::Expired,
                reason,
                detail: None,
            };
            finish(&board, &settled, item, attempt).await;
        });
    }

    pub(super) fn expire(&mut self) {
        for item in self.lanes.expired(self.board.now()) {
            self.lanes.seize(item.row.lane);
            let known = self.board.registry().outlet(&item.row.carrier).is_some();
            self.give_up(
                item,
                if known {
                    Reason::DeadlinePassed
                } else {
                    Reason::NoCarrier
                },
            );
        }
    }

    /// A number from 0.8 to 1.2 that differs from try to try.
    fn spread(&mut self) -> f64 {
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 7;
        self.jitter ^= self.jitter << 17;
        0.8 + (self.jitter % 1000) as f64 / 2500.0
    }
}

/// Tells the lane at once and the database after; the row is held until that is stored.
async fn finish(board: &Switchboard, settled: &mpsc::Sender<Settled>, item: Pending, attempt: Attempt) {
    let (key, lane, carrier) = (key_of(&item), item.row.lane, item.row.carrier.clone());
    let later = matches!(attempt, Attempt::Later { .. });
    let answered = Settled::Answered {
        lane,
        carrier: carrier.clone(),
        attempt: attempt.clone(),
    };
    let _ = settled.send(answered).await;
    let completion = Completion {
        key,
        carrier: carrier.clone(),
        attempt,
    };
    while let Err(error) = board.complete(completion.clone()).await {
        tracing::warn!(%error, "an answer of a carrier could not be stored; trying again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    if !later {
        let _ = settled.send(Settled::Stored { key, carrier }).await;
    }
}
