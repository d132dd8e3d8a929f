//! The codecs that are offered on, and the parameters of theirs that may pass: whole numbers, short lists of
//! small numbers, yes and no. Free text has no way through.

use std::fmt;

/// A codec known by name. What is not in this list is not offered on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "the names are those of the registry of RTP payload formats"
)]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
    G723,
    G729,
    Gsm,
    Ilbc,
    Speex,
    Amr,
    AmrWb,
    Opus,
    L16,
    G726x16,
    G726x24,
    G726x32,
    G726x40,
    /// Comfort noise (RFC 3389).
    Noise,
    /// Keys pressed (RFC 4733).
    TelephoneEvent,
}

/// Names as they are written in `a=rtpmap`.
const NAMES: [(Codec, &str); 18] = [
    (Codec::Pcmu, "PCMU"),
    (Codec::Pcma, "PCMA"),
    (Codec::G722, "G722"),
    (Codec::G723, "G723"),
    (Codec::G729, "G729"),
    (Codec::Gsm, "GSM"),
    (Codec::Ilbc, "iLBC"),
    (Codec::Speex, "speex"),
    (Codec::Amr, "AMR"),
    (Codec::AmrWb, "AMR-WB"),
    (Codec::Opus, "opus"),
    (Codec::L16, "L16"),
    (Codec::G726x16, "G726-16"),
    (Codec::G726x24, "G726-24"),
    (Codec::G726x32, "G726-32"),
    (Codec::G726x40, "G726-40"),
    (Codec::Noise, "CN"),
    (Codec::TelephoneEvent, "telephone-event"),
];

/// What a parameter's value may be.
enum Shape {
    /// A whole number of at most six digits.
    Number,
    /// `yes` or `no`.
    YesNo,
    /// Numbers below 256 and ranges of them, by commas.
    Events,
}

impl Codec {
    /// The codec of this name, in whatever case.
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(codec, _)| *codec)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(codec, _)| *codec == self)
            .map_or("", |(_, name)| name)
    }

    /// What a payload type below 96 is without `a=rtpmap` (RFC 3551, table 4): the codec, its clock and channels.
    pub fn fixed(payload_type: u8) -> Option<(Self, u32, u8)> {
        Some(match payload_type {
            0 => (Self::Pcmu, 8000, 1),
            3 => (Self::Gsm, 8000, 1),
            4 => (Self::G723, 8000, 1),
            8 => (Self::Pcma, 8000, 1),
            9 => (Self::G722, 8000, 1),
            10 => (Self::L16, 44_100, 2),
            11 => (Self::L16, 44_100, 1),
            13 => (Self::Noise, 8000, 1),
            18 => (Self::G729, 8000, 1),
            _ => return None,
        })
    }

    /// Whether it carries speech, rather than keys or silence.
    pub fn is_speech(self) -> bool {
        !matches!(self, Self::Noise | Self::TelephoneEvent)
    }

    /// The parameters that may pass.
    fn parameters(self) -> &'static [(&'static str, Shape)] {
        use Shape::{Events, Number, YesNo};
        match self {
            Self::G723 => &[("annexa", YesNo), ("bitrate", Number)],
            Self::G729 => &[("annexb", YesNo)],
            Self::Ilbc => &[("mode", Number)],
            Self::Speex => &[("mode", Number), ("vbr", Number), ("cng", Number)],
            Self::Amr | Self::AmrWb => &[
                ("octet-align", Number),
                ("mode-set", Events),
                ("mode-change-period", Number),
                ("mode-change-capability", Number),
                ("mode-change-neighbor", Number),
                ("max-red", Number),
                ("crc", Number),
                ("robust-sorting", Number),
            ],
            Self::Opus => &[
                ("maxplaybackrate", Number),
                ("sprop-maxcapturerate", Number),
                ("maxaveragebitrate", Number),
                ("minptime", Number),
                ("maxptime", Number),
                ("ptime", Number),
                ("stereo", Number),
                ("sprop-stereo", Number),
                ("cbr", Number),
                ("useinbandfec", Number),
                ("usedtx", Number),
            ],
            _ => &[],
        }
    }
}

/// A payload type and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The number in each packet, below 128.
    pub payload_type: u8,
    /// The codec.
    pub codec: Codec,
    /// Ticks of the timestamp in a second.
    pub clock_rate: u32,
    /// Channels: 1 or 2.
    pub channels: u8,
    /// The parameters that may pass.
    pub parameters: Vec<Parameter>,
}

