//! The answer: a 2xx of the callee, its ACK, the 2xx to the caller and its ACK.

use super::arrival::allow;
use super::call::{Call, Purpose, State};
use super::core::Core;
use super::description;
use super::ending::Ending;
use super::exchange::hash;
use super::leg::{Answer, Offers};
use super::session_timer::{self, Answered};
use super::timers::Timer;
use super::{Cause, Failure, Side, What};
use crate::wire::sdp::Session;
use crate::wire::sip::flow::Source;
use crate::wire::sip::message::{IncomingResponse, Method, OutgoingResponse};

impl Call {
    /// The first 2xx to the INVITE under way: the fork that sent it has won.
    pub(super) fn accepted(
        &mut self,
        core: &mut Core,
        side: Side,
        response: &IncomingResponse,
        source: Source,
    ) {
        self.timers.cancel(Timer::Silence);
        if let Some(invite) = self.leg(side).invite() {
            invite.client = None;
        }
        let Some(fork) = self.fork(side, response, usize::MAX) else {
            // It names no dialog that could be spoken to.
            core.refuse_late_answer(response, source);
            return self.attempt_failed(core, side, Failure::Refused(500));
        };
        let cseq = response.cseq();
        let id = self.id;
        self.drop_losers(core, side, fork);
        let leg = self.leg(side);
        // Others that answer too are acknowledged and ended without the call (section 13.2.2.4).
        leg.halves.retain(|half| half.fork == fork);
        leg.confirmed = true;
        let session_timer = leg.options.session;
        let Some(half) = leg.talk() else {
            return;
        };
        half.dialog.confirm(response);
        if half.dialog.hop.remote == source.remote {
            half.dialog.hop.connection = source.connection;
        }
        half.note(response);
        half.agreed = session_timer::agreed(response, session_timer);
        let said = description::of(response);
        let (delayed, session) = match (half.offers, said) {
            (Offers::Ours, Ok(Some(session))) => {
                half.remote = hash(description::bytes(response));
                (false, Some(session))
            }
            // It may have been said in a provisional answer, reliably or not.
            (Offers::Ours, Ok(None)) | (Offers::Settled, _) => (false, half.heard.take().map(|heard| *heard)),
            (Offers::None, Ok(Some(session))) => (true, Some(session)),
            _ => return self.cannot_talk(core, side, cseq),
        };
        let previewed = self
            .caller
            .halves
            .iter()
            .any(|half| half.fork == fork && half.local.is_some());
        let settled = self
            .leg(side)
            .talk()
            .is_some_and(|half| half.offers == Offers::Settled);
        if session.is_none() && !settled && !(previewed && side == Side::Callee) {
            return self.cannot_talk(core, side, cseq);
        }
        if delayed && self.caller.arrived.is_none() {
            return self.cannot_talk(core, side, cseq);
        }
        self.timers.cancel(Timer::Ring);
        core.step(id, side, What::Answered);
        if let Some(outgoing) = &mut self.leg(side).outgoing {
            // Only its credentials may be needed again.
            outgoing.attempts.truncate(1);
        }
        if let Some(half) = self.leg(side).talk() {
            if delayed {
                half.owed_ack = Some(cseq);
                half.offers = Offers::Theirs;
            } else {
                half.offers = Offers::Settled;
            }
        }
        if !delayed {
            self.acknowledge(core, side, fork, cseq, None);
            if let Some(session) = &session {
                core.media(id, side, session);
            }
        }
        self.arm(core, side);
        match (side, self.caller.arrived.is_some()) {
            (Side::Callee, true) => self.answer_caller(core, fork, session),
            (Side::Callee, false) => self.join(core, session),
            (Side::Caller, _) => {
                self.offered = session;
                self.ring(core, Side::Callee);
            }
        }
    }

    /// A 2xx without a description that can be used: it is acknowledged, and its dialog ended.
    fn cannot_talk(&mut self, core: &mut Core, side: Side, cseq: u32) {
        self.acknowledge(core, side, 0, cseq, None);
        self.send(core, side, 0, Purpose::Bye, Method::Bye, |_| {});
        self.attempt_failed(core, side, Failure::BadMedia);
    }

