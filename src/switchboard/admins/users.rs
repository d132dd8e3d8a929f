//! Users, as owners see and change them.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::{Result, SwitchboardError};
use super::super::keys::hash;
use super::super::{Switchboard, communities};
use super::{communities_of, new_user, role_of, token};
use crate::domain::Timestamp;
use crate::domain::admin::{self, LINK_MS, Role};
use crate::domain::id::{CommunityId, UserId, UserKind};
use crate::store::admin_users::{self, InviteRow, UserRow};
use crate::store::{Conn, admin_identities, admin_sessions};

/// The most communities that can be listed for one user.
const MOST_COMMUNITIES: usize = 500;

/// Somebody who signs in with a browser.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdminUser {
    /// The id.
    pub id: UserId,
    /// The name to sign in with; upper and lower case are one.
    #[schema(example = "ann")]
    pub name: String,
    /// What they may do.
    #[schema(example = "operator")]
    pub role: Role,
    /// The communities that are theirs; null: all. Of owners always null.
    pub communities: Option<Vec<CommunityId>>,
    /// Has neither followed the one-time link yet nor signed in by a provider.
    pub invited: bool,
    /// May not sign in.
    pub disabled: bool,
    /// Is asked for a one-time code at sign-in.
    pub totp: bool,
    /// The provider of OpenID Connect by which they sign in; null: none.
    #[schema(example = json!(null))]
    pub provider: Option<String>,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    #[schema(example = json!(null))]
    pub signed_in_at: Option<Timestamp>,
}

/// A user to be.
#[derive(Clone, Debug)]
pub struct NewAdminUser {
    /// The name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The communities that are theirs; all where none are said.
    pub communities: Option<Vec<CommunityId>>,
}

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AdminUserEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// Other communities; none = all.
    pub communities: Option<Option<Vec<CommunityId>>>,
    /// Whether they may not sign in.
    pub disabled: Option<bool>,
}

pub(super) fn name_taken(name: &str) -> SwitchboardError {
    SwitchboardError::conflict(
        "name_taken",
        format!("there is a user named `{name}` already; choose another name"),
    )
}

fn view(conn: &mut Conn, row: UserRow) -> Result<AdminUser> {
    let provider = admin_identities::of_user(conn, row.id)?.map(|known| known.issuer);
    Ok(AdminUser {
        id: UserId::from_i64(row.id),
        role: role_of(&row)?,
        communities: communities_of(conn, &row)?,
        invited: row.password_hash.is_none() && provider.is_none(),
        provider,
        disabled: row.disabled,
        totp: row.totp_secret.is_some(),
        created_at: Timestamp(row.created_at),
        signed_in_at: row.signed_in_at.map(Timestamp),
        name: row.name,
    })
}

fn checked_name(name: &str) -> Result<()> {
    match admin::name_fault(name) {
        Some(fault) => Err(SwitchboardError::invalid("name", fault)),
        None => Ok(()),
    }
}

