//! The timers of one call: a handful, so a list does.

use super::Side;
use crate::wire::sip::Millis;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// The driver has not decided.
    Decision,
    /// Nobody has answered.
    Ring,
    /// The hop has not even said 100.
    Silence,
    /// A 2xx is sent again, or given up.
    Answer(Side),
    /// A reliable provisional answer is sent again, or given up.
    Reliable(u16),
    /// The session is refreshed, or has run out.
    Session(Side),
    /// The peer is asked whether it is there.
    Probe(Side),
    /// A request that met another is sent again (RFC 3261, section 14.1).
    Glare(u16),
    /// The call has lasted as long as it may.
    Longest,
    /// What is left of an ended call goes.
    Linger,
}

/// Timers that run.
#[derive(Debug, Default)]
pub(super) struct Timers(Vec<(Millis, Timer)>);

impl Timers {
    /// Sets a timer, anew if it runs.
    pub(super) fn set(&mut self, timer: Timer, at: Millis) {
        self.cancel(timer);
        self.0.push((at, timer));
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        self.0.retain(|(_, other)| *other != timer);
    }

    /// Cancels all but some.
    pub(super) fn keep(&mut self, keep: impl Fn(Timer) -> bool) {
        self.0.retain(|(_, timer)| keep(*timer));
    }

    pub(super) fn next(&self) -> Option<Millis> {
        self.0.iter().map(|(at, _)| *at).min()
    }

    /// The earliest timer that is due.
    pub(super) fn take_due(&mut self, now: Millis) -> Option<Timer> {
        let index = (0..self.0.len())
            .filter(|&i| self.0[i].0 <= now)
            .min_by_key(|&i| self.0[i].0)?;
        Some(self.0.swap_remove(index).1)
    }
}
