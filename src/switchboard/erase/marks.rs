//! By what a person is found in a text.

use serde_json::Value;

use super::super::{desk, swap};
use crate::domain::{hub, person_name};
use crate::store::erasure::Subject;

/// What is looked for.
pub(super) struct Marks {
    /// Their phones' digits.
    pub digits: Vec<String>,
    /// Their names as they are looked for, whole and as the desk shows long ones.
    pub names: Vec<String>,
    /// Their id, and those of whoever became one with them.
    pub ids: Vec<String>,
    /// The same as the database has them.
    keys: Vec<i64>,
}

impl Marks {
    pub fn of(subject: &Subject) -> Self {
        let mut names: Vec<String> = subject
            .names
            .iter()
            .flat_map(|name| as_written(name).map(|text| person_name::key(&text)))
            .filter(|name| !name.is_empty())
            .collect();
        names.sort();
        names.dedup();
        let id = |id: &i64| crate::domain::id::MemberId::from_i64(*id).to_string();
        Self {
            digits: subject.phones.iter().map(i64::to_string).collect(),
            names,
            ids: subject.selves.iter().map(id).collect(),
            keys: subject.selves.clone(),
        }
    }

    /// Whether one of the names stands in a text, as whole words.
    pub fn is_named_in(&self, text: &str) -> bool {
        let text = person_name::key(text);
        self.names.iter().any(|name| has_words(&text, name))
    }

    /// Whether a menu of the desk names them, or offers them.
    pub fn is_listed_in(&self, menu: &Value) -> bool {
        match menu {
            Value::String(text) => self.is_named_in(text),
            Value::Number(id) => id.as_i64().is_some_and(|id| self.keys.contains(&id)),
            Value::Array(all) => all.iter().any(|one| self.is_listed_in(one)),
            Value::Object(fields) => fields.values().any(|one| self.is_listed_in(one)),
            Value::Null | Value::Bool(_) => false,
        }
    }
}

/// A name as it may stand in what the broker wrote: whole, as the desk, a swap's notice and a hub show it.
fn as_written(name: &str) -> [String; 4] {
    let in_notice: String = name.chars().take(swap::MOST_NAME_CHARS).collect();
    let at_hub = hub::shown(name).unwrap_or_default();
    [
        name.to_owned(),
        desk::shown(name),
        in_notice.trim_end().to_owned(),
        at_hub,
    ]
}

/// Whether words stand in a text and no letter or digit next to them.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|after| after.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::id::{CommunityId, MemberId};

    fn marks(names: &[&str]) -> Marks {
        Marks::of(&Subject {
            community: CommunityId::from_i64(1),
            member: MemberId::from_i64(77),
            phones: Vec::new(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            selves: vec![77],
        })
    }

    #[test]
    fn a_name_is_found_as_whole_words_however_it_is_written() {
        let marks = marks(&["Al", "Zoë  O'Neil"]);
        for text in ["Missed call from Al.", "ADD AL", "al: 1", "to ZOË O'NEIL!"] {
            assert!(marks.is_named_in(text), "{text}");
        }
        for text in ["Also nothing", "Aline called", "royal", "Zoë O'Neills", ""] {
            assert!(!marks.is_named_in(text), "{text}");
        }
    }

    #[test]
    fn a_long_name_is_found_as_the_desk_shows_it() {
        let long = format!("Zebulon {}", "Quill".repeat(20));
        let shown = desk::shown(&long);
        assert!(shown.len() < long.len());
        assert!(marks(&[&long]).is_named_in(&format!("{shown} +12025550100")));
    }

    #[test]
    fn a_menu_lists_them_by_id_or_by_name_and_not_by_a_digit() {
        let marks = marks(&["7"]);
        assert!(marks.is_listed_in(&json!({"add": [12, 77]})));
        assert!(marks.is_listed_in(&json!({"list": ["7", 5]})));
        assert!(!marks.is_listed_in(&json!({"add": [7, 177]})));
        assert!(!marks.is_listed_in(&json!({"list": ["bob 17", 5]})));
    }
}
