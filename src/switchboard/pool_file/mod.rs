//! Pool files: a community with its pools, numbers, members and contacts, declared in TOML.
//!
//! [`PoolFile::parse`] reads one, `plan` compares it with what there is, and applying a plan
//! is one transaction. What exists but is not in the file is left alone, and so is every attribute that
//! the file does not mention; applying a file twice changes nothing the second time.

mod apply;
mod import;
mod parse;
mod plan;
mod state;

#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod story_tests;

pub use import::{ImportRow, RowProblem};
pub use parse::{CampaignEntry, ContactEntry, MemberEntry, NumberEntry, PoolEntry, PoolFile};
pub use plan::{Change, FieldChange, Plan, Unmanaged};

use super::error::{Result, SwitchboardError};
use super::views::Community;
use super::{Switchboard, communities};
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, PoolId};
use crate::store::pools;

impl Switchboard {
    /// The community of that name, the oldest if several have it.
    pub async fn find_community(&self, name: &str) -> Result<Option<Community>> {
        let name = name.to_owned();
        self.read(move |conn| communities::by_name(conn, &name)).await
    }

    /// The pool of that name.
    pub async fn find_pool(&self, community: CommunityId, name: &str) -> Result<Option<PoolId>> {
        let name = name.to_owned();
        self.read(move |conn| {
            let row = pools::by_name(conn, community, &name)?;
            Ok(row.map(|row| PoolId::from_i64(row.id)))
        })
        .await
    }

    /// What applying the file would change.
    pub async fn plan_pool_file(&self, file: &PoolFile) -> Result<Plan> {
        let (file, given, now) = (file.clone(), self.given(), self.now());
        self.read(move |conn| plan::plan(&state::load(conn, &file, now)?, &file, &given))
            .await
    }

    /// Makes what is there be as the file says: all of it or, on any error, nothing. Returns the plan as
    /// it was carried out.
    pub async fn apply_pool_file(&self, file: &PoolFile) -> Result<Plan> {
        self.apply_planned(file, None).await
    }

    /// The same, provided that it is the plan of that fingerprint which would be carried out, in that community (none: a
    /// new one).
    pub async fn apply_planned(
        &self,
        file: &PoolFile,
        shown: Option<(Option<CommunityId>, String)>,
    ) -> Result<Plan> {
        let (file, given) = (file.clone(), self.given());
        let done = self
            .write(move |conn, ctx| {
                // Whoever sends one by the API is known by name.
                if matches!(ctx.by.get(), Actor::Broker | Actor::Cli) {
                    ctx.by.set(Actor::PoolFile);
                }
                // Of two nodes that apply a new file one makes the community, and the other finds it.
                crate::store::communities::hold_name(conn, &file.community)?;
                // What the plan finds must still be so when it is carried out.
                let found = communities::by_name(conn, &file.community)?;
                if let Some(community) = &found {
                    crate::store::communities::lock(conn, community.id)?;
                }
                let plan = plan::plan(&state::load(conn, &file, ctx.now)?, &file, &given)?;
                let is_other = shown.as_ref().is_some_and(|(community, print)| {
                    *community != found.as_ref().map(|found| found.id) || *print != plan.fingerprint(&file)
                });
                if is_other {
                    let sentence = "what is there, or the file, has changed since that plan was shown; plan again, \
                                    look, then apply";
                    return Err(SwitchboardError::conflict("plan_changed", sentence));
                }
                apply::apply(conn, ctx, &given.carriers, &file, &plan)?;
                Ok(plan)
            })
            .await?;
        // Pairs may have given way, and numbers have another carrier.
        self.caps_changed();
        self.doubt_outbox();
        Ok(done)
    }

    fn given(&self) -> plan::Given {
        plan::Given {
            carriers: self.carriers(),
            default_policy: self.default_policy(),
        }
    }
}
