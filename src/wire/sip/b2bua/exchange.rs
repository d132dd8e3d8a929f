//! Requests within a call that go from one leg to the other: re-INVITE and UPDATE (hold, resume, codecs), PRACK, and
//! those of our own. What meets another is refused 491, and what is refused 491 is sent again later (RFC 3261,
//! section 14).

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use super::call::{Call, Purpose};
use super::core::Core;
use super::description;
use super::ending::Ending;
use super::failure;
use super::leg::TimerAsk;
use super::session_timer;
use super::timers::Timer;
use super::{Cause, Failure, Side, What};
use crate::wire::sdp::Session;
use crate::wire::sip::message::{IncomingRequest, IncomingResponse, Method, OutgoingResponse};
use crate::wire::sip::transaction::{ClientId, ServerId};

/// How often a request that met another is sent again.
const MOST_TRIES: u8 = 4;

/// Tells descriptions apart.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Who waits for the answer.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) side: Side,
    pub(super) server: ServerId,
    pub(super) method: Method,
    pub(super) cseq: u32,
    pub(super) asks: TimerAsk,
    pub(super) fork: u16,
}

impl Asker {
    pub(super) fn new(side: Side, server: ServerId, request: &IncomingRequest) -> Self {
        Self {
            side,
            server,
            method: request.method().clone(),
            cseq: request.cseq(),
            asks: TimerAsk::read(request),
            fork: 0,
        }
    }
}

/// A request on its way to a leg.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) number: u16,
    /// To which leg.
    pub(super) to: Side,
    pub(super) fork: u16,
    /// What was sent there.
    pub(super) method: Method,
    /// None: it is our own.
    pub(super) asker: Option<Asker>,
    /// None while it waits to be sent again.
    pub(super) client: Option<ClientId>,
    /// What the asker offers.
    pub(super) offered: Option<Box<Session>>,
    /// The hash of the asker's description.
    pub(super) remote: u64,
    /// The description that was sent; none asks the leg for an offer, or is a refresh.
    pub(super) local: Option<Bytes>,
    /// Whether the call cannot go on without it.
    pub(super) is_vital: bool,
    tries: u8,
}

impl Exchange {
    pub(super) fn new(number: u16, to: Side, fork: u16, method: Method, asker: Option<Asker>) -> Self {
        Self {
            number,
            to,
            fork,
            method,
            asker,
            client: None,
            offered: None,
            remote: 0,
            local: None,
            is_vital: false,
            tries: 0,
        }
    }
}

impl Call {
    /// Sends an exchange's request, for the first time or again.
    pub(super) fn send_exchange(&mut self, core: &mut Core, mut exchange: Exchange) {
        let (to, number, method) = (exchange.to, exchange.number, exchange.method.clone());
        let body = exchange.local.clone();
        let session_timer = self.leg(to).options.session;
        let agreed = self.leg(to).half(exchange.fork).and_then(|half| half.agreed);
        let confirmed = self.leg(to).confirmed;
        let client = self.send(
            core,
            to,
            exchange.fork,
            Purpose::Exchange(number),
            method,
            |request| {
                if confirmed {
                    request
                        .extra
                        .extend(session_timer::request_headers(agreed, session_timer));
                }
                request.body = body.and_then(description::body);
            },
        );
        if client.is_none() {
            return self.give_back(core, exchange, 500);
        }
        exchange.client = client;
        self.exchanges.push(exchange);
    }

    /// Refuses the asker.
    pub(super) fn give_back(&mut self, core: &mut Core, exchange: Exchange, status: u16) {
        match exchange.asker {
            Some(asker) => self.reply(core, asker.side, asker.server, &asker.method, status, Vec::new()),
            None if exchange.is_vital => {
                let mut ending = Ending::ours(Cause::Failed(Failure::BadMedia), 88);
                ending.text = Some("No media in common");
                self.finish(core, ending);
            }
            None => self.arm(core, exchange.to),
        }
    }

    fn take_exchange(&mut self, number: u16) -> Option<Exchange> {
        let index = self
            .exchanges
            .iter()
            .position(|exchange| exchange.number == number)?;
        Some(self.exchanges.swap_remove(index))
    }

