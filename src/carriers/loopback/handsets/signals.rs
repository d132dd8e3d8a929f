//! What comes from the broker.

use std::net::SocketAddr;

use bytes::Bytes;

use super::line::{Unacknowledged, described, place};
use super::{ALLOW, Handsets, MOST_LIVE, Moment, Order, PICK_AFTER_MS, T1_MS, user};
use crate::domain::E164;
use crate::domain::id::LegId;
use crate::switchboard::phones::{Answering, PhoneCallCause, PhoneCallState, PhoneCallWay};
use crate::wire::sip::dialog::{Dialog, Order as Sequence, Routing, Tag};
use crate::wire::sip::flow::{Source, Transport};
use crate::wire::sip::identity::{self, Caller, Format};
use crate::wire::sip::message::{
    Extra, Incoming, IncomingRequest, IncomingResponse, Method, OutgoingResponse, Unreadable,
};
use crate::wire::sip::transaction::{Event, ServerId, User};

impl Handsets {
    /// A datagram. What comes from anywhere but the broker is not even read.
    pub fn datagram(&mut self, now: Moment, from: SocketAddr, bytes: &[u8]) {
        if self.broker != Some(from) {
            return;
        }
        let source = Source {
            transport: Transport::Udp,
            remote: from,
            connection: None,
        };
        match Incoming::parse(&Bytes::copy_from_slice(bytes)) {
            Ok(message) => self.transactions.receive(now.ms, source, message),
            Err(Unreadable::Answerable(bad)) => self.transactions.refuse(source, &bad),
            Err(Unreadable::Silent(_)) => {}
        }
        self.work(now);
    }

    /// Works off what the transactions have to say.
    pub(super) fn work(&mut self, now: Moment) {
        while let Some(event) = self.transactions.poll_event() {
            match event {
                Event::Request { id, request, source } => self.request(now, id, &request, source),
                Event::Cancelled { id, user } => self.cancelled(now, id, user),
                Event::Ack { request, .. } => self.acknowledged(now, &request),
                Event::Response { user, response, .. } => {
                    if *response.cseq_method() == Method::Invite
                        && let Some(leg) = self.leg_of(user)
                    {
                        self.invite_answered(now, leg, &response);
                    }
                }
                Event::TimedOut {
                    id,
                    user,
                    after_provisional,
                } => {
                    if after_provisional {
                        self.transactions.cancel(now.ms, id);
                    }
                    self.gave_up(now, user);
                }
                Event::Unreachable { user, .. } => self.gave_up(now, user),
                Event::StrayResponse { .. } | Event::Unacknowledged { .. } => {}
            }
        }
    }

    fn leg_of(&self, wanted: User) -> Option<LegId> {
        let leg = LegId::from_i64(i64::try_from(wanted.0).ok()?);
        self.lines.contains_key(&leg).then_some(leg)
    }

    fn gave_up(&mut self, now: Moment, user: User) {
        if let Some(leg) = self.leg_of(user) {
            self.end(now, leg, PhoneCallCause::Unreachable, None);
        }
    }

    /// An answer to an INVITE of ours.
    fn invite_answered(&mut self, now: Moment, leg: LegId, response: &IncomingResponse) {
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        match response.status() {
            ..=100 => {}
            101..200 => {
                if line.call.state == PhoneCallState::Dialling {
                    line.call.state = PhoneCallState::Ringing;
                }
            }
            200..300 => self.accepted(now, leg, response),
            status => {
                let why = match status {
                    _ if line.call.reason.is_some() => PhoneCallCause::Refused,
                    486 | 600 => PhoneCallCause::Busy,
                    603 => PhoneCallCause::Declined,
                    408 | 480 => PhoneCallCause::NoAnswer,
                    487 => PhoneCallCause::Cancelled,
                    400..500 => PhoneCallCause::Refused,
                    _ => PhoneCallCause::Failed,
                };
                self.end(now, leg, why, Some(status));
            }
        }
    }

