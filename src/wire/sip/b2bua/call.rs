//! One call: its legs, what it waits for, and how it sends.

use super::core::{ALLOW, Core, SDP};
use super::ending::Ending;
use super::exchange::Exchange;
use super::leg::{Half, Leg};
use super::sending;
use super::timers::{Timer, Timers};
use super::{CallId, Cause, Failover, Failure, Side, Times};
use crate::wire::sdp::{Codec, Session};
use crate::wire::sip::dialog::{Order, Tag};
use crate::wire::sip::flow::{Hop, Source};
use crate::wire::sip::message::{Extra, IncomingRequest, IncomingResponse, Method, OutgoingRequest};
use crate::wire::sip::transaction::{ClientId, ServerId, User};

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The driver decides.
    Asked,
    /// A leg is rung.
    Ringing(Side),
    /// Both legs have answered.
    Talking,
    /// Over: the last answers are waited for.
    Over,
}

/// What a request of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Invite,
    /// Part of an exchange between the legs, by its number.
    Exchange(u16),
    /// A PRACK of our own.
    Prack,
    Bye,
    Info,
    Probe,
    /// A re-INVITE that was open when the call ended: its 2xx is acknowledged all the same.
    Parting,
}

/// A request of ours that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) client: ClientId,
    pub(super) side: Side,
    pub(super) purpose: Purpose,
    /// To be sent again with credentials, where there are any, and to where.
    pub(super) again: Option<Box<(Hop, OutgoingRequest)>>,
}

/// For so many refreshes and questions in a row a leg may be out of reach.
const UNREACHED: u8 = 3;

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) state: State,
    pub(super) caller: Leg,
    pub(super) callee: Leg,
    pub(super) times: Times,
    pub(super) failover: Failover,
    pub(super) codecs: Vec<Codec>,
    pub(super) timers: Timers,
    pub(super) pending: Vec<Pending>,
    pub(super) exchanges: Vec<Exchange>,
    /// The number of the next fork or exchange.
    pub(super) next: u16,
    /// What the callee is offered: the caller's words.
    pub(super) offered: Option<Session>,
    /// The failure that the caller would hear of now.
    pub(super) failure: Option<Failure>,
    /// The Q.850 cause that came with it.
    pub(super) q850: Option<u8>,
    /// The callee has answered and the caller's PRACK is waited for.
    pub(super) held_answer: Option<Box<(u16, Option<Session>)>>,
    /// Tags that lead here.
    pub(super) tags: Vec<Tag>,
    /// The entry among the INVITEs that came.
    pub(super) key: Option<Box<[u8]>>,
}

impl Call {
    pub(super) fn new(id: CallId, state: State) -> Self {
        Self {
            id,
            state,
            caller: Leg::new(),
            callee: Leg::new(),
            times: Times {
                ring_ms: 0,
                longest_ms: 0,
            },
            failover: Failover::default(),
            codecs: Vec::new(),
            timers: Timers::default(),
            pending: Vec::new(),
            exchanges: Vec::new(),
            next: 0,
            offered: None,
            failure: None,
            q850: None,
            held_answer: None,
            tags: Vec::new(),
            key: None,
        }
    }

    pub(super) fn leg(&mut self, side: Side) -> &mut Leg {
        match side {
            Side::Caller => &mut self.caller,
            Side::Callee => &mut self.callee,
        }
    }

    pub(super) fn user(&self) -> User {
        User(self.id.0)
    }

    /// Whether nothing of it is waited for any more.
    pub(super) fn is_done(&self) -> bool {
        let unacknowledged = |leg: &Leg| leg.halves.iter().any(|half| half.answer.is_some());
        self.state == State::Over
            && self.pending.is_empty()
            && !unacknowledged(&self.caller)
            && !unacknowledged(&self.callee)
    }

    pub(super) fn next_number(&mut self) -> u16 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// Makes a tag lead here.
    pub(super) fn claim(&mut self, core: &mut Core, tag: Tag, side: Side) {
        core.tags.insert(tag, (self.id, side));
        self.tags.push(tag);
    }

