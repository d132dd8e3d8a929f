//! Answering a challenge of the far end (RFC 3261, section 22).

use super::Credentials;
use super::call::{Call, Pending, Purpose};
use super::core::Core;
use super::random::Random;
use crate::wire::sip::dialog::with_tag;
use crate::wire::sip::digest::Account;
use crate::wire::sip::message::{Extra, IncomingResponse, Method};

/// The header that answers a 401 or 407; None where the challenge cannot be answered, or has been in vain. `tried`:
/// whether the request had credentials already.
pub(super) fn answer(
    response: &IncomingResponse,
    credentials: &Credentials,
    tried: bool,
    asked: (&Method, &str),
    random: &mut Random,
) -> Option<Extra> {
    let by_proxy = response.status() == 407;
    let name = if by_proxy {
        "Proxy-Authenticate"
    } else {
        "WWW-Authenticate"
    };
    let mut account = Account::new(credentials.username.as_str(), credentials.password.as_str());
    let asked = (asked.0.as_str(), asked.1);
    account
        .answer(&response.values(name), by_proxy, tried, asked, &random.cnonce())
        .ok()
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
        let asked = (&request.method, request.uri.as_str());
        let Some(header) = answer(response, credentials, false, asked, &mut core.random) else {
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
