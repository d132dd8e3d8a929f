//! The audit log.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::Switchboard;
use super::super::error::Result;
use crate::domain::Timestamp;
use crate::domain::id::{AuditId, AuditKind, UserId, lowest_at};
use crate::store::audit_log::{self, AuditRow};

/// Longest text of an entry, in characters.
const MOST_CHARS: usize = 300;

/// What somebody did who was signed in, or tried to be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// The id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; null where somebody failed to sign in whom nobody knows, and of an API key.
    pub user: Option<UserId>,
    /// The name, as it was then; of an API key its id.
    #[schema(example = "ann")]
    pub name: String,
    /// `sign_in`, `sign_in_failed`, `oidc_sign_in`, `oidc_sign_in_failed`, `totp_missing` and `totp_wrong` (the password was right, and the one-time code missing or
    /// wrong), `password_reset`, `reveal`, `partyline admin link` and `partyline admin reset` (on the broker's machine), or a
    /// request: its method and its path's pattern.
    #[schema(example = "PATCH /v1/communities/{community}")]
    pub what: String,
    /// To what: the path with its ids. Never with a real number.
    #[schema(example = "/v1/communities/com_1tq3v8r4w0801")]
    pub on: String,
    /// The address that it came from.
    #[schema(example = "192.0.2.7")]
    pub address: String,
    /// The status of the answer; of a reveal 0, for it is written down first.
    #[schema(example = 200)]
    pub status: i32,
}

/// An entry to be.
#[derive(Clone, Debug)]
pub struct NewAuditEntry {
    /// Who, where that is known.
    pub user: Option<UserId>,
    /// The name.
    pub name: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub on: String,
    /// The address that it came from.
    pub address: String,
    /// The status of the answer.
    pub status: u16,
}

fn short(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(MOST_CHARS)
        .collect()
}

impl Switchboard {
    /// Writes an entry.
    pub async fn audit(&self, new: NewAuditEntry) -> Result<()> {
        self.write_grouped(move |conn, ctx| {
            let row = AuditRow {
                id: ctx.id::<AuditKind>().as_i64(),
                at: ctx.now.0,
                user_id: new.user.map(UserId::as_i64),
                name: short(&new.name),
                what: short(&new.what),
                target: short(&new.on),
                address: short(&new.address),
                status: i32::from(new.status),
            };
            Ok(audit_log::insert(conn, &row)?)
        })
        .await
    }

    /// Removes entries that are older than the log is kept, some in a transaction; says how many.
    pub async fn trim_audit_log(&self) -> Result<usize> {
        let kept_s = self.audit_kept_s();
        if kept_s <= 0 {
            return Ok(0);
        }
        let before = lowest_at(self.now().plus_s(-kept_s));
        self.repeat(move |conn, limit| audit_log::forget(conn, before, limit))
            .await
    }

    /// Entries before the given one, newest first.
    pub async fn audit_log(&self, before: Option<AuditId>, limit: i64) -> Result<Vec<AuditEntry>> {
        self.read(move |conn| {
            let rows = audit_log::list(conn, before.map_or(i64::MAX, AuditId::as_i64), limit)?;
            Ok(rows
                .into_iter()
                .map(|row| AuditEntry {
                    id: AuditId::from_i64(row.id),
                    at: Timestamp(row.at),
                    user: row.user_id.map(UserId::from_i64),
                    name: row.name,
                    what: row.what,
                    on: row.target,
                    address: row.address,
                    status: row.status,
                })
                .collect())
        })
        .await
    }
}
