//! Whom a provider's people are here, and what becomes of links and sessions with that. The way there is in `tests/oidc.rs`.

use std::sync::Arc;

use super::sessions::SignIn;
use super::{Changes, NewAdminUser, ProviderSignIn};
use crate::domain::admin::Role;
use crate::domain::id::UserId;
use crate::domain::oidc::{Person, Standing};
use crate::domain::{Clock, IdGenerator, Timestamp};
use crate::store::Durability;
use crate::store::migrations::open_migrated;
use crate::switchboard::{AdminUserEdit, Switchboard, SwitchboardError};

const PASSWORD: &str = "correct horse battery";

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(1_750_000_000_000)
    }
}

struct Town {
    board: Switchboard,
    _folder: tempfile::TempDir,
}

fn town() -> Town {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("town.db");
    let db = open_migrated(url.to_str().unwrap(), Durability::Command).unwrap();
    Town {
        board: Switchboard::new(db, Arc::new(Still), IdGenerator::new(1), Vec::new()),
        _folder: folder,
    }
}

fn person(subject: &str, email: &str) -> Person {
    Person {
        issuer: "https://login.example.org".into(),
        subject: subject.into(),
        email: Some(email.into()),
        ..Person::default()
    }
}

fn as_a(role: Role) -> Standing {
    Standing::Given(role, None)
}

impl Town {
    async fn invite(&self, name: &str, role: Role, random: u8) -> (UserId, String) {
        let new = NewAdminUser {
            name: name.into(),
            role,
            communities: None,
        };
        let (user, link) = self.board.create_admin_user(new, [random; 32]).await.unwrap();
        (user.id, link)
    }

    /// Comes from the provider; says who they are here, what their session is, and what was done.
    async fn arrive(
        &self,
        who: &Person,
        standing: Standing,
        random: u8,
    ) -> Option<(UserId, String, Changes)> {
        let came = self
            .board
            .sign_in_by_provider(who.clone(), standing, true, [random; 32]);
        match came.await.unwrap() {
            ProviderSignIn::Done(new, changes) => Some((new.session.who.user, new.token, changes)),
            ProviderSignIn::Disabled | ProviderSignIn::Unknown => None,
        }
    }

