//! Reading the CSV of `pool import`: a header, then a number a row.

use phonenumber::country;

use crate::domain::E164;
use crate::domain::pool::{Capabilities, Capability, Region};
use crate::switchboard::pool_file::{ImportRow, RowProblem};

const REQUIRED: [&str; 2] = ["number", "carrier"];
const OPTIONAL: [&str; 5] = [
    "capabilities",
    "region",
    "rate_per_s",
    "texts_per_day",
    "campaign",
];

/// Where each column stands.
struct Columns {
    number: usize,
    carrier: usize,
    capabilities: Option<usize>,
    region: Option<usize>,
    rate_per_s: Option<usize>,
    texts_per_day: Option<usize>,
    campaign: Option<usize>,
}

/// Reads all rows, or says what is wrong with each that is wrong. `region` is where numbers without a `+`
/// are at home.
pub fn read(bytes: &[u8], region: Option<country::Id>) -> Result<Vec<ImportRow>, Vec<RowProblem>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader.headers().map_err(|e| vec![malformed(1, &e)])?.clone();
    let columns = Columns::find(&header).map_err(|sentence| vec![problem(1, sentence)])?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = line_at(bytes, error.position());
                problems.push(malformed(line, &error));
                continue;
            }
        };
        let line = line_at(bytes, record.position());
        if record.len() != header.len() {
            let told = format!("has {} fields; the header has {}", record.len(), header.len());
            problems.push(problem(line, told));
            continue;
        }
        match columns.row(&record, line, region) {
            Ok(row) => rows.push(row),
            Err(sentences) => problems.extend(sentences.into_iter().map(|s| problem(line, s))),
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}

/// The line of a record. The reader's own count is late by one after CRLF, whose LF it leaves for later.
fn line_at(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let start = position.map_or(0, |p| p.byte() as usize).min(bytes.len());
    let blank = bytes[start..]
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n'))
        .count();
    let before = &bytes[..start + blank];
    before.iter().filter(|b| **b == b'\n').count() as u64 + 1
}

fn problem(line: u64, sentence: impl Into<String>) -> RowProblem {
    RowProblem {
        line,
        sentence: sentence.into(),
    }
}

fn malformed(line: u64, error: &csv::Error) -> RowProblem {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => problem(line, "is not UTF-8; save the file as UTF-8"),
        _ => problem(line, format!("is not CSV: {error}")),
    }
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, String> {
        let allowed = "allowed are number, carrier, and if wanted capabilities, region, rate_per_s, \
                       texts_per_day, campaign";
        let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
        for (at, name) in names.iter().enumerate() {
            if !REQUIRED.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()) {
                return Err(format!("the header has the column `{name}`; {allowed}"));
            }
            if names[..at].contains(name) {
                return Err(format!("the header has the column `{name}` twice"));
            }
        }
        let at = |name: &str| names.iter().position(|n| n == name);
        let required =
            |name: &str| at(name).ok_or(format!("the header lacks the column `{name}`; {allowed}"));
        Ok(Self {
            number: required("number")?,
            carrier: required("carrier")?,
            capabilities: at("capabilities"),
            region: at("region"),
            rate_per_s: at("rate_per_s"),
            texts_per_day: at("texts_per_day"),
            campaign: at("campaign"),
        })
    }

    fn row(
        &self,
        record: &csv::StringRecord,
        line: u64,
        region: Option<country::Id>,
    ) -> Result<ImportRow, Vec<String>> {
        let given = |at: Option<usize>| at.and_then(|at| record.get(at)).filter(|text| !text.is_empty());
        let mut problems = Vec::new();
        let mut take = |problem: String| problems.push(problem);
        let number = number(given(Some(self.number)).unwrap_or_default(), region)
            .map_err(&mut take)
            .ok();
        let carrier = given(Some(self.carrier)).unwrap_or_default();
        if carrier.is_empty() {
            take("carrier is empty; write the name of a carrier".into());
        }
        let capabilities =
            given(self.capabilities).and_then(|text| capabilities(text).map_err(&mut take).ok());
        let home = given(self.region).and_then(|text| {
            let region = Region::parse(text);
            if region.is_none() {
                take(format!("region is `{text}`; allowed are two letters, as US"));
            }
            region
        });
        let rate_per_s = given(self.rate_per_s).and_then(|text| {
            let rate = text.parse::<f64>().ok().filter(|r| (0.0..=10_000.0).contains(r));
            if rate.is_none() {
                take(format!(
                    "rate_per_s is `{text}`; allowed are 0 (no limit) to 10000"
                ));
            }
            rate
        });
        let texts_per_day = given(self.texts_per_day).and_then(|text| {
            let texts = text.parse::<i64>().ok().filter(|texts| *texts >= 0);
            if texts.is_none() {
                take(format!(
                    "texts_per_day is `{text}`; allowed are 0 (no limit) and whole numbers above"
                ));
            }
            texts
        });
        match number {
            Some(number) if problems.is_empty() => Ok(ImportRow {
                line,
                number,
                carrier: carrier.to_owned(),
                capabilities,
                region: home,
                rate_per_s,
                texts_per_day,
                campaign: given(self.campaign).map(str::to_owned),
            }),
            _ => Err(problems),
        }
    }
}

