//! Transactions that a peer began (RFC 3261, section 17.2; RFC 6026, section 7.1).

use bytes::Bytes;

use super::super::Millis;
use super::super::flow::{Hop, Source};
use super::super::message::answer::AnswerHead;
use super::super::message::{IncomingRequest, Method, OutgoingResponse};
use super::{Event, NEVER, ServerId, Transactions, User};

/// What a refusal for want of room tells the peer to wait, in seconds.
const RETRY_AFTER: &[u8] = b"Retry-After: 10\r\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing has been answered.
    Trying,
    Proceeding,
    Completed,
    /// The ACK for a refusal has come.
    Confirmed,
    /// A 2xx has been sent.
    Accepted,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) key: u128,
    /// Where merged requests are looked up: of requests outside of dialogs only. It tells a repetition from another
    /// request under the same branch, too.
    pub(super) identity: u128,
    pub(super) listed: bool,
    invite: bool,
    pub(super) user: Option<User>,
    pub(super) state: State,
    pub(super) cancelled: bool,
    pub(super) hop: Hop,
    /// What answers copy; gone with the final one.
    head: Option<AnswerHead>,
    pub(super) to_tag: Option<Box<str>>,
    /// The latest answer, sent again for a repetition.
    pub(super) last: Bytes,
    interval: u32,
    pub(super) resend_at: Millis,
    pub(super) end_at: Millis,
}

impl Server {
    #[cfg(test)]
    pub(super) fn heap(&self) -> usize {
        let head = self.head.as_ref().map_or(0, AnswerHead::len);
        size_of::<Self>() + head + self.last.len() + self.to_tag.as_ref().map_or(0, |t| t.len())
    }

    pub(super) fn timer(&self) -> Millis {
        self.resend_at.min(self.end_at)
    }
}

impl Transactions {
    pub(super) fn receive_request(&mut self, now: Millis, source: Source, request: Box<IncomingRequest>) {
        match request.method() {
            Method::Ack => return self.receive_ack(now, source, request),
            Method::Cancel => return self.receive_cancel(&source, &request),
            _ => {}
        }
        let key = self.keys.server(&request, request.method());
        let identity = self.keys.merge(&request);
        if let Some(&index) = self.servers.get(&key) {
            return self.repeated(index, identity, &source, &request);
        }
        let initial = request.to().tag.is_none();
        if initial && self.merged.contains_key(&identity) {
            self.counts.merged += 1;
            return self.answer_stateless(&source, &request, 482, "Loop Detected", b"");
        }
        let invite = *request.method() == Method::Invite;
        let most = self.limits.transactions;
        // Calls that stand need room for their BYE: new ones leave an eighth of it.
        if invite && self.slab.len() >= most - most / 8 {
            self.counts.refused += 1;
            return self.answer_stateless(&source, &request, 503, "Service Unavailable", RETRY_AFTER);
        }
        if self.slab.len() >= most {
            self.counts.dropped += 1;
            return;
        }
        let server = Server {
            key,
            identity,
            listed: initial,
            invite,
            user: None,
            state: State::Trying,
            cancelled: false,
            hop: request.via().answer_hop(&source),
            head: Some(AnswerHead::new(&request.answerable(), &source)),
            to_tag: None,
            last: Bytes::new(),
            interval: self.limits.t1_ms,
            resend_at: if invite {
                now + u64::from(self.limits.trying_after_ms)
            } else {
                NEVER
            },
            end_at: now
                + if invite {
                    self.longest_wait()
                } else {
                    self.patience()
                },
        };
        let timer = server.timer();
        let (index, generation) = self.slab.insert(super::slab::Body::Server(Box::new(server)));
        self.servers.insert(key, index);
        if initial {
            self.merged.insert(identity, index);
        }
        self.wheel.set(index, timer);
        self.events.push_back(Event::Request {
            id: ServerId { index, generation },
            request,
            source,
        });
        if invite && self.limits.trying_after_ms == 0 {
            self.trying(index);
        }
    }

    /// Whoever holds an INVITE without a final answer for this long has lost it.
    fn longest_wait(&self) -> Millis {
        u64::from(self.limits.timer_c_ms) + 2 * self.patience()
    }

    fn repeated(&mut self, index: u32, identity: u128, from: &Source, request: &IncomingRequest) {
        let Some(server) = self.slab.server(index) else {
            return;
        };
        if server.identity != identity {
            // Another request under a branch in use: it must not take the place of the first.
            self.counts.reused += 1;
            return self.answer_stateless(from, request, 400, "Branch In Use", b"");
        }
        self.counts.absorbed += 1;
        match server.state {
            State::Trying if server.invite => {
                self.trying(index);
                self.rearm(index);
            }
            State::Proceeding | State::Completed if !server.last.is_empty() => {
                let (hop, bytes) = (server.hop.clone(), server.last.clone());
                self.send(hop, bytes);
            }
            _ => {}
        }
    }

    /// 100, by the layer itself.
    fn trying(&mut self, index: u32) {
        let Some(server) = self.slab.server(index) else {
            return;
        };
        let Some(head) = &server.head else { return };
        let bytes = head.plain(100, "Trying", None, b"");
        server.state = State::Proceeding;
        server.resend_at = NEVER;
        server.last = bytes.clone();
        let hop = server.hop.clone();
        self.send(hop, bytes);
    }

