//! A new phone with the same numbers, and a lost one that is frozen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partyline::domain::history::Why;
use partyline::domain::id::{CallId, DeviceId, MemberId};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::domain::pool::Capabilities;
use partyline::domain::{Clock, E164};
use partyline::store::DatabaseUrl;
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::switching::{
    CallAttempt, CallExchange, CallOrder, CallOutlet, CallPlan, Caller, PlaceError,
};
use partyline::switchboard::verification::{Extent, Progress};
use partyline::switchboard::{
    ContactRef, NewCall, NewMember, NewMessage, NewNumber, NewPhone, NumberCaps, OwnerSettlement,
    PhoneChange, PhoneConflictKind, ReferenceFate, Settlement, SwitchboardError,
};
use support::exchange::{Person, Town};
use support::on_both_databases;

const COOL_DOWN_S: i64 = 1000;

fn cooling() -> Policy {
    Policy {
        cool_down_s: COOL_DOWN_S,
        ..Policy::default()
    }
}

fn spare(n: i64) -> E164 {
    E164::from_i64(14_155_559_000 + n).unwrap()
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused {
        reason,
        reject: false,
    }
}

/// Nothing is said of how conflicts are settled.
fn to(phone: E164) -> NewPhone {
    NewPhone {
        phone,
        settle: BTreeMap::new(),
        otherwise: None,
        owner: None,
    }
}

/// A line on which calls are made, and which notes those that it is to end.
#[derive(Default)]
struct Line(Mutex<Vec<CallId>>);

#[async_trait::async_trait]
impl CallOutlet for Line {
    async fn place(&self, _: CallOrder) -> Result<(), PlaceError> {
        Ok(())
    }

    async fn hang_up(&self, call: CallId) -> bool {
        self.0.lock().unwrap().push(call);
        true
    }
}

trait Phones {
    async fn device(&self, of: Person) -> DeviceId;
    async fn more_numbers(&self, count: i64);
    async fn freeze(&self, whose: Person);
    async fn replace(&self, whose: Person, new: NewPhone) -> Result<PhoneChange, SwitchboardError>;
    async fn rehearse(&self, whose: Person, new: NewPhone) -> PhoneChange;
    async fn number_of(&self, a: Person, b: Person) -> E164;
    async fn call(&self, from: E164, to: E164) -> Option<Reason>;
    fn assert_sound(&self);
    fn call_elsewhere(&self, member: MemberId, reference: &str);
}

impl Phones for Town {
    /// Adds numbers to a pool that began with few, so that those who came before them stand on the same ones.
    async fn more_numbers(&self, count: i64) {
        let there = self.board.numbers(self.community, None, 100).await.unwrap();
        let (first, known) = (&there[0], i64::try_from(there.len()).unwrap());
        for n in known..known + count {
            let new = NewNumber {
                pool: first.pool,
                number: E164::from_i64(first.number.as_i64() + n).unwrap(),
                carrier: "test".into(),
                capabilities: Capabilities::usual(),
                region: None,
                rate_per_s: 0.0,
                caps: NumberCaps::default(),
            };
            self.board.add_number(self.community, new).await.unwrap();
        }
    }

    async fn device(&self, of: Person) -> DeviceId {
        let devices = self.board.devices(self.community, of.id).await.unwrap();
        devices.iter().find(|d| d.phone == Some(of.phone)).unwrap().id
    }

    async fn freeze(&self, whose: Person) {
        let device = self.device(whose).await;
        let frozen = self
            .board
            .freeze_phone(self.community, whose.id, device)
            .await
            .unwrap();
        assert!(frozen.frozen_at.is_some());
    }

    async fn replace(&self, whose: Person, new: NewPhone) -> Result<PhoneChange, SwitchboardError> {
        let device = self.device(whose).await;
        self.board
            .replace_phone(self.community, whose.id, device, new)
            .await
    }

    async fn rehearse(&self, whose: Person, new: NewPhone) -> PhoneChange {
        let device = self.device(whose).await;
        let told = self
            .board
            .rehearse_replacing(self.community, whose.id, device, new)
            .await;
        told.unwrap()
    }

    async fn number_of(&self, a: Person, b: Person) -> E164 {
        let found = self
            .board
            .contact(self.community, a.id, ContactRef::Member(b.id))
            .await;
        found.unwrap().number
    }

