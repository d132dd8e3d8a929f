//! ACKs of our own 2xx: awaited, carrying a late answer, or never coming.

use super::call::{Call, State};
use super::core::Core;
use super::description;
use super::ending::Ending;
use super::exchange::hash;
use super::leg::Offers;
use super::timers::Timer;
use super::{Cause, Failure, Side};
use crate::wire::sdp::Session;
use crate::wire::sip::message::{IncomingRequest, Method, OutgoingResponse};

impl Call {
    /// ACK for a 2xx of ours.
    pub(super) fn acknowledged(&mut self, core: &mut Core, side: Side, request: &IncomingRequest) {
        let id = self.id;
        let is_over = self.state == State::Over;
        let Some(half) = self.owner(side, request) else {
            return;
        };
        let Some(answer) = half.answer.take_if(|answer| answer.cseq == request.cseq()) else {
            return;
        };
        if answer.offered.is_some() {
            half.offers = Offers::Settled;
            half.remote = hash(description::bytes(request));
        }
        core.transactions.acknowledged(answer.server);
        self.timers.cancel(Timer::Answer(side));
        core.received(id, side, &Method::Ack, None, request.body().is_some());
        if is_over {
            // The BYE had to wait for it.
            if !self.leg(side).ended {
                self.say_goodbye(core, side, None);
            }
            return;
        }
        if let Some(offered) = answer.offered {
            self.late_answer(core, side, request, &offered);
        }
    }

    /// The answer to an offer in a 2xx has come with the ACK: it goes on in the other leg's ACK.
    fn late_answer(&mut self, core: &mut Core, side: Side, ack: &IncomingRequest, offered: &Session) {
        let id = self.id;
        let other = side.other();
        let anchor = self.leg(other).anchor;
        let session = description::of(ack).ok().flatten();
        let draft = session
            .as_ref()
            .and_then(|session| description::answer(offered, session, anchor));
        let Some(half) = self.leg(other).talk() else {
            return;
        };
        let Some(cseq) = half.owed_ack else {
            return;
        };
        let body = draft.map(|draft| half.origin.write(&draft));
        half.offers = Offers::Settled;
        let (Some(body), Some(session)) = (body, session) else {
            let mut ending = Ending::ours(Cause::Failed(Failure::BadMedia), 88);
            ending.text = Some("No media in common");
            return self.finish(core, ending);
        };
        half.local = Some(body.clone());
        self.acknowledge(core, other, 0, cseq, Some(body));
        core.media(id, side, &session);
        core.media(id, other, offered);
    }

    /// The ACK has not come: again, or no more (section 13.3.1.4).
    pub(super) fn repeat_answer(&mut self, core: &mut Core, side: Side) {
        let (now, t2) = (core.now, core.t2());
        let is_over = self.state == State::Over;
        let Some(half) = self.leg(side).talk() else {
            return;
        };
        let Some(answer) = &mut half.answer else {
            return;
        };
        if now >= answer.until {
            half.answer = None;
            if is_over {
                if !self.leg(side).ended {
                    self.say_goodbye(core, side, None);
                }
                return;
            }
            return self.finish(core, Ending::ours(Cause::Unacknowledged, 102));
        }
        answer.every = (answer.every * 2).min(t2);
        let next = (now + answer.every).min(answer.until);
        // The layer repeats the bytes that it has sent.
        core.transactions
            .respond(now, answer.server, OutgoingResponse::new(200));
        self.timers.set(Timer::Answer(side), next);
    }
}
