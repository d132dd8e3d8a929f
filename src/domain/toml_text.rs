//! Where something stands in a TOML text, and what is wrong there, in words that say what is allowed.
//! Settings and pool files are refused alike: file, line, key, value, what to write instead.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML text that is well-formed.
#[derive(Debug)]
pub struct TomlText<'a> {
    file: &'a str,
    text: &'a str,
    tree: DeTable<'a>,
}

impl<'a> TomlText<'a> {
    /// Parses `text`, which `file` names in messages. A syntax error is told as `file:line:column: …`.
    pub fn parse(file: &'a str, text: &'a str) -> Result<Self, String> {
        match DeTable::parse(text) {
            Ok(tree) => Ok(Self {
                file,
                text,
                tree: tree.into_inner(),
            }),
            Err(error) => {
                let (line, column) = line_and_column(text, error.span().map_or(0, |s| s.start));
                let message = error.message().replace('\n', ", ");
                Err(format!("{file}:{line}:{column}: not TOML: {message}"))
            }
        }
    }

    /// Reads it as a `T`; the error names the line, the key, the value and what is allowed.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        toml::from_str(self.text).map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |s| s.start);
            let key = self.key_at(start).unwrap_or_default();
            self.complain(start, &reworded(&key, error.message()))
        })
    }

    /// A sentence about what stands at that offset: `file:line: sentence`.
    pub fn complain(&self, offset: usize, sentence: &str) -> String {
        let (line, _) = line_and_column(self.text, offset);
        self.complain_on(line, sentence)
    }

    /// A sentence about a line: `file:line: sentence`.
    pub fn complain_on(&self, line: usize, sentence: &str) -> String {
        format!("{}:{line}: {sentence}", self.file)
    }

    /// The line on which a key (`smpp.accounts.gw.window`, `pools[0].name`) is set, if it is.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        let mut found = None;
        visit(&self.tree, "", &mut |path, span| {
            if path == key {
                found.get_or_insert(span.start);
            }
        });
        found.map(|at| line_and_column(self.text, at).0)
    }

    /// The key that stands at an offset, or whose value does.
    fn key_at(&self, offset: usize) -> Option<String> {
        let mut best: Option<(usize, String)> = None;
        visit(&self.tree, "", &mut |path, span| {
            let smaller = best.as_ref().is_none_or(|(len, _)| span.len() <= *len);
            if span.contains(&offset) && smaller {
                best = Some((span.len(), path.to_owned()));
            }
        });
        best.map(|(_, path)| path)
    }
}

/// Shows every key, with the place of its name and that of its value. A table's place may be its heading
/// alone, so nothing is left out because its parent lies elsewhere.
fn visit(table: &DeTable<'_>, prefix: &str, see: &mut impl FnMut(&str, Range<usize>)) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path = match prefix.is_empty() {
            true => name.to_owned(),
            false => format!("{prefix}.{name}"),
        };
        see(&path, key.span());
        visit_value(value, &path, see);
    }
}

fn visit_value(value: &Spanned<DeValue<'_>>, path: &str, see: &mut impl FnMut(&str, Range<usize>)) {
    see(path, value.span());
    match value.get_ref() {
        DeValue::Table(table) => visit(table, path, see),
        DeValue::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                visit_value(value, &format!("{path}[{at}]"), see);
            }
        }
        _ => {}
    }
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Turns serde's words about `key` into a sentence that names the key, the value and what is allowed.
/// Values of passwords are not repeated.
pub fn reworded(key: &str, message: &str) -> String {
    let message = message.trim().replace('\n', ", ");
    let secret = key.ends_with("password");
    if let Some((unknown, rest)) = quoted_after(&message, "unknown field `") {
        // The key may go on below what is unknown: `htpp.listen`, where there is no `htpp`.
        let above = key.split('.').take_while(|part| *part != unknown);
        let path = above.chain([unknown]).collect::<Vec<_>>().join(".");
        return format!("{path} is no setting; known are: {}", words(rest));
    }
    if let Some((unknown, rest)) = quoted_after(&message, "unknown variant `") {
        return format!("{key} is `{unknown}`; allowed are: {}", words(rest));
    }
    if let Some((missing, _)) = quoted_after(&message, "missing field `") {
        let place = if key.is_empty() { "the file" } else { key };
        return format!("{place} lacks `{missing}`");
    }
    let wrong = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix)?.rsplit_once(", expected "));
    match wrong {
        Some((_, wanted)) if secret => format!("{key} is of the wrong kind; allowed is {}", kind(wanted)),
        Some((value, wanted)) => format!("{key} is {value}; allowed is {}", kind(wanted)),
        None if secret || key.is_empty() => format!("{key} cannot be read: {message}"),
        None => format!("{key}: {message}"),
    }
}

