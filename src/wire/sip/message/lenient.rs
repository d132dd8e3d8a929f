//! The second look at a request that could not be read: it finds what a 400 copies, and nothing else. The parser's
//! errors carry no message, so without this every malformed request would meet silence.

use std::borrow::Cow;

use super::super::flow::{Source, Transmit};
use super::Via;
use super::answer::{AnswerHead, Answerable};
use super::text::trim;

/// Most bytes of headers that are looked at, and most hops that an answer copies.
const MOST_BYTES: usize = 16 * 1024;
const MOST_VIAS: usize = 32;

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
}

impl Fault {
    /// A 400.
    pub(crate) const fn bad(reason: &'static str) -> Self {
        Self { status: 400, reason }
    }
}

/// A message that could not be read.
#[derive(Clone, Debug)]
pub enum Unreadable {
    /// A request that tells enough of itself to be answered.
    Answerable(Box<BadRequest>),
    /// To be dropped: an answer, an ACK, noise. The sentence says why.
    Silent(&'static str),
}

impl Unreadable {
    /// What is wrong, for counting and logging.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Answerable(bad) => bad.reason,
            Self::Silent(reason) => reason,
        }
    }
}

/// What an answer to a malformed request needs.
#[derive(Clone, Debug)]
pub struct BadRequest {
    /// 400, 413, 505 or 513.
    pub status: u16,
    /// The reason phrase, a sentence of ours.
    pub reason: &'static str,
    vias: Vec<Vec<u8>>,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    call_id: Option<Vec<u8>>,
    cseq: Option<Vec<u8>>,
}

impl BadRequest {
    /// The answer and where it goes: it is made without keeping anything. `tag` is put on To where that has none.
    pub fn answer(&self, source: &Source, tag: &str) -> Transmit {
        let via = self.vias.first().and_then(|v| Via::parse(v));
        let to_has_tag = self.to.as_ref().is_some_and(|to| {
            let lower = to.to_ascii_lowercase();
            lower.windows(4).any(|w| w == b"tag=") || lower.windows(4).any(|w| w == b"tag ")
        });
        let skipped = usize::from(via.is_some());
        let parts = Answerable {
            via: via.as_ref(),
            further_vias: self
                .vias
                .iter()
                .skip(skipped)
                .map(|text| Cow::Borrowed(&text[..]))
                .collect(),
            from: self.from.as_ref().map(|text| Cow::Borrowed(&text[..])),
            to: self.to.as_ref().map(|text| Cow::Borrowed(&text[..])),
            to_has_tag,
            call_id: self.call_id.as_ref().map(|text| Cow::Borrowed(&text[..])),
            cseq: self.cseq.as_ref().map(|text| Cow::Borrowed(&text[..])),
            record_routes: Vec::new(),
        };
        let hop = match &via {
            Some(via) => via.answer_hop(source),
            None => (*source).into(),
        };
        let head = AnswerHead::new(&parts, source);
        Transmit {
            hop,
            bytes: head.plain(self.status, self.reason, Some(tag), &[]),
        }
    }
}

/// Looks again.
pub(crate) fn second_look(bytes: &[u8], fault: Fault) -> Unreadable {
    match found(bytes, fault) {
        Some(bad) => Unreadable::Answerable(Box::new(bad)),
        None => Unreadable::Silent(fault.reason),
    }
}

fn found(bytes: &[u8], fault: Fault) -> Option<BadRequest> {
    let bytes = bytes.get(..bytes.len().min(MOST_BYTES))?;
    let mut lines = lines(bytes);
    let start = lines.next()?;
    // Only what claims to be a SIP request is answered: not an answer, not an ACK, not a stray HTTP request or noise.
    let claims = start.windows(5).any(|w| w.eq_ignore_ascii_case(b" SIP/"));
    let begins = |prefix: &[u8]| {
        start
            .get(..prefix.len())
            .is_some_and(|p| p.eq_ignore_ascii_case(prefix))
    };
    if !claims || begins(b"SIP/") || begins(b"ACK ") {
        return None;
    }
    let mut bad = BadRequest {
        status: fault.status,
        reason: fault.reason,
        vias: Vec::new(),
        from: None,
        to: None,
        call_id: None,
        cseq: None,
    };
    for line in lines {
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line
            .iter()
            .position(|&b| b == b':')
            .and_then(|at| line.split_at_checked(at))
        else {
            continue;
        };
        let value = clean(value.get(1..).unwrap_or_default());
        let slot = match trim(name).to_ascii_lowercase().as_slice() {
            b"via" | b"v" => {
                if bad.vias.len() < MOST_VIAS {
                    bad.vias.push(value);
                }
                continue;
            }
            b"from" | b"f" => &mut bad.from,
            b"to" | b"t" => &mut bad.to,
            b"call-id" | b"i" => &mut bad.call_id,
            b"cseq" => &mut bad.cseq,
            _ => continue,
        };
        slot.get_or_insert(value);
    }
    (!bad.vias.is_empty()).then_some(bad)
}

/// Logical lines: a line that begins with a blank goes on with the one before. Bare CR and LF end a line too.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        loop {
            let tail = rest.get(from..).unwrap_or_default();
            let Some(end) = tail
                .iter()
                .position(|b| matches!(b, b'\r' | b'\n'))
                .map(|at| at + from)
            else {
                let line = rest;
                rest = &[];
                return Some(line);
            };
            let next = match rest.get(end..end + 2) {
                Some(b"\r\n") => end + 2,
                _ => end + 1,
            };
            if end > 0 && matches!(rest.get(next), Some(b' ' | b'\t')) {
                from = next;
                continue;
            }
            let (line, tail) = (rest.get(..end)?, rest.get(next..).unwrap_or_default());
            rest = tail;
            return Some(line);
        }
    })
}

/// Unfolded, without control characters.
fn clean(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    super::text::push_clean(&mut out, trim(value));
    out
}
