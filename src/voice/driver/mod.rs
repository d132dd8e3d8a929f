//! The task that owns all calls: it hands in what comes, acts on what the machine says, and sends what it makes.
//!
//! Nothing here waits: questions to the exchange, reports, connections and media are other tasks' and threads', and
//! what they have to say comes back through bounded queues.

mod arrivals;
mod former;
mod live;
mod media;
mod orders;
mod outside;
mod questions;
mod sources;
mod standing;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rand::rngs::StdRng;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

pub use arrivals::{RETRY_AFTER_S, UNDECIDED};
pub use former::Former;
pub use live::Live;
pub use orders::Order;
pub use sources::Sources;

use self::arrivals::Ruling;
use self::outside::Upkeep;
use self::questions::Questions;
use super::counters::Counters;
use super::relay::{self, Relay, SessionId};
use super::reports::Pending;
use super::sockets::{StreamEvent, Streams, Udp, Unsent};
use super::trunks::{Bucket, Directory, Own, Table};
use crate::config::sip::{SipConfig, Strangers};
use crate::domain::Clock;
use crate::domain::id::CallId;
use crate::switchboard::switching::{CallExchange, VoiceFigures};
use crate::wire::sdp::Codec;
use crate::wire::sip::Millis;
use crate::wire::sip::b2bua::{self, Calls, Event};
use crate::wire::sip::digest::Guard;
use crate::wire::sip::flow::{Advertised, Source, Transmit, Transport};
use crate::wire::sip::message::{Incoming, Unreadable};

/// What is taken from one source before the others have their turn.
const BATCH: usize = 128;
/// How often what has no moment of its own is looked at.
const TICK: Duration = Duration::from_millis(200);
/// From so many messages in a [`TICK`] on, what comes is let gather for as long as this before it is looked at: at 500
/// calls a second a wake-up for each message costs as much again as all that is done for it (`benches/calls.rs`).
const BUSY: u32 = 100;
const LINGER: Duration = Duration::from_millis(1);
/// How many requests of strangers are answered in a second, where any are.
const STRANGERS_PER_S: u32 = 10;

/// Tells milliseconds of a clock that never goes back.
pub type Stopwatch = Arc<dyn Fn() -> Millis + Send + Sync>;

/// What the driver is made of.
pub struct Parts {
    /// The settings of all calls.
    pub config: SipConfig,
    /// Which codecs may be agreed on.
    pub codecs: Vec<Codec>,
    /// Whether packets count only from where descriptions say.
    pub strict_source: bool,
    /// The time that passes.
    pub stopwatch: Stopwatch,
    /// The time that is written down.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: StdRng,
    /// All calls.
    pub calls: Calls,
    /// Challenges.
    pub guard: Guard,
    /// The connections.
    pub streams: Streams,
    /// What connections say.
    pub stream_events: mpsc::Receiver<StreamEvent>,
    /// The trunks.
    pub directory: Arc<Directory>,
    /// Where calls are whose trunks are gone.
    pub former: Arc<Former>,
    /// What this end calls itself.
    pub own: Own,
    /// `host:port` in Contact, by transport.
    pub advertised: Advertised,
    /// Where media pass.
    pub relay: Arc<Relay>,
    /// What the relay says.
    pub relay_events: mpsc::Receiver<relay::Event>,
    /// Who decides.
    pub exchange: Arc<dyn CallExchange>,
    /// Where reports go.
    pub reports: mpsc::Sender<Pending>,
    /// What others want.
    pub orders: mpsc::Receiver<Order>,
    /// What is counted.
    pub counters: Arc<Counters>,
    /// How all stands, for others to read.
    pub figures: Arc<Mutex<VoiceFigures>>,
    /// No more calls, and an end when the others are over.
    pub draining: CancellationToken,
}

/// What owns them.
pub struct Driver {
    parts: Parts,
    udp: Udp,
    sources: Sources,
    rate: Bucket,
    strangers: Bucket,
    live: HashMap<b2bua::CallId, Live>,
    by_id: HashMap<CallId, b2bua::CallId>,
    by_session: HashMap<SessionId, b2bua::CallId>,
    questions: Questions,
    rulings: mpsc::Receiver<Ruling>,
    ruled: mpsc::Sender<Ruling>,
    upkeep: Upkeep,
    /// The trunks when calls' addresses were last looked over.
    looked_over: Arc<Table>,
    now: Millis,
    /// Messages since the last tick; and whether there were so many that it pays to let them gather.
    heard: u32,
    is_busy: bool,
    logged: (Millis, u64),
    /// How often it may be logged that there is no port: each call after it meets the same.
    no_port: Bucket,
    /// Since when calls drain; and since when there have been none.
    drain: Option<(Millis, Option<Millis>)>,
}

