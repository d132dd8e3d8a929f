//! A thread of the relay: its sessions, its sockets, and the loop over them.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
use tokio::sync::{mpsc, oneshot};

use super::pairs::Pair;
use super::session::Session;
use super::{Event, RelayError, Remote, Report, SessionId, Settings, Side, Stopwatch};
use crate::wire::rtp::Micros;
use crate::wire::rtp::keys::Key;

/// What waits for a thread at most.
const COMMANDS: usize = 65_536;
/// What epoll tells at a time.
const EVENTS: usize = 512;
/// Larger packets are none of a call.
const PACKET: usize = 2048;
/// The event of the bell; sockets have the number of their pair, doubled, and one more for RTCP.
const BELL: u64 = u64::MAX;
/// From this many packets and commands at a wake-up on, a thread is busy enough to let more gather.
const BUSY: usize = 2;

/// What a thread is told.
pub enum Command {
    Open {
        id: SessionId,
        pairs: [Arc<Pair>; 2],
        random: [u8; 24],
    },
    Point {
        id: SessionId,
        side: Side,
        remote: Remote,
    },
    Expect {
        id: SessionId,
        side: Side,
        expected: bool,
    },
    Play {
        id: SessionId,
        side: Side,
        key: Key,
    },
    Look {
        id: SessionId,
        reply: oneshot::Sender<Report>,
    },
    Close {
        id: SessionId,
        reply: oneshot::Sender<Report>,
    },
    Stop,
}

/// The handle of a thread.
pub struct Shard {
    shared: Arc<Shared>,
}

struct Shared {
    /// Swapped whole by the thread; the first to come rings.
    inbox: Mutex<Vec<Command>>,
    bell: OwnedFd,
    strays: AtomicU64,
}

impl Shard {
    pub fn start(
        number: usize,
        settings: &Settings,
        stopwatch: Stopwatch,
        events: mpsc::Sender<Event>,
    ) -> Result<(Self, JoinHandle<()>), RelayError> {
        let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC).map_err(io::Error::from)?;
        let watch = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(io::Error::from)?;
        epoll::add(
            &watch,
            &bell,
            epoll::EventData::new_u64(BELL),
            epoll::EventFlags::IN,
        )
        .map_err(io::Error::from)?;
        let shared = Arc::new(Shared {
            inbox: Mutex::new(Vec::new()),
            bell,
            strays: AtomicU64::new(0),
        });
        let worker = Worker {
            shared: shared.clone(),
            settings: settings.clone(),
            stopwatch,
            events,
            watch,
            slots: Vec::new(),
            sessions: Vec::new(),
            free: Vec::new(),
            places: HashMap::new(),
            playing: Vec::new(),
            packet: Box::new([0; PACKET]),
            spare: Vec::with_capacity(2 * PACKET),
        };
        let thread = thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || worker.run())?;
        Ok((Self { shared }, thread))
    }

    /// Tells the thread something, unless too much waits for it already.
    pub fn tell(&self, command: Command) -> Result<(), RelayError> {
        self.put(command, COMMANDS)
    }

    /// Tells the thread what it must hear. As a session is closed once, this cannot grow without bound.
    pub fn tell_surely(&self, command: Command) {
        let _ = self.put(command, usize::MAX);
    }

    fn put(&self, command: Command, limit: usize) -> Result<(), RelayError> {
        let mut inbox = self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        if inbox.len() >= limit {
            return Err(RelayError::Overloaded);
        }
        inbox.push(command);
        if inbox.len() == 1 {
            // A counter that is full rings as well.
            let _ = rustix::io::write(&self.shared.bell, &1u64.to_ne_bytes());
        }
        Ok(())
    }

    pub fn strays(&self) -> u64 {
        self.shared.strays.load(Ordering::Relaxed)
    }
}

/// A pair of sockets that is watched, and whose it is.
#[derive(Default)]
struct Slot {
    pair: Option<Arc<Pair>>,
    owner: Option<(usize, Side)>,
}

struct Worker {
    shared: Arc<Shared>,
    settings: Settings,
    stopwatch: Stopwatch,
    events: mpsc::Sender<Event>,
    watch: OwnedFd,
    /// By the pair's number.
    slots: Vec<Slot>,
    sessions: Vec<Option<Box<Session>>>,
    free: Vec<usize>,
    places: HashMap<SessionId, usize>,
    /// Sessions in which keys are being told, each once.
    playing: Vec<SessionId>,
    packet: Box<[u8; PACKET]>,
    spare: Vec<u8>,
}

impl Worker {
    fn run(mut self) {
        let mut told: Vec<epoll::Event> = Vec::with_capacity(EVENTS);
        let tick = (self.settings.silence / 4).clamp(10_000, 1_000_000);
        let mut next_tick = (self.stopwatch)() + tick;
        let mut now = (self.stopwatch)();
        let mut next_key = None;
        loop {
            told.clear();
            let wait = next_key.unwrap_or(next_tick).min(next_tick).saturating_sub(now);
            let timeout = Timespec {
                tv_sec: (wait / 1_000_000) as i64,
                tv_nsec: (wait % 1_000_000 * 1000) as i64,
            };
            let spare = rustix::buffer::spare_capacity(&mut told);
            // An interruption by a signal is a wake-up without events.
            let _ = epoll::wait(&self.watch, spare, Some(&timeout));
            now = (self.stopwatch)();
            // What was told comes first: who was told that ports are open may send to them at once.
            let rung = told.iter().any(|event| event.data.u64() == BELL);
            let Some(mut done) = (if rung { self.commands(now) } else { Some(0) }) else {
                return;
            };
            for event in &told {
                let token = event.data.u64();
                if token != BELL {
                    done += 1;
                    self.receive((token >> 1) as usize, token & 1 == 1, now);
                }
            }
            next_key = self.play(now);
            if now >= next_tick {
                next_tick = now + tick;
                self.look_for_silence(now);
            }
            if done >= BUSY && self.settings.pause != 0 {
                thread::sleep(Duration::from_micros(self.settings.pause));
            }
        }
    }

