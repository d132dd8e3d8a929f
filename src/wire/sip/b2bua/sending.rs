//! How a call sends: requests, answers and ACKs, each noted in the record.

use bytes::Bytes;

use super::Side;
use super::call::{Call, Pending, Purpose};
use super::core::{ALLOW, Core, SDP};
use super::leg::Half;
use crate::wire::sip::message::{Extra, Method, OutgoingRequest, OutgoingResponse};
use crate::wire::sip::transaction::{ClientId, ServerId};

impl Call {
    /// Sends a request in a dialog of this leg. `prepare` adds to it. False where there was no room.
    pub(super) fn send(
        &mut self,
        core: &mut Core,
        side: Side,
        fork: u16,
        purpose: Purpose,
        method: Method,
        prepare: impl FnOnce(&mut OutgoingRequest),
    ) -> Option<ClientId> {
        let user = self.user();
        let leg = self.leg(side);
        let has_credentials = leg.has_credentials();
        let contact_user = leg.options.contact_user.clone();
        let half = leg.half(fork)?;
        let hop = half.dialog.hop.clone();
        let contact = matches!(method, Method::Invite | Method::Update)
            .then(|| core.contact(&contact_user, hop.transport));
        let mut request = half.dialog.request(method, contact);
        if matches!(request.method, Method::Invite | Method::Update) {
            request.extra.push(Extra::Allow(ALLOW));
        }
        prepare(&mut request);
        let again = has_credentials.then(|| Box::new((hop.clone(), request.clone())));
        let (method, sdp) = (request.method.clone(), request.body.is_some());
        let client = core.transactions.request(core.now, user, hop, request).ok()?;
        core.sent(self.id, side, &method, None, sdp);
        self.pending.push(Pending {
            client,
            side,
            purpose,
            again,
        });
        Some(client)
    }

    /// Answers a request of this leg.
    pub(super) fn respond(
        &mut self,
        core: &mut Core,
        side: Side,
        server: ServerId,
        method: &Method,
        response: OutgoingResponse,
    ) {
        let sdp = response.body.as_ref().is_some_and(|(kind, _)| *kind == SDP);
        core.sent(self.id, side, method, Some(response.status), sdp);
        core.transactions.respond(core.now, server, response);
    }

    /// Answers a request of this leg with a status and nothing much.
    pub(super) fn reply(
        &mut self,
        core: &mut Core,
        side: Side,
        server: ServerId,
        method: &Method,
        status: u16,
        extra: Vec<Extra>,
    ) {
        let mut response = OutgoingResponse::new(status);
        response.extra = extra;
        self.respond(core, side, server, method, response);
    }

    /// Acknowledges a 2xx, and remembers how.
    pub(super) fn acknowledge(
        &mut self,
        core: &mut Core,
        side: Side,
        fork: u16,
        cseq: u32,
        body: Option<Bytes>,
    ) {
        let id = self.id;
        let Some(half) = self.leg(side).half(fork) else {
            return;
        };
        half.owed_ack = None;
        half.acked = Some((cseq, body));
        acknowledge_again(core, half);
        let sdp = half.acked.as_ref().is_some_and(|(_, body)| body.is_some());
        core.sent(id, side, &Method::Ack, None, sdp);
    }
}

/// Sends the last ACK, again or for the first time.
pub(super) fn acknowledge_again(core: &mut Core, half: &Half) {
    let Some((cseq, body)) = &half.acked else {
        return;
    };
    let mut ack = half.dialog.ack(*cseq);
    ack.extra.extend(half.authorization.iter().cloned());
    ack.body = body.clone().map(|body| (SDP, body));
    core.transactions
        .acknowledge(core.now, half.dialog.hop.clone(), &ack);
}
