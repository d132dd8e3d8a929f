//! The secrets of authenticator apps, as they are kept: under a key that is outside the database where there is one, else
//! as they are.

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use super::super::Switchboard;
use super::super::error::{Result, SwitchboardError};
use crate::domain::admin::AUDIT_KEPT_S;
use crate::domain::totp;
use crate::store::admin_users::{self, UserRow};

/// What a sealed secret begins with: base32 has no such sign.
const SEALED: &str = "aes256gcm:";
/// Users looked at, or sealed, in one go.
const AT_ONCE: i64 = 100;

/// How people's sign-in is kept.
#[derive(Debug)]
pub struct AdminSettings {
    /// The key of the secrets of authenticator apps.
    pub totp_key: Option<TotpKey>,
    /// Whole seconds for which the audit log is kept; 0 = without end.
    pub audit_kept_s: i64,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self {
            totp_key: None,
            audit_kept_s: AUDIT_KEPT_S,
        }
    }
}

/// The key of the secrets of authenticator apps.
#[derive(Debug)]
pub struct TotpKey {
    cipher: LessSafeKey,
    nonces: hmac::Key,
}

impl TotpKey {
    /// From what stands in its file: 32 bytes in base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = totp::key_bytes(text)?;
        let whole = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let part = |purpose: &[u8]| hmac::sign(&whole, purpose);
        let cipher = UnboundKey::new(&AES_256_GCM, part(b"partyline-totp-cipher-1").as_ref()).ok()?;
        Some(Self {
            cipher: LessSafeKey::new(cipher),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, part(b"partyline-totp-nonce-1").as_ref()),
        })
    }

    /// A secret, bound to its user.
    fn seal(&self, user: i64, secret: &str) -> Option<String> {
        // The nonce comes of what is sealed: it is the same only where everything is.
        let mut of = user.to_be_bytes().to_vec();
        of.extend(secret.as_bytes());
        let tag = hmac::sign(&self.nonces, &of);
        let nonce: [u8; NONCE_LEN] = tag.as_ref().get(..NONCE_LEN)?.try_into().ok()?;
        let mut bytes = secret.as_bytes().to_vec();
        let bound = Aad::from(user.to_be_bytes());
        let nonce_too = Nonce::assume_unique_for_key(nonce);
        self.cipher
            .seal_in_place_append_tag(nonce_too, bound, &mut bytes)
            .ok()?;
        let mut all = nonce.to_vec();
        all.extend(bytes);
        Some(format!("{SEALED}{}", BASE64_NOPAD.encode(&all)))
    }

    fn open(&self, user: i64, sealed: &str) -> Option<String> {
        let all = BASE64_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (nonce, bytes) = all.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let bound = Aad::from(user.to_be_bytes());
        let open = self.cipher.open_in_place(nonce, bound, &mut bytes).ok()?;
        String::from_utf8(open.to_vec()).ok()
    }
}

/// A secret as it is to be kept.
pub(super) fn kept(key: Option<&TotpKey>, user: i64, secret: &str) -> Result<String> {
    match key {
        None => Ok(secret.to_owned()),
        Some(key) => key.seal(user, secret).ok_or(SwitchboardError::Overloaded),
    }
}

/// The bytes of a secret that is kept; none where it is sealed and there is no key that opens it.
pub(super) fn bytes_of(key: Option<&TotpKey>, user: i64, kept: &str) -> Option<Vec<u8>> {
    let secret = match kept.strip_prefix(SEALED) {
        Some(sealed) => key?.open(user, sealed)?,
        None => kept.to_owned(),
    };
    BASE32_NOPAD.decode(secret.as_bytes()).ok()
}

/// How the secrets of authenticator apps are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotpSecrets {
    /// As they are.
    pub plain: usize,
    /// Under the key.
    pub sealed: usize,
    /// Under another key, or under one where none is set: whose they are cannot sign in.
    pub unreadable: usize,
}

impl Switchboard {
    /// Says, once, how people's sign-in is kept.
    pub fn with_admin_settings(self, settings: AdminSettings) -> Self {
        let _ = self.inner.admins.set(settings);
        self
    }

    pub(super) fn totp_key(&self) -> Option<&TotpKey> {
        self.inner.admins.get()?.totp_key.as_ref()
    }

