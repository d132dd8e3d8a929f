//! Where somebody's clock stands: what they say themselves, or what their telephone number tells.

mod areas;
mod countries;

use chrono_tz::Tz;

use super::E164;

/// Reads the name of a zone, such as `Europe/Berlin`; the error says what to write.
pub fn parse(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| {
        let shown: String = name.chars().take(60).collect();
        format!("`{shown}` is no time zone; write its IANA name, such as Europe/Berlin or America/New_York")
    })
}

/// The zone of a phone, by its area code in North America, else by its country (ISO 3166) where all of it keeps one
/// time; none where the number does not tell.
pub fn of_phone(phone: E164, country: Option<&str>) -> Option<Tz> {
    let digits = phone.as_i64().to_string();
    let name = match (digits.strip_prefix('1'), country) {
        // The islands of country code 1 are countries of their own.
        (Some(rest), None | Some("US" | "CA")) => {
            let area: u16 = rest.get(..3)?.parse().ok()?;
            let at = areas::AREAS.binary_search_by_key(&area, |(code, _)| *code).ok()?;
            areas::AREAS.get(at)?.1
        }
        (_, country) => {
            let country = country?;
            let at = countries::COUNTRIES
                .binary_search_by_key(&country, |(code, _)| *code)
                .ok()?;
            countries::COUNTRIES.get(at)?.1
        }
    };
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_tables_is_one_and_they_are_in_order() {
        for (code, name) in countries::COUNTRIES {
            assert!(parse(name).is_ok(), "{code}: {name}");
        }
        for (code, name) in areas::AREAS {
            assert!(parse(name).is_ok(), "{code}: {name}");
        }
        assert!(countries::COUNTRIES.is_sorted_by_key(|(code, _)| *code));
        assert!(areas::AREAS.is_sorted_by_key(|(code, _)| *code));
    }

    #[test]
    fn a_number_tells_its_zone_or_nothing() {
        let zone = |phone: &str, country| of_phone(phone.parse().unwrap(), country).map(Tz::name);
        assert_eq!(zone("+14155550101", Some("US")), Some("America/Los_Angeles"));
        assert_eq!(zone("+12125550101", Some("US")), Some("America/New_York"));
        assert_eq!(zone("+18765550101", Some("JM")), Some("America/Jamaica"));
        assert_eq!(zone("+493012345678", Some("DE")), Some("Europe/Berlin"));
        // Two zones share the code, a country has several, or nothing is known.
        assert_eq!(zone("+12085550101", Some("US")), None);
        assert_eq!(zone("+61212345678", Some("AU")), None);
        assert_eq!(zone("+99912345678", None), None);
    }

    #[test]
    fn what_is_no_zone_is_refused_with_what_to_write() {
        assert!(parse("Mars/Olympus").unwrap_err().contains("Europe/Berlin"));
        assert!(parse("").is_err() && parse(&"x".repeat(9_999)).unwrap_err().len() < 200);
    }
}
