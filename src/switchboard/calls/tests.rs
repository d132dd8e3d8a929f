//! Calls whose end takes another way than a report that is stored at once. The voice edge is played.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::domain::call::{Cause, EndedBy, State};
use crate::domain::id::{CallId, CommunityId, IdGenerator};
use crate::domain::policy::{MissedCalls, Policy};
use crate::domain::pool::Capabilities;
use crate::domain::{Clock, E164, Timestamp};
use crate::store::calls::{self, CallRow};
use crate::store::{Durability, migrations, outbox};
use crate::switchboard::switching::{
    CallAttempt, CallEnding, CallExchange as _, CallNews, CallOrder, CallOutlet, CallPlan, CallReport,
    Caller, PlaceError,
};
use crate::switchboard::{NewMember, NewNumber, Switchboard};

const ANN: &str = "+14155550101";
const BOB: &str = "+14155550102";

struct StepClock(AtomicI64);

impl StepClock {
    fn advance_s(&self, s: i64) {
        self.0.fetch_add(1000 * s, Ordering::Relaxed);
    }
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A voice edge that knows of no call.
struct Forgetful;

#[async_trait::async_trait]
impl CallOutlet for Forgetful {
    async fn place(&self, _: CallOrder) -> Result<(), PlaceError> {
        Ok(())
    }

    async fn hang_up(&self, _: CallId) -> bool {
        false
    }

    async fn unknown(&self, calls: Vec<CallId>) -> Vec<CallId> {
        calls
    }
}

/// Ann, and Bob, whom she reaches by a number.
struct Town {
    board: Switchboard,
    clock: Arc<StepClock>,
    community: CommunityId,
    number: E164,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.db");
        let db = migrations::open_migrated(path.to_str().unwrap(), Durability::Command).unwrap();
        let clock = Arc::new(StepClock(AtomicI64::new(1_800_000_000_000)));
        let board = Switchboard::new(db, clock.clone(), IdGenerator::new(1), vec!["loopback".into()]);
        let policy = Policy {
            missed_calls: MissedCalls::Text,
            ..Policy::default()
        };
        let community = board.create_community("Town".into(), policy).await.unwrap().id;
        let pool = board.create_pool(community, "main".into()).await.unwrap().id;
        for number in ["+12025550111", "+12025550122"] {
            let new = NewNumber {
                pool,
                number: number.parse().unwrap(),
                carrier: "loopback".into(),
                capabilities: Capabilities::usual(),
                region: None,
                rate_per_s: 0.0,
                caps: Default::default(),
            };
            board.add_number(community, new).await.unwrap();
        }
        let mut members = Vec::new();
        for (name, phone) in [("Ann", ANN), ("Bob", BOB)] {
            let new = NewMember {
                name: name.into(),
                phone: Some(phone.parse().unwrap()),
                guest: false,
                listed: false,
            };
            members.push(board.create_member(community, new).await.unwrap().id);
        }
        let contact = board
            .add_contact(community, members[0], members[1])
            .await
            .unwrap()
            .0;
        Self {
            number: contact.number,
            board,
            clock,
            community,
            _folder: folder,
        }
    }

    /// Ann calls Bob.
    async fn call(&self) -> CallId {
        let attempt = CallAttempt {
            trunk: "main".into(),
            caller: Caller::Phone(ANN.parse().unwrap()),
            dialled: self.number,
        };
        match self.board.route_call(attempt).await.unwrap() {
            CallPlan::Bridge(bridging) => bridging.call,
            CallPlan::Refuse(refused) => panic!("{refused:?}"),
        }
    }

    /// Its row, once that says it is over.
    async fn over(&self, call: CallId) -> Option<CallRow> {
        let community = self.community;
        let row = self
            .board
            .read(move |conn| Ok(calls::get(conn, community, call)?))
            .await;
        row.unwrap().filter(|row| row.state == State::Ended.code())
    }

    /// Its end, before anything was sent towards Bob.
    async fn end_untried(&self, call: CallId, cause: Cause) {
        let ending = CallEnding {
            by: EndedBy::Broker,
            cause,
            sip_status: None,
            trunk_out: None,
            quality: [None, None],
            steps: Vec::new(),
        };
        let report = CallReport {
            call,
            community: self.community,
            at: self.board.now(),
            news: CallNews::Ended(Box::new(ending)),
        };
        self.board.report(report).await.unwrap();
    }

    /// As the clock says later.
    async fn sweep_after(&self, s: i64) {
        self.clock.advance_s(s);
        sweep_calls(&self.board).await.unwrap();
    }

    fn has(&self, call: CallId) -> bool {
        self.board.inner.live_calls.has(call)
    }
}

#[tokio::test]
async fn an_end_that_could_not_be_stored_is_stored_by_the_sweep() {
    let town = Town::found().await;
    let call = town.call().await;
    // What a report leaves behind whose writing failed.
    let at = town.board.now();
    town.board.inner.live_calls.end(call, true, |row| {
        row.state = State::Ended.code();
        row.cause = Some(Cause::Completed.word().to_owned());
        row.ended_by = Some(EndedBy::Callee.word().to_owned());
        row.ended_at = Some(at.0);
    });
    // The report may be tried again.
    town.sweep_after(5).await;
    assert!(town.has(call) && town.over(call).await.is_none());
    town.sweep_after(60).await;
    let row = town.over(call).await.unwrap();
    assert_eq!(
        (row.cause.as_deref(), row.ended_at),
        (Some("completed"), Some(at.0))
    );
    assert!(!town.has(call));
}

#[tokio::test]
async fn a_call_that_the_voice_edge_does_not_know_is_ended_after_a_while() {
    let town = Town::found().await;
    let call = town.call().await;
    // Nobody can be asked: it goes on.
    town.sweep_after(3600).await;
    assert!(town.has(call));
    town.board.set_voice(Arc::new(Forgetful));
    town.sweep_after(1).await;
    // Its report may be on its way.
    town.sweep_after(30).await;
    assert!(town.has(call) && town.over(call).await.is_none());
    town.sweep_after(31).await;
    let row = town.over(call).await.unwrap();
    assert_eq!(
        (row.cause.as_deref(), row.ended_by.as_deref()),
        (Some("failed"), Some("broker"))
    );
    assert!(!town.has(call));
}

#[tokio::test]
async fn who_could_not_be_rung_is_told_of_the_call() {
    let town = Town::found().await;
    let texts = || async { town.board.read(|conn| Ok(outbox::count(conn, 1)?)).await.unwrap() };
    for (cause, expected) in [
        (Cause::Cancelled, 0),
        (Cause::Unreachable, 1),
        (Cause::OutOfCapacity, 2),
    ] {
        let call = town.call().await;
        town.end_untried(call, cause).await;
        assert_eq!(texts().await, expected, "{cause:?}");
        // One an hour.
        town.clock.advance_s(3601);
    }
}

#[tokio::test]
async fn a_report_that_comes_after_the_end_changes_nothing() {
    let town = Town::found().await;
    let call = town.call().await;
    let live = &town.board.inner.live_calls;
    live.end(call, false, |row| row.state = State::Ended.code())
        .unwrap();
    let changed = live.change(call, |row| row.state = State::Answered.code());
    assert!(changed.is_none());
    assert!(live.has(call), "its end is still to be stored");
}
