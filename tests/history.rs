//! How it was: every change of an assignment is kept, and what a text would have met at some moment is answered from
//! it, also when the pair, the phone or the number has gone since.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use partyline::domain::history::{Actor, ActorWord, Why};
use partyline::domain::id::KeyId;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{Policy, WhenFull};
use partyline::domain::{Clock, E164, Timestamp};
use partyline::store::DatabaseUrl;
use partyline::switchboard::{AssignmentChanged, ContactRef, Decision};
use support::exchange::{Person, Town};
use support::on_both_databases;

/// The whole history of a pair, oldest first, in pages of two.
async fn history(town: &Town, one: Person, other: Person) -> Vec<AssignmentChanged> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let contact = ContactRef::Member(other.id);
        let page = town
            .board
            .pair_history(town.community, one.id, contact, before, 2)
            .await
            .unwrap();
        let Some((_, place)) = page.last() else { break };
        before = Some(*place);
        all.extend(page.into_iter().map(|(change, _)| change));
    }
    all.reverse();
    all
}

/// Why the rows of one member of a pair changed, oldest first.
async fn whys(town: &Town, one: Person, other: Person) -> Vec<(Why, ActorWord)> {
    let all = history(town, one, other).await;
    let own = all.iter().filter(|change| change.member == one.id);
    own.map(|change| (change.why, change.by)).collect()
}

async fn at(town: &Town, from: E164, to: E164, at: Timestamp) -> Decision {
    let found = town
        .board
        .resolve_at(Some(town.community), from, to, at)
        .await
        .unwrap();
    let told = serde_json::to_string(&found.steps).unwrap();
    assert!(!told.contains(&from.to_string()), "a real number in {told}");
    found
}

/// What a text from a phone to a number met at each moment: (outcome, contact is this one).
fn met(found: &Decision) -> (&'static str, Option<Reason>) {
    (found.outcome, found.reason)
}

