//! The search for real numbers where nobody may see them, in every way in which numbers are written.

/// What of a number must not be seen, in hex: its last seven digits, so that every way to write it counts,
/// with or without +, 00 or the country code, in ASCII, in UTF-16, and two to a byte in either order. (Seven
/// digits stand by chance in one of ten million places.)
pub fn forms(number: &str) -> [String; 5] {
    let digits = &number[number.len() - 7..];
    // Half bytes swapped, as mobile networks write numbers, wherever the pairs begin.
    let swapped = |digits: &str| -> String {
        digits
            .as_bytes()
            .chunks_exact(2)
            .flat_map(|pair| [char::from(pair[1]), char::from(pair[0])])
            .collect()
    };
    let end = number.len();
    [
        hex(digits),
        digits.encode_utf16().map(|unit| format!("{unit:04x}")).collect(),
        digits.to_owned(),
        swapped(&number[end - 8..]),
        swapped(&number[end - 9..end - 1]),
    ]
}

/// Fails if one of these numbers is in bytes, given in hex.
pub fn assert_hidden(what: &str, hex: &str, numbers: &[&str]) {
    assert!(hex.len().is_multiple_of(2), "{what} is no hex");
    for number in numbers {
        for form in forms(number) {
            assert!(!hex.contains(&form), "{number} is in {what}, as {form}: {hex}");
        }
    }
}

/// Fails if one of these numbers is in a text.
pub fn assert_hidden_in_text(what: &str, text: &str, numbers: &[&str]) {
    let only_digits: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | ' ' | '(' | ')' | '.'))
        .collect();
    for number in numbers {
        let digits = &number[number.len() - 7..];
        for text in [text, &only_digits] {
            if let Some(at) = text.find(digits) {
                let from = text[..at].char_indices().rev().nth(120).map_or(0, |(i, _)| i);
                panic!("{number} is in {what}: …{}…", &text[from..at + digits.len()]);
            }
        }
    }
}

pub fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}
