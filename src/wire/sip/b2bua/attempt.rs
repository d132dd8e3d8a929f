//! INVITEs of ours: one attempt after another, one hop after another.

use super::authorization;
use super::call::{Call, Pending, Purpose, State};
use super::core::{ALLOW, Core};
use super::description;
use super::ending::{Ending, reason};
use super::failure::{self, Next};
use super::leg::{Invite, Leg, Turn, Willing};
use super::timers::Timer;
use super::{Cause, Event, Failure, Reliability, Side, What};
use crate::wire::sdp::{self, Codec, Direction, Origin};
use crate::wire::sip::dialog::with_tag;
use crate::wire::sip::message::{Extra, IncomingResponse, Method, OutgoingRequest, SessionExpires};

/// How often a challenge is answered for one INVITE: the second time only for a nonce that has gone stale.
const MOST_CHALLENGES: u8 = 2;
/// What a member is offered where nothing is said.
const USUAL_CODECS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

impl Leg {
    pub(super) fn has_credentials(&self) -> bool {
        let first = self
            .outgoing
            .as_ref()
            .and_then(|outgoing| outgoing.attempts.front());
        first.is_some_and(|attempt| attempt.credentials.is_some())
    }

    pub(super) fn invite(&mut self) -> Option<&mut Invite> {
        self.outgoing.as_mut()?.invite.as_mut()
    }
}

impl Call {
    /// Begins to ring a leg.
    pub(super) fn ring(&mut self, core: &mut Core, side: Side) {
        self.state = State::Ringing(side);
        self.failure = None;
        if self.times.ring_ms > 0 {
            self.timers.set(Timer::Ring, core.now + self.times.ring_ms);
        }
        self.place(core, side);
    }

    /// Makes the next attempt, or gives up.
    fn place(&mut self, core: &mut Core, side: Side) {
        let call = self.id;
        loop {
            let leg = self.leg(side);
            let Some(outgoing) = &mut leg.outgoing else {
                return;
            };
            outgoing.invite = None;
            let Some(attempt) = outgoing.attempts.front() else {
                return self.ring_failed(core, side);
            };
            let Some(hop) = attempt.hops.get(usize::from(outgoing.hop)).cloned() else {
                outgoing.pass();
                continue;
            };
            if outgoing.turn != Turn::Granted {
                outgoing.turn = Turn::Asked;
                let (leg, attempt) = (side, outgoing.number);
                return core.events.push_back(Event::Next { call, leg, attempt });
            }
            let at = What::Attempt(outgoing.number, outgoing.hop);
            let (options, silence) = (attempt.options.clone(), attempt.silence_ms);
            let session = options.session;
            leg.options = options;
            core.step(self.id, side, at);
            let mut origin = Origin::new(core.random.session());
            let Ok(local) = self.first_offer(side, &mut origin) else {
                self.failure = Some(Failure::BadMedia);
                return self.ring_failed(core, side);
            };
            let (call_id, tag) = core.random.call();
            self.claim(core, tag, side);
            let invite = Invite {
                client: None,
                call_id,
                tag,
                cseq: u32::try_from(core.random.between(1, 0xffff)).unwrap_or(1),
                hop,
                offered: local.is_some(),
                local,
                origin,
                rang: false,
                authorization: Vec::new(),
                challenged: 0,
                interval_s: session.interval_s,
                minimum_s: session.minimum_s,
            };
            if let Some(outgoing) = &mut self.leg(side).outgoing {
                outgoing.invite = Some(invite);
            }
            if silence > 0 {
                self.timers.set(Timer::Silence, core.now + silence);
            }
            return self.send_invite(core, side);
        }
    }

    /// The driver's word on the next attempt. False where none is waited for.
    pub(super) fn go_on(&mut self, core: &mut Core, granted: bool) -> bool {
        let State::Ringing(side) = self.state else {
            return false;
        };
        let Some(outgoing) = &mut self.leg(side).outgoing else {
            return false;
        };
        if outgoing.turn != Turn::Asked {
            return false;
        }
        outgoing.turn = Turn::Granted;
        if !granted {
            let number = outgoing.number;
            outgoing.pass();
            core.step(self.id, side, What::PassedOver(number));
        }
        self.place(core, side);
        true
    }

    /// The offer in an INVITE: the caller's, or one of our own to the caller; none where the caller made none.
    fn first_offer(
        &mut self,
        side: Side,
        origin: &mut Origin,
    ) -> Result<Option<bytes::Bytes>, description::Bad> {
        let anchor = self.leg(side).anchor;
        let draft = if side == Side::Caller {
            let codecs = if self.codecs.is_empty() {
                &USUAL_CODECS[..]
            } else {
                &self.codecs
            };
            anchor.and_then(|anchor| sdp::own_offer(codecs, Direction::SendRecv, &anchor).ok())
        } else {
            let Some(offered) = &self.offered else {
                return Ok(None);
            };
            description::offer(offered, anchor, &self.codecs)
        };
        draft
            .map(|draft| Some(origin.write(&draft)))
            .ok_or(description::Bad)
    }

