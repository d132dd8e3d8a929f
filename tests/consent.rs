//! Texting hours, opt-ins and members' own blocks, told as stories on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use partyline::domain::history::ActorWord;
use partyline::domain::hours::Day;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{BlocksShown, Policy};
use partyline::domain::{Clock as _, E164, Timestamp};
use partyline::store::node::NodeLock;
use partyline::store::{Db, Durability};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::switching::{CallAttempt, CallExchange as _, CallPlan, Caller};
use partyline::switchboard::{
    ContactRef, Expected, MemberEdit, NewMessage, NewOptIn, NumberEdit, OptInEnd, OptInSource,
    SwitchboardError,
};
use serde_json::json;
use support::exchange::{Person, Town};
use support::{eventually, on_both_databases, poll};

const HOUR_S: i64 = 3_600;

/// People of a town have phones in San Francisco, and it is founded at 16:00 there, on a Tuesday.
fn by_day() -> Policy {
    Policy {
        texting_hours: true,
        ..Policy::default()
    }
}

fn at(text: &str) -> Timestamp {
    serde_json::from_value(json!(text)).unwrap()
}

/// Eight in the morning after the town's first evening.
fn morning() -> Timestamp {
    at("2025-01-01T16:00:00.000Z")
}

/// Texts, and returns the message.
async fn text(town: &Town, from: Person, to: E164, words: &str) -> partyline::domain::id::MessageId {
    let received = town.text(from.phone, to, words).await;
    assert_eq!(received.verdict, Verdict::Bridged, "{words}");
    received.message
}

async fn held(town: &Town, id: partyline::domain::id::MessageId) -> Option<Timestamp> {
    let message = town.board.message(town.community, id).await.unwrap();
    assert_eq!(message.held_until.is_some(), message.status == Status::Held);
    message.held_until
}

/// Long enough for the keeper and the dispatcher to have done what they would.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(1_300)).await;
}

fn words(inbox: &[(E164, String)]) -> Vec<&str> {
    inbox.iter().map(|(_, text)| text.as_str()).collect()
}

async fn app_text(
    town: &Town,
    (from, to): (Person, Person),
    text: &str,
    urgent: bool,
) -> Result<partyline::switchboard::views::Message, SwitchboardError> {
    let new = NewMessage {
        from: from.id,
        to: to.id,
        text: text.into(),
        urgent,
        idempotency_key: None,
    };
    let (sent, _) = town.board.send_foretold(town.community, new).await?;
    Ok(sent.message)
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

fn word_of<T: std::fmt::Debug>(result: Result<T, SwitchboardError>) -> &'static str {
    result.unwrap_err().code()
}

async fn kinds(town: &Town, kind: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    use diesel::RunQueryDsl as _;
    let sql = format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'");
    let mut conn = Db::open(&town.url, Durability::Command)
        .unwrap()
        .connect()
        .unwrap();
    let found: Count = match &mut conn {
        partyline::store::Conn::Sqlite(c) => diesel::sql_query(sql).get_result(c).unwrap(),
        partyline::store::Conn::Postgres(c) => diesel::sql_query(sql).get_result(c).unwrap(),
    };
    found.n
}

