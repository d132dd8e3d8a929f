//! Transactions that this end began (RFC 3261, section 17.1; RFC 6026, section 7.2).

use bytes::Bytes;

use super::super::Millis;
use super::super::flow::{Hop, Source};
use super::super::message::{IncomingResponse, Method, OutgoingRequest};
use super::cancel::{Cancel, Origin, follow};
use super::waiting::Peer;
use super::{ClientId, Event, NEVER, Transactions, User, keys};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Calling, or Trying where it is not an INVITE: no answer yet.
    Calling,
    Proceeding,
    Completed,
    /// A 2xx has come; its repetitions still pass.
    Accepted,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) branch: u128,
    pub(super) method: Method,
    pub(super) hop: Hop,
    pub(super) user: User,
    pub(super) state: State,
    pub(super) cancel: Cancel,
    /// The owner has been told that no final answer came.
    told: bool,
    /// What is sent again: the request, later the ACK.
    bytes: Bytes,
    pub(super) origin: Option<Box<Origin>>,
    interval: u32,
    resend_at: Millis,
    pub(super) end_at: Millis,
}

impl Client {
    /// What a test may count: the heap that this one holds.
    #[cfg(test)]
    pub(super) fn heap(&self) -> usize {
        let origin = self.origin.as_ref().map_or(0, |o| {
            size_of::<Origin>() + o.uri.len() + o.from.len() + o.to.len() + o.call_id.len()
        });
        size_of::<Self>() + self.bytes.len() + origin
    }

    pub(super) fn peer(&self) -> Peer {
        Peer::of(&self.hop)
    }

    pub(super) fn timer(&self) -> Millis {
        self.resend_at.min(self.end_at)
    }
}