    fn rearm(&mut self, index: u32) {
        if let Some(timer) = self.slab.server(index).map(|server| server.timer()) {
            self.wheel.set(index, timer);
        }
    }

    /// An answer of which nothing is kept: its repetition is made anew, and is the same.
    pub(super) fn answer_stateless(
        &mut self,
        source: &Source,
        request: &IncomingRequest,
        status: u16,
        reason: &str,
        more: &[u8],
    ) {
        let tag = self.keys.stateless_tag(request.via(), request.call_id());
        let head = AnswerHead::new(&request.answerable(), source);
        let hop = request.via().answer_hop(source);
        self.send(hop, head.plain(status, reason, Some(&tag), more));
    }

    /// Whether a request repeats one that was handed in and is not over.
    pub fn knows(&self, request: &IncomingRequest) -> bool {
        self.servers
            .contains_key(&self.keys.server(request, request.method()))
    }

    /// Answers a request that was not handed in. Nothing is kept of it; an ACK for the answer leads nowhere.
    pub fn answer_once(
        &mut self,
        source: &Source,
        request: &IncomingRequest,
        mut response: OutgoingResponse,
    ) {
        response.to_tag = Some(self.keys.stateless_tag(request.via(), request.call_id()));
        self.scratch.clear();
        AnswerHead::new(&request.answerable(), source).write(&response, &mut self.scratch);
        let bytes = Bytes::copy_from_slice(&self.scratch);
        self.send(request.via().answer_hop(source), bytes);
    }

    pub(super) fn tie_server(&mut self, index: u32, user: User) {
        if let Some(server) = self.slab.server(index) {
            server.user = Some(user);
        }
    }

    pub(super) fn forget_answer(&mut self, index: u32) {
        if let Some(server) = self.slab.server(index)
            && server.state == State::Accepted
        {
            server.last = Bytes::new();
        }
    }

    pub(super) fn answer(&mut self, now: Millis, index: u32, response: &OutgoingResponse) {
        let (patience, longest) = (self.patience(), self.longest_wait());
        let t1 = u64::from(self.limits.t1_ms);
        let Some(server) = self.slab.server(index) else {
            return;
        };
        if server.state == State::Accepted && (200..300).contains(&response.status) {
            let (hop, bytes) = (server.hop.clone(), server.last.clone());
            if !bytes.is_empty() {
                self.counts.repeated += 1;
                self.send(hop, bytes);
            }
            return;
        }
        let Some(head) = server.head.as_ref() else { return };
        self.scratch.clear();
        head.write(response, &mut self.scratch);
        let bytes = Bytes::copy_from_slice(&self.scratch);
        let hop = server.hop.clone();
        let reliable = hop.transport.is_reliable();
        let mut gone = false;
        server.resend_at = NEVER;
        match response.status {
            ..200 => {
                if response.status > 100 {
                    server.to_tag = response.to_tag.as_deref().map(Into::into);
                }
                server.state = State::Proceeding;
                server.end_at = now + if server.invite { longest } else { patience };
            }
            200..300 if server.invite => {
                server.state = State::Accepted;
                server.head = None;
                server.end_at = now + patience;
            }
            _ => {
                server.state = State::Completed;
                server.head = None;
                server.end_at = now + patience;
                if server.invite && !reliable {
                    server.resend_at = now + t1;
                }
                gone = reliable && !server.invite;
            }
        }
        server.last = bytes.clone();
        let timer = server.timer();
        // What is answered is over, but for a call that stands: a peer that tries again by another way begins anew.
        let over = response.status >= 300 || (response.status >= 200 && !server.invite);
        let unlist = (over && std::mem::take(&mut server.listed)).then_some(server.identity);
        if let Some(identity) = unlist {
            self.merged.remove(&identity);
        }
        self.send(hop, bytes);
        if gone {
            self.remove(index);
        } else {
            self.wheel.set(index, timer);
        }
    }

    pub(super) fn server_timer(&mut self, now: Millis, index: u32) {
        let t2 = self.limits.t2_ms;
        let id = ServerId {
            index,
            generation: self.slab.generation(index),
        };
        let Some(server) = self.slab.server(index) else {
            return;
        };
        if now >= server.end_at {
            match server.state {
                State::Completed if server.invite => {
                    let user = server.user;
                    self.events.push_back(Event::Unacknowledged { id, user });
                    self.remove(index);
                }
                // The owner has lost its INVITE. The caller must not wait for ever.
                State::Trying | State::Proceeding if server.invite => {
                    self.counts.abandoned += 1;
                    self.answer(now, index, &OutgoingResponse::new(500));
                }
                _ => self.remove(index),
            }
            return;
        }
        if now >= server.resend_at {
            if server.state == State::Trying {
                self.trying(index);
            } else {
                server.interval = server.interval.saturating_mul(2).min(t2);
                server.resend_at = now + u64::from(server.interval);
                let (hop, bytes) = (server.hop.clone(), server.last.clone());
                self.counts.repeated += 1;
                self.send(hop, bytes);
            }
        }
        self.rearm(index);
    }
}