    /// A 2xx, or its repetition.
    fn accepted(&mut self, now: Moment, leg: LegId, response: &IncomingResponse) {
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        let first = line.dialog.is_none();
        let dialog = match line.dialog.take() {
            Some(known) => Some(known),
            None => line.dialog_of(response),
        };
        let Some(dialog) = dialog else {
            return self.end(now, leg, PhoneCallCause::Failed, None);
        };
        let ack = dialog.ack(response.cseq());
        self.transactions.acknowledge(now.ms, dialog.hop.clone(), &ack);
        line.dialog = Some(dialog);
        if !first {
            return;
        }
        if line.is_over() {
            // It had given up already.
            return self.say_goodbye(now, leg);
        }
        let Some(remote) = described(response).ok().flatten().and_then(|said| place(&said)) else {
            self.say_goodbye(now, leg);
            return self.end(now, leg, PhoneCallCause::Failed, None);
        };
        line.answered(now);
        self.orders.push_back(Order::Talk(leg, remote));
    }

    fn request(&mut self, now: Moment, id: ServerId, request: &IncomingRequest, source: Source) {
        let tag = request.to().tag.as_deref();
        let leg = tag
            .and_then(Tag::parse)
            .and_then(|tag| self.by_tag.get(&tag).copied());
        match (tag, leg) {
            (Some(_), Some(leg)) => return self.within(now, leg, id, request),
            (Some(_), None) => return self.reply(now, id, 481),
            (None, _) => {}
        }
        match request.method() {
            Method::Invite => self.called(now, id, request, source),
            Method::Options => self.reply(now, id, 200),
            Method::Bye | Method::Update | Method::Info | Method::Prack => self.reply(now, id, 481),
            _ => self.reply(now, id, 501),
        }
    }

    fn reply(&mut self, now: Moment, id: ServerId, status: u16) {
        let response = OutgoingResponse {
            to_tag: Some(Tag(rand::Rng::random(&mut self.rng)).to_string()),
            extra: vec![Extra::Allow(ALLOW)],
            ..OutgoingResponse::new(status)
        };
        self.transactions.respond(now.ms, id, response);
    }

    /// A phone is called.
    fn called(&mut self, now: Moment, id: ServerId, request: &IncomingRequest, source: Source) {
        let Some((phone, shown)) = ends(request) else {
            return self.reply(now, id, 404);
        };
        let call = self.recall(phone, shown);
        if self.stopping {
            return self.reply(now, id, 480);
        }
        if self.live.len() >= MOST_LIVE {
            return self.reply(now, id, 503);
        }
        let engaged = self.is_engaged(phone);
        let mut line = self.line(now, (phone, shown), PhoneCallWay::Incoming);
        let leg = line.call.id;
        (line.call.call, line.call.community) = call.unzip();
        line.server = Some(id);
        line.dialog = Dialog::answering(request, source, line.tag, Routing::Symmetric);
        let offer = described(request);
        let sound = matches!(&offer, Ok(None)) || matches!(&offer, Ok(Some(offer)) if place(offer).is_some());
        line.offer = offer.ok().flatten();
        let has_dialog = line.dialog.is_some();
        let ring = OutgoingResponse {
            to_tag: Some(line.tag.to_string()),
            contact: Some(self.contact(phone)),
            ..OutgoingResponse::new(180)
        };
        self.transactions.tie(id, user(leg));
        let answering = self.answering(phone);
        if answering == Answering::Auto {
            line.pick_at = Some(now.ms + PICK_AFTER_MS);
        }
        self.keep(line);
        match answering {
            _ if !has_dialog => self.turn_away(now, leg, 400, PhoneCallCause::Failed),
            _ if !sound => self.turn_away(now, leg, 488, PhoneCallCause::Failed),
            _ if engaged => self.turn_away(now, leg, 486, PhoneCallCause::Busy),
            Answering::Busy => self.turn_away(now, leg, 486, PhoneCallCause::Busy),
            Answering::Decline => self.turn_away(now, leg, 603, PhoneCallCause::Declined),
            Answering::Person | Answering::Auto => self.transactions.respond(now.ms, id, ring),
        }
    }

    fn cancelled(&mut self, now: Moment, id: ServerId, user: Option<User>) {
        let leg = user.and_then(|user| self.leg_of(user));
        if let Some(leg) = leg
            && self.lines.get(&leg).is_some_and(|line| line.server == Some(id))
        {
            self.turn_away(now, leg, 487, PhoneCallCause::Cancelled);
        }
    }

