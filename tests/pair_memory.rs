//! What is kept of released pairs: numbers that come back to their contact, and texts that came too late.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use partyline::domain::id::MemberId;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::store::DatabaseUrl;
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::{ContactRef, Release, ReleaseState, SwitchboardError};
use support::exchange::{Person, Town};
use support::on_both_databases;

const COOL_DOWN_S: i64 = 100;
const MEMORY_S: i64 = 1_000;

/// A released number cools down for a hundred seconds, and is kept for a thousand.
fn remembering() -> Policy {
    Policy {
        cool_down_s: COOL_DOWN_S,
        pair_memory_s: MEMORY_S,
        ..Policy::default()
    }
}

fn held() -> Verdict {
    Verdict::Quarantined(Reason::PairReleased)
}

trait Memories {
    async fn release(&self, a: Person, b: Person);
    async fn releases(&self, of: MemberId) -> Vec<Release>;
    async fn kept(&self, a: Person, b: Person) -> usize;
}

impl Memories for Town {
    async fn release(&self, a: Person, b: Person) {
        let contact = ContactRef::Member(b.id);
        self.board
            .release_contact(self.community, a.id, contact)
            .await
            .unwrap();
    }

    async fn releases(&self, of: MemberId) -> Vec<Release> {
        let found = self
            .board
            .releases(self.community, (Some(of), Some(true)), None, 100)
            .await;
        found.unwrap().0
    }

    /// How many numbers are kept for others, of one who cannot get a contact.
    async fn kept(&self, a: Person, b: Person) -> usize {
        match self.board.add_contact(self.community, a.id, b.id).await {
            Err(SwitchboardError::TableFull(shortage)) => shortage.kept,
            other => panic!("{other:?}"),
        }
    }
}

