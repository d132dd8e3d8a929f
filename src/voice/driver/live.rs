//! What is known of a call besides what the machine knows: its record, its trunks, its media.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Driver;
use crate::domain::Timestamp;
use crate::domain::call::{Cause, EndedBy};
use crate::domain::id::{CallId, CommunityId};
use crate::switchboard::switching::{CallEnding, CallNews, CallReport, CallStep};
use crate::voice::relay::{Family, SessionId};
use crate::voice::reports::{self, Pending};
use crate::voice::trunks::{Channel, Route, Trunk};
use crate::wire::sip::Millis;
use crate::wire::sip::b2bua::{self, Ended, Failure, MediaPoint, Side, Step, What};
use crate::wire::sip::flow::Hop;

/// The most lines of a call's ladder that are kept; a call with more has been put on hold a hundred times.
const MOST_STEPS: usize = 400;

/// A call.
#[derive(Debug, Default)]
pub struct Live {
    /// Its name in the exchange, once that has decided for it.
    pub id: Option<(CallId, CommunityId)>,
    /// Whether the exchange has been asked and has not answered.
    pub asking: bool,
    /// The end, where it came before the exchange's answer.
    pub ended: Option<Ended>,
    /// Its ladder.
    pub steps: Vec<CallStep>,
    /// The caller's leg, then the callee's.
    pub legs: [Leg; 2],
    /// Its media.
    pub session: Option<SessionId>,
    /// Whether both talk.
    pub answered: bool,
    /// Whether a phone is known to ring.
    pub ringing: bool,
    /// Why we ended it, and who wanted it, where the machine cannot know.
    pub why: Option<(Cause, EndedBy)>,
}

/// One leg of a call.
#[derive(Debug, Default)]
pub struct Leg {
    /// The trunk by which it came.
    pub trunk: Option<Arc<Trunk>>,
    /// The ways out, by attempt.
    pub routes: Vec<Route>,
    /// Which attempt is under way, and which of its hops.
    pub at: Option<(usize, usize)>,
    /// Its place on its trunk.
    pub channel: Option<Channel>,
    /// Where its signalling comes from.
    pub signalling: Option<IpAddr>,
    /// By which version of IP its first offer wanted media.
    pub offered: Option<Family>,
    /// Whether the relay has been told where it is.
    pub pointed: bool,
    /// Where its media go.
    pub media: Option<MediaPoint>,
}

impl Leg {
    fn route(&self) -> Option<&Route> {
        self.routes.get(self.at?.0)
    }

    fn hop(&self) -> Option<(&Arc<Trunk>, &Hop)> {
        let (attempt, hop) = self.at?;
        let route = self.routes.get(attempt)?;
        Some((&route.trunk, route.hops.get(hop)?))
    }

    fn trunk_name(&self) -> Option<String> {
        let trunk = self.route().map(|route| &route.trunk).or(self.trunk.as_ref());
        trunk.map(|trunk| trunk.name.to_string())
    }
}

/// The place of a leg in a pair.
pub fn index(side: Side) -> usize {
    match side {
        Side::Caller => 0,
        Side::Callee => 1,
    }
}

impl Driver {
    /// The moment of the machine's clock, as it is written down.
    pub(super) fn wall(&self, at: Millis) -> Timestamp {
        let ago = i64::try_from(self.now.saturating_sub(at)).unwrap_or(0);
        self.parts.clock.now().plus_ms(-ago)
    }

    pub(super) fn step(&mut self, step: &Step) {
        let at = self.wall(step.at);
        let now = self.now;
        let Some(live) = self.live.get_mut(&step.call) else {
            return;
        };
        let leg = &mut live.legs[index(step.leg)];
        let mut trunk = None;
        match step.what {
            What::PassedOver(attempt) => {
                trunk = leg
                    .routes
                    .get(usize::from(attempt))
                    .map(|route| route.trunk.name.to_string());
            }
            What::Attempt(attempt, hop) => leg.begin(now, usize::from(attempt), usize::from(hop)),
            What::Failed(_, failure) => leg.failed(now, failure),
            What::Received(message) => {
                if let (Some((trunk, hop)), Some(status)) = (leg.hop(), message.status)
                    && status != 503
                {
                    trunk.standing.with_health(|health| health.succeeded(hop));
                }
            }
            _ => {}
        }
        if let Some((inbound, what)) = reports::line(step.what)
            && live.steps.len() < MOST_STEPS
        {
            live.steps.push(CallStep {
                at,
                leg: reports::leg(step.leg),
                inbound,
                what,
                trunk: trunk.or_else(|| leg.trunk_name()),
            });
        }
        let rings = matches!(step.what, What::Received(m) if m.method == "INVITE" && matches!(m.status, Some(180..=183)));
        if rings && !live.ringing && !live.legs[index(step.leg)].routes.is_empty() {
            live.ringing = true;
            self.report(step.call, at, CallNews::Ringing);
        }
        if step.what == What::Answered && step.leg == Side::Callee {
            self.both_answered(step.call, at);
        }
    }

