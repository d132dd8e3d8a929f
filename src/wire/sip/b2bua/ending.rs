//! The end of a call: both legs are told, ports are given back, and little is left.

use super::call::{Call, Purpose, State};
use super::core::Core;
use super::failure::sentence;
use super::timers::Timer;
use super::{By, Cause, Ended, Event, Failure, Side};
use crate::wire::sip::message::{Extra, Fields, IncomingRequest, Method};
use crate::wire::sip::transaction::ServerId;

/// How a call ends.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) by: By,
    pub(super) cause: Cause,
    /// What the caller's INVITE is answered with.
    pub(super) status: u16,
    pub(super) q850: u8,
    /// A sentence of the driver's instead of the usual one.
    pub(super) text: Option<&'static str>,
    /// What goes into the answer besides.
    pub(super) extra: Vec<Extra>,
    /// Whether the answer has a Reason.
    pub(super) tell_reason: bool,
}

impl Ending {
    /// This end's doing.
    pub(super) fn ours(cause: Cause, q850: u8) -> Self {
        Self {
            by: By::Us,
            cause,
            status: 480,
            q850,
            text: None,
            extra: Vec::new(),
            tell_reason: true,
        }
    }

    /// A party's doing.
    pub(super) fn by(side: Side, cause: Cause, q850: u8) -> Self {
        let by = match side {
            Side::Caller => By::Caller,
            Side::Callee => By::Callee,
        };
        Self {
            by,
            ..Self::ours(cause, q850)
        }
    }

    fn reason(&self) -> Extra {
        Extra::Reason {
            protocol: "Q.850",
            cause: self.q850.into(),
            text: self.text.unwrap_or(sentence(self.q850)),
        }
    }
}

impl Call {
    /// Ends the call, whatever its state. The second time it does nothing.
    pub(super) fn finish(&mut self, core: &mut Core, ending: Ending) {
        if self.state == State::Over {
            return;
        }
        let answered = self.state == State::Talking;
        self.state = State::Over;
        for exchange in std::mem::take(&mut self.exchanges) {
            if exchange.method == Method::Invite
                && let Some(pending) = self
                    .pending
                    .iter_mut()
                    .find(|pending| pending.purpose == Purpose::Exchange(exchange.number))
            {
                pending.purpose = Purpose::Parting;
            }
            if let Some(asker) = exchange.asker {
                self.reply(core, asker.side, asker.server, &asker.method, 487, Vec::new());
            }
        }
        self.pending
            .retain(|pending| matches!(pending.purpose, Purpose::Bye | Purpose::Parting));
        for side in [Side::Caller, Side::Callee] {
            self.close(core, side, &ending);
        }
        self.timers.keep(|timer| matches!(timer, Timer::Answer(_)));
        // An unacknowledged answer waits for 64*T1, and the BYE behind it as long again.
        self.timers
            .set(Timer::Linger, core.now + 2 * core.patience() + core.t2());
        self.held_answer = None;
        self.offered = None;
        core.events.push_back(Event::Ended(Ended {
            call: self.id,
            at: core.now,
            answered,
            by: ending.by,
            cause: ending.cause,
            status: if answered { 200 } else { ending.status },
            q850: ending.q850,
        }));
    }

    /// Tells one leg.
    fn close(&mut self, core: &mut Core, side: Side, ending: &Ending) {
        if side == Side::Caller && self.caller.arrived.is_some() {
            let mut extra = ending.extra.clone();
            if ending.tell_reason {
                extra.push(ending.reason());
            }
            self.reply_invite(core, ending.status, extra);
            self.caller.arrived = None;
            self.caller.halves.clear();
            return;
        }
        self.withdraw(core, side);
        let leg = self.leg(side);
        if !leg.confirmed {
            leg.halves.clear();
            return;
        }
        if leg.ended {
            return;
        }
        if let Some(cseq) = leg.talk().and_then(|half| half.owed_ack) {
            // The answer to its offer never came; it must be acknowledged all the same.
            self.acknowledge(core, side, 0, cseq, None);
        }
        // Before its ACK the callee may not send BYE (section 15): it follows then, or when the ACK is given up.
        if self.leg(side).talk().is_some_and(|half| half.answer.is_none()) {
            self.say_goodbye(core, side, Some(ending.reason()));
        }
    }

    /// Sends BYE.
    pub(super) fn say_goodbye(&mut self, core: &mut Core, side: Side, reason: Option<Extra>) {
        self.leg(side).ended = true;
        self.send(core, side, 0, Purpose::Bye, Method::Bye, |request| {
            request.extra.extend(reason)
        });
    }

    /// Withdraws an INVITE that is not answered. Whatever still comes for it is refused without the call.
    pub(super) fn withdraw(&mut self, core: &mut Core, side: Side) {
        let id = self.id;
        let invite = self
            .leg(side)
            .outgoing
            .as_mut()
            .and_then(|outgoing| outgoing.invite.as_mut());
        if let Some(client) = invite.and_then(|invite| invite.client.take()) {
            core.transactions.cancel(core.now, client);
            core.sent(id, side, &Method::Cancel, None, false);
            self.pending.retain(|pending| pending.client != client);
        }
    }

    /// BYE of a party.
    pub(super) fn goodbye(
        &mut self,
        core: &mut Core,
        side: Side,
        fork: u16,
        server: ServerId,
        request: &IncomingRequest,
    ) {
        self.reply(core, side, server, &Method::Bye, 200, Vec::new());
        let q850 = reason(request).unwrap_or(16);
        let is_over = self.state == State::Over;
        let leg = self.leg(side);
        if leg.confirmed {
            leg.ended = true;
            if let Some(half) = leg.talk() {
                half.answer = None;
            }
            self.timers.cancel(Timer::Answer(side));
            let cause = if self.state == State::Talking {
                Cause::HungUp
            } else {
                Cause::Cancelled
            };
            return self.finish(core, Ending::by(side, cause, q850));
        }
        if is_over {
            return;
        }
        if leg.arrived.is_none() {
            // A callee may not end an early dialog so, unless its 2xx is late: then that is refused when it comes.
            return self.attempt_failed(core, side, Failure::Refused(480));
        }
        // The caller ends an early dialog (section 15.1.1); with the last one the call.
        if leg.halves.len() > 1 {
            leg.halves.retain(|half| half.fork != fork);
            self.timers.cancel(Timer::Reliable(fork));
        } else {
            let mut ending = Ending::by(side, Cause::Cancelled, q850);
            ending.status = 487;
            self.finish(core, ending);
        }
    }

    /// The call has lasted as long as it may.
    pub(super) fn too_long(&mut self, core: &mut Core) {
        let mut ending = Ending::ours(Cause::TooLong, 102);
        ending.text = Some("Longest duration reached");
        self.finish(core, ending);
    }
}

/// The Q.850 cause in a Reason header (RFC 3326); its text is not read.
pub(super) fn reason(fields: &Fields) -> Option<u8> {
    fields.values("Reason").iter().find_map(|value| {
        let value = String::from_utf8_lossy(value).to_ascii_lowercase();
        let (_, rest) = value.split_once("q.850")?;
        let (_, rest) = rest.split_once("cause")?;
        let digits: String = rest
            .trim_start_matches([' ', '='])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok().filter(|cause| (1..=127).contains(cause))
    })
}
