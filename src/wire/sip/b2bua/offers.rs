//! New offers within a call: re-INVITE and UPDATE of a leg, until they go on to the other.

use bytes::Bytes;

use super::Side;
use super::arrival::allow;
use super::call::{Call, State};
use super::core::{Core, SDP};
use super::description;
use super::exchange::{Asker, Exchange, hash};
use super::leg::{Answer, Offers, TimerAsk};
use super::session_timer::{self, Answered};
use super::timers::Timer;
use crate::wire::sdp::Session;
use crate::wire::sip::message::{Extra, IncomingRequest, Method, OutgoingResponse};
use crate::wire::sip::transaction::ServerId;

impl Call {
    fn retry_later(core: &mut Core) -> Vec<Extra> {
        let seconds = core.random.between(0, 10);
        vec![Extra::RetryAfter(u32::try_from(seconds).unwrap_or(5))]
    }

    /// Whether a new offer of this leg has to wait: the status that says so.
    fn obstacle(&mut self, side: Side) -> Option<u16> {
        if self
            .exchanges
            .iter()
            .any(|exchange| exchange.asker.as_ref().is_some_and(|asker| asker.side == side))
        {
            return Some(500);
        }
        let free = self.exchanges.is_empty() && self.state == State::Talking;
        (!free || !self.caller.is_settled() || !self.callee.is_settled()).then_some(491)
    }

    /// Re-INVITE of a leg (section 14.2).
    pub(super) fn reinvite(
        &mut self,
        core: &mut Core,
        side: Side,
        server: ServerId,
        request: &IncomingRequest,
    ) {
        self.new_offer(core, Asker::new(side, server, request), request);
    }

    /// UPDATE of a leg (RFC 3311).
    pub(super) fn update(
        &mut self,
        core: &mut Core,
        side: Side,
        fork: u16,
        server: ServerId,
        request: &IncomingRequest,
    ) {
        let mut asker = Asker::new(side, server, request);
        asker.fork = fork;
        if request.body().is_some() && !self.leg(side).confirmed {
            return self.early_update(core, asker, request);
        }
        if request.body().is_some() {
            return self.new_offer(core, asker, request);
        }
        // A refresh of the session, or of the target: nothing for the other leg.
        if let Some(minimum) = self.is_too_short(side, &asker.asks) {
            return self.reply(
                core,
                side,
                server,
                &Method::Update,
                422,
                vec![Extra::MinSe(minimum)],
            );
        }
        if let Some(half) = self.leg(side).half(fork) {
            half.note(request);
            half.dialog.retarget(request.contact());
        }
        self.accept(core, asker, None, None);
    }

    fn new_offer(&mut self, core: &mut Core, asker: Asker, request: &IncomingRequest) {
        let (side, server, method) = (asker.side, asker.server, asker.method.clone());
        if let Some(status) = self.obstacle(side) {
            let extra = if status == 500 {
                Self::retry_later(core)
            } else {
                Vec::new()
            };
            return self.reply(core, side, server, &method, status, extra);
        }
        if let Some(minimum) = self.is_too_short(side, &asker.asks) {
            return self.reply(core, side, server, &method, 422, vec![Extra::MinSe(minimum)]);
        }
        if request.body().is_some_and(|body| body.kind != SDP) {
            return self.reply(core, side, server, &method, 415, vec![Extra::Accept(SDP)]);
        }
        let Ok(session) = description::of(request) else {
            return self.reply(core, side, server, &method, 488, Vec::new());
        };
        let remote = hash(description::bytes(request));
        let Some(half) = self.leg(side).talk() else {
            return;
        };
        half.note(request);
        half.dialog.retarget(request.contact());
        if session.is_some() && half.remote == remote && half.local.is_some() {
            // The same again: a refresh, and nothing for the other leg.
            let local = half.local.clone();
            return self.accept(core, asker, local, None);
        }
        core.transactions.tie(server, self.user());
        let other = side.other();
        let by_update = method == Method::Update && self.leg(other).talk().is_some_and(|half| half.updates);
        let method = if by_update { Method::Update } else { Method::Invite };
        let number = self.next_number();
        let mut exchange = Exchange::new(number, other, 0, method, Some(asker));
        exchange.offered = session.map(Box::new);
        exchange.remote = remote;
        self.pass_offer(core, exchange);
    }

