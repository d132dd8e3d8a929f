//! The header of an RTP packet (RFC 3550, section 5.1).

/// Bytes of a header without lists and extension.
pub const FIXED: usize = 12;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The begin of a burst of speech, or of a key.
    pub marker: bool,
    /// Below 128.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// When the first sample was taken, in the payload's clock.
    pub timestamp: u32,
    /// Which source.
    pub ssrc: u32,
    /// Where the payload begins, after the list of contributors and the extension.
    pub payload_at: usize,
}

impl Header {
    /// Reads a header; None where the packet is no RTP of version 2, or ends within the header or its padding
    /// (RFC 3550, appendix A.1).
    pub fn read(packet: &[u8]) -> Option<Self> {
        let (fixed, rest) = packet.split_first_chunk::<FIXED>()?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
        if flags >> 6 != 2 {
            return None;
        }
        let mut payload_at = FIXED + 4 * usize::from(flags & 0x0f);
        if flags & 0x10 != 0 {
            let extension = rest.get(payload_at - FIXED..)?.first_chunk::<4>()?;
            payload_at += 4 + 4 * usize::from(u16::from_be_bytes([extension[2], extension[3]]));
        }
        let payload = packet.get(payload_at..)?;
        if flags & 0x20 != 0 {
            let padding = usize::from(*payload.last()?);
            if padding == 0 || padding > payload.len() {
                return None;
            }
        }
        Some(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            payload_at,
        })
    }
}

/// Whether a packet on a shared port is RTCP (RFC 5761, section 4).
pub fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

/// The packet as the other leg may have it: without contributors and extension, neither of which was agreed and
/// either of which may name somebody (RFC 7941 carries names in extensions). The synchronisation source stays: it is
/// a random number, and the reports of both ends speak of it.
pub fn bare<'a>(packet: &'a mut [u8], header: &Header) -> &'a [u8] {
    let from = header.payload_at.saturating_sub(FIXED);
    if from != 0 && header.payload_at <= packet.len() {
        packet.copy_within(..FIXED, from);
        if let Some(flags) = packet.get_mut(from) {
            // Version and padding stay.
            *flags &= 0xe0;
        }
        return packet.get(from..).unwrap_or_default();
    }
    packet
}
