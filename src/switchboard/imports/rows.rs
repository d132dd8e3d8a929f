//! What a line of a file says: a member to be, or a pair; or why it says nothing that could be. Pure.

use phonenumber::country;
use serde::Deserialize;

use crate::domain::E164;
use crate::domain::id::MemberId;
use crate::domain::pool::Region;
use crate::switchboard::communities::{MAX_NAME_CHARS, checked_name};
use crate::switchboard::region;

/// Most phones of a member.
const MOST_PHONES: usize = 10;
/// Longest text that is looked at as a phone.
const LONGEST_PHONE: usize = 40;
/// Most columns that a line is cut into.
const MOST_COLUMNS: usize = 32;
/// Digits in a row that may be shown: what is longer may be a telephone number.
const SHOWN_DIGITS: usize = 4;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Members.
    Members,
    /// Pairs of members.
    Contacts,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// A header, then a row a line, with commas between.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Why a row is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A stable word.
    pub reason: &'static str,
    /// What is wrong, and what is allowed; without real numbers.
    pub sentence: String,
}

pub(super) fn refusal(reason: &'static str, sentence: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        sentence: sentence.into(),
    }
}

/// A member to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MemberToBe {
    pub name: String,
    /// The first is the one that texts go to.
    pub phones: Vec<(E164, Option<Region>)>,
    pub reference: Option<String>,
    pub guest: bool,
}

/// How a member of a pair is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Named {
    Id(MemberId),
    Phone(E164),
    Reference(String),
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Member(MemberToBe),
    Pair(Named, Named),
}

/// Reads rows of one kind.
pub(super) struct RowReader {
    kind: ImportKind,
    home: Option<country::Id>,
    /// Where each field stands; none for JSON.
    columns: Option<Vec<&'static str>>,
    csv: csv_core::Reader,
    fields: Vec<u8>,
}

impl RowReader {
    /// For JSON lines. `region` is where numbers without a country code are at home.
    pub fn json(kind: ImportKind, region: Option<Region>) -> Self {
        Self {
            kind,
            home: region.and_then(|region| region.to_string().parse().ok()),
            columns: None,
            csv: csv_core::Reader::new(),
            fields: Vec::new(),
        }
    }

    /// For CSV with this header; or what is wrong with it.
    pub fn csv(kind: ImportKind, region: Option<Region>, header: &[u8]) -> Result<Self, String> {
        let mut reader = Self::json(kind, region);
        let names = reader
            .cut(header)
            .map_err(|r| format!("the header {}", r.sentence))?;
        let (required, optional): (&[&'static str], &[&'static str]) = match kind {
            ImportKind::Members => (&["name"], &["phone", "reference", "guest"]),
            ImportKind::Contacts => (&["member", "contact"], &[]),
        };
        let all = || required.iter().chain(optional);
        let allowed = all().copied().collect::<Vec<_>>().join(",");
        let mut columns: Vec<&'static str> = Vec::new();
        for name in names {
            let name = name.to_lowercase();
            let name = if name == "phones" { "phone" } else { &name };
            match all().find(|known| **known == name) {
                Some(known) if columns.contains(known) => {
                    return Err(format!("the header has the column `{known}` twice"));
                }
                Some(known) => columns.push(known),
                None => {
                    let name: String = hidden(name).chars().take(40).collect();
                    return Err(format!(
                        "the header has the column `{name}`; allowed are {allowed}, with commas between"
                    ));
                }
            }
        }
        if let Some(missing) = required.iter().find(|name| !columns.contains(name)) {
            return Err(format!(
                "the header lacks the column `{missing}`; allowed are {allowed}"
            ));
        }
        reader.columns = Some(columns);
        Ok(reader)
    }

    /// What a line says; nothing where it is blank. Never fails otherwise than by a refusal, whatever the line is.
    pub fn read(&mut self, line: Option<&[u8]>) -> Option<Result<Content, Refusal>> {
        let Some(line) = line else {
            let told = format!("is longer than {} bytes", super::lines::LONGEST);
            return Some(Err(refusal("too_long", told)));
        };
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let read = match self.columns.clone() {
            Some(columns) => self.read_csv(line, &columns),
            None => self.read_json(line),
        };
        Some(read)
    }