on_both_databases! {
    async fn every_change_of_a_pair_is_kept_with_who_and_why(database: Database) {
        let policy = Policy { acceptance_required: true, ..Policy::default() };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let key = KeyId::from_i64(77);
        let admin = town.board.by(Actor::Admin(key));
        let app = town.board.by(Actor::App(Some(key)));
        let made = admin.add_contact(town.community, ann.id, bob.id).await.unwrap().0;
        let mut moments = vec![town.clock.now()];
        let mut step = || {
            town.clock.advance_s(10);
            moments.push(town.clock.now());
        };
        step();
        town.text(bob.phone, made.mirror_number, "YES").await;
        step();
        town.text(ann.phone, made.number, "hello").await;
        town.text(bob.phone, made.mirror_number, "hello back").await;
        town.text(bob.phone, made.mirror_number, "and again").await;
        step();
        app.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), true).await.unwrap();
        // What changes nothing is no change.
        app.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), true).await.unwrap();
        step();
        app.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), false).await.unwrap();
        step();
        town.text(bob.phone, made.mirror_number, "STOP").await;
        step();
        town.text(bob.phone, made.mirror_number, "START").await;
        step();
        app.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();

        assert_eq!(
            whys(&town, ann, bob).await,
            [
                (Why::ContactAdded, ActorWord::Admin),
                (Why::Accepted, ActorWord::Member),
                (Why::Blocked, ActorWord::App),
                (Why::Unblocked, ActorWord::App),
                (Why::Released, ActorWord::App),
            ]
        );
        assert_eq!(
            whys(&town, bob, ann).await,
            [
                (Why::ContactAdded, ActorWord::Admin),
                (Why::Accepted, ActorWord::Member),
                (Why::Answered, ActorWord::Member),
                (Why::Blocked, ActorWord::App),
                (Why::Unblocked, ActorWord::App),
                (Why::Stopped, ActorWord::Member),
                (Why::Started, ActorWord::Member),
                (Why::Released, ActorWord::App),
            ]
        );
        let all = history(&town, ann, bob).await;
        assert!(all.is_sorted_by_key(|change| change.at));
        let (first, last) = (&all[0], all.last().unwrap());
        assert_eq!((first.by_key, first.at, first.live), (Some(key), moments[0], true));
        assert!(!last.live && last.cool_until.is_some());
        // By the contact's old id too.
        let old = ContactRef::Contact(made.id);
        let again = town.board.pair_history(town.community, ann.id, old, None, 100).await.unwrap();
        assert_eq!(again.len(), all.len());

        let mut outcomes = Vec::new();
        for moment in &moments {
            outcomes.push(met(&at(&town, ann.phone, made.number, *moment).await));
        }
        let refused = |reason| ("refuse", Some(reason));
        assert_eq!(
            outcomes,
            [
                refused(Reason::AwaitingAcceptance),
                ("bridge", None),
                ("bridge", None),
                refused(Reason::PairBlocked),
                ("bridge", None),
                refused(Reason::RecipientOptedOut),
                ("bridge", None),
                ("quarantine", Some(Reason::PairReleased)),
            ]
        );
        for moment in &moments[..7] {
            let found = at(&town, ann.phone, made.number, *moment).await;
            assert_eq!((found.contact, found.shown_number), (Some(bob.id), Some(made.mirror_number)));
            assert_eq!((found.at, found.carrier.is_none()), (Some(*moment), true));
        }
    }

    async fn a_receipt_after_the_release_finds_its_message_and_the_pair_of_its_time(database: Database) {
        let policy = Policy { cool_down_s: 0, ..Policy::default() };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob, eve) = (town.person("Ann").await, town.person("Bob").await, town.person("Eve").await);
        let made = town.befriend(ann, bob).await;
        town.clock.advance_s(5);
        let sent = town.text(ann.phone, made.number, "are you there?").await;
        town.carrier.wait_for(bob.phone, 1).await;
        town.wait_status(sent.message, Status::Sent).await;
        let accepted = town.board.message(town.community, sent.message).await.unwrap().accepted_at;
        town.clock.advance_s(60);
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        town.clock.advance_s(60);
        // The number stands for somebody else on the same phone by now.
        let next = town.befriend(ann, eve).await;
        assert_eq!(next.number, made.number);
        town.carrier_reports(sent.message, Status::Delivered).await;
        let delivered = town.wait_status(sent.message, Status::Delivered).await;
        assert_eq!((delivered.from, delivered.to), (Some(ann.id), Some(bob.id)));

        let then = at(&town, ann.phone, made.number, accepted).await;
        assert_eq!((met(&then), then.contact), (("bridge", None), Some(bob.id)));
        let between = at(&town, ann.phone, made.number, accepted.plus_s(90)).await;
        assert_eq!(between.outcome, "quarantine");
        let now = at(&town, ann.phone, made.number, town.clock.now()).await;
        assert_eq!((met(&now), now.contact), (("bridge", None), Some(eve.id)));
        let present = town.board.resolve(Some(town.community), ann.phone, made.number).await.unwrap();
        assert_eq!((present.outcome, present.contact, present.at), (now.outcome, now.contact, None));
    }

    async fn phones_members_and_numbers_are_those_of_the_moment(database: Database) {
        let policy = Policy { cool_down_s: 100, ..Policy::default() };
        let town = Town::found(database, 2, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let eve = town.person("Eve").await;
        town.clock.advance_s(10);
        let before_pair = town.clock.now();
        town.clock.advance_s(10);
        let made = town.befriend(ann, bob).await;
        let with_ann = town.clock.now();
        town.clock.advance_s(10);
        town.text(bob.phone, made.mirror_number, "STOPALL").await;
        let stopped = town.clock.now();
        town.clock.advance_s(10);
        town.board.delete_member(town.community, ann.id).await.unwrap();
        let ann_gone = town.clock.now();
        town.clock.advance_s(10);
        town.board.add_device(town.community, eve.id, ann.phone).await.unwrap();
        let with_eve = town.clock.now();

        let none = at(&town, ann.phone, made.number, before_pair).await;
        assert_eq!((met(&none), none.member), (("refuse", Some(Reason::NoContact)), Some(ann.id)));
        let live = at(&town, ann.phone, made.number, with_ann).await;
        assert_eq!((live.outcome, live.member, live.contact), ("bridge", Some(ann.id), Some(bob.id)));
        let found = at(&town, ann.phone, made.number, stopped).await;
        assert_eq!(met(&found), ("refuse", Some(Reason::RecipientOptedOut)));
        let gone = at(&town, ann.phone, made.number, ann_gone).await;
        assert_eq!((gone.outcome, gone.member), ("quarantine", None));
        let eves = at(&town, ann.phone, made.number, with_eve).await;
        assert_eq!((eves.outcome, eves.member), ("quarantine", Some(eve.id)));
        // The history of a pair whose member is gone is there still.
        let last = history(&town, ann, bob).await.pop().unwrap();
        assert_eq!(last.why, Why::MemberRemoved);

        let id = live.number.unwrap();
        town.board.remove_number(town.community, id).await.unwrap();
        town.clock.advance_s(10);
        let removed = at(&town, ann.phone, made.number, town.clock.now()).await;
        assert_eq!(met(&removed), ("refuse", Some(Reason::UnassignedNumber)));
        assert_eq!(at(&town, ann.phone, made.number, with_ann).await.contact, Some(bob.id));
    }

    async fn a_pair_that_gave_way_says_so(database: Database) {
        let policy = Policy { when_full: WhenFull::Recycle, cool_down_s: 100, ..Policy::default() };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob, eve) = (town.person("Ann").await, town.person("Bob").await, town.person("Eve").await);
        town.befriend(ann, bob).await;
        town.clock.advance_s(1_000);
        town.befriend(ann, eve).await;
        assert_eq!(
            whys(&town, ann, bob).await,
            [(Why::ContactAdded, ActorWord::Broker), (Why::Recycled, ActorWord::Broker)]
        );
        // Who had received it chooses back.
        town.befriend(eve, ann).await;
        assert_eq!(whys(&town, eve, ann).await.last().unwrap().0, Why::ChosenBack);
    }

    async fn what_lies_before_the_history_or_ahead_is_said_to_be_unknown(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        let began = town.board.community(town.community).await.unwrap().created_at;
        let before = at(&town, ann.phone, made.number, began.plus_ms(-1)).await;
        assert_eq!((met(&before), before.contact), (("unknown", None), None));
        assert!(before.sentence.contains(&format!("begins at {began}")), "{}", before.sentence);
        let ahead = town.clock.now().plus_s(1);
        let refused = town.board.resolve_at(None, ann.phone, made.number, ahead).await.unwrap_err();
        assert_eq!(refused.code(), "invalid");
        // Without a community it is found by the number.
        let found = town.board.resolve_at(None, ann.phone, made.number, began).await.unwrap();
        assert_eq!((found.outcome, found.contact), ("bridge", Some(bob.id)));
    }

    async fn a_database_that_was_there_before_the_history_knows_its_present(database: Database) {
        let town = Town::found(database, 3, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob, eve) = (town.person("Ann").await, town.person("Bob").await, town.person("Eve").await);
        let made = town.befriend(ann, bob).await;
        let gone = town.befriend(ann, eve).await;
        town.clock.advance_s(10);
        town.board.release_contact(town.community, ann.id, ContactRef::Member(eve.id)).await.unwrap();
        // As it was before the step that makes the history; then that step and those after it, and the clock of the database.
        let first = "2026-11-22-000021_history";
        let kind = if town.url.starts_with("postgres") { "postgres" } else { "sqlite" };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
        let steps = std::fs::read_dir(&folder).unwrap().map(|step| step.unwrap().file_name().into_string().unwrap());
        let undone: BTreeSet<String> = steps.filter(|step| step.as_str() >= first).collect();
        let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
        for step in undone.iter().rev() {
            conn.execute(&std::fs::read_to_string(folder.join(step).join("down.sql")).unwrap()).unwrap();
        }
        conn.execute("DELETE FROM __diesel_schema_migrations WHERE version >= '20261122000021'").unwrap();
        let before = town.clock.now();
        // Far ahead of whatever the machine's clock says.
        town.clock.advance_s(20 * 366 * 24 * 3600);
        let (board, _) = Town::open(&town.url, town.clock.clone(), 3);
        let ask = async |to, at| board.resolve_at(Some(town.community), ann.phone, to, at).await.unwrap();
        let found = ask(made.number, before).await;
        assert_eq!(met(&found), ("unknown", None));
        let found = ask(made.number, town.clock.now()).await;
        assert_eq!((met(&found), found.contact), (("bridge", None), Some(bob.id)));
        let found = ask(gone.number, town.clock.now()).await;
        assert_eq!(found.outcome, "quarantine");
        let first = board.pair_history(town.community, ann.id, ContactRef::Member(bob.id), None, 9).await.unwrap();
        let told: Vec<_> = first.iter().map(|(change, _)| (change.why, change.by)).collect();
        assert_eq!(told, [(Why::HistoryBegan, ActorWord::Migration); 2]);
    }

    async fn what_is_older_than_it_is_kept_is_forgotten_and_said_to_be_unknown(database: Database) {
        let policy = Policy { history_kept_s: 1_000, cool_down_s: 0, ..Policy::default() };
        let town = Town::found(database, 3, policy).await;
        let (ann, bob, eve) = (town.person("Ann").await, town.person("Bob").await, town.person("Eve").await);
        let made = town.befriend(ann, bob).await;
        let kept = town.befriend(ann, eve).await;
        let early = town.clock.now();
        town.clock.advance_s(10);
        town.board.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), true).await.unwrap();
        let blocked = town.clock.now();
        town.clock.advance_s(1_001);
        town.board.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), false).await.unwrap();
        town.board.forget_history().await.unwrap();
        assert_eq!(at(&town, ann.phone, made.number, early).await.outcome, "unknown");
        let still = at(&town, ann.phone, made.number, blocked.plus_s(5)).await;
        assert_eq!(met(&still), ("refuse", Some(Reason::PairBlocked)));
        assert_eq!(whys(&town, ann, bob).await.len(), 2, "the first change was followed by another");
        let other = at(&town, ann.phone, kept.number, blocked.plus_s(5)).await;
        assert_eq!((other.outcome, other.contact), ("bridge", Some(eve.id)));
    }

    async fn a_node_whose_clock_is_behind_changes_the_present_and_not_the_past(database: Database) {
        let town = Town::found(database, 2, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        town.clock.advance_s(100);
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let released = town.clock.now();
        town.clock.advance_s(-50);
        let again = town.befriend(bob, ann).await;
        assert_eq!(again.mirror_number, made.number);
        town.clock.advance_s(-20);
        town.board.set_blocked(town.community, ann.id, ContactRef::Member(bob.id), true).await.unwrap();
        town.clock.advance_s(170);
        let now = at(&town, ann.phone, made.number, town.clock.now()).await;
        assert_eq!(met(&now), ("refuse", Some(Reason::PairBlocked)));
        let then = at(&town, ann.phone, made.number, released.plus_s(-1)).await;
        assert_eq!((met(&then), then.contact), (("bridge", None), Some(bob.id)));
        let order: Vec<Why> = whys(&town, ann, bob).await.into_iter().map(|(why, _)| why).collect();
        assert_eq!(order, [Why::ContactAdded, Why::Released, Why::ContactAdded, Why::Blocked]);
    }
}
