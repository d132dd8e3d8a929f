//! `Digest name=value, name="value"`.

use super::super::message::text::{is_token, split, trim};

/// The parameters of a challenge or of credentials, quotes and escapes resolved.
pub(super) struct Params(Vec<(Vec<u8>, Vec<u8>)>);

impl Params {
    /// None where the scheme is another, a parameter stands twice or the text is no list of parameters.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        let (scheme, rest) = value.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"Digest") || !matches!(rest.first(), Some(b' ' | b'\t')) {
            return None;
        }
        let mut all: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for part in split(rest, b',').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_at_checked(part.iter().position(|&b| b == b'=')?)?;
            let name = trim(name).to_ascii_lowercase();
            let value = plain(trim(value.get(1..)?))?;
            let known = all.iter().any(|(n, _)| *n == name);
            if known || name.is_empty() || !name.iter().all(|&b| is_token(b)) || all.len() >= 32 {
                return None;
            }
            all.push((name, value));
        }
        Some(Self(all))
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|(n, _)| n == name.as_bytes())
            .map(|(_, v)| v.as_slice())
    }
}

/// A token, or a quoted string without its quotes.
fn plain(value: &[u8]) -> Option<Vec<u8>> {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return (!value.contains(&b'"')).then(|| value.to_vec());
    };
    let inner = inner.strip_suffix(b"\"")?;
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&b) = bytes.next() {
        match b {
            b'\\' => out.push(*bytes.next()?),
            b'"' => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

/// Adds a value in quotes.
pub(super) fn push_quoted(out: &mut String, name: &str, value: &[u8]) {
    out.push_str(name);
    out.push_str("=\"");
    for c in String::from_utf8_lossy(value).chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
