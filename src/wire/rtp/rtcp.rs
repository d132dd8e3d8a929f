//! RTCP (RFC 3550, section 6): what reports say, and the reports that may go on to the other leg.
//!
//! Sender and receiver reports go on with their numbers. Source descriptions do not: each leg's packets bear a name
//! that the relay made up (RFC 7022 asks for a random one). Goodbyes go on without their reason. Everything else
//! (application packets, feedback, extended reports, extensions of profiles, padding) is left out.

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
/// Bytes of a report block.
const BLOCK: usize = 24;
/// Bytes of a sender's own figures.
const SENDER: usize = 20;
/// A name is cut here; one byte holds its length, and random names are short.
const MAX_NAME: usize = 64;

/// What a compound packet says that a relay keeps count of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The middle of the NTP timestamp of a sender's report: what the answer to it will bear.
    pub sent_at: Option<u32>,
    /// The answer to a report: its `LSR`, and for how long it was held, in units of 1/65536 s.
    pub echo: Option<(u32, u32)>,
    /// The share of packets lost since the report before, of 256, as the other end sees it. The worst block.
    pub fraction_lost: Option<u8>,
    /// A source has left.
    pub goodbye: bool,
}

/// Reads a compound packet and writes into `out` what may go on, under `name`.
///
/// None, and an empty `out`, where the packet is not valid (RFC 3550, appendix A.2): not version 2, not beginning
/// with a report, or with lengths that do not add up. `out` grows by no more than the packet's length and
/// [`SPARE`].
pub fn rebuild(packet: &[u8], name: &str, out: &mut Vec<u8>) -> Option<Summary> {
    out.clear();
    let summary = write(packet, name, out);
    if summary.is_none() {
        out.clear();
    }
    summary
}

/// Bytes that a rebuilt packet may have beyond those of the received one.
pub const SPARE: usize = 4 + 4 + 2 + MAX_NAME + 4;

fn write(packet: &[u8], name: &str, out: &mut Vec<u8>) -> Option<Summary> {
    let mut summary = Summary::default();
    let mut author = None;
    let mut leaving: Option<(u8, &[u8])> = None;
    let mut rest = packet;
    while !rest.is_empty() {
        let (&[flags, kind, l0, l1], _) = rest.split_first_chunk::<4>()?;
        let length = 4 * (1 + usize::from(u16::from_be_bytes([l0, l1])));
        let whole = rest.get(..length)?;
        let body = whole.get(4..)?;
        rest = rest.get(length..)?;
        // Padding stands in the last packet only.
        if flags >> 6 != 2 || (flags & 0x20 != 0 && !rest.is_empty()) {
            return None;
        }
        let count = flags & 0x1f;
        if author.is_none() && kind != SENDER_REPORT && kind != RECEIVER_REPORT {
            return None;
        }
        match kind {
            SENDER_REPORT | RECEIVER_REPORT => {
                let figures = if kind == SENDER_REPORT { SENDER } else { 0 };
                let size = 4 + figures + BLOCK * usize::from(count);
                let kept = body.get(..size)?;
                author.get_or_insert(*kept.first_chunk::<4>()?);
                if kind == SENDER_REPORT {
                    summary.sent_at = kept.get(6..10).and_then(number);
                }
                for block in kept.get(4 + figures..)?.chunks_exact(BLOCK) {
                    heed(block, &mut summary);
                }
                header(out, count, kind, size);
                out.extend_from_slice(kept);
            }
            GOODBYE => {
                leaving = Some((count, body.get(..4 * usize::from(count))?));
                summary.goodbye = true;
            }
            _ => {}
        }
    }
    describe(out, author?, name);
    if let Some((count, sources)) = leaving {
        header(out, count, GOODBYE, sources.len());
        out.extend_from_slice(sources);
    }
    Some(summary)
}

/// Notes what a report block says (RFC 3550, section 6.4.1).
fn heed(block: &[u8], summary: &mut Summary) {
    let lost = block.get(4).copied();
    summary.fraction_lost = summary.fraction_lost.max(lost);
    let (last, held) = (
        block.get(16..20).and_then(number),
        block.get(20..24).and_then(number),
    );
    if let (Some(last), Some(held)) = (last, held)
        && last != 0
    {
        summary.echo = Some((last, held));
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}

fn header(out: &mut Vec<u8>, count: u8, kind: u8, body: usize) {
    let words = (body / 4) as u16;
    out.extend_from_slice(&[0x80 | count, kind]);
    out.extend_from_slice(&words.to_be_bytes());
}

/// One source with one item, its canonical name.
fn describe(out: &mut Vec<u8>, author: [u8; 4], name: &str) {
    let name = name.as_bytes();
    let name = name.get(..name.len().min(MAX_NAME)).unwrap_or_default();
    // At least one null ends the items, and the chunk ends on four bytes.
    let items = 2 + name.len();
    let padding = 4 - items % 4;
    header(out, 1, SOURCE_DESCRIPTION, 4 + items + padding);
    out.extend_from_slice(&author);
    out.extend_from_slice(&[1, name.len() as u8]);
    out.extend_from_slice(name);
    out.extend_from_slice(&[0; 4][..padding]);
}
