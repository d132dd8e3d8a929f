//! A hub: one pool number at which many people reach one contact, each by a tag. What is written before their texts, how
//! a reply says whom it is for, and which tag somebody gets; all pure.

use super::choice::Side;
use super::id::NumberId;

/// The highest tag that there can be.
pub const MAX_TAG: u16 = 9_999;
/// How many people a menu names at once.
pub const MENU_PAGE: usize = 10;
/// Longest name before a text, in characters.
const MAX_NAME_CHARS: usize = 24;
/// A name with so many digits may be a telephone number, and is not shown.
const TOO_MANY_DIGITS: usize = 5;

/// What a text to a hub says, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// The tag. One that cannot be is told as it stands, or as the highest number: nobody has it.
    pub tag: Option<u16>,
    /// The text without its tag.
    pub text: &'a str,
}

fn is_sign(c: char) -> bool {
    matches!(c, '#' | '＃')
}

fn digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(c as u32 - '０' as u32),
        c => c.to_digit(10),
    }
}

/// Reads a tag at the very beginning: the tag, and what follows it.
fn leading(text: &str) -> Option<(u16, &str)> {
    let rest = text.trim_start().strip_prefix(is_sign)?.trim_start();
    let end = rest.find(|c| digit(c).is_none()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let tag = digits.chars().filter_map(digit).fold(0_u32, |sum, d| {
        sum.saturating_mul(10).saturating_add(d).min(u32::from(u16::MAX))
    });
    let tag = u16::try_from(tag).unwrap_or(u16::MAX);
    let mut after = rest.chars();
    match after.next() {
        // A word such as #1fan, or two tags at once.
        Some(c) if c.is_alphanumeric() || is_sign(c) => None,
        Some('.' | ',' | ':' | '：' | ';' | ')' | ']' | '!' | '-' | '–') => {
            let rest = after.as_str();
            // A number such as #7.5 or a range.
            let is_number = rest.starts_with(|c: char| digit(c).is_some());
            (!is_number).then(|| (tag, rest.trim()))
        }
        _ => Some((tag, rest.trim())),
    }
}

/// Reads a text. A tag stands at the very beginning; one at the end counts where all that stands before it is a keyword,
/// as in STOP #7.
pub fn read(text: &str) -> Said<'_> {
    if let Some((tag, rest)) = leading(text) {
        return Said {
            tag: Some(tag),
            text: rest,
        };
    }
    if let Some(at) = text.rfind(is_sign)
        && let (before, last) = text.split_at(at)
        && let Some((tag, rest)) = leading(last)
        && rest.is_empty()
        && super::keyword::Keyword::parse(before).is_some()
    {
        return Said {
            tag: Some(tag),
            text: before.trim(),
        };
    }
    Said { tag: None, text }
}

/// The page of the menu that a text without a tag asks for, from 1: MENU, MENU 2, or MORE for the second.
pub fn menu_page(text: &str) -> Option<usize> {
    let text = text.trim().trim_end_matches(['.', '!', '?']);
    let words: Vec<String> = text
        .split_whitespace()
        .take(3)
        .map(str::to_ascii_uppercase)
        .collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["MENU"] => Some(1),
        ["MORE"] => Some(2),
        ["MENU", page] => page
            .parse()
            .ok()
            .filter(|page| (1..=MAX_TAG.into()).contains(page)),
        _ => None,
    }
}

/// A name as it stands before a text: on one line, short, without what would look like a tag, and never a telephone
/// number.
pub fn shown(name: &str) -> Option<String> {
    if name.chars().filter(|c| c.is_numeric()).count() >= TOO_MANY_DIGITS {
        return None;
    }
    let plain: String = name
        .chars()
        .map(|c| match c {
            c if c.is_control() || is_sign(c) || matches!(c, ':' | '：') => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let short: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

/// What stands before a text from somebody: NAME #7 and a colon.
pub fn label(name: &str, tag: u16) -> String {
    match shown(name) {
        Some(name) => format!("{name} #{tag}: "),
        None => format!("#{tag}: "),
    }
}

/// A page of the menu: who is behind which tag. `page` counts from 1 and is brought to what there is.
pub fn menu(intro: &str, people: &[(u16, String)], page: usize) -> String {
    let pages = people.len().div_ceil(MENU_PAGE).max(1);
    let page = page.clamp(1, pages);
    let mut lines = vec![intro.to_owned()];
    for (tag, name) in people.iter().skip((page - 1) * MENU_PAGE).take(MENU_PAGE) {
        lines.push(match shown(name) {
            Some(name) => format!("#{tag} {name}"),
            None => format!("#{tag}"),
        });
    }
    if page < pages {
        lines.push(format!("MENU {} shows more.", page + 1));
    }
    lines.join("\n")
}

/// A line of a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// It, as a number.
    pub id: NumberId,
    /// Its tag.
    pub tag: u16,
}

/// Where somebody new gets a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// On a line that is there.
    Line(NumberId),
    /// On one that is to be made, with this tag.
    New(u16),
}

/// The tag by which somebody new is to be on a hub contact's phone: the one that this pair had before; else the lowest
/// that stands for nobody there, does not cool down, is not kept and was not stopped, those last that stood for somebody
/// else. None where the phone has stopped the hub, knows it as another's number, or no tag is left. `lines` are in the
/// order of their tags.
pub fn seat(hub: NumberId, lines: &[Line], side: &Side, most: u16) -> Option<Seat> {
    if !side.is_free(hub) {
        return None;
    }
    let free = |line: &&Line| side.is_free(line.id);
    if let Some(before) = lines.iter().filter(free).find(|l| Some(l.id) == side.remembered) {
        return Some(Seat::Line(before.id));
    }
    let within: Vec<&Line> = lines.iter().take_while(|line| line.tag <= most).collect();
    let gap = (1..=most).zip(within.iter().map(|line| line.tag).chain(std::iter::repeat(0)));
    let gap = { gap }.find(|(tag, there)| tag != there).map(|(tag, _)| tag);
    let mut usable = within.iter().copied().filter(free);
    let fresh = usable
        .clone()
        .find(|line| !side.remembered_for_others.contains(&line.id));
    match (fresh, gap) {
        (Some(line), Some(gap)) if gap < line.tag => Some(Seat::New(gap)),
        (Some(line), _) => Some(Seat::Line(line.id)),
        (None, Some(gap)) => Some(Seat::New(gap)),
        (None, None) => usable.next().map(|line| Seat::Line(line.id)),
    }
}

/// How full a table is before and after a contact, in percent of the usable numbers, and what follows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Nothing.
    None,
    /// It was well below the mark: the next time it comes near, apps are told again.
    Forget,
    /// It is nearly full: apps are told, unless they were within a day.
    Tell,
}

/// From which percentage on a table that was below it counts as having been well below the mark.
const WELL_BELOW: usize = 70;

/// What follows of a table that had `before` numbers taken, and has `after` now, of `usable`.
pub fn warning(usable: usize, (before, after): (usize, usize), at_percent: u8) -> Warning {
    let at = usize::from(at_percent);
    let reaches = |taken: usize, percent: usize| taken * 100 >= usable * percent;
    let low = WELL_BELOW.min(at);
    if at == 0 || usable == 0 {
        Warning::None
    } else if reaches(after, at) {
        Warning::Tell
    } else if reaches(after, low) && !reaches(before, low) {
        Warning::Forget
    } else {
        Warning::None
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