/// A number as people write it: `+1 (415) 555-0101`, or `415-555-0101` where the region is known.
fn number(text: &str, region: Option<country::Id>) -> Result<E164, String> {
    if let Ok(number) = text.parse::<E164>() {
        return Ok(number);
    }
    let hint = match region {
        None if !text.starts_with('+') => "write +, country code and number, or name a --region".to_owned(),
        _ => format!("allowed are telephone numbers {}", E164::SUCH_AS),
    };
    let wrong = || {
        format!(
            "number is `{}`; {hint}",
            text.chars().take(40).collect::<String>()
        )
    };
    let parsed = phonenumber::parse(region, text).map_err(|_| wrong())?;
    if parsed.extension().is_some() {
        return Err(format!("number is `{text}`; a pool number has no extension"));
    }
    parsed
        .format()
        .mode(phonenumber::Mode::E164)
        .to_string()
        .parse()
        .map_err(|_| wrong())
}

fn capabilities(text: &str) -> Result<Capabilities, String> {
    let words = text
        .split([' ', ',', ';', '|', '+'])
        .filter(|word| !word.is_empty());
    let set: Result<Vec<Capability>, String> = words
        .map(|word| match word.to_lowercase().as_str() {
            "sms" => Ok(Capability::Sms),
            "mms" => Ok(Capability::Mms),
            "voice" => Ok(Capability::Voice),
            _ => Err(format!(
                "capabilities is `{text}`; allowed are sms, mms, voice, with spaces between"
            )),
        })
        .collect();
    set.map(Capabilities::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<(u64, String)> {
        let problems = read(text.as_bytes(), None).unwrap_err();
        problems.into_iter().map(|p| (p.line, p.sentence)).collect()
    }

    #[test]
    fn what_spreadsheets_write_is_understood() {
        let text = "\u{feff}Carrier,number,capabilities,rate_per_s,Texts_Per_Day,campaign\r\n\
                    acme,+14155550101,\"sms, voice\",2,200,\"Main, US\"\r\n\r\n\
                    \"acme\", (415) 555-0102 ,,,,\r\n\
                    acme,+1 415-555-0103,mms,0.5,0,\r\n";
        let rows = read(text.as_bytes(), Some(country::US)).unwrap();
        let numbers: Vec<String> = rows.iter().map(|r| r.number.to_string()).collect();
        assert_eq!(numbers, ["+14155550101", "+14155550102", "+14155550103"]);
        assert_eq!(rows.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(rows[0].capabilities, Some(Capabilities::usual()));
        assert_eq!((rows[1].capabilities, rows[1].rate_per_s), (None, None));
        assert_eq!((rows[2].rate_per_s, rows[2].texts_per_day), (Some(0.5), Some(0)));
        assert_eq!(
            (rows[0].texts_per_day, rows[0].campaign.as_deref()),
            (Some(200), Some("Main, US"))
        );
        assert_eq!((rows[1].texts_per_day, &rows[1].campaign), (None, &None));
    }

    #[test]
    fn a_header_is_required() {
        for (text, told) in [
            ("", "lacks the column `number`"),
            (
                "+14155550101,acme\n",
                "column `+14155550101`; allowed are number, carrier",
            ),
            ("number\n", "lacks the column `carrier`"),
            ("number,carrier,number\n", "`number` twice"),
        ] {
            let problems = refused(text);
            assert!(
                problems.len() == 1 && problems[0].0 == 1 && problems[0].1.contains(told),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn each_wrong_row_is_named_by_its_line() {
        let text = "number,carrier,region,rate_per_s,capabilities\n\
                    415-555-0101,acme,US,1,sms\n\
                    +14155550102,acme,USA,-1,fax\n\
                    +14155550103\n\
                    +14155550104,,,,\n\
                    +14155550105 ext. 3,acme,,,\n\
                    +14155550106,acme,,,\n";
        let problems = refused(text);
        let lines: Vec<u64> = problems.iter().map(|p| p.0).collect();
        assert_eq!(lines, [2, 3, 3, 3, 4, 5, 6], "{problems:?}");
        assert!(
            problems[0]
                .1
                .contains("`415-555-0101`; write +, country code and number, or name a --region")
        );
        assert!(problems[4].1.contains("has 1 fields; the header has 5"));
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_named_by_their_line() {
        let problems = read(b"number,carrier\n+14155550101,caf\xe9\n", None).unwrap_err();
        assert_eq!(
            (problems[0].line, problems[0].sentence.contains("UTF-8")),
            (2, true)
        );
    }
}
