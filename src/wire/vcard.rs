//! Address book cards as files: vCard 3.0 (RFC 2426), which iPhones, Android phones and mail programs all take in, also
//! many cards in one file. Of 4.0 (RFC 6350) some of them read only a part, or nothing.

/// Longest line in bytes, its end left out (RFC 2426, section 2.6).
const LINE: usize = 75;

/// What a card says.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// Names the card for as long as it is about the same.
    pub uid: &'a str,
    /// The name that is shown.
    pub name: &'a str,
    /// The telephone number.
    pub number: &'a str,
    /// A remark, if there is one.
    pub note: Option<&'a str>,
    /// A word under which phones may file it.
    pub category: &'a str,
    /// Since when it says so, as RFC 3339 has it.
    pub since: &'a str,
}

/// Writes one card.
pub fn write(card: &Card<'_>, out: &mut String) {
    let name = escaped(card.name);
    line(out, "BEGIN:VCARD");
    line(out, "VERSION:3.0");
    line(out, &format!("FN:{name}"));
    // The name in its parts; nobody knows which of its words is the family's, so it stays whole.
    line(out, &format!("N:;{name};;;"));
    line(out, &format!("TEL;TYPE=CELL,VOICE:{}", escaped(card.number)));
    if let Some(note) = card.note {
        line(out, &format!("NOTE:{}", escaped(note)));
    }
    line(out, &format!("CATEGORIES:{}", escaped(card.category)));
    line(out, &format!("UID:{}", escaped(card.uid)));
    line(out, &format!("REV:{}", card.since));
    line(out, "END:VCARD");
}

/// A value as it may stand in a line: nothing in it ends the line, or the value.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            // Ends of lines to some readers.
            '\u{2028}' | '\u{2029}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// One line, folded where it is too long, between characters.
fn line(out: &mut String, text: &str) {
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use calcard::vcard::{VCard, VCardProperty, VCardValue};
    use proptest::prelude::*;

    fn written(name: &str) -> String {
        let card = Card {
            uid: "urn:uuid:0",
            name,
            number: "+12025550100",
            note: None,
            category: "Riders",
            since: "1970-01-01T00:00:00.000Z",
        };
        let mut out = String::new();
        write(&card, &mut out);
        out
    }

    fn text(card: &VCard, property: VCardProperty) -> String {
        match card.property(&property).and_then(|entry| entry.values.first()) {
            Some(VCardValue::Text(text)) => text.clone(),
            other => panic!("{property:?}: {other:?}"),
        }
    }

    #[test]
    fn a_card_says_name_number_and_since_when() {
        let told = written("Ann");
        assert!(
            told.starts_with("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nN:;Ann;;;\r\n"),
            "{told}"
        );
        assert!(
            told.contains("\r\nTEL;TYPE=CELL,VOICE:+12025550100\r\n"),
            "{told}"
        );
        assert!(told.contains("\r\nREV:1970-01-01T00:00:00.000Z\r\n"), "{told}");
        assert!(told.ends_with("\r\nEND:VCARD\r\n"));
    }

    #[test]
    fn no_name_begins_another_line_or_card() {
        let told = written("Eve\r\nTEL:+14155550101\r\nEND:VCARD\n");
        assert_eq!(told.matches("\r\nTEL").count(), 1, "{told}");
        assert_eq!(told.matches("\r\nEND:VCARD").count(), 1, "{told}");
    }

    proptest! {
        #[test]
        fn any_name_is_read_back_by_others_and_no_line_is_too_long(name in "[^\\p{C}\u{2028}\u{2029}\\s]{1,80}") {
            let told = written(&name);
            prop_assert!(told.split("\r\n").all(|line| line.len() <= LINE));
            let read = VCard::parse(&told).unwrap();
            prop_assert_eq!(text(&read, VCardProperty::Fn), name);
            prop_assert_eq!(text(&read, VCardProperty::Tel), "+12025550100");
        }
    }
}