/// The ids to keep; they must be there, and an owner has all.
fn checked(conn: &mut Conn, role: Role, given: Option<&[CommunityId]>) -> Result<Vec<i64>> {
    let Some(given) = given else {
        return Ok(Vec::new());
    };
    if role == Role::Owner {
        return Err(SwitchboardError::invalid(
            "communities",
            "an owner has every community; leave `communities` null, or choose another role",
        ));
    }
    if given.len() > MOST_COMMUNITIES {
        return Err(SwitchboardError::invalid(
            "communities",
            format!("at most {MOST_COMMUNITIES} communities can be listed; leave it null for all"),
        ));
    }
    let mut ids = Vec::new();
    for community in given {
        ids.push(communities::require(conn, *community)?.id.as_i64());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn require(conn: &mut Conn, id: UserId) -> Result<UserRow> {
    admin_users::get(conn, id.as_i64())?.ok_or_else(|| SwitchboardError::not_found("user", id))
}

fn keep_an_owner(conn: &mut Conn, row: &UserRow) -> Result<()> {
    let counts = row.role == Role::Owner.word() && !row.disabled && row.password_hash.is_some();
    match counts && !admin_users::other_owner(conn, row.id)? {
        true => Err(SwitchboardError::conflict(
            "last_owner",
            format!(
                "`{}` is the last owner who can sign in; make another owner first",
                row.name
            ),
        )),
        false => Ok(()),
    }
}

impl Switchboard {
    /// Users after the given one, oldest first.
    pub async fn admin_users(&self, after: Option<UserId>, limit: i64) -> Result<Vec<AdminUser>> {
        self.read(move |conn| {
            let after = after.map_or(i64::MIN, UserId::as_i64);
            let rows = admin_users::list(conn, after, limit)?;
            rows.into_iter().map(|row| view(conn, row)).collect()
        })
        .await
    }

    /// One user.
    pub async fn admin_user(&self, id: UserId) -> Result<AdminUser> {
        self.read(move |conn| {
            let row = require(conn, id)?;
            view(conn, row)
        })
        .await
    }

    /// Makes a user who is yet to choose a password; returns them with the token of a one-time link.
    pub async fn create_admin_user(
        &self,
        new: NewAdminUser,
        random: [u8; 32],
    ) -> Result<(AdminUser, String)> {
        checked_name(&new.name)?;
        let link = token("", random);
        let token_hash = hash(&link);
        let user = self
            .write(move |conn, ctx| {
                let ids = checked(conn, new.role, new.communities.as_deref())?;
                let row = UserRow {
                    name: new.name.clone(),
                    name_key: admin::name_key(&new.name),
                    all_communities: new.communities.is_none(),
                    ..new_user(ctx.id::<UserKind>().as_i64(), new.role.word(), ctx.now)
                };
                if !admin_users::insert(conn, &row)? {
                    return Err(name_taken(&new.name));
                }
                admin_users::set_communities(conn, row.id, &ids)?;
                let invite = InviteRow {
                    token_hash: token_hash.clone(),
                    user_id: Some(row.id),
                    role: row.role.clone(),
                    expires_at: ctx.now.0 + LINK_MS,
                    takes_totp: false,
                };
                admin_users::invite(conn, &invite)?;
                view(conn, row)
            })
            .await?;
        Ok((user, link))
    }

    /// The user of a name.
    pub async fn find_admin_user(&self, name: &str) -> Result<Option<AdminUser>> {
        let key = admin::name_key(name);
        self.read(move |conn| {
            let row = admin_users::by_name(conn, &key)?;
            row.map(|row| view(conn, row)).transpose()
        })
        .await
    }

    /// Makes a one-time link at which a user chooses a new password, or their first; returns them with its token. Those
    /// that were made before are good no more. Until it is followed everything stays as it is.
    pub async fn reset_admin_user(
        &self,
        id: UserId,
        takes_totp: bool,
        random: [u8; 32],
    ) -> Result<(AdminUser, String)> {
        let link = token("", random);
        let token_hash = hash(&link);
        let user = self
            .write(move |conn, ctx| {
                admin_users::lock(conn)?;
                let row = require(conn, id)?;
                if row.disabled {
                    return Err(SwitchboardError::conflict(
                        "user_disabled",
                        format!(
                            "`{}` is disabled and may not sign in; enable them first",
                            row.name
                        ),
                    ));
                }
                admin_users::forget_invites(conn, ctx.now.0)?;
                admin_users::forget_invites_of(conn, row.id)?;
                let invite = InviteRow {
                    token_hash: token_hash.clone(),
                    user_id: Some(row.id),
                    role: row.role.clone(),
                    expires_at: ctx.now.0 + LINK_MS,
                    takes_totp,
                };
                admin_users::invite(conn, &invite)?;
                view(conn, row)
            })
            .await?;
        Ok((user, link))
    }

    /// Changes a user. Whoever is disabled is signed out everywhere.
    pub async fn edit_admin_user(&self, id: UserId, edit: AdminUserEdit) -> Result<AdminUser> {
        if let Some(name) = &edit.name {
            checked_name(name)?;
        }
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let mut row = require(conn, id)?;
            let role = edit.role.map_or_else(|| role_of(&row), Ok)?;
            if role != Role::Owner || edit.disabled == Some(true) {
                keep_an_owner(conn, &row)?;
            }
            if let Some(name) = &edit.name {
                let key = admin::name_key(name);
                if admin_users::by_name(conn, &key)?.is_some_and(|other| other.id != row.id) {
                    return Err(name_taken(name));
                }
                (row.name, row.name_key) = (name.clone(), key);
            }
            row.role = role.word().to_owned();
            match &edit.communities {
                Some(given) => {
                    let ids = checked(conn, role, given.as_deref())?;
                    row.all_communities = given.is_none();
                    admin_users::set_communities(conn, row.id, &ids)?;
                }
                None if role == Role::Owner => {
                    row.all_communities = true;
                    admin_users::set_communities(conn, row.id, &[])?;
                }
                None => {}
            }
            row.disabled = edit.disabled.unwrap_or(row.disabled);
            if row.disabled {
                admin_sessions::remove_others(conn, row.id, "")?;
            }
            admin_users::update(conn, &row)?;
            view(conn, row)
        })
        .await
    }

    /// Removes a user, who is signed out everywhere.
    pub async fn remove_admin_user(&self, id: UserId) -> Result<()> {
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let row = require(conn, id)?;
            keep_an_owner(conn, &row)?;
            admin_sessions::remove_others(conn, row.id, "")?;
            admin_identities::remove(conn, row.id)?;
            Ok(admin_users::remove(conn, row.id)?)
        })
        .await
    }
}
