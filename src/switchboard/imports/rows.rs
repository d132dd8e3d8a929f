//! What a line of a file says: a member to be, or a pair; or why it says nothing that could be. Pure.

use phonenumber::country;
use serde::Deserialize;
use serde_json::error::Category;

use super::csv::{Cutter, not_utf8};
use super::phone::phone;
use crate::domain::E164;
use crate::domain::id::MemberId;
use crate::domain::pool::Region;
use crate::switchboard::communities::{MAX_NAME_CHARS, checked_name};
use crate::switchboard::members::MAX_DEVICES;
use crate::switchboard::region;

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
    cutter: Cutter,
}

impl RowReader {
    /// For JSON lines. `region` is where numbers without a country code are at home.
    pub fn json(kind: ImportKind, region: Option<Region>) -> Self {
        Self {
            kind,
            home: region.and_then(|region| region.to_string().parse().ok()),
            columns: None,
            cutter: Cutter::new(),
        }
    }

    /// For CSV with this header; or what is wrong with it.
    pub fn csv(kind: ImportKind, region: Option<Region>, header: &[u8]) -> Result<Self, String> {
        let mut reader = Self::json(kind, region);
        let names = reader
            .cutter
            .cut(header)
            .map_err(|r| format!("the header {}", r.sentence))?;
        let (required, optional): (&[&'static str], &[&'static str]) = match kind {
            ImportKind::Members => (&["name"], &["phone", "reference", "guest"]),
            ImportKind::Contacts => (&["member", "contact"], &[]),
        };
        let all = || required.iter().chain(optional);
        let allowed = all().copied().collect::<Vec<_>>().join(",");
        let mut columns: Vec<&'static str> = Vec::new();
        for (name, at) in names.iter().zip(1..) {
            let name = name.to_lowercase();
            let name = if name == "phones" { "phone" } else { &name };
            match all().find(|known| **known == name) {
                Some(known) if columns.contains(known) => {
                    return Err(format!("the header has the column `{known}` twice"));
                }
                Some(known) => columns.push(known),
                // Not by its name: where the header is forgotten, that is somebody's name or number.
                None => {
                    return Err(format!(
                        "the header is not known in column {at}; allowed are {allowed}, with commas between"
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
        let fields = self.cutter.cut(line)?;
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
        // Never in the words of the parser, which repeat what the line says: names, numbers, whatever it holds.
        let wrong = |error: serde_json::Error| {
            let what = match error.classify() {
                Category::Data => "a field is unknown, lacking, there twice or of another kind",
                _ => "it is no JSON object",
            };
            let allowed = match self.kind {
                ImportKind::Members => {
                    "`name` and `reference` (text), `phone` (text, or a list of texts) and `guest` (true or false)"
                }
                ImportKind::Contacts => "`member` and `contact` (text)",
            };
            let column = error.column();
            refusal(
                "malformed",
                format!("{what}, near column {column}; allowed are {allowed}"),
            )
        };
        match self.kind {
            ImportKind::Members => {
                let read: MemberLine = serde_json::from_str(text).map_err(wrong)?;
                let phones = match read.phone {
                    None => Vec::new(),
                    Some(Phones::One(one)) => vec![one],
                    Some(Phones::Several(several)) => several,
                };
                let phones = phones
                    .iter()
                    .map(|phone| phone.trim())
                    .filter(|phone| !phone.is_empty());
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
            let phone = phone(self.home, text)?;
            if known.len() == MAX_DEVICES {
                let told = format!("has more than {MAX_DEVICES} phones");
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
            return phone(self.home, text).map(Named::Phone);
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
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