    /// Takes every trace of the call out of the tables.
    pub(super) fn forget(&mut self, core: &mut Core) {
        for tag in self.tags.drain(..) {
            core.tags.remove(&tag);
        }
        self.forget_arrival(core);
    }

    pub(super) fn forget_arrival(&mut self, core: &mut Core) {
        if let Some(key) = self.key.take()
            && core.arrived.get(&key).is_some_and(|(call, _)| *call == self.id)
        {
            core.arrived.remove(&key);
        }
    }

    /// A request that names a dialog of this call.
    pub(super) fn receive(
        &mut self,
        core: &mut Core,
        side: Side,
        server: ServerId,
        request: &IncomingRequest,
        source: Source,
    ) {
        let Some(half) = self.owner(side, request) else {
            core.reject(server, 481, Vec::new());
            return;
        };
        let order = half.dialog.order(request.cseq());
        let fork = half.fork;
        if order != Order::Late {
            half.dialog.moved(source);
        }
        let method = request.method().clone();
        core.received(self.id, side, &method, None, request.body().is_some());
        match order {
            Order::Next => {}
            Order::Same => return self.reply(core, side, server, &method, 482, Vec::new()),
            Order::Late => return self.reply(core, side, server, &method, 500, Vec::new()),
        }
        if request.max_forwards() == Some(0) && method != Method::Bye {
            return self.reply(core, side, server, &method, 483, Vec::new());
        }
        let unknown = unknown_options(request);
        if !unknown.is_empty() {
            return self.reply(
                core,
                side,
                server,
                &method,
                420,
                vec![Extra::Unsupported(unknown)],
            );
        }
        match method {
            Method::Bye => self.goodbye(core, side, fork, server, request),
            _ if self.state == State::Over => self.reply(core, side, server, &method, 481, Vec::new()),
            Method::Invite => self.reinvite(core, side, server, request),
            Method::Update => self.update(core, side, fork, server, request),
            Method::Prack => self.prack(core, side, fork, server, request),
            Method::Info => self.info(core, side, server, request),
            Method::Options => {
                let extra = vec![Extra::Allow(ALLOW), Extra::Accept(SDP)];
                self.reply(core, side, server, &method, 200, extra);
            }
            // A transfer would put one party in touch with an address of the other's choosing: never.
            Method::Refer => {
                let reason = Extra::Reason {
                    protocol: "SIP",
                    cause: 603,
                    text: "Calls are not transferred here",
                };
                self.reply(core, side, server, &method, 603, vec![reason]);
            }
            Method::Notify | Method::Subscribe => self.reply(core, side, server, &method, 489, Vec::new()),
            Method::Other(_) => self.reply(core, side, server, &method, 501, vec![Extra::Allow(ALLOW)]),
            _ => self.reply(core, side, server, &method, 405, vec![Extra::Allow(ALLOW)]),
        }
    }

    /// The dialog that a request belongs to.
    pub(super) fn owner(&mut self, side: Side, request: &IncomingRequest) -> Option<&mut Half> {
        let tag = request.to().tag.as_deref().and_then(Tag::parse)?;
        let halves = self.leg(side).halves.iter_mut();
        halves
            .into_iter()
            .find(|half| half.dialog.local_tag == tag && half.dialog.owns(request))
    }

    /// An answer to a request of ours.
    pub(super) fn answered(
        &mut self,
        core: &mut Core,
        client: ClientId,
        response: &IncomingResponse,
        source: Source,
    ) {
        let Some(index) = self.pending.iter().position(|pending| pending.client == client) else {
            return self.repeated(core, response, source);
        };
        let (side, purpose) = (self.pending[index].side, self.pending[index].purpose);
        let status = response.status();
        core.received(
            self.id,
            side,
            response.cseq_method(),
            Some(status),
            response.body().is_some(),
        );
        if status >= 200 {
            let pending = self.pending.swap_remove(index);
            if matches!(status, 401 | 407)
                && !matches!(purpose, Purpose::Invite | Purpose::Parting)
                && self.authorize(core, pending, response)
            {
                return;
            }
        }
        match purpose {
            Purpose::Invite if status < 200 => self.progress(core, side, response),
            Purpose::Invite if status < 300 => self.accepted(core, side, response, source),
            Purpose::Invite => self.refused(core, side, response),
            _ if status < 200 => {}
            Purpose::Exchange(number) => self.exchange_answered(core, number, response),
            Purpose::Probe => self.probed(core, side, status),
            Purpose::Parting if status < 300 => self.acknowledge(core, side, 0, response.cseq(), None),
            Purpose::Parting | Purpose::Prack | Purpose::Bye | Purpose::Info => {}
        }
    }

