//! What a member's text to the desk asks for. The words are the community's own.

use super::keyword::Keyword;
use super::person_name;
use super::policy::Policy;

/// Longest desk word, in characters.
pub const MAX_WORD_CHARS: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show the contacts.
    List,
    /// Show more of what was shown.
    More,
    /// Add somebody of this name.
    Add(String),
    /// Let somebody of this name, or on this number, go.
    Drop(String),
    /// Hear no more from somebody of this name, or on this number.
    Block(String),
    /// Hear from them again.
    Unblock(String),
    /// Say what can be asked.
    Help,
    /// The choice of this place in what was asked last, from 1.
    Pick(usize),
}

/// Reads a text; none where it asks for nothing that is known. A bare number is a choice where there is one to make.
pub fn parse(text: &str, policy: &Policy, has_menu: bool) -> Option<Command> {
    let text = text.trim();
    let closed = text.trim_end_matches(['.', '!', '?', ',', ';']);
    let (word, rest) = match closed.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (closed, ""),
    };
    if has_menu && rest.is_empty() {
        let digits = word.trim_start_matches('#').trim_end_matches(')');
        if digits.len() <= 3
            && let Ok(place) = digits.parse()
        {
            return Some(Command::Pick(place));
        }
    }
    let is = |own: &str| person_name::key(own) == person_name::key(word);
    if is(&policy.desk_add_word) && !rest.is_empty() {
        return Some(Command::Add(rest.to_owned()));
    }
    if is(&policy.desk_drop_word) && !rest.is_empty() {
        return Some(Command::Drop(rest.to_owned()));
    }
    if is(&policy.desk_block_word) && !rest.is_empty() {
        return Some(Command::Block(rest.to_owned()));
    }
    if is(&policy.desk_unblock_word) && !rest.is_empty() {
        return Some(Command::Unblock(rest.to_owned()));
    }
    if !rest.is_empty() {
        return None;
    }
    if is(&policy.desk_list_word) {
        return Some(Command::List);
    }
    if is(&policy.desk_more_word) {
        return Some(Command::More);
    }
    // A word that wants a name and has none: say how it is meant.
    let wants_help = is(&policy.desk_help_word)
        || [
            &policy.desk_add_word,
            &policy.desk_drop_word,
            &policy.desk_block_word,
            &policy.desk_unblock_word,
        ]
        .into_iter()
        .any(|word| is(word));
    (wants_help || Keyword::parse(word) == Some(Keyword::Help)).then_some(Command::Help)
}

/// What the desk says about itself, with the community's words in their places.
pub fn help(policy: &Policy) -> String {
    [
        ("{list}", &policy.desk_list_word),
        ("{add}", &policy.desk_add_word),
        ("{drop}", &policy.desk_drop_word),
        ("{more}", &policy.desk_more_word),
        ("{help}", &policy.desk_help_word),
        ("{block}", &policy.desk_block_word),
        ("{unblock}", &policy.desk_unblock_word),
    ]
    .into_iter()
    .fold(policy.desk_help_reply.clone(), |text, (place, word)| {
        text.replace(place, word)
    })
}

/// What is wrong with the community's words, each in a sentence.
pub fn problems(policy: &Policy) -> Vec<String> {
    let words = [
        ("desk_list_word", &policy.desk_list_word),
        ("desk_add_word", &policy.desk_add_word),
        ("desk_drop_word", &policy.desk_drop_word),
        ("desk_more_word", &policy.desk_more_word),
        ("desk_help_word", &policy.desk_help_word),
        ("desk_block_word", &policy.desk_block_word),
        ("desk_unblock_word", &policy.desk_unblock_word),
    ];
    let mut problems = Vec::new();
    for (place, (name, word)) in words.iter().enumerate() {
        let chars = word.chars().count();
        if !(1..=MAX_WORD_CHARS).contains(&chars) || !word.chars().all(char::is_alphanumeric) {
            problems.push(format!(
                "`{name}` is `{word}`; allowed is one word of 1 to {MAX_WORD_CHARS} letters and digits"
            ));
        } else if word.chars().all(|c| c.is_ascii_digit()) {
            problems.push(format!(
                "`{name}` is `{word}`; a number is the choice in a menu: take a word with a letter"
            ));
        }
        if Keyword::parse(word).is_some_and(|k| *name != "desk_help_word" || k != Keyword::Help) {
            problems.push(format!(
                "`{name}` is `{word}`, which carriers and phones know as another keyword; take another word"
            ));
        }
        let twin = words.iter().take(place).find(|(_, other)| {
            // Compared as texts are.
            person_name::key(other) == person_name::key(word)
        });
        if let Some((other, _)) = twin {
            problems.push(format!(
                "`{name}` is `{word}`, as `{other}` is; each needs a word of its own"
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_words_are_understood_however_they_are_written() {
        let policy = Policy::default();
        for (text, command) in [
            ("LIST", Command::List),
            (" list. ", Command::List),
            ("More!", Command::More),
            ("add Bob Miller", Command::Add("Bob Miller".into())),
            ("DROP  bob", Command::Drop("bob".into())),
            ("block bob", Command::Block("bob".into())),
            ("UNBLOCK bob.", Command::Unblock("bob".into())),
            ("unblock", Command::Help),
            ("drop +12025550100", Command::Drop("+12025550100".into())),
            ("help", Command::Help),
            ("INFO", Command::Help),
            ("add", Command::Help),
        ] {
            assert_eq!(parse(text, &policy, false), Some(command), "{text}");
        }
        for text in ["", "hello", "list my friends", "2", "please add bob"] {
            assert_eq!(parse(text, &policy, false), None, "{text}");
        }
        assert_eq!(parse("2", &policy, true), Some(Command::Pick(2)));
        assert_eq!(parse("#2)", &policy, true), Some(Command::Pick(2)));
    }

    #[test]
    fn a_community_has_words_of_its_own() {
        let policy = Policy {
            desk_list_word: "LISTE".into(),
            desk_add_word: "PLUS".into(),
            desk_drop_word: "ÖFF".into(),
            ..Policy::default()
        };
        assert_eq!(policy.problems(), Vec::<String>::new());
        assert_eq!(
            parse("öff bob", &policy, false),
            Some(Command::Drop("bob".into()))
        );
        assert_eq!(parse("list", &policy, false), None);
        assert!(help(&policy).contains("LISTE") && !help(&policy).contains('{'));
    }

    #[test]
    fn words_that_mean_something_else_already_are_refused() {
        for (add, list) in [
            ("STOP", "LIST"),
            ("help", "LIST"),
            ("LIST", "list"),
            ("A B", "LIST"),
            ("7", "LIST"),
        ] {
            let policy = Policy {
                desk_add_word: add.into(),
                desk_list_word: list.into(),
                ..Policy::default()
            };
            assert_eq!(
                policy.problems().len(),
                if add == "help" { 2 } else { 1 },
                "{add}: {:?}",
                policy.problems()
            );
        }
    }

    proptest! {
        #[test]
        fn reading_is_total(text in "\\PC{0,200}", has_menu: bool) {
            let _ = parse(&text, &Policy::default(), has_menu);
        }
    }
}
