//! What the bytes of a short message are: the SMPP data_coding field and the text decoders behind it.

use super::alphabet;

/// How the bytes of a short message are to be read (SMPP 3.4, 5.2.19; TS 23.038, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// GSM 7-bit default alphabet, unpacked. data_coding 0 says "the SMSC's default alphabet", which
    /// is this one by convention; an edge whose carrier differs maps 0 itself.
    Gsm7,
    /// UCS-2, read and written as UTF-16 big-endian.
    Ucs2,
    /// ISO 8859-1.
    Latin1,
    /// IA5, that is ASCII.
    Ascii,
    /// Octets that are not text.
    Binary,
    /// A data_coding that we do not read (JIS, Cyrillic, compressed, reserved), as it came.
    Unsupported(u8),
}

/// Why bytes are not a text, or a text does not fit the wire. A sentence each, fit for a log or an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// UCS-2 comes in pairs of bytes (TS 23.038, 6.2.3).
    #[error("the UCS-2 text has an odd number of bytes ({length})")]
    OddLength {
        /// Bytes received.
        length: usize,
    },
    /// Half of a surrogate pair stands alone.
    #[error("the UCS-2 text is not valid UTF-16: an unpaired surrogate at unit {unit}")]
    LoneSurrogate {
        /// Which 16-bit unit, counted from 0.
        unit: usize,
    },
    /// The data_coding says that the bytes are not text.
    #[error("the message is binary data, not text")]
    Binary,
    /// The data_coding is one that we do not read.
    #[error("data_coding {0:#04x} is not a text coding that is supported")]
    Unsupported(u8),
    /// More than the 255 parts that a concatenation header can count (TS 23.040, 9.2.3.24.1).
    #[error(
        "the text needs {parts} parts ({units} {}); at most 255 parts fit, which is {limit} {}",
        units_of(*coding), units_of(*coding)
    )]
    TooLong {
        /// The coding that the text needs.
        coding: Coding,
        /// Parts needed.
        parts: usize,
        /// Septets or UTF-16 units in the text.
        units: usize,
        /// The most units that 255 parts hold.
        limit: usize,
    },
}

fn units_of(coding: Coding) -> &'static str {
    match coding {
        Coding::Gsm7 => "septets of the GSM alphabet",
        Coding::Ucs2 => "16-bit units of UCS-2",
        Coding::Latin1 | Coding::Ascii | Coding::Binary | Coding::Unsupported(_) => "bytes",
    }
}

impl Coding {
    /// Reads the data_coding byte: SMPP's own values (SMPP 3.4, 5.2.19), then the GSM data coding scheme
    /// that many SMSCs pass through in the values which SMPP reserves (TS 23.038, 4).
    pub fn from_data_coding(byte: u8) -> Coding {
        match byte {
            0x00 => Coding::Gsm7,
            0x01 => Coding::Ascii,
            0x02 | 0x04 => Coding::Binary,
            0x03 => Coding::Latin1,
            0x08 => Coding::Ucs2,
            // General group with a class, and the same marked for automatic deletion: uncompressed
            // (bit 5 clear), alphabet in bits 3 and 2.
            0x10..=0x1F | 0x40..=0x5F => match byte & 0x0C {
                0x00 => Coding::Gsm7,
                0x04 => Coding::Binary,
                0x08 => Coding::Ucs2,
                _ => Coding::Unsupported(byte),
            },
            // Message waiting: discard, store, store in UCS-2.
            0xC0..=0xDF => Coding::Gsm7,
            0xE0..=0xEF => Coding::Ucs2,
            // Coding and class: bit 2 alone says whether the octets are data.
            0xF0..=0xFF if byte & 0x04 == 0 => Coding::Gsm7,
            0xF0..=0xFF => Coding::Binary,
            _ => Coding::Unsupported(byte),
        }
    }

    /// The data_coding byte to send for this coding (SMPP 3.4, 5.2.19).
    pub fn data_coding(self) -> u8 {
        match self {
            Coding::Gsm7 => 0x00,
            Coding::Ascii => 0x01,
            Coding::Latin1 => 0x03,
            Coding::Binary => 0x04,
            Coding::Ucs2 => 0x08,
            Coding::Unsupported(byte) => byte,
        }
    }
}

/// The text in `bytes`, which must be a whole message: bad peers cut surrogate and escape pairs between
/// parts, so parts are joined first and decoded after. Bad UTF-16 is refused rather than repaired; a
/// byte that the GSM alphabet or ASCII lacks becomes U+FFFD. U+0000 may occur in the result.
pub fn decode_text(coding: Coding, bytes: &[u8]) -> Result<String, TextError> {
    match coding {
        Coding::Gsm7 => Ok(alphabet::decode(bytes)),
        Coding::Ucs2 => decode_utf16be(bytes),
        Coding::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
        Coding::Ascii => Ok(bytes.iter().copied().map(ascii).collect()),
        Coding::Binary => Err(TextError::Binary),
        Coding::Unsupported(byte) => Err(TextError::Unsupported(byte)),
    }
}

