//! An INVITE that begins a call, and what the driver decides on it.

use std::net::IpAddr;

use super::call::{Call, State, unknown_options};
use super::core::{ALLOW, Core, SDP};
use super::description;
use super::ending::Ending;
use super::exchange::hash;
use super::leg::{Arrived, Leg, Outgoing, TimerAsk, Willing};
use super::session_timer::{self, Answered};
use super::timers::Timer;
use super::{Bridge, CallId, Cause, Decision, Refusal, Side};
use crate::wire::sip::dialog::{Dialog, Routing, Tag};
use crate::wire::sip::flow::Source;
use crate::wire::sip::message::{Extra, IncomingRequest, Method, OutgoingResponse};
use crate::wire::sip::transaction::ServerId;

/// What an INVITE is answered with at once, before anybody is asked. None: it may go on.
pub(super) fn fault(core: &Core, invite: &IncomingRequest) -> Option<(u16, Vec<Extra>)> {
    if invite.max_forwards() == Some(0) {
        return Some((483, Vec::new()));
    }
    // It bears a tag of ours: it went out here and came back.
    let from = invite.from().tag.as_deref().unwrap_or_default();
    if Tag::parse(from).is_some_and(|tag| core.tags.contains_key(&tag)) {
        return Some((482, Vec::new()));
    }
    // The same INVITE by another way (section 8.2.2.2).
    if is_merged(core, invite) {
        return Some((482, Vec::new()));
    }
    if invite.body().is_some_and(|body| body.kind != SDP) {
        return Some((415, vec![Extra::Accept(SDP)]));
    }
    if invite.contact().is_none() {
        return Some((400, Vec::new()));
    }
    None
}

/// Whether a call has begun with that INVITE, which came by another way.
pub(super) fn is_merged(core: &Core, invite: &IncomingRequest) -> bool {
    let known = core.arrived.get(&key(invite));
    known.is_some_and(|(_, cseq)| *cseq == invite.cseq())
}

/// Why no request for such a URI (RFC 3261, section 8.2.2.1), or with such demands (section 8.2.2.3), is served.
pub(super) fn unserved(request: &IncomingRequest) -> Option<(u16, Vec<Extra>)> {
    let uri = request.uri();
    if !uri.is_sip() && !uri.scheme().eq_ignore_ascii_case(b"tel") {
        return Some((416, Vec::new()));
    }
    let unknown = unknown_options(request);
    (!unknown.is_empty()).then(|| (420, vec![Extra::Unsupported(unknown)]))
}

/// Names an INVITE, whatever way it comes by.
pub(super) fn key(invite: &IncomingRequest) -> Box<[u8]> {
    let tag = invite.from().tag.as_deref().unwrap_or_default();
    [invite.call_id().as_ref(), b"\0", tag].concat().into()
}

impl Leg {
    /// Where the offer that came wants media.
    pub(super) fn offered_address(&self) -> Option<IpAddr> {
        let (session, _) = self.arrived.as_ref()?.offer.as_ref()?;
        session
            .audio()?
            .address
            .filter(|address| !address.is_unspecified())
    }
}

impl Call {
    /// A call that an INVITE asks for; or the status that the INVITE is refused with.
    pub(super) fn arriving(
        core: &mut Core,
        id: CallId,
        server: ServerId,
        invite: &IncomingRequest,
        source: Source,
    ) -> Result<Self, u16> {
        let tag = core.random.tag();
        let template = Dialog::answering(invite, source, tag, Routing::Symmetric).ok_or(400u16)?;
        let offer = match invite.body() {
            None => None,
            Some(body) => Some((description::read(body.bytes).ok_or(488u16)?, hash(body.bytes))),
        };
        let reliable = if invite.required().iter().any(|tag| tag == "100rel") {
            Willing::Must
        } else if invite.supports("100rel") {
            Willing::Can
        } else {
            Willing::No
        };
        let mut call = Self::new(id, State::Asked);
        call.caller.arrived = Some(Box::new(Arrived {
            server,
            template,
            tag_used: false,
            cseq: invite.cseq(),
            reliable,
            asks: TimerAsk::read(invite),
            updates: invite.allows(&Method::Update),
            infos: invite.allows(&Method::Info),
            max_forwards: invite.max_forwards().unwrap_or(70),
            offer,
        }));
        call.claim(core, tag, Side::Caller);
        let key = key(invite);
        core.arrived.insert(key.clone(), (id, invite.cseq()));
        call.key = Some(key);
        core.transactions.tie(server, call.user());
        call.timers
            .set(Timer::Decision, core.now + core.settings.decision_ms);
        Ok(call)
    }

