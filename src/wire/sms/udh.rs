//! The user data header before a short message's text (3GPP TS 23.040, 9.2.3.24).

use super::concat::{Concat, Reference};

const CONCAT_8: u8 = 0x00;
const PORTS_8: u8 = 0x04;
const PORTS_16: u8 = 0x05;
const CONCAT_16: u8 = 0x08;

/// What a user data header says, as far as we care (TS 23.040, 9.2.3.24). Other elements are skipped;
/// among them the national language tables, whose texts will show some wrong characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Udh {
    /// The part's place in a longer text (9.2.3.24.1 and 9.2.3.24.8).
    pub concat: Option<Concat>,
    /// Ports are addressed (9.2.3.24.3 and 9.2.3.24.4): the message is data for an application and not
    /// a text to a person, whatever its data_coding says.
    pub for_application: bool,
}

/// The header does not fit the message, so nobody can say where the text begins (TS 23.040, 9.2.3.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UdhError {
    /// UDHI is set and the message is empty.
    #[error("the message is marked as having a user data header and is empty")]
    Missing,
    /// UDHL points beyond the message.
    #[error("the user data header claims {claimed} bytes and {present} are there")]
    Truncated {
        /// What UDHL says.
        claimed: usize,
        /// Bytes after UDHL.
        present: usize,
    },
}

impl Udh {
    /// Reads the header of a message whose UDHI bit is set; the second value is the text after it.
    ///
    /// TS 23.040, 9.2.3.24 rules what is odd: if the last element overruns the header, the whole header is
    /// ignored; of an element that occurs twice the last counts; a concatenation whose numbers or length
    /// are wrong is ignored alone.
    pub fn parse(bytes: &[u8]) -> Result<(Udh, &[u8]), UdhError> {
        let (&length, after) = bytes.split_first().ok_or(UdhError::Missing)?;
        let claimed = usize::from(length);
        let (elements, text) = after.split_at_checked(claimed).ok_or(UdhError::Truncated {
            claimed,
            present: after.len(),
        })?;
        Ok((Udh::from_elements(elements).unwrap_or_default(), text))
    }

    fn from_elements(mut elements: &[u8]) -> Option<Udh> {
        let mut udh = Udh::default();
        while let [id, rest @ ..] = elements {
            let (&length, rest) = rest.split_first()?;
            let (data, rest) = rest.split_at_checked(usize::from(length))?;
            udh.read(*id, data);
            elements = rest;
        }
        Some(udh)
    }

    fn read(&mut self, id: u8, data: &[u8]) {
        match (id, data) {
            (CONCAT_8, &[reference, total, seq]) => {
                self.concat = Concat::new(Reference::Udh8(reference), total, seq).or(self.concat);
            }
            (CONCAT_16, &[high, low, total, seq]) => {
                let reference = Reference::Udh16(u16::from_be_bytes([high, low]));
                self.concat = Concat::new(reference, total, seq).or(self.concat);
            }
            (PORTS_8 | PORTS_16, _) => self.for_application = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::sms::segment::segment;
    use proptest::prelude::*;

    fn concat(bytes: &[u8]) -> Option<Concat> {
        Udh::parse(bytes).unwrap().0.concat
    }

    #[test]
    fn an_8_bit_concatenation_is_read_and_the_text_follows() {
        let (udh, text) = Udh::parse(&[5, 0, 3, 0x2A, 3, 2, b'h', b'i']).unwrap();
        assert_eq!(udh.concat, Concat::new(Reference::Udh8(0x2A), 3, 2));
        assert!(!udh.for_application);
        assert_eq!(text, b"hi");
    }

    #[test]
    fn a_16_bit_concatenation_is_read_among_other_elements() {
        let header = [11, 0x24, 1, 1, 8, 4, 0x01, 0x02, 2, 1, 0x70, 0];
        assert_eq!(concat(&header), Concat::new(Reference::Udh16(0x0102), 2, 1));
    }

    #[test]
    fn a_port_address_marks_application_data() {
        for header in [
            &[4, 4, 2, 1, 2][..],
            &[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0],
            &[2, 5, 0],
        ] {
            assert!(Udh::parse(header).unwrap().0.for_application);
        }
    }

    #[test]
    fn a_concatenation_with_impossible_numbers_is_none() {
        for header in [[5, 0, 3, 1, 0, 1], [5, 0, 3, 1, 2, 0], [5, 0, 3, 1, 2, 3]] {
            assert_eq!(concat(&header), None);
        }
        assert_eq!(concat(&[4, 0, 2, 1, 2]), None);
    }

    #[test]
    fn the_last_sound_concatenation_counts() {
        let twice = [10, 0, 3, 1, 2, 1, 0, 3, 9, 3, 3];
        assert_eq!(concat(&twice), Concat::new(Reference::Udh8(9), 3, 3));
        let second_bad = [10, 0, 3, 1, 2, 1, 0, 3, 9, 3, 4];
        assert_eq!(concat(&second_bad), Concat::new(Reference::Udh8(1), 2, 1));
    }

    #[test]
    fn an_element_that_overruns_makes_the_whole_header_ignored() {
        for header in [&[7, 0, 3, 1, 2, 1, 0x24, 1][..], &[6, 0, 3, 1, 2, 1, 0x24]] {
            assert_eq!(Udh::parse(header), Ok((Udh::default(), &[][..])));
        }
    }

    #[test]
    fn an_empty_header_leaves_the_text() {
        assert_eq!(Udh::parse(&[0, b'x']), Ok((Udh::default(), &b"x"[..])));
    }

    #[test]
    fn a_header_longer_than_the_message_is_refused() {
        assert_eq!(Udh::parse(&[]), Err(UdhError::Missing));
        assert_eq!(
            Udh::parse(&[5, 0, 3]),
            Err(UdhError::Truncated {
                claimed: 5,
                present: 2
            })
        );
    }

    proptest! {
        #[test]
        fn parsing_is_total_and_the_text_is_a_suffix(bytes: Vec<u8>) {
            if let Ok((_, text)) = Udh::parse(&bytes) {
                prop_assert!(bytes.ends_with(text));
            }
        }

        #[test]
        fn parsing_element_soup_is_total(elements in prop::collection::vec((0u8..10, prop::collection::vec(0u8..4, 0..5)), 0..8)) {
            let body: Vec<u8> = elements.iter()
                .flat_map(|(id, data)| [vec![*id, data.len() as u8], data.clone()].concat())
                .collect();
            let header = [vec![body.len() as u8], body].concat();
            prop_assert!(Udh::parse(&header).is_ok_and(|(_, text)| text.is_empty()));
        }

        #[test]
        fn the_headers_that_segment_writes_are_read_back(reference: u8, length in 161usize..2000) {
            let segments = segment(&"a".repeat(length), reference).unwrap();
            let total = segments.parts.len() as u8;
            for (part, seq) in segments.parts.iter().zip(1..) {
                let bytes = part.short_message();
                let (udh, text) = Udh::parse(&bytes).unwrap();
                prop_assert_eq!(udh.concat, Concat::new(Reference::Udh8(reference), total, seq));
                prop_assert_eq!(text, &part.body[..]);
            }
        }
    }
}
