//! The session machine of both ends of an SMPP link (SMPP 3.4, sections 2.2 to 2.9), without I/O: bytes
//! and milliseconds in, bytes and [`Event`]s out. The caller owns the socket and the clock.
//!
//! A driver loops: feed what it read to [`Session::handle_bytes`] while [`Session::wants_read`], call
//! [`Session::handle_timeout`] at [`Session::next_timeout`], take events with [`Session::poll_event`] and
//! bytes with [`Session::take_output`]. Nothing in here grows without bound: requests of the peer are
//! surfaced up to `max_unanswered` and then the input waits; own requests stop at `window`.

mod input;
#[cfg(test)]
mod tests;
mod timers;
mod types;

use std::collections::{BTreeSet, HashMap, VecDeque};

use bytes::{Bytes, BytesMut};

use self::types::HandleKind;
pub use self::types::{CloseReason, Event, Handle, Outcome, Role, SendError, SessionConfig};
use super::codec;
use super::frame::Framer;
use super::message::{Bind, BindMode, Operation, ShortMessage};
use super::status::CommandStatus;

/// Output beyond this stops reading: a peer that does not read is not served further requests.
const OUTPUT_HIGH_WATER: usize = 256 * 1024;
/// Sequence numbers run from 1 to this and start again (section 3.2).
const MAX_SEQUENCE: u32 = 0x7fff_ffff;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Connected, nobody bound.
    Open,
    /// A bind is being decided on.
    Binding { mode: BindMode, sequence: u32 },
    /// Bound.
    Bound(BindMode),
    /// Over.
    Closed,
}

/// This end's own way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// Waiting for the answers to own requests, and giving those that are owed.
    Draining { until_ms: i64 },
    /// unbind is sent.
    Sent { until_ms: i64 },
}

#[derive(Debug)]
struct Outstanding {
    token: u64,
    /// In session time, see [`Session::session_time`].
    deadline: i64,
}

/// One end of an SMPP link.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    state: State,
    framer: Framer,
    output: BytesMut,
    events: VecDeque<Event>,
    last_sequence: u32,
    outstanding: HashMap<u32, Outstanding>,
    deadlines: BTreeSet<(i64, u32)>,
    unanswered: usize,
    leaving: Option<Leaving>,
    /// The peer's unbind waits for the answers that it is owed: its sequence and the latest moment.
    peer_unbind: Option<(u32, i64)>,
    started_ms: i64,
    heard_ms: i64,
    message_ms: i64,
    enquired_ms: Option<i64>,
    /// Since when input waits for answers of this end: the peer's timers stand still meanwhile.
    paused_since: Option<i64>,
    paused_total: i64,
}

impl Session {
    /// A session on a connection that has just been made.
    pub fn new(config: SessionConfig, now_ms: i64) -> Self {
        Self {
            framer: Framer::new(config.max_pdu),
            config,
            state: State::Open,
            output: BytesMut::new(),
            events: VecDeque::new(),
            last_sequence: 0,
            outstanding: HashMap::new(),
            deadlines: BTreeSet::new(),
            unanswered: 0,
            leaving: None,
            peer_unbind: None,
            started_ms: now_ms,
            heard_ms: now_ms,
            message_ms: now_ms,
            enquired_ms: None,
            paused_since: None,
            paused_total: 0,
        }
    }