    /// Follows a link; says whom as, or which field is wrong.
    async fn follow(&self, link: &str, name: Option<&str>) -> Result<UserId, &'static str> {
        let (name, password) = (name.map(str::to_owned), PASSWORD.to_owned());
        // Each link opens a session of its own.
        let mut random = [[0; 32], [91; 32]];
        random[0].copy_from_slice(&link.as_bytes()[..32]);
        match self
            .board
            .sign_in_first(link.to_owned(), name, password, None, random)
            .await
        {
            Ok(followed) => match followed.outcome {
                SignIn::Done(new) => Ok(new.session.who.user),
                other => panic!("{other:?}"),
            },
            Err(SwitchboardError::Invalid { field, .. }) => Err(field),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn whoever_came_by_the_provider_leaves_no_link_behind_that_is_good() {
    let town = town();
    let printed = town.board.admin_link(Role::Owner, [1; 32]).await.unwrap();
    let (bob, bobs_link) = town.invite("bob@example.org", Role::Viewer, 2).await;
    let (ann, anns_link) = town.invite("ann@example.org", Role::Owner, 3).await;

    let (came, _, changes) = town
        .arrive(&person("1", "bob@example.org"), as_a(Role::Viewer), 4)
        .await
        .unwrap();
    assert_eq!((came, changes.linked), (bob, true));
    assert_eq!(town.follow(&bobs_link, Some("eve")).await, Err("token"));
    // Nobody is an owner yet: the broker's own link stays.
    let others = town.board.admin_link(Role::Viewer, [5; 32]).await.unwrap();
    assert!(town.follow(&others, Some("vera")).await.is_ok());

    let (came, _, _) = town
        .arrive(&person("2", "ann@example.org"), as_a(Role::Owner), 6)
        .await
        .unwrap();
    assert_eq!(came, ann);
    for link in [&printed, &anns_link] {
        assert_eq!(town.follow(link, Some("eve")).await, Err("token"));
    }
    // What an owner, or the machine, makes later is good.
    let later = town.board.admin_link(Role::Viewer, [7; 32]).await.unwrap();
    town.arrive(&person("2", "ann@example.org"), as_a(Role::Owner), 8)
        .await
        .unwrap();
    assert!(town.follow(&later, Some("carl")).await.is_ok());
}

#[tokio::test]
async fn a_user_of_the_provider_chooses_a_password_by_a_reset_link_and_keeps_the_name() {
    let town = town();
    let (ann, token, _) = town
        .arrive(&person("1", "ann@example.org"), as_a(Role::Owner), 1)
        .await
        .unwrap();
    let (user, link) = town.board.reset_admin_user(ann, false, [2; 32]).await.unwrap();
    assert!(!user.invited);
    assert_eq!(town.follow(&link, Some("eve")).await, Err("name"));
    assert_eq!(town.follow(&link, None).await, Ok(ann));
    assert!(town.board.session(&token).await.unwrap().is_none());
    let signed_in = town
        .board
        .sign_in("ann@example.org", PASSWORD.into(), None, [3; 32])
        .await;
    assert!(matches!(signed_in.unwrap(), SignIn::Done(_)));
    // Who has neither chooses a name.
    let (bob, link) = town.invite("bob", Role::Viewer, 4).await;
    assert_eq!(town.follow(&link, None).await, Err("name"));
    assert_eq!(town.follow(&link, Some("robert")).await, Ok(bob));
}

#[tokio::test]
async fn a_user_of_another_provider_is_linked_once_to_each() {
    let town = town();
    let (ann, _) = town.invite("ann@example.org", Role::Operator, 1).await;
    let old = Person {
        issuer: "https://old.example.org".into(),
        ..person("1", "ann@example.org")
    };
    let (came, _, _) = town.arrive(&old, Standing::Kept(None), 2).await.unwrap();
    assert_eq!(came, ann);
    let (came, _, changes) = town
        .arrive(&person("7", "ann@example.org"), Standing::Kept(None), 3)
        .await
        .unwrap();
    assert_eq!((came, changes.linked), (ann, true));
    let another = town
        .arrive(&person("8", "ann@example.org"), Standing::Kept(None), 4)
        .await;
    assert!(another.is_none(), "a second account at that provider");
}

#[tokio::test]
async fn nobody_is_linked_by_letters_that_look_alike() {
    let town = town();
    town.invite("kim@bank.example", Role::Operator, 1).await;
    town.invite("\u{212a}urt@bank.example", Role::Operator, 2).await;
    for (subject, email) in [
        ("1", "\u{212a}im@bank.example"),
        ("2", "kim@ban\u{212a}.example"),
        ("3", "kurt@bank.example"),
    ] {
        let came = town
            .arrive(&person(subject, email), Standing::Kept(None), 3)
            .await;
        assert!(came.is_none(), "{email}");
    }
    let came = town
        .arrive(&person("4", "Kim@Bank.example"), Standing::Kept(None), 4)
        .await;
    assert!(came.unwrap().2.linked);
}

#[tokio::test]
async fn there_are_admins_where_an_owner_can_sign_in() {
    let town = town();
    let has = async || town.board.has_admins().await.unwrap();
    town.arrive(&person("1", "vera@example.org"), as_a(Role::Viewer), 1)
        .await
        .unwrap();
    assert!(!has().await, "a viewer makes nobody one");
    let link = town.board.admin_link(Role::Operator, [2; 32]).await.unwrap();
    town.follow(&link, Some("oscar")).await.unwrap();
    town.invite("olga", Role::Owner, 3).await;
    assert!(!has().await, "an owner who was invited cannot sign in yet");
    let (ann, _, _) = town
        .arrive(&person("2", "ann@example.org"), as_a(Role::Owner), 4)
        .await
        .unwrap();
    assert!(has().await);
    let edit = AdminUserEdit {
        disabled: Some(true),
        ..AdminUserEdit::default()
    };
    town.board.edit_admin_user(ann, edit).await.unwrap();
    assert!(!has().await, "one who may not");
    let link = town.board.admin_link(Role::Owner, [5; 32]).await.unwrap();
    town.follow(&link, Some("otto")).await.unwrap();
    assert!(has().await);
}

#[tokio::test]
async fn whose_role_is_taken_away_is_told_with_the_sessions_that_end() {
    let town = town();
    let ann = person("1", "ann@example.org");
    assert_eq!(town.board.sign_out_by_provider(&ann).await.unwrap(), None);
    let (id, token, _) = town.arrive(&ann, as_a(Role::Operator), 1).await.unwrap();
    let ended = town.board.sign_out_by_provider(&ann).await.unwrap();
    assert_eq!(ended, Some((id, "ann@example.org".to_owned())));
    assert!(town.board.session(&token).await.unwrap().is_none());
    assert_eq!(
        town.board.sign_out_by_provider(&ann).await.unwrap(),
        None,
        "none were left"
    );
}

#[tokio::test]
async fn a_password_that_is_changed_leaves_no_link_to_another() {
    let town = town();
    let (ann, link) = town.invite("ann", Role::Owner, 1).await;
    town.follow(&link, Some("ann")).await.unwrap();
    let (_, open) = town.board.reset_admin_user(ann, false, [2; 32]).await.unwrap();
    let fresh = "battery horse correct".to_owned();
    let changed = town
        .board
        .change_password(ann, "none", PASSWORD.into(), fresh, [3; 32])
        .await;
    assert!(changed.unwrap());
    assert_eq!(town.follow(&open, None).await, Err("token"));
}