    /// A final answer to an exchange's request.
    pub(super) fn exchange_answered(&mut self, core: &mut Core, number: u16, response: &IncomingResponse) {
        let Some(exchange) = self.take_exchange(number) else {
            return;
        };
        let status = response.status();
        self.leg(exchange.to).unreached = 0;
        if status < 300 {
            return self.exchange_accepted(core, exchange, response);
        }
        if failure::is_dialog_lost(status) && self.leg(exchange.to).confirmed {
            let to = exchange.to;
            self.give_back(core, exchange, status);
            return self.lost(core, to);
        }
        match status {
            491 if exchange.method != Method::Prack => return self.met_another(core, exchange),
            405 | 501 if exchange.method == Method::Update && self.leg(exchange.to).confirmed => {
                if let Some(half) = self.leg(exchange.to).talk() {
                    half.updates = false;
                }
                return self.by_invite(core, exchange);
            }
            422 if exchange.tries == 0 => {
                if let Some(least) = response.min_se().filter(|least| *least <= 86_400) {
                    let leg = self.leg(exchange.to);
                    leg.options.session.interval_s = leg.options.session.interval_s.max(least);
                    leg.options.session.minimum_s = leg.options.session.minimum_s.max(least);
                    let mut exchange = exchange;
                    exchange.tries = 1;
                    return self.send_exchange(core, exchange);
                }
            }
            _ => {}
        }
        self.give_back(core, exchange, failure::within(status));
    }

    /// UPDATE is not understood after all.
    fn by_invite(&mut self, core: &mut Core, mut exchange: Exchange) {
        exchange.method = Method::Invite;
        if exchange.local.is_none() {
            // A refresh repeats what holds.
            exchange.local = self.leg(exchange.to).talk().and_then(|half| half.local.clone());
        }
        self.send_exchange(core, exchange);
    }

    fn exchange_accepted(&mut self, core: &mut Core, exchange: Exchange, response: &IncomingResponse) {
        let (id, to, cseq) = (self.id, exchange.to, response.cseq());
        let Exchange {
            fork, local, offered, ..
        } = exchange;
        let is_invite = exchange.method == Method::Invite;
        let session_timer = self.leg(to).options.session;
        let said = description::of(response);
        let confirmed = self.leg(to).confirmed;
        let Some(half) = self.leg(to).half(fork) else {
            return;
        };
        half.note(response);
        if exchange.method != Method::Prack {
            half.dialog.retarget(response.contact());
        }
        if confirmed && exchange.method != Method::Prack {
            half.agreed = session_timer::agreed(response, session_timer);
        }
        let made_offer = local.is_some();
        if made_offer {
            half.local = local;
            if matches!(said, Ok(Some(_))) {
                half.remote = hash(description::bytes(response));
            }
        }
        let delayed = is_invite && !made_offer;
        if delayed {
            half.owed_ack = Some(cseq);
        } else if is_invite {
            self.acknowledge(core, to, fork, cseq, None);
        }
        if confirmed {
            self.arm(core, to);
        }
        let Some(asker) = exchange.asker else {
            if let Ok(Some(session)) = &said {
                core.media(id, to, session);
            }
            if delayed {
                // Its asker has withdrawn: the offer is refused by answering with what held before.
                let body = self.leg(to).talk().and_then(|half| half.local.clone());
                self.acknowledge(core, to, fork, cseq, body);
            }
            return;
        };
        let side = asker.side;
        let anchor = self.leg(side).anchor;
        let codecs = self.codecs.clone();
        let Ok(session) = said else {
            if delayed {
                self.acknowledge(core, to, fork, cseq, None);
            }
            return self.reply(core, side, asker.server, &asker.method, 488, Vec::new());
        };
        let draft = match (&offered, &session) {
            (Some(offered), Some(session)) => description::answer(offered, session, anchor),
            (None, Some(session)) if delayed => description::offer(session, anchor, &codecs),
            _ => None,
        };
        if asker.method == Method::Prack {
            let half = self.leg(side).half(fork);
            let body = half.zip(draft).map(|(half, draft)| half.origin.write(&draft));
            if let (Some(offered), Some(session)) = (&offered, &session) {
                core.media(id, side, offered);
                core.media(id, to, session);
            }
            let mut answer = OutgoingResponse::new(200);
            answer.body = body.and_then(description::body);
            return self.respond(core, side, asker.server, &asker.method, answer);
        }
        let half = self.leg(side).half(asker.fork);
        let Some(body) = half.zip(draft).map(|(half, draft)| half.origin.write(&draft)) else {
            if delayed {
                self.acknowledge(core, to, fork, cseq, None);
            }
            return self.reply(core, side, asker.server, &asker.method, 488, Vec::new());
        };
        match (offered, session) {
            (Some(offered), session) => {
                if let Some(half) = self.leg(side).half(asker.fork) {
                    half.remote = exchange.remote;
                    let held = offered.is_hold();
                    if held != std::mem::replace(&mut half.held, held) {
                        core.step(id, side, if held { What::Held } else { What::Resumed });
                    }
                }
                core.media(id, side, &offered);
                if let Some(session) = &session {
                    core.media(id, to, session);
                }
                self.accept(core, asker, Some(body), None);
            }
            (None, session) => self.accept(core, asker, Some(body), session.map(Box::new)),
        }
    }

