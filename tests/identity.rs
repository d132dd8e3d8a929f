//! Who is behind a phone and a number may change; what they remember must not. Phones that move between
//! members, numbers that are removed and added again, devices that go while texts wait for them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use partyline::domain::E164;
use partyline::domain::id::{DeviceId, MemberId};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{Policy, Refusal};
use partyline::domain::pool::Capabilities;
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::views::PoolNumber;
use partyline::switchboard::{ContactRef, NewMember, NewNumber, PoolFile, SwitchboardError};
use support::exchange::{Person, Town};
use support::on_both_databases;

const COOL_DOWN_S: i64 = 1000;

fn cooling() -> Policy {
    Policy {
        cool_down_s: COOL_DOWN_S,
        ..Policy::default()
    }
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

fn released() -> Verdict {
    Verdict::Quarantined(Reason::PairReleased)
}

/// What one may test here and not look at from outside.
trait Moves {
    async fn join(&self, name: &str, phone: E164) -> Result<Person, SwitchboardError>;
    async fn add_phone(&self, to: MemberId, phone: E164) -> Result<DeviceId, SwitchboardError>;
    async fn remove_phone(&self, from: Person);
    async fn release(&self, a: Person, b: Person);
    async fn number(&self) -> PoolNumber;
    async fn shortage(&self, a: Person, b: Person) -> (usize, usize);
}

impl Moves for Town {
    async fn join(&self, name: &str, phone: E164) -> Result<Person, SwitchboardError> {
        let new = NewMember {
            name: name.into(),
            phone: Some(phone),
            guest: false,
            listed: false,
        };
        let member = self.board.create_member(self.community, new).await?;
        Ok(Person { id: member.id, phone })
    }

    async fn add_phone(&self, to: MemberId, phone: E164) -> Result<DeviceId, SwitchboardError> {
        Ok(self.board.add_device(self.community, to, phone).await?.id)
    }

    async fn remove_phone(&self, from: Person) {
        let devices = self.board.devices(self.community, from.id).await.unwrap();
        let device = devices.iter().find(|d| d.phone == Some(from.phone)).unwrap();
        self.board
            .remove_device(self.community, from.id, device.id)
            .await
            .unwrap();
    }

    async fn release(&self, a: Person, b: Person) {
        let contact = ContactRef::Member(b.id);
        self.board
            .release_contact(self.community, a.id, contact)
            .await
            .unwrap();
    }

    /// The town's first number.
    async fn number(&self) -> PoolNumber {
        self.board
            .numbers(self.community, None, 1)
            .await
            .unwrap()
            .remove(0)
    }

    /// How many numbers cool down and are stopped for one who cannot get a contact.
    async fn shortage(&self, a: Person, b: Person) -> (usize, usize) {
        match self.board.add_contact(self.community, a.id, b.id).await {
            Err(SwitchboardError::TableFull(shortage)) => (shortage.cooling, shortage.stopped),
            other => panic!("{other:?}"),
        }
    }
}

fn again(number: &PoolNumber) -> NewNumber {
    NewNumber {
        pool: number.pool,
        number: number.number,
        carrier: "test".into(),
        capabilities: Capabilities::usual(),
        region: None,
        rate_per_s: 0.0,
        caps: Default::default(),
    }
}

const SPARE: i64 = 14_155_559_000;

fn spare(n: i64) -> E164 {
    E164::from_i64(SPARE + n).unwrap()
}

on_both_databases! {
    async fn a_phone_that_another_member_gets_keeps_its_cool_downs_and_late_replies(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let number = town.befriend(ann, bob).await.number;
        town.board.delete_member(town.community, ann.id).await.unwrap();
        assert_eq!(town.text(ann.phone, number, "Bob?").await.verdict, released(), "it is nobody's phone now");

        let nan = town.join("Nan", ann.phone).await.unwrap();
        assert_eq!(town.text(nan.phone, number, "Bob!").await.verdict, released());
        let decision = town.board.resolve(None, nan.phone, number).await.unwrap();
        assert_eq!((decision.outcome, decision.reason), ("quarantine", Some(Reason::PairReleased)));
        assert_eq!(town.shortage(nan, cem).await, (1, 0), "on that phone the number is still Bob");
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.befriend(nan, cem).await.number, number);
        assert_eq!(town.text(nan.phone, number, "Cem?").await.verdict, Verdict::Bridged);
        assert!(town.carrier.inbox(bob.phone).is_empty());
        town.assert_history_agrees();
    }

    async fn a_phone_that_leaves_its_member_keeps_its_cool_downs_also_in_a_pool_file(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let number = town.befriend(ann, bob).await.number;
        town.add_phone(ann.id, spare(1)).await.unwrap();
        town.remove_phone(ann).await;
        assert_eq!(town.text(ann.phone, number, "Bob?").await.verdict, released());
        let file = format!(
            "[community]\nname = \"Town\"\n[[members]]\nname = \"Nan\"\nphone = \"{}\"\n\
             [[members]]\nname = \"Cem\"\nphone = \"{}\"\n[[contacts]]\nmember = \"Nan\"\ncontact = \"Cem\"\n",
            ann.phone, spare(2),
        );
        let file = PoolFile::parse("p.toml", &file).unwrap();
        let error = town.board.apply_pool_file(&file).await.unwrap_err();
        assert_eq!(error.code(), "table_full", "{error}");
        town.clock.advance_s(COOL_DOWN_S + 1);
        town.board.apply_pool_file(&file).await.unwrap();
        assert_eq!(town.text(ann.phone, number, "Cem?").await.verdict, Verdict::Bridged);
        // Ann's other phone still has Bob on that number.
        assert_eq!(town.text(spare(1), number, "Bob?").await.verdict, Verdict::Bridged);
        town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(town.carrier.wait_for(spare(2), 1).await[0].1, "Cem?");
        town.assert_history_agrees();
    }

    async fn a_phone_does_not_join_a_member_for_whom_its_number_is_somebody_else(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let (cem, dot) = (town.person("Cem").await, town.person("Dot").await);
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(town.befriend(cem, dot).await.number, number);
        town.add_phone(ann.id, spare(1)).await.unwrap();
        town.remove_phone(ann).await;
        let error = town.add_phone(cem.id, ann.phone).await.unwrap_err();
        assert_eq!(error.code(), "phone_remembers", "{error}");
        // Back to Ann it may go: there the number is Bob, as the phone remembers.
        town.add_phone(ann.id, ann.phone).await.unwrap();
        town.text(ann.phone, number, "STOP").await;
        town.remove_phone(ann).await;
        town.clock.advance_s(COOL_DOWN_S + 1);
        let error = town.add_phone(cem.id, ann.phone).await.unwrap_err();
        assert_eq!(error.code(), "phone_remembers", "a stop does not cool down: {error}");
        town.text(ann.phone, number, "START").await;
        town.add_phone(cem.id, ann.phone).await.unwrap();
        assert_eq!(town.text(ann.phone, number, "Dot?").await.verdict, Verdict::Bridged);
        town.carrier.wait_for(dot.phone, 1).await;
        town.assert_history_agrees();
    }

    async fn a_stop_goes_with_its_phone_to_the_next_member(database: Database) {
        let town = Town::found(database, 1, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let number = town.befriend(ann, bob).await.number;
        town.text(ann.phone, number, "STOP").await;
        town.board.delete_member(town.community, ann.id).await.unwrap();
        let nan = town.join("Nan", ann.phone).await.unwrap();
        assert_eq!(town.shortage(nan, cem).await, (0, 1));
        // Bob on that number is what the phone has stopped, so that pair comes back stopped.
        assert_eq!(town.befriend(nan, bob).await.number, number);
        assert_eq!(town.text(bob.phone, number, "hello?").await.verdict, refused(Reason::RecipientOptedOut));
        town.text(nan.phone, number, "START").await;
        assert_eq!(town.text(bob.phone, number, "hello").await.verdict, Verdict::Bridged);
        town.assert_history_agrees();
    }

    async fn a_stop_stays_when_its_phone_is_replaced_until_the_new_one_sends_start(database: Database) {
        let town = Town::found(database, 5, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.add_phone(ann.id, spare(1)).await.unwrap();
        town.text(ann.phone, contact.number, "STOP").await;
        // Another phone of the same member cannot lift it.
        town.text(spare(1), contact.number, "START").await;
        let stopped = refused(Reason::RecipientOptedOut);
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hello?").await.verdict, stopped);
        town.remove_phone(ann).await;
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hello?").await.verdict, stopped);
        // Nor does one more phone lift it.
        town.add_phone(ann.id, spare(2)).await.unwrap();
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hello?").await.verdict, stopped);
        town.text(spare(1), contact.number, "START").await;
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hello").await.verdict, Verdict::Bridged);
        assert!(town.carrier.wait_for(spare(1), 2).await.iter().any(|t| t.1 == "hello"));

        town.text(spare(1), contact.number, "STOPALL").await;
        town.remove_phone(Person { id: ann.id, phone: spare(1) }).await;
        assert_eq!(town.text(bob.phone, contact.mirror_number, "hello?").await.verdict, stopped);
        town.text(spare(2), contact.number, "START").await;
        assert_eq!(town.text(bob.phone, contact.mirror_number, "again").await.verdict, Verdict::Bridged);
        assert!(town.carrier.wait_for(spare(2), 1).await.iter().any(|t| t.1 != "hello?"));
        town.assert_history_agrees();
    }

    async fn a_number_that_is_removed_and_added_again_keeps_its_cool_downs_and_stops(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let contact = town.befriend(ann, bob).await;
        let number = town.number().await;
        let error = town.board.remove_number(town.community, number.id).await.unwrap_err();
        assert_eq!(error.code(), "number_in_use");
        town.text(bob.phone, contact.mirror_number, "STOP").await;
        town.release(ann, bob).await;

        town.board.remove_number(town.community, number.id).await.unwrap();
        let unassigned = Verdict::Refused { reason: Reason::UnassignedNumber, reject: true };
        assert_eq!(town.text(ann.phone, number.number, "Bob?").await.verdict, unassigned);
        assert!(town.board.numbers(town.community, None, 10).await.unwrap().is_empty());
        assert_eq!(town.board.number(town.community, number.id).await.unwrap_err().code(), "not_found");
        assert_eq!(town.board.remove_number(town.community, number.id).await.unwrap_err().code(), "not_found");

        let back = town.board.add_number(town.community, again(&number)).await.unwrap();
        assert_eq!((back.id, back.assignments), (number.id, 0));
        assert_eq!(town.text(ann.phone, number.number, "Bob?").await.verdict, released());
        assert_eq!(town.shortage(ann, cem).await, (1, 0));
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.shortage(bob, cem).await, (0, 1));
        assert_eq!(town.befriend(ann, cem).await.number, number.number);
        town.assert_history_agrees();
    }

    async fn a_removed_number_may_become_a_members_phone_and_then_no_pool_number(database: Database) {
        let town = Town::found(database, 2, Policy::default()).await;
        let number = town.number().await;
        town.board.remove_number(town.community, number.id).await.unwrap();
        let ann = town.join("Ann", number.number).await.unwrap();
        let error = town.board.add_number(town.community, again(&number)).await.unwrap_err();
        assert_eq!(error.code(), "number_taken");
        town.board.delete_member(town.community, ann.id).await.unwrap();
        assert_eq!(town.board.add_number(town.community, again(&number)).await.unwrap().id, number.id);
        town.assert_history_agrees();
    }

    async fn a_number_that_moves_to_another_community_is_remembered_by_phones_in_both(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        town.befriend(ann, bob).await;
        let number = town.number().await;
        town.text(bob.phone, number.number, "STOP").await;
        town.release(ann, bob).await;
        town.board.remove_number(town.community, number.id).await.unwrap();

        let other_id = town.board.create_community("Other".into(), cooling()).await.unwrap().id;
        let pool = town.board.create_pool(other_id, "main".into()).await.unwrap().id;
        let there = town.board.add_number(other_id, NewNumber { pool, ..again(&number) }).await.unwrap();
        assert_ne!(there.id, number.id);
        let mut people = Vec::new();
        for phone in [ann.phone, bob.phone, spare(1)] {
            let new = NewMember { name: "Someone".into(), phone: Some(phone), guest: false, listed: false };
            people.push(town.board.create_member(other_id, new).await.unwrap().id);
        }
        assert_eq!(town.text(ann.phone, number.number, "Bob?").await.verdict, released());
        let error = town.board.add_contact(other_id, people[0], people[2]).await.unwrap_err();
        let SwitchboardError::TableFull(shortage) = error else { panic!("{error:?}") };
        assert_eq!((shortage.cooling, shortage.stopped), (1, 0));
        town.clock.advance_s(COOL_DOWN_S + 1);
        let error = town.board.add_contact(other_id, people[1], people[2]).await.unwrap_err();
        let SwitchboardError::TableFull(shortage) = error else { panic!("{error:?}") };
        assert_eq!((shortage.cooling, shortage.stopped), (0, 1));
        town.board.add_contact(other_id, people[0], people[2]).await.unwrap();

        // Home again: what it was there before, and what it was elsewhere meanwhile.
        town.board.release_contact(other_id, people[0], ContactRef::Member(people[2])).await.unwrap();
        town.board.remove_number(other_id, there.id).await.unwrap();
        let back = town.board.add_number(town.community, again(&number)).await.unwrap();
        assert_eq!(back.id, number.id);
        assert_eq!(town.shortage(ann, cem).await, (1, 0), "it was somebody of the other community just now");
        town.clock.advance_s(COOL_DOWN_S + 1);
        assert_eq!(town.shortage(bob, cem).await, (0, 1));
        town.befriend(ann, cem).await;
        town.assert_history_agrees();
    }

    async fn texts_that_wait_for_a_removed_phone_go_to_the_members_other_phone(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.add_phone(bob.id, spare(1)).await.unwrap();
        town.carrier.ready.store(false, Ordering::SeqCst);
        for text in ["one", "two"] {
            town.text(ann.phone, contact.number, text).await;
        }
        // What the broker has for that phone goes the same way: here, the answer to its HELP.
        let help = town.text(bob.phone, contact.mirror_number, "HELP").await.verdict;
        assert_eq!(help, Verdict::Keyword);
        town.remove_phone(bob).await;
        let nan = town.join("Nan", bob.phone).await.unwrap();
        town.carrier.ready.store(true, Ordering::SeqCst);
        let inbox = town.carrier.wait_for(spare(1), 3).await;
        let bridged: Vec<_> = inbox.iter().filter(|t| t.1.len() == 3).map(|t| t.1.as_str()).collect();
        assert_eq!(bridged, ["one", "two"]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(town.carrier.inbox(nan.phone).is_empty(), "the phone is another person's now");
        let held = town.board.messages(town.community, None, Some(Status::Accepted), None, 10).await.unwrap();
        assert!(held.is_empty(), "{held:?}");
        town.assert_history_agrees();
    }

    async fn a_failure_is_not_told_to_a_phone_that_has_gone_to_another_member(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.add_phone(ann.id, spare(1)).await.unwrap();
        town.carrier.ready.store(false, Ordering::SeqCst);
        let sent = town.text(ann.phone, contact.number, "hello").await.message;
        let asked = town.text_with(ann.phone, contact.number, "again", |t| t.want_receipt = true).await.message;
        town.remove_phone(ann).await;
        let nan = town.join("Nan", ann.phone).await.unwrap();
        town.release(bob, ann).await;
        town.wait_status(sent, Status::Blocked).await;
        town.wait_status(asked, Status::Blocked).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert!(town.carrier.wait_for(spare(1), 1).await[0].1.contains("not delivered"));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(town.carrier.inbox(nan.phone).is_empty() && town.carrier.receipts.lock().unwrap().is_empty());
        town.assert_history_agrees();
    }

    async fn deleting_a_member_ends_what_waits_to_and_from_them_and_tells_the_others(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let to = town.text(ann.phone, contact.number, "to Bob").await.message;
        let from = town.text(bob.phone, contact.mirror_number, "from Bob").await.message;
        town.text(bob.phone, contact.mirror_number, "HELP").await;
        town.board.delete_member(town.community, bob.id).await.unwrap();
        for message in [to, from] {
            assert_eq!(town.wait_status(message, Status::Blocked).await.reason, Some(Reason::PairReleased));
        }
        let nan = town.join("Nan", bob.phone).await.unwrap();
        town.carrier.ready.store(true, Ordering::SeqCst);
        let told = town.carrier.wait_for(ann.phone, 1).await;
        assert!(told[0].1.contains("not delivered"), "{told:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(town.carrier.inbox(nan.phone).is_empty(), "nothing for Bob reaches his phone's next owner");
        let failed = town.board.messages(town.community, None, Some(Status::Failed), None, 10).await.unwrap();
        assert!(failed.iter().all(|m| m.reason == Some(Reason::NoDevice)) && !failed.is_empty(), "{failed:?}");
        town.assert_history_agrees();
    }

    async fn a_device_goes_but_not_the_last_of_a_member_with_contacts(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let only = town.board.devices(town.community, bob.id).await.unwrap()[0].id;
        let error = town.board.remove_device(town.community, bob.id, only).await.unwrap_err();
        assert_eq!(error.code(), "last_device");
        town.add_phone(bob.id, spare(1)).await.unwrap();
        town.remove_phone(bob).await;
        let error = town.board.remove_device(town.community, bob.id, only).await.unwrap_err();
        assert_eq!(error.code(), "not_found");
        town.text(ann.phone, contact.number, "hello").await;
        assert_eq!(town.carrier.wait_for(spare(1), 1).await, [(contact.mirror_number, "hello".into())]);
        assert_eq!(town.text(spare(1), contact.mirror_number, "hi").await.verdict, Verdict::Bridged);
        town.assert_history_agrees();
    }

    async fn where_strangers_are_met_with_silence_their_texts_are_recorded_and_not_answered(database: Database) {
        let town = Town::found(database, 1, Policy { strangers: Refusal::Silent, ..Policy::default() }).await;
        let number = town.number().await.number;
        let stranger = "+4915112345678".parse().unwrap();
        assert_eq!(town.text(stranger, number, "hi").await.verdict, refused(Reason::UnknownSender));
        let recorded = town.board.messages(town.community, None, Some(Status::Blocked), None, 10).await.unwrap();
        assert_eq!((recorded.len(), recorded[0].reason), (1, Some(Reason::UnknownSender)));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(town.carrier.inbox(stranger).is_empty());
        town.assert_history_agrees();
    }

    async fn a_member_who_texts_above_their_rate_is_slowed_down_and_loses_nothing(database: Database) {
        let town = Town::found(database, 5, Policy { member_texts_per_minute: 6, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        for n in 0..4 {
            let sent = town.text(ann.phone, contact.number, &n.to_string()).await;
            assert_eq!(sent.verdict, Verdict::Bridged);
        }
        // Others are not slowed down with them.
        town.text(bob.phone, contact.mirror_number, "me too").await;
        town.carrier.wait_for(ann.phone, 1).await;
        for expected in 1..=4 {
            town.carrier.wait_for(bob.phone, expected).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(town.carrier.inbox(bob.phone).len(), expected, "the rest waits");
            town.clock.advance_s(10);
        }
        let texts: Vec<_> = town.carrier.inbox(bob.phone).into_iter().map(|t| t.1).collect();
        assert_eq!(texts, ["0", "1", "2", "3"]);
        town.assert_history_agrees();
    }

    async fn a_keyword_sent_again_and_again_does_the_same_and_is_answered_once_a_minute(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        for word in ["STOP", "STOP", "STOP", "START", "START", "HELP", "HELP", "HELP", "HELP"] {
            assert_eq!(town.text(bob.phone, contact.mirror_number, word).await.verdict, Verdict::Keyword);
            let expected = match word {
                "STOP" => refused(Reason::RecipientOptedOut),
                _ => Verdict::Bridged,
            };
            assert_eq!(town.text(ann.phone, contact.number, "hi").await.verdict, expected, "after {word}");
        }
        let answers = async |count: usize| {
            let inbox = town.carrier.wait_for(bob.phone, count).await;
            inbox.into_iter().map(|t| t.1).filter(|t| t != "hi").collect::<Vec<_>>()
        };
        let policy = Policy::default();
        let once = vec![policy.stop_reply, policy.start_reply, policy.help_reply.clone()];
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(answers(9).await, once, "six texts and three answers");
        town.clock.advance_s(61);
        town.text(bob.phone, contact.mirror_number, "HELP").await;
        assert_eq!(answers(10).await[3], policy.help_reply);
        town.assert_history_agrees();
    }
}