fn quoted_after<'m>(message: &'m str, prefix: &str) -> Option<(&'m str, &'m str)> {
    message.strip_prefix(prefix)?.split_once('`')
}

/// The words in backquotes, listed.
fn words(text: &str) -> String {
    let listed: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    match listed.is_empty() {
        true => "none".into(),
        false => listed.join(", "),
    }
}

fn kind(wanted: &str) -> String {
    let known = match wanted.trim() {
        "u8" | "an unsigned 8 bit integer" => "a whole number from 0 to 255",
        "u16" | "an unsigned 16 bit integer" => "a whole number from 0 to 65535",
        "u32" | "an unsigned 32 bit integer" => "a whole number from 0 to 4294967295",
        "u64" | "usize" | "an unsigned u64 bit integer" => "a whole number, 0 or more",
        "i64" | "an integer" | "an signed 64 bit integer" => "a whole number",
        "f64" | "a floating point" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        "a map" => "a section",
        other if other.starts_with("struct ") => "a section",
        other => other,
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Doc {
        #[allow(dead_code)]
        port: u16,
        #[allow(dead_code)]
        parts: BTreeMap<String, Part>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Part {
        #[allow(dead_code)]
        on: bool,
        #[allow(dead_code)]
        password: String,
    }

    fn problem(text: &str) -> String {
        match TomlText::parse("x.toml", text) {
            Ok(toml) => toml.read::<Doc>().unwrap_err(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        assert!(
            problem("port = 1\nparts = = 2").starts_with("x.toml:2:9: not TOML"),
            "{}",
            problem("port = 1\nparts = = 2")
        );
    }

    #[test]
    fn unknown_keys_list_the_known_ones() {
        assert_eq!(
            problem("prot = 1"),
            "x.toml:1: prot is no setting; known are: port, parts"
        );
        assert_eq!(
            problem("\n[parts.a]\noff = true"),
            "x.toml:3: parts.a.off is no setting; known are: on, password"
        );
    }

    #[test]
    fn values_of_the_wrong_kind_are_shown_with_what_is_allowed() {
        assert_eq!(
            problem("port = \"web\""),
            "x.toml:1: port is string \"web\"; allowed is a whole number from 0 to 65535"
        );
        assert_eq!(
            problem("port = 70000"),
            "x.toml:1: port is integer `70000`; allowed is a whole number from 0 to 65535"
        );
        assert_eq!(
            problem("[parts.a]\non = 1"),
            "x.toml:2: parts.a.on is integer `1`; allowed is true or false"
        );
    }

    #[test]
    fn a_password_is_never_repeated() {
        let told = problem("[parts.a]\npassword = 12345678");
        assert_eq!(
            told,
            "x.toml:2: parts.a.password is of the wrong kind; allowed is a text in quotes"
        );
    }

    #[test]
    fn a_key_is_found_again_by_its_line() {
        let text = "port = 1\n[parts.a]\non = true\n";
        let toml = TomlText::parse("x.toml", text).unwrap();
        assert_eq!(toml.line_of("parts.a.on"), Some(3));
        assert_eq!(toml.line_of("parts.b"), None);
    }
}
