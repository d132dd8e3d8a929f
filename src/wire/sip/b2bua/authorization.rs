//! Answering a challenge of the far end (RFC 3261, section 22).

use super::Credentials;
use super::call::{Call, Pending, Purpose};
use super::core::Core;
use super::random::Random;
use crate::wire::sip::dialog::with_tag;
use crate::wire::sip::message::{Extra, IncomingResponse, Method};

/// The header that answers a 401 or 407; None where the challenge cannot be answered.
pub(super) fn answer(
    _response: &IncomingResponse,
    _credentials: &Credentials,
    _asked: (&Method, &str, &[u8]),
    _random: &mut Random,
) -> Option<Extra> {
    None
}

impl Call {
    /// Sends a request within a dialog again with credentials; once. False where that cannot be.
    pub(super) fn authorize(
        &mut self,
        core: &mut Core,
        pending: Pending,
        response: &IncomingResponse,
    ) -> bool {
        let Pending {
            side,
            purpose,
            again: Some(again),
            ..
        } = pending
        else {
            return false;
        };
        let (hop, mut request) = *again;
        let (user, id) = (self.user(), self.id);
        let leg = self.leg(side);
        let attempt = leg
            .outgoing
            .as_ref()
            .and_then(|outgoing| outgoing.attempts.front());
        let Some(credentials) = attempt.and_then(|attempt| attempt.credentials.as_ref()) else {
            return false;
        };
        let body = request.body.as_ref().map_or(&[][..], |(_, body)| body);
        let asked = (&request.method, request.uri.as_str(), body);
        let Some(header) = answer(response, credentials, asked, &mut core.random) else {
            return false;
        };
        let to = request.to.clone();
        let half = leg
            .halves
            .iter_mut()
            .find(|half| with_tag(&half.dialog.remote, &half.dialog.remote_tag) == to);
        let Some(half) = half else {
            return false;
        };
        half.dialog.local_seq += 1;
        request.cseq = half.dialog.local_seq;
        if request.method == Method::Invite {
            half.authorization = vec![header.clone()];
        }
        request.extra.push(header);
        let method = request.method.clone();
        let sdp = request.body.is_some();
        let Ok(client) = core.transactions.request(core.now, user, hop, request) else {
            return false;
        };
        core.sent(id, side, &method, None, sdp);
        self.pending.push(Pending {
            client,
            side,
            purpose,
            again: None,
        });
        if let Purpose::Exchange(number) = purpose
            && let Some(exchange) = self
                .exchanges
                .iter_mut()
                .find(|exchange| exchange.number == number)
        {
            exchange.client = Some(client);
        }
        true
    }
}
