//! Session descriptions (RFC 8866) as a broker between two legs needs them: read what a party says, and write
//! anew what the other may hear of it.
//!
//! Nothing of a received description is ever copied. [`parse()`] keeps only values of closed kinds (numbers,
//! addresses, codecs that are known by name), and [`offer`], [`answer`] and [`own_offer`] build a [`Draft`] from
//! those and from the relay's own addresses. An [`Origin`] puts its `o=` line on a draft and raises the version
//! whenever the draft differs from the one before (RFC 3264, section 8).

mod check;
mod codec;
mod parse;
mod write;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};

pub use check::{Mismatch, check_answer};
pub use codec::{Codec, Format, Parameter};
pub use parse::{Limits, SdpError, parse};
pub use write::{Anchor, Draft, NoAudio, Origin, answer, offer, own_offer, refusal};

/// What a party described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The streams, in the order of their `m=` lines.
    pub media: Vec<Media>,
}

impl Session {
    /// The stream that calls are made of: the first audio over plain RTP that is not refused.
    pub fn audio(&self) -> Option<&Media> {
        self.audio_index().and_then(|index| self.media.get(index))
    }

    /// Which `m=` line [`Session::audio`] is.
    pub fn audio_index(&self) -> Option<usize> {
        self.media.iter().position(Media::is_usable_audio)
    }

    /// Whether the party wants to hear nothing at present.
    pub fn is_hold(&self) -> bool {
        self.audio().is_some_and(Media::is_hold)
    }
}

/// One stream: an `m=` line and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// What kind of stream.
    pub kind: Kind,
    /// The port; 0 is a refused stream (RFC 3264, section 6).
    pub port: u16,
    /// Over what it travels.
    pub proto: Proto,
    /// Where it is wanted, from the stream's `c=` or the session's; None for a host name, or where there is none.
    pub address: Option<IpAddr>,
    /// The codecs that are known, preferred first. What is unknown is left out.
    pub formats: Vec<Format>,
    /// Who sends, as seen by the one who wrote it.
    pub direction: Direction,
    /// The packet time that is wanted, in milliseconds.
    pub ptime: Option<u16>,
    /// The longest packet time that is understood, in milliseconds.
    pub maxptime: Option<u16>,
    /// Where RTCP is wanted, if `a=rtcp` says so (RFC 3605).
    pub rtcp: Option<RtcpPlace>,
    /// Whether RTP and RTCP may share a port (RFC 5761).
    pub rtcp_mux: bool,
    /// The words of the `m=` line, for an answer to the one who wrote them, and to nobody else.
    words: Words,
}

/// The words of an `m=` line that an answer to it must repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    kind: String,
    proto: String,
    /// The first format only: a refused stream needs no more (RFC 3264, section 6).
    format: String,
}

impl Media {
    /// Audio over RTP/AVP with a port and a codec (telephone events alone are no conversation).
    pub fn is_usable_audio(&self) -> bool {
        self.kind == Kind::Audio
            && self.proto == Proto::Avp
            && self.port != 0
            && self.formats.iter().any(|format| format.codec.is_speech())
    }

    /// Whether the party wants to hear nothing: `sendonly`, `inactive`, or the address 0.0.0.0 of old
    /// (RFC 3264, section 8.4).
    pub fn is_hold(&self) -> bool {
        !self.direction.receives() || self.address.is_some_and(|address| address.is_unspecified())
    }

    /// Where RTP is wanted; None where no packet can be sent to.
    pub fn rtp(&self) -> Option<SocketAddr> {
        let address = self.address.filter(|address| !address.is_unspecified())?;
        (self.port != 0).then_some(SocketAddr::new(address, self.port))
    }

    /// Where RTCP is wanted: what `a=rtcp` says, else the next port (RFC 3550, section 11).
    pub fn rtcp(&self) -> Option<SocketAddr> {
        let rtp = self.rtp()?;
        match self.rtcp {
            Some(place) => Some(SocketAddr::new(place.address.unwrap_or(rtp.ip()), place.port)),
            None => Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?)),
        }
    }
}

/// What `a=rtcp` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcpPlace {
    /// The port, never 0.
    pub port: u16,
    /// The address, where it differs from the stream's.
    pub address: Option<IpAddr>,
}

/// The kind of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Text as it is typed (RFC 4103).
    Text,
    /// Data for a program.
    Application,
    /// Messages (MSRP).
    Message,
    /// Facsimile (T.38).
    Image,
    /// Any other word.
    Other,
}

impl Kind {
    /// The kind that this word names.
    fn named(word: &str) -> Self {
        match word {
            "audio" => Self::Audio,
            "video" => Self::Video,
            "text" => Self::Text,
            "application" => Self::Application,
            "message" => Self::Message,
            "image" => Self::Image,
            _ => Self::Other,
        }
    }

    /// The word for it. What has none is called application.
    fn word(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Text => "text",
            Self::Application | Self::Other => "application",
            Self::Message => "message",
            Self::Image => "image",
        }
    }
}

/// How a stream travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proto {
    /// Plain RTP, `RTP/AVP`: the only one that is relayed.
    Avp,
    /// Any other: encrypted, with feedback, over TCP.
    Other,
}

/// Who sends (RFC 8866, section 6.7), as seen by the one who wrote the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both.
    SendRecv,
    /// The writer only.
    SendOnly,
    /// The reader only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// Whether the writer sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the writer receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// By whether the writer sends and receives.
    pub fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The same as seen from the other end.
    pub fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What an answer may at most say to this offer when the answerer wishes `own` (RFC 3264, section 6.1).
    pub fn answered_with(self, own: Self) -> Self {
        Self::of(own.sends() && self.receives(), own.receives() && self.sends())
    }
}
