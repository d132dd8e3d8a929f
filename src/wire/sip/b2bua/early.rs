//! Before the answer: provisional answers of one leg, told to the other. Each early dialog of the callee has one of
//! its own towards the caller.

use super::arrival::allow;
use super::call::Call;
use super::core::Core;
use super::description;
use super::exchange::hash;
use super::leg::{Half, Offers, Willing};
use super::reliable::Unsent;
use super::timers::Timer;
use super::{Failure, Side};
use crate::wire::sdp::{Origin, Session};
use crate::wire::sip::dialog::{Asking, Dialog};
use crate::wire::sip::message::{IncomingResponse, Method, OutgoingResponse};

/// A provisional answer as it is told to the caller.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) status: u16,
    pub(super) session: Option<Session>,
    /// RSeq, where it came reliably.
    pub(super) rseq: Option<u32>,
}

impl Call {
    /// The dialog that this answer to our INVITE belongs to; a new one where it is the first of it and there is room.
    pub(super) fn fork(&mut self, side: Side, response: &IncomingResponse, most: usize) -> Option<u16> {
        let number = self.next_number();
        let leg = self.leg(side);
        if let Some(half) = leg.halves.iter().find(|half| half.dialog.named_by(response)) {
            return Some(half.fork);
        }
        if leg.halves.len() >= most {
            return None;
        }
        let routing = leg.options.routing;
        let outgoing = leg.outgoing.as_ref()?;
        let (attempt, invite) = (outgoing.attempts.front()?, outgoing.invite.as_ref()?);
        let asking = Asking {
            call_id: &invite.call_id,
            from: &attempt.from,
            to: &attempt.to,
            local_tag: invite.tag,
            cseq: invite.cseq,
            uri: &attempt.uri,
            hop: &invite.hop,
            routing,
        };
        let dialog = Dialog::asking(response, asking)?;
        let mut half = Half::new(number, dialog, invite.origin.clone());
        if invite.offered {
            half.offers = Offers::Ours;
            half.local = invite.local.clone();
        }
        half.authorization = invite.authorization.clone();
        leg.halves.push(half);
        Some(number)
    }

    /// 1xx to an INVITE of ours.
    pub(super) fn progress(&mut self, core: &mut Core, side: Side, response: &IncomingResponse) {
        self.timers.cancel(Timer::Silence);
        let status = response.status();
        if status == 100 {
            return;
        }
        if let Some(invite) = self.leg(side).invite() {
            invite.rang = true;
        }
        let Some(fork) = self.fork(side, response, core.settings.forks) else {
            return;
        };
        let id = self.id;
        let Some(half) = self.leg(side).half(fork) else {
            return;
        };
        half.note(response);
        let demanded = response.required().iter().any(|tag| tag == "100rel");
        let rseq = response.rseq().filter(|_| demanded);
        if let Some(rseq) = rseq {
            // Sent again, or out of order: the missing one comes again (RFC 3262, section 4).
            if half.rseq.is_some_and(|last| rseq != last.wrapping_add(1)) {
                return;
            }
            half.rseq = Some(rseq);
        }
        let mut session = description::of(response).unwrap_or_default();
        match (half.offers, session.is_some(), rseq.is_some()) {
            (Offers::Ours, true, true) => {
                half.offers = Offers::Settled;
                half.remote = hash(description::bytes(response));
            }
            // Not yet the answer, but it will be the same: early media flow.
            (Offers::Ours, true, false) => {}
            (Offers::None, true, true) => half.offers = Offers::Theirs,
            _ => session = None,
        }
        let is_offer = half.offers == Offers::Theirs;
        if let Some(session) = session.as_ref().filter(|_| !is_offer) {
            core.media(id, side, session);
        }
        if side == Side::Caller || self.caller.arrived.is_none() {
            // A call of our own: nobody waits for provisional answers.
            if let (Some(session), Some(half)) = (session, self.leg(side).half(fork)) {
                half.heard = Some(Box::new(session));
            }
            if let Some(rseq) = rseq {
                self.send_prack(core, side, fork, rseq);
            }
            return;
        }
        self.tell(
            core,
            fork,
            Progress {
                status,
                session,
                rseq,
            },
        );
    }

    /// The dialog towards the caller that goes with this fork; made where there is none.
    pub(super) fn caller_half(&mut self, core: &mut Core, fork: u16) -> Option<&mut Half> {
        if !self.caller.halves.iter().any(|half| half.fork == fork) {
            let arrived = self.caller.arrived.as_mut()?;
            let mut dialog = arrived.template.clone();
            if std::mem::replace(&mut arrived.tag_used, true) {
                dialog.local_tag = core.random.tag();
            }
            let tag = dialog.local_tag;
            let mut half = Half::new(fork, dialog, Origin::new(core.random.session()));
            half.updates = arrived.updates;
            half.infos = arrived.infos;
            if let Some((_, hash)) = &arrived.offer {
                half.offers = Offers::Theirs;
                half.remote = *hash;
            }
            self.caller.halves.push(half);
            self.claim(core, tag, Side::Caller);
        }
        self.caller.halves.iter_mut().find(|half| half.fork == fork)
    }

    /// Tells the caller of a provisional answer of the callee.
    fn tell(&mut self, core: &mut Core, fork: u16, progress: Progress) {
        let Progress {
            status,
            session,
            rseq,
        } = progress;
        let anchor = self.caller.anchor;
        let codecs = self.codecs.clone();
        let Some(willing) = self.caller.arrived.as_ref().map(|arrived| arrived.reliable) else {
            return;
        };
        let reliable = willing == Willing::Must || (willing == Willing::Can && rseq.is_some());
        let end_to_end = rseq.filter(|_| reliable);
        let wanted = self
            .caller
            .arrived
            .as_ref()
            .and_then(|arrived| arrived.offer.as_ref())
            .map(|(offer, _)| offer.clone());
        let Some(half) = self.caller_half(core, fork) else {
            return;
        };
        let (mut body, mut offered) = (None, None);
        if let Some(session) = session {
            let draft = match (&wanted, half.offers) {
                (Some(wanted), Offers::Theirs) => description::answer(wanted, &session, anchor),
                (None, Offers::None) if reliable => description::offer(&session, anchor, &codecs),
                // An offer of the callee that the caller cannot answer before the call is answered.
                (None, _) => return self.attempt_failed(core, Side::Callee, Failure::BadMedia),
                _ => None,
            };
            body = draft.map(|draft| half.origin.write(&draft));
            if body.is_some() {
                half.local = body.clone();
                if reliable {
                    half.offers = if wanted.is_some() {
                        Offers::Settled
                    } else {
                        Offers::Ours
                    };
                    offered = wanted.is_none().then(|| Box::new(session));
                }
            }
        }
        if let (Some(rseq), None) = (rseq, end_to_end) {
            self.send_prack(core, Side::Callee, fork, rseq);
        }
        let status = match status {
            180 | 182 => status,
            _ => 183,
        };
        if reliable {
            let unsent = Unsent {
                status,
                body,
                far: end_to_end,
                offered,
            };
            return self.queue_reliable(core, fork, unsent);
        }
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
        let mut response = OutgoingResponse::new(status);
        response.to_tag = Some(half.dialog.local_tag.to_string());
        response.contact = Some(core.contact(&contact_user, half.dialog.hop.transport));
        response.extra = vec![allow()];
        response.body = body.and_then(description::body);
        self.respond(core, Side::Caller, server, &Method::Invite, response);
    }
}
