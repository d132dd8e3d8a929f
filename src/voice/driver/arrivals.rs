//! Calls that come in: by which trunk, from whom, to whom; and what the exchange says to it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::RngCore;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::Driver;
use super::live::{Leg, Live};
use super::orders::{anchors, family, times};
use crate::config::sip::{DialledIn, WithheldCallers};
use crate::domain::E164;
use crate::domain::call::{Cause, EndedBy};
use crate::switchboard::outlet::IntakeError;
use crate::switchboard::switching::{Bridging, CallAttempt, CallPlan, Caller};
use crate::voice::counters::Counters;
use crate::voice::relay::{Family, RelayError};
use crate::voice::reports::cause_words;
use crate::voice::setup::DECISION_MS;
use crate::voice::trunks::{NoRoute, Trunk, attempt, leg_options};
use crate::wire::sip::b2bua::{self, Bridge, Decision, Refusal};
use crate::wire::sip::digest::Verdict;
use crate::wire::sip::flow::Source;
use crate::wire::sip::identity;
use crate::wire::sip::message::{Extra, IncomingRequest, Method, OutgoingResponse};

/// Calls that wait for the exchange; more are refused by the machine.
pub const UNDECIDED: usize = 1000;
/// How soon somebody whom we had no room for may try again, in seconds.
pub const RETRY_AFTER_S: u32 = 5;

/// What the exchange said.
pub struct Ruling {
    call: b2bua::CallId,
    trunk: Arc<str>,
    dialled: E164,
    plan: Result<CallPlan, IntakeError>,
}

/// A ruling that is sent whatever becomes of the question: its call waits for one.
struct Pledge {
    ruled: mpsc::Sender<Ruling>,
    call: b2bua::CallId,
    trunk: Arc<str>,
    dialled: E164,
    plan: Result<CallPlan, IntakeError>,
}

impl Pledge {
    fn keep(mut self, plan: Result<CallPlan, IntakeError>) {
        self.plan = plan;
    }
}

impl Drop for Pledge {
    fn drop(&mut self) {
        let ruling = Ruling {
            call: self.call,
            trunk: self.trunk.clone(),
            dialled: self.dialled,
            plan: std::mem::replace(&mut self.plan, Err(IntakeError::Overloaded)),
        };
        // There is room: the queue holds as many as may be asked about.
        let _ = self.ruled.try_send(ruling);
    }
}

/// Why a call is turned away before the exchange is asked.
enum Rejected {
    Refused(u16, u8),
    NoRoom,
}

impl Driver {
    /// A new INVITE, whose offer wants media at that address.
    pub(super) fn asked(
        &mut self,
        call: b2bua::CallId,
        (invite, source): (&IncomingRequest, Source),
        media: Option<IpAddr>,
    ) {
        match self.admit(call, (invite, source), media) {
            Ok(()) => {}
            Err(Rejected::Refused(status, q850)) => self.refuse(call, status, q850, None),
            Err(Rejected::NoRoom) => {
                Counters::add(&self.parts.counters.overloaded);
                self.refuse(call, 503, 34, Some(RETRY_AFTER_S));
            }
        }
    }

    fn admit(
        &mut self,
        call: b2bua::CallId,
        (invite, source): (&IncomingRequest, Source),
        media: Option<IpAddr>,
    ) -> Result<(), Rejected> {
        let trunk = self.caller_trunk(invite, source)?;
        if self.reports_back_up() || !self.rate.take(self.now) {
            return Err(Rejected::NoRoom);
        }
        let channel = trunk.seize(self.now).ok_or(Rejected::NoRoom)?;
        trunk.standing.calls_in.fetch_add(1, Ordering::Relaxed);
        let dialled = dialled(&trunk, invite).ok_or(Rejected::Refused(404, 1))?;
        let caller = caller(&trunk, invite);
        let leg = Leg {
            trunk: Some(trunk.clone()),
            channel: Some(channel),
            signalling: Some(source.remote.ip()),
            offered: media.map(Family::from),
            ..Leg::default()
        };
        // Calls whose callers gave up count until the exchange has answered: the machine knows of them no more.
        let is_alone = self.parts.directory.table().bring_calls() == 1;
        if !self.questions.begin(&trunk.name, is_alone) {
            return Err(Rejected::NoRoom);
        }
        self.ask(call, &trunk, leg, caller, dialled);
        Ok(())
    }

