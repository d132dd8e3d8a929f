//! What the exchange is told of calls: the machine's words put into those of call records.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::counters::Counters;
use super::relay::{LegReport, Report};
use crate::domain::call::{Cause, EndedBy};
use crate::switchboard::switching::{CallExchange, CallLeg, CallNews, CallReport, LegQuality};
use crate::wire::sip::b2bua::{self, By, Failure, Side, What};
use crate::wire::sip::message::reason_phrase;

/// Reports under way at once; further ones wait in the queue.
const UNDER_WAY: usize = 2048;
/// How long reports gather, so that many calls share a commit: nobody waits for one.
const GATHER: Duration = Duration::from_millis(50);
/// How long the relay's last word is waited for.
const LAST_WORD: Duration = Duration::from_secs(2);
/// How often a report is offered that the exchange could not take, and how long it rests in between.
const TRIES: u32 = 8;
const REST: Duration = Duration::from_millis(500);

/// A report, and what is to be put into it once the relay has told it.
pub struct Pending {
    /// The report.
    pub report: CallReport,
    /// The relay's last word, for the report of a call's end.
    pub media: Option<oneshot::Receiver<Report>>,
}

/// Hands reports to the exchange until the queue ends, those of one call in their order.
pub async fn hand_over(
    mut queue: mpsc::Receiver<Pending>,
    exchange: Arc<dyn CallExchange>,
    counters: Arc<Counters>,
) {
    let mut under_way = FuturesUnordered::new();
    let mut round = Vec::new();
    let mut gathering = Box::pin(sleep(GATHER));
    let mut is_open = true;
    loop {
        tokio::select! {
            // Those that are done first: were it left to chance, each round of new ones would see but one or two of them
            // off, and soon there would be no room for more.
            biased;
            Some(()) = under_way.next() => {}
            () = &mut gathering, if !round.is_empty() => {
                while round.len() + under_way.len() < UNDER_WAY && let Ok(pending) = queue.try_recv() {
                    round.push(pending);
                }
                for pending in round.drain(..) {
                    let mut future = Box::pin(offer(pending, exchange.clone(), counters.clone()));
                    // Polled at once: the exchange keeps the order in which reports are first polled.
                    if (&mut future).now_or_never().is_none() {
                        under_way.push(future);
                    }
                }
            }
            pending = queue.recv(), if is_open && round.is_empty() && under_way.len() < UNDER_WAY => {
                is_open = pending.is_some();
                round.extend(pending);
                gathering.set(sleep(GATHER));
            }
            else => return,
        }
    }
}

async fn offer(pending: Pending, exchange: Arc<dyn CallExchange>, counters: Arc<Counters>) {
    let Pending { mut report, media } = pending;
    if let (CallNews::Ended(ending), Some(media)) = (&mut report.news, media)
        && let Ok(Ok(last)) = timeout(LAST_WORD, media).await
    {
        ending.quality = last.legs.map(quality);
    }
    for _ in 0..TRIES {
        match exchange.report(report.clone()).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "the exchange could not take a report of a call"),
        }
        sleep(REST).await;
    }
    Counters::add(&counters.reports_lost);
}

/// None where nothing came.
fn quality(leg: LegReport) -> Option<LegQuality> {
    (leg.received.packets > 0).then(|| LegQuality {
        packets: leg.received.packets,
        bytes: leg.received.bytes,
        lost: leg.received.lost,
        jitter_ms: leg.received.jitter as f64 / 1000.0,
        mos: leg.mos.map(|mos| f64::from(mos) / 100.0),
    })
}

/// The leg as the exchange names it.
pub fn leg(side: Side) -> CallLeg {
    match side {
        Side::Caller => CallLeg::Caller,
        Side::Callee => CallLeg::Callee,
    }
}

