//! Rows that cannot be stored: each is set aside by itself, and everything beside it goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::time::Duration;

use partyline::domain::id::CommunityId;
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::store::DatabaseUrl;
use partyline::switchboard::outlet::{Exchange as _, InboundReceipt, OutletError, Sent};
use support::exchange::Town;
use support::on_both_databases;

fn policy() -> Policy {
    Policy {
        member_texts_per_minute: 0,
        ..Policy::default()
    }
}

/// Makes the community's policy unreadable, or readable again.
fn set_policy(town: &Town, community: CommunityId, policy: &str) {
    let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
    let id = community.as_i64();
    conn.execute(&format!(
        "UPDATE communities SET policy = '{policy}' WHERE id = {id}"
    ))
    .unwrap();
}

fn receipt(name: &str, status: Status) -> InboundReceipt {
    InboundReceipt {
        smsc: None,
        carrier: "test".into(),
        carrier_ref: name.into(),
        status,
        detail: None,
    }
}

on_both_databases! {
    async fn an_answer_that_cannot_be_stored_whole_is_set_aside_and_the_next_texts_go_on(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, std::sync::atomic::Ordering::SeqCst);
        // The refusal would be told to Ann by a notice, which needs the policy.
        town.carrier.answer(Err(OutletError::Refused { detail: "no such phone".into() }));
        let refused = town.text(ann.phone, contact.number, "one").await.message;
        let next = town.text(ann.phone, contact.number, "two").await.message;
        set_policy(&town, town.community, "spoilt");
        town.carrier.ready.store(true, std::sync::atomic::Ordering::SeqCst);

        town.wait_status(next, Status::Sent).await;
        let aside = town.wait_status(refused, Status::Failed).await;
        assert_eq!(aside.reason, Some(Reason::CarrierRefused));
        let detail = aside.detail.unwrap();
        assert!(detail.contains("set aside") && detail.contains("communities.policy"), "{detail}");
        let left = support::poll(Duration::from_secs(5), async || {
            let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
            (partyline::store::outbox::count(&mut conn, 0).unwrap() == 0).then_some(())
        });
        assert!(left.await.is_some(), "nothing of it is tried again");
    }

    async fn a_receipt_that_cannot_be_applied_whole_is_taken_and_the_receipts_beside_it_are_applied(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        for part in ["bad", "good"] {
            town.carrier.answer(Ok(Sent { parts: vec![part.into()], smsc: None, delivered: false }));
        }
        let bad = town.text(ann.phone, contact.number, "one").await.message;
        town.wait_status(bad, Status::Sent).await;
        let good = town.text(ann.phone, contact.number, "two").await.message;
        town.wait_status(good, Status::Sent).await;
        set_policy(&town, town.community, "spoilt");

        let both = tokio::join!(
            town.board.receipt(receipt("bad", Status::Undelivered)),
            town.board.receipt(receipt("good", Status::Delivered)),
        );
        assert!(both.0.is_ok() && both.1.is_ok(), "the carrier must not repeat them for ever: {both:?}");
        town.wait_status(good, Status::Delivered).await;
        let aside = town.wait_status(bad, Status::Undelivered).await;
        assert!(aside.detail.unwrap().contains("set aside"));
    }

    async fn a_carriers_words_that_no_database_takes_keep_no_other_text_waiting(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        town.carrier.answer(Err(OutletError::Refused { detail: "no\0such\0phone".into() }));
        let refused = town.text(ann.phone, contact.number, "one").await.message;
        assert_eq!(town.wait_status(refused, Status::Failed).await.reason, Some(Reason::CarrierRefused));
        let next = town.text(ann.phone, contact.number, "two").await.message;
        town.wait_status(next, Status::Sent).await;
    }

    async fn a_text_whose_reference_no_database_takes_is_that_texts_own_misfortune(database: Database) {
        let town = Town::found(database, 5, policy()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let contact = town.befriend(ann, bob).await;
        let odd = partyline::switchboard::outlet::InboundText {
            media: Vec::new(),
            held: Vec::new(),
            carrier: "test".into(),
            carrier_ref: Some("a\0b".into()),
            from: ann.phone,
            to: contact.number,
            text: "odd".into(),
            want_receipt: false,
            valid_for_s: None,
        };
        let sound = partyline::switchboard::outlet::InboundText {
            carrier_ref: Some("ab".into()),
            text: "sound".into(),
            ..odd.clone()
        };
        // Many at once, so that both kinds share a batch.
        let all = (0..20).map(|n| {
            let mut text = if n % 2 == 0 { odd.clone() } else { sound.clone() };
            text.carrier_ref = text.carrier_ref.map(|r| format!("{r}{n}"));
            town.board.receive(text)
        });
        let outcomes = futures_util::future::join_all(all).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            assert!(n % 2 == 0 || outcome.is_ok(), "{n}: {outcome:?}");
        }
        support::eventually("the sound ones", Duration::from_secs(10), async || {
            town.carrier.inbox(bob.phone).iter().filter(|t| t.1 == "sound").count() == 10
        })
        .await;
    }
}
