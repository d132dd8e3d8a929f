//! Session timers (RFC 4028), one for each leg, and a question now and then to a peer that has none.

use super::call::{Call, Purpose, State};
use super::core::Core;
use super::ending::Ending;
use super::failure;
use super::leg::{Agreed, TimerAsk};
use super::timers::Timer;
use super::{Cause, SessionTimer, Side};
use crate::wire::sip::Millis;
use crate::wire::sip::message::{Extra, Fields, Method, SessionExpires};

/// How a request's wish is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// No session timer.
    Without,
    /// 422 with this Min-SE.
    TooShort(u32),
    /// Agreed.
    With(Agreed),
}

/// The answerer's part (RFC 4028, section 9).
pub(super) fn answer(asks: &TimerAsk, ours: SessionTimer) -> Answered {
    if ours.interval_s == 0 {
        return Answered::Without;
    }
    // Who does not know session timers cannot do anything with a 422.
    if asks.supported && asks.interval_s.is_some_and(|interval| interval < ours.minimum_s) {
        return Answered::TooShort(ours.minimum_s);
    }
    // Never less than our own minimum, whatever is asked: this end may be the one that refreshes.
    let least = asks
        .minimum_s
        .unwrap_or(0)
        .min(asks.interval_s.unwrap_or(u32::MAX))
        .max(ours.minimum_s);
    let interval_s = asks
        .interval_s
        .unwrap_or(ours.interval_s)
        .min(ours.interval_s)
        .max(least);
    Answered::With(Agreed {
        interval_s,
        ours: !asks.supported || asks.refresher_uac == Some(false),
    })
}

/// The headers of the answer.
pub(super) fn answer_headers(asks: &TimerAsk, agreed: Option<Agreed>) -> Vec<Extra> {
    let Some(agreed) = agreed else {
        return Vec::new();
    };
    let mut headers = vec![
        Extra::Supported("timer"),
        Extra::SessionExpires(SessionExpires {
            interval_s: agreed.interval_s,
            refresher_uac: Some(!agreed.ours),
        }),
    ];
    if asks.supported {
        headers.push(Extra::Require("timer"));
    }
    headers
}

/// The headers of a request of ours within a dialog; the roles stay.
pub(super) fn request_headers(agreed: Option<Agreed>, ours: SessionTimer) -> Vec<Extra> {
    if ours.interval_s == 0 {
        return Vec::new();
    }
    let interval_s = agreed.map_or(ours.interval_s, |agreed| agreed.interval_s);
    vec![
        Extra::Supported("timer"),
        Extra::SessionExpires(SessionExpires {
            interval_s: interval_s.max(ours.minimum_s),
            refresher_uac: agreed.map(|agreed| agreed.ours),
        }),
        Extra::MinSe(ours.minimum_s),
    ]
}

/// What a 2xx to a request of ours agrees to (section 7.2).
pub(super) fn agreed(response: &Fields, ours: SessionTimer) -> Option<Agreed> {
    if ours.interval_s == 0 {
        return None;
    }
    let expires = response.session_expires()?;
    Some(Agreed {
        // Less than was allowed would make this end send without pause.
        interval_s: expires.interval_s.max(ours.minimum_s),
        ours: expires.refresher_uac != Some(false),
    })
}

impl Call {
    /// Sets the leg's timers after a refresh, or after its first answer.
    pub(super) fn arm(&mut self, core: &Core, side: Side) {
        let probe: Millis = self.leg(side).options.session.probe_s.into();
        let Some(half) = self.leg(side).talk() else {
            return;
        };
        match half.agreed {
            Some(Agreed { interval_s, ours }) => {
                let interval = Millis::from(interval_s) * 1000;
                // Section 10: the refresher at half time; the other gives up a little before the end.
                let wait = if ours {
                    interval / 2
                } else {
                    interval - 32_000.min(interval / 3)
                };
                self.timers.cancel(Timer::Probe(side));
                // A refresh that fails at once comes back here: it must not be due again at the same moment.
                self.timers
                    .set(Timer::Session(side), core.now + wait.max(core.t2()));
            }
            None => {
                self.timers.cancel(Timer::Session(side));
                if probe > 0 {
                    self.timers.set(Timer::Probe(side), core.now + probe * 1000);
                }
            }
        }
    }