/// The clocks that exist.
const CLOCKS: [u32; 8] = [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/// More parameters than any codec here has.
const MAX_PARAMETERS: usize = 12;
/// The parts of an event list; AMR has nine modes, phones name one range.
const MAX_EVENT_PARTS: usize = 16;

impl Format {
    /// A format without parameters.
    pub fn new(payload_type: u8, codec: Codec, clock_rate: u32, channels: u8) -> Self {
        Self {
            payload_type,
            codec,
            clock_rate,
            channels,
            parameters: Vec::new(),
        }
    }

    /// From the encoding of `a=rtpmap`: `opus/48000/2`.
    pub(super) fn from_encoding(payload_type: u8, encoding: &str) -> Option<Self> {
        let mut parts = encoding.trim().split('/');
        let codec = Codec::named(parts.next()?)?;
        let clock_rate = parts.next()?.parse().ok().filter(|rate| CLOCKS.contains(rate))?;
        let channels = match parts.next() {
            None => 1,
            Some(count) => count.parse().ok().filter(|count| matches!(count, 1 | 2))?,
        };
        Some(Self::new(payload_type, codec, clock_rate, channels))
    }

    /// Takes those of the parameters of `a=fmtp` that may pass.
    pub(super) fn take_parameters(&mut self, text: &str) {
        if self.codec == Codec::TelephoneEvent {
            if let Some(events) = event_list(text.trim()) {
                self.parameters = vec![Parameter::Events {
                    name: "",
                    parts: events,
                }];
            }
            return;
        }
        for part in text.split(';') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let known = self.codec.parameters().iter();
            let Some((name, shape)) = known
                .into_iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
            else {
                continue;
            };
            let parameter = match shape {
                Shape::Number => small_number(value).map(|value| Parameter::Number { name, value }),
                Shape::YesNo if value.eq_ignore_ascii_case("yes") => {
                    Some(Parameter::YesNo { name, value: true })
                }
                Shape::YesNo if value.eq_ignore_ascii_case("no") => {
                    Some(Parameter::YesNo { name, value: false })
                }
                Shape::YesNo => None,
                Shape::Events => event_list(value).map(|parts| Parameter::Events { name, parts }),
            };
            let fresh = |taken: &Parameter| taken.name() != *name;
            if let Some(parameter) = parameter
                && self.parameters.len() < MAX_PARAMETERS
                && self.parameters.iter().all(fresh)
            {
                self.parameters.push(parameter);
            }
        }
    }

    /// Whether both are the same codec with the same clock and channels, whatever their numbers.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.codec, self.clock_rate, self.channels) == (other.codec, other.clock_rate, other.channels)
    }
}

/// A parameter of a codec, of one of three closed shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `name=480`.
    Number {
        /// One of ours, not the party's spelling.
        name: &'static str,
        /// Below a million.
        value: u32,
    },
    /// `name=yes`.
    YesNo {
        /// One of ours.
        name: &'static str,
        /// Yes or no.
        value: bool,
    },
    /// `0-15,66`: telephone events (without a name), or the modes of AMR.
    Events {
        /// One of ours; empty for telephone events.
        name: &'static str,
        /// Ranges, both ends included.
        parts: Vec<(u8, u8)>,
    },
}

impl Parameter {
    fn name(&self) -> &'static str {
        match self {
            Self::Number { name, .. } | Self::YesNo { name, .. } | Self::Events { name, .. } => name,
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { name, value } => write!(to, "{name}={value}"),
            Self::YesNo { name, value } => write!(to, "{name}={}", if *value { "yes" } else { "no" }),
            Self::Events { name, parts } => {
                if !name.is_empty() {
                    write!(to, "{name}=")?;
                }
                for (at, (first, last)) in parts.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    if first == last {
                        write!(to, "{comma}{first}")?;
                    } else {
                        write!(to, "{comma}{first}-{last}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Digits only, six at most: bit rates and sampling rates fit, a phone number does not.
fn small_number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Rising ranges: a list of events has an order, so that no other number can be spelt with it.
fn event_list(text: &str) -> Option<Vec<(u8, u8)>> {
    let mut parts = Vec::new();
    let mut least = 0u16;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (event(first.trim())?, event(last.trim())?);
        if first > last || u16::from(first) < least || parts.len() == MAX_EVENT_PARTS {
            return None;
        }
        least = u16::from(last) + 1;
        parts.push((first, last));
    }
    Some(parts)
}

fn event(text: &str) -> Option<u8> {
    small_number(text).and_then(|number| u8::try_from(number).ok())
}
