//! Calls as the exchange rules and records them, told as stories on both databases. No SIP: the voice edge is
//! played here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::call::{Cause, EndedBy, State};
use partyline::domain::event::EventKind;
use partyline::domain::id::CallId;
use partyline::domain::message::Reason;
use partyline::domain::policy::{MissedCalls, Policy, Refusal};
use partyline::switchboard::switching::{
    Bridging, CallAttempt, CallEnding, CallExchange as _, CallLeg, CallNews, CallOrder, CallOutlet, CallPlan,
    CallReport, CallStep, Caller, LegQuality, PlaceError,
};
use partyline::switchboard::{CallDetail, CallQuery, ContactRef, MessageQuery, NewCall, SwitchboardError};
use support::exchange::Town;
use support::{eventually, on_both_databases};

async fn dial(town: &Town, caller: Caller, dialled: E164) -> CallPlan {
    let attempt = CallAttempt {
        trunk: "main".into(),
        caller,
        dialled,
    };
    town.board.route_call(attempt).await.unwrap()
}

async fn bridged(town: &Town, from: E164, dialled: E164) -> Bridging {
    match dial(town, Caller::Phone(from), dialled).await {
        CallPlan::Bridge(bridging) => bridging,
        CallPlan::Refuse(refused) => panic!("{refused:?}"),
    }
}

/// The reason, and the SIP status.
async fn refused(town: &Town, caller: Caller, dialled: E164) -> (Reason, u16) {
    match dial(town, caller, dialled).await {
        CallPlan::Refuse(refused) => (refused.reason, refused.code.status),
        CallPlan::Bridge(bridging) => panic!("{bridging:?}"),
    }
}

async fn report(town: &Town, call: CallId, news: CallNews) {
    let report = CallReport {
        call,
        community: town.community,
        at: town.board.now(),
        news,
    };
    town.board.report(report).await.unwrap();
}

fn ending(town: &Town, by: EndedBy, cause: Cause) -> CallNews {
    let step = |leg, inbound, what: &str| CallStep {
        at: town.board.now(),
        leg,
        inbound,
        what: what.into(),
        trunk: None,
    };
    CallNews::Ended(Box::new(CallEnding {
        by,
        cause,
        sip_status: (cause == Cause::Busy).then_some(486),
        trunk_out: Some("main".into()),
        quality: [
            Some(LegQuality {
                packets: 500,
                bytes: 86_000,
                lost: 1,
                jitter_ms: 0.5,
                mos: Some(4.3),
            }),
            None,
        ],
        steps: vec![
            step(CallLeg::Caller, true, "INVITE"),
            step(CallLeg::Callee, false, "INVITE"),
        ],
    }))
}

async fn recorded(town: &Town, call: CallId) -> CallDetail {
    town.board.call(town.community, call).await.unwrap()
}

/// Takes every call, and writes down what it is asked.
#[derive(Default)]
struct Line {
    orders: Mutex<Vec<CallOrder>>,
    hung_up: Mutex<Vec<CallId>>,
    full: bool,
}

#[async_trait::async_trait]
impl CallOutlet for Line {
    async fn place(&self, order: CallOrder) -> Result<(), PlaceError> {
        if self.full {
            return Err(PlaceError::OutOfCapacity);
        }
        self.orders.lock().unwrap().push(order);
        Ok(())
    }

    async fn hang_up(&self, call: CallId) -> bool {
        self.hung_up.lock().unwrap().push(call);
        true
    }
}

