//! How all stands: told to the log and to whoever looks; and the end of it.

use super::Driver;
use crate::switchboard::switching::VoiceFigures;
use crate::voice::counters::Counters;
use crate::wire::sip::Millis;

/// How often strangers' knocking is logged.
const LOG_EVERY: Millis = 60_000;
/// How long, after the last call was ended, its last messages are waited for.
const LINGER: Millis = 2_000;

impl Driver {
    /// Strangers are told of once a minute at most, and by their number.
    pub(super) fn note_strangers(&mut self) {
        let (at, known) = self.logged;
        let unlisted = Counters::of(&self.parts.counters.unlisted);
        if unlisted > known && (at == 0 || self.now.saturating_sub(at) >= LOG_EVERY) {
            let count = unlisted - known;
            tracing::warn!(count, "SIP came from addresses that no trunk names");
            self.logged = (self.now.max(1), unlisted);
        }
    }

    pub(super) fn note_figures(&self) {
        let counts = self.parts.calls.counts();
        let of = Counters::of;
        let counters = &self.parts.counters;
        let usage = self.parts.relay.usage();
        let figures = VoiceFigures {
            calls: counts.calls,
            answered: counts.answered,
            transactions: counts.transactions,
            connections: self.parts.streams.len(),
            media_sessions: usage.sessions,
            media_pairs: usage.pairs_held,
            unlisted: of(&counters.unlisted),
            malformed: of(&counters.malformed),
            over_rate: of(&counters.over_rate),
            connections_refused: of(&counters.connections_refused),
            handshakes_failed: of(&counters.handshakes_failed),
            unsent: of(&counters.unsent),
            overloaded: of(&counters.overloaded) + counts.overloaded,
            unauthorized: of(&counters.unauthorized),
            reports_lost: of(&counters.reports_lost),
        };
        *self
            .parts
            .figures
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = figures;
    }

    pub(super) fn begin_to_drain(&mut self) {
        self.parts.calls.drain();
        self.parts.relay.drain();
        self.leave_registrars();
        self.drain = Some((self.now, None));
        tracing::info!(calls = self.live.len(), "no more calls are taken");
    }

    pub(super) fn drained(&mut self) -> bool {
        let Some((since, empty)) = self.drain else {
            return false;
        };
        if self.now.saturating_sub(since) >= self.parts.config.drain_s.saturating_mul(1000) {
            self.end_all();
        }
        if !self.live.is_empty() {
            return false;
        }
        let empty = empty.unwrap_or(self.now);
        self.drain = Some((since, Some(empty)));
        let counts = self.parts.calls.counts();
        counts.lingering == 0 || self.now.saturating_sub(empty) >= LINGER
    }
}
