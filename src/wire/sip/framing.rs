//! Cutting a stream into messages (RFC 3261, section 18.3) and keep-alives (RFC 5626, section 4.4.1).
//!
//! Only Content-Length is read here; what it delimits goes to [`Incoming::parse`] as one message. So a malformed message
//! gets its 400 and the connection lives on, and only where the stream itself is lost does the connection end: the
//! crate's stream parser ends it for any fault, and says nothing of the message.
//!
//! [`Incoming::parse`]: super::message::Incoming::parse

use bytes::{Buf, Bytes, BytesMut};

use super::message::lenient::{self, Fault, lines};
use super::message::text::{is_token, number, trim};
use super::message::{Unreadable, incoming::LARGEST_MESSAGE};

/// Largest head of a message, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;

/// What stands next in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One message, in a buffer of its own size.
    Message(Bytes),
    /// A double CRLF: to be answered with [`PONG`]. A [`Frame::Pong`] has come for its first half.
    Ping,
    /// A CRLF: the answer to a ping of ours, if we wait for one.
    Pong,
}

/// What asks a peer for a sign of life.
pub const PING: &[u8] = b"\r\n\r\n";
/// What answers that.
pub const PONG: &[u8] = b"\r\n";

/// The stream cannot be cut any further: the connection is to be closed, after the answer if there is one to give.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.reason())]
pub struct Broken(pub Unreadable);

/// The bytes of a connection that have come and are not cut yet: never more than one message and what was pushed last.
#[derive(Debug, Default)]
pub struct Stream {
    buffer: BytesMut,
    /// How far the end of the head has been looked for.
    scanned: usize,
    /// Length of the message whose head is complete.
    whole: Option<usize>,
    line_checked: bool,
    after_crlf: bool,
    broken: Option<Broken>,
}

impl Stream {
    /// Takes what was read. Cut with [`Stream::next_frame`] until there is nothing before pushing more.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Bytes of a message that is not complete: where they stay for long, the peer has stalled.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next message or keep-alive; None where more bytes must come first. Once broken, broken for good.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Broken> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        self.cut().map_err(|fault| {
            let head = self
                .buffer
                .get(..self.buffer.len().min(LARGEST_HEAD))
                .unwrap_or_default();
            let broken = Broken(lenient::second_look(head, fault));
            self.buffer = BytesMut::new();
            self.broken = Some(broken.clone());
            broken
        })
    }

    fn cut(&mut self) -> Result<Option<Frame>, Fault> {
        if self.whole.is_none() {
            if self.buffer.starts_with(PONG) {
                self.buffer.advance(PONG.len());
                self.scanned = 0;
                self.after_crlf = !self.after_crlf;
                return Ok(Some(if self.after_crlf { Frame::Pong } else { Frame::Ping }));
            }
            let Some(head) = self.head_end()? else {
                return Ok(None);
            };
            self.whole = Some(head + content_length(self.buffer.get(..head).unwrap_or_default())?);
        }
        let Some(whole) = self.whole.filter(|&whole| whole <= self.buffer.len()) else {
            return Ok(None);
        };
        // A copy: a message must not hold on to the buffer of its connection.
        let message = Bytes::copy_from_slice(&self.buffer.split_to(whole));
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        self.whole = None;
        self.scanned = 0;
        self.line_checked = false;
        self.after_crlf = false;
        Ok(Some(Frame::Message(message)))
    }

    /// Where the head ends, behind its empty line.
    fn head_end(&mut self) -> Result<Option<usize>, Fault> {
        let first = match self.buffer.first() {
            None => return Ok(None),
            Some(b'\r') if self.buffer.len() == 1 => return Ok(None),
            Some(first) => *first,
        };
        if !self.line_checked {
            // What is not SIP at all shows early: a TLS handshake, HTTP, noise.
            if !is_token(first) {
                return Err(Fault::bad("Not SIP"));
            }
            if let Some(end) = self.buffer.iter().position(|&b| b == b'\n') {
                let line = self.buffer.get(..end).unwrap_or_default();
                if !line.windows(4).any(|w| w.eq_ignore_ascii_case(b"SIP/")) {
                    return Err(Fault::bad("Not SIP"));
                }
                self.line_checked = true;
            }
        }
        let from = self.scanned;
        let found = self
            .buffer
            .get(from..)
            .and_then(|tail| tail.windows(4).position(|w| w == b"\r\n\r\n"));
        match found {
            Some(at) if from + at <= LARGEST_HEAD => Ok(Some(from + at + 4)),
            None if self.buffer.len() <= LARGEST_HEAD => {
                self.scanned = self.buffer.len().saturating_sub(3);
                Ok(None)
            }
            _ => Err(Fault {
                status: 513,
                reason: "Message Too Large",
            }),
        }
    }
}

/// The length of the body. Two headers that say the same are the message's fault; two that differ are the end.
fn content_length(head: &[u8]) -> Result<usize, Fault> {
    let mut found = None;
    for line in lines(head) {
        let Some((name, value)) = line
            .iter()
            .position(|&b| b == b':')
            .and_then(|at| line.split_at_checked(at))
        else {
            continue;
        };
        let name = trim(name);
        if !name.eq_ignore_ascii_case(b"Content-Length") && !name.eq_ignore_ascii_case(b"l") {
            continue;
        }
        let value: Vec<u8> = value
            .iter()
            .skip(1)
            .filter(|b| !matches!(b, b'\r' | b'\n'))
            .copied()
            .collect();
        let value = number(trim(&value), u64::MAX).ok_or(Fault::bad("Bad Content-Length"))?;
        if found.replace(value).is_some_and(|before| before != value) {
            return Err(Fault::bad("Contradictory Content-Length"));
        }
    }
    let length = found.ok_or(Fault::bad("Missing Content-Length"))?;
    match usize::try_from(length) {
        Ok(length) if length <= LARGEST_MESSAGE - LARGEST_HEAD => Ok(length),
        _ => Err(Fault {
            status: 413,
            reason: "Request Entity Too Large",
        }),
    }
}

#[cfg(test)]
mod tests;
