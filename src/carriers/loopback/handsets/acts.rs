//! What people do with their phones.

use std::net::SocketAddr;

use rand::Rng;

use super::line::{Line, Sent, Unacknowledged, place};
use super::{ALLOW, Handsets, MOST_LIVE, Moment, Order, T1_MS, user};
use crate::domain::E164;
use crate::domain::id::LegId;
use crate::switchboard::phones::{LineError, PhoneCallCause, PhoneCallState, PhoneCallWay};
use crate::wire::sip::Millis;
use crate::wire::sip::flow::{Hop, Transport};
use crate::wire::sip::message::{Extra, Method, OutgoingRequest, OutgoingResponse};

impl Handsets {
    fn hop(&self) -> Option<Hop> {
        self.broker.map(|remote| Hop {
            transport: Transport::Udp,
            remote,
            connection: None,
            tls_name: None,
        })
    }

    /// Has a phone dial; `media` is where it takes its sound, `talk_s` how long it talks at most.
    pub fn dial(
        &mut self,
        now: Moment,
        (phone, to): (E164, E164),
        media: SocketAddr,
        talk_s: Option<u32>,
    ) -> Result<LegId, LineError> {
        let hop = self.hop().filter(|_| !self.stopping).ok_or(LineError::Stopping)?;
        if self.is_engaged(phone) {
            return Err(LineError::Engaged(phone));
        }
        if self.live.len() >= MOST_LIVE {
            return Err(LineError::NoRoom);
        }
        let mut line = self.line(now, (phone, to), PhoneCallWay::Outgoing);
        line.media = Some(media);
        line.talk_ms = talk_s.map(|seconds| Millis::from(seconds) * 1_000);
        let sent = Sent {
            call_id: format!("{:032x}", self.rng.random::<u128>()),
            uri: format!("sip:{to}@{};user=phone", hop.remote),
            from: format!("<sip:{phone}@{};user=phone>", self.host),
            to: format!("<sip:{to}@{};user=phone>", hop.remote),
            cseq: 1,
            hop: hop.clone(),
        };
        let body = line.offered().ok_or(LineError::NoRoom)?;
        let invite = OutgoingRequest {
            method: Method::Invite,
            uri: sent.uri.clone(),
            from: format!("{};tag={}", sent.from, line.tag),
            to: sent.to.clone(),
            call_id: sent.call_id.clone(),
            cseq: sent.cseq,
            max_forwards: 70,
            contact: Some(self.contact(phone)),
            route: Vec::new(),
            extra: vec![Extra::Allow(ALLOW)],
            body: Some(("application/sdp", body)),
        };
        let id = line.call.id;
        let asked = self.transactions.request(now.ms, user(id), hop, invite);
        line.client = Some(asked.map_err(|_| LineError::NoRoom)?);
        line.sent = Some(sent);
        self.keep(line);
        Ok(id)
    }

    /// Answers a call that rings on this phone; `media` is where it takes its sound.
    pub fn answer(
        &mut self,
        now: Moment,
        phone: E164,
        leg: LegId,
        media: SocketAddr,
    ) -> Result<(), LineError> {
        let contact = self.contact(phone);
        let line = ringing(self.find(phone, leg)?)?;
        let Some(server) = line.server.take() else {
            return Err(LineError::NotRinging(leg));
        };
        line.media = Some(media);
        let offer = line.offer.take();
        let Some(body) = line.description(offer.as_ref()) else {
            // Nothing that this phone can speak was offered.
            line.server = Some(server);
            self.turn_away(now, leg, 488, PhoneCallCause::Failed);
            return Ok(());
        };
        let cseq = line.dialog.as_ref().and_then(|dialog| dialog.remote_seq);
        line.answered(now);
        line.unacknowledged = Some(Unacknowledged {
            server,
            cseq: cseq.unwrap_or(0),
            next: now.ms + T1_MS,
            interval: T1_MS,
            until: now.ms + 64 * T1_MS,
        });
        let response = OutgoingResponse {
            to_tag: Some(line.tag.to_string()),
            contact: Some(contact),
            extra: vec![Extra::Allow(ALLOW)],
            body: Some(("application/sdp", body)),
            ..OutgoingResponse::new(200)
        };
        let remote = offer.as_ref().and_then(place);
        self.transactions.respond(now.ms, server, response);
        self.orders.extend(remote.map(|remote| Order::Talk(leg, remote)));
        Ok(())
    }

    /// Turns a call away that rings on this phone.
    pub fn decline(&mut self, now: Moment, phone: E164, leg: LegId) -> Result<(), LineError> {
        ringing(self.find(phone, leg)?)?;
        self.turn_away(now, leg, 603, PhoneCallCause::Declined);
        Ok(())
    }

    /// Ends a call, or gives up.
    pub fn hang_up(&mut self, now: Moment, phone: E164, leg: LegId) -> Result<(), LineError> {
        self.find(phone, leg)?;
        self.part(now, leg, PhoneCallCause::HungUp);
        Ok(())
    }

    /// Ends whatever goes on, and begins nothing more.
    pub fn stop(&mut self, now: Moment) {
        self.stopping = true;
        for leg in self.live.clone() {
            self.part(now, leg, PhoneCallCause::Shutdown);
        }
    }

    pub(super) fn part(&mut self, now: Moment, leg: LegId, why: PhoneCallCause) {
        let Some(line) = self.lines.get(&leg).filter(|line| !line.is_over()) else {
            return;
        };
        match (line.call.state, line.call.direction) {
            (PhoneCallState::Answered, _) => {
                self.say_goodbye(now, leg);
                self.end(now, leg, why, None);
            }
            (_, PhoneCallWay::Incoming) => {
                let why = match why {
                    PhoneCallCause::HungUp => PhoneCallCause::Declined,
                    other => other,
                };
                self.turn_away(now, leg, 603, why);
            }
            (_, PhoneCallWay::Outgoing) => {
                if let Some(client) = line.client {
                    self.transactions.cancel(now.ms, client);
                }
                let why = match why {
                    PhoneCallCause::HungUp => PhoneCallCause::Cancelled,
                    other => other,
                };
                self.end(now, leg, why, None);
            }
        }
    }
}

fn ringing(line: &mut Line) -> Result<&mut Line, LineError> {
    let rings = line.call.direction == PhoneCallWay::Incoming && line.call.state == PhoneCallState::Ringing;
    match rings {
        true => Ok(line),
        false => Err(LineError::NotRinging(line.call.id)),
    }
}
