//! What the exchange wants: calls that apps make, and calls that are to end. And new settings.

use rand::RngCore;
use tokio::sync::oneshot;

use super::Driver;
use super::live::{Leg, Live};
use crate::domain::call::{Cause, EndedBy};
use crate::domain::id::CallId;
use crate::switchboard::switching::{CallEnd, CallOrder, CallStep, PlaceError};
use crate::voice::relay::{Family, Opened, RelayError};
use crate::voice::sockets::Connectors;
use crate::voice::trunks::{NoRoute, Route, Wanted, attempt, routes};
use crate::wire::sip::b2bua::{Anchors, Failover, Origination, Times};

/// Something that another task wants.
pub enum Order {
    /// A call is to be made.
    Place(Box<CallOrder>, oneshot::Sender<Result<(), PlaceError>>),
    /// A call is to end; whether it is here.
    HangUp(CallId, oneshot::Sender<bool>),
    /// What has passed on both legs of a call, where it is here.
    Steps(CallId, oneshot::Sender<Option<Vec<CallStep>>>),
    /// Which of these calls are not here.
    Unknown(Vec<CallId>, oneshot::Sender<Vec<CallId>>),
    /// TLS is spoken so from now on; the trunks have been put in their place already.
    Connectors(Connectors),
}

impl Driver {
    pub(super) fn order(&mut self, order: Order) {
        match order {
            Order::Place(order, answer) => {
                let placed = self.place(&order);
                // Whoever asked may have given up; then the call goes on and is reported all the same.
                let _ = answer.send(placed);
            }
            Order::HangUp(id, answer) => {
                let call = self.by_id.get(&id).copied();
                let ended = call.is_some_and(|call| self.end(call, Cause::HungUp, EndedBy::App, 16));
                let _ = answer.send(ended);
            }
            Order::Steps(id, answer) => {
                let live = self.by_id.get(&id).and_then(|call| self.live.get(call));
                let _ = answer.send(live.map(|live| live.steps.clone()));
            }
            Order::Unknown(mut calls, answer) => {
                calls.retain(|id| !self.by_id.contains_key(id));
                let _ = answer.send(calls);
            }
            Order::Connectors(connectors) => {
                self.parts.streams.set_connectors(connectors);
                self.remember_former();
            }
        }
        self.pump();
    }

    fn place(&mut self, order: &CallOrder) -> Result<(), PlaceError> {
        if self.drain.is_some() {
            return Err(PlaceError::Draining);
        }
        if !self.rate.take(self.now) || self.reports_back_up() {
            return Err(PlaceError::OutOfCapacity);
        }
        let first = self.ways_to(&order.first).map_err(place_error)?;
        let second = self.ways_to(&order.second).map_err(place_error)?;
        // The contact's place is taken with the member's: else the member's phone would ring for a call that has none.
        let now = self.now;
        let seize = |routes: &[Route]| routes.first().and_then(|route| route.trunk.seize(now));
        let channels = [&first, &second].map(|routes| seize(routes));
        let [Some(to_first), Some(to_second)] = channels else {
            return Err(PlaceError::OutOfCapacity);
        };
        let families = [family(&first), family(&second)];
        let opened = self.open_media(families, false);
        let opened = opened.map_err(|_| PlaceError::OutOfCapacity)?;
        let attempts = |routes: &[Route], end: &CallEnd| {
            let attempt = |route| attempt(route, end.phone, end.shown, &self.parts.own);
            routes.iter().map(attempt).collect()
        };
        let origination = Origination {
            caller: attempts(&first, &order.first),
            callee: attempts(&second, &order.second),
            anchors: anchors(&opened),
            codecs: self.parts.codecs.clone(),
            times: times(order.ring_s, order.max_duration_s),
            failover: self.failover(),
        };
        let Ok(call) = self.parts.calls.originate(self.now, origination) else {
            let _ = self.parts.relay.close(opened.id);
            return Err(PlaceError::OutOfCapacity);
        };
        self.by_id.insert(order.call, call);
        self.by_session.insert(opened.id, call);
        let leg = |routes: Vec<Route>| Leg {
            signalling: routes
                .first()
                .and_then(|r| r.hops.first())
                .map(|hop| hop.remote.ip()),
            routes,
            ..Leg::default()
        };
        let mut legs = [leg(first), leg(second)];
        legs[0].channel = Some(to_first);
        legs[1].channel = Some(to_second);
        let live = Live {
            id: Some((order.call, order.community)),
            legs,
            session: Some(opened.id),
            ..Live::default()
        };
        self.live.insert(call, live);
        Ok(())
    }

    /// The ways out to an end.
    pub(super) fn ways_to(&mut self, end: &CallEnd) -> Result<Vec<Route>, NoRoute> {
        let wanted = Wanted {
            phone: end.phone,
            carrier: &end.carrier,
        };
        routes(
            &self.parts.directory.table(),
            wanted,
            self.now,
            &mut self.parts.rng,
        )
    }

    /// Ports for a call; where the relay has no address of a version of IP, those of the other. Where the first leg has
    /// said where it is (`settled`), only its own version will do for it.
    pub(super) fn open_media(&mut self, families: [Family; 2], settled: bool) -> Result<Opened, RelayError> {
        let mut random = [0; 24];
        self.parts.rng.fill_bytes(&mut random);
        let first = families[0];
        let wishes = [families, [first; 2], [Family::V4; 2], [Family::V6; 2]];
        for wish in wishes.into_iter().filter(|wish| !settled || wish[0] == first) {
            match self.parts.relay.open(wish, random) {
                Err(RelayError::NoInterface) => {}
                Err(error) => {
                    if self.no_port.take(self.now) {
                        tracing::warn!(%error, "a call was refused: there is no port for its media");
                    }
                    return Err(error);
                }
                opened => return opened,
            }
        }
        Err(RelayError::NoInterface)
    }

    /// Whether the exchange does not keep up with reports: new calls would go unrecorded.
    pub(super) fn reports_back_up(&self) -> bool {
        let reports = &self.parts.reports;
        reports.capacity() < reports.max_capacity() / 2
    }

    pub(super) fn failover(&self) -> Failover {
        Failover {
            not_found: self.parts.config.failover_not_found,
            forbidden: self.parts.config.failover_forbidden,
        }
    }
}

fn place_error(error: NoRoute) -> PlaceError {
    match error {
        NoRoute::NoTrunk => PlaceError::NoTrunk,
        NoRoute::Full => PlaceError::OutOfCapacity,
    }
}

/// By which version of IP the first way out goes.
pub(super) fn family(routes: &[Route]) -> Family {
    let first = routes.first().and_then(|route| route.hops.first());
    first.map_or(Family::V4, |hop| hop.remote.ip().into())
}

pub(super) fn anchors(opened: &Opened) -> Anchors {
    Anchors {
        caller: opened.anchors[0],
        callee: opened.anchors[1],
    }
}

pub(super) fn times(ring_s: u32, longest_s: u32) -> Times {
    Times {
        ring_ms: u64::from(ring_s) * 1000,
        longest_ms: u64::from(longest_s) * 1000,
    }
}
