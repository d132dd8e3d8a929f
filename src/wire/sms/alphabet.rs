//! The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
//!
//! SMPP carries septets unpacked, one to a byte, so nothing here packs bits. National language tables
//! (6.2.1.2) are not spoken: a text that would need one goes out as UCS-2.

/// The escape to the extension table (TS 23.038, 6.2.1, code 0x1B).
pub const ESC: u8 = 0x1B;

/// Code to character, TS 23.038, 6.2.1. The place of ESC holds the space that a lone escape shows as.
#[rustfmt::skip]
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', ' ', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// Code after ESC to character, TS 23.038, 6.2.1.1.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{0C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// How one character is written in the alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Septets {
    /// One septet of the basic table.
    Basic(u8),
    /// ESC and this septet of the extension table.
    Escaped(u8),
}

impl Septets {
    /// How many septets it takes: an escape pair counts double (TS 23.038, 6.2.1.1).
    pub fn width(self) -> usize {
        match self {
            Septets::Basic(_) => 1,
            Septets::Escaped(_) => 2,
        }
    }

    /// Appends its septets to `out`.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Septets::Basic(code) => out.push(code),
            Septets::Escaped(code) => out.extend([ESC, code]),
        }
    }
}

/// The septets of one character, or `None` if the alphabet lacks it (TS 23.038, 6.2.1). Nothing is
/// transliterated: a look-alike (Greek Α, a typographic quote) would arrive as another text.
pub fn septets(c: char) -> Option<Septets> {
    // Most of ASCII stands at its own code, so the usual text never searches.
    if BASIC.get(c as usize) == Some(&c) {
        return u8::try_from(c as u32).ok().map(Septets::Basic);
    }
    if let Some(code) = BASIC.iter().position(|&basic| basic == c) {
        return u8::try_from(code).ok().map(Septets::Basic);
    }
    EXTENSION
        .iter()
        .find(|(_, extended)| *extended == c)
        .map(|(code, _)| Septets::Escaped(*code))
}

/// The text as unpacked septets, one to a byte, or `None` if a character is not in the alphabet
/// (TS 23.038, 6.2.1).
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        septets(c)?.write(&mut out);
    }
    Some(out)
}

/// Unpacked septets as text; never fails. As TS 23.038, 6.2.1.1 asks, an unknown extension shows the
/// basic table's character, and an escape with nothing after it, or another escape, shows a space. A byte
/// that is no septet becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut codes = bytes.iter().copied();
    while let Some(code) = codes.next() {
        out.push(match code {
            ESC => codes.next().map_or(' ', extended),
            code => basic(code),
        });
    }
    out
}

fn basic(code: u8) -> char {
    BASIC
        .get(usize::from(code))
        .copied()
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn extended(code: u8) -> char {
    EXTENSION
        .iter()
        .find(|(known, _)| *known == code)
        .map_or_else(|| basic(code), |(_, c)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_code_but_escape_survives_decoding_and_encoding() {
        for code in (0..128u8).filter(|code| *code != ESC) {
            assert_eq!(encode(&decode(&[code])), Some(vec![code]), "code {code:#04x}");
        }
        for (code, _) in EXTENSION {
            assert_eq!(
                encode(&decode(&[ESC, code])),
                Some(vec![ESC, code]),
                "extension {code:#04x}"
            );
        }
    }

    #[test]
    fn the_landmarks_of_the_table_are_at_their_codes() {
        let landmarks = [
            ('@', 0x00),
            ('$', 0x02),
            ('\n', 0x0A),
            ('\r', 0x0D),
            ('\u{394}', 0x10),
            ('_', 0x11),
            ('\u{3A6}', 0x12),
            ('\u{393}', 0x13),
            ('\u{39B}', 0x14),
            ('\u{3A9}', 0x15),
            ('\u{3A0}', 0x16),
            ('\u{3A8}', 0x17),
            ('\u{3A3}', 0x18),
            ('\u{398}', 0x19),
            ('\u{39E}', 0x1A),
            ('\u{C7}', 0x09),
            ('\u{C6}', 0x1C),
            ('\u{DF}', 0x1E),
            (' ', 0x20),
            ('\u{A4}', 0x24),
            ('\u{A1}', 0x40),
            ('Z', 0x5A),
            ('\u{A7}', 0x5F),
            ('\u{BF}', 0x60),
            ('z', 0x7A),
            ('\u{E0}', 0x7F),
        ];
        for (c, code) in landmarks {
            assert_eq!(septets(c), Some(Septets::Basic(code)), "{c}");
        }
    }

    #[test]
    fn the_euro_sign_and_the_brackets_are_escape_pairs() {
        assert_eq!(
            encode("[€]{}\\~^|").as_deref(),
            Some(
                &[
                    0x1B, 0x3C, 0x1B, 0x65, 0x1B, 0x3E, 0x1B, 0x28, 0x1B, 0x29, 0x1B, 0x2F, 0x1B, 0x3D, 0x1B,
                    0x14, 0x1B, 0x40
                ][..]
            )
        );
    }

    #[test]
    fn look_alikes_and_absent_letters_are_refused() {
        for c in [
            'ç', 'á', '`', '’', '\u{391}', '\u{2126}', '\u{2206}', '\u{1B}', '\0', '\t', '😀',
        ] {
            assert_eq!(septets(c), None, "{c:?}");
        }
    }

    #[test]
    fn an_unknown_extension_shows_the_basic_character() {
        assert_eq!(decode(&[ESC, b'a', ESC, 0x0D]), "a\r");
    }

    #[test]
    fn a_lone_escape_and_a_double_escape_show_a_space() {
        assert_eq!(decode(&[b'a', ESC]), "a ");
        assert_eq!(decode(&[ESC, ESC, b'a']), " a");
    }

    #[test]
    fn a_byte_above_the_alphabet_shows_the_replacement_character() {
        assert_eq!(decode(&[0x80, ESC, 0xFF, b'a']), "\u{FFFD}\u{FFFD}a");
    }

    proptest! {
        #[test]
        fn decoding_never_panics_and_never_grows(bytes: Vec<u8>) {
            prop_assert!(decode(&bytes).chars().count() <= bytes.len());
        }

        #[test]
        fn what_encodes_decodes_to_itself(text in "[ -~€£ΔΩ\n\r\u{0C}àÄñ]{0,200}") {
            if let Some(septets) = encode(&text) {
                prop_assert_eq!(decode(&septets), text);
            } else {
                prop_assert!(text.contains('`'));
            }
        }

        #[test]
        fn the_width_of_a_character_is_what_it_writes(c: char) {
            if let Some(septets) = septets(c) {
                let mut out = Vec::new();
                septets.write(&mut out);
                prop_assert_eq!(out.len(), septets.width());
                prop_assert_eq!(decode(&out), c.to_string());
            }
        }
    }
}
