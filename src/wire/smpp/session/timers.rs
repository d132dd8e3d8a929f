//! The session's timers (SMPP 3.4, section 7.2).

use super::super::codec;
use super::super::status::CommandStatus;
use super::{CloseReason, Leaving, Outcome, Session, State, input};

impl Session {
    /// When [`Session::handle_timeout`] has something to do next; `None` when the link is over.
    pub fn next_timeout(&self) -> Option<i64> {
        let mut next = match self.state {
            State::Closed => return None,
            State::Open | State::Binding { .. } => {
                return Some(self.started_ms.saturating_add(self.config.session_init_ms));
            }
            State::Bound(_) => self.link_timeout(),
        };
        if let Some(inactivity) = self.config.inactivity_ms.filter(|_| self.leaving.is_none()) {
            next = next.min(self.message_ms.saturating_add(inactivity));
        }
        match self.leaving {
            Some(Leaving::Draining { until_ms } | Leaving::Sent { until_ms }) => next = next.min(until_ms),
            None => {}
        }
        if let Some((_, until_ms)) = self.peer_unbind {
            next = next.min(until_ms);
        }
        // While input waits for answers of this end, response timers stand still.
        if self.paused_since.is_none()
            && let Some((deadline, _)) = self.deadlines.first()
        {
            next = next.min(deadline.saturating_add(self.paused_total));
        }
        Some(next)
    }

    fn link_timeout(&self) -> i64 {
        match self.enquired_ms {
            Some(at) => at.saturating_add(self.config.response_timeout_ms),
            None => self.heard_ms.saturating_add(self.config.enquire_link_ms),
        }
    }

    /// Does what has come due.
    pub fn handle_timeout(&mut self, now_ms: i64) {
        match self.state {
            State::Closed => return,
            State::Open | State::Binding { .. } => {
                if now_ms >= self.started_ms.saturating_add(self.config.session_init_ms) {
                    self.close(CloseReason::InitTimeout);
                }
                return;
            }
            State::Bound(_) => {}
        }
        let time = self.session_time(now_ms);
        while self.paused_since.is_none()
            && let Some((deadline, sequence)) = self.deadlines.first().copied()
            && deadline <= time
        {
            self.complete(sequence, Outcome::TimedOut);
        }
        self.go_on_leaving(now_ms);
        if let Some(Leaving::Sent { until_ms }) = self.leaving
            && now_ms >= until_ms
        {
            return self.close(CloseReason::Unbound);
        }
        if let Some((_, until_ms)) = self.peer_unbind
            && now_ms >= until_ms
        {
            // The answers that it is owed do not come: it is let go without them.
            self.unanswered = 0;
            return self.finish_peer_unbind();
        }
        if let Some(inactivity) = self.config.inactivity_ms
            && now_ms >= self.message_ms.saturating_add(inactivity)
        {
            self.unbind(now_ms);
        }
        self.check_link(now_ms);
    }

    fn check_link(&mut self, now_ms: i64) {
        if now_ms < self.link_timeout() {
            return;
        }
        if self.paused_since.is_some() {
            // The sign of life may be waiting in the input that is held back.
            self.heard_ms = now_ms;
            self.enquired_ms = None;
        } else if self.enquired_ms.is_some() {
            self.close(CloseReason::LinkDead);
        } else {
            let sequence = self.next_sequence();
            codec::encode_empty(
                &mut self.output,
                input::ENQUIRE_LINK,
                CommandStatus::ROK,
                sequence,
            );
            self.enquired_ms = Some(now_ms);
        }
    }

    /// The clock of response timers: the caller's, less the time during which input was held back.
    pub(super) fn session_time(&self, now_ms: i64) -> i64 {
        let paused_now = self.paused_since.map_or(0, |since| now_ms.saturating_sub(since));
        now_ms
            .saturating_sub(self.paused_total)
            .saturating_sub(paused_now)
    }

    pub(super) fn note_pause(&mut self, now_ms: i64) {
        let paused = self.unanswered >= self.config.max_unanswered;
        match self.paused_since {
            None if paused => self.paused_since = Some(now_ms),
            Some(since) if !paused => {
                self.paused_total = self
                    .paused_total
                    .saturating_add(now_ms.saturating_sub(since).max(0));
                self.paused_since = None;
                // Deadlines that passed meanwhile get another chance to be met by the input that waited.
                self.heard_ms = now_ms;
            }
            _ => {}
        }
    }
}
