//! Cutting a text into short messages: the coding it needs, the parts it makes, their headers.

use super::alphabet::{self, Septets};
use super::coding::{Coding, TextError};

/// Parts that a concatenation header can count (TS 23.040, 9.2.3.24.1).
pub const MAX_PARTS: usize = 255;

/// Octets of a user data header with an 8-bit concatenation reference: UDHL, IEI, IEDL and its three
/// octets (TS 23.040, 9.2.3.24.1).
pub const CONCAT_UDH_LEN: usize = 6;

/// The 140 octets of user data hold 160 septets or 70 UTF-16 units; the six octets of the header leave
/// 153 or 67 (TS 23.040, 9.2.3.24.1).
const GSM7: Limits = Limits {
    single: 160,
    part: 153,
};
const UCS2: Limits = Limits { single: 70, part: 67 };

#[derive(Clone, Copy)]
struct Limits {
    single: usize,
    part: usize,
}

/// A text as short messages, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    /// `Gsm7` or `Ucs2`.
    pub coding: Coding,
    /// One to 255 parts.
    pub parts: Vec<Part>,
}

/// One short message of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The concatenation header, absent when the text is a single message.
    pub udh: Option<[u8; CONCAT_UDH_LEN]>,
    /// The part's text: unpacked septets or UTF-16BE, without the header.
    pub body: Vec<u8>,
}

impl Part {
    /// The octets of SMPP's short_message field: header, then body (SMPP 3.4, 5.2.22).
    pub fn short_message(&self) -> Vec<u8> {
        [self.udh.as_ref().map_or(&[][..], |udh| &udh[..]), &self.body].concat()
    }
}

impl Segments {
    /// The data_coding byte of every part: 0 or 8 (SMPP 3.4, 5.2.19).
    pub fn data_coding(&self) -> u8 {
        self.coding.data_coding()
    }

    /// Whether esm_class must carry the UDHI bit, 0x40 (SMPP 3.4, 5.2.12).
    pub fn esm_class_udhi(&self) -> bool {
        self.parts.iter().any(|part| part.udh.is_some())
    }
}

/// The coding that the text needs and the number of short messages that it makes, without building
/// them. An empty text makes one. The number may exceed what [`segment`] accepts.
pub fn count(text: &str) -> (Coding, usize) {
    let measure = Measure::of(text);
    (measure.coding, measure.parts())
}

/// Cuts the text into short messages: GSM 7-bit if the alphabet has every character, else UCS-2
/// (TS 23.040, 9.2.3.24.1). No escape pair and no surrogate pair is cut. `reference` tells this text's
/// parts from those of others between the same two numbers; a single message does not carry it.
pub fn segment(text: &str, reference: u8) -> Result<Segments, TextError> {
    let measure = Measure::of(text);
    // Refused before anything is built, so that a huge text costs no memory. MAX_PARTS is u8's own limit.
    let total = u8::try_from(measure.parts()).map_err(|_| measure.too_long())?;
    let bodies = cut(text, measure.coding, measure.room());
    let parts = if total == 1 {
        bodies.into_iter().map(|body| Part { udh: None, body }).collect()
    } else {
        (1..=total)
            .zip(bodies)
            .map(|(seq, body)| Part {
                udh: Some([0x05, 0x00, 0x03, reference, total, seq]),
                body,
            })
            .collect()
    };
    Ok(Segments {
        coding: measure.coding,
        parts,
    })
}

/// The bodies, each of at most `room` units. The same greedy filling as in [`Filling`], which counts it.
fn cut(text: &str, coding: Coding, room: usize) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    let (mut body, mut used) = (Vec::new(), 0);
    for c in text.chars() {
        let width = width(c, coding);
        if used + width > room {
            bodies.push(std::mem::take(&mut body));
            used = 0;
        }
        used += width;
        match gsm7(c, coding) {
            Some(septets) => septets.write(&mut body),
            None => {
                let mut units = [0; 2];
                body.extend(
                    c.encode_utf16(&mut units)
                        .iter()
                        .flat_map(|unit| unit.to_be_bytes()),
                );
            }
        }
    }
    bodies.push(body);
    bodies
}

fn gsm7(c: char, coding: Coding) -> Option<Septets> {
    if coding == Coding::Gsm7 {
        alphabet::septets(c)
    } else {
        None
    }
}

fn width(c: char, coding: Coding) -> usize {
    gsm7(c, coding).map_or(c.len_utf16(), Septets::width)
}

/// How long a text is in the coding that it needs.
struct Measure {
    coding: Coding,
    limits: Limits,
    units: usize,
    cut_parts: usize,
}

impl Measure {
    fn of(text: &str) -> Measure {
        let plain = text.chars().all(|c| alphabet::septets(c).is_some());
        let (coding, limits) = if plain {
            (Coding::Gsm7, GSM7)
        } else {
            (Coding::Ucs2, UCS2)
        };
        let mut filling = Filling {
            units: 0,
            parts: 1,
            used: 0,
        };
        text.chars()
            .for_each(|c| filling.add(width(c, coding), limits.part));
        Measure {
            coding,
            limits,
            units: filling.units,
            cut_parts: filling.parts,
        }
    }

