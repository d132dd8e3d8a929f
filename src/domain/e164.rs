//! Telephone numbers as the network writes them (ITU-T E.164).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// An E.164 number: seven to fifteen digits, the first not zero, kept as an integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(u64);

/// Why a text is not an E.164 number.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum E164Error {
    /// The international prefix is missing.
    #[error("`{0}` is not an E.164 number: it must begin with `+` and the country code, {such_as}", such_as = E164::SUCH_AS)]
    NoPlus(String),
    /// Something other than a digit stands in it.
    #[error("`{0}` is not an E.164 number: after the `+` only digits are allowed, no spaces or punctuation")]
    NotDigits(String),
    /// Too short or too long.
    #[error("`{0}` is not an E.164 number: it must have 7 to 15 digits")]
    Length(String),
    /// No country code begins with zero.
    #[error("`{0}` is not an E.164 number: no country code begins with 0")]
    LeadingZero(String),
}

impl E164 {
    /// How sentences show what a number looks like. This one is nobody's, and masked nowhere.
    pub const SUCH_AS: &str = "such as +14155550101";

    /// Reads digits without the `+` (SMPP addresses of type "international", database columns).
    pub fn from_digits(digits: &str) -> Result<Self, E164Error> {
        let shown = || digits.chars().take(40).collect::<String>();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(E164Error::NotDigits(shown()));
        }
        if !(7..=15).contains(&digits.len()) {
            return Err(E164Error::Length(shown()));
        }
        if digits.starts_with('0') {
            return Err(E164Error::LeadingZero(shown()));
        }
        digits.parse().map(Self).map_err(|_| E164Error::Length(shown()))
    }

    /// The number as an integer, for a database column.
    pub fn as_i64(self) -> i64 {
        self.0 as i64
    }

    /// Back from a database column; `None` when it never came from [`E164::as_i64`].
    pub fn from_i64(value: i64) -> Option<Self> {
        (1_000_000..=999_999_999_999_999)
            .contains(&value)
            .then_some(Self(value as u64))
    }

    /// The digits without the `+`, as SMPP writes an international number.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// True when the number begins with these digits (given with or without `+`).
    pub fn has_prefix(self, prefix: &str) -> bool {
        self.digits()
            .starts_with(prefix.strip_prefix('+').unwrap_or(prefix))
    }

    /// A form fit for logs and viewers: the first three digits and the last two.
    pub fn masked(self) -> String {
        let digits = self.digits();
        format!("+{}•••{}", &digits[..3], &digits[digits.len() - 2..])
    }

    /// A form for people who know whose it is: the country, the next three digits where enough stays hidden, and the
    /// last two.
    pub fn masked_for_people(self) -> String {
        let digits = self.digits();
        let (country, rest) = digits.split_at(country_digits(&digits));
        let (head, last) = rest.split_at(rest.len() - 2);
        match head.len() {
            0..6 => format!("+{country} ••• ••{last}"),
            _ => format!("+{country} {} ••• ••{last}", &head[..3]),
        }
    }
}

/// How many digits the country code has (ITU-T E.164, annex D).
fn country_digits(digits: &str) -> usize {
    const OF_TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
        "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if OF_TWO.contains(&two) => 2,
        _ => 3,
    }
}

impl FromStr for E164 {
    type Err = E164Error;

    fn from_str(text: &str) -> Result<Self, E164Error> {
        match text.strip_prefix('+') {
            Some(digits) => Self::from_digits(digits).map_err(|e| match e {
                E164Error::NotDigits(d) => E164Error::NotDigits(format!("+{d}")),
                E164Error::Length(d) => E164Error::Length(format!("+{d}")),
                E164Error::LeadingZero(d) => E164Error::LeadingZero(format!("+{d}")),
                other => other,
            }),
            None => Err(E164Error::NoPlus(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Debug output is masked, so that a stray `{:?}` in a log line leaks nobody's number.
impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_its_own_text() {
        let number: E164 = "+14155550101".parse().unwrap();
        assert_eq!(number.to_string(), "+14155550101");
        assert_eq!(E164::from_i64(number.as_i64()), Some(number));
    }

    #[test]
    fn what_is_not_e164_is_refused_with_what_to_mend() {
        for (text, hint) in [
            ("14155550101", "must begin with `+`"),
            ("+1 415 555", "only digits"),
            ("+123456", "7 to 15 digits"),
            ("+1234567890123456", "7 to 15 digits"),
            ("+0123456789", "begins with 0"),
            ("+", "only digits"),
            ("", "must begin with `+`"),
            ("+١٢٣٤٥٦٧٨", "only digits"),
        ] {
            let error = text.parse::<E164>().unwrap_err().to_string();
            assert!(error.contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn debug_output_hides_the_middle() {
        let number: E164 = "+14155550101".parse().unwrap();
        assert_eq!(format!("{number:?}"), "+141•••01");
    }

    #[test]
    fn prefixes_match_with_and_without_the_plus() {
        let number: E164 = "+14155550101".parse().unwrap();
        assert!(number.has_prefix("+1415") && number.has_prefix("1415") && number.has_prefix(""));
        assert!(!number.has_prefix("+44"));
    }
}
