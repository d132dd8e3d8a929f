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
pub use plan::{Change, FieldChange, Plan, Sight, Unmanaged};

use super::error::{Result, SwitchboardError};
use super::views::Community;
use super::{Switchboard, communities};
use crate::domain::history::Actor;
use crate::domain::id::{CommunityId, PoolId};
use crate::store::pools;

/// A plan that somebody was shown.
#[derive(Clone, Debug)]
pub struct ShownPlan {
    /// The community that it is for; none: it makes one.
    pub community: Option<CommunityId>,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Of whom they may be told.
    pub sight: Sight,
}

impl ShownPlan {
    fn require(&self, community: Option<CommunityId>, plan: &Plan, file: &PoolFile) -> Result<()> {
        if self.community == community && self.fingerprint == plan.fingerprint(file) {
            return Ok(());
        }
        Err(SwitchboardError::conflict(
            "plan_changed",
            "what is there, or the file, has changed since that plan was shown; plan again, look, then apply",
        ))
    }
}

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
        self.plan_pool_file_for(file, Sight::All).await
    }

    /// The same, for somebody who may be told of so much.
    pub async fn plan_pool_file_for(&self, file: &PoolFile, sight: Sight) -> Result<Plan> {
        let (file, given, now) = (file.clone(), self.given(sight), self.now());
        self.read(move |conn| plan::plan(&state::load(conn, &file, now)?, &file, &given))
            .await
    }

    /// Makes what is there be as the file says: all of it or, on any error, nothing. Returns the plan as
    /// it was carried out.
    pub async fn apply_pool_file(&self, file: &PoolFile) -> Result<Plan> {
        self.apply_if(file, None).await
    }

    /// The same, provided that it is the plan which was shown that would be carried out.
    pub async fn apply_planned(&self, file: &PoolFile, shown: ShownPlan) -> Result<Plan> {
        // First without holding anybody up: whoever sends another plan gets no further.
        let (community, plan) = tokio::try_join!(
            async { Ok(self.find_community(&file.community).await?.map(|found| found.id)) },
            self.plan_pool_file_for(file, shown.sight)
        )?;
        shown.require(community, &plan, file)?;
        self.apply_if(file, Some(shown)).await
    }

    async fn apply_if(&self, file: &PoolFile, shown: Option<ShownPlan>) -> Result<Plan> {
        let sight = shown.as_ref().map_or(Sight::All, |shown| shown.sight);
        let (file, given) = (file.clone(), self.given(sight));
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
                if let Some(shown) = &shown {
                    shown.require(found.as_ref().map(|found| found.id), &plan, &file)?;
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

    fn given(&self, sight: Sight) -> plan::Given {
        plan::Given {
            sight,
            carriers: self.carriers(),
            default_policy: self.default_policy(),
        }
    }
}
