//! People who sign in with a browser: who they are, their sessions, and what they did.

mod audit;
mod links;
mod oidc;
#[cfg(test)]
mod oidc_tests;
mod passwords;
mod sealing;
mod sessions;
mod totp;
mod users;

pub use audit::{AuditEntry, NewAuditEntry};
pub use links::{Followed, link_path};
pub use oidc::{Changes, ProviderSignIn};
pub use sealing::{AdminSettings, TotpKey, TotpSecrets};
pub use sessions::{NewSession, Session, SignIn};
pub use users::{AdminUser, AdminUserEdit, NewAdminUser};

use data_encoding::BASE32_NOPAD;

use super::error::Result;
use crate::domain::Timestamp;
use crate::domain::admin::Role;
use crate::domain::id::{CommunityId, UserId};
use crate::store::admin_users::{self, UserRow};
use crate::store::{Conn, StoreError};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The user.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The communities that are theirs; all where none are said.
    pub communities: Option<Vec<CommunityId>>,
    /// A one-time code is asked for at sign-in.
    pub totp: bool,
    /// Has a password here: who signs in by a provider alone has none.
    pub has_password: bool,
}

impl SignedIn {
    /// Whether this community is theirs.
    pub fn may_enter(&self, community: CommunityId) -> bool {
        self.role == Role::Owner
            || self
                .communities
                .as_ref()
                .is_none_or(|own| own.contains(&community))
    }
}

fn token(prefix: &str, random: [u8; 32]) -> String {
    format!("{prefix}{}", BASE32_NOPAD.encode(&random).to_ascii_lowercase())
}

fn role_of(row: &UserRow) -> Result<Role> {
    Ok(Role::from_word(&row.role).ok_or(StoreError::Corrupt("admin_users.role"))?)
}

fn communities_of(conn: &mut Conn, row: &UserRow) -> Result<Option<Vec<CommunityId>>> {
    if row.all_communities {
        return Ok(None);
    }
    let found = admin_users::communities(conn, row.id)?;
    Ok(Some(found.into_iter().map(CommunityId::from_i64).collect()))
}

/// Somebody new, of all communities, who has no name and no password yet.
fn new_user(id: i64, role: &str, now: Timestamp) -> UserRow {
    UserRow {
        id,
        name: String::new(),
        name_key: String::new(),
        password_hash: None,
        role: role.to_owned(),
        all_communities: true,
        totp_secret: None,
        totp_pending: None,
        totp_step: 0,
        disabled: false,
        created_at: now.0,
        signed_in_at: None,
    }
}

fn signed_in(conn: &mut Conn, row: &UserRow) -> Result<SignedIn> {
    Ok(SignedIn {
        user: UserId::from_i64(row.id),
        name: row.name.clone(),
        role: role_of(row)?,
        communities: communities_of(conn, row)?,
        totp: row.totp_secret.is_some(),
        has_password: row.password_hash.is_some(),
    })
}
