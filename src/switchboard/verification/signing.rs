//! The key of this instance. It lies in the database, as the secrets of callback endpoints do, so that all nodes sign
//! with the same; it is made when it is first needed.

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::Switchboard;
use super::super::error::{Result, SwitchboardError};
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::signing_keys::{self, FormerKeyRow};

/// Who signed a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The public key, in base64.
    pub key: String,
    /// A short name for it: the beginning of its SHA-256, in hex.
    pub key_id: String,
}

impl Signer {
    /// The owner of a public key.
    pub(super) fn of(public: &[u8]) -> Self {
        let hash = Sha256::digest(public);
        Self {
            key: BASE64.encode(public),
            key_id: HEXLOWER.encode(hash.get(..8).unwrap_or_default()),
        }
    }
}

/// A key that signs.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    since: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.signer().key_id)
    }
}

impl SigningKey {
    fn read(row: &signing_keys::SigningKeyRow) -> std::result::Result<Self, StoreError> {
        let wrong = StoreError::Corrupt("signing_keys.secret");
        let Ok(seed) = BASE64.decode(row.secret.as_bytes()) else {
            return Err(wrong);
        };
        match Ed25519KeyPair::from_seed_unchecked(&seed) {
            Ok(pair) => Ok(Self {
                pair,
                since: Timestamp(row.created_at),
            }),
            Err(_) => Err(wrong),
        }
    }

    /// Whose key it is.
    pub fn signer(&self) -> Signer {
        Signer::of(self.pair.public_key().as_ref())
    }

    /// Since when it is in use.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl Switchboard {
    /// The key of this instance, made of 32 random bytes if there is none.
    pub async fn signing_key(&self, random: [u8; 32]) -> Result<SigningKey> {
        if let Some(key) = self.known_signing_key().await? {
            return Ok(key);
        }
        let seed = BASE64.encode(&random);
        let row = self
            .write(move |conn, ctx| {
                signing_keys::keep(conn, seed.clone(), ctx.now.0)?;
                Ok(signing_keys::get(conn)?)
            })
            .await?;
        let row = row.ok_or(StoreError::Corrupt("signing_keys"))?;
        Ok(SigningKey::read(&row)?)
    }

    /// Another key in the place of the one that there is, of which only the public half is kept, so that reports which it
    /// signed can be checked. Whoever has the old one can sign with it, but nothing that is later.
    pub async fn new_signing_key(&self, random: [u8; 32]) -> Result<SigningKey> {
        let seed = BASE64.encode(&random);
        let row = self
            .write(move |conn, ctx| {
                if let Some(old) = signing_keys::get(conn)? {
                    let key = SigningKey::read(&old)?;
                    let former = FormerKeyRow {
                        public: key.signer().key,
                        created_at: key.since.0,
                        ended_at: ctx.now.0,
                    };
                    if !signing_keys::replace(conn, &old, &former, &seed)? {
                        return Err(SwitchboardError::Overloaded);
                    }
                } else {
                    signing_keys::keep(conn, seed.clone(), ctx.now.0)?;
                }
                Ok(signing_keys::get(conn)?)
            })
            .await?;
        let row = row.ok_or(StoreError::Corrupt("signing_keys"))?;
        Ok(SigningKey::read(&row)?)
    }

    /// From when to when a public key was that of this instance, if it was and is not any more.
    pub async fn former_signing_key(&self, public: String) -> Result<Option<(Timestamp, Timestamp)>> {
        let row = self
            .read(move |conn| Ok(signing_keys::former(conn, &public)?))
            .await?;
        Ok(row.map(|row| (Timestamp(row.created_at), Timestamp(row.ended_at))))
    }

    /// The key of this instance, if it has signed anything yet.
    pub async fn known_signing_key(&self) -> Result<Option<SigningKey>> {
        let row = self.read(|conn| Ok(signing_keys::get(conn)?)).await?;
        Ok(row.as_ref().map(SigningKey::read).transpose()?)
    }
}
