//! Requests that may be repeated: what was answered the first time is answered again.

use super::Switchboard;
use super::error::Result;
use crate::domain::id::KeyId;
use crate::store::idempotency::{self as rows, IdempotencyRow, UNDER_WAY};

/// How long an answer is kept.
const KEPT_S: i64 = 24 * 3600;
/// How many are forgotten in one transaction.
const FORGET: i64 = 500;
/// After how long a request that was never answered is taken to have died with its process.
const ABANDONED_S: i64 = 60;

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is the caller's to do.
    Mine,
    /// The same request is under way.
    InFlight,
    /// The name stands for another request.
    Another,
    /// It was answered before.
    Answered {
        /// HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
}

impl Switchboard {
    /// Claims a name of a key for a request.
    pub async fn claim_request(&self, key: KeyId, name: String, hash: String) -> Result<Claim> {
        self.write_grouped(move |conn, ctx| {
            let row = IdempotencyRow {
                key_id: key.as_i64(),
                name: name.clone(),
                request_hash: hash.clone(),
                status: UNDER_WAY,
                answer: String::new(),
                created_at: ctx.now.0,
            };
            if rows::claim(conn, &row)? {
                return Ok(Claim::Mine);
            }
            let Some(before) = rows::get(conn, row.key_id, &name)? else {
                // Given back between our two looks; whoever repeats gets it.
                return Ok(Claim::InFlight);
            };
            let age_s = (ctx.now.0 - before.created_at) / 1000;
            let is_over = age_s >= KEPT_S || (before.status == UNDER_WAY && age_s >= ABANDONED_S);
            if is_over {
                // Only one of several that see this takes it over.
                return Ok(match rows::take_over(conn, &row, before.created_at)? {
                    true => Claim::Mine,
                    false => Claim::InFlight,
                });
            }
            Ok(match (before.request_hash == hash, before.status) {
                (false, _) => Claim::Another,
                (true, UNDER_WAY) => Claim::InFlight,
                (true, status) => Claim::Answered {
                    status: u16::try_from(status).unwrap_or(500),
                    body: before.answer,
                },
            })
        })
        .await
    }

    /// Keeps the answer to a claimed request.
    pub async fn keep_answer(&self, key: KeyId, name: String, status: u16, body: String) -> Result<()> {
        let status = i16::try_from(status).unwrap_or(500);
        self.write_grouped(move |conn, _| Ok(rows::keep(conn, key.as_i64(), &name, status, &body)?))
            .await
    }

    /// Gives a claimed name back: nothing was done under it.
    pub async fn release_request(&self, key: KeyId, name: String) -> Result<()> {
        self.write_grouped(move |conn, _| Ok(rows::release(conn, key.as_i64(), &name)?))
            .await
    }

    /// Forgets answers that are too old to be given again.
    pub async fn forget_answers(&self) -> Result<usize> {
        let mut all = 0;
        loop {
            // A few at a time: texts wait for the same writer.
            let some = self
                .write_grouped(|conn, ctx| Ok(rows::forget(conn, ctx.now.plus_s(-KEPT_S).0, FORGET)?))
                .await?;
            all += some;
            if (some as i64) < FORGET {
                return Ok(all);
            }
        }
    }
}