impl Transactions {
    pub(super) fn begin_client(
        &mut self,
        now: Millis,
        user: User,
        hop: Hop,
        request: OutgoingRequest,
    ) -> ClientId {
        let branch = self.keys.branch();
        let bytes = self.render(&request, &hop, branch);
        let origin = (request.method == Method::Invite).then(|| {
            Box::new(Origin {
                uri: request.uri.into(),
                from: request.from.into(),
                to: request.to.into(),
                call_id: request.call_id.into(),
                cseq: request.cseq,
                route: request.route.into(),
            })
        });
        self.start_client(now, branch, user, hop, request.method, bytes, origin)
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn start_client(
        &mut self,
        now: Millis,
        branch: u128,
        user: User,
        hop: Hop,
        method: Method,
        bytes: Bytes,
        origin: Option<Box<Origin>>,
    ) -> ClientId {
        self.send(hop.clone(), bytes.clone());
        let reliable = hop.transport.is_reliable();
        let key = keys::client(branch, &method);
        let client = Client {
            branch,
            method,
            user,
            state: State::Calling,
            cancel: Cancel::No,
            told: false,
            // Over a stream nothing is sent twice.
            bytes: if reliable { Bytes::new() } else { bytes },
            origin,
            interval: self.limits.t1_ms,
            resend_at: if reliable {
                NEVER
            } else {
                now + u64::from(self.limits.t1_ms)
            },
            end_at: now + self.patience(),
            hop,
        };
        let (peer, timer) = (client.peer(), client.timer());
        let (index, generation) = self.slab.insert(super::slab::Body::Client(Box::new(client)));
        self.clients.insert(key, index);
        self.waiting.insert(peer, index);
        self.wheel.set(index, timer);
        ClientId { index, generation }
    }

    pub(super) fn receive_response(&mut self, now: Millis, source: Source, response: Box<IncomingResponse>) {
        let method = response.cseq_method();
        let branch = response
            .via()
            .branch()
            .and_then(keys::branch_of)
            .filter(|_| response.has_one_via());
        let Some(branch) = branch else {
            self.counts.strays += 1;
            return;
        };
        let index = self.clients.get(&keys::client(branch, method)).copied();
        let found = index.and_then(|index| Some((index, self.slab.client(index)?)));
        let Some((index, client)) = found.filter(|(_, client)| client.method == *method) else {
            if *method == Method::Invite && (200..300).contains(&response.status()) {
                self.events.push_back(Event::StrayResponse { response, source });
            } else {
                self.counts.strays += 1;
            }
            return;
        };
        if client.state == State::Calling {
            let peer = client.peer();
            self.waiting.remove(&peer, index);
        }
        if *method == Method::Invite {
            self.invite_answered(now, index, source, response);
        } else {
            self.other_answered(now, index, source, response);
        }
    }

    fn other_answered(&mut self, now: Millis, index: u32, source: Source, response: Box<IncomingResponse>) {
        let (t2, t4) = (self.limits.t2_ms, self.limits.t4_ms);
        let Some(client) = self.slab.client(index) else {
            return;
        };
        if client.state == State::Completed {
            return;
        }
        let (user, own) = (client.user, client.method == Method::Cancel);
        let mut gone = false;
        if response.status() < 200 {
            client.state = State::Proceeding;
            client.interval = t2;
        } else if client.hop.transport.is_reliable() {
            gone = true;
        } else {
            client.state = State::Completed;
            client.bytes = Bytes::new();
            client.resend_at = NEVER;
            client.end_at = now + u64::from(t4);
        }
        let timer = client.timer();
        if !own {
            let id = ClientId {
                index,
                generation: self.slab.generation(index),
            };
            self.events.push_back(Event::Response {
                id,
                user,
                response,
                source,
            });
        }
        if gone {
            self.remove(index);
        } else {
            self.wheel.set(index, timer);
        }
    }

    fn invite_answered(&mut self, now: Millis, index: u32, source: Source, response: Box<IncomingResponse>) {
        let patience = self.patience();
        let timer_c = u64::from(self.limits.timer_c_ms);
        let id = ClientId {
            index,
            generation: self.slab.generation(index),
        };
        let Some(client) = self.slab.client(index) else {
            return;
        };
        let user = client.user;
        match (client.state, response.status()) {
            (State::Calling | State::Proceeding, status @ ..200) => {
                let first = client.state == State::Calling;
                client.state = State::Proceeding;
                client.resend_at = NEVER;
                client.bytes = Bytes::new();
                // Only what says more than "trying" makes the wait longer (section 16.7, step 2).
                if (first || status > 100) && client.cancel != Cancel::Sent && !client.told {
                    client.end_at = now + timer_c;
                }
                let (timer, wanted) = (client.timer(), client.cancel == Cancel::Wanted);
                self.wheel.set(index, timer);
                self.events.push_back(Event::Response {
                    id,
                    user,
                    response,
                    source,
                });
                if wanted {
                    self.send_cancel(now, index);
                }
            }
            (State::Calling | State::Proceeding, 200..300) => {
                client.state = State::Accepted;
                client.bytes = Bytes::new();
                client.origin = None;
                client.resend_at = NEVER;
                client.end_at = now + patience;
                let timer = client.timer();
                self.wheel.set(index, timer);
                self.events.push_back(Event::Response {
                    id,
                    user,
                    response,
                    source,
                });
            }
            (State::Accepted, 200..300) => {
                self.events.push_back(Event::Response {
                    id,
                    user,
                    response,
                    source,
                });
            }
            (State::Calling | State::Proceeding, _) => {
                let Some(origin) = client.origin.take() else {
                    return;
                };
                let (hop, branch) = (client.hop.clone(), client.branch);
                let reliable = hop.transport.is_reliable();
                let by = self.advertised.of(hop.transport);
                let ack = follow(&origin, Method::Ack, Some(&response.to_text()), &hop, by, branch);
                client.state = State::Completed;
                client.bytes = ack.clone();
                client.resend_at = NEVER;
                client.end_at = now + patience.max(32_000);
                let timer = client.timer();
                self.send(hop, ack);
                self.events.push_back(Event::Response {
                    id,
                    user,
                    response,
                    source,
                });
                if reliable {
                    self.remove(index);
                } else {
                    self.wheel.set(index, timer);
                }
            }
            (State::Completed, 300..) => {
                let (hop, ack) = (client.hop.clone(), client.bytes.clone());
                self.send(hop, ack);
            }
            _ => {}
        }
    }

    pub(super) fn client_timer(&mut self, now: Millis, index: u32) {
        let patience = self.patience();
        let t2 = self.limits.t2_ms;
        let id = ClientId {
            index,
            generation: self.slab.generation(index),
        };
        let Some(client) = self.slab.client(index) else {
            return;
        };
        let user = client.user;
        if now >= client.end_at {
            let waits = matches!(client.state, State::Calling | State::Proceeding);
            let provisional = client.state == State::Proceeding && client.method == Method::Invite;
            let tells = waits && !client.told && client.method != Method::Cancel;
            // After Timer C the owner may still cancel: the transaction stays for that long.
            let stays = provisional && tells && client.cancel != Cancel::Sent;
            if stays {
                client.told = true;
                client.end_at = now + patience;
            }
            let timer = client.timer();
            if tells {
                self.events.push_back(Event::TimedOut {
                    id,
                    user,
                    after_provisional: provisional,
                });
            }
            if stays {
                self.wheel.set(index, timer);
            } else {
                self.remove(index);
            }
            return;
        }
        if now >= client.resend_at {
            let doubled = client.interval.saturating_mul(2);
            client.interval = match (client.state, &client.method) {
                (_, Method::Invite) => doubled,
                (State::Proceeding, _) => t2,
                _ => doubled.min(t2),
            };
            client.resend_at = now + u64::from(client.interval);
            let (hop, bytes) = (client.hop.clone(), client.bytes.clone());
            self.counts.repeated += 1;
            self.send(hop, bytes);
        }
        if let Some(timer) = self.slab.client(index).map(|client| client.timer()) {
            self.wheel.set(index, timer);
        }
    }

    /// Ends what has had no answer from a peer that is not to be reached. What has had one waits on: the peer may
    /// answer over a connection of its own (section 18.2.2).
    pub(super) fn give_up(&mut self, peer: &Peer) {
        for index in self.waiting.take(peer) {
            let id = ClientId {
                index,
                generation: self.slab.generation(index),
            };
            let Some(client) = self.slab.client(index) else {
                continue;
            };
            if client.method != Method::Cancel {
                let user = client.user;
                self.events.push_back(Event::Unreachable { id, user });
            }
            self.remove(index);
        }
    }
}
