//! Authenticator apps: begun, confirmed, asked for, and taken away.

use data_encoding::BASE32_NOPAD;

use super::super::Switchboard;
use super::super::error::{Result, SwitchboardError};
use super::sealing::{bytes_of, kept};
use super::sessions::living;
use super::{passwords, role_of};
use crate::domain::id::UserId;
use crate::domain::{Timestamp, totp};
use crate::store::admin_users::{self, UserRow};

impl Switchboard {
    /// Whether a user may go on with this one-time code: they have no authenticator app, or it is the code of one. It
    /// counts as used then.
    pub(super) fn takes_code(&self, row: &mut UserRow, code: Option<&str>, now: Timestamp) -> bool {
        let Some(kept) = &row.totp_secret else {
            return true;
        };
        let Some(secret) = bytes_of(self.totp_key(), row.id, kept) else {
            tracing::error!(
                user = %UserId::from_i64(row.id),
                "the secret of an authenticator app cannot be opened; see http.totp_key_file"
            );
            return false;
        };
        match totp::accepts(&secret, code.unwrap_or_default(), now, row.totp_step) {
            Some(step) => {
                row.totp_step = step;
                true
            }
            None => false,
        }
    }

    async fn password_is_right(&self, user: UserId, password: String) -> Result<bool> {
        let row = self.read(move |conn| living(conn, user)).await?;
        passwords::is_right(password, row.password_hash).await
    }

    /// Begins to ask a user for one-time codes: returns the secret, in base32, which is to be confirmed by a code; none
    /// where the password is wrong.
    pub async fn begin_totp(
        &self,
        user: UserId,
        password: String,
        random: [u8; 32],
    ) -> Result<Option<String>> {
        if !self.password_is_right(user, password).await? {
            return Ok(None);
        }
        let secret = BASE32_NOPAD.encode(random.get(..20).unwrap_or_default());
        let pending = kept(self.totp_key(), user.as_i64(), &secret)?;
        self.write(move |conn, _| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            if row.totp_secret.is_some() {
                return Err(SwitchboardError::conflict(
                    "totp_state",
                    "one-time codes are asked for already; remove them first",
                ));
            }
            row.totp_pending = Some(pending.clone());
            Ok(admin_users::update(conn, &row)?)
        })
        .await?;
        Ok(Some(secret))
    }

    /// Confirms it by a code of the app; from now on one is asked for at sign-in.
    pub async fn confirm_totp(&self, user: UserId, code: String) -> Result<()> {
        let board = self.clone();
        self.write(move |conn, ctx| {
            admin_users::lock(conn)?;
            let mut row = living(conn, user)?;
            let Some(pending) = row.totp_pending.take() else {
                return Err(SwitchboardError::conflict(
                    "totp_state",
                    "nothing waits for a code; begin anew",
                ));
            };
            let secret = bytes_of(board.totp_key(), row.id, &pending).unwrap_or_default();
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
        if !self.password_is_right(user, password).await? {
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
