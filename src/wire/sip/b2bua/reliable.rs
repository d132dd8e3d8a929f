//! Reliable provisional answers (RFC 3262), in both roles: end to end where both legs can, by this end alone where
//! one cannot.

use bytes::Bytes;

use super::arrival::allow;
use super::call::{Call, Purpose};
use super::core::Core;
use super::description;
use super::ending::Ending;
use super::exchange::{Asker, Exchange};
use super::leg::Offers;
use super::timers::Timer;
use super::{Cause, Failure, Side};
use crate::wire::sdp::Session;
use crate::wire::sip::Millis;
use crate::wire::sip::message::{Extra, IncomingRequest, Method, OutgoingResponse};
use crate::wire::sip::transaction::ServerId;

/// Most that wait behind an unacknowledged one.
const MOST_UNSENT: usize = 8;

/// A provisional answer that is to be sent reliably.
#[derive(Debug)]
pub(super) struct Unsent {
    pub(super) status: u16,
    pub(super) body: Option<Bytes>,
    /// RSeq of the callee's, which the caller's PRACK acknowledges too.
    pub(super) far: Option<u32>,
    /// The callee's offer in it.
    pub(super) offered: Option<Box<Session>>,
}

/// One that is sent and waits for its PRACK.
#[derive(Debug)]
pub(super) struct Reliable {
    rseq: u32,
    response: OutgoingResponse,
    every: Millis,
    until: Millis,
    far: Option<u32>,
    offered: Option<Box<Session>>,
}

impl Call {
    /// Acknowledges a provisional answer by this end alone.
    pub(super) fn send_prack(&mut self, core: &mut Core, side: Side, fork: u16, rseq: u32) {
        let cseq = self.leg(side).invite().map_or(0, |invite| invite.cseq);
        let method = Method::Invite;
        self.send(core, side, fork, Purpose::Prack, Method::Prack, |request| {
            request.extra.push(Extra::RAck { rseq, cseq, method });
        });
    }

    /// Sends a provisional answer to the caller, once those before it are acknowledged (section 3).
    pub(super) fn queue_reliable(&mut self, core: &mut Core, fork: u16, unsent: Unsent) {
        let mut dropped = None;
        if let Some(half) = self.caller.half(fork) {
            if half.unsent.len() >= MOST_UNSENT {
                dropped = half
                    .unsent
                    .iter()
                    .position(|unsent| unsent.body.is_none())
                    .and_then(|at| half.unsent.remove(at));
            }
            half.unsent.push_back(unsent);
        }
        if let Some(rseq) = dropped.and_then(|dropped| dropped.far) {
            self.send_prack(core, Side::Callee, fork, rseq);
        }
        self.send_reliable(core, fork);
    }

    fn send_reliable(&mut self, core: &mut Core, fork: u16) {
        let contact_user = self.caller.options.contact_user.clone();
        let Some((server, half)) = self
            .caller
            .arrived
            .as_ref()
            .map(|a| a.server)
            .zip(self.caller.half(fork))
        else {
            return;
        };
        if half.reliable.is_some() {
            return;
        }
        let Some(unsent) = half.unsent.pop_front() else {
            return;
        };
        let rseq = match half.rseq {
            Some(last) => last.wrapping_add(1),
            None => u32::try_from(core.random.between(1, 0x7fff_0000)).unwrap_or(1),
        };
        half.rseq = Some(rseq);
        let mut response = OutgoingResponse::new(unsent.status);
        response.to_tag = Some(half.dialog.local_tag.to_string());
        response.contact = Some(core.contact(&contact_user, half.dialog.hop.transport));
        response.extra = vec![allow(), Extra::Require("100rel"), Extra::RSeq(rseq)];
        response.body = unsent.body.and_then(description::body);
        half.reliable = Some(Box::new(Reliable {
            rseq,
            response: response.clone(),
            every: core.t1(),
            until: core.now + core.patience(),
            far: unsent.far,
            offered: unsent.offered,
        }));
        self.timers.set(Timer::Reliable(fork), core.now + core.t1());
        self.respond(core, Side::Caller, server, &Method::Invite, response);
    }

    /// The PRACK has not come: again, or no more (section 3: the INVITE is then refused).
    pub(super) fn repeat_reliable(&mut self, core: &mut Core, fork: u16) {
        let Some((server, half)) = self
            .caller
            .arrived
            .as_ref()
            .map(|a| a.server)
            .zip(self.caller.half(fork))
        else {
            return;
        };
        let Some(reliable) = &mut half.reliable else {
            return;
        };
        if core.now >= reliable.until {
            let mut ending = Ending::ours(Cause::Unacknowledged, 102);
            ending.status = 504;
            return self.finish(core, ending);
        }
        reliable.every *= 2;
        let next = (core.now + reliable.every).min(reliable.until);
        let response = reliable.response.clone();
        core.transactions.respond(core.now, server, response);
        self.timers.set(Timer::Reliable(fork), next);
    }

