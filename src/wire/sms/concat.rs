//! Which text a part belongs to, and where in it: from a user data header or from the SAR TLVs.

/// What tells the parts of one text from those of others between the same two numbers. The three spaces
/// do not mix: 8-bit reference 7 and SAR reference 7 are two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// Information element 0x00 (TS 23.040, 9.2.3.24.1).
    Udh8(u8),
    /// Information element 0x08 (TS 23.040, 9.2.3.24.8).
    Udh16(u16),
    /// TLV sar_msg_ref_num (SMPP 3.4, 5.3.2.22).
    Sar(u16),
}

/// A part's place in its text. Always sound: 1 <= seq <= total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Concat {
    reference: Reference,
    total: u8,
    seq: u8,
}

impl Concat {
    /// `None` if total or seq is 0, or seq is above total: such a part counts as not concatenated
    /// (TS 23.040, 9.2.3.24.1; the SAR TLVs likewise, SMPP 3.4, 5.3.2.23 and 5.3.2.24).
    pub fn new(reference: Reference, total: u8, seq: u8) -> Option<Concat> {
        (1..=total).contains(&seq).then_some(Concat {
            reference,
            total,
            seq,
        })
    }

    /// From the values of sar_msg_ref_num, sar_total_segments and sar_segment_seqnum
    /// (SMPP 3.4, 5.3.2.22 to 5.3.2.24).
    pub fn from_sar(msg_ref_num: u16, total_segments: u8, segment_seqnum: u8) -> Option<Concat> {
        Concat::new(Reference::Sar(msg_ref_num), total_segments, segment_seqnum)
    }

    /// The text's reference (TS 23.040, 9.2.3.24.1).
    pub fn reference(&self) -> Reference {
        self.reference
    }

    /// How many parts the text has (TS 23.040, 9.2.3.24.1).
    pub fn total(&self) -> u8 {
        self.total
    }

    /// Which part this is, counted from 1 (TS 23.040, 9.2.3.24.1).
    pub fn seq(&self) -> u8 {
        self.seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_outside_the_text_is_no_place() {
        for (total, seq) in [(0, 0), (0, 1), (2, 0), (2, 3)] {
            assert_eq!(Concat::from_sar(1, total, seq), None);
        }
        assert!(Concat::from_sar(1, 255, 255).is_some());
    }
}
