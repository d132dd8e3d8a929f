//! Signing in and out.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use super::super::error::{Result, SwitchboardError};
use super::super::keys::{Caller, Scope, hash};
use super::super::{Context, Switchboard};
use super::{SignedIn, passwords, signed_in, token};
use crate::domain::Timestamp;
use crate::domain::admin::{self, LONGEST_MS, Role};
use crate::domain::id::{KeyId, UserId};
use crate::store::Conn;
use crate::store::admin_sessions::{self, SessionRow};
use crate::store::admin_users::{self, UserRow};

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
    /// The password is right, and a one-time code is wanted. Of whom.
    NeedsCode(UserId),
    /// The password is right, and the one-time code is wrong or was used. Of whom.
    WrongCode(UserId),
}

impl SignIn {
    /// What becomes of it where a session was opened, or the code was wrong.
    pub(super) fn of(session: Option<Session>, token: String, user: UserId) -> Self {
        match session {
            Some(session) => Self::Done(Box::new(NewSession { token, session })),
            None => Self::WrongCode(user),
        }
    }
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

pub(super) fn living(conn: &mut Conn, user: UserId) -> Result<UserRow> {
    match admin_users::get(conn, user.as_i64())? {
        Some(row) if !row.disabled => Ok(row),
        _ => Err(SwitchboardError::not_found("user", user)),
    }
}

impl Switchboard {
    /// Whether there is an owner who can sign in: whoever else can makes nobody an admin.
    pub async fn has_admins(&self) -> Result<bool> {
        self.read(|conn| Ok(admin_users::any_owner(conn)?)).await
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
            return Ok(SignIn::NeedsCode(UserId::from_i64(row.id)));
        }
        let (opened, id, board) = (token("pls_", random), row.id, self.clone());
        let token = opened.clone();
        let session = self
            .write(move |conn, ctx| {
                // Anew: the password or the code may have been used or changed meanwhile.
                admin_users::lock(conn)?;
                let now_there = admin_users::get(conn, id)?;
                let Some(mut row) = now_there.filter(|row| !row.disabled && row.password_hash == kept) else {
                    return Ok(None);
                };
                if !board.takes_code(&mut row, code.as_deref(), ctx.now) {
                    return Ok(None);
                }
                open(conn, ctx, &mut row, &opened).map(Some)
            })
            .await?;
        Ok(SignIn::of(session, token, UserId::from_i64(id)))
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

    /// Gives a user another password, and ends their other sessions and their open links; false where the old one is wrong.
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
            // Whoever holds a link to a new password would choose over theirs.
            admin_users::forget_invites_of(conn, row.id)?;
            Ok(true)
        })
        .await
    }
}
