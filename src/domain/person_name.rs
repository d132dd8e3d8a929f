//! Names of people, as they are looked for: without regard to case and spacing.

/// A name as it is looked for: small letters, one blank between words.
pub fn key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Whether a name is meant: it is what was written, or begins with those words.
pub fn is_meant(key: &str, said: &str) -> bool {
    key == said || key.strip_prefix(said).is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_spacing_do_not_count() {
        assert_eq!(key("  Ann\t  ÉLUARD "), "ann éluard");
    }

    #[test]
    fn whole_first_words_are_meant_and_parts_of_words_are_not() {
        for (name, said, meant) in [
            ("bob", "bob", true),
            ("bob miller", "bob", true),
            ("bobby", "bob", false),
            ("bob", "bob miller", false),
            ("miller bob", "bob", false),
        ] {
            assert_eq!(is_meant(name, said), meant, "{name} by {said}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(name in "\\PC{0,40}") {
            // Some letters have no small form of one step, as İ: twice is enough for all of them.
            let twice = key(&key(&name));
            prop_assert_eq!(key(&twice), twice);
        }
    }
}