    fn read_csv(&mut self, line: &[u8], columns: &[&'static str]) -> Result<Content, Refusal> {
        let fields = self.cut(line)?;
        if fields.len() != columns.len() {
            let told = format!("has {} fields; the header has {}", fields.len(), columns.len());
            return Err(refusal("wrong_columns", told));
        }
        let field = |name: &str| {
            let at = columns.iter().position(|column| *column == name)?;
            fields.get(at).map(String::as_str)
        };
        match self.kind {
            ImportKind::Members => {
                let phones = field("phone").unwrap_or_default();
                let guest = match field("guest").unwrap_or_default().to_lowercase().as_str() {
                    "" | "false" | "no" | "0" => false,
                    "true" | "yes" | "1" => true,
                    _ => return Err(refusal("bad_guest", "guest is neither true nor false")),
                };
                let phones = phones.split([';', '|']).map(str::trim).filter(|p| !p.is_empty());
                let name = field("name").unwrap_or_default();
                self.member(name, phones, field("reference").unwrap_or_default(), guest)
            }
            ImportKind::Contacts => self.pair(
                field("member").unwrap_or_default(),
                field("contact").unwrap_or_default(),
            ),
        }
    }

    fn read_json(&self, line: &[u8]) -> Result<Content, Refusal> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct MemberLine {
            name: String,
            #[serde(default, alias = "phones")]
            phone: Option<Phones>,
            reference: Option<String>,
            guest: Option<bool>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Phones {
            One(String),
            Several(Vec<String>),
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct PairLine {
            member: String,
            contact: String,
        }
        let text = std::str::from_utf8(line).map_err(|_| not_utf8())?;
        let wrong = |error: serde_json::Error| {
            let told = error.to_string();
            let told = told
                .rsplit_once(" at line ")
                .map_or(told.as_str(), |(told, _)| told);
            let told: String = hidden(told).chars().take(200).collect();
            refusal("malformed", format!("is not the JSON that is wanted: {told}"))
        };
        match self.kind {
            ImportKind::Members => {
                let read: MemberLine = serde_json::from_str(text).map_err(wrong)?;
                let phones = match read.phone {
                    None => Vec::new(),
                    Some(Phones::One(one)) => vec![one],
                    Some(Phones::Several(several)) => several,
                };
                let phones = phones.iter().map(|phone| phone.trim());
                let reference = read.reference.unwrap_or_default();
                self.member(&read.name, phones, &reference, read.guest.unwrap_or(false))
            }
            ImportKind::Contacts => {
                let read: PairLine = serde_json::from_str(text).map_err(wrong)?;
                self.pair(&read.member, &read.contact)
            }
        }
    }

    fn member<'a>(
        &self,
        name: &str,
        phones: impl Iterator<Item = &'a str>,
        reference: &str,
        guest: bool,
    ) -> Result<Content, Refusal> {
        let name = checked_name(name).map_err(|error| refusal("bad_name", error.to_string()))?;
        let mut known: Vec<(E164, Option<Region>)> = Vec::new();
        for text in phones {
            let phone = self.phone(text)?;
            if known.len() == MOST_PHONES {
                let told = format!("has more than {MOST_PHONES} phones");
                return Err(refusal("too_many_devices", told));
            }
            if known.iter().all(|(other, _)| *other != phone) {
                known.push((phone, region::of(phone)));
            }
        }
        let reference = match reference.trim() {
            "" => None,
            text => Some(self.reference(text)?),
        };
        if known.is_empty() && reference.is_none() {
            let told = "has neither a phone nor a reference; one is needed, so that a second import knows the member again";
            return Err(refusal("no_key", told));
        }
        Ok(Content::Member(MemberToBe {
            name: name.to_owned(),
            phones: known,
            reference,
            guest,
        }))
    }

    fn pair(&self, member: &str, contact: &str) -> Result<Content, Refusal> {
        Ok(Content::Pair(
            self.named("member", member.trim())?,
            self.named("contact", contact.trim())?,
        ))
    }

    fn named(&self, what: &str, text: &str) -> Result<Named, Refusal> {
        if text.is_empty() {
            let told = format!("{what} is empty; write an id (mem_…), a phone (+…) or a reference");
            return Err(refusal("no_key", told));
        }
        if text.starts_with("mem_") {
            let id = text.parse().map(Named::Id);
            return id.map_err(|_| {
                refusal(
                    "bad_id",
                    format!("{what} begins with mem_ and is not an id of a member"),
                )
            });
        }
        if text.starts_with('+') {
            return self.phone(text).map(Named::Phone);
        }
        self.reference(text).map(Named::Reference)
    }

    fn reference(&self, text: &str) -> Result<String, Refusal> {
        let chars = text.chars().count();
        let is_like_another = text.starts_with("mem_") || text.starts_with('+');
        if chars > MAX_NAME_CHARS || text.chars().any(char::is_control) || is_like_another {
            let told = format!(
                "the reference is not 1 to {MAX_NAME_CHARS} printable characters that begin with neither `mem_` nor `+`"
            );
            return Err(refusal("bad_reference", told));
        }
        Ok(text.to_owned())
    }

    /// A number as people write it: `+1 (415) 555-0101`, or `415-555-0101` where the region is known.
    fn phone(&self, text: &str) -> Result<E164, Refusal> {
        if let Ok(phone) = text.parse() {
            return Ok(phone);
        }
        let hint = match self.home {
            None if !text.starts_with('+') => "write +, country code and number, or name a region",
            _ => "allowed are telephone numbers such as +14155550101",
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
        let parsed = phonenumber::parse(self.home, text).map_err(|_| wrong())?;
        let written = parsed.format().mode(phonenumber::Mode::E164).to_string();
        written.parse().map_err(|_| wrong())
    }

    /// The fields of a line of CSV.
    fn cut(&mut self, line: &[u8]) -> Result<Vec<String>, Refusal> {
        if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
            return Err(refusal("not_utf8", "is UTF-16; save the file as UTF-8"));
        }
        std::str::from_utf8(line).map_err(|_| not_utf8())?;
        self.csv.reset();
        self.fields.resize(line.len() + 2, 0);
        let mut input = line.to_vec();
        input.push(b'\n');
        let mut ends = [0usize; MOST_COLUMNS];
        // There is room for all of it, so that whatever does not end here is still within a quote.
        let (came, _, _, found) = self.csv.read_record(&input, &mut self.fields, &mut ends);
        match came {
            csv_core::ReadRecordResult::Record => {}
            csv_core::ReadRecordResult::OutputEndsFull => {
                let told = format!("has more than {MOST_COLUMNS} fields");
                return Err(refusal("wrong_columns", told));
            }
            _ => {
                let told =
                    "has a quote that is not closed; a row is one line, and a quote within quotes is doubled";
                return Err(refusal("malformed", told));
            }
        }
        let mut begin = 0;
        let mut fields = Vec::with_capacity(found);
        for end in &ends[..found] {
            let field = self.fields.get(begin..*end).unwrap_or_default();
            let field = std::str::from_utf8(field).map_err(|_| not_utf8())?;
            fields.push(field.trim().to_owned());
            begin = *end;
        }
        Ok(fields)
    }
}

fn not_utf8() -> Refusal {
    refusal("not_utf8", "is not UTF-8; save the file as UTF-8")
}

/// The same without digits that could be a telephone number.
fn hidden(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut digits = String::new();
    let end = |shown: &mut String, digits: &mut String| {
        match digits.len() > SHOWN_DIGITS {
            true => shown.push_str("•••"),
            false => shown.push_str(digits),
        }
        digits.clear();
    };
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else {
            end(&mut shown, &mut digits);
            shown.push(letter);
        }
    }
    end(&mut shown, &mut digits);
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn members(header: &str) -> RowReader {
        RowReader::csv(ImportKind::Members, None, header.as_bytes()).unwrap()
    }

