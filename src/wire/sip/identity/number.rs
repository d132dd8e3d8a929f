//! Telephone numbers as URIs hold them (RFC 3966), and as a trunk writes them.

use super::address::parameter;

/// The most digits of a number as dialled: fifteen and a prefix.
const MOST_DIGITS: usize = 20;
/// E.164 has no longer ones, and no country has ones so short that can be called from abroad.
const E164_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A telephone number as somebody wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// It began with `+`.
    pub global: bool,
    /// ASCII digits, separators removed.
    pub digits: String,
    /// The digits of `phone-context`, where it is one: the country, or more, in which a local number is valid.
    pub context: Option<String>,
}

/// Debug output shows no number.
impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Subscriber({} digits, global: {})",
            self.digits.len(),
            self.global
        )
    }
}

impl Subscriber {
    /// Reads the user part of a URI: a number, then parameters. Those that route (`npdi`, `rn`, `tgrp`) say nothing
    /// about who it is and are passed over.
    pub(super) fn parse(user: &[u8]) -> Option<Self> {
        let end = user.iter().position(|b| *b == b';').unwrap_or(user.len());
        let number = unescape(user.get(..end)?)?;
        let parameters = user.get(end..)?;
        let (global, rest) = match number.strip_prefix(b"+") {
            Some(rest) => (true, rest),
            None => (false, number.as_slice()),
        };
        let digits = digits(rest)?;
        let context = match parameter(parameters, b"phone-context") {
            // A global number has none (RFC 3966, section 5.1.4).
            Some(_) if global => return None,
            // Given twice, or empty.
            Some(b"") => return None,
            Some(context) => match unescape(context)?.strip_prefix(b"+") {
                Some(prefix) => Some(self::digits(prefix)?),
                // A domain: whoever uses the trunk knows what that means there.
                None => None,
            },
            None => None,
        };
        Some(Self {
            global,
            digits,
            context,
        })
    }
}

/// Digits, with the visual separators of RFC 3966 taken out.
fn digits(text: &[u8]) -> Option<String> {
    let mut digits = String::new();
    for byte in text {
        match byte {
            b'0'..=b'9' if digits.len() < MOST_DIGITS => digits.push(char::from(*byte)),
            b'-' | b'.' | b'(' | b')' if !digits.is_empty() || *byte == b'(' => {}
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

/// Takes out `%41`; what is escaped twice stays escaped once.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'%' {
            let (high, low) = (hex(text.get(at + 1)?)?, hex(text.get(at + 2)?)?);
            plain.push(high * 16 + low);
            at += 3;
        } else {
            plain.push(*byte);
            at += 1;
        }
    }
    Some(plain)
}

/// How a trunk writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `+14155550101`.
    Plus,
    /// `14155550101`.
    Bare,
    /// As dialled within the country: `0301234567`, `0014155550101`.
    National,
}

/// A trunk's way with numbers. The prefixes and the country matter to [`Style::National`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Which.
    pub style: Style,
    /// The digits of the country's code, `49`.
    pub country_code: String,
    /// What stands before national numbers, `0`; empty where nothing does.
    pub national_prefix: String,
    /// What stands before the country codes of others, `00`, `011`.
    pub international_prefix: String,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            style: Style::Plus,
            country_code: String::new(),
            national_prefix: String::new(),
            international_prefix: "00".into(),
        }
    }
}

impl Format {
    /// The digits of the E.164 number that was meant, without `+`. `+` and digits is understood on any trunk;
    /// digits alone are what the trunk's style says, and nothing on one that writes `+`.
    pub fn read(&self, number: &Subscriber) -> Option<String> {
        let digits = number.digits.as_str();
        let meant = match (number.global, self.style) {
            (true, _) => digits.to_owned(),
            (false, Style::Plus) => return None,
            (false, Style::Bare) if number.context.is_some() => return None,
            (false, Style::Bare) => digits.to_owned(),
            (false, Style::National) => {
                if number.context.as_ref().is_some_and(|c| *c != self.country_code) {
                    return None;
                }
                self.national(digits)?
            }
        };
        (E164_DIGITS.contains(&meant.len()) && !meant.starts_with('0')).then_some(meant)
    }

    fn national(&self, digits: &str) -> Option<String> {
        let international = Some(self.international_prefix.as_str()).filter(|prefix| !prefix.is_empty());
        if let Some(rest) = international.and_then(|prefix| digits.strip_prefix(prefix)) {
            return Some(rest.to_owned());
        }
        let national = digits.strip_prefix(self.national_prefix.as_str())?;
        Some(format!("{}{national}", self.country_code))
    }

    /// The digits of an E.164 number as this trunk writes it.
    pub fn write(&self, digits: &str) -> String {
        match self.style {
            Style::Plus => format!("+{digits}"),
            Style::Bare => digits.to_owned(),
            Style::National => match digits.strip_prefix(self.country_code.as_str()) {
                Some(national) => format!("{}{national}", self.national_prefix),
                None => format!("{}{digits}", self.international_prefix),
            },
        }
    }
}