    /// A request of ours was not answered, or could not be sent.
    pub(super) fn unanswered(&mut self, core: &mut Core, client: ClientId, failure: Failure) {
        let Some(index) = self.pending.iter().position(|pending| pending.client == client) else {
            return;
        };
        let Pending { side, purpose, .. } = self.pending.swap_remove(index);
        match purpose {
            Purpose::Invite => self.attempt_failed(core, side, failure),
            Purpose::Exchange(number) => self.exchange_failed(core, number, failure),
            // That its connection has gone says nothing of the peer: sound may well flow. It is asked again.
            Purpose::Probe if failure == Failure::Unreachable && !self.is_out_of_reach(side) => {
                self.arm(core, side)
            }
            Purpose::Probe => self.lost(core, side),
            Purpose::Parting | Purpose::Prack | Purpose::Bye | Purpose::Info => {}
        }
    }

    /// A 2xx that repeats is acknowledged again; one of another fork is refused.
    fn repeated(&mut self, core: &mut Core, response: &IncomingResponse, source: Source) {
        if *response.cseq_method() != Method::Invite || !(200..300).contains(&response.status()) {
            return;
        }
        let mut halves = self.caller.halves.iter().chain(&self.callee.halves);
        let Some(half) = halves.find(|half| half.dialog.named_by(response)) else {
            return core.refuse_late_answer(response, source);
        };
        if half
            .acked
            .as_ref()
            .is_some_and(|(cseq, _)| *cseq == response.cseq())
        {
            sending::acknowledge_again(core, half);
        }
    }

    /// Runs every timer that is due.
    pub(super) fn handle_timeout(&mut self, core: &mut Core) {
        while let Some(timer) = self.timers.take_due(core.now) {
            match timer {
                Timer::Decision => self.undecided(core),
                Timer::Ring => self.ring_timeout(core),
                Timer::Silence => self.silent(core),
                Timer::Answer(side) => self.repeat_answer(core, side),
                Timer::Reliable(fork) => self.repeat_reliable(core, fork),
                Timer::Session(side) => self.session_due(core, side),
                Timer::Probe(side) => self.probe(core, side),
                Timer::Glare(number) => self.try_again(core, number),
                Timer::Longest => self.too_long(core),
                Timer::Linger => self.stop_lingering(),
            }
        }
    }

    fn stop_lingering(&mut self) {
        self.pending.clear();
        for leg in [&mut self.caller, &mut self.callee] {
            leg.halves.clear();
        }
    }

    /// Counts that a leg could not be reached; true once that is too often: whoever cannot even be asked would
    /// otherwise keep a call that is on hold, where nothing has to sound, to its longest duration.
    pub(super) fn is_out_of_reach(&mut self, side: Side) -> bool {
        let leg = self.leg(side);
        leg.unreached = leg.unreached.saturating_add(1);
        leg.unreached >= UNREACHED
    }

    /// A peer does not answer any more.
    pub(super) fn lost(&mut self, core: &mut Core, side: Side) {
        let mut ending = Ending::ours(Cause::PeerLost, 41);
        ending.text = Some(match side {
            Side::Caller => "Caller lost",
            Side::Callee => "Callee lost",
        });
        self.finish(core, ending);
    }
}

/// Option tags of Require that are not ours.
pub(super) fn unknown_options(request: &IncomingRequest) -> Vec<String> {
    let mut unknown = request.required();
    unknown.retain(|tag| tag != "100rel" && tag != "timer");
    unknown.truncate(16);
    unknown
}
