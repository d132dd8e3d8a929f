//! One-time links: at which somebody new chooses a name and a password, or somebody who is there a new password.

use super::super::Switchboard;
use super::super::error::{Result, SwitchboardError};
use super::super::keys::hash;
use super::sessions::{SignIn, open};
use super::{new_user, passwords, token};
use crate::domain::Timestamp;
use crate::domain::admin::{self, LINK_MS, Role};
use crate::domain::id::{UserId, UserKind};
use crate::store::admin_users::{self, InviteRow, UserRow};
use crate::store::{Conn, admin_identities, admin_sessions};

/// What became of following a link.
#[derive(Debug)]
pub struct Followed {
    /// Whether they are signed in; never `Wrong`.
    pub outcome: SignIn,
    /// Who was there already and has another password now, or their first beside the provider's word; else none.
    pub reset_of: Option<String>,
}

/// The page of a link; `resets` is who chooses a new password there.
pub fn link_path(token: &str, resets: Option<&str>) -> String {
    let path = format!("/admin/#/first?token={token}");
    match resets {
        None => path,
        Some(name) => {
            let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            format!("{path}&reset={name}")
        }
    }
}

fn unknown_link() -> SwitchboardError {
    SwitchboardError::invalid(
        "token",
        "this one-time link was used, or is too old; an owner, or `partyline admin` on the broker's machine, makes another",
    )
}

/// Whose a link is, where they are there already.
struct There {
    row: UserRow,
    /// Whoever signs in already, by a password or at a provider, has a name too, and keeps it.
    resets: bool,
}

/// A link that is good, and the user whose it is.
fn good(conn: &mut Conn, link: &str, now: Timestamp) -> Result<(InviteRow, Option<There>)> {
    let invite = admin_users::get_invite(conn, link)?
        .filter(|invite| invite.expires_at > now.0)
        .ok_or_else(unknown_link)?;
    let user = match invite.user_id {
        Some(id) => {
            let row = admin_users::get(conn, id)?
                .filter(|row| !row.disabled)
                .ok_or_else(unknown_link)?;
            let resets = row.password_hash.is_some() || admin_identities::of_user(conn, id)?.is_some();
            Some(There { row, resets })
        }
        None => None,
    };
    Ok((invite, user))
}

/// The name to be: the one that was chosen, or the one that is there.
fn name_to_be(user: Option<&There>, given: Option<&str>) -> Result<String> {
    match (user.filter(|user| user.resets).map(|user| &user.row), given) {
        (Some(user), Some(given)) if admin::name_key(given) != user.name_key => Err(
            SwitchboardError::invalid("name", "this link is for a new password alone; leave `name` out"),
        ),
        (Some(user), _) => Ok(user.name.clone()),
        (None, Some(given)) => match admin::name_fault(given) {
            Some(fault) => Err(SwitchboardError::invalid("name", fault)),
            None => Ok(given.to_owned()),
        },
        (None, None) => Err(SwitchboardError::invalid(
            "name",
            "say in `name` with which name you will sign in",
        )),
    }
}

impl Switchboard {
    /// Makes a one-time link for somebody new; returns its token, which is kept nowhere.
    pub async fn admin_link(&self, role: Role, random: [u8; 32]) -> Result<String> {
        let token = token("", random);
        let token_hash = hash(&token);
        self.write(move |conn, ctx| {
            admin_users::forget_invites(conn, ctx.now.0)?;
            let row = InviteRow {
                token_hash: token_hash.clone(),
                user_id: None,
                role: role.word().to_owned(),
                expires_at: ctx.now.0 + LINK_MS,
                takes_totp: false,
            };
            Ok(admin_users::invite(conn, &row)?)
        })
        .await?;
        Ok(token)
    }