    /// Takes one packet from a socket; if there are more, epoll tells again.
    fn receive(&mut self, index: usize, is_rtcp: bool, now: Micros) {
        let Some(Slot {
            pair: Some(pair),
            owner,
        }) = self.slots.get(index)
        else {
            return;
        };
        let socket = if is_rtcp { &pair.rtcp } else { &pair.rtp };
        let Some((length, from)) = read(socket, &mut self.packet[..]) else {
            return;
        };
        let session = owner.and_then(|(place, side)| Some((self.sessions.get_mut(place)?.as_mut()?, side)));
        let Some((session, side)) = session else {
            self.shared.strays.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if length == PACKET {
            return session.leg(side).malformed();
        }
        let packet = &mut self.packet[..length];
        if is_rtcp {
            session.rtcp(side, packet, from, false, now, &mut self.spare);
        } else {
            session.rtp(side, packet, from, now, &mut self.spare);
        }
    }

    /// Does what it was told, and says how much that was; None for the end.
    fn commands(&mut self, now: Micros) -> Option<usize> {
        let mut rung = [0; 8];
        let _ = rustix::io::read(&self.shared.bell, &mut rung);
        let commands = mem::take(&mut *self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner));
        let count = commands.len();
        for command in commands {
            match command {
                Command::Open { id, pairs, random } => self.open(id, pairs, random),
                Command::Point { id, side, remote } => {
                    if let Some(session) = self.session(id) {
                        session.leg(side).point(remote, now);
                    }
                }
                Command::Expect { id, side, expected } => {
                    if let Some(session) = self.session(id) {
                        session.leg(side).expect(expected, now);
                    }
                }
                Command::Play { id, side, key } => {
                    if let Some(session) = self.session(id) {
                        session.press(side, key);
                        if !self.playing.contains(&id) {
                            self.playing.push(id);
                        }
                    }
                }
                Command::Look { id, reply } => {
                    if let Some(session) = self.session(id) {
                        // Whoever asked may have gone.
                        let _ = reply.send(session.report());
                    }
                }
                Command::Close { id, reply } => {
                    if let Some(report) = self.close(id) {
                        let _ = reply.send(report);
                    }
                }
                Command::Stop => return None,
            }
        }
        Some(count)
    }

    /// Sends what is due of keys, and says when the next packet is.
    fn play(&mut self, now: Micros) -> Option<Micros> {
        let mut playing = mem::take(&mut self.playing);
        let mut next: Option<Micros> = None;
        playing.retain(|id| {
            let due = self.session(*id).and_then(|session| session.play(now));
            next = next.into_iter().chain(due).min();
            due.is_some()
        });
        self.playing = playing;
        next
    }

    fn session(&mut self, id: SessionId) -> Option<&mut Session> {
        self.sessions.get_mut(*self.places.get(&id)?)?.as_deref_mut()
    }

    fn open(&mut self, id: SessionId, pairs: [Arc<Pair>; 2], random: [u8; 24]) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(None);
            self.sessions.len() - 1
        });
        for (pair, side) in pairs.iter().zip([Side::A, Side::B]) {
            if self.slots.len() <= pair.index {
                self.slots.resize_with(pair.index + 1, Slot::default);
            }
            let Some(slot) = self.slots.get_mut(pair.index) else {
                continue;
            };
            if slot.pair.is_none() {
                slot.pair = Some(pair.clone());
                let token = 2 * pair.index as u64;
                // A socket that cannot be watched (the system is out of memory) hears nothing: silence tells it.
                let _ = watch(&self.watch, &pair.rtp, token);
                let _ = watch(&self.watch, &pair.rtcp, token + 1);
            }
            slot.owner = Some((place, side));
        }
        if let Some(empty) = self.sessions.get_mut(place) {
            *empty = Some(Box::new(Session::new(id, pairs, random, &self.settings)));
        }
        self.places.insert(id, place);
    }

    fn close(&mut self, id: SessionId) -> Option<Report> {
        let place = self.places.remove(&id)?;
        let session = self.sessions.get_mut(place)?.take()?;
        self.free.push(place);
        for index in session.pairs() {
            if let Some(slot) = self.slots.get_mut(index) {
                slot.owner = None;
            }
        }
        Some(session.report())
    }

    fn look_for_silence(&mut self, now: Micros) {
        for session in self.sessions.iter_mut().flatten() {
            for side in [Side::A, Side::B] {
                let id = session.id;
                let leg = session.leg(side);
                // Where nobody takes events at present, it is told at the next look.
                if leg.is_silent(now, self.settings.silence)
                    && self.events.try_send(Event::Silent { id, side }).is_ok()
                {
                    leg.silence_told();
                }
            }
        }
    }
}

fn watch(on: &OwnedFd, socket: &UdpSocket, token: u64) -> rustix::io::Result<()> {
    epoll::add(
        on,
        socket,
        epoll::EventData::new_u64(token),
        epoll::EventFlags::IN,
    )
}

/// Sockets are not connected to what was learnt: by the profile that saves a twentieth of a packet's cost at most, and strangers'
/// packets would go uncounted.
fn read(socket: &UdpSocket, into: &mut [u8]) -> Option<(usize, SocketAddr)> {
    socket.recv_from(into).ok()
}
