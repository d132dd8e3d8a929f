//! The words that a phone may send to steer the broker (design rule 10). They are the ones that
//! North American carriers and their industry's handbook (CTIA) ask of every sender.

/// What a phone asks for with a text that consists of a keyword alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// Block this pair.
    Stop,
    /// Block all pairs of this phone.
    StopAll,
    /// Lift the block.
    Start,
    /// Say what this number is.
    Help,
}

impl Keyword {
    /// The keyword that `text` is, if it is nothing else: case, surrounding blanks and closing
    /// punctuation do not count, any further word does.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text
            .trim()
            .trim_end_matches(['.', '!', '?', ',', ';'])
            .trim_matches(['"', '\'', '“', '”']);
        // The longest keyword has eleven letters; what is longer is a text.
        if text.len() > 16 {
            return None;
        }
        let words: Vec<String> = text.split_whitespace().map(str::to_ascii_uppercase).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["STOP" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE" | "OPTOUT"] | ["OPT", "OUT"] => {
                Some(Keyword::Stop)
            }
            ["STOPALL"] | ["STOP", "ALL"] => Some(Keyword::StopAll),
            ["START" | "YES" | "UNSTOP"] => Some(Keyword::Start),
            ["HELP" | "INFO"] => Some(Keyword::Help),
            _ => None,
        }
    }

    /// True for the plain word YES, which is also an everyday answer: it is taken for START only where
    /// there is something to lift or to accept.
    pub fn is_everyday_word(text: &str) -> bool {
        text.trim()
            .trim_end_matches(['.', '!', '?', ',', ';'])
            .eq_ignore_ascii_case("yes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_word_of_the_rule_is_known() {
        for word in [
            "STOP",
            "UNSUBSCRIBE",
            "CANCEL",
            "END",
            "QUIT",
            "REVOKE",
            "OPT OUT",
            " stop. ",
            "Stop!",
        ] {
            assert_eq!(Keyword::parse(word), Some(Keyword::Stop), "{word}");
        }
        assert_eq!(Keyword::parse("StopAll"), Some(Keyword::StopAll));
        for word in ["START", "YES", "unstop"] {
            assert_eq!(Keyword::parse(word), Some(Keyword::Start), "{word}");
        }
        for word in ["HELP", "Info"] {
            assert_eq!(Keyword::parse(word), Some(Keyword::Help), "{word}");
        }
    }

    #[test]
    fn a_sentence_with_a_keyword_in_it_is_a_text() {
        for text in [
            "please stop by tomorrow",
            "stop it",
            "the end",
            "help me move?",
            "",
            "   ",
        ] {
            assert_eq!(Keyword::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_is_total(text in "\\PC{0,60}") {
            let _ = (Keyword::parse(&text), Keyword::is_everyday_word(&text));
        }
    }
}