/// A line of a ladder: whether it came in, and what it was. None where the line before says it already.
pub fn line(what: What) -> Option<(bool, String)> {
    Some(match what {
        What::Received(message) => (true, message_words(&message)),
        What::Sent(message) => (false, message_words(&message)),
        What::Attempt(..) => (false, "attempt".into()),
        What::Failed(_, failure) => (false, format!("failed: {}", failure_words(failure))),
        What::PassedOver(_) => (false, "passed over: no channel is free".into()),
        What::Answered => return None,
        What::Held => (true, "held".into()),
        What::Resumed => (true, "resumed".into()),
        What::Digit => (true, "digit".into()),
    })
}

fn message_words(message: &b2bua::Message) -> String {
    match message.status {
        None => message.method.into(),
        Some(status) => format!("{status} {}", reason_phrase(status)),
    }
}

fn failure_words(failure: Failure) -> String {
    match failure {
        Failure::Refused(status) => format!("{status} {}", reason_phrase(status)),
        Failure::Silent => "silence".into(),
        Failure::TimedOut => "no final answer".into(),
        Failure::Unreachable => "unreachable".into(),
        Failure::BadMedia => "unusable session description".into(),
        Failure::Full => "no room for a transaction".into(),
    }
}

/// Why a call ended, and who ended it.
pub fn ending(ended: &b2bua::Ended) -> (Cause, EndedBy) {
    let by = match ended.by {
        By::Caller => EndedBy::Caller,
        By::Callee => EndedBy::Callee,
        By::Us => EndedBy::Broker,
    };
    match ended.cause {
        b2bua::Cause::HungUp => (Cause::Completed, by),
        b2bua::Cause::Cancelled => (Cause::Cancelled, by),
        b2bua::Cause::Refused => (Cause::Refused, EndedBy::Broker),
        b2bua::Cause::Failed(failure) => (failed(failure), by),
        b2bua::Cause::RingTimeout => (Cause::NoAnswer, EndedBy::Broker),
        b2bua::Cause::TooLong => (Cause::MaxDuration, EndedBy::Broker),
        b2bua::Cause::PeerLost | b2bua::Cause::Unacknowledged => (Cause::PeerLost, EndedBy::Broker),
        b2bua::Cause::Asked => (Cause::HungUp, EndedBy::App),
        b2bua::Cause::Internal => (Cause::Failed, EndedBy::Broker),
    }
}

fn failed(failure: Failure) -> Cause {
    match failure {
        Failure::Refused(486 | 600) => Cause::Busy,
        Failure::Refused(403 | 603 | 607 | 608) => Cause::Declined,
        Failure::Refused(415 | 488 | 606) | Failure::BadMedia => Cause::Incompatible,
        Failure::Refused(408) => Cause::NoAnswer,
        Failure::Full => Cause::OutOfCapacity,
        // These speak of the request, or of the one who answers; not of the phone.
        Failure::Refused(400 | 401 | 407 | 500..=502 | 505..=599) => Cause::Failed,
        Failure::Refused(_) | Failure::Silent | Failure::TimedOut | Failure::Unreachable => {
            Cause::Unreachable
        }
    }
}