on_both_databases! {
    async fn a_text_in_the_night_is_held_and_leaves_in_the_morning_in_its_order(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        text(&town, ann, contact.number, "by day").await;
        town.carrier.wait_for(bob.phone, 1).await;

        // Ten at night.
        town.clock.advance_s(6 * HOUR_S);
        let mut night = Vec::new();
        for words in ["one", "two", "three"] {
            night.push(text(&town, ann, contact.number, words).await);
        }
        for id in &night {
            assert_eq!(held(&town, *id).await, Some(morning()));
            let message = town.board.message(town.community, *id).await.unwrap();
            // Its deadline counts from the morning.
            assert_eq!(message.expires_at, morning().plus_s(24 * HOUR_S));
        }
        let listed = town.board.messages(town.community, None, Some(Status::Held), None, 10).await.unwrap();
        assert_eq!(listed.len(), 3);
        assert_eq!(kinds(&town, "message.held").await, 3);
        let decision = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!((decision.outcome, decision.held_until), ("bridge", Some(morning())));
        assert!(decision.sentence.contains("held"), "{}", decision.sentence);
        // Whom the texts are for may write at any hour, and is answered: what waited goes first.
        a_while().await;
        assert_eq!(words(&town.carrier.inbox(bob.phone)), ["by day"]);

        // A minute too early, and then on time.
        town.clock.advance_s(10 * HOUR_S - 60);
        a_while().await;
        assert_eq!(town.carrier.inbox(bob.phone).len(), 1);
        town.clock.advance_s(60);
        let inbox = town.carrier.wait_for(bob.phone, 4).await;
        assert_eq!(words(&inbox), ["by day", "one", "two", "three"]);
        town.wait_status(night[0], Status::Sent).await;
        let decision = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!(decision.held_until, None);
    }

    async fn what_is_held_outlives_a_restart(database: Database) {
        let mut town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        text(&town, ann, contact.number, "first").await;
        text(&town, ann, contact.number, "second").await;
        town.dispatching.take().unwrap().stop().await;

        let (board, carrier) = Town::open(&town.url, town.clock.clone(), 0);
        let db = Db::open(&town.url, Durability::Command).unwrap();
        let dispatching = board.dispatch(NodeLock::acquire(&db, 0).unwrap(), 1).unwrap();
        a_while().await;
        assert!(carrier.inbox(bob.phone).is_empty());
        town.clock.advance_s(10 * HOUR_S);
        assert_eq!(words(&carrier.wait_for(bob.phone, 2).await), ["first", "second"]);
        dispatching.stop().await;
    }

    async fn a_member_has_a_zone_of_their_own(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        let id = text(&town, ann, contact.number, "hello").await;
        assert_eq!(held(&town, id).await, Some(morning()));
        let zone = |zone: Option<&str>| MemberEdit {
            time_zone: Some(zone.map(str::to_owned)),
            ..MemberEdit::default()
        };
        let wrong = town.board.edit_member(town.community, bob.id, zone(Some("Mars/Base")), Expected::any()).await;
        assert_eq!(word_of(wrong), "invalid");
        // It is 03:00 in Rio: what waits waits for another morning.
        town.board
            .edit_member(town.community, bob.id, zone(Some("America/Sao_Paulo")), Expected::any())
            .await
            .unwrap();
        let rio = at("2025-01-01T11:00:00.000Z");
        eventually("another morning", Duration::from_secs(10), async || held(&town, id).await == Some(rio)).await;
        // In Tokyo it is afternoon.
        let tokyo = town
            .board
            .edit_member(town.community, bob.id, zone(Some("Asia/Tokyo")), Expected::any())
            .await
            .unwrap();
        assert_eq!(tokyo.time_zone.as_deref(), Some("Asia/Tokyo"));
        town.carrier.wait_for(bob.phone, 1).await;
        let none = town.board.edit_member(town.community, bob.id, zone(None), Expected::any()).await.unwrap();
        assert_eq!(none.time_zone, None);
    }

    async fn without_texting_hours_nothing_waits_any_more(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        text(&town, ann, contact.number, "one").await;
        town.patch_policy(json!({ "texting_hours": false })).await;
        // Behind what waits, though it might go at once.
        text(&town, ann, contact.number, "two").await;
        assert_eq!(words(&town.carrier.wait_for(bob.phone, 2).await), ["one", "two"]);
    }

    async fn hours_may_be_of_some_days_and_last_over_midnight(database: Database) {
        let policy = Policy {
            texting_from: "18:00".into(),
            texting_until: "02:00".into(),
            texting_days: vec![Day::Fri, Day::Sat],
            ..by_day()
        };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let id = text(&town, ann, contact.number, "hello").await;
        // Friday, 2025-01-03, six in the evening in San Francisco: later than the usual deadline.
        let friday = at("2025-01-04T02:00:00.000Z");
        assert_eq!(held(&town, id).await, Some(friday));
        town.clock.advance_s(friday.since(town.clock.now()) / 1000);
        town.carrier.wait_for(bob.phone, 1).await;
    }

    async fn keywords_answers_and_live_conversations_are_never_held(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        let id = text(&town, ann, contact.number, "are you up?").await;
        assert!(held(&town, id).await.is_some());
        // Help at night is answered at night.
        assert_eq!(town.text(bob.phone, contact.mirror_number, "HELP").await.verdict, Verdict::Keyword);
        let help = town.carrier.wait_for(bob.phone, 1).await;
        assert!(help[0].1.contains("STOP"), "{help:?}");
        // Bob is up and writes: to Ann at once, who wrote a moment ago; her answer comes, after what waited.
        text(&town, bob, contact.mirror_number, "cannot sleep").await;
        assert_eq!(words(&town.carrier.wait_for(ann.phone, 1).await), ["cannot sleep"]);
        text(&town, ann, contact.number, "me neither").await;
        let inbox = town.carrier.wait_for(bob.phone, 3).await;
        assert_eq!(words(&inbox)[1..], ["are you up?", "me neither"]);
        // Half an hour later the conversation is over.
        town.clock.advance_s(HOUR_S);
        let id = text(&town, ann, contact.number, "good night").await;
        assert_eq!(held(&town, id).await, Some(morning()));
        // STOP ends what waits.
        assert_eq!(town.text(bob.phone, contact.mirror_number, "STOP").await.verdict, Verdict::Keyword);
        let message = town.wait_status(id, Status::Blocked).await;
        assert_eq!(message.reason, Some(Reason::RecipientOptedOut));
    }

    async fn an_urgent_text_goes_at_any_hour_where_that_is_allowed(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        assert_eq!(word_of(app_text(&town, (ann, bob), "fire", true).await), "urgent_not_allowed");
        town.patch_policy(json!({ "urgent_texts": true })).await;
        let waits = app_text(&town, (ann, bob), "tomorrow then", false).await.unwrap();
        assert_eq!((waits.status, waits.held_until), (Status::Held, Some(morning())));
        let urgent = app_text(&town, (ann, bob), "fire", true).await.unwrap();
        assert!(urgent.urgent && urgent.held_until.is_none());
        assert_eq!(words(&town.carrier.wait_for(bob.phone, 1).await), ["fire"]);
        // A released pair takes both with it.
        town.carrier.ready.store(false, Ordering::SeqCst);
        let late = app_text(&town, (ann, bob), "smoke", true).await.unwrap();
        let pair = ContactRef::Contact(contact.id);
        town.board.release_contact(town.community, ann.id, pair).await.unwrap();
        for id in [waits.id, late.id] {
            let ended = town.wait_status(id, Status::Blocked).await;
            assert_eq!(ended.reason, Some(Reason::PairReleased));
        }
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.clock.advance_s(10 * HOUR_S);
        a_while().await;
        assert_eq!(words(&town.carrier.inbox(bob.phone)), ["fire"]);
    }

    async fn what_cannot_leave_before_the_hours_end_waits_for_the_next(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        // Half past eight in the evening, and the carrier is down.
        town.clock.advance_s(4 * HOUR_S + 1_800);
        town.carrier.ready.store(false, Ordering::SeqCst);
        let one = text(&town, ann, contact.number, "one").await;
        let two = text(&town, ann, contact.number, "two").await;
        assert_eq!(held(&town, one).await, None);
        town.clock.advance_s(HOUR_S);
        town.carrier.ready.store(true, Ordering::SeqCst);
        for id in [one, two] {
            eventually("it is held", Duration::from_secs(10), async || held(&town, id).await == Some(morning())).await;
        }
        assert!(town.carrier.inbox(bob.phone).is_empty());
        town.clock.advance_s(11 * HOUR_S);
        assert_eq!(words(&town.carrier.wait_for(bob.phone, 2).await), ["one", "two"]);
    }

    async fn a_text_with_a_deadline_of_its_own_expires_while_it_waits(database: Database) {
        let town = Town::found(database, 3, by_day()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.clock.advance_s(6 * HOUR_S);
        let received = town.text_with(ann.phone, contact.number, "quick", |t| t.valid_for_s = Some(600)).await;
        assert!(held(&town, received.message).await.is_some());
        town.clock.advance_s(700);
        let message = town.wait_status(received.message, Status::Expired).await;
        assert_eq!(message.reason, Some(Reason::DeadlinePassed));
        assert!(town.carrier.inbox(bob.phone).is_empty());
    }

    async fn a_notice_that_nobody_asked_for_waits_too(database: Database) {
        let policy = Policy { acceptance_required: true, received_cap_percent: 100, ..by_day() };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        town.clock.advance_s(6 * HOUR_S);
        let contact = town.befriend(ann, bob).await;
        a_while().await;
        assert!(town.carrier.inbox(bob.phone).is_empty());
        town.clock.advance_s(10 * HOUR_S);
        let inbox = town.carrier.wait_for(bob.phone, 1).await;
        assert!(inbox[0].1.contains("YES"), "{inbox:?}");
        // Of a pair that is gone by the morning nobody is asked.
        assert_eq!(town.text(bob.phone, contact.mirror_number, "YES").await.verdict, Verdict::Keyword);
        town.carrier.wait_for(bob.phone, 2).await;
        town.clock.advance_s(14 * HOUR_S);
        let cid = town.person("Cid").await;
        town.befriend(cid, bob).await;
        town.board.release_contact(town.community, cid.id, ContactRef::Member(bob.id)).await.unwrap();
        let before = town.carrier.inbox(bob.phone).len();
        town.clock.advance_s(10 * HOUR_S);
        a_while().await;
        assert_eq!(town.carrier.inbox(bob.phone).len(), before);
    }

    async fn what_waited_for_a_frozen_phone_keeps_to_texting_hours_when_it_comes_back(database: Database) {
        let policy = Policy { acceptance_required: true, ..by_day() };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let device = town.board.member(town.community, bob.id).await.unwrap().devices[0].id;
        town.board.freeze_phone(town.community, bob.id, device).await.unwrap();
        town.befriend(ann, bob).await;
        // At night it is found again.
        town.clock.advance_s(6 * HOUR_S);
        town.board.thaw_phone(town.community, bob.id, device).await.unwrap();
        a_while().await;
        assert!(town.carrier.inbox(bob.phone).is_empty());
        town.clock.advance_s(10 * HOUR_S);
        let inbox = town.carrier.wait_for(bob.phone, 1).await;
        assert!(inbox[0].1.contains("YES"), "{inbox:?}");
    }

    async fn texts_go_only_to_phones_that_agreed_where_that_is_asked_for(database: Database) {
        let policy = Policy { require_opt_in: true, ..Policy::default() };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let received = town.text(ann.phone, contact.number, "hello").await;
        assert_eq!(received.verdict, refused(Reason::NotOptedIn));
        let message = town.board.message(town.community, received.message).await.unwrap();
        assert_eq!((message.status, message.reason), (Status::Blocked, Some(Reason::NotOptedIn)));
        assert_eq!(word_of(app_text(&town, (ann, bob), "hello", false).await), "not_opted_in");
        let decision = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!(decision.reason, Some(Reason::NotOptedIn));

        // START is an opt-in, for that number.
        assert_eq!(town.text(bob.phone, contact.mirror_number, "START").await.verdict, Verdict::Keyword);
        text(&town, ann, contact.number, "hello again").await;
        let all = town.board.opt_ins(town.community, Some(bob.id), None, 10).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].source, all[0].contact, all[0].evidence.as_str()), (OptInSource::Text, Some(ann.id), "START"));
        assert_eq!((all[0].member, all[0].ended_at), (Some(bob.id), None));
        // STOP ends it, and its record stays.
        town.text(bob.phone, contact.mirror_number, "STOP").await;
        let ended = town.board.opt_in(town.community, all[0].id).await.unwrap();
        assert_eq!((ended.ended_by, ended.ended_at), (Some(OptInEnd::Stop), Some(town.board.now())));
        let received = town.text(ann.phone, contact.number, "and now?").await;
        assert_eq!(received.verdict, refused(Reason::RecipientOptedOut));
        // An opt-in by form lifts no STOP.
        let by_form = NewOptIn {
            member: bob.id,
            device: None,
            contact: None,
            source: OptInSource::WebForm,
            evidence: "form of today".into(),
            given_at: None,
        };
        let (record, is_new) = town.board.record_opt_in(town.community, by_form.clone()).await.unwrap();
        assert!(is_new && record.number.is_none() && record.recorded_by == ActorWord::Broker);
        let (again, is_new) = town.board.record_opt_in(town.community, by_form.clone()).await.unwrap();
        assert!(!is_new && again.id == record.id);
        let received = town.text(ann.phone, contact.number, "and now?").await;
        assert_eq!(received.verdict, refused(Reason::RecipientOptedOut));
        town.text(bob.phone, contact.mirror_number, "START").await;
        text(&town, ann, contact.number, "at last").await;
        // What covers every number covers this one, too, until it is revoked.
        let start = town.board.opt_ins(town.community, Some(bob.id), None, 1).await.unwrap().remove(0);
        town.board.revoke_opt_in(town.community, start.id).await.unwrap();
        text(&town, ann, contact.number, "still").await;
        town.board.revoke_opt_in(town.community, record.id).await.unwrap();
        assert_eq!(word_of(town.board.revoke_opt_in(town.community, record.id).await), "opt_in_ended");
        assert_eq!(town.text(ann.phone, contact.number, "no more").await.verdict, refused(Reason::NotOptedIn));

        // What cannot be recorded is refused with what to mend.
        let stranger = partyline::domain::id::MemberId::from_i64(1);
        for (wrong, code) in [
            (NewOptIn { evidence: "  ".into(), ..by_form.clone() }, "invalid"),
            (NewOptIn { evidence: "x".repeat(501), ..by_form.clone() }, "invalid"),
            (NewOptIn { given_at: Some(town.board.now().plus_s(60)), ..by_form.clone() }, "invalid"),
            (NewOptIn { member: stranger, ..by_form.clone() }, "not_found"),
            (NewOptIn { contact: Some(bob.id), member: bob.id, ..by_form.clone() }, "no_contact"),
        ] {
            assert_eq!(word_of(town.board.record_opt_in(town.community, wrong).await), code);
        }
    }

    async fn who_is_blocked_reaches_nobody_and_learns_no_more_than_the_policy_says(database: Database) {
        let town = Town::found(database, 4, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        // Bob blocks Ann; what was on its way ends.
        town.carrier.ready.store(false, Ordering::SeqCst);
        let waiting = text(&town, ann, contact.number, "hey").await;
        let (block, is_new) = town.board.block(town.community, bob.id, ann.id).await.unwrap();
        assert!(is_new && block.member == bob.id && block.contact == ann.id);
        assert!(!town.board.block(town.community, bob.id, ann.id).await.unwrap().1);
        town.carrier.ready.store(true, Ordering::SeqCst);
        let ended = town.wait_status(waiting, Status::Blocked).await;
        assert_eq!(ended.reason, Some(Reason::BlockedByRecipient));
        // Ann hears what is said of somebody who cannot be reached, on the phone and by the app.
        let unreachable = Reason::NoDevice.sentence();
        let inbox = town.carrier.wait_for(ann.phone, 1).await;
        assert!(inbox[0].1.contains(unreachable), "{inbox:?}");
        let received = town.text(ann.phone, contact.number, "hey?").await;
        assert_eq!(received.verdict, refused(Reason::NoDevice));
        let message = town.board.message(town.community, received.message).await.unwrap();
        assert_eq!((message.status, message.reason), (Status::Blocked, Some(Reason::BlockedByRecipient)));
        assert_eq!(word_of(app_text(&town, (ann, bob), "hey", false).await), "no_device");
        let call = |from: Person, dialled| CallAttempt {
            trunk: "main".into(),
            caller: Caller::Phone(from.phone),
            dialled,
        };
        let no_device = partyline::domain::call::refusal_code(Reason::NoDevice);
        let CallPlan::Refuse(refusal) = town.board.route_call(call(ann, contact.number)).await.unwrap() else {
            panic!("the call was let through");
        };
        assert_eq!((refusal.reason, refusal.code), (Reason::BlockedByRecipient, no_device));
        // Bob's own texts and calls to Ann are refused, with what to do about it.
        let received = town.text(bob.phone, contact.mirror_number, "hello").await;
        assert_eq!(received.verdict, refused(Reason::BlockedBySender));
        let hint = town.carrier.wait_for(bob.phone, 1).await;
        assert!(hint.last().unwrap().1.contains("lift the block"), "{hint:?}");
        assert_eq!(word_of(app_text(&town, (bob, ann), "hello", false).await), "blocked_by_sender");
        let CallPlan::Refuse(refusal) = town.board.route_call(call(bob, contact.mirror_number)).await.unwrap() else {
            panic!("the call was let through");
        };
        assert_eq!(refusal.reason, Reason::BlockedBySender);

        // Silent, and open.
        town.patch_policy(json!({ "blocks_shown": BlocksShown::Silent })).await;
        town.clock.advance_s(2 * HOUR_S);
        let before = town.carrier.inbox(ann.phone).len();
        town.text(ann.phone, contact.number, "hello?").await;
        a_while().await;
        assert_eq!(town.carrier.inbox(ann.phone).len(), before);
        town.patch_policy(json!({ "blocks_shown": BlocksShown::Open })).await;
        assert_eq!(town.text(ann.phone, contact.number, "hello?").await.verdict, refused(Reason::BlockedByRecipient));
        let inbox = town.carrier.wait_for(ann.phone, before + 1).await;
        assert!(inbox.last().unwrap().1.contains("blocked"), "{inbox:?}");
        town.patch_policy(json!({ "blocks_shown": BlocksShown::Unreachable })).await;

        // The block outlives the pair: neither can make it again, and Ann is told no more than before.
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let again = town.board.add_contact(town.community, ann.id, bob.id).await;
        assert_eq!(word_of(again), "no_device");
        let own = town.board.add_contact(town.community, bob.id, ann.id).await;
        assert_eq!(word_of(own), "blocked_by_sender");
        let listed = town.board.blocks(town.community, bob.id, None, 10).await.unwrap();
        assert_eq!(listed.iter().map(|b| b.contact).collect::<Vec<_>>(), [ann.id]);
        assert!(town.board.blocks(town.community, ann.id, None, 10).await.unwrap().is_empty());
        town.board.unblock(town.community, bob.id, ann.id).await.unwrap();
        assert_eq!(word_of(town.board.unblock(town.community, bob.id, ann.id).await), "not_found");
        assert_eq!(word_of(town.board.block(town.community, bob.id, bob.id).await), "invalid");
        let contact = town.befriend(ann, bob).await;
        text(&town, ann, contact.number, "back").await;
    }

    async fn a_member_blocks_by_texting_the_desk(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let number = town.board.numbers(town.community, None, 1).await.unwrap().remove(0);
        let edit = NumberEdit { desk: Some(true), ..NumberEdit::default() };
        town.board.edit_number(town.community, number.id, edit).await.unwrap();
        let desk = number.number;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob Miller").await);
        let contact = town.befriend(ann, bob).await;
        let ask = async |said: &str| {
            let count = town.carrier.inbox(ann.phone).len();
            assert_eq!(town.text(ann.phone, desk, said).await.verdict, Verdict::Keyword, "{said}");
            let answer = poll(Duration::from_secs(10), async || {
                town.carrier.inbox(ann.phone).get(count).map(|(_, text)| text.clone())
            });
            answer.await.unwrap_or_else(|| panic!("no answer to {said}"))
        };
        assert!(ask("HELP").await.contains("BLOCK"));
        assert!(ask("BLOCK nobody").await.contains("None of your contacts"));
        // Never a guess.
        assert!(ask("BLOCK bob").await.contains("1 Bob Miller"));
        assert!(town.board.blocks(town.community, ann.id, None, 10).await.unwrap().is_empty());
        let answer = ask("1").await;
        assert!(answer.contains("blocked") && answer.contains("UNBLOCK"), "{answer}");
        let listed = town.board.blocks(town.community, ann.id, None, 10).await.unwrap();
        assert_eq!((listed[0].contact, listed[0].by), (bob.id, ActorWord::Member));
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hi").await.verdict, refused(Reason::NoDevice));
        assert!(ask("UNBLOCK anybody").await.contains("nobody"));
        assert!(ask("unblock bob miller").await.contains("no more"));
        text(&town, bob, contact.mirror_number, "hi").await;
        // The words are the community's own.
        town.patch_policy(json!({ "desk_block_word": "WEG" })).await;
        town.clock.advance_s(60);
        assert!(ask(&format!("weg {}", contact.number)).await.contains("is blocked"));
    }
}
