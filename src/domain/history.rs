//! Who changed an assignment, and why.

use serde::Serialize;
use utoipa::ToSchema;

use super::id::{KeyId, MemberId, UserId};

/// Who changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member, by a text, a call, or an app that sends in their name.
    Member(MemberId),
    /// An app, by its key, or by its answer to a question about a stranger (then without one).
    App(Option<KeyId>),
    /// A key of the community.
    Community(KeyId),
    /// A key of scope admin.
    Admin(KeyId),
    /// A command on the broker's machine.
    Cli,
    /// A pool file that was applied.
    PoolFile,
    /// The broker itself, to make room or to tidy up.
    Broker,
    /// The database, when it began to keep the history.
    Migration,
    /// Somebody who is signed in with a browser.
    User(UserId),
}

/// The words for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangedBy)]
pub enum ActorWord {
    /// A member, by a text, a call, or an app that sends in their name.
    Member,
    /// An app.
    App,
    /// A key of the community.
    Community,
    /// A key of scope admin.
    Admin,
    /// A command on the broker's machine.
    Cli,
    /// A pool file that was applied.
    PoolFile,
    /// The broker itself.
    Broker,
    /// The database, when it began to keep the history.
    Migration,
    /// Somebody who is signed in with a browser.
    User,
}

impl Actor {
    /// The code kept in the database, and the id that goes with it.
    pub fn code(self) -> (i16, Option<i64>) {
        match self {
            Self::Member(id) => (0, Some(id.as_i64())),
            Self::App(key) => (1, key.map(KeyId::as_i64)),
            Self::Community(key) => (2, Some(key.as_i64())),
            Self::Admin(key) => (3, Some(key.as_i64())),
            Self::Cli => (4, None),
            Self::PoolFile => (5, None),
            Self::Broker => (6, None),
            Self::Migration => (7, None),
            Self::User(id) => (8, Some(id.as_i64())),
        }
    }

    /// Back from the database's code.
    pub fn from_code(code: i16, id: Option<i64>) -> Option<Self> {
        Some(match (code, id) {
            (0, Some(id)) => Self::Member(MemberId::from_i64(id)),
            (1, key) => Self::App(key.map(KeyId::from_i64)),
            (2, Some(key)) => Self::Community(KeyId::from_i64(key)),
            (3, Some(key)) => Self::Admin(KeyId::from_i64(key)),
            (4, _) => Self::Cli,
            (5, _) => Self::PoolFile,
            (6, _) => Self::Broker,
            (7, _) => Self::Migration,
            (8, Some(id)) => Self::User(UserId::from_i64(id)),
            _ => return None,
        })
    }

    /// The word.
    pub fn word(self) -> ActorWord {
        match self {
            Self::Member(_) => ActorWord::Member,
            Self::App(_) => ActorWord::App,
            Self::Community(_) => ActorWord::Community,
            Self::Admin(_) => ActorWord::Admin,
            Self::Cli => ActorWord::Cli,
            Self::PoolFile => ActorWord::PoolFile,
            Self::Broker => ActorWord::Broker,
            Self::Migration => ActorWord::Migration,
            Self::User(_) => ActorWord::User,
        }
    }

    /// The member, where it was one.
    pub fn member(self) -> Option<MemberId> {
        match self {
            Self::Member(id) => Some(id),
            _ => None,
        }
    }

    /// The user, where it was one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            _ => None,
        }
    }

    /// The key, where it was one.
    pub fn key(self) -> Option<KeyId> {
        match self {
            Self::App(key) => key,
            Self::Community(key) | Self::Admin(key) => Some(key),
            _ => None,
        }
    }
}

macro_rules! whys {
    ($($(#[doc = $doc:literal])+ $why:ident = $code:literal;)*) => {
        /// Why an assignment changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = ChangeReason)]
        pub enum Why {
            $($(#[doc = $doc])+ $why,)*
        }

        impl Why {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$why),*];

            /// The code kept in the database.
            pub fn code(self) -> i16 {
                match self {
                    $(Self::$why => $code,)*
                }
            }

            /// Back from the database's code.
            pub fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$why),)*
                    _ => None,
                }
            }
        }
    };
}

whys! {
    /// It was there when the history began.
    HistoryBegan = 0;
    /// One of the two was made a contact of the other.
    ContactAdded = 1;
    /// Who had received the contact chose it too.
    ChosenBack = 2;
    /// Who had received the contact used it for the first time.
    Answered = 3;
    /// The contact was accepted.
    Accepted = 4;
    /// The pair was blocked.
    Blocked = 5;
    /// The pair was unblocked.
    Unblocked = 6;
    /// The member's phone sent STOP.
    Stopped = 7;
    /// The member's phone sent START.
    Started = 8;
    /// A phone joined the member that had stopped the number.
    PhoneJoined = 9;
    /// The contact was released.
    Released = 10;
    /// The pair gave way to another in a full table.
    Recycled = 11;
    /// One of the two was removed.
    MemberRemoved = 12;
    /// A file that was imported made one of the two a contact of the other.
    Imported = 13;
    /// A phone was replaced on which the number is somebody else: the pair has another number, or none.
    PhoneReplaced = 50;
    /// A member's new phone was another's, whose contacts are the member's from then on.
    Merged = 51;
    /// A swap has moved it to another number.
    Moved = 70;
    /// A swap that was undone has moved it back.
    MovedBack = 71;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_and_reasons_come_back_from_their_codes() {
        let (member, key) = (MemberId::from_i64(1), KeyId::from_i64(2));
        for actor in [
            Actor::Member(member),
            Actor::App(None),
            Actor::App(Some(key)),
            Actor::Community(key),
            Actor::Admin(key),
            Actor::Cli,
            Actor::PoolFile,
            Actor::Broker,
            Actor::Migration,
            Actor::User(UserId::from_i64(3)),
        ] {
            let (code, id) = actor.code();
            assert_eq!(Actor::from_code(code, id), Some(actor));
        }
        for why in Why::ALL {
            assert_eq!(Why::from_code(why.code()), Some(*why));
        }
        assert_eq!((Actor::from_code(99, None), Why::from_code(99)), (None, None));
    }
}