    fn is_single(&self) -> bool {
        self.units <= self.limits.single
    }

    fn room(&self) -> usize {
        if self.is_single() {
            self.limits.single
        } else {
            self.limits.part
        }
    }

    fn parts(&self) -> usize {
        if self.is_single() { 1 } else { self.cut_parts }
    }

    fn too_long(&self) -> TextError {
        TextError::TooLong {
            coding: self.coding,
            parts: self.parts(),
            units: self.units,
            limit: MAX_PARTS * self.limits.part,
        }
    }
}

/// Parts filled one after the other; a pair that does not fit opens the next part.
struct Filling {
    units: usize,
    parts: usize,
    used: usize,
}

impl Filling {
    fn add(&mut self, width: usize, room: usize) {
        if self.used + width > room {
            self.parts += 1;
            self.used = 0;
        }
        self.used += width;
        self.units += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::sms::coding::decode_text;
    use proptest::prelude::*;

    fn lengths(text: &str) -> Vec<usize> {
        segment(text, 1)
            .unwrap()
            .parts
            .iter()
            .map(|part| part.body.len())
            .collect()
    }

    #[test]
    fn a_text_of_160_septets_is_one_message_and_161_are_two() {
        assert_eq!(lengths(&"a".repeat(160)), [160]);
        assert_eq!(lengths(&"a".repeat(161)), [153, 8]);
    }

    #[test]
    fn a_text_of_70_units_is_one_message_and_71_are_two() {
        assert_eq!(lengths(&"ж".repeat(70)), [140]);
        assert_eq!(lengths(&"ж".repeat(71)), [134, 8]);
    }

    #[test]
    fn an_escape_pair_is_never_cut() {
        assert_eq!(
            lengths(&format!("{}€{}", "a".repeat(152), "a".repeat(10))),
            [152, 12]
        );
        assert_eq!(lengths(&"€".repeat(80)), [160]);
        assert_eq!(lengths(&"€".repeat(81)), [152, 10]);
    }

    #[test]
    fn a_surrogate_pair_is_never_cut() {
        assert_eq!(lengths(&"😀".repeat(35)), [140]);
        assert_eq!(lengths(&"😀".repeat(36)), [132, 12]);
    }

    #[test]
    fn an_empty_text_is_one_empty_message() {
        assert_eq!(lengths(""), [0]);
        assert_eq!(count(""), (Coding::Gsm7, 1));
    }

    #[test]
    fn each_part_carries_its_header_before_its_body() {
        let segments = segment(&"a".repeat(200), 0x2A).unwrap();
        assert_eq!(segments.data_coding(), 0);
        assert!(segments.esm_class_udhi());
        let second = segments.parts[1].short_message();
        assert_eq!(second[..7], [5, 0, 3, 0x2A, 2, 2, b'a']);
        assert_eq!(second.len(), 6 + 47);
    }

    #[test]
    fn a_single_message_has_no_header() {
        let segments = segment("ж", 9).unwrap();
        assert_eq!(segments.data_coding(), 8);
        assert!(!segments.esm_class_udhi());
        assert_eq!(segments.parts[0].short_message(), [0x04, 0x36]);
    }

    #[test]
    fn what_fits_255_parts_is_cut_and_one_more_is_refused_with_both_lengths() {
        let fits = "a".repeat(255 * 153);
        assert_eq!(segment(&fits, 0).unwrap().parts.len(), 255);
        let error = segment(&(fits + "a"), 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the text needs 256 parts (39016 septets of the GSM alphabet); \
             at most 255 parts fit, which is 39015 septets of the GSM alphabet"
        );
        assert_eq!(segment(&"ж".repeat(255 * 67), 0).unwrap().parts.len(), 255);
        assert!(segment(&"ж".repeat(255 * 67 + 1), 0).is_err());
    }

    proptest! {
        #[test]
        fn parts_keep_their_limits_and_join_to_the_text(
            text in prop_oneof!["[a-z€\\[ ]{0,700}", "[a-zж😀€]{0,300}", any::<String>()],
            reference: u8,
        ) {
            let segments = segment(&text, reference).unwrap();
            prop_assert_eq!(count(&text), (segments.coding, segments.parts.len()));
            let single = segments.parts.len() == 1;
            let most = match (segments.coding, single) {
                (Coding::Gsm7, true) => 160,
                (Coding::Gsm7, false) => 153,
                (_, true) => 140,
                (_, false) => 134,
            };
            let mut whole = String::new();
            for (index, part) in segments.parts.iter().enumerate() {
                prop_assert!(part.body.len() <= most);
                prop_assert_eq!(part.udh.is_none(), single);
                if let Some(udh) = part.udh {
                    prop_assert_eq!(&udh[3..], &[reference, segments.parts.len() as u8, index as u8 + 1]);
                }
                // Each part decodes by itself only if no pair was cut.
                whole += &decode_text(segments.coding, &part.body).unwrap();
            }
            prop_assert_eq!(whole, text);
        }
    }
}
