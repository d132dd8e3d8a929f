//! The back-to-back user agent: two legs coupled into a call, as data.
//!
//! [`Calls`] owns the [transactions](super::transaction) and every call. It has no clock and no socket. A driver loops:
//!
//! 1. hand in what comes: [`Calls::receive`], and [`Calls::disconnected`], [`Calls::unreachable`];
//! 2. call [`Calls::handle_timeout`] at [`Calls::next_timeout`];
//! 3. take events with [`Calls::poll_event`] until there is none, and act: an [`Event::Asked`] is answered, sooner or
//!    later, with [`Calls::decide`]; an [`Event::Request`] with [`Calls::answer`];
//! 4. take bytes with [`Calls::poll_transmit`] until there are none.
//!
//! Every call, once asked or originated, ends with exactly one [`Event::Ended`]; ports and channels are given back then.
//! [`Event::Media`] steers the relay meanwhile. What goes to one leg is made from the driver's [`Attempt`] and
//! [`LegOptions`], from random tags and Call-IDs, and from session descriptions that `wire::sdp` has made anew; nothing
//! else of the other leg's messages has a way there.
//!
//! **Failover** is allowed until the 200, early media or not: each attempt's early dialogs have To tags of their own
//! towards the caller, as if a proxy had forked the call, so a new attempt contradicts nothing that was said before.

mod event;
mod plan;

pub use event::{By, Cause, Ended, Event, Failure, MediaPoint, Message, Outcome, Side, Step, What};
pub use plan::{
    Anchors, Attempt, Bridge, Credentials, Decision, Digits, Failover, LegOptions, Origination, Refusal,
    Reliability, Routing, SessionTimer, Settings, Times,
};

use super::Millis;
use super::flow::{ConnectionId, Hop, Source, Transmit};
use super::message::{Incoming, OutgoingRequest, OutgoingResponse};
use super::transaction::ServerId;

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
    /// Of those, the answered ones.
    pub answered: usize,
    /// Calls that have ended and wait for their last answers.
    pub lingering: usize,
    /// Dialogs known, early ones too.
    pub dialogs: usize,
    /// Transactions.
    pub transactions: usize,
    /// INVITEs refused for want of room, since the start.
    pub overloaded: u64,
}

/// All calls.
#[derive(Debug)]
pub struct Calls;

#[allow(unused_variables)]
impl Calls {
    /// No calls yet. `seed` makes tags, Call-IDs and branches.
    pub fn new(settings: Settings, seed: [u8; 32]) -> Self {
        todo!()
    }

    /// A message has come.
    pub fn receive(&mut self, now: Millis, source: Source, message: Incoming) {
        todo!()
    }

    /// A connection has gone.
    pub fn disconnected(&mut self, now: Millis, connection: ConnectionId) {
        todo!()
    }

    /// A hop could not be reached.
    pub fn unreachable(&mut self, now: Millis, hop: &Hop) {
        todo!()
    }

    /// The earliest moment at which [`Calls::handle_timeout`] has something to do.
    pub fn next_timeout(&self) -> Option<Millis> {
        todo!()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Millis) {
        todo!()
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        todo!()
    }

    /// The next message to be sent.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        todo!()
    }

    /// Answers [`Event::Asked`]. False where the call is over already (the caller gave up): then nothing of the decision
    /// is used, and whatever was taken for it is the driver's to give back; its `Ended` has come or is on its way.
    pub fn decide(&mut self, now: Millis, call: CallId, decision: Decision) -> bool {
        todo!()
    }

    /// Begins a call of our own.
    pub fn originate(&mut self, now: Millis, origination: Origination) -> Result<CallId, NoRoom> {
        todo!()
    }

    /// Ends a call, at whatever point it is. False where it is over already.
    pub fn hang_up(&mut self, now: Millis, call: CallId, refusal: Refusal) -> bool {
        todo!()
    }

    /// No new calls from now on: INVITEs get 503 with Retry-After, [`Calls::originate`] fails; the others go on.
    pub fn drain(&mut self) {
        todo!()
    }

    /// Answers [`Event::Request`]. Where `to_tag` is None one is made.
    pub fn answer(&mut self, now: Millis, id: ServerId, response: OutgoingResponse) {
        todo!()
    }

    /// Sends a request outside of calls (OPTIONS, REGISTER, MESSAGE); `user` comes back in [`Event::Answered`], exactly
    /// once. A From without tag gets one, an empty Call-ID is made.
    pub fn send_outside(
        &mut self,
        now: Millis,
        user: u64,
        hop: Hop,
        request: OutgoingRequest,
    ) -> Result<(), NoRoom> {
        todo!()
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        todo!()
    }
}
