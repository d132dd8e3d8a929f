//! What is forgotten of imports: their lines at their end, and after a time all of them.

use super::Scope;
use crate::domain::Timestamp;
use crate::domain::id::CommunityId;
use crate::store::{communities as rows, imports as store};
use crate::switchboard::error::Result;
use crate::switchboard::{Switchboard, communities};

/// Communities that are looked at at once.
const PAGE: i64 = 100;

impl Switchboard {
    /// Forgets imports that were over longer ago than their community keeps them.
    pub async fn forget_imports(&self) -> Result<()> {
        let mut after = 0;
        loop {
            let page = self.read(move |conn| Ok(rows::list(conn, after, PAGE)?)).await?;
            for row in &page {
                after = row.id;
                self.forget_leftovers(CommunityId::from_i64(row.id)).await?;
                // A policy that cannot be read must not have other communities' imports kept for ever.
                let kept_s = communities::policy_of(row).map_or(0, |policy| policy.imports_kept_s);
                if kept_s > 0 {
                    let before = self.now().plus_s(-kept_s);
                    self.forget_imports_of(CommunityId::from_i64(row.id), before)
                        .await?;
                }
            }
            if (page.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    async fn forget_imports_of(&self, community: CommunityId, before: Timestamp) -> Result<()> {
        loop {
            let over = self
                .read(move |conn| Ok(store::over_before(conn, community, before)?))
                .await?;
            let Some(import) = over else { return Ok(()) };
            self.forget_import(Scope { community, import }, true).await?;
            self.write(move |conn, _| Ok(store::delete_over(conn, community, import)?))
                .await?;
        }
    }

    /// Forgets the lines of imports that are over: those of one that was given up, and what a kill has left.
    pub(super) async fn forget_leftovers(&self, community: CommunityId) -> Result<()> {
        let mut after = 0;
        loop {
            let next = self
                .read(move |conn| {
                    let Some(import) = store::next_with_lines(conn, community, after)? else {
                        return Ok(None);
                    };
                    let is_over = store::get(conn, community, import)?.is_none_or(|row| row.is_over());
                    Ok(Some((import, is_over)))
                })
                .await?;
            let Some((import, is_over)) = next else {
                return Ok(());
            };
            if is_over {
                self.forget_import(Scope { community, import }, false).await?;
            }
            after = import.as_i64();
        }
    }

    /// Forgets the lines of an import, and its refused rows where these are to go too, some at a time.
    pub(super) async fn forget_import(&self, scope: Scope, refusals_too: bool) -> Result<()> {
        loop {
            let more = self
                .write(move |conn, _| {
                    let lines = store::forget_lines(conn, scope.community, scope.import)?;
                    let refusals =
                        refusals_too && store::forget_refusals(conn, scope.community, scope.import)?;
                    Ok(lines || refusals)
                })
                .await?;
            if !more {
                return Ok(());
            }
        }
    }
}
