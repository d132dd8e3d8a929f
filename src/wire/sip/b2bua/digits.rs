//! Digits by INFO: `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (the digit alone).

use bytes::Bytes;

use super::call::{Call, Pending, Purpose, State};
use super::core::Core;
use super::{Digits, Event, Side, What};
use crate::wire::sip::message::{Extra, IncomingRequest, Method};
use crate::wire::sip::transaction::ServerId;

/// The kinds that are understood, for Accept.
const KINDS: &str = "application/dtmf-relay, application/dtmf";
/// What is sent.
const KIND: &str = "application/dtmf-relay";
/// Where none is said, and the bounds.
const USUAL_MS: u16 = 160;
const SHORTEST_MS: u16 = 40;
const LONGEST_MS: u16 = 5000;

/// A digit and how long it was held, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digit {
    pub(super) digit: char,
    pub(super) duration_ms: u16,
}

impl Digit {
    /// Reads a body; None where it holds no digit.
    pub(super) fn read(kind: &str, body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body.get(..256).unwrap_or(body)).ok()?;
        match kind {
            "application/dtmf" => Some(Self {
                digit: digit(text.trim())?,
                duration_ms: USUAL_MS,
            }),
            "application/dtmf-relay" => {
                let value = |name: &str| {
                    text.lines().find_map(|line| {
                        let (key, value) = line.split_once('=')?;
                        key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
                    })
                };
                let duration = value("duration")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(USUAL_MS);
                Some(Self {
                    digit: digit(value("signal")?)?,
                    duration_ms: duration.clamp(SHORTEST_MS, LONGEST_MS),
                })
            }
            _ => None,
        }
    }

    /// A body of our own.
    pub(super) fn body(self) -> Bytes {
        Bytes::from(format!(
            "Signal={}\r\nDuration={}\r\n",
            self.digit, self.duration_ms
        ))
    }
}

/// One of the sixteen; some phones write `10` and `11` for the star and the hash.
fn digit(text: &str) -> Option<char> {
    match text {
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut chars = text.chars();
    let first = chars.next()?.to_ascii_uppercase();
    let known = matches!(first, '0'..='9' | '*' | '#' | 'A'..='D');
    (known && chars.next().is_none()).then_some(first)
}

/// INFOs towards one leg that wait for their answers. Nobody presses faster: further digits are dropped.
const UNDER_WAY: usize = 8;

impl Call {
    /// INFO: digits, or nothing that is understood.
    pub(super) fn info(&mut self, core: &mut Core, side: Side, server: ServerId, request: &IncomingRequest) {
        let method = Method::Info;
        let Some(body) = request.body() else {
            return self.reply(core, side, server, &method, 200, Vec::new());
        };
        let Some(digit) = Digit::read(body.kind, body.bytes) else {
            let known = matches!(body.kind, "application/dtmf" | "application/dtmf-relay");
            let (status, extra) = if known {
                (400, Vec::new())
            } else {
                (415, vec![Extra::Accept(KINDS)])
            };
            return self.reply(core, side, server, &method, status, extra);
        };
        self.reply(core, side, server, &method, 200, Vec::new());
        if self.state != State::Talking {
            return;
        }
        core.step(self.id, side, What::Digit);
        let other = side.other();
        let leg = self.leg(other);
        let by_info = match leg.options.digits {
            Digits::Info => true,
            Digits::Relay => false,
            Digits::Auto => leg.talk().is_some_and(|half| half.infos),
        };
        if by_info {
            let under_way = |pending: &&Pending| pending.side == other && pending.purpose == Purpose::Info;
            if self.pending.iter().filter(under_way).count() >= UNDER_WAY {
                return;
            }
            self.send(core, other, 0, Purpose::Info, method, |request| {
                request.body = Some((KIND, digit.body()));
            });
        } else {
            core.events.push_back(Event::Digit {
                call: self.id,
                from: side,
                digit: digit.digit,
                duration_ms: digit.duration_ms,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_both_kinds() {
        let relay = Digit::read("application/dtmf-relay", b"Signal= 5\r\nDuration= 250\r\n").unwrap();
        assert_eq!((relay.digit, relay.duration_ms), ('5', 250));
        let plain = Digit::read("application/dtmf", b"#\r\n").unwrap();
        assert_eq!((plain.digit, plain.duration_ms), ('#', 160));
        assert_eq!(
            Digit::read("application/dtmf-relay", b"signal=11").unwrap().digit,
            '#'
        );
    }

    #[test]
    fn what_is_no_digit_is_refused_and_durations_are_bounded() {
        assert_eq!(Digit::read("application/dtmf", b"+15551234567"), None);
        assert_eq!(Digit::read("application/dtmf", b""), None);
        assert_eq!(Digit::read("text/plain", b"5"), None);
        assert_eq!(Digit::read("application/dtmf-relay", b"Duration=9"), None);
        let long = Digit::read("application/dtmf-relay", b"Signal=a\nDuration=60000").unwrap();
        assert_eq!((long.digit, long.duration_ms), ('A', 5000));
        assert_eq!(&long.body()[..], b"Signal=A\r\nDuration=5000\r\n");
    }
}