    /// Sets the window: a server knows it only once it knows who binds.
    pub fn set_window(&mut self, window: usize) {
        self.config.window = window;
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Everything that is to be written now.
    pub fn take_output(&mut self) -> Bytes {
        self.output.split().freeze()
    }

    /// Whether there is something to write.
    pub fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Whether the caller may read more from the socket. False is the back-pressure: too many requests
    /// wait for answers, or the peer does not read its own.
    pub fn wants_read(&self) -> bool {
        self.state != State::Closed
            && self.unanswered < self.config.max_unanswered
            && self.output.len() < OUTPUT_HIGH_WATER
    }

    /// As what the link is bound, unless it is ending.
    pub fn bound(&self) -> Option<BindMode> {
        match self.state {
            State::Bound(mode) if self.leaving.is_none() && self.peer_unbind.is_none() => Some(mode),
            _ => None,
        }
    }

    /// How many requests may be sent right now.
    pub fn window_free(&self) -> usize {
        match self.bound() {
            Some(mode) if self.may_send_on(mode) => self.config.window.saturating_sub(self.outstanding.len()),
            _ => 0,
        }
    }

    /// Requests sent and not answered.
    pub fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Requests of the peer surfaced and not answered.
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    fn may_send_on(&self, mode: BindMode) -> bool {
        match self.config.role {
            Role::Esme => mode.submits(),
            Role::Smsc => mode.receives(),
        }
    }

    /// Asks to be bound (ESME; section 4.1).
    pub fn bind(&mut self, bind: &Bind) -> Result<(), SendError> {
        if self.config.role != Role::Esme || self.state != State::Open {
            return Err(SendError::NotBound);
        }
        let sequence = self.next_sequence();
        codec::encode_bind(&mut self.output, sequence, bind)?;
        self.state = State::Binding {
            mode: bind.mode,
            sequence,
        };
        Ok(())
    }

    /// Accepts a bind (SMSC); `system_id` is this end's name.
    pub fn accept_bind(&mut self, handle: Handle, system_id: &str, now_ms: i64) {
        if let (State::Binding { mode, sequence }, Role::Smsc) = (self.state, self.config.role)
            && handle
                == (Handle {
                    sequence,
                    kind: HandleKind::Bind(mode),
                })
        {
            codec::encode_bind_resp(&mut self.output, sequence, mode, CommandStatus::ROK, system_id);
            self.state = State::Bound(mode);
            self.message_ms = now_ms;
            self.process(now_ms);
        }
    }

    /// Refuses a bind (SMSC) and ends the link.
    pub fn refuse_bind(&mut self, handle: Handle, status: CommandStatus) {
        if let (State::Binding { mode, sequence }, Role::Smsc) = (self.state, self.config.role)
            && handle
                == (Handle {
                    sequence,
                    kind: HandleKind::Bind(mode),
                })
        {
            codec::encode_bind_resp(&mut self.output, sequence, mode, status, "");
            self.close(CloseReason::BindRefused(status));
        }
    }

    /// Sends a message. `token` comes back in [`Event::Completed`].
    pub fn send(
        &mut self,
        operation: Operation,
        message: &ShortMessage,
        token: u64,
        now_ms: i64,
    ) -> Result<(), SendError> {
        let fits = match self.config.role {
            Role::Esme => operation != Operation::Deliver,
            Role::Smsc => operation != Operation::Submit,
        };
        match self.bound() {
            Some(mode) if fits && self.may_send_on(mode) => {}
            _ => return Err(SendError::NotBound),
        }
        if self.outstanding.len() >= self.config.window {
            return Err(SendError::WindowFull);
        }
        let sequence = self.next_sequence();
        codec::encode_message(&mut self.output, sequence, operation, message)?;
        let deadline = self
            .session_time(now_ms)
            .saturating_add(self.config.response_timeout_ms);
        self.outstanding.insert(sequence, Outstanding { token, deadline });
        self.deadlines.insert((deadline, sequence));
        self.message_ms = now_ms;
        Ok(())
    }

    /// Answers a message of the peer. The id goes into submit_sm_resp and data_sm_resp.
    pub fn answer(&mut self, handle: Handle, status: CommandStatus, message_id: &str, now_ms: i64) {
        let HandleKind::Message(operation) = handle.kind else {
            return;
        };
        if self.state == State::Closed || self.unanswered == 0 {
            return;
        }
        self.unanswered -= 1;
        codec::encode_message_resp(&mut self.output, handle.sequence, operation, status, message_id);
        self.finish_peer_unbind();
        self.go_on_leaving(now_ms);
        // Input that waited for this answer goes on.
        self.process(now_ms);
    }

    /// Begins to leave (section 4.2): no more requests either way, then unbind once those under way are
    /// answered at both ends.
    pub fn unbind(&mut self, now_ms: i64) {
        match self.state {
            State::Bound(_) if self.leaving.is_none() && self.peer_unbind.is_none() => {
                let until_ms = now_ms.saturating_add(self.config.response_timeout_ms);
                self.leaving = Some(Leaving::Draining { until_ms });
                self.go_on_leaving(now_ms);
            }
            State::Open | State::Binding { .. } => self.close(CloseReason::Unbound),
            _ => {}
        }
    }

    /// The connection broke or was closed by the peer.
    pub fn broken(&mut self) {
        let reason = match self.leaving {
            Some(Leaving::Sent { .. }) => CloseReason::Unbound,
            _ => CloseReason::Broken,
        };
        self.close(reason);
    }

    fn next_sequence(&mut self) -> u32 {
        loop {
            self.last_sequence = if self.last_sequence >= MAX_SEQUENCE {
                1
            } else {
                self.last_sequence + 1
            };
            if !self.outstanding.contains_key(&self.last_sequence) {
                return self.last_sequence;
            }
        }
    }

    fn go_on_leaving(&mut self, now_ms: i64) {
        if let Some(Leaving::Draining { until_ms }) = self.leaving
            && ((self.outstanding.is_empty() && self.unanswered == 0) || now_ms >= until_ms)
        {
            let sequence = self.next_sequence();
            codec::encode_empty(&mut self.output, input::UNBIND, CommandStatus::ROK, sequence);
            let until_ms = now_ms.saturating_add(self.config.response_timeout_ms);
            self.leaving = Some(Leaving::Sent { until_ms });
        }
    }

    /// Answers the peer's unbind once it has every answer that it is owed.
    fn finish_peer_unbind(&mut self) {
        if let Some((sequence, _)) = self.peer_unbind
            && self.unanswered == 0
        {
            let id = codec::response_id(input::UNBIND);
            codec::encode_empty(&mut self.output, id, CommandStatus::ROK, sequence);
            self.close(CloseReason::PeerUnbound);
        }
    }

    fn complete(&mut self, sequence: u32, outcome: Outcome) -> bool {
        let Some(request) = self.outstanding.remove(&sequence) else {
            return false;
        };
        self.deadlines.remove(&(request.deadline, sequence));
        self.events.push_back(Event::Completed {
            token: request.token,
            outcome,
        });
        true
    }

    fn close(&mut self, reason: CloseReason) {
        if self.state == State::Closed {
            return;
        }
        self.state = State::Closed;
        let mut lost: Vec<u32> = self.outstanding.keys().copied().collect();
        lost.sort_unstable();
        for sequence in lost {
            self.complete(sequence, Outcome::Lost);
        }
        self.events.push_back(Event::Closed(reason));
    }
}