    /// An ACK for a 2xx of ours.
    fn acknowledged(&mut self, now: Moment, ack: &IncomingRequest) {
        let tag = ack.to().tag.as_deref().and_then(Tag::parse);
        let Some(leg) = tag.and_then(|tag| self.by_tag.get(&tag).copied()) else {
            return;
        };
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        let owns = line.dialog.as_ref().is_some_and(|dialog| dialog.owns(ack));
        let waits = line
            .unacknowledged
            .as_ref()
            .filter(|waits| waits.cseq == ack.cseq());
        let Some(waits) = waits.filter(|_| owns) else {
            return;
        };
        self.transactions.acknowledged(waits.server);
        line.unacknowledged = None;
        if line.is_over() {
            self.live.remove(&leg);
            if std::mem::take(&mut line.owes_bye) {
                self.say_goodbye(now, leg);
            }
            return;
        }
        // Where the INVITE offered nothing our answer did, and this answers it.
        if let Some(remote) = described(ack).ok().flatten().and_then(|said| place(&said)) {
            self.orders.push_back(Order::Talk(leg, remote));
        }
    }

    /// A request within a call.
    fn within(&mut self, now: Moment, leg: LegId, id: ServerId, request: &IncomingRequest) {
        let Some(line) = self.lines.get_mut(&leg) else {
            return self.reply(now, id, 481);
        };
        let Some(dialog) = line.dialog.as_mut().filter(|dialog| dialog.owns(request)) else {
            return self.reply(now, id, 481);
        };
        match dialog.order(request.cseq()) {
            Sequence::Next => {}
            Sequence::Same => return self.reply(now, id, 482),
            Sequence::Late => return self.reply(now, id, 500),
        }
        match request.method() {
            Method::Bye => {
                self.reply(now, id, 200);
                if let Some(line) = self.lines.get_mut(&leg) {
                    // No ACK is waited for any longer.
                    line.unacknowledged = None;
                    line.owes_bye = false;
                }
                self.live.remove(&leg);
                self.end(now, leg, PhoneCallCause::OtherHungUp, None);
            }
            _ if line.is_over() => self.reply(now, id, 481),
            Method::Invite | Method::Update => self.renegotiated(now, leg, id, request),
            Method::Options | Method::Info | Method::Prack => self.reply(now, id, 200),
            _ => self.reply(now, id, 501),
        }
    }

    /// The broker refreshes a call, holds it, or moves its sound.
    fn renegotiated(&mut self, now: Moment, leg: LegId, id: ServerId, request: &IncomingRequest) {
        let is_invite = *request.method() == Method::Invite;
        let Some(line) = self.lines.get_mut(&leg) else {
            return;
        };
        let contact = format!("<sip:{}@{}>", line.phone, self.own);
        let offer = described(request);
        let body = match &offer {
            Ok(None) if !is_invite => None,
            Ok(offer) => match line.description(offer.as_ref()) {
                Some(body) => Some(("application/sdp", body)),
                None => return self.reply(now, id, 488),
            },
            Err(()) => return self.reply(now, id, 488),
        };
        let response = OutgoingResponse {
            to_tag: Some(line.tag.to_string()),
            contact: Some(contact),
            extra: vec![Extra::Allow(ALLOW)],
            body,
            ..OutgoingResponse::new(200)
        };
        if is_invite {
            line.unacknowledged = Some(Unacknowledged {
                server: id,
                cseq: request.cseq(),
                next: now.ms + T1_MS,
                interval: T1_MS,
                until: now.ms + 64 * T1_MS,
            });
        }
        self.transactions.respond(now.ms, id, response);
        if let Some(remote) = offer.ok().flatten().and_then(|said| place(&said)) {
            self.orders.push_back(Order::Talk(leg, remote));
        }
    }
}

/// Which phone is called, and what it is shown.
fn ends(request: &IncomingRequest) -> Option<(E164, E164)> {
    let format = Format::default();
    let phone = identity::dialled(&request.uri().to_bytes(), &format)?;
    let shown = identity::caller(&[identity::Source::From], &format, &|name| request.values(name));
    let Caller::Number { digits, .. } = shown else {
        return None;
    };
    Some((E164::from_digits(&phone).ok()?, E164::from_digits(&digits).ok()?))
}