    /// Why a call is refused; none of one that is put through.
    async fn call(&self, from: E164, to: E164) -> Option<Reason> {
        let attempt = CallAttempt {
            trunk: "main".into(),
            caller: Caller::Phone(from),
            dialled: to,
        };
        match self.board.route_call(attempt).await.unwrap() {
            CallPlan::Bridge(_) => None,
            CallPlan::Refuse(refused) => Some(refused.reason),
        }
    }

    /// Has a member be called something elsewhere, as an import does.
    fn call_elsewhere(&self, member: MemberId, reference: &str) {
        let mut conn = DatabaseUrl::parse(&self.url).unwrap().connect(true).unwrap();
        conn.execute(&format!(
            "INSERT INTO member_references (community_id, reference, member_id) VALUES ({}, '{reference}', {})",
            self.community.as_i64(),
            member.as_i64(),
        ))
        .unwrap();
    }

    /// Nothing breaks a rule of the table.
    fn assert_sound(&self) {
        let key = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(self.board.signing_key([7; 32]))
        });
        let mut report = Vec::new();
        let go_on = &mut |_: Progress| ControlFlow::Continue(());
        let summary = tokio::task::block_in_place(|| {
            self.board
                .verify(Extent::of(None), &key.unwrap(), [9; 32], &mut report, go_on)
        });
        assert!(summary.unwrap().clean, "{}", String::from_utf8_lossy(&report));
    }
}

async fn whys(town: &Town, a: Person, b: MemberId) -> Vec<Why> {
    let found = town
        .board
        .pair_history(town.community, a.id, ContactRef::Member(b), None, 100)
        .await
        .unwrap();
    let own = found.into_iter().filter(|(change, _)| change.member == a.id);
    let mut own: Vec<Why> = own.map(|(change, _)| change.why).collect();
    own.reverse();
    own
}

