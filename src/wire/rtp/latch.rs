//! Symmetric RTP: where a leg's packets truly come from, learnt from the first good one, and guarded against others
//! who send to the same port.
//!
//! What a party writes into its description is often its address behind a translator of addresses. So the latch
//! closes on the first good source. Two addresses are trusted: the one in the description, and the one that the
//! leg's signalling comes from. A source at any other address is believed only for a while after the leg was
//! pointed (or its call answered), and only until a trusted one speaks. Once closed, the latch opens for a trusted
//! address after the closed-on source fell silent, and for others when the leg is pointed elsewhere.

use std::net::{IpAddr, SocketAddr};

use super::Micros;

/// How a latch judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Nothing is learnt: packets come from the address of the description, or are rejected.
    pub strict: bool,
    /// For how long after pointing a source at an address that is not trusted may be believed.
    pub window: Micros,
    /// After how long a silence another port or another trusted address is followed.
    pub silence: Micros,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            strict: false,
            window: 10_000_000,
            silence: 3_000_000,
        }
    }
}

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// From the source that the latch is closed on.
    Good,
    /// As good, and the latch closed on it just now: packets for the leg go there from here on.
    Moved,
    /// From somebody else.
    Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody has spoken.
    Open,
    /// A source speaks that is not trusted: a trusted one takes over at once.
    Loose { source: SocketAddr },
    /// A trusted source speaks.
    Closed { source: SocketAddr, last: Micros },
}

/// One leg's latch, for RTP or for RTCP.
#[derive(Clone, Debug)]
pub struct Latch {
    rules: Rules,
    signalled: Option<SocketAddr>,
    signalling: Option<IpAddr>,
    pointed: Micros,
    state: State,
    /// The source of before the leg was pointed elsewhere: its last packets are not to be learnt from.
    left: Option<SocketAddr>,
}

impl Latch {
    /// A latch that knows of no address yet, and rejects everything until it is pointed.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            signalled: None,
            signalling: None,
            pointed: 0,
            state: State::Open,
            left: None,
        }
    }

    /// Packets are expected from `signalled`, and may come from `signalling` as well. The same address again keeps
    /// what was learnt; another forgets it. Where nobody has spoken yet, the window begins anew.
    pub fn point(&mut self, signalled: SocketAddr, signalling: Option<IpAddr>, now: Micros) {
        if self.signalled != Some(signalled) {
            self.left = self.source();
            self.state = State::Open;
            self.signalled = Some(signalled);
        }
        self.signalling = signalling;
        self.pointed = now;
    }

    /// Believes this address as if it were that of the signalling.
    pub fn trust(&mut self, address: IpAddr) {
        self.signalling = Some(address);
    }

    /// Begins the window anew, as when a call is answered.
    pub fn restart(&mut self, now: Micros) {
        self.pointed = now;
    }

    /// Judges the source of a packet that is good in itself.
    pub fn judge(&mut self, from: SocketAddr, now: Micros) -> Verdict {
        if let State::Closed { source, last } = &mut self.state
            && *source == from
        {
            *last = now;
            return Verdict::Good;
        }
        let Some(signalled) = self.signalled else {
            return Verdict::Rejected;
        };
        if self.rules.strict && from != signalled {
            return Verdict::Rejected;
        }
        let trusted = from.ip() == signalled.ip() || self.signalling == Some(from.ip());
        let next = match self.state {
            State::Closed { last, .. } if trusted && now.saturating_sub(last) >= self.rules.silence => {
                State::Closed {
                    source: from,
                    last: now,
                }
            }
            State::Closed { .. } => return Verdict::Rejected,
            _ if trusted => State::Closed {
                source: from,
                last: now,
            },
            State::Loose { source } if source == from => return Verdict::Good,
            State::Open
                if now.saturating_sub(self.pointed) <= self.rules.window && self.left != Some(from) =>
            {
                State::Loose { source: from }
            }
            State::Loose { .. } | State::Open => return Verdict::Rejected,
        };
        self.state = next;
        Verdict::Moved
    }

    /// The source that was learnt.
    pub fn source(&self) -> Option<SocketAddr> {
        match self.state {
            State::Open => None,
            State::Loose { source } | State::Closed { source, .. } => Some(source),
        }
    }

    /// Where packets for the leg go: to what was learnt, else to what was signalled.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.source().or(self.signalled)
    }
}