/// A sentence for the Reason header, by its cause. It says nothing of which rule it was.
pub fn cause_words(q850: u8) -> &'static str {
    match q850 {
        1 => "unallocated number",
        3 => "no route to destination",
        16 => "normal call clearing",
        17 => "user busy",
        18 => "no user responding",
        19 => "no answer from user",
        20 => "subscriber absent",
        21 => "call rejected",
        22 => "number changed",
        34 => "no circuit available",
        38 => "network out of order",
        41 => "temporary failure",
        47 => "resource unavailable",
        69 => "facility not implemented",
        88 => "incompatible destination",
        102 => "recovery on timer expiry",
        _ => "normal, unspecified",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::id::{CallId, CommunityId};
    use crate::switchboard::outlet::IntakeError;
    use crate::switchboard::switching::{CallAttempt, CallPlan};

    /// Takes its time for each report.
    #[derive(Default)]
    struct Slow(AtomicUsize);

    #[async_trait]
    impl CallExchange for Slow {
        async fn route_call(&self, _: CallAttempt) -> Result<CallPlan, IntakeError> {
            Err(IntakeError::Overloaded)
        }

        async fn report(&self, _: CallReport) -> Result<(), IntakeError> {
            sleep(Duration::from_millis(20)).await;
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    #[tokio::test]
    async fn reports_are_handed_over_as_fast_as_they_are_taken_however_many_there_are() {
        let (sender, queue) = mpsc::channel(REPORTS);
        let exchange = Arc::new(Slow::default());
        for number in 0..REPORTS {
            let report = CallReport {
                call: CallId::from_i64(number as i64 + 1),
                community: CommunityId::from_i64(1),
                at: Timestamp(0),
                news: CallNews::Ringing,
            };
            assert!(sender.try_send(Pending { report, media: None }).is_ok());
        }
        drop(sender);
        // A tenth of what it takes where those that are done wait for those that are new.
        let handed = hand_over(queue, exchange.clone(), Arc::default());
        timeout(Duration::from_secs(30), handed).await.unwrap();
        assert_eq!(exchange.0.load(Ordering::Relaxed), REPORTS);
    }

    /// More than are ever under way.
    const REPORTS: usize = 10 * UNDER_WAY;

    fn ended(cause: b2bua::Cause, by: By) -> b2bua::Ended {
        b2bua::Ended {
            call: b2bua::CallId(1),
            at: 0,
            answered: false,
            by,
            cause,
            status: 0,
            q850: 16,
        }
    }

    #[test]
    fn ends_are_told_in_the_words_of_call_records() {
        for (cause, by, told) in [
            (
                b2bua::Cause::HungUp,
                By::Callee,
                (Cause::Completed, EndedBy::Callee),
            ),
            (
                b2bua::Cause::Cancelled,
                By::Caller,
                (Cause::Cancelled, EndedBy::Caller),
            ),
            (
                b2bua::Cause::Failed(Failure::Refused(486)),
                By::Callee,
                (Cause::Busy, EndedBy::Callee),
            ),
            (
                b2bua::Cause::Failed(Failure::Silent),
                By::Callee,
                (Cause::Unreachable, EndedBy::Callee),
            ),
            (
                b2bua::Cause::RingTimeout,
                By::Us,
                (Cause::NoAnswer, EndedBy::Broker),
            ),
            (b2bua::Cause::Asked, By::Us, (Cause::HungUp, EndedBy::App)),
        ] {
            assert_eq!(ending(&ended(cause, by)), told);
        }
    }

    #[test]
    fn refusals_are_told_apart_by_whether_the_phone_or_the_request_was_at_fault() {
        for (status, told) in [
            (400, Cause::Failed),
            (401, Cause::Failed),
            (404, Cause::Unreachable),
            (407, Cause::Failed),
            (408, Cause::NoAnswer),
            (480, Cause::Unreachable),
            (500, Cause::Failed),
            (502, Cause::Failed),
            (503, Cause::Unreachable),
            (504, Cause::Unreachable),
            (513, Cause::Failed),
            (603, Cause::Declined),
        ] {
            assert_eq!(failed(Failure::Refused(status)), told, "{status}");
            // Whoever was at fault, the one called has missed it; but not where they declined.
            assert_eq!(told.is_missed(), status != 603, "{status}");
        }
    }

    #[test]
    fn lines_of_a_ladder_hold_standard_words() {
        let message = |status| b2bua::Message {
            method: "INVITE",
            status,
            sdp: true,
        };
        assert_eq!(line(What::Received(message(None))), Some((true, "INVITE".into())));
        assert_eq!(
            line(What::Sent(message(Some(180)))),
            Some((false, "180 Ringing".into()))
        );
        assert_eq!(
            line(What::Failed(0, Failure::Refused(503))),
            Some((false, "failed: 503 Service Unavailable".into()))
        );
    }
}
