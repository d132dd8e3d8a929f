//! Between E.164 and SMPP addresses (SMPP 3.4, sections 5.2.5 to 5.2.9).

use phonenumber::country;

use crate::domain::E164;
use crate::wire::smpp::Address;

/// Type of number: 0 unknown, 1 international, 2 national.
const UNKNOWN: u8 = 0;
const INTERNATIONAL: u8 = 1;
const NATIONAL: u8 = 2;

/// The E.164 number in an address: with or without `+` where the type is international or unknown, in the
/// region's own format where a region is given. `None` for short codes, words and everything else.
pub(super) fn read(address: &Address, region: Option<country::Id>) -> Option<E164> {
    if !matches!(address.ton, UNKNOWN | INTERNATIONAL | NATIONAL) {
        return None;
    }
    let digits = address.addr.strip_prefix('+').unwrap_or(&address.addr);
    let international = || E164::from_digits(digits).ok();
    match (address.ton, region) {
        (INTERNATIONAL, _) | (UNKNOWN, None) => international(),
        (_, Some(region)) if !address.addr.starts_with('+') => {
            national(&address.addr, region).or_else(|| (address.ton == UNKNOWN).then(international).flatten())
        }
        (UNKNOWN, Some(_)) => international(),
        _ => None,
    }
}

/// Reads a number as people of that region write it, if it could be one there.
fn national(text: &str, region: country::Id) -> Option<E164> {
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = phonenumber::parse(Some(region), text)
        .ok()
        .filter(phonenumber::is_valid)?;
    number
        .format()
        .mode(phonenumber::Mode::E164)
        .to_string()
        .parse()
        .ok()
}

/// A number as an address of that type and plan. Digits only: the type says the rest.
pub(super) fn write(number: E164, ton: u8, npi: u8) -> Address {
    Address {
        ton,
        npi,
        addr: number.digits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(ton: u8, addr: &str) -> Address {
        Address {
            ton,
            npi: 1,
            addr: addr.into(),
        }
    }

    #[test]
    fn international_and_unknown_digits_are_numbers() {
        for (ton, addr) in [
            (1, "14155550101"),
            (1, "+14155550101"),
            (0, "14155550101"),
            (0, "+14155550101"),
        ] {
            let number = read(&address(ton, addr), None).unwrap();
            assert_eq!(number.to_string(), "+14155550101");
        }
    }

    #[test]
    fn words_and_short_codes_are_none() {
        for (ton, addr) in [
            (5, "14155550101"),
            (1, "ACME"),
            (0, "ACME"),
            (1, "72345"),
            (3, "14155550101"),
            (2, "4155550101"),
            (1, ""),
            (0, "+"),
            (1, "++14155550101"),
            (6, "123"),
        ] {
            assert_eq!(read(&address(ton, addr), None), None, "{ton} {addr}");
        }
    }

    #[test]
    fn a_region_reads_its_national_numbers_and_still_the_international_ones() {
        let us = Some(country::Id::US);
        for (ton, addr) in [
            (2, "2025550123"),
            (0, "2025550123"),
            (0, "12025550123"),
            (0, "+12025550123"),
        ] {
            assert_eq!(
                read(&address(ton, addr), us).map(|n| n.to_string()),
                Some("+12025550123".into()),
                "{addr}"
            );
        }
        assert_eq!(
            read(&address(0, "447400123456"), us).map(|n| n.to_string()),
            Some("+447400123456".into())
        );
        assert_eq!(read(&address(2, "72345"), us), None);
    }

    #[test]
    fn what_is_written_reads_back() {
        let number: E164 = "+14155550101".parse().unwrap();
        assert_eq!(read(&write(number, 1, 1), None), Some(number));
    }
}
