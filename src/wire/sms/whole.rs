//! What comes out of reassembly: a text with all its parts, or the parts of one that has not.

use super::coding::{Coding, TextError, decode_text};
use super::concat::Reference;

/// A text whose parts have all arrived (TS 23.040, 9.2.3.24.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole<T> {
    /// The bodies in order, joined as long as the coding stays the same. Nearly always one run: each part
    /// states its coding anew, and some SMSCs choose it part by part.
    pub runs: Vec<Run>,
    /// The parts' tokens in order, for what the caller still owes each part.
    pub tokens: Vec<T>,
}

/// Neighbouring parts of one coding, joined (SMPP 3.4, 5.2.19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How the bytes are to be read.
    pub coding: Coding,
    /// The parts' bodies, one after the other.
    pub bytes: Vec<u8>,
}

/// A text given up before all its parts arrived. Its parts' tokens are the caller's again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete<K, T> {
    /// The caller's key, source and destination.
    pub key: K,
    /// The text's reference (TS 23.040, 9.2.3.24.1).
    pub reference: Reference,
    /// How many parts the text should have had.
    pub total: u8,
    /// The parts that arrived, in order.
    pub parts: Vec<ReceivedPart<T>>,
    /// Why it was given up.
    pub why: GivenUp,
}

/// A part of a text that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPart<T> {
    /// Which part, counted from 1.
    pub seq: u8,
    /// How its bytes are to be read.
    pub coding: Coding,
    /// Its bytes, without the header.
    pub body: Vec<u8>,
    /// The caller's token.
    pub token: T,
}

/// Why a text was given up before it was whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GivenUp {
    /// Its time was over.
    TimedOut,
    /// It was the oldest when there was no more room.
    NoRoom,
    /// Another text came that wears the same reference.
    ReferenceReused,
}

impl GivenUp {
    /// For logs.
    pub fn word(self) -> &'static str {
        match self {
            GivenUp::TimedOut => "timed_out",
            GivenUp::NoRoom => "no_room",
            GivenUp::ReferenceReused => "reference_reused",
        }
    }
}

impl<T> Whole<T> {
    /// The text, decoded after joining (see [`decode_text`]).
    pub fn text(&self) -> Result<String, TextError> {
        self.runs
            .iter()
            .map(|run| decode_text(run.coding, &run.bytes))
            .collect()
    }
}

impl<T> FromIterator<ReceivedPart<T>> for Whole<T> {
    /// Joins parts that are in order and complete.
    fn from_iter<I: IntoIterator<Item = ReceivedPart<T>>>(parts: I) -> Self {
        let mut whole = Whole {
            runs: Vec::<Run>::new(),
            tokens: Vec::new(),
        };
        for part in parts {
            match whole.runs.last_mut() {
                Some(run) if run.coding == part.coding => run.bytes.extend(part.body),
                _ => whole.runs.push(Run {
                    coding: part.coding,
                    bytes: part.body,
                }),
            }
            whole.tokens.push(part.token);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(seq: u8, coding: Coding, body: &[u8]) -> ReceivedPart<u8> {
        ReceivedPart {
            seq,
            coding,
            body: body.to_vec(),
            token: seq,
        }
    }

    #[test]
    fn a_surrogate_pair_cut_between_parts_is_healed_by_joining() {
        let whole: Whole<u8> = [
            part(1, Coding::Ucs2, &[0xD8, 0x3D]),
            part(2, Coding::Ucs2, &[0xDE, 0]),
        ]
        .into_iter()
        .collect();
        assert_eq!(whole.text(), Ok("😀".into()));
        assert_eq!(whole.tokens, [1, 2]);
    }

    #[test]
    fn an_escape_pair_cut_between_parts_is_healed_by_joining() {
        let whole: Whole<u8> = [part(1, Coding::Gsm7, &[0x1B]), part(2, Coding::Gsm7, &[0x65])]
            .into_iter()
            .collect();
        assert_eq!(whole.text(), Ok("€".into()));
    }

    #[test]
    fn parts_of_different_codings_are_each_read_in_their_own() {
        let whole: Whole<u8> = [
            part(1, Coding::Gsm7, &[0x00]),
            part(2, Coding::Ucs2, &[0x04, 0x36]),
        ]
        .into_iter()
        .collect();
        assert_eq!(whole.runs.len(), 2);
        assert_eq!(whole.text(), Ok("@ж".into()));
    }
}