    /// PRACK of the caller.
    pub(super) fn prack(
        &mut self,
        core: &mut Core,
        side: Side,
        fork: u16,
        server: ServerId,
        request: &IncomingRequest,
    ) {
        let method = Method::Prack;
        let invite = self.caller.arrived.as_ref().map(|arrived| arrived.cseq);
        let rack = request.rack();
        let waiting = if side == Side::Caller {
            self.caller.half(fork)
        } else {
            None
        };
        let reliable = waiting.and_then(|half| {
            let (rseq, cseq, acknowledged) = rack?;
            let rseq_matches = half
                .reliable
                .as_ref()
                .is_some_and(|reliable| reliable.rseq == rseq);
            let matches = rseq_matches && Some(cseq) == invite && acknowledged == Method::Invite;
            if matches { half.reliable.take() } else { None }
        });
        let Some(reliable) = reliable else {
            return self.reply(core, side, server, &method, 481, Vec::new());
        };
        self.timers.cancel(Timer::Reliable(fork));
        self.pass_prack(core, fork, server, request, *reliable);
        if self.state == super::call::State::Over {
            return;
        }
        self.send_reliable(core, fork);
        self.release_answer(core, fork);
    }

    /// Passes a PRACK on to the callee, or answers it where the callee has no part in it.
    fn pass_prack(
        &mut self,
        core: &mut Core,
        fork: u16,
        server: ServerId,
        request: &IncomingRequest,
        reliable: Reliable,
    ) {
        let method = Method::Prack;
        let Ok(session) = description::of(request) else {
            return self.reply(core, Side::Caller, server, &method, 488, Vec::new());
        };
        let anchor = self.callee.anchor;
        let codecs = self.codecs.clone();
        let invite = self.callee.invite().map_or(0, |invite| invite.cseq);
        let Some((far, half)) = reliable.far.zip(self.callee.half(fork)) else {
            // Only the callee could answer an offer.
            let status = if session.is_some() && reliable.offered.is_none() {
                488
            } else {
                200
            };
            return self.reply(core, Side::Caller, server, &method, status, Vec::new());
        };
        let draft = match (&reliable.offered, &session) {
            (Some(offered), Some(session)) => description::answer(offered, session, anchor),
            (None, Some(session)) => description::offer(session, anchor, &codecs),
            _ => None,
        };
        let body = draft.map(|draft| half.origin.write(&draft));
        if body.is_none() && (session.is_some() || reliable.offered.is_some()) {
            self.reply(core, Side::Caller, server, &method, 488, Vec::new());
            if reliable.offered.is_some() {
                // The callee's offer stays without an answer: this attempt cannot become a call.
                self.attempt_failed(core, Side::Callee, Failure::BadMedia);
            }
            return;
        }
        let is_answer = reliable.offered.is_some();
        if let (Some(offered), Some(session)) = (&reliable.offered, &session) {
            half.offers = Offers::Settled;
            half.local = body.clone();
            core.media(self.id, Side::Callee, offered);
            core.media(self.id, Side::Caller, session);
            if let Some(half) = self.caller.half(fork) {
                half.offers = Offers::Settled;
                half.remote = super::exchange::hash(description::bytes(request));
            }
        }
        let number = self.next_number();
        let sent = body.clone();
        let client = self.send(
            core,
            Side::Callee,
            fork,
            Purpose::Exchange(number),
            method.clone(),
            |request| {
                let method = Method::Invite;
                request.extra.push(Extra::RAck {
                    rseq: far,
                    cseq: invite,
                    method,
                });
                request.body = sent.and_then(description::body);
            },
        );
        let Some(client) = client else {
            return self.reply(core, Side::Caller, server, &method, 500, Vec::new());
        };
        let asker = Asker::new(Side::Caller, server, request);
        let mut exchange = Exchange::new(number, Side::Callee, fork, Method::Prack, Some(asker));
        exchange.client = Some(client);
        exchange.local = body.filter(|_| !is_answer);
        exchange.offered = session.filter(|_| !is_answer).map(Box::new);
        exchange.remote = super::exchange::hash(description::bytes(request));
        self.exchanges.push(exchange);
    }
}