    /// The caller is answered, unless a PRACK of it is waited for: until then no 2xx may be sent (RFC 3262, section 3).
    fn answer_caller(&mut self, core: &mut Core, fork: u16, session: Option<Session>) {
        self.state = State::Ringing(Side::Callee);
        if self
            .caller_half(core, fork)
            .is_some_and(|half| half.reliable.is_some())
        {
            self.held_answer = Some(Box::new((fork, session)));
            return;
        }
        let anchor = self.caller.anchor;
        let codecs = self.codecs.clone();
        let contact_user = self.caller.options.contact_user.clone();
        let session_timer = self.caller.options.session;
        let Some(arrived) = self.caller.arrived.take() else {
            return;
        };
        self.caller.halves.retain(|half| half.fork == fork);
        let Some(half) = self.caller.halves.first_mut() else {
            return;
        };
        let mut offered = None;
        let draft = match (half.offers, session) {
            (Offers::Theirs, Some(session)) => {
                let wanted = arrived.offer.as_ref();
                let draft = wanted.and_then(|(wanted, _)| description::answer(wanted, &session, anchor));
                half.offers = Offers::Settled;
                Some(draft)
            }
            (Offers::None, Some(session)) => {
                let draft = description::offer(&session, anchor, &codecs);
                half.offers = Offers::Ours;
                offered = Some(Box::new(session));
                Some(draft)
            }
            _ => None,
        };
        let body = match draft {
            // Nothing to say: it was said reliably before, or is said again.
            None if half.offers == Offers::Settled => None,
            None => half.local.clone(),
            Some(draft) => draft.map(|draft| half.origin.write(&draft)),
        };
        if half.offers != Offers::Settled && offered.is_none() {
            half.offers = Offers::Settled;
        }
        if body.is_some() {
            half.local = body.clone();
        } else if half.local.is_none() {
            self.caller.arrived = Some(arrived);
            let mut ending = Ending::ours(Cause::Failed(Failure::BadMedia), 88);
            ending.status = 488;
            return self.finish(core, ending);
        }
        half.agreed = match session_timer::answer(&arrived.asks, session_timer) {
            Answered::With(agreed) => Some(agreed),
            Answered::Without | Answered::TooShort(_) => None,
        };
        let mut response = OutgoingResponse::new(200);
        response.to_tag = Some(half.dialog.local_tag.to_string());
        response.contact = Some(core.contact(&contact_user, half.dialog.hop.transport));
        response.extra = vec![allow()];
        response
            .extra
            .extend(session_timer::answer_headers(&arrived.asks, half.agreed));
        response.body = body.and_then(description::body);
        half.answer = Some(Box::new(Answer {
            server: arrived.server,
            cseq: arrived.cseq,
            every: core.t1(),
            until: core.now + core.patience(),
            offered,
        }));
        self.caller.confirmed = true;
        self.timers.set(Timer::Answer(Side::Caller), core.now + core.t1());
        self.respond(core, Side::Caller, arrived.server, &Method::Invite, response);
        self.arm(core, Side::Caller);
        self.talk(core);
    }

    /// Both legs have answered.
    pub(super) fn talk(&mut self, core: &mut Core) {
        self.state = State::Talking;
        self.offered = None;
        self.held_answer = None;
        self.timers
            .keep(|timer| !matches!(timer, Timer::Reliable(_) | Timer::Ring | Timer::Silence));
        if self.times.longest_ms > 0 {
            self.timers.set(Timer::Longest, core.now + self.times.longest_ms);
        }
    }

    /// The PRACK that an answer waited for has come.
    pub(super) fn release_answer(&mut self, core: &mut Core, fork: u16) {
        if self.held_answer.as_ref().is_none_or(|held| held.0 != fork) {
            return;
        }
        if let Some(held) = self.held_answer.take() {
            self.answer_caller(core, held.0, held.1);
        }
    }
}
