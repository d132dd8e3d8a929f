//! What each PDU of the peer does to the session.

use super::super::codec::{self, Pdu};
use super::super::frame::Frame;
use super::super::message::{Bind, BindMode, Operation, ShortMessage};
use super::super::status::CommandStatus;
use super::{CloseReason, Event, Handle, HandleKind, Leaving, Outcome, Role, Session, State};

/// command_id of unbind.
pub(super) const UNBIND: u32 = 0x06;
/// command_id of enquire_link.
pub(super) const ENQUIRE_LINK: u32 = 0x15;
/// command_id of generic_nack.
const GENERIC_NACK: u32 = 0x8000_0000;
/// The bit of command_id that marks a response.
const RESPONSE: u32 = 0x8000_0000;

impl Session {
    /// Takes bytes that were read. Whole PDUs act at once, up to the cap on unanswered requests; the rest
    /// waits inside until answers are given.
    pub fn handle_bytes(&mut self, bytes: &[u8], now_ms: i64) {
        if self.state == State::Closed {
            return;
        }
        self.framer.push(bytes);
        self.process(now_ms);
    }

    pub(super) fn process(&mut self, now_ms: i64) {
        while self.state != State::Closed
            && self.peer_unbind.is_none()
            && self.unanswered < self.config.max_unanswered
        {
            match self.framer.next() {
                Ok(Some(frame)) => self.handle_frame(frame, now_ms),
                Ok(None) => break,
                Err(error) => {
                    // Section 4.3: the sequence number cannot be trusted either, so it is null.
                    codec::encode_empty(&mut self.output, GENERIC_NACK, CommandStatus::RINVCMDLEN, 0);
                    self.close(CloseReason::BadFrame(error));
                }
            }
        }
        self.note_pause(now_ms);
    }

    fn handle_frame(&mut self, mut frame: Frame, now_ms: i64) {
        self.heard_ms = now_ms;
        self.enquired_ms = None;
        let (id, sequence, status) = (frame.id, frame.sequence, CommandStatus(frame.status));
        match codec::decode(&mut frame) {
            Ok(pdu) => self.handle_pdu(pdu, id, sequence, status, now_ms),
            // Nothing answers a response, not even a broken one.
            Err(_) if id & RESPONSE != 0 => {}
            Err(refusal) => self.reply(id, refusal, sequence),
        }
    }

    fn handle_pdu(&mut self, pdu: Pdu, id: u32, sequence: u32, status: CommandStatus, now_ms: i64) {
        match pdu {
            Pdu::EnquireLink => self.reply(ENQUIRE_LINK, CommandStatus::ROK, sequence),
            Pdu::EnquireLinkResp | Pdu::Ignored => {}
            Pdu::Bind(bind) => self.handle_bind(bind, id, sequence),
            Pdu::BindResp { system_id } => self.handle_bind_resp(status, sequence, system_id, now_ms),
            Pdu::GenericNack => self.handle_nack(status, sequence, now_ms),
            Pdu::Message(operation, message) => {
                self.message_ms = now_ms;
                self.handle_message(operation, message, sequence);
            }
            Pdu::MessageResp { message_id } => {
                self.message_ms = now_ms;
                self.complete(sequence, Outcome::Answered { status, message_id });
                self.go_on_leaving(now_ms);
            }
            Pdu::Unbind => match self.state {
                State::Bound(_) => {
                    let until_ms = now_ms.saturating_add(self.config.response_timeout_ms);
                    self.peer_unbind = Some((sequence, until_ms));
                    self.finish_peer_unbind();
                }
                _ => {
                    self.reply(UNBIND, CommandStatus::ROK, sequence);
                    self.close(CloseReason::PeerUnbound);
                }
            },
            Pdu::UnbindResp => {
                if matches!(self.leaving, Some(Leaving::Sent { .. })) {
                    self.close(CloseReason::Unbound);
                }
            }
            Pdu::Unserved(refusal) => {
                let bound = matches!(self.state, State::Bound(_));
                self.reply(
                    id,
                    if bound { refusal } else { CommandStatus::RINVBNDSTS },
                    sequence,
                );
            }
            Pdu::Unknown => {
                codec::encode_empty(&mut self.output, GENERIC_NACK, CommandStatus::RINVCMDID, sequence);
            }
        }
    }

