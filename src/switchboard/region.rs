//! Which country a number is at home in.

use crate::domain::E164;
use crate::domain::pool::Region;

/// The region of a number by its country code, as libphonenumber knows it; shared codes give their main
/// country ("US" for +1) unless the area code tells more.
pub fn of(number: E164) -> Option<Region> {
    let parsed = phonenumber::parse(None, number.to_string()).ok()?;
    let code: phonenumber::country::Id = parsed.country().id()?;
    Region::parse(code.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbers_country_is_found() {
        let region = |text: &str| of(text.parse().unwrap()).map(|r| r.to_string());
        assert_eq!(region("+442079460000"), Some("GB".into()));
        assert_eq!(region("+14155550101"), Some("US".into()));
        assert_eq!(region("+99912345678"), None);
    }
}
