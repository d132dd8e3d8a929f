//! The back-to-back user agent: two legs coupled into a call, as data.
//!
//! [`Calls`] owns the [transactions](super::transaction) and every call. It has no clock and no socket. A driver loops:
//!
//! 1. hand in what comes: [`Calls::receive`], and [`Calls::disconnected`], [`Calls::unreachable`];
//! 2. call [`Calls::handle_timeout`] at [`Calls::next_timeout`];
//! 3. take events with [`Calls::poll_event`] until there is none, and act: an [`Event::Asked`] is answered, sooner or
//!    later, with [`Calls::decide`]; an [`Event::Next`] with [`Calls::go_on`]; an [`Event::Request`] with
//!    [`Calls::answer`];
//! 4. take bytes with [`Calls::poll_transmit`] until there are none.
//!
//! Every call, once asked or originated, ends with exactly one [`Event::Ended`]; ports and channels are given back then.
//! [`Event::Media`] steers the relay meanwhile. What goes to one leg is made from the driver's [`Attempt`] and
//! [`LegOptions`], from random tags and Call-IDs, and from session descriptions that `wire::sdp` has made anew; nothing
//! else of the other leg's messages has a way there.
//!
//! **Failover** is allowed until the 200, early media or not: each attempt's early dialogs have To tags of their own
//! towards the caller, as if a proxy had forked the call, so a new attempt contradicts nothing that was said before.

mod acknowledgement;
mod answer;
mod arrival;
mod attempt;
mod authorization;
mod call;
mod core;
mod description;
mod digits;
mod dispatch;
mod early;
mod ending;
mod event;
mod exchange;
mod failure;
mod leg;
mod offers;
mod originate;
mod plan;
mod random;
mod reliable;
mod sending;
mod session_timer;
mod table;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::{HashMap, VecDeque};

pub use event::{By, Cause, Ended, Event, Failure, MediaPoint, Message, Outcome, Side, Step, What};
pub use plan::{
    Anchors, Attempt, Bridge, Credentials, Decision, Digits, Failover, LegOptions, Origination, Refusal,
    Reliability, SessionTimer, Settings, Times,
};

pub use super::dialog::Routing;

use self::call::{Call, State};
use self::core::{Core, OUTSIDE};
use self::random::Random;
use self::table::Table;
use super::Millis;
use super::flow::{ConnectionId, Hop, Source, Transmit};
use super::message::{BadRequest, Incoming, IncomingRequest, Method, OutgoingRequest, OutgoingResponse};
use super::transaction::{self, ServerId, Transactions};

/// A call. Handles of calls that are over are recognised and do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// No room, or no new calls any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room for another call")]
pub struct NoRoom;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls that have not ended.
    pub calls: usize,
    /// Of those, the ones that wait for a decision.
    pub undecided: usize,
    /// Of those, the answered ones.
    pub answered: usize,
    /// Calls that have ended and wait for their last answers.
    pub lingering: usize,
    /// Tags that lead to a call.
    pub tags: usize,
    /// Transactions.
    pub transactions: usize,
    /// INVITEs refused here for want of room, since the start.
    pub overloaded: u64,
}

/// All calls.
#[derive(Debug)]
pub struct Calls {
    core: Core,
    table: Table,
    draining: bool,
    overloaded: u64,
    /// The driver's names of requests outside of calls, by ours.
    outside: HashMap<u64, u64>,
    last_outside: u64,
}

impl Calls {
    /// No calls yet. `seed` makes tags, Call-IDs and branches: it must be random and secret.
    pub fn new(settings: Settings, seed: [u8; 32]) -> Self {
        let mut random = Random::new(seed);
        let transactions = Transactions::new(
            settings.transactions.clone(),
            settings.advertised.clone(),
            random.seed(),
        );
        Self {
            core: Core {
                now: 0,
                settings,
                transactions,
                random,
                events: VecDeque::new(),
                tags: HashMap::new(),
                arrived: HashMap::new(),
                late: (0, 0),
            },
            table: Table::default(),
            draining: false,
            overloaded: 0,
            outside: HashMap::new(),
            last_outside: 0,
        }
    }

    /// A message has come.
    pub fn receive(&mut self, now: Millis, source: Source, message: Incoming) {
        self.core.now = now;
        self.core.transactions.receive(now, source, message);
        self.work();
    }

    /// Whether a request repeats one that was handed in, whether it came the same way or another.
    pub fn knows(&self, request: &IncomingRequest) -> bool {
        self.core.transactions.knows(request)
            || (*request.method() == Method::Invite && arrival::is_merged(&self.core, request))
    }

    /// Answers a request instead of handing it in; nothing is kept of it.
    pub fn answer_once(&mut self, source: &Source, request: &IncomingRequest, response: OutgoingResponse) {
        self.core.transactions.answer_once(source, request, response);
    }

    /// Answers what could not be read.
    pub fn refuse(&mut self, source: Source, bad: &BadRequest) {
        self.core.transactions.refuse(source, bad);
    }

