//! Reading a description: what is known is kept as values, the rest is not looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Codec, Direction, Format, Kind, Media, Proto, RtcpPlace, Session, Words};

/// How much of a description is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole.
    pub bytes: usize,
    /// Lines.
    pub lines: usize,
    /// `m=` lines.
    pub media: usize,
    /// Formats that are kept of one `m=` line; more are left out.
    pub formats: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            lines: 512,
            media: 16,
            formats: 32,
        }
    }
}

/// Why a description was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Larger than the limits.
    #[error("the description is too large")]
    TooLarge,
    /// It does not begin with `v=0`.
    #[error("the description does not begin with v=0")]
    NotSdp,
    /// An `m=` line that cannot be read.
    #[error("a media line cannot be read")]
    BadMedia,
    /// A `c=` line that cannot be read.
    #[error("a connection line cannot be read")]
    BadConnection,
    /// There is no stream.
    #[error("the description has no media")]
    NoMedia,
}

/// Reads a description. Lines end with CR LF or LF; unknown lines and attributes are skipped, whatever bytes they
/// hold.
///
/// # Errors
/// [`SdpError`] where the description is too large, is none, or leaves open what is meant.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Session, SdpError> {
    if bytes.len() > limits.bytes {
        return Err(SdpError::TooLarge);
    }
    let mut reading = Reading::default();
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    if lines.next() != Some(b"v=0") {
        return Err(SdpError::NotSdp);
    }
    for (at, line) in lines.enumerate() {
        if at >= limits.lines {
            return Err(SdpError::TooLarge);
        }
        reading.line(line, limits)?;
    }
    reading.finish()
}

/// The connection address of a level: what is not said, and what is said but is no address.
#[derive(Clone, Copy, Default)]
enum Connection {
    #[default]
    Unsaid,
    Name,
    Address(IpAddr),
}

/// A stream that is being read.
struct Stream {
    media: Media,
    connection: Connection,
    direction: Option<Direction>,
    /// The numbers of the `m=` line, with the format where `a=rtpmap` or RFC 3551 tells it.
    formats: Vec<(u8, Option<Format>)>,
    /// `a=fmtp` of formats, which may stand before their `a=rtpmap`.
    fmtp: Vec<(u8, String)>,
}

#[derive(Default)]
struct Reading {
    connection: Connection,
    direction: Option<Direction>,
    streams: Vec<Stream>,
}

impl Reading {
    fn line(&mut self, line: &[u8], limits: &Limits) -> Result<(), SdpError> {
        let [kind @ (b'm' | b'c' | b'a'), b'=', rest @ ..] = line else {
            return Ok(());
        };
        let text = std::str::from_utf8(rest).ok().filter(|text| !text.contains('\0'));
        match (*kind, text) {
            (b'm', None) => return Err(SdpError::BadMedia),
            (b'm', Some(text)) => {
                if self.streams.len() >= limits.media {
                    return Err(SdpError::TooLarge);
                }
                self.streams
                    .push(media_line(text, limits).ok_or(SdpError::BadMedia)?);
            }
            (b'c', text) => {
                let connection = text.and_then(connection).ok_or(SdpError::BadConnection)?;
                match self.streams.last_mut() {
                    // Several addresses of one stream are layers of a multicast: the first is enough.
                    Some(stream) if matches!(stream.connection, Connection::Unsaid) => {
                        stream.connection = connection
                    }
                    Some(_) => {}
                    None => self.connection = connection,
                }
            }
            (_, Some(text)) => self.attribute(text, limits),
            (_, None) => {}
        }
        Ok(())
    }

    fn attribute(&mut self, text: &str, limits: &Limits) {
        let (name, value) = text.split_once(':').unwrap_or((text.trim_end(), ""));
        let direction = match name {
            "sendrecv" => Some(Direction::SendRecv),
            "sendonly" => Some(Direction::SendOnly),
            "recvonly" => Some(Direction::RecvOnly),
            "inactive" => Some(Direction::Inactive),
            _ => None,
        };
        let Some(stream) = self.streams.last_mut() else {
            self.direction = direction.or(self.direction);
            return;
        };
        stream.direction = direction.or(stream.direction);
        match name {
            "rtpmap" => {
                if let Some((number, encoding)) = numbered(value)
                    && let Some((_, format)) = stream.formats.iter_mut().find(|(known, _)| *known == number)
                {
                    *format = Format::from_encoding(number, encoding);
                }
            }
            "fmtp" => {
                if let Some((number, parameters)) = numbered(value)
                    && stream.fmtp.len() < limits.formats
                    && stream.formats.iter().any(|(known, _)| *known == number)
                {
                    stream.fmtp.push((number, parameters.to_owned()));
                }
            }
            "ptime" => stream.media.ptime = milliseconds(value),
            "maxptime" => stream.media.maxptime = milliseconds(value),
            "rtcp-mux" => stream.media.rtcp_mux = true,
            "rtcp" => stream.media.rtcp = rtcp(value),
            _ => {}
        }
    }

