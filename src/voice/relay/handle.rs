//! Whoever needs media asks here: sessions and their ports are kept in one book, behind a lock that no packet meets.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::pairs::{Pair, Pairs};
use super::shard::{Command, Shard};
use super::{
    Event, Family, Interface, Opened, RelayError, Remote, Report, SessionId, Settings, Side, Stopwatch, Usage,
};
use crate::wire::rtp::Micros;
use crate::wire::rtp::keys::Key;

/// The handle of the relay. Dropping it ends the threads, and with them the sessions.
pub struct Relay {
    settings: Settings,
    stopwatch: Stopwatch,
    shards: Vec<Shard>,
    threads: Vec<JoinHandle<()>>,
    book: Mutex<Book>,
}

/// Who holds which ports.
struct Book {
    next: u64,
    draining: bool,
    sessions: HashMap<SessionId, Entry>,
    /// By thread: the pairs of IPv4 and of IPv6.
    pairs: Vec<[Option<Pairs>; 2]>,
    /// By thread: sessions.
    load: Vec<usize>,
}

struct Entry {
    shard: usize,
    pairs: [Arc<Pair>; 2],
}

impl Relay {
    /// Starts the threads; no port is bound yet. Events are told to `events`; while that is full they are kept back and
    /// told later.
    ///
    /// # Errors
    /// [`RelayError::BadSetting`], and [`RelayError::System`] where a thread cannot be had.
    pub fn start(
        settings: Settings,
        stopwatch: Stopwatch,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, RelayError> {
        settings.check()?;
        let mut relay = Self {
            stopwatch,
            shards: Vec::new(),
            threads: Vec::new(),
            book: Mutex::new(Book {
                next: 1,
                draining: false,
                sessions: HashMap::new(),
                pairs: Vec::new(),
                load: vec![0; settings.threads],
            }),
            settings,
        };
        for at in 0..relay.settings.threads {
            let (shard, thread) = Shard::start(at, &relay.settings, relay.stopwatch.clone(), events.clone())?;
            relay.shards.push(shard);
            relay.threads.push(thread);
            let pairs = |interface: Option<Interface>| {
                interface.map(|interface| Pairs::new(interface, &relay.settings, at))
            };
            let of_thread = [pairs(relay.settings.v4), pairs(relay.settings.v6)];
            relay.book().pairs.push(of_thread);
        }
        Ok(relay)
    }

    /// Takes two pairs of ports. Neither leg hears anything before both are pointed. `random` makes the names under
    /// which reports are sent (RFC 7022): 96 bits for each leg.
    ///
    /// # Errors
    /// [`RelayError::Full`], [`RelayError::NoPort`], [`RelayError::Draining`], [`RelayError::NoInterface`],
    /// [`RelayError::Overloaded`], [`RelayError::System`].
    pub fn open(&self, families: [Family; 2], random: [u8; 24]) -> Result<Opened, RelayError> {
        let now = (self.stopwatch)();
        let mut book = self.book();
        if book.draining {
            return Err(RelayError::Draining);
        }
        if book.sessions.len() >= self.settings.sessions {
            return Err(RelayError::Full(book.sessions.len()));
        }
        let mut order: Vec<usize> = (0..self.shards.len()).collect();
        order.sort_by_key(|at| book.load.get(*at).copied());
        let mut refused = RelayError::NoPort;
        for at in order {
            match book.take(at, families, now) {
                Ok(pairs) => return self.opened(&mut book, at, pairs, random),
                Err(RelayError::NoPort) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn opened(
        &self,
        book: &mut Book,
        at: usize,
        pairs: [Arc<Pair>; 2],
        random: [u8; 24],
    ) -> Result<Opened, RelayError> {
        let id = SessionId(book.next);
        let command = Command::Open {
            id,
            pairs: pairs.clone(),
            random,
        };
        let told = self.shards.get(at).ok_or(RelayError::NoSession)?.tell(command);
        if let Err(error) = told {
            for pair in &pairs {
                book.give_back(at, pair, 0);
            }
            return Err(error);
        }
        book.next += 1;
        if let Some(load) = book.load.get_mut(at) {
            *load += 1;
        }
        let anchors = [pairs[0].anchor, pairs[1].anchor];
        book.sessions.insert(id, Entry { shard: at, pairs });
        Ok(Opened { id, anchors })
    }

    /// Says where a leg is. The same address again keeps what was learnt of the leg's true source; another forgets it.
    ///
    /// # Errors
    /// [`RelayError::NoSession`], [`RelayError::BadAddress`], [`RelayError::OtherFamily`], [`RelayError::Overloaded`].
    pub fn point(&self, id: SessionId, side: Side, remote: Remote) -> Result<(), RelayError> {
        let book = self.book();
        let entry = book.sessions.get(&id).ok_or(RelayError::NoSession)?;
        let family = Family::from(entry.pairs[side.index()].anchor.rtp.ip());
        for place in [Some(remote.rtp), remote.rtcp].into_iter().flatten() {
            let address = place.ip();
            let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
            let nowhere =
                address.is_multicast() || address.is_unspecified() || broadcast || place.port() == 0;
            if nowhere || book.is_own(place) {
                return Err(RelayError::BadAddress);
            }
            if Family::from(address) != family {
                return Err(RelayError::OtherFamily);
            }
        }
        self.shards
            .get(entry.shard)
            .ok_or(RelayError::NoSession)?
            .tell(Command::Point { id, side, remote })
    }

    /// Says whether anything is expected of a leg: yes once the call is answered or taken from hold, no while it is on
    /// hold. Nothing is expected of a new session. From `true` on silence is watched, and a source that is not the one
    /// of the description may again be learnt for a while, where none has spoken.
    ///
    /// # Errors
    /// [`RelayError::NoSession`], [`RelayError::Overloaded`].
    pub fn expect(&self, id: SessionId, side: Side, expected: bool) -> Result<(), RelayError> {
        let shard = self.shard_of(id)?;
        self.shards
            .get(shard)
            .ok_or(RelayError::NoSession)?
            .tell(Command::Expect { id, side, expected })
    }

    /// Tells a leg that a key was pressed, by packets between those of the other leg (RFC 4733).
    ///
    /// # Errors
    /// [`RelayError::NoSession`], [`RelayError::Overloaded`].
    pub fn play(&self, id: SessionId, side: Side, key: Key) -> Result<(), RelayError> {
        let shard = self.shard_of(id)?;
        self.shards
            .get(shard)
            .ok_or(RelayError::NoSession)?
            .tell(Command::Play { id, side, key })
    }

    /// What came and went so far.
    ///
    /// # Errors
    /// [`RelayError::NoSession`], [`RelayError::Overloaded`]. The receiver fails where the session ends meanwhile.
    pub fn look(&self, id: SessionId) -> Result<oneshot::Receiver<Report>, RelayError> {
        let (reply, answer) = oneshot::channel();
        let shard = self.shard_of(id)?;
        self.shards
            .get(shard)
            .ok_or(RelayError::NoSession)?
            .tell(Command::Look { id, reply })?;
        Ok(answer)
    }

    /// Ends a session: its ports rest, and the report is the last.
    ///
    /// # Errors
    /// [`RelayError::NoSession`].
    pub fn close(&self, id: SessionId) -> Result<oneshot::Receiver<Report>, RelayError> {
        let (reply, answer) = oneshot::channel();
        let now = (self.stopwatch)();
        let mut book = self.book();
        let entry = book.sessions.remove(&id).ok_or(RelayError::NoSession)?;
        if let Some(load) = book.load.get_mut(entry.shard) {
            *load = load.saturating_sub(1);
        }
        // Told before the ports can be given out again, so that the thread hears of the two in this order.
        if let Some(shard) = self.shards.get(entry.shard) {
            shard.tell_surely(Command::Close { id, reply });
        }
        for pair in &entry.pairs {
            book.give_back(entry.shard, pair, now + self.settings.quarantine);
        }
        Ok(answer)
    }

    /// Opens no more sessions; those that are open go on.
    pub fn drain(&self) {
        self.book().draining = true;
    }

    /// What is in use.
    pub fn usage(&self) -> Usage {
        let now = (self.stopwatch)();
        let book = self.book();
        let mut usage = Usage {
            sessions: book.sessions.len(),
            pairs_held: 2 * book.sessions.len(),
            strays: self.shards.iter().map(Shard::strays).sum(),
            ..Usage::default()
        };
        for pairs in book.pairs.iter().flatten().flatten() {
            usage.pairs_bound += pairs.bound();
            usage.pairs_resting += pairs.resting(now);
        }
        usage
    }

    fn shard_of(&self, id: SessionId) -> Result<usize, RelayError> {
        self.book()
            .sessions
            .get(&id)
            .map(|entry| entry.shard)
            .ok_or(RelayError::NoSession)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // The book is whole after any panic: nothing in between can.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        for shard in &self.shards {
            shard.tell_surely(Command::Stop);
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Book {
    fn take(&mut self, at: usize, families: [Family; 2], now: Micros) -> Result<[Arc<Pair>; 2], RelayError> {
        let pairs = self.pairs.get_mut(at).ok_or(RelayError::NoPort)?;
        let mut of = |family: Family| {
            let pairs = pairs.get_mut(family as usize).and_then(Option::as_mut);
            pairs.ok_or(RelayError::NoInterface)?.take(now)
        };
        let first = of(families[0])?;
        match of(families[1]) {
            Ok(second) => Ok([first, second]),
            Err(error) => {
                self.give_back(at, &first, 0);
                Err(error)
            }
        }
    }

    fn give_back(&mut self, at: usize, pair: &Arc<Pair>, free_at: Micros) {
        let family = Family::from(pair.anchor.rtp.ip()) as usize;
        if let Some(Some(pairs)) = self.pairs.get_mut(at).and_then(|pairs| pairs.get_mut(family)) {
            pairs.give_back(pair.clone(), free_at);
        }
    }

    /// Whether a socket of ours is there. Two parties that pointed two of our ports at each other would have packets
    /// go round for ever.
    fn is_own(&self, place: SocketAddr) -> bool {
        self.pairs
            .iter()
            .flatten()
            .flatten()
            .any(|pairs| pairs.is_own(place))
    }
}
