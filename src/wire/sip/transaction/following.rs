//! What follows an INVITE of a peer: its ACK (RFC 3261, section 17.2.1) and its CANCEL (section 9.2). Neither has a
//! transaction of its own here.

use bytes::Bytes;

use super::super::Millis;
use super::super::flow::Source;
use super::super::message::answer::AnswerHead;
use super::super::message::{IncomingRequest, Method};
use super::server::State;
use super::{Event, NEVER, ServerId, Transactions};

impl Transactions {
    pub(super) fn receive_ack(&mut self, now: Millis, source: Source, request: Box<IncomingRequest>) {
        let t4 = u64::from(self.limits.t4_ms);
        let key = self.keys.server(&request, &Method::Invite);
        let found = self.servers.get(&key).copied();
        let Some((index, server)) = found.and_then(|index| Some((index, self.slab.server(index)?))) else {
            let tag = request.to().tag.as_deref().unwrap_or_default();
            if tag
                != self
                    .keys
                    .stateless_tag(request.via(), request.call_id())
                    .as_bytes()
            {
                self.events.push_back(Event::Ack { request, source });
            }
            return;
        };
        match server.state {
            State::Completed => {
                let reliable = server.hop.transport.is_reliable();
                server.state = State::Confirmed;
                server.last = Bytes::new();
                server.resend_at = NEVER;
                server.end_at = now + t4;
                let timer = server.timer();
                if reliable {
                    self.remove(index);
                } else {
                    self.wheel.set(index, timer);
                }
            }
            // A peer that acknowledges a 2xx under the branch of its INVITE.
            State::Accepted => self.events.push_back(Event::Ack { request, source }),
            State::Trying | State::Proceeding | State::Confirmed => {}
        }
    }

    /// Whether the INVITE that an ACK or a CANCEL follows is here.
    pub fn knows_invite(&self, request: &IncomingRequest) -> bool {
        self.servers
            .contains_key(&self.keys.server(request, &Method::Invite))
    }

    pub(super) fn receive_cancel(&mut self, source: &Source, request: &IncomingRequest) {
        let key = self.keys.server(request, &Method::Invite);
        let found = self.servers.get(&key).copied();
        let Some((index, server)) = found.and_then(|index| Some((index, self.slab.server(index)?))) else {
            let reason = "Call/Transaction Does Not Exist";
            return self.answer_stateless(source, request, 481, reason, b"");
        };
        let user = server.user;
        let tag = server.to_tag.clone();
        let open = matches!(server.state, State::Trying | State::Proceeding);
        let first = open && !std::mem::replace(&mut server.cancelled, true);
        match tag {
            // The tag should be that of the INVITE's answers (section 9.2).
            Some(tag) => {
                let head = AnswerHead::new(&request.answerable(), source);
                let hop = request.via().answer_hop(source);
                self.send(hop, head.plain(200, "OK", Some(&tag), b""));
            }
            None => self.answer_stateless(source, request, 200, "OK", b""),
        }
        if first {
            let id = ServerId {
                index,
                generation: self.slab.generation(index),
            };
            self.events.push_back(Event::Cancelled { id, user });
        }
    }
}