    /// Sends the INVITE of the attempt under way.
    fn send_invite(&mut self, core: &mut Core, side: Side) {
        let (id, user) = (self.id, self.user());
        // Without an offer in it a reliable provisional answer would carry one, which only the caller can answer.
        let can_be_reliable = match (&self.caller.arrived, side) {
            (Some(arrived), Side::Callee) => arrived.offer.is_some() || arrived.reliable != Willing::No,
            _ => true,
        };
        let arrived = self.caller.arrived.as_ref().filter(|_| side == Side::Callee);
        let max_forwards = arrived.map_or(70, |arrived| arrived.max_forwards.saturating_sub(1));
        let leg = self.leg(side);
        let options = &leg.options;
        let Some(outgoing) = &mut leg.outgoing else {
            return;
        };
        let (Some(attempt), Some(invite)) = (outgoing.attempts.front(), &mut outgoing.invite) else {
            return;
        };
        let reliable = if can_be_reliable {
            options.reliable
        } else {
            Reliability::Off
        };
        let mut extra = vec![Extra::Allow(ALLOW)];
        match (reliable, invite.interval_s > 0) {
            (Reliability::Supported, true) => extra.push(Extra::Supported("100rel, timer")),
            (Reliability::Supported, false) => extra.push(Extra::Supported("100rel")),
            (_, true) => extra.push(Extra::Supported("timer")),
            (_, false) => {}
        }
        if reliable == Reliability::Required {
            extra.push(Extra::Require("100rel"));
        }
        if invite.interval_s > 0 {
            extra.push(Extra::SessionExpires(SessionExpires {
                interval_s: invite.interval_s,
                refresher_uac: None,
            }));
            extra.push(Extra::MinSe(invite.minimum_s));
        }
        extra.extend(attempt.identity.iter().cloned());
        extra.extend(invite.authorization.iter().cloned());
        let request = OutgoingRequest {
            method: Method::Invite,
            uri: attempt.uri.clone(),
            from: with_tag(&attempt.from, &invite.tag.to_string()),
            to: attempt.to.clone(),
            call_id: invite.call_id.clone(),
            cseq: invite.cseq,
            max_forwards,
            contact: Some(core.contact(&options.contact_user, invite.hop.transport)),
            route: Vec::new(),
            extra,
            body: invite.local.clone().and_then(description::body),
        };
        let sdp = request.body.is_some();
        match core
            .transactions
            .request(core.now, user, invite.hop.clone(), request)
        {
            Ok(client) => {
                invite.client = Some(client);
                core.sent(id, side, &Method::Invite, None, sdp);
                self.pending.push(Pending {
                    client,
                    side,
                    purpose: Purpose::Invite,
                    again: None,
                });
            }
            Err(_) => self.attempt_failed(core, side, Failure::Full),
        }
    }

    /// A final answer that is no 2xx to the INVITE under way.
    pub(super) fn refused(&mut self, core: &mut Core, side: Side, response: &IncomingResponse) {
        let status = response.status();
        let leg = self.leg(side);
        // Its early dialogs are no more.
        leg.halves.clear();
        let Some(outgoing) = &mut leg.outgoing else {
            return;
        };
        let (Some(attempt), Some(invite)) = (outgoing.attempts.front(), &mut outgoing.invite) else {
            return;
        };
        invite.client = None;
        let mut again = false;
        if matches!(status, 401 | 407)
            && invite.challenged < MOST_CHALLENGES
            && let Some(credentials) = &attempt.credentials
        {
            let asked = (&Method::Invite, attempt.uri.as_str());
            let tried = invite.challenged > 0;
            if let Some(header) = authorization::answer(response, credentials, tried, asked, &mut core.random)
            {
                invite.authorization = vec![header];
                invite.challenged += 1;
                again = true;
            }
        }
        // RFC 4028, section 7.3: the far end asks for a longer interval.
        if status == 422
            && let Some(least) = response.min_se()
            && least > invite.interval_s
            && least <= 86_400
        {
            (invite.interval_s, invite.minimum_s) = (least, least);
            again = true;
        }
        if again {
            invite.cseq += 1;
            self.drop_exchanges(core, side);
            return self.send_invite(core, side);
        }
        self.q850 = reason(response);
        self.attempt_failed(core, side, Failure::Refused(status));
    }

    /// The attempt under way has failed.
    pub(super) fn attempt_failed(&mut self, core: &mut Core, side: Side, failure: Failure) {
        if self.state != State::Ringing(side) {
            return;
        }
        self.timers.cancel(Timer::Silence);
        self.withdraw(core, side);
        self.drop_exchanges(core, side);
        let failover = self.failover;
        let leg = self.leg(side);
        leg.halves.clear();
        leg.confirmed = false;
        leg.ended = false;
        let Some(outgoing) = &mut leg.outgoing else {
            return;
        };
        let number = outgoing.number;
        let next = failure::next(failure, failover);
        match next {
            Next::Hop => outgoing.hop = outgoing.hop.saturating_add(1),
            Next::Attempt => outgoing.hop = u8::MAX,
            Next::Stop => outgoing.attempts.clear(),
        }
        core.step(self.id, side, What::Failed(number, failure));
        self.failure = Some(match next {
            Next::Stop => failure,
            _ => failure::better(self.failure, failure),
        });
        self.place(core, side);
    }

    /// No attempt is left.
    fn ring_failed(&mut self, core: &mut Core, side: Side) {
        let failure = self.failure.unwrap_or(Failure::Unreachable);
        let (status, q850) = failure::towards_caller(failure);
        let mut ending = Ending::by(side, Cause::Failed(failure), q850);
        ending.status = status;
        if let (Some(q850), Failure::Refused(_)) = (self.q850, failure) {
            ending.q850 = q850;
        }
        self.finish(core, ending);
    }

    /// The hop has not even said 100.
    pub(super) fn silent(&mut self, core: &mut Core) {
        if let State::Ringing(side) = self.state {
            self.attempt_failed(core, side, Failure::Silent);
        }
    }

    /// Nobody has answered.
    pub(super) fn ring_timeout(&mut self, core: &mut Core) {
        let State::Ringing(side) = self.state else {
            return;
        };
        let rang = self.leg(side).invite().is_some_and(|invite| invite.rang);
        let (status, q850) = if rang { (480, 19) } else { (408, 102) };
        let mut ending = Ending::ours(Cause::RingTimeout, q850);
        ending.status = status;
        self.finish(core, ending);
    }
}
