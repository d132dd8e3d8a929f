//! Writing what the other leg may hear: every byte is ours, or comes from a value of a closed kind.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use super::{Codec, Direction, Format, Kind, Media, Session};

/// The relay's end of a stream, as the party is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where the party shall send RTP.
    pub rtp: SocketAddr,
    /// Where the party shall send RTCP. The next port needs no line of its own.
    pub rtcp: SocketAddr,
}

/// A description but for its `o=` line, which [`Origin::write`] adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    address: IpAddr,
    /// From `s=` on.
    body: String,
}

/// There is no audio stream with a known codec over plain RTP: 488 (RFC 3261, section 21.4.26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no audio stream with a codec in common over RTP/AVP")]
pub struct NoAudio;

/// The `o=` line of one leg for as long as its dialog lasts (RFC 8866, section 5.2).
#[derive(Clone, Debug)]
pub struct Origin {
    id: u64,
    version: u64,
    last: Option<Draft>,
}

impl Origin {
    /// With this session id, which must tell nothing: a random number. 63 bits are used, as some peers read signed
    /// numbers.
    pub fn new(id: u64) -> Self {
        Self {
            id: id >> 1,
            version: 0,
            last: None,
        }
    }

    /// The whole description. The version rises by one whenever the draft differs from the one before, and only
    /// then (RFC 3264, section 8).
    pub fn write(&mut self, draft: &Draft) -> Bytes {
        if self.last.as_ref() != Some(draft) {
            self.version += 1;
            self.last = Some(draft.clone());
        }
        let (id, version) = (self.id, self.version);
        let place = place(draft.address);
        Bytes::from(format!("v=0\r\no=- {id} {version} {place}\r\n{}", draft.body))
    }
}

/// What `party` offers, as an offer to the other leg: its first plain audio stream, sent through `anchor`, with the
/// codecs that are known and `allow`ed; every other stream keeps its place and is refused.
///
/// # Errors
/// [`NoAudio`] where nothing is left to offer.
pub fn offer(party: &Session, anchor: &Anchor, allow: impl Fn(Codec) -> bool) -> Result<Draft, NoAudio> {
    let index = party.audio_index().ok_or(NoAudio)?;
    let mut draft = Draft::begin(anchor);
    for (at, media) in party.media.iter().enumerate() {
        if at == index {
            let formats: Vec<&Format> = media
                .formats
                .iter()
                .filter(|format| allow(format.codec))
                .collect();
            if !formats.iter().any(|format| format.codec.is_speech()) {
                return Err(NoAudio);
            }
            draft.audio(anchor, &formats, media);
        } else {
            // Our words: the party's might say who it is.
            let kind = media.kind.word();
            let (proto, format) = match media.kind {
                Kind::Image => ("udptl", "t38"),
                Kind::Message => ("TCP/MSRP", "*"),
                _ => ("RTP/AVP", "0"),
            };
            draft.refused(kind, proto, format);
        }
    }
    Ok(draft)
}

/// What `party` answers, as an answer to the leg that offered `offered`: the streams stand as the offer has them,
/// one audio stream is accepted and the rest refused.
///
/// # Errors
/// [`NoAudio`] where the offer or the answer has no audio stream that can be used: the answer is then to be a
/// failure, or [`refusal`] where it is too late for one.
pub fn answer(offered: &Session, party: &Session, anchor: &Anchor) -> Result<Draft, NoAudio> {
    let index = offered.audio_index().ok_or(NoAudio)?;
    let accepted = party.audio().ok_or(NoAudio)?;
    let wanted = offered.media.get(index).ok_or(NoAudio)?;
    let formats: Vec<&Format> = accepted
        .formats
        .iter()
        .filter(|format| wanted.formats.iter().any(|offered| offered.is_like(format)))
        .collect();
    if !formats.iter().any(|format| format.codec.is_speech()) {
        return Err(NoAudio);
    }
    let mut said = accepted.clone();
    said.direction = wanted.direction.answered_with(accepted.direction);
    let mut draft = Draft::begin(anchor);
    for (at, media) in offered.media.iter().enumerate() {
        if at == index {
            draft.audio(anchor, &formats, &said);
        } else {
            draft.refused(&media.words.kind, &media.words.proto, &media.words.format);
        }
    }
    Ok(draft)
}

/// The answer that refuses every stream of an offer.
pub fn refusal(offered: &Session, anchor: &Anchor) -> Draft {
    let mut draft = Draft::begin(anchor);
    for media in &offered.media {
        draft.refused(&media.words.kind, &media.words.proto, &media.words.format);
    }
    draft
}

