//! API keys: made, shown once, kept as a hash.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

use super::admins::SignedIn;
use super::error::{Result, SwitchboardError};
use super::views::Key;
use super::{Switchboard, communities};
use crate::domain::Timestamp;
use crate::domain::id::{CommunityId, KeyId, KeyKind};
use crate::store::api_keys::{self, KeyRow};

/// The last use is noted no finer than this.
const USE_GRAIN_MS: i64 = 60_000;

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Admin,
    /// One community.
    Community(CommunityId),
    /// What an app needs of one community: not its policies, pools, numbers and keys.
    App(CommunityId),
    /// Those communities that are the signed-in user's.
    Several,
}

/// A key to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// What it opens.
    pub scope: Scope,
    /// The app that it belongs to; for keys of scope `app` only.
    pub app: Option<String>,
    /// Opens nothing but reading.
    pub read_only: bool,
    /// Whole seconds until it ends; none = never.
    pub expires_in_s: Option<i64>,
}

impl NewKey {
    /// A key without end that opens everything.
    pub fn admin(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scope: Scope::Admin,
            app: None,
            read_only: false,
            expires_in_s: None,
        }
    }
}

/// Who asks, as their key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The key.
    pub key: KeyId,
    /// What it opens.
    pub scope: Scope,
    /// The app that it belongs to.
    pub app: Option<String>,
    /// Opens nothing but reading.
    pub read_only: bool,
    /// Who is signed in, where it is no key but a session.
    pub user: Option<SignedIn>,
}

impl Caller {
    /// Whether this caller may see that community.
    pub fn may_enter(&self, community: CommunityId) -> bool {
        match self.scope {
            Scope::Admin => true,
            Scope::Community(own) | Scope::App(own) => own == community,
            Scope::Several => self.user.as_ref().is_some_and(|user| user.may_enter(community)),
        }
    }
}

/// What is kept of a token.
pub(in crate::switchboard) fn hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

fn view(row: KeyRow) -> Key {
    Key {
        id: KeyId::from_i64(row.id),
        name: row.name,
        scope: row.scope,
        community: row.community_id.map(CommunityId::from_i64),
        app: row.app,
        read_only: row.read_only,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
    }
}

impl Switchboard {
    /// Makes a key from 32 random bytes; returns it with its token, which is kept nowhere.
    pub async fn create_key(&self, new: NewKey, random: [u8; 32]) -> Result<(Key, String)> {
        let token = format!("pl_{}", BASE32_NOPAD.encode(&random).to_ascii_lowercase());
        let token_hash = hash(&token);
        let key = self
            .write(move |conn, ctx| {
                let (word, community) = match new.scope {
                    Scope::Admin => ("admin", None),
                    Scope::Community(id) => ("community", Some(communities::require(conn, id)?.id)),
                    Scope::Several => {
                        return Err(SwitchboardError::invalid(
                            "scope",
                            "no key opens a user's communities",
                        ));
                    }
                    Scope::App(id) => ("app", Some(communities::require(conn, id)?.id)),
                };
                if matches!(new.scope, Scope::App(_)) != new.app.is_some() {
                    return Err(SwitchboardError::invalid(
                        "app",
                        "a key of scope `app` names its app in `app`; others have none",
                    ));
                }
                let row = KeyRow {
                    id: ctx.id::<KeyKind>().as_i64(),
                    name: communities::checked_name(&new.name)?.to_owned(),
                    scope: word.to_owned(),
                    community_id: community.map(CommunityId::as_i64),
                    token_hash: token_hash.clone(),
                    created_at: ctx.now.0,
                    app: new
                        .app
                        .as_deref()
                        .map(communities::checked_name)
                        .transpose()?
                        .map(str::to_owned),
                    read_only: new.read_only,
                    expires_at: new.expires_in_s.map(|s| ctx.now.plus_s(s).0),
                    last_used_at: None,
                    revoked_at: None,
                };
                api_keys::insert(conn, &row)?;
                Ok(view(row))
            })
            .await?;
        Ok((key, token))
    }

    /// Who holds this token; none for an unknown, expired or revoked one.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Caller>> {
        let (token_hash, now) = (hash(token), self.now());
        let row = self
            .read(move |conn| Ok(api_keys::by_hash(conn, &token_hash)?))
            .await?;
        let Some(row) = row.filter(|r| r.revoked_at.is_none() && r.expires_at.is_none_or(|at| at > now.0))
        else {
            return Ok(None);
        };
        let scope = match (row.scope.as_str(), row.community_id) {
            ("admin", _) => Scope::Admin,
            ("community", Some(community)) => Scope::Community(CommunityId::from_i64(community)),
            ("app", Some(community)) => Scope::App(CommunityId::from_i64(community)),
            _ => return Ok(None),
        };
        if row.last_used_at.is_none_or(|at| now.0 - at > USE_GRAIN_MS) {
            self.write_grouped(move |conn, ctx| Ok(api_keys::touch(conn, row.id, ctx.now.0)?))
                .await?;
        }
        Ok(Some(Caller {
            key: KeyId::from_i64(row.id),
            scope,
            app: row.app,
            read_only: row.read_only,
            user: None,
        }))
    }

    /// All keys, oldest first.
    pub async fn keys(&self) -> Result<Vec<Key>> {
        self.keys_after(None, i64::MAX).await
    }

    /// Keys after the given one, oldest first.
    pub async fn keys_after(&self, after: Option<KeyId>, limit: i64) -> Result<Vec<Key>> {
        self.read(move |conn| {
            let after = after.map_or(i64::MIN, KeyId::as_i64);
            Ok(api_keys::list(conn, after, limit)?
                .into_iter()
                .map(view)
                .collect())
        })
        .await
    }

    /// One key.
    pub async fn key(&self, id: KeyId) -> Result<Key> {
        self.read(move |conn| match api_keys::get(conn, id.as_i64())? {
            Some(row) => Ok(view(row)),
            None => Err(SwitchboardError::not_found("key", id)),
        })
        .await
    }

    /// Revokes a key.
    pub async fn revoke_key(&self, id: KeyId) -> Result<()> {
        self.write(
            move |conn, ctx| match api_keys::revoke(conn, id.as_i64(), ctx.now.0)? {
                true => Ok(()),
                false => Err(SwitchboardError::not_found("living key", id)),
            },
        )
        .await
    }
}