on_both_databases! {
    async fn a_member_gets_a_new_phone_and_every_pair_stays(database: Database) {
        let town = Town::found(database, 3, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let with_bob = town.befriend(ann, bob).await;
        let with_cem = town.befriend(ann, cem).await;
        let device = town.device(ann).await;
        town.clock.advance_s(10);
        let told = town.rehearse(ann, to(spare(1))).await;
        assert_eq!((told.applied, told.settled, told.kept, told.conflicts.len()), (false, true, 2, 0));
        assert_eq!(town.device(ann).await, device, "a dry run changes nothing");

        let done = town.replace(ann, to(spare(1))).await.unwrap();
        assert_eq!((done.applied, done.kept, done.device.id, done.device.phone), (true, 2, device, Some(spare(1))));
        town.clock.advance_s(10);
        for (contact, other) in [(&with_bob, bob), (&with_cem, cem)] {
            assert_eq!(town.text(spare(1), contact.number, "new phone").await.verdict, Verdict::Bridged);
            assert_eq!(town.text(other.phone, contact.mirror_number, "congratulations").await.verdict, Verdict::Bridged);
            town.carrier.wait_for(other.phone, 1).await;
        }
        let read = town.carrier.wait_for(spare(1), 2).await;
        assert_eq!(read.iter().filter(|(from, _)| *from == with_bob.number).count(), 1);
        // Whoever has the old phone now reaches nobody.
        let late = town.text(ann.phone, with_bob.number, "it is me").await.verdict;
        assert_eq!(late, Verdict::Quarantined(Reason::PairReleased));
        let then = town.clock.now().plus_s(-15);
        let past = town.board.resolve_at(Some(town.community), ann.phone, with_bob.number, then).await.unwrap();
        assert_eq!((past.outcome, past.contact), ("bridge", Some(bob.id)));
        town.assert_sound();
    }

    async fn numbers_that_are_somebody_else_on_the_new_phone_are_listed_and_settled_together(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let (old, dot, eve) = (town.person("Old").await, town.person("Dot").await, town.person("Eve").await);
        let bobs = town.befriend(ann, bob).await.number;
        let cems = town.befriend(ann, cem).await.number;
        // On another's phone the same two numbers are Dot and Eve.
        let both = [town.befriend(old, dot).await.number, town.befriend(old, eve).await.number];
        let (mut of_bob, mut of_cem) = (None, None);
        for (number, other) in both.into_iter().zip([dot, eve]) {
            if number == bobs { of_bob = Some(other.id) }
            if number == cems { of_cem = Some(other.id) }
        }
        town.more_numbers(3).await;
        town.board.delete_member(town.community, old.id).await.unwrap();
        town.clock.advance_s(10);

        let told = town.rehearse(ann, to(old.phone)).await;
        assert!(!told.settled && told.owner.is_none());
        let expected = usize::from(of_bob.is_some()) + usize::from(of_cem.is_some());
        assert_eq!((expected, told.conflicts.len()), (2, 2), "{told:?}");
        for conflict in &told.conflicts {
            assert_eq!(conflict.kind, PhoneConflictKind::Remembered);
            let stood_for = if conflict.contact == bob.id { of_bob } else { of_cem };
            assert_eq!((conflict.stood_for, conflict.settled, conflict.new_number), (stood_for, None, None));
            assert!(conflict.until.is_some());
        }
        let error = town.replace(ann, to(old.phone)).await.unwrap_err();
        assert_eq!(error.code(), "phone_conflicts", "{error}");

        let moved = &told.conflicts[0];
        let mut new = to(old.phone);
        new.settle.insert(moved.contact, Settlement::Move);
        new.otherwise = Some(Settlement::Drop);
        let would = town.rehearse(ann, new.clone()).await;
        let done = town.replace(ann, new).await.unwrap();
        assert_eq!(would.conflicts[0].new_number, done.conflicts[0].new_number);
        let number = done.conflicts[0].new_number.unwrap();
        assert_ne!(number, moved.number);
        let other = if moved.contact == bob.id { bob } else { cem };
        assert_eq!(town.number_of(ann, other).await, number);
        town.clock.advance_s(10);
        assert_eq!(town.text(old.phone, number, "hello").await.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(other.phone, 1).await.len(), 1);
        // Late texts to the old number are held: on this phone it is who it was there.
        let late = town.text(old.phone, moved.number, "are you there?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        assert_eq!(*whys(&town, ann, moved.contact).await.last().unwrap(), Why::PhoneReplaced);
        town.assert_sound();
    }

    async fn a_text_that_waits_while_its_number_changes_leaves_by_the_new_one(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let with_bob = town.befriend(ann, bob).await;
        assert_eq!(town.befriend(old, dot).await.number, with_bob.number);
        town.more_numbers(1).await;
        town.board.delete_member(town.community, old.id).await.unwrap();
        town.carrier.ready.store(false, Ordering::SeqCst);
        let sent = town.text(bob.phone, with_bob.mirror_number, "which number is this?").await;
        assert_eq!(sent.verdict, Verdict::Bridged);
        town.clock.advance_s(10);
        let new = NewPhone { otherwise: Some(Settlement::Move), ..to(old.phone) };
        let done = town.replace(ann, new).await.unwrap();
        town.carrier.ready.store(true, Ordering::SeqCst);
        let read = town.carrier.wait_for(old.phone, 1).await;
        assert_eq!(read, [(done.conflicts[0].new_number.unwrap(), "which number is this?".to_owned())]);
        assert!(town.carrier.inbox(ann.phone).is_empty());
    }

    async fn a_number_that_the_new_phone_has_stopped_as_somebody_else_is_never_that_contact(database: Database) {
        let town = Town::found(database, 1, Policy { cool_down_s: 0, ..Policy::default() }).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(town.befriend(old, dot).await.number, number);
        town.more_numbers(1).await;
        town.text(old.phone, number, "STOP").await;
        town.board.delete_member(town.community, old.id).await.unwrap();
        town.clock.advance_s(10);
        let told = town.rehearse(ann, to(old.phone)).await;
        assert_eq!((told.conflicts[0].kind, told.conflicts[0].until), (PhoneConflictKind::Stopped, None));
        let new = NewPhone { otherwise: Some(Settlement::Move), ..to(old.phone) };
        let done = town.replace(ann, new).await.unwrap();
        assert_ne!(done.conflicts[0].new_number, Some(number));
        town.assert_sound();
    }

    async fn a_guest_who_had_the_phone_is_merged_and_their_contacts_stay_reachable(database: Database) {
        let town = Town::found(database, 4, Policy { received_cap_percent: 100, ..cooling() }).await;
        let (ann, bob, cem, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Cem").await, town.person("Dot").await,
        );
        let guest = NewMember { name: "Ann's mobile".into(), phone: Some(spare(7)), guest: true, listed: false };
        let guest = town.board.create_member(town.community, guest).await.unwrap();
        let guest = Person { id: guest.id, phone: spare(7) };
        let with_bob = town.befriend(ann, bob).await;
        // Bob knows both; Cem knows the guest; Dot has stopped the guest once.
        let bobs_guest = town.befriend(bob, guest).await;
        let cems = town.befriend(cem, guest).await;
        let dots = town.befriend(dot, guest).await;
        town.text(dot.phone, dots.number, "STOP").await;
        town.clock.advance_s(10);

        let told = town.rehearse(ann, to(guest.phone)).await;
        let owner = told.owner.as_ref().unwrap();
        assert_eq!((owner.member, owner.guest, owner.only_device, owner.pairs), (guest.id, true, true, 3));
        assert!(!told.settled);
        let new = NewPhone {
            owner: Some(OwnerSettlement::Merge), otherwise: Some(Settlement::Move), ..to(guest.phone)
        };
        let done = town.replace(ann, new).await.unwrap();
        let owner = done.owner.as_ref().unwrap();
        assert_eq!((owner.merged, owner.released), (2, 1));
        town.clock.advance_s(10);
        // Cem writes to the number that has been the guest; Ann reads it, and answers.
        assert_eq!(town.text(cem.phone, cems.number, "is this Ann?").await.verdict, Verdict::Bridged);
        let ann = Person { phone: guest.phone, ..ann };
        let of_cem = town.number_of(ann, cem).await;
        assert!(town.carrier.wait_for(ann.phone, 1).await.iter().any(|text| *text == (of_cem, "is this Ann?".into())));
        assert_eq!(town.text(ann.phone, of_cem, "it is").await.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(cem.phone, 1).await.last().unwrap().0, cems.number);
        // What Dot stopped stays stopped, and Dot's START lifts it.
        let of_dot = town.number_of(ann, dot).await;
        assert_eq!(town.text(ann.phone, of_dot, "hello?").await.verdict, refused(Reason::RecipientOptedOut));
        town.text(dot.phone, dots.number, "START").await;
        assert_eq!(town.text(ann.phone, of_dot, "hello").await.verdict, Verdict::Bridged);
        // Bob wrote to the guest's number, which is nobody's now: it can be let go to Ann, for she is the guest.
        let late = town.text(bob.phone, bobs_guest.number, "are you the guest?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        let out = town.board.release_quarantined(town.community, late.message, false).await.unwrap();
        assert_eq!(out.to, Some(ann.id));
        // Bob's own Ann is who she was, if on another number on her side.
        assert_eq!(town.text(bob.phone, with_bob.mirror_number, "and me?").await.verdict, Verdict::Bridged);
        assert_eq!(town.board.member(town.community, guest.id).await.unwrap_err().code(), "not_found");
        assert_eq!(*whys(&town, cem, ann.id).await.last().unwrap(), Why::Merged);
        town.assert_sound();
    }

    async fn what_a_merged_guest_is_called_elsewhere_becomes_the_members_who_is_called_nothing(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        town.call_elsewhere(bob.id, "crm-2");
        for (member, phone, reference, fate, then) in [
            (ann, spare(1), "crm-1", ReferenceFate::Members, "crm-1"),
            (bob, spare(2), "crm-3", ReferenceFate::Dropped, "crm-2"),
        ] {
            let guest = NewMember { name: "Mobile".into(), phone: Some(phone), guest: true, listed: false };
            let guest = town.board.create_member(town.community, guest).await.unwrap();
            town.call_elsewhere(guest.id, reference);
            let open = town.rehearse(member, to(phone)).await.owner.unwrap();
            assert_eq!((open.reference.as_deref(), open.reference_becomes), (Some(reference), None));
            let merge = NewPhone { owner: Some(OwnerSettlement::Merge), ..to(phone) };
            let would = town.rehearse(member, merge.clone()).await.owner.unwrap();
            let done = town.replace(member, merge).await.unwrap().owner.unwrap();
            assert_eq!((would.reference_becomes, done.reference_becomes), (Some(fate), Some(fate)));
            let member = town.board.member(town.community, member.id).await.unwrap();
            assert_eq!(member.reference.as_deref(), Some(then));
        }
        // Whose phone is taken but who has an account keeps what they are called; a guest goes with it.
        let take = |phone| NewPhone { owner: Some(OwnerSettlement::Take), ..to(phone) };
        let dot = town.person("Dot").await;
        let done = town.replace(dot, take(spare(2))).await.unwrap().owner.unwrap();
        assert_eq!(done.reference_becomes, Some(ReferenceFate::Kept));
        let bob = town.board.member(town.community, bob.id).await.unwrap();
        assert_eq!(bob.reference.as_deref(), Some("crm-2"));
    }

    async fn what_the_owner_of_the_new_phone_has_let_go_of_cools_down_on_it(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let number = town.befriend(ann, bob).await.number;
        assert_eq!(town.befriend(old, dot).await.number, number);
        town.board.release_contact(town.community, old.id, ContactRef::Member(dot.id)).await.unwrap();
        town.more_numbers(1).await;
        town.clock.advance_s(10);
        let take = NewPhone {
            owner: Some(OwnerSettlement::Take), otherwise: Some(Settlement::Move), ..to(old.phone)
        };
        let told = town.rehearse(ann, take.clone()).await;
        let met: Vec<_> = told.conflicts.iter().map(|one| (one.kind, one.stood_for)).collect();
        assert_eq!(met, [(PhoneConflictKind::Remembered, Some(dot.id))]);
        town.replace(ann, take).await.unwrap();
        town.clock.advance_s(10);
        let late = town.text(old.phone, number, "Dot, are you there?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        town.assert_sound();
    }

    async fn a_phone_that_is_taken_from_another_member_takes_no_pair_along(database: Database) {
        let town = Town::found(database, 1, cooling()).await;
        let (ann, bob, old, dot) = (
            town.person("Ann").await, town.person("Bob").await, town.person("Old").await, town.person("Dot").await,
        );
        let with_bob = town.befriend(ann, bob).await;
        let with_dot = town.befriend(old, dot).await;
        assert_eq!(with_bob.number, with_dot.number);
        town.more_numbers(2).await;
        town.board.add_device(town.community, old.id, spare(3)).await.unwrap();
        town.clock.advance_s(10);
        let merge = NewPhone {
            owner: Some(OwnerSettlement::Merge), otherwise: Some(Settlement::Move), ..to(old.phone)
        };
        let error = town.replace(ann, merge.clone()).await.unwrap_err();
        assert_eq!(error.code(), "invalid", "whoever has other devices stays: {error}");
        let take = NewPhone { owner: Some(OwnerSettlement::Take), ..merge };
        let told = town.rehearse(ann, take.clone()).await;
        assert_eq!(told.conflicts[0].kind, PhoneConflictKind::InUse);
        let done = town.replace(ann, take).await.unwrap();
        assert_eq!(done.owner.unwrap().released, 0);
        town.clock.advance_s(10);
        assert_eq!(town.text(spare(3), with_dot.number, "still me").await.verdict, Verdict::Bridged);
        assert_eq!(town.text(dot.phone, with_dot.mirror_number, "good").await.verdict, Verdict::Bridged);
        town.carrier.wait_for(spare(3), 1).await;
        let late = town.text(old.phone, with_dot.number, "Dot?").await;
        assert_eq!(late.verdict, Verdict::Quarantined(Reason::PairReleased));
        town.assert_sound();
    }

    async fn a_lost_phone_is_frozen_and_nothing_goes_to_it_or_comes_from_it(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let waits = town.text(bob.phone, made.mirror_number, "on your way?").await;
        assert_eq!(waits.verdict, Verdict::Bridged);
        town.clock.advance_s(2);
        town.freeze(ann).await;
        town.freeze(ann).await;
        town.carrier.ready.store(true, Ordering::SeqCst);

        let verdict = town.text(bob.phone, made.mirror_number, "hello?").await.verdict;
        assert_eq!(verdict, refused(Reason::RecipientFrozen));
        for text in ["hello", "STOP", "STOPALL", "HELP"] {
            assert_eq!(town.text(ann.phone, made.number, text).await.verdict, refused(Reason::SenderFrozen), "{text}");
        }
        assert_eq!(town.call(bob.phone, made.mirror_number).await, Some(Reason::RecipientFrozen));
        assert_eq!(town.call(ann.phone, made.number).await, Some(Reason::SenderFrozen));
        let decision = town.board.resolve(None, ann.phone, made.number).await.unwrap();
        assert_eq!((decision.outcome, decision.reason), ("refuse", Some(Reason::SenderFrozen)));
        let frozen_at = town.clock.now();
        // What their app sends is no phone's.
        let new = NewMessage {
            from: ann.id, to: bob.id, text: "my phone is gone".into(), idempotency_key: None, urgent: false,
        };
        town.board.send(town.community, new).await.unwrap();
        town.carrier.wait_for(bob.phone, 2).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(town.carrier.inbox(ann.phone).is_empty());
        assert_eq!(town.board.message(town.community, waits.message).await.unwrap().status, Status::Accepted);
        town.assert_sound();

        town.clock.advance_s(10);
        let device = town.device(ann).await;
        let thawed = town.board.thaw_phone(town.community, ann.id, device).await.unwrap();
        assert_eq!(thawed.frozen_at, None);
        assert_eq!(town.carrier.wait_for(ann.phone, 1).await[0].1, "on your way?");
        assert_eq!(town.text(ann.phone, made.number, "found it").await.verdict, Verdict::Bridged);
        let past = town.board.resolve_at(None, ann.phone, made.number, frozen_at).await.unwrap();
        assert_eq!(past.reason, Some(Reason::SenderFrozen));
    }

    async fn a_frozen_phone_that_is_replaced_loses_nothing_that_waited_for_it(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        town.text(bob.phone, made.mirror_number, "one").await;
        town.text(bob.phone, made.mirror_number, "two").await;
        town.clock.advance_s(2);
        town.freeze(ann).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.clock.advance_s(10);
        town.replace(ann, to(spare(1))).await.unwrap();
        let read = town.carrier.wait_for(spare(1), 2).await;
        let texts: Vec<&str> = read.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["one", "two"]);
        assert!(town.carrier.inbox(ann.phone).is_empty());
        assert_eq!(town.text(spare(1), made.number, "thanks").await.verdict, Verdict::Bridged);
        town.assert_sound();
    }

    async fn what_waits_for_a_frozen_phone_goes_to_the_members_other_one_or_ends_with_its_deadline(database: Database) {
        let town = Town::found(database, 2, Policy { deadline_s: 60, ..cooling() }).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        let made = town.befriend(ann, bob).await;
        town.board.add_device(town.community, ann.id, spare(1)).await.unwrap();
        town.carrier.ready.store(false, Ordering::SeqCst);
        town.text(bob.phone, made.mirror_number, "one").await;
        town.clock.advance_s(2);
        town.freeze(ann).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert_eq!(town.carrier.wait_for(spare(1), 1).await[0].1, "one");
        assert_eq!(town.text(bob.phone, made.mirror_number, "two").await.verdict, Verdict::Bridged);
        town.carrier.wait_for(spare(1), 2).await;
        town.carrier.ready.store(false, Ordering::SeqCst);
        let three = town.text(bob.phone, made.mirror_number, "three").await;
        town.clock.advance_s(2);
        town.freeze(Person { phone: spare(1), ..ann }).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        town.clock.advance_s(60);
        let ended = town.wait_status(three.message, Status::Expired).await;
        assert_eq!(ended.reason, Some(Reason::RecipientFrozen));
        assert!(town.carrier.inbox(ann.phone).is_empty());
    }

    async fn calls_that_an_app_places_do_not_ring_a_frozen_phone(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob) = (town.person("Ann").await, town.person("Bob").await);
        town.befriend(ann, bob).await;
        town.freeze(ann).await;
        let board = &town.board;
        board.set_voice(Arc::new(Line::default()));
        for (from, to, reason) in [(ann, bob, Reason::SenderFrozen), (bob, ann, Reason::RecipientFrozen)] {
            let refused = board.place_call(town.community, NewCall { from: from.id, to: to.id }).await;
            assert!(matches!(refused, Err(SwitchboardError::Refused(r)) if r == reason));
        }
    }

    async fn calls_on_a_phone_end_when_it_is_frozen_and_others_go_on(database: Database) {
        let town = Town::found(database, 2, cooling()).await;
        let (ann, bob, cem) = (town.person("Ann").await, town.person("Bob").await, town.person("Cem").await);
        let made = town.befriend(ann, bob).await;
        let other = town.befriend(bob, cem).await;
        let line = Arc::new(Line::default());
        town.board.set_voice(line.clone());
        let begin = async |from: E164, dialled: E164| {
            let attempt = CallAttempt { trunk: "main".into(), caller: Caller::Phone(from), dialled };
            match town.board.route_call(attempt).await.unwrap() {
                CallPlan::Bridge(bridging) => bridging.call,
                CallPlan::Refuse(refused) => panic!("{refused:?}"),
            }
        };
        let from_it = begin(ann.phone, made.number).await;
        let to_it = begin(bob.phone, made.mirror_number).await;
        begin(bob.phone, other.number).await;
        let placed = town.board.place_call(town.community, NewCall { from: ann.id, to: bob.id }).await.unwrap();
        town.freeze(ann).await;
        let mut ended = line.0.lock().unwrap().clone();
        ended.sort_unstable();
        ended.dedup();
        let mut expected = vec![from_it, to_it, placed.id];
        expected.sort_unstable();
        assert_eq!(ended, expected);
    }
}