    /// For how long the audit log is kept.
    pub(in crate::switchboard) fn audit_kept_s(&self) -> i64 {
        self.inner
            .admins
            .get()
            .map_or(AUDIT_KEPT_S, |settings| settings.audit_kept_s)
    }

    async fn all_admin_users(&self) -> Result<Vec<UserRow>> {
        let mut all: Vec<UserRow> = Vec::new();
        loop {
            let after = all.last().map_or(i64::MIN, |row| row.id);
            let page = self
                .read(move |conn| Ok(admin_users::list(conn, after, AT_ONCE)?))
                .await?;
            let is_last = (page.len() as i64) < AT_ONCE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// How the secrets of authenticator apps are kept.
    pub async fn totp_secrets(&self) -> Result<TotpSecrets> {
        let mut found = TotpSecrets::default();
        for row in self.all_admin_users().await? {
            let Some(kept) = &row.totp_secret else { continue };
            let count = match (kept.starts_with(SEALED), bytes_of(self.totp_key(), row.id, kept)) {
                (_, None) => &mut found.unreadable,
                (true, Some(_)) => &mut found.sealed,
                (false, Some(_)) => &mut found.plain,
            };
            *count += 1;
        }
        Ok(found)
    }

    /// Puts secrets under the key that were kept as they are, where there is a key; says how many.
    pub async fn seal_totp_secrets(&self) -> Result<usize> {
        if self.totp_key().is_none() {
            return Ok(0);
        }
        let mut count = 0;
        let is_plain = |kept: &Option<String>| kept.as_ref().is_some_and(|kept| !kept.starts_with(SEALED));
        for user in self.all_admin_users().await? {
            if !is_plain(&user.totp_secret) && !is_plain(&user.totp_pending) {
                continue;
            }
            let board = self.clone();
            self.write(move |conn, _| {
                admin_users::lock(conn)?;
                let Some(mut row) = admin_users::get(conn, user.id)? else {
                    return Ok(());
                };
                for secret in [&mut row.totp_secret, &mut row.totp_pending]
                    .into_iter()
                    .flatten()
                {
                    if !secret.starts_with(SEALED) {
                        *secret = kept(board.totp_key(), row.id, secret)?;
                    }
                }
                Ok(admin_users::update(conn, &row)?)
            })
            .await?;
            count += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn key(byte: u8) -> TotpKey {
        TotpKey::parse(&format!("{}\n", BASE64.encode(&[byte; 32]))).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_for_its_user_alone() {
        let bytes = BASE32_NOPAD.decode(SECRET.as_bytes()).unwrap();
        let sealed = kept(Some(&key(1)), 7, SECRET).unwrap();
        assert!(!sealed.contains(SECRET));
        assert_eq!(bytes_of(Some(&key(1)), 7, &sealed), Some(bytes.clone()));
        assert_eq!(bytes_of(Some(&key(1)), 8, &sealed), None, "another's row");
        assert_eq!(bytes_of(Some(&key(2)), 7, &sealed), None, "another key");
        assert_eq!(bytes_of(None, 7, &sealed), None, "no key");
        let mut spoilt = sealed.clone();
        let last = spoilt.pop().unwrap();
        spoilt.push(if last == 'A' { 'B' } else { 'A' });
        assert_eq!(bytes_of(Some(&key(1)), 7, &spoilt), None);
        assert_eq!(bytes_of(Some(&key(1)), 7, SEALED), None);
        // What was kept before there was a key.
        assert_eq!(bytes_of(Some(&key(1)), 7, SECRET), Some(bytes.clone()));
        assert_eq!(kept(None, 7, SECRET).unwrap(), SECRET);
    }

    #[test]
    fn no_two_users_nor_secrets_share_a_nonce() {
        let nonce = |user, secret: &str| {
            let sealed = kept(Some(&key(1)), user, secret).unwrap();
            let all = BASE64_NOPAD.decode(&sealed.as_bytes()[SEALED.len()..]).unwrap();
            all[..NONCE_LEN].to_vec()
        };
        let same = SECRET.replace('G', "H");
        let all = [nonce(7, SECRET), nonce(8, SECRET), nonce(7, &same)];
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        for bad in ["", "c2hvcnQ=", "not base64!", &"A".repeat(44)] {
            assert!(TotpKey::parse(bad).is_none(), "{bad}");
        }
    }
}
