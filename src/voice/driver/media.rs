//! Steering the relay.

use super::Driver;
use super::live::index;
use crate::domain::call::{Cause, EndedBy};
use crate::voice::relay::{self, RelayError, Remote};
use crate::wire::rtp::keys::Key;
use crate::wire::sip::b2bua::{self, MediaPoint, Refusal, Side};

/// How many calls are ended in one go: what that sends must fit into the queues of the connections it goes by.
const ENDED_AT_ONCE: usize = 1000;

fn relay_side(side: Side) -> relay::Side {
    match side {
        Side::Caller => relay::Side::A,
        Side::Callee => relay::Side::B,
    }
}

impl Driver {
    /// A leg said where it is.
    pub(super) fn media(&mut self, point: MediaPoint) {
        let (call, leg) = (point.call, point.leg);
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        live.legs[index(leg)].media = Some(point);
        // What a leg may send is in both descriptions: each is pointed again when either changes.
        for side in [leg, leg.other()] {
            match self.point(call, side) {
                Ok(()) => {}
                // It would never hear or be heard: better no call than a silent one. Whoever moves there later keeps
                // what he had.
                Err(RelayError::OtherFamily) if !self.is_pointed(call, side) => {
                    self.end(call, Cause::Incompatible, EndedBy::Broker, 88);
                    return;
                }
                Err(error) => tracing::debug!(%error, "media cannot go where a description says"),
            }
        }
        self.expect_media(call);
    }

    fn is_pointed(&self, call: b2bua::CallId, side: Side) -> bool {
        let live = self.live.get(&call);
        live.is_none_or(|live| live.legs[index(side)].pointed)
    }

    fn point(&mut self, call: b2bua::CallId, side: Side) -> Result<(), RelayError> {
        let Some(live) = self.live.get_mut(&call) else {
            return Ok(());
        };
        let leg = &live.legs[index(side)];
        let (Some(session), Some(point)) = (live.session, &leg.media) else {
            return Ok(());
        };
        let Some(rtp) = point.rtp else { return Ok(()) };
        let types = match &live.legs[index(side.other())].media {
            Some(other) => point.types.clone().and(&other.types),
            None => point.types.clone(),
        };
        let remote = Remote {
            rtp,
            rtcp: point.rtcp,
            signalling: leg.signalling.filter(|_| !self.parts.strict_source),
            types,
        };
        self.parts.relay.point(session, relay_side(side), remote)?;
        live.legs[index(side)].pointed = true;
        Ok(())
    }

    /// A digit is to be heard by a leg.
    pub(super) fn play(&self, call: b2bua::CallId, side: Side, digit: char, duration_ms: u16) {
        let Some(live) = self.live.get(&call) else { return };
        let key = live.legs[index(side)].media.as_ref().and_then(|point| {
            let payload_type = point.events?;
            let clock = point.types.timing(payload_type)?.clock;
            Key::new(digit, duration_ms, payload_type, clock)
        });
        let (Some(session), Some(key)) = (live.session, key) else {
            tracing::debug!("a digit could not be passed on: the other end takes none in its sound");
            return;
        };
        if let Err(error) = self.parts.relay.play(session, relay_side(side), key) {
            tracing::debug!(%error, "a digit could not be passed on");
        }
    }

    /// Says of which legs silence is a fault: of those that said they send, once both talk.
    pub(super) fn expect_media(&self, call: b2bua::CallId) {
        let Some(live) = self.live.get(&call).filter(|live| live.answered) else {
            return;
        };
        let Some(session) = live.session else { return };
        for side in [Side::Caller, Side::Callee] {
            let sends = live.legs[index(side)].media.as_ref().is_some_and(|m| m.sends);
            // On hold the other does not send.
            let heard = live.legs[index(side.other())]
                .media
                .as_ref()
                .is_some_and(|m| m.receives);
            if let Err(error) = self.parts.relay.expect(session, relay_side(side), sends && heard) {
                tracing::debug!(%error, "the media relay does not know a session");
            }
        }
    }

    /// The relay has something to say.
    pub(super) fn heard(&mut self, event: relay::Event) {
        let relay::Event::Silent { id, .. } = event;
        let Some(call) = self.by_session.get(&id).copied() else {
            return;
        };
        self.end(call, Cause::MediaLost, EndedBy::Broker, 41);
        self.pump();
    }

    /// Ends a call for a reason of ours.
    pub(super) fn end(&mut self, call: b2bua::CallId, cause: Cause, by: EndedBy, q850: u8) -> bool {
        if let Some(live) = self.live.get_mut(&call) {
            live.why.get_or_insert((cause, by));
        }
        let refusal = Refusal {
            status: match cause {
                Cause::Shutdown => 503,
                Cause::Incompatible => 488,
                _ => 480,
            },
            reason: Some((q850, crate::voice::reports::cause_words(q850))),
            retry_after_s: None,
        };
        self.parts.calls.hang_up(self.now, call, &refusal)
    }

    /// Ends calls, many at a time: their time to end by themselves is over.
    pub(super) fn end_all(&mut self) {
        let open = self.live.iter().filter(|(_, live)| live.ended.is_none());
        let some: Vec<b2bua::CallId> = open.map(|(call, _)| *call).take(ENDED_AT_ONCE).collect();
        for call in some {
            self.end(call, Cause::Shutdown, EndedBy::Broker, 41);
        }
        self.pump();
    }
}