on_both_databases! {
    async fn a_contact_who_is_added_again_has_the_same_numbers_as_long_as_the_memory_lasts(database: Database) {
        let town = Town::found(database, 1, remembering()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let first = town.befriend(ann, bob).await;
        town.release(ann, bob).await;
        town.clock.advance_s(COOL_DOWN_S + 1);
        // Cooled down long ago, and yet nobody else gets it.
        assert_eq!(town.kept(ann, cem).await, 1);
        let [kept] = &town.releases(ann.id).await[..] else { panic!("one release") };
        assert_eq!((kept.contact, kept.state, kept.number), (bob.id, ReleaseState::Kept, first.number));
        let again = town.befriend(ann, bob).await;
        assert_eq!((again.number, again.mirror_number), (first.number, first.mirror_number));
        assert!(town.releases(ann.id).await.is_empty(), "nothing is kept for one who has it");

        town.release(ann, bob).await;
        town.clock.advance_s(MEMORY_S + 1);
        assert!(town.releases(ann.id).await.is_empty());
        let cems = town.befriend(ann, cem).await;
        assert_eq!(cems.number, first.number, "the memory is over");
        let past = town.board.releases(town.community, (Some(bob.id), None), None, 10).await.unwrap();
        assert_eq!(past.0[0].state, ReleaseState::Past);
    }

    async fn the_schema_itself_refuses_to_give_a_kept_number_to_another_contact(database: Database) {
        let town = Town::found(database, 2, remembering()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let bobs = town.befriend(ann, bob).await;
        town.release(ann, bob).await;
        let cems = town.befriend(ann, cem).await;
        assert_ne!(cems.number, bobs.number);
        town.clock.advance_s(COOL_DOWN_S + 1);
        let kept = town.releases(ann.id).await.remove(0);
        let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
        let (com, ann_id, cem_id) = (town.community.as_i64(), ann.id.as_i64(), cem.id.as_i64());
        let (number, now) = (kept.number_id.as_i64(), kept.cool_until.0 + 1);
        let insert = format!(
            "INSERT INTO assignments (community_id, member_id, number_id, contact_id, id, origin, pending, blocked, \
             stopped, last_activity_at, created_at) VALUES ({com}, {ann_id}, {number}, {bob}, 7, 0, FALSE, FALSE, FALSE, \
             {now}, {now})",
            bob = town.person("Dot").await.id.as_i64(),
        );
        let update = format!(
            "UPDATE assignments SET number_id = {number}, created_at = {now} \
             WHERE member_id = {ann_id} AND contact_id = {cem_id}"
        );
        let remember = format!(
            "INSERT INTO releases (community_id, member_id, number_id, contact_id, released_at, cool_until, memory_until) \
             SELECT community_id, member_id, number_id, {bob_id}, 0, 0, {later} FROM assignments \
             WHERE member_id = {ann_id} AND contact_id = {cem_id}",
            later = now + 1_000_000, bob_id = bob.id.as_i64(),
        );
        for refused in [insert, update, remember] {
            let error = conn.execute(&format!("BEGIN; {refused}; COMMIT")).unwrap_err().to_string();
            assert!(error.contains("pair memory"), "{refused}: {error}");
            conn.execute("ROLLBACK").unwrap();
        }
        // The same row for whom it is kept, and any row once that is over, are let in.
        assert_eq!(town.befriend(ann, bob).await.number, bobs.number);
        town.release(ann, bob).await;
        let over = now + (MEMORY_S + COOL_DOWN_S) * 1_000;
        conn.execute(&format!(
            "BEGIN; UPDATE assignments SET number_id = {number}, created_at = {over} \
             WHERE member_id = {ann_id} AND contact_id = {cem_id}; ROLLBACK"
        )).unwrap();
    }

    async fn a_pair_that_gave_way_keeps_no_number_beyond_its_cool_down(database: Database) {
        let policy = Policy { when_full: partyline::domain::policy::WhenFull::Recycle, ..remembering() };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let first = town.befriend(ann, bob).await;
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.befriend(ann, cem).await.number, first.number);
        // Nor does one whose contact is gone.
        town.board.delete_member(town.community, cem.id).await.unwrap();
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.befriend(ann, bob).await.number, first.number);
    }

    async fn a_memory_that_is_discarded_leaves_the_cool_down_as_it_is(database: Database) {
        let town = Town::found(database, 1, remembering()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let number = town.befriend(ann, bob).await.number;
        town.release(ann, bob).await;
        let id = town.releases(ann.id).await[0].number_id;
        town.board.discard_release(town.community, ann.id, id).await.unwrap();
        let [cooling] = &town.releases(ann.id).await[..] else { panic!("it cools down") };
        assert_eq!((cooling.state, cooling.kept_until), (ReleaseState::Cooling, None));
        assert_eq!(town.kept(ann, cem).await, 0);
        assert_eq!(town.text(ann.phone, number, "Bob?").await.verdict, held());
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.befriend(ann, cem).await.number, number);
        let gone = town.board.discard_release(town.community, ann.id, id).await.unwrap_err();
        assert_eq!(gone.code(), "not_found", "it stands for Cem now");
    }

    async fn a_released_pair_is_made_again_with_the_texts_that_came_meanwhile(database: Database) {
        let town = Town::found(database, 3, remembering()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let first = town.befriend(ann, bob).await;
        town.clock.advance_s(1);
        town.release(ann, bob).await;
        town.clock.advance_s(1);
        let one = town.text(ann.phone, first.number, "one").await;
        town.clock.advance_s(1);
        let two = town.text(ann.phone, first.number, "two").await;
        let back = town.text(bob.phone, first.mirror_number, "back").await;
        assert_eq!((one.verdict, two.verdict, back.verdict), (held(), held(), held()));
        town.clock.advance_s(1);
        let id = town.releases(ann.id).await[0].number_id;
        let done = town.board.re_pair(town.community, ann.id, id, true).await.unwrap();
        assert_eq!((done.same_number, done.texts_released, done.contact.number), (true, 3, first.number));
        let texts = |read: Vec<(_, String)>| read.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        // Each has had a notice before.
        let read = texts(town.carrier.wait_for(bob.phone, 3).await);
        assert_eq!(read[read.len() - 2..], ["one", "two"]);
        assert!(texts(town.carrier.wait_for(ann.phone, 2).await).contains(&"back".to_owned()));
        town.carrier_reports(one.message, Status::Delivered).await;
        let delivered = town.wait_status(one.message, Status::Delivered).await;
        assert_eq!((delivered.to, delivered.reason), (Some(bob.id), None));
    }

    async fn a_held_text_goes_to_whom_it_was_for_and_never_to_the_numbers_next_holder(database: Database) {
        let town = Town::found(database, 2, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let first = town.befriend(ann, bob).await;
        town.clock.advance_s(1);
        town.release(ann, bob).await;
        town.clock.advance_s(1);
        let late = town.text(ann.phone, first.number, "for Bob alone").await;
        let other = town.text(ann.phone, first.number, "for the bin").await;
        assert_eq!(late.verdict, held());
        town.clock.advance_s(1);
        // Both numbers are taken by others meanwhile, so that Bob's is another.
        let mut cems = town.befriend(ann, cem).await;
        if cems.number != first.number {
            let dot = town.person("Dot").await;
            town.release(ann, cem).await;
            cems = town.befriend(ann, dot).await;
        }
        town.clock.advance_s(1);
        let refused = town.board.release_quarantined(town.community, late.message, false).await.unwrap_err();
        assert_eq!(refused.code(), "no_contact", "{refused}");
        let released = town.board.release_quarantined(town.community, late.message, true).await.unwrap();
        assert_eq!((released.to, released.status), (Some(bob.id), Status::Accepted));
        let bobs = town.board.contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        assert_ne!(bobs.number, cems.number);
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await, [(bobs.mirror_number, "for Bob alone".to_owned())]);
        assert!(town.carrier.inbox(cem.phone).is_empty());
        let twice = town.board.release_quarantined(town.community, late.message, true).await.unwrap_err();
        assert_eq!(twice.code(), "not_found");

        let ended = town.board.discard_quarantined(town.community, other.message).await.unwrap();
        assert_eq!((ended.status, ended.reason), (Status::Blocked, Some(Reason::Discarded)));
        let gone = town.board.release_quarantined(town.community, other.message, true).await.unwrap_err();
        assert_eq!(gone.code(), "not_found");
    }

    async fn late_replies_are_held_for_as_long_as_the_community_says_or_refused(database: Database) {
        let policy = Policy { quarantine_kept_s: 3_600, ..remembering() };
        let town = Town::found(database, 2, policy).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let (with_bob, with_cem) = (town.befriend(ann, bob).await, town.befriend(ann, cem).await);
        town.release(ann, bob).await;
        let first = town.text(ann.phone, with_bob.number, "too late").await;
        assert_eq!(first.verdict, held());
        town.clock.advance_s(1_800);
        let second = town.text(ann.phone, with_bob.number, "later still").await;
        let bridged = town.text(ann.phone, with_cem.number, "in time").await;
        town.clock.advance_s(1_801);
        assert_eq!(town.board.retain().await.unwrap().quarantined, 1);
        let message = town.board.message(town.community, first.message).await.unwrap();
        assert_eq!((message.status, message.reason), (Status::Blocked, Some(Reason::Discarded)));
        assert_eq!(town.board.message(town.community, second.message).await.unwrap().status, Status::Quarantined);
        town.clock.advance_s(1_800);
        assert_eq!(town.board.retain().await.unwrap().quarantined, 1);
        assert_ne!(town.board.message(town.community, bridged.message).await.unwrap().status, Status::Blocked);
        // Refused from now on; the sender is told as before.
        let edit = serde_json::json!({ "late_replies": "refuse" });
        town.patch_policy(edit).await;
        let refused = town.text(ann.phone, with_bob.number, "once more").await;
        assert!(matches!(refused.verdict, Verdict::Refused { reason: Reason::PairReleased, .. }), "{refused:?}");
        assert_eq!(town.board.message(town.community, refused.message).await.unwrap().status, Status::Blocked);
    }

    async fn a_held_text_is_not_let_go_where_a_rule_stands_against_it(database: Database) {
        let town = Town::found(database, 1, remembering()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let first = town.befriend(ann, bob).await;
        town.clock.advance_s(1);
        town.release(ann, bob).await;
        town.clock.advance_s(1);
        let late = town.text(ann.phone, first.number, "hello?").await;
        town.text(bob.phone, first.mirror_number, "STOP").await;
        town.clock.advance_s(1);
        let refused = town.board.release_quarantined(town.community, late.message, true).await.unwrap_err();
        assert!(matches!(refused, SwitchboardError::Refused(Reason::RecipientOptedOut)), "{refused:?}");
        let kept = town.board.message(town.community, late.message).await.unwrap();
        assert_eq!(kept.status, Status::Quarantined);
        let pairs = town.board.contacts(town.community, ann.id).await.unwrap();
        assert!(pairs.is_empty(), "nothing is done by halves");
    }

    async fn a_held_text_whose_words_are_gone_or_whose_reader_has_not_agreed_is_not_let_go(database: Database) {
        let town = Town::found(database, 2, Policy { require_opt_in: true, ..remembering() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let first = town.befriend(ann, bob).await;
        town.clock.advance_s(1);
        town.release(ann, bob).await;
        town.clock.advance_s(1);
        let gone = town.text(ann.phone, first.number, "gone by then").await.message;
        let there = town.text(ann.phone, first.number, "still there").await.message;
        let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
        conn.execute(&format!("UPDATE messages SET text = '', body_gone = 1 WHERE id = {}", gone.as_i64())).unwrap();
        town.clock.advance_s(1);
        let refused = town.board.release_quarantined(town.community, gone, true).await.unwrap_err();
        assert_eq!(refused.code(), "text_gone", "{refused}");
        let refused = town.board.release_quarantined(town.community, there, true).await.unwrap_err();
        assert!(matches!(refused, SwitchboardError::Refused(Reason::NotOptedIn)), "{refused:?}");
        town.text(bob.phone, first.mirror_number, "START").await;
        let id = town.releases(ann.id).await[0].number_id;
        let done = town.board.re_pair(town.community, ann.id, id, true).await.unwrap();
        assert_eq!((done.texts_released, done.texts_gone), (1, 1));
        let kept = town.board.message(town.community, gone).await.unwrap();
        assert_eq!(kept.status, Status::Quarantined);
        assert!(town.carrier.wait_for(bob.phone, 1).await.iter().all(|(_, text)| !text.is_empty()));
    }
}
