//! A bound link at work: texts out within the window and the pace, texts in to the intake, answers back.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::intake::{Inbound, Intake, Reply};
use super::pace::Pace;
use super::wire::Wire;
use crate::switchboard::standing::{LinkNote, LinkStanding};
use crate::wire::smpp::{
    BindMode, CloseReason, CommandStatus, EncodeError, Event, Handle, Operation, Outcome, SendError,
    ShortMessage,
};

/// How many answers or requests are taken from their queues at once.
const BATCH: usize = 256;

/// A message on its way into a link.
pub(super) struct SendRequest {
    pub operation: Operation,
    pub message: ShortMessage,
    pub reply: oneshot::Sender<SendReply>,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum SendReply {
    /// The peer answered.
    Answered {
        status: CommandStatus,
        message_id: Option<String>,
    },
    /// It never left: another link may take it.
    NotSent,
    /// It left and nobody knows what became of it.
    Unanswered,
    /// It cannot be written.
    Unfit(EncodeError),
}

/// An answer on its way back to the peer.
pub(super) struct Answer {
    pub handle: Handle,
    pub status: CommandStatus,
    pub message_id: String,
}

/// The end of a link that outlets hold.
#[derive(Debug)]
pub(super) struct Port {
    requests: mpsc::Sender<SendRequest>,
    ready: AtomicBool,
    /// Since when the link is up or down, and why.
    pub note: LinkNote,
    in_flight: AtomicUsize,
    /// Thousandths of a text a second; 0: it keeps to no pace.
    pace: AtomicU64,
}

impl Port {
    /// A port and the queue behind it, which holds a window's worth.
    pub fn new(window: usize) -> (Arc<Self>, mpsc::Receiver<SendRequest>) {
        let (requests, queue) = mpsc::channel(window.max(1));
        (
            Arc::new(Self {
                requests,
                ready: AtomicBool::new(false),
                note: LinkNote::default(),
                in_flight: AtomicUsize::new(0),
                pace: AtomicU64::new(0),
            }),
            queue,
        )
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn shows(&self, in_flight: usize, pace: Option<f64>) {
        self.in_flight.store(in_flight, Ordering::Relaxed);
        let pace = pace.map_or(0, |per_s| (per_s * 1_000.0) as u64);
        self.pace.store(pace, Ordering::Relaxed);
    }

    /// How its link stands, for people.
    pub fn standing(&self, target: String, bound_as: &str, mode: BindMode, sends: bool) -> LinkStanding {
        let (state, since, trouble) = self.note.read();
        let pace = self.pace.load(Ordering::Relaxed);
        LinkStanding {
            target,
            bound_as: Some(bound_as.to_owned()),
            mode: Some(mode.word()),
            sends,
            state,
            since,
            trouble,
            window: self.requests.max_capacity(),
            in_flight: self.in_flight.load(Ordering::Relaxed),
            paced_per_s: (pace > 0).then_some(pace as f64 / 1_000.0),
        }
    }

    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Puts a message into the queue and gives out where its fate will be told. The order of first polls
    /// is the order on the wire.
    pub async fn submit(
        &self,
        operation: Operation,
        message: ShortMessage,
    ) -> Option<oneshot::Receiver<SendReply>> {
        let (reply, fate) = oneshot::channel();
        self.requests
            .send(SendRequest {
                operation,
                message,
                reply,
            })
            .await
            .ok()?;
        Some(fate)
    }
}

/// What a bound link works with.
pub(super) struct Traffic<'a> {
    pub port: &'a Port,
    pub requests: &'a mut mpsc::Receiver<SendRequest>,
    pub intake: &'a Intake,
    /// Which of the carrier's SMSCs is at the other end, where there are several.
    pub smsc: Option<Arc<str>>,
    /// The most unanswered requests of the peer: as many answers may wait to be written.
    pub max_unanswered: usize,
    pub shutdown: &'a CancellationToken,
}

/// Serves a bound link until it ends.
pub(super) async fn serve<S>(wire: &mut Wire<S>, mut traffic: Traffic<'_>) -> CloseReason
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // Each surfaced request gets exactly one answer, so this queue is never full.
    let (answers, mut answer_queue) = mpsc::channel(traffic.max_unanswered.max(1));
    let mut link = Link {
        wire,
        answers,
        pace: Pace::new(),
        tickets: HashMap::new(),
        last_ticket: 0,
        cut_ticket: 0,
    };
    let (mut answer_batch, mut request_batch) = (Vec::new(), Vec::new());
    let cancelled = traffic.shutdown.cancelled();
    tokio::pin!(cancelled);
    let mut leaving = false;
    traffic.port.set_ready(true);
    let reason = loop {
        let now = link.wire.now_ms();
        traffic.port.shows(link.tickets.len(), link.pace.per_s());
        let free = link.wire.session.window_free();
        let allowed = if free > 0 {
            link.pace.allowance(free.min(BATCH), now)
        } else {
            0
        };
        let pause = if free > 0 { link.pace.wait_ms(now) } else { None };
        let pause_for = Duration::from_millis(u64::try_from(pause.unwrap_or(0)).unwrap_or(0));
        if link.wire.session.bound().is_none() {
            traffic.port.set_ready(false);
        }
        tokio::select! {
            biased;
            () = &mut cancelled, if !leaving => {
                leaving = true;
                traffic.port.set_ready(false);
                link.wire.session.unbind(now);
            }
            _ = answer_queue.recv_many(&mut answer_batch, BATCH) => {
                let now = link.wire.now_ms();
                for Answer { handle, status, message_id } in answer_batch.drain(..) {
                    link.wire.session.answer(handle, status, &message_id, now);
                }
            }
            _ = traffic.requests.recv_many(&mut request_batch, allowed), if allowed > 0 => {
                link.send(request_batch.drain(..));
            }
            () = tokio::time::sleep(pause_for), if pause.is_some() => {}
            event = link.wire.next() => {
                let mut next = Some(event);
                let mut end = None;
                while let Some(event) = next {
                    end = end.or(link.handle(event, &traffic));
                    next = link.wire.session.poll_event();
                }
                if let Some(reason) = end {
                    break reason;
                }
            }
        }
    };
    traffic.port.set_ready(false);
    traffic.port.shows(0, None);
    refuse_queued(&mut traffic);
    reason
}

/// What still stands in the queue of a link that ended has not been sent.
fn refuse_queued(traffic: &mut Traffic<'_>) {
    while let Ok(request) = traffic.requests.try_recv() {
        let _ = request.reply.send(SendReply::NotSent);
    }
}

struct Link<'a, S> {
    wire: &'a mut Wire<S>,
    answers: mpsc::Sender<Answer>,
    pace: Pace,
    tickets: HashMap<u64, oneshot::Sender<SendReply>>,
    last_ticket: u64,
    /// The last that had left when the pace was cut.
    cut_ticket: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<'_, S> {
    fn send(&mut self, requests: impl Iterator<Item = SendRequest>) {
        let now = self.wire.now_ms();
        let mut sent = 0;
        for SendRequest {
            operation,
            message,
            reply,
        } in requests
        {
            self.last_ticket = self.last_ticket.wrapping_add(1);
            match self.wire.session.send(operation, &message, self.last_ticket, now) {
                Ok(()) => {
                    self.tickets.insert(self.last_ticket, reply);
                    sent += 1;
                }
                // A receiver that was dropped does not wait for an answer: nothing is lost.
                Err(SendError::Encode(error)) => drop(reply.send(SendReply::Unfit(error))),
                Err(SendError::NotBound | SendError::WindowFull) => drop(reply.send(SendReply::NotSent)),
            }
        }
        self.pace.sent(sent, now);
    }

    fn handle(&mut self, event: Event, traffic: &Traffic<'_>) -> Option<CloseReason> {
        match event {
            Event::Message {
                handle,
                operation,
                message,
            } => {
                let reply = Reply::new(self.answers.clone(), handle, operation);
                let smsc = traffic.smsc.clone();
                traffic.intake.take_in(Inbound { reply, message, smsc });
            }
            Event::Completed { token, outcome } => {
                let reply = match outcome {
                    Outcome::Answered { status, message_id } => {
                        // What had left before the pace was cut says nothing about the new pace.
                        if status.is_slow_down()
                            && token > self.cut_ticket
                            && self.pace.throttled(self.wire.now_ms())
                        {
                            self.cut_ticket = self.last_ticket;
                        }
                        SendReply::Answered { status, message_id }
                    }
                    Outcome::TimedOut | Outcome::Lost => SendReply::Unanswered,
                };
                if let Some(ticket) = self.tickets.remove(&token) {
                    let _ = ticket.send(reply);
                }
            }
            Event::Closed(reason) => return Some(reason),
            // Binds are settled before a link is served.
            Event::BindRequested { .. } | Event::Bound { .. } => {}
        }
        None
    }
}
