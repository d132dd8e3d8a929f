//! What an answer copies from the request it answers (RFC 3261, section 8.2.6), made once when the request comes.

use std::borrow::Cow;

use bytes::Bytes;

use super::super::flow::Source;
use super::Via;
use super::outgoing::OutgoingResponse;
use super::text::{push_clean, push_number};
use super::write;

/// The parts of a request that go back to whom it came from.
pub(crate) struct Answerable<'a> {
    /// The first hop, if it reads.
    pub(crate) via: Option<&'a Via>,
    /// The lines of Via behind the one of `via`.
    pub(crate) further_vias: Vec<Cow<'a, [u8]>>,
    pub(crate) from: Option<Cow<'a, [u8]>>,
    pub(crate) to: Option<Cow<'a, [u8]>>,
    pub(crate) to_has_tag: bool,
    pub(crate) call_id: Option<Cow<'a, [u8]>>,
    pub(crate) cseq: Option<Cow<'a, [u8]>>,
    pub(crate) record_routes: Vec<Cow<'a, [u8]>>,
}

/// The same, as the bytes of an answer's head: `Via … From, Call-ID, CSeq, To` up to where the tag goes, then Record-Route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnswerHead {
    block: Box<[u8]>,
    /// Where To ends, without its line end; 0 where there is no To.
    to_end: u32,
    to_has_tag: bool,
}

fn line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    push_clean(out, value);
    out.extend_from_slice(b"\r\n");
}

impl AnswerHead {
    /// Copies what an answer needs.
    pub(crate) fn new(parts: &Answerable<'_>, source: &Source) -> Self {
        let mut out = Vec::with_capacity(512);
        if let Some(via) = parts.via {
            out.extend_from_slice(b"Via: ");
            via.write_answer(source, &mut out);
            out.extend_from_slice(b"\r\n");
        }
        for via in &parts.further_vias {
            line(&mut out, b"Via: ", via);
        }
        for (name, value) in [
            (&b"From: "[..], &parts.from),
            (b"Call-ID: ", &parts.call_id),
            (b"CSeq: ", &parts.cseq),
        ] {
            if let Some(value) = value {
                line(&mut out, name, value);
            }
        }
        let mut to_end = 0;
        if let Some(to) = &parts.to {
            out.extend_from_slice(b"To: ");
            push_clean(&mut out, to);
            to_end = out.len();
        }
        for route in &parts.record_routes {
            line(&mut out, b"Record-Route: ", route);
        }
        Self {
            block: out.into_boxed_slice(),
            to_end: u32::try_from(to_end).unwrap_or(0),
            to_has_tag: parts.to_has_tag,
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.block.len()
    }

    /// Writes everything up to the answer's own headers.
    fn begin(&self, status: u16, reason: &str, tag: Option<&str>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SIP/2.0 ");
        push_number(out, status.into());
        out.push(b' ');
        push_clean(out, reason.as_bytes());
        out.extend_from_slice(b"\r\n");
        let (head, routes) = match self.to_end {
            0 => (&self.block[..], &[][..]),
            end => self
                .block
                .split_at_checked(end as usize)
                .unwrap_or((&self.block, &[])),
        };
        out.extend_from_slice(head);
        if self.to_end != 0 {
            if let Some(tag) = tag.filter(|_| !self.to_has_tag) {
                out.extend_from_slice(b";tag=");
                push_clean(out, tag.as_bytes());
            }
            out.extend_from_slice(b"\r\n");
        }
        // Only answers that make a dialog carry the route back (section 12.1.1).
        if (101..300).contains(&status) {
            out.extend_from_slice(routes);
        }
    }

    /// Writes the whole answer.
    pub(crate) fn write(&self, response: &OutgoingResponse, out: &mut Vec<u8>) {
        let tag = response.to_tag.as_deref().filter(|_| response.status > 100);
        self.begin(response.status, write::reason(response.status), tag, out);
        if let Some(contact) = &response.contact {
            write::header(out, b"Contact: ", contact.as_bytes());
        }
        write::extras(out, &response.extra);
        write::body(out, response.body.as_ref());
    }

    /// An answer of the layer's own: no Contact, no body. `more` are whole header lines of ours.
    pub(crate) fn plain(&self, status: u16, reason: &str, tag: Option<&str>, more: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(self.block.len() + 96 + more.len());
        self.begin(status, reason, tag, &mut out);
        out.extend_from_slice(more);
        write::body(&mut out, None);
        Bytes::from(out.into_boxed_slice())
    }
}
