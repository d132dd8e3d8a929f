//! Calls of our own: the member is rung first, and the contact once the member has answered.

use super::call::{Call, State};
use super::core::Core;
use super::description;
use super::exchange::Exchange;
use super::leg::Outgoing;
use super::{CallId, Origination, Side};
use crate::wire::sdp::Session;
use crate::wire::sip::message::Method;

impl Call {
    /// A call of our own, not yet begun.
    pub(super) fn originated(id: CallId, origination: Origination) -> Self {
        let mut call = Self::new(id, State::Ringing(Side::Caller));
        let outgoing = |attempts| Some(Box::new(Outgoing::new(attempts)));
        call.caller.anchor = Some(origination.anchors.caller);
        call.caller.outgoing = outgoing(origination.caller);
        call.callee.anchor = Some(origination.anchors.callee);
        call.callee.outgoing = outgoing(origination.callee);
        call.codecs = origination.codecs;
        call.times = origination.times;
        call.failover = origination.failover;
        call
    }

    /// The contact has answered what the member was offered: where the codecs differ the member is asked to change.
    pub(super) fn join(&mut self, core: &mut Core, session: Option<Session>) {
        let agreed = self.offered.take();
        self.talk(core);
        let (Some(session), Some(agreed)) = (session, agreed) else {
            return;
        };
        if description::formats(&session) == description::formats(&agreed) {
            return;
        }
        let codecs = self.codecs.clone();
        let anchor = self.caller.anchor;
        let number = self.next_number();
        let draft = description::offer(&session, anchor, &codecs);
        let Some((half, draft)) = self.caller.talk().zip(draft) else {
            return;
        };
        let mut exchange = Exchange::new(number, Side::Caller, 0, Method::Invite, None);
        exchange.local = Some(half.origin.write(&draft));
        // Else one would not understand the other.
        exchange.is_vital = true;
        self.send_exchange(core, exchange);
    }
}