    fn finish(self) -> Result<Session, SdpError> {
        if self.streams.is_empty() {
            return Err(SdpError::NoMedia);
        }
        let media = self.streams.into_iter().map(|stream| {
            let connection = match stream.connection {
                Connection::Unsaid => self.connection,
                said => said,
            };
            let mut media = stream.media;
            media.address = match connection {
                Connection::Address(address) => Some(address),
                Connection::Unsaid | Connection::Name => None,
            };
            media.direction = stream.direction.or(self.direction).unwrap_or(Direction::SendRecv);
            media.formats = stream
                .formats
                .into_iter()
                .filter_map(|(_, format)| format)
                .collect();
            for (number, parameters) in &stream.fmtp {
                let format = media
                    .formats
                    .iter_mut()
                    .find(|format| format.payload_type == *number);
                if let Some(format) = format.filter(|format| format.parameters.is_empty()) {
                    format.take_parameters(parameters);
                }
            }
            media
        });
        Ok(Session {
            media: media.collect(),
        })
    }
}

/// `audio 49170 RTP/AVP 0 8 101`.
fn media_line(text: &str, limits: &Limits) -> Option<Stream> {
    let mut parts = text.split_ascii_whitespace();
    let (kind, port, proto) = (token(parts.next()?)?, parts.next()?, parts.next()?);
    // A count of ports after a slash is for layered codecs, which nobody offers for a call.
    let port = port.split('/').next()?.parse().ok()?;
    if !proto.split('/').all(|part| token(part).is_some()) {
        return None;
    }
    let known = if proto.eq_ignore_ascii_case("RTP/AVP") {
        Proto::Avp
    } else {
        Proto::Other
    };
    let mut formats: Vec<(u8, Option<Format>)> = Vec::new();
    let mut first = None;
    for part in parts {
        let part = token(part)?;
        first.get_or_insert(part);
        let number = part.parse().ok().filter(|number| *number < 128);
        if let (Proto::Avp, Some(number)) = (known, number)
            && formats.len() < limits.formats
            && formats.iter().all(|(known, _)| *known != number)
        {
            let fixed = Codec::fixed(number)
                .map(|(codec, rate, channels)| Format::new(number, codec, rate, channels));
            formats.push((number, fixed));
        }
    }
    Some(Stream {
        media: Media {
            kind: Kind::named(kind),
            port,
            proto: known,
            address: None,
            formats: Vec::new(),
            direction: Direction::SendRecv,
            ptime: None,
            maxptime: None,
            rtcp: None,
            rtcp_mux: false,
            words: Words {
                kind: kind.to_owned(),
                proto: proto.to_owned(),
                format: first?.to_owned(),
            },
        },
        connection: Connection::Unsaid,
        direction: None,
        formats,
        fmtp: Vec::new(),
    })
}

/// A token of RFC 8866 (section 9), of at most 64 bytes.
fn token(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&byte);
    (!text.is_empty() && text.len() <= 64 && text.bytes().all(fits)).then_some(text)
}

/// `IN IP4 192.0.2.1`, with a time to live or a count that does not matter.
fn connection(text: &str) -> Option<Connection> {
    let mut parts = text.split_ascii_whitespace();
    if parts.next()? != "IN" {
        return None;
    }
    let family = parts.next()?;
    let address = parts.next()?.split('/').next()?;
    address_of(family, address)
}

fn address_of(family: &str, address: &str) -> Option<Connection> {
    let read = match family {
        "IP4" => address.parse::<Ipv4Addr>().map(IpAddr::V4).ok(),
        "IP6" => address.parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
        _ => return None,
    };
    Some(read.map_or(Connection::Name, Connection::Address))
}

/// `53020` or `53020 IN IP6 2001:db8::1` (RFC 3605).
fn rtcp(text: &str) -> Option<RtcpPlace> {
    let mut parts = text.split_ascii_whitespace();
    let port = parts.next()?.parse().ok().filter(|port| *port != 0)?;
    let address = match (parts.next(), parts.next(), parts.next()) {
        (Some("IN"), Some(family), Some(address)) => match address_of(family, address)? {
            Connection::Address(address) => Some(address),
            Connection::Unsaid | Connection::Name => None,
        },
        _ => None,
    };
    Some(RtcpPlace { port, address })
}

/// `101 telephone-event/8000`: a payload type and what is said of it.
fn numbered(text: &str) -> Option<(u8, &str)> {
    let (number, rest) = text.trim_start().split_once(' ')?;
    Some((number.parse().ok().filter(|number| *number < 128)?, rest.trim()))
}

/// A packet time; up to a second. Some phones write 20.0.
fn milliseconds(text: &str) -> Option<u16> {
    let whole = text.trim().split('.').next()?;
    whole.parse().ok().filter(|time| (1..=1000).contains(time))
}