    /// An offer in an early dialog (RFC 3311, section 5.1).
    fn early_update(&mut self, core: &mut Core, asker: Asker, request: &IncomingRequest) {
        let (side, server, fork) = (asker.side, asker.server, asker.fork);
        let method = Method::Update;
        let offers = self.leg(side).half(fork).map(|half| half.offers);
        let busy = self.exchanges.iter().any(|exchange| exchange.fork == fork);
        let status = match offers {
            Some(Offers::Ours) => Some(491),
            Some(Offers::Settled) if !busy => None,
            _ => Some(500),
        };
        if let Some(status) = status {
            let extra = if status == 500 {
                Self::retry_later(core)
            } else {
                Vec::new()
            };
            return self.reply(core, side, server, &method, status, extra);
        }
        let other = self.leg(side.other()).half(fork);
        if !other.is_some_and(|half| half.updates && half.offers == Offers::Settled) {
            // A re-INVITE is not possible yet.
            return self.reply(core, side, server, &method, 488, Vec::new());
        }
        let Ok(Some(session)) = description::of(request) else {
            return self.reply(core, side, server, &method, 488, Vec::new());
        };
        let number = self.next_number();
        let mut exchange = Exchange::new(number, side.other(), fork, method, Some(asker));
        exchange.offered = Some(Box::new(session));
        exchange.remote = hash(description::bytes(request));
        self.pass_offer(core, exchange);
    }

    /// Makes the offer to the other leg.
    fn pass_offer(&mut self, core: &mut Core, mut exchange: Exchange) {
        let to = exchange.to;
        let codecs = self.codecs.clone();
        let anchor = self.leg(to).anchor;
        if let Some(offered) = &exchange.offered {
            let draft = description::offer(offered, anchor, &codecs);
            let half = self.leg(to).half(exchange.fork);
            exchange.local = half.zip(draft).map(|(half, draft)| half.origin.write(&draft));
            if exchange.local.is_none() {
                return self.give_back(core, exchange, 488);
            }
        }
        self.send_exchange(core, exchange);
    }

    /// Answers a re-INVITE or UPDATE of this leg with 200.
    pub(super) fn accept(
        &mut self,
        core: &mut Core,
        asker: Asker,
        body: Option<Bytes>,
        offered: Option<Box<Session>>,
    ) {
        let Asker {
            side,
            server,
            method,
            cseq,
            asks,
            fork,
        } = asker;
        let leg = self.leg(side);
        let contact_user = leg.options.contact_user.clone();
        let session_timer = leg.options.session;
        let Some(half) = leg.half(fork) else {
            return;
        };
        if let Answered::With(agreed) = session_timer::answer(&asks, session_timer) {
            half.agreed = Some(agreed);
        } else {
            half.agreed = None;
        }
        if body.is_some() {
            half.local = body.clone();
        }
        let mut response = OutgoingResponse::new(200);
        response.contact = Some(core.contact(&contact_user, half.dialog.hop.transport));
        response.extra = vec![allow()];
        response
            .extra
            .extend(session_timer::answer_headers(&asks, half.agreed));
        response.body = body.and_then(description::body);
        if method == Method::Invite {
            half.answer = Some(Box::new(Answer {
                server,
                cseq,
                every: core.t1(),
                until: core.now + core.patience(),
                offered,
            }));
            self.timers.set(Timer::Answer(side), core.now + core.t1());
        }
        self.respond(core, side, server, &method, response);
        self.arm(core, side);
    }

    /// Whether a request's session timer is too short: it is then answered 422.
    pub(super) fn is_too_short(&mut self, side: Side, asks: &TimerAsk) -> Option<u32> {
        match session_timer::answer(asks, self.leg(side).options.session) {
            Answered::TooShort(minimum) => Some(minimum),
            _ => None,
        }
    }
}