fn ascii(byte: u8) -> char {
    if byte.is_ascii() {
        char::from(byte)
    } else {
        char::REPLACEMENT_CHARACTER
    }
}

fn decode_utf16be(bytes: &[u8]) -> Result<String, TextError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(TextError::OddLength { length: bytes.len() });
    }
    let mut out = String::with_capacity(bytes.len());
    let mut unit = 0;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair))) {
        let c = decoded.map_err(|_| TextError::LoneSurrogate { unit })?;
        unit += c.len_utf16();
        out.push(c);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn smpp_values_are_read_as_the_specification_lists_them() {
        let values = [
            (0x00, Coding::Gsm7),
            (0x01, Coding::Ascii),
            (0x02, Coding::Binary),
            (0x03, Coding::Latin1),
            (0x04, Coding::Binary),
            (0x05, Coding::Unsupported(0x05)),
            (0x06, Coding::Unsupported(0x06)),
            (0x08, Coding::Ucs2),
            (0x0E, Coding::Unsupported(0x0E)),
        ];
        for (byte, coding) in values {
            assert_eq!(Coding::from_data_coding(byte), coding, "{byte:#04x}");
        }
    }

    #[test]
    fn gsm_coding_schemes_are_read_by_their_alphabet_bits() {
        let values = [
            (0x10, Coding::Gsm7),
            (0x13, Coding::Gsm7),
            (0x15, Coding::Binary),
            (0x18, Coding::Ucs2),
            (0x1C, Coding::Unsupported(0x1C)),
            (0x38, Coding::Unsupported(0x38)),
            (0x48, Coding::Ucs2),
            (0x68, Coding::Unsupported(0x68)),
            (0xC8, Coding::Gsm7),
            (0xE0, Coding::Ucs2),
            (0xF0, Coding::Gsm7),
            (0xF3, Coding::Gsm7),
            (0xF4, Coding::Binary),
            (0xF6, Coding::Binary),
        ];
        for (byte, coding) in values {
            assert_eq!(Coding::from_data_coding(byte), coding, "{byte:#04x}");
        }
    }

    #[test]
    fn every_coding_survives_its_own_byte() {
        for byte in 0..=u8::MAX {
            let coding = Coding::from_data_coding(byte);
            assert_eq!(Coding::from_data_coding(coding.data_coding()), coding);
        }
    }

    #[test]
    fn an_emoji_in_ucs2_is_read_as_its_surrogate_pair() {
        assert_eq!(
            decode_text(Coding::Ucs2, &[0xD8, 0x3D, 0xDE, 0x00]),
            Ok("😀".into())
        );
    }

    #[test]
    fn an_odd_number_of_ucs2_bytes_is_refused() {
        let error = decode_text(Coding::Ucs2, &[0, 65, 0]).unwrap_err();
        assert_eq!(error.to_string(), "the UCS-2 text has an odd number of bytes (3)");
    }

    #[test]
    fn a_lone_surrogate_is_refused_with_its_place() {
        let cut = [0xD8, 0x3D, 0xDE, 0x00, 0xD8, 0x3D, 0, 65];
        assert_eq!(
            decode_text(Coding::Ucs2, &cut),
            Err(TextError::LoneSurrogate { unit: 2 })
        );
        assert_eq!(
            decode_text(Coding::Ucs2, &[0xDE, 0]),
            Err(TextError::LoneSurrogate { unit: 0 })
        );
    }

    #[test]
    fn latin1_and_ascii_differ_above_127() {
        assert_eq!(decode_text(Coding::Latin1, b"caf\xE9"), Ok("café".into()));
        assert_eq!(decode_text(Coding::Ascii, b"caf\xE9"), Ok("caf\u{FFFD}".into()));
    }

    #[test]
    fn binary_and_unknown_codings_are_refused() {
        assert_eq!(decode_text(Coding::Binary, b"x"), Err(TextError::Binary));
        assert_eq!(
            decode_text(Coding::Unsupported(5), b"x"),
            Err(TextError::Unsupported(5))
        );
    }

    proptest! {
        #[test]
        fn decoding_is_total(byte: u8, bytes: Vec<u8>) {
            let _ = decode_text(Coding::from_data_coding(byte), &bytes);
        }

        #[test]
        fn any_string_survives_ucs2(text: String) {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(decode_text(Coding::Ucs2, &bytes), Ok(text));
        }
    }
}