    /// A connection has gone.
    pub fn disconnected(&mut self, now: Millis, connection: ConnectionId) {
        self.core.now = now;
        self.core.transactions.disconnected(now, connection);
        self.work();
    }

    /// A hop could not be reached.
    pub fn unreachable(&mut self, now: Millis, hop: &Hop) {
        self.core.now = now;
        self.core.transactions.unreachable(now, hop);
        self.work();
    }

    /// The earliest moment at which [`Calls::handle_timeout`] has something to do.
    pub fn next_timeout(&self) -> Option<Millis> {
        let transactions = self.core.transactions.next_timeout();
        [transactions, self.table.next_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Millis) {
        self.core.now = now;
        self.core.transactions.handle_timeout(now);
        self.work();
        while let Some(id) = self.table.due(now) {
            self.with(id, Call::handle_timeout);
        }
        self.work();
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.events.pop_front()
    }

    /// The next message to be sent.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.core.transactions.poll_transmit()
    }

    /// Answers [`Event::Asked`]. False where the call is over already (the caller gave up): then nothing of the decision
    /// is used, and whatever was taken for it is the driver's to give back; its `Ended` has come or is on its way.
    pub fn decide(&mut self, now: Millis, call: CallId, decision: Decision) -> bool {
        self.core.now = now;
        let decided = self.with(call, |call, core| call.decide(core, decision));
        self.work();
        decided.unwrap_or(false)
    }

    /// Answers [`Event::Next`]: whether that attempt is made. If not, the one after it would be next; where there is none
    /// the call fails as the last attempt that was made has failed. False where the call does not wait for it any more;
    /// what was taken for the attempt goes with the call then.
    pub fn go_on(&mut self, now: Millis, call: CallId, granted: bool) -> bool {
        self.core.now = now;
        let went_on = self.with(call, |call, core| call.go_on(core, granted));
        self.work();
        went_on.unwrap_or(false)
    }

    /// Begins a call of our own.
    ///
    /// # Errors
    /// [`NoRoom`] where there are as many calls as there may be, or none are begun any more.
    pub fn originate(&mut self, now: Millis, origination: Origination) -> Result<CallId, NoRoom> {
        self.core.now = now;
        if self.draining || self.table.live() >= self.core.settings.calls {
            return Err(NoRoom);
        }
        let id = self.table.insert(|id| Call::originated(id, origination));
        self.with(id, |call, core| call.ring(core, Side::Caller));
        self.work();
        Ok(id)
    }

    /// Ends a call, at whatever point it is. A caller who waits gets the refusal; a leg that talks gets BYE with its
    /// reason. False where it is over already.
    pub fn hang_up(&mut self, now: Millis, call: CallId, refusal: &Refusal) -> bool {
        self.core.now = now;
        let hung_up = self.with(call, |call, core| {
            let live = call.state != State::Over;
            call.refuse(core, refusal, Cause::Asked);
            live
        });
        self.work();
        hung_up.unwrap_or(false)
    }

    /// No new calls from now on: INVITEs get 503 with Retry-After, [`Calls::originate`] fails; the others go on.
    pub fn drain(&mut self) {
        self.draining = true;
    }

    /// Answers [`Event::Request`]. Where `to_tag` is None one is made.
    pub fn answer(&mut self, now: Millis, id: ServerId, mut response: OutgoingResponse) {
        self.core.now = now;
        if response.to_tag.is_none() && response.status > 100 {
            response.to_tag = Some(self.core.random.tag().to_string());
        }
        self.core.transactions.respond(now, id, response);
        self.work();
    }

    /// Sends a request outside of calls (OPTIONS, REGISTER, MESSAGE); `user` comes back in [`Event::Answered`], exactly
    /// once. A From without tag gets one, an empty Call-ID is made.
    ///
    /// # Errors
    /// [`NoRoom`] where there are as many transactions as there may be; no event follows.
    pub fn send_outside(
        &mut self,
        now: Millis,
        user: u64,
        hop: Hop,
        request: OutgoingRequest,
    ) -> Result<(), NoRoom> {
        self.core.now = now;
        self.last_outside = (self.last_outside + 1) % (OUTSIDE - 1);
        let name = OUTSIDE | self.last_outside;
        self.outside.insert(name, user);
        if !self.core.send_outside(name, hop, request) {
            self.outside.remove(&name);
            return Err(NoRoom);
        }
        Ok(())
    }

    /// How many there are. Walks over all calls.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            calls: self.table.live(),
            lingering: self.table.lingering(),
            tags: self.core.tags.len(),
            transactions: self.core.transactions.len(),
            overloaded: self.overloaded,
            ..Counts::default()
        };
        for state in self.table.states() {
            counts.undecided += usize::from(state == State::Asked);
            counts.answered += usize::from(state == State::Talking);
        }
        counts
    }

    /// What the transactions dealt with by themselves.
    pub fn transaction_counts(&self) -> transaction::Counts {
        self.core.transactions.counts()
    }

    /// Does something to a call, and what follows from it.
    fn with<T>(&mut self, id: CallId, act: impl FnOnce(&mut Call, &mut Core) -> T) -> Option<T> {
        self.table.with(id, &mut self.core, act)
    }
}