    fn member(read: Option<Result<Content, Refusal>>) -> MemberToBe {
        match read.unwrap().unwrap() {
            Content::Member(member) => member,
            other => panic!("{other:?}"),
        }
    }

    fn reason(read: Option<Result<Content, Refusal>>) -> &'static str {
        read.unwrap().unwrap_err().reason
    }

    #[test]
    fn quotes_several_phones_and_columns_in_any_order_are_understood() {
        let mut reader = members("Reference, Phones ,name");
        let line = "\"r \"\"1\"\"\",\"+14155550101; +1 (415) 555-0102\",\"Doe, Jane\"";
        let jane = member(reader.read(Some(line.as_bytes())));
        assert_eq!(
            (jane.name.as_str(), jane.reference.as_deref()),
            ("Doe, Jane", Some("r \"1\""))
        );
        let phones: Vec<String> = jane.phones.iter().map(|(phone, _)| phone.to_string()).collect();
        assert_eq!(phones, ["+14155550101", "+14155550102"]);
        assert_eq!(jane.phones[0].1.map(|r| r.to_string()), Some("US".into()));
        assert!(reader.read(Some(b"  ")).is_none());
    }

    #[test]
    fn each_fault_of_a_row_has_its_word() {
        let mut reader = members("name,phone,reference,guest");
        for (line, word) in [
            ("Ann,+14155550101,", "wrong_columns"),
            ("Ann,4155550101,,", "bad_phone"),
            ("Ann,+1415,,", "bad_phone"),
            (",+14155550101,,", "bad_name"),
            ("Ann,,,", "no_key"),
            ("Ann,,+1,", "bad_reference"),
            ("Ann,,r,perhaps", "bad_guest"),
            ("\"Ann,+14155550101,,", "malformed"),
        ] {
            assert_eq!(reason(reader.read(Some(line.as_bytes()))), word, "{line}");
        }
        assert_eq!(reason(reader.read(Some(b"Ann,\xff,,"))), "not_utf8");
        assert_eq!(reason(reader.read(None)), "too_long");
        let many = vec![","; 40].concat();
        assert_eq!(reason(reader.read(Some(many.as_bytes()))), "wrong_columns");
        // After a fault the next row is read as if nothing had been.
        assert!(member(reader.read(Some(b"Ann,+14155550101,,yes"))).guest);
    }

    #[test]
    fn no_refusal_repeats_a_telephone_number() {
        let mut json = RowReader::json(ImportKind::Members, None);
        for line in [
            r#"{"name": 4155550101}"#,
            r#"{"name": "Ann", "4155550101": 1}"#,
            r#"{"name": "Ann", "phone": "4155550101"}"#,
            "4155550101",
        ] {
            let told = json.read(Some(line.as_bytes())).unwrap().unwrap_err();
            assert!(!told.sentence.contains("55501"), "{told:?}");
        }
        let header = RowReader::csv(ImportKind::Members, None, b"+14155550101")
            .err()
            .unwrap();
        assert!(!header.contains("55501"), "{header}");
    }

    #[test]
    fn json_lines_say_the_same_as_csv() {
        let mut json = RowReader::json(ImportKind::Members, None);
        let line = br#"{"name": "Ann", "phones": ["+14155550101"], "reference": "r1", "guest": true}"#;
        let mut csv = members("name,phone,reference,guest");
        assert_eq!(json.read(Some(line)), csv.read(Some(b"Ann,+14155550101,r1,true")));
        assert_eq!(reason(json.read(Some(b"[]"))), "malformed");
    }

    #[test]
    fn a_pair_names_members_by_id_phone_or_reference() {
        let mut reader = RowReader::csv(ImportKind::Contacts, None, b"member,contact").unwrap();
        let id = MemberId::from_i64(7);
        let read = reader
            .read(Some(format!("{id},+14155550101").as_bytes()))
            .unwrap();
        let phone = "+14155550101".parse().unwrap();
        assert_eq!(read, Ok(Content::Pair(Named::Id(id), Named::Phone(phone))));
        let read = reader.read(Some(b"r 1,4155550101")).unwrap();
        let expected = Content::Pair(
            Named::Reference("r 1".into()),
            Named::Reference("4155550101".into()),
        );
        assert_eq!(read, Ok(expected));
        assert_eq!(reason(reader.read(Some(b"mem_1,a"))), "bad_id");
        assert_eq!(reason(reader.read(Some(b",a"))), "no_key");
    }

    #[test]
    fn a_header_says_what_it_lacks_and_what_is_unknown() {
        let told = |kind, header: &[u8]| RowReader::csv(kind, None, header).err().unwrap();
        assert!(told(ImportKind::Members, b"phone").contains("lacks the column `name`"));
        assert!(told(ImportKind::Members, b"name;phone").contains("with commas between"));
        assert!(told(ImportKind::Members, b"name,phone,phones").contains("`phone` twice"));
        assert!(told(ImportKind::Contacts, b"member,friend").contains("`friend`"));
        assert!(told(ImportKind::Contacts, b"\xff\xfem\0").contains("UTF-16"));
    }

    proptest! {
        #[test]
        fn whatever_a_line_holds_it_is_read_or_refused(
            line in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'+'), b'0'..=b'9', any::<u8>()], 0..80)
        ) {
            let us = Region::parse("US");
            for kind in [ImportKind::Members, ImportKind::Contacts] {
                let header: &[u8] = match kind {
                    ImportKind::Members => b"name,phone,reference",
                    ImportKind::Contacts => b"member,contact",
                };
                let mut csv = RowReader::csv(kind, us, header).unwrap();
                csv.read(Some(&line));
                RowReader::json(kind, us).read(Some(&line));
                let _ = RowReader::csv(kind, us, &line);
            }
        }
    }
}
