//! Who signs in with a browser: roles, names, passwords, and how long a session lives.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Timestamp;

/// A session that is not used for so long is over: 12 hours.
pub const IDLE_MS: i64 = 12 * 3_600_000;
/// However much it is used, a session is over after a week.
pub const LONGEST_MS: i64 = 7 * 24 * 3_600_000;
/// A one-time link is good for a day.
pub const LINK_MS: i64 = 24 * 3_600_000;
/// The audit log is kept for two years, unless the settings say otherwise.
pub const AUDIT_KEPT_S: i64 = 2 * 365 * 86_400;
/// The shortest password, in characters.
pub const LEAST_PASSWORD: usize = 10;
/// The longest password, in bytes: hashing takes time.
pub const MOST_PASSWORD: usize = 512;
/// The longest name, in characters.
pub const MOST_NAME: usize = 60;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdminRole)]
pub enum Role {
    /// Everything, keys and users too.
    Owner,
    /// Manages communities: neither keys nor users.
    Operator,
    /// Reads, and never learns a real number.
    Viewer,
}

impl Role {
    /// The word, as it is kept and written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
        }
    }

    /// Back from the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Owner, Self::Operator, Self::Viewer]
            .into_iter()
            .find(|role| role.word() == word)
    }

    /// Whether real numbers may be shown.
    pub fn may_reveal(self) -> bool {
        self != Self::Viewer
    }
}

/// What is wrong with a name, if anything.
pub fn name_fault(name: &str) -> Option<String> {
    let chars = name.chars().count();
    let is_sound =
        (1..=MOST_NAME).contains(&chars) && name.trim() == name && !name.chars().any(char::is_control);
    (!is_sound).then(|| {
        format!("a name has 1 to {MOST_NAME} printable characters, and no blanks around them; this one has {chars}")
    })
}

/// A name as it is looked for: upper and lower case are one.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What is wrong with a new password, if anything.
pub fn password_fault(password: &str, name: &str) -> Option<String> {
    let chars = password.chars().count();
    if chars < LEAST_PASSWORD || password.len() > MOST_PASSWORD {
        return Some(format!(
            "a password has at least {LEAST_PASSWORD} characters, and at most {MOST_PASSWORD} bytes; this one has {chars} characters"
        ));
    }
    if name_key(password) == name_key(name) {
        return Some("the password must not be the name".into());
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) {
        return Some("the password is one character over and over; choose another".into());
    }
    None
}

/// When a session is over that was made and last used at these moments.
pub fn session_end(last_used: Timestamp, expires: Timestamp) -> Timestamp {
    Timestamp((last_used.0 + IDLE_MS).min(expires.0))
}

/// For how long somebody of this name waits who has failed so often in a row: nothing for the first four, then a
/// second, and each time twice as long, up to five minutes.
pub fn wait_after(failures: u32) -> i64 {
    match failures {
        0..=4 => 0,
        n => (1_000_i64 << (n - 5).min(9)).min(300_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_are_looked_at() {
        assert_eq!(name_fault("Ann"), None);
        for bad in ["", " Ann", "a\nb", &"x".repeat(61)] {
            assert!(name_fault(bad).is_some(), "{bad}");
        }
        assert_eq!(password_fault("correct horse", "Ann"), None);
        for bad in ["short", "aaaaaaaaaaaa", "Ann-the-admin", &"x y".repeat(200)] {
            assert!(password_fault(bad, "ann-the-ADMIN").is_some(), "{bad}");
        }
        assert_eq!(name_key(" ÄNN "), "änn");
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<i64> = [0, 4, 5, 6, 7, 13, 14, 1_000].map(wait_after).to_vec();
        assert_eq!(waits, [0, 0, 1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    }

    #[test]
    fn a_session_ends_by_whichever_comes_first() {
        let made = Timestamp(0);
        assert_eq!(session_end(made, Timestamp(LONGEST_MS)), Timestamp(IDLE_MS));
        assert_eq!(
            session_end(Timestamp(LONGEST_MS - 1), Timestamp(LONGEST_MS)),
            Timestamp(LONGEST_MS)
        );
    }

    #[test]
    fn roles_come_back_from_their_words() {
        for role in [Role::Owner, Role::Operator, Role::Viewer] {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("king"), None);
    }
}