    /// An attempt has failed: the next one is made where its trunk has room for it.
    pub(super) fn next_attempt(&mut self, call: b2bua::CallId, side: Side, attempt: u8) {
        let now = self.now;
        let leg = self.live.get_mut(&call).map(|live| &mut live.legs[index(side)]);
        let has_room = leg.is_some_and(|leg| leg.moves_to(now, attempt.into()));
        self.parts.calls.go_on(now, call, has_room);
    }

    fn both_answered(&mut self, call: b2bua::CallId, at: Timestamp) {
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        if live.answered {
            return;
        }
        live.answered = true;
        for leg in &live.legs {
            let trunk = leg.route().map(|route| &route.trunk).or(leg.trunk.as_ref());
            if let Some(trunk) = trunk {
                trunk.standing.answered.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.expect_media(call);
        self.report(call, at, CallNews::Answered);
    }

    pub(super) fn ended(&mut self, ended: &Ended) {
        let Some(live) = self.live.get_mut(&ended.call) else {
            return;
        };
        if live.asking {
            // The exchange has begun its record, or is about to: it is told once it has answered. Until then the call
            // keeps its place on its trunk: else one trunk could have any number of questions asked.
            live.ended = Some(*ended);
            return;
        }
        if let Some(live) = self.live.remove(&ended.call) {
            self.close(live, ended);
        }
    }

    /// Gives back what a call had, and reports its end.
    pub(super) fn close(&mut self, live: Live, ended: &Ended) {
        let media = live.session.and_then(|session| {
            self.by_session.remove(&session);
            self.parts.relay.close(session).ok()
        });
        let Some((id, community)) = live.id else {
            return;
        };
        self.by_id.remove(&id);
        let (cause, by) = live.why.unwrap_or_else(|| reports::ending(ended));
        let ending = CallEnding {
            by,
            cause,
            sip_status: (400..700).contains(&ended.status).then_some(ended.status),
            trunk_out: live.legs[1].route().map(|route| route.trunk.name.to_string()),
            quality: [None, None],
            steps: live.steps,
        };
        let report = CallReport {
            call: id,
            community,
            at: self.wall(ended.at),
            news: CallNews::Ended(Box::new(ending)),
        };
        self.offer(Pending { report, media });
    }

    pub(super) fn report(&mut self, call: b2bua::CallId, at: Timestamp, news: CallNews) {
        let Some((id, community)) = self.live.get(&call).and_then(|live| live.id) else {
            return;
        };
        let report = CallReport {
            call: id,
            community,
            at,
            news,
        };
        self.offer(Pending { report, media: None });
    }

    pub(super) fn offer(&self, pending: Pending) {
        if self.parts.reports.try_send(pending).is_err() {
            crate::voice::counters::Counters::add(&self.parts.counters.reports_lost);
        }
    }
}

impl Leg {
    fn begin(&mut self, now: Millis, attempt: usize, hop: usize) {
        let before = self.at.replace((attempt, hop));
        if let Some((_, hop)) = self.hop() {
            self.signalling = Some(hop.remote.ip());
        }
        if before.is_some_and(|(same, _)| same == attempt) {
            // Another hop of the same attempt: the one before it was no good.
            let bad = before.and_then(|(attempt, hop)| self.routes.get(attempt)?.hops.get(hop));
            if let (Some(route), Some(bad)) = (self.route(), bad) {
                route.trunk.standing.with_health(|health| health.failed(now, bad));
            }
            return;
        }
        let Some(route) = self.route() else { return };
        let trunk = route.trunk.clone();
        trunk.standing.calls_out.fetch_add(1, Ordering::Relaxed);
        self.trunk = Some(trunk);
    }

    /// Gives the place on its trunk back for one on the next attempt's; false where that has none. Another target of the
    /// same trunk is still the same call.
    fn moves_to(&mut self, now: Millis, attempt: usize) -> bool {
        let Some(next) = self.routes.get(attempt).map(|route| route.trunk.clone()) else {
            return false;
        };
        let stays = self.route().is_some_and(|route| Arc::ptr_eq(&route.trunk, &next));
        if !stays || self.channel.is_none() {
            self.channel = None;
            self.channel = next.seize(now);
        }
        self.channel.is_some()
    }

    fn failed(&self, now: Millis, failure: Failure) {
        let Some((trunk, hop)) = self.hop() else { return };
        trunk.standing.failed.fetch_add(1, Ordering::Relaxed);
        let dead = matches!(
            failure,
            Failure::Silent | Failure::TimedOut | Failure::Unreachable | Failure::Refused(503)
        );
        if dead && trunk.standing.with_health(|health| health.failed(now, hop)) {
            tracing::warn!(trunk = %trunk.name, "a SIP trunk does not take calls");
        }
    }
}