    /// Answers an INVITE whose credentials are missing, wrong or used already, with nothing kept of it (RFC 3261,
    /// section 26.3.2.4): one that bears a forged address costs no room here, and its answer is not repeated to whoever
    /// has that address. False where it is to be handed in.
    pub(super) fn turn_away(&mut self, request: &IncomingRequest, source: Source) -> bool {
        // What repeats an INVITE that was let in is the transactions'.
        if *request.method() != Method::Invite
            || request.to().tag.is_some()
            || self.parts.calls.knows(request)
        {
            return false;
        }
        let candidates = self.parts.directory.table().callers(source.remote);
        if !candidates.first().is_some_and(|first| first.wants_digest()) {
            return false;
        }
        let values = request.values("Authorization");
        let method = request.method().as_str();
        let password = |name: &str| password_of(&candidates, name);
        let fault = self
            .parts
            .guard
            .fault(self.now, &values, method, request.uri(), password);
        if matches!(fault, Some(Verdict::Wrong | Verdict::Replayed)) {
            Counters::add(&self.parts.counters.unauthorized);
        }
        let response = match fault {
            None | Some(Verdict::Accepted { .. }) => return false,
            Some(Verdict::Wrong) => {
                let reason = Extra::Reason {
                    protocol: "Q.850",
                    cause: 21,
                    text: cause_words(21),
                };
                OutgoingResponse {
                    extra: vec![reason],
                    ..OutgoingResponse::new(403)
                }
            }
            Some(verdict @ (Verdict::Absent | Verdict::Stale | Verdict::Replayed)) => {
                let salt = self.parts.rng.next_u64();
                let stale = verdict != Verdict::Absent;
                let challenge = self.parts.guard.challenge(self.now, salt, stale);
                OutgoingResponse {
                    extra: challenge.into_iter().map(Extra::WwwAuthenticate).collect(),
                    ..OutgoingResponse::new(401)
                }
            }
        };
        self.parts.calls.answer_once(&source, request, response);
        true
    }

    /// The trunk by which a call comes: known by its address, and by its password where it has one.
    fn caller_trunk(&mut self, invite: &IncomingRequest, source: Source) -> Result<Arc<Trunk>, Rejected> {
        let candidates = self.parts.directory.table().callers(source.remote);
        let first = candidates.first().ok_or(Rejected::Refused(403, 21))?;
        if !first.wants_digest() {
            return Ok(first.clone());
        }
        let password = |name: &str| password_of(&candidates, name);
        let values = invite.values("Authorization");
        let method = invite.method().as_str();
        let verdict = self
            .parts
            .guard
            .verify(self.now, &values, method, invite.uri(), password);
        // Whatever else there is was turned away, unless the trunks have changed since.
        let accepted = match &verdict {
            Verdict::Accepted { username } => by_username(&candidates, username),
            _ => None,
        };
        accepted.cloned().ok_or(Rejected::Refused(403, 21))
    }

    fn ask(&mut self, call: b2bua::CallId, trunk: &Trunk, leg: Leg, caller: Caller, dialled: E164) {
        let attempt = CallAttempt {
            trunk: trunk.name.to_string(),
            caller,
            dialled,
        };
        let live = Live {
            asking: true,
            legs: [leg, Leg::default()],
            ..Live::default()
        };
        self.live.insert(call, live);
        let exchange = self.parts.exchange.clone();
        let pledge = Pledge {
            ruled: self.ruled.clone(),
            call,
            trunk: trunk.name.clone(),
            dialled,
            plan: Err(IntakeError::Store("the question was lost".into())),
        };
        tokio::spawn(async move {
            // The machine waits no longer than this, so nobody would make use of a later answer.
            let asked = timeout(Duration::from_millis(DECISION_MS), exchange.route_call(attempt));
            pledge.keep(asked.await.unwrap_or(Err(IntakeError::Overloaded)));
        });
    }

    pub(super) fn ruling(&mut self, ruling: Ruling) {
        let Ruling {
            call,
            trunk,
            dialled,
            plan,
        } = ruling;
        self.questions.answered(&trunk);
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        live.asking = false;
        if let Ok(CallPlan::Bridge(bridging)) = &plan {
            live.id = Some((bridging.call, bridging.community));
        }
        if let Some(ended) = live.ended.take() {
            // The caller did not wait for it.
            if let Some(live) = self.live.remove(&call) {
                self.close(live, &ended);
            }
            return;
        }
        match plan {
            Ok(CallPlan::Bridge(bridging)) => {
                self.by_id.insert(bridging.call, call);
                self.bridge(call, dialled, &bridging);
            }
            Ok(CallPlan::Refuse(refused)) => {
                let q850 = u8::try_from(refused.code.q850).unwrap_or(31);
                self.refuse(call, refused.code.status, q850, None);
            }
            Err(IntakeError::Overloaded) => {
                Counters::add(&self.parts.counters.overloaded);
                self.refuse(call, 503, 34, Some(RETRY_AFTER_S));
            }
            Err(error) => {
                tracing::error!(%error, "a call could not be decided on");
                self.refuse(call, 500, 41, None);
            }
        }
        self.pump();
    }