    /// Answers a request with a status alone. A bare header is a valid response to all of them but
    /// deliver_sm, which has one octet more.
    fn reply(&mut self, id: u32, status: CommandStatus, sequence: u32) {
        if id == codec::operation_id(Operation::Deliver) {
            codec::encode_message_resp(&mut self.output, sequence, Operation::Deliver, status, "");
        } else {
            codec::encode_empty(&mut self.output, codec::response_id(id), status, sequence);
        }
    }

    fn handle_bind(&mut self, bind: Bind, id: u32, sequence: u32) {
        match (self.config.role, self.state) {
            (Role::Smsc, State::Open) => {
                let mode = bind.mode;
                self.state = State::Binding { mode, sequence };
                let handle = Handle {
                    sequence,
                    kind: HandleKind::Bind(mode),
                };
                self.events.push_back(Event::BindRequested { handle, bind });
            }
            (Role::Smsc, _) => self.reply(id, CommandStatus::RALYBND, sequence),
            (Role::Esme, _) => self.reply(id, CommandStatus::RINVBNDSTS, sequence),
        }
    }

    fn handle_bind_resp(&mut self, status: CommandStatus, sequence: u32, system_id: String, now_ms: i64) {
        let Some(mode) = self.binding(sequence) else {
            return;
        };
        if status.is_ok() {
            self.state = State::Bound(mode);
            self.message_ms = now_ms;
            self.events.push_back(Event::Bound { mode, system_id });
        } else {
            self.close(CloseReason::BindRefused(status));
        }
    }

    /// The mode of the own bind with this sequence number, while it waits for its answer.
    fn binding(&self, wanted: u32) -> Option<BindMode> {
        match (self.config.role, self.state) {
            (Role::Esme, State::Binding { mode, sequence }) if sequence == wanted => Some(mode),
            _ => None,
        }
    }

    fn handle_nack(&mut self, status: CommandStatus, sequence: u32, now_ms: i64) {
        // A nack is a refusal whatever its status says.
        let status = if status.is_ok() {
            CommandStatus::RUNKNOWNERR
        } else {
            status
        };
        if self.binding(sequence).is_some() {
            self.close(CloseReason::BindRefused(status));
        } else {
            self.complete(
                sequence,
                Outcome::Answered {
                    status,
                    message_id: None,
                },
            );
            self.go_on_leaving(now_ms);
        }
    }

    fn handle_message(&mut self, operation: Operation, message: ShortMessage, sequence: u32) {
        let allowed = match (self.state, self.config.role, operation) {
            (State::Bound(mode), Role::Smsc, Operation::Submit | Operation::Data) => mode.submits(),
            (State::Bound(mode), Role::Esme, Operation::Deliver | Operation::Data) => mode.receives(),
            _ => false,
        };
        if !allowed {
            return self.reply(
                codec::operation_id(operation),
                CommandStatus::RINVBNDSTS,
                sequence,
            );
        }
        if self.leaving.is_some() {
            // Another link, or this one when it is back, will take it.
            let status = match operation {
                Operation::Deliver => CommandStatus::RX_T_APPN,
                Operation::Submit | Operation::Data => CommandStatus::RSYSERR,
            };
            return self.reply(codec::operation_id(operation), status, sequence);
        }
        self.unanswered += 1;
        let handle = Handle {
            sequence,
            kind: HandleKind::Message(operation),
        };
        self.events.push_back(Event::Message {
            handle,
            operation,
            message,
        });
    }
}
