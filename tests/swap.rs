//! Swaps: every pair is moved off numbers, while the old ones lead on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use partyline::domain::history::Why;
use partyline::domain::id::{NumberId, SwapId};
use partyline::domain::message::{Reason, Status};
use partyline::domain::policy::Policy;
use partyline::domain::pool::{Capabilities, NumberState, Region};
use partyline::domain::swap::Telling;
use partyline::domain::{Clock, E164};
use partyline::store::DatabaseUrl;
use partyline::store::node::NodeLock;
use partyline::store::{Db, Durability};
use partyline::switchboard::outlet::Verdict;
use partyline::switchboard::swap::{Swap, SwapMove, SwapOrder, SwapPlan, SwapState, SwapWhat};
use partyline::switchboard::switching::{CallAttempt, CallExchange, CallPlan, Caller};
use partyline::switchboard::verification::{Extent, Progress};
use partyline::switchboard::{
    ContactRef, NewNumber, NumberCaps, NumberEdit, PoolFile, Switchboard, SwitchboardError,
};
use support::exchange::{Person, Town};
use support::{Database, eventually, on_both_databases};

const OVERLAP_S: i64 = 5_000;

fn policy() -> Policy {
    Policy {
        cool_down_s: 1_000,
        ..Policy::default()
    }
}

fn off(what: SwapWhat) -> SwapOrder {
    SwapOrder {
        what,
        overlap_s: Some(OVERLAP_S),
        notice: None,
    }
}

/// Pairs that all stand on one number, and some numbers more.
struct Full {
    town: Town,
    pairs: Vec<(Person, Person)>,
    number: E164,
    id: NumberId,
}

/// So many pairs on one number; then so many other numbers come.
async fn full(database: Database, pairs: usize, others: i64) -> Full {
    let town = Town::found(database, 1, policy()).await;
    let mut made = Vec::with_capacity(pairs);
    for n in 0..pairs {
        let (a, b) = (
            town.person(&format!("Ann{n}")).await,
            town.person(&format!("Bob{n}")).await,
        );
        town.befriend(a, b).await;
        made.push((a, b));
    }
    let first = town
        .board
        .numbers(town.community, None, 10)
        .await
        .unwrap()
        .remove(0);
    for n in 1..=others {
        let number = E164::from_i64(first.number.as_i64() + n).unwrap();
        add(&town, number).await;
    }
    Full {
        town,
        pairs: made,
        number: first.number,
        id: first.id,
    }
}

async fn add(town: &Town, number: E164) {
    let pool = town
        .board
        .pools(town.community, None, 1)
        .await
        .unwrap()
        .remove(0)
        .id;
    let new = NewNumber {
        pool,
        number,
        carrier: "test".into(),
        capabilities: Capabilities::usual(),
        region: None,
        rate_per_s: 0.0,
        caps: NumberCaps::default(),
    };
    town.board.add_number(town.community, new).await.unwrap();
}

impl Full {
    fn order(&self) -> SwapOrder {
        off(SwapWhat::Numbers(vec![self.id]))
    }

    async fn start(&self) -> SwapId {
        let (swap, is_new) = self.town.start(self.order()).await.unwrap();
        assert!(is_new);
        swap.id
    }

    /// Nobody goes on with anything by itself any more.
    async fn stop_serving(&mut self) {
        self.town.dispatching.take().unwrap().stop().await;
    }
}

trait Swaps {
    async fn start(&self, order: SwapOrder) -> Result<(Swap, bool), SwitchboardError>;
    async fn plan(&self, order: SwapOrder) -> SwapPlan;
    async fn ended(&self, id: SwapId, state: SwapState) -> Swap;
    async fn moves(&self, id: SwapId) -> Vec<SwapMove>;
    async fn number_of(&self, a: Person, b: Person) -> E164;
    async fn call(&self, from: E164, to: E164) -> Option<Reason>;
    async fn state_of(&self, number: NumberId) -> NumberState;
    fn assert_sound(&self);
}

impl Swaps for Town {
    async fn start(&self, order: SwapOrder) -> Result<(Swap, bool), SwitchboardError> {
        self.board.start_swap(self.community, order).await
    }

    async fn plan(&self, order: SwapOrder) -> SwapPlan {
        self.board
            .plan_swap(self.community, order, None, 500)
            .await
            .unwrap()
    }

    async fn ended(&self, id: SwapId, state: SwapState) -> Swap {
        let what = format!("{id} to be {state:?}");
        eventually(&what, Duration::from_secs(60), async || {
            let swap = self.board.swap(self.community, id).await.unwrap();
            assert!(swap.state.is_going() || swap.state == state, "{swap:?}");
            swap.state == state
        })
        .await;
        self.board.swap(self.community, id).await.unwrap()
    }

    async fn moves(&self, id: SwapId) -> Vec<SwapMove> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.board.swap_moves(self.community, id, after, 7).await.unwrap();
            let Some(last) = page.last() else { return found };
            after = Some((last.member, last.from_id));
            found.extend(page);
        }
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

    async fn state_of(&self, number: NumberId) -> NumberState {
        self.board.number(self.community, number).await.unwrap().state
    }

    /// Nothing breaks a rule of the table, and the history agrees with it.
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
        self.assert_history_agrees();
    }
}