    fn bridge(&mut self, call: b2bua::CallId, dialled: E164, bridging: &Bridging) {
        let ways = self.ways_to(&bridging.to);
        let routes = match ways {
            Ok(routes) => routes,
            Err(NoRoute::NoTrunk) => return self.fail(call, Cause::Unreachable, 3),
            Err(NoRoute::Full) => return self.fail(call, Cause::OutOfCapacity, 34),
        };
        let Some(channel) = routes.first().and_then(|route| route.trunk.seize(self.now)) else {
            return self.fail(call, Cause::OutOfCapacity, 34);
        };
        // The offer says where the caller wants its media; they need not come the way that its signalling does.
        let offered = self.live.get(&call).and_then(|live| live.legs[0].offered);
        let caller_ip = self.live.get(&call).and_then(|live| live.legs[0].signalling);
        let caller_family = offered.or(caller_ip.map(Into::into));
        let families = [caller_family.unwrap_or_else(|| family(&routes)), family(&routes)];
        let opened = match self.open_media(families, offered.is_some()) {
            Ok(opened) => opened,
            Err(RelayError::NoInterface) => return self.fail(call, Cause::Incompatible, 88),
            Err(_) => return self.fail(call, Cause::OutOfCapacity, 47),
        };
        let own = &self.parts.own;
        let caller_trunk = self.live.get(&call).and_then(|live| live.legs[0].trunk.clone());
        let bridge = Bridge {
            attempts: routes
                .iter()
                .map(|route| attempt(route, bridging.to.phone, bridging.to.shown, own))
                .collect(),
            anchors: anchors(&opened),
            codecs: self.parts.codecs.clone(),
            caller: caller_trunk.map_or_else(Default::default, |trunk| leg_options(&trunk, dialled, own)),
            times: times(bridging.ring_s, bridging.max_duration_s),
            failover: self.failover(),
        };
        if let Some(live) = self.live.get_mut(&call) {
            let first = routes.first().and_then(|route| route.hops.first());
            live.legs[1].signalling = first.map(|hop| hop.remote.ip());
            live.legs[1].routes = routes;
            live.legs[1].channel = Some(channel);
            live.session = Some(opened.id);
            self.by_session.insert(opened.id, call);
        }
        // Where the call is over already its end is on its way, and gives the ports back.
        self.decide(call, Decision::Bridge(Box::new(bridge)));
    }

    /// A call that the exchange wanted cannot be put through.
    fn fail(&mut self, call: b2bua::CallId, cause: Cause, q850: u8) {
        if let Some(live) = self.live.get_mut(&call) {
            live.why.get_or_insert((cause, EndedBy::Broker));
        }
        if cause == Cause::OutOfCapacity {
            Counters::add(&self.parts.counters.overloaded);
        }
        match cause {
            // Trying again would not help.
            Cause::Incompatible => self.refuse(call, 488, q850, None),
            _ => self.refuse(call, 503, q850, Some(RETRY_AFTER_S)),
        }
    }

    fn refuse(&mut self, call: b2bua::CallId, status: u16, q850: u8, retry_after_s: Option<u32>) {
        let refusal = Refusal {
            status,
            reason: Some((q850, cause_words(q850))),
            retry_after_s,
        };
        self.decide(call, Decision::Refuse(refusal));
    }

    fn decide(&mut self, call: b2bua::CallId, decision: Decision) {
        self.parts.calls.decide(self.now, call, decision);
    }
}

fn by_username<'a>(candidates: &'a [Arc<Trunk>], name: &str) -> Option<&'a Arc<Trunk>> {
    candidates
        .iter()
        .find(|trunk| trunk.config.inbound_username == name)
}

fn password_of<'a>(candidates: &'a [Arc<Trunk>], name: &str) -> Option<&'a str> {
    by_username(candidates, name).map(|trunk| trunk.config.inbound_password.0.as_str())
}

fn dialled(trunk: &Trunk, invite: &IncomingRequest) -> Option<E164> {
    let digits = match trunk.config.dialled {
        DialledIn::Uri => identity::dialled(&invite.uri().to_bytes(), &trunk.format),
        DialledIn::To => {
            let to = invite.values("To");
            identity::dialled_by_header(to.first()?, &trunk.format)
        }
    };
    E164::from_digits(&digits?).ok()
}

fn caller(trunk: &Trunk, invite: &IncomingRequest) -> Caller {
    match identity::caller(&trunk.trust, &trunk.format, &|name| invite.values(name)) {
        identity::Caller::Number { withheld: true, .. }
            if trunk.config.withheld == WithheldCallers::Stranger =>
        {
            Caller::Anonymous
        }
        identity::Caller::Number { digits, .. } => {
            E164::from_digits(&digits).map_or(Caller::Anonymous, Caller::Phone)
        }
        identity::Caller::Anonymous | identity::Caller::Unknown => Caller::Anonymous,
    }
}