/// An offer of our own with these codecs, preferred first, and telephone events.
///
/// # Errors
/// [`NoAudio`] where no codec carries speech.
pub fn own_offer(codecs: &[Codec], direction: Direction, anchor: &Anchor) -> Result<Draft, NoAudio> {
    let mut formats: Vec<Format> = Vec::new();
    let mut dynamic = 96;
    for codec in codecs.iter().filter(|codec| **codec != Codec::TelephoneEvent) {
        if formats.iter().any(|format| format.codec == *codec) {
            continue;
        }
        let fixed = (0..96).find_map(|number| {
            let (known, rate, channels) = Codec::fixed(number)?;
            (known == *codec).then(|| Format::new(number, known, rate, channels))
        });
        formats.push(fixed.unwrap_or_else(|| {
            let (rate, channels) = match codec {
                Codec::Opus => (48_000, 2),
                Codec::AmrWb => (16_000, 1),
                _ => (8000, 1),
            };
            // 101 is kept for telephone events, where every phone expects them.
            let number = if dynamic >= 101 { dynamic + 1 } else { dynamic };
            dynamic += 1;
            Format::new(number, *codec, rate, channels)
        }));
    }
    if !formats.iter().any(|format| format.codec.is_speech()) {
        return Err(NoAudio);
    }
    let mut events = Format::new(101, Codec::TelephoneEvent, 8000, 1);
    events.take_parameters("0-15");
    formats.push(events);
    let mut draft = Draft::begin(anchor);
    draft.stream(anchor, &formats.iter().collect::<Vec<_>>(), direction, None, None);
    Ok(draft)
}

impl Draft {
    fn begin(anchor: &Anchor) -> Self {
        let address = anchor.rtp.ip();
        let body = format!("s=-\r\nc={}\r\nt=0 0\r\n", place(address));
        Self { address, body }
    }

    /// One line; a text cannot fail to grow.
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(line);
        self.body.push_str("\r\n");
    }

    fn refused(&mut self, kind: &str, proto: &str, format: &str) {
        self.line(format_args!("m={kind} 0 {proto} {format}"));
    }

    fn audio(&mut self, anchor: &Anchor, formats: &[&Format], said: &Media) {
        // An address of 0.0.0.0 says hold where there is no direction to say it (RFC 3264, section 8.4).
        let unspecified = said.address.is_some_and(|address| address.is_unspecified());
        let direction = if unspecified {
            Direction::of(said.direction.sends(), false)
        } else {
            said.direction
        };
        self.stream(anchor, formats, direction, said.ptime, said.maxptime);
    }

    fn stream(
        &mut self,
        anchor: &Anchor,
        formats: &[&Format],
        direction: Direction,
        ptime: Option<u16>,
        maxptime: Option<u16>,
    ) {
        let _ = write!(self.body, "m=audio {} RTP/AVP", anchor.rtp.port());
        for format in formats {
            let _ = write!(self.body, " {}", format.payload_type);
        }
        self.body.push_str("\r\n");
        for format in formats {
            let (number, name, rate) = (format.payload_type, format.codec.name(), format.clock_rate);
            let channels = if format.channels == 1 { "" } else { "/2" };
            self.line(format_args!("a=rtpmap:{number} {name}/{rate}{channels}"));
            if !format.parameters.is_empty() {
                let _ = write!(self.body, "a=fmtp:{number} ");
                for (at, parameter) in format.parameters.iter().enumerate() {
                    let _ = write!(self.body, "{}{parameter}", if at == 0 { "" } else { ";" });
                }
                self.body.push_str("\r\n");
            }
        }
        if let Some(time) = ptime {
            self.line(format_args!("a=ptime:{time}"));
        }
        if let Some(time) = maxptime {
            self.line(format_args!("a=maxptime:{time}"));
        }
        if anchor.rtcp.port() != anchor.rtp.port().wrapping_add(1) || anchor.rtcp.ip() != anchor.rtp.ip() {
            self.line(format_args!(
                "a=rtcp:{} {}",
                anchor.rtcp.port(),
                place(anchor.rtcp.ip())
            ));
        }
        self.line(format_args!("a={}", direction.as_str()));
    }
}

/// `IN IP4 192.0.2.1`.
fn place(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("IN IP4 {address}"),
        IpAddr::V6(address) => format!("IN IP6 {address}"),
    }
}