    /// An exchange's request was not answered, or could not be sent.
    pub(super) fn exchange_failed(&mut self, core: &mut Core, number: u16, failure: Failure) {
        let Some(exchange) = self.take_exchange(number) else {
            return;
        };
        let to = exchange.to;
        let dead = self.leg(to).confirmed
            && match failure {
                Failure::TimedOut => true,
                // Of our own alone: a phone that holds and resumes must not end a call by it.
                Failure::Unreachable => exchange.asker.is_none() && self.is_out_of_reach(to),
                _ => false,
            };
        self.give_back(core, exchange, if dead { 408 } else { 500 });
        if dead {
            self.lost(core, to);
        }
    }

    /// Our request met one of the peer (section 14.1): the one who made the Call-ID waits longer.
    fn met_another(&mut self, core: &mut Core, mut exchange: Exchange) {
        exchange.tries += 1;
        if exchange.tries >= MOST_TRIES {
            return self.give_back(core, exchange, 491);
        }
        let owner = self.leg(exchange.to).outgoing.is_some();
        let wait = if owner {
            core.random.between(210, 400)
        } else {
            core.random.between(0, 200)
        } * 10;
        exchange.client = None;
        self.timers.set(Timer::Glare(exchange.number), core.now + wait);
        self.exchanges.push(exchange);
    }

    /// The wait is over.
    pub(super) fn try_again(&mut self, core: &mut Core, number: u16) {
        if let Some(exchange) = self.take_exchange(number) {
            self.send_exchange(core, exchange);
        }
    }

    /// The asker has cancelled its re-INVITE.
    pub(super) fn exchange_cancelled(&mut self, core: &mut Core, server: ServerId) {
        let asks = |exchange: &Exchange| {
            exchange
                .asker
                .as_ref()
                .is_some_and(|asker| asker.server == server)
        };
        let Some(index) = self.exchanges.iter().position(asks) else {
            return;
        };
        let exchange = &mut self.exchanges[index];
        let (client, number) = (exchange.client, exchange.number);
        let Some(asker) = exchange.asker.take() else {
            return;
        };
        core.received(self.id, asker.side, &Method::Cancel, None, false);
        match client {
            // Its answer is still waited for: a 2xx that crosses is acknowledged.
            Some(client) => core.transactions.cancel(core.now, client),
            None => {
                self.timers.cancel(Timer::Glare(number));
                self.exchanges.swap_remove(index);
            }
        }
        self.reply(core, asker.side, asker.server, &asker.method, 487, Vec::new());
    }

    /// The early dialogs of a leg are no more: whoever waits for them is answered.
    pub(super) fn drop_exchanges(&mut self, core: &mut Core, side: Side) {
        self.drop_where(core, |exchange| exchange.to == side);
    }

    /// One early dialog of a leg has won.
    pub(super) fn drop_losers(&mut self, core: &mut Core, side: Side, fork: u16) {
        self.drop_where(core, |exchange| exchange.to == side && exchange.fork != fork);
    }

    fn drop_where(&mut self, core: &mut Core, gone: impl Fn(&Exchange) -> bool) {
        let (gone, kept) = std::mem::take(&mut self.exchanges).into_iter().partition(gone);
        self.exchanges = kept;
        let gone: Vec<Exchange> = gone;
        for exchange in gone {
            self.timers.cancel(Timer::Glare(exchange.number));
            self.pending
                .retain(|pending| pending.purpose != Purpose::Exchange(exchange.number));
            // The PRACK has done its work: the provisional answer is acknowledged.
            let status = if exchange.method == Method::Prack {
                200
            } else {
                500
            };
            if let Some(asker) = exchange.asker {
                self.reply(core, asker.side, asker.server, &asker.method, status, Vec::new());
            }
        }
    }

    /// Refreshes a leg's session: by UPDATE, else by a re-INVITE that repeats what holds (RFC 4028, section 7.4).
    pub(super) fn refresh(&mut self, core: &mut Core, side: Side) {
        let Some(half) = self.leg(side).talk() else {
            return;
        };
        let (updates, local) = (half.updates, half.local.clone());
        let method = if updates { Method::Update } else { Method::Invite };
        let number = self.next_number();
        let mut exchange = Exchange::new(number, side, 0, method, None);
        exchange.local = local.filter(|_| !updates);
        self.send_exchange(core, exchange);
    }
}
