//! The virtual phones' sockets: one for SIP, which hears the broker alone, and one for the sound of each call.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket as StdSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::handsets::{Handsets, Moment, Order, Told};
use super::sound::Sound;
use crate::domain::id::LegId;
use crate::domain::message::Reason;
use crate::domain::{Clock, E164};
use crate::switchboard::phones::{Answering, LineAct, LineError, PhoneCall, VirtualLines};

/// How long nothing may be due before it is looked again.
const IDLE: Duration = Duration::from_secs(60);
/// How often a port is tried for whose number is even, as those of RTP are (RFC 3550, section 11).
const PORT_TRIES: usize = 16;
/// The largest datagram there is.
const LARGEST: usize = 65_535;

/// Microseconds of a clock that never goes back.
pub type Stopwatch = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The phones' port, before anybody can call.
pub struct BoundLines {
    socket: StdSocket,
    local: SocketAddr,
}

impl BoundLines {
    /// Takes a free port at that address.
    pub fn bind(ip: IpAddr) -> io::Result<Self> {
        let socket = free(ip)?;
        let local = socket.local_addr()?;
        Ok(Self { socket, local })
    }

    /// Where it is.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }
}

fn free(ip: IpAddr) -> io::Result<StdSocket> {
    let socket = StdSocket::bind(SocketAddr::new(ip, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A port for sound.
fn free_even(ip: IpAddr) -> io::Result<StdSocket> {
    let mut socket = free(ip)?;
    for _ in 0..PORT_TRIES {
        if socket.local_addr()?.port() % 2 == 0 {
            break;
        }
        socket = free(ip)?;
    }
    Ok(socket)
}

/// Virtual phones that call.
pub struct Lines {
    ip: IpAddr,
    state: Mutex<State>,
    sender: StdSocket,
    clock: Arc<dyn Clock>,
    stopwatch: Stopwatch,
    runtime: Handle,
    wake: Notify,
    /// Ends the sound of all calls, and the listening.
    ended: CancellationToken,
}

struct State {
    handsets: Handsets,
    talks: HashMap<LegId, Talk>,
    rng: StdRng,
}

/// A call's sound.
enum Talk {
    /// It has a port.
    Ready(StdSocket),
    /// It goes on.
    Going(
        watch::Sender<SocketAddr>,
        #[allow(dead_code, reason = "ends it when it is dropped")] DropGuard,
    ),
}

/// The listening; it ends when told to.
pub struct Listening(JoinHandle<()>);

impl Lines {
    /// Phones at that port, which hear and call nobody before [`Lines::listen`]. Must be called within a runtime. `seed`
    /// must be random and secret.
    pub fn new(
        bound: &BoundLines,
        node: u16,
        clock: Arc<dyn Clock>,
        stopwatch: Stopwatch,
        seed: [u8; 32],
    ) -> io::Result<Arc<Self>> {
        let mut rng = StdRng::from_seed(seed);
        Ok(Arc::new(Self {
            ip: bound.local.ip(),
            state: Mutex::new(State {
                handsets: Handsets::new(bound.local, node, rng.random()),
                talks: HashMap::new(),
                rng,
            }),
            sender: bound.socket.try_clone()?,
            clock,
            stopwatch,
            runtime: Handle::current(),
            wake: Notify::new(),
            ended: CancellationToken::new(),
        }))
    }

    /// Begins to hear the broker, whose SIP is there.
    pub fn listen(self: &Arc<Self>, bound: BoundLines, broker: SocketAddr) -> io::Result<Listening> {
        let socket = UdpSocket::from_std(bound.socket)?;
        self.lock().handsets.start(broker);
        Ok(Listening(tokio::spawn(self.clone().hear(socket))))
    }

    async fn hear(self: Arc<Self>, socket: UdpSocket) {
        let mut buffer = vec![0; LARGEST].into_boxed_slice();
        loop {
            let wait = self.wait();
            tokio::select! {
                () = self.ended.cancelled() => return,
                came = socket.recv_from(&mut buffer) => {
                    // An error tells of a datagram sent before.
                    let Ok((length, from)) = came else { continue };
                    let now = self.now();
                    let mut state = self.lock();
                    let bytes = buffer.get(..length).unwrap_or_default();
                    state.handsets.datagram(now, from, bytes);
                    self.turn(&mut state);
                }
                () = self.wake.notified() => {}
                () = sleep(wait) => {
                    let mut state = self.lock();
                    state.handsets.handle_timeout(self.now());
                    self.turn(&mut state);
                }
            }
        }
    }

    fn wait(&self) -> Duration {
        let now = self.now().ms;
        let next = self.lock().handsets.next_timeout();
        next.map_or(IDLE, |at| Duration::from_millis(at.saturating_sub(now)).min(IDLE))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment {
            ms: (self.stopwatch)() / 1_000,
            at: self.clock.now(),
        }
    }

    /// Does what the phones want done.
    fn turn(&self, state: &mut State) {
        while let Some(order) = state.handsets.poll_order() {
            match order {
                Order::Pick(leg) => {
                    if let Some((phone, ..)) = state.handsets.ear(leg) {
                        // Without a port it rings on.
                        let _ = self.answer(state, phone, leg);
                    }
                }
                Order::Talk(leg, remote) => self.talk(state, leg, remote),
                Order::Over(leg) => {
                    state.talks.remove(&leg);
                }
            }
        }
        while let Some(transmit) = state.handsets.poll_transmit() {
            // Now or never: what is lost is sent again.
            let _ = self.sender.send_to(&transmit.bytes, transmit.hop.remote);
        }
        self.wake.notify_one();
    }

    fn answer(&self, state: &mut State, phone: E164, leg: LegId) -> Result<(), LineError> {
        let (socket, media) = self.port()?;
        state.handsets.answer(self.now(), phone, leg, media)?;
        state.talks.insert(leg, Talk::Ready(socket));
        Ok(())
    }

    fn port(&self) -> Result<(StdSocket, SocketAddr), LineError> {
        let socket = free_even(self.ip).map_err(|_| LineError::NoRoom)?;
        let media = socket.local_addr().map_err(|_| LineError::NoRoom)?;
        Ok((socket, media))
    }

    fn talk(&self, state: &mut State, leg: LegId, remote: SocketAddr) {
        let State { handsets, talks, rng } = state;
        match talks.remove(&leg) {
            Some(Talk::Going(known, guard)) => {
                known.send_replace(remote);
                talks.insert(leg, Talk::Going(known, guard));
            }
            Some(Talk::Ready(socket)) => {
                let Some((_, counts, plays)) = handsets.ear(leg) else {
                    return;
                };
                let (known, heard) = watch::channel(remote);
                let stop = self.ended.child_token();
                let sound = Sound {
                    socket,
                    remote: heard,
                    plays,
                    counts,
                    ssrc: rng.random(),
                };
                self.runtime.spawn(sound.run(stop.clone()));
                talks.insert(leg, Talk::Going(known, stop.drop_guard()));
            }
            None => {}
        }
    }

    /// The exchange bridges a call; see `Handsets::told`.
    pub fn told(&self, told: Told) {
        self.lock().handsets.told(told);
    }

    /// The exchange refuses what this phone dialled.
    pub fn refused(&self, phone: E164, dialled: E164, reason: Reason) {
        self.lock().handsets.refused(phone, dialled, reason);
    }

    /// Ends all calls, and begins no more. The broker is told; what it says is still heard.
    pub fn hang_up_all(&self) {
        let now = self.now();
        let mut state = self.lock();
        state.handsets.stop(now);
        self.turn(&mut state);
    }

    /// Hears nothing any longer.
    pub async fn shutdown(&self, listening: Listening) {
        self.ended.cancel();
        let _ = listening.0.await;
    }
}

impl VirtualLines for Lines {
    fn dial(&self, phone: E164, to: E164, talk_s: Option<u32>) -> Result<PhoneCall, LineError> {
        let (socket, media) = self.port()?;
        let now = self.now();
        let mut state = self.lock();
        let leg = state.handsets.dial(now, (phone, to), media, talk_s)?;
        state.talks.insert(leg, Talk::Ready(socket));
        let call = state.handsets.call(phone, leg);
        self.turn(&mut state);
        call
    }

    fn calls(&self, phone: E164) -> Vec<PhoneCall> {
        self.lock().handsets.calls(phone)
    }

    fn act(&self, phone: E164, leg: LegId, act: LineAct) -> Result<PhoneCall, LineError> {
        let now = self.now();
        let mut state = self.lock();
        match act {
            LineAct::Answer => self.answer(&mut state, phone, leg)?,
            LineAct::Decline => state.handsets.decline(now, phone, leg)?,
            LineAct::HangUp => state.handsets.hang_up(now, phone, leg)?,
        }
        let call = state.handsets.call(phone, leg);
        self.turn(&mut state);
        call
    }

    fn answering(&self, phone: E164) -> Answering {
        self.lock().handsets.answering(phone)
    }

    fn set_answering(&self, phone: E164, answering: Answering) {
        self.lock().handsets.set_answering(phone, answering);
    }
}