    /// Follows a one-time link: makes the user that it is for, or gives them another password, which ends their sessions;
    /// and signs in. `random` is for the session and the salt.
    pub async fn sign_in_first(
        &self,
        link: String,
        name: Option<String>,
        password: String,
        code: Option<String>,
        random: [[u8; 32]; 2],
    ) -> Result<Followed> {
        let (link, now) = (hash(&link), self.now());
        let looked_up = link.clone();
        // Before the password is hashed: that takes time, which strangers are not to have for nothing.
        let (invite, user) = self.read(move |conn| good(conn, &looked_up, now)).await?;
        let reset_of = user
            .as_ref()
            .filter(|user| user.resets)
            .map(|user| user.row.name.clone());
        let chosen = name_to_be(user.as_ref(), name.as_deref())?;
        if let Some(fault) = admin::password_fault(&password, &chosen) {
            return Err(SwitchboardError::invalid("password", fault));
        }
        if let Some(user) = user.filter(|user| user.row.totp_secret.is_some() && !invite.takes_totp)
            && code.is_none()
        {
            let outcome = SignIn::NeedsCode(UserId::from_i64(user.row.id));
            return Ok(Followed { outcome, reset_of });
        }
        let [random, salt] = random;
        let opened = token("pls_", random);
        let (token, board) = (opened.clone(), self.clone());
        let password_hash = passwords::hash(password, salt).await?;
        let session = self
            .write(move |conn, ctx| {
                admin_users::lock(conn)?;
                let had_owner = admin_users::any_owner(conn)?;
                let (invite, there) = good(conn, &link, ctx.now)?;
                let name = name_to_be(there.as_ref(), name.as_deref())?;
                let key = admin::name_key(&name);
                let taken = admin_users::by_name(conn, &key)?;
                if taken.is_some_and(|row| Some(row.id) != invite.user_id) {
                    return Err(super::users::name_taken(&name));
                }
                let is_new = there.is_none();
                let mut row = there.map_or_else(
                    || new_user(ctx.id::<UserKind>().as_i64(), &invite.role, ctx.now),
                    |there| there.row,
                );
                if invite.takes_totp {
                    (row.totp_secret, row.totp_pending) = (None, None);
                }
                // The link stays good where the code is wrong.
                if !board.takes_code(&mut row, code.as_deref(), ctx.now) {
                    return Ok(None);
                }
                admin_users::take_invite(conn, &link)?.ok_or_else(unknown_link)?;
                if !had_owner && row.role == Role::Owner.word() {
                    // Each start without an owner has printed one.
                    admin_users::forget_open_invites(conn)?;
                }
                (row.name, row.name_key) = (name, key);
                row.password_hash = Some(password_hash.clone());
                match is_new {
                    true => drop(admin_users::insert(conn, &row)?),
                    false => drop(admin_sessions::remove_others(conn, row.id, "")?),
                }
                open(conn, ctx, &mut row, &opened).map(Some)
            })
            .await?;
        let user = UserId::from_i64(invite.user_id.unwrap_or_default());
        let outcome = SignIn::of(session, token, user);
        Ok(Followed { outcome, reset_of })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::domain::{Clock, IdGenerator};
    use crate::store::Durability;
    use crate::store::migrations::open_migrated;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp(1_750_000_000_000)
        }
    }

    #[tokio::test]
    async fn for_a_link_that_is_none_no_password_is_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("links.db");
        let db = open_migrated(url.to_str().unwrap(), Durability::Command).unwrap();
        let board = Switchboard::new(db, Arc::new(Still), IdGenerator::new(1), Vec::new());
        let link = board.admin_link(Role::Owner, [1; 32]).await.unwrap();
        // Nobody can hash while this is held.
        let _all = passwords::hold_all().await;
        let follow = |link: &str| {
            let (name, password) = (Some("ann".to_owned()), "correct horse battery".to_owned());
            board.sign_in_first(link.to_owned(), name, password, None, [[2; 32]; 2])
        };
        let refused = tokio::time::timeout(Duration::from_secs(5), follow("none")).await;
        let refused = refused.expect("it waits for a password to be hashed");
        assert!(
            matches!(refused, Err(SwitchboardError::Invalid { field: "token", .. })),
            "{refused:?}"
        );
        let waiting = tokio::time::timeout(Duration::from_millis(300), follow(&link)).await;
        assert!(waiting.is_err(), "a good one is hashed for: {waiting:?}");
    }

    #[test]
    fn a_name_in_a_link_is_one_parameter() {
        assert_eq!(link_path("t", None), "/admin/#/first?token=t");
        assert_eq!(
            link_path("t", Some("a&b c")),
            "/admin/#/first?token=t&reset=a%26b+c"
        );
    }
}
