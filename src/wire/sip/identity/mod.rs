//! Who calls, and whom: telephone numbers out of headers that anybody may have written.
//!
//! Reading is strict. Display names decide nothing, whatever they look like; what is not exactly a number is
//! none. Which headers count is the trunk's to say ([`Source`], most trusted first), and the first of them that
//! is present decides: a header that is there but unreadable does not make way for one that is trusted less.

mod address;
mod number;

#[cfg(test)]
mod tests;

pub use address::{Address, Scheme, Uri};
pub use number::{Format, Style, Subscriber};

/// More values of one header than this are nobody's identity (RFC 3325, section 9.1 allows two).
const MOST_VALUES: usize = 4;
/// Users that stand for "no number", whatever the host.
const NOBODY: [&[u8]; 4] = [b"anonymous", b"restricted", b"unavailable", b"unknown"];

/// A header that may say who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// P-Asserted-Identity (RFC 3325).
    AssertedIdentity,
    /// Remote-Party-ID (draft-ietf-sip-privacy-04), which carriers still send.
    RemoteParty,
    /// From: whatever the caller wrote, unless the trunk answers for it.
    From,
}

impl Source {
    /// The header's name.
    pub fn header(self) -> &'static str {
        match self {
            Self::AssertedIdentity => "P-Asserted-Identity",
            Self::RemoteParty => "Remote-Party-ID",
            Self::From => "From",
        }
    }
}

/// Who calls, as far as the trunk can be believed.
#[derive(Clone, PartialEq, Eq)]
pub enum Caller {
    /// A number.
    Number {
        /// The digits of its E.164 form, without `+`.
        digits: String,
        /// The caller asked that it be shown to nobody (RFC 3323, RFC 3325 section 9.3).
        withheld: bool,
    },
    /// Somebody without a number, on purpose.
    Anonymous,
    /// No trusted header, or none that holds one number.
    Unknown,
}

/// Debug output shows no number.
impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number { withheld, .. } => write!(f, "Number(withheld: {withheld})"),
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// What one header says.
#[derive(PartialEq, Eq)]
enum Said {
    Nothing,
    Unreadable,
    Anonymous,
    Number { digits: String, withheld: bool },
}

/// The caller of a request. `order` holds the headers that the trunk is trusted with, the most trusted first,
/// `format` is how it writes numbers; `values` gives all values of a header by its long name, unfolded, each
/// header line whole or split at its commas.
pub fn caller(order: &[Source], format: &Format, values: &dyn Fn(&str) -> Vec<Vec<u8>>) -> Caller {
    for source in order {
        let lines = values(source.header());
        let said = match source {
            Source::From => from(format, &lines),
            Source::AssertedIdentity => asserted(format, &lines),
            Source::RemoteParty => remote_party(format, &lines),
        };
        match said {
            Said::Nothing => {}
            Said::Unreadable => return Caller::Unknown,
            Said::Anonymous => return Caller::Anonymous,
            Said::Number { digits, withheld } => {
                let nameless = || from(format, &values(Source::From.header())) == Said::Anonymous;
                let withheld = withheld || asks_privacy(values) || nameless();
                return Caller::Number { digits, withheld };
            }
        }
    }
    Caller::Unknown
}

/// Whom a request URI dials: the digits of the E.164 number.
pub fn dialled(uri: &[u8], format: &Format) -> Option<String> {
    format.read(&Uri::parse(uri)?.subscriber()?)
}

/// Whom the value of To dials.
pub fn dialled_by_header(value: &[u8], format: &Format) -> Option<String> {
    format.read(&Address::parse(value)?.uri.subscriber()?)
}

fn from(format: &Format, lines: &[Vec<u8>]) -> Said {
    match lines {
        [] => Said::Nothing,
        [one] => Address::parse(one).map_or(Said::Unreadable, |address| of(format, &address)),
        _ => Said::Unreadable,
    }
}

/// One `sip:` or `sips:` and one `tel:` usually, which must not contradict each other. A `sip:` that is no number
/// may stand beside a `tel:` that is one.
fn asserted(format: &Format, lines: &[Vec<u8>]) -> Said {
    let Some(addresses) = all(lines) else {
        return Said::Unreadable;
    };
    let mut said = Said::Nothing;
    for address in &addresses {
        match (&said, of(format, address)) {
            (_, Said::Unreadable) if address.uri.scheme != Scheme::Tel => {}
            (Said::Nothing, next) => said = next,
            (earlier, next) if *earlier == next => {}
            _ => return Said::Unreadable,
        }
    }
    match (said, addresses.is_empty()) {
        (Said::Nothing, false) => Said::Unreadable,
        (said, _) => said,
    }
}

/// The one that speaks of the calling party and was not found wanting (`screen=no`).
fn remote_party(format: &Format, lines: &[Vec<u8>]) -> Said {
    let Some(addresses) = all(lines) else {
        return Said::Unreadable;
    };
    let is = |address: &Address<'_>, name: &[u8], wanted: &[u8]| {
        address
            .parameter(name)
            .is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    };
    let mut calling = addresses
        .iter()
        .filter(|a| a.parameter(b"party").is_none() || is(a, b"party", b"calling"));
    match (calling.next(), calling.next()) {
        (None, _) => Said::Nothing,
        (Some(one), None) if !is(one, b"screen", b"no") => match of(format, one) {
            Said::Number { digits, .. } => Said::Number {
                digits,
                withheld: one
                    .parameter(b"privacy")
                    .is_some_and(|privacy| !privacy.eq_ignore_ascii_case(b"off")),
            },
            said => said,
        },
        _ => Said::Unreadable,
    }
}

fn all(lines: &[Vec<u8>]) -> Option<Vec<Address<'_>>> {
    let mut found = Vec::new();
    for line in lines {
        for value in address::split(line)? {
            if found.len() == MOST_VALUES {
                return None;
            }
            found.push(Address::parse(value)?);
        }
    }
    Some(found)
}

fn of(format: &Format, address: &Address<'_>) -> Said {
    let uri = &address.uri;
    let nobody = |user: &[u8]| NOBODY.iter().any(|word| user.eq_ignore_ascii_case(word));
    if uri.host.eq_ignore_ascii_case(b"anonymous.invalid") || uri.user.is_some_and(nobody) {
        return Said::Anonymous;
    }
    match uri.subscriber().and_then(|number| format.read(&number)) {
        Some(digits) => Said::Number {
            digits,
            withheld: false,
        },
        None => Said::Unreadable,
    }
}

/// Whether Privacy asks to withhold the identity (RFC 3323 section 4.2, RFC 3325 section 9.3).
fn asks_privacy(values: &dyn Fn(&str) -> Vec<Vec<u8>>) -> bool {
    let lines = values("Privacy");
    let words = || {
        lines
            .iter()
            .flat_map(|line| line.split(|b| *b == b';' || *b == b','))
            .map(<[u8]>::trim_ascii)
    };
    let said = |wanted: &[u8]| words().any(|word| word.eq_ignore_ascii_case(wanted));
    !said(b"none") && (said(b"id") || said(b"user") || said(b"full"))
}