impl Driver {
    /// Idle.
    pub fn new(parts: Parts, udp: Udp) -> Self {
        let (ruled, rulings) = mpsc::channel(arrivals::UNDECIDED);
        Self {
            sources: Sources::new(parts.config.requests_per_s),
            rate: Bucket::new(parts.config.calls_per_s),
            strangers: Bucket::new(STRANGERS_PER_S),
            live: HashMap::new(),
            by_id: HashMap::new(),
            by_session: HashMap::new(),
            questions: Questions::new(arrivals::UNDECIDED),
            rulings,
            ruled,
            upkeep: Upkeep::default(),
            looked_over: parts.directory.table(),
            now: (parts.stopwatch)(),
            heard: 0,
            is_busy: false,
            logged: (0, 0),
            no_port: Bucket::new(1),
            drain: None,
            parts,
            udp,
        }
    }

    /// Serves until drained.
    pub async fn run(mut self) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let draining = self.parts.draining.clone();
        loop {
            if self.is_busy {
                sleep(LINGER).await;
            }
            let until = self
                .parts
                .calls
                .next_timeout()
                .map(|at| Duration::from_millis(at.saturating_sub((self.parts.stopwatch)()).min(60_000)));
            // The machine's timers stand last: what has come goes before what has not.
            tokio::select! {
                () = self.udp.readable() => {}
                Some(event) = self.parts.stream_events.recv() => {
                    self.now = (self.parts.stopwatch)();
                    self.stream(event);
                }
                Some(ruling) = self.rulings.recv() => {
                    self.now = (self.parts.stopwatch)();
                    self.ruling(ruling);
                }
                Some(order) = self.parts.orders.recv() => {
                    self.now = (self.parts.stopwatch)();
                    self.order(order);
                }
                Some(event) = self.parts.relay_events.recv() => {
                    self.now = (self.parts.stopwatch)();
                    self.heard(event);
                }
                _ = tick.tick() => {
                    self.now = (self.parts.stopwatch)();
                    if self.tick() {
                        return;
                    }
                }
                () = draining.cancelled(), if self.drain.is_none() => {
                    self.now = (self.parts.stopwatch)();
                    self.begin_to_drain();
                }
                () = sleep(until.unwrap_or(TICK)) => {}
            }
            self.turn();
        }
    }

    /// Takes what else has come, a bounded part of it, and does what is due.
    fn turn(&mut self) {
        self.now = (self.parts.stopwatch)();
        self.pump();
        for _ in 0..BATCH {
            let Some((bytes, from)) = self.udp.receive() else {
                break;
            };
            // Copied: the machine keeps views of a message, which must not hold on to the buffer of the socket.
            let bytes = Bytes::copy_from_slice(bytes);
            let source = Source {
                transport: Transport::Udp,
                remote: from,
                connection: None,
            };
            self.datagram(source, bytes);
            self.pump();
        }
        for _ in 0..BATCH {
            match self.parts.stream_events.try_recv() {
                Ok(event) => self.stream(event),
                Err(_) => break,
            }
        }
        for _ in 0..BATCH {
            match self.rulings.try_recv() {
                Ok(ruling) => self.ruling(ruling),
                Err(_) => break,
            }
        }
        if self.parts.calls.next_timeout().is_some_and(|at| at <= self.now) {
            self.parts.calls.handle_timeout(self.now);
        }
        self.pump();
    }

    /// A datagram: whether it is heard at all is decided before a byte of it is read.
    fn datagram(&mut self, source: Source, bytes: Bytes) {
        // Keep-alives (RFC 5626, section 4.4.1 has them over streams only; phones send them all the same).
        if bytes.len() <= 4 {
            return;
        }
        if !self.admits(source.remote.ip()) {
            Counters::add(&self.parts.counters.unlisted);
            if self.parts.config.strangers == Strangers::Silence || !self.strangers.take(self.now) {
                return;
            }
        }
        self.message(source, &bytes);
    }

    /// Whether anything is heard from there: a trunk has the address, or a call from when one had it.
    fn admits(&self, ip: IpAddr) -> bool {
        self.parts.former.admits(&self.parts.directory, ip)
    }

    /// Calls go on when their trunk is gone, or has been found elsewhere: what comes from their ends is still heard, but
    /// brings no new calls.
    fn remember_former(&mut self) {
        let table = self.parts.directory.table();
        if Arc::ptr_eq(&table, &self.looked_over) && self.parts.former.is_empty() {
            return;
        }
        let ends = self.live.values().flat_map(|live| &live.legs);
        let gone = ends
            .filter_map(|leg| leg.signalling)
            .filter(|ip| !table.admits(*ip));
        self.parts.former.replace(gone.collect());
        self.looked_over = table;
    }

    /// What belongs to a call is heard always: a rate is for what begins something.
    fn message(&mut self, source: Source, bytes: &Bytes) {
        self.heard = self.heard.saturating_add(1);
        let message = Incoming::parse(bytes);
        let goes_on = message
            .as_ref()
            .is_ok_and(|message| self.parts.calls.goes_on(message));
        if !goes_on && !self.has_rate(source.remote.ip()) {
            Counters::add(&self.parts.counters.over_rate);
            return;
        }
        match message {
            Ok(Incoming::Request(request)) if self.turn_away(&request, source) => {}
            Ok(message) => self.parts.calls.receive(self.now, source, message),
            Err(what) => self.unreadable(source, &what),
        }
    }

    fn has_rate(&mut self, ip: IpAddr) -> bool {
        let listed = self.parts.directory.table().lists(ip) || self.parts.former.has(ip);
        self.sources.admit(self.now, ip, listed)
    }

    fn unreadable(&mut self, source: Source, what: &Unreadable) {
        Counters::add(&self.parts.counters.malformed);
        tracing::debug!(from = %source.remote.ip(), why = what.reason(), "a SIP message could not be read");
        if let Unreadable::Answerable(bad) = what {
            self.parts.calls.refuse(source, bad);
        }
    }

    fn stream(&mut self, event: StreamEvent) {
        let lost = self.parts.streams.heed(&event);
        match event {
            StreamEvent::Opened { .. } => {}
            StreamEvent::Message { source, bytes } => {
                self.message(source, &bytes);
            }
            StreamEvent::Broken { source, what } => self.unreadable(source, &what),
            StreamEvent::Closed { id, .. } => {
                self.parts.calls.disconnected(self.now, id);
                if let Some(hop) = lost {
                    self.parts.calls.unreachable(self.now, &hop);
                }
            }
        }
        self.pump();
    }

    /// Works off what the machine has to say, and sends what it has made.
    fn pump(&mut self) {
        loop {
            while let Some(event) = self.parts.calls.poll_event() {
                self.event(event);
            }
            let mut sent = false;
            while let Some(transmit) = self.parts.calls.poll_transmit() {
                self.send(transmit);
                sent = true;
            }
            // What could not be sent makes events again.
            if !sent {
                return;
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Asked {
                call,
                invite,
                source,
                media,
            } => self.asked(call, (&invite, source), media),
            Event::Next { call, leg, attempt } => self.next_attempt(call, leg, attempt),
            Event::Step(step) => self.step(&step),
            Event::Media(point) => self.media(point),
            Event::Digit {
                call,
                from,
                digit,
                duration_ms,
            } => self.play(call, from.other(), digit, duration_ms),
            Event::Ended(ended) => self.ended(&ended),
            Event::Request { id, request, source } => self.request(id, &request, source),
            Event::Answered { user, outcome } => self.answered(user, outcome),
        }
    }

    fn send(&mut self, transmit: Transmit) {
        let Transmit { hop, bytes } = transmit;
        let sent = match hop.transport {
            Transport::Udp => self.udp.send(&bytes, hop.remote).map_err(|_| Unsent::Gone),
            Transport::Tcp | Transport::Tls => self.parts.streams.send(&hop, bytes),
        };
        if sent.is_err() {
            Counters::add(&self.parts.counters.unsent);
            // By UDP the transactions repeat; a full socket is no sign that nobody is there.
            if hop.transport != Transport::Udp {
                self.parts.calls.unreachable(self.now, &hop);
            }
        }
    }

    /// Whether all is over.
    fn tick(&mut self) -> bool {
        self.is_busy = std::mem::take(&mut self.heard) > BUSY;
        self.remember_former();
        self.upkeep();
        self.sources.tidy(self.now);
        self.note_strangers();
        self.note_figures();
        self.drained()
    }
}
