//! Telephone numbers as people write them. Pure.

use phonenumber::country;

use super::rows::{Refusal, refusal};
use crate::domain::E164;

/// Longest text that is looked at as a phone.
const LONGEST_PHONE: usize = 40;

/// A number as people write it: `+1 (415) 555-0101`, or `415-555-0101` where the region is known.
pub(super) fn phone(home: Option<country::Id>, text: &str) -> Result<E164, Refusal> {
    if let Ok(phone) = text.parse() {
        return Ok(phone);
    }
    let hint = match home {
        None if !text.starts_with('+') => "write +, country code and number, or name a region".to_owned(),
        _ => format!("allowed are telephone numbers {}", E164::SUCH_AS),
    };
    let wrong = || {
        refusal(
            "bad_phone",
            format!("the phone is not a telephone number; {hint}"),
        )
    };
    let is_allowed = |byte: u8| byte.is_ascii_digit() || b" +-().,/".contains(&byte);
    if text.is_empty() || text.len() > LONGEST_PHONE || !text.bytes().all(is_allowed) {
        return Err(wrong());
    }
    let parsed = phonenumber::parse(home, text).map_err(|_| wrong())?;
    let written = parsed.format().mode(phonenumber::Mode::E164).to_string();
    written.parse().map_err(|_| wrong())
}
