//! The states of a message in a delivery receipt, as words and as numbers.

use ReceiptState::*;

/// A message's state at the SMSC: the `stat` words of SMPP 3.4, Appendix B, and the values of the
/// message_state TLV, 5.2.28.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ReceiptState {
    /// ENROUTE, 1: on its way.
    Enroute = 1,
    /// DELIVRD, 2: delivered.
    Delivrd = 2,
    /// EXPIRED, 3: its validity ended first.
    Expired = 3,
    /// DELETED, 4: deleted.
    Deleted = 4,
    /// UNDELIV, 5: cannot be delivered.
    Undeliv = 5,
    /// ACCEPTD, 6: read by customer service for the subscriber.
    Acceptd = 6,
    /// UNKNOWN, 7: the SMSC does not know.
    Unknown = 7,
    /// REJECTD, 8: rejected.
    Rejectd = 8,
}

/// The states with their words: the specified one first, then those that peers write out.
const STATES: [(ReceiptState, &[&str]); 8] = [
    (Enroute, &["ENROUTE", "EN_ROUTE"]),
    (Delivrd, &["DELIVRD", "DELIVERED", "DLVRD"]),
    (Expired, &["EXPIRED"]),
    (Deleted, &["DELETED"]),
    (Undeliv, &["UNDELIV", "FAILED"]),
    (Acceptd, &["ACCEPTD", "ACCEPTED"]),
    (Unknown, &["UNKNOWN"]),
    (Rejectd, &["REJECTD", "REJECTED"]),
];

impl ReceiptState {
    /// Reads a `stat` word in either case (SMPP 3.4, Appendix B), also written out ("DELIVERED"), run into
    /// the next field ("DELIVRDerr:000") or given as the TLV's number. `None` for any other word.
    pub fn from_text(word: &str) -> Option<ReceiptState> {
        let upper = word.to_ascii_uppercase();
        STATES
            .iter()
            .find(|(_, words)| words.iter().any(|known| upper.starts_with(known)))
            .map(|(state, _)| *state)
            .or_else(|| word.parse().ok().and_then(ReceiptState::from_message_state))
    }

    /// Reads the message_state TLV (SMPP 3.4, 5.2.28); `None` for a reserved value.
    pub fn from_message_state(value: u8) -> Option<ReceiptState> {
        STATES
            .iter()
            .map(|(state, _)| *state)
            .find(|state| state.message_state() == value)
    }

    /// The message_state TLV's value (SMPP 3.4, 5.2.28).
    pub fn message_state(self) -> u8 {
        self as u8
    }

    /// The seven letters of `stat` (SMPP 3.4, Appendix B).
    pub fn as_text(self) -> &'static str {
        match self {
            Enroute => "ENROUTE",
            Delivrd => "DELIVRD",
            Expired => "EXPIRED",
            Deleted => "DELETED",
            Undeliv => "UNDELIV",
            Acceptd => "ACCEPTD",
            Unknown => "UNKNOWN",
            Rejectd => "REJECTD",
        }
    }

    /// Whether no better answer is to be expected. SMPP 3.4, 5.2.28 calls ACCEPTD and UNKNOWN final too;
    /// in practice SMSCs send them on the way and follow them with another receipt.
    pub fn is_final(self) -> bool {
        matches!(self, Delivrd | Expired | Deleted | Undeliv | Rejectd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_from_its_word_and_its_number() {
        for ((state, words), number) in STATES.into_iter().zip(1..) {
            assert_eq!(ReceiptState::from_message_state(number), Some(state));
            assert_eq!((state.message_state(), state.as_text()), (number, words[0]));
            assert_eq!(ReceiptState::from_text(state.as_text()), Some(state));
            assert_eq!(ReceiptState::from_text(&number.to_string()), Some(state));
        }
    }

    #[test]
    fn words_in_other_spellings_are_read() {
        for (word, state) in [
            ("delivrd", Delivrd),
            ("Delivered", Delivrd),
            ("UNDELIVERABLE", Undeliv),
            ("UNDELIVERED", Undeliv),
            ("rejected", Rejectd),
            ("DELIVRDerr:000", Delivrd),
        ] {
            assert_eq!(ReceiptState::from_text(word), Some(state), "{word}");
        }
    }

    #[test]
    fn an_unknown_word_or_number_is_none() {
        for word in ["", "DELIVERY_FAILURE", "9", "0", "999"] {
            assert_eq!(ReceiptState::from_text(word), None, "{word}");
        }
    }
}