    /// Answers the caller's INVITE without a dialog.
    pub(super) fn reply_invite(&mut self, core: &mut Core, status: u16, extra: Vec<Extra>) {
        let Some(arrived) = &self.caller.arrived else {
            return;
        };
        let (server, tag) = (arrived.server, arrived.template.local_tag);
        let mut response = OutgoingResponse::new(status);
        response.to_tag = (status > 100).then(|| tag.to_string());
        response.extra = extra;
        self.respond(core, Side::Caller, server, &Method::Invite, response);
    }

    /// The driver's word. False where the call does not wait for it.
    pub(super) fn decide(&mut self, core: &mut Core, decision: Decision) -> bool {
        if self.state != State::Asked {
            return false;
        }
        self.timers.cancel(Timer::Decision);
        match decision {
            Decision::Refuse(refusal) => self.refuse(core, &refusal, Cause::Refused),
            Decision::Bridge(bridge) => self.bridge(core, *bridge),
        }
        true
    }

    /// Ends the call in the driver's words.
    pub(super) fn refuse(&mut self, core: &mut Core, refusal: &Refusal, cause: Cause) {
        let status = if (400..=699).contains(&refusal.status) {
            refusal.status
        } else {
            500
        };
        let mut ending = Ending::ours(cause, super::failure::cause(status));
        ending.status = status;
        if let Some((q850, text)) = refusal.reason {
            ending.q850 = q850;
            ending.text = Some(text);
        }
        ending.extra.extend(refusal.retry_after_s.map(Extra::RetryAfter));
        self.finish(core, ending);
    }

    pub(super) fn undecided(&mut self, core: &mut Core) {
        let mut ending = Ending::ours(Cause::Internal, 41);
        ending.status = 500;
        self.finish(core, ending);
    }

    fn bridge(&mut self, core: &mut Core, bridge: Bridge) {
        let Some(arrived) = &mut self.caller.arrived else {
            return;
        };
        arrived.template.reroute(bridge.caller.routing);
        if let Answered::TooShort(minimum) = session_timer::answer(&arrived.asks, bridge.caller.session) {
            let mut ending = Ending::ours(Cause::Refused, 41);
            ending.status = 422;
            ending.extra = vec![Extra::MinSe(minimum)];
            ending.tell_reason = false;
            return self.finish(core, ending);
        }
        self.offered = arrived.offer.as_ref().map(|(session, _)| session.clone());
        self.caller.options = bridge.caller;
        self.caller.anchor = Some(bridge.anchors.caller);
        self.callee = Leg::new();
        self.callee.anchor = Some(bridge.anchors.callee);
        self.callee.outgoing = Some(Box::new(Outgoing::new(bridge.attempts)));
        self.codecs = bridge.codecs;
        self.times = bridge.times;
        self.failover = bridge.failover;
        if let Some(session) = &self.offered {
            core.media(self.id, Side::Caller, session);
        }
        self.ring(core, Side::Callee);
    }

    /// The caller has cancelled one of its INVITEs.
    pub(super) fn cancelled(&mut self, core: &mut Core, server: ServerId) {
        if self
            .caller
            .arrived
            .as_ref()
            .is_some_and(|arrived| arrived.server == server)
        {
            core.received(self.id, Side::Caller, &Method::Cancel, None, false);
            let mut ending = Ending::by(Side::Caller, Cause::Cancelled, 16);
            ending.status = 487;
            return self.finish(core, ending);
        }
        self.exchange_cancelled(core, server);
    }
}

/// The Allow of an answer that names what is served.
pub(super) fn allow() -> Extra {
    Extra::Allow(ALLOW)
}
