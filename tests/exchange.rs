//! The exchange's rules, told as stories on both databases: assigning, bridging, releasing, stopping.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::{Policy, Refusal, WhenFull};
use partyline::switchboard::outlet::{OutletError, Sent, Verdict};
use partyline::switchboard::{ContactRef, NewMessage, SwitchboardError};
use support::exchange::Town;
use support::on_both_databases;

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

on_both_databases! {
    async fn a_text_arrives_from_the_number_that_stands_for_its_sender_and_can_be_answered(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;

        let sent = town.text(ann.phone, contact.number, "hello Bob").await;
        assert_eq!(sent.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await, [(contact.mirror_number, "hello Bob".into())]);

        town.text(bob.phone, contact.mirror_number, "hello Ann").await;
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await, [(contact.number, "hello Ann".into())]);
    }

    async fn one_number_is_a_different_person_to_each_member(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let (cem, dot) = (town.person("Cem").await, town.person("Dot").await);
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(town.befriend(cem, dot).await.number, number);
        town.text(ann.phone, number, "for Bob").await;
        town.text(cem.phone, number, "for Dot").await;
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await[0].1, "for Bob");
        assert_eq!(town.carrier.wait_for(dot.phone, 1).await[0].1, "for Dot");
    }

    async fn a_full_table_says_whose_it_is(database: Database) {
        let policy = Policy { received_cap_percent: 100, ..Policy::default() };
        let town = Town::found(database, 2, policy).await;
        let hub = town.person("Hub").await;
        for name in ["A", "B"] {
            let other = town.person(name).await;
            town.befriend(hub, other).await;
        }
        let late = town.person("C").await;
        let error = town.board.add_contact(town.community, late.id, hub.id).await.unwrap_err();
        let SwitchboardError::TableFull(shortage) = &error else { panic!("{error:?}") };
        assert_eq!((shortage.member, shortage.usable, shortage.used), (hub.id, 2, 2));
        assert!(error.to_string().contains(&hub.id.to_string()), "{error}");
        assert!(town.board.contacts(town.community, late.id).await.unwrap().is_empty(), "both rows or neither");
    }

    async fn nobody_can_fill_anothers_table_by_choosing_him(database: Database) {
        let policy = Policy { received_cap_percent: 50, ..Policy::default() };
        let town = Town::found(database, 4, policy).await;
        let victim = town.person("Victim").await;
        for name in ["A", "B"] {
            let other = town.person(name).await;
            town.befriend(other, victim).await;
        }
        let third = town.person("C").await;
        let error = town.board.add_contact(town.community, third.id, victim.id).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::ReceivedCapFull { cap: 2, .. }), "{error:?}");
        // His own choices are still open to him.
        town.befriend(victim, third).await;
    }

    async fn a_cap_that_was_lowered_is_kept_to_by_the_next_received_contact(database: Database) {
        let policy = Policy {
            when_full: WhenFull::Recycle,
            cool_down_s: 1000,
            received_cap_percent: 100,
            ..Policy::default()
        };
        let town = Town::found(database, 10, policy).await;
        let hub = town.person("Hub").await;
        for n in 0..8 {
            let other = town.person(&format!("Person {n}")).await;
            town.befriend(other, hub).await;
        }
        let lower = [("received_cap_percent".to_owned(), 20.into())].into_iter().collect();
        town.board.patch_community(town.community, None, lower).await.unwrap();
        let late = town.person("Late").await;
        let error = town.board.add_contact(town.community, late.id, hub.id).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::ReceivedCapFull { cap: 2, .. }), "{error:?}");
        assert_eq!(town.board.contacts(town.community, hub.id).await.unwrap().len(), 8, "all or none give way");
        town.clock.advance_s(1001);
        town.befriend(late, hub).await;
        assert_eq!(town.board.contacts(town.community, hub.id).await.unwrap().len(), 2);
    }

    async fn a_full_table_recycles_the_longest_idle_pair_but_none_in_its_cool_down(database: Database) {
        let policy = Policy {
            when_full: WhenFull::Recycle,
            cool_down_s: 1000,
            received_cap_percent: 100,
            ..Policy::default()
        };
        let town = Town::found(database, 2, policy).await;
        let (hub, a, b, c) =
            (town.person("Hub").await, town.person("A").await, town.person("B").await, town.person("C").await);
        let with_a = town.befriend(hub, a).await;
        town.clock.advance_s(500);
        let with_b = town.befriend(hub, b).await;
        let error = town.board.add_contact(town.community, hub.id, c.id).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::TableFull(_)), "{error:?}");
        town.clock.advance_s(600);
        let with_c = town.befriend(hub, c).await;
        assert_eq!(with_c.number, with_a.number, "the idle pair's number");
        let left: Vec<_> = town.board.contacts(town.community, hub.id).await.unwrap().iter().map(|c| c.contact).collect();
        assert!(left.contains(&b.id) && left.contains(&c.id) && left.len() == 2);
        assert_ne!(with_b.number, with_c.number);
    }

    async fn a_late_reply_is_quarantined_and_never_reaches_the_numbers_next_holder(database: Database) {
        let town = Town::found(database, 1, Policy { cool_down_s: 1000, ..Policy::default() }).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let contact = town.befriend(ann, bob).await;
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();

        let late = town.text(bob.phone, contact.mirror_number, "are you there?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        let notice = town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(notice, [(contact.mirror_number, Policy::default().released_notice)]);
        let held = town.board.messages(town.community, None, Some(Status::Quarantined), None, 10).await.unwrap();
        assert_eq!((held.len(), held[0].text.as_str()), (1, "are you there?"));

        // The only number cools down for both, so no one else can have it yet.
        let error = town.board.add_contact(town.community, bob.id, cem.id).await.unwrap_err();
        let SwitchboardError::TableFull(shortage) = error else { panic!("{error:?}") };
        assert_eq!(shortage.cooling, 1);
        // The old pair may have it back at once.
        assert_eq!(town.befriend(ann, bob).await.number, contact.number);
        assert!(town.carrier.inbox(ann.phone).is_empty(), "the late reply reached nobody");
    }

    async fn a_pair_gets_its_own_number_back(database: Database) {
        let town = Town::found(database, 20, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let before = town.befriend(ann, bob).await;
        town.board.release_contact(town.community, bob.id, ContactRef::Member(ann.id)).await.unwrap();
        for n in 0..6 {
            let other = town.person(&format!("Other {n}")).await;
            town.befriend(ann, other).await;
            town.befriend(bob, other).await;
        }
        let after = town.befriend(bob, ann).await;
        assert_eq!((after.number, after.mirror_number), (before.mirror_number, before.number));
    }

    async fn stop_blocks_the_pair_both_ways_and_only_that_phones_start_lifts_it(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let with_bob = town.befriend(ann, bob).await;
        let with_cem = town.befriend(bob, cem).await;

        assert_eq!(town.text(bob.phone, with_bob.mirror_number, " stop ").await.verdict, Verdict::Keyword);
        let inbox = town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(inbox, [(with_bob.mirror_number, Policy::default().stop_reply)]);

        let sent = town.text(ann.phone, with_bob.number, "hello?").await;
        assert_eq!(sent.verdict, refused(Reason::RecipientOptedOut));
        assert!(town.carrier.wait_for(ann.phone, 1).await[0].1.contains("STOP"));
        assert_eq!(
            town.text(bob.phone, with_bob.mirror_number, "hi").await.verdict,
            refused(Reason::SenderOptedOut)
        );
        // START from the other side lifts nothing.
        town.text(ann.phone, with_bob.number, "START").await;
        assert_eq!(
            town.text(ann.phone, with_bob.number, "hello?").await.verdict,
            refused(Reason::RecipientOptedOut)
        );
        // Other pairs are untouched.
        assert_eq!(town.text(cem.phone, with_cem.mirror_number, "hi Bob").await.verdict, Verdict::Bridged);

        assert_eq!(town.text(bob.phone, with_bob.mirror_number, "Unstop").await.verdict, Verdict::Keyword);
        assert_eq!(town.text(ann.phone, with_bob.number, "welcome back").await.verdict, Verdict::Bridged);
    }

    async fn a_stopped_number_is_never_given_to_that_phone_for_another_contact(database: Database) {
        let town = Town::found(database, 2, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.text(bob.phone, contact.mirror_number, "STOP").await;
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let (cem, dot) = (town.person("Cem").await, town.person("Dot").await);
        assert_ne!(town.befriend(bob, cem).await.number, contact.mirror_number);
        let error = town.board.add_contact(town.community, bob.id, dot.id).await.unwrap_err();
        let SwitchboardError::TableFull(shortage) = error else { panic!("{error:?}") };
        assert_eq!((shortage.member, shortage.used, shortage.stopped), (bob.id, 1, 1));
        // The same pair may have it back, still stopped.
        let again = town.befriend(ann, bob).await;
        assert_eq!(again.mirror_number, contact.mirror_number);
        assert_eq!(
            town.text(ann.phone, again.number, "hello?").await.verdict,
            refused(Reason::RecipientOptedOut)
        );
    }

    async fn stopall_silences_every_pair_of_a_phone(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let with_bob = town.befriend(ann, bob).await;
        let with_cem = town.befriend(cem, bob).await;
        town.text(bob.phone, with_bob.mirror_number, "STOPALL").await;
        for (from, to) in [(ann.phone, with_bob.number), (cem.phone, with_cem.number)] {
            assert_eq!(town.text(from, to, "hello?").await.verdict, refused(Reason::RecipientOptedOut));
        }
        let error = town.board.add_contact(town.community, ann.id, bob.id).await;
        assert!(error.is_ok(), "an existing pair stays");
        let dot = town.person("Dot").await;
        let error = town.board.add_contact(town.community, dot.id, bob.id).await.unwrap_err();
        assert_eq!(error.code(), "opted_out");
        town.text(bob.phone, with_cem.mirror_number, "START").await;
        assert_eq!(town.text(ann.phone, with_bob.number, "hello").await.verdict, Verdict::Bridged);
    }

    async fn help_answers_and_yes_is_an_everyday_word(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        assert_eq!(town.text(ann.phone, contact.number, "HELP").await.verdict, Verdict::Keyword);
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await[0].1, Policy::default().help_reply);
        assert_eq!(town.text(ann.phone, contact.number, "Yes!").await.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(bob.phone, 1).await[0].1, "Yes!");
    }

    async fn a_contact_who_must_accept_first_does_so_by_text(database: Database) {
        let town = Town::found(database, 5, Policy { acceptance_required: true, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        assert!(contact.pending);
        let asked = town.carrier.wait_for(bob.phone, 1).await;
        assert_eq!(asked, [(contact.mirror_number, Policy::default().accept_request)]);
        assert_eq!(
            town.text(ann.phone, contact.number, "hello?").await.verdict,
            refused(Reason::AwaitingAcceptance)
        );
        // The chooser cannot accept in the other's place.
        town.text(ann.phone, contact.number, "START").await;
        assert_eq!(
            town.text(ann.phone, contact.number, "hello?").await.verdict,
            refused(Reason::AwaitingAcceptance)
        );
        assert_eq!(town.text(bob.phone, contact.mirror_number, "yes").await.verdict, Verdict::Keyword);
        assert_eq!(town.text(ann.phone, contact.number, "hello").await.verdict, Verdict::Bridged);
    }

    async fn strangers_and_unassigned_numbers_are_refused_as_the_policy_says(database: Database) {
        let town = Town::found(database, 1, Policy { refused: Refusal::Reject, ..Policy::default() }).await;
        let ann = town.person("Ann").await;
        let number = town.board.numbers(town.community, None, 1).await.unwrap()[0].number;
        let stranger = "+4915112345678".parse().unwrap();
        assert_eq!(town.text(stranger, number, "hi").await.verdict, refused(Reason::UnknownSender));
        assert_eq!(town.text(stranger, number, "hi?").await.verdict, refused(Reason::UnknownSender));
        let notices = town.carrier.wait_for(stranger, 1).await;
        assert_eq!(notices, [(number, Policy::default().stranger_notice)], "one notice an hour");
        let rejected = |reason| Verdict::Refused { reason, reject: true };
        assert_eq!(town.text(ann.phone, number, "hi").await.verdict, rejected(Reason::NoContact));
        let elsewhere = "+12025559999".parse().unwrap();
        assert_eq!(town.text(ann.phone, elsewhere, "hi").await.verdict, rejected(Reason::UnassignedNumber));
        let recorded = town.board.messages(town.community, None, Some(Status::Blocked), None, 10).await.unwrap();
        assert_eq!(recorded.len(), 2, "each kind of refusal is recorded with its reason");
    }

    async fn a_stranger_who_texts_again_and_again_is_recorded_once_an_hour_with_the_count(database: Database) {
        let town = Town::found(database, 2, Policy::default()).await;
        let numbers = town.board.numbers(town.community, None, 2).await.unwrap();
        let stranger = "+4915112345678".parse().unwrap();
        let first = town.text(stranger, numbers[0].number, "buy now 0").await;
        for n in 1..30 {
            let again = town.text(stranger, numbers[0].number, &format!("buy now {n}")).await;
            assert_eq!((again.message, again.verdict), (first.message, refused(Reason::UnknownSender)));
        }
        for _ in 0..5 {
            assert_eq!(town.text(stranger, numbers[0].number, "HELP").await.verdict, Verdict::Keyword);
        }
        let recorded = async |status| town.board.messages(town.community, None, Some(status), None, 100).await.unwrap();
        let blocked = recorded(Status::Blocked).await;
        assert_eq!((blocked.len(), blocked[0].text.as_str()), (1, "buy now 0"));
        assert_eq!(blocked[0].detail.as_deref(), Some("the first of 30 texts"));
        assert_eq!(recorded(Status::Delivered).await.len(), 1, "keywords likewise");
        // Another number, and another hour, are recorded by themselves.
        town.text(stranger, numbers[1].number, "buy now").await;
        town.clock.advance_s(3_601);
        town.text(stranger, numbers[0].number, "buy now").await;
        assert_eq!(recorded(Status::Blocked).await.len(), 3);
        assert_eq!(town.carrier.wait_for(stranger, 4).await.len(), 4, "three notices and one answer to HELP");
    }

    async fn strangers_texts_are_removed_when_they_are_old_and_members_texts_are_not(database: Database) {
        let town = Town::found(database, 3, Policy { strangers_kept_s: 1_000, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let kept = town.text(ann.phone, contact.number, "hello").await.message;
        for n in 0..700 {
            let stranger = partyline::domain::E164::from_i64(4_915_100_000_000 + n).unwrap();
            town.text(stranger, contact.number, "buy now").await;
        }
        let count = async || town.board.messages(town.community, None, None, None, 2_000).await.unwrap().len();
        assert_eq!(count().await, 1 + 2 * 700, "each with its notice");
        support::eventually("all is sent", std::time::Duration::from_secs(20), async || {
            town.carrier.texts.lock().unwrap().len() == 701
        })
        .await;
        town.clock.advance_s(1_001);
        let young = "+4915112345678".parse().unwrap();
        let young = town.text(young, contact.number, "buy now").await.message;
        support::eventually("the old ones are gone", std::time::Duration::from_secs(20), async || count().await == 3).await;
        assert_eq!(town.board.message(town.community, kept).await.unwrap().text, "hello");
        assert_eq!(town.board.message(town.community, young).await.unwrap().text, "buy now");
    }

    async fn the_same_carrier_reference_is_accepted_once(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let once = |text: &mut partyline::switchboard::outlet::InboundText| text.carrier_ref = Some("mo-1".into());
        let first = town.text_with(ann.phone, contact.number, "hello", once).await;
        let second = town.text_with(ann.phone, contact.number, "hello", once).await;
        assert_eq!((second.message, second.verdict), (first.message, Verdict::Duplicate));
        town.text(ann.phone, contact.number, "bye").await;
        assert_eq!(town.carrier.wait_for(bob.phone, 2).await.len(), 2);
    }

    async fn another_text_under_a_known_carrier_reference_is_not_lost(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let same = |text: &mut partyline::switchboard::outlet::InboundText| text.carrier_ref = Some("mo-1".into());
        for text in ["hello", "bye"] {
            assert_eq!(town.text_with(ann.phone, contact.number, text, same).await.verdict, Verdict::Bridged);
        }
        for text in ["hello", "bye"] {
            let again = town.text_with(ann.phone, contact.number, text, same).await;
            assert_eq!(again.verdict, Verdict::Duplicate, "each of them is known from now on");
        }
        assert_eq!(town.carrier.wait_for(bob.phone, 2).await.len(), 2);
    }

    async fn receipts_reach_the_message_and_the_sender_who_asked(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let sent = town.text_with(ann.phone, contact.number, "hello", |t| t.want_receipt = true).await.message;
        town.wait_status(sent, Status::Sent).await;
        town.carrier_reports(sent, Status::Delivered).await;
        town.wait_status(sent, Status::Delivered).await;
        support::eventually("the receipt", std::time::Duration::from_secs(5), async || {
            !town.carrier.receipts.lock().unwrap().is_empty()
        })
        .await;
        let receipt = town.carrier.receipts.lock().unwrap()[0].clone();
        assert_eq!((receipt.message, receipt.from, receipt.to), (sent, contact.number, ann.phone));
        assert_eq!(receipt.status, Status::Delivered);
        // A late contradiction changes nothing.
        town.carrier_reports(sent, Status::Undelivered).await;
        assert_eq!(town.wait_status(sent, Status::Delivered).await.reason, None);
        assert_eq!(town.carrier.receipts.lock().unwrap().len(), 1);
    }

    async fn a_text_of_several_parts_is_delivered_when_all_of_them_are(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.answer(Ok(Sent { parts: vec!["p1".into(), "p2".into()], smsc: None, delivered: false }));
        let sent = town.text(ann.phone, contact.number, "long").await.message;
        town.wait_status(sent, Status::Sent).await;
        let report = |part: &str| partyline::switchboard::outlet::InboundReceipt {
            carrier: "test".into(),
            smsc: None,
            carrier_ref: part.into(),
            status: Status::Delivered,
            detail: None,
        };
        use partyline::switchboard::outlet::Exchange as _;
        town.board.receipt(report("p2")).await.unwrap();
        assert_eq!(town.board.message(town.community, sent).await.unwrap().status, Status::Sent);
        town.board.receipt(report("p1")).await.unwrap();
        town.wait_status(sent, Status::Delivered).await;
    }

    async fn parts_that_a_carrier_took_are_not_sent_again_and_are_reported_on(database: Database) {
        use partyline::switchboard::outlet::{Exchange as _, TakenPart};
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let taken = vec![TakenPart { part: 2, of: 2, reference: "p2".into() }];
        let partly = OutletError::Partly { detail: "throttled".into(), after_ms: None, taken: taken.clone(), smsc: None };
        town.carrier.answer(Err(partly));
        town.carrier.answer(Ok(Sent { parts: vec!["p1".into(), "p2".into()], smsc: None, delivered: false }));
        let sent = town.text(ann.phone, contact.number, "long").await.message;
        town.wait_status(sent, Status::Queued).await;
        let report = |part: &str| partyline::switchboard::outlet::InboundReceipt {
            carrier: "test".into(),
            smsc: None,
            carrier_ref: part.into(),
            status: Status::Delivered,
            detail: None,
        };
        town.board.receipt(report("p2")).await.unwrap();
        assert_eq!(town.board.message(town.community, sent).await.unwrap().status, Status::Queued);
        town.clock.advance_s(5);
        town.wait_status(sent, Status::Sent).await;
        assert_eq!(town.carrier.texts.lock().unwrap().last().unwrap().taken, taken);
        town.board.receipt(report("p1")).await.unwrap();
        town.wait_status(sent, Status::Delivered).await;
    }

    async fn a_receipt_that_overtakes_the_answer_to_the_sending_counts_and_is_answered_at_once(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let sent = town.text(ann.phone, contact.number, "hello").await.message;
        let reports = async {
            for _ in 0..20 {
                town.carrier_reports(sent, Status::Delivered).await;
            }
        };
        tokio::time::timeout(Duration::from_millis(1_500), reports).await.expect("each is answered at once");
        assert_eq!(town.board.message(town.community, sent).await.unwrap().status, Status::Accepted);
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.wait_status(sent, Status::Delivered).await;
    }

    async fn a_receipt_is_for_the_text_of_the_smsc_that_sends_it_or_of_the_only_one_that_it_can_be_for(database: Database) {
        use partyline::switchboard::outlet::Exchange as _;
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let mut texts = Vec::new();
        for (reference, smsc) in [("7", "a"), ("7", "b"), ("8", "a")] {
            town.carrier.answer(Ok(Sent { parts: vec![reference.into()], smsc: Some(smsc.into()), delivered: false }));
            let text = town.text(ann.phone, contact.number, "hello").await.message;
            town.wait_status(text, Status::Sent).await;
            texts.push(text);
        }
        let report = async |reference: &str, smsc: &str| {
            let receipt = partyline::switchboard::outlet::InboundReceipt {
                carrier: "test".into(),
                smsc: Some(smsc.into()),
                carrier_ref: reference.into(),
                status: Status::Delivered,
                detail: None,
            };
            town.board.receipt(receipt).await.unwrap();
            let mut statuses = Vec::new();
            for text in &texts {
                statuses.push(town.board.message(town.community, *text).await.unwrap().status);
            }
            statuses
        };
        let (sent, delivered) = (Status::Sent, Status::Delivered);
        assert_eq!(report("7", "c").await, [sent, sent, sent], "whose it is, nobody can say");
        assert_eq!(report("7", "a").await, [delivered, sent, sent]);
        assert_eq!(report("8", "b").await, [delivered, sent, sent], "its own text may still be on its way to us");
        assert_eq!(report("7", "b").await, [delivered, delivered, sent]);
        town.clock.advance_s(6);
        // It is not: then the report came over another link of the carrier.
        town.wait_status(texts[2], delivered).await;
    }

    async fn a_receipt_that_overtakes_its_text_is_not_taken_for_that_of_another_under_its_reference(database: Database) {
        use partyline::switchboard::outlet::Exchange as _;
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let report = async |smsc: Option<&str>, status| {
            let receipt = partyline::switchboard::outlet::InboundReceipt {
                carrier: "test".into(),
                smsc: smsc.map(Into::into),
                carrier_ref: "7".into(),
                status,
                detail: None,
            };
            town.board.receipt(receipt).await.unwrap();
        };
        let text = async |smsc: Option<&str>| {
            town.carrier.answer(Ok(Sent { parts: vec!["7".into()], smsc: smsc.map(Into::into), delivered: false }));
            town.text(ann.phone, contact.number, "hello").await.message
        };
        let status = async |message| town.board.message(town.community, message).await.unwrap().status;

        let old = text(None).await;
        town.wait_status(old, Status::Sent).await;
        report(None, Status::Delivered).await;
        assert_eq!(status(old).await, Status::Delivered);
        // The carrier starts its ids anew, and reports before its answer is stored.
        town.carrier.ready.store(false, Ordering::SeqCst);
        let new = text(None).await;
        report(None, Status::Delivered).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.wait_status(new, Status::Delivered).await;

        let foreign = text(Some("a")).await;
        town.wait_status(foreign, Status::Sent).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let own = text(Some("b")).await;
        report(Some("b"), Status::Undelivered).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.wait_status(own, Status::Undelivered).await;
        assert_eq!(status(foreign).await, Status::Sent);
        // A late success of one that was reported on counts, some seconds later.
        report(Some("b"), Status::Delivered).await;
        town.clock.advance_s(6);
        town.wait_status(own, Status::Delivered).await;
        assert_eq!(status(foreign).await, Status::Sent);
    }

    async fn what_a_carrier_refuses_for_good_fails_and_the_sender_learns_it(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.answer(Err(OutletError::Refused { detail: "invalid destination".into() }));
        let sent = town.text(ann.phone, contact.number, "hello").await.message;
        let failed = town.wait_status(sent, Status::Failed).await;
        assert_eq!((failed.reason, failed.detail.as_deref()), (Some(Reason::CarrierRefused), Some("invalid destination")));
        let notice = town.carrier.wait_for(ann.phone, 1).await;
        assert_eq!(notice[0].0, contact.number);
        assert!(notice[0].1.contains("not delivered"), "{notice:?}");
    }

    async fn a_text_is_tried_again_in_order_until_its_deadline(database: Database) {
        let town = Town::found(database, 5, Policy { deadline_s: 100, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.answer(Err(OutletError::Retry { detail: "throttled".into(), after_ms: None }));
        let first = town.text(ann.phone, contact.number, "one").await.message;
        town.wait_status(first, Status::Queued).await;
        town.text(ann.phone, contact.number, "two").await;
        town.clock.advance_s(10);
        let texts: Vec<String> = town.carrier.wait_for(bob.phone, 2).await.into_iter().map(|t| t.1).collect();
        assert_eq!(texts, ["one", "two"], "the second waited for the first");

        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        let lost = town.text(ann.phone, contact.number, "three").await.message;
        town.clock.advance_s(101);
        assert_eq!(town.wait_status(lost, Status::Expired).await.reason, Some(Reason::DeadlinePassed));
        town.carrier.ready.store(true, std::sync::atomic::Ordering::SeqCst);
        assert!(town.carrier.wait_for(ann.phone, 1).await[0].1.contains("deadline"));
    }

    async fn a_long_code_sends_one_text_a_second_and_the_rest_wait(database: Database) {
        let town = Town::found(database, 1, Policy::default()).await;
        let number = town.board.numbers(town.community, None, 1).await.unwrap()[0].id;
        let edit = partyline::switchboard::NumberEdit { rate_per_s: Some(1.0), ..Default::default() };
        town.board.edit_number(town.community, number, edit).await.unwrap();
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        for n in 0..3 {
            town.text(ann.phone, contact.number, &format!("{n}")).await;
        }
        town.carrier.wait_for(bob.phone, 1).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert_eq!(town.carrier.inbox(bob.phone).len(), 1, "the clock stands still, so the others wait");
        town.clock.advance_s(1);
        assert_eq!(town.carrier.wait_for(bob.phone, 2).await.len(), 2);
        town.clock.advance_s(1);
        assert_eq!(town.carrier.wait_for(bob.phone, 3).await.len(), 3);
    }

    async fn releasing_a_pair_cancels_what_still_waits_on_it(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        let sent = town.text(ann.phone, contact.number, "hello").await.message;
        town.board.release_contact(town.community, ann.id, ContactRef::Contact(contact.id)).await.unwrap();
        assert_eq!(town.wait_status(sent, Status::Blocked).await.reason, Some(Reason::PairReleased));
        town.clock.advance_s(2);
        town.carrier.ready.store(true, std::sync::atomic::Ordering::SeqCst);
        let told = town.carrier.wait_for(ann.phone, 1).await;
        assert!(told[0].1.contains("not delivered"), "the sender learns it: {told:?}");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert!(town.carrier.inbox(bob.phone).is_empty(), "nothing is sent for a pair that cannot be answered");
    }

    async fn what_waits_in_memory_does_not_leave_once_its_recipient_has_stopped_or_its_pair_has_given_way(database: Database) {
        let policy = Policy {
            when_full: WhenFull::Recycle,
            cool_down_s: 0,
            received_cap_percent: 100,
            ..Policy::default()
        };
        let town = Town::found(database, 1, policy).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        // The clock stands still: all of it happens within the second in which rows in memory are trusted.
        let waiting = async |a: support::exchange::Person, b: support::exchange::Person| {
            town.carrier.ready.store(false, Ordering::SeqCst);
            let contact = town.befriend(a, b).await;
            (contact.clone(), town.text(a.phone, contact.number, "hello?").await.message)
        };
        for (stop, start) in [("STOP", "START"), ("STOPALL", "START")] {
            let (contact, sent) = waiting(ann, bob).await;
            town.text(bob.phone, contact.mirror_number, stop).await;
            town.carrier.ready.store(true, Ordering::SeqCst);
            assert_eq!(town.wait_status(sent, Status::Blocked).await.reason, Some(Reason::RecipientOptedOut));
            tokio::time::sleep(Duration::from_millis(300)).await;
            town.text(bob.phone, contact.mirror_number, start).await;
        }
        let (cem, dot) = (town.person("Cem").await, town.person("Dot").await);
        let (_, sent) = waiting(ann, bob).await;
        town.befriend(ann, cem).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert_eq!(town.wait_status(sent, Status::Blocked).await.reason, Some(Reason::PairReleased));
        let (_, sent) = waiting(ann, cem).await;
        let file = format!(
            "[community]\nname = \"Town\"\n[[members]]\nname = \"Ann\"\nphone = \"{}\"\n\
             [[members]]\nname = \"Dot\"\nphone = \"{}\"\n[[contacts]]\nmember = \"Ann\"\ncontact = \"Dot\"\n",
            ann.phone, dot.phone,
        );
        let file = partyline::switchboard::PoolFile::parse("p.toml", &file).unwrap();
        town.board.apply_pool_file(&file).await.unwrap();
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert_eq!(town.wait_status(sent, Status::Blocked).await.reason, Some(Reason::PairReleased));
        tokio::time::sleep(Duration::from_millis(300)).await;
        for phone in [bob.phone, cem.phone] {
            let inbox = town.carrier.inbox(phone);
            assert!(inbox.iter().all(|(_, text)| text != "hello?"), "{inbox:?}");
        }
    }

    async fn parts_that_a_retired_node_acknowledged_are_taken_over_and_those_of_no_account_go_after_a_day(database: Database) {
        use partyline::domain::Clock as _;
        use partyline::switchboard::outlet::{Exchange as _, HeldPart};
        use partyline::wire::sms::{Coding, Concat, Reference};
        let town = Town::found(database, 1, Policy::default()).await;
        let (retired, _) = Town::open(&town.url, town.clock.clone(), 5);
        let due_at = town.clock.now();
        let part = |no: i64, seq: u8| HeldPart {
            no,
            from: "+14155550101".parse().unwrap(),
            to: "+12025550100".parse().unwrap(),
            concat: Concat::new(Reference::Udh8(1), 3, seq).unwrap(),
            coding: Coding::Gsm7,
            body: b"x".to_vec(),
            carrier_ref: None,
            want_receipt: false,
            valid_for_s: None,
            due_at,
        };
        // The same numbers here and there, and an account that nobody knows any more.
        town.board.hold("test", part(1, 1)).await.unwrap();
        retired.hold("test", part(1, 2)).await.unwrap();
        retired.hold("test", part(2, 3)).await.unwrap();
        retired.hold("renamed", part(1, 1)).await.unwrap();
        town.clock.advance_s(6);
        support::eventually("both are taken over", Duration::from_secs(10), async || {
            town.board.held("test").await.unwrap().len() == 3
        })
        .await;
        let held = town.board.held("test").await.unwrap();
        let order: Vec<_> = held.iter().map(|part| (part.no < 0, part.concat.seq())).collect();
        assert_eq!(order, [(true, 2), (true, 3), (false, 1)]);
        assert!(retired.held("test").await.unwrap().is_empty());
        assert_eq!(retired.held("renamed").await.unwrap().len(), 1);
        // A part held meanwhile has a number of its own.
        town.board.hold("test", part(2, 2)).await.unwrap();
        assert_eq!(town.board.held("test").await.unwrap().len(), 4);
        town.clock.advance_s(24 * 3600);
        support::eventually("it is gone", Duration::from_secs(10), async || {
            retired.held("renamed").await.unwrap().is_empty()
        })
        .await;
    }

    async fn an_app_sends_in_a_members_name_once_per_idempotency_key(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let message = |text: &str| NewMessage {
            from: ann.id,
            to: bob.id,
            text: text.into(),
            urgent: false,
            idempotency_key: Some("k1".into()),
        };
        let (first, created) = town.board.send(town.community, message("from the app")).await.unwrap();
        assert!(created);
        let (again, created) = town.board.send(town.community, message("from the app")).await.unwrap();
        assert_eq!((again.id, created), (first.id, false));
        let error = town.board.send(town.community, message("another")).await.unwrap_err();
        assert_eq!(error.code(), "idempotency_key_reused");
        assert_eq!(
            town.carrier.wait_for(bob.phone, 1).await,
            [(contact.mirror_number, "from the app".to_string())]
        );
        town.board
            .set_blocked(town.community, ann.id, ContactRef::Member(bob.id), true)
            .await
            .unwrap();
        let blocked = NewMessage { idempotency_key: None, ..message("blocked") };
        let error = town.board.send(town.community, blocked).await.unwrap_err();
        assert!(matches!(error, SwitchboardError::Refused(Reason::PairBlocked)), "{error:?}");
    }

    async fn explain_tells_what_a_text_would_meet(database: Database) {
        let town = Town::found(database, 5, Policy::default()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let decision = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!((decision.outcome, decision.contact), ("bridge", Some(bob.id)));
        assert_eq!(decision.shown_number, Some(contact.mirror_number));
        assert_eq!(decision.carrier.as_deref(), Some("test"));
        assert_eq!(decision.carrier_state, Some(partyline::switchboard::CarrierState::Up));
        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        let waiting = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!(waiting.outcome, "bridge");
        assert!(waiting.sentence.contains("carrier `test` has no link at present"), "{}", waiting.sentence);
        let told = serde_json::to_string(&decision).unwrap();
        assert!(!told.contains(&bob.phone.digits()), "no real number in {told}");
        town.board.release_contact(town.community, ann.id, ContactRef::Member(bob.id)).await.unwrap();
        let decision = town.board.resolve(None, ann.phone, contact.number).await.unwrap();
        assert_eq!((decision.outcome, decision.reason), ("quarantine", Some(Reason::PairReleased)));
    }

    async fn accepted_texts_survive_a_restart_and_keep_their_order(database: Database) {
        let mut town = Town::found(database, 5, Policy { member_texts_per_minute: 0, ..Policy::default() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        for n in 0..50 {
            town.text(ann.phone, contact.number, &format!("{n:02}")).await;
        }
        town.dispatching.take().unwrap().stop().await;
        // No restart is over within a millisecond, from which ids are made.
        town.clock.advance_s(1);
        let (board, carrier) = Town::open(&town.url, town.clock.clone(), 0);
        let db = partyline::store::Db::open(&town.url, partyline::store::Durability::Command).unwrap();
        let lock = support::poll(std::time::Duration::from_secs(10), async || {
            partyline::store::node::NodeLock::acquire(&db, 0).ok()
        });
        let running = board.dispatch(lock.await.expect("the first holder has let go"), 7).unwrap();
        let texts: Vec<String> = carrier.wait_for(bob.phone, 50).await.into_iter().map(|t| t.1).collect();
        assert!(texts.is_sorted() && texts.len() == 50, "{texts:?}");
        running.stop().await;
    }
}
