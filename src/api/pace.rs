//! How many requests a key may make.

use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::problem::{Problem, Result};
use crate::domain::Timestamp;
use crate::domain::id::KeyId;
use crate::switchboard::Rates;

/// Most keys that are remembered; those who have not asked for a while are forgotten first.
const MOST_KEYS: usize = 10_000;

/// The paces of all keys.
pub(crate) struct Paces {
    per_s: f64,
    rates: Mutex<Rates<KeyId>>,
}

/// The paces of all private links, by the hashes of their tokens.
pub(crate) struct BookPaces {
    per_s: f64,
    rates: Mutex<Rates<[u8; 32]>>,
}

impl BookPaces {
    /// So many requests a minute, a quarter of them at once; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_s: f64::from(per_minute) / 60.0,
            rates: Mutex::new(Rates::new(MOST_KEYS, 15_000)),
        }
    }

    /// Lets a request in, or says when to come again.
    pub fn admit(&self, token: &str, now: Timestamp) -> Result<()> {
        let link: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut rates = self.rates.lock().unwrap_or_else(|p| p.into_inner());
        match rates.wait_ms(link, self.per_s, now) {
            0 => {
                rates.take(link, self.per_s, now);
                rates.prune();
                Ok(())
            }
            wait_ms => Err(Problem::too_often(wait_ms)),
        }
    }
}

impl Paces {
    /// So many requests a second, and so many at once; 0 a second is no limit.
    pub fn new(per_s: u32, burst: u32) -> Self {
        let burst_ms = match per_s {
            0 => 0,
            per_s => i64::from(burst) * 1000 / i64::from(per_s),
        };
        Self {
            per_s: f64::from(per_s),
            rates: Mutex::new(Rates::new(MOST_KEYS, burst_ms)),
        }
    }

    /// Lets a request in, or says when to come again.
    pub fn admit(&self, key: KeyId, now: Timestamp) -> Result<()> {
        let mut rates = self.rates.lock().unwrap_or_else(|p| p.into_inner());
        match rates.wait_ms(key, self.per_s, now) {
            0 => {
                rates.take(key, self.per_s, now);
                Ok(())
            }
            wait_ms => Err(Problem::too_often(wait_ms)),
        }
    }
}