    /// It is time to refresh, or the peer has not done so.
    pub(super) fn session_due(&mut self, core: &mut Core, side: Side) {
        let Some(agreed) = self.leg(side).talk().and_then(|half| half.agreed) else {
            return;
        };
        if !agreed.ours {
            let mut ending = Ending::ours(Cause::PeerLost, 102);
            ending.text = Some("Session timer expired");
            return self.finish(core, ending);
        }
        // What is under way between the legs refreshes too; else it is tried again soon.
        let busy = self.state != State::Talking || !self.exchanges.is_empty() || !self.leg(side).is_settled();
        if busy {
            self.timers.set(Timer::Session(side), core.now + core.t2());
        } else {
            self.refresh(core, side);
        }
    }

    /// Asks a peer without session timers whether it still knows the dialog.
    pub(super) fn probe(&mut self, core: &mut Core, side: Side) {
        if self.state == State::Over {
            return;
        }
        if self
            .send(core, side, 0, Purpose::Probe, Method::Options, |_| {})
            .is_none()
        {
            self.arm(core, side);
        }
    }

    pub(super) fn probed(&mut self, core: &mut Core, side: Side, status: u16) {
        self.leg(side).unreached = 0;
        if failure::is_dialog_lost(status) {
            self.lost(core, side);
        } else {
            self.arm(core, side);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: SessionTimer = SessionTimer {
        interval_s: 1800,
        minimum_s: 90,
        probe_s: 0,
    };

    fn asks(interval_s: Option<u32>, supported: bool) -> TimerAsk {
        TimerAsk {
            supported,
            interval_s,
            minimum_s: None,
            refresher_uac: None,
        }
    }

    #[test]
    fn less_than_the_minimum_is_refused_to_who_understands_that() {
        assert_eq!(answer(&asks(Some(60), true), OURS), Answered::TooShort(90));
        let without = answer(&asks(Some(60), false), OURS);
        assert_eq!(
            without,
            Answered::With(Agreed {
                interval_s: 90,
                ours: true
            })
        );
    }

    #[test]
    fn an_interval_of_nought_does_not_make_this_end_refresh_without_pause() {
        for minimum_s in [None, Some(0), Some(u32::MAX)] {
            let asks = TimerAsk {
                minimum_s,
                ..asks(Some(0), false)
            };
            assert_eq!(
                answer(&asks, OURS),
                Answered::With(Agreed {
                    interval_s: 90,
                    ours: true
                })
            );
        }
    }

    #[test]
    fn the_shorter_interval_counts_and_the_asker_refreshes_where_it_can() {
        let agreed = answer(&asks(Some(600), true), OURS);
        assert_eq!(
            agreed,
            Answered::With(Agreed {
                interval_s: 600,
                ours: false
            })
        );
        let agreed = answer(&asks(Some(7200), true), OURS);
        assert_eq!(
            agreed,
            Answered::With(Agreed {
                interval_s: 1800,
                ours: false
            })
        );
        let agreed = answer(&asks(None, false), OURS);
        assert_eq!(
            agreed,
            Answered::With(Agreed {
                interval_s: 1800,
                ours: true
            })
        );
    }

    #[test]
    fn the_askers_minimum_is_respected() {
        let mut asks = asks(Some(7200), true);
        asks.minimum_s = Some(3600);
        asks.refresher_uac = Some(false);
        let agreed = answer(&asks, OURS);
        assert_eq!(
            agreed,
            Answered::With(Agreed {
                interval_s: 3600,
                ours: true
            })
        );
    }

    #[test]
    fn a_leg_may_do_without() {
        let off = SessionTimer {
            interval_s: 0,
            ..OURS
        };
        assert_eq!(answer(&asks(Some(60), true), off), Answered::Without);
        assert!(request_headers(None, off).is_empty());
    }
}
