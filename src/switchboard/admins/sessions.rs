//! Signing in and out.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use ring::hmac;

use super::super::error::{Result, SwitchboardError};
use super::super::keys::{Caller, Scope, hash};
use super::super::{Context, Switchboard};
use super::{SignedIn, passwords, role_of, signed_in, token};
use crate::domain::admin::{self, LINK_MS, LONGEST_MS, Role};
use crate::domain::id::{KeyId, UserId, UserKind};
use crate::domain::{Timestamp, totp};
use crate::store::admin_sessions::{self, SessionRow};
use crate::store::admin_users::{self, InviteRow, UserRow};
use crate::store::{Conn, admin_identities};

/// The last use is noted no finer than this.
const USE_GRAIN_MS: i64 = 60_000;

/// A session that lives.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is, as gates want to know it.
    pub caller: Caller,
    /// Who it is.
    pub who: SignedIn,
    /// What a request that changes something has to name.
    pub csrf: String,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

/// A session with the token that opens it, which is kept nowhere.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// For the cookie.
    pub token: String,
    /// What it opens.
    pub session: Session,
}

/// What became of a try to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// It is they.
    Done(Box<NewSession>),
    /// The name or the password is wrong, or the user may not sign in.
    Wrong,
    /// The password is right, and a one-time code is wanted.
    NeedsCode,
    /// The password is right, and the one-time code is wrong or was used.
    WrongCode,
}

/// Comes from the token alone, so that nothing has to be kept.
fn csrf(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, b"csrf").as_ref())
}

fn session(conn: &mut Conn, row: &UserRow, kept: &SessionRow, token: &str) -> Result<Session> {
    let who = signed_in(conn, row)?;
    let caller = Caller {
        // Paces and repeated requests go by a key: ids are unique, whatever they are of.
        key: KeyId::from_i64(row.id),
        scope: match who.role {
            Role::Owner => Scope::Admin,
            Role::Operator | Role::Viewer => Scope::Several,
        },
        app: None,
        read_only: who.role == Role::Viewer,
        user: Some(who.clone()),
    };
    Ok(Session {
        caller,
        who,
        csrf: csrf(token),
        expires_at: admin::session_end(Timestamp(kept.last_used_at), Timestamp(kept.expires_at)),
    })
}

pub(super) fn open(conn: &mut Conn, ctx: &Context, row: &mut UserRow, token: &str) -> Result<Session> {
    admin_sessions::forget(conn, ctx.now.0)?;
    row.signed_in_at = Some(ctx.now.0);
    admin_users::update(conn, row)?;
    let kept = SessionRow {
        token_hash: hash(token),
        user_id: row.id,
        created_at: ctx.now.0,
        last_used_at: ctx.now.0,
        expires_at: ctx.now.0 + LONGEST_MS,
    };
    admin_sessions::insert(conn, &kept)?;
    session(conn, row, &kept, token)
}

fn unknown_link() -> SwitchboardError {
    SwitchboardError::invalid(
        "token",
        "this one-time link was used, or is too old; `partyline admin link` makes another",
    )
}

fn living(conn: &mut Conn, user: UserId) -> Result<UserRow> {
    match admin_users::get(conn, user.as_i64())? {
        Some(row) if !row.disabled => Ok(row),
        _ => Err(SwitchboardError::not_found("user", user)),
    }
}

