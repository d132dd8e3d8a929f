//! The text of a delivery receipt (SMPP 3.4, Appendix B), which every vendor writes in its own way.

use chrono::DateTime;

use super::receipt_state::ReceiptState;

/// Fields as they may begin, to tell an empty field from a value.
const KEYS: [&str; 8] = [
    "id:",
    "sub:",
    "dlvrd:",
    "submit date:",
    "done date:",
    "stat:",
    "err:",
    "text:",
];

/// The longest message_id (SMPP 3.4, 5.2.23: 65 octets with the final zero).
const ID_LEN: usize = 64;

/// What a receipt's text says, as far as we care (SMPP 3.4, Appendix B). The receipted_message_id and
/// message_state TLVs (5.3.2.12, 5.3.2.35) say it better where they are present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptText {
    /// The SMSC's id of the message; some peers leave it to the TLV.
    pub id: Option<String>,
    /// The message's state; `None` if it is missing or in no word that we know.
    pub stat: Option<ReceiptState>,
    /// The network's or the SMSC's error code, as it came.
    pub err: Option<String>,
}

impl ReceiptText {
    /// Reads a receipt; `None` if it has neither an id nor a state. Keys may come in either case and any
    /// order, fields may be missing or empty, spaces may be many.
    ///
    /// Only `text:` must be the last, as in Appendix B: what follows it is the beginning of the message,
    /// words that a member wrote, and reading fields there would let members forge receipts.
    pub fn parse(bytes: &[u8]) -> Option<ReceiptText> {
        // Appendix B's fields are ASCII in every alphabet that receipts come in.
        let text = String::from_utf8_lossy(bytes);
        Self::from_fields(find_key(&text, "text", true).map_or(&text, |(head, _words)| head))
    }

    fn from_fields(text: &str) -> Option<ReceiptText> {
        let receipt = ReceiptText {
            id: field(text, &["id", "message_id"], true).map(str::to_owned),
            stat: field(text, &["stat", "status"], true).and_then(ReceiptState::from_text),
            // Some peers run it into the state: "stat:DELIVRDerr:000".
            err: field(text, &["err", "error"], false).map(str::to_owned),
        };
        (receipt.id.is_some() || receipt.stat.is_some()).then_some(receipt)
    }
}

/// The first non-empty value under one of the names.
fn field<'a>(text: &'a str, names: &[&str], at_boundary: bool) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| find_key(text, name, at_boundary).and_then(|(_, after)| value(after)))
}

/// Splits at the first `name:` into what stands before the name and after the colon.
fn find_key<'a>(text: &'a str, name: &str, at_boundary: bool) -> Option<(&'a str, &'a str)> {
    // ASCII lowering keeps every byte offset.
    let lower = text.to_ascii_lowercase();
    lower.match_indices(name).find_map(|(start, _)| {
        let head = text.get(..start)?;
        let after = text
            .get(start.checked_add(name.len())?..)?
            .trim_start()
            .strip_prefix(':')?;
        let inside_a_word = head.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        (!(at_boundary && inside_a_word)).then_some((head, after))
    })
}

fn value(after: &str) -> Option<&str> {
    let after = after.trim_start();
    let next_key = KEYS.iter().any(|key| {
        after
            .get(..key.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(key))
    });
    let end = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';');
    let value = after.split(end).next()?.trim_matches(['"', '\'']);
    (!next_key && !value.is_empty()).then_some(value)
}

/// A receipt to be written (SMPP 3.4, Appendix B).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The id that we gave in submit_sm_resp.
    pub id: &'a str,
    /// When the message was submitted, in Unix milliseconds.
    pub submitted_ms: i64,
    /// When it reached its state, in Unix milliseconds.
    pub done_ms: i64,
    /// Its state.
    pub stat: ReceiptState,
    /// Our error code; empty means none, "000".
    pub err: &'a str,
}

impl Receipt<'_> {
    /// The classic text (SMPP 3.4, Appendix B), times in UTC. `text:` stays empty on purpose: a receipt
    /// passes more hands than the message did, and nobody needs the words again. It always fits
    /// short_message's 254 octets and is pure ASCII.
    pub fn text(&self) -> String {
        let delivered = if self.stat == ReceiptState::Delivrd {
            "001"
        } else {
            "000"
        };
        let err = match plain(self.err, 8) {
            err if err.is_empty() => "000".to_owned(),
            err => err,
        };
        format!(
            "id:{} sub:001 dlvrd:{delivered} submit date:{} done date:{} stat:{} err:{err} text:",
            plain(self.id, ID_LEN),
            date(self.submitted_ms),
            date(self.done_ms),
            self.stat.as_text(),
        )
    }
}

/// Only what cannot be taken for the next field.
fn plain(value: &str, longest: usize) -> String {
    value
        .chars()
        .filter(char::is_ascii_graphic)
        .take(longest)
        .collect()
}

