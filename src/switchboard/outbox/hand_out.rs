//! Handing out: who may go now, the try itself, and its outcome into the database.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;

use super::caps::{Counted, Ruled};
use super::{Dispatcher, STALE_MS, Settled, UNSTORED_WINDOWS};
use crate::domain::Timestamp;
use crate::domain::message::{Reason, Status};
use crate::store::StoreError;
use crate::store::outbox::{self, Pending, Target};
use crate::switchboard::attempt::{after_failure, send};
use crate::switchboard::intercept::ASK;
use crate::switchboard::lanes::key_of;
use crate::switchboard::outlet::{Outlet, OutletError, Sent};
use crate::switchboard::receipts::{Attempt, Completion};
use crate::switchboard::traffic::SentFrom;
use crate::switchboard::{Switchboard, hours};

impl Dispatcher {
    pub(super) fn hand_out(&mut self, now: Timestamp) {
        for carrier in self.lanes.carriers() {
            if carrier == ASK {
                self.ask(now);
                continue;
            }
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
                if item.row.open_until.is_some_and(|until| until <= now.0) {
                    self.put_off(item);
                    continue;
                }
                let wait = self.wait_ms(&item, now);
                if wait > 0 {
                    self.lanes.not_before(item.row.lane, now.plus_ms(wait));
                    continue;
                }
                match self.may_leave(&item, now) {
                    Ruled::Leave => {}
                    Ruled::Wait(ms) => {
                        self.lanes.not_before(item.row.lane, now.plus_ms(ms));
                        continue;
                    }
                    Ruled::Park => {
                        // Its lane is busy until then.
                        let parked = self.parked.entry(item.row.number_id).or_default();
                        parked.push(item.row.lane);
                        continue;
                    }
                    Ruled::Refuse => {
                        self.end(item, Status::Failed, Reason::DayCapReached);
                        continue;
                    }
                }
                let counted = self.count(&item, now);
                self.numbers.take(item.row.number_id, item.row.number_rate, now);
                if let Some(member) = item.row.member_id {
                    self.members
                        .take(member, f64::from(item.row.member_rate) / 60.0, now);
                }
                *self.flying.entry(carrier.clone()).or_default() += 1;
                self.try_one(outlet.clone(), item, counted, now);
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
        number.max(member).max(self.campaign_wait_ms(item, now))
    }

    fn try_one(&mut self, outlet: Arc<dyn Outlet>, item: Pending, counted: Counted, now: Timestamp) {
        let (board, settled, spread) = (self.board.clone(), self.settled_tx.clone(), self.spread());
        let doubtful_until = self.inbox.doubtful_until.clone();
        tokio::spawn(async move {
            let node = board.node();
            let stale = item.row.attempts > 0
                || now.0 - item.accepted_at > STALE_MS
                || item.accepted_at <= doubtful_until.load(Ordering::Acquire);
            let (key, lane) = (key_of(&item), item.row.lane);
            let target = match stale {
                true => {
                    board
                        .read_store(move |conn| outbox::target(conn, key, node))
                        .await
                }
                false => Ok(Some(Target {
                    to_phone: item.row.to_phone,
                    carrier: item.row.carrier.clone(),
                    from_number: item.row.from_number,
                })),
            };
            if matches!(target, Ok(None)) {
                // Cancelled meanwhile (the pair was released, the recipient sent STOP), kept for a frozen phone, or
                // adopted by another node while this one had lost its lock.
                let gone = Settled::Gone {
                    lane,
                    carrier: item.row.carrier,
                    of_share: counted.day.map(|day| (item.row.number_id, day)),
                };
                let _ = settled.send(gone).await;
                return;
            }
            let (result, carrier) = send_where_it_belongs(&board, outlet, &item, target).await;
            let attempt = match result {
                Ok(sent) => Attempt::Sent(sent),
                Err(error) => after_failure(&item, error, board.now(), spread),
            };
            finish(&board, &settled, item, (attempt, carrier), counted).await;
        });
    }

    pub(super) fn give_up(&mut self, item: Pending, reason: Reason) {
        self.end(item, Status::Expired, reason);
    }

    /// Ends a text that was not tried.
    fn end(&mut self, item: Pending, status: Status, reason: Reason) {
        let (board, settled) = (self.board.clone(), self.settled_tx.clone());
        *self.flying.entry(item.row.carrier.clone()).or_default() += 1;
        tokio::spawn(async move {
            let attempt = Attempt::Over {
                status,
                reason,
                detail: None,
            };
            let carrier = item.row.carrier.clone();
            finish(&board, &settled, item, (attempt, carrier), Counted::default()).await;
        });
    }

    /// Its recipient's texting hours are over: it waits for the next, and its lane goes on behind it.
    fn put_off(&mut self, item: Pending) {
        let (board, settled) = (self.board.clone(), self.settled_tx.clone());
        *self.flying.entry(item.row.carrier.clone()).or_default() += 1;
        tokio::spawn(async move {
            let (key, lane, carrier) = (key_of(&item), item.row.lane, item.row.carrier.clone());
            loop {
                let late = item.clone();
                let put_off = board
                    .write_grouped(move |conn, _| hours::put_off(conn, &late))
                    .await;
                match put_off {
                    Ok(()) => break,
                    Err(error) => tracing::warn!(%error, "a text could not be put off; trying again"),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            // Of this node's hands; what becomes of it the keeper says.
            let attempt = Attempt::Over {
                status: Status::Held,
                reason: Reason::DeadlinePassed,
                detail: None,
            };
            let answered = Settled::Answered {
                lane,
                carrier: carrier.clone(),
                attempt,
                of_share: None,
            };
            let _ = settled.send(answered).await;
            let _ = settled.send(Settled::Stored { key, carrier }).await;
        });
    }

    pub(super) fn expire(&mut self) {
        for item in self.lanes.expired(self.board.now()) {
            self.lanes.seize(item.row.lane);
            let asked = item.row.carrier == ASK;
            let known = asked || self.board.registry().outlet(&item.row.carrier).is_some();
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

/// Hands an item to the phone that it is for now, from the number that stands for its sender there now, which need not
/// be those of its acceptance; says by which carrier. Where the database did not answer, the item waits: its phone may be another person's.
async fn send_where_it_belongs(
    board: &Switchboard,
    outlet: Arc<dyn Outlet>,
    item: &Pending,
    target: Result<Option<Target>, StoreError>,
) -> (Result<Sent, OutletError>, String) {
    let later = |detail: &str| OutletError::Retry {
        detail: detail.into(),
        after_ms: None,
    };
    let Ok(Some(target)) = target else {
        let error = later("the database did not answer");
        return (Err(error), item.row.carrier.clone());
    };
    let carrier = target.carrier;
    let row = &item.row;
    if (target.to_phone, target.from_number) == (row.to_phone, row.from_number) && carrier == row.carrier {
        return (send(board, &*outlet, item).await, carrier);
    }
    let mut item = item.clone();
    item.row.to_phone = target.to_phone;
    item.row.from_number = target.from_number;
    match board.registry().outlet(&carrier) {
        Some(outlet) => (send(board, &*outlet, &item).await, carrier),
        None => (Err(later("no such carrier is running")), carrier),
    }
}

/// Tells the lane at once and the database after; the row is held until that is stored. `by` is the carrier
/// that was asked, whose names for the parts they are.
async fn finish(
    board: &Switchboard,
    settled: &mpsc::Sender<Settled>,
    item: Pending,
    (attempt, by): (Attempt, String),
    counted: Counted,
) {
    let now = board.now();
    let sent = (matches!(attempt, Attempt::Sent(_)) && item.row.kind == outbox::TEXT).then(|| SentFrom {
        community: item.row.community_id,
        number: item.row.number_id,
        campaign: counted.campaign,
        at: now,
        took_ms: now.0 - item.accepted_at,
    });
    let (key, lane, carrier) = (key_of(&item), item.row.lane, item.row.carrier.clone());
    let later = matches!(attempt, Attempt::Later { .. });
    let answered = Settled::Answered {
        lane,
        carrier: carrier.clone(),
        attempt: attempt.clone(),
        of_share: counted.day.map(|day| (item.row.number_id, day)),
    };
    let _ = settled.send(answered).await;
    let completion = Completion {
        between: (item.row.member_id, item.to_member),
        key,
        carrier: by,
        attempt,
        sent,
    };
    while let Err(error) = board.complete(completion.clone()).await {
        tracing::warn!(%error, "an answer of a carrier could not be stored; trying again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    if let Some(sent) = sent {
        board.observers().sent(sent.took_ms);
    }
    if !later {
        let _ = settled.send(Settled::Stored { key, carrier }).await;
    }
}
