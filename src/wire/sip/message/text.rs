//! The small grammar that headers share (RFC 3261, section 25.1).

/// Whether a token may hold this byte.
pub(crate) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
        )
}

/// Without blanks at either end.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Digits alone, up to `most`.
pub(crate) fn number(text: &[u8], most: u64) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for &b in text {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(b - b'0'))?;
    }
    (value <= most).then_some(value)
}

/// The parts between separators that stand outside of quotes and angle brackets. An open quote runs to the end.
pub(crate) fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped, mut angle) = (false, false, false);
        for (at, &b) in text.iter().enumerate() {
            if quoted {
                match b {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => quoted = false,
                    _ => {}
                }
            } else if b == separator && !angle {
                rest = text.get(at + 1..);
                return text.get(..at).map(trim);
            } else {
                match b {
                    b'"' => quoted = true,
                    b'<' => angle = true,
                    b'>' => angle = false,
                    _ => {}
                }
            }
        }
        rest = None;
        Some(trim(text))
    })
}

/// Adds `text` without what could end a header or hide in one: control characters are left out, a tab becomes a blank.
/// Nothing that goes out passes by any other way.
pub(crate) fn push_clean(out: &mut Vec<u8>, text: &[u8]) {
    if text.iter().all(|&b| b >= 0x20 && b != 0x7f) {
        out.extend_from_slice(text);
    } else {
        out.extend(text.iter().filter_map(|&b| match b {
            b'\t' => Some(b' '),
            0..0x20 | 0x7f => None,
            other => Some(other),
        }));
    }
}

/// Adds a number in decimal.
pub(crate) fn push_number(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut left = value;
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or(0);
        }
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let parts: Vec<_> = split(br#""a, \"b," <sip:x,y@h>;p , <sip:z>"#, b',').collect();
        assert_eq!(parts, [&br#""a, \"b," <sip:x,y@h>;p"#[..], b"<sip:z>"]);
    }

    #[test]
    fn numbers_have_digits_alone_and_a_bound() {
        assert_eq!(number(b"0070", 255), Some(70));
        for bad in [&b""[..], b"+1", b"-1", b" 1", b"256", b"99999999999999999999999"] {
            assert_eq!(number(bad, 255), None);
        }
        let mut out = Vec::new();
        push_number(&mut out, 0);
        push_number(&mut out, u64::MAX);
        assert_eq!(out, b"018446744073709551615");
    }

    #[test]
    fn no_control_character_goes_out() {
        let mut out = Vec::new();
        push_clean(&mut out, b"a\r\nVia: x\0\ty\x7f");
        assert_eq!(out, b"aVia: x y");
    }
}