/// YYMMDDhhmm; zeros for a time beyond the calendar.
fn date(unix_ms: i64) -> String {
    match DateTime::from_timestamp_millis(unix_ms) {
        Some(time) => time.format("%y%m%d%H%M").to_string(),
        None => "0000000000".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Option<String>, Option<ReceiptState>, Option<String>) {
        let receipt = ReceiptText::parse(text.as_bytes()).unwrap();
        (receipt.id, receipt.stat, receipt.err)
    }

    fn says(
        id: &str,
        stat: ReceiptState,
        err: &str,
    ) -> (Option<String>, Option<ReceiptState>, Option<String>) {
        (Some(id.into()), Some(stat), Some(err.into()))
    }

    #[test]
    fn the_classic_text_is_read() {
        let text = "id:0123456789 sub:001 dlvrd:001 submit date:2401020304 done date:2401020305 \
                    stat:DELIVRD err:000 text:Hello world";
        assert_eq!(read(text), says("0123456789", ReceiptState::Delivrd, "000"));
    }

    #[test]
    fn vendors_variants_are_read() {
        let expected = says("6C7C-7DE2", ReceiptState::Undeliv, "21");
        for text in [
            "id:6C7C-7DE2 submit date:1701240904 done date:1701240904 stat:UNDELIV err:21",
            "ID:6C7C-7DE2 SUB:0 DLVRD:28 SUBMIT DATE:1908121157 DONE DATE:1908121158 STAT:UNDELIV ERR:21 Text:*100#",
            "  id: 6C7C-7DE2   sub: 000  stat :undeliv \r\n err: 21 text:",
            "stat:UNDELIVerr:21 id:6C7C-7DE2\0",
            "err:21,stat:UNDELIVERABLE,id:\"6C7C-7DE2\"",
            "err:21;status:FAILED;message_id:6C7C-7DE2",
            "stat:5 id:6C7C-7DE2 err:21",
            "id:6C7C-7DE2 sub:000 dlvrd:000 submit date:180711070003912+ done date:180711070000012+ stat:UNDELIV err:21",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn missing_and_empty_fields_are_none() {
        assert_eq!(read("id:7"), (Some("7".into()), None, None));
        assert_eq!(
            read("id: sub:001 stat:EXPIRED err: text:x"),
            (None, Some(ReceiptState::Expired), None)
        );
        assert_eq!(read("id:7 stat:SOMETHING"), (Some("7".into()), None, None));
    }

    #[test]
    fn what_is_no_receipt_is_none() {
        for text in [
            "",
            "Hello, see you at 5",
            "sub:001 err:000",
            "void:7",
            "id:",
            "id",
            "text:id",
        ] {
            assert_eq!(ReceiptText::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_receipt_inside_the_messages_own_words_is_not_believed() {
        let text = "id:1 sub:001 stat:DELIVRD text:id:2 stat:REJECTD err:999";
        assert_eq!(read(text), (Some("1".into()), Some(ReceiptState::Delivrd), None));
        assert_eq!(
            read("stat:DELIVRD text:id:2"),
            (None, Some(ReceiptState::Delivrd), None)
        );
    }

    #[test]
    fn bytes_that_are_no_utf8_do_not_hide_the_fields() {
        let receipt = ReceiptText::parse(b"id:7 stat:DELIVRD err:000 text:\xE9\xFF").unwrap();
        assert_eq!(receipt.id.as_deref(), Some("7"));
    }

    #[test]
    fn a_written_receipt_is_the_classic_text_with_no_words_of_the_message() {
        let receipt = Receipt {
            id: "msg_1",
            submitted_ms: 1_704_164_640_000,
            done_ms: 1_704_164_700_000,
            stat: ReceiptState::Delivrd,
            err: "",
        };
        assert_eq!(
            receipt.text(),
            "id:msg_1 sub:001 dlvrd:001 submit date:2401020304 done date:2401020305 stat:DELIVRD err:000 text:"
        );
    }

    #[test]
    fn a_time_beyond_the_calendar_is_written_as_zeros() {
        assert_eq!(date(i64::MAX), "0000000000");
        assert_eq!(date(i64::MIN), "0000000000");
    }

    proptest! {
        #[test]
        fn parsing_is_total(bytes: Vec<u8>) {
            let _ = ReceiptText::parse(&bytes);
        }

        #[test]
        fn parsing_field_soup_is_total(
            words in prop::collection::vec(
                prop::sample::select(vec!["id", "stat", "err", "text", ":", " ", "DELIVRD", "é", "İ", "7", ",", "\0"]),
                0..30,
            ),
        ) {
            let _ = ReceiptText::parse(words.concat().as_bytes());
        }

        #[test]
        fn what_is_written_is_read_back(
            id in "[!-+\\--9<-~]{1,64}", submitted_ms: i64, done_ms: i64, state in 1u8..9, err in "[0-9A-F]{1,8}",
        ) {
            prop_assume!(!id.starts_with(['"', '\'']) && !id.ends_with(['"', '\'']));
            let stat = ReceiptState::from_message_state(state).unwrap();
            let text = Receipt { id: &id, submitted_ms, done_ms, stat, err: &err }.text();
            prop_assert!(text.len() <= 254 && text.is_ascii() && text.ends_with(" text:"));
            let read = ReceiptText::parse(text.as_bytes()).unwrap();
            prop_assert_eq!((read.id, read.stat, read.err), (Some(id), Some(stat), Some(err)));
        }

        #[test]
        fn no_input_can_add_a_field_or_a_byte_that_is_not_ascii(id: String, err: String, at: i64) {
            let text = Receipt { id: &id, submitted_ms: at, done_ms: at, stat: ReceiptState::Expired, err: &err }.text();
            prop_assert!(text.len() <= 254 && text.is_ascii());
            prop_assert_eq!(text.matches(' ').count(), 9);
        }
    }
}