impl Switchboard {
    /// Whether anybody can sign in.
    pub async fn has_admins(&self) -> Result<bool> {
        self.read(|conn| Ok(admin_users::any(conn)? || admin_identities::any(conn)?))
            .await
    }

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
            };
            Ok(admin_users::invite(conn, &row)?)
        })
        .await?;
        Ok(token)
    }

    /// Follows a one-time link: makes the user that it is for, and signs in. `random` is for the session and the salt.
    pub async fn sign_in_first(
        &self,
        link: String,
        name: String,
        password: String,
        random: [[u8; 32]; 2],
    ) -> Result<NewSession> {
        if let Some(fault) = admin::name_fault(&name) {
            return Err(SwitchboardError::invalid("name", fault));
        }
        if let Some(fault) = admin::password_fault(&password, &name) {
            return Err(SwitchboardError::invalid("password", fault));
        }
        let [random, salt] = random;
        let (link, token) = (hash(&link), token("pls_", random));
        let password_hash = passwords::hash(password, salt).await?;
        let opened = token.clone();
        let session = self
            .write(move |conn, ctx| {
                admin_users::lock(conn)?;
                let is_first = !admin_users::any(conn)?;
                let invite = admin_users::take_invite(conn, &link)?
                    .filter(|invite| invite.expires_at > ctx.now.0)
                    .ok_or_else(unknown_link)?;
                if is_first {
                    // Each start without users has printed one.
                    admin_users::forget_open_invites(conn)?;
                }
                let key = admin::name_key(&name);
                let taken = admin_users::by_name(conn, &key)?;
                if taken.is_some_and(|row| Some(row.id) != invite.user_id) {
                    return Err(super::users::name_taken(&name));
                }
                let there = match invite.user_id {
                    Some(id) => Some(
                        admin_users::get(conn, id)?
                            .filter(|row| !row.disabled)
                            .ok_or_else(unknown_link)?,
                    ),
                    None => None,
                };
                let is_new = there.is_none();
                let mut row = there.unwrap_or_else(|| UserRow {
                    id: ctx.id::<UserKind>().as_i64(),
                    name: String::new(),
                    name_key: String::new(),
                    password_hash: None,
                    role: invite.role.clone(),
                    all_communities: true,
                    totp_secret: None,
                    totp_pending: None,
                    totp_step: 0,
                    disabled: false,
                    created_at: ctx.now.0,
                    signed_in_at: None,
                });
                (row.name, row.name_key) = (name.clone(), key);
                row.password_hash = Some(password_hash.clone());
                if is_new {
                    admin_users::insert(conn, &row)?;
                }
                open(conn, ctx, &mut row, &opened)
            })
            .await?;
        Ok(NewSession { token, session })
    }

    /// Signs somebody in. It takes as long for a name that nobody has.
    pub async fn sign_in(
        &self,
        name: &str,
        password: String,
        code: Option<String>,
        random: [u8; 32],
    ) -> Result<SignIn> {
        let key = admin::name_key(name);
        let row = self
            .read(move |conn| Ok(admin_users::by_name(conn, &key)?))
            .await?;
        let kept = row.as_ref().and_then(|row| row.password_hash.clone());
        let is_right = passwords::is_right(password, kept.clone()).await?;
        let Some(row) = row.filter(|row| is_right && !row.disabled) else {
            return Ok(SignIn::Wrong);
        };
        if row.totp_secret.is_some() && code.is_none() {
            return Ok(SignIn::NeedsCode);
        }
        let (opened, id) = (token("pls_", random), row.id);
        let token = opened.clone();
        let session = self
            .write(move |conn, ctx| {
                // Anew: the password or the code may have been used or changed meanwhile.
                admin_users::lock(conn)?;
                let now_there = admin_users::get(conn, id)?;
                let Some(mut row) = now_there.filter(|row| !row.disabled && row.password_hash == kept) else {
                    return Ok(None);
                };
                if let Some(secret) = &row.totp_secret {
                    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap_or_default();
                    let given = code.as_deref().unwrap_or_default();
                    match totp::accepts(&secret, given, ctx.now, row.totp_step) {
                        Some(step) => row.totp_step = step,
                        None => return Ok(None),
                    }
                }
                open(conn, ctx, &mut row, &opened).map(Some)
            })
            .await?;
        Ok(match session {
            Some(session) => SignIn::Done(Box::new(NewSession { token, session })),
            None => SignIn::WrongCode,
        })
    }

    /// The session of a token; none for one that is unknown or over, or whose user may not sign in any more.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let Some((mut session, kept)) = self.kept_session(token).await? else {
            return Ok(None);
        };
        let now = self.now();
        // This very request is a use.
        session.expires_at = admin::session_end(now, Timestamp(kept.expires_at));
        if now.0 - kept.last_used_at > USE_GRAIN_MS {
            self.write_grouped(move |conn, ctx| {
                Ok(admin_sessions::touch(conn, &kept.token_hash, ctx.now.0)?)
            })
            .await?;
        }
        Ok(Some(session))
    }

    /// The same for whoever only looks whether it still lives: that is no use.
    pub async fn living_session(&self, token: &str) -> Result<Option<Session>> {
        Ok(self.kept_session(token).await?.map(|(session, _)| session))
    }

    async fn kept_session(&self, token: &str) -> Result<Option<(Session, SessionRow)>> {
        let (token, now) = (token.to_owned(), self.now());
        let looked_up = hash(&token);
        self.read(move |conn| {
            let Some(kept) = admin_sessions::get(conn, &looked_up)? else {
                return Ok(None);
            };
            let end = admin::session_end(Timestamp(kept.last_used_at), Timestamp(kept.expires_at));
            let user = admin_users::get(conn, kept.user_id)?;
            let Some(row) = user.filter(|row| !row.disabled && end > now) else {
                return Ok(None);
            };
            Ok(Some((session(conn, &row, &kept, &token)?, kept)))
        })
        .await
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let token_hash = hash(token);
        self.write(move |conn, _| Ok(admin_sessions::remove(conn, &token_hash)?))
            .await
    }

    /// Gives a user another password and ends their other sessions; false where the old one is wrong.
    pub async fn change_password(
        &self,
        user: UserId,
        token: &str,
        old: String,
        new: String,
        salt: [u8; 32],
    ) -> Result<bool> {
        let row = self.read(move |conn| living(conn, user)).await?;
        if let Some(fault) = admin::password_fault(&new, &row.name) {
            return Err(SwitchboardError::invalid("new_password", fault));
        }
        let kept = row.password_hash;
        if !passwords::is_right(old, kept.clone()).await? {
            return Ok(false);
        }
        let (password_hash, own) = (passwords::hash(new, salt).await?, hash(token));
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            if row.password_hash != kept {
                return Ok(false);
            }
            row.password_hash = Some(password_hash.clone());
            admin_users::update(conn, &row)?;
            admin_sessions::remove_others(conn, user.as_i64(), &own)?;
            Ok(true)
        })
        .await
    }

    /// Begins to ask a user for one-time codes: returns the secret, in base32, which is to be confirmed by a code.
    pub async fn begin_totp(&self, user: UserId, random: [u8; 32]) -> Result<String> {
        let secret = BASE32_NOPAD.encode(random.get(..20).unwrap_or_default());
        let kept = secret.clone();
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            if row.totp_secret.is_some() {
                return Err(SwitchboardError::conflict(
                    "totp_state",
                    "one-time codes are asked for already; remove them first",
                ));
            }
            row.totp_pending = Some(kept.clone());
            Ok(admin_users::update(conn, &row)?)
        })
        .await?;
        Ok(secret)
    }

    /// Confirms it by a code of the app; from now on one is asked for at sign-in.
    pub async fn confirm_totp(&self, user: UserId, code: String) -> Result<()> {
        self.write(move |conn, ctx| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            let Some(pending) = row.totp_pending.take() else {
                return Err(SwitchboardError::conflict(
                    "totp_state",
                    "nothing waits for a code; begin anew",
                ));
            };
            let secret = BASE32_NOPAD.decode(pending.as_bytes()).unwrap_or_default();
            let step = totp::accepts(&secret, &code, ctx.now, 0).ok_or_else(|| {
                SwitchboardError::invalid("totp", "this is not the code that the app shows now")
            })?;
            (row.totp_secret, row.totp_step) = (Some(pending), step);
            Ok(admin_users::update(conn, &row)?)
        })
        .await
    }

    /// Asks a user for codes no more; false where the password is wrong.
    pub async fn remove_totp(&self, user: UserId, password: String) -> Result<bool> {
        let row = self.read(move |conn| living(conn, user)).await?;
        if !passwords::is_right(password, row.password_hash).await? {
            return Ok(false);
        }
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            (row.totp_secret, row.totp_pending) = (None, None);
            admin_users::update(conn, &row)?;
            role_of(&row).map(|_| true)
        })
        .await
    }
}