fn quarantined() -> Verdict {
    Verdict::Quarantined(Reason::PairReleased)
}

/// Goes on with a swap until it does not.
async fn drive(board: &Switchboard, town: &Town, id: SwapId) {
    while board.swap_step(town.community, id).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

/// What is said to somebody who may not; a conflict's word.
fn code(refused: Result<(Swap, bool), SwitchboardError>) -> &'static str {
    refused.unwrap_err().code()
}

on_both_databases! {
    async fn a_plan_says_what_moves_where_and_who_is_told_and_changes_nothing(database: Database) {
        let full = full(database, 2, 2).await;
        let town = &full.town;
        let [(a, b), (c, _)] = full.pairs[..] else { panic!() };
        let device = town.board.devices(town.community, c.id).await.unwrap().remove(0).id;
        town.board.freeze_phone(town.community, c.id, device).await.unwrap();
        let plan = town.plan(full.order()).await;
        assert_eq!((plan.rows, plan.movable, plan.stuck, plan.members), (4, 4, 0, 4));
        assert_eq!((plan.told.phone, plan.told.frozen, plan.told.app_only), (3, 1, 0));
        assert_eq!((plan.numbers.len(), plan.numbers[0].rows), (1, 4));
        assert_eq!(plan.targets.iter().map(|t| t.rows).sum::<usize>(), 4);
        // Both rows of a pair get the same number, where it is free.
        let of = |member: Person| plan.moves.iter().find(|m| m.member == member.id).unwrap();
        assert_eq!(of(a).to, of(b).to);
        assert_ne!(of(a).to, Some(full.number));
        assert_eq!((of(a).told, of(c).told), (Telling::Phone, Telling::Frozen));
        // In pages it is the same.
        let first = town.board.plan_swap(town.community, full.order(), None, 3).await.unwrap();
        assert_eq!((first.moves.len(), first.next_cursor.is_some(), first.rows), (3, true, 4));
        let last = first.moves.last().unwrap();
        let after = Some((last.member, full.id));
        let rest = town.board.plan_swap(town.community, full.order(), after, 3).await.unwrap();
        assert_eq!((rest.moves.len(), rest.next_cursor), (1, None));
        assert_eq!([first.moves, rest.moves].concat(), plan.moves);

        assert_eq!(town.number_of(a, b).await, full.number);
        assert_eq!(town.state_of(full.id).await, NumberState::Active);
        assert!(town.board.swaps(town.community, None, 10).await.unwrap().is_empty());
        assert!(town.carrier.inbox(a.phone).is_empty());
        town.assert_sound();
    }

    async fn every_pair_moves_and_is_told_from_its_new_number(database: Database) {
        let full = full(database, 3, 3).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let plan = town.plan(full.order()).await;
        let id = full.start().await;
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.total, swap.moved, swap.left, swap.failed, swap.told), (6, 6, 0, 0, 6));
        assert!(!swap.numbers[0].retired && swap.numbers[0].forwards_until.is_some());
        assert_eq!(town.state_of(full.id).await, NumberState::Draining);

        let new = town.number_of(a, b).await;
        let planned = plan.moves.iter().find(|m| m.member == a.id).unwrap();
        assert_eq!(Some(new), planned.to, "the plan is what is done");
        let told = town.carrier.wait_for(a.phone, 1).await;
        assert_eq!(told, [(new, "Bob0 now reaches you from this number. The old one works until 2025-01-01.".into())]);
        for (one, other) in &full.pairs {
            for phone in [one.phone, other.phone] {
                let told = town.carrier.wait_for(phone, 1).await;
                assert_eq!(told.len(), 1);
                assert!(!told[0].1.contains("1415555") && !told[0].1.contains("1202555"), "{told:?}");
                assert_ne!(told[0].0, full.number);
            }
        }
        // Both directions work.
        let back = town.number_of(b, a).await;
        assert_eq!(town.text(a.phone, new, "hello").await.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(b.phone, 2).await[1], (back, "hello".into()));
        assert_eq!(town.text(b.phone, back, "hi").await.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(a.phone, 2).await[1], (new, "hi".into()));

        let moves = town.moves(id).await;
        assert_eq!(moves.len(), 6);
        let members: BTreeSet<_> = moves.iter().map(|m| m.member).collect();
        assert_eq!(members.len(), 6);
        for moved in &moves {
            assert_eq!((moved.from, moved.told), (full.number, Telling::Phone));
            assert!(moved.notice.is_some() && moved.reason.is_none() && moved.to.is_some());
        }
        let history = town.board
            .pair_history(town.community, a.id, ContactRef::Member(b.id), None, 10)
            .await
            .unwrap();
        assert!(history.iter().any(|(change, _)| change.why == Why::Moved && change.member == a.id && change.number == new));
        town.assert_sound();
    }

    async fn the_old_number_leads_on_for_the_overlap_and_no_longer(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let old = full.number;
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let (new, back) = (town.number_of(a, b).await, town.number_of(b, a).await);
        town.carrier.wait_for(b.phone, 1).await;

        let sent = town.text(a.phone, old, "by the old one").await;
        assert_eq!(sent.verdict, Verdict::Bridged);
        assert_eq!(town.carrier.wait_for(b.phone, 2).await[1], (back, "by the old one".into()));
        assert_eq!(town.call(a.phone, old).await, None);
        let said = town.board.resolve(None, a.phone, old).await.unwrap();
        assert_eq!((said.outcome, said.number, said.contact), ("bridge", Some(full.id), Some(b.id)));
        assert!(said.steps.iter().any(|s| s.contains("still leads to")), "{:?}", said.steps);
        // It failed on its way: that is said from the number that stays.
        town.carrier_reports(sent.message, Status::Undelivered).await;
        let told = town.carrier.wait_for(a.phone, 2).await;
        assert_eq!(told[1].0, new);
        // It leads nobody else anywhere.
        let (c, d) = (town.person("Cyd").await, town.person("Dan").await);
        town.befriend(c, d).await;
        assert_ne!(town.text(c.phone, old, "?").await.verdict, Verdict::Bridged);
        let kept = town.board.remove_number(town.community, full.id).await.unwrap_err();
        assert_eq!(kept.code(), "number_leads_on");
        let during = town.clock.now();

        let file = "[community]\nname = \"Town\"\n[[pools]]\nname = \"main\"\n";
        let file = PoolFile::parse("town.toml", file).unwrap();
        assert!(town.board.plan_pool_file(&file).await.unwrap().retired.is_empty());

        town.clock.advance_s(OVERLAP_S);
        assert_eq!(town.board.plan_pool_file(&file).await.unwrap().retired, [old]);
        assert_eq!(town.text(a.phone, old, "too late").await.verdict, quarantined());
        assert_eq!(town.call(a.phone, old).await, Some(Reason::PairReleased));
        assert_eq!(town.board.resolve(None, a.phone, old).await.unwrap().outcome, "quarantine");
        let then = town.board.resolve_at(None, a.phone, old, during).await.unwrap();
        assert_eq!((then.outcome, then.contact), ("bridge", Some(b.id)), "{:?}", then.steps);
        let swap = town.board.swap(town.community, id).await.unwrap();
        assert!(swap.numbers[0].retired);
        town.assert_sound();
        town.board.remove_number(town.community, full.id).await.unwrap();
        town.assert_sound();
    }

    async fn a_stop_to_the_old_number_stops_the_pair_and_both_numbers(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let (new, back) = (town.number_of(a, b).await, town.number_of(b, a).await);
        assert_eq!(town.text(a.phone, full.number, "STOP").await.verdict, Verdict::Keyword);
        let refused = town.text(b.phone, back, "hello?").await.verdict;
        assert_eq!(refused, Verdict::Refused { reason: Reason::RecipientOptedOut, reject: false });
        let numbers = || async {
            let outs = town.board.opt_outs(town.community, None, 10).await.unwrap();
            outs.into_iter().filter_map(|out| out.number).collect::<BTreeSet<_>>()
        };
        let new = town.board.find_number(town.community, new).await.unwrap().unwrap().id;
        assert_eq!(numbers().await, BTreeSet::from([full.id, new]));
        town.assert_sound();
        assert_eq!(town.text(a.phone, full.number, "START").await.verdict, Verdict::Keyword);
        assert_eq!(numbers().await, BTreeSet::new());
        assert_eq!(town.text(b.phone, back, "hello again").await.verdict, Verdict::Bridged);
        town.assert_sound();
    }

    async fn a_stopped_pair_moves_without_a_word_and_stays_stopped(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        town.text(a.phone, full.number, "STOP").await;
        town.carrier.wait_for(a.phone, 1).await;
        let id = full.start().await;
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.moved, swap.told), (2, 0));
        let told: Vec<Telling> = town.moves(id).await.iter().map(|m| m.told).collect();
        assert_eq!(told, [Telling::Silent; 2], "what is said to the one could not be answered by the other");
        let back = town.number_of(b, a).await;
        let refused = town.text(b.phone, back, "hello?").await.verdict;
        assert_eq!(refused, Verdict::Refused { reason: Reason::RecipientOptedOut, reject: false });
        town.assert_sound();
    }

    async fn what_was_stopped_before_a_swap_is_stopped_when_the_pair_is_made_again(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        town.text(a.phone, full.number, "STOP").await;
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let new = town.number_of(a, b).await;
        let drop_and_add = async || {
            town.board.release_contact(town.community, b.id, ContactRef::Member(a.id)).await.unwrap();
            town.befriend(b, a).await;
        };
        drop_and_add().await;
        assert_eq!(town.number_of(a, b).await, new, "the pair has its number again");
        let refused = Verdict::Refused { reason: Reason::RecipientOptedOut, reject: false };
        let back = town.number_of(b, a).await;
        assert_eq!(town.text(b.phone, back, "hello?").await.verdict, refused);
        town.assert_sound();
        // START to the new number is all that it takes.
        town.text(a.phone, new, "START").await;
        assert_eq!(town.text(b.phone, back, "hello?").await.verdict, Verdict::Bridged);
        drop_and_add().await;
        let back = town.number_of(b, a).await;
        assert_eq!(town.text(b.phone, back, "hello!").await.verdict, Verdict::Bridged);
        town.assert_sound();
    }

    async fn what_one_phone_has_stopped_the_other_does_not_lift_after_a_swap(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let second: E164 = "+14155559001".parse().unwrap();
        town.board.add_device(town.community, a.id, second).await.unwrap();
        town.text(a.phone, full.number, "STOP").await;
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let (new, back) = (town.number_of(a, b).await, town.number_of(b, a).await);
        let refused = Verdict::Refused { reason: Reason::RecipientOptedOut, reject: false };
        town.text(second, new, "START").await;
        assert_eq!(town.text(b.phone, back, "hello?").await.verdict, refused);
        town.text(a.phone, new, "START").await;
        assert_eq!(town.text(b.phone, back, "hello?").await.verdict, Verdict::Bridged);
        town.assert_sound();
    }

    async fn a_stop_to_the_new_number_holds_when_the_swap_is_undone(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        town.text(a.phone, town.number_of(a, b).await, "STOP").await;
        town.board.undo_swap(town.community, id).await.unwrap();
        assert_eq!(town.ended(id, SwapState::Undone).await.undone, 2);
        town.board.release_contact(town.community, b.id, ContactRef::Member(a.id)).await.unwrap();
        town.befriend(b, a).await;
        assert_eq!(town.number_of(a, b).await, full.number);
        let back = town.number_of(b, a).await;
        let refused = Verdict::Refused { reason: Reason::RecipientOptedOut, reject: false };
        assert_eq!(town.text(b.phone, back, "hello?").await.verdict, refused);
        town.assert_sound();
    }

    async fn a_frozen_phone_is_told_when_it_comes_back(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let device = town.board.devices(town.community, a.id).await.unwrap().remove(0).id;
        town.board.freeze_phone(town.community, a.id, device).await.unwrap();
        let id = full.start().await;
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.moved, swap.told), (2, 2));
        town.carrier.wait_for(b.phone, 1).await;
        assert!(town.carrier.inbox(a.phone).is_empty());
        town.board.thaw_phone(town.community, a.id, device).await.unwrap();
        let told = town.carrier.wait_for(a.phone, 1).await;
        assert_eq!(told[0].0, town.number_of(a, b).await);
    }

    async fn a_pair_that_is_released_leads_nowhere_by_its_old_number(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        town.board
            .release_contact(town.community, a.id, ContactRef::Member(b.id))
            .await
            .unwrap();
        assert_eq!(town.text(a.phone, full.number, "hello?").await.verdict, quarantined());
        // Nor when the two find each other again: that is a new pair, with its own number.
        town.befriend(a, b).await;
        assert_ne!(town.number_of(a, b).await, full.number);
        assert_eq!(town.text(a.phone, full.number, "hello?").await.verdict, quarantined());
        town.assert_sound();
    }

    async fn what_waits_leaves_by_the_new_number_in_its_order(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        town.carrier.ready.store(false, Ordering::SeqCst);
        for n in 0..3 {
            assert_eq!(town.text(b.phone, full.number, &format!("{n}")).await.verdict, Verdict::Bridged);
        }
        let order = SwapOrder { notice: Some(None), ..full.order() };
        let (swap, _) = town.start(order).await.unwrap();
        let swap = town.ended(swap.id, SwapState::Done).await;
        assert_eq!((swap.told, swap.notice), (0, None));
        // They have waited, and are looked up again.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        let new = town.number_of(a, b).await;
        let got = town.carrier.wait_for(a.phone, 3).await;
        assert_eq!(got, ["0", "1", "2"].map(|n| (new, n.to_owned())));
    }

    async fn a_swap_that_is_undone_before_it_was_told_of_is_not_told_of(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        town.carrier.ready.store(false, Ordering::SeqCst);
        let id = full.start().await;
        assert_eq!(town.ended(id, SwapState::Done).await.told, 2);
        // What waits for the member is no part of it.
        assert_eq!(town.text(b.phone, town.number_of(b, a).await, "still here").await.verdict, Verdict::Bridged);
        town.board.undo_swap(town.community, id).await.unwrap();
        let swap = town.ended(id, SwapState::Undone).await;
        assert_eq!((swap.undone, swap.told), (2, 0));
        for notice in town.moves(id).await.iter().map(|m| m.notice.unwrap()) {
            town.wait_status(notice, Status::Blocked).await;
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert_eq!(town.carrier.wait_for(a.phone, 1).await, [(full.number, "still here".to_owned())]);
        town.text(a.phone, full.number, "I know").await;
        let told = town.carrier.wait_for(b.phone, 1).await;
        assert_eq!(told, [(full.number, "I know".to_owned())]);
        assert_eq!(town.carrier.inbox(a.phone).len(), 1);
        town.assert_sound();
    }

    async fn nothing_is_told_of_a_swap_after_a_stop_or_a_release(database: Database) {
        let full = full(database, 2, 2).await;
        let town = &full.town;
        let [(a, b), (c, d)] = full.pairs[..] else { panic!() };
        town.carrier.ready.store(false, Ordering::SeqCst);
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        assert_eq!(town.text(a.phone, full.number, "STOP").await.verdict, Verdict::Keyword);
        town.board.release_contact(town.community, c.id, ContactRef::Member(d.id)).await.unwrap();
        let moves = town.moves(id).await;
        let notice_of = |member: Person| moves.iter().find(|m| m.member == member.id).unwrap().notice.unwrap();
        for whose in [a, c, d] {
            town.wait_status(notice_of(whose), Status::Blocked).await;
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        assert!(town.carrier.wait_for(b.phone, 1).await[0].1.starts_with("Ann0 now reaches you"));
        let heard = town.carrier.wait_for(a.phone, 1).await;
        assert!(heard.iter().all(|(_, text)| !text.contains("now reaches you")), "{heard:?}");
        assert!(town.carrier.inbox(c.phone).is_empty() && town.carrier.inbox(d.phone).is_empty());
        town.assert_sound();
    }

    async fn a_second_swap_tells_what_is_true_and_no_more(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        town.carrier.ready.store(false, Ordering::SeqCst);
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let between = town.number_of(a, b).await;
        let between = town.board.find_number(town.community, between).await.unwrap().unwrap();
        let (second, _) = town.start(off(SwapWhat::Numbers(vec![between.id]))).await.unwrap();
        town.ended(second.id, SwapState::Done).await;
        let new = town.number_of(a, b).await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        town.carrier.ready.store(true, Ordering::SeqCst);
        let told = town.carrier.wait_for(a.phone, 1).await;
        assert_eq!((told.len(), told[0].0), (1, new));
        town.text(b.phone, town.number_of(b, a).await, "and so").await;
        assert_eq!(town.carrier.wait_for(a.phone, 2).await[1].1, "and so");
        town.assert_sound();
    }

    async fn a_swap_pauses_and_goes_on_where_it_was_killed_without_a_row_twice_or_left(database: Database) {
        let mut full = full(database, 55, 2).await;
        full.stop_serving().await;
        let town = &full.town;
        let id = full.start().await;
        assert!(town.board.swap_step(town.community, id).await.unwrap());
        let seen = town.board.swap(town.community, id).await.unwrap();
        assert_eq!((seen.moved, seen.left, seen.state), (100, 10, SwapState::Running));
        let paused = town.board.pause_swap(town.community, id).await.unwrap();
        assert_eq!(paused.state, SwapState::Paused);
        assert!(!town.board.swap_step(town.community, id).await.unwrap());
        assert_eq!(town.board.swap(town.community, id).await.unwrap().moved, 100);
        // The process is gone; another finds it, and the same command has it go on.
        let (other, _) = Town::open(&town.url, town.clock.clone(), 3);
        let (again, is_new) = other.start_swap(town.community, full.order()).await.unwrap();
        assert_eq!((again.id, is_new, again.state), (id, false, SwapState::Running));
        drive(&other, town, id).await;
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.moved, swap.left, swap.told), (110, 0, 110));
        assert_eq!(town.moves(id).await.len(), 110);
        let (again, is_new) = other.start_swap(town.community, full.order()).await.unwrap();
        assert_eq!((again.id, is_new, again.state), (id, false, SwapState::Done));
        town.assert_sound();
    }

    async fn two_that_go_on_at_once_move_each_row_once(database: Database) {
        let mut full = full(database, 55, 2).await;
        full.stop_serving().await;
        let town = &full.town;
        let id = full.start().await;
        let (other, _) = Town::open(&town.url, town.clock.clone(), 3);
        tokio::join!(drive(&town.board, town, id), drive(&other, town, id));
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.moved, swap.left, swap.failed, swap.told), (110, 0, 0, 110));
        let notices: BTreeSet<_> = town.moves(id).await.iter().map(|m| m.notice).collect();
        assert_eq!(notices.len(), 110);
        town.assert_sound();
    }

    async fn an_undone_swap_moves_back_what_can_be_and_the_new_number_leads_back(database: Database) {
        let full = full(database, 3, 2).await;
        let town = &full.town;
        let [(a, b), (c, d), (e, f)] = full.pairs[..] else { panic!() };
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        let new = town.number_of(a, b).await;
        // A pair is gone since; another has been moved on by hand.
        town.board.release_contact(town.community, c.id, ContactRef::Member(d.id)).await.unwrap();
        town.clock.advance_s(10);
        let undoing = town.board.undo_swap(town.community, id).await.unwrap();
        assert!(undoing.undoing);
        let swap = town.ended(id, SwapState::Undone).await;
        assert_eq!((swap.undone, swap.not_undone), (4, 2));
        assert_eq!(town.number_of(a, b).await, full.number);
        assert_eq!(town.number_of(e, f).await, full.number);
        assert_eq!(town.state_of(full.id).await, NumberState::Active);
        let moves = town.moves(id).await;
        let stuck: Vec<_> = moves.iter().filter_map(|m| m.undo_reason.as_deref()).collect();
        assert_eq!(stuck, ["the pair was released since"; 2]);
        // Told again, from the number that is theirs again; and the other leads back.
        assert_eq!(town.carrier.wait_for(a.phone, 2).await[1].0, full.number);
        assert_eq!(town.text(a.phone, new, "still there?").await.verdict, Verdict::Bridged);
        let target = town.board.find_number(town.community, new).await.unwrap().unwrap();
        let edit = NumberEdit { state: Some(NumberState::Draining), ..NumberEdit::default() };
        town.board.edit_number(town.community, target.id, edit).await.unwrap();
        town.assert_sound();
        let again = town.board.undo_swap(town.community, id).await.unwrap();
        assert_eq!(again.state, SwapState::Undone);
        town.clock.advance_s(OVERLAP_S);
        assert_eq!(town.text(a.phone, new, "and now?").await.verdict, quarantined());
        town.assert_sound();
    }

    async fn a_number_that_is_taken_meanwhile_gives_way_to_another(database: Database) {
        let full = full(database, 1, 3).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let planned = town.plan(full.order()).await.moves[0].to.unwrap();
        let taken = town.board.find_number(town.community, planned).await.unwrap().unwrap();
        let edit = NumberEdit { state: Some(NumberState::Draining), ..NumberEdit::default() };
        town.board.edit_number(town.community, taken.id, edit).await.unwrap();
        let id = full.start().await;
        assert_eq!(town.ended(id, SwapState::Done).await.moved, 2);
        let got = town.number_of(a, b).await;
        assert!(got != planned && got != full.number);
    }

    async fn a_full_table_is_told_in_one_sentence_and_goes_when_there_is_room(database: Database) {
        let full = full(database, 1, 1).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let c = town.person("Cyd").await;
        town.befriend(a, c).await;
        let plan = town.plan(full.order()).await;
        assert_eq!((plan.movable, plan.stuck), (1, 1));
        let reason = plan.moves.iter().find_map(|m| m.reason.clone()).unwrap();
        assert!(reason.starts_with(&format!("the table of {} is full: ", a.id)), "{reason}");
        let id = full.start().await;
        let swap = town.ended(id, SwapState::Failed).await;
        assert_eq!((swap.moved, swap.failed, swap.left), (1, 1, 1));
        let stuck = town.moves(id).await.into_iter().find(|m| m.to.is_none()).unwrap();
        assert_eq!((stuck.member, stuck.contact), (a.id, b.id));
        assert!(stuck.reason.unwrap().contains("is full"));
        assert_eq!(town.number_of(a, b).await, full.number);
        town.assert_sound();
        add(town, E164::from_i64(12_025_550_190).unwrap()).await;
        town.board.resume_swap(town.community, id).await.unwrap();
        let swap = town.ended(id, SwapState::Done).await;
        assert_eq!((swap.moved, swap.failed, swap.left), (2, 0, 0));
        town.assert_sound();
    }

    async fn a_region_and_a_carrier_are_emptied(database: Database) {
        let full = full(database, 2, 1).await;
        let town = &full.town;
        let canadian: E164 = "+14165550100".parse().unwrap();
        let region = off(SwapWhat::Region(Region::parse("US").unwrap()));
        assert_eq!(code(town.start(region.clone()).await), "no_other_numbers");
        add(town, canadian).await;
        let (swap, _) = town.start(region).await.unwrap();
        assert_eq!((swap.region.as_deref(), swap.numbers.len()), (Some("US"), 2));
        town.ended(swap.id, SwapState::Done).await;
        let (a, b) = full.pairs[0];
        assert_eq!(town.number_of(a, b).await, canadian);

        let mut conn = DatabaseUrl::parse(&town.url).unwrap().connect(true).unwrap();
        let moved = format!("UPDATE numbers SET carrier = 'other' WHERE e164 = {}", canadian.as_i64());
        conn.execute(&moved).unwrap();
        drop(conn);
        let british: E164 = "+442079460100".parse().unwrap();
        add(town, british).await;
        let (swap, _) = town.start(off(SwapWhat::Carrier("other".into()))).await.unwrap();
        assert_eq!((swap.carrier.as_deref(), swap.total), (Some("other"), 4));
        town.ended(swap.id, SwapState::Done).await;
        assert_eq!(town.number_of(a, b).await, british);
        // Each number on the way still leads there.
        for old in [full.number, canadian] {
            assert_eq!(town.text(a.phone, old, "hello").await.verdict, Verdict::Bridged);
        }
        town.assert_sound();
    }

    async fn one_number_is_in_one_swap_at_a_time(database: Database) {
        let mut full = full(database, 1, 3).await;
        full.stop_serving().await;
        let town = &full.town;
        let others = town.board.numbers(town.community, None, 10).await.unwrap();
        let id = full.start().await;
        let both = off(SwapWhat::Numbers(vec![full.id, others[1].id]));
        assert_eq!(code(town.start(both.clone()).await), "number_in_swap");
        assert_eq!(code(town.start(off(SwapWhat::Carrier("none".into()))).await), "invalid");
        assert_eq!(code(town.start(off(SwapWhat::Numbers(Vec::new()))).await), "invalid");
        let unknown = NumberId::from_i64(1);
        assert_eq!(code(town.start(off(SwapWhat::Numbers(vec![unknown]))).await), "not_found");
        for overlap_s in [-1, 366 * 24 * 3600 + 1] {
            let order = SwapOrder { overlap_s: Some(overlap_s), ..full.order() };
            assert_eq!(code(town.start(order).await), "invalid");
        }
        // Nor does it take pairs, whoever wants it to.
        let edit = NumberEdit { state: Some(NumberState::Active), ..NumberEdit::default() };
        let refused = town.board.edit_number(town.community, full.id, edit).await.unwrap_err();
        assert_eq!(refused.code(), "number_in_swap");
        drive(&town.board, town, id).await;
        assert!(town.start(both).await.is_ok());
    }

    async fn a_swap_does_not_go_on_or_back_while_another_empties_its_numbers(database: Database) {
        let mut full = full(database, 1, 3).await;
        full.stop_serving().await;
        let town = &full.town;
        let others = town.board.numbers(town.community, None, 10).await.unwrap();
        let id = full.start().await;
        drive(&town.board, town, id).await;
        let (second, _) = town.start(off(SwapWhat::Numbers(vec![full.id, others[1].id]))).await.unwrap();
        let refused = town.board.undo_swap(town.community, id).await.unwrap_err();
        assert_eq!(refused.code(), "number_in_swap");
        drive(&town.board, town, second.id).await;
        // What both have emptied takes pairs again once both are undone, as it did before the first.
        for which in [second.id, id] {
            town.board.undo_swap(town.community, which).await.unwrap();
            drive(&town.board, town, which).await;
            assert_eq!(town.board.swap(town.community, which).await.unwrap().state, SwapState::Undone);
            assert_eq!(town.state_of(full.id).await, NumberState::Active);
        }
        let (a, b) = full.pairs[0];
        assert_eq!(town.number_of(a, b).await, full.number);
        town.assert_sound();
    }

    async fn a_swap_that_failed_does_not_go_on_while_another_empties_its_numbers(database: Database) {
        let mut full = full(database, 1, 1).await;
        full.stop_serving().await;
        let town = &full.town;
        let c = town.person("Cyd").await;
        town.befriend(full.pairs[0].0, c).await;
        let id = full.start().await;
        drive(&town.board, town, id).await;
        assert_eq!(town.board.swap(town.community, id).await.unwrap().state, SwapState::Failed);
        add(town, E164::from_i64(12_025_550_190).unwrap()).await;
        let others = town.board.numbers(town.community, None, 10).await.unwrap();
        town.start(off(SwapWhat::Numbers(vec![full.id, others[1].id]))).await.unwrap();
        let refused = town.board.resume_swap(town.community, id).await.unwrap_err();
        assert_eq!(refused.code(), "number_in_swap");
    }

    async fn notices_do_not_pile_up_before_a_slow_number(database: Database) {
        let full = full(database, 15, 1).await;
        let town = &full.town;
        let target = town.board.numbers(town.community, None, 10).await.unwrap().remove(1);
        let slow = NumberEdit { rate_per_s: Some(0.3), ..NumberEdit::default() };
        town.board.edit_number(town.community, target.id, slow).await.unwrap();
        town.carrier.ready.store(false, Ordering::SeqCst);
        let id = full.start().await;
        let waits = async || town.board.swap(town.community, id).await.unwrap().waits_for_notices;
        eventually("the swap to wait", Duration::from_secs(30), waits).await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let swap = town.board.swap(town.community, id).await.unwrap();
        assert_eq!((swap.state, swap.moved, swap.told, swap.left), (SwapState::Running, 20, 20, 10));
        town.assert_sound();
        town.carrier.ready.store(true, Ordering::SeqCst);
        eventually("the swap to be over", Duration::from_secs(60), async || {
            town.clock.advance_s(4);
            town.board.swap(town.community, id).await.unwrap().state == SwapState::Done
        })
        .await;
        let swap = town.board.swap(town.community, id).await.unwrap();
        assert_eq!((swap.moved, swap.told, swap.waits_for_notices), (30, 30, false));
        town.assert_sound();
    }

    async fn rows_wait_for_another_day_where_notices_would_use_up_members_texts(database: Database) {
        let full = full(database, 5, 1).await;
        let town = &full.town;
        let target = town.board.numbers(town.community, None, 10).await.unwrap().remove(1);
        let capped = NumberEdit { texts_per_day: Some(10), ..NumberEdit::default() };
        town.board.edit_number(town.community, target.id, capped).await.unwrap();
        let order = SwapOrder { overlap_s: Some(3 * 86_400), ..full.order() };
        let id = town.start(order).await.unwrap().0.id;
        let waits = async || town.board.swap(town.community, id).await.unwrap().waits_for_notices;
        eventually("the swap to wait", Duration::from_secs(30), waits).await;
        assert_eq!(town.board.swap(town.community, id).await.unwrap().moved, 8);
        // What had not left today would count tomorrow.
        let told = || full.pairs.iter().flat_map(|(a, b)| [a, b]).map(|p| town.carrier.inbox(p.phone).len());
        eventually("the notices to leave", Duration::from_secs(30), async || told().sum::<usize>() == 8).await;
        town.clock.advance_s(86_400);
        // What was looked up of the day before is looked up again seconds later.
        eventually("the swap to be done", Duration::from_secs(60), async || {
            town.clock.advance_s(10);
            town.board.swap(town.community, id).await.unwrap().state == SwapState::Done
        })
        .await;
        let swap = town.board.swap(town.community, id).await.unwrap();
        assert_eq!((swap.moved, swap.told), (10, 10));
    }

    async fn without_notices_nothing_waits_for_them(database: Database) {
        let mut full = full(database, 15, 1).await;
        full.stop_serving().await;
        let town = &full.town;
        let target = town.board.numbers(town.community, None, 10).await.unwrap().remove(1);
        let slow = NumberEdit { rate_per_s: Some(0.3), texts_per_day: Some(1), ..NumberEdit::default() };
        town.board.edit_number(town.community, target.id, slow).await.unwrap();
        let order = SwapOrder { notice: Some(None), ..full.order() };
        let id = town.start(order).await.unwrap().0.id;
        drive(&town.board, town, id).await;
        let swap = town.board.swap(town.community, id).await.unwrap();
        assert_eq!((swap.state, swap.moved, swap.told), (SwapState::Done, 30, 0));
    }

    async fn a_long_swap_does_not_keep_another_waiting(database: Database) {
        let mut full = full(database, 55, 1).await;
        let (c, d) = (full.town.person("Cyd").await, full.town.person("Dan").await);
        full.town.befriend(c, d).await;
        let short = full.town.number_of(c, d).await;
        assert_ne!(short, full.number);
        add(&full.town, E164::from_i64(12_025_550_190).unwrap()).await;
        full.stop_serving().await;
        let town = &full.town;
        let short = town.board.find_number(town.community, short).await.unwrap().unwrap();
        let long = full.start().await;
        let short = town.start(off(SwapWhat::Numbers(vec![short.id]))).await.unwrap().0.id;
        let (other, _) = Town::open(&town.url, town.clock.clone(), 1);
        let db = Db::open(&town.url, Durability::Command).unwrap();
        let dispatching = other.dispatch(NodeLock::acquire(&db, 1).unwrap(), 1).unwrap();
        town.ended(long, SwapState::Done).await;
        town.ended(short, SwapState::Done).await;
        let last = async |id| town.moves(id).await.iter().filter_map(|m| m.notice).max().unwrap();
        assert!(last(short).await < last(long).await, "the short one was over first");
        dispatching.stop().await;
    }

    async fn a_second_phone_reaches_the_contact_by_the_old_number_too(database: Database) {
        let full = full(database, 1, 2).await;
        let town = &full.town;
        let (a, b) = full.pairs[0];
        let id = full.start().await;
        town.ended(id, SwapState::Done).await;
        town.clock.advance_s(10);
        let second: E164 = "+14155559001".parse().unwrap();
        town.board.add_device(town.community, a.id, second).await.unwrap();
        assert_eq!(town.text(second, full.number, "from my other phone").await.verdict, Verdict::Bridged);
        let back = town.number_of(b, a).await;
        assert_eq!(town.carrier.wait_for(b.phone, 2).await[1], (back, "from my other phone".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_goes_on_with_a_swap_and_each_phone_is_told_once() {
    let full = full(Database::Postgres, 55, 2).await;
    let town = &full.town;
    let (other, recorder) = Town::open(&town.url, town.clock.clone(), 1);
    let db = Db::open(&town.url, Durability::Command).unwrap();
    let _dispatching = other.dispatch(NodeLock::acquire(&db, 1).unwrap(), 1).unwrap();
    let id = full.start().await;
    let swap = town.ended(id, SwapState::Done).await;
    assert_eq!((swap.moved, swap.left, swap.failed, swap.told), (110, 0, 0, 110));
    let heard = |phone| town.carrier.inbox(phone).len() + recorder.inbox(phone).len();
    eventually("every phone to be told", Duration::from_secs(30), async || {
        full.pairs
            .iter()
            .all(|(a, b)| heard(a.phone) == 1 && heard(b.phone) == 1)
    })
    .await;
    town.assert_sound();
}