on_both_databases! {
    async fn a_call_reaches_the_contact_from_the_number_that_stands_for_the_caller(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;

        let bridging = bridged(&town, ann.phone, contact.number).await;
        assert_eq!((bridging.to.phone, bridging.to.shown), (bob.phone, contact.mirror_number));
        assert_eq!(bridging.to.carrier, "test");
        let back = bridged(&town, bob.phone, contact.mirror_number).await;
        assert_eq!((back.to.phone, back.to.shown), (ann.phone, contact.number));

        town.clock.advance_s(2);
        report(&town, bridging.call, CallNews::Ringing).await;
        town.clock.advance_s(3);
        report(&town, bridging.call, CallNews::Answered).await;
        let during = recorded(&town, bridging.call).await.call;
        assert_eq!((during.state, during.from, during.to), (State::Answered, Some(ann.id), Some(bob.id)));
        town.clock.advance_s(61);
        report(&town, bridging.call, ending(&town, EndedBy::Callee, Cause::Completed)).await;

        let after = recorded(&town, bridging.call).await;
        assert_eq!(after.call.state, State::Ended);
        assert_eq!((after.call.cause, after.call.ended_by), (Some(Cause::Completed), Some(EndedBy::Callee)));
        assert_eq!(after.call.duration_s, Some(61));
        assert_eq!(after.call.ringing_at.unwrap().since(after.call.began_at), 2_000);
        assert_eq!(after.call.quality.unwrap().caller.unwrap().packets, 500);
        assert_eq!(after.steps.len(), 2);
        let shown = serde_json::to_string(&after).unwrap();
        for phone in [ann.phone, bob.phone] {
            assert!(!shown.contains(&phone.to_string()[1..]), "{shown}");
        }
    }

    async fn every_refusal_has_its_code_and_is_recorded_with_its_reason(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let (cem, dot) = (town.person("Cem").await, town.person("Dot").await);
        let contact = town.befriend(ann, bob).await;
        let stranger: E164 = "+14155559999".parse().unwrap();
        let nobodys: E164 = "+12025559999".parse().unwrap();

        let known = Caller::Phone(ann.phone);
        assert_eq!(refused(&town, known, nobodys).await, (Reason::UnassignedNumber, 404));
        assert_eq!(refused(&town, Caller::Anonymous, nobodys).await, (Reason::UnassignedNumber, 404));
        assert_eq!(
            refused(&town, Caller::Phone(stranger), contact.number).await,
            (Reason::UnknownSender, 403)
        );
        assert_eq!(refused(&town, Caller::Anonymous, contact.number).await, (Reason::UnknownSender, 403));
        assert_eq!(refused(&town, Caller::Phone(cem.phone), contact.number).await, (Reason::NoContact, 404));

        let theirs = town.befriend(cem, dot).await;
        town.board.set_blocked(town.community, cem.id, ContactRef::Member(dot.id), true).await.unwrap();
        assert_eq!(refused(&town, Caller::Phone(cem.phone), theirs.number).await, (Reason::PairBlocked, 403));

        town.text(bob.phone, contact.mirror_number, "STOP").await;
        assert_eq!(refused(&town, known, contact.number).await, (Reason::RecipientOptedOut, 403));
        let stopper = Caller::Phone(bob.phone);
        assert_eq!(refused(&town, stopper, contact.mirror_number).await, (Reason::SenderOptedOut, 403));

        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        assert_eq!(refused(&town, known, contact.number).await, (Reason::PairReleased, 410));

        let all = town.board.calls(town.community, CallQuery::default(), None, 100).await.unwrap();
        let reasons: Vec<_> = all.iter().rev().map(|call| call.reason.unwrap()).collect();
        assert_eq!(reasons, [
            Reason::UnknownSender, Reason::UnknownSender, Reason::NoContact, Reason::PairBlocked,
            Reason::RecipientOptedOut, Reason::SenderOptedOut, Reason::PairReleased,
        ]);
        assert!(all.iter().all(|call| call.state == State::Ended && call.cause == Some(Cause::Refused)));
        let of_ann = CallQuery { member: Some(ann.id), ..CallQuery::default() };
        assert_eq!(town.board.calls(town.community, of_ann, None, 100).await.unwrap().len(), 3);
    }

    async fn an_app_that_is_told_of_a_refused_call_does_not_learn_who_blocks_whom(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.board.block(town.community, bob.id, ann.id).await.unwrap();
        let (reason, _) = refused(&town, Caller::Phone(ann.phone), contact.number).await;
        assert_eq!(reason, Reason::BlockedByRecipient);
        let events = town.board.events(town.community, None, 100).await.unwrap();
        let ended: Vec<_> = events.iter().filter(|event| event.kind == EventKind::CallEnded).collect();
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0].data["call"]["reason"], "no_device", "{ended:?}");
    }

    async fn a_strangers_calls_are_recorded_once_an_hour_and_forgotten_with_age(database: Database) {
        let policy = Policy { strangers_kept_s: 7200, ..Policy::default() };
        let town = Town::found(database, 5, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let number = town.befriend(ann, bob).await.number;
        let stranger = Caller::Phone("+14155559999".parse().unwrap());
        for _ in 0..5 {
            refused(&town, stranger, number).await;
        }
        let all = async || town.board.calls(town.community, CallQuery::default(), None, 100).await.unwrap();
        assert_eq!(all().await.len(), 1);
        town.clock.advance_s(3601);
        refused(&town, stranger, number).await;
        assert_eq!(all().await.len(), 2);
        town.clock.advance_s(7201);
        eventually("the strangers' calls are gone", Duration::from_secs(30), async || {
            town.clock.advance_s(600);
            all().await.is_empty()
        })
        .await;
    }

    async fn a_community_that_keeps_silent_gives_no_reason(database: Database) {
        let policy = Policy { strangers: Refusal::Silent, refused: Refusal::Silent, ..Policy::default() };
        let town = Town::found(database, 5, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let cem = town.person("Cem").await;
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(refused(&town, Caller::Anonymous, number).await, (Reason::UnknownSender, 480));
        assert_eq!(refused(&town, Caller::Phone(cem.phone), number).await, (Reason::NoContact, 480));
    }

    async fn who_missed_a_call_gets_one_text_an_hour_where_the_community_wants_it(database: Database) {
        let policy = Policy { missed_calls: MissedCalls::Text, ..Policy::default() };
        let town = Town::found(database, 5, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let missed = async |cause| {
            let call = bridged(&town, ann.phone, contact.number).await.call;
            report(&town, call, ending(&town, EndedBy::Callee, cause)).await;
        };
        missed(Cause::Completed).await;
        missed(Cause::Declined).await;
        missed(Cause::Busy).await;
        missed(Cause::NoAnswer).await;
        let text = "Missed call from Ann. Call or text this number to reach them.";
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await, [(contact.mirror_number, text.to_owned())]);
        town.clock.advance_s(3601);
        missed(Cause::Busy).await;
        assert_eq!(town.carrier.wait_for(bob.phone, 2).await.len(), 2);
        assert_eq!(town.carrier.inbox(ann.phone), []);
    }

    async fn an_app_rings_the_member_and_then_the_contact(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let new = NewCall { from: ann.id, to: bob.id };
        let error = town.board.place_call(town.community, new).await.unwrap_err();
        assert_eq!(error.code(), "no_trunk");
        let line = Arc::new(Line::default());
        town.board.set_voice(line.clone());
        let error = town.board.place_call(town.community, new).await.unwrap_err();
        assert_eq!(error.code(), "no_contact");
        let contact = town.befriend(ann, bob).await;

        let call = town.board.place_call(town.community, new).await.unwrap();
        {
            let orders = line.orders.lock().unwrap();
            let order = &orders[0];
            assert_eq!(order.call, call.id);
            assert_eq!((order.first.phone, order.first.shown), (ann.phone, contact.number));
            assert_eq!((order.second.phone, order.second.shown), (bob.phone, contact.mirror_number));
        }
        assert_eq!(recorded(&town, call.id).await.call.state, State::Ringing);
        town.board.hang_up_call(town.community, call.id).await.unwrap();
        assert_eq!(*line.hung_up.lock().unwrap(), [call.id]);
        report(&town, call.id, ending(&town, EndedBy::App, Cause::HungUp)).await;
        assert_eq!(recorded(&town, call.id).await.call.cause, Some(Cause::HungUp));
        let error = town.board.hang_up_call(town.community, call.id).await.unwrap_err();
        assert_eq!(error.code(), "call_ended");

        town.text(bob.phone, contact.mirror_number, "STOP").await;
        let error = town.board.place_call(town.community, new).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::Refused(Reason::RecipientOptedOut)), "{error:?}");
    }

    async fn an_apps_call_for_which_there_is_no_line_is_over_at_once(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        town.befriend(ann, bob).await;
        town.board.set_voice(Arc::new(Line { full: true, ..Line::default() }));
        let error = town.board.place_call(town.community, NewCall { from: ann.id, to: bob.id }).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::Overloaded), "{error:?}");
        let all = town.board.calls(town.community, CallQuery::default(), None, 9).await.unwrap();
        assert_eq!(all[0].cause, Some(Cause::OutOfCapacity));
    }

    async fn a_call_whose_node_died_is_ended_by_the_next_start(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        // Of another process: it is durable, and nobody here knows it.
        let (other, _) = Town::open(&town.url, town.clock.clone(), 7);
        let attempt = CallAttempt {
            trunk: "main".into(),
            caller: Caller::Phone(ann.phone),
            dialled: contact.number,
        };
        let CallPlan::Bridge(bridging) = other.route_call(attempt).await.unwrap() else { panic!() };
        let ringing = CallReport {
            call: bridging.call,
            community: town.community,
            at: town.board.now(),
            news: CallNews::Ringing,
        };
        other.report(ringing).await.unwrap();
        drop(other);
        town.clock.advance_s(61);
        eventually("the call is given up", Duration::from_secs(30), async || {
            // A sweep takes it over, the next one ends it.
            town.clock.advance_s(6);
            recorded(&town, bridging.call).await.call.cause == Some(Cause::Shutdown)
        })
        .await;
    }

    async fn calls_and_texts_stand_in_one_list_of_what_happened(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.text(ann.phone, contact.number, "one").await;
        town.clock.advance_s(1);
        let call = bridged(&town, bob.phone, contact.mirror_number).await.call;
        report(&town, call, CallNews::Ringing).await;
        town.clock.advance_s(1);
        town.text(bob.phone, contact.mirror_number, "two").await;
        let query = MessageQuery { member: Some(ann.id), ..MessageQuery::default() };
        let page = async |before, limit| {
            let found = town.board.interactions(town.community, query, before, limit).await.unwrap();
            (found.rows.iter().map(|i| i.kind).collect::<Vec<_>>(), found.rows.last().map(|i| i.id))
        };
        assert_eq!(page(None, 10).await.0, ["message", "call", "message"]);
        let (first, last) = page(None, 2).await;
        assert_eq!(first, ["message", "call"]);
        assert_eq!(page(last, 2).await.0, ["message"]);
    }

    async fn a_number_that_takes_no_calls_says_so(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let number = town.board.numbers(town.community, None, 9).await.unwrap()[0].id;
        let texts = partyline::domain::pool::Capabilities::from(vec![partyline::domain::pool::Capability::Sms]);
        let edit = partyline::switchboard::NumberEdit { capabilities: Some(texts), ..Default::default() };
        town.board.edit_number(town.community, number, edit).await.unwrap();
        assert_eq!(refused(&town, Caller::Phone(ann.phone), contact.number).await, (Reason::NoVoice, 488));
    }
}
