//! Passwords, kept as argon2id hashes. Hashing takes some 20 MB and tens of milliseconds: off the async threads, and a
//! few at once.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

use super::super::error::{Result, SwitchboardError};

/// How many are hashed at once; others wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long they wait at most.
const PATIENCE: Duration = Duration::from_secs(10);

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = tokio::time::timeout(PATIENCE, AT_ONCE.acquire())
        .await
        .map_err(|_| SwitchboardError::Overloaded)?
        .map_err(|_| SwitchboardError::Overloaded)?;
    // It is kept until the work is done, also where nobody waits for that any more.
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|_| SwitchboardError::Overloaded)
}

/// What is kept of a password.
pub(super) async fn hash(password: String, salt: [u8; 32]) -> Result<String> {
    let hashed = aside(move || {
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default())?;
        Ok(Argon2::default()
            .hash_password(password.as_bytes(), &salt)?
            .to_string())
    })
    .await?;
    hashed.map_err(|_: argon2::password_hash::Error| SwitchboardError::Overloaded)
}

/// Whether this is the password of that hash. Where there is no hash the same work is done, and the answer is no.
pub(super) async fn is_right(password: String, kept: Option<String>) -> Result<bool> {
    let Some(kept) = kept else {
        hash(password, [0; 32]).await?;
        return Ok(false);
    };
    aside(move || {
        PasswordHash::new(&kept).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
}

/// Keeps everybody from hashing until it is dropped.
#[cfg(test)]
pub(super) async fn hold_all() -> impl Drop {
    AT_ONCE.acquire_many(2).await.unwrap()
}
